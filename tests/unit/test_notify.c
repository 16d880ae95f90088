/* What the operators are told, and in which words. */
#include "shop.h"

#include "base/clock.h"
#include "ledger/notify.h"
#include "payment/reconcile.h"
#include "shop/text.h"

static struct app app = { .conf = { .admin_tg_ids = "900, x, 900,5" },
	SELLS({ COURSE }) };

static struct order order = { .id = 1,
	.tg_id = 77,
	.product = "course",
	.session_id = "cs_1",
	.amount_minor = 999,
	.currency = "eur" };

static enum err
sold(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return alert_sale(&app, &mem, &order);
}

static enum err
disputed(struct db *db, void *ctx)
{
	const int64_t *due_ms = ctx;

	(void)db;
	return alert_dispute(&app, &mem, &order, "du_1", DISPUTE_OPEN, *due_ms);
}

static enum err
silent(struct db *db, void *ctx)
{
	(void)db;
	return reconcile_alarm(&app, &mem, ctx);
}

static void
begin(void)
{
	shop_open(NOTHING);
	order.product = "course";
}

static const char *
told(int64_t tg_id)
{
	return look_text_of("SELECT detail FROM jobs WHERE tg_id = ?1", tg_id);
}

static void
each_operator(void **state)
{
	(void)state;
	begin();
	shop_does(sold, NULL);
	shop_does(sold, NULL);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE kind = 4"), 2);
	check_has(told(900), "A course");
	check_has(told(900), "9,99\u00a0€");
	check_has(told(900), "77");
	check_text(told(5), told(900));
}

static void
sold_no_more(void **state)
{
	(void)state;
	begin();
	order.product = "gone";
	shop_does(sold, NULL);
	check_has(told(5), "gone");
}

/* Once a day. */
static void
events_never_came(void **state)
{
	struct reconcile r = { .n_missed = 0 };
	const long long today = clock_now_ms() / (24LL * 3600 * 1000);

	(void)state;
	begin();
	shop_does(silent, &r);
	check_int(look_int("SELECT COUNT(*) FROM jobs"), 0);
	r.n_missed = 3;
	shop_does(silent, &r);
	shop_does(silent, &r);
	check_text(look_text("SELECT promise FROM jobs WHERE tg_id = 5"),
	    arena_printf(&mem, "alert/silence/%lld/5", today));
	check_has(told(5), "3");
	check_int(look_int("SELECT COUNT(*) FROM jobs"), 2);
}

static const struct due {
	const char *why;
	int64_t due_s;
	const char *part;
} dues[] = {
	{ "none", 0, "-" },
	{ "the first second", 1, "до 1 січня 1970" },
	{ "some day", 1893456000, "до 1 січня 2030" },
};

static void
until_when(void **state)
{
	const struct due *d = *state;
	int64_t due_ms = d->due_s * 1000;

	begin();
	shop_does(disputed, &due_ms);
	check_has(told(5), d->part);
	if (d->due_s == 0)
		check_lacks(told(5), "1970");
}

int
main(void)
{
	ONE("sale", "each operator is told once", each_operator);
	ONE("sale", "of what is sold no more", sold_no_more);
	ONE("silence", "is told once a day", events_never_came);
	ROWS("evidence is due", until_when, dues);
	return testing_run("news", ledger_make, ledger_remove);
}
