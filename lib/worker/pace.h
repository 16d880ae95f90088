/* How fast the worker may call. Telegram takes about 30 messages a second in
 * all, one a second for one chat and 20 a minute for a group
 * (core.telegram.org/bots/faq#my-bot-is-hitting-limits); it says nothing of
 * other calls, so these and the calls to Stripe find their own rate: it halves
 * at a 429 and grows back slowly. */
#ifndef WORKER_PACE_H
#define WORKER_PACE_H

#include "base/pace_flow.h"

#include <stdbool.h>

/* The times of the last n messages, by which at most n go in any span of
 * time. */
#define PACE_SPAN_MAX 30
struct pace_span {
	int64_t at_ms[PACE_SPAN_MAX];
	size_t next;
};

#define PACE_CHATS 1024
#define PACE_GROUPS 16
#define PACE_SILENT 64

struct pace {
	struct pace_span all; /* messages */
	int64_t silent_until_ms;
	/* By hash of the chat: two that fall together only wait longer. */
	int64_t chat_free_ms[PACE_CHATS];
	struct pace_group {
		int64_t chat_id;
		struct pace_span span;
	} groups[PACE_GROUPS];
	/* Chats that answered 429, until when, and when they said so. */
	struct pace_hush {
		int64_t chat_id, until_ms, at_ms;
	} hushed[PACE_SILENT];
	struct pace_flow calls; /* of Telegram's methods that are no message */
	struct pace_flow
	    stripe; /* well below its 25 a second: /pay has the rest */
};

/* All times are clock_mono_ms(). */
void pace_init(struct pace *p, int64_t now_ms);

/* When a message to the chat may go: now_ms or later. It reserves nothing:
 * pace_sent() does. What nobody waits for (can_wait) leaves some of each second
 * to what somebody does. Chat 0: any chat. */
int64_t pace_when(
    struct pace *p, int64_t chat_id, bool can_wait, int64_t now_ms);

/* When the chat's own limits allow a message, whatever those of the bot as a
 * whole say. */
int64_t pace_chat_when(struct pace *p, int64_t chat_id, int64_t now_ms);

/* A message goes to the chat now. */
void pace_sent(struct pace *p, int64_t chat_id, int64_t now_ms);

/* How many messages may go at this moment. */
size_t pace_room(const struct pace *p, bool can_wait, int64_t now_ms);

/* A 429 for a message: that chat gets nothing for wait_ms. When several
 * different chats hear it at about the same time, it is the bot as a whole that
 * Telegram means: then nobody gets anything, and it says true. */
bool pace_refused(
    struct pace *p, int64_t chat_id, int64_t wait_ms, int64_t now_ms);

#endif
