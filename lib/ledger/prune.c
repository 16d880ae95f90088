/* What is forgotten, and when. */
#include "ledger/prune.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"

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
	{ SQL_QUESTIONS_PRUNE, KEEP_MS }, { SQL_UNANSWERED_PRUNE, KEEP_MS },
	{ SQL_AUDIT_PRUNE, DAY_MS }, { SQL_CONVERSATIONS_PRUNE, KEEP_MS },
	{ SQL_BROADCASTS_PRUNE, KEEP_MS },
	{ SQL_CONVERSATION_MESSAGES_PRUNE, KEEP_MS } };

static enum err
prune_one(struct db *db, void *ctx)
{
	const size_t *i = ctx;

	return db_exec(db, prunes[*i].what,
	    KV(kv_int("before_ms", clock_now_ms() - prunes[*i].keep_ms)), NULL);
}

/* One transaction for them all, which on most days find little: one sync
 * to the disk. What one of them cannot forget keeps none of the others from
 * forgetting. */
static enum err
prune_all(struct db *db, void *ctx)
{
	(void)ctx;
	for (size_t i = 0; i < LENGTH(prunes); i++) {
		enum err e = db_savepoint(db, prune_one, &i);

		if (e == ERR_UNAVAILABLE)
			return e;
		if (e != ERR_OK)
			log_event(LOG_WARN, "not_pruned",
			    KV(kv_int("what", (int64_t)i)));
	}
	return ERR_OK;
}

void
prune(struct db *db)
{
	if (db_transaction(db, prune_all, NULL) != ERR_OK)
		log_event(LOG_WARN, "not_pruned", KV_NONE);
}
