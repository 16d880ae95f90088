/* The table of those who take money: each row is whole, and asking it names
 * nobody. */
#include "shop.h"

#include "payment/provider.h"

static struct app app = { .conf = { .base_url = "https://h",
			      .stripe_api_base = "https://s.invalid",
			      .stripe_secret_key = "sk_test_1",
			      .telegram_api_base = "https://t.invalid",
			      .telegram_bot_token = "1:x" },
	SELLS({ COURSE, .amount_minor = 999, .currency = "eur" },
	    { CLUB, .every = "month", .every_n = 1, .stars = 1 }) };

/* A job names a list by its number, whoever's it is. */
static void
lists_have_numbers(void **state)
{
	bool taken[PROVIDER_LISTS] = { false };
	const struct provider *p;

	(void)state;
	for (size_t i = 0; (p = provider_at(i)) != NULL; i++)
		for (size_t k = 0; k < p->n_lists; k++) {
			const struct provider_list *list = &p->lists[k];

			assert_in_range(list->number, 0, PROVIDER_LISTS - 1);
			assert_false(taken[list->number]);
			taken[list->number] = true;
			assert_non_null(list->name);
			assert_true(list->in_full || list->in_small);
			assert_true(list->may_ask(&app));
			assert_non_null(list->request);
			assert_non_null(list->read);
			assert_non_null(list->record);
		}
}

/* What a page needs is there as a whole or not at all, and no two names are
 * the same. */
static void
rows_are_whole(void **state)
{
	const struct provider *p;

	(void)state;
	for (size_t i = 0; (p = provider_at(i)) != NULL; i++) {
		const bool has_page = p->begin != NULL;

		assert_non_null(p->title);
		assert_true(
		    str_only(str_from(p->name), STR_LETTERS STR_DIGITS "_"));
		assert_ptr_equal(provider_find(str_from(p->name)), p);
		check_int(p->begun != NULL, has_page);
		check_int(p->names != NULL, has_page);
		check_int(p->ask != NULL, has_page);
		check_int(p->stop != NULL, has_page);
		check_int(p->told != NULL, has_page);
		check_int(p->refunded != NULL, p->refund != NULL);
		check_int(
		    p->charging_stopped != NULL, p->stop_charging != NULL);
	}
	assert_null(provider_find(str_from("")));
	assert_null(provider_find(str_from("grant")));
	assert_null(provider_find(str_from("str")));
}

static void
a_page(void **state)
{
	const struct product *course = &app.catalog.products[0];
	const struct provider *p = provider_for(&app, course);
	const struct sale sale = { BUYER, course, "admit-5-1-1", false, NULL,
		NULL, false };
	struct http_request req;

	(void)state;
	assert_non_null(p);
	check_text(p->name, "stripe");
	check_err(p->begin(&app, &mem, &sale, &req), ERR_OK);
	check_text(req.url, "https://s.invalid/v1/checkout/sessions");
	check_has(arena_dup(&mem, req.body), "metadata[tg_id]=5");
	assert_true(req.total_ms <= PROVIDER_TOTAL_MS);
}

/* What Stripe's page is told of the buyer's language: it has no Ukrainian. */
static const struct telling {
	const char *why, *language, *setting, *locale, *cancel;
} tellings[] = {
	{ "German", "de", "auto", "locale=de", "cancel%3Flanguage%3Dde" },
	{ "Ukrainian", "uk", "auto", "locale=auto", "cancel%3Flanguage%3Duk" },
	{ "not known", NULL, "auto", "locale=auto", "%2Fcancel&" },
	{ "the operator chose another", "de", "fr", "locale=fr",
	    "cancel%3Flanguage%3Dde" },
};

static void
in_language(void **state)
{
	const struct telling *r = *state;
	const struct product *course = &app.catalog.products[0];
	const struct sale sale = { BUYER, course, "admit-5-1-1", false,
		r->language, NULL, false };
	const char *before = app.conf.checkout_locale, *body;
	struct http_request req;

	app.conf.checkout_locale = r->setting;
	check_err(
	    provider_for(&app, course)->begin(&app, &mem, &sale, &req), ERR_OK);
	app.conf.checkout_locale = before;
	body = arena_printf(
	    &mem, "%s&", arena_dup(&mem, req.body)); /* "&" ends the last */
	check_has(body, arena_printf(&mem, "%s&", r->locale));
	check_has(body, r->cancel);
}

static const struct opening {
	const char *why, *body;
	enum err want;
} openings[] = {
	{ "the page",
	    "{\"id\":\"cs_1\",\"payment_status\":\"unpaid\","
	    "\"url\":\"https://pay.invalid/1\",\"expires_at\":7}",
	    ERR_OK },
	{ "a page that no buyer may be sent to",
	    "{\"id\":\"cs_1\",\"payment_status\":\"unpaid\","
	    "\"url\":\"http://pay.invalid/1\",\"expires_at\":7}",
	    ERR_REFUSED },
	{ "no page", "{\"id\":\"cs_1\",\"payment_status\":\"unpaid\"}",
	    ERR_REFUSED },
};

static void
opened(void **state)
{
	const struct opening *o = *state;
	const struct http_response res = { .status = 200,
		.body = str_from(o->body) };
	const struct provider *stripe = provider_find(str_from("stripe"));
	struct opened page;

	check_err(stripe->begun(&app, &mem, &res, &page), o->want);
	if (o->want != ERR_OK)
		return;
	check_text(page.id, "cs_1");
	check_text(page.url, "https://pay.invalid/1");
	check_int(page.ends_ms, 7000);
}

static const struct look {
	const char *why, *id, *name;
} looks[] = {
	{ "a Checkout Session", "cs_test_1", "stripe" },
	{ "a payment", "pi_1", NULL },
	{ "a path", "cs_1/../x", NULL },
	{ "nothing", "", NULL },
};

static void
by_look(void **state)
{
	const struct look *l = *state;
	const struct provider *p = provider_by_look(str_from(l->id));

	check_text(p == NULL ? NULL : p->name, l->name);
}

/* ---- giving back ---- */

#define REFUNDED(status) \
	"{\"id\":\"re_1\",\"object\":\"refund\",\"payment_intent\":\"p1\"," \
	"\"amount\":999,\"status\":\"" status "\"}"

static const struct refunding {
	const char *why, *provider;
	const char *url, *part; /* of the call */
	int status;
	const char *answer;
	enum err want;
	struct fact fact;
} refundings[] = {
	{ "by Stripe", "stripe", "https://s.invalid/v1/refunds",
	    "payment_intent=p1", 200, REFUNDED("succeeded"), ERR_OK,
	    { .kind = FACT_REFUND, .id = "re_1", .refund = REFUND_BACK } },
	{ "by Stripe, which waits for something", "stripe",
	    "https://s.invalid/v1/refunds", "payment_intent=p1", 200,
	    REFUNDED("requires_action"), ERR_OK,
	    { .kind = FACT_REFUND, .id = "re_1", .refund = REFUND_WAITS } },
	{ "not by Stripe", "stripe", "https://s.invalid/v1/refunds",
	    "payment_intent=p1", 400, "{}", ERR_REFUSED, { 0 } },
	{ "of what, Stripe does not say", "stripe",
	    "https://s.invalid/v1/refunds", "payment_intent=p1", 200,
	    "{\"id\":\"re_1\",\"amount\":999,\"status\":\"succeeded\"}",
	    ERR_UNAVAILABLE, { 0 } },
	{ "no word of Stripe's", "stripe", "https://s.invalid/v1/refunds",
	    "payment_intent=p1", 200, "<html>", ERR_UNAVAILABLE, { 0 } },
	{ "in trouble, Stripe says", "stripe", "https://s.invalid/v1/refunds",
	    "payment_intent=p1", 500, "{}", ERR_UNAVAILABLE, { 0 } },
	{ "no such payment, by Stripe's word", "stripe",
	    "https://s.invalid/v1/refunds", "payment_intent=p1", 404, "{}",
	    ERR_REFUSED, { 0 } },
	{ "no right to, by Stripe's word", "stripe",
	    "https://s.invalid/v1/refunds", "payment_intent=p1", 403, "{}",
	    ERR_CONFIG, { 0 } },
	{ "asked for something else by the same key", "stripe",
	    "https://s.invalid/v1/refunds", "payment_intent=p1", 400,
	    "{\"error\":{\"type\":\"idempotency_error\"}}", ERR_UNAVAILABLE,
	    { 0 } },
	{ "in trouble, Telegram says", "stars",
	    "https://t.invalid/bot1:x/refundStarPayment", "\"p1\"", 500,
	    "{\"ok\":false,\"description\":\"x\"}", ERR_UNAVAILABLE, { 0 } },
	{ "by Telegram", "stars", "https://t.invalid/bot1:x/refundStarPayment",
	    "\"user_id\":5", 200, "{\"ok\":true,\"result\":true}", ERR_OK,
	    { .kind = FACT_REFUNDED, .refunded_minor = 999 } },
	{ "not by Telegram", "stars",
	    "https://t.invalid/bot1:x/refundStarPayment", "\"p1\"", 400,
	    "{\"ok\":false,\"description\":\"CHARGE_NOT_FOUND\"}", ERR_REFUSED,
	    { 0 } },
	{ "before, by Telegram's word", "stars",
	    "https://t.invalid/bot1:x/refundStarPayment", "\"p1\"", 400,
	    "{\"ok\":false,\"description\":"
	    "\"Bad Request: CHARGE_ALREADY_REFUNDED\"}",
	    ERR_CONFLICT, { .kind = FACT_REFUNDED, .refunded_minor = 999 } },
	{ "before, by Stripe's word", "stripe", "https://s.invalid/v1/refunds",
	    "payment_intent=p1", 400,
	    "{\"error\":{\"code\":\"charge_already_refunded\"}}", ERR_CONFLICT,
	    { .kind = FACT_REFUNDED, .refunded_minor = 999 } },
	{ "just now, by Stripe's word", "stripe",
	    "https://s.invalid/v1/refunds", "payment_intent=p1", 409, "{}",
	    ERR_UNAVAILABLE, { 0 } },
};

/* A part is of another key than the rest, even where the two amount to the
 * same, and so is what another order of another shop calls its first. */
static const struct part {
	const char *why;
	int64_t part_minor, n_refused;
	const char *body, *key;
} parts[] = {
	{ "all that is left", 0, 0, "payment_intent=p1",
	    "Idempotency-Key: admit-refund-1-p1-rest" },
	{ "a part", 300, 0, "payment_intent=p1&amount=300",
	    "Idempotency-Key: admit-refund-1-p1-300" },
	{ "refused before", 300, 2, "payment_intent=p1&amount=300",
	    "Idempotency-Key: admit-refund-1-p1-300-2" },
};

static void
part(void **state)
{
	const struct part *t = *state;
	const struct order order = { .id = 1, .tg_id = BUYER };
	const struct refund r = { &order, "p1", 999, t->part_minor,
		t->n_refused, NULL };
	const struct http_request req = stripe_provider.refund(&app, &mem, &r);

	check_text(arena_dup(&mem, req.body), t->body);
	check_text(req.headers[3], t->key);
}

static void
given_back(void **state)
{
	const struct refunding *t = *state;
	const struct provider *p = provider_find(str_from(t->provider));
	const struct order order = {
		.id = 1, .tg_id = BUYER, .session_id = "o1", .amount_minor = 999
	};
	const struct refund r = { &order, "p1", 999, 0, 0, NULL };
	const struct http_request req = p->refund(&app, &mem, &r);
	const struct http_response res = { .status = t->status,
		.retry_after_s = -1,
		.body = str_from(t->answer) };
	struct fact f = { 0 };

	check_text(req.url, t->url);
	check_has(arena_dup(&mem, req.body), t->part);
	check_err(p->refunded(&app, &mem, &r, &res, &f), t->want);
	if (t->want != ERR_OK && t->want != ERR_CONFLICT)
		return;
	check_int(f.kind, t->fact.kind);
	check_text(f.provider, t->provider);
	check_text(f.payment, "p1");
	check_text(f.id, t->fact.id);
	check_int(f.refund, t->fact.refund);
	check_int(f.amount_minor, 999);
	check_int(f.refunded_minor, t->fact.refunded_minor);
}

int
main(void)
{
	ROWS("given back", given_back, refundings);
	ROWS("given back", part, parts);
	ONE("the table", "rows are whole", rows_are_whole);
	ONE("the table", "lists have numbers", lists_have_numbers);
	ONE("a page", "is opened by the first that sells", a_page);
	ROWS("a page", in_language, tellings);
	ROWS("a page", opened, openings);
	ROWS("whose purchase", by_look, looks);
	return testing_run("providers", NULL, NULL);
}
