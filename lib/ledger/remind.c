/* Who is to be reminded, and when not. */
#include "ledger/remind.h"

#include "base/clock.h"
#include "base/units.h"
#include "ledger/ledger.h"
#include "ledger/products.h"
#include "outbox/jobs.h"
#include "shop/conf_check.h"

#define HOUR_AT 11 /* in "2026-01-31 12:34" */
/* What is older than this by then is too old to speak of: where reminders are
 * set up anew, nobody hears of last year. */
#define NEWS_MS (3 * DAY_MS)

enum err
remind_intro_seen(struct db *db, int64_t tg_id)
{
	return db_exec(db, SQL_INTRO_SEEN,
	    KV(kv_int("tg_id", tg_id), kv_int("now_ms", clock_now_ms())), NULL);
}

enum err
remind_no_more(struct db *db, int64_t tg_id)
{
	return db_exec(db, SQL_REMIND_NO_MORE,
	    KV(kv_int("tg_id", tg_id), kv_int("now_ms", clock_now_ms())), NULL);
}

enum err
remind_is_wanted(struct db *db, struct arena *a, int64_t tg_id, bool *is)
{
	int64_t n = 0;
	enum err e = db_one(db, a, SQL_REMIND_IS_WANTED,
	    KV(kv_int("tg_id", tg_id)), row_to_int, &n);

	*is = n > 0;
	return e;
}

/* ---- the chore ---- */

/* On the wall's clock, two digits, "07" too. */
static int64_t
hour_of(int64_t now_ms)
{
	char minute[CLOCK_DATE_BYTES];

	clock_local_minute(now_ms, minute);
	return (minute[HOUR_AT] - '0') * 10 + minute[HOUR_AT + 1] - '0';
}

static bool
is_quiet(const struct app *app, int64_t now_ms)
{
	int64_t hour = hour_of(now_ms), from = 0, to = 0;

	if (!conf_hours(app->conf.quiet_hours, &from, &to))
		return false;
	return from <= to ? hour >= from && hour < to :
			    hour >= from || hour < to;
}

struct reminding {
	struct app *app;
	struct arena *arena;
	int64_t now_ms;
	bool any;
};

/* Marked in the same transaction, also where what they began to buy is sold no
 * more and nothing is said. */
static enum err
remind_cart(struct reminding *r, const struct order *o)
{
	const struct product *p = NULL;
	enum err e = products_find(r->app, r->arena, o->product, &p);

	if (e == ERR_OK)
		e = db_exec(r->app->db, SQL_CART_REMINDED,
		    KV(kv_int("tg_id", o->tg_id), kv_int("now_ms", r->now_ms)),
		    NULL);
	if (e != ERR_OK || p == NULL)
		return e;
	return jobs_promise(r->app->db, JOB_NOTICE,
	    arena_printf(r->arena, "cart/%lld", (long long)o->id), o->tg_id, 0,
	    arena_printf(r->arena, "cart:%s", p->id));
}

static enum err
remind_carts(struct reminding *r)
{
	int64_t wait_ms = r->app->conf.cart_reminder_hours * HOUR_MS;
	struct orders *l = arena_alloc(r->arena, sizeof(*l));
	enum err e;

	l->n = 0;
	if (wait_ms == 0)
		return ERR_OK;
	e = db_each(r->app->db, r->arena, SQL_CART_DUE,
	    KV(kv_int("before_ms", r->now_ms - wait_ms),
		kv_int("after_ms", r->now_ms - wait_ms - NEWS_MS),
		kv_int("n", LEDGER_ORDERS)),
	    orders_from_row, l);
	for (int i = 0; e == ERR_OK && i < l->n; i++)
		e = remind_cart(r, &l->o[i]);
	r->any |= l->n > 0;
	return e;
}

struct people {
	int64_t tg_id[LEDGER_ORDERS];
	int n;
};

static void
person_from_row(const struct row *row, void *ctx)
{
	struct people *p = ctx;

	if (p->n < LEDGER_ORDERS)
		p->tg_id[p->n++] = row_int(row, 0);
}

/* The free lesson belongs to no product here: the first one is offered. */
static enum err
remind_intros(struct reminding *r)
{
	int64_t wait_ms = r->app->conf.intro_reminder_days * DAY_MS;
	struct people p = { .n = 0 };
	enum err e;

	if (wait_ms == 0)
		return ERR_OK;
	e = db_each(r->app->db, r->arena, SQL_INTRO_DUE,
	    KV(kv_int("before_ms", r->now_ms - wait_ms),
		kv_int("after_ms", r->now_ms - wait_ms - NEWS_MS),
		kv_int("n", LEDGER_ORDERS)),
	    person_from_row, &p);
	for (int i = 0; e == ERR_OK && i < p.n; i++) {
		e = db_exec(r->app->db, SQL_INTRO_REMINDED,
		    KV(kv_int("tg_id", p.tg_id[i]),
			kv_int("now_ms", r->now_ms)),
		    NULL);
		if (e == ERR_OK)
			e = jobs_promise(r->app->db, JOB_NOTICE,
			    arena_printf(
				r->arena, "intro/%lld", (long long)p.tg_id[i]),
			    p.tg_id[i], 0, "intro");
	}
	r->any |= p.n > 0;
	return e;
}

static enum err
remind(struct db *db, void *ctx)
{
	enum err e = remind_carts(ctx);

	(void)db; /* the app's */
	return e == ERR_OK ? remind_intros(ctx) : e;
}

enum err
remind_settle(struct app *app, int64_t *next_ms, bool *promised)
{
	struct arena a = { 0 };
	struct reminding r = { app, &a, clock_now_ms(), false };
	bool is_on = app->conf.cart_reminder_hours != 0 ||
	    app->conf.intro_reminder_days != 0;
	enum err e = ERR_OK;

	(void)next_ms;
	/* What became due at night waits for the morning. */
	if (is_on && !is_quiet(app, r.now_ms))
		e = db_transaction(app->db, remind, &r);
	*promised = e == ERR_OK && r.any;
	arena_free(&a);
	return e;
}
