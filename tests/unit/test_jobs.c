/* The outbox: promised once, one taker at a time, never lost. */
#include "ledger.h"

#include "base/clock.h"
#include "shop/jobs.h"

#include <sys/wait.h>

#define MINUTE_MS (60 * 1000)

/* One call inside a transaction of its own. */
struct act {
	enum { PROMISE, LEASE, DONE, AGAIN, PARK, REVIVE } what;
	const char *promise;
	int64_t tg_id, ms;
	struct job *jobs;
	size_t n;
	bool any;
};

static enum err
act_in(struct db *db, void *ctx)
{
	struct act *t = ctx;

	switch (t->what) {
	case PROMISE:
		return jobs_promise(
		    db, JOB_INVITE, t->promise, t->tg_id, 0, NULL);
	case LEASE:
		return jobs_lease(db, &mem, t->ms, t->jobs, t->n, &t->n);
	case DONE:
		return jobs_done(db, t->jobs);
	case AGAIN:
		return jobs_again(db, t->jobs, t->ms, "not yet");
	case PARK:
		return jobs_park(db, t->jobs, "no way");
	default:
		return jobs_revive(db, t->tg_id, &t->any);
	}
}

static enum err
act(struct act *t)
{
	return db_transaction(ledger.db, act_in, t);
}

static void
promise(const char *text, int64_t tg_id)
{
	struct act t = { .what = PROMISE, .promise = text, .tg_id = tg_id };

	check_err(act(&t), ERR_OK);
}

static size_t
lease(int64_t lease_ms, struct job *jobs, size_t n)
{
	struct act t = { .what = LEASE, .ms = lease_ms, .jobs = jobs, .n = n };

	check_err(act(&t), ERR_OK);
	return t.n;
}

static enum err
settle(int what, struct job *job, int64_t due_ms)
{
	struct act t = { .jobs = job, .ms = due_ms };

	t.what = what == DONE ? DONE : what == PARK ? PARK : AGAIN;
	return act(&t);
}

static bool
revive(int64_t tg_id)
{
	struct act t = { .what = REVIVE, .tg_id = tg_id };

	check_err(act(&t), ERR_OK);
	return t.any;
}

static void
promised_once(void **state)
{
	struct job jobs[4];

	(void)state;
	ledger_fresh();
	promise("invite/cs_1", 5);
	promise("invite/cs_1", 5);
	promise("invite/cs_1", 6); /* the first word counts */
	promise("invite/cs_2", 5);
	check_int(lease(MINUTE_MS, jobs, 4), 2);
	check_text(jobs[0].promise, "invite/cs_1");
	check_int(jobs[0].tg_id, 5);
	check_int(jobs[0].kind, JOB_INVITE);
	check_int(jobs[0].attempts, 1);
	check_int(jobs[0].order_id, 0);
	check_text(jobs[0].detail, NULL);
	/* not even after it was kept */
	check_err(settle(DONE, &jobs[0], 0), ERR_OK);
	promise("invite/cs_1", 5);
	check_int(look_int("SELECT COUNT(*) FROM jobs"), 2);
	check_int(lease(MINUTE_MS, jobs, 4), 0);
}

static enum err
promise_and_fail(struct db *db, void *ctx)
{
	enum err e = jobs_promise(db, JOB_NOTICE, "p", 5, 7, "refunded");

	(void)ctx;
	return e == ERR_OK ? ERR_REFUSED : e;
}

static void
promise_goes_with_its_transaction(void **state)
{
	(void)state;
	ledger_fresh();
	check_err(
	    db_transaction(ledger.db, promise_and_fail, NULL), ERR_REFUSED);
	check_int(look_int("SELECT COUNT(*) FROM jobs"), 0);
}

static void
longest_due_first(void **state)
{
	static const char *const want[] = { "c", "a", "b", "d" };
	struct job job;

	(void)state;
	ledger_fresh();
	promise("a", 5);
	promise("b", 5);
	promise("c", 5);
	promise("d", 5);
	change("UPDATE jobs SET due_ms = 1000");
	change("UPDATE jobs SET due_ms = 900 WHERE promise = 'c'");
	change("UPDATE jobs SET due_ms = 1100 WHERE promise = 'd'");
	for (size_t i = 0; i < 4; i++) {
		check_int(lease(MINUTE_MS, &job, 1), 1);
		check_text(job.promise, want[i]);
	}
	check_int(lease(MINUTE_MS, &job, 1), 0);
}

static void
oldest_promise_first(void **state)
{
	struct job jobs[100];

	(void)state;
	ledger_fresh();
	for (int i = 0; i < 100; i++)
		promise(arena_printf(&mem, "p/%d", i), i + 1);
	check_int(lease(MINUTE_MS, jobs, 100), 100);
	for (int i = 0; i < 100; i++)
		check_int(jobs[i].tg_id, i + 1);
}

/* Each row: one job, promised and changed so; is it leased? */
static const struct due {
	const char *why, *change;
	size_t want;
} dues[] = {
	{ "just promised", "SELECT 1", 1 },
	{ "due a second ago",
	    "UPDATE jobs SET due_ms = strftime('%s', 'now') * 1000 - 1000", 1 },
	{ "due in a minute",
	    "UPDATE jobs SET due_ms = strftime('%s', 'now') * 1000 + 60000",
	    0 },
	{ "leased to another",
	    "UPDATE jobs SET lease_ms = strftime('%s', 'now') * 1000 + 60000",
	    0 },
	{ "a lease that has ended",
	    "UPDATE jobs SET lease_ms = strftime('%s', 'now') * 1000 - 1000",
	    1 },
	{ "done", "UPDATE jobs SET done_ms = 1", 0 },
	{ "parked", "UPDATE jobs SET parked_ms = 1", 0 },
};

static void
due(void **state)
{
	const struct due *d = *state;
	struct job job;

	ledger_fresh();
	promise("p", 5);
	change(d->change);
	check_int(lease(MINUTE_MS, &job, 1), d->want);
}

static const struct lost {
	const char *why;
	int what;
} losts[] = {
	{ "done", DONE },
	{ "again", AGAIN },
	{ "parked", PARK },
};

/* A lease that ran out: somebody else has the job, and their word counts. */
static void
lost_lease(void **state)
{
	const struct lost *l = *state;
	struct job slow, quick;

	ledger_fresh();
	promise("p", 5);
	check_int(lease(-1000, &slow, 1), 1); /* ended before it began */
	check_int(lease(MINUTE_MS, &quick, 1), 1);
	check_int(quick.attempts, 2);
	check_err(settle(l->what, &slow, 1), ERR_CONFLICT);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE done_ms IS NULL"
			   " AND parked_ms IS NULL AND error IS NULL"
			   " AND lease_ms > 0"),
	    1);
	check_err(settle(DONE, &quick, 0), ERR_OK);
	check_err(settle(l->what, &quick, 1), ERR_CONFLICT); /* it is over */
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE done_ms > 0"
			   " AND parked_ms IS NULL AND error IS NULL"
			   " AND lease_ms = 0"),
	    1);
}

static int64_t
next_due(void)
{
	int64_t due_ms = -7;

	check_err(jobs_next_due(ledger.db, &mem, &due_ms), ERR_OK);
	return due_ms;
}

static void
again(void **state)
{
	int64_t later_ms = clock_now_ms() + MINUTE_MS;
	struct job job;

	(void)state;
	ledger_fresh();
	promise("p", 5);
	check_int(lease(MINUTE_MS, &job, 1), 1);
	check_err(settle(AGAIN, &job, later_ms), ERR_OK);
	check_text(look_text("SELECT error FROM jobs"), "not yet");
	check_int(next_due(), later_ms);
	check_int(lease(MINUTE_MS, &job, 1), 0);
	change("UPDATE jobs SET due_ms = 1");
	check_int(lease(MINUTE_MS, &job, 1), 1);
	check_int(job.attempts, 2);
	check_err(settle(DONE, &job, 0), ERR_OK);
	check_text(look_text("SELECT error FROM jobs"), NULL);
}

static void
park_and_revive(void **state)
{
	struct job job;

	(void)state;
	ledger_fresh();
	promise("p", 5);
	promise("other", 6);
	change("UPDATE jobs SET parked_ms = 1 WHERE tg_id = 6");
	check_int(lease(MINUTE_MS, &job, 1), 1);
	check_err(settle(PARK, &job, 0), ERR_OK);
	check_text(
	    look_text("SELECT error FROM jobs WHERE tg_id = 5"), "no way");
	check_int(next_due(), 0);
	check_int(lease(MINUTE_MS, &job, 1), 0);
	assert_false(revive(7)); /* nothing is owed to that one */
	assert_true(revive(5));
	check_int(lease(MINUTE_MS, &job, 1), 1);
	check_text(job.promise, "p");
	check_int(job.attempts, 2);
}

/* What is on its way is not sent a second time because somebody asks. */
static void
revive_leaves_leased(void **state)
{
	struct job first, second;

	(void)state;
	ledger_fresh();
	promise("p", 5);
	check_int(lease(MINUTE_MS, &first, 1), 1);
	assert_false(revive(5));
	check_int(lease(MINUTE_MS, &second, 1), 0);
	check_err(settle(DONE, &first, 0), ERR_OK);
	assert_false(revive(5)); /* nor what is done */
	check_int(lease(MINUTE_MS, &second, 1), 0);
}

static const struct next {
	const char *why, *change;
	int64_t want;
} nexts[] = {
	{ "none at all", "DELETE FROM jobs", 0 },
	{ "the earlier of two", "SELECT 1", 1000 },
	{ "a lease that ended before counts for nothing",
	    "UPDATE jobs SET lease_ms = 500 WHERE promise = 'a'", 1000 },
	{ "an alert that is due before the others counts",
	    "UPDATE jobs SET late = 1 WHERE promise = 'a'", 1000 },
	{ "alerts alone", "UPDATE jobs SET late = 1", 1000 },
	{ "done ones are not due",
	    "UPDATE jobs SET done_ms = 1 WHERE promise = 'a'", 2000 },
	{ "parked ones wait for a person",
	    "UPDATE jobs SET parked_ms = 1 WHERE promise = 'a'", 2000 },
	{ "all done or parked",
	    "UPDATE jobs SET done_ms = 1 WHERE promise = 'a';"
	    "UPDATE jobs SET parked_ms = 1 WHERE promise = 'b'",
	    0 },
};

static void
next(void **state)
{
	const struct next *n = *state;

	ledger_fresh();
	promise("a", 5);
	promise("b", 5);
	change("UPDATE jobs SET due_ms = 1000 WHERE promise = 'a';"
	       "UPDATE jobs SET due_ms = 2000 WHERE promise = 'b'");
	change(n->change);
	check_int(next_due(), n->want);
}

static void
next_after_lease(void **state)
{
	struct job job;

	(void)state;
	ledger_fresh();
	promise("a", 5);
	promise("b", 5);
	change("UPDATE jobs SET due_ms = 1000 WHERE promise = 'a';"
	       "UPDATE jobs SET due_ms = 9e15 WHERE promise = 'b'");
	check_int(lease(MINUTE_MS, &job, 1), 1);
	check_text(job.promise, "a");
	check_int(next_due(), job.lease_ms);
}

static const struct pending {
	const char *why;
	int64_t tg_id;
	enum job_kind kind;
	const char *change;
	bool want;
} pendings[] = {
	{ "owed", 5, JOB_INVITE, "SELECT 1", true },
	{ "owed to another", 6, JOB_INVITE, "SELECT 1", false },
	{ "of another kind", 5, JOB_NOTICE, "SELECT 1", false },
	{ "parked is owed still", 5, JOB_INVITE,
	    "UPDATE jobs SET parked_ms = 1", true },
	{ "on its way", 5, JOB_INVITE, "UPDATE jobs SET lease_ms = 1e15",
	    true },
	{ "done", 5, JOB_INVITE, "UPDATE jobs SET done_ms = 1", false },
};

static void
pending(void **state)
{
	const struct pending *p = *state;
	bool got = !p->want;

	ledger_fresh();
	promise("a", 5);
	change(p->change);
	check_err(
	    jobs_pending(ledger.db, &mem, p->tg_id, p->kind, &got), ERR_OK);
	check_int(got, p->want);
}

/* ---- many senders at once ---- */

#define N_SENDERS 4
#define N_JOBS 400

/* Takes jobs until none is left and writes the id of each one. */
static int
send_all(int to)
{
	struct job jobs[7];
	size_t n;

	ledger.db = db_new(ledger.path);
	do {
		struct act t = {
			.what = LEASE, .ms = MINUTE_MS, .jobs = jobs, .n = 7
		};

		if (act(&t) != ERR_OK)
			return 1;
		n = t.n;
		for (size_t i = 0; i < n; i++)
			if (settle(DONE, &jobs[i], 0) != ERR_OK ||
			    write(to, &jobs[i].id, sizeof(jobs[i].id)) < 0)
				return 2;
	} while (n > 0);
	return 0;
}

static void
senders(void **state)
{
	int ends[2], times[N_JOBS + 1] = { 0 }, n = 0;
	pid_t children[N_SENDERS];
	int64_t id;

	(void)state;
	ledger_fresh();
	promise("p", 5);
	for (int i = 1; i < N_JOBS; i++)
		change(arena_printf(&mem,
		    "INSERT INTO jobs (kind, promise, tg_id, due_ms,"
		    " created_ms) VALUES (1, 'p/%d', 5, 0, 0)",
		    i));
	ledger_close(); /* a connection does not survive fork() */
	assert_int_equal(pipe(ends), 0);
	for (int i = 0; i < N_SENDERS; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0)
			_exit(send_all(ends[1]));
	}
	(void)close(ends[1]);
	while (read(ends[0], &id, sizeof(id)) == (ssize_t)sizeof(id)) {
		assert_in_range(id, 1, N_JOBS);
		check_int(++times[id], 1);
		n++;
	}
	(void)close(ends[0]);
	check_int(n, N_JOBS);
	for (int i = 0; i < N_SENDERS; i++) {
		int status = -1;

		(void)waitpid(children[i], &status, 0);
		check_int(status, 0);
	}
}

int
main(void)
{
	ONE("promise", "once, however often", promised_once);
	ONE("promise", "goes with its transaction",
	    promise_goes_with_its_transaction);
	ONE("lease", "the longest due first", longest_due_first);
	ONE("lease", "of those, the oldest promise", oldest_promise_first);
	ROWS("lease", due, dues);
	ROWS("lost lease", lost_lease, losts);
	ONE("again", "later, with the reason", again);
	ONE("park", "until revived", park_and_revive);
	ONE("revive", "leaves what is on its way", revive_leaves_leased);
	ONE("next due", "the end of a lease", next_after_lease);
	ROWS("next due", next, nexts);
	ROWS("pending", pending, pendings);
	ONE("senders", "four at once, each job once", senders);
	return testing_run("jobs", ledger_make, ledger_remove);
}
