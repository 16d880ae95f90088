/* What follows from a dispute and from a warning of fraud, by what the shop has
 * set, in every order in which they and the payment are heard of. */
#include "shop.h"

#include "ledger/record.h"
#include "orders.h"
#include "outbox/jobs.h"

static struct app app = { .conf = { .admin_tg_ids = "900" },
	SELLS({ COURSE }) };

#define PAID \
	{ \
		.kind = FACT_PAID, .provider = "bank", .order = "o1", \
		.payment = "p1", .amount_minor = 999, .currency = "eur", \
		.tg_id = BUYER \
	}
#define WARNED(name) \
	{ \
		.kind = FACT_WARNING, .id = (name), .payment = "p1" \
	}
#define DISPUTED(stage) \
	{ \
		.kind = FACT_DISPUTE, .id = "d1", .payment = "p1", \
		.dispute = (stage) \
	}
#define BACK \
	{ \
		.kind = FACT_REFUNDED, .payment = "p1", .amount_minor = 999, \
		.refunded_minor = 999 \
	}
#define REFUND(name, is) \
	{ \
		.kind = FACT_REFUND, .id = (name), .payment = "p1", \
		.amount_minor = 999, .refund = (is) \
	}

static const struct scenario {
	const char *why;
	const char *on_warning, *on_dispute;
	struct fact facts[4];
	int n;
	const char *ends;  /* as access has it */
	int n_refunds;     /* promised, where the order is known first */
	bool in_any_order; /* and in every other order as well */
} scenarios[] = {
	{ "warned", NULL, NULL, { PAID, WARNED("w1") }, 2, "paid", 0, true },
	{ "warned, to pause", "pause", NULL, { PAID, WARNED("w1") }, 2,
	    "warned", 0, true },
	{ "warned, to refund", "refund", NULL, { PAID, WARNED("w1") }, 2,
	    "paid", 1, true },
	{ "warned twice, to refund", "refund", NULL,
	    { PAID, WARNED("w1"), WARNED("w2") }, 3, "paid", 1, true },
	{ "warned, to pause, and won", "pause", NULL,
	    { PAID, WARNED("w1"), DISPUTED(DISPUTE_OPEN),
		DISPUTED(DISPUTE_SETTLED) },
	    4, "paid", 0, true },
	{ "warned, to pause, and lost", "pause", "tell",
	    { PAID, WARNED("w1"), DISPUTED(DISPUTE_OPEN),
		DISPUTED(DISPUTE_LOST) },
	    4, "warned", 0, true },
	{ "warned, to pause, and refunded", "pause", NULL,
	    { PAID, WARNED("w1"), BACK }, 3, "refunded", 0, true },
	{ "disputed", NULL, NULL, { PAID, DISPUTED(DISPUTE_OPEN) }, 2,
	    "disputed", 0, true },
	{ "disputed, to tell", NULL, "tell", { PAID, DISPUTED(DISPUTE_OPEN) },
	    2, "paid", 0, true },
	{ "disputed, to refund: nobody can", NULL, "refund",
	    { PAID, DISPUTED(DISPUTE_OPEN) }, 2, "disputed", 0, true },
	{ "disputed before the warning, both to refund", "refund", "refund",
	    { PAID, DISPUTED(DISPUTE_OPEN), WARNED("w1") }, 3, "disputed", 0,
	    false },
	{ "an inquiry", NULL, NULL, { PAID, DISPUTED(DISPUTE_WARNING) }, 2,
	    "paid", 0, true },
	{ "an inquiry, to refund", NULL, "refund",
	    { PAID, DISPUTED(DISPUTE_WARNING) }, 2, "paid", 1, true },
	{ "refunded, and it fails", NULL, NULL,
	    { PAID, BACK, REFUND("r1", REFUND_BACK),
		REFUND("r1", REFUND_FAILED) },
	    4, "paid", 0, true },
	{ "an inquiry and a warning, both to refund", "refund", "refund",
	    { PAID, DISPUTED(DISPUTE_WARNING), WARNED("w1") }, 3, "paid", 1,
	    true },
};

static enum err
record(struct db *db, void *ctx)
{
	(void)db;
	return ledger_record(&app, &mem, ctx, NULL);
}

static int64_t
n_alerts(const char *about)
{
	return look_int(arena_printf(&mem,
	    "SELECT COUNT(*) FROM jobs WHERE kind = 4"
	    " AND promise LIKE 'alert/%s/%%'",
	    about));
}

/* A dispute that is over when its order becomes known is told as that alone. */
static void
check_end(const struct scenario *s)
{
	bool warned = false, disputed = false, failed = false;

	for (int i = 0; i < s->n; i++) {
		failed |= s->facts[i].kind == FACT_REFUND &&
		    s->facts[i].refund == REFUND_FAILED;
		warned |= s->facts[i].kind == FACT_WARNING;
		disputed |= s->facts[i].kind == FACT_DISPUTE;
	}
	check_text(look_text("SELECT why FROM access"), s->ends);
	check_int(n_promised(JOB_REFUND, BUYER), s->n_refunds);
	check_int(n_alerts("fraud"), warned);
	check_int(n_alerts("unrefunded"), failed);
	assert_true(n_alerts("dispute") >= disputed);
	/* Who has paid and is out is told why, whenever it was heard of. */
	if (str_eq(str_from(s->ends), "warned") ||
	    str_eq(str_from(s->ends), "disputed"))
		assert_true(look_int_of("SELECT COUNT(*) FROM jobs"
					" WHERE kind = 2 AND tg_id = ?1",
				BUYER) > 0);
}

static void
play(const struct scenario *s, const struct in_order *order)
{
	ledger_emptied();
	for (int i = 0; i < order->n; i++)
		shop_does(record, (void *)&s->facts[order->step[i]]);
	check_end(s);
}

static void
scenario(void **state)
{
	const struct scenario *s = *state;

	app.conf.on_fraud_warning = s->on_warning;
	app.conf.on_dispute = s->on_dispute;
	shop_open(NOTHING);
	for (int twice = 0; twice < s->n; twice++) {
		struct in_order order = first_order(s->n, twice);

		do
			play(s, &order);
		while (s->in_any_order && next_order(&order));
	}
}

/* The promise was kept, and days later the refund fails: the operators are told
 * what to do, whatever else they want to hear of, and the next trouble promises
 * one anew. */
static void
refund_fails(void **state)
{
	struct fact paid = PAID, warned = WARNED("w1"), back = BACK,
		    gone = REFUND("r1", REFUND_BACK),
		    failed = REFUND("r1", REFUND_FAILED),
		    inquiry = DISPUTED(DISPUTE_WARNING);
	struct fact *const facts[] = { &paid, &warned, &back, &gone, &failed,
		&failed };

	(void)state;
	app.conf.on_fraud_warning = app.conf.on_dispute = "refund";
	app.conf.notify = "sale";
	shop_open(NOTHING);
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		shop_does(record, facts[i]);
	check_text(look_text("SELECT why FROM access"), "paid");
	check_int(n_alerts("unrefunded"), 1);
	check_int(n_promised(JOB_REFUND, BUYER), 1);
	shop_does(record, &inquiry);
	check_int(n_promised(JOB_REFUND, BUYER), 2);
	app.conf.notify = NULL;
}

int
main(void)
{
	ROWS("every order", scenario, scenarios);
	ONE("a refund", "that fails after it was promised and done",
	    refund_fails);
	return testing_run("trouble", ledger_make, ledger_remove);
}
