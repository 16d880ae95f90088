/* What becomes due by itself, and when to look again. */
#include "shop.h"

#include "base/clock.h"
#include "ledger/expiry.h"

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
	check_err(due_settle(&app, &next_ms, &promised), ERR_OK);
	assert_true(promised);
	check_int(next_ms, 0); /* nothing else will be due */
	check_int(look_int("SELECT is_in FROM access"), 0);
	check_err(due_settle(&app, &next_ms, &promised), ERR_OK);
	assert_false(promised);
}

static void
not_yet(void **state)
{
	int64_t next_ms = -1, until_ms = clock_now_ms() + 100000;
	bool promised = true;

	(void)state;
	begin(until_ms);
	check_err(due_settle(&app, &next_ms, &promised), ERR_OK);
	assert_false(promised);
	check_int(next_ms, until_ms);
	check_int(look_int("SELECT is_in FROM access"), 1);
}

int
main(void)
{
	ONE("access", "ends", over);
	ONE("access", "runs on", not_yet);
	return testing_run("due", ledger_make, ledger_remove);
}
