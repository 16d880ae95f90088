/* Users, orders, access: reading and small writes. */
#include "ledger/ledger.h"

#include "base/clock.h"
#include "base/units.h"
#include "outbox/reader.h"
#include "shop/text.h"

#define UNPAID_DAYS 30

/* The table's unique key decides whether it is new, in the transaction that
 * acts on it. Both vendors send the same twice now and then, even at the same
 * moment, and a look before the write would let both through. */
#define INBOX_ROW(source, id, type) \
	KV(kv_text("source", source), kv_text("id", id), \
	    kv_text("type", type), kv_int("now_ms", clock_now_ms()))

void
ledger_inbox_foresee(
    struct db *db, const char *source, const char *id, const char *type)
{
	db_foresee(db, SQL_INBOX_ADD, INBOX_ROW(source, id, type));
}

enum err
ledger_inbox(struct db *db, const char *source, const char *id,
    const char *type, bool *is_new)
{
	int64_t n = 0;
	enum err e =
	    db_exec(db, SQL_INBOX_ADD, INBOX_ROW(source, id, type), &n);

	*is_new = n > 0;
	return e;
}

enum err
ledger_inbox_has(struct db *db, struct arena *a, const char *source,
    const char *id, bool *has)
{
	int64_t n = 0;
	enum err e = db_one(db, a, SQL_INBOX_HAS,
	    KV(kv_text("source", source), kv_text("id", id)), row_to_int, &n);

	*has = n > 0;
	return e;
}

/* A language of NULL leaves the one that is known: not every update has one. */
enum err
ledger_user_seen(struct db *db, int64_t tg_id, const char *language)
{
	return db_exec(db, SQL_USER_SEEN,
	    KV(kv_int("tg_id", tg_id), kv_text("language", language),
		kv_int("now_ms", clock_now_ms())),
	    NULL);
}

enum err
ledger_user_started(struct db *db, int64_t tg_id, const char *source)
{
	return db_exec(db, SQL_USER_STARTED,
	    KV(kv_int("tg_id", tg_id), kv_text("source", source)), NULL);
}

enum err
ledger_language(
    struct db *db, struct arena *a, int64_t tg_id, enum language *in)
{
	return reader_language(db, a, tg_id, NULL, in);
}

enum err
ledger_language_now(struct db *db, struct arena *a, int64_t tg_id,
    const char *language, enum language *in)
{
	enum err e = ERR_OK;

	*in = text_language();
	if (language != NULL)
		e = db_exec(db, SQL_USER_SPEAKS,
		    KV(kv_int("tg_id", tg_id), kv_text("language", language)),
		    NULL);
	return e == ERR_OK ? reader_language(db, a, tg_id, language, in) : e;
}

enum err
ledger_choose_language(struct db *db, int64_t tg_id, enum language chosen)
{
	return db_exec(db, SQL_USER_CHOOSES_LANGUAGE,
	    KV(kv_int("tg_id", tg_id),
		kv_text("language",
		    chosen == LANGUAGE__COUNT ? NULL : language_code(chosen))),
	    NULL);
}

/* The time of the first block stays where one is noted already. */
enum err
ledger_user_reachable(struct db *db, int64_t tg_id, bool reachable)
{
	int64_t n = 0;
	enum err e = reachable ?
	    db_exec(db, SQL_USER_REACHABLE, KV(kv_int("tg_id", tg_id)), &n) :
	    db_exec(db, SQL_USER_BLOCKED,
		KV(kv_int("tg_id", tg_id), kv_int("now_ms", clock_now_ms())),
		&n);

	if (n > 0)
		db_keep(db);
	return e;
}

/* The columns come in the order of ORDER_COLUMNS (store/sql_words.h). */
void
order_from_row(const struct row *row, void *ctx)
{
	*(struct order *)ctx = (struct order){ .id = row_int(row, 0),
		.tg_id = row_int(row, 1),
		.product = row_text(row, 2),
		.session_id = row_text(row, 3),
		.paid_ms = row_int(row, 4),
		.processing_ms = row_int(row, 5),
		.failed_ms = row_int(row, 6),
		.expired_ms = row_int(row, 7),
		.amount_minor = row_int(row, 8),
		.currency = row_text(row, 9) };
}

void
orders_from_row(const struct row *row, void *ctx)
{
	struct orders *l = ctx;

	if (l->n < LEDGER_ORDERS)
		order_from_row(row, &l->o[l->n++]);
}

enum err
ledger_order_by_id(
    struct db *db, struct arena *a, int64_t id, struct order *out)
{
	return db_one(
	    db, a, SQL_ORDER_BY_ID, KV(kv_int("id", id)), order_from_row, out);
}

enum err
ledger_order_by_session(
    struct db *db, struct arena *a, const char *session_id, struct order *out)
{
	return db_one(db, a, SQL_ORDER_BY_SESSION,
	    KV(kv_text("session_id", session_id)), order_from_row, out);
}

/* After 30 days Stripe's events cannot be asked for any more, and a session has
 * been closed for 29 of them. */
enum err
ledger_orders_of_payment(
    struct db *db, struct arena *a, const char *payment, struct orders *out)
{
	out->n = 0;
	return db_each(db, a, SQL_ORDERS_BY_INTENT,
	    KV(kv_text("payment_intent", payment)), orders_from_row, out);
}

enum err
ledger_orders_of_subscription(struct db *db, struct arena *a,
    const char *subscription, struct orders *out)
{
	out->n = 0;
	return db_each(db, a, SQL_ORDERS_BY_SUBSCRIPTION,
	    KV(kv_text("subscription", subscription)), orders_from_row, out);
}

enum err
ledger_order_unpaid(struct db *db, struct arena *a, int64_t tg_id,
    int64_t before_id, struct order *out)
{
	return db_one(db, a, SQL_ORDER_UNPAID_BEFORE,
	    KV(kv_int("tg_id", tg_id), kv_int("before_id", before_id),
		kv_int("since_ms", clock_now_ms() - UNPAID_DAYS * DAY_MS)),
	    order_from_row, out);
}

/* Some ways to pay take days. Meanwhile the buyer must not be told to pay, or
 * they would pay twice. */
enum err
ledger_processing(struct db *db, struct arena *a, int64_t tg_id,
    const char *product, bool *processing)
{
	int64_t n = 0;
	enum err e = db_one(db, a, SQL_ORDERS_PROCESSING,
	    KV(kv_int("tg_id", tg_id), kv_text("product", product)), row_to_int,
	    &n);

	*processing = n > 0;
	return e;
}

enum err
ledger_access(struct db *db, struct arena *a, int64_t tg_id,
    const char *product, enum access *out)
{
	int64_t is_in = 0;
	enum err e = db_one(db, a, SQL_ACCESS_GET,
	    KV(kv_int("tg_id", tg_id), kv_text("product", product)), row_to_int,
	    &is_in);

	*out = is_in != 0 ? ACCESS_IN : ACCESS_OUT;
	/* A person about whom nothing was ever decided is out. */
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static void
term_from_row(const struct row *row, void *ctx)
{
	*(struct term *)ctx = (struct term){
		.access = row_int(row, 0) != 0 ? ACCESS_IN : ACCESS_OUT,
		.until_ms = row_int(row, 2),
		.paid_until_ms = row_int(row, 3),
		.renews = row_int(row, 4) != 0,
	};
}

enum err
ledger_term(struct db *db, struct arena *a, int64_t tg_id, const char *product,
    struct term *out)
{
	enum err e;

	*out = (struct term){ .access = ACCESS_OUT };
	e = db_one(db, a, SQL_ACCESS_GET,
	    KV(kv_int("tg_id", tg_id), kv_text("product", product)),
	    term_from_row, out);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static void
product_from_row(const struct row *row, void *ctx)
{
	struct ledger_products *l = ctx;

	l->ids = arena_grow(l->arena, l->ids, l->n, &l->max, sizeof(*l->ids));
	l->ids[l->n++] = row_text(row, 0);
}

/* By what was decided, not by what the catalog holds: who bought a product that
 * is sold no more is still in by it. */
enum err
ledger_products(
    struct db *db, struct arena *a, int64_t tg_id, struct ledger_products *out)
{
	*out = (struct ledger_products){ .arena = a };
	return db_each(db, a, SQL_ACCESS_PRODUCTS, KV(kv_int("tg_id", tg_id)),
	    product_from_row, out);
}

enum err
ledger_invite_pending(struct db *db, struct arena *a, int64_t tg_id,
    const char *product, bool *pending)
{
	int64_t n = 0;
	enum err e = db_one(db, a, SQL_INVITE_PENDING,
	    KV(kv_int("tg_id", tg_id), kv_text("product", product)), row_to_int,
	    &n);

	*pending = n > 0;
	return e;
}

enum err
ledger_is_buyer(struct db *db, struct arena *a, int64_t tg_id, bool *is)
{
	struct ledger_products in;
	enum err e = ledger_products(db, a, tg_id, &in);

	*is = in.n > 0;
	return e;
}
