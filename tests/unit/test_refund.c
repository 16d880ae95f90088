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

static const char *
key_of_part(const char *promise)
{
	struct step s = { .job = { .id = 1,
			      .kind = JOB_REFUND,
			      .tg_id = BUYER,
			      .order_id = 7,
			      .attempts = 1,
			      .promise = promise,
			      .detail = "pi_7 400" } };

	check_err(work_prepare(&app, &mem, &s), ERR_OK);
	assert_true(s.has_call);
	return key_of(&s.call);
}

/* Each confirmation sends its part, however often it is tried; the shop's own
 * rules have one wish of a kind. */
static void
is_wished_for(void **state)
{
	(void)state;
	shop_open(ONCE);
	check_text(key_of_part("byhand/1"), key_of_part("byhand/1"));
	assert_string_not_equal(
	    key_of_part("byhand/1"), key_of_part("byhand/2"));
	check_text(key_of_part("fraud/pi_7"),
	    "Idempotency-Key: admit-refund-7-pi_7-400");
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

#define BYHAND \
	"INSERT INTO audit (id, actor, act, tg_id, number, amount, asked_ms," \
	" done_ms, result) VALUES (3, 9, 'refund', 5, 7, 0, 1, 1," \
	" 'on its way');"

static struct step
step_by_hand(int attempts, const char *detail)
{
	struct step s = { .job = { .id = 1,
			      .kind = JOB_REFUND,
			      .promise = "byhand/3",
			      .tg_id = BUYER,
			      .order_id = 7,
			      .attempts = attempts,
			      .detail = detail } };

	check_err(work_prepare(&app, &mem, &s), ERR_OK);
	return s;
}

static const struct by_hand {
	const char *why, *before, *detail;
	int status, attempts;
	const char *body, *result, *key_ends;
	int n_told, n_cancels;
} by_hands[] = {
	{ "all of it", ONCE BYHAND, "pi_7", 200, 1, WENT("succeeded"),
	    "sent back", "-rest", 1, 0 },
	{ "a part", ONCE BYHAND, "pi_7 400", 200, 1, WENT("succeeded"),
	    "sent back", "-400-byhand/3", 1, 0 },
	{ "a part of a plan, which goes on", PLAN BYHAND, "pi_8 400", 200, 1,
	    WENT("succeeded"), "sent back", "-400-byhand/3", 1, 0 },
	{ "it waits", ONCE BYHAND, "pi_7", 200, 1, WENT("requires_action"),
	    "asked for, not gone", "-rest", 1, 0 },
	{ "refused, and tried again", ONCE BYHAND, "pi_7", 400, 1, REFUSED("x"),
	    "on its way", "-rest", 0, 0 },
	{ "refused for good", ONCE BYHAND, "pi_7", 400, 8, REFUSED("x"),
	    "refused", "-rest", 1, 0 },
};

/* An operator hears what came of it, once, and it stands in the trail. */
static void
is_by_hand(void **state)
{
	const struct by_hand *t = *state;
	const struct http_response res = { .status = t->status,
		.retry_after_s = -1,
		.body = str_from(t->body) };
	struct settling s = { .res = &res };

	shop_open(t->before);
	s.step = step_by_hand(t->attempts, t->detail);
	assert_true(str_ends(str_from(key_of(&s.step.call)), t->key_ends));
	shop_does(settle, &s);
	check_text(look_text("SELECT result FROM audit"), t->result);
	check_int(n_promised(JOB_ALERT, 9), t->n_told);
	check_int(n_promised(JOB_CANCEL, BUYER), t->n_cancels);
}

/* What came between the press and the call is not passed over in silence. */
static void
disputed_meanwhile(void **state)
{
	(void)state;
	shop_open(ONCE BYHAND REVERSAL("dispute", "1"));
	check_has(step_by_hand(1, "pi_7").cannot, "disputed");
	shop_open(ONCE BYHAND ALL_BACK);
	check_text(step_by_hand(1, "pi_7").cannot, NULL);
}

/* Two operators at once: the second one hears that nothing was left. */
static void
twice_at_once(void **state)
{
	struct settling s = { .res = NULL };

	(void)state;
	shop_open(ONCE BYHAND ALL_BACK);
	s.step = step_by_hand(1, "pi_7");
	check_int(s.step.has_call, false);
	shop_does(settle, &s);
	check_text(look_text("SELECT result FROM audit"), "nothing to do");
	check_int(n_promised(JOB_ALERT, 9), 1);
}

static const struct choice {
	const char *why, *before;
	int64_t part_minor;
	enum refund_fault want;
	int64_t part; /* that was chosen */
	enum refund_stop stop;
} choices[] = {
	{ "all", ONCE, 0, REFUND_POSSIBLE, 0, REFUND_STOPS_NOTHING },
	{ "a part", ONCE, 998, REFUND_POSSIBLE, 998, REFUND_STOPS_NOTHING },
	{ "a part that is all", ONCE, 999, REFUND_POSSIBLE, 0,
	    REFUND_STOPS_NOTHING },
	{ "more than there is", ONCE, 1000, REFUND_TOO_MUCH, 0,
	    REFUND_STOPS_NOTHING },
	{ "what is gone", ONCE ALL_BACK, 0, REFUND_NOTHING_LEFT, 0,
	    REFUND_STOPS_NOTHING },
	{ "of who is not known", HAS_COURSE BOUGHT_BY("coupon", "", ""), 0,
	    REFUND_NO_PROVIDER, 0, REFUND_STOPS_NOTHING },
	{ "a part in Stars", HAS_COURSE BOUGHT_BY("stars", "", ""), 5,
	    REFUND_WHOLE_ALONE, 5, REFUND_STOPS_NOTHING },
	{ "of a plan all, which ends it", PLAN, 0, REFUND_POSSIBLE, 0,
	    REFUND_STOPS_LATER },
	{ "of a plan a part, which does not", PLAN, 5, REFUND_POSSIBLE, 5,
	    REFUND_STOPS_NOTHING },
};

/* One choice for the command line and the chat. */
static void
is_chosen(void **state)
{
	const struct choice *c = *state;
	struct order o = { 0 };
	struct refundable r;

	shop_open(c->before);
	check_err(ledger_order_by_id(ledger.db, &mem, 7, &o), ERR_OK);
	check_err(refund_read(ledger.db, &mem, &o, NULL, &r), ERR_OK);
	check_int(refund_choose(&r, c->part_minor), c->want);
	check_int(r.refund.part_minor, c->part);
	check_int(refund_stops(&r, false), c->stop);
	if (c->stop != REFUND_STOPS_NOTHING || r.charges_again)
		check_int(refund_stops(&r, true), REFUND_STOPS_NOW);
}

int
main(void)
{
	ROWS("by hand", is_by_hand, by_hands);
	ONE("by hand", "disputed meanwhile", disputed_meanwhile);
	ONE("by hand", "what another has sent back", twice_at_once);
	ROWS("chosen", is_chosen, choices);
	app.conf.stripe_api_base = "https://s.invalid";
	app.conf.stripe_secret_key = "sk_test_1";
	ROWS("asked", is_asked, calls);
	ONE("asked", "for a part, by each who confirmed one", is_wished_for);
	ONE("asked", "of nobody who can", nobody_can);
	ROWS("the answer", is_judged, answereds);
	ROWS("asked anew", is_asked_anew, trieds);
	ONE("the buyer", "who stays in is told", is_told);
	return testing_run("refund", ledger_make, ledger_remove);
}
