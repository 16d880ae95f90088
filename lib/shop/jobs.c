/* The outbox: promise, lease, settle. */
#include "shop/jobs.h"

#include "base/clock.h"

enum err
jobs_promise(struct db *db, enum job_kind kind, const char *promise,
    int64_t tg_id, int64_t order_id, const char *detail)
{
	return db_exec(db, SQL_JOB_PROMISE,
	    KV(kv_int("kind", kind), kv_text("promise", promise),
		kv_int("tg_id", tg_id), kv_int_or_null("order_id", order_id),
		kv_text("detail", detail), kv_int("now_ms", clock_now_ms())),
	    NULL);
}

struct leasing {
	struct job *out;
	size_t n, max;
};

/* RETURNING gives rows in no order; they are put into that of their ids,
 * which is that of the promises. */
static void
job_from_row(const struct row *row, void *ctx)
{
	struct leasing *l = ctx;
	struct job job = { .id = row_int(row, 0),
		.kind = (enum job_kind)row_int(row, 1),
		.promise = row_text(row, 2),
		.tg_id = row_int(row, 3),
		.order_id = row_int(row, 4),
		.detail = row_text(row, 5),
		.attempts = row_int(row, 6),
		.lease_ms = row_int(row, 7),
		.created_ms = row_int(row, 8) };
	size_t at = l->n;

	if (l->n == l->max)
		return;
	for (; at > 0 && l->out[at - 1].id > job.id; at--)
		l->out[at] = l->out[at - 1];
	l->out[at] = job;
	l->n++;
}

enum err
jobs_lease(struct db *db, struct arena *a, int64_t lease_ms, struct job *out,
    size_t n, size_t *n_out)
{
	struct leasing l = { .out = out, .max = n };
	int64_t now_ms = clock_now_ms();
	enum err e = db_each(db, a, SQL_JOBS_LEASE,
	    KV(kv_int("until_ms", now_ms + lease_ms), kv_int("now_ms", now_ms),
		kv_int("n", (int64_t)n)),
	    job_from_row, &l);

	*n_out = l.n;
	return e;
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
		kv_int("due_ms", due_ms), kv_text("error", error)));
}

enum err
jobs_park(struct db *db, const struct job *job, const char *error)
{
	return settle(db, SQL_JOB_PARK,
	    KV(kv_int("id", job->id), kv_int("lease_ms", job->lease_ms),
		kv_int("now_ms", clock_now_ms()), kv_text("error", error)));
}

enum err
jobs_revive(struct db *db, int64_t tg_id, bool *any)
{
	int64_t n = 0;
	enum err e = db_exec(db, SQL_JOBS_REVIVE,
	    KV(kv_int("tg_id", tg_id), kv_int("now_ms", clock_now_ms())), &n);

	*any = n > 0;
	return e;
}

enum err
jobs_pending(struct db *db, struct arena *a, int64_t tg_id, enum job_kind kind,
    bool *pending)
{
	int64_t n = 0;
	enum err e = db_one(db, a, SQL_JOBS_PENDING,
	    KV(kv_int("tg_id", tg_id), kv_int("kind", kind)), row_to_int, &n);

	*pending = n > 0;
	return e;
}

enum err
jobs_next_due(struct db *db, struct arena *a, int64_t *due_ms)
{
	return db_one(db, a, SQL_JOBS_NEXT_DUE, KV_NONE, row_to_int, due_ms);
}
