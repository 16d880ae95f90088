/* Telegram's limits: about 30 messages a second in all, one a second to one
 * chat, and silence for as long as a 429 says
 * (core.telegram.org/bots/faq#my-bot-is-hitting-limits). */
#ifndef SHOP_PACE_H
#define SHOP_PACE_H

#include <stddef.h>
#include <stdint.h>

#define PACE_CHATS 256

struct pace {
	double tokens; /* sends that may go at once */
	int64_t filled_ms;
	int64_t silent_until_ms;
	/* By hash of the chat: two that fall together only wait longer. */
	int64_t chat_free_ms[PACE_CHATS];
};

/* All times are clock_mono_ms(). */
void pace_init(struct pace *p, int64_t now_ms);

/* Chat 0: no message to anybody, so only the limit of all counts.
 * When a message to the chat may go: now_ms or later. Reserves nothing. */
int64_t pace_when(struct pace *p, int64_t chat_id, int64_t now_ms);

/* A message goes to the chat now. */
void pace_sent(struct pace *p, int64_t chat_id, int64_t now_ms);

/* A 429: nobody gets anything for wait_ms. */
void pace_silence(struct pace *p, int64_t wait_ms, int64_t now_ms);

#endif
