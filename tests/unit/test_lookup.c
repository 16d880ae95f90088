/* A buyer asks for help: whom the worker asks about their order, and what it
 * does about the answer. */
#include "step.h"

#define ASKED_ABOUT(id, session, provider) \
	"INSERT INTO orders (id, tg_id, product, provider, livemode," \
	" session_id, created_ms) VALUES (" id ", 5, 'course', '" provider \
	"', 0, '" session "', strftime('%s', 'now') * 1000);"
#define SESSION(id, paid) \
	"{\"id\":\"" id "\",\"object\":\"checkout.session\"," \
	"\"livemode\":false,\"status\":\"complete\",\"mode\":\"payment\"," \
	"\"payment_status\":\"" paid "\",\"metadata\":{\"tg_id\":\"5\"," \
	"\"shop\":\"1\",\"product\":\"course\"}}"

static struct step
asking(int64_t order_id, int64_t attempts)
{
	struct step s = { .job = { .id = 1,
			      .kind = JOB_CHECK,
			      .tg_id = 5,
			      .order_id = order_id,
			      .detail = "42",
			      .promise = "check/42",
			      .attempts = attempts } };

	app.conf.stripe_api_base = "https://s.invalid";
	app.conf.stripe_secret_key = "sk_test_1";
	app.conf.bot_id = 1;
	check_err(work_prepare(&app, &mem, &s), ERR_OK);
	return s;
}

static const struct whom {
	const char *why, *before, *url, *cannot;
} whoms[] = {
	{ "Stripe about what it sold", USER ASKED_ABOUT("7", "cs_7", "stripe"),
	    "https://s.invalid/v1/checkout/sessions/cs_7", NULL },
	{ "nobody, where the order is gone", USER, NULL, NULL },
	{ "nobody that this program knows",
	    USER ASKED_ABOUT("7", "x_7", "shells"), NULL,
	    "this program cannot ask \"shells\" about an order" },
};

static void
whom(void **state)
{
	const struct whom *w = *state;
	struct step s;

	shop_open(w->before);
	s = asking(7, 1);
	check_int(s.has_call, w->url != NULL);
	check_text(s.call.url, w->url);
	check_text(s.cannot, w->cannot);
}

#define AT_BANK "UPDATE orders SET processing_ms = 1 WHERE id = 7;"

static const struct answered {
	const char *why, *more;
	int status;
	const char *body;
	int64_t attempts;
	enum after after;
	const char *promised; /* the name of the notice or check, or NULL */
} answereds[] = {
	{ "paid: the invite is owed by that", "", 200, SESSION("cs_7", "paid"),
	    1, AFTER_DONE, "invite/cs_7" },
	{ "not paid: the older one is next", ASKED_ABOUT("6", "cs_6", "stripe"),
	    404, "{}", 1, AFTER_DONE, "check/42/6" },
	{ "none is paid", "", 404, "{}", 1, AFTER_DONE, "help_unpaid/42" },
	{ "the bank is at work, which is said once", "", 200,
	    SESSION("cs_7", "unpaid"), 1, AFTER_DONE, "processing/cs_7" },
	{ "the bank was at work before", AT_BANK, 404, "{}", 1, AFTER_DONE,
	    "processing/42" },
	{ "it was, and Stripe is down", AT_BANK, 503, "{}", 4, AFTER_RETRY,
	    "processing/42" },
	{ "Stripe is down", "", 503, "{}", 1, AFTER_RETRY, NULL },
	{ "for so long that the buyer is told", "", 503, "{}", 4, AFTER_RETRY,
	    "help_later/42" },
};

static void
answered(void **state)
{
	const struct answered *r = *state;
	const struct http_response res = { .status = r->status,
		.body = str_from(r->body) };
	struct settling s = { .res = &res };

	shop_open(USER ASKED_ABOUT("7", "cs_7", "stripe"));
	change(r->more);
	s.step = asking(7, r->attempts);
	shop_does(settle, &s);
	check_int(s.o.after, r->after);
	check_text(look_text("SELECT promise FROM jobs"), r->promised);
	check_int(look_int("SELECT COUNT(*) FROM jobs"), r->promised != NULL);
	if (r->after == AFTER_RETRY)
		check_text(s.o.error, "Stripe: unavailable");
}

/* Stripe says when it wants to be asked again, and whose order it is waits as
 * long. */
static void
waits_as_told(void **state)
{
	const struct http_response res = {
		.status = 429, .retry_after_s = 7, .body = str_from("{}")
	};
	struct settling s = { .res = &res };

	(void)state;
	shop_open(USER ASKED_ABOUT("7", "cs_7", "stripe"));
	s.step = asking(7, 1);
	shop_does(settle, &s);
	check_int(s.o.after, AFTER_RETRY);
	assert_true(s.o.wait_ms >= 7000);
}

int
main(void)
{
	ONE("the answer", "asks to wait", waits_as_told);
	ROWS("whom to ask", whom, whoms);
	ROWS("the answer", answered, answereds);
	return testing_run("lookup", ledger_make, ledger_remove);
}
