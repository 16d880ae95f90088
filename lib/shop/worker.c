/* The worker's loop: lease, call, settle. */
#include "shop/worker.h"

#include "base/clock.h"
#include "base/log.h"
#include "net/http.h"
#include "shop/alert.h"
#include "shop/due.h"
#include "shop/errand.h"
#include "shop/knock.h"
#include "shop/pace.h"
#include "shop/products.h"
#include "shop/prune.h"
#include "shop/reconcile.h"
#include "shop/text.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define N_SLOTS 100
/* Outlives the longest call and a long wait for the ledger after it. */
#define LEASE_MS (90 * 1000)
#define SILENCE_BEFORE_HOME_MS (60 * 1000)
#define HELD_UP_MS 200
#define LEDGER_PAUSE_MS 500                     /* after it failed */
#define STOP_PATIENCE_MS 3000                   /* for calls under way */
#define PRUNE_EVERY_MS ((int64_t)5 * 60 * 1000) /* words have an hour */
#define RECONCILE_LOOK_MS ((int64_t)30 * 1000)
#define DUE_LOOK_MS ((int64_t)30 * 1000) /* the clock may be set */

enum slot_state { SLOT_FREE, SLOT_WAITING, SLOT_CALLING, SLOT_ANSWERED };

/* A leased job on its way. */
struct slot {
	enum slot_state state;
	struct arena arena;
	struct errand errand;
	enum err call_err;
	struct http_response res;
	bool give_back;  /* not tried: due again as it was */
	bool is_held_up; /* until another of this person is over */
	bool goes_on;    /* with another call */
};

struct worker {
	struct app *app;
	struct http *http;
	struct door door;
	struct pace pace;
	struct slot slots[N_SLOTS];
	size_t n_busy;
	int signal_fd;
	bool stopping;
	bool ledger_fails; /* the last look was in vain */
	/* All by clock_mono_ms(). */
	int64_t look_ms;   /* when to look for jobs again */
	int64_t settle_ms; /* not before, after the ledger failed */
	int64_t prune_ms;  /* when to forget old things again */
	int64_t due_ms;    /* when to see whether to reconcile */
	int64_t end_ms;    /* when to see whose access ends */
	int64_t active_ms; /* when there was last something to do */
	int64_t stop_ms;   /* when patience ends */
	enum worker_stay stay;
};

/* ---- leasing ---- */

struct leasing {
	struct arena *arena;
	struct job jobs[N_SLOTS];
	size_t n, max;
};

static enum err
lease(struct db *db, void *ctx)
{
	struct leasing *l = ctx;

	return jobs_lease(db, l->arena, LEASE_MS, l->jobs, l->max, &l->n);
}

static struct slot *
free_slot(struct worker *w)
{
	size_t i = 0;

	while (w->slots[i].state != SLOT_FREE)
		i++;
	return &w->slots[i];
}

static bool
is_about_channels(const struct job *job)
{
	return job->kind == JOB_INVITE || job->kind == JOB_MEMBER;
}

/* Two jobs about one person and the channels could let in whom the other one
 * removes: one after the other. */
static bool
is_held_up(const struct worker *w, const struct job *job)
{
	for (size_t i = 0; i < N_SLOTS && is_about_channels(job); i++) {
		const struct slot *s = &w->slots[i];

		if (s->state != SLOT_FREE && !s->give_back &&
		    s->errand.job.tg_id == job->tg_id &&
		    is_about_channels(&s->errand.job))
			return true;
	}
	return false;
}

static void
take_job(struct worker *w, const struct job *job)
{
	struct slot *s = free_slot(w);

	s->is_held_up = is_held_up(w, job);
	s->errand = (struct errand){ .job = *job };
	s->errand.job.promise = arena_dup_text(&s->arena, job->promise);
	s->errand.job.detail = arena_dup_text(&s->arena, job->detail);
	s->give_back = s->is_held_up ||
	    errand_prepare(w->app, &s->arena, &s->errand) != ERR_OK;
	s->state =
	    s->errand.has_call && !s->give_back ? SLOT_WAITING : SLOT_ANSWERED;
	w->n_busy++;
}

/* When the ledger has something again: soon if it could not tell. */
static int64_t
next_look(struct worker *w, struct arena *a)
{
	int64_t due_ms = 0, now_ms = clock_now_ms();

	if (jobs_next_due(w->app->db, a, &due_ms) != ERR_OK)
		return clock_mono_ms() + LEDGER_PAUSE_MS;
	if (due_ms == 0)
		return INT64_MAX;
	return clock_mono_ms() + (due_ms > now_ms ? due_ms - now_ms : 0);
}

static void
look_for_jobs(struct worker *w)
{
	struct arena a = { 0 };
	struct leasing l = { .arena = &a, .max = N_SLOTS - w->n_busy };
	int64_t due_ms = 0;
	enum err e = jobs_next_due(w->app->db, &a, &due_ms);

	/* Looking first saves an empty transaction its sync. */
	if (e == ERR_OK && due_ms != 0 && due_ms <= clock_now_ms())
		e = db_transaction(w->app->db, lease, &l);
	for (size_t i = 0; e == ERR_OK && i < l.n; i++)
		take_job(w, &l.jobs[i]);
	if (l.n > 0)
		w->active_ms = clock_mono_ms();
	w->ledger_fails = e != ERR_OK;
	if (e != ERR_OK)
		w->look_ms = clock_mono_ms() + LEDGER_PAUSE_MS;
	else if (w->n_busy == N_SLOTS)
		w->look_ms = INT64_MAX; /* a slot that gets free looks */
	else
		w->look_ms = next_look(w, &a);
	arena_free(&a);
}

/* ---- calling ---- */

/* Only messages have a pace of their own for each chat. */
static int64_t
chat_of(const struct slot *s)
{
	return s->errand.channel.step == STEP_NONE ? s->errand.job.tg_id : 0;
}

static void
begin_call(struct worker *w, struct slot *s, int64_t now_ms)
{
	s->state = SLOT_CALLING;
	if (s->errand.is_to_telegram)
		pace_sent(&w->pace, chat_of(s), now_ms);
	s->call_err = http_start(w->http, &s->arena, &s->errand.call, s);
	if (s->call_err != ERR_OK)
		s->state = SLOT_ANSWERED;
}

/* Begins what the pace allows; the time when the next one may go. What would
 * have to wait long is given back, lest its lease run out. */
static int64_t
begin_calls(struct worker *w)
{
	int64_t now_ms = clock_mono_ms(), next_ms = INT64_MAX;

	for (size_t i = 0; i < N_SLOTS; i++) {
		struct slot *s = &w->slots[i];
		int64_t when_ms = now_ms;

		if (s->state != SLOT_WAITING)
			continue;
		if (s->errand.is_to_telegram)
			when_ms = pace_when(&w->pace, chat_of(s), now_ms);
		if (w->stopping || when_ms - now_ms > LEASE_MS / 3) {
			s->give_back = true;
			s->state = SLOT_ANSWERED;
		} else if (when_ms <= now_ms) {
			begin_call(w, s, now_ms);
		} else if (when_ms < next_ms) {
			next_ms = when_ms;
		}
	}
	return next_ms;
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
		s->call_err = e;
		s->state =
		    errand_goes_on(w->app, &s->arena, &s->errand, e, &res) ?
		    SLOT_WAITING :
		    SLOT_ANSWERED;
	}
}

/* ---- settling ---- */

struct settling {
	struct worker *w;
	struct slot *slot;
};

static int64_t
give_back_due_ms(const struct worker *w, const struct slot *s)
{
	int64_t wait_ms = w->pace.silent_until_ms - clock_mono_ms();

	if (s->is_held_up && wait_ms < HELD_UP_MS)
		wait_ms = HELD_UP_MS;
	return clock_now_ms() + (wait_ms > 0 && !w->stopping ? wait_ms : 0);
}

static void
log_verdict(const struct job *job, const struct verdict_of_errand *v)
{
	static const char *const events[] = { [ERRAND_DONE] = "job_done",
		[ERRAND_AGAIN] = "job_again",
		[ERRAND_PARK] = "job_parked" };

	log_event(
	    v->end == ERRAND_DONE || v->error == NULL ? LOG_INFO : LOG_WARN,
	    events[v->end],
	    KV(kv_int("id", job->id), kv_text("promise", job->promise),
		kv_int("tg_id", job->tg_id), kv_int("attempt", job->attempts),
		kv_int("age_ms", clock_now_ms() - job->created_ms),
		kv_int_or_null("wait_ms", v->wait_ms),
		kv_text("why", v->error)));
}

/* An alert that cannot be delivered raises none. */
static enum err
alert_parked(
    struct app *app, struct arena *a, const struct job *job, const char *why)
{
	if (job->kind == JOB_ALERT)
		return ERR_OK;
	return alert_promise(app, a,
	    arena_printf(a, "parked/%lld", (long long)job->id),
	    text_fill(a, TEXT_ALERT_PARKED,
		KV(kv_text("what", job->promise),
		    kv_text("buyer",
			arena_printf(a, "%lld", (long long)job->tg_id)),
		    kv_text("why", why))));
}

static enum err
settle_one(struct db *db, void *ctx)
{
	struct settling *t = ctx;
	struct slot *s = t->slot;
	struct job *job = &s->errand.job;
	struct verdict_of_errand v;
	enum err e;

	if (s->give_back)
		return jobs_again(db, job, give_back_due_ms(t->w, s), NULL);
	e = errand_settle(
	    t->w->app, &s->arena, &s->errand, s->call_err, &s->res, &v);
	if (e != ERR_OK)
		return e;
	s->goes_on = v.end == ERRAND_GO_ON;
	if (s->goes_on)
		return ERR_OK;
	if (v.silence_ms > 0)
		pace_silence(&t->w->pace, v.silence_ms, clock_mono_ms());
	log_verdict(job, &v);
	if (v.end == ERRAND_DONE)
		return jobs_done(db, job);
	if (v.end == ERRAND_PARK) {
		e = jobs_park(db, job, v.error);
		return e == ERR_OK ?
		    alert_parked(t->w->app, &s->arena, job, v.error) :
		    e;
	}
	return jobs_again(db, job, clock_now_ms() + v.wait_ms, v.error);
}

/* A job whose lease was lost is somebody else's by now, and one whose verdict
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
		e = db_savepoint(db, settle_one, &t);
		if (e == ERR_CONFLICT || e == ERR_INTERNAL) {
			log_event(LOG_ERROR, "job_not_settled",
			    KV(kv_int("id", t.slot->errand.job.id),
				kv_text("why", err_name(e))));
			e = ERR_OK;
		}
	}
	return e;
}

static void
end_slot(struct worker *w, struct slot *s)
{
	if (s->goes_on) {
		s->goes_on = false;
		s->state = SLOT_WAITING;
		return;
	}
	arena_reset(&s->arena);
	s->state = SLOT_FREE;
	w->n_busy--;
}

/* An answer that cannot be written down yet is kept and not asked for again:
 * the message is out. */
static void
settle(struct worker *w)
{
	size_t n_answered = 0;

	for (size_t i = 0; i < N_SLOTS; i++)
		n_answered += w->slots[i].state == SLOT_ANSWERED;
	if (n_answered == 0 || clock_mono_ms() < w->settle_ms)
		return;
	if (db_transaction(w->app->db, settle_all, w) != ERR_OK) {
		w->settle_ms = clock_mono_ms() + LEDGER_PAUSE_MS;
		return;
	}
	for (size_t i = 0; i < N_SLOTS; i++)
		if (w->slots[i].state == SLOT_ANSWERED)
			end_slot(w, &w->slots[i]);
	w->active_ms = clock_mono_ms();
	/* What was settled may promise more, and say until when. */
	w->look_ms = w->end_ms = w->active_ms;
}

/* ---- the loop ---- */

static int64_t
sooner(int64_t a_ms, int64_t b_ms)
{
	return a_ms < b_ms ? a_ms : b_ms;
}

static int
wait_limit_ms(const struct worker *w, int64_t next_call_ms)
{
	int64_t now_ms = clock_mono_ms();
	int64_t until_ms = sooner(next_call_ms, now_ms + 60 * 1000);

	if (w->stay == WORKER_ONCE && w->n_busy == 0)
		return 0;
	until_ms = sooner(until_ms, w->stopping ? w->stop_ms : w->end_ms);
	/* With all slots taken a knock changes nothing: settling looks. */
	if (!w->stopping && w->n_busy < N_SLOTS)
		until_ms = sooner(until_ms, w->look_ms);
	if (w->settle_ms > now_ms)
		until_ms = sooner(until_ms, w->settle_ms);
	return until_ms > now_ms ? (int)(until_ms - now_ms) : 0;
}

static void
wait_for_news(struct worker *w, int timeout_ms)
{
	struct pollfd fds[] = { { .fd = w->signal_fd, .events = POLLIN },
		{ .fd = w->door.fd, .events = POLLIN } };

	http_wait(w->http, fds, 2, timeout_ms);
	if (fds[1].revents != 0) {
		door_answer(&w->door);
		w->look_ms = w->active_ms = w->end_ms = clock_mono_ms();
	}
	if (fds[0].revents != 0 && !w->stopping) {
		w->stopping = true;
		w->stop_ms = clock_mono_ms() + STOP_PATIENCE_MS;
	}
}

/* Before anybody is let in or out by it. */
static void
keep_catalog(struct worker *w)
{
	bool revived = false;

	if (app_ready(w->app, NULL) == ERR_OK)
		products_note(w->app, &revived);
	if (revived)
		w->look_ms = clock_mono_ms();
}

static void
turn(struct worker *w)
{
	int64_t next_call_ms;

	keep_catalog(w);
	if (!w->stopping && w->n_busy < N_SLOTS &&
	    clock_mono_ms() >= w->look_ms &&
	    clock_mono_ms() >= w->pace.silent_until_ms)
		look_for_jobs(w);
	else if (!w->stopping && w->look_ms < w->pace.silent_until_ms)
		w->look_ms = w->pace.silent_until_ms;
	next_call_ms = begin_calls(w);
	settle(w);
	wait_for_news(w, wait_limit_ms(w, next_call_ms));
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
		return w->look_ms > clock_mono_ms() || w->ledger_fails;
	return (w->look_ms == INT64_MAX || w->ledger_fails) &&
	    clock_mono_ms() - w->active_ms >= SILENCE_BEFORE_HOME_MS;
}

/* With the door shut nobody can be told any more that we are here, so a last
 * look decides. */
static bool
may_go_home(struct worker *w)
{
	door_shut(w->app, &w->door);
	look_for_jobs(w);
	if (is_idle(w))
		return true;
	if (door_reopen(w->app, &w->door) != ERR_OK)
		w->stopping = true;
	return false;
}

/* We hold the lock, so whoever leased what is leased is no more. */
static enum err
release_all(struct db *db, void *ctx)
{
	struct kvs now = KV(kv_int("now_ms", clock_now_ms()));
	enum err e = db_exec(db, SQL_JOBS_RELEASE, now, NULL);

	(void)ctx;
	return e == ERR_OK ? db_exec(db, SQL_JOBS_FROM_FUTURE, now, NULL) : e;
}

static void
prune_now_and_then(struct worker *w)
{
	int64_t now_ms = clock_mono_ms();

	if (now_ms < w->prune_ms)
		return;
	w->prune_ms = now_ms + PRUNE_EVERY_MS;
	prune(w->app->db);
}

/* Not due by this clock: by the ledger's, whoever worked before. */
static void
reconcile_now_and_then(struct worker *w)
{
	int64_t now_ms = clock_mono_ms();
	bool promised;

	if (w->stopping || now_ms < w->due_ms)
		return;
	w->due_ms = now_ms + RECONCILE_LOOK_MS;
	if (reconcile_when_due(w->app, &promised) != ERR_OK)
		log_event(LOG_WARN, "not_reconciled", KV_NONE);
	else if (promised)
		w->look_ms = now_ms;
}

static void
end_what_is_over(struct worker *w)
{
	int64_t now_ms = clock_mono_ms(), next_ms = 0, wait_ms;
	bool promised;
	enum err e;

	if (w->stopping || now_ms < w->end_ms)
		return;
	e = due_settle(w->app, &next_ms, &promised);
	if (e != ERR_OK)
		log_event(LOG_WARN, "not_ended", KV_NONE);
	else if (promised)
		w->look_ms = now_ms;
	wait_ms = next_ms - clock_now_ms();
	if (e != ERR_OK || next_ms == 0 || wait_ms > DUE_LOOK_MS)
		wait_ms = DUE_LOOK_MS;
	w->end_ms = now_ms + (wait_ms > 0 ? wait_ms : LEDGER_PAUSE_MS);
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
	if (w->door.fd >= 0)
		door_shut(w->app, &w->door);
	door_leave(&w->door);
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
	e = door_open(app, &w.door);
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
	if (e == ERR_OK && db_transaction(app->db, release_all, NULL) != ERR_OK)
		log_event(LOG_WARN, "leases_not_released", KV_NONE);
	log_event(LOG_INFO, "worker_up", KV(kv_int("pid", getpid())));
	while (e == ERR_OK && !has_ended(&w)) {
		turn(&w);
		prune_now_and_then(&w);
		reconcile_now_and_then(&w);
		end_what_is_over(&w);
	}
	log_event(
	    LOG_INFO, "worker_home", KV(kv_int("busy", (int64_t)w.n_busy)));
	close_worker(&w);
	return e;
}
