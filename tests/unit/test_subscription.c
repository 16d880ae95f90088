/* Subscriptions: what is read of them in the shape of any version, and what
 * the ledger makes of what it has. */
#include "shop.h"

#include "ledger/subscription.h"
#include "stripe/event.h"

/* ---- the shapes ---- */

#define ITEM(start, end) \
	"\"items\":{\"object\":\"list\",\"data\":[{\"id\":\"si_1\"," \
	"\"current_period_start\":" start ",\"current_period_end\":" end "}]}"
#define OLD(start, end) \
	"\"items\":{\"object\":\"list\",\"data\":[{\"id\":\"si_1\"}]}," \
	"\"current_period_start\":" start ",\"current_period_end\":" end
#define SUB(status, rest) \
	"{\"id\":\"sub_1\",\"object\":\"subscription\",\"customer\":\"cus_1\"," \
	"\"livemode\":true,\"status\":\"" status "\"," rest "}"
#define KEEPS "\"cancel_at\":null,\"cancel_at_period_end\":false,"
#define INVOICE(status, rest) \
	"\"latest_invoice\":{\"id\":\"in_1\",\"status\":\"" status "\"," \
	"\"hosted_invoice_url\":\"https://i/1\",\"attempt_count\":2," \
	"\"amount_paid\":999," rest "}"
#define PAYMENTS \
	"\"payments\":{\"object\":\"list\",\"data\":[{\"id\":\"inpay_1\"," \
	"\"payment\":{\"type\":\"payment_intent\"," \
	"\"payment_intent\":\"pi_1\"}}]}"

static const struct shape {
	const char *why, *body;
	enum err want;
	struct stripe_subscription s;
} shapes[] = {
	{ "the period on the item", SUB("active", KEEPS ITEM("100", "200")),
	    ERR_OK,
	    { .status = STRIPE_SUB_ACTIVE,
		.period_start_s = 100,
		.period_end_s = 200 } },
	{ "the period on the subscription",
	    SUB("active", KEEPS OLD("100", "200")), ERR_OK,
	    { .status = STRIPE_SUB_ACTIVE,
		.period_start_s = 100,
		.period_end_s = 200 } },
	{ "canceled for the period's end",
	    SUB("active",
		"\"cancel_at\":null,\"cancel_at_period_end\":true," ITEM(
		    "100", "200")),
	    ERR_OK,
	    { .status = STRIPE_SUB_ACTIVE,
		.period_start_s = 100,
		.period_end_s = 200,
		.ends_s = 200 } },
	{ "canceled for a day of its own",
	    SUB("trialing",
		"\"cancel_at\":150,\"cancel_at_period_end\":false," ITEM(
		    "100", "200")),
	    ERR_OK,
	    { .status = STRIPE_SUB_TRIALING,
		.period_start_s = 100,
		.period_end_s = 200,
		.ends_s = 150 } },
	{ "canceled",
	    SUB("canceled", KEEPS "\"ended_at\":160," ITEM("100", "200")),
	    ERR_OK,
	    { .status = STRIPE_SUB_CANCELED,
		.period_start_s = 100,
		.period_end_s = 200,
		.ended_s = 160 } },
	{ "its invoice paid",
	    SUB("active",
		KEEPS ITEM("100", "200") "," INVOICE("paid", PAYMENTS)),
	    ERR_OK,
	    { .status = STRIPE_SUB_ACTIVE,
		.period_start_s = 100,
		.period_end_s = 200,
		.payment_intent = "pi_1",
		.invoice = "in_1" } },
	{ "its invoice paid, in the older shape",
	    SUB("active",
		KEEPS OLD("100", "200") "," INVOICE(
		    "paid", "\"payment_intent\":\"pi_1\"")),
	    ERR_OK,
	    { .status = STRIPE_SUB_ACTIVE,
		.period_start_s = 100,
		.period_end_s = 200,
		.payment_intent = "pi_1",
		.invoice = "in_1" } },
	{ "its invoice open",
	    SUB("past_due",
		KEEPS ITEM("100", "200") "," INVOICE("open", PAYMENTS)),
	    ERR_OK,
	    { .status = STRIPE_SUB_PAST_DUE,
		.period_start_s = 100,
		.period_end_s = 200,
		.payment_intent = "pi_1",
		.invoice = "in_1",
		.is_owed = true } },
	{ "its invoice given up",
	    SUB("unpaid",
		KEEPS ITEM("100", "200") "," INVOICE(
		    "uncollectible", "\"x\":1")),
	    ERR_OK,
	    { .status = STRIPE_SUB_UNPAID,
		.period_start_s = 100,
		.period_end_s = 200,
		.invoice = "in_1",
		.is_owed = true } },
	{ "its invoice a draft: nobody owes it yet",
	    SUB("active",
		KEEPS ITEM("100", "200") "," INVOICE("draft", "\"x\":1")),
	    ERR_OK,
	    { .status = STRIPE_SUB_ACTIVE,
		.period_start_s = 100,
		.period_end_s = 200,
		.invoice = "in_1" } },
	{ "its invoice by name alone",
	    SUB("active",
		KEEPS ITEM("100", "200") ",\"latest_invoice\":\"in_1\""),
	    ERR_OK,
	    { .status = STRIPE_SUB_ACTIVE,
		.period_start_s = 100,
		.period_end_s = 200 } },
	{ "a status of the future is taken for what it looks like",
	    SUB("hibernating", ITEM("100", "200")), ERR_OK,
	    { .status = STRIPE_SUB_ACTIVE,
		.doubt = "status hibernating",
		.word = "active",
		.period_start_s = 100,
		.period_end_s = 200 } },
	{ "of one that is over",
	    SUB("archived", "\"ended_at\":160," ITEM("100", "200")), ERR_OK,
	    { .status = STRIPE_SUB_CANCELED,
		.doubt = "status archived",
		.word = "canceled",
		.ended_s = 160,
		.period_start_s = 100,
		.period_end_s = 200 } },
	{ "of one that is not paid",
	    SUB("in arrears",
		ITEM("100", "200") "," INVOICE("open", "\"x\":1")),
	    ERR_OK,
	    { .status = STRIPE_SUB_PAST_DUE,
		.doubt = "status ?",
		.word = "past_due",
		.invoice = "in_1",
		.is_owed = true,
		.period_start_s = 100,
		.period_end_s = 200 } },
	{ "paused, its invoice may still be paid",
	    SUB("paused",
		"\"pause_collection\":null," ITEM("100", "200") "," INVOICE(
		    "open", PAYMENTS)),
	    ERR_OK,
	    { .status = STRIPE_SUB_PAUSED,
		.payment_intent = "pi_1",
		.invoice = "in_1",
		.is_owed = true,
		.period_start_s = 100,
		.period_end_s = 200 } },
	{ "goes on, but is not collected",
	    SUB("active",
		"\"pause_collection\":{\"behavior\":\"of_the_future\"}," ITEM(
		    "100", "200")),
	    ERR_OK,
	    { .status = STRIPE_SUB_ACTIVE,
		.collects_not = true,
		.period_start_s = 100,
		.period_end_s = 200 } },
	{ "the period where it is billed alone",
	    SUB("active",
		"\"items\":{\"data\":[]}," INVOICE("open",
		    "\"lines\":{\"data\":[{\"period\":{\"start\":100,"
		    "\"end\":200}}]}")),
	    ERR_OK,
	    { .status = STRIPE_SUB_ACTIVE,
		.invoice = "in_1",
		.is_owed = true,
		.period_start_s = 100,
		.period_end_s = 200 } },
	{ "no period", SUB("active", KEEPS "\"items\":{\"data\":[]}"),
	    ERR_INPUT, { 0 } },
	{ "a period that is no number",
	    SUB("active", KEEPS ITEM("\"100\"", "\"200\"")), ERR_INPUT, { 0 } },
	{ "a period since nothing", SUB("active", KEEPS ITEM("0", "200")),
	    ERR_INPUT, { 0 } },
	{ "a period beyond all time",
	    SUB("active", KEEPS ITEM("100", "9223372036854775807")), ERR_INPUT,
	    { 0 } },
	{ "an end before all time",
	    SUB("active", "\"cancel_at\":-5," ITEM("100", "200")), ERR_INPUT,
	    { 0 } },
	{ "an id that goes elsewhere",
	    "{\"id\":\"../x\",\"status\":\"active\"," ITEM("1", "2") "}",
	    ERR_INPUT, { 0 } },
	{ "nothing", "{}", ERR_INPUT, { 0 } },
};

static void
shape(void **state)
{
	const struct shape *row = *state;
	const struct stripe_subscription *want = &row->s;
	struct stripe_subscription s;
	struct json *doc;

	check_err(json_parse(&mem, str_from(row->body), &doc), ERR_OK);
	check_err(stripe_subscription_read(&mem, doc, &s), row->want);
	if (row->want != ERR_OK)
		return;
	check_text(s.id, "sub_1");
	check_text(s.customer, "cus_1");
	assert_true(s.livemode);
	check_int(s.status, want->status);
	check_int(s.period_start_s, want->period_start_s);
	check_int(s.period_end_s, want->period_end_s);
	check_int(s.ends_s, want->ends_s);
	check_int(s.ended_s, want->ended_s);
	check_int(s.is_owed, want->is_owed);
	check_text(s.doubt, want->doubt);
	check_int(s.collects_not, want->collects_not);
	if (want->doubt != NULL)
		check_text(s.word, want->word);
	check_int(s.is_paid, strstr(row->body, "\"paid\"") != NULL);
	check_text(s.payment_intent, want->payment_intent);
	check_text(s.invoice, want->invoice);
	check_text(s.invoice_url, want->invoice == NULL ? NULL : "https://i/1");
	check_int(s.n_attempts, want->invoice == NULL ? 0 : 2);
}

static const struct word {
	const char *word;
	enum stripe_subscription_status want;
	enum subscription_status stored;
} statuses[] = {
	{ "incomplete", STRIPE_SUB_INCOMPLETE, SUBSCRIPTION_INCOMPLETE },
	{ "incomplete_expired", STRIPE_SUB_INCOMPLETE,
	    SUBSCRIPTION_INCOMPLETE },
	{ "trialing", STRIPE_SUB_TRIALING, SUBSCRIPTION_TRIALING },
	{ "active", STRIPE_SUB_ACTIVE, SUBSCRIPTION_ACTIVE },
	{ "past_due", STRIPE_SUB_PAST_DUE, SUBSCRIPTION_PAST_DUE },
	{ "unpaid", STRIPE_SUB_UNPAID, SUBSCRIPTION_UNPAID },
	{ "paused", STRIPE_SUB_PAUSED, SUBSCRIPTION_PAUSED },
	{ "canceled", STRIPE_SUB_CANCELED, SUBSCRIPTION_CANCELED },
	{ "Active", STRIPE_SUB_UNKNOWN, SUBSCRIPTION_UNKNOWN },
	{ "", STRIPE_SUB_UNKNOWN, SUBSCRIPTION_UNKNOWN },
};

static void
status(void **state)
{
	const struct word *w = *state;

	check_int(stripe_subscription_status(w->word), w->want);
	check_int(subscription_status(w->word), w->stored);
	check_int(stripe_subscription_status(NULL), STRIPE_SUB_UNKNOWN);
	check_int(subscription_status(NULL), SUBSCRIPTION_UNKNOWN);
}

/* ---- which one an event is about ---- */

#define EVENT(type, object) \
	"{\"id\":\"evt_1\",\"type\":\"" type "\",\"data\":{\"object\":" object \
	"}}"

static const struct about {
	const char *why, *body;
	enum stripe_event_kind kind;
	const char *want;
} abouts[] = {
	{ "a subscription that changed",
	    EVENT("customer.subscription.updated", "{\"id\":\"sub_1\"}"),
	    STRIPE_SUBSCRIPTION, "sub_1" },
	{ "one without a name", EVENT("customer.subscription.deleted", "{}"),
	    STRIPE_OTHER, NULL },
	{ "an invoice",
	    EVENT("invoice.paid",
		"{\"id\":\"in_1\",\"parent\":{\"subscription_details\":"
		"{\"subscription\":\"sub_1\"}}}"),
	    STRIPE_INVOICE, "sub_1" },
	{ "an invoice, in the older shape",
	    EVENT("invoice.payment_failed",
		"{\"id\":\"in_1\",\"subscription\":\"sub_1\"}"),
	    STRIPE_INVOICE, "sub_1" },
	{ "an invoice that holds it whole",
	    EVENT("invoice.payment_failed",
		"{\"id\":\"in_1\",\"subscription\":{\"id\":\"sub_1\"}}"),
	    STRIPE_INVOICE, "sub_1" },
	{ "an invoice of no subscription",
	    EVENT("invoice.paid", "{\"id\":\"in_1\",\"parent\":null}"),
	    STRIPE_INVOICE, NULL },
};

static void
about(void **state)
{
	const struct about *r = *state;
	struct stripe_event ev;

	check_err(stripe_event_parse(&mem, str_from(r->body), &ev), ERR_OK);
	check_int(ev.kind, r->kind);
	check_text(ev.subscription, r->want);
}

/* ---- in the ledger ---- */

static struct app app = { SELLS({ COURSE }) };

/* ---- what a bank is at work on ---- */

#define AUTO "\"collection_method\":\"charge_automatically\","
#define BY_HAND "\"collection_method\":\"send_invoice\","
#define TRIED "\"attempted\":true"
#define NOT_TRIED "\"attempted\":false"

static const struct at_work {
	const char *why, *body;
	bool is_processing, is_owed;
} at_works[] = {
	{ "tried, and it goes on",
	    SUB("active",
		AUTO KEEPS ITEM("100", "200") "," INVOICE("open", TRIED)),
	    true, false },
	{ "the same after a trial, whoever says how it is collected",
	    SUB("trialing",
		KEEPS ITEM("100", "200") "," INVOICE("open", TRIED)),
	    true, false },
	{ "not tried yet",
	    SUB("active",
		AUTO KEEPS ITEM("100", "200") "," INVOICE("open", NOT_TRIED)),
	    false, true },
	{ "the bank said no",
	    SUB("past_due",
		AUTO KEEPS ITEM("100", "200") "," INVOICE("open", TRIED)),
	    false, true },
	{ "and yes",
	    SUB("active",
		AUTO KEEPS ITEM("100", "200") "," INVOICE("paid", TRIED)),
	    false, false },
	{ "still a draft",
	    SUB("active",
		AUTO KEEPS ITEM("100", "200") "," INVOICE("draft", NOT_TRIED)),
	    false, false },
	{ "given up",
	    SUB("active",
		AUTO KEEPS ITEM("100", "200") "," INVOICE(
		    "uncollectible", TRIED)),
	    false, true },
	{ "to be paid by hand",
	    SUB("active",
		BY_HAND KEEPS ITEM("100", "200") "," INVOICE("open", TRIED)),
	    false, true },
	{ "nobody asks for the money",
	    SUB("active",
		"\"pause_collection\":{\"behavior\":\"void\"}," AUTO KEEPS ITEM(
		    "100", "200") "," INVOICE("open", TRIED)),
	    false, true },
	{ "a word that is not known says nothing",
	    SUB("hibernating",
		AUTO KEEPS ITEM("100", "200") "," INVOICE("open", TRIED)),
	    false, true },
	{ "the first payment",
	    SUB("incomplete",
		AUTO KEEPS ITEM("100", "200") "," INVOICE("open", TRIED)),
	    false, true },
};

static void
at_work(void **state)
{
	const struct at_work *w = *state;
	struct stripe_subscription s;
	struct json *doc;

	check_err(json_parse(&mem, str_from(w->body), &doc), ERR_OK);
	check_err(stripe_subscription_read(&mem, doc, &s), ERR_OK);
	check_int(s.is_processing, w->is_processing);
	check_int(s.is_owed, w->is_owed);
}

static const struct payable {
	const char *why;
	struct subscription s;
	bool want;
} payables[] = {
	{ "past due",
	    { .is_owed = true,
		.invoice_url = "https://i/1",
		.status = SUBSCRIPTION_PAST_DUE },
	    true },
	{ "unpaid",
	    { .is_owed = true,
		.invoice_url = "https://i/1",
		.status = SUBSCRIPTION_UNPAID },
	    true },
	{ "paid",
	    { .invoice_url = "https://i/1", .status = SUBSCRIPTION_PAST_DUE },
	    false },
	{ "canceled",
	    { .is_owed = true,
		.invoice_url = "https://i/1",
		.status = SUBSCRIPTION_CANCELED },
	    false },
	{ "without a page", { .is_owed = true, .status = SUBSCRIPTION_UNPAID },
	    false },
};

static void
payable(void **state)
{
	const struct payable *p = *state;

	check_int(subscription_can_be_paid(&p->s), p->want);
}

static enum err
known_and_heard(struct db *db, void *ctx)
{
	enum err e = subscription_known(&app, &mem, "sub_1");

	(void)db;
	(void)ctx;
	if (e == ERR_OK)
		e = subscription_heard(&app, &mem, "sub_1");
	return e == ERR_OK ? subscription_heard(&app, &mem, "sub_1") : e;
}

static void
asked_once(void **state)
{
	(void)state;
	shop_open(NOTHING);
	shop_does(known_and_heard, NULL);
	check_int(look_int("SELECT n_heard FROM subscriptions"), 3);
	check_int(look_int("SELECT COUNT(*) FROM jobs"), 1);
}

static void
id_length(void **state)
{
	char id[300];

	(void)state;
	memset(id, 'a', sizeof(id));
	id[255] = '\0';
	assert_true(stripe_subscription_id_ok(id));
	id[255] = 'a';
	id[256] = '\0';
	assert_false(stripe_subscription_id_ok(id));
	assert_false(stripe_subscription_id_ok(""));
	assert_false(stripe_subscription_id_ok(NULL));
	assert_false(stripe_subscription_id_ok("sub/1"));
}

/* ---- several items ---- */

#define PART(price, product, amount, start, end) \
	"{\"current_period_start\":" start ",\"current_period_end\":" end "," \
	"\"price\":{\"id\":\"" price "\",\"unit_amount\":" amount "," \
	"\"currency\":\"eur\",\"metadata\":{" product "}}}"
#define OURS "\"product\":\"club\""
#define PARTS(list) \
	SUB("active", \
	    "\"cancel_at\":null,\"cancel_at_period_end\":true," \
	    "\"metadata\":{\"product\":\"club\"}," \
	    "\"items\":{\"data\":[" list "]}")

static const struct parts {
	const char *why, *body, *price_id;
	int64_t amount_minor, start_s, end_s;
	size_t n;
} partss[] = {
	{ "one, of another price: it is the only one",
	    PARTS(PART("price_1", "", "5", "100", "200")), "price_9", 0, 100,
	    200, 1 },
	{ "of the price kept at Stripe",
	    PARTS(PART("price_1", "", "5", "100", "200") "," PART(
		"price_9", "", "5", "110", "310")),
	    "price_9", 0, 110, 310, 2 },
	{ "of the amount, where the price was made up",
	    PARTS(PART("price_1", "", "5", "100", "200") "," PART(
		"price_2", "", "500", "110", "310")),
	    NULL, 500, 110, 310, 2 },
	{ "of two that fit the first",
	    PARTS(PART("price_1", "", "500", "100", "200") "," PART(
		"price_2", "", "500", "110", "310")),
	    NULL, 500, 100, 200, 2 },
	{ "the name counts more than the price",
	    PARTS(PART("price_9", "", "500", "100", "200") "," PART(
		"price_2", OURS, "5", "110", "310")),
	    "price_9", 500, 110, 310, 2 },
	{ "another product's name does not",
	    PARTS(PART("price_9", "", "5", "100", "200") "," PART(
		"price_2", "\"product\":\"course\"", "5", "110", "310")),
	    "price_9", 0, 100, 200, 2 },
	{ "none fits: the first stays",
	    PARTS(PART("price_1", "", "5", "100", "200") "," PART(
		"price_2", "", "6", "110", "310")),
	    NULL, 500, 100, 200, 2 },
	{ "one that fits has no period",
	    PARTS(PART("price_1", "", "5", "100", "200") "," PART(
		"price_9", "", "5", "null", "310")),
	    "price_9", 0, 100, 200, 2 },
	{ "one that fits has a period beyond all time",
	    PARTS(PART("price_1", "", "5", "100", "200") "," PART(
		"price_9", "", "5", "110", "9223372036854775807")),
	    "price_9", 0, 100, 200, 2 },
};

static void
parts(void **state)
{
	const struct parts *p = *state;
	struct stripe_subscription s;
	struct json *doc;

	check_err(json_parse(&mem, str_from(p->body), &doc), ERR_OK);
	check_err(stripe_subscription_read(&mem, doc, &s), ERR_OK);
	check_text(s.product, "club");
	check_int(s.n_items, p->n);
	check_int(s.period_end_s, 200);
	stripe_subscription_choose(
	    &s, "club", p->price_id, p->amount_minor, "EUR");
	check_int(s.period_start_s, p->start_s);
	check_int(s.period_end_s, p->end_s);
	check_int(s.ends_s, p->end_s);
}

/* What a period costs, where that is a number that stands there. */
#define COSTS(item, rest) \
	"{\"id\":\"sub_1\",\"status\":\"active\"," rest \
	"\"items\":{\"data\":[{\"current_period_start\":100," \
	"\"current_period_end\":200," item "}]}}"
#define MONTHLY(amount) \
	"\"price\":{\"currency\":\"eur\",\"unit_amount\":" amount \
	",\"recurring\":{\"interval\":\"month\",\"interval_count\":3}}"

static const struct costs {
	const char *why, *body;
	int64_t want;
} costs[] = {
	{ "one", COSTS(MONTHLY("999") ",\"quantity\":1", ""), 999 },
	{ "two", COSTS(MONTHLY("999") ",\"quantity\":2", ""), 1998 },
	{ "by use: no quantity", COSTS(MONTHLY("999"), ""), 0 },
	{ "in steps: no amount", COSTS(MONTHLY("null") ",\"quantity\":1", ""),
	    0 },
	{ "less by a coupon",
	    COSTS(
		MONTHLY("999") ",\"quantity\":1", "\"discounts\":[\"di_1\"],"),
	    0 },
	{ "less by a coupon, told in the older way",
	    COSTS(MONTHLY("999") ",\"quantity\":1",
		"\"discount\":{\"id\":\"di_1\"},"),
	    0 },
	{ "none any more",
	    COSTS(MONTHLY("999") ",\"quantity\":1",
		"\"discounts\":[],\"discount\":null,"),
	    999 },
	{ "less by a coupon for the item",
	    COSTS(
		MONTHLY("999") ",\"quantity\":1,\"discounts\":[\"di_1\"]", ""),
	    0 },
	{ "more than can be",
	    COSTS(MONTHLY("9000000000000000000") ",\"quantity\":9", ""), 0 },
};

static void
costs_of(void **state)
{
	const struct costs *c = *state;
	struct stripe_subscription s;
	struct json *doc;

	check_err(json_parse(&mem, str_from(c->body), &doc), ERR_OK);
	check_err(stripe_subscription_read(&mem, doc, &s), ERR_OK);
	check_int(s.price_minor, c->want);
	if (c->want == 0)
		return;
	check_text(s.price_currency, "eur");
	check_text(s.price_every, "month");
	check_int(s.price_every_n, 3);
}

/* Of very many the first are read. */
static void
many_parts(void **state)
{
	struct stripe_subscription s;
	struct json *doc;
	const char *list = PART("price_1", "", "5", "100", "200");

	(void)state;
	for (int i = 0; i < 30; i++)
		list = arena_printf(&mem,
		    "%s,{\"current_period_start\":1,"
		    "\"current_period_end\":2}",
		    list);
	check_err(json_parse(&mem,
		      str_from(arena_printf(&mem,
			  "{\"id\":\"sub_1\",\"status\":\"active\","
			  "\"items\":{\"data\":[%s]}}",
			  list)),
		      &doc),
	    ERR_OK);
	check_err(stripe_subscription_read(&mem, doc, &s), ERR_OK);
	check_int(s.n_items, STRIPE_MAX_ITEMS);
	check_int(s.period_end_s, 200);
}

/* ---- what a vendor may change ---- */

/* Of the answer to a question of ours nothing but the id and some period is
 * needed. */
static void
any_field(void **state)
{
	static const char *const names[] = { "customer", "livemode", "status",
		"cancel_at_period_end", "object", "hosted_invoice_url",
		"attempt_count", "amount_paid", "payments", "latest_invoice",
		"metadata", "pause_collection", "ended_at" };
	static const char *const values[] = { "null", "7.5", "[]", "{}", "true",
		"\"of_the_future\"", "[[]]" };
	const char *body = SUB("active",
	    "\"cancel_at_period_end\":false,\"ended_at\":null,"
	    "\"metadata\":{},\"pause_collection\":null," ITEM(
		"100", "200") "," INVOICE("paid", PAYMENTS));

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++)
		for (size_t k = 0; k < LENGTH(values); k++) {
			struct stripe_subscription s;
			struct json *doc;
			const char *at = strstr(
			    body, arena_printf(&mem, "\"%s\":", names[i]));

			assert_non_null(at);
			check_err(
			    json_parse(&mem,
				str_from(arena_printf(&mem,
				    "%.*s\"%s\":%s,\"x_%s", (int)(at - body),
				    body, names[i], values[k], at + 1)),
				&doc),
			    ERR_OK);
			check_err(
			    stripe_subscription_read(&mem, doc, &s), ERR_OK);
			check_int(s.period_end_s, 200);
			assert_true(s.status != STRIPE_SUB_UNKNOWN);
			check_int(
			    s.doubt != NULL, strcmp(names[i], "status") == 0);
		}
}

int
main(void)
{
	ROWS("items", parts, partss);
	ROWS("a period costs", costs_of, costs);
	ONE("items", "of very many the first", many_parts);
	ONE("read", "any field may change", any_field);
	ROWS("a bank at work", at_work, at_works);
	ROWS("can be paid", payable, payables);
	ONE("news", "of one not yet read are one question", asked_once);
	ONE("id", "goes into an address", id_length);
	ROWS("read", shape, shapes);
	ROWS("status", status, statuses);
	ROWS("about", about, abouts);
	return testing_run("subscription", ledger_make, ledger_remove);
}
