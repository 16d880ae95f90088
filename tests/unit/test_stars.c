/* Selling for Stars: who may pay what, and what a payment, a refund and
 * Telegram's own list of both make of the ledger. */
#include "shop.h"

#include "base/clock.h"
#include "base/units.h"
#include "payment/provider.h"
#include "payment/stars.h"
#include "shop/text.h"

static struct app app = { .conf = { .telegram_api_base = "https://t.invalid",
			      .telegram_bot_token = "1:x" },
	SELLS({ COURSE, .stars = 500 }, { NAMED("euro", "For euros") },
	    { CLUB, .stars = 7 }, { NAMED("star", "A star"), .stars = 1 }) };

#define ASKED(money, what, n) \
	{ \
		.query_id = "1", .currency = money, .payload = what, \
		.amount = n \
	}
#define CHARGED(money, what, n) \
	{ \
		.charge_id = "stx1", .currency = money, .payload = what, \
		.amount = n \
	}

static const struct asked {
	const char *why, *before, *sell_with;
	struct tg_payment pay;
	int64_t from;
	enum text refusal;
	bool is_fine;
} askeds[] = {
	{ "the price", NOTHING, NULL, ASKED("XTR", "admit:course", 500), BUYER,
	    0, true },
	{ "another product", HAS_COURSE, NULL, ASKED("XTR", "admit:club", 7),
	    BUYER, 0, true },
	{ "the least price there is", NOTHING, NULL,
	    ASKED("XTR", "admit:star", 1), BUYER, 0, true },
	{ "less", NOTHING, NULL, ASKED("XTR", "admit:course", 499), BUYER,
	    TEXT_STARS_WRONG_PRICE, false },
	{ "euros", NOTHING, NULL, ASKED("EUR", "admit:course", 500), BUYER,
	    TEXT_STARS_WRONG_PRICE, false },
	{ "paid before", HAS_COURSE, NULL, ASKED("XTR", "admit:course", 500),
	    BUYER, TEXT_STARS_PAID_BEFORE, false },
	{ "not for Stars", NOTHING, NULL, ASKED("XTR", "admit:euro", 5), BUYER,
	    TEXT_STARS_NOT_SOLD, false },
	{ "switched off", NOTHING, "stripe", ASKED("XTR", "admit:course", 500),
	    BUYER, TEXT_STARS_NOT_SOLD, false },
	{ "sold no more", NOTHING, NULL, ASKED("XTR", "admit:gone", 5), BUYER,
	    TEXT_STARS_NOT_SOLD, false },
	{ "renamed since",
	    "INSERT INTO renamed (product, is_now) VALUES ('old', 'course');",
	    NULL, ASKED("XTR", "admit:old", 500), BUYER, 0, true },
	{ "an invoice of somebody else's", NOTHING, NULL,
	    ASKED("XTR", "course", 500), BUYER, TEXT_STARS_NOT_SOLD, false },
	{ "nobody", NOTHING, NULL, ASKED("XTR", "admit:course", 500), 0,
	    TEXT_STARS_NOT_SOLD, false },
};

static void
may_pay(void **state)
{
	const struct asked *t = *state;
	const struct tg_update u = {
		.kind = TG_CHECKOUT, .from_id = t->from, .payment = t->pay
	};
	struct json *params;

	shop_open(t->before);
	app.conf.sell_with = t->sell_with;
	check_err(stars_checkout(&app, &mem, &u, LANGUAGE_UK, &params), ERR_OK);
	app.conf.sell_with = NULL;
	check_text(json_text(params, "pre_checkout_query_id"), "1");
	check_int(json_is_true(params, "ok"), t->is_fine);
	check_text(json_text(params, "error_message"),
	    t->is_fine ? NULL : text_plain(t->refusal));
}

static enum err
record(struct db *db, void *ctx)
{
	(void)db;
	return stars_record(&app, &mem, ctx);
}

static void
paid_and_back(void **state)
{
	struct tg_update u = { .kind = TG_PAID,
		.from_id = BUYER,
		.payment = CHARGED("XTR", "admit:course", 500) };

	(void)state;
	shop_open(NOTHING);
	shop_does(record, &u);
	shop_does(record, &u);
	check_int(look_int("SELECT is_in FROM access WHERE tg_id = 5"), 1);
	check_int(look_int("SELECT COUNT(*) FROM orders"), 1);
	check_text(look_text("SELECT provider FROM orders"), "stars");
	check_int(look_int("SELECT amount_minor FROM orders"), 500);
	u.kind = TG_REFUNDED;
	shop_does(record, &u);
	check_int(look_int("SELECT is_in FROM access WHERE tg_id = 5"), 0);
}

static const struct foreign {
	const char *why;
	struct tg_update u;
} foreigns[] = {
	{ "in euros",
	    { .kind = TG_PAID,
		.from_id = BUYER,
		.payment = CHARGED("EUR", "admit:course", 500) } },
	{ "by nobody",
	    { .kind = TG_PAID,
		.payment = CHARGED("XTR", "admit:course", 500) } },
	{ "for something of another bot's",
	    { .kind = TG_PAID,
		.from_id = BUYER,
		.payment = CHARGED("XTR", "other", 500) } },
};

static void
not_ours(void **state)
{
	const struct foreign *f = *state;
	struct tg_update u = f->u;

	shop_open(NOTHING);
	shop_does(record, &u);
	check_int(look_int("SELECT COUNT(*) FROM orders"), 0);
}

/* ---- the list ---- */

#define WHO \
	"{\"type\":\"user\",\"user\":{\"id\":5}," \
	"\"invoice_payload\":\"admit:course\"}"
#define CAME "{\"id\":\"stx1\",\"amount\":500,\"source\":" WHO "}"
#define WENT "{\"id\":\"stx1\",\"amount\":500,\"receiver\":" WHO "}"

static const struct list {
	const char *why, *transactions;
	int64_t n, n_healed;
	int is_in; /* -1: nobody of the ledger's */
} lists[] = {
	{ "empty", "", 0, 0, -1 },
	{ "a payment", CAME, 1, 1, 1 },
	{ "the same twice", CAME "," CAME, 2, 1, 1 },
	{ "a payment that went back", CAME "," WENT, 2, 2, 0 },
	{ "a withdrawal",
	    "{\"id\":\"w\",\"amount\":5,\"receiver\":{\"type\":\"fragment\"}}",
	    1, 0, -1 },
	{ "a gift",
	    "{\"id\":\"g\",\"amount\":5,\"source\":{\"type\":\"user\","
	    "\"user\":{\"id\":5}}}",
	    1, 0, -1 },
	{ "nothing that came",
	    "{\"id\":\"stx1\",\"amount\":0,\"source\":" WHO "}", 1, 0, -1 },
	{ "one without a name", "{\"amount\":500,\"source\":" WHO "}", 1, 0,
	    -1 },
};

/* As reconciliation goes through it. */
#define ALL (&stars_provider.lists[0])

struct recording {
	void *page;
	struct list_step step;
};

static enum err
record_list(struct db *db, void *ctx)
{
	struct recording *r = ctx;

	(void)db;
	return ALL->record(&app, &mem, ALL, r->page, &r->step);
}

static void
listed(void **state)
{
	const struct list *l = *state;
	struct recording r = { .step = { .after = "x" } };
	const struct http_response res = { .status = 200,
		.body = str_from(arena_printf(&mem,
		    "{\"ok\":true,\"result\":{\"transactions\":[%s]}}",
		    l->transactions)) };

	shop_open(NOTHING);
	check_err(ALL->read(&mem, &res, &r.page), ERR_OK);
	shop_does(record_list, &r);
	check_int(r.step.n_seen, l->n);
	check_int(r.step.n_healed, l->n_healed);
	check_text(r.step.after, NULL); /* fewer than fill a page: the end */
	check_int(look_int("SELECT is_in FROM access"), l->is_in);
}

static void
calls(void **state)
{
	const struct list_step begin = { .since_s = 5 };
	struct http_request req;
	struct step s = { .job = { .tg_id = BUYER } };
	const char *body;
	void *own = NULL;

	(void)state;
	shop_open("INSERT INTO marks (key, value) VALUES ('stars_offset', 40)");
	check_err(ALL->request(&app, &mem, ALL, &begin, &req), ERR_OK);
	check_text(req.url, "https://t.invalid/bot1:x/getStarTransactions");
	check_has(arena_dup(&mem, req.body), "\"offset\":40");
	stars_provider.offer(
	    LANGUAGE_UK, &app, &mem, &s, &app.catalog.products[0], &own);
	assert_true(s.has_call && s.is_to_telegram);
	check_has(s.call.url, "/sendInvoice");
	body = arena_dup(&mem, s.call.body);
	check_has(body, "\"payload\":\"admit:course\"");
	check_has(body, "\"currency\":\"XTR\"");
	app.conf.sell_with = "stars";
	assert_true(stars_provider.sells_alone(&app, &app.catalog.products[0]));
	assert_false(
	    stars_provider.sells_alone(&app, &app.catalog.products[1]));
	app.conf.sell_with = NULL;
	assert_false(
	    stars_provider.sells_alone(&app, &app.catalog.products[0]));
}

/* What has a price in Stars alone is sold by nobody else, whatever else is. */
static const struct priced {
	const char *why, *sell_with;
	struct product p;
	bool by_stars, alone, by_stripe;
} priceds[] = {
	{ "Stars alone", "both", { COURSE, .stars = 5, .stars_alone = true },
	    true, true, false },
	{ "Stars alone, by the month", "both",
	    { COURSE, .stars = 5, .stars_alone = true, .every = "month",
		.every_n = 1 },
	    true, true, false },
	{ "Stars alone, by the year", "both",
	    { COURSE, .stars = 5, .stars_alone = true, .every = "year",
		.every_n = 1 },
	    false, false, false },
	{ "Stars alone, and the shop takes none", "stripe",
	    { COURSE, .stars = 5, .stars_alone = true }, false, false, false },
	{ "both", "both", { COURSE, .stars = 5, .amount_minor = 999 }, true,
	    false, true },
	{ "Stars and a price kept at Stripe", "both",
	    { COURSE, .stars = 5, .price_id = "price_1" }, true, false, true },
	{ "both, and the bot sells for Stars", "stars",
	    { COURSE, .stars = 5, .amount_minor = 999 }, true, true, true },
	{ "both, of the settings, by a program that reads no price", "both",
	    { COURSE, .stars = 5 }, true, false, true },
	{ "money alone", "both", { COURSE, .amount_minor = 999 }, false, false,
	    true },
};

static void
sold_by(void **state)
{
	const struct priced *r = *state;
	const struct provider *stripe = provider_find(str_from("stripe"));

	app.conf.sell_with = r->sell_with;
	check_int(stars_provider.sells(&app, &r->p), r->by_stars);
	check_int(stars_provider.sells_alone(&app, &r->p), r->alone);
	check_int(stripe->sells(&app, &r->p), r->by_stripe);
	app.conf.sell_with = NULL;
}

/* ---- whether the next payment comes ---- */

static enum err
record_plan(struct db *db, void *ctx)
{
	(void)db;
	return stars_renewal(&app, &mem, ctx);
}

static const struct told {
	const char *why, *payload;
	int64_t from;
	enum tg_plan first, then;
	int renews;
	bool has_grace;
	int n_alerts;
} tolds[] = {
	{ "it goes on", "admit:course", BUYER, TG_PLAN_ACTIVE, TG_PLAN_ACTIVE,
	    1, true, 0 },
	{ "canceled", "admit:course", BUYER, TG_PLAN_CANCELED, TG_PLAN_CANCELED,
	    0, false, 0 },
	{ "failed", "admit:course", BUYER, TG_PLAN_FAILED, TG_PLAN_FAILED, 0,
	    false, 1 },
	{ "canceled, and not after all", "admit:course", BUYER,
	    TG_PLAN_CANCELED, TG_PLAN_ACTIVE, 1, true, 0 },
	{ "of another product", "admit:club", BUYER, TG_PLAN_CANCELED,
	    TG_PLAN_CANCELED, 1, true, 0 },
	{ "of another bot's", "club", BUYER, TG_PLAN_CANCELED, TG_PLAN_CANCELED,
	    1, true, 0 },
	{ "of somebody who never paid", "admit:course", 6, TG_PLAN_FAILED,
	    TG_PLAN_FAILED, 1, true, 0 },
};

static void
told(void **state)
{
	const struct told *t = *state;
	const int64_t until_s = clock_now_ms() / 1000 + 20 * 24 * 3600;
	struct tg_update paid = { .kind = TG_PAID,
		.from_id = BUYER,
		.payment = CHARGED("XTR", "admit:course", 500) };
	struct tg_update u = { .kind = TG_PLAN,
		.from_id = t->from,
		.payment = { .payload = t->payload },
		.plan = t->first };
	int64_t until_ms;

	paid.payment.until_s = until_s;
	paid.payment.recurs = true;
	app.conf.grace_days = app.catalog.products[0].grace_days = 3;
	app.conf.admin_tg_ids = "900";
	shop_open(NOTHING);
	shop_does(record, &paid);
	shop_does(record_plan, &u);
	u.plan = t->then;
	shop_does(record_plan, &u);
	until_ms = look_int("SELECT until_ms FROM access WHERE tg_id = 5");
	check_int(
	    look_int("SELECT renews FROM access WHERE tg_id = 5"), t->renews);
	check_int(until_ms, until_s * 1000 + (t->has_grace ? 3 * DAY_MS : 0));
	check_int(look_int("SELECT COUNT(*) FROM jobs"
			   " WHERE promise LIKE '%failure/%'"),
	    t->n_alerts);
}

/* A payment that comes after all is one like any other. */
static void
paid_after_all(void **state)
{
	const int64_t until_s = clock_now_ms() / 1000 + 20 * 24 * 3600;
	struct tg_update paid = { .kind = TG_PAID,
		.from_id = BUYER,
		.payment = CHARGED("XTR", "admit:course", 500) };
	struct tg_update u = { .kind = TG_PLAN,
		.from_id = BUYER,
		.payment = { .payload = "admit:course" },
		.plan = TG_PLAN_FAILED };

	(void)state;
	paid.payment.until_s = until_s;
	shop_open(NOTHING);
	shop_does(record, &paid);
	shop_does(record_plan, &u);
	check_int(look_int("SELECT renews FROM access WHERE tg_id = 5"), 0);
	paid.payment.charge_id = "stx2";
	paid.payment.until_s = until_s + 1;
	shop_does(record, &paid);
	check_int(look_int("SELECT renews FROM access WHERE tg_id = 5"), 1);
}

int
main(void)
{
	ROWS("asked", may_pay, askeds);
	ONE("paid", "once, and back", paid_and_back);
	ROWS("none of ours", not_ours, foreigns);
	ROWS("the next payment", told, tolds);
	ONE("the next payment", "which comes after all", paid_after_all);
	ROWS("list", listed, lists);
	ONE("calls", "as Telegram wants them", calls);
	ROWS("who sells what has a price in", sold_by, priceds);
	return testing_run("stars", ledger_make, ledger_remove);
}
