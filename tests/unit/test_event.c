/* What is read from Stripe's events. */
#include "testing.h"

#include "stripe/event.h"

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
	{ "no type", LIT("{\"id\":\"evt_1\"}") },
	{ "an id of another type", LIT("{\"id\":1,\"type\":\"x\"}") },
	{ "a type of another type", LIT("{\"id\":\"evt_1\",\"type\":{}}") },
	{ "an empty id", LIT("{\"id\":\"\",\"type\":\"x\"}") },
	{ "an empty type", LIT("{\"id\":\"evt_1\",\"type\":\"\"}") },
	{ "an id with a blank", LIT("{\"id\":\"evt 1\",\"type\":\"x\"}") },
	{ "an id that would begin a line in the log",
	    LIT("{\"id\":\"evt_1\\nlevel=error\",\"type\":\"x\"}") },
	{ "a type with a blank", LIT("{\"id\":\"evt_1\",\"type\":\"a b\"}") },
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
	{ "a type of 100", 10, 100, ERR_OK },
	{ "a type of 101", 10, 101, ERR_INPUT },
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
}

static const struct mode {
	const char *why, *json;
	bool want;
} modes[] = {
	{ "live", "true", true },
	{ "test", "false", false },
	{ "one is not true", "1", false },
	{ "null", "null", false },
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
	check_int(ev.livemode, m->want);
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

int
main(void)
{
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
