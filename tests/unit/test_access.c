/* Who is in: the whole truth table. */
#include "testing.h"

#include "shop/access.h"

#define NOW 1000000

#define MILD \
	{ \
		false, false, 10 \
	}
#define STRICT \
	{ \
		true, false, 10 \
	}
#define PATIENT \
	{ \
		false, true, 10 \
	}

static const struct row {
	const char *why;
	struct facts facts;
	enum access want;
	const char *word;
	struct policy policy;
	int64_t until_ms;
} rows[] = {
	{ "nothing known", { false, 0, 0, 0, 0, 0, false, 0, false },
	    ACCESS_OUT, "not paid", MILD, 0 },
	{ "paid", { true, 999, 0, 0, 0, 0, false, 0, false }, ACCESS_IN, "paid",
	    MILD, 0 },
	{ "paid, nothing known of refunds",
	    { true, 0, 0, 0, 0, 0, false, 0, false }, ACCESS_IN, "paid", MILD,
	    0 },
	{ "paid, part of it back", { true, 999, 500, 0, 0, 0, false, 0, false },
	    ACCESS_IN, "paid", MILD, 0 },
	{ "paid, all but a cent back",
	    { true, 999, 998, 0, 0, 0, false, 0, false }, ACCESS_IN, "paid",
	    MILD, 0 },
	{ "paid, all of it back", { true, 999, 999, 0, 0, 0, false, 0, false },
	    ACCESS_OUT, "refunded", MILD, 0 },
	{ "paid, more than all back",
	    { true, 999, 1500, 0, 0, 0, false, 0, false }, ACCESS_OUT,
	    "refunded", MILD, 0 },
	{ "a free one: nothing paid, nothing back",
	    { true, 0, 0, 0, 0, 0, false, 0, false }, ACCESS_IN, "paid", MILD,
	    0 },
	{ "the refund is heard of first",
	    { false, 999, 999, 0, 0, 0, false, 0, false }, ACCESS_OUT,
	    "refunded", MILD, 0 },
	{ "part of it back, the payment not yet heard of",
	    { false, 999, 500, 0, 0, 0, false, 0, false }, ACCESS_OUT,
	    "not paid", MILD, 0 },
	{ "unpaid, an amount known",
	    { false, 999, 0, 0, 0, 0, false, 0, false }, ACCESS_OUT, "not paid",
	    MILD, 0 },
	{ "refunded, by its id alone",
	    { true, 999, 0, 999, 0, 0, false, 0, false }, ACCESS_OUT,
	    "refunded", MILD, 0 },
	{ "refunded, told twice",
	    { true, 999, 999, 999, 0, 0, false, 0, false }, ACCESS_OUT,
	    "refunded", MILD, 0 },
	{ "in two parts, by their ids",
	    { true, 999, 500, 999, 0, 0, false, 0, false }, ACCESS_OUT,
	    "refunded", MILD, 0 },
	{ "the refund failed", { true, 999, 999, 0, 999, 0, false, 0, false },
	    ACCESS_IN, "paid", MILD, 0 },
	{ "it failed, and its sum was not heard of",
	    { true, 999, 0, 0, 999, 0, false, 0, false }, ACCESS_IN, "paid",
	    MILD, 0 },
	{ "it failed, another went through",
	    { true, 999, 999, 999, 999, 0, false, 0, false }, ACCESS_OUT,
	    "refunded", MILD, 0 },
	{ "a part failed, a part went through",
	    { true, 999, 999, 400, 599, 0, false, 0, false }, ACCESS_IN, "paid",
	    MILD, 0 },
	{ "one cent paid, one back", { true, 1, 1, 0, 0, 0, false, 0, false },
	    ACCESS_OUT, "refunded", MILD, 0 },
	{ "a part, where that ends it",
	    { true, 999, 1, 0, 0, 0, false, 0, false }, ACCESS_OUT, "refunded",
	    STRICT, 0 },
	{ "a part that failed, where that would end it",
	    { true, 999, 1, 0, 1, 0, false, 0, false }, ACCESS_IN, "paid",
	    STRICT, 0 },
	{ "disputed", { true, 999, 0, 0, 0, 1, false, 0, false }, ACCESS_OUT,
	    "disputed", MILD, 0 },
	{ "disputed, where that is borne",
	    { true, 999, 0, 0, 0, 1, false, 0, false }, ACCESS_IN, "paid",
	    PATIENT, 0 },
	{ "disputed and refunded", { true, 999, 999, 0, 0, 1, false, 0, false },
	    ACCESS_OUT, "refunded", PATIENT, 0 },
	{ "disputed, not yet known as paid",
	    { false, 0, 0, 0, 0, 1, false, 0, false }, ACCESS_OUT, "disputed",
	    MILD, 0 },
	{ "taken away by hand", { true, 999, 0, 0, 0, 0, true, 0, false },
	    ACCESS_OUT, "revoked", MILD, 0 },
	{ "granted for a while", { true, 0, 0, 0, 0, 0, false, NOW + 1, false },
	    ACCESS_IN, "paid", MILD, NOW + 1 },
	{ "which is over", { true, 0, 0, 0, 0, 0, false, NOW, false },
	    ACCESS_OUT, "ended", MILD, 0 },
	{ "over, and refunded as well",
	    { true, 999, 999, 0, 0, 0, false, NOW - 1, false }, ACCESS_OUT,
	    "refunded", MILD, 0 },
	{ "for a while, not paid",
	    { false, 0, 0, 0, 0, 0, false, NOW + 1, false }, ACCESS_OUT,
	    "not paid", MILD, 0 },
	{ "paid until just now, renews: within grace",
	    { true, 999, 0, 0, 0, 0, false, NOW - 9, true }, ACCESS_IN, "paid",
	    MILD, NOW + 1 },
	{ "paid until then, renews: grace is over",
	    { true, 999, 0, 0, 0, 0, false, NOW - 10, true }, ACCESS_OUT,
	    "ended", MILD, 0 },
	{ "for good and renewing is for good",
	    { true, 999, 0, 0, 0, 0, false, 0, true }, ACCESS_IN, "paid", MILD,
	    0 },
	{ "amounts past 32 bits",
	    { true, 5000000000, 4999999999, 0, 0, 0, false, 0, false },
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

/* ---- of several orders ---- */

#define IN(until_ms) \
	{ \
		ACCESS_IN, "paid", until_ms, false \
	}
#define OUT \
	{ \
		ACCESS_OUT, "ended", 0, false \
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
	ROWS("two orders", better, pairs);
	return testing_run("access", NULL, NULL);
}
