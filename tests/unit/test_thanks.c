/* The thank-you page's question: what the ledger answers, what Stripe is asked,
 * and what neither knows. */
#include "answers.h"
#include "shop.h"
#include "visits.h"

#include "payment/thanks.h"

static struct app app = { .conf = { .stripe_secret_key = "sk_test_1",
			      .bot_id = 1,
			      .pay_limit_address = 2 },
	SELLS({ COURSE, TO_LINK("https://t.me/+a") }) };

#define SESSION(status, paid, live, shop) \
	"{\"id\":\"cs_test_1\",\"object\":\"checkout.session\"," \
	"\"livemode\":" live ",\"status\":\"" status \
	"\",\"mode\":\"payment\"," \
	"\"payment_status\":\"" paid "\",\"metadata\":{\"tg_id\":\"5\"," \
	"\"shop\":\"" shop "\",\"product\":\"course\"}," \
	"\"payment_intent\":\"pi_1\",\"amount_total\":999," \
	"\"amount_subtotal\":999,\"currency\":\"eur\"}"
#define PAID BOUGHT("session_id, paid_ms", "'cs_test_1', 1") HAS_COURSE
#define AT_BANK USER BOUGHT("session_id, processing_ms", "'cs_test_1', 1")
#define OPEN USER BOUGHT("session_id", "'cs_test_1'")

static const struct row {
	const char *why, *before;
	struct answer said; /* 0: nobody is asked */
	const char *id;
	enum err want;
	enum checkout_state state;
	const char *link;
} rows[] = {
	{ "the ledger knows", PAID, { 0, NULL }, "cs_test_1", ERR_OK,
	    CHECKOUT_PAID, "https://t.me/+a" },
	{ "Stripe knows it first", OPEN,
	    { 200, SESSION("complete", "paid", "false", "1") }, "cs_test_1",
	    ERR_OK, CHECKOUT_PAID, "https://t.me/+a" },
	{ "a ledger that was lost", NOTHING,
	    { 200, SESSION("complete", "paid", "false", "1") }, "cs_test_1",
	    ERR_OK, CHECKOUT_PAID, "https://t.me/+a" },
	{ "the bank is at work", OPEN,
	    { 200, SESSION("complete", "unpaid", "false", "1") }, "cs_test_1",
	    ERR_OK, CHECKOUT_PROCESSING, NULL },
	{ "nobody has paid", OPEN,
	    { 200, SESSION("open", "unpaid", "false", "1") }, "cs_test_1",
	    ERR_OK, CHECKOUT_NONE, NULL },
	{ "another shop's", NOTHING,
	    { 200, SESSION("complete", "paid", "false", "2") }, "cs_test_1",
	    ERR_NOT_FOUND, CHECKOUT_NONE, NULL },
	{ "of the other mode", NOTHING,
	    { 200, SESSION("complete", "paid", "true", "1") }, "cs_test_1",
	    ERR_NOT_FOUND, CHECKOUT_NONE, NULL },
	{ "there is none", NOTHING, { 404, "{}" }, "cs_test_1", ERR_NOT_FOUND,
	    CHECKOUT_NONE, NULL },
	{ "Stripe is down", OPEN, { 503, "{}" }, "cs_test_1", ERR_UNAVAILABLE,
	    CHECKOUT_NONE, NULL },
	{ "Stripe is down, and the bank was at work", AT_BANK, { 503, "{}" },
	    "cs_test_1", ERR_OK, CHECKOUT_PROCESSING, NULL },
	{ "Stripe is down, and the bank had said no",
	    USER BOUGHT(
		"session_id, processing_ms, failed_ms", "'cs_test_1', 1, 2"),
	    { 503, "{}" }, "cs_test_1", ERR_OK, CHECKOUT_NONE, NULL },
	{ "Stripe is down, and the page was closed",
	    USER BOUGHT("session_id, expired_ms", "'cs_test_1', 1"),
	    { 503, "{}" }, "cs_test_1", ERR_OK, CHECKOUT_NONE, NULL },
	{ "an empty id", NOTHING, { 0, NULL }, "", ERR_INPUT, CHECKOUT_NONE,
	    NULL },
	{ "an id of another kind", NOTHING, { 0, NULL }, "pi_1", ERR_INPUT,
	    CHECKOUT_NONE, NULL },
	{ "a path", NOTHING, { 0, NULL }, "cs_1/../x", ERR_INPUT, CHECKOUT_NONE,
	    NULL },
};

static enum err
find(struct http *http, const struct limit_who *who, const char *id,
    struct checkout *c)
{
	struct visit v;
	enum err e = thanks_visit(&app, &mem, who, id, &v);

	return e == ERR_OK ? visit_alone(app.db, &v, http, c) : e;
}

static void
found(void **state)
{
	const struct row *r = *state;
	const struct limit_who who = { 0, "" };
	const size_t n = r->said.status != 0;
	const struct answers stripe = answers_start(&r->said, n);
	struct checkout c = { .state = CHECKOUT_LIMITED };
	struct http *http = http_new();

	shop_open(r->before);
	app.conf.stripe_api_base = stripe.base;
	check_err(find(http, &who, r->id, &c), r->want);
	if (r->want != ERR_INPUT) {
		check_int(c.state, r->state);
		check_text(c.link, r->link);
	}
	http_free(http);
	assert_true(answers_given(&stripe));
	/* What was told is in the ledger, for the worker to go on with. */
	if (r->state == CHECKOUT_PAID)
		check_int(look_int("SELECT COUNT(*) FROM orders"
				   " WHERE paid_ms IS NOT NULL"),
		    1);
	check_int(
	    db_notified(app.db), look_int("SELECT COUNT(*) > 0 FROM jobs"));
}

/* Whoever tries one id after the other is not asked about at Stripe's. */
static void
limited(void **state)
{
	const struct limit_who who = { 0, "203.0.113.7" };
	const struct answer none[] = { { 404, "{}" }, { 404, "{}" } };
	const struct answers stripe = answers_start(none, 2);
	struct http *http = http_new();
	struct checkout c;

	(void)state;
	shop_open(NOTHING);
	app.conf.stripe_api_base = stripe.base;
	for (int i = 0; i < 2; i++)
		check_err(find(http, &who, "cs_test_1", &c), ERR_NOT_FOUND);
	check_err(find(http, &who, "cs_test_1", &c), ERR_OK);
	check_int(c.state, CHECKOUT_LIMITED);
	assert_true(c.wait_s > 0);
	/* What is known costs nobody anything. */
	change(AT_BANK);
	check_err(find(http, &who, "cs_test_1", &c), ERR_OK);
	check_int(c.state, CHECKOUT_PROCESSING);
	http_free(http);
	assert_true(answers_given(&stripe));
}

/* Of a buyer whom nobody can read it is not said that they are in. */
static void
unreadable(void **state)
{
	static const struct answer down = { 503, "{}" };
	const struct limit_who who = { 0, "" };
	const struct answers stripe = answers_start(&down, 1);
	struct http *http = http_new();
	struct checkout c = { .term.access = ACCESS_IN };

	(void)state;
	shop_open(PAID);
	change("ALTER TABLE orders RENAME TO orders_lost");
	app.conf.stripe_api_base = stripe.base;
	check_err(find(http, &who, "cs_test_1", &c), ERR_UNAVAILABLE);
	check_int(c.state, CHECKOUT_NONE);
	check_int(c.term.access, ACCESS_OUT);
	http_free(http);
	assert_true(answers_given(&stripe));
	change("ALTER TABLE orders_lost RENAME TO orders");
}

int
main(void)
{
	ROWS("back from paying", found, rows);
	ONE("back from paying", "one after the other", limited);
	ONE("back from paying", "to a ledger that fails", unreadable);
	return testing_run("thanks", ledger_make, ledger_remove);
}
