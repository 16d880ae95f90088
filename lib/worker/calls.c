/* Making the calls of the slots, as fast as they may be made. */
#include "worker/calls.h"

#include "base/clock.h"
#include "base/units.h"
#include "worker/work.h"

#include <stdlib.h>

#define SETTLE_MS (20 * 1000)     /* of a lease, for what follows a call */
#define STRIPE_PAUSE_MS MINUTE_MS /* of all calls, at most */

/* By clock_mono_ms(). Of a second's messages, what nobody waits for leaves some
 * to what somebody does. */
static int64_t
call_when(struct worker *w, const struct slot *s, int64_t now_ms)
{
	switch (slot_limit(s)) {
	case BY_MESSAGES:
		return pace_when(&w->pace, s->step.chat_id,
		    worker_lines[s->line].can_wait, now_ms);
	case BY_CALLS:
		return pace_flow_when(&w->pace.calls, now_ms);
	case BY_STRIPE:
		return pace_flow_when(&w->pace.stripe, now_ms);
	default:
		return now_ms;
	}
}

/* How many messages of those that wait the pace lets go now. */
static size_t
messages_now(const struct worker *w, bool can_wait, int64_t now_ms)
{
	size_t n = 0, room = pace_room(&w->pace, can_wait, now_ms);

	for (size_t i = 0; i < N_SLOTS; i++)
		n += w->slots[i].state == SLOT_WAITING &&
		    slot_limit(&w->slots[i]) == BY_MESSAGES;
	return n < room ? n : room;
}

/* What the bot may send is lent where others send as well: now_ms, or when to
 * ask for it again. */
static int64_t
lent_when(struct worker *w, const struct slot *s, int64_t now_ms)
{
	bool can_wait = worker_lines[s->line].can_wait;

	return slot_limit(s) != BY_MESSAGES ?
	    now_ms :
	    loan_use(&w->loan, w->app->db, messages_now(w, can_wait, now_ms),
		can_wait, now_ms);
}

/* The time when it may be begun, now_ms: it was. */
static int64_t
begin_call(struct worker *w, struct slot *s, int64_t now_ms)
{
	enum limit limit = slot_limit(s);
	int64_t when_ms = now_ms;

	/* No call outlives the lease that it is made for. */
	if (s->step.notes_first ||
	    s->lease_end_ms - now_ms < s->step.call.total_ms + SETTLE_MS) {
		s->renew = true;
		s->state = SLOT_ANSWERED;
		return now_ms;
	}
	when_ms = lent_when(w, s, now_ms);
	if (when_ms > now_ms)
		return when_ms;
	s->state = SLOT_CALLING;
	/* Counted whatever comes of it: a call that fails on the way back has
	 * reached the other side all the same. */
	if (limit == BY_MESSAGES)
		pace_sent(&w->pace, s->step.chat_id, now_ms);
	else if (limit != BY_NOTHING)
		pace_flow_sent(
		    limit == BY_CALLS ? &w->pace.calls : &w->pace.stripe,
		    now_ms);
	s->call_err = http_start(w->http, &s->arena, &s->step.call, s);
	if (s->call_err != ERR_OK)
		s->state = SLOT_ANSWERED;
	w->look_ms = sooner(w->look_ms, now_ms); /* room for another */
	return now_ms;
}

/* By line, then as long as they wait. */
static int
in_order(const void *a, const void *b)
{
	const struct slot *s = *(struct slot *const *)a;
	const struct slot *t = *(struct slot *const *)b;

	if (s->line != t->line)
		return s->line < t->line ? -1 : 1;
	if (s->step.job.due_ms != t->step.job.due_ms)
		return s->step.job.due_ms < t->step.job.due_ms ? -1 : 1;
	return s->step.job.id < t->step.job.id ? -1 : 1;
}

static size_t
waiting_slots(struct worker *w, struct slot **out)
{
	size_t n = 0;

	for (size_t i = 0; i < N_SLOTS; i++)
		if (w->slots[i].state == SLOT_WAITING)
			out[n++] = &w->slots[i];
	qsort(out, n, sizeof(struct slot *), in_order);
	return n;
}

/* Begins what the pace allows; the time when the next one may go. What would
 * have to wait long is given back. */
int64_t
calls_begin(struct worker *w)
{
	struct slot *waiting[N_SLOTS] = { NULL };
	int64_t now_ms = clock_mono_ms(), next_ms = INT64_MAX;
	size_t n = waiting_slots(w, waiting);

	for (size_t i = 0; i < n; i++) {
		struct slot *s = waiting[i];
		int64_t when_ms = call_when(w, s, now_ms);

		if (w->stopping)
			slot_give_back(s, s->step.job.due_ms);
		else if (when_ms - now_ms > SOON_MS)
			slot_give_back(s, clock_now_ms() + when_ms - now_ms);
		else if (when_ms <= now_ms)
			when_ms = begin_call(w, s, now_ms);
		if (s->state == SLOT_WAITING && when_ms > now_ms)
			next_ms = sooner(next_ms, when_ms);
	}
	return next_ms;
}

/* Stripe's 429 means all of our calls, so it is heard here. What Telegram's
 * asks for stands in its body, which the job's kind reads for settle.c. */
static void
take_answer(struct worker *w, struct slot *s, enum err e)
{
	int64_t wait_ms = s->res.retry_after_s > 0 ?
	    s->res.retry_after_s * 1000 :
	    LEDGER_PAUSE_MS;

	/* The job waits as long as it is told; the others try before that. */
	if (wait_ms > STRIPE_PAUSE_MS)
		wait_ms = STRIPE_PAUSE_MS;
	s->call_err = e;
	if (slot_limit(s) == BY_STRIPE && e == ERR_OK && s->res.status == 429)
		pace_flow_refused(&w->pace.stripe, wait_ms, clock_mono_ms());
	s->state = work_follow(w->app, &s->arena, &s->step, e, &s->res) ?
	    SLOT_WAITING :
	    SLOT_ANSWERED;
}

void
calls_take_answers(struct worker *w)
{
	struct http_response res;
	void *tag;
	enum err e;

	while (http_next_done(w->http, &tag, &res, &e)) {
		struct slot *s = tag;

		s->res = res;
		take_answer(w, s, e);
	}
}
