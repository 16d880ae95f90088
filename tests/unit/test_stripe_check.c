/* What admit check says of Stripe, by what Stripe answers, and what admit setup
 * says is to be entered there. */
#include "shop.h"

#include "base/clock.h"
#include "payment/provider.h"

static struct app app = { .conf = { .base_url = "https://h",
			      .stripe_api_base = "https://s.invalid",
			      .stripe_secret_key = "sk_test_1",
			      .stripe_webhook_secret = "whsec_1" },
	SELLS({ COURSE, .amount_minor = 999, .currency = "eur" }) };

/* A call whose method and URL have this in them is answered so; of the others,
 * what would change something is refused for its form, "400 {}", and all else
 * is "200 {}". */
struct scene {
	const char *why, *url;
	int status;
	const char *body;
	int64_t clock_s; /* that Stripe's is ahead by */
	int n_bad;
	const char *says; /* in some line */
};

struct heard {
	const struct scene *scene;
	const char *lines, *changing;
	int n_bad;
};

static enum err
answer(struct checkup *c, const struct http_request *req,
    struct http_response *res)
{
	struct heard *h = c->ctx;
	const struct scene *s = h->scene;
	const char *asked = arena_printf(&mem, "%s %s", req->method, req->url);
	const bool is_it = s->url != NULL && strstr(asked, s->url) != NULL;
	const bool changes = !str_eq(str_from(req->method), "GET");

	/* What nothing comes of. */
	if (!is_it && str_starts(str_from(req->url), "https://h/")) {
		*res = (struct http_response){ .status = 200,
			.body = str_from("{\"received\":true}") };
		return ERR_OK;
	}
	if (changes)
		h->changing = arena_printf(&mem, "%s%s %s;", h->changing, asked,
		    arena_dup(&mem, req->body));
	*res = (struct http_response){ .status = changes ? 400 : 200,
		.body = str_from("{}"),
		.date_s = clock_now_ms() / 1000 + s->clock_s,
		.retry_after_s = -1 };
	if (!is_it)
		return ERR_OK;
	res->status = s->status;
	res->body = str_from(s->body);
	return s->status == 0 ? ERR_UNAVAILABLE : ERR_OK;
}

static void
hear(struct checkup *c, enum check_result result, const char *what,
    const char *detail, const char *mend)
{
	struct heard *h = c->ctx;

	check_int(mend != NULL, result == CHECK_BAD);
	h->n_bad += result == CHECK_BAD;
	h->lines = arena_printf(&mem, "%s%s: %s\n", h->lines, what, detail);
}

#define ENDPOINT(url, type) \
	"{\"data\":[{\"url\":\"" url "\",\"enabled_events\":[\"" type "\"]}]}"

static const struct scene scenes[] = {
	{ "all is well", NULL, 0, NULL, 0, 0,
	    "the key works, test mode: no real money" },
	{ "the price is the settings'", NULL, 0, NULL, 0, 0,
	    "price: 9.99 EUR" },
	{ "a wrong key", "checkout/sessions?limit=1", 401, "{}", 0, 1,
	    "the key could not be used" },
	{ "a wrong key, for whatever is asked", "https://s.invalid", 401, "{}",
	    0, 1, "the key could not be used" },
	{ "no answer", "checkout/sessions?limit=1", 0, "", 0, 1,
	    "the key could not be used" },
	{ "a key that may not read what never came", "disputes", 403, "{}", 0,
	    1, "the key may not read: Disputes" },
	{ "a key that may not read what went back", "refunds", 403, "{}", 0, 1,
	    "the key may not read: Charges and Refunds" },
	{ "what no product here needs", "invoices", 403, "{}", 0, 0,
	    "the key works" },
	{ "another shop on the account", "webhook_endpoints", 200,
	    ENDPOINT("https://other", "checkout.session.completed"), 0, 1,
	    "tells https://other of sales as well" },
	{ "and none of ours", "webhook_endpoints", 200,
	    ENDPOINT("https://h.other/webhook", "*"), 0, 1,
	    "endpoint: Stripe sends no events to https://h\n" },
	{ "this shop", "webhook_endpoints", 200,
	    ENDPOINT("https://h/webhook", "*"), 0, 0,
	    "endpoint: https://h/webhook" },
	{ "this shop, by its other address", "webhook_endpoints", 200,
	    ENDPOINT("https://h/cgi-bin/webhook.fcgi", "*"), 0, 0,
	    "endpoint: https://h/cgi-bin" },
	{ "this shop, by thin events alone", "limit=100", 200,
	    "{\"data\":[{\"webhook_endpoint\":{\"url\":"
	    "\"https://h/webhook\"}}]}",
	    0, 0, "endpoint: Stripe sends thin events here" },
	{ "of which not all is sent", "webhook_endpoints", 200,
	    ENDPOINT("https://h/webhook", "checkout.session.completed"), 0, 1,
	    "endpoint: Stripe does not send checkout.session.async_payment_" },
	{ "which is off", "webhook_endpoints", 200,
	    "{\"data\":[{\"url\":\"https://h/webhook\",\"status\":"
	    "\"disabled\",\"enabled_events\":[\"*\"]}]}",
	    0, 1, "endpoint: is switched off at Stripe" },
	{ "in another version", "webhook_endpoints", 200,
	    "{\"data\":[{\"url\":\"https://h/webhook\",\"api_version\":"
	    "\"2019-01-01\",\"enabled_events\":[\"*\"]}]}",
	    0, 0, "endpoint: Stripe sends events in version 2019-01-01" },
	{ "an address that leads elsewhere", "https://h/webhook", 301, "", 0, 1,
	    "address: https://h/webhook redirects (301)" },
	{ "a wall", "https://h/webhook", 403, "", 0, 1,
	    "address: https://h/webhook is walled off (403)" },
	{ "an address that is mapped to nothing", "https://h/webhook", 404, "",
	    0, 1, "address: https://h/webhook does not know the address" },
	{ "programs with another secret", "https://h/webhook", 400, "{}", 0, 1,
	    "address: https://h/webhook refuses our signature" },
	{ "a small body alone", "https://h/webhook", 413, "", 0, 1,
	    "address: https://h/webhook takes no body of 200 KiB" },
	{ "programs that are down", "https://h/webhook", 502, "", 0, 1,
	    "address: https://h/webhook does not reach the programs" },
	{ "a page for everybody", "https://h/webhook", 200, "<html>", 0, 1,
	    "address: https://h/webhook is answered by something else" },
	{ "no server", "https://h/webhook", 0, "", 0, 1,
	    "address: https://h/webhook: no answer" },
	{ "a clock that is behind", NULL, 0, NULL, 400, 1, "s off Stripe's" },
};

static void
checked(void **state)
{
	struct heard h = { .scene = *state, .lines = "", .changing = "" };
	struct checkup c = { .app = &app,
		.arena = &mem,
		.send = answer,
		.say = hear,
		.ctx = &h };

	provider_find(str_from("stripe"))->check(&c);
	check_has(h.lines, h.scene->says);
	check_int(h.n_bad, h.scene->n_bad);
}

/* ---- what a restricted key may write ---- */

#define SESSIONS "POST https://s.invalid/v1/checkout/sessions mode=none;"
#define REFUNDS "POST https://s.invalid/v1/refunds payment_intent=none;"
#define PLANS "POST https://s.invalid/v1/subscriptions/none"
#define PORTAL \
	"POST https://s.invalid/v1/billing_portal/sessions customer=none;"
#define ALL_WRITTEN SESSIONS REFUNDS PLANS " cancel_at_period_end=true;" PORTAL

static const struct writing {
	const char *why, *key;
	bool sells_plans;
	struct scene scene;
	const char *changing; /* all calls that are no GET */
} writings[] = {
	{ "a full key is not asked", "sk_test_1", true,
	    { NULL, NULL, 0, NULL, 0, 0, "the key works" }, "" },
	{ "a restricted one that may do all", "rk_test_1", true,
	    { NULL, NULL, 0, NULL, 0, 0, "the key may write" }, ALL_WRITTEN },
	{ "or what is sold once needs", "rk_test_1", false,
	    { NULL, NULL, 0, NULL, 0, 0, "the key may write" },
	    SESSIONS REFUNDS },
	{ "one that may only sell", "rk_test_1", true,
	    { NULL, "POST https://s.invalid/v1/refunds", 403, "{}", 0, 1,
		"the key may not write: Charges and Refunds\n" },
	    ALL_WRITTEN },
	{ "one that may not end what charges", "rk_test_1", true,
	    { NULL, PLANS, 403, "{}", 0, 1,
		"the key may not write: Subscriptions\n" },
	    ALL_WRITTEN },
	{ "one that may not sell", "rk_live_1", true,
	    { NULL, "POST https://s.invalid/v1/checkout", 403, "{}", 0, 1,
		"the key may not write: Checkout Sessions\n" },
	    ALL_WRITTEN },
	{ "one that may not open the page of a customer", "rk_test_1", true,
	    { NULL, "billing_portal", 403, "{}", 0, 1,
		"the key may not write: Customer portal\n" },
	    ALL_WRITTEN },
	{ "no such thing is an answer", "rk_test_1", true,
	    { NULL, PLANS, 404, "{}", 0, 0, "the key may write" },
	    ALL_WRITTEN },
	{ "Stripe's bad minute is none", "rk_test_1", true,
	    { NULL, PLANS, 500, "{}", 0, 0,
		"not tried whether the key may write: Subscriptions\n" },
	    ALL_WRITTEN },
};

static void
may_write(void **state)
{
	const struct writing *w = *state;
	struct heard h = { .scene = &w->scene, .lines = "", .changing = "" };
	struct checkup c = { .app = &app,
		.arena = &mem,
		.send = answer,
		.say = hear,
		.ctx = &h };

	app.conf.stripe_secret_key = w->key;
	app.catalog.products[0].every = w->sells_plans ? "month" : NULL;
	provider_find(str_from("stripe"))->check(&c);
	app.conf.stripe_secret_key = "sk_test_1";
	app.catalog.products[0].every = NULL;
	check_has(h.lines, w->scene.says);
	check_int(h.n_bad, w->scene.n_bad);
	check_text(h.changing, w->changing);
}

/* ---- prices ---- */

#define AT_STRIPE .price_id = "price_1"
#define PRICE(active, more) \
	"{\"id\":\"price_1\",\"active\":" active \
	",\"currency\":\"eur\",\"unit_amount\":999" more "}"
#define EVERY(n) \
	",\"recurring\":{\"interval\":\"month\",\"interval_count\":" n "}"

/* Of what the shop sells, the price of the second product. */
static const struct priced {
	const char *why;
	struct product sold;
	int status;
	const char *body;
	int n_bad;
	const char *says;
} priceds[] = {
	{ "named here", { CLUB, .amount_minor = 100, .currency = "usd" }, 200,
	    "{}", 0, "price: club: 1.00 USD" },
	{ "kept at Stripe", { CLUB, AT_STRIPE }, 200, PRICE("true", ""), 0,
	    "price: club: 9.99 EUR, kept at Stripe" },
	{ "of what is paid anew",
	    { CLUB, AT_STRIPE, .every = "month", .every_n = 3 }, 200,
	    PRICE("true", EVERY("3")), 0, "price: club: 9.99 EUR, kept" },
	{ "that Stripe reckons in another way", { CLUB, AT_STRIPE }, 200,
	    "{\"active\":true,\"currency\":\"eur\",\"unit_amount\":null}", 0,
	    "price: club: kept at Stripe" },
	{ "not to be found", { CLUB, AT_STRIPE }, 404, "{}", 1,
	    "price: club: price_1 is not to be found" },
	{ "archived", { CLUB, AT_STRIPE }, 200, PRICE("false", ""), 1,
	    "price: club: price_1 is archived" },
	{ "recurring, of what is paid once", { CLUB, AT_STRIPE }, 200,
	    PRICE("true", EVERY("1")), 1, "price: club: price_1 is recurring" },
	{ "for once, of what is paid anew",
	    { CLUB, AT_STRIPE, .every = "month", .every_n = 1 }, 200,
	    PRICE("true", ""), 1, "price: club: price_1 is a one-time one" },
	{ "of another period",
	    { CLUB, AT_STRIPE, .every = "month", .every_n = 1 }, 200,
	    PRICE("true", EVERY("3")), 1,
	    "price: club: price_1 is for another period" },
	{ "in another currency", { CLUB, AT_STRIPE, .currency = "usd" }, 200,
	    PRICE("true", ""), 1, "price: club: price_1 has another currency" },
	{ "below what Stripe takes", { CLUB, AT_STRIPE }, 200,
	    "{\"active\":true,\"currency\":\"eur\",\"unit_amount\":10}", 0,
	    "price: club: price_1 is 0.10 EUR: below" },
	{ "none but Stars", { CLUB, .stars = 5 }, 200, "{}", 0,
	    "price: course: 9.99 EUR" },
};

static struct heard
heard_of(const struct product *second, const struct scene *scene)
{
	struct heard h = { .scene = scene, .lines = "", .changing = "" };
	struct app here = app;
	struct checkup c = { .app = &here,
		.arena = &mem,
		.send = answer,
		.say = hear,
		.ctx = &h };

	here.catalog.products[1] = *second;
	here.catalog.n = 2;
	here.conf.products_file = "/x/products.json";
	provider_find(str_from("stripe"))->check(&c);
	check_has(h.lines, "price: course: 9.99 EUR");
	return h;
}

static void
priced(void **state)
{
	const struct priced *p = *state;
	const struct scene scene = { p->why, "prices/price_1", p->status,
		p->body, 0, 0, NULL };
	struct heard h = heard_of(&p->sold, &scene);

	check_has(h.lines, p->says);
	check_int(h.n_bad, p->n_bad);
}

/* One fault is told, and not that each price could not be read. */
static void
of_no_known_key(void **state)
{
	const struct product club = { CLUB, AT_STRIPE };
	const struct scene scene = { "", "https://s.invalid", 401, "{}", 0, 1,
		NULL };
	struct heard h = heard_of(&club, &scene);

	(void)state;
	check_lacks(h.lines, "price: club");
	check_int(h.n_bad, 1);
}

static void
set_up(void **state)
{
	const char *says = provider_find(str_from("stripe"))->setup(&app, &mem);

	(void)state;
	check_has(says, "https://h/webhook\n");
	check_has(says, "    checkout.session.completed\n");
	check_has(says, "STRIPE_WEBHOOK_SECRET.\n");
}

int
main(void)
{
	ROWS("check", checked, scenes);
	ROWS("writing", may_write, writings);
	ROWS("a price", priced, priceds);
	ONE("a price", "is not asked for with a key that is not known",
	    of_no_known_key);
	ONE("setup", "the address, the events, the secret", set_up);
	return testing_run("stripe_check", NULL, NULL);
}
