/* Looking at what waits. */
#include "outbox/waiting.h"

#include "base/clock.h"
#include "base/log.h"
#include "outbox/jobs.h"

void
waiting_from_row(const struct row *row, void *ctx)
{
	*(struct waiting *)ctx = (struct waiting){ .id = row_int(row, 0),
		.kind = row_int(row, 1),
		.tg_id = row_int(row, 2),
		.due_ms = row_int(row, 3),
		.attempts = row_int(row, 4),
		.error = row_text(row, 5),
		.parked_ms = row_int(row, 6),
		.lease_ms = row_int(row, 7),
		.promise = row_text(row, 8) };
}

const char *
waiting_kind(int64_t kind)
{
	const char *name = jobs_kind_name(kind);

	return name == NULL ? "unknown" : name;
}

/* The statement takes 0 for all. */
enum err
waiting_read(struct db *db, struct arena *a, int64_t id, struct waiting *out)
{
	if (id <= 0)
		return ERR_NOT_FOUND;
	return db_one(db, a, SQL_JOBS_WAITING,
	    KV(kv_int("id", id), kv_int("parked", 0)), waiting_from_row, out);
}

bool
waiting_is_leased(const struct waiting *w)
{
	return w->lease_ms > clock_now_ms();
}

enum err
waiting_retry(struct db *db, int64_t id, int64_t *n)
{
	enum err e = db_exec(db, SQL_JOBS_RETRY,
	    KV(kv_int("id", id), kv_int("now_ms", clock_now_ms())), n);

	if (e == ERR_OK && *n > 0)
		db_notify(db);
	return e;
}

/* Nobody else remembers it once the row is pruned. */
static void
log_dropped(const struct waiting *w)
{
	log_event(LOG_WARN, "job_dropped",
	    KV(kv_int("job", w->id), kv_text("kind", waiting_kind(w->kind)),
		kv_int("tg_id", w->tg_id), kv_text("promise", w->promise),
		kv_text("error", w->error)));
}

/* The row stays until it is pruned, so that its promise is not made again. */
enum err
waiting_drop(struct db *db, const struct waiting *w)
{
	int64_t n = 0;
	enum err e = db_exec(db, SQL_JOB_DROP,
	    KV(kv_int("id", w->id), kv_int("now_ms", clock_now_ms())), &n);

	if (e == ERR_OK && n == 0)
		return ERR_CONFLICT;
	if (e == ERR_OK)
		log_dropped(w);
	return e;
}
