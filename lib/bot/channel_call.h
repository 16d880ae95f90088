/* The calls that let people into a channel and out of it, one at a time. */
#ifndef BOT_CHANNEL_CALL_H
#define BOT_CHANNEL_CALL_H

#include "ledger/members.h"
#include "net/http.h"

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
	INVITE_LATE, /* the same, but they may be in already: they are looked
	                at first */
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

#endif
