/* Who is in: the whole truth table. */
#include "testing.h"

#include "ledger/access.h"

#define TOLD(renewal) { 0 }, renewal, 0
#define NO_SUB TOLD(RENEWAL_COMES)
#define HOUR ((int64_t)3600 * 1000)
#define NOW (1000 * HOUR)

#define MILD \
	{ \
		false, false, 24 * HOUR, false \
	}
#define STRICT \
	{ \
		true, false, 24 * HOUR, false \
	}
#define PATIENT \
	{ \
		false, true, 24 * HOUR, false \
	}

static const struct row {
	const char *why;
	struct facts facts;
	enum access want;
	const char *word;
	struct policy policy;
	int64_t until_ms;
} rows[] = {
	{ "nothing known", { false, 0, 0, 0, 0, 0, false, 0, false, NO_SUB },
	    ACCESS_OUT, "not paid", MILD, 0 },
	{ "paid", { true, 999, 0, 0, 0, 0, false, 0, false, NO_SUB }, ACCESS_IN,
	    "paid", MILD, 0 },
	{ "paid, nothing known of refunds",
	    { true, 0, 0, 0, 0, 0, false, 0, false, NO_SUB }, ACCESS_IN, "paid",
	    MILD, 0 },
	{ "paid, part of it back",
	    { true, 999, 500, 0, 0, 0, false, 0, false, NO_SUB }, ACCESS_IN,
	    "paid", MILD, 0 },
	{ "paid, all but a cent back",
	    { true, 999, 998, 0, 0, 0, false, 0, false, NO_SUB }, ACCESS_IN,
	    "paid", MILD, 0 },
	{ "paid, all of it back",
	    { true, 999, 999, 0, 0, 0, false, 0, false, NO_SUB }, ACCESS_OUT,
	    "refunded", MILD, 0 },
	{ "paid, more than all back",
	    { true, 999, 1500, 0, 0, 0, false, 0, false, NO_SUB }, ACCESS_OUT,
	    "refunded", MILD, 0 },
	{ "a free one: nothing paid, nothing back",
	    { true, 0, 0, 0, 0, 0, false, 0, false, NO_SUB }, ACCESS_IN, "paid",
	    MILD, 0 },
	{ "the refund is heard of first",
	    { false, 999, 999, 0, 0, 0, false, 0, false, NO_SUB }, ACCESS_OUT,
	    "refunded", MILD, 0 },
	{ "part of it back, the payment not yet heard of",
	    { false, 999, 500, 0, 0, 0, false, 0, false, NO_SUB }, ACCESS_OUT,
	    "not paid", MILD, 0 },
	{ "unpaid, an amount known",
	    { false, 999, 0, 0, 0, 0, false, 0, false, NO_SUB }, ACCESS_OUT,
	    "not paid", MILD, 0 },
	{ "refunded, by its id alone",
	    { true, 999, 0, 999, 0, 0, false, 0, false, NO_SUB }, ACCESS_OUT,
	    "refunded", MILD, 0 },
	{ "refunded, told twice",
	    { true, 999, 999, 999, 0, 0, false, 0, false, NO_SUB }, ACCESS_OUT,
	    "refunded", MILD, 0 },
	{ "in two parts, by their ids",
	    { true, 999, 500, 999, 0, 0, false, 0, false, NO_SUB }, ACCESS_OUT,
	    "refunded", MILD, 0 },
	{ "the refund failed",
	    { true, 999, 999, 0, 999, 0, false, 0, false, NO_SUB }, ACCESS_IN,
	    "paid", MILD, 0 },
	{ "it failed, and its sum was not heard of",
	    { true, 999, 0, 0, 999, 0, false, 0, false, NO_SUB }, ACCESS_IN,
	    "paid", MILD, 0 },
	{ "it failed, another went through",
	    { true, 999, 999, 999, 999, 0, false, 0, false, NO_SUB },
	    ACCESS_OUT, "refunded", MILD, 0 },
	{ "a part failed, a part went through",
	    { true, 999, 999, 400, 599, 0, false, 0, false, NO_SUB }, ACCESS_IN,
	    "paid", MILD, 0 },
	{ "one cent paid, one back",
	    { true, 1, 1, 0, 0, 0, false, 0, false, NO_SUB }, ACCESS_OUT,
	    "refunded", MILD, 0 },
	{ "a part, where that ends it",
	    { true, 999, 1, 0, 0, 0, false, 0, false, NO_SUB }, ACCESS_OUT,
	    "refunded", STRICT, 0 },
	{ "a part that failed, where that would end it",
	    { true, 999, 1, 0, 1, 0, false, 0, false, NO_SUB }, ACCESS_IN,
	    "paid", STRICT, 0 },
	{ "disputed", { true, 999, 0, 0, 0, 1, false, 0, false, NO_SUB },
	    ACCESS_OUT, "disputed", MILD, 0 },
	{ "disputed, where that is borne",
	    { true, 999, 0, 0, 0, 1, false, 0, false, NO_SUB }, ACCESS_IN,
	    "paid", PATIENT, 0 },
	{ "disputed and refunded",
	    { true, 999, 999, 0, 0, 1, false, 0, false, NO_SUB }, ACCESS_OUT,
	    "refunded", PATIENT, 0 },
	{ "disputed, not yet known as paid",
	    { false, 0, 0, 0, 0, 1, false, 0, false, NO_SUB }, ACCESS_OUT,
	    "disputed", MILD, 0 },
	{ "taken away by hand",
	    { true, 999, 0, 0, 0, 0, true, 0, false, NO_SUB }, ACCESS_OUT,
	    "revoked", MILD, 0 },
	{ "granted for a while",
	    { true, 0, 0, 0, 0, 0, false, NOW + 1, false, NO_SUB }, ACCESS_IN,
	    "paid", MILD, NOW + 1 },
	{ "which is over", { true, 0, 0, 0, 0, 0, false, NOW, false, NO_SUB },
	    ACCESS_OUT, "ended", MILD, 0 },
	{ "over, and refunded as well",
	    { true, 999, 999, 0, 0, 0, false, NOW - 1, false, NO_SUB },
	    ACCESS_OUT, "refunded", MILD, 0 },
	{ "for a while, not paid",
	    { false, 0, 0, 0, 0, 0, false, NOW + 1, false, NO_SUB }, ACCESS_OUT,
	    "not paid", MILD, 0 },
	{ "paid until just now, renews: within grace",
	    { true, 999, 0, 0, 0, 0, false, NOW - 23 * HOUR, true, NO_SUB },
	    ACCESS_IN, "paid", MILD, NOW + HOUR },
	{ "paid until then, renews: grace is over",
	    { true, 999, 0, 0, 0, 0, false, NOW - 24 * HOUR, true, NO_SUB },
	    ACCESS_OUT, "ended", MILD, 0 },
	{ "canceled by the buyer: no grace",
	    { true, 999, 0, 0, 0, 0, false, NOW + 1, true,
		TOLD(RENEWAL_CANCELED) },
	    ACCESS_IN, "paid", MILD, NOW + 1 },
	{ "the same, over",
	    { true, 999, 0, 0, 0, 0, false, NOW, true, TOLD(RENEWAL_CANCELED) },
	    ACCESS_OUT, "ended", MILD, 0 },
	{ "the next payment failed: what is paid is theirs",
	    { true, 999, 0, 0, 0, 0, false, NOW + 1, true,
		TOLD(RENEWAL_FAILED) },
	    ACCESS_IN, "paid", MILD, NOW + 1 },
	{ "the same, over: no grace",
	    { true, 999, 0, 0, 0, 0, false, NOW, true, TOLD(RENEWAL_FAILED) },
	    ACCESS_OUT, "unpaid", MILD, 0 },
	{ "for good, whatever is told of a payment",
	    { true, 999, 0, 0, 0, 0, false, 0, true, TOLD(RENEWAL_FAILED) },
	    ACCESS_IN, "paid", MILD, 0 },
	{ "for good and renewing is for good",
	    { true, 999, 0, 0, 0, 0, false, 0, true, NO_SUB }, ACCESS_IN,
	    "paid", MILD, 0 },
	{ "amounts past 32 bits",
	    { true, 5000000000, 4999999999, 0, 0, 0, false, 0, false, NO_SUB },
	    ACCESS_IN, "paid", MILD, 0 },
};

static void
decide(void **state)
{
	const struct row *r = *state;
	struct decision d = access_decide(&r->facts, &r->policy, NOW);

	check_int(d.access, r->want);
	check_text(d.why, r->word);
	check_int(d.until_ms, r->until_ms);
}

/* ---- subscriptions ---- */

#define START (NOW - 2 * HOUR)
#define END (NOW + 700 * HOUR)
#define GRACE (24 * HOUR)

static const struct sub {
	const char *why;
	struct facts_of_subscription sub;
	enum access want;
	const char *word;
	int64_t until_ms;
	bool renews;
} subs[] = {
	{ "not read yet: the payment lets in",
	    { SUBSCRIPTION_UNKNOWN, 0, 0, 0, false, 0, false, false },
	    ACCESS_IN, "paid", 0, false },
	{ "active",
	    { SUBSCRIPTION_ACTIVE, START, END, 0, false, 0, false, false },
	    ACCESS_IN, "paid", END + GRACE, true },
	{ "on trial",
	    { SUBSCRIPTION_TRIALING, START, END, 0, false, 0, false, false },
	    ACCESS_IN, "paid", END + GRACE, true },
	{ "active, its invoice is not paid yet: grace from the period's "
	  "beginning",
	    { SUBSCRIPTION_ACTIVE, START, END, 0, true, 0, false, false },
	    ACCESS_IN, "paid", START + GRACE, true },
	{ "the same, grace is over",
	    { SUBSCRIPTION_ACTIVE, NOW - GRACE, END, 0, true, 0, false, false },
	    ACCESS_OUT, "unpaid", 0, false },
	{ "a bank is at work on it: that takes longer than grace",
	    { SUBSCRIPTION_ACTIVE, NOW - 2 * GRACE, END, 0, false,
		NOW - 2 * GRACE, false, true },
	    ACCESS_IN, "paid", NOW - 2 * GRACE + ACCESS_BANK_MS, true },
	{ "and not for ever",
	    { SUBSCRIPTION_ACTIVE, NOW - ACCESS_BANK_MS, END, 0, false,
		NOW - ACCESS_BANK_MS, false, true },
	    ACCESS_OUT, "ended", 0, false },
	{ "the next invoice is a draft: what was paid decides",
	    { SUBSCRIPTION_ACTIVE, START, END, 0, false, START, false, false },
	    ACCESS_IN, "paid", START + GRACE, true },
	{ "a draft that stays one",
	    { SUBSCRIPTION_ACTIVE, NOW - GRACE, END, 0, false, NOW - GRACE,
		false, false },
	    ACCESS_OUT, "ended", 0, false },
	{ "paid for longer than the period that is not",
	    { SUBSCRIPTION_ACTIVE, START, END, 0, true, END, false, false },
	    ACCESS_IN, "paid", END + GRACE, true },
	{ "no money is asked for: what was paid holds to its end",
	    { SUBSCRIPTION_ACTIVE, START, END, 0, false, END, true, false },
	    ACCESS_IN, "paid", END, false },
	{ "and no longer, however many periods begin",
	    { SUBSCRIPTION_ACTIVE, START, END, 0, false, START, true, false },
	    ACCESS_OUT, "ended", 0, false },
	{ "the same, its invoices being open or void",
	    { SUBSCRIPTION_ACTIVE, START, END, 0, true, START, true, false },
	    ACCESS_OUT, "ended", 0, false },
	{ "canceled for a day beyond what is paid: more is to be paid",
	    { SUBSCRIPTION_ACTIVE, START, END, END + 700 * HOUR, false, END,
		false, false },
	    ACCESS_IN, "paid", END + GRACE, true },
	{ "the same, and nobody paid more",
	    { SUBSCRIPTION_ACTIVE, 1, NOW - GRACE, END, false, NOW - GRACE,
		false, false },
	    ACCESS_OUT, "ended", 0, false },
	{ "past due for the second period in a row",
	    { SUBSCRIPTION_PAST_DUE, START, END, 0, true, START - 700 * HOUR,
		false, false },
	    ACCESS_OUT, "unpaid", 0, false },
	{ "canceled while the next invoice was a draft",
	    { SUBSCRIPTION_CANCELED, START, END, 0, false, START, false,
		false },
	    ACCESS_OUT, "ended", 0, false },
	{ "over, and nobody has told more: within grace",
	    { SUBSCRIPTION_ACTIVE, 1, NOW - GRACE + 1, 0, false, 0, false,
		false },
	    ACCESS_IN, "paid", NOW + 1, true },
	{ "over, grace as well",
	    { SUBSCRIPTION_ACTIVE, 1, NOW - GRACE, 0, false, 0, false, false },
	    ACCESS_OUT, "ended", 0, false },
	{ "canceled for the period's end: no grace",
	    { SUBSCRIPTION_ACTIVE, START, END, END, false, 0, false, false },
	    ACCESS_IN, "paid", END, false },
	{ "canceled for a day of its own",
	    { SUBSCRIPTION_ACTIVE, START, END, NOW + 5, false, 0, false,
		false },
	    ACCESS_IN, "paid", NOW + 5, false },
	{ "canceled for then, which is now",
	    { SUBSCRIPTION_ACTIVE, START, NOW, NOW, false, 0, false, false },
	    ACCESS_OUT, "ended", 0, false },
	{ "past due: grace from the period's beginning",
	    { SUBSCRIPTION_PAST_DUE, START, END, 0, true, 0, false, false },
	    ACCESS_IN, "paid", START + GRACE, false },
	{ "past due: grace is over",
	    { SUBSCRIPTION_PAST_DUE, NOW - GRACE, END, 0, true, 0, false,
		false },
	    ACCESS_OUT, "unpaid", 0, false },
	{ "Stripe tries no more",
	    { SUBSCRIPTION_UNPAID, START, END, 0, true, 0, false, false },
	    ACCESS_OUT, "unpaid", 0, false },
	{ "never begun",
	    { SUBSCRIPTION_INCOMPLETE, START, END, 0, true, 0, false, false },
	    ACCESS_OUT, "unpaid", 0, false },
	{ "paused",
	    { SUBSCRIPTION_PAUSED, START, END, 0, false, 0, false, false },
	    ACCESS_OUT, "ended", 0, false },
	{ "canceled at once: what was paid is theirs",
	    { SUBSCRIPTION_CANCELED, START, END, 0, false, 0, false, false },
	    ACCESS_IN, "paid", END, false },
	{ "canceled at the day it was canceled for",
	    { SUBSCRIPTION_CANCELED, START, END, NOW - 1, false, 0, false,
		false },
	    ACCESS_OUT, "ended", 0, false },
	{ "canceled, the period is over",
	    { SUBSCRIPTION_CANCELED, 1, NOW, NOW, false, 0, false, false },
	    ACCESS_OUT, "ended", 0, false },
	{ "canceled because nobody paid: the period is not theirs",
	    { SUBSCRIPTION_CANCELED, NOW - GRACE, END, 0, true, 0, false,
		false },
	    ACCESS_OUT, "unpaid", 0, false },
};

static void
subscription(void **state)
{
	static const struct policy mild = { .grace_ms = GRACE };
	const struct sub *s = *state;
	struct facts f = {
		.paid = true, .paid_minor = 999, .subscription = s->sub
	};
	struct decision d = access_decide(&f, &mild, NOW);

	check_int(d.access, s->want);
	check_text(d.why, s->word);
	check_int(d.until_ms, s->until_ms);
	check_int(d.renews, s->renews);
	/* None of them outlives its money, and none lets in without. */
	f.refunded_minor = 999;
	check_int(access_decide(&f, &mild, NOW).access, ACCESS_OUT);
	f = (struct facts){ .subscription = s->sub };
	check_int(access_decide(&f, &mild, NOW).access, ACCESS_OUT);
}

/* A warning takes nothing away by itself, and money that went back or is
 * disputed is the nearer word. */
static void
warning(void **state)
{
	static const struct policy tells = { 0 },
				   pauses = { .warning_pauses = true };
	struct facts f = { .paid = true, .paid_minor = 999, .n_warnings = 1 };

	(void)state;
	check_text(access_decide(&f, &tells, NOW).why, "paid");
	check_int(access_decide(&f, &pauses, NOW).access, ACCESS_OUT);
	check_text(access_decide(&f, &pauses, NOW).why, "warned");
	f.n_disputes = 1;
	check_text(access_decide(&f, &pauses, NOW).why, "disputed");
	f.refunded_minor = 999;
	check_text(access_decide(&f, &pauses, NOW).why, "refunded");
	f = (struct facts){ .n_warnings = 1 };
	check_int(access_decide(&f, &tells, NOW).access, ACCESS_OUT);
}

/* Where no grace is given, the payment itself has its time. */
static void
no_grace(void **state)
{
	static const struct policy strict = { 0 };
	struct facts f = { .paid = true,
		.subscription = {
		    SUBSCRIPTION_ACTIVE, 1, NOW, 0, false, 0, false, false } };
	struct decision d = access_decide(&f, &strict, NOW);

	(void)state;
	check_int(d.until_ms, NOW + ACCESS_RENEWAL_MS);
	check_int(d.paid_until_ms, NOW);
	f.subscription = (struct facts_of_subscription){ SUBSCRIPTION_PAST_DUE,
		NOW, END, 0, true, 0, false, false };
	check_int(access_decide(&f, &strict, NOW).access, ACCESS_OUT);
}

/* ---- of several orders ---- */

#define IN(until) \
	{ \
		.access = ACCESS_IN, .until_ms = (until) \
	}
#define OUT \
	{ \
		.access = ACCESS_OUT \
	}

static const struct pair {
	const char *why;
	struct decision a, b;
	bool is_better;
} pairs[] = {
	{ "in before out", IN(5), OUT, true },
	{ "out not before in", OUT, IN(5), false },
	{ "the longer of two", IN(6), IN(5), true },
	{ "not the shorter", IN(5), IN(6), false },
	{ "for good is longest", IN(0), IN(6), true },
	{ "nothing is longer", IN(6), IN(0), false },
	{ "both for good", IN(0), IN(0), false },
	{ "of two out the last one speaks", OUT, OUT, false },
};

static void
better(void **state)
{
	const struct pair *p = *state;

	check_int(access_is_better(&p->a, &p->b), p->is_better);
}

int
main(void)
{
	ROWS("one order", decide, rows);
	ROWS("subscription", subscription, subs);
	ONE("fraud", "a warning", warning);
	ONE("subscription", "without grace", no_grace);
	ROWS("two orders", better, pairs);
	return testing_run("access", NULL, NULL);
}
