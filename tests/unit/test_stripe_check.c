/* What admit check says of Stripe, by what Stripe answers, and what admit setup
 * says is to be entered there. */
#include "shop.h"

#include "base/clock.h"
#include "base/units.h"
#include "payment/provider.h"

static struct app app = { .conf = { .base_url = "https://h",
			      .stripe_api_base = "https://s.invalid",
			      .stripe_secret_key = "sk_test_1",
			      .stripe_webhook_secret = "whsec_1",
			      .database_url = "sqlite:/etc/passwd",
			      .database_path = "/etc/passwd" },
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

/* Until the address's certificate ends; 0: it has none. */
static int64_t cert_days;

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
			.body = str_from("{\"received\":true}"),
			.cert_end_s = cert_days == 0 ? -1 :
						       clock_now_ms() / 1000 +
				100 + cert_days * DAY_MS / 1000 };
		return ERR_OK;
	}
	if (changes)
		h->changing = arena_printf(&mem, "%s%s %s;", h->changing, asked,
		    arena_dup(&mem, req->body));
	*res = (struct http_response){ .status = changes ? 400 : 200,
		.body = str_from("{}"),
		.date_s = clock_now_ms() / 1000 + s->clock_s,
		.cert_end_s = -1,
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
	    "Stripe: the key is not known there\n" },
	{ "a wrong key, for whatever is asked", "https://s.invalid", 401, "{}",
	    0, 1, "the key is not known there" },
	{ "one that was revoked", "https://s.invalid", 401,
	    "{\"error\":{\"code\":\"api_key_expired\"}}", 0, 1,
	    "the key has expired or was revoked" },
	{ "Stripe in trouble", "https://s.invalid", 503, "{}", 0, 1,
	    "Stripe: is in trouble or busy (503)" },
	{ "another's server", "https://s.invalid", 200, "<html>", 0, 1,
	    "Stripe: the key could not be used (200)" },
	{ "no answer", "checkout/sessions?limit=1", 0, "", 0, 1,
	    "Stripe: no answer\n" },
	{ "a key that may not read sales", "checkout/sessions?limit=1", 403,
	    "{}", 0, 1, "the key may not read: Checkout Sessions\n" },
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
	{ "Cloudflare's", "https://h/webhook", 403,
	    "<title>Just a moment...</title>", 0, 1,
	    "address: https://h/webhook is walled off by Cloudflare (403)" },
	{ "one that answers 200", "https://h/webhook", 200,
	    "<script src=/aes.js></script>", 0, 1,
	    "walled off by the host's test for browsers (aes.js) (200)" },
	{ "ModSecurity", "https://h/webhook", 406, "generated by Mod_Security",
	    0, 1, "by ModSecurity (406)" },
	{ "a proxy that does not reach us", "https://h/webhook", 521,
	    "cloudflare", 0, 1, "not reached by the proxy in front" },
	{ "a password", "https://h/webhook", 401, "", 0, 1,
	    "asks for a password (401)" },
	{ "programs that have no settings", "https://h/webhook", 500,
	    "{\"message\":\"the server is not set up\"}", 0, 1,
	    "by programs without their settings (500)" },
	{ "programs that cannot write", "https://h/webhook", 503,
	    "{\"message\":\"not recorded\"}", 0, 1,
	    "by programs that cannot write the ledger (503)" },
	{ "a proxy that does not say that it was https", "https://h/webhook",
	    401, "{\"message\":\"this is for https alone\"}", 0, 1,
	    "is taken for plain http (401)" },
	{ "programs of another ledger", "https://h/webhook", 200,
	    "{\"received\":true,\"account\":0,\"ledger\":\"/other.db\"}", 0, 1,
	    "programs have another ledger: /other.db" },
	{ "programs of another account", "https://h/webhook", 200,
	    "{\"received\":true,\"account\":4000000,\"ledger\":\"/etc/passwd\"}",
	    0, 1, "run as the account number 4000000, and the ledger is" },
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

/* ---- the certificate ---- */

static const struct certificate {
	const char *why;
	int64_t days;
	int n_bad;
	const char *says;
} certificates[] = {
	{ "ends soon", 10, 0,
	    "address: the certificate of https://h ends in 10 days" },
	{ "very soon", 2, 1, "ends in 2 days" },
	{ "not so soon", 20, 0,
	    "takes a signed event, its certificate is good for 20 days" },
};

static void
certified(void **state)
{
	const struct certificate *r = *state;
	const struct scene calm = { r->why, NULL, 0, NULL, 0, 0, NULL };
	struct heard h = { .scene = &calm, .lines = "", .changing = "" };
	struct checkup c = { .app = &app,
		.arena = &mem,
		.send = answer,
		.say = hear,
		.ctx = &h };

	cert_days = r->days;
	provider_find(str_from("stripe"))->check(&c);
	cert_days = 0;
	check_has(h.lines, r->says);
	check_int(h.n_bad, r->n_bad);
	check_int(strstr(h.lines, "the certificate of") != NULL, r->days < 14);
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
	{ "one that may not even read refunds", "rk_test_1", false,
	    { NULL, "/v1/refunds", 403, "{}", 0, 1,
		"may not read: Charges and Refunds; nor write: Charges and "
		"Refunds\n" },
	    SESSIONS REFUNDS },
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

/* ---- what is switched on ---- */

#define OFF "{\"data\":[]}"

static const struct option {
	const char *why;
	bool sells_plans;
	int64_t tax;
	struct scene scene;
} options[] = {
	{ "a portal", true, 0,
	    { NULL, "configurations", 200, "{\"data\":[{\"active\":true}]}", 0,
		0, "portal: subscribers can" } },
	{ "none", true, 0,
	    { NULL, "configurations", 200, OFF, 0, 1,
		"portal: the customer portal is not switched on" } },
	{ "one that was switched off", true, 0,
	    { NULL, "configurations", 200, "{\"data\":[{\"active\":false}]}", 0,
		1, "portal: the customer portal is not switched on" } },
	{ "none, and nobody subscribes", false, 0,
	    { NULL, "configurations", 200, OFF, 0, 0, "the key works" } },
	{ "a key that may not look", true, 0,
	    { NULL, "configurations", 403, "{}", 0, 0, "the key works" } },
	{ "tax that is not set up", false, 1,
	    { NULL, "tax/settings", 200, "{\"status\":\"pending\"}", 0, 1,
		"tax: AUTOMATIC_TAX is 1 and Stripe Tax is not set up" } },
	{ "tax without a registration", false, 1,
	    { NULL, "tax/registrations", 200, OFF, 0, 0,
		"tax: AUTOMATIC_TAX is 1 and there is no registration" } },
	{ "with one", false, 1,
	    { NULL, "tax/registrations", 200, "{\"data\":[{}]}", 0, 0,
		"tax: Stripe works it out" } },
	{ "no tax is asked for", false, 0,
	    { NULL, "tax/", 200, "{\"status\":\"pending\"}", 0, 0,
		"the key works" } },
};

static void
switched_on(void **state)
{
	const struct option *o = *state;
	struct heard h = { .scene = &o->scene, .lines = "", .changing = "" };
	struct app here = app;
	struct checkup c = { .app = &here,
		.arena = &mem,
		.send = answer,
		.say = hear,
		.ctx = &h };

	here.catalog.products[0].every = o->sells_plans ? "month" : NULL;
	here.conf.automatic_tax = o->tax;
	provider_find(str_from("stripe"))->check(&c);
	check_has(h.lines, o->scene.says);
	check_int(h.n_bad, o->scene.n_bad);
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
	{ "of the other mode", { CLUB, AT_STRIPE }, 404,
	    "{\"error\":{\"message\":\"No such price: 'price_1'; a similar "
	    "object exists in live mode, but a test mode key was used.\"}}",
	    1, "price_1 is of live mode, and the key of test mode" },
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
	ROWS("a certificate", certified, certificates);
	ROWS("writing", may_write, writings);
	ROWS("switched on", switched_on, options);
	ROWS("a price", priced, priceds);
	ONE("a price", "is not asked for with a key that is not known",
	    of_no_known_key);
	ONE("setup", "the address, the events, the secret", set_up);
	return testing_run("stripe_check", NULL, NULL);
}
