/* The calls that let people into a channel and out of it, one at a time, and
 * what Telegram's answers to them mean. */
#ifndef SHOP_CHANNEL_H
#define SHOP_CHANNEL_H

#include "shop/membership.h"

struct channel_call {
	enum member_step step; /* STEP_NONE: nothing is left to do */
	struct member member;
	int64_t tg_id;
	struct http_request call;
};

/* The next call, by the ledger; since_ms as membership_read() has it. */
enum err channel_prepare(struct app *app, struct arena *a, int64_t tg_id,
    const char *chat_id, int64_t since_ms, bool inviting,
    struct channel_call *out) MUST_CHECK;

enum channel_end {
	CHANNEL_NEXT,    /* recorded: on to the next step */
	CHANNEL_LATER,   /* the same again, later */
	CHANNEL_NO_RIGHT /* the same again, when the bot may */
};

/* Judges the answer and records what it confirms, in a transaction. */
enum err channel_settle(struct app *app, struct arena *a,
    const struct channel_call *c, const struct tg_answer *answer,
    int64_t since_ms, enum channel_end *end) MUST_CHECK;

#endif
