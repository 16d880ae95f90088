/* Doing what has become due. */
#include "ledger/expiry.h"

#include "base/array.h"
#include "base/clock.h"
#include "ledger/record.h"
#include "ledger/subscription.h"

struct due {
	struct app *app;
	struct arena *arena;
	bool any;
};

static enum err
settle(struct db *db, void *ctx)
{
	static enum err (*const acts[])(
	    struct app * app, struct arena * a, bool *any) = {
		subscription_read_due,
		payment_remind_due,
		payment_end_due,
	};
	struct due *d = ctx;
	enum err e = ERR_OK;

	(void)db; /* the app's */
	for (size_t i = 0; e == ERR_OK && i < LENGTH(acts); i++) {
		bool any = false;

		e = acts[i](d->app, d->arena, &any);
		d->any |= any;
	}
	return e;
}

static enum err
next(struct app *app, struct arena *a, int64_t *next_ms)
{
	return db_one(app->db, a, SQL_DUE_NEXT, KV_NONE, row_to_int, next_ms);
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
