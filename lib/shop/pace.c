/* A token bucket for all chats and a last-sent time for each. */
#include "shop/pace.h"

#define PER_S 30.0
#define BURST 50.0 /* more is answered with 429, which pace_silence() obeys */
#define CHAT_PAUSE_MS 1000

void
pace_init(struct pace *p, int64_t now_ms)
{
	*p = (struct pace){ .tokens = BURST, .filled_ms = now_ms };
}

static void
fill(struct pace *p, int64_t now_ms)
{
	p->tokens += (double)(now_ms - p->filled_ms) * PER_S / 1000.0;
	if (p->tokens > BURST)
		p->tokens = BURST;
	p->filled_ms = now_ms;
}

static size_t
slot_of(int64_t chat_id)
{
	return (size_t)(((uint64_t)chat_id * 0x9e3779b97f4a7c15U) >> 56);
}

int64_t
pace_when(struct pace *p, int64_t chat_id, int64_t now_ms)
{
	int64_t when_ms = now_ms;
	int64_t free_ms = chat_id == 0 ? 0 : p->chat_free_ms[slot_of(chat_id)];

	fill(p, now_ms);
	if (p->tokens < 1.0)
		when_ms += 1 + (int64_t)((1.0 - p->tokens) * 1000.0 / PER_S);
	if (free_ms > when_ms)
		when_ms = free_ms;
	return p->silent_until_ms > when_ms ? p->silent_until_ms : when_ms;
}

void
pace_sent(struct pace *p, int64_t chat_id, int64_t now_ms)
{
	fill(p, now_ms);
	p->tokens -= 1.0;
	if (chat_id != 0)
		p->chat_free_ms[slot_of(chat_id)] = now_ms + CHAT_PAUSE_MS;
}

void
pace_silence(struct pace *p, int64_t wait_ms, int64_t now_ms)
{
	if (now_ms + wait_ms > p->silent_until_ms)
		p->silent_until_ms = now_ms + wait_ms;
}
