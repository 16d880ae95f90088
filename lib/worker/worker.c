/* The worker's loop: lease, call, settle; and the chores between. */
#include "worker/worker.h"

#include "base/clock.h"
#include "base/log.h"
#include "net/http.h"
#include "outbox/jobs.h"
#include "outbox/place.h"
#include "worker/calls.h"
#include "worker/lease.h"
#include "worker/lock.h"
#include "worker/settle.h"
#include "worker/work.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define SILENCE_BEFORE_HOME_MS (60 * 1000)
/* So long it waits for a ledger in which something is owed: a full disk or a
 * server that is gone is seen to in that time, and in a quiet shop nobody else
 * may come to start a worker for what was promised before. */
#define FAILURE_BEFORE_HOME_MS (60 * 60 * 1000)
#define STOP_PATIENCE_MS 3000 /* for calls under way */
/* Others promise and settle, too, where the ledger is shared: how often to look
 * for what was not heard of, and where nothing is heard. */
#define LOOK_MS 5000
#define LOOK_DEAF_MS 1000
#define LOOK_FOR_LEDGER_MS 5000
/* More at once than this is a rush; so long after it its memory goes back. */
#define FEW_BUSY 8
#define REST_MS 1000

struct loop {
	struct worker w;
	struct lock lock;
	int signal_fd;
	enum worker_stay stay;
	/* By clock_mono_ms(). */
	int64_t chore_ms[WORK_CHORES]; /* when each is to be done again */
	int64_t others_ms;             /* when to look for what others did */
	int64_t stop_ms;               /* when patience ends */
	int64_t rest_ms; /* when a rush is over, or the start; 0: it is */
};

/* Something came in: some chores may be needed sooner than they had said. */
static void
hurry_chores(struct loop *l, int64_t now_ms)
{
	for (size_t i = 0; i < work_n_chores; i++)
		if (work_chores[i].is_urgent)
			l->chore_ms[i] = now_ms;
}

/* What was settled may say until when something is to be done. */
static void
settle(struct loop *l)
{
	if (settle_answered(&l->w))
		hurry_chores(l, l->w.active_ms);
}

static int64_t
next_chore(const struct loop *l)
{
	int64_t next_ms = INT64_MAX;

	for (size_t i = 0; i < work_n_chores; i++)
		if (work_chores[i].every_ms > 0)
			next_ms = sooner(next_ms, l->chore_ms[i]);
	return next_ms;
}

/* How long there is nothing to do unless something comes in. */
static int
wait_limit_ms(const struct loop *l, int64_t next_call_ms)
{
	int64_t now_ms = clock_mono_ms();
	int64_t until_ms = sooner(next_call_ms, now_ms + 60 * 1000);

	if (l->stay == WORKER_ONCE && l->w.n_busy == 0 && !l->w.holds_back)
		return 0;
	if (l->w.stopping)
		until_ms = sooner(until_ms, l->stop_ms);
	else
		until_ms = sooner(sooner(until_ms, l->others_ms),
		    sooner(l->w.look_ms, next_chore(l)));
	if (l->rest_ms > 0)
		until_ms = sooner(until_ms, l->rest_ms);
	if (l->w.settle_ms > now_ms)
		until_ms = sooner(until_ms, l->w.settle_ms);
	return until_ms > now_ms ? (int)(until_ms - now_ms) : 0;
}

/* Somebody told of something new: here, or on another machine. */
static void
wake_up(struct loop *l)
{
	l->w.look_ms = l->w.active_ms = clock_mono_ms();
	l->w.owes = true;
	hurry_chores(l, l->w.active_ms);
}

/* The signals first, then the wakes. */
static void
take_in(struct loop *l, const struct pollfd *fds)
{
	if (fds[1].revents != 0) {
		(void)lock_read_wakes(&l->lock);
		wake_up(l);
	}
	if (fds[0].revents != 0 && !l->w.stopping) {
		l->w.stopping = true;
		l->stop_ms = clock_mono_ms() + STOP_PATIENCE_MS;
	}
}

/* Until then, or until an answer, somebody who wakes us or a stop signal. What
 * others tell may have come along with the answer to a statement: then nothing
 * is readable, so it is asked for before waiting, too. */
static void
wait_for_more(struct loop *l, int64_t next_call_ms)
{
	struct pollfd fds[] = { { .fd = l->signal_fd, .events = POLLIN },
		{ .fd = l->lock.wake_fd, .events = POLLIN },
		{ .events = POLLIN } };

	if (db_heard(l->w.app->db))
		wake_up(l);
	fds[2].fd = db_listen_fd(l->w.app->db);
	http_wait(l->w.http, fds, fds[2].fd < 0 ? 2 : 3,
	    wait_limit_ms(l, next_call_ms));
	take_in(l, fds);
}

/* A worker that is killed between two jobs of a person, and whoever promises on
 * a machine without a worker, leave something that nobody here was told of. */
static void
look(struct loop *l)
{
	struct db *db = l->w.app->db;
	int64_t now_ms = clock_mono_ms();

	if (now_ms < sooner(l->w.look_ms, l->others_ms))
		return;
	lease_due(&l->w);
	if (db_is_shared(db))
		l->others_ms =
		    now_ms + (db_listen_fd(db) < 0 ? LOOK_DEAF_MS : LOOK_MS);
}

/* A shop has a rush now and then, and a small machine for all of it. */
static void
rest(struct loop *l)
{
	int64_t now_ms = clock_mono_ms();

	if (l->w.n_busy > FEW_BUSY || (l->w.n_busy > 0 && l->rest_ms > 0))
		l->rest_ms = now_ms + REST_MS;
	if (l->rest_ms == 0 || now_ms < l->rest_ms)
		return;
	l->rest_ms = 0;
	for (size_t i = 0; i < N_SLOTS; i++)
		arena_free(&l->w.slots[i].arena);
	db_shrink(l->w.app->db);
	memory_give_back();
}

/* Settles twice: what needs no call is written down before waiting. */
static void
turn(struct loop *l)
{
	int64_t next_call_ms;

	if (!l->w.stopping)
		look(l);
	next_call_ms = calls_begin(&l->w);
	settle(l);
	rest(l);
	wait_for_more(l, next_call_ms);
	calls_take_answers(&l->w);
	settle(l);
}

/* Nothing under way and nothing owed, or no way to know. */
static bool
is_idle(const struct loop *l)
{
	int64_t silence_ms = l->w.ledger_fails && l->w.owes ?
	    FAILURE_BEFORE_HOME_MS :
	    SILENCE_BEFORE_HOME_MS;

	if (l->w.n_busy > 0)
		return false;
	if (l->stay == WORKER_ONCE)
		return l->w.ledger_fails ||
		    (l->w.look_ms > clock_mono_ms() && !l->w.holds_back);
	return (l->w.look_ms == INT64_MAX || l->w.ledger_fails) &&
	    clock_mono_ms() - l->w.active_ms >= silence_ms;
}

/* Once we have hung up nobody can be told any more that we are here, so a last
 * look decides. */
static bool
may_go_home(struct loop *l)
{
	bool is_woken = lock_hang_up(l->w.app, &l->lock);

	lease_due(&l->w);
	if (!is_woken && is_idle(l))
		return true;
	if (is_woken)
		wake_up(l);
	if (lock_listen_again(l->w.app, &l->lock) != ERR_OK)
		l->w.stopping = true;
	return false;
}

/* Its next time is what it says, every_ms at the latest. A time that has passed
 * already is tried after a pause, not at once again and again. */
static void
do_chore(struct loop *l, size_t i)
{
	const struct chore *c = &work_chores[i];
	int64_t now_ms = clock_mono_ms(), next_ms = 0, wait_ms;
	bool any = false;
	enum err e = c->run(l->w.app, &next_ms, &any);

	if (e != ERR_OK)
		log_event(LOG_WARN, "chore_failed",
		    KV(kv_text("chore", c->name), kv_text("why", err_name(e))));
	else if (any)
		l->w.look_ms = clock_mono_ms();
	wait_ms = next_ms - clock_now_ms();
	if (e != ERR_OK || next_ms == 0 || wait_ms > c->every_ms)
		wait_ms = c->every_ms;
	else if (wait_ms <= 0)
		wait_ms = LEDGER_PAUSE_MS;
	l->chore_ms[i] = now_ms + wait_ms;
}

static void
do_chores(struct loop *l)
{
	for (size_t i = 0; i < work_n_chores && !l->w.stopping; i++)
		if (clock_mono_ms() >= l->chore_ms[i])
			do_chore(l, i);
}

/* A stop waits for calls under way, so that an answer is not lost: the message
 * it tells of would be sent again. */
static bool
has_ended(struct loop *l)
{
	if (l->w.stopping)
		return l->w.n_busy == 0 || clock_mono_ms() >= l->stop_ms;
	return l->stay != WORKER_FOREVER && is_idle(l) && may_go_home(l);
}

/* Blocked for good and read from a descriptor: a stop interrupts nothing. */
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
close_worker(struct loop *l)
{
	if (l->lock.wake_fd >= 0)
		(void)lock_hang_up(l->w.app, &l->lock);
	lock_release(&l->lock);
	http_free(l->w.http);
	for (size_t i = 0; i < N_SLOTS; i++)
		arena_free(&l->w.slots[i].arena);
	if (l->signal_fd >= 0)
		(void)close(l->signal_fd);
}

/* All that is needed to begin; what is missing is an error. */
static enum err
begin(struct loop *l)
{
	struct worker *w = &l->w;

	l->signal_fd = watch_signals();
	w->http = http_new();
	w->active_ms = clock_mono_ms();
	w->owes = true; /* whoever started us knew of something, as a rule */
	pace_init(&w->pace, w->active_ms);
	l->others_ms = db_is_shared(w->app->db) ? w->active_ms : INT64_MAX;
	return w->http == NULL || l->signal_fd < 0 ? ERR_INTERNAL : ERR_OK;
}

static void
say_none(const char *event, struct app *app)
{
	struct arena a = { 0 };

	log_event(LOG_INFO, event,
	    KV(kv_text("at", conf_ledger_name(&app->conf, &a))));
	arena_free(&a);
}

/* Whether to go at once, before anything is left beside a ledger that is not
 * there. That its folder is not there either is said by who takes the lock. A
 * server is asked by who has the lock: each of those that wait for it would
 * hold a connection. */
static bool
is_in_vain(struct app *app, enum worker_stay stay, bool has_lock)
{
	struct place p;

	if (stay == WORKER_FOREVER || db_is_shared(app->db) != has_lock ||
	    !place_open(app, &p))
		return false;
	place_close(&p);
	if (db_ready(app->db) != ERR_NOT_FOUND)
		return false;
	say_none("no_ledger_yet", app);
	return true;
}

/* Whoever makes the ledger has something to promise, as a rule, and wakes us.
 * The look now and then is for all others. */
static enum err
await_ledger(struct loop *l)
{
	struct pollfd fds[] = { { .fd = l->signal_fd, .events = POLLIN },
		{ .fd = l->lock.wake_fd, .events = POLLIN } };
	enum err e = db_ready(l->w.app->db);

	if (e == ERR_NOT_FOUND)
		say_none("ledger_awaited", l->w.app);
	while (e == ERR_NOT_FOUND && !l->w.stopping) {
		(void)poll(fds, 2, LOOK_FOR_LEDGER_MS);
		take_in(l, fds);
		e = db_ready(l->w.app->db);
	}
	/* One that stays waits for a ledger that cannot be opened, too. */
	return e == ERR_NOT_FOUND || l->stay != WORKER_FOREVER ? e : ERR_OK;
}

/* The one at home may be an older program's, which cannot bring the ledger up
 * to date; or it waits for one, as we would. */
static void
look_after_other(struct app *app)
{
	enum err e = db_ready(app->db);

	if (e != ERR_OK && e != ERR_NOT_FOUND)
		log_event(LOG_WARN, "ledger_left_as_it_is", KV_NONE);
}

enum err
worker_run(struct app *app, enum worker_stay stay)
{
	static struct loop l;
	enum err e;

	/* Not as a whole: the slots would be touched, all of them. */
	l.w.app = app;
	l.stay = stay;
	l.signal_fd = -1;
	l.rest_ms = clock_mono_ms();
	db_listen(app->db);
	if (is_in_vain(app, stay, false))
		return ERR_NOT_FOUND;
	e = lock_open(app, &l.lock);
	if (e == ERR_CONFLICT)
		look_after_other(app);
	if (e != ERR_OK)
		return e;
	e = begin(&l);
	log_event(LOG_INFO, "worker_up", KV(kv_int("pid", getpid())));
	if (e == ERR_OK)
		e = is_in_vain(app, stay, true) ? ERR_NOT_FOUND :
						  await_ledger(&l);
	/* Jobs that the last worker had leased when it died: we have the lock,
	 * so nobody is at them. */
	if (e == ERR_OK && jobs_take_over(app->db) != ERR_OK)
		log_event(LOG_WARN, "leases_not_released", KV_NONE);
	if (e == ERR_OK)
		do_chores(&l); /* the catalog, before it lets anybody in */
	while (e == ERR_OK && !has_ended(&l)) {
		turn(&l);
		do_chores(&l);
	}
	log_event(
	    LOG_INFO, "worker_home", KV(kv_int("busy", (int64_t)l.w.n_busy)));
	close_worker(&l);
	return e;
}
