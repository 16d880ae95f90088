/* What becomes due by itself, and when to look again. */
#include "shop.h"

#include "base/clock.h"
#include "ledger/expiry.h"
#include "ledger/record.h"

static struct app app = { SELLS({ COURSE }) };

static void
begin(int64_t until_ms)
{
	shop_open(arena_printf(&mem,
	    "INSERT INTO users (tg_id, is_paid, created_ms) VALUES (5, 1, 1);"
	    "INSERT INTO orders (tg_id, product, provider, session_id,"
	    " livemode, paid_ms, created_ms, until_ms)"
	    " VALUES (5, 'course', 'grant', 'g', 0, 1, 1, %lld);"
	    "INSERT INTO access (tg_id, product, is_in, why, decided_ms,"
	    " until_ms) VALUES (5, 'course', 1, 'paid', 1, %lld)",
	    (long long)until_ms, (long long)until_ms));
}

static void
over(void **state)
{
	int64_t next_ms = -1;
	bool promised = false;

	(void)state;
	begin(clock_now_ms() - 1000);
	check_err(expiry_settle(&app, &next_ms, &promised), ERR_OK);
	assert_true(promised);
	check_int(next_ms, 0); /* nothing else will be due */
	check_int(look_int("SELECT is_in FROM access"), 0);
	check_err(expiry_settle(&app, &next_ms, &promised), ERR_OK);
	assert_false(promised);
}

static void
not_yet(void **state)
{
	int64_t next_ms = -1, until_ms = clock_now_ms() + 100000;
	bool promised = true;

	(void)state;
	begin(until_ms);
	check_err(expiry_settle(&app, &next_ms, &promised), ERR_OK);
	assert_false(promised);
	check_int(next_ms, until_ms);
	check_int(look_int("SELECT is_in FROM access"), 1);
}

/* ---- the same as of a fact, with all that follows ---- */

static enum err
record(struct db *db, void *ctx)
{
	(void)db;
	return ledger_record(&app, &mem, ctx, NULL);
}

static void
grant(int64_t tg_id)
{
	const struct fact f = { .kind = FACT_GRANTED,
		.provider = "grant",
		.tg_id = tg_id,
		.product = PRODUCT_DEFAULT,
		.until_ms = INT64_MAX / 2 };

	shop_does(record, (void *)&f);
}

/* Time passes: what was to end in a while ends a moment ago. */
static void
pass_time(void)
{
	change("UPDATE orders SET until_ms = 5 WHERE provider = 'grant';"
	       "UPDATE access SET until_ms = 5");
}

/* Does what is due; whether there was anything. */
static bool
is_due(void)
{
	int64_t next_ms;
	bool promised = false;

	check_err(expiry_settle(&app, &next_ms, &promised), ERR_OK);
	return promised;
}

static int64_t
n_notices(void)
{
	return look_int("SELECT COUNT(*) FROM jobs WHERE kind = 2"
			" AND detail = 'ended'");
}

static void
told_once(void **state)
{
	(void)state;
	shop_open(NOTHING);
	grant(BUYER);
	check_int(look_int("SELECT until_ms FROM access"), INT64_MAX / 2);
	assert_false(is_due());
	pass_time();
	assert_true(is_due());
	check_int(look_int("SELECT is_in FROM access"), 0);
	check_int(n_notices(), 1);
	assert_false(is_due());
	check_int(n_notices(), 1);
}

/* More than are looked at together, and one who has bought it as well. */
static void
many(void **state)
{
	static const struct fact bought = { .kind = FACT_PAID,
		.provider = "stripe",
		.order = "cs_1",
		.tg_id = 20,
		.product = PRODUCT_DEFAULT };

	(void)state;
	shop_open(NOTHING);
	for (int64_t tg_id = 1; tg_id <= 20; tg_id++)
		grant(tg_id);
	shop_does(record, (void *)&bought);
	check_int(look_int("SELECT COUNT(*) FROM access"
			   " WHERE until_ms IS NULL AND tg_id = 20"),
	    1);
	pass_time();
	assert_true(is_due());
	check_int(
	    look_int("SELECT SUM(tg_id) FROM access WHERE is_in = 1"), 20);
	check_int(n_notices(), 19);
}

int
main(void)
{
	ONE("access", "ends", over);
	ONE("access", "runs on", not_yet);
	ONE("access", "ends and is told once", told_once);
	ONE("access", "ends for many at once, but not who bought it", many);
	return testing_run("expiry", ledger_make, ledger_remove);
}
