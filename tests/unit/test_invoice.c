/* Invoices, in the shape of any version of Stripe's API, and with less in them
 * than we know of. */
#include "testing.h"

#include "stripe/invoice.h"
#include "stripe/subscription.h"

/* As events have it since 2025-03-31: the payments are not in it. */
#define EVENT(rest) \
	"{\"id\":\"in_1\",\"object\":\"invoice\",\"livemode\":true," \
	"\"status\":\"paid\",\"amount_paid\":999,\"currency\":\"eur\"," \
	"\"period_start\":50,\"period_end\":100," \
	"\"status_transitions\":{\"paid_at\":120}" rest "}"
#define PARENT \
	",\"parent\":{\"type\":\"subscription_details\"," \
	"\"subscription_details\":{\"subscription\":\"sub_1\"}}"
#define LINE(start, end, proration) \
	"{\"id\":\"il_1\",\"parent\":{\"type\":\"subscription_item_details\"," \
	"\"subscription_item_details\":{\"proration\":" proration "}}," \
	"\"period\":{\"start\":" start ",\"end\":" end "}}"
#define LINES(lines) ",\"lines\":{\"object\":\"list\",\"data\":[" lines "]}"
#define REASON(word) ",\"billing_reason\":\"" word "\""
#define PAYMENTS(intent) \
	",\"payments\":{\"object\":\"list\",\"data\":[{\"id\":\"inpay_1\"," \
	"\"payment\":{\"type\":\"payment_intent\"," \
	"\"payment_intent\":" intent "}}]}"
#define TAXES ",\"total_taxes\":[{\"amount\":100},{\"amount\":60}]"

#define READ(...) \
	{ \
		.id = "in_1", .subscription = "sub_1", .is_paid = true, \
		.livemode = true, .paid_minor = 999, .currency = "eur", \
		.paid_s = 120, __VA_ARGS__ \
	}

static const struct shape {
	const char *why, *body;
	struct stripe_invoice want;
} shapes[] = {
	{ "of today, in an event",
	    EVENT(PARENT REASON("subscription_cycle")
		    LINES(LINE("100", "200", "false")) TAXES),
	    READ(.reason = STRIPE_BILLED_CYCLE, .start_s = 100, .end_s = 200,
		.has_tax = true, .tax_minor = 160) },
	{ "of today, with its payments",
	    EVENT(PARENT REASON("subscription_create") LINES(LINE("100", "200",
		"false")) PAYMENTS("\"pi_1\"") ",\"total_taxes\":[]"),
	    READ(.reason = STRIPE_BILLED_FIRST, .start_s = 100, .end_s = 200,
		.has_tax = true, .payment_intent = "pi_1") },
	{ "with its payment whole", EVENT(PARENT PAYMENTS("{\"id\":\"pi_1\"}")),
	    READ(.payment_intent = "pi_1") },
	{ "of before 2025-03-31",
	    EVENT(",\"subscription\":\"sub_1\",\"payment_intent\":\"pi_1\","
		  "\"paid\":true,\"tax\":160" REASON("subscription_cycle")
		      LINES("{\"id\":\"il_1\",\"type\":\"subscription\","
			    "\"proration\":false,\"subscription\":\"sub_1\","
			    "\"period\":{\"start\":100,\"end\":200}}")),
	    READ(.reason = STRIPE_BILLED_CYCLE, .start_s = 100, .end_s = 200,
		.has_tax = true, .tax_minor = 160, .payment_intent = "pi_1") },
	{ "of then, with what it names whole, without a tax",
	    EVENT(",\"subscription\":{\"id\":\"sub_1\"},"
		  "\"payment_intent\":{\"id\":\"pi_1\"},\"tax\":null"),
	    READ(.payment_intent = "pi_1") },
	{ "a change beside the next period",
	    EVENT(PARENT REASON("subscription_update") LINES(
		LINE("90", "300", "true") "," LINE("100", "200", "false"))),
	    READ(.start_s = 100, .end_s = 200) },
	{ "a change alone, in a word of tomorrow",
	    EVENT(PARENT REASON("subscription_swap")
		    LINES(LINE("90", "300", "true"))),
	    READ(.reason = STRIPE_BILLED_OTHERWISE) },
	{ "times beyond all time",
	    EVENT(PARENT LINES(LINE("100", "9223372036854775806", "false"))),
	    READ(.reason = STRIPE_BILLED_OTHERWISE) },
	{ "nothing in it", "{}", { 0 } },
	{ "all of other types",
	    "{\"id\":7,\"subscription\":8,\"status\":9,\"amount_paid\":\"1\","
	    "\"total_taxes\":null,\"lines\":3,\"payments\":[],\"parent\":2}",
	    { 0 } },
};

static void
read_it(void **state)
{
	const struct shape *s = *state;
	struct json *obj = NULL;
	struct stripe_invoice got;

	check_err(json_parse(&mem, str_from(s->body), &obj), ERR_OK);
	stripe_invoice_read(&mem, obj, &got);
	check_text(got.id, s->want.id);
	check_text(got.subscription, s->want.subscription);
	check_int(got.reason, s->want.reason);
	check_int(got.is_paid, s->want.is_paid);
	check_int(got.livemode, s->want.livemode);
	check_int(got.paid_minor, s->want.paid_minor);
	check_text(got.currency, s->want.currency);
	check_int(got.has_tax, s->want.has_tax);
	check_int(got.tax_minor, s->want.tax_minor);
	check_int(got.paid_s, s->want.paid_s);
	check_int(got.start_s, s->want.start_s);
	check_int(got.end_s, s->want.end_s);
	check_text(got.payment_intent, s->want.payment_intent);
}

/* A subscription that was asked for with its latest invoice has it whole. */
static void
in_subscription(void **state)
{
	struct stripe_subscription sub;
	struct json *obj = NULL;

	(void)state;
	check_err(
	    json_parse(&mem,
		str_from(
		    "{\"id\":\"sub_1\",\"status\":\"active\","
		    "\"items\":{\"data\":[{\"current_period_start\":100,"
		    "\"current_period_end\":200}]},\"latest_invoice\":" EVENT(
			PARENT REASON("subscription_cycle") LINES(LINE("100",
			    "200", "false")) PAYMENTS("\"pi_1\"") TAXES) "}"),
		&obj),
	    ERR_OK);
	check_err(stripe_subscription_read(&mem, obj, &sub), ERR_OK);
	check_int(sub.latest.reason, STRIPE_BILLED_CYCLE);
	check_int(sub.latest.tax_minor, 160);
	check_int(sub.latest.end_s, 200);
	check_text(sub.payment_intent, "pi_1");
	check_int(sub.is_paid, true);
}

int
main(void)
{
	ROWS("read", read_it, shapes);
	ONE("read", "in a subscription", in_subscription);
	return testing_run("invoice", NULL, NULL);
}
