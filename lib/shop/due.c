/* Doing what has become due. */
#include "shop/due.h"

#include "base/clock.h"
#include "shop/payment.h"

struct due {
	struct app *app;
	struct arena *arena;
	bool any;
};

static enum err
settle(struct db *db, void *ctx)
{
	struct due *d = ctx;

	(void)db; /* the app's */
	return payment_end_due(d->app, d->arena, &d->any);
}

static enum err
next(struct app *app, struct arena *a, int64_t *next_ms)
{
	return db_one(
	    app->db, a, SQL_ACCESS_NEXT_END, KV_NONE, row_to_int, next_ms);
}

enum err
due_settle(struct app *app, int64_t *next_ms, bool *promised)
{
	struct arena a = { 0 };
	struct due d = { .app = app, .arena = &a };
	enum err e = next(app, &a, next_ms);

	/* Looking first saves an empty transaction its sync. */
	if (e == ERR_OK && *next_ms != 0 && *next_ms <= clock_now_ms()) {
		e = db_transaction(app->db, settle, &d);
		if (e == ERR_OK)
			e = next(app, &a, next_ms);
	}
	*promised = e == ERR_OK && d.any;
	arena_free(&a);
	return e;
}
