/* The calls that let people into a channel and out of it, one at a time, and
 * what Telegram's answers to them mean. */
#ifndef BOT_CHANNEL_H
#define BOT_CHANNEL_H

#include "ledger/members.h"
#include "outbox/kind.h"

struct channel_call {
	enum member_step step; /* STEP_NONE: nothing is left to do */
	struct member member;
	int64_t tg_id;
	struct http_request call;
};

enum invitation {
	INVITE_NOBODY,
	INVITE_SAME, /* a link that is there will do, unless it is an hour older
	               than the job */
	INVITE_ANEW  /* they ask for help: what they hold may be dead, so a link
	               that is older than the job is revoked and another made */
};

/* Decides by the ledger which call comes next. since_ms is the job's age, as
 * for members_read(). */
enum err channel_prepare(struct app *app, struct arena *a, int64_t tg_id,
    const char *chat_id, int64_t since_ms, enum invitation inviting,
    struct channel_call *out) MUST_CHECK;

/* Whether channel_begin() is due before the call, in a transaction: because the
 * call may be carried out without our hearing of it, and what it ends must not
 * be relied on from that moment. */
bool channel_is_noted_first(const struct channel_call *c);
enum err channel_begin(
    struct app *app, const struct channel_call *c) MUST_CHECK;

enum channel_end {
	CHANNEL_NEXT,     /* recorded: on to the next step */
	CHANNEL_LATER,    /* the same again, later */
	CHANNEL_NO_RIGHT, /* the same again, when the bot may */
	CHANNEL_WAIT      /* recorded: on to the next step after wait_ms */
};

struct channel_outcome {
	enum channel_end end;
	int64_t wait_ms; /* of CHANNEL_WAIT */
};

/* Judges the answer and records what it confirms, in a transaction. A removal
 * that Telegram neither does nor denies is tried again for a day, ever more
 * seldom; a look that tells nothing holds up nobody's invite. */
enum err channel_settle(struct app *app, struct arena *a,
    const struct channel_call *c, const struct tg_answer *answer,
    int64_t since_ms, struct channel_outcome *out) MUST_CHECK;

/* The three above as the step of a job. *c is the call even where nothing is
 * left to do; the step then has no call and no state. */
enum err channel_step(struct app *app, struct arena *a, struct step *s,
    const char *chat_id, enum invitation inviting,
    const struct channel_call **c) MUST_CHECK;

enum err channel_step_begin(
    struct app *app, struct arena *a, struct step *s) MUST_CHECK;

/* Settles one call of several; the next one follows at once, as long as the
 * calls get somewhere. */
enum err channel_step_settle(struct app *app, struct arena *a, struct step *s,
    enum err call_err, const struct http_response *res,
    struct outcome *o) MUST_CHECK;

#endif
