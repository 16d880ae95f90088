/* How often somebody may make us call. */
#include "shop.h"

#include "payment/limit.h"

static struct app app = { .conf = { .stripe_secret_key = "sk_test_limits",
			      .pay_limit_buyer = 3,
			      .pay_limit_address = 5 } };

struct taking {
	struct limit_who who;
	int64_t wait_s;
};

static enum err
take_in(struct db *db, void *ctx)
{
	struct taking *t = ctx;
	enum err e = limit_buyer(&app, &mem, &t->who, &t->wait_s);

	if (e == ERR_OK)
		e = limit_address(&app, &mem, &t->who, &t->wait_s);
	(void)db;
	return e == ERR_THROTTLED ? ERR_OK : e;
}

/* Seconds to wait; 0: not limited. */
static int64_t
take(int64_t tg_id, const char *address)
{
	struct taking t = { .who = { tg_id, address } };

	app.db = ledger.db;
	shop_does(take_in, &t);
	return t.wait_s;
}

static void
a_buyer(void **state)
{
	(void)state;
	ledger_fresh();
	for (int i = 0; i < 3; i++)
		check_int(take(1, ""), 0);
	assert_in_range(take(1, ""), 3599, 3601);
	check_int(take(2, ""), 0);
	/* An hour later. */
	change("UPDATE limits SET since_ms = since_ms - 3600000");
	check_int(take(1, ""), 0);
	check_int(look_int("SELECT n FROM limits WHERE key = 'buyer:1'"), 1);
	/* Half of the next hour. */
	change("UPDATE limits SET since_ms = since_ms - 1800000");
	check_int(take(1, ""), 0);
	check_int(take(1, ""), 0);
	assert_in_range(take(1, ""), 1799, 1801);
}

static void
an_address(void **state)
{
	(void)state;
	ledger_fresh();
	for (int i = 0; i < 5; i++)
		check_int(take(10 + i, "203.0.113.7"), 0);
	assert_true(take(20, "203.0.113.7") > 0);
	check_int(take(20, "203.0.113.8"), 0);
	check_int(
	    look_int("SELECT COUNT(*) FROM limits WHERE key LIKE '%203.0%'"),
	    0);
}

static void
a_network(void **state)
{
	(void)state;
	ledger_fresh();
	for (int i = 0; i < 5; i++)
		check_int(
		    take(10 + i, arena_printf(&mem, "2001:db8:1:2::%d", i + 1)),
		    0);
	assert_true(take(20, "2001:db8:1:2:ffff::9") > 0);
	check_int(take(20, "2001:db8:1:3::1"), 0);
}

static void
in_ipv6_clothes(void **state)
{
	(void)state;
	ledger_fresh();
	for (int i = 0; i < 5; i++)
		check_int(take(10 + i, "::ffff:203.0.113.7"), 0);
	check_int(take(20, "::ffff:203.0.113.8"), 0);
	assert_true(take(20, "203.0.113.7") > 0);
}

static void
switched_off(void **state)
{
	struct app limited = app;

	(void)state;
	ledger_fresh();
	app.conf.pay_limit_buyer = app.conf.pay_limit_address = 0;
	for (int i = 0; i < 20; i++)
		check_int(take(1, "203.0.113.7"), 0);
	check_int(look_int("SELECT COUNT(*) FROM limits"), 0);
	app = limited;
}

int
main(void)
{
	ONE("limit", "a buyer, by the hour", a_buyer);
	ONE("limit", "an address, which is not stored", an_address);
	ONE("limit", "a customer's IPv6 network", a_network);
	ONE("limit", "IPv4 addresses in IPv6 clothes", in_ipv6_clothes);
	ONE("limit", "0 switches off", switched_off);
	return testing_run("limit", ledger_make, ledger_remove);
}
