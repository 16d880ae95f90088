/* A click on the pay link that needs no call to Stripe: what the ledger says
 * of the buyer. */
#include "payment/checkout.c" /* the code under test, statics and all */

#include "shop.h"
#include "visits.h"

#define URL "https://checkout.stripe.com/c/pay/cs_test_1"

static struct app app = { .conf = { .stripe_api_base = "https://api.stripe.com",
			      .stripe_secret_key = "sk_test_1" },
	SELLS({ COURSE, TO_LINK("https://t.me/+a") }) };

#define ACCESS(is_in, why, until_ms) \
	"INSERT INTO access (tg_id, product, is_in, why, decided_ms, until_ms)" \
	" VALUES (5, 'course', " is_in ", '" why "', 1, " until_ms ");"
#define OPEN "session_id, url, url_ends_ms"
#define AT(url) "'cs_test_1', '" url "', 9000000000000000"
#define SUBSCRIBED(status, is_owed, ends_ms) \
	BOUGHT("session_id, subscription, paid_ms", "'cs_test_1', 'sub_1', 1") \
	"INSERT INTO subscriptions (id, n_heard, status, is_owed, ends_ms," \
	" invoice_url) VALUES ('sub_1', 1, '" status "', " is_owed \
	", " ends_ms ", 'https://invoice.stripe.com/i/1');"
static const struct row {
	const char *why, *before;
	enum checkout_state state;
	const char *url;
} rows[] = {
	{ "has access", ACCESS("1", "paid", "NULL"), CHECKOUT_PAID, NULL },
	{ "has access, and an open session beside it",
	    ACCESS("1", "paid", "NULL") BOUGHT(OPEN, AT(URL)), CHECKOUT_PAID,
	    NULL },
	{ "an open session", BOUGHT(OPEN, AT(URL)), CHECKOUT_REDIRECT, URL },
	{ "two open sessions: the later",
	    BOUGHT(OPEN, "'cs_test_0', 'https://old', 9000000000000000")
		BOUGHT(OPEN, AT(URL)),
	    CHECKOUT_REDIRECT, URL },
	{ "access is over, and an open session",
	    ACCESS("0", "refunded", "NULL") BOUGHT(OPEN, AT(URL)),
	    CHECKOUT_REDIRECT, URL },
	{ "the money is on its way",
	    BOUGHT(OPEN ", processing_ms", AT(URL) ", 1"), CHECKOUT_PROCESSING,
	    URL },
	{ "a subscription goes on, access is out",
	    SUBSCRIBED("active", "0", "NULL") ACCESS("0", "refunded", "NULL"),
	    CHECKOUT_SUBSCRIBED, NULL },
	{ "a subscription is owed",
	    SUBSCRIBED("past_due", "1", "NULL") ACCESS("0", "unpaid", "NULL"),
	    CHECKOUT_OWED, NULL },
	{ "a subscription was canceled, and an open session",
	    SUBSCRIBED("active", "0", "5") ACCESS("0", "ended", "NULL")
		BOUGHT(OPEN, "'cs_test_2', '" URL "', 9000000000000000"),
	    CHECKOUT_REDIRECT, URL },
};

static void
found(void **state)
{
	const struct row *r = *state;
	const struct limit_who who = { BUYER, "" };
	const struct paylink link = { .product = &app.catalog.products[0] };
	const struct visit v = checkout_visit(&app, &mem, &who, &link);
	struct checkout c = { .state = CHECKOUT_LIMITED };

	shop_open(USER);
	change(r->before);
	check_err(visit_alone(app.db, &v, NULL, &c), ERR_OK);
	check_int(c.state, r->state);
	check_text(c.url, r->url);
	assert_ptr_equal(c.product, &app.catalog.products[0]);
}

/* ---- attempts ---- */

#define DRAFT(ago_ms) \
	"INSERT INTO orders (tg_id, product, provider, livemode, created_ms," \
	" attempt, attempted_ms) VALUES (5, 'course', 'stripe', 0, 1, 1," \
	" strftime('%s', 'now') * 1000 - " ago_ms ");"

static struct search
click_in(const char *language)
{
	static const struct limit_who who = { BUYER, "" };
	struct search s = { .app = &app,
		.arena = &mem,
		.tg_id = BUYER,
		.who = &who,
		.product = &app.catalog.products[0],
		.provider = provider_find(str_from("stripe")),
		.language = language };

	shop_does(find_or_draft, &s);
	return s;
}

static struct search
click(void)
{
	return click_in(NULL);
}

/* With one key there is one page: another key while the first call may still
 * be answered would open a second one. */
static const struct earlier {
	const char *why, *before;
	int64_t number;
} earliers[] = {
	{ "none", NOTHING, 1 },
	{ "one may be under way as long as a web server waits", DRAFT("31000"),
	    1 },
	{ "one is dead", DRAFT("120000"), 2 },
	{ "one is of a time to come, by a clock that was put back",
	    DRAFT("-120000"), 2 },
};

static void
joins(void **state)
{
	const struct earlier *e = *state;
	struct search s;

	shop_open(USER);
	change(e->before);
	s = click();
	check_int(s.attempt.number, e->number);
	/* And is under way itself from now on. */
	assert_true(
	    clock_now_ms() - look_int("SELECT attempted_ms FROM orders") <
	    10000);
	check_int(click().attempt.number, e->number);
}

/* A click that fails ends the attempt, but not for one that joined it since. */
static void
gives_up_its_own(void **state)
{
	struct search first, twin;

	(void)state;
	shop_open(USER);
	first = click();
	twin = click();
	shop_does(give_up_attempt, &first);
	check_int(click().attempt.number, 1);
	twin = click();
	shop_does(give_up_attempt, &twin);
	check_int(click().attempt.number, 2);
}

/* With one key Stripe takes one question, and a page is in one language: that
 * of the click that began the attempt. */
static void
has_one_language(void **state)
{
	struct search s;

	(void)state;
	shop_open(USER);
	check_text(click_in("de").language, "de");
	check_text(click_in("en").language, "de");
	s = click_in(NULL);
	check_text(s.language, "de");
	shop_does(give_up_attempt, &s);
	check_text(click_in("pl").language, "pl");
	check_text(click_in("de").language, "pl");
}

int
main(void)
{
	ROWS("an attempt before", joins, earliers);
	ONE("an attempt", "that failed is given up by who was last",
	    gives_up_its_own);
	ONE("an attempt", "is in the language that it was begun in",
	    has_one_language);
	ROWS("a click, Stripe not called", found, rows);
	return testing_run("pay", ledger_make, ledger_remove);
}
