/* What is known of a payment, as a number: whoever compares it before and after
 * sees that there is something new. */
#include "shop.h"

struct known {
	int64_t n_orders, sum;
};

static void
known_from_row(const struct row *row, void *ctx)
{
	struct known *k = ctx;

	*k = (struct known){ row_int(row, 0), row_int(row, 1) };
}

static struct known
known(void)
{
	struct known k = { -1, -1 };

	check_err(db_one(app.db, &mem, SQL_FACTS_KNOWN,
		      KV(kv_text("session_id", "cs_1"),
			  kv_text("payment_intent", NULL),
			  kv_text("subscription", NULL)),
		      known_from_row, &k),
	    ERR_OK);
	return k;
}

static int64_t
sum_of(unsigned facts)
{
	static const char *const columns[] = { "processing_ms", "paid_ms",
		"failed_ms", "expired_ms" };

	for (unsigned i = 0; i < LENGTH(columns); i++)
		change(arena_printf(&mem, "UPDATE orders SET %s = %s",
		    columns[i], (facts >> i & 1) != 0 ? "7" : "NULL"));
	check_int(known().n_orders, 1);
	return known().sum;
}

/* In whatever order they come in, alone or together. */
static void
each_counts(void **state)
{
	(void)state;
	shop_open(NOTHING);
	check_int(known().n_orders, 0);
	change(USER BOUGHT("session_id", "'cs_1'"));
	for (unsigned facts = 0; facts < 16; facts++)
		for (unsigned more = 0; more < 16; more++)
			if ((facts & more) == facts && facts != more)
				assert_true(sum_of(more) > sum_of(facts));
}

int
main(void)
{
	ONE("facts", "each makes the sum another", each_counts);
	return testing_run("facts", ledger_make, ledger_remove);
}
