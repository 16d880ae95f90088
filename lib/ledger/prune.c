/* What is forgotten, and when. */
#include "ledger/prune.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"

#define HOUR_MS ((int64_t)3600 * 1000)
/* 40 days: longer than Stripe's list of events goes back (30 days), so that no
 * event that can still arrive or be found is taken for a new one. */
#define KEEP_MS (40 * 24 * HOUR_MS)
#define KEEP_PARKED_MS (90 * 24 * HOUR_MS)

static const struct {
	enum sql what;
	int64_t keep_ms;
} prunes[] = { { SQL_INBOX_PRUNE, KEEP_MS }, { SQL_JOBS_PRUNE, KEEP_MS },
	{ SQL_JOBS_PRUNE_PARKED, KEEP_PARKED_MS },
	{ SQL_ORDERS_PRUNE, KEEP_MS }, { SQL_USERS_PRUNE, KEEP_MS },
	{ SQL_LIMITS_PRUNE, HOUR_MS }, { SQL_QUESTIONS_FORGET, HOUR_MS },
	{ SQL_QUESTIONS_PRUNE, KEEP_MS }, { SQL_UNANSWERED_PRUNE, KEEP_MS } };

/* One transaction for nine statements, which on most days find little: one sync
 * to the disk. */
static enum err
prune_all(struct db *db, void *ctx)
{
	int64_t now_ms = clock_now_ms();
	enum err e = ERR_OK;

	(void)ctx;
	for (size_t i = 0; e == ERR_OK && i < LENGTH(prunes); i++)
		e = db_exec(db, prunes[i].what,
		    KV(kv_int("before_ms", now_ms - prunes[i].keep_ms)), NULL);
	return e;
}

void
prune(struct db *db)
{
	if (db_transaction(db, prune_all, NULL) != ERR_OK)
		log_event(LOG_WARN, "not_pruned", KV_NONE);
}
