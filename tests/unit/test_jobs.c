/* The outbox: promised once, one taker at a time, never lost. */
#include "ledger.h"

#include "base/clock.h"
#include "base/units.h"
#include "outbox/jobs.h"

#include <sys/wait.h>

/* One call inside a transaction of its own. */
struct act {
	enum { PROMISE, ONCE, LEASE, DONE, AGAIN, BACK, PARK, REVIVE } what;
	enum kind_id kind;
	const char *detail;
	const char *promise;
	int64_t tg_id, ms;
	struct job *jobs;
	size_t n;
	bool any;
};

/* As the worker does it: line by line, each job that is due. */
static enum err
lease_in(struct db *db, struct act *t)
{
	size_t n = 0;
	enum err e = ERR_OK;

	for (int line = 0; e == ERR_OK && line < LINE__COUNT; line++) {
		struct job *jobs = t->jobs + n;
		size_t n_due = 0;
		bool is_ours;

		e = jobs_due(
		    db, &mem, (enum job_line)line, jobs, t->n - n, &n_due);
		for (size_t i = 0; e == ERR_OK && i < n_due; i++) {
			e = jobs_lease(db, &jobs[i], t->ms, &is_ours);
			if (e == ERR_OK && is_ours)
				t->jobs[n++] = jobs[i];
		}
	}
	t->n = n;
	return e;
}

static enum err
act_in(struct db *db, void *ctx)
{
	struct act *t = ctx;

	switch (t->what) {
	case PROMISE:
		return jobs_promise(
		    db, JOB_INVITE, t->promise, t->tg_id, 0, NULL);
	case ONCE:
		return jobs_promise_one(
		    db, t->kind, t->promise, t->tg_id, 0, t->detail);
	case LEASE:
		return lease_in(db, t);
	case DONE:
		return jobs_done(db, t->jobs);
	case AGAIN:
		return jobs_again(db, t->jobs, t->ms, "not yet");
	case BACK:
		return jobs_give_back(db, t->jobs, t->ms, NULL);
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

	t.what = what;
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
	assert_true(db_notified(ledger.db));
	promise("invite/cs_1", 5);
	promise("invite/cs_1", 6); /* the first word counts */
	/* A server's answer is not waited for: a word too many. */
	check_int(db_notified(ledger.db), on_postgres());
	promise("invite/cs_2", 7);
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
lease_late(struct db *db, void *ctx)
{
	struct act *t = ctx;

	return jobs_lease(db, t->jobs, MINUTE_MS, &t->any);
}

/* It was taken back since it was read, and another one got its number. */
static void
number_of_another(void **state)
{
	struct job job, jobs[2];
	struct act t = { .jobs = &job };
	size_t n = 0;

	(void)state;
	ledger_fresh();
	promise("a", 5);
	for (int line = 0; n == 0 && line < LINE__COUNT; line++)
		check_err(
		    jobs_due(ledger.db, &mem, (enum job_line)line, &job, 1, &n),
		    ERR_OK);
	change("DELETE FROM jobs");
	promise("b", 6);
	change(
	    arena_printf(&mem, "UPDATE jobs SET id = %lld", (long long)job.id));
	check_err(db_transaction(ledger.db, lease_late, &t), ERR_OK);
	assert_false(t.any);
	check_int(lease(MINUTE_MS, jobs, 2), 1);
	check_text(jobs[0].promise, "b");
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
	promise("b", 6);
	promise("c", 7);
	promise("d", 8);
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
	check_int(quick.attempts, 1); /* nothing has failed yet */
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

	check_err(jobs_next_due(ledger.db, &mem, 0, &due_ms), ERR_OK);
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
	    "UPDATE jobs SET late = 6 WHERE promise = 'a'", 1000 },
	{ "alerts alone", "UPDATE jobs SET late = 6", 1000 },
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
	enum kind_id kind;
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

/* ---- lines and lanes ---- */

static void
owe(enum kind_id kind, const char *promise, int64_t tg_id, const char *detail)
{
	struct act t = { .what = ONCE,
		.kind = kind,
		.promise = promise,
		.tg_id = tg_id,
		.detail = detail };

	check_err(act(&t), ERR_OK);
}

/* Two of one person: are both under way at once? */
static const struct pair {
	const char *why;
	enum kind_id first, second;
	int64_t second_id;
	size_t n;
} pairs[] = {
	{ "two invites of one person", JOB_INVITE, JOB_INVITE, 5, 1 },
	{ "of two persons", JOB_INVITE, JOB_INVITE, 6, 2 },
	{ "an invite and a removal", JOB_INVITE, JOB_MEMBER, 5, 1 },
	{ "a slow question and an invite", JOB_ANSWER, JOB_INVITE, 5, 2 },
	{ "two questions", JOB_ANSWER, JOB_ANSWER, 5, 1 },
	{ "two notices", JOB_NOTICE, JOB_NOTICE, 5, 1 },
	{ "a chain of questions to Stripe at a time", JOB_CHECK, JOB_CHECK, 5,
	    1 },
	{ "subscriptions are nobody's", JOB_SUBSCRIPTION, JOB_SUBSCRIPTION, 0,
	    2 },
};

static void
pair(void **state)
{
	const struct pair *p = *state;
	struct job jobs[4];

	ledger_fresh();
	owe(p->first, "a", p->second_id == 0 ? 0 : 5, "1");
	owe(p->second, "b", p->second_id, "2");
	check_int(lease(MINUTE_MS, jobs, 4), p->n);
	check_int(lease(MINUTE_MS, jobs + 2, 2), 0);
	check_err(settle(DONE, &jobs[0], 0), ERR_OK);
	check_int(lease(MINUTE_MS, jobs + 2, 2), 2 - p->n);
}

/* However many of one person wait, another's is among the first. */
static void
one_cannot_fill_the_line(void **state)
{
	struct job jobs[2];
	size_t n;

	(void)state;
	ledger_fresh();
	for (int i = 0; i < 200; i++)
		owe(JOB_NOTICE, arena_printf(&mem, "a/%d", i), 5,
		    arena_printf(&mem, "%d", i));
	owe(JOB_NOTICE, "b", 6, "1");
	check_err(jobs_due(ledger.db, &mem, LINE_NOTICE, jobs, 2, &n), ERR_OK);
	check_int(n, 2);
	check_int(jobs[0].tg_id, 5);
	check_int(jobs[1].tg_id, 6);
}

/* The second of two like it, with the first one in this state. */
static const struct twin {
	const char *why, *change;
	enum kind_id kind;
	int64_t tg_id;
	const char *detail;
	int64_t n;
} twins[] = {
	{ "waits: a second says nothing new", "SELECT 1", JOB_NOTICE, 5, "pay",
	    1 },
	{ "another detail", "SELECT 1", JOB_NOTICE, 5, "stars", 2 },
	{ "no detail", "SELECT 1", JOB_NOTICE, 5, NULL, 2 },
	{ "another person", "SELECT 1", JOB_NOTICE, 6, "pay", 2 },
	{ "another kind", "SELECT 1", JOB_PORTAL, 5, "pay", 2 },
	{ "on its way: it may have read the ledger already",
	    "UPDATE jobs SET lease_ms = 9e15, due_ms = 9e15", JOB_NOTICE, 5,
	    "pay", 2 },
	{ "done", "UPDATE jobs SET done_ms = 1", JOB_NOTICE, 5, "pay", 2 },
	{ "put aside", "UPDATE jobs SET parked_ms = 1", JOB_NOTICE, 5, "pay",
	    2 },
	{ "put off", "UPDATE jobs SET due_ms = 9e15", JOB_NOTICE, 5, "pay", 2 },
};

static void
twin(void **state)
{
	const struct twin *t = *state;

	ledger_fresh();
	owe(JOB_NOTICE, "a", 5, "pay");
	change(t->change);
	owe(t->kind, "b", t->tg_id, t->detail);
	check_int(look_int("SELECT COUNT(*) FROM jobs"), t->n);
}

/* ---- attempts ---- */

/* What is given back waits on as it was, in its place. */
static void
given_back(void **state)
{
	struct job job;

	(void)state;
	ledger_fresh();
	promise("p", 5);
	for (int i = 0; i < 101; i++) {
		check_int(lease(MINUTE_MS, &job, 1), 1);
		check_int(job.attempts, 1);
		check_err(settle(BACK, &job, job.due_ms), ERR_OK);
	}
	check_int(look_int("SELECT attempts FROM jobs"), 0);
	check_int(look_int("SELECT due_ms = created_ms FROM jobs"), 1);
	check_int(lease(MINUTE_MS, &job, 1), 1);
	check_err(settle(AGAIN, &job, 1), ERR_OK);
	check_int(lease(MINUTE_MS, &job, 1), 1);
	check_err(settle(BACK, &job, 1), ERR_OK);
	check_int(look_int("SELECT attempts FROM jobs"), 1);
	check_text(look_text("SELECT error FROM jobs"), "not yet");
}

static int64_t renewed_ms;

static enum err
renew_in(struct db *db, void *ctx)
{
	return jobs_renew(db, ctx, 2 * MINUTE_MS, &renewed_ms);
}

/* A call that is done: the lease goes on, the next call begins anew. */
static void
renewed(void **state)
{
	struct job job;

	(void)state;
	ledger_fresh();
	promise("p", 5);
	check_int(lease(MINUTE_MS, &job, 1), 1);
	check_err(settle(AGAIN, &job, 1), ERR_OK);
	check_int(lease(MINUTE_MS, &job, 1), 1);
	check_int(job.attempts, 2);
	check_err(db_transaction(ledger.db, renew_in, &job), ERR_OK);
	check_int(look_int("SELECT lease_ms FROM jobs"), renewed_ms);
	check_int(look_int("SELECT attempts FROM jobs"), 0);
	check_err(settle(DONE, &job, 0), ERR_CONFLICT);
	check_err(db_transaction(ledger.db, renew_in, &job), ERR_CONFLICT);
	job.lease_ms = renewed_ms;
	check_err(settle(DONE, &job, 0), ERR_OK);
}

/* A buyer who writes again and again does not lose their place. */
static void
revived_in_place(void **state)
{
	(void)state;
	ledger_fresh();
	promise("p", 5);
	promise("q", 5);
	change("UPDATE jobs SET due_ms = 1000 WHERE promise = 'p';"
	       "UPDATE jobs SET due_ms = 9e15 WHERE promise = 'q'");
	assert_true(revive(5));
	check_int(
	    look_int("SELECT due_ms FROM jobs WHERE promise = 'p'"), 1000);
	assert_true(look_int("SELECT due_ms FROM jobs WHERE promise = 'q'") <=
	    clock_now_ms());
}

/* ---- clocks ---- */

#define NOW "strftime('%s', 'now') * 1000"

static const struct ahead {
	const char *why, *change;
	bool moved;
} aheads[] = {
	{ "promised by a clock a day ahead",
	    "UPDATE jobs SET created_ms = " NOW " + 86400000,"
	    " due_ms = " NOW " + 86400000",
	    true },
	{ "put off by one", "UPDATE jobs SET due_ms = " NOW " + 86400000",
	    true },
	{ "put off for an hour, as Stripe may ask",
	    "UPDATE jobs SET due_ms = " NOW " + 3660000", false },
	{ "put off for as long as any job is",
	    "UPDATE jobs SET due_ms = " NOW " + 7199000", false },
	{ "leased: its slot knows",
	    "UPDATE jobs SET due_ms = " NOW " + 86400000,"
	    " lease_ms = " NOW " + 86400000",
	    false },
	{ "due now", "SELECT 1", false },
};

static void
ahead(void **state)
{
	const struct ahead *a = *state;
	bool any = !a->moved;

	ledger_fresh();
	promise("p", 5);
	change(a->change);
	check_err(jobs_from_future(ledger.db, &any), ERR_OK);
	check_int(any, a->moved);
	if (a->moved)
		assert_true(
		    look_int("SELECT due_ms FROM jobs") <= clock_now_ms());
}

/* What is put off for longer than any job would be looked for as if a clock had
 * been wrong, again and again. */
static void
put_off_far(void **state)
{
	const int64_t day_ms = (int64_t)24 * 3600 * 1000;
	struct job j[1];
	bool any = true;

	(void)state;
	ledger_fresh();
	promise("p", 5);
	check_int(lease(MINUTE_MS, j, 1), 1);
	check_err(settle(AGAIN, &j[0], clock_now_ms() + day_ms), ERR_OK);
	check_err(jobs_from_future(ledger.db, &any), ERR_OK);
	check_int(any, false);
	assert_true(look_int("SELECT due_ms FROM jobs") <=
	    clock_now_ms() + JOBS_LONGEST_MS);
}

/* A newer program's jobs wait for one that knows them. */
static void
known_again(void **state)
{
	(void)state;
	ledger_fresh();
	promise("p", 5);
	promise("q", 6);
	promise("r", 7);
	change(
	    "UPDATE jobs SET parked_ms = 1, error = '" JOB_UNKNOWN "'"
	    " WHERE promise <> 'r';"
	    "UPDATE jobs SET parked_ms = 1, error = 'no' WHERE promise = 'r';"
	    "UPDATE jobs SET kind = 99 WHERE promise = 'q'");
	check_err(jobs_take_over(ledger.db), ERR_OK);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE parked_ms IS NULL"
			   " AND promise = 'p'"),
	    1);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE parked_ms = 1"), 2);
}

/* A worker that starts is alone, unless other machines are at the ledger. */
static void
taken_over(void **state)
{
	struct job j[1];

	(void)state;
	ledger_fresh();
	promise("p", 5);
	check_int(lease(MINUTE_MS, j, 1), 1);
	check_err(jobs_take_over(ledger.db), ERR_OK);
	check_int(lease(MINUTE_MS, j, 1), db_is_shared(ledger.db) ? 0 : 1);
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
		    "INSERT INTO jobs (kind, promise, tg_id, due_ms, late,"
		    " lane, created_ms) VALUES (1, 'p/%d', %d, 0, 1, 1, 0)",
		    i, i % 2 == 0 ? 5 : i));
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
	ONE("lease", "not what has the number by then", number_of_another);
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
	ROWS("lane", pair, pairs);
	ONE("lane", "one person does not fill it", one_cannot_fill_the_line);
	ROWS("twin", twin, twins);
	ONE("attempts", "giving back is none", given_back);
	ONE("attempts", "each call anew, by the same lease", renewed);
	ONE("revive", "keeps the place in the line", revived_in_place);
	ROWS("another clock", ahead, aheads);
	ONE("clock ahead", "no job of ours looks like it", put_off_far);
	ONE("unknown kind", "revived by who knows it", known_again);
	ONE("take over", "what the last worker held", taken_over);
	ONE("senders", "four at once, each job once", senders);
	return testing_run("jobs", ledger_make, ledger_remove);
}
