/* Looking for a payment by what its buyer has in hand. */
#include "step.h"

#include "bot/admin_page.h"
#include "payment/provider.h"

#define PAID \
	HAS_COURSE BOUGHT( \
	    "id, session_id, payment_intent, paid_ms", "7, 'cs_7', 'pi_7', 1")

static const struct words {
	const char *why, *words, *asks; /* the end of the address; NULL: no */
} wordses[] = {
	{ "a charge", "ch_3Mm_x", "/v1/charges/ch_3Mm_x" },
	{ "a payment of another kind", "py_1", "/v1/charges/py_1" },
	{ "a receipt", "1234-5678", "/v1/charges?limit=100" },
	{ "an invoice", "1A2B3C4D-0001",
	    "/v1/invoices/search?limit=1&query=number%3A%221A2B3C4D-0001%22" },
	{ "a payment, which the ledger would know", "pi_7", NULL },
	{ "a way out of the address", "ch_1/../x", NULL },
	{ "a query", "ch_1?expand[]=x", NULL },
	{ "quotes", "1A2B\"OR\"-0001", NULL },
	{ "too few digits", "123-5678", NULL },
	{ "a link", "https://pay.stripe.com/receipts/x", NULL },
	{ "nothing", "", NULL },
};

static void
is_asked(void **state)
{
	const struct words *w = *state;
	const struct provider *whom = provider_who_knows(str_from(w->words));

	check_int(whom != NULL, w->asks != NULL);
	if (whom != NULL)
		assert_true(str_ends(
		    str_from(whom->look_for(&app, &mem, w->words, NULL).url),
		    w->asks));
}

static struct http_response
answered(int status, const char *body)
{
	return (struct http_response){
		.status = status, .retry_after_s = -1, .body = str_from(body)
	};
}

#define PAGE(more, ...) \
	"{\"object\":\"list\",\"has_more\":" more ",\"data\":[" __VA_ARGS__ "]}"
#define CHARGE(id, receipt) \
	"{\"id\":\"" id \
	"\",\"payment_intent\":\"pi_7\",\"receipt_number\":" receipt "}"

static const struct ending {
	const char *why, *words;
	int status, attempts;
	const char *body, *says; /* the notice; NULL: none yet */
} endings[] = {
	{ "a charge", "ch_7", 200, 1, CHARGE("ch_7", "null"), "op/found/pi_7" },
	{ "a receipt on the page", "1234-5678", 200, 1,
	    PAGE("true",
		CHARGE("ch_8", "null") "," CHARGE("ch_7", "\"1234-5678\"")),
	    "op/found/pi_7" },
	{ "a receipt on none", "1234-5678", 200, 1,
	    PAGE("false", CHARGE("ch_8", "\"1234-5679\"")),
	    "op/unseen/stripe" },
	{ "an invoice", "1A2B3C4D-0001", 200, 1,
	    PAGE("false", "{\"id\":\"in_7\"}"), "op/found/in_7" },
	{ "no such invoice", "1A2B3C4D-0001", 200, 1, PAGE("false", ""),
	    "op/unseen/stripe" },
	{ "no such charge", "ch_7", 404, 1, "{\"error\":{}}",
	    "op/unseen/stripe" },
	{ "without the right", "ch_7", 403, 1, "{\"error\":{}}",
	    "op/unasked/stripe" },
	{ "in trouble", "ch_7", 500, 1, "{}", NULL },
	{ "in trouble again and again", "ch_7", 500, 3, "{}",
	    "op/unasked/stripe" },
};

static struct step
step_for(const char *words, int attempts)
{
	struct step s = { .job = { .id = 1,
			      .kind = JOB_LOOKUP,
			      .tg_id = 9,
			      .attempts = attempts,
			      .detail = words } };

	check_err(work_prepare(&app, &mem, &s), ERR_OK);
	assert_true(s.has_call);
	return s;
}

static void
ends(void **state)
{
	const struct ending *t = *state;
	const struct http_response res = answered(t->status, t->body);
	struct settling s = { .res = &res };

	shop_open(PAID);
	s.step = step_for(t->words, t->attempts);
	shop_does(settle, &s);
	check_int(s.o.after, t->says == NULL ? AFTER_RETRY : AFTER_DONE);
	check_text(
	    look_text("SELECT detail FROM jobs WHERE kind = 2"), t->says);
}

/* Behind the last of the page before; and not without end. */
static void
pages(void **state)
{
	const struct http_response res = answered(200,
	    PAGE("true", CHARGE("ch_9", "null") "," CHARGE("ch_8", "null")));
	struct step s;
	int n = 1;

	(void)state;
	shop_open(PAID);
	s = step_for("1234-5678", 1);
	while (work_follow(&app, &mem, &s, ERR_OK, &res)) {
		assert_true(str_ends(
		    str_from(s.call.url), "?limit=100&starting_after=ch_8"));
		n++;
	}
	check_int(n, 10);
}

int
main(void)
{
	app.conf.stripe_api_base = "https://s.invalid";
	ROWS("an operator's words", is_asked, wordses);
	ROWS("the answer", ends, endings);
	ONE("a receipt", "is looked for page after page", pages);
	return testing_run("stripe_find", ledger_make, ledger_remove);
}
