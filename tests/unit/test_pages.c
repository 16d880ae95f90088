/* Which page answers what, and what stands on it. */
#include "shop.h"

#include "base/clock.h"
#include "front/pages.h"

#define URL "https://checkout.stripe.com/c/pay/cs_test_1"

static struct app app = { SELLS({ COURSE, TO_LINK("https://t.me/+a") },
			      { CLUB, TO_LINK("https://t.me/+b") }),
	.conf = { .product_name = "A course",
	    .base_url = "https://h",
	    .bot_id = 77,
	    .support_contact = "@coach" } };

static struct request
asking(const char *query)
{
	char **list = arena_alloc(&mem, 2 * sizeof(*list));
	struct request r;

	list[0] = arena_printf(&mem, "QUERY_STRING=%s", query);
	list[1] = NULL;
	request_read(&r, &mem, list);
	return r;
}

static const char *
body_of(struct response res)
{
	return arena_dup(&mem, res.body);
}

/* ---- each page ---- */

static const int statuses[PAGES__COUNT] = {
	[PAGES_BAD_ID] = 400,
	[PAGES_OLD_LINK] = 403,
	[PAGES_NO_PRODUCT] = 400,
	[PAGES_PREVIEW] = 200,
	[PAGES_AHEAD] = 503,
	[PAGES_IN_CHAT] = 200,
	[PAGES_PAY_IN_CHAT] = 200,
	[PAGES_PAID_BEFORE] = 200,
	[PAGES_PROCESSING] = 200,
	[PAGES_OWED] = 200,
	[PAGES_SUBSCRIBED] = 200,
	[PAGES_PAID_SOON] = 200,
	[PAGES_NOT_PAID] = 200,
	[PAGES_NOT_PAID_INPUT] = 400,
	[PAGES_NOT_PAID_UNKNOWN] = 404,
	[PAGES_CHECKING] = 200,
	[PAGES_CANCEL] = 200,
	[PAGES_IN_LINE] = 503,
	[PAGES_PROVIDER_DOWN] = 503,
	[PAGES_PROVIDER_REFUSED] = 502,
	[PAGES_UNKNOWN] = 404,
	[PAGES_NOT_ALLOWED] = 405,
	[PAGES_LIMITED] = 429,
	[PAGES_BROKEN] = 500,
};

static void
each_page(void **state)
{
	const struct request req = asking("");

	(void)state;
	for (int i = 0; i < PAGES__COUNT; i++) {
		struct response res;

		if (i == PAGES_PAID) /* has a link, see below */
			continue;
		assert_true(statuses[i] != 0);
		res = pages_show(&app, &req, (enum pages)i);
		check_int(res.status, statuses[i]);
		check_has(body_of(res), "<h1");
		check_has(body_of(res), "href=\"https://t.me/coach\"");
		/* no hole is left, behind the style sheet */
		check_lacks(strstr(body_of(res), "</style>"), "{");
	}
}

#define NAMED_BOT \
	"INSERT INTO marks (key, value, word) VALUES ('bot', 77, 'our_bot')"
#define TO_BOT " rel=\"noreferrer\" href=\"https://t.me/our_bot\">"

/* Each leads back to the bot; but the one that leads on, and the one that must
 * not look into the ledger. */
static void
each_way_back(void **state)
{
	const struct request req = asking("tg_id=5");

	(void)state;
	shop_open(NAMED_BOT);
	for (int i = 0; i < PAGES__COUNT; i++) {
		struct response res;
		const char *body;

		if (i == PAGES_PAID) /* has a link, see below */
			continue;
		res = pages_show(&app, &req, (enum pages)i);
		body = body_of(res);
		if (i == PAGES_PREVIEW || i == PAGES_BROKEN)
			check_lacks(body, TO_BOT);
		else
			check_has(body,
			    res.status >= 500 ? "<a class=\"quiet\"" TO_BOT :
						"<a class=\"button\"" TO_BOT);
		/* What went wrong here can be tried again. */
		if (res.status >= 429)
			check_has(body, "href=\"?tg_id=5\"");
		else
			check_lacks(body, "href=\"?");
	}
	app.db = NULL;
}

/* ---- in whose language ---- */

static const struct reader {
	const char *why, *accepts, *title, *language;
} readers[] = {
	{ "the browser's", "de-AT,de;q=0.9,en;q=0.8", "Zahlung abgebrochen",
	    "lang=\"de\"" },
	{ "the second choice", "fr,pl;q=0.5", "Płatność anulowana",
	    "lang=\"pl\"" },
	{ "none of ours: the shop's", "fr,ru;q=0.5", "Оплату скасовано",
	    "lang=\"uk\"" },
	{ "any: the shop's", "*", "Оплату скасовано", "lang=\"uk\"" },
	{ "no browser: the shop's", "", "Оплату скасовано", "lang=\"uk\"" },
};

static void
reads(void **state)
{
	const struct reader *r = *state;
	char *list[] = {
		arena_printf(&mem, "HTTP_ACCEPT_LANGUAGE=%s", r->accepts), NULL
	};
	struct request req;
	const char *body;

	request_read(&req, &mem, list);
	body = body_of(pages_show(&app, &req, PAGES_CANCEL));
	check_has(body, r->title);
	check_has(body, r->language);
}

/* The button, whom to write to, and the title in one language. */
static void
reads_all(void **state)
{
	char *list[] = { arena_dup_text(&mem, "HTTP_ACCEPT_LANGUAGE=en"),
		NULL };
	const struct paylink link = { .product = &app.catalog.products[0],
		.tg_id = 5 };
	struct request req;
	const char *body;

	(void)state;
	request_read(&req, &mem, list);
	body = body_of(pages_preview(&app, &req, &link));
	check_has(body, "Payment: A course");
	check_has(body, ">Go to payment</a>");
	check_has(body, "Need help? Write to @coach");
}

static void
no_settings(void **state)
{
	const struct request req = asking("");
	const struct app nothing = { .conf = { .product_name = NULL } };

	(void)state;
	check_int(pages_show(&nothing, &req, PAGES_BROKEN).status, 500);
}

static void
what_there_is(void **state)
{
	const struct request req = asking("");
	const char *body = body_of(pages_show(&app, &req, PAGES_NO_PRODUCT));

	(void)state;
	check_has(body, "A course");
	check_has(body, "A club");
}

static const struct failed {
	const char *why;
	enum err e;
	int stripe_status, link_status;
} faileds[] = {
	{ "down", ERR_UNAVAILABLE, 503, 400 },
	{ "asked to wait", ERR_THROTTLED, 503, 400 },
	{ "the same asked at the same moment", ERR_CONFLICT, 503, 400 },
	{ "refused", ERR_REFUSED, 502, 400 },
	{ "a wrong key", ERR_CONFIG, 502, 400 },
	{ "bad input", ERR_INPUT, 502, 400 },
	{ "ended", ERR_AUTH, 502, 403 },
	{ "not sold", ERR_NOT_FOUND, 502, 400 },
};

static void
failed(void **state)
{
	const struct failed *f = *state;
	const struct request req = asking("");

	check_int(
	    pages_provider_down(&app, &req, f->e).status, f->stripe_status);
	check_int(pages_bad_link(&app, &req, f->e).status, f->link_status);
	/* Whoever is in line need not reload. */
	check_int(pages_provider_down(&app, &req, f->e).refresh_s > 0,
	    f->e == ERR_THROTTLED);
}

/* ---- what was found ---- */

static const struct begun {
	const char *why;
	struct checkout c;
	bool is_signed;
	int status;
	enum pages like; /* its page; PAGES__COUNT: none */
} beguns[] = {
	{ "somewhere to pay", { .state = CHECKOUT_REDIRECT, .url = URL }, false,
	    303, PAGES__COUNT },
	{ "asked too often", { .state = CHECKOUT_LIMITED, .wait_s = 77 }, false,
	    429, PAGES__COUNT },
	{ "paid before, of one's own", { .state = CHECKOUT_PAID }, true, 200,
	    PAGES_PAID_BEFORE },
	{ "paid before, by a link of anybody's", { .state = CHECKOUT_PAID },
	    false, 200, PAGES_IN_CHAT },
	{ "the bank is at work, of one's own", { .state = CHECKOUT_PROCESSING },
	    true, 200, PAGES_PROCESSING },
	{ "the same by a link of anybody's", { .state = CHECKOUT_PROCESSING },
	    false, 200, PAGES_IN_CHAT },
	{ "owed, of one's own", { .state = CHECKOUT_OWED }, true, 200,
	    PAGES_OWED },
	{ "the same by a link of anybody's", { .state = CHECKOUT_OWED }, false,
	    200, PAGES_IN_CHAT },
	{ "subscribed, of one's own", { .state = CHECKOUT_SUBSCRIBED }, true,
	    200, PAGES_SUBSCRIBED },
	{ "the same by a link of anybody's", { .state = CHECKOUT_SUBSCRIBED },
	    false, 200, PAGES_IN_CHAT },
	{ "sold in the chat, of one's own", { .state = CHECKOUT_IN_CHAT }, true,
	    200, PAGES_PAY_IN_CHAT },
	{ "the same by a link of anybody's", { .state = CHECKOUT_IN_CHAT },
	    false, 200, PAGES_PAY_IN_CHAT },
	{ "nobody paid, of one's own", { .state = CHECKOUT_NONE }, true, 200,
	    PAGES_NOT_PAID },
};

static void
begun(void **state)
{
	const struct begun *b = *state;
	const struct request req = asking("");
	const struct paylink link = { .tg_id = BUYER,
		.is_signed = b->is_signed };
	struct checkout c = b->c;
	struct response res;

	c.product = &app.catalog.products[0];
	res = pages_begun(&app, &req, &link, &c);
	check_int(res.status, b->status);
	check_text(res.location, b->c.url);
	check_int(res.retry_after_s, b->c.wait_s);
	if (b->like != PAGES__COUNT)
		check_text(
		    body_of(res), body_of(pages_show(&app, &req, b->like)));
}

static const struct looked {
	const char *why;
	struct checkout c;
	int status;
	const char *has, *lacks;
} lookeds[] = {
	{ "paid: the way in",
	    { .state = CHECKOUT_PAID, .link = "https://t.me/+own" }, 200,
	    "https://t.me/+own", "1 січня 2030" },
	{ "paid, its invite is on its way", { .state = CHECKOUT_PAID }, 200,
	    "A course", "t.me/+" },
	{ "paid until a day",
	    { .state = CHECKOUT_PAID,
		.link = "https://t.me/+own",
		.term = { .until_ms = 1893456000000 } },
	    200, "1 січня 2030", "4 січня 2030" },
	{ "renewed that day, grace is not told",
	    { .state = CHECKOUT_PAID,
		.link = "https://t.me/+own",
		.term = { .until_ms = 1893715200000,
		    .paid_until_ms = 1893456000000,
		    .renews = true } },
	    200, "1 січня 2030", "4 січня 2030" },
	{ "not paid", { .state = CHECKOUT_NONE }, 200, "@coach", "t.me/+" },
	{ "the bank is at work", { .state = CHECKOUT_PROCESSING }, 200,
	    "@coach", "t.me/+" },
	{ "asked too often", { .state = CHECKOUT_LIMITED, .wait_s = 77 }, 429,
	    "@coach", "t.me/+" },
	{ "owed", { .state = CHECKOUT_OWED }, 200, "@coach", "t.me/+" },
	{ "subscribed", { .state = CHECKOUT_SUBSCRIBED }, 200, "@coach",
	    "t.me/+" },
	{ "still to be paid", { .state = CHECKOUT_REDIRECT, .url = URL }, 200,
	    "@coach", "t.me/+" },
};

static void
looked(void **state)
{
	const struct looked *l = *state;
	const struct request req = asking("");
	struct checkout c = l->c;
	struct response res;

	c.product = &app.catalog.products[0];
	res = pages_thanks(&app, &req, "cs_test_1", &c);
	check_int(res.status, l->status);
	check_has(body_of(res), l->has);
	check_lacks(body_of(res), l->lacks);
	check_int(res.retry_after_s, l->c.wait_s);
}

/* How long to wait, in words. */
static const struct waiting {
	const char *why, *language;
	int64_t wait_s;
	const char *has;
} waitings[] = {
	{ "a part of a minute is one", "en", 5, "in 1 minute." },
	{ "more than one is two", "en", 61, "in 2 minutes." },
	{ "an hour", "en", 3600, "in 60 minutes." },
	{ "one, in Ukrainian", "uk", 60, "за 1 хвилину." },
	{ "few, in Ukrainian", "uk", 180, "за 3 хвилини." },
	{ "many, in Ukrainian", "uk", 660, "за 11 хвилин." },
	{ "in German", "de", 180, "in 3 Minuten noch einmal." },
	{ "few, in Polish", "pl", 180, "za 3 minuty." },
	{ "many, in Polish", "pl", 360, "za 6 minut." },
	{ "nobody says how long", "en", 0, "try again later." },
};

static void
waiting(void **state)
{
	const struct waiting *w = *state;
	const struct request req =
	    asking(arena_printf(&mem, "language=%s", w->language));
	const struct checkout c = { .state = CHECKOUT_LIMITED,
		.wait_s = w->wait_s };

	check_has(body_of(pages_thanks(&app, &req, "cs_1", &c)), w->has);
}

/* What the browser asks for by itself, and when. */
static const struct to_come {
	const char *why, *query, *id;
	struct checkout c;
	enum err e;
	int64_t refresh_s;
	const char *refresh_url, *again;
} to_comes[] = {
	{ "the invite is on its way", "session_id=cs_1&language=en", "cs_1",
	    { .state = CHECKOUT_PAID }, ERR_OK, 2,
	    "?session_id=cs_1&language=en&look=1",
	    "href=\"?session_id=cs_1&amp;language=en\">Check again<" },
	{ "later, less often", "session_id=cs_1&language=en&look=3", "cs_1",
	    { .state = CHECKOUT_PAID }, ERR_OK, 5,
	    "?session_id=cs_1&language=en&look=4", ">Check again<" },
	{ "the last time", "session_id=cs_1&language=de&look=9", "cs_1",
	    { .state = CHECKOUT_PROCESSING }, ERR_OK, 60,
	    "?session_id=cs_1&language=de&look=10", ">Erneut prüfen<" },
	{ "then it stops, and its reader may ask", "look=10&language=pl",
	    "cs_1", { .state = CHECKOUT_PROCESSING }, ERR_OK, 0, NULL,
	    ">Sprawdź ponownie<" },
	{ "a number that nobody here gave stops it", "look=77&language=en",
	    "cs_1", { .state = CHECKOUT_PROCESSING }, ERR_OK, 0, NULL,
	    ">Check again<" },
	{ "words do not", "look=x&language=en", "cs_1",
	    { .state = CHECKOUT_PROCESSING }, ERR_OK, 2,
	    "?session_id=cs_1&language=en&look=1", ">Check again<" },
	{ "nobody could be asked", "language=en", "cs_1",
	    { .state = CHECKOUT_NONE }, ERR_UNAVAILABLE, 2,
	    "?session_id=cs_1&language=en&look=1", ">Check again<" },
	{ "in line", "language=en", "cs_1", { .state = CHECKOUT_NONE },
	    ERR_THROTTLED, 5, "?session_id=cs_1&language=en&look=1",
	    ">Check again<" },
	{ "later, less often", "language=en&look=6", "cs_1",
	    { .state = CHECKOUT_NONE }, ERR_THROTTLED, 20,
	    "?session_id=cs_1&language=en&look=7", ">Check again<" },
	{ "it goes on for as long as the line does", "language=en&look=10",
	    "cs_1", { .state = CHECKOUT_NONE }, ERR_THROTTLED, 5, NULL,
	    ">Check again<" },
	{ "a purchase that nobody knows", "language=en", "cs_1",
	    { .state = CHECKOUT_NONE }, ERR_NOT_FOUND, 0, NULL, "<h1>" },
	{ "signs that no id has", "language=en", "cs_\"1",
	    { .state = CHECKOUT_PAID }, ERR_OK, 0, NULL, "<h1>" },
	{ "the link is there", "language=en", "cs_1",
	    { .state = CHECKOUT_PAID, .link = "https://t.me/+own" }, ERR_OK, 0,
	    NULL, "https://t.me/+own" },
	{ "not paid", "language=en", "cs_1", { .state = CHECKOUT_NONE }, ERR_OK,
	    0, NULL, "<h1>" },
};

static void
to_come(void **state)
{
	const struct to_come *t = *state;
	const struct request req = asking(t->query);
	struct checkout c = t->c;
	struct response res;

	c.product = &app.catalog.products[0];
	res = t->e == ERR_OK ? pages_thanks(&app, &req, t->id, &c) :
			       pages_not_found(&app, &req, t->id, t->e);
	check_int(res.refresh_s, t->refresh_s);
	check_text(res.refresh_url, t->refresh_url);
	check_has(body_of(res), t->again);
}

/* ---- the rest ---- */

static void
not_allowed(void **state)
{
	const struct request req = asking("");
	struct response res = pages_not_allowed(&app, &req, "GET, HEAD");

	(void)state;
	check_int(res.status, 405);
	check_text(res.allow, "GET, HEAD");
}

static struct response
at(const char *uri)
{
	char **list = arena_alloc(&mem, 2 * sizeof(*list));
	struct request r;

	list[0] = arena_printf(&mem, "REQUEST_URI=%s", uri);
	list[1] = NULL;
	request_read(&r, &mem, list);
	return pages_elsewhere(&app, &r);
}

static void
elsewhere(void **state)
{
	(void)state;
	shop_open(NAMED_BOT);
	check_int(at("/nothing").status, 404);
	check_text(at("/").location, "https://t.me/our_bot");
	check_int(at("/").status, 303);
	app.db = NULL;
	check_int(at("/").status, 404);
}

#define WAITING(promise, columns, values) \
	"INSERT INTO jobs (kind, promise, tg_id, due_ms, created_ms" columns \
	") VALUES (1, '" promise "', 5, 1, strftime('%s', 'now') * 1000" \
	" - 60000" values ");"

static int64_t
oldest_ms(const char *before)
{
	const struct request req = asking("");
	struct response res;
	const char *body;

	shop_open(before);
	res = pages_health(&app, &req);
	check_int(res.status, 200);
	body = body_of(res);
	check_has(body, "\"ok\":true");
	return strtoll(strrchr(body, ':') + 1, NULL, 10);
}

static void
health(void **state)
{
	(void)state;
	check_int(oldest_ms(NOTHING), 0);
	assert_in_range(oldest_ms(WAITING("1", "", "")), 60000, 70000);
	/* What is done or put aside waits no more. */
	check_int(oldest_ms(WAITING("1", ", done_ms", ", 1")
			  WAITING("2", ", parked_ms", ", 1")),
	    0);
}

static void
no_health(void **state)
{
	const struct request req = asking("");
	struct response res;

	(void)state;
	app.db = db_new("/nowhere/at/all.db");
	res = pages_health(&app, &req);
	db_free(app.db);
	check_int(res.status, 503);
	check_has(body_of(res), "\"ok\":false");
	check_lacks(body_of(res), "nowhere");
}

int
main(void)
{
	ONE("a page", "each has its status and words", each_page);
	ONE("a page", "each leads back to the bot", each_way_back);
	ONE("a page", "before there are settings", no_settings);
	ONE("a page", "says what there is instead", what_there_is);
	ROWS("language", reads, readers);
	ONE("language", "all of a page", reads_all);
	ROWS("failed", failed, faileds);
	ROWS("a click", begun, beguns);
	ROWS("back from Stripe", looked, lookeds);
	ROWS("asked too often", waiting, waitings);
	ROWS("asks anew", to_come, to_comes);
	ONE("another method", "is told which", not_allowed);
	ONE("elsewhere", "no page, but the root leads on", elsewhere);
	ONE("health", "the age of the oldest job", health);
	ONE("health", "the ledger is out of order", no_health);
	return testing_run("front", ledger_make, ledger_remove);
}
