/* The catalog over time. */
#include "ledger/products.h"

#include "base/clock.h"
#include "base/log.h"
#include "ledger/ledger.h"
#include "outbox/alert.h"
#include "shop/text.h"

const char *
products_unknown(struct arena *a, const char *id)
{
	return arena_printf(a, "unknown product: %s; see admit check", id);
}

/* Notes the channels to which a product leads. One that leads to none of the
 * bot's is noted as well (with no channel), so that it is known as a
 * product. */
static enum err
note_leads(struct app *app, const struct product *p)
{
	enum err e = db_exec(app->db, SQL_LEADS_ADD,
	    KV(kv_text("product", p->id), kv_text("chat_id", "")), NULL);

	for (size_t i = 0; e == ERR_OK && i < p->n_channels; i++)
		if (p->channels[i].chat_id != NULL)
			e = db_exec(app->db, SQL_LEADS_ADD,
			    KV(kv_text("product", p->id),
				kv_text("chat_id", p->channels[i].chat_id)),
			    NULL);
	return e;
}

struct noting {
	struct app *app;
	struct arena arena;
};

/* Once for each fault and day: the same file may be met by many programs. */
static enum err
tell_fault(struct db *db, void *ctx)
{
	struct noting *n = ctx;
	const struct catalog_mark *mark = &n->app->catalog_mark;

	(void)db; /* the app's */
	return alert_daily(n->app, &n->arena,
	    arena_printf(&n->arena, "products/%lld/%lld",
		(long long)mark->changed_ns, (long long)mark->bytes),
	    &(struct alert_words){ .text = TEXT_ALERT_PRODUCTS,
		.values = KV(kv_text("why", n->app->catalog_fault)) },
	    NULL);
}

/* Jobs that were parked because their product was unknown wait with that very
 * sentence as their error, and are found by it. */
static enum err
note_all(struct db *db, void *ctx)
{
	struct noting *n = ctx;
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < n->app->catalog.n; i++) {
		const struct product *p = &n->app->catalog.products[i];

		e = note_leads(n->app, p);
		if (e == ERR_OK)
			e = db_exec(db, SQL_JOBS_REVIVE_PRODUCT,
			    KV(kv_text(
				   "error", products_unknown(&n->arena, p->id)),
				kv_int("now_ms", clock_now_ms())),
			    NULL);
	}
	return e;
}

static void
log_lost(const char *id, int64_t n, void *ctx)
{
	(void)ctx;
	log_event(LOG_WARN, "product_unknown",
	    KV(kv_text("product", id), kv_int("n_in", n),
		kv_text("mend", "admit product rename, see admit check")));
}

void
products_note(struct app *app, bool *revived)
{
	struct noting n = { .app = app };

	*revived = false;
	/* The fault is kept until it could be written: one that nobody hears of
	 * leaves the shop selling by the old file. */
	if (app->catalog_fault != NULL &&
	    db_transaction(app->db, tell_fault, &n) == ERR_OK) {
		app->catalog_fault = NULL;
		*revived = true;
	}
	if (!app->is_noted) {
		if (db_transaction(app->db, note_all, &n) != ERR_OK ||
		    products_lost(app, &n.arena, log_lost, NULL) != ERR_OK)
			log_event(LOG_WARN, "products_not_noted", KV_NONE);
		else
			*revived = app->is_noted = true;
	}
	arena_free(&n.arena);
}

struct losing {
	const struct catalog *catalog;
	void (*show)(const char *id, int64_t n, void *ctx);
	void *ctx;
};

static void
lost_from_row(const struct row *row, void *ctx)
{
	const struct losing *l = ctx;
	const char *id = row_text(row, 0);

	if (catalog_find(l->catalog, id) == NULL)
		l->show(id, row_int(row, 1), l->ctx);
}

/* One row for each product that somebody has access by; these are few, so the
 * catalog is looked through for each. */
enum err
products_lost(struct app *app, struct arena *a,
    void (*show)(const char *id, int64_t n, void *ctx), void *ctx)
{
	struct losing l = { &app->catalog, show, ctx };

	return db_each(
	    app->db, a, SQL_ACCESS_BY_PRODUCT, KV_NONE, lost_from_row, &l);
}

static void
name_from_row(const struct row *row, void *ctx)
{
	*(const char **)ctx = row_text(row, 0);
}

enum err
products_now(struct app *app, struct arena *a, const char *id, const char **now)
{
	enum err e;

	*now = id;
	/* A name that is sold again means itself, whatever was once renamed
	 * from it. */
	if (catalog_find(&app->catalog, id) != NULL)
		return ERR_OK;
	e = db_one(app->db, a, SQL_RENAMED_TO, KV(kv_text("product", id)),
	    name_from_row, now);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err
products_find(
    struct app *app, struct arena *a, const char *id, const struct product **p)
{
	enum err e;

	*p = catalog_find(&app->catalog, id);
	if (*p != NULL || app->db == NULL || !catalog_is_id(id))
		return ERR_OK;
	e = products_now(app, a, id, &id);
	if (e == ERR_OK)
		*p = catalog_find(&app->catalog, id);
	return e;
}

enum err
products_of(struct app *app, struct arena *a, const struct job *job,
    const char *named, const char **id, const struct product **p)
{
	struct order o = { 0 };
	enum err e = ERR_OK;

	if (job->order_id != 0)
		e = ledger_order_by_id(app->db, a, job->order_id, &o);
	*id = o.id != 0 ? o.product : named;
	/* An order that is gone must not stand for the first product: its buyer
	 * would be let into what they did not buy. */
	if (*id == NULL || (*id)[0] == '\0')
		*id = job->order_id != 0 ? "?" : app->catalog.products[0].id;
	*p = NULL;
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	e = products_now(app, a, *id, id);
	*p = catalog_find(&app->catalog, *id);
	return e;
}
