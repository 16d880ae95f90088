/* Who is in: the whole truth table. */
#include "testing.h"

#include "shop/access.h"

static const struct row {
	const char *why;
	struct facts facts;
	enum access want;
	const char *word;
} rows[] = {
	{ "nothing known", { false, 0, 0 }, ACCESS_OUT, "not paid" },
	{ "paid", { true, 999, 0 }, ACCESS_IN, "paid" },
	{ "paid, nothing known of refunds", { true, 0, 0 }, ACCESS_IN, "paid" },
	{ "paid, part of it back", { true, 999, 500 }, ACCESS_IN, "paid" },
	{ "paid, all but a cent back", { true, 999, 998 }, ACCESS_IN, "paid" },
	{ "paid, all of it back", { true, 999, 999 }, ACCESS_OUT, "refunded" },
	{ "paid, more than all back", { true, 999, 1500 }, ACCESS_OUT,
	    "refunded" },
	{ "a free one: nothing paid, nothing back", { true, 0, 0 }, ACCESS_IN,
	    "paid" },
	{ "the refund is heard of first", { false, 999, 999 }, ACCESS_OUT,
	    "refunded" },
	{ "part of it back, the payment not yet heard of", { false, 999, 500 },
	    ACCESS_OUT, "not paid" },
	{ "unpaid, an amount known", { false, 999, 0 }, ACCESS_OUT,
	    "not paid" },
	{ "amounts past 32 bits", { true, 5000000000, 4999999999 }, ACCESS_IN,
	    "paid" },
};

static void
decide(void **state)
{
	const struct row *r = *state;
	struct decision d = access_decide(&r->facts);

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
