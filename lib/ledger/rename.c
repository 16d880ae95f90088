/* Renaming a product. */
#include "ledger/rename.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "ledger/decide.h"
#include "ledger/products.h"

/* Numbers of rows, as many as there are. */
struct ids {
	struct arena *arena;
	int64_t *list;
	size_t n, max;
};

/* The people are collected first, for what follows changes the rows that the
 * statement reads. */
static void
id_from_row(const struct row *row, void *ctx)
{
	struct ids *ids = ctx;

	ids->list = arena_grow(
	    ids->arena, ids->list, ids->n, &ids->max, sizeof(*ids->list));
	ids->list[ids->n++] = row_int(row, 0);
}

/* The better one of two rows of a person stays until it is decided anew. */
static enum err
move_all(struct app *app, struct kvs names, struct renamed *out)
{
	const struct {
		enum sql what;
		int64_t *n;
	} steps[] = { { SQL_RENAME_ORDERS, &out->n_orders },
		{ SQL_RENAME_WORSE, NULL }, { SQL_RENAME_SECOND, NULL },
		{ SQL_RENAME_ACCESS, NULL }, { SQL_RENAME_JOBS, &out->n_jobs },
		{ SQL_RENAME_NOTICES, NULL }, { SQL_RENAME_CONSENTS, NULL },
		{ SQL_RENAME_AUDIT, NULL }, { SQL_RENAME_BROADCASTS, NULL },
		{ SQL_RENAME_LEADS, NULL }, { SQL_RENAME_EARLIER, NULL },
		{ SQL_RENAMED_ADD, NULL } };
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < LENGTH(steps); i++)
		e = db_exec(app->db, steps[i].what, names, steps[i].n);
	return e;
}

/* The old name leads nowhere from now on, and the new one is no old name of
 * anything, or a look-up would go in a circle. What was parked because nobody
 * knew the old name has its product now. */
static enum err
forget_name(struct app *app, struct arena *a, const char *from, const char *to)
{
	enum err e = db_exec(
	    app->db, SQL_LEADS_DROP, KV(kv_text("product", from)), NULL);

	if (e == ERR_OK)
		e = db_exec(app->db, SQL_RENAMED_DROP,
		    KV(kv_text("product", to)), NULL);
	return e == ERR_OK ? db_exec(app->db, SQL_JOBS_REVIVE_PRODUCT,
				 KV(kv_text("error", products_unknown(a, from)),
				     kv_int("now_ms", clock_now_ms())),
				 NULL) :
			     e;
}

enum err
rename_product(struct app *app, struct arena *a, const char *from,
    const char *to, struct renamed *out)
{
	const struct kvs names =
	    KV(kv_text("product", from), kv_text("is_now", to));
	struct ids people = { .arena = a };
	enum err e = db_each(app->db, a, SQL_RENAME_PEOPLE,
	    KV(kv_text("product", from)), id_from_row, &people);

	*out = (struct renamed){ .n_people = (int64_t)people.n };
	if (e == ERR_OK)
		e = move_all(app, names, out);
	if (e == ERR_OK)
		e = forget_name(app, a, from, to);
	/* Access is decided from orders and not carried over: the two products
	 * may judge a refund or a grace in different ways. */
	for (size_t i = 0; e == ERR_OK && i < people.n; i++)
		e = decide_buyer(app, a, people.list[i], to);
	if (e == ERR_OK)
		log_event(LOG_INFO, "product_renamed",
		    KV(kv_text("product", from), kv_text("is_now", to),
			kv_int("n_people", out->n_people)));
	return e;
}
