/* What is read from Stripe's events. */
#include "testing.h"

#include "stripe/event.h"
#include "stripe/event_wanted.h"

#include <ctype.h>

#define SESSION \
	"{\"id\":\"cs_test_1\",\"object\":\"checkout.session\"," \
	"\"status\":\"complete\",\"mode\":\"payment\",\"payment_status\":\"paid\"," \
	"\"metadata\":{\"tg_id\":\"5\"},\"payment_intent\":\"pi_1\"}"
#define REFUND(status) \
	"{\"id\":\"re_1\",\"payment_intent\":\"pi_1\",\"amount\":300," \
	"\"status\":\"" status "\"}"
#define DISPUTE(status) \
	"{\"id\":\"du_1\",\"payment_intent\":\"pi_1\",\"amount\":999," \
	"\"currency\":\"eur\",\"reason\":\"fraudulent\"," \
	"\"evidence_details\":{\"due_by\":1700000000}," \
	"\"status\":\"" status "\"}"
#define CHARGE \
	"{\"id\":\"ch_1\",\"object\":\"charge\",\"amount\":999," \
	"\"amount_refunded\":999,\"payment_intent\":\"pi_1\"}"
#define EVENT(type, object) \
	"{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"" type "\"," \
	"\"livemode\":true,\"data\":{\"object\":" object "}}"
#define COMPLETED "checkout.session.completed"

static const struct row {
	const char *why, *body;
	enum stripe_event_kind kind;
} rows[] = {
	{ "a session completed", EVENT(COMPLETED, SESSION),
	    STRIPE_CHECKOUT_COMPLETED },
	{ "paid later",
	    EVENT("checkout.session.async_payment_succeeded", SESSION),
	    STRIPE_ASYNC_SUCCEEDED },
	{ "not paid after all",
	    EVENT("checkout.session.async_payment_failed", SESSION),
	    STRIPE_ASYNC_FAILED },
	{ "expired", EVENT("checkout.session.expired", SESSION),
	    STRIPE_CHECKOUT_EXPIRED },
	{ "refunded", EVENT("charge.refunded", CHARGE),
	    STRIPE_CHARGE_REFUNDED },

	{ "another type", EVENT("customer.created", SESSION), STRIPE_OTHER },
	{ "a type that begins like ours", EVENT(COMPLETED "2", SESSION),
	    STRIPE_OTHER },
	{ "a type in capitals", EVENT("CHARGE.REFUNDED", CHARGE),
	    STRIPE_OTHER },
	{ "another type with an object of no shape",
	    EVENT("payout.paid", "[1]"), STRIPE_OTHER },
	{ "a thin event, without data",
	    "{\"id\":\"evt_1\",\"object\":\"v2.core.event\","
	    "\"type\":\"v1.billing.meter.error_report_triggered\","
	    "\"livemode\":true}",
	    STRIPE_OTHER },

	{ "ours, but the object is empty", EVENT(COMPLETED, "{}"),
	    STRIPE_OTHER },
	{ "ours, but the object is null", EVENT(COMPLETED, "null"),
	    STRIPE_OTHER },
	{ "ours, but the object is a list", EVENT(COMPLETED, "[" SESSION "]"),
	    STRIPE_OTHER },
	{ "ours, but the object is a charge", EVENT(COMPLETED, CHARGE),
	    STRIPE_OTHER },
	{ "a refund of a session", EVENT("charge.refunded", SESSION),
	    STRIPE_OTHER },
	{ "ours, without data",
	    "{\"id\":\"evt_1\",\"type\":\"" COMPLETED "\","
	    "\"livemode\":true}",
	    STRIPE_OTHER },
	{ "data of another type",
	    "{\"id\":\"evt_1\",\"type\":\"" COMPLETED "\","
	    "\"livemode\":true,\"data\":\"x\"}",
	    STRIPE_OTHER },
};

static void
kind(void **state)
{
	const struct row *r = *state;
	struct stripe_event ev;

	check_err(stripe_event_parse(&mem, str_from(r->body), &ev), ERR_OK);
	check_int(ev.kind, r->kind);
	check_text(ev.id, "evt_1");
	assert_non_null(ev.type);
	assert_true(ev.livemode);
	if (ev.kind == STRIPE_CHARGE_REFUNDED) {
		check_int(ev.charge.refunded_minor, 999);
		check_text(ev.charge.payment_intent, "pi_1");
	} else if (ev.kind != STRIPE_OTHER) {
		check_text(ev.session.id, "cs_test_1");
		check_int(ev.session.tg_id, 5);
		check_int(ev.session.paid, STRIPE_PAID);
	}
}

static const struct refused {
	const char *why;
	struct str body;
} refuseds[] = {
	{ "empty", LIT("") },
	{ "no JSON", LIT("not json") },
	{ "a list", LIT("[]") },
	{ "an empty object", LIT("{}") },
	{ "no id", LIT("{\"type\":\"charge.refunded\"}") },
	{ "an id of another type", LIT("{\"id\":1,\"type\":\"x\"}") },
	{ "an empty id", LIT("{\"id\":\"\",\"type\":\"x\"}") },
	{ "an id with a blank", LIT("{\"id\":\"evt 1\",\"type\":\"x\"}") },
	{ "an id that would begin a line in the log",
	    LIT("{\"id\":\"evt_1\\nlevel=error\",\"type\":\"x\"}") },
	{ "an id with a NUL", LIT("{\"id\":\"evt\\u00001\",\"type\":\"x\"}") },
	{ "something behind it", LIT("{\"id\":\"evt_1\",\"type\":\"x\"}{}") },
	{ "a NUL behind it", LIT("{\"id\":\"evt_1\",\"type\":\"x\"}\0") },
};

static void
refused(void **state)
{
	const struct refused *r = *state;
	struct stripe_event ev;

	check_err(stripe_event_parse(&mem, r->body, &ev), ERR_INPUT);
}

static const struct length {
	const char *why;
	int id, type;
	enum err want;
} lengths[] = {
	{ "an id of 255", 255, 10, ERR_OK },
	{ "an id of 256", 256, 10, ERR_INPUT },
	{ "a type of 255", 10, 255, ERR_OK },
	{ "a type of 256", 10, 256, ERR_OK },
};

static void
length(void **state)
{
	const struct length *l = *state;
	struct stripe_event ev;
	char *id = memset(arena_alloc(&mem, 300), 'e', (size_t)l->id);
	char *type = memset(arena_alloc(&mem, 300), 't', (size_t)l->type);

	check_err(stripe_event_parse(&mem,
		      str_from(arena_printf(
			  &mem, "{\"id\":\"%s\",\"type\":\"%s\"}", id, type)),
		      &ev),
	    l->want);
	if (l->want == ERR_OK)
		check_text(ev.type, l->type > 255 ? "unknown" : type);
}

static const struct mode {
	const char *why, *json;
	bool of_live, of_test;
} modes[] = {
	{ "live", "true", true, false },
	{ "test", "false", false, true },
	{ "one is not true, nor false", "1", true, true },
	{ "null: of whose secret signed it", "null", true, true },
};

static void
livemode(void **state)
{
	const struct mode *m = *state;
	struct stripe_event ev;

	check_err(stripe_event_parse(&mem,
		      str_from(arena_printf(&mem,
			  "{\"id\":\"evt_1\",\"type\":\"x\",\"livemode\":%s}",
			  m->json)),
		      &ev),
	    ERR_OK);
	check_int(stripe_event_is_of(&ev, true), m->of_live);
	check_int(stripe_event_is_of(&ev, false), m->of_test);
}

/* An object of the kind that the type tells of. */
static const char *
object_of(const char *type)
{
	static const struct {
		const char *prefix, *object;
	} objects[] = {
		{ "charge.refunded", CHARGE },
		{ "charge.dispute", DISPUTE("needs_response") },
		{ "refund.", REFUND("succeeded") },
		{ "radar.", "{\"payment_intent\":\"pi_1\"}" },
		{ "customer.subscription.", "{\"id\":\"sub_1\"}" },
		{ "invoice.", "{\"subscription\":\"sub_1\"}" },
	};

	for (size_t i = 0; i < LENGTH(objects); i++)
		if (str_starts(str_from(type), objects[i].prefix))
			return objects[i].object;
	return SESSION;
}

static struct stripe_event
event_of(const char *type, const char *object)
{
	struct stripe_event ev;

	check_err(stripe_event_parse(&mem,
		      str_from(arena_printf(&mem,
			  "{\"id\":\"e\",\"type\":\"%s\","
			  "\"data\":{\"object\":%s}}",
			  type, object)),
		      &ev),
	    ERR_OK);
	return ev;
}

/* Every type that is subscribed is one that is understood. */
static void
subscribed(void **state)
{
	bool seen[STRIPE_EVENT__COUNT] = { true };
	const char *type;

	(void)state;
	for (size_t i = 0; (type = stripe_event_type(i)) != NULL; i++)
		seen[event_of(type, object_of(type)).kind] = true;
	for (int i = 0; i < STRIPE_EVENT__COUNT; i++)
		assert_true(seen[i]);
}

static const struct stage {
	const char *status;
	enum stripe_event_kind kind;
	enum stripe_dispute_stage want;
} stages[] = {
	{ "warning_needs_response", STRIPE_DISPUTE, STRIPE_DISPUTE_WARNING },
	{ "warning_under_review", STRIPE_DISPUTE, STRIPE_DISPUTE_WARNING },
	{ "warning_closed", STRIPE_DISPUTE, STRIPE_DISPUTE_SETTLED },
	{ "needs_response", STRIPE_DISPUTE, STRIPE_DISPUTE_OPEN },
	{ "under_review", STRIPE_DISPUTE, STRIPE_DISPUTE_OPEN },
	{ "won", STRIPE_DISPUTE, STRIPE_DISPUTE_SETTLED },
	{ "prevented", STRIPE_DISPUTE, STRIPE_DISPUTE_SETTLED },
	{ "lost", STRIPE_DISPUTE, STRIPE_DISPUTE_LOST },
	{ "appeal_needs_response", STRIPE_DISPUTE, STRIPE_DISPUTE_LOST },
	{ "appeal_under_review", STRIPE_DISPUTE, STRIPE_DISPUTE_LOST },
	{ "of the future", STRIPE_OTHER, STRIPE_DISPUTE_LOST },
	{ "", STRIPE_OTHER, STRIPE_DISPUTE_LOST },
};

static void
stage(void **state)
{
	const struct stage *s = *state;
	struct stripe_event ev = event_of("charge.dispute.updated",
	    arena_printf(&mem, DISPUTE("%s"), s->status));

	check_int(ev.kind, s->kind);
	if (s->kind == STRIPE_OTHER)
		return;
	check_int(ev.dispute.stage, s->want);
	check_text(ev.dispute.id, "du_1");
	check_text(ev.dispute.payment_intent, "pi_1");
	check_int(ev.dispute.amount_minor, 999);
	check_int(ev.dispute.due_s, 1700000000);
	check_int(event_of("charge.dispute.funds_reinstated",
		      arena_printf(&mem, DISPUTE("%s"), s->status))
		      .dispute.stage,
	    s->want);
}

static const struct refund {
	const char *status;
	enum stripe_refund_stage want;
} refunds[] = {
	{ "succeeded", STRIPE_REFUND_BACK },
	{ "pending", STRIPE_REFUND_BACK },
	{ "requires_action", STRIPE_REFUND_WAITS },
	{ "of the future", STRIPE_REFUND_WAITS },
	{ "", STRIPE_REFUND_WAITS },
	{ "failed", STRIPE_REFUND_FAILED },
	{ "canceled", STRIPE_REFUND_FAILED },
};

static void
refund(void **state)
{
	const struct refund *r = *state;
	struct stripe_event ev = event_of(
	    "refund.updated", arena_printf(&mem, REFUND("%s"), r->status));

	check_int(ev.kind, STRIPE_REFUND);
	check_text(ev.refund.id, "re_1");
	check_text(ev.refund.payment_intent, "pi_1");
	check_int(ev.refund.amount_minor, 300);
	check_int(ev.refund.stage, r->want);
}

static void
made_at(void **state)
{
	struct stripe_event ev;

	(void)state;
	check_err(stripe_event_parse(&mem,
		      str_from("{\"id\":\"evt_1\",\"type\":\"x\","
			       "\"created\":1700000000}"),
		      &ev),
	    ERR_OK);
	check_int(ev.created_s, 1700000000);
}

/* ---- what a vendor may add, leave out or change ---- */

#define WHOLE_SESSION \
	"{\"id\":\"cs_test_1\",\"payment_status\":\"paid\"," \
	"\"status\":\"complete\",\"mode\":\"payment\"," \
	"\"amount_total\":999,\"amount_subtotal\":999," \
	"\"currency\":\"eur\",\"metadata\":{\"tg_id\":\"5\"}," \
	"\"payment_intent\":\"pi_1\",\"subscription\":null," \
	"\"url\":null,\"expires_at\":5,\"created\":5,\"livemode\":true}"
#define WHOLE_CHARGE \
	"{\"id\":\"ch_1\",\"amount\":999,\"amount_refunded\":300," \
	"\"payment_intent\":\"pi_1\",\"livemode\":true}"
#define SUBSCRIPTION "{\"id\":\"sub_1\",\"status\":\"active\"}"
#define INVOICE \
	"{\"id\":\"in_1\",\"parent\":{\"subscription_details\":" \
	"{\"subscription\":\"sub_1\"}}}"
#define WARNING "{\"id\":\"issfr_1\",\"payment_intent\":\"pi_1\"}"

/* What comes of a field that is absent, null, of another type, or holds a word
 * of the future: s: all the same; d: doubt, of which a person hears; o: nothing
 * can be done with it. */
static const struct field {
	const char *why; /* its name */
	const char *type, *object;
	const char want[5];
} fields[] = {
	{ "id", COMPLETED, WHOLE_SESSION, "oooo" },
	{ "payment_status", COMPLETED, WHOLE_SESSION, "dddd" },
	{ "status", COMPLETED, WHOLE_SESSION, "ssdd" },
	{ "mode", COMPLETED, WHOLE_SESSION, "ssdd" },
	{ "amount_total", COMPLETED, WHOLE_SESSION, "dddd" },
	{ "amount_subtotal", COMPLETED, WHOLE_SESSION, "ssss" },
	{ "currency", COMPLETED, WHOLE_SESSION, "ssss" },
	{ "metadata", COMPLETED, WHOLE_SESSION, "ssss" },
	{ "payment_intent", COMPLETED, WHOLE_SESSION, "ssss" },
	{ "subscription", COMPLETED, WHOLE_SESSION, "ssss" },
	{ "url", COMPLETED, WHOLE_SESSION, "ssss" },
	{ "expires_at", COMPLETED, WHOLE_SESSION, "ssss" },
	{ "created", COMPLETED, WHOLE_SESSION, "ssss" },
	{ "livemode", COMPLETED, WHOLE_SESSION, "ssss" },
	{ "amount", "charge.refunded", WHOLE_CHARGE, "dddd" },
	{ "amount_refunded", "charge.refunded", WHOLE_CHARGE, "dddd" },
	{ "payment_intent", "charge.refunded", WHOLE_CHARGE, "ssss" },
	{ "livemode", "charge.refunded", WHOLE_CHARGE, "ssss" },
	{ "id", "refund.updated", REFUND("succeeded"), "ddds" },
	{ "amount", "refund.updated", REFUND("succeeded"), "dddd" },
	{ "status", "refund.updated", REFUND("succeeded"), "ssdd" },
	{ "payment_intent", "refund.failed", REFUND("failed"), "ssss" },
	{ "id", "charge.dispute.closed", DISPUTE("lost"), "ddds" },
	{ "status", "charge.dispute.closed", DISPUTE("lost"), "dddd" },
	{ "amount", "charge.dispute.closed", DISPUTE("lost"), "ssss" },
	{ "currency", "charge.dispute.closed", DISPUTE("lost"), "ssss" },
	{ "reason", "charge.dispute.closed", DISPUTE("lost"), "ssss" },
	{ "evidence_details", "charge.dispute.closed", DISPUTE("lost"),
	    "ssss" },
	{ "payment_intent", "charge.dispute.closed", DISPUTE("lost"), "ssss" },
	{ "id", "customer.subscription.updated", SUBSCRIPTION, "ooos" },
	{ "status", "customer.subscription.updated", SUBSCRIPTION, "ssss" },
	{ "parent", "invoice.paid", INVOICE, "ssss" },
	{ "id", "invoice.paid", INVOICE, "ssss" },
	{ "payment_intent", "radar.early_fraud_warning.created", WARNING,
	    "ssss" },
};

/* The object with another value of that name; of none, "x_" in front of the
 * name is as good as absence. */
static const char *
with_value(const char *object, const char *name, const char *value)
{
	const char *quoted = arena_printf(&mem, "\"%s\":", name);
	const char *at = strstr(object, quoted);
	int before;

	assert_non_null(at);
	before = (int)(at - object);
	return value == NULL ?
	    arena_printf(&mem, "%.*s\"x_%s", before, object, at + 1) :
	    arena_printf(
		&mem, "%.*s%s%s,\"x_%s", before, object, quoted, value, at + 1);
}

static void
field(void **state)
{
	const struct field *f = *state;
	static const char *const others[] = { "7.5", "[]", "{}", "[\"x\"]",
		"{\"id\":7}", "false", "99999999999999999999" };
	enum stripe_event_kind whole = event_of(f->type, f->object).kind;

	assert_true(whole != STRIPE_OTHER);
	assert_null(event_of(f->type, f->object).doubt);
	for (size_t i = 0; i < 3 + LENGTH(others); i++) {
		const char *value = i == 0 ? NULL :
		    i == 1                 ? "null" :
		    i == 2                 ? "\"of_the_future\"" :
					     others[i - 3];
		struct stripe_event ev =
		    event_of(f->type, with_value(f->object, f->why, value));
		char want = f->want[i < 2 ? i : i == 2 ? 3 : 2];

		if ((ev.doubt != NULL) != (want == 'd') ||
		    (ev.kind == STRIPE_OTHER && want == 's') ||
		    (ev.kind != STRIPE_OTHER && want == 'o'))
			fail_msg("%s of %s being %s: doubt %s, kind %d", f->why,
			    f->type, value, ev.doubt, ev.kind);
		if (ev.doubt != NULL && strcmp(f->why, "id") != 0)
			check_text(ev.payment_intent, "pi_1");
	}
}

/* The same of what is around the object: nothing there is an error but the
 * want of an id. */
static void
around(void **state)
{
	static const char *const names[] = { "object", "type", "livemode",
		"data", "created", "api_version", "request" };
	static const char *const values[] = { NULL, "null", "7", "[]", "{}",
		"true", "\"of the future\"" };
	const char *body =
	    "{\"id\":\"evt_1\",\"object\":\"event\",\"api_version\":\"x\","
	    "\"created\":5,\"livemode\":true,\"request\":null,"
	    "\"type\":\"" COMPLETED "\",\"data\":{\"object\":" SESSION "}}";

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++)
		for (size_t k = 0; k < LENGTH(values); k++) {
			struct stripe_event ev;

			check_err(
			    stripe_event_parse(&mem,
				str_from(with_value(body, names[i], values[k])),
				&ev),
			    ERR_OK);
			assert_non_null(ev.type);
			check_int(ev.kind,
			    str_eq(str_from(names[i]), "type") ||
				    str_eq(str_from(names[i]), "data") ?
				STRIPE_OTHER :
				STRIPE_CHECKOUT_COMPLETED);
		}
}

/* A doubt is read by people and stands in a log: short, and of letters. */
static void
doubt(void **state)
{
	struct stripe_event ev = event_of("charge.dispute.closed",
	    "{\"id\":\"du_1\",\"status\":\"a\\nb\u0456 and so on and so on and "
	    "so on and so on and so on\"}");

	(void)state;
	check_text(ev.doubt, "status a?b?? and so on and so on and so on and ");
	ev = event_of("charge.refunded", "{\"amount\":9.5}");
	check_text(ev.doubt, "amount 9.5, amount_refunded absent");
	/* What the event's own name says is believed. */
	ev = event_of("checkout.session.async_payment_succeeded",
	    "{\"id\":\"cs_1\",\"mode\":\"payment\","
	    "\"payment_status\":\"settled\"}");
	check_int(ev.session.paid, STRIPE_PAID);
	assert_non_null(ev.doubt);
}

/* ---- events of each family of versions ---- */

#define OF(version, type, object) \
	"{\"id\":\"evt_1\",\"object\":\"event\",\"api_version\":\"" version \
	"\",\"created\":1700000000,\"data\":{\"object\":" object "}," \
	"\"livemode\":false,\"pending_webhooks\":1," \
	"\"request\":{\"id\":null,\"idempotency_key\":null}," \
	"\"type\":\"" type "\"}"
#define FAMILY_SESSION(more) \
	"{\"id\":\"cs_test_1\",\"object\":\"checkout.session\"," \
	"\"amount_subtotal\":999,\"amount_total\":999," \
	"\"currency\":\"eur\",\"customer\":null,\"livemode\":false," \
	"\"metadata\":{\"tg_id\":\"5\"},\"mode\":\"payment\"," \
	"\"payment_intent\":\"pi_1\",\"payment_status\":\"paid\"," \
	"\"status\":\"complete\",\"subscription\":null,\"url\":null," more "}"
#define PARENT \
	"{\"id\":\"in_1\",\"object\":\"invoice\",\"parent\":{" \
	"\"quote_details\":null,\"type\":\"subscription_details\"," \
	"\"subscription_details\":{\"metadata\":{}," \
	"\"subscription\":\"sub_1\"}}}"
#define APPEALED \
	"{\"id\":\"du_1\",\"object\":\"dispute\",\"amount\":999," \
	"\"currency\":\"eur\",\"evidence_details\":{\"due_by\":5," \
	"\"submission_method\":\"not_submitted\"}," \
	"\"intended_submission_method\":null,\"payment_intent\":\"pi_1\"," \
	"\"reason\":\"fraudulent\",\"status\":\"appeal_needs_response\"}"

static const struct family {
	const char *why, *body;
	enum stripe_event_kind kind;
} families[] = {
	{ "acacia: a session",
	    OF("2024-09-30.acacia", COMPLETED,
		FAMILY_SESSION("\"ui_mode\":\"hosted\",\"shipping_details\":"
			       "null,\"payment_method_types\":[\"card\"]")),
	    STRIPE_CHECKOUT_COMPLETED },
	{ "basil: a session",
	    OF("2025-03-31.basil", COMPLETED,
		FAMILY_SESSION("\"ui_mode\":\"hosted\","
			       "\"collected_information\":null")),
	    STRIPE_CHECKOUT_COMPLETED },
	{ "clover: a session",
	    OF("2025-09-30.clover", COMPLETED,
		FAMILY_SESSION("\"ui_mode\":\"hosted\",\"discounts\":[]")),
	    STRIPE_CHECKOUT_COMPLETED },
	{ "dahlia: a session",
	    OF("2026-03-25.dahlia", COMPLETED,
		FAMILY_SESSION("\"ui_mode\":\"hosted_page\"")),
	    STRIPE_CHECKOUT_COMPLETED },
	{ "endive: a session",
	    OF("2026-10-28.endive", COMPLETED,
		FAMILY_SESSION("\"ui_mode\":\"hosted_page\","
			       "\"allowed_payment_method_types\":null")),
	    STRIPE_CHECKOUT_COMPLETED },
	{ "acacia: an invoice names its subscription",
	    OF("2024-09-30.acacia", "invoice.paid",
		"{\"id\":\"in_1\",\"object\":\"invoice\",\"paid\":true,"
		"\"payment_intent\":\"pi_1\",\"subscription\":\"sub_1\"}"),
	    STRIPE_INVOICE },
	{ "basil: its parent does",
	    OF("2025-03-31.basil", "invoice.paid", PARENT), STRIPE_INVOICE },
	{ "clover: the same", OF("2025-09-30.clover", "invoice.paid", PARENT),
	    STRIPE_INVOICE },
	{ "dahlia: the same", OF("2026-07-29.dahlia", "invoice.paid", PARENT),
	    STRIPE_INVOICE },
	{ "endive: the same", OF("2026-10-28.endive", "invoice.paid", PARENT),
	    STRIPE_INVOICE },
	{ "acacia: a charge with its invoice",
	    OF("2024-09-30.acacia", "charge.refunded",
		"{\"id\":\"ch_1\",\"object\":\"charge\",\"amount\":999,"
		"\"amount_refunded\":999,\"invoice\":null,"
		"\"payment_intent\":\"pi_1\",\"refunded\":true}"),
	    STRIPE_CHARGE_REFUNDED },
	{ "endive: a charge without",
	    OF("2026-10-28.endive", "charge.refunded",
		"{\"id\":\"ch_1\",\"object\":\"charge\",\"amount\":999,"
		"\"amount_refunded\":999,\"payment_intent\":\"pi_1\","
		"\"payment_method_details\":{\"card\":{\"mandate\":{\"id\":"
		"\"mandate_1\"}},\"type\":\"card\"},\"refunded\":true}"),
	    STRIPE_CHARGE_REFUNDED },
	{ "clover: a dispute that was prevented",
	    OF("2025-09-30.clover", "charge.dispute.created",
		DISPUTE("prevented")),
	    STRIPE_DISPUTE },
	{ "endive: a dispute that is appealed",
	    OF("2026-10-28.endive", "charge.dispute.updated", APPEALED),
	    STRIPE_DISPUTE },
	{ "endive: a refund",
	    OF("2026-10-28.endive", "refund.created",
		"{\"id\":\"re_1\",\"object\":\"refund\",\"amount\":300,"
		"\"destination_details\":{\"paypal\":{\"reference\":null},"
		"\"type\":\"paypal\"},\"payment_intent\":\"pi_1\","
		"\"status\":\"succeeded\"}"),
	    STRIPE_REFUND },
	{ "endive: a subscription that is paused",
	    OF("2026-10-28.endive", "customer.subscription.paused",
		"{\"id\":\"sub_1\",\"object\":\"subscription\","
		"\"status\":\"paused\",\"status_details\":{}}"),
	    STRIPE_SUBSCRIPTION },
};

static void
family(void **state)
{
	const struct family *f = *state;
	struct stripe_event ev;

	check_err(stripe_event_parse(&mem, str_from(f->body), &ev), ERR_OK);
	check_int(ev.kind, f->kind);
	check_text(ev.doubt, NULL);
	check_int(ev.created_s, 1700000000);
	assert_true(ev.is_mode_told && !ev.livemode && !ev.is_thin);
	if (f->kind == STRIPE_CHECKOUT_COMPLETED)
		assert_true(ev.session.paid == STRIPE_PAID &&
		    ev.session.is_sale && ev.session.tg_id == 5 &&
		    ev.session.amount_minor == 999);
	else if (f->kind == STRIPE_INVOICE || f->kind == STRIPE_SUBSCRIPTION)
		check_text(ev.subscription, "sub_1");
	else
		check_text(ev.payment_intent, "pi_1");
}

/* ---- thin events ---- */

#define THIN(about, type, object, url, more) \
	"{\"id\":\"evt_65\",\"object\":\"v2.core.event\"," \
	"\"context\":null,\"created\":\"2026-10-01T12:34:56.789Z\"," \
	"\"livemode\":true,\"reason\":null," \
	"\"related_object\":{\"id\":\"" about "\",\"type\":\"" object "\"," \
	"\"url\":\"" url "\"}," more "\"type\":\"v1." type "\"}"

/* Each of the types that are subscribed may come without its object, and what
 * is read afterwards makes of it what the event with the object is. */
static void
thin(void **state)
{
	const char *type;

	(void)state;
	for (size_t i = 0; (type = stripe_event_type(i)) != NULL; i++) {
		struct stripe_event whole = event_of(type, object_of(type));
		struct stripe_event ev, made;
		struct json *obj;

		check_err(stripe_event_parse(&mem,
			      str_from(arena_printf(&mem,
				  THIN("x_1", "%s", "thing", "/v1/things/x_1",
				      "\"snapshot_event\":\"evt_1\","),
				  type)),
			      &ev),
		    ERR_OK);
		assert_true(ev.is_thin && ev.is_mode_told && ev.livemode);
		check_int(ev.kind, whole.kind);
		check_int(ev.created_s, 1790858096);
		check_text(ev.id, "evt_65");
		check_text(ev.object_id, "x_1");
		check_text(ev.object_type, "thing");
		check_text(ev.object_path, "/v1/things/x_1");
		check_text(ev.twin, "evt_1");
		check_err(
		    json_parse(&mem, str_from(object_of(type)), &obj), ERR_OK);
		check_err(stripe_event_from_object(&mem, ev.type, obj, &made),
		    ERR_OK);
		assert_false(made.is_thin);
		check_int(made.kind, whole.kind);
		check_text(made.object_id, whole.object_id);
		check_text(made.payment_intent, whole.payment_intent);
		check_text(made.subscription, whole.subscription);
		check_text(made.session.id, whole.session.id);
		check_int(made.refund.amount_minor, whole.refund.amount_minor);
		check_int(made.dispute.stage, whole.dispute.stage);
		check_int(
		    made.charge.refunded_minor, whole.charge.refunded_minor);
	}
}

static const struct thin_body {
	const char *why, *body;
	enum stripe_event_kind kind;
	const char *path, *subscription;
} thins[] = {
	{ "a subscription, by a type that has no other form",
	    THIN("sub_1", "customer.subscription.past_due", "subscription",
		"/v1/subscriptions/sub_1", ""),
	    STRIPE_SUBSCRIPTION, "/v1/subscriptions/sub_1", "sub_1" },
	{ "a type that is not needed",
	    THIN("sub_1", "customer.created", "customer", "/v1/customers/sub_1",
		""),
	    STRIPE_OTHER, "/v1/customers/sub_1", NULL },
	{ "of the second version of the API",
	    THIN(
		"sub_1", "x", "v2.core.account", "/v2/core/accounts/sub_1", ""),
	    STRIPE_OTHER, NULL, NULL },
	{ "an address elsewhere",
	    THIN("sub_1", "invoice.paid", "invoice", "https://example.com/v1/x",
		""),
	    STRIPE_OTHER, NULL, NULL },
	{ "a path that goes back",
	    THIN("sub_1", "invoice.paid", "invoice", "/v1/../x", ""),
	    STRIPE_OTHER, NULL, NULL },
	{ "a path with a question",
	    THIN("sub_1", "invoice.paid", "invoice", "/v1/invoices/x?expand=y",
		""),
	    STRIPE_OTHER, NULL, NULL },
	{ "a path that is none",
	    THIN("sub_1", "invoice.paid", "invoice", "", ""), STRIPE_OTHER,
	    NULL, NULL },
	{ "nothing that it is about",
	    "{\"id\":\"evt_65\",\"object\":\"v2.core.event\","
	    "\"related_object\":null,\"type\":\"v1.invoice.paid\"}",
	    STRIPE_OTHER, NULL, NULL },
};

static void
thin_body(void **state)
{
	const struct thin_body *t = *state;
	struct stripe_event ev;

	check_err(stripe_event_parse(&mem, str_from(t->body), &ev), ERR_OK);
	assert_true(ev.is_thin);
	check_int(ev.kind, t->kind);
	check_text(ev.object_path, t->path);
	check_text(ev.subscription, t->subscription);
	check_text(ev.twin, NULL);
}

/* Of no use: a type that nobody needs, an object that is none. */
static void
no_object(void **state)
{
	struct stripe_event ev;
	struct json *obj;

	(void)state;
	check_err(json_parse(&mem, str_from(SESSION), &obj), ERR_OK);
	check_err(
	    stripe_event_from_object(&mem, "v1.customer.created", obj, &ev),
	    ERR_INPUT);
	check_err(
	    stripe_event_from_object(&mem, COMPLETED, NULL, &ev), ERR_INPUT);
	check_err(
	    json_parse(&mem, str_from("{\"id\":\"du_1\"}"), &obj), ERR_OK);
	check_err(
	    stripe_event_from_object(&mem, COMPLETED, obj, &ev), ERR_INPUT);
	check_err(stripe_event_from_object(
		      &mem, "v1.charge.dispute.closed", obj, &ev),
	    ERR_OK);
	check_text(ev.doubt, "status absent");
	check_int(ev.kind, STRIPE_OTHER);
}

/* ---- what is left of a body ---- */

/* How the readers call an event and what is in it. */
static bool
is_of_event(struct str name)
{
	static const char *const names[] = { "doc", "obj", "line" };

	for (size_t i = 0; i < LENGTH(names); i++)
		if (str_eq(name, names[i]))
			return true;
	return false;
}

/* Whether the path in quotes at q is asked of one of those: "obj, " stands
 * before it. */
static bool
is_asked(const char *source, const char *q)
{
	const char *end;

	do
		q--;
	while (q > source && isspace((unsigned char)*q));
	if (q <= source || *q != ',')
		return false;
	end = q;
	while (q > source && isalpha((unsigned char)q[-1]))
		q--;
	return is_of_event((struct str){ q, (size_t)(end - q) });
}

/* A number picks from a list. */
static void
check_wanted(struct str path)
{
	while (path.len > 0) {
		struct str name = str_cut(&path, '.');

		if (!stripe_event_wants(name) && !str_only(name, STR_DIGITS))
			fail_msg("%.*s is asked for, and not wanted",
			    (int)name.len, name.p);
	}
}

static const struct reader {
	const char *why;
	int n_paths; /* at least */
} readers[] = {
	{ "lib/stripe/event.c", 10 },
	{ "lib/stripe/session.c", 18 },
	{ "lib/stripe/invoice.c", 12 },
	{ "lib/stripe/reversal.c", 10 },
};

/* Every path by which the readers of events ask, as their source has it. */
static void
wanted(void **state)
{
	const struct reader *r = *state;
	static char source[65536];
	FILE *f = fopen(r->why, "r");
	int n = 0;

	assert_non_null(f);
	source[fread(source, 1, sizeof(source) - 1, f)] = '\0';
	(void)fclose(f);
	for (const char *q = source; (q = strchr(q, '"')) != NULL; q++) {
		const char *end = strpbrk(q + 1, "\"\n");

		if (end == NULL || *end != '"')
			continue;
		if (is_asked(source, q)) {
			check_wanted(
			    (struct str){ q + 1, (size_t)(end - q - 1) });
			n++;
		}
		q = end;
	}
	assert_in_range(n, r->n_paths, 1000);
}

/* Each is found, and each other name is not. */
static void
not_wanted(void **state)
{
	static const char *const others[] = { "", "i", "ix", "customer_details",
		"email", "name", "subscription_item_detail",
		"subscription_item_details_", "ID" };

	(void)state;
	for (size_t i = 0; i < LENGTH(others); i++)
		assert_false(stripe_event_wants(str_from(others[i])));
}

int
main(void)
{
	ROWS("a body is left", wanted, readers);
	ONE("a body is left", "nothing that nobody asks for", not_wanted);
	ROWS("a field that changes", field, fields);
	ONE("an event", "all around the object may change", around);
	ONE("doubt", "short, and for people", doubt);
	ROWS("a family", family, families);
	ONE("thin", "as the event with its object", thin);
	ROWS("thin", thin_body, thins);
	ONE("thin", "an object of no use", no_object);
	ROWS("a dispute that is", stage, stages);
	ROWS("a refund that is", refund, refunds);
	ROWS("kind", kind, rows);
	ROWS("refused", refused, refuseds);
	ROWS("length", length, lengths);
	ROWS("livemode", livemode, modes);
	ONE("created", "as Stripe says", made_at);
	ONE("type", "all that are subscribed are understood", subscribed);
	return testing_run("event", NULL, NULL);
}
