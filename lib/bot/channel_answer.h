/* What Telegram answers to such a call, and what is recorded of it. */
#ifndef BOT_CHANNEL_ANSWER_H
#define BOT_CHANNEL_ANSWER_H

#include "bot/channel_call.h"

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

#endif
