/* Doing what has become due. */
#include "ledger/expiry.h"

#include "base/array.h"
#include "base/clock.h"
#include "ledger/decide.h"
#include "ledger/subscription.h"
#include "outbox/jobs.h"

/* The statement gives a few at a time, so it is asked until fewer come. What
 * act() does must take the order out of what the statement finds, or this would
 * go round for ever. */
static enum err
each_due(struct app *app, struct arena *a, enum sql what,
    enum err (*act)(struct app *app, struct arena *a, const struct order *o),
    bool *any)
{
	enum err e = ERR_OK;

	*any = false;
	for (int n = LEDGER_ORDERS; e == ERR_OK && n == LEDGER_ORDERS;) {
		struct orders *l = arena_alloc(a, sizeof(*l));

		e = db_each(app->db, a, what,
		    KV(kv_int("now_ms", clock_now_ms()),
			kv_int("n", LEDGER_ORDERS)),
		    orders_from_row, l);
		n = l->n;
		*any |= n > 0;
		for (int i = 0; e == ERR_OK && i < n; i++)
			e = act(app, a, &l->o[i]);
	}
	return e;
}

/* That an end has come is only a reason to judge again: all that is known is
 * weighed, so a payment of the last moment keeps its buyer in. */
static enum err
end_access(struct app *app, struct arena *a, bool *any)
{
	return each_due(app, a, SQL_ACCESS_ENDED, decide_order, any);
}

/* Marked first, in the same transaction: told once for each end. */
static enum err
remind(struct app *app, struct arena *a, const struct order *o)
{
	enum err e = db_exec(app->db, SQL_ACCESS_REMINDED,
	    KV(kv_int("tg_id", o->tg_id), kv_text("product", o->product)),
	    NULL);

	if (e != ERR_OK)
		return e;
	/* The time is part of the promise's name: a name is promised once, and
	 * an order that was prolonged ends a second time. */
	return jobs_promise(app->db, JOB_NOTICE,
	    arena_printf(a, "reminder/%lld/%lld", (long long)o->id,
		(long long)clock_now_ms()),
	    o->tg_id, o->id, "reminder");
}

static enum err
remind_all(struct app *app, struct arena *a, bool *any)
{
	return each_due(app, a, SQL_ACCESS_TO_REMIND, remind, any);
}

struct due {
	struct app *app;
	struct arena *arena;
	bool any;
};

/* Subscriptions first, which only promises to read them: what is read of one
 * may come in time to keep its buyer in. */
static enum err
settle(struct db *db, void *ctx)
{
	static enum err (*const acts[])(
	    struct app * app, struct arena * a, bool *any) = {
		subscription_read_due,
		remind_all,
		end_access,
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

/* When any of the three has something to do. */
static enum err
next(struct app *app, struct arena *a, int64_t *next_ms)
{
	return db_one(app->db, a, SQL_DUE_NEXT, KV_NONE, row_to_int, next_ms);
}

enum err
expiry_settle(struct app *app, int64_t *next_ms, bool *promised)
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
