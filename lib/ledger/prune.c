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

/* Rows of a kind at once. Names of events are as good as dice, so that each may
 * be on a page of its own that has to be fetched from a slow disk: even then a
 * writer, who waits for five seconds, has its turn. */
#define PIECE 200

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

struct piece {
	size_t i;  /* of what */
	int64_t n; /* that went */
};

static enum err
prune_one(struct db *db, void *ctx)
{
	struct piece *p = ctx;

	return db_exec(db, prunes[p->i].what,
	    KV(kv_int("before_ms", clock_now_ms() - prunes[p->i].keep_ms),
		kv_int("n", PIECE)),
	    &p->n);
}

/* One transaction for a piece of each, which on most days is all: one sync to
 * the disk. What one of them cannot forget keeps none of the others from
 * forgetting. */
static enum err
prune_all(struct db *db, void *ctx)
{
	bool *more = ctx;

	*more = false;
	for (size_t i = 0; i < LENGTH(prunes); i++) {
		struct piece p = { i, 0 };
		enum err e = db_savepoint(db, prune_one, &p);

		if (e == ERR_UNAVAILABLE)
			return e;
		if (e != ERR_OK)
			log_event(LOG_WARN, "not_pruned",
			    KV(kv_int("what", (int64_t)i)));
		else if (p.n >= PIECE)
			*more = true;
	}
	return ERR_OK;
}

bool
prune(struct db *db)
{
	bool more = false;

	if (db_transaction(db, prune_all, &more) == ERR_OK)
		return more;
	log_event(LOG_WARN, "not_pruned", KV_NONE);
	return false;
}
