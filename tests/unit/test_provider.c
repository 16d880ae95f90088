/* A way to pay that this shop has never heard of: its file and its row, and it
 * sells, tells, is asked, gives back and is reconciled. Neither the ledger, nor
 * the bot, nor the worker is touched for it. */
#define PAYMENT_PROVIDER_ROWS_H /* the table, with one row more */
#define PROVIDERS(PROVIDER) \
	PROVIDER(coupon) \
	PROVIDER(stripe) \
	PROVIDER(stars)

#include "../house/coupon.c"
#include "payment/providers.c" /* the code under test, with that table */

#include "shop.h"
#include "visits.h"

#include "outbox/kind.h"
#include "payment/checkout.h"
#include "payment/offer.h"
#include "payment/reconcile.h"

static struct app app = { .conf = { .base_url = "https://h",
			      .telegram_api_base = "https://t.invalid",
			      .telegram_bot_token = "1:x" },
	SELLS({ COURSE, .amount_minor = 999, .currency = "eur", .stars = 5,
	    TO_LINK("https://t.me/+a") }) };

#define COUPON(state) \
	"{\"id\":\"cp_1\",\"tg_id\":5,\"product\":\"course\",\"amount\":999," \
	"\"state\":\"" state "\",\"ends\":7,\"page\":\"" BASE "/p/1\"}"
#define IS_IN "SELECT is_in FROM access WHERE tg_id = 5 AND product = 'course'"

#define OPEN_AT(provider, id, url) \
	"INSERT INTO orders (tg_id, product, provider, livemode, created_ms," \
	" session_id, url, url_ends_ms) VALUES (5, 'course', '" provider \
	"', 0, 1, '" id "', '" url "', 9000000000000000);"

static struct http_response
answered(const char *body)
{
	return (struct http_response){
		.status = 200, .retry_after_s = -1, .body = str_from(body)
	};
}

/* What the table says of whoever sells here, as every caller asks it. */
static const struct provider *
seller(void)
{
	return provider_for(&app, &app.catalog.products[0]);
}

struct recording {
	const struct finding *found;
	const struct fact *fact;
	struct order order;
};

static enum err
record_found(struct db *db, void *ctx)
{
	struct recording *r = ctx;

	(void)db;
	return r->fact != NULL ?
	    ledger_record(&app, &mem, r->fact, &r->order) :
	    r->found->record(&app, &mem, r->found->what, &r->order);
}

static void
sold(void **state)
{
	const struct sale sale = { BUYER, &app.catalog.products[0], "key-1",
		false, NULL, NULL, false };
	const struct http_response res = answered(COUPON("new"));
	struct http_request req;
	struct opened page;

	(void)state;
	assert_ptr_equal(seller(), &coupon_provider);
	check_err(seller()->begin(&app, &mem, &sale, &req), ERR_OK);
	check_text(req.url, BASE "/coupons");
	check_has(arena_dup(&mem, req.body), "\"key\":\"key-1\"");
	check_err(seller()->begun(&app, &mem, &res, &page), ERR_OK);
	check_text(page.url, BASE "/p/1");
	check_text(page.id, "cp_1");
	check_int(page.ends_ms, 7000);
}

/* A click finds the page that is open, whoever opened it. */
static void
clicked(void **state)
{
	const struct limit_who who = { BUYER, "" };
	const struct paylink link = { .product = &app.catalog.products[0] };
	struct checkout c;
	struct visit v;

	(void)state;
	shop_open(USER);
	change(OPEN_AT("coupon", "cp_1", BASE "/p/1"));
	v = checkout_visit(&app, &mem, &who, &link);
	check_err(visit_alone(app.db, &v, NULL, &c), ERR_OK);
	check_int(c.state, CHECKOUT_REDIRECT);
	check_text(c.url, BASE "/p/1");
}

/* Two pages are open: the link says whose is meant, or the first's is. */
static const struct chosen {
	const char *why, *with, *url;
} chosens[] = {
	{ "by who is not named", NULL, BASE "/p/1" },
	{ "by name", "coupon", BASE "/p/1" },
	{ "by another's name", "stripe", "https://stripe/1" },
	{ "by one who has no page", "stars", BASE "/p/1" },
	{ "by nobody's name", "shells", BASE "/p/1" },
};

static void
chosen(void **state)
{
	const struct chosen *t = *state;
	const struct limit_who who = { BUYER, "" };
	const struct paylink link = { .product = &app.catalog.products[0],
		.with =
		    t->with == NULL ? NULL : provider_find(str_from(t->with)) };
	struct checkout c;
	struct visit v;

	shop_open(USER OPEN_AT("coupon", "cp_1", BASE "/p/1")
		OPEN_AT("stripe", "cs_1", "https://stripe/1"));
	v = checkout_visit(&app, &mem, &who, &link);
	check_err(visit_alone(app.db, &v, NULL, &c), ERR_OK);
	check_text(c.url, t->url);
}

/* Beside the link of whoever comes first there is a button for each of the
 * others, and who presses it gets that one's offer. */
static void
offered(void **state)
{
	const struct product *course = &app.catalog.products[0];
	const struct tg_message m =
	    offer_message(LANGUAGE_UK, &app, &mem, BUYER, course);
	struct step s = { .job = { .tg_id = BUYER } };

	(void)state;
	shop_open(NOTHING);
	check_text(m.button_url, "https://h/pay?tg_id=5&language=uk");
	check_int(m.n_choices, 1);
	check_text(m.choices[0].data, "stars:course");
	assert_ptr_equal(
	    offer_by(&app, course, str_from("coupon")), &coupon_provider);
	assert_null(offer_by(&app, course, str_from("shells")));
	check_err(offer_prepare(LANGUAGE_UK, &app, &mem, &s, course,
		      &coupon_provider, (struct card_at){ 0 }),
	    ERR_OK);
	check_has(arena_dup(&mem, s.call.body),
	    "https://h/pay?tg_id=5&language=uk&with=coupon");
}

/* The post that webhook.fcgi takes to its provider. */
static enum err
post(const char *body, const char *secret, struct post *out)
{
	char *variables[] = {
		arena_printf(&mem, "HTTP_X_COUPON_SECRET=%s", secret), NULL
	};
	const struct request req = {
		.arena = &mem, .variables = variables, .body = str_from(body)
	};
	const struct provider *by = provider_telling(str_from("coupon"));

	*out = (struct post){ .id = NULL };
	return by->read_post(&app, &req, out);
}

static void
posted(void **state)
{
	struct post p;
	struct recording r = { .found = &p.found };

	(void)state;
	shop_open(NOTHING);
	check_err(post(COUPON("used"), "guessed", &p), ERR_INPUT);
	check_err(post("{}", SECRET, &p), ERR_INPUT);
	check_err(post(COUPON("used"), SECRET, &p), ERR_OK);
	check_text(p.id, "cp_1/used");
	shop_does(record_found, &r);
	check_int(r.order.tg_id, BUYER);
	check_int(look_int(IS_IN), 1);
	check_int(n_promised(JOB_INVITE, BUYER), 1);
	check_text(look_text("SELECT provider FROM orders"), "coupon");
	/* Told again it is the same. */
	shop_does(record_found, &r);
	check_int(n_promised(JOB_INVITE, BUYER), 1);
	check_int(look_int("SELECT COUNT(*) FROM orders"), 1);
}

/* The thank-you page finds by the name alone whom to ask. */
static void
asked(void **state)
{
	const struct provider *by = provider_by_look(str_from("cp_1"));
	const struct http_response res = answered(COUPON("used"));
	struct finding found;
	struct recording r = { .found = &found };

	(void)state;
	shop_open(NOTHING);
	assert_ptr_equal(by, &coupon_provider);
	check_text(by->ask(&app, &mem, "cp_1").url, BASE "/coupons/cp_1");
	check_text(by->stop(&app, &mem, "cp_1").url, BASE "/coupons/cp_1/void");
	check_err(by->told(&app, &mem, &res, &found), ERR_OK);
	shop_does(record_found, &r);
	check_int(look_int(IS_IN), 1);
}

static void
given_back(void **state)
{
	struct post p;
	struct recording r = { .found = &p.found };
	const struct http_response res = answered(COUPON("returned"));
	const struct provider *by = provider_find(str_from("coupon"));
	struct fact f;
	struct refund refund = { .payment = "cp_1" };

	(void)state;
	shop_open(NOTHING);
	check_err(post(COUPON("used"), SECRET, &p), ERR_OK);
	shop_does(record_found, &r);
	refund.order = &r.order;
	check_text(
	    by->refund(&app, &mem, &refund).url, BASE "/coupons/cp_1/return");
	check_err(by->refunded(&app, &mem, &refund, &res, &f), ERR_OK);
	r.fact = &f;
	shop_does(record_found, &r);
	check_int(look_int(IS_IN), 0);
	check_text(look_text("SELECT why FROM access"), "refunded");
}

struct settling {
	struct step *step;
	const struct http_response *res;
	struct outcome *o;
};

static enum err
settle(struct db *db, void *ctx)
{
	struct settling *t = ctx;

	(void)db;
	return reconcile_kind.settle(&app, &mem, t->step, ERR_OK, t->res, t->o);
}

/* The worker's own job goes to the list and on to the next step. */
static void
reconciled(void **state)
{
	struct step s = { .job = { .id = 1,
			      .kind = JOB_RECONCILE,
			      .promise = "reconcile/1/31/-",
			      .detail = "1 5 31 - 0",
			      .attempts = 1 } };
	const struct http_response res =
	    answered("{\"coupons\":[" COUPON("used") "],\"next\":\"cp_1\"}");
	struct reconcile r = reconcile_begin(&app, true, 5000);
	struct outcome o = { .after = AFTER_DONE };
	struct settling t = { &s, &res, &o };

	(void)state;
	shop_open(NOTHING);
	check_int(r.part, 31); /* the table's first */
	check_err(reconcile_kind.prepare(&app, &mem, &s), ERR_OK);
	check_text(s.call.url, BASE "/coupons");
	shop_does(settle, &t);
	check_int(o.after, AFTER_DONE);
	check_int(look_int(IS_IN), 1);
	check_text(look_text("SELECT detail FROM jobs WHERE kind = 5"),
	    "1 5 31 cp_1 0");
}

int
main(void)
{
	ONE("a coupon", "is sold on a page of its own", sold);
	ONE("a coupon", "whose page is open is found", clicked);
	ROWS("a page is chosen", chosen, chosens);
	ONE("a coupon", "is offered beside others", offered);
	ONE("a coupon", "is told of by a post", posted);
	ONE("a coupon", "is asked about", asked);
	ONE("a coupon", "is given back", given_back);
	ONE("a coupon", "that was never told of is found", reconciled);
	return testing_run("provider", ledger_make, ledger_remove);
}
