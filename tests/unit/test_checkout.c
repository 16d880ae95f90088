/* Requests to Stripe's API, to the byte, and what its answers mean. */
#include "testing.h"

#include "net/form.h"
#include "stripe/api.h"

static const struct stripe_api api = { "https://api.stripe.com", "sk_test_1" };

static const struct stripe_order plain = { .tg_id = 123456789,
	.product = "course",
	.product_name = "10 кроків & 100%",
	.amount_minor = 999,
	.currency = "eur",
	.success_url = "https://h/paid?session_id={CHECKOUT_SESSION_ID}",
	.cancel_url = "https://h/cancel",
	.idempotency_key = "admit-1-2" };

#define BEFORE_PRICE \
	"mode=payment&client_reference_id=123456789" \
	"&metadata[tg_id]=123456789&metadata[product]=course" \
	"&payment_intent_data[metadata][tg_id]=123456789" \
	"&payment_intent_data[metadata][product]=course"
#define AFTER_PRICE \
	"&line_items[0][quantity]=1" \
	"&success_url=https%3A%2F%2Fh%2Fpaid%3Fsession_id%3D" \
	"%7BCHECKOUT_SESSION_ID%7D&cancel_url=https%3A%2F%2Fh%2Fcancel"

#define RECURRING \
	"mode=subscription&client_reference_id=123456789" \
	"&metadata[tg_id]=123456789&metadata[product]=course" \
	"&subscription_data[metadata][tg_id]=123456789" \
	"&subscription_data[metadata][product]=course"

static const struct body {
	const char *why, *price_id, *want, *every;
	int64_t every_n;
} bodies[] = {
	{ "a price made up on the spot", NULL,
	    BEFORE_PRICE "&line_items[0][price_data][currency]=eur"
			 "&line_items[0][price_data][unit_amount]=999"
			 "&line_items[0][price_data][product_data][name]="
			 "10%20%D0%BA%D1%80%D0%BE%D0%BA%D1%96%D0%B2"
			 "%20%26%20100%25" AFTER_PRICE,
	    NULL, 0 },
	{ "a price kept at Stripe", "price_1Abc",
	    BEFORE_PRICE "&line_items[0][price]=price_1Abc" AFTER_PRICE, NULL,
	    0 },
	{ "a subscription, its price made up on the spot", NULL,
	    RECURRING "&line_items[0][price_data][currency]=eur"
		      "&line_items[0][price_data][unit_amount]=999"
		      "&line_items[0][price_data][product_data][name]="
		      "10%20%D0%BA%D1%80%D0%BE%D0%BA%D1%96%D0%B2"
		      "%20%26%20100%25"
		      "&line_items[0][price_data][recurring][interval]=month"
		      "&line_items[0][price_data][recurring]"
		      "[interval_count]=3" AFTER_PRICE,
	    "month", 3 },
	{ "a subscription, its price kept at Stripe", "price_1Abc",
	    RECURRING "&line_items[0][price]=price_1Abc" AFTER_PRICE, "year",
	    1 },
};

static void
body(void **state)
{
	const struct body *b = *state;
	struct stripe_order o = plain;

	o.price_id = b->price_id;
	o.every = b->every;
	o.every_n = b->every_n;
	check_str(stripe_create_request(&mem, &api, &o).body, b->want);
}

static const struct trial {
	const char *why;
	int64_t days, amount_minor;
	const char *every, *has, *lacks;
} trials[] = {
	{ "for nothing", 7, 0, "month",
	    "&subscription_data[trial_period_days]=7", "line_items[1]" },
	{ "at a small price", 7, 100, "month",
	    "&subscription_data[trial_period_days]=7"
	    "&line_items[1][price_data][currency]=eur"
	    "&line_items[1][price_data][unit_amount]=100"
	    "&line_items[1][price_data][product_data][name]=10",
	    "recurring][interval]=day" },
	{ "none, whatever it would cost", 0, 100, "month",
	    "&cancel_url=", "line_items[1]" },
	{ "of what is paid once", 7, 100, NULL, "&cancel_url=", "trial" },
};

static void
trial(void **state)
{
	const struct trial *t = *state;
	struct stripe_order o = plain;
	const char *form;

	o.every = t->every;
	o.every_n = 1;
	o.trial_days = t->days;
	o.trial_amount_minor = t->amount_minor;
	form = arena_dup(&mem, stripe_create_request(&mem, &api, &o).body);
	check_has(form, t->has);
	assert_null(strstr(form, t->lacks));
}

static const char *
header_of(const struct http_request *req, const char *name)
{
	for (size_t i = 0; i < HTTP_MAX_HEADERS && req->headers[i]; i++)
		if (strncmp(req->headers[i], name, strlen(name)) == 0)
			return req->headers[i];
	return NULL;
}

static void
create_headers(void **state)
{
	struct http_request req = stripe_create_request(&mem, &api, &plain);

	(void)state;
	check_text(req.method, "POST");
	check_text(req.url, "https://api.stripe.com/v1/checkout/sessions");
	check_text(header_of(&req, "Authorization"),
	    "Authorization: Bearer sk_test_1");
	check_text(header_of(&req, "Stripe-Version"),
	    "Stripe-Version: 2026-10-28.endive");
	check_text(header_of(&req, "Content-Type"),
	    "Content-Type: application/x-www-form-urlencoded");
	assert_true(str_starts(str_from(header_of(&req, "Idempotency-Key")),
	    "Idempotency-Key: admit-1-2-"));
	assert_true(req.connect_ms > 0 && req.connect_ms <= 5000);
	assert_true(req.total_ms > req.connect_ms && req.total_ms <= 10000);
}

/* Stripe refuses a key that comes again with another question. */
static const struct another {
	const char *why;
	struct stripe_order o;
	bool same;
} others[] = {
	{ "nothing", { 0 }, true },
	{ "the language", { .locale = "de" }, false },
	{ "the title", { .product_name = "10 steps" }, false },
	{ "the price", { .amount_minor = 1999 }, false },
	{ "a price kept at Stripe", { .price_id = "price_1" }, false },
	{ "the way back", { .cancel_url = "https://h/stop" }, false },
	{ "codes for less", { .promotion_codes = true }, false },
	{ "the tax", { .automatic_tax = true }, false },
};

static const char *
key_of(const struct stripe_order *o)
{
	const struct http_request req = stripe_create_request(&mem, &api, o);

	return header_of(&req, "Idempotency-Key");
}

static void
key_is_of_the_question(void **state)
{
	const struct another *n = *state;
	struct stripe_order o = plain;
	bool same;

	o.locale = n->o.locale;
	o.price_id = n->o.price_id;
	o.promotion_codes = n->o.promotion_codes;
	o.automatic_tax = n->o.automatic_tax;
	if (n->o.product_name != NULL)
		o.product_name = n->o.product_name;
	if (n->o.amount_minor != 0)
		o.amount_minor = n->o.amount_minor;
	if (n->o.cancel_url != NULL)
		o.cancel_url = n->o.cancel_url;
	same = str_eq(str_from(key_of(&o)), key_of(&plain));
	check_int(same, n->same);
}

static void
reads(void **state)
{
	struct http_request req[3];

	(void)state;
	req[0] = stripe_session_request(&mem, &api, "cs_test_1");
	req[1] = stripe_price_request(&mem, &api, "price_1");
	req[2] = stripe_probe_request(&mem, &api);
	check_text(req[0].url,
	    "https://api.stripe.com/v1/checkout/sessions/cs_test_1");
	check_text(req[1].url, "https://api.stripe.com/v1/prices/price_1");
	check_text(
	    req[2].url, "https://api.stripe.com/v1/checkout/sessions?limit=1");
	for (size_t i = 0; i < 3; i++) {
		check_text(req[i].method, "GET");
		check_int(req[i].body.len, 0);
		assert_non_null(header_of(&req[i], "Authorization"));
		assert_non_null(header_of(&req[i], "Stripe-Version"));
		assert_null(header_of(&req[i], "Idempotency-Key"));
	}
}

#define JSON_BODY "{\"error\":{\"type\":\"x\",\"code\":\"y\"}}"

static const struct verdict {
	const char *why;
	int status;
	const char *body;
	enum err want;
} verdicts[] = {
	{ "success", 200, "{\"id\":\"cs_1\"}", ERR_OK },
	{ "created", 201, "{}", ERR_OK },
	{ "success, but HTML", 200, "<html>", ERR_REFUSED },
	{ "success, but empty", 200, "", ERR_REFUSED },
	{ "success, but a list", 200, "[]", ERR_REFUSED },
	{ "success, but cut off", 200, "{\"id\":\"cs_1\"", ERR_REFUSED },
	{ "a redirect is not followed", 301, "", ERR_REFUSED },
	{ "307 neither", 307, "", ERR_REFUSED },
	{ "not modified", 304, "", ERR_REFUSED },
	{ "a bad request", 400, JSON_BODY, ERR_REFUSED },
	{ "a wrong key", 401, JSON_BODY, ERR_CONFIG },
	{ "a card", 402, JSON_BODY, ERR_REFUSED },
	{ "a key that may not", 403, JSON_BODY, ERR_CONFIG },
	{ "no such object", 404, JSON_BODY, ERR_NOT_FOUND },
	{ "404 of a proxy", 404, "<html>", ERR_NOT_FOUND },
	{ "the same key at work", 409, JSON_BODY, ERR_CONFLICT },
	{ "too many", 429, JSON_BODY, ERR_THROTTLED },
	{ "an error of theirs", 500, JSON_BODY, ERR_UNAVAILABLE },
	{ "out of order, with HTML", 502, "<html>", ERR_UNAVAILABLE },
	{ "out of order, empty", 503, "", ERR_UNAVAILABLE },
	{ "the last of the fives", 599, "", ERR_UNAVAILABLE },
	{ "an answer half begun", 100, "", ERR_REFUSED },
};

static void
verdict(void **state)
{
	const struct verdict *v = *state;
	struct http_response res = { .status = v->status,
		.body = str_from(v->body),
		.retry_after_s = -1,
		.date_s = -1 };
	struct json *doc;

	check_err(stripe_answer(&mem, &res, &doc), v->want);
	if (v->want == ERR_OK)
		assert_non_null(doc);
}

static const struct session {
	const char *why, *body;
	int status;
	enum err want;
} sessions[] = {
	{ "a session",
	    "{\"id\":\"cs_1\",\"payment_status\":\"unpaid\","
	    "\"url\":\"https://h\"}",
	    200, ERR_OK },
	{ "JSON, but no session", "{\"object\":\"list\"}", 200, ERR_REFUSED },
	{ "a session with a number for an id",
	    "{\"id\":1,\"payment_status\":\"unpaid\"}", 200, ERR_REFUSED },
	{ "a session in an error",
	    "{\"id\":\"cs_1\",\"payment_status\":\"paid\"}", 500,
	    ERR_UNAVAILABLE },
};

static void
session(void **state)
{
	const struct session *t = *state;
	struct http_response res = { .status = t->status,
		.body = str_from(t->body) };
	struct stripe_session s;

	check_err(stripe_session_answer(&mem, &res, &s), t->want);
	if (t->want == ERR_OK)
		check_text(s.url, "https://h");
}

#define LIVE "https://api.stripe.com"
#define HERE "http://127.0.0.1:9000"

static const struct redirect {
	const char *why, *base, *url;
	bool want;
} redirects[] = {
	{ "Stripe's page", LIVE, "https://checkout.stripe.com/c/pay/cs_1#x",
	    true },
	{ "a host of the shop's own", LIVE, "https://pay.example.com/c/1",
	    true },
	{ "plain http", LIVE, "http://checkout.stripe.com/c/1", false },
	{ "plain http of a stand-in", HERE, "http://127.0.0.1:9000/c/1", true },
	{ "https of a stand-in", HERE, "https://checkout.stripe.com/", true },
	{ "a base that only looks like this machine",
	    "http://localhost.example.com", "http://h/", false },
	{ "a header smuggled in", LIVE, "https://h/\r\nSet-Cookie: a=b",
	    false },
	{ "a line end alone", LIVE, "https://h/\nX", false },
	{ "a return alone", LIVE, "https://h/\rX", false },
	{ "a blank", LIVE, "https://h/ x", false },
	{ "a blank at the end", LIVE, "https://h/ ", false },
	{ "DEL", LIVE, "https://h/\x7f", false },
	{ "a script", LIVE, "javascript:alert(1)", false },
	{ "a script, even of a stand-in", HERE, "javascript:alert(1)", false },
	{ "data", HERE, "data:text/html,x", false },
	{ "no scheme", LIVE, "//evil.example.com/", false },
	{ "a path", LIVE, "/paid", false },
	{ "no host", LIVE, "https://", false },
	{ "no host, but a path", LIVE, "https:///x", false },
	{ "beyond ASCII", LIVE, "https://h/\xd0\xba", false },
	{ "empty", LIVE, "", false },
	{ "null", LIVE, NULL, false },
};

static void
redirect(void **state)
{
	const struct redirect *r = *state;
	const struct stripe_api to = { r->base, "sk_test_1" };

	check_int(stripe_redirect_ok(&to, r->url), r->want);
}

static void
redirect_length(void **state)
{
	(void)state;
	for (size_t n = 3799; n <= 3801; n++) {
		char *url = memset(arena_alloc(&mem, n + 1), 'a', n);

		(void)memcpy(url, "https://h/", 10);
		check_int(stripe_redirect_ok(&api, url), n <= 3800);
	}
	check_int(stripe_redirect_ok(&api,
		      memcpy(memset(arena_alloc(&mem, 4097), 'a', 4096),
			  "https://h/", 10)),
	    false);
}

static void
form_limits(void **state)
{
	char *big = memset(arena_alloc(&mem, 70000), 'a', 69999);

	(void)state;
	check_str(form_encode(&mem,
		      KV(kv_null("a"), kv_int("b", -1), kv_text("c", ""),
			  kv_text("d", NULL), kv_text("e[0]", "[&="))),
	    "b=-1&c=&e[0]=%5B%26%3D");
	check_int(form_encode(&mem, KV(kv_text("a", big))).len, 0);
	check_int(form_encode(&mem, KV_NONE).len, 0);
}

int
main(void)
{
	ROWS("create", body, bodies);
	ROWS("a trial", trial, trials);
	ONE("create", "method, address, headers, time", create_headers);
	ROWS("the key changes with", key_is_of_the_question, others);
	ONE("read", "three addresses", reads);
	ROWS("answer", verdict, verdicts);
	ROWS("session", session, sessions);
	ROWS("redirect", redirect, redirects);
	ONE("redirect", "3,800 bytes are the most", redirect_length);
	ONE("form", "nulls left out, values encoded, a limit", form_limits);
	return testing_run("checkout", NULL, NULL);
}
