/* Who wants to be forgotten, and when that is done. */
#include "shop.h"

#include "base/clock.h"
#include "ledger/forget.h"
#include "outbox/jobs.h"

static struct app app = { SELLS({ COURSE }) };

#define ASKED "UPDATE users SET forget_ms = 10;"
#define PAID \
	"INSERT INTO orders (tg_id, product, provider, session_id, livemode," \
	" paid_ms, created_ms) VALUES (5, 'course', 'stripe', 'cs_1', 0, 1, 1);"
#define OPEN_UNTIL(ms) \
	"INSERT INTO orders (tg_id, product, provider, session_id, livemode," \
	" created_ms, url_ends_ms) VALUES (5, 'course', 'stripe', 'cs_2', 0, 1, " ms \
	");"

static const struct row {
	const char *why, *before;
	bool is_gone, still_wants;
} rows[] = {
	{ "nothing stands against it", USER PAID ASKED, true, false },
	{ "nobody asked", USER PAID, false, false },
	{ "still in", USER HAS("course") PAID ASKED, false, true },
	{ "something is owed",
	    USER PAID ASKED
	    "INSERT INTO jobs (kind, promise, tg_id, due_ms, created_ms)"
	    " VALUES (2, 'x', 5, 1, 1)",
	    false, true },
	{ "a bank is at work", USER BOUGHT("processing_ms", "1") ASKED, false,
	    true },
	{ "a page is open", USER OPEN_UNTIL("9000000000000000") ASKED, false,
	    true },
	{ "the page is closed by now", USER OPEN_UNTIL("5") ASKED, true,
	    false },
	{ "a subscription goes on",
	    USER BOUGHT("session_id, paid_ms, subscription",
		"'cs_3', 1, 'sub_1'") "INSERT INTO subscriptions (id, n_heard, status)"
				      " VALUES ('sub_1', 1, 'active');" ASKED,
	    false, true },
	{ "it was canceled",
	    USER BOUGHT("session_id, paid_ms, subscription",
		"'cs_3', 1, 'sub_1'") "INSERT INTO subscriptions (id, n_heard, status)"
				      " VALUES ('sub_1', 1, 'canceled');" ASKED,
	    true, false },
	{ "they began to buy again",
	    USER PAID ASKED
	    "INSERT INTO orders (tg_id, product, provider, livemode,"
	    " created_ms) VALUES (5, 'course', 'stripe', 0, 11);",
	    false, false },
};

static void
settled(void **state)
{
	const struct row *r = *state;
	int64_t next_ms = 0;
	bool promised = true;

	shop_open(r->before);
	check_err(forget_settle(&app, &next_ms, &promised), ERR_OK);
	check_int(look_int("SELECT COUNT(*) FROM users WHERE tg_id = 5"),
	    !r->is_gone);
	check_int(look_int("SELECT COUNT(*) FROM users"
			   " WHERE forget_ms IS NOT NULL"),
	    r->still_wants);
	check_int(look_int("SELECT COUNT(*) FROM orders WHERE tg_id = 5") > 0,
	    !r->is_gone);
	assert_true(look_int("SELECT COUNT(*) FROM orders") > 0);
}

/* That somebody agreed stays in the books; who it was does not, wherever the
 * number stands. */
static void
agreed(void **state)
{
	int64_t next_ms = 0;
	bool promised = true;

	(void)state;
	shop_open(USER PAID ASKED
	    "INSERT INTO consents (tg_id, product, hash, language, is_proven,"
	    " at_ms) VALUES (5, 'course', 'h', 'en', 1, 1),"
	    " (6, 'course', 'h', 'en', 1, 1);"
	    "INSERT INTO withdrawals (contract, tg_id, order_id, at_ms)"
	    " VALUES ('cs_1', 5, 1, 2), ('5', 0, NULL, 2), ('cs_6', 6, 2, 2);");
	check_err(forget_settle(&app, &next_ms, &promised), ERR_OK);
	check_int(look_int("SELECT COUNT(*) FROM consents WHERE tg_id = 5"), 0);
	check_int(look_int("SELECT COUNT(*) FROM consents WHERE tg_id = 6"), 1);
	check_int(look_int("SELECT COUNT(*) FROM consents"), 2);
	check_int(look_int("SELECT COUNT(*) FROM withdrawals WHERE tg_id = 5"
			   " OR contract IN ('cs_1', '5')"),
	    0);
	check_int(look_int("SELECT COUNT(*) FROM withdrawals"), 3);
}

static enum err
ask(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return forget_ask(&app, &mem, BUYER);
}

/* All that they have is taken away at once, whatever it is, and what takes
 * their money is told to stop. */
static void
asked(void **state)
{
	(void)state;
	shop_open(USER HAS("course") HAS("old") PAID
	    "INSERT INTO orders (tg_id, product, provider, session_id,"
	    " livemode, paid_ms, created_ms, subscription)"
	    " VALUES (5, 'old', 'stripe', 'cs_8', 0, 1, 1, 'sub_1');"
	    "INSERT INTO subscriptions (id, n_heard, status)"
	    " VALUES ('sub_1', 1, 'active');");
	shop_does(ask, NULL);
	check_int(look_int("SELECT COUNT(*) FROM access WHERE is_in = 1"), 0);
	check_int(look_int("SELECT COUNT(*) FROM users"
			   " WHERE forget_ms IS NOT NULL"),
	    1);
	check_int(n_promised(JOB_CANCEL, BUYER), 1);
	check_int(look_int("SELECT COUNT(*) FROM jobs"
			   " WHERE detail = 'revoked'"),
	    0);
}

int
main(void)
{
	ROWS("settled", settled, rows);
	ONE("forgotten", "what they agreed to", agreed);
	ONE("asked", "access ends, charging ends", asked);
	return testing_run("forget", ledger_make, ledger_remove);
}
