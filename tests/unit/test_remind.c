/* Who is reminded of what they did not buy, and who is not. */
#include "shop.h"

#include "base/clock.h"
#include "base/units.h"
#include "ledger/remind.h"
#include "outbox/jobs.h"

#include <stdlib.h>

static struct app app = { SELLS({ COURSE }) };

/* An order begun so long ago. */
static const char *
begun(int64_t ago_ms, const char *column, const char *value)
{
	return arena_printf(&mem,
	    "INSERT INTO orders (tg_id, product, provider, session_id,"
	    " livemode, created_ms, %s) VALUES (5, 'course', 'stripe', 'cs_%lld',"
	    " 0, %lld, %s);",
	    column, (long long)ago_ms, (long long)(clock_now_ms() - ago_ms),
	    value);
}

static const struct row {
	const char *why, *before, *after;
	int64_t ago_ms;
	const char *column, *value;
	int n;
} rows[] = {
	{ "began and did not pay", USER, "", 3 * HOUR_MS, "url", "'x'", 1 },
	{ "just now", USER, "", HOUR_MS, "url", "'x'", 0 },
	{ "long ago", USER, "", 10 * DAY_MS, "url", "'x'", 0 },
	{ "paid", USER, "", 3 * HOUR_MS, "paid_ms", "1", 0 },
	{ "the bank is at work", USER, "", 3 * HOUR_MS, "processing_ms", "1",
	    0 },
	{ "the page is closed by now", USER, "", 3 * HOUR_MS, "expired_ms", "1",
	    1 },
	{ "is in by something else", HAS_COURSE, "", 3 * HOUR_MS, "url", "'x'",
	    0 },
	{ "said no", USER, "UPDATE users SET unremind_ms = 1", 3 * HOUR_MS,
	    "url", "'x'", 0 },
	{ "was reminded before", USER, "UPDATE users SET cart_reminded_ms = 1",
	    3 * HOUR_MS, "url", "'x'", 0 },
	{ "wants to be forgotten", USER, "UPDATE users SET forget_ms = 1",
	    3 * HOUR_MS, "url", "'x'", 0 },
	{ "left the bot", USER, "UPDATE users SET bot_blocked_ms = 1",
	    3 * HOUR_MS, "url", "'x'", 0 },
	{ "what is sold no more", USER, "UPDATE orders SET product = 'gone'",
	    3 * HOUR_MS, "url", "'x'", 0 },
};

static void
open_shop(const char *before)
{
	shop_open(before);
	app.conf = (struct conf){ .cart_reminder_hours = 2,
		.intro_reminder_days = 1,
		.quiet_hours = "0-0" };
}

static int64_t
remind(void)
{
	int64_t next_ms = 0;
	bool promised = false;

	check_err(remind_settle(&app, &next_ms, &promised), ERR_OK);
	return n_promised(JOB_NOTICE, BUYER);
}

static void
cart(void **state)
{
	const struct row *r = *state;

	open_shop(r->before);
	change(begun(r->ago_ms, r->column, r->value));
	if (r->after[0] != '\0')
		change(r->after);
	check_int(remind(), r->n);
	check_int(remind(), r->n); /* and never again */
	change(begun(3 * HOUR_MS + 1, "url", "'x'"));
	if (r->n > 0)
		check_int(remind(), r->n);
	if (r->n > 0)
		check_text(look_text("SELECT detail FROM jobs"), "cart:course");
}

static void
off(void **state)
{
	(void)state;
	open_shop(USER);
	app.conf.cart_reminder_hours = app.conf.intro_reminder_days = 0;
	change(begun(3 * HOUR_MS, "url", "'x'"));
	change("UPDATE users SET intro_ms = 1");
	check_int(remind(), 0);
}

static enum err
seen(struct db *db, void *ctx)
{
	(void)ctx;
	return remind_intro_seen(db, BUYER);
}

static enum err
no_more(struct db *db, void *ctx)
{
	(void)ctx;
	return remind_no_more(db, BUYER);
}

static void
intro(void **state)
{
	(void)state;
	open_shop(USER);
	shop_does(seen, NULL);
	check_int(remind(), 0);
	change(arena_printf(&mem, "UPDATE users SET intro_ms = %lld",
	    (long long)(clock_now_ms() - 25 * HOUR_MS)));
	check_int(remind(), 1);
	check_text(look_text("SELECT detail FROM jobs"), "intro");
	check_int(remind(), 1);
}

/* Whoever says no between the promise and the message gets none. */
static void
said_no(void **state)
{
	bool is = false;

	(void)state;
	open_shop(USER);
	check_err(remind_is_wanted(ledger.db, &mem, BUYER, &is), ERR_OK);
	assert_true(is);
	shop_does(no_more, NULL);
	check_err(remind_is_wanted(ledger.db, &mem, BUYER, &is), ERR_OK);
	assert_false(is);
}

static long
local_hour(void)
{
	char now[CLOCK_DATE_BYTES];

	clock_local_minute(clock_now_ms(), now);
	return strtol(now + 11, NULL, 10);
}

/* Each hour of the day, by the machine's time zone: quiet from it on, and
 * around it, which once is around midnight. */
static void
at_night(void **state)
{
	int64_t began_ms = clock_now_ms();
	long hour;

	(void)state;
	open_shop(USER);
	change(begun(3 * HOUR_MS, "url", "'x'"));
	for (int i = 0; i < 24; i++) {
		clock_follow(began_ms + i * HOUR_MS);
		hour = local_hour();
		app.conf.quiet_hours =
		    arena_printf(&mem, "%ld-%ld", hour, (hour + 2) % 24);
		check_int(remind(), 0);
		app.conf.quiet_hours = arena_printf(
		    &mem, "%ld-%ld", (hour + 23) % 24, (hour + 2) % 24);
		check_int(remind(), 0);
	}
	app.conf.quiet_hours =
	    arena_printf(&mem, "%ld-%ld", (hour + 2) % 24, (hour + 4) % 24);
	check_int(remind(), 1);
	clock_follow(began_ms);
}

int
main(void)
{
	ROWS("cart", cart, rows);
	ONE("remind", "off", off);
	ONE("remind", "a lesson for nothing", intro);
	ONE("remind", "said no", said_no);
	ONE("remind", "at night", at_night);
	return testing_run("remind", ledger_make, ledger_remove);
}
