/* Consents and withdrawals, as rows. What somebody agreed to or declared is
 * never written over: which word was the last is for the statements to tell. */
#include "ledger/consents.h"

#include "base/clock.h"
#include "base/units.h"

enum err
consent_add(struct db *db, const struct consent *c)
{
	int64_t at_ms = c->at_ms > 0 ? c->at_ms : clock_now_ms();

	return db_exec(db, SQL_CONSENT_ADD,
	    KV(kv_int("tg_id", c->tg_id), kv_text("product", c->product),
		kv_text("hash", c->hash), kv_text("language", c->language),
		kv_int("is_proven", c->is_proven), kv_int("at_ms", at_ms),
		kv_int("since_ms", at_ms - HOUR_MS)),
	    NULL);
}

static void
consent_from_row(const struct row *row, void *ctx)
{
	struct consent *c = ctx;

	c->hash = row_text(row, 0);
	c->language = row_text(row, 1);
	c->at_ms = row_int(row, 2);
}

/* A bound for the time is always given, so that one statement does for both
 * questions. */
static enum err
latest(struct db *db, struct arena *a, int64_t until_ms, struct consent *c)
{
	return db_one(db, a, SQL_CONSENT_LATEST,
	    KV(kv_int("tg_id", c->tg_id), kv_text("product", c->product),
		kv_int("is_proven", c->is_proven),
		kv_int("until_ms", until_ms)),
	    consent_from_row, c);
}

enum err
consent_latest(struct db *db, struct arena *a, int64_t tg_id,
    const char *product, bool must_be_proven, struct consent *out)
{
	*out = (struct consent){
		.tg_id = tg_id, .product = product, .is_proven = must_be_proven
	};
	return latest(db, a, INT64_MAX, out);
}

enum err
consent_of_purchase(struct db *db, struct arena *a, int64_t tg_id,
    const char *product, int64_t paid_ms, struct consent *out)
{
	*out = (struct consent){ .tg_id = tg_id, .product = product };
	return latest(db, a, paid_ms, out);
}

static void
withdrawal_from_row(const struct row *row, void *ctx)
{
	struct withdrawal *w = ctx;

	w->id = row_int(row, 0);
	w->at_ms = row_int(row, 1);
}

enum err
withdrawal_of_order(
    struct db *db, struct arena *a, int64_t order_id, struct withdrawal *out)
{
	return db_one(db, a, SQL_WITHDRAWAL_OF_ORDER,
	    KV(kv_int("order_id", order_id)), withdrawal_from_row, out);
}
