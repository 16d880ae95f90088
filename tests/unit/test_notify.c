/* What the operators are told, and in which words. */
#include "shop.h"

#include "base/clock.h"
#include "ledger/notify.h"
#include "outbox/jobs.h"
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
	return alert_dispute(
	    &app, &mem, &order, "du_1", DISPUTE_OPEN, *due_ms, REMEDY_PAUSE);
}

static void
begin(void)
{
	shop_open(NOTHING);
	order.product = "course";
}

static const struct wanted {
	const char *why, *notify;
	int64_t n; /* of the six */
} wanted[] = {
	{ "as it is where nobody says", NULL, 5 },
	{ "renewals alone", "renewal", 1 },
	{ "two of them", "sale , end", 2 },
	{ "all", "sale,renewal,failure,end,refund,dispute", 6 },
};

static enum err
all_kinds(struct db *db, void *ctx)
{
	const struct payment p = { .payment = "in_2",
		.amount_minor = 999,
		.currency = "eur",
		.paid_ms = clock_now_ms() };
	const int64_t none = 0;
	enum err e = alert_sale(&app, &mem, &order);

	(void)ctx;
	if (e == ERR_OK)
		e = alert_renewal(&app, &mem, &order, &p);
	if (e == ERR_OK)
		e = alert_failure(&app, &mem, &order, "in_3/1");
	if (e == ERR_OK)
		e = alert_ended(&app, &mem, &order, "ended");
	if (e == ERR_OK)
		e = alert_refund(&app, &mem, &order, 300);
	return e == ERR_OK ? disputed(db, (void *)&none) : e;
}

/* What needs a person is told in any case. */
static enum err
trouble(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return alert_forgotten(&app, &mem, &order);
}

static void
by_kind(void **state)
{
	const struct wanted *w = *state;

	begin();
	app.conf.notify = w->notify;
	shop_does(all_kinds, NULL);
	check_int(n_promised(JOB_ALERT, 900), w->n);
	shop_does(trouble, NULL);
	check_int(n_promised(JOB_ALERT, 900), w->n + 1);
	app.conf.notify = NULL;
}

/* Posts of somebody's that never came. */
struct missed {
	const struct provider *whose;
	int64_t n;
};

static enum err
silent(struct db *db, void *ctx)
{
	const struct missed *m = ctx;

	(void)db;
	return reconcile_alarm(&app, &mem, m->whose, m->n);
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

/* Once a day of each, by name and with the address that is theirs. */
static void
events_never_came(void **state)
{
	static const struct provider bank = { .name = "bank",
		.title = "The bank" };
	struct missed m = { .whose = &bank };
	const long long today = clock_now_ms() / (24LL * 3600 * 1000);

	(void)state;
	begin();
	app.conf.base_url = "https://h";
	shop_does(silent, &m);
	check_int(look_int("SELECT COUNT(*) FROM jobs"), 0);
	m.n = 3;
	shop_does(silent, &m);
	shop_does(silent, &m);
	check_text(look_text("SELECT promise FROM jobs WHERE tg_id = 5"),
	    arena_printf(&mem, "alert/silence/bank/%lld/5", today));
	check_has(told(5), "3");
	check_has(told(5), "The bank");
	check_has(told(5), "https://h/webhook/bank");
	check_lacks(told(5), "Stripe");
	check_int(look_int("SELECT COUNT(*) FROM jobs"), 2);
	m.whose = provider_find(str_from("stripe"));
	shop_does(silent, &m);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE detail LIKE"
			   " '%Stripe%https://h/webhook%'"
			   " AND detail NOT LIKE '%/webhook/%'"),
	    2);
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
	ROWS("by kind", by_kind, wanted);
	return testing_run("notify", ledger_make, ledger_remove);
}
