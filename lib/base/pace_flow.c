/* A bucket of tokens whose rate is found by trying. */
#include "base/pace_flow.h"

#define GROWTH_PER_S 0.25 /* a second more, for each second without a 429 */
#define BURST_S 0.5       /* what a flow may save up */

static int64_t
later(int64_t a_ms, int64_t b_ms)
{
	return a_ms > b_ms ? a_ms : b_ms;
}

/* A flow begins at its highest rate: the first 429 will say if that is too
 * much, and most shops never come near it. */
struct pace_flow
pace_flow_new(double per_s, int64_t now_ms)
{
	return (struct pace_flow){ .per_s = per_s,
		.low = 1.0,
		.high = per_s,
		.tokens = per_s * BURST_S,
		.filled_ms = now_ms };
}

static void
fill(struct pace_flow *f, int64_t now_ms)
{
	double s = (double)(now_ms - f->filled_ms) / 1000.0;

	f->tokens += s * f->per_s;
	/* At least one token can be saved up, or a slow flow would never
	 * move. */
	if (f->tokens > f->per_s * BURST_S && f->tokens > 1.0)
		f->tokens = f->per_s * BURST_S > 1.0 ? f->per_s * BURST_S : 1.0;
	/* Halving fast and growing slowly finds the rate that the other side
	 * can bear and stays a little below it, as TCP does. */
	f->per_s += s * GROWTH_PER_S;
	if (f->per_s > f->high)
		f->per_s = f->high;
	f->filled_ms = now_ms;
}

int64_t
pace_flow_when(struct pace_flow *f, int64_t now_ms)
{
	int64_t when_ms = now_ms;

	fill(f, now_ms);
	/* One millisecond more, because the division rounds down and a call
	 * that comes too early would only be told to wait again. */
	if (f->tokens < 1.0)
		when_ms += 1 + (int64_t)((1.0 - f->tokens) * 1000.0 / f->per_s);
	return later(when_ms, f->silent_until_ms);
}

void
pace_flow_sent(struct pace_flow *f, int64_t now_ms)
{
	fill(f, now_ms);
	f->tokens -= 1.0;
}

size_t
pace_flow_room(struct pace_flow *f, int64_t now_ms)
{
	fill(f, now_ms);
	return now_ms < f->silent_until_ms || f->tokens < 1.0 ?
	    0 :
	    (size_t)f->tokens;
}

/* Several calls under way hear the same 429: it halves once. */
void
pace_flow_refused(struct pace_flow *f, int64_t wait_ms, int64_t now_ms)
{
	fill(f, now_ms);
	if (now_ms >= f->silent_until_ms) {
		f->per_s = f->per_s / 2 > f->low ? f->per_s / 2 : f->low;
		f->tokens = 0;
	}
	f->silent_until_ms = later(f->silent_until_ms, now_ms + wait_ms);
}
