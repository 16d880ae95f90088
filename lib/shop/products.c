/* The catalog over time. */
#include "shop/products.h"

#include "base/clock.h"
#include "base/log.h"
#include "shop/alert.h"
#include "shop/text.h"

#include <sys/stat.h>

#define BEING_WRITTEN_MS 2000
#define DAY_MS ((int64_t)24 * 3600 * 1000)

/* ---- read again ---- */

struct fault {
	struct app *app;
	struct arena *arena;
	const char *what;
	const struct catalog_mark *mark;
};

static enum err
tell_fault(struct db *db, void *ctx)
{
	const struct fault *f = ctx;

	(void)db; /* the app's */
	return alert_promise(f->app, f->arena,
	    arena_printf(f->arena, "products/%lld/%lld/%lld",
		(long long)f->mark->changed_ns, (long long)f->mark->bytes,
		(long long)(clock_now_ms() / DAY_MS)),
	    text_fill(
		f->arena, TEXT_ALERT_PRODUCTS, KV(kv_text("why", f->what))));
}

static void
tell(struct app *app, struct arena *a, const struct conf *trial,
    const struct catalog_mark *mark)
{
	struct fault f = { app, a, trial->faults[0], mark };

	for (size_t i = 0; i < trial->n_faults; i++)
		log_event(LOG_ERROR, "products_not_read",
		    KV(kv_text("what", trial->faults[i])));
	if (db_transaction(app->db, tell_fault, &f) == ERR_OK)
		app->has_work = true;
}

/* Half of a file that is being written is no fault of its author's. */
static bool
is_being_written(const struct catalog_mark *mark)
{
	int64_t age_ms = clock_now_ms() - mark->changed_ns / 1000000;

	return age_ms >= 0 && age_ms < BEING_WRITTEN_MS;
}

static void
read_anew(struct app *app, const struct catalog_mark *mark)
{
	struct arena scratch = { 0 }, shelf = { 0 };
	struct conf *trial = arena_alloc(&scratch, sizeof(*trial));
	struct catalog *c = arena_alloc(&scratch, sizeof(*c));

	*trial = app->conf;
	trial->n_faults = 0;
	if (catalog_load(c, &shelf, trial) == ERR_OK) {
		arena_free(&app->shelf);
		app->shelf = shelf;
		app->catalog = *c;
		app->catalog_mark = *mark;
		app->is_noted = false;
		app->has_work = true; /* the worker takes note of it */
		log_event(
		    LOG_INFO, "products_read", KV(kv_int("n", (int64_t)c->n)));
	} else if (!is_being_written(mark)) {
		app->catalog_mark = *mark;
		tell(app, &scratch, trial, mark);
		arena_free(&shelf);
	} else {
		arena_free(&shelf);
	}
	arena_free(&scratch);
}

void
products_refresh(struct app *app)
{
	struct catalog_mark mark = catalog_mark(&app->conf);

	if (app->conf.products_file != NULL &&
	    !catalog_mark_same(&mark, &app->catalog_mark))
		read_anew(app, &mark);
}

/* ---- remembered ---- */

const char *
products_unknown(struct arena *a, const char *id)
{
	return arena_printf(a, "unknown product: %s; see admit check", id);
}

/* Of a product that leads to no channel of the bot's it is known as well. */
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
	if (app->is_noted)
		return;
	if (db_transaction(app->db, note_all, &n) != ERR_OK ||
	    products_lost(app, &n.arena, log_lost, NULL) != ERR_OK)
		log_event(LOG_WARN, "products_not_noted", KV_NONE);
	else
		*revived = app->is_noted = true;
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
	if (catalog_find(&app->catalog, id) != NULL)
		return ERR_OK;
	e = db_one(app->db, a, SQL_RENAMED_TO, KV(kv_text("product", id)),
	    name_from_row, now);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}
