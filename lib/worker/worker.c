/* The worker's loop: lease, call, settle. */
#include "worker/worker.h"

#include "base/clock.h"
#include "base/log.h"
#include "net/http.h"
#include "worker/lock.h"
#include "worker/pace.h"
#include "worker/work.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Outlives a call that hangs, and a long wait for the ledger after it. */
#define LEASE_MS (90 * 1000)
#define SETTLE_MS (20 * 1000) /* of that, for what follows a call */
#define SOON_MS (5 * 1000)    /* what goes later than that holds no slot */
#define SILENCE_BEFORE_HOME_MS (60 * 1000)
#define LEDGER_PAUSE_MS 500                  /* after it failed */
#define STRIPE_PAUSE_MS ((int64_t)60 * 1000) /* of all calls, at most */
#define PREPARE_PAUSE_MS 1000                /* after a job could not be read */
#define STOP_PATIENCE_MS 3000                /* for calls under way */

/* What limits the calls of a line, or of a slot. */
enum limit { BY_CALLS, BY_MESSAGES, BY_STRIPE, BY_NOTHING };

/* ahead: so many of the line may be begun before their message may go, as they
 * have other calls to make first. */
static const struct {
	enum limit limit;
	bool can_wait;
	size_t n_slots, ahead;
} lines[LINE__COUNT] = {
	[LINE_CHANNEL] = { BY_CALLS, false, 40, 0 },
	[LINE_INVITE] = { BY_MESSAGES, false, 80, 30 },
	[LINE_ASK] = { BY_STRIPE, true, 8, 0 },
	[LINE_NOTICE] = { BY_MESSAGES, true, 30, 0 },
	[LINE_ANSWER] = { BY_NOTHING, true, 24, 0 },
	[LINE_FORWARD] = { BY_MESSAGES, true, 6, 0 },
	[LINE_ALERT] = { BY_MESSAGES, true, 6, 0 },
	[LINE_RECONCILE] = { BY_STRIPE, true, 1, 0 },
};
#define N_SLOTS 195 /* of all lines */

/* Jobs that are looked at beyond those that may go: some of them are for a chat
 * that has just been written to, no more than a second has messages. */
#define N_BEYOND 40
#define N_LOOK (80 + N_BEYOND)

enum slot_state { SLOT_FREE, SLOT_WAITING, SLOT_CALLING, SLOT_ANSWERED };

/* A leased job on its way. */
struct slot {
	enum slot_state state;
	enum job_line line; /* whose slot it is */
	struct arena arena;
	struct step step;
	int64_t lease_end_ms; /* by clock_mono_ms() */
	enum err call_err;
	struct http_response res;
	bool give_back; /* not tried: due again at due_ms, as it was */
	int64_t due_ms;
	bool renew;         /* before the call: the lease, and what the step
	                       notes first */
	enum after after;   /* AFTER_NEXT_CALL, AFTER_HELD_CALL: it keeps the
	                       slot */
	int64_t renewed_ms; /* the end of the lease, once that is committed */
};

struct worker {
	struct app *app;
	struct http *http;
	struct lock lock;
	struct pace pace;
	struct slot slots[N_SLOTS];
	size_t n_busy, n_busy_in[LINE__COUNT];
	int signal_fd;
	bool stopping;
	bool ledger_fails; /* the last look was in vain */
	bool holds_back;   /* something is due that may go in a moment */
	/* All by clock_mono_ms(). */
	int64_t look_ms;               /* when to look for jobs again */
	int64_t settle_ms;             /* not before, after the ledger failed */
	int64_t chore_ms[WORK_CHORES]; /* when each is to be done again */
	int64_t active_ms;             /* when there was last something to do */
	int64_t stop_ms;               /* when patience ends */
	enum worker_stay stay;
};

static int64_t
sooner(int64_t a_ms, int64_t b_ms)
{
	return a_ms < b_ms ? a_ms : b_ms;
}

/* ---- a slot's next call ---- */

static enum limit
limit_of(const struct slot *s)
{
	if (s->step.is_to_telegram)
		return s->step.chat_id != 0 ? BY_MESSAGES : BY_CALLS;
	return lines[s->line].limit == BY_STRIPE ? BY_STRIPE : BY_NOTHING;
}

static int64_t
call_when(struct worker *w, const struct slot *s, int64_t now_ms)
{
	switch (limit_of(s)) {
	case BY_MESSAGES:
		return pace_when(
		    &w->pace, s->step.chat_id, lines[s->line].can_wait, now_ms);
	case BY_CALLS:
		return pace_flow_when(&w->pace.calls, now_ms);
	case BY_STRIPE:
		return pace_flow_when(&w->pace.stripe, now_ms);
	default:
		return now_ms;
	}
}

static void
give_back(struct slot *s, int64_t due_ms)
{
	s->give_back = true;
	s->due_ms = due_ms;
	s->state = SLOT_ANSWERED;
}

static void
prepare(struct worker *w, struct slot *s)
{
	struct job *job = &s->step.job;

	if (work_prepare(w->app, &s->arena, &s->step) != ERR_OK) {
		give_back(s, clock_now_ms() + PREPARE_PAUSE_MS);
	} else if (job->line != s->line) { /* it waits there, then */
		give_back(s, job->due_ms);
	} else {
		s->state = s->step.has_call ? SLOT_WAITING : SLOT_ANSWERED;
	}
}

/* ---- looking for jobs ---- */

/* Messages that slots will send: the invites, and what waits for its turn. */
static size_t
messages_ahead(const struct worker *w)
{
	size_t n = 0;

	for (size_t i = 0; i < N_SLOTS; i++) {
		const struct slot *s = &w->slots[i];
		bool is_message = limit_of(s) == BY_MESSAGES;

		n += (s->state == SLOT_WAITING && is_message) ||
		    (s->state != SLOT_FREE && s->line == LINE_INVITE &&
			!is_message && !s->give_back);
	}
	return n;
}

static size_t
waiting_for(const struct worker *w, enum limit limit)
{
	size_t n = 0;

	for (size_t i = 0; i < N_SLOTS; i++)
		n += w->slots[i].state == SLOT_WAITING &&
		    limit_of(&w->slots[i]) == limit;
	return n;
}

static size_t
less(size_t a, size_t b)
{
	return a > b ? a - b : 0;
}

/* How many jobs of a line could make their calls soon. *opens_ms: when there
 * will be room, where the limit has none. */
static size_t
room_of(struct worker *w, enum job_line line, int64_t now_ms, int64_t *opens_ms)
{
	bool can_wait = lines[line].can_wait;

	switch (lines[line].limit) {
	case BY_MESSAGES:
		*opens_ms = pace_when(&w->pace, 0, can_wait, now_ms);
		if (*opens_ms > now_ms + SOON_MS) /* the bot as a whole */
			return 0;
		return less(
		    pace_room(&w->pace, can_wait, now_ms) + lines[line].ahead,
		    messages_ahead(w));
	case BY_CALLS:
		*opens_ms = pace_flow_when(&w->pace.calls, now_ms);
		return less(pace_flow_room(&w->pace.calls, now_ms),
		    waiting_for(w, BY_CALLS));
	case BY_STRIPE:
		*opens_ms = pace_flow_when(&w->pace.stripe, now_ms);
		return less(pace_flow_room(&w->pace.stripe, now_ms),
		    waiting_for(w, BY_STRIPE));
	default:
		*opens_ms = now_ms;
		return N_SLOTS;
	}
}

/* One look at all lines: what is taken, what is put off, and when there will be
 * something again. */
struct look {
	struct worker *w;
	struct arena arena;
	int64_t now_ms;
	int64_t next_ms;
	struct job due[N_LOOK];
	struct {
		struct job job;
		int64_t wait_ms; /* to be put off by; 0: to be leased */
		bool is_ours;
	} picks[N_SLOTS];
	size_t n_picks, n_room, n_taken;
};

/* Which chat a job is going to write to, as far as its kind tells. */
static int64_t
chat_of(const struct worker *w, const struct job *job)
{
	if (lines[job->line].limit != BY_MESSAGES)
		return 0;
	return work_chat(w->app, job);
}

/* One that is here is ours, even when a clock that was set says that its lease
 * is over; and of two messages to a chat, one has to wait. */
static bool
is_here(const struct look *l, const struct job *job, int64_t chat_id)
{
	for (size_t i = 0; i < N_SLOTS; i++) {
		const struct slot *s = &l->w->slots[i];

		if (s->state == SLOT_FREE)
			continue;
		if (s->step.job.id == job->id ||
		    (s->state == SLOT_WAITING && chat_id != 0 &&
			s->step.chat_id == chat_id))
			return true;
	}
	for (size_t i = 0; i < l->n_picks; i++)
		if (l->picks[i].wait_ms == 0 && chat_id != 0 &&
		    chat_of(l->w, &l->picks[i].job) == chat_id)
			return true;
	return false;
}

static void
consider(struct look *l, const struct job *job)
{
	int64_t chat_id = chat_of(l->w, job), wait_ms = 0;

	if (l->n_picks == N_SLOTS || is_here(l, job, chat_id))
		return;
	if (chat_id != 0)
		wait_ms =
		    pace_chat_when(&l->w->pace, chat_id, l->now_ms) - l->now_ms;
	if (wait_ms > 0 && wait_ms <= SOON_MS) {
		l->next_ms = sooner(l->next_ms, l->now_ms + wait_ms);
		l->w->holds_back = true;
		return;
	}
	l->picks[l->n_picks].job = *job;
	l->picks[l->n_picks++].wait_ms = wait_ms;
	l->n_taken += wait_ms == 0;
}

static enum err
look_at_line(struct look *l, enum job_line line)
{
	struct worker *w = l->w;
	int64_t opens_ms = 0;
	size_t room = room_of(w, line, l->now_ms, &opens_ms), n = 0;
	size_t n_free = lines[line].n_slots - w->n_busy_in[line];
	enum err e;

	if (n_free == 0)
		return ERR_OK; /* a slot that gets free looks */
	if (room == 0 && opens_ms > l->now_ms) {
		l->next_ms = sooner(l->next_ms, opens_ms);
		w->holds_back |= opens_ms <= l->now_ms + SOON_MS;
	}
	if (room == 0)
		return ERR_OK; /* so does a call that is begun */
	l->n_room = room < n_free ? room : n_free;
	l->n_taken = 0;
	e = jobs_due(
	    w->app->db, &l->arena, line, l->due, l->n_room + N_BEYOND, &n);
	for (size_t i = 0; e == ERR_OK && i < n && l->n_taken < l->n_room; i++)
		consider(l, &l->due[i]);
	if (l->n_taken == l->n_room)
		l->next_ms = sooner(l->next_ms, l->now_ms + 1); /* more? */
	return e;
}

static enum err
lease_picks(struct db *db, void *ctx)
{
	struct look *l = ctx;
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < l->n_picks; i++) {
		struct job *job = &l->picks[i].job;

		l->picks[i].is_ours = false;
		e = l->picks[i].wait_ms > 0 ?
		    jobs_put_off(
			db, job, clock_now_ms() + l->picks[i].wait_ms) :
		    jobs_lease(db, job, LEASE_MS, &l->picks[i].is_ours);
	}
	return e;
}

static struct slot *
free_slot(struct worker *w)
{
	size_t i = 0;

	while (w->slots[i].state != SLOT_FREE)
		i++;
	return &w->slots[i];
}

static void
take_job(struct worker *w, const struct job *job)
{
	struct slot *s = free_slot(w);

	s->line = job->line;
	s->give_back = s->renew = false;
	s->after = AFTER_DONE;
	s->lease_end_ms = clock_mono_ms() + LEASE_MS;
	s->step = (struct step){ .job = *job };
	s->step.job.promise = arena_dup_text(&s->arena, job->promise);
	s->step.job.detail = arena_dup_text(&s->arena, job->detail);
	w->n_busy++;
	w->n_busy_in[s->line]++;
	prepare(w, s);
}

/* What is due and was left where it is waits for a limit or for another job of
 * its person: whatever ends that looks again. */
static enum err
next_look(struct look *l)
{
	int64_t due_ms = 0, now_ms = clock_now_ms();
	enum err e = jobs_next_due(l->w->app->db, &l->arena, now_ms, &due_ms);

	if (e == ERR_OK && due_ms != 0)
		l->next_ms =
		    sooner(l->next_ms, clock_mono_ms() + due_ms - now_ms);
	return e;
}

static void
look_for_jobs(struct worker *w)
{
	static struct look l;
	enum err e = ERR_OK;

	l = (struct look){
		.w = w, .now_ms = clock_mono_ms(), .next_ms = INT64_MAX
	};
	w->holds_back = false;
	for (int line = 0; e == ERR_OK && line < LINE__COUNT; line++)
		e = look_at_line(&l, (enum job_line)line);
	if (e == ERR_OK && l.n_picks > 0)
		e = db_transaction(w->app->db, lease_picks, &l);
	for (size_t i = 0; e == ERR_OK && i < l.n_picks; i++)
		if (l.picks[i].is_ours)
			take_job(w, &l.picks[i].job);
	if (e == ERR_OK)
		e = next_look(&l);
	if (l.n_picks > 0)
		w->active_ms = clock_mono_ms();
	w->ledger_fails = e != ERR_OK;
	w->look_ms = e == ERR_OK ? l.next_ms : l.now_ms + LEDGER_PAUSE_MS;
	arena_free(&l.arena);
}

/* ---- calling ---- */

static void
begin_call(struct worker *w, struct slot *s, int64_t now_ms)
{
	enum limit limit = limit_of(s);

	/* No call outlives the lease that it is made for. */
	if (s->step.notes_first ||
	    s->lease_end_ms - now_ms < s->step.call.total_ms + SETTLE_MS) {
		s->renew = true;
		s->state = SLOT_ANSWERED;
		return;
	}
	s->state = SLOT_CALLING;
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
static int64_t
begin_calls(struct worker *w)
{
	struct slot *waiting[N_SLOTS];
	int64_t now_ms = clock_mono_ms(), next_ms = INT64_MAX;
	size_t n = waiting_slots(w, waiting);

	for (size_t i = 0; i < n; i++) {
		struct slot *s = waiting[i];
		int64_t when_ms = call_when(w, s, now_ms);

		if (w->stopping)
			give_back(s, s->step.job.due_ms);
		else if (when_ms - now_ms > SOON_MS)
			give_back(s, clock_now_ms() + when_ms - now_ms);
		else if (when_ms <= now_ms)
			begin_call(w, s, now_ms);
		else
			next_ms = sooner(next_ms, when_ms);
	}
	return next_ms;
}

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
	if (limit_of(s) == BY_STRIPE && e == ERR_OK && s->res.status == 429)
		pace_flow_refused(&w->pace.stripe, wait_ms, clock_mono_ms());
	s->state = work_follow(w->app, &s->arena, &s->step, e, &s->res) ?
	    SLOT_WAITING :
	    SLOT_ANSWERED;
}

static void
take_answers(struct worker *w)
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

/* ---- settling ---- */

struct settling {
	struct worker *w;
	struct slot *slot;
};

static void
log_outcome(const struct job *job, const struct outcome *o)
{
	static const char *const events[] = { [AFTER_DONE] = "job_done",
		[AFTER_RETRY] = "job_again",
		[AFTER_WAIT] = "job_again",
		[AFTER_PARK] = "job_parked" };

	log_event(
	    o->after == AFTER_DONE || o->error == NULL ? LOG_INFO : LOG_WARN,
	    events[o->after],
	    KV(kv_int("id", job->id), kv_text("promise", job->promise),
		kv_int("tg_id", job->tg_id), kv_int("attempt", job->attempts),
		kv_int("age_ms", clock_now_ms() - job->created_ms),
		kv_int_or_null("wait_ms", o->wait_ms),
		kv_text("why", o->error)));
}

static void
note_429(struct worker *w, const struct slot *s, int64_t wait_ms)
{
	if (limit_of(s) == BY_MESSAGES)
		pace_refused(
		    &w->pace, s->step.chat_id, wait_ms, clock_mono_ms());
	else
		pace_flow_refused(&w->pace.calls, wait_ms, clock_mono_ms());
}

static enum err
end_job(struct settling *t, struct db *db, const struct outcome *o)
{
	struct slot *s = t->slot;
	const struct job *job = &s->step.job;
	int64_t due_ms = clock_now_ms() + o->wait_ms;
	enum err e;

	log_outcome(job, o);
	switch (o->after) {
	case AFTER_DONE:
		return jobs_done(db, job);
	case AFTER_PARK:
		e = jobs_park(db, job, o->error);
		return e == ERR_OK ? work_parked(t->w->app, &s->arena, job, o) :
				     e;
	case AFTER_WAIT:
		return jobs_give_back(db, job, due_ms, o->error);
	default:
		return jobs_again(db, job, due_ms, o->error);
	}
}

static enum err
settle_one(struct db *db, void *ctx)
{
	struct settling *t = ctx;
	struct slot *s = t->slot;
	struct job *job = &s->step.job;
	struct outcome o = { .after = s->after };
	enum err e = ERR_OK;

	if (s->give_back)
		return jobs_give_back(db, job, s->due_ms, NULL);
	if (s->renew && s->step.notes_first)
		e = work_begin(t->w->app, &s->arena, &s->step);
	/* The step holds the next call already: its answer was judged, but
	 * that could not be committed. */
	if (!s->renew && s->after != AFTER_HELD_CALL)
		e = work_settle(
		    t->w->app, &s->arena, &s->step, s->call_err, &s->res, &o);
	if (e != ERR_OK)
		return e;
	s->after = o.after;
	if (o.silence_ms > 0)
		note_429(t->w, s, o.silence_ms);
	return s->renew || o.after == AFTER_NEXT_CALL ||
		o.after == AFTER_HELD_CALL ?
	    jobs_renew(db, job, LEASE_MS, &s->renewed_ms) :
	    end_job(t, db, &o);
}

/* A job whose lease was lost is somebody else's by now, and one whose outcome
 * cannot be written would hold up the others: neither fails the batch. */
static enum err
settle_all(struct db *db, void *ctx)
{
	struct worker *w = ctx;
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < N_SLOTS; i++) {
		struct settling t = { w, &w->slots[i] };

		if (t.slot->state != SLOT_ANSWERED)
			continue;
		t.slot->renewed_ms = 0;
		e = db_savepoint(db, settle_one, &t);
		if (e == ERR_CONFLICT || e == ERR_INTERNAL) {
			log_event(LOG_ERROR, "job_not_settled",
			    KV(kv_int("id", t.slot->step.job.id),
				kv_text("why", err_name(e))));
			t.slot->renewed_ms = 0;
			e = ERR_OK;
		}
	}
	return e;
}

/* The next call in the same slot, by the same lease. */
static void
go_on(struct worker *w, struct slot *s)
{
	struct step *t = &s->step;

	t->job.lease_ms = s->renewed_ms;
	s->lease_end_ms = clock_mono_ms() + LEASE_MS;
	if (!s->renew)
		t->job.attempts = 1;
	if (s->after == AFTER_NEXT_CALL && !s->renew) {
		*t = (struct step){ .job = t->job, .n_steps = t->n_steps + 1 };
		prepare(w, s);
	} else {
		s->state = SLOT_WAITING;
		t->notes_first &= !s->renew;
	}
	s->renew = false;
	s->after = AFTER_DONE;
}

static void
end_slot(struct worker *w, struct slot *s)
{
	if (s->renewed_ms != 0) {
		go_on(w, s);
		return;
	}
	arena_reset(&s->arena);
	s->state = SLOT_FREE;
	w->n_busy--;
	w->n_busy_in[s->line]--;
}

static void
hurry_chores(struct worker *w, int64_t now_ms)
{
	for (size_t i = 0; i < work_n_chores; i++)
		if (work_chores[i].is_urgent)
			w->chore_ms[i] = now_ms;
}

/* An answer that cannot be written down yet is kept and not asked for again:
 * the message is out. */
static void
settle(struct worker *w)
{
	size_t n_answered = 0;
	bool ended[N_SLOTS];

	for (size_t i = 0; i < N_SLOTS; i++) {
		ended[i] = w->slots[i].state == SLOT_ANSWERED;
		n_answered += ended[i];
	}
	if (n_answered == 0 || clock_mono_ms() < w->settle_ms)
		return;
	if (db_transaction(w->app->db, settle_all, w) != ERR_OK) {
		w->settle_ms = clock_mono_ms() + LEDGER_PAUSE_MS;
		return;
	}
	for (size_t i = 0; i < N_SLOTS; i++)
		if (ended[i])
			end_slot(w, &w->slots[i]);
	w->active_ms = clock_mono_ms();
	/* What was settled may promise more, and say until when. */
	w->look_ms = w->active_ms;
	hurry_chores(w, w->active_ms);
}

/* ---- the loop ---- */

static int64_t
next_chore(const struct worker *w)
{
	int64_t next_ms = INT64_MAX;

	for (size_t i = 0; i < work_n_chores; i++)
		if (work_chores[i].every_ms > 0)
			next_ms = sooner(next_ms, w->chore_ms[i]);
	return next_ms;
}

static int
wait_limit_ms(const struct worker *w, int64_t next_call_ms)
{
	int64_t now_ms = clock_mono_ms();
	int64_t until_ms = sooner(next_call_ms, now_ms + 60 * 1000);

	if (w->stay == WORKER_ONCE && w->n_busy == 0 && !w->holds_back)
		return 0;
	if (w->stopping)
		until_ms = sooner(until_ms, w->stop_ms);
	else
		until_ms = sooner(sooner(until_ms, w->look_ms), next_chore(w));
	if (w->settle_ms > now_ms)
		until_ms = sooner(until_ms, w->settle_ms);
	return until_ms > now_ms ? (int)(until_ms - now_ms) : 0;
}

static void
wait_for_more(struct worker *w, int timeout_ms)
{
	struct pollfd fds[] = { { .fd = w->signal_fd, .events = POLLIN },
		{ .fd = w->lock.wake_fd, .events = POLLIN } };

	http_wait(w->http, fds, 2, timeout_ms);
	if (fds[1].revents != 0) {
		lock_read_wakes(&w->lock);
		w->look_ms = w->active_ms = clock_mono_ms();
		hurry_chores(w, w->active_ms);
	}
	if (fds[0].revents != 0 && !w->stopping) {
		w->stopping = true;
		w->stop_ms = clock_mono_ms() + STOP_PATIENCE_MS;
	}
}

static void
turn(struct worker *w)
{
	int64_t next_call_ms;

	if (!w->stopping && clock_mono_ms() >= w->look_ms)
		look_for_jobs(w);
	next_call_ms = begin_calls(w);
	settle(w);
	wait_for_more(w, wait_limit_ms(w, next_call_ms));
	take_answers(w);
	settle(w);
}

/* Nothing under way and nothing owed, or no way to know. */
static bool
is_idle(const struct worker *w)
{
	if (w->n_busy > 0)
		return false;
	if (w->stay == WORKER_ONCE)
		return w->ledger_fails ||
		    (w->look_ms > clock_mono_ms() && !w->holds_back);
	return (w->look_ms == INT64_MAX || w->ledger_fails) &&
	    clock_mono_ms() - w->active_ms >= SILENCE_BEFORE_HOME_MS;
}

/* Once we have hung up nobody can be told any more that we are here, so a last
 * look decides. */
static bool
may_go_home(struct worker *w)
{
	lock_hang_up(w->app, &w->lock);
	look_for_jobs(w);
	if (is_idle(w))
		return true;
	if (lock_listen_again(w->app, &w->lock) != ERR_OK)
		w->stopping = true;
	return false;
}

static void
do_chore(struct worker *w, size_t i)
{
	const struct chore *c = &work_chores[i];
	int64_t now_ms = clock_mono_ms(), next_ms = 0, wait_ms;
	bool any = false;
	enum err e = c->run(w->app, &next_ms, &any);

	if (e != ERR_OK)
		log_event(LOG_WARN, "chore_failed",
		    KV(kv_text("chore", c->name), kv_text("why", err_name(e))));
	else if (any)
		w->look_ms = clock_mono_ms();
	wait_ms = next_ms - clock_now_ms();
	if (e != ERR_OK || next_ms == 0 || wait_ms > c->every_ms)
		wait_ms = c->every_ms;
	else if (wait_ms <= 0)
		wait_ms = LEDGER_PAUSE_MS;
	w->chore_ms[i] = now_ms + wait_ms;
}

static void
do_chores(struct worker *w)
{
	for (size_t i = 0; i < work_n_chores && !w->stopping; i++)
		if (clock_mono_ms() >= w->chore_ms[i])
			do_chore(w, i);
}

static bool
has_ended(struct worker *w)
{
	if (w->stopping)
		return w->n_busy == 0 || clock_mono_ms() >= w->stop_ms;
	return w->stay != WORKER_FOREVER && is_idle(w) && may_go_home(w);
}

static int
watch_signals(void)
{
	sigset_t stops;

	sigemptyset(&stops);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGINT);
	sigaddset(&stops, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &stops, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void
close_worker(struct worker *w)
{
	if (w->lock.wake_fd >= 0)
		lock_hang_up(w->app, &w->lock);
	lock_release(&w->lock);
	http_free(w->http);
	for (size_t i = 0; i < N_SLOTS; i++)
		arena_free(&w->slots[i].arena);
	if (w->signal_fd >= 0)
		(void)close(w->signal_fd);
}

enum err
worker_run(struct app *app, enum worker_stay stay)
{
	static struct worker w;
	enum err e;

	w = (struct worker){ .app = app, .stay = stay, .signal_fd = -1 };
	e = lock_open(app, &w.lock);
	if (e != ERR_OK)
		return e;
	w.signal_fd = watch_signals();
	w.http = http_new();
	w.active_ms = clock_mono_ms();
	pace_init(&w.pace, w.active_ms);
	if (w.http == NULL || w.signal_fd < 0)
		e = ERR_INTERNAL;
	else if (stay != WORKER_FOREVER)
		e = db_ready(app->db);
	if (e == ERR_OK && jobs_take_over(app->db) != ERR_OK)
		log_event(LOG_WARN, "leases_not_released", KV_NONE);
	log_event(LOG_INFO, "worker_up", KV(kv_int("pid", getpid())));
	if (e == ERR_OK)
		do_chores(&w); /* the catalog, before it lets anybody in */
	while (e == ERR_OK && !has_ended(&w)) {
		turn(&w);
		do_chores(&w);
	}
	log_event(
	    LOG_INFO, "worker_home", KV(kv_int("busy", (int64_t)w.n_busy)));
	close_worker(&w);
	return e;
}
