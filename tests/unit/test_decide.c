/* What follows from a decision: who is invited, and again, and who is told
 * that they are out. */
#include "shop.h"

#include "ledger/decide.h"
#include "ledger/record.h"
#include "outbox/jobs.h"

static struct app app = { .conf = { .admin_tg_ids = "900" },
	SELLS({ COURSE }) };

#define BUYS(name) \
	.provider = "bank", .order = (name), .payment = (name), \
	.amount_minor = 999, .tg_id = BUYER
#define DISPUTES(stage) \
	.kind = FACT_DISPUTE, .id = "d1", .payment = "o1", .dispute = (stage)

static const struct fact paid = { .kind = FACT_PAID, BUYS("o1") };
static const struct fact paid_again = { .kind = FACT_PAID, BUYS("o2") };
static const struct fact disputed = { DISPUTES(DISPUTE_OPEN) };
static const struct fact won = { DISPUTES(DISPUTE_SETTLED) };

static enum err
record(struct db *db, void *ctx)
{
	(void)db;
	return ledger_record(&app, &mem, ctx, NULL);
}

static void
tell(const struct fact *f)
{
	shop_does(record, (void *)f);
}

/* ---- the invite ---- */

/* Who is let in again is invited anew once the first invite went out, or was
 * found pointless, or is on its way with a link that is dead by now; not while
 * nobody has begun with it. */
static const struct meanwhile {
	const char *why, *change;
	int64_t n_invites;
} meanwhiles[] = {
	{ "the first went out", "UPDATE jobs SET done_ms = 5 WHERE kind = 1",
	    2 },
	{ "the first is on its way",
	    "UPDATE jobs SET lease_ms = 5 WHERE kind = 1", 2 },
	{ "the first was put aside",
	    "UPDATE jobs SET parked_ms = 5 WHERE kind = 1", 2 },
	{ "nobody has begun with the first", NOTHING, 1 },
};

static void
invited_again(void **state)
{
	const struct meanwhile *m = *state;

	shop_open(NOTHING);
	tell(&paid);
	tell(&disputed);
	change(m->change);
	check_int(n_promised(JOB_INVITE, BUYER), 1);
	tell(&won);
	tell(&won);
	check_int(n_promised(JOB_INVITE, BUYER), m->n_invites);
}

/* A second purchase is answered as the first was; the next payment of what
 * renews is not. */
static const struct second {
	const char *why;
	bool renews;
	int64_t n_invites;
} seconds[] = {
	{ "bought once more", false, 2 },
	{ "the next payment of what renews", true, 1 },
};

static void
invited_for(void **state)
{
	const struct second *s = *state;
	struct fact first = paid, next = paid_again;

	shop_open(NOTHING);
	first.renews = next.renews = s->renews;
	first.until_ms = next.until_ms = s->renews ? INT64_MAX / 2 : 0;
	tell(&first);
	tell(&next);
	tell(&next);
	check_int(n_promised(JOB_INVITE, BUYER), s->n_invites);
}

/* ---- the end ---- */

static void
told_why(void **state)
{
	(void)state;
	shop_open(NOTHING);
	tell(&paid);
	check_int(n_promised(JOB_NOTICE, BUYER), 0);
	tell(&disputed);
	tell(&disputed);
	check_int(n_promised(JOB_NOTICE, BUYER), 1);
	check_text(
	    look_text("SELECT detail FROM jobs WHERE kind = 2"), "disputed");
}

/* ---- a buyer, by nothing that was heard of them ---- */

static enum err
decide(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return decide_buyer(&app, &mem, BUYER, PRODUCT_DEFAULT);
}

static void
anew(void **state)
{
	(void)state;
	shop_open(NOTHING);
	shop_does(decide, NULL); /* they never bought */
	check_int(look_int("SELECT COUNT(*) FROM access"), 0);
	tell(&paid);
	change("UPDATE orders SET revoked_ms = 1");
	shop_does(decide, NULL);
	check_int(look_int("SELECT is_in FROM access"), 0);
	check_int(look_int("SELECT is_paid FROM users"), 0);
	check_text(
	    look_text("SELECT detail FROM jobs WHERE kind = 2"), "revoked");
}

int
main(void)
{
	ROWS("invited again", invited_again, meanwhiles);
	ROWS("invited", invited_for, seconds);
	ONE("out", "is told once, with the reason", told_why);
	ONE("a buyer", "is decided anew", anew);
	return testing_run("decide", ledger_make, ledger_remove);
}
