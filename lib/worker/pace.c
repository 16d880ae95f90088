/* Spans for messages, flows for all other calls. */
#include "worker/pace.h"

#define ALL_N 30
#define ALL_MS 1020 /* a second, and what the way there may differ */
#define SPARED 5    /* of those, for what somebody waits for */
#define CHAT_PAUSE_MS 1000
#define GROUP_N 20
#define GROUP_MS (60 * 1000 + 500)
/* When this many chats hear a 429 within this time, Telegram means the bot as a
 * whole and not each of them. */
#define WHOLE_CHATS 3
#define WHOLE_MS 1500

#define CALLS_PER_S 60.0
#define STRIPE_PER_S 8.0

void
pace_init(struct pace *p, int64_t now_ms)
{
	*p = (struct pace){ .calls = pace_flow_new(CALLS_PER_S, now_ms),
		.stripe = pace_flow_new(STRIPE_PER_S, now_ms) };
}

/* ---- spans ---- */

/* This is a ring of the last n times and not a bucket of tokens: Telegram
 * counts what came in any second, and a bucket would let twice as much into one
 * that begins half-way. */
static void
span_add(struct pace_span *s, size_t n, int64_t now_ms)
{
	s->at_ms[s->next] = now_ms;
	s->next = (s->next + 1) % n;
}

/* When there is room for one more beside spare others: once the one that lies
 * n - spare back has left the span. (A time of 0 is none.) */
static int64_t
span_when(const struct pace_span *s, size_t n, int64_t span_ms, size_t spare,
    int64_t now_ms)
{
	int64_t at_ms = s->at_ms[(s->next + spare) % n];

	return at_ms != 0 && at_ms + span_ms > now_ms ? at_ms + span_ms :
							now_ms;
}

static struct pace_group *
group_of(struct pace *p, int64_t chat_id)
{
	for (size_t i = 0; i < PACE_GROUPS; i++)
		if (p->groups[i].chat_id == chat_id)
			return &p->groups[i];
	return NULL;
}

static int64_t
last_of(const struct pace_group *g)
{
	return g->span.at_ms[(g->span.next + GROUP_N - 1) % GROUP_N];
}

/* The group that was written to longest ago makes room. Sixteen are enough to
 * remember: one whose last message is a minute old has used up nothing. */
static struct pace_group *
group_for(struct pace *p, int64_t chat_id)
{
	struct pace_group *g = group_of(p, chat_id);

	if (g != NULL)
		return g;
	g = &p->groups[0];
	for (size_t i = 1; i < PACE_GROUPS; i++)
		if (last_of(&p->groups[i]) < last_of(g))
			g = &p->groups[i];
	*g = (struct pace_group){ .chat_id = chat_id };
	return g;
}

/* ---- messages ---- */

/* Fibonacci hashing: the top ten bits of the product are spread well even for
 * numbers in a row, which buyers of one day have. */
static size_t
slot_of(int64_t chat_id)
{
	return (size_t)(((uint64_t)chat_id * 0x9e3779b97f4a7c15U) >> 54);
}

static int64_t
later(int64_t a_ms, int64_t b_ms)
{
	return a_ms > b_ms ? a_ms : b_ms;
}

int64_t
pace_chat_when(struct pace *p, int64_t chat_id, int64_t now_ms)
{
	int64_t when_ms = later(now_ms, p->chat_free_ms[slot_of(chat_id)]);
	/* Groups and channels have numbers below zero; only they have a limit
	 * by the minute. */
	const struct pace_group *g = chat_id < 0 ? group_of(p, chat_id) : NULL;

	for (size_t i = 0; i < PACE_SILENT; i++)
		if (p->hushed[i].chat_id == chat_id)
			when_ms = later(when_ms, p->hushed[i].until_ms);
	if (g == NULL)
		return when_ms;
	return later(
	    when_ms, span_when(&g->span, GROUP_N, GROUP_MS, 0, now_ms));
}

int64_t
pace_when(struct pace *p, int64_t chat_id, bool can_wait, int64_t now_ms)
{
	int64_t when_ms = later(
	    span_when(&p->all, ALL_N, ALL_MS, can_wait ? SPARED : 0, now_ms),
	    p->silent_until_ms);

	return chat_id == 0 ?
	    when_ms :
	    later(when_ms, pace_chat_when(p, chat_id, now_ms));
}

void
pace_sent(struct pace *p, int64_t chat_id, int64_t now_ms)
{
	span_add(&p->all, ALL_N, now_ms);
	p->chat_free_ms[slot_of(chat_id)] = now_ms + CHAT_PAUSE_MS;
	if (chat_id < 0)
		span_add(&group_for(p, chat_id)->span, GROUP_N, now_ms);
}

size_t
pace_room(const struct pace *p, bool can_wait, int64_t now_ms)
{
	size_t spare = can_wait ? SPARED : 0, n = 0;

	if (now_ms < p->silent_until_ms)
		return 0;
	while (n + spare < ALL_N &&
	    span_when(&p->all, ALL_N, ALL_MS, n + spare, now_ms) <= now_ms)
		n++;
	return n;
}

/* The chat's place in the list, or else the place of the one that may be
 * written to soonest: it has least left to remember. */
static struct pace_hush *
hush_for(struct pace *p, int64_t chat_id)
{
	struct pace_hush *h = &p->hushed[0];

	for (size_t i = 0; i < PACE_SILENT; i++) {
		if (p->hushed[i].chat_id == chat_id)
			return &p->hushed[i];
		if (p->hushed[i].until_ms < h->until_ms)
			h = &p->hushed[i];
	}
	return h;
}

bool
pace_refused(struct pace *p, int64_t chat_id, int64_t wait_ms, int64_t now_ms)
{
	struct pace_hush *h = hush_for(p, chat_id);
	int64_t until_ms = now_ms + wait_ms;
	size_t n = 0;

	/* A second 429 may ask for less than the first one still does. */
	if (h->chat_id == chat_id)
		until_ms = later(until_ms, h->until_ms);
	*h = (struct pace_hush){ chat_id, until_ms, now_ms };
	for (size_t i = 0; i < PACE_SILENT; i++)
		n += p->hushed[i].chat_id != 0 &&
		    p->hushed[i].at_ms + WHOLE_MS > now_ms;
	if (n >= WHOLE_CHATS)
		p->silent_until_ms =
		    later(p->silent_until_ms, now_ms + wait_ms);
	return n >= WHOLE_CHATS;
}
