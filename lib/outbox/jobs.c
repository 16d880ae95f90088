/* The outbox: promise, lease, settle. */
#include "outbox/jobs.h"

#include "base/clock.h"
#include "base/crypto.h"

static const struct {
	const char *name;
	enum job_line line;
	enum lane lane;
} kinds[JOB__COUNT] = {
#define ROW(number, name, own, word, line, lane) \
	[number] = { word, line, lane },
	JOB_KINDS(ROW)
#undef ROW
};

bool
job_is_known(const struct job *job)
{
	return jobs_kind_name(job->kind) != NULL;
}

const char *
jobs_kind_name(int64_t kind)
{
	return kind > 0 && kind < JOB__COUNT ? kinds[kind].name : NULL;
}

/* The pauses are short at first, so that a hiccup of Telegram's stays invisible
 * to the buyer; then they double, so that an outage of hours costs few calls.
 * Where there is no random number there is simply no scattering. */
int64_t
jobs_backoff_ms(int64_t n_attempts)
{
	int64_t pause_ms = JOBS_FIRST_PAUSE_MS;
	unsigned char chance = 128;

	for (int64_t i = 1; i < n_attempts && pause_ms < JOBS_LAST_PAUSE_MS;
	     i++)
		pause_ms *= 2;
	if (pause_ms > JOBS_LAST_PAUSE_MS)
		pause_ms = JOBS_LAST_PAUSE_MS;
	if (random_bytes(&chance, 1) != ERR_OK)
		return pause_ms;
	return pause_ms * (900 + chance * 200 / 255) / 1000;
}

/* ON CONFLICT (promise) DO NOTHING is in the statement: whether a promise was
 * made already is decided by the table's unique key and not by looking first,
 * since two programs may look at the same moment. */
/* Writes jobs that somebody is to do, which the worker hears of with the
 * commit. *n (may be NULL): how many it were. */
static enum err
write_jobs(struct db *db, enum sql how, struct kvs args, int64_t *n)
{
	int64_t n_new = 0;
	enum err e = db_exec(db, how, args, &n_new);

	if (e == ERR_OK && n_new > 0)
		db_notify(db);
	if (n != NULL)
		*n = n_new;
	return e;
}

static enum err
promise_as(struct db *db, enum sql how, enum kind_id kind, enum job_line line,
    const char *promise, int64_t tg_id, int64_t order_id, const char *detail)
{
	return db_exec_telling(db, how,
	    KV(kv_int("kind", kind), kv_text("promise", promise),
		kv_int("tg_id", tg_id), kv_int_or_null("order_id", order_id),
		kv_text("detail", detail), kv_int("now_ms", clock_now_ms()),
		kv_int("late", line), kv_int("lane", kinds[kind].lane)));
}

enum err
jobs_promise(struct db *db, enum kind_id kind, const char *promise,
    int64_t tg_id, int64_t order_id, const char *detail)
{
	return promise_as(db, SQL_JOB_PROMISE, kind, kinds[kind].line, promise,
	    tg_id, order_id, detail);
}

enum err
jobs_promise_behind(struct db *db, enum kind_id kind, const char *promise,
    int64_t tg_id, int64_t order_id, const char *detail)
{
	return promise_as(db, SQL_JOB_PROMISE, kind, LINE_RECONCILE, promise,
	    tg_id, order_id, detail);
}

enum err
jobs_promise_one(struct db *db, enum kind_id kind, const char *promise,
    int64_t tg_id, int64_t order_id, const char *detail)
{
	return promise_as(db, SQL_JOB_PROMISE_ONE, kind, kinds[kind].line,
	    promise, tg_id, order_id, detail);
}

enum err
jobs_promise_count(struct db *db, const char *promise, int64_t tg_id,
    int64_t due_ms, const char *text)
{
	return write_jobs(db, SQL_JOB_PROMISE_COUNT,
	    KV(kv_int("kind", JOB_ALERT), kv_text("promise", promise),
		kv_int("tg_id", tg_id), kv_text("detail", text),
		kv_int("due_ms", due_ms), kv_int("now_ms", clock_now_ms()),
		kv_int("late", kinds[JOB_ALERT].line),
		kv_int("lane", kinds[JOB_ALERT].lane)),
	    NULL);
}

/* The row itself says that it was promised, in whatever state it is. */
enum err
jobs_known(struct db *db, struct arena *a, const char *promise, bool *known)
{
	int64_t waits;
	enum err e = db_one(db, a, SQL_JOB_PROMISED,
	    KV(kv_text("promise", promise)), row_to_int, &waits);

	*known = e == ERR_OK;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

struct reading {
	struct job *out;
	size_t n, max;
};

/* The columns come in the order of JOBS_DUE. */
static void
job_from_row(const struct row *row, void *ctx)
{
	struct reading *r = ctx;

	/* The statement has a limit too; an array must not depend on it. */
	if (r->n == r->max)
		return;
	r->out[r->n++] = (struct job){ .id = row_int(row, 0),
		.kind = (enum kind_id)row_int(row, 1),
		.promise = row_text(row, 2),
		.tg_id = row_int(row, 3),
		.order_id = row_int(row, 4),
		.detail = row_text(row, 5),
		/* The table counts the calls that were made; the job tells
		 * which one is next. */
		.attempts = row_int(row, 6) + 1,
		.created_ms = row_int(row, 7),
		.due_ms = row_int(row, 8),
		.line = (enum job_line)row_int(row, 9) };
}

enum err
jobs_due(struct db *db, struct arena *a, enum job_line line, struct job *out,
    size_t n, size_t *n_out)
{
	struct reading r = { .out = out, .max = n };
	enum err e = db_each(db, a, SQL_JOBS_DUE,
	    KV(kv_int("late", line), kv_int("now_ms", clock_now_ms()),
		kv_int("n", (int64_t)n)),
	    job_from_row, &r);

	*n_out = r.n;
	return e;
}

/* The condition is in the UPDATE: it changes a row only while the job is
 * nobody's, so of two workers one sees a row changed and the other none. */
enum err
jobs_lease(struct db *db, struct job *job, int64_t lease_ms, bool *is_ours)
{
	int64_t now_ms = clock_now_ms(), n = 0;
	enum err e = db_exec(db, SQL_JOB_LEASE,
	    KV(kv_int("id", job->id), kv_text("promise", job->promise),
		kv_int("until_ms", now_ms + lease_ms),
		kv_int("now_ms", now_ms)),
	    &n);

	*is_ours = e == ERR_OK && n > 0;
	job->lease_ms = now_ms + lease_ms;
	return e;
}

/* Here no lease has to be named: the statement leaves a job alone that is
 * somebody's. */
enum err
jobs_put_off(struct db *db, const struct job *job, int64_t due_ms)
{
	return db_exec(db, SQL_JOB_PUT_OFF,
	    KV(kv_int("id", job->id), kv_text("promise", job->promise),
		kv_int("due_ms", due_ms), kv_int("now_ms", clock_now_ms())),
	    NULL);
}

/* A lease that ran out may be somebody else's by now: then this changes no
 * row, and the other one's verdict counts. */
static enum err
settle(struct db *db, enum sql what, struct kvs args)
{
	int64_t n = 0;
	enum err e = db_exec(db, what, args, &n);

	return e == ERR_OK && n == 0 ? ERR_CONFLICT : e;
}

/* A due time far ahead would hide a job from everybody, and comes about by a
 * wrong clock or a mistaken Retry-After alone. */
static int64_t
bounded(int64_t due_ms)
{
	int64_t last_ms = clock_now_ms() + JOBS_LONGEST_MS;

	return due_ms < last_ms ? due_ms : last_ms;
}

enum err
jobs_done(struct db *db, const struct job *job)
{
	return settle(db, SQL_JOB_DONE,
	    KV(kv_int("id", job->id), kv_int("lease_ms", job->lease_ms),
		kv_int("now_ms", clock_now_ms())));
}

enum err
jobs_again(
    struct db *db, const struct job *job, int64_t due_ms, const char *error)
{
	return settle(db, SQL_JOB_AGAIN,
	    KV(kv_int("id", job->id), kv_int("lease_ms", job->lease_ms),
		kv_int("due_ms", bounded(due_ms)),
		kv_int("attempts", job->attempts), kv_text("error", error)));
}

enum err
jobs_give_back(
    struct db *db, const struct job *job, int64_t due_ms, const char *error)
{
	return settle(db, SQL_JOB_GIVE_BACK,
	    KV(kv_int("id", job->id), kv_int("lease_ms", job->lease_ms),
		kv_int("due_ms", bounded(due_ms)), kv_int("late", job->line),
		/* The call that was leased for did not fail, so it does not
		 * count. */
		kv_int("attempts", job->attempts - 1),
		kv_text("error", error)));
}

enum err
jobs_park(struct db *db, const struct job *job, const char *error)
{
	return settle(db, SQL_JOB_PARK,
	    KV(kv_int("id", job->id), kv_int("lease_ms", job->lease_ms),
		kv_int("now_ms", clock_now_ms()),
		kv_int("attempts", job->attempts), kv_text("error", error)));
}

enum err
jobs_renew(
    struct db *db, const struct job *job, int64_t lease_ms, int64_t *until_ms)
{
	int64_t new_ms = clock_now_ms() + lease_ms;
	enum err e = settle(db, SQL_JOB_RENEW,
	    KV(kv_int("id", job->id), kv_int("lease_ms", job->lease_ms),
		kv_int("until_ms", new_ms)));

	if (e == ERR_OK)
		*until_ms = new_ms;
	return e;
}

static enum err
move_from_future(struct db *db, void *ctx)
{
	int64_t now_ms = clock_now_ms();

	(void)ctx;
	return db_exec(db, SQL_JOBS_FROM_FUTURE,
	    KV(kv_int("now_ms", now_ms),
		kv_int("far_ms", now_ms + JOBS_LONGEST_MS)),
	    NULL);
}

/* The worker holds a lock while it lives (worker/lock.h), so every lease that
 * stands when a new one starts is a dead worker's. But for a ledger that other
 * machines have open: a worker may live there, and a dead one's leases end by
 * themselves. */
static enum err
take_over(struct db *db, void *ctx)
{
	struct kvs now = KV(kv_int("now_ms", clock_now_ms()));
	enum err e = db_is_shared(db) ?
	    ERR_OK :
	    db_exec(db, SQL_JOBS_RELEASE, now, NULL);

	if (e == ERR_OK)
		e = db_exec(db, SQL_JOBS_REVIVE_KNOWN,
		    KV(now.v[0], kv_text("error", JOB_UNKNOWN),
			kv_int("kinds", JOB__COUNT)),
		    NULL);
	return e == ERR_OK ? move_from_future(db, ctx) : e;
}

enum err
jobs_take_over(struct db *db)
{
	return db_transaction(db, take_over, NULL);
}

enum err
jobs_from_future(struct db *db, bool *any)
{
	struct arena a = { 0 };
	int64_t now_ms = clock_now_ms(), n = 0;
	enum err e = db_one(db, &a, SQL_JOBS_IN_FUTURE,
	    KV(kv_int("now_ms", now_ms),
		kv_int("far_ms", now_ms + JOBS_LONGEST_MS)),
	    row_to_int, &n);

	arena_free(&a);
	*any = e == ERR_OK && n > 0;
	/* Looking first saves an empty transaction its sync. */
	return *any ? db_transaction(db, move_from_future, NULL) : e;
}

/* This includes parked jobs: somebody who writes to the bot again has most
 * likely unblocked it. */
enum err
jobs_revive(struct db *db, int64_t tg_id, bool *any)
{
	int64_t n = 0;
	enum err e = write_jobs(db, SQL_JOBS_REVIVE,
	    KV(kv_int("tg_id", tg_id), kv_int("now_ms", clock_now_ms())), &n);

	*any = n > 0;
	return e;
}

enum err
jobs_pending(struct db *db, struct arena *a, int64_t tg_id, enum kind_id kind,
    bool *pending)
{
	int64_t n = 0;
	enum err e = db_one(db, a, SQL_JOBS_PENDING,
	    KV(kv_int("tg_id", tg_id), kv_int("kind", kind)), row_to_int, &n);

	*pending = n > 0;
	return e;
}

enum err
jobs_next_due(struct db *db, struct arena *a, int64_t after_ms, int64_t *due_ms)
{
	*due_ms = 0;
	return db_one(db, a, SQL_JOBS_NEXT_DUE,
	    KV(kv_int("lines", LINE__COUNT), kv_int("after_ms", after_ms)),
	    row_to_int, due_ms);
}
