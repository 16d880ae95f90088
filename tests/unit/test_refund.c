/* A payment is sent back by a job: when it is asked for, and what each answer
 * makes of it. */
#include "step.h"

#include "payment/refund.h"

#define BOUGHT_BY(provider, more, values) \
	"INSERT INTO orders (id, tg_id, product, provider, livemode," \
	" session_id, payment_intent, amount_minor, currency, paid_ms," \
	" created_ms" more ") VALUES (7, 5, 'course', '" provider "', 0," \
	" 'cs_7', 'pi_7', 999, 'eur', 1, 1" values ");"
#define ONCE HAS_COURSE BOUGHT_BY("stripe", "", "")
#define PLAN \
	HAS_COURSE BOUGHT_BY("stripe", ", subscription", \
	    ", 'sub_7'") "INSERT INTO subscriptions (id, n_heard, n_read, status," \
			 " payment_intent, paid_minor, period_start_ms, period_end_ms)" \
			 " VALUES ('sub_7', 1, 1, 'active', 'pi_8', 888, 1, 4102444800000);" \
			 "INSERT INTO invoice_payments (payment_intent, subscription)" \
			 " VALUES ('pi_7', 'sub_7'), ('pi_8', 'sub_7');"
#define ALL_BACK \
	"INSERT INTO refunds (payment_intent, amount_minor, refunded_minor," \
	" updated_ms) VALUES ('pi_7', 999, 999, 1);"
#define REVERSAL(kind, stage) \
	"INSERT INTO reversals (id, payment_intent, kind, amount_minor," \
	" stage, updated_ms) VALUES ('x_1', 'pi_7', '" kind "', 999, " stage \
	", 1);"

static struct step
step_of(int attempts)
{
	struct step s = { .job = { .id = 1,
			      .kind = JOB_REFUND,
			      .tg_id = BUYER,
			      .order_id = 7,
			      .attempts = attempts,
			      .detail = "pi_7" } };

	check_err(work_prepare(&app, &mem, &s), ERR_OK);
	return s;
}

static const struct call {
	const char *why, *before;
	bool is_made;
} calls[] = {
	{ "all of it", ONCE, true },
	{ "an earlier payment of a plan", PLAN, true },
	{ "all has gone back", ONCE ALL_BACK, false },
	{ "all is on its way back", ONCE REVERSAL("refund", "-1"), false },
	{ "all has gone back, and a plan may charge again", PLAN ALL_BACK,
	    true },
	{ "a warning of fraud", ONCE REVERSAL("warning", "0"), true },
	{ "an inquiry", ONCE REVERSAL("dispute", "0"), true },
	{ "disputed meanwhile", ONCE REVERSAL("dispute", "1"), false },
	{ "lost", PLAN REVERSAL("dispute", "2"), false },
	{ "won", ONCE REVERSAL("dispute", "3"), true },
	{ "no such order any more", NOTHING, false },
};

static const char *
key_of(const struct http_request *req)
{
	for (size_t i = 0; i < HTTP_MAX_HEADERS && req->headers[i]; i++)
		if (str_starts(str_from(req->headers[i]), "Idempotency-Key"))
			return req->headers[i];
	return NULL;
}

static void
is_asked(void **state)
{
	const struct call *t = *state;
	struct step s;

	shop_open(t->before);
	s = step_of(1);
	assert_null(s.cannot);
	check_int(s.has_call, t->is_made);
	if (!t->is_made)
		return;
	check_text(s.call.url, "https://s.invalid/v1/refunds");
	check_text(arena_dup(&mem, s.call.body), "payment_intent=pi_7");
	/* The same as admit refund has: whoever asks first, it goes once. */
	check_text(
	    key_of(&s.call), "Idempotency-Key: admit-refund-7-pi_7-rest");
}

static void
nobody_can(void **state)
{
	struct step s;

	(void)state;
	shop_open(HAS_COURSE BOUGHT_BY("coupon", "", ""));
	s = step_of(1);
	check_int(s.has_call, 0);
	check_has(s.cannot, "\"coupon\"");
}

#define WENT(status) \
	"{\"id\":\"re_7\",\"object\":\"refund\",\"amount\":999," \
	"\"currency\":\"eur\",\"payment_intent\":\"pi_7\"," \
	"\"status\":\"" status "\"}"
#define REFUSED(code) \
	"{\"error\":{\"type\":\"invalid_request_error\",\"code\":\"" code "\"}}"

static const struct answered {
	const char *why, *before;
	int status, attempts;
	const char *body;
	enum after after;
	const char *ends; /* as access has it */
	int n_cancels;    /* promised */
} answereds[] = {
	{ "it goes", ONCE, 200, 1, WENT("succeeded"), AFTER_DONE, "refunded",
	    0 },
	{ "it is on its way", ONCE, 200, 1, WENT("pending"), AFTER_DONE,
	    "refunded", 0 },
	{ "it waits", ONCE, 200, 1, WENT("requires_action"), AFTER_DONE, "paid",
	    0 },
	{ "it fails", ONCE, 200, 1, WENT("failed"), AFTER_RETRY, "paid", 0 },
	{ "it had gone before", ONCE, 400, 1,
	    REFUSED("charge_already_refunded"), AFTER_DONE, "refunded", 0 },
	{ "of a plan, an earlier payment", PLAN, 200, 1, WENT("succeeded"),
	    AFTER_DONE, "paid", 1 },
	{ "of a plan it had gone before", PLAN ALL_BACK, 400, 1,
	    REFUSED("charge_already_refunded"), AFTER_DONE, "paid", 1 },
	{ "too many", ONCE, 429, 50, REFUSED("rate_limit"), AFTER_WAIT, "paid",
	    0 },
	{ "in trouble", ONCE, 500, 50, REFUSED("x"), AFTER_RETRY, "paid", 0 },
	{ "disputed, for the first time", ONCE, 400, 1,
	    REFUSED("charge_disputed"), AFTER_RETRY, "paid", 0 },
	{ "refused again and again", ONCE, 400, 8, REFUSED("charge_disputed"),
	    AFTER_PARK, "paid", 0 },
	{ "no right, again and again", ONCE, 403, 8, REFUSED("x"), AFTER_PARK,
	    "paid", 0 },
};

static void
is_judged(void **state)
{
	const struct answered *t = *state;
	const struct http_response res = { .status = t->status,
		.retry_after_s = -1,
		.body = str_from(t->body) };
	struct settling s = { .res = &res };

	shop_open(t->before);
	s.step = step_of(t->attempts);
	shop_does(settle, &s);
	check_int(s.o.after, t->after);
	check_text(look_text("SELECT why FROM access"), t->ends);
	check_int(n_promised(JOB_CANCEL, BUYER), t->n_cancels);
	if (t->after == AFTER_PARK)
		check_has(s.o.error, "admit refund 7");
}

static const struct tried {
	const char *why;
	int status;
	const char *body;
	const char *key_ends; /* of the next try */
} trieds[] = {
	{ "refused for good", 400, REFUSED("balance_insufficient"), "-1" },
	{ "it failed", 200, WENT("failed"), "-1" },
	{ "in trouble", 500, REFUSED("x"), "" },
	{ "no right", 403, REFUSED("x"), "" },
	{ "too many", 429, REFUSED("rate_limit"), "" },
};

/* The same key is answered the same: what came to nothing is asked for by
 * another, by whoever asks next, and what nobody knows the end of is not. */
static void
is_asked_anew(void **state)
{
	const struct tried *t = *state;
	const struct http_response res = { .status = t->status,
		.retry_after_s = -1,
		.body = str_from(t->body) };
	struct settling s = { .res = &res };

	shop_open(ONCE);
	s.step = step_of(1);
	shop_does(settle, &s);
	s.step = step_of(2);
	check_text(key_of(&s.step.call),
	    arena_printf(&mem, "Idempotency-Key: admit-refund-7-pi_7-rest%s",
		t->key_ends));
}

/* Whose access goes on hears of the money by itself, once. */
static void
is_told(void **state)
{
	const struct http_response res = { .status = 200,
		.retry_after_s = -1,
		.body = str_from(WENT("succeeded")) };
	struct settling s = { .res = &res };

	(void)state;
	shop_open(PLAN);
	s.step = step_of(1);
	shop_does(settle, &s);
	shop_does(settle, &s);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE kind = 2"
			   " AND tg_id = 5 AND detail = 'sent_back'"),
	    1);
}

int
main(void)
{
	app.conf.stripe_api_base = "https://s.invalid";
	app.conf.stripe_secret_key = "sk_test_1";
	ROWS("asked", is_asked, calls);
	ONE("asked", "of nobody who can", nobody_can);
	ROWS("the answer", is_judged, answereds);
	ROWS("asked anew", is_asked_anew, trieds);
	ONE("the buyer", "who stays in is told", is_told);
	return testing_run("refund", ledger_make, ledger_remove);
}
