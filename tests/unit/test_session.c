/* What is read from Stripe's Checkout Sessions and charges. */
#include "testing.h"

#include "stripe/session.h"

#define ID "\"id\":\"cs_test_a1\""
#define PAID "\"payment_status\":\"paid\""

static struct json *
object(const char *text)
{
	struct json *doc = NULL;

	check_err(json_parse(&mem, str_from(text), &doc), ERR_OK);
	return doc;
}

static void
session_whole(void **state)
{
	struct stripe_session s;

	(void)state;
	check_err(stripe_session_read(&mem,
		      object("{" ID "," PAID ",\"status\":\"complete\","
			     "\"metadata\":{\"tg_id\":\"5\","
			     "\"product\":\"course\",\"shop\":\"77\"},"
			     "\"amount_subtotal\":1999,\"created\":1600000000,"
			     "\"payment_intent\":\"pi_1\","
			     "\"url\":\"https://checkout.stripe.com/c/1\","
			     "\"expires_at\":1700000000,\"amount_total\":999,"
			     "\"currency\":\"eur\",\"livemode\":true}"),
		      &s),
	    ERR_OK);
	check_text(s.id, "cs_test_a1");
	check_int(s.status, STRIPE_COMPLETE);
	check_int(s.paid, STRIPE_PAID);
	check_int(s.tg_id, 5);
	check_text(s.payment_intent, "pi_1");
	check_text(s.url, "https://checkout.stripe.com/c/1");
	check_int(s.expires_s, 1700000000);
	check_text(s.product, "course");
	check_text(s.shop, "77");
	check_int(s.created_s, 1600000000);
	check_int(s.amount_minor, 999);
	check_int(s.subtotal_minor, 1999);
	check_text(s.currency, "eur");
	assert_true(s.livemode);
}

static void
session_bare(void **state)
{
	struct stripe_session s;

	(void)state;
	check_err(stripe_session_read(&mem,
		      object("{" ID "," PAID ",\"metadata\":null,"
			     "\"payment_intent\":null,\"url\":null}"),
		      &s),
	    ERR_OK);
	check_int(s.status, STRIPE_OPEN);
	check_int(s.tg_id, 0);
	check_text(s.payment_intent, NULL);
	check_text(s.url, NULL);
	check_int(s.expires_s, 0);
	check_int(s.amount_minor, 0);
	check_text(s.currency, NULL);
	assert_false(s.livemode);
}

static const struct readable {
	const char *why, *text;
	enum err want;
	bool is_unsure;
} readables[] = {
	{ "all that money hangs on",
	    "{" ID "," PAID ",\"mode\":\"payment\",\"amount_total\":999}",
	    ERR_OK, false },
	{ "nothing was paid: no amount is missed",
	    "{" ID ",\"payment_status\":\"unpaid\"}", ERR_OK, false },
	{ "paid, but how much?", "{" ID "," PAID "}", ERR_OK, true },
	{ "paid, a text of it", "{" ID "," PAID ",\"amount_total\":\"999\"}",
	    ERR_OK, true },
	{ "paid, less than nothing", "{" ID "," PAID ",\"amount_total\":-1}",
	    ERR_OK, true },
	{ "a mode of the future",
	    "{" ID "," PAID ",\"mode\":\"gift\",\"amount_total\":999}", ERR_OK,
	    true },
	{ "a status of the future",
	    "{" ID "," PAID ",\"status\":\"held\",\"amount_total\":999}",
	    ERR_OK, true },
	{ "no id", "{" PAID "}", ERR_INPUT, false },
	{ "a number for an id", "{\"id\":1," PAID "}", ERR_INPUT, false },
	{ "an empty id", "{\"id\":\"\"," PAID "}", ERR_INPUT, false },
	{ "another object's id", "{\"id\":\"pi_1\"," PAID "}", ERR_INPUT,
	    false },
	{ "an id with a blank", "{\"id\":\"cs_a b\"," PAID "}", ERR_INPUT,
	    false },
	{ "an id with a line end", "{\"id\":\"cs_a\\n\"," PAID "}", ERR_INPUT,
	    false },
	{ "an id with a NUL", "{\"id\":\"cs_a\\u0000b\"," PAID "}", ERR_INPUT,
	    false },
	{ "an id that would leave its path",
	    "{\"id\":\"cs_../events\"," PAID "}", ERR_INPUT, false },
	{ "no payment_status", "{" ID "}", ERR_OK, true },
	{ "an empty payment_status", "{" ID ",\"payment_status\":\"\"}", ERR_OK,
	    true },
	{ "payment_status of another type", "{" ID ",\"payment_status\":true}",
	    ERR_OK, true },
	{ "an empty object", "{}", ERR_INPUT, false },
};

static void
readable(void **state)
{
	const struct readable *r = *state;
	struct stripe_session s;

	check_err(stripe_session_read(&mem, object(r->text), &s), r->want);
	check_int(s.is_unsure, r->is_unsure);
	assert_true(s.amount_minor >= 0);
}

static void
no_object(void **state)
{
	struct stripe_session s;
	struct stripe_charge c;

	(void)state;
	check_err(stripe_session_read(&mem, NULL, &s), ERR_INPUT);
	check_err(stripe_charge_read(&mem, NULL, &c), ERR_INPUT);
}

static const struct status {
	const char *why, *text;
	enum stripe_status status;
	enum stripe_paid paid;
} statuses[] = {
	{ "open", "\"status\":\"open\",\"payment_status\":\"unpaid\"",
	    STRIPE_OPEN, STRIPE_UNPAID },
	{ "expired", "\"status\":\"expired\",\"payment_status\":\"unpaid\"",
	    STRIPE_EXPIRED, STRIPE_UNPAID },
	{ "the bank is at work",
	    "\"status\":\"complete\",\"payment_status\":\"unpaid\"",
	    STRIPE_COMPLETE, STRIPE_UNPAID },
	{ "nothing to pay",
	    "\"status\":\"complete\","
	    "\"payment_status\":\"no_payment_required\"",
	    STRIPE_COMPLETE, STRIPE_NOTHING_TO_PAY },
	{ "a word of the future is no payment",
	    "\"status\":\"complete\",\"payment_status\":\"paid_maybe\"",
	    STRIPE_COMPLETE, STRIPE_UNPAID },
	{ "capitals are another word",
	    "\"status\":\"COMPLETE\",\"payment_status\":\"PAID\"", STRIPE_OPEN,
	    STRIPE_UNPAID },
	{ "a status of another type", "\"status\":1," PAID, STRIPE_OPEN,
	    STRIPE_PAID },
};

static void
status(void **state)
{
	const struct status *t = *state;
	struct stripe_session s;

	check_err(stripe_session_read(&mem,
		      object(arena_printf(&mem, "{" ID ",%s}", t->text)), &s),
	    ERR_OK);
	check_int(s.status, t->status);
	check_int(s.paid, t->paid);
}

static const struct mode {
	const char *why, *text;
	bool is_sale;
} modes[] = {
	{ "paid once", ",\"mode\":\"payment\"", true },
	{ "paid anew", ",\"mode\":\"subscription\"", true },
	{ "a card is kept", ",\"mode\":\"setup\"", false },
	{ "a mode of the future", ",\"mode\":\"gift\"", false },
	{ "no mode", "", false },
};

static void
mode(void **state)
{
	const struct mode *t = *state;
	struct stripe_session s;

	check_err(
	    stripe_session_read(&mem,
		object(arena_printf(&mem, "{" ID "," PAID "%s}", t->text)), &s),
	    ERR_OK);
	check_int(s.is_sale, t->is_sale);
}

static const struct tg_id {
	const char *why, *metadata;
	int64_t want;
} tg_ids[] = {
	{ "an id", "{\"tg_id\":\"123456789\"}", 123456789 },
	{ "the largest of 52 bits", "{\"tg_id\":\"4503599627370495\"}",
	    4503599627370495 },
	{ "2^52, one past it, is let through",
	    "{\"tg_id\":\"4503599627370496\"}", 4503599627370496 },
	{ "2^52 and one", "{\"tg_id\":\"4503599627370497\"}", 0 },
	{ "10^40", "{\"tg_id\":\"10000000000000000000000000000000000000000\"}",
	    0 },
	{ "a JSON number: metadata are texts", "{\"tg_id\":5}", 0 },
	{ "zero", "{\"tg_id\":\"0\"}", 0 },
	{ "negative, as groups are", "{\"tg_id\":\"-100123\"}", 0 },
	{ "a blank before", "{\"tg_id\":\" 5\"}", 0 },
	{ "a line end after", "{\"tg_id\":\"5\\n\"}", 0 },
	{ "a leading zero", "{\"tg_id\":\"05\"}", 0 },
	{ "plus", "{\"tg_id\":\"+5\"}", 0 },
	{ "a NUL after", "{\"tg_id\":\"5\\u0000\"}", 0 },
	{ "an exponent", "{\"tg_id\":\"1e3\"}", 0 },
	{ "a word", "{\"tg_id\":\"me\"}", 0 },
	{ "empty", "{\"tg_id\":\"\"}", 0 },
	{ "an object", "{\"tg_id\":{}}", 0 },
	{ "another application's metadata", "{\"order_id\":\"5\"}", 0 },
	{ "no metadata", "{}", 0 },
	{ "metadata of another type", "[]", 0 },
	{ "null", "null", 0 },
};

static void
tg_id(void **state)
{
	const struct tg_id *t = *state;
	struct stripe_session s;

	check_err(stripe_session_read(&mem,
		      object(arena_printf(&mem,
			  "{" ID "," PAID ",\"client_reference_id\":\"7\","
			  "\"metadata\":%s}",
			  t->metadata)),
		      &s),
	    ERR_OK);
	check_int(s.tg_id, t->want);
}

static const struct intent {
	const char *why, *json, *want;
} intents[] = {
	{ "an id", "\"pi_1\"", "pi_1" },
	{ "expanded to the object",
	    "{\"id\":\"pi_2\",\"object\":\"payment_intent\"}", "pi_2" },
	{ "null, as with 100 % off", "null", NULL },
	{ "a number", "5", NULL },
	{ "an object without id", "{}", NULL },
	{ "an object whose id is a number", "{\"id\":5}", NULL },
	{ "a list", "[\"pi_1\"]", NULL },
	{ "a blank inside", "\"pi 1\"", NULL },
	{ "a NUL inside", "\"pi\\u00001\"", NULL },
};

static void
intent(void **state)
{
	const struct intent *i = *state;
	struct stripe_session s;
	struct stripe_charge c;

	check_err(stripe_session_read(&mem,
		      object(arena_printf(&mem,
			  "{" ID "," PAID ",\"payment_intent\":%s}", i->json)),
		      &s),
	    ERR_OK);
	check_text(s.payment_intent, i->want);
	check_err(stripe_charge_read(&mem,
		      object(arena_printf(&mem,
			  "{\"amount\":1,\"amount_refunded\":1,"
			  "\"payment_intent\":%s}",
			  i->json)),
		      &c),
	    ERR_OK);
	check_text(c.payment_intent, i->want);
}

static void
intent_too_long(void **state)
{
	struct stripe_session s;

	(void)state;
	for (int n = 255; n <= 256; n++) {
		char *id = memset(arena_alloc(&mem, 300), 'p', (size_t)n);

		check_err(
		    stripe_session_read(&mem,
			object(arena_printf(&mem,
			    "{" ID "," PAID ",\"payment_intent\":\"%s\"}", id)),
			&s),
		    ERR_OK);
		check_text(s.payment_intent, n == 255 ? id : NULL);
	}
}

static const struct charge {
	const char *why, *text;
	enum err want;
} charges[] = {
	{ "a refund of part of it",
	    "{\"amount\":999,\"amount_refunded\":400,"
	    "\"payment_intent\":\"pi_1\",\"livemode\":true}",
	    ERR_OK },
	{ "no amount", "{\"amount_refunded\":400}", ERR_INPUT },
	{ "no amount_refunded", "{\"amount\":999}", ERR_INPUT },
	{ "an amount in a text", "{\"amount\":\"999\",\"amount_refunded\":400}",
	    ERR_INPUT },
	{ "a fraction", "{\"amount\":9.99,\"amount_refunded\":4}", ERR_INPUT },
	{ "a negative refund", "{\"amount\":999,\"amount_refunded\":-1}",
	    ERR_INPUT },
	{ "a negative amount", "{\"amount\":-999,\"amount_refunded\":0}",
	    ERR_INPUT },
	{ "an amount past all bounds",
	    "{\"amount\":99999999999999999999,\"amount_refunded\":0}",
	    ERR_INPUT },
};

static void
charge(void **state)
{
	const struct charge *t = *state;
	struct stripe_charge c;

	check_err(stripe_charge_read(&mem, object(t->text), &c), t->want);
	if (t->want != ERR_OK)
		return;
	check_int(c.amount_minor, 999);
	check_int(c.refunded_minor, 400);
	check_text(c.payment_intent, "pi_1");
	assert_true(c.livemode);
}

#define X10(s) s s s s s s s s s s
#define ID_253 "cs_" X10(X10("aa")) X10("aaaaa")

static const struct id {
	const char *why, *id;
	bool want;
} ids[] = {
	{ "of a test", "cs_test_a1B2", true },
	{ "of the real thing", "cs_live_a1B2", true },
	{ "253 characters", ID_253, true },
	{ "254 characters", ID_253 "a", true },
	{ "255 characters", ID_253 "aa", false },
	{ "the prefix alone", "cs_", false },
	{ "another object", "pi_1", false },
	{ "empty", "", false },
	{ "null", NULL, false },
	{ "a path", "cs_a/b", false },
	{ "a query", "cs_a?b", false },
	{ "a percent sign", "cs_a%2f", false },
	{ "a dash", "cs_a-b", false },
	{ "a blank", "cs_a b", false },
	{ "beyond ASCII", "cs_к", false },
	{ "the placeholder left in", "{CHECKOUT_SESSION_ID}", false },
};

static void
id_ok(void **state)
{
	const struct id *i = *state;

	check_int(stripe_session_id_ok(str_from(i->id)), i->want);
}

int
main(void)
{
	ONE("session", "all that is read", session_whole);
	ONE("session", "all that may be absent", session_bare);
	ONE("session", "no object at all", no_object);
	ROWS("readable", readable, readables);
	ROWS("status", status, statuses);
	ROWS("mode", mode, modes);
	ROWS("tg_id", tg_id, tg_ids);
	ROWS("payment_intent", intent, intents);
	ONE("payment_intent", "255 characters are the most", intent_too_long);
	ROWS("charge", charge, charges);
	ROWS("id", id_ok, ids);
	return testing_run("session", NULL, NULL);
}
