/* Refunds and disputes as Stripe has them: which word means what. */
#include "testing.h"

#include "stripe/reversal.h"

static struct json *
parsed(const char *text)
{
	struct json *obj = NULL;

	check_err(json_parse(&mem, str_from(text), &obj), ERR_OK);
	return obj;
}

/* ---- refunds ---- */

#define REFUND(status) \
	"{\"id\":\"re_1\",\"payment_intent\":\"pi_1\",\"amount\":700," \
	"\"status\":" status "}"

static const struct stage {
	const char *why, *text;
	int want;
} refund_stages[] = {
	{ "it is back", REFUND("\"succeeded\""), STRIPE_REFUND_BACK },
	{ "it is on its way", REFUND("\"pending\""), STRIPE_REFUND_BACK },
	{ "the bank sent it back", REFUND("\"failed\""), STRIPE_REFUND_FAILED },
	{ "it was called off", REFUND("\"canceled\""), STRIPE_REFUND_FAILED },
	{ "the buyer has to say where to", REFUND("\"requires_action\""),
	    STRIPE_REFUND_WAITS },
	{ "a word of tomorrow", REFUND("\"pondering\""), STRIPE_REFUND_WAITS },
	{ "no word", REFUND("null"), STRIPE_REFUND_WAITS },
	{ "a word that goes on like ours", REFUND("\"succeeded_partly\""),
	    STRIPE_REFUND_WAITS },
};

static void
refund_stage_of(void **state)
{
	const struct stage *s = *state;
	struct stripe_refund r;

	check_err(stripe_refund_read(&mem, parsed(s->text), &r), ERR_OK);
	check_int(r.stage, s->want);
	check_text(r.id, "re_1");
	check_text(r.payment_intent, "pi_1");
	check_int(r.amount_minor, 700);
}

static const struct odd {
	const char *why, *text;
	enum err want;
} odd_refunds[] = {
	{ "without an id",
	    "{\"payment_intent\":\"pi_1\",\"amount\":1,\"status\":\"failed\"}",
	    ERR_INPUT },
	{ "an id that is a number",
	    "{\"id\":1,\"payment_intent\":\"pi_1\",\"amount\":1}", ERR_INPUT },
	{ "without an amount", "{\"id\":\"re_1\",\"payment_intent\":\"pi_1\"}",
	    ERR_INPUT },
	{ "an amount that is a text", "{\"id\":\"re_1\",\"amount\":\"1\"}",
	    ERR_INPUT },
	{ "less than nothing", "{\"id\":\"re_1\",\"amount\":-1}", ERR_INPUT },
	{ "nothing at all is taken", "{\"id\":\"re_1\",\"amount\":0}", ERR_OK },
	{ "of a payment that is none of ours",
	    "{\"id\":\"re_1\",\"payment_intent\":null,\"amount\":1}", ERR_OK },
};

static void
odd_refund(void **state)
{
	const struct odd *o = *state;
	struct stripe_refund r;

	check_err(stripe_refund_read(&mem, parsed(o->text), &r), o->want);
	if (o->want == ERR_OK)
		assert_null(r.payment_intent);
}

/* ---- disputes ---- */

#define DISPUTE(status) \
	"{\"id\":\"du_1\",\"payment_intent\":{\"id\":\"pi_1\"}," \
	"\"amount\":700,\"currency\":\"eur\",\"reason\":\"fraudulent\"," \
	"\"evidence_details\":{\"due_by\":1700000000},\"status\":" status "}"

static const struct stage dispute_stages[] = {
	{ "an inquiry", DISPUTE("\"warning_needs_response\""),
	    STRIPE_DISPUTE_WARNING },
	{ "an inquiry that is read", DISPUTE("\"warning_under_review\""),
	    STRIPE_DISPUTE_WARNING },
	{ "an inquiry that came to nothing", DISPUTE("\"warning_closed\""),
	    STRIPE_DISPUTE_SETTLED },
	{ "the money is gone, evidence is asked for",
	    DISPUTE("\"needs_response\""), STRIPE_DISPUTE_OPEN },
	{ "the evidence is read", DISPUTE("\"under_review\""),
	    STRIPE_DISPUTE_OPEN },
	{ "lost", DISPUTE("\"lost\""), STRIPE_DISPUTE_LOST },
	{ "lost, and may be appealed", DISPUTE("\"appeal_needs_response\""),
	    STRIPE_DISPUTE_LOST },
	{ "lost and appealed", DISPUTE("\"appeal_under_review\""),
	    STRIPE_DISPUTE_LOST },
	{ "won", DISPUTE("\"won\""), STRIPE_DISPUTE_SETTLED },
	{ "prevented", DISPUTE("\"prevented\""), STRIPE_DISPUTE_SETTLED },
};

/* Its due date is then another one, and is told anew. */
static const struct appeal {
	const char *why, *text;
	bool may_appeal;
} appeals[] = {
	{ "evidence is wanted for the first time",
	    DISPUTE("\"needs_response\""), false },
	{ "lost", DISPUTE("\"lost\""), false },
	{ "evidence is wanted for an appeal",
	    DISPUTE("\"appeal_needs_response\""), true },
	{ "it was handed in", DISPUTE("\"appeal_under_review\""), false },
	{ "without a status", DISPUTE("null"), false },
};

static void
may_appeal(void **state)
{
	const struct appeal *t = *state;
	struct stripe_dispute d;

	if (stripe_dispute_read(&mem, parsed(t->text), &d) == ERR_OK)
		check_int(d.may_appeal, t->may_appeal);
}

static void
dispute_stage_of(void **state)
{
	const struct stage *s = *state;
	struct stripe_dispute d;

	check_err(stripe_dispute_read(&mem, parsed(s->text), &d), ERR_OK);
	check_int(d.stage, s->want);
	check_text(d.id, "du_1");
	check_text(d.payment_intent, "pi_1"); /* expanded, or its id alone */
	check_int(d.amount_minor, 700);
	check_text(d.currency, "eur");
	check_text(d.reason, "fraudulent");
	check_int(d.due_s, 1700000000);
}

static const struct odd odd_disputes[] = {
	{ "a word of tomorrow decides nothing", DISPUTE("\"pondering\""),
	    ERR_INPUT },
	{ "nor does none", DISPUTE("null"), ERR_INPUT },
	{ "without an id", "{\"payment_intent\":\"pi_1\",\"status\":\"won\"}",
	    ERR_INPUT },
	{ "with nothing but what decides",
	    "{\"id\":\"du_1\",\"status\":"
	    "\"lost\"}",
	    ERR_OK },
};

static void
odd_dispute(void **state)
{
	const struct odd *o = *state;
	struct stripe_dispute d;

	check_err(stripe_dispute_read(&mem, parsed(o->text), &d), o->want);
	if (o->want != ERR_OK)
		return;
	check_int(d.due_s, 0);
	check_text(d.reason, NULL);
	check_text(d.payment_intent, NULL);
}

/* Both are stored, and what is further down is the later word. */
static void
later_is_lower(void **state)
{
	(void)state;
	assert_true(STRIPE_REFUND_WAITS < STRIPE_REFUND_BACK);
	assert_true(STRIPE_REFUND_BACK < STRIPE_REFUND_FAILED);
	assert_true(STRIPE_DISPUTE_WARNING < STRIPE_DISPUTE_OPEN);
	assert_true(STRIPE_DISPUTE_OPEN < STRIPE_DISPUTE_LOST);
	assert_true(STRIPE_DISPUTE_LOST < STRIPE_DISPUTE_SETTLED);
}

int
main(void)
{
	ROWS("an appeal", may_appeal, appeals);
	ROWS("a refund", refund_stage_of, refund_stages);
	ROWS("a refund", odd_refund, odd_refunds);
	ROWS("a dispute", dispute_stage_of, dispute_stages);
	ROWS("a dispute", odd_dispute, odd_disputes);
	ONE("both", "a later word has the higher number", later_is_lower);
	return testing_run("reversal", NULL, NULL);
}
