/* Who is in: the whole truth table. */
#include "testing.h"

#include "shop/access.h"

#define MILD \
	{ \
		false, false \
	}
#define STRICT \
	{ \
		true, false \
	}
#define PATIENT \
	{ \
		false, true \
	}

static const struct row {
	const char *why;
	struct facts facts;
	enum access want;
	const char *word;
	struct policy policy;
} rows[] = {
	{ "nothing known", { false, 0, 0, 0, 0, 0, false }, ACCESS_OUT,
	    "not paid", MILD },
	{ "paid", { true, 999, 0, 0, 0, 0, false }, ACCESS_IN, "paid", MILD },
	{ "paid, nothing known of refunds", { true, 0, 0, 0, 0, 0, false },
	    ACCESS_IN, "paid", MILD },
	{ "paid, part of it back", { true, 999, 500, 0, 0, 0, false },
	    ACCESS_IN, "paid", MILD },
	{ "paid, all but a cent back", { true, 999, 998, 0, 0, 0, false },
	    ACCESS_IN, "paid", MILD },
	{ "paid, all of it back", { true, 999, 999, 0, 0, 0, false },
	    ACCESS_OUT, "refunded", MILD },
	{ "paid, more than all back", { true, 999, 1500, 0, 0, 0, false },
	    ACCESS_OUT, "refunded", MILD },
	{ "a free one: nothing paid, nothing back",
	    { true, 0, 0, 0, 0, 0, false }, ACCESS_IN, "paid", MILD },
	{ "the refund is heard of first", { false, 999, 999, 0, 0, 0, false },
	    ACCESS_OUT, "refunded", MILD },
	{ "part of it back, the payment not yet heard of",
	    { false, 999, 500, 0, 0, 0, false }, ACCESS_OUT, "not paid", MILD },
	{ "unpaid, an amount known", { false, 999, 0, 0, 0, 0, false },
	    ACCESS_OUT, "not paid", MILD },
	{ "refunded, by its id alone", { true, 999, 0, 999, 0, 0, false },
	    ACCESS_OUT, "refunded", MILD },
	{ "refunded, told twice", { true, 999, 999, 999, 0, 0, false },
	    ACCESS_OUT, "refunded", MILD },
	{ "in two parts, by their ids", { true, 999, 500, 999, 0, 0, false },
	    ACCESS_OUT, "refunded", MILD },
	{ "the refund failed", { true, 999, 999, 0, 999, 0, false }, ACCESS_IN,
	    "paid", MILD },
	{ "it failed, and its sum was not heard of",
	    { true, 999, 0, 0, 999, 0, false }, ACCESS_IN, "paid", MILD },
	{ "it failed, another went through",
	    { true, 999, 999, 999, 999, 0, false }, ACCESS_OUT, "refunded",
	    MILD },
	{ "a part failed, a part went through",
	    { true, 999, 999, 400, 599, 0, false }, ACCESS_IN, "paid", MILD },
	{ "one cent paid, one back", { true, 1, 1, 0, 0, 0, false }, ACCESS_OUT,
	    "refunded", MILD },
	{ "a part, where that ends it", { true, 999, 1, 0, 0, 0, false },
	    ACCESS_OUT, "refunded", STRICT },
	{ "a part that failed, where that would end it",
	    { true, 999, 1, 0, 1, 0, false }, ACCESS_IN, "paid", STRICT },
	{ "disputed", { true, 999, 0, 0, 0, 1, false }, ACCESS_OUT, "disputed",
	    MILD },
	{ "disputed, where that is borne", { true, 999, 0, 0, 0, 1, false },
	    ACCESS_IN, "paid", PATIENT },
	{ "disputed and refunded", { true, 999, 999, 0, 0, 1, false },
	    ACCESS_OUT, "refunded", PATIENT },
	{ "disputed, not yet known as paid", { false, 0, 0, 0, 0, 1, false },
	    ACCESS_OUT, "disputed", MILD },
	{ "taken away by hand", { true, 999, 0, 0, 0, 0, true }, ACCESS_OUT,
	    "revoked", MILD },
	{ "amounts past 32 bits",
	    { true, 5000000000, 4999999999, 0, 0, 0, false }, ACCESS_IN, "paid",
	    MILD },
};

static void
decide(void **state)
{
	const struct row *r = *state;
	struct decision d = access_decide(&r->facts, &r->policy);

	check_int(d.access, r->want);
	check_text(d.why, r->word);
}

#define PAID \
	{ \
		true, 999, 0 \
	}
#define UNPAID \
	{ \
		false, 0, 0 \
	}
#define BACK \
	{ \
		true, 999, 999 \
	}

int
main(void)
{
	ROWS("one order", decide, rows);
	return testing_run("access", NULL, NULL);
}
