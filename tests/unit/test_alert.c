/* What the operators hear: each thing once, and of no cause more than they can
 * read. */
#include "shop.h"

#include "base/clock.h"
#include "outbox/alert.h"
#include "outbox/jobs.h"

static struct app app = { .conf = { .admin_tg_ids = "900, 901" } };

struct telling {
	const char *key;
	int from, to; /* "key/from" and on */
};

static enum err
tell_in(struct db *db, void *ctx)
{
	const struct telling *t = ctx;
	enum err e = ERR_OK;

	(void)db;
	for (int i = t->from; e == ERR_OK && i < t->to; i++)
		e = alert_promise(&app, &mem,
		    arena_printf(&mem, "%s/%d", t->key, i), "the words");
	return e;
}

static void
tell(const char *key, int from, int to)
{
	struct telling t = { key, from, to };

	shop_does(tell_in, &t);
}

#define N_TOLD(tg_id) \
	"SELECT COUNT(*) FROM jobs WHERE tg_id = " tg_id \
	" AND detail = 'the words'"
#define COUNTED \
	"SELECT COUNT(*) FROM jobs WHERE promise LIKE 'alert/more/%'" \
	" AND detail LIKE '% ' || ?1 || ' за годину%'"

static void
once(void **state)
{
	(void)state;
	shop_open(NOTHING);
	tell("sale", 0, 1);
	tell("sale", 0, 1);
	check_int(look_int(N_TOLD("900")), 1);
	check_int(look_int(N_TOLD("901")), 1);
}

static enum err
tell_daily(struct db *db, void *ctx)
{
	(void)db;
	return alert_daily(&app, &mem, ctx, "the words");
}

static void
daily(void **state)
{
	(void)state;
	shop_open(NOTHING);
	for (int i = 0; i < 3; i++)
		check_err(
		    db_transaction(ledger.db, tell_daily, (void *)"rights/-1"),
		    ERR_OK);
	check_err(
	    db_transaction(ledger.db, tell_daily, (void *)"rights/-2"), ERR_OK);
	check_int(look_int(N_TOLD("900")), 2); /* one about each */
	/* As if that had been yesterday. */
	change("UPDATE jobs SET promise = 'was/' || promise");
	check_err(
	    db_transaction(ledger.db, tell_daily, (void *)"rights/-1"), ERR_OK);
	check_int(look_int(N_TOLD("900")), 3);
	/* The key ends with the day, which comes before the operator. */
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE promise ="
			   " 'alert/rights/-1/' ||"
			   " (strftime('%s', 'now') / 86400) || '/900'"),
	    1);
}

/* What was told before costs nothing of the hour. */
static void
bounded(void **state)
{
	(void)state;
	shop_open(NOTHING);
	for (int i = 0; i < 10; i++)
		tell("parked", 0, 20);
	tell("parked", 0, 35);
	check_int(look_int(N_TOLD("900")), 30);
	check_int(look_int_of(COUNTED, 5), 2); /* to each of the two */
	tell("parked", 35, 40);
	check_int(look_int(N_TOLD("901")), 30);
	check_int(look_int_of(COUNTED, 10), 2);
	check_int(look_int("SELECT COUNT(*) FROM jobs"), 62);
	/* told when the hour is over */
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE promise LIKE"
			   " 'alert/more/%' AND due_ms > created_ms + 3500000"),
	    2);
}

struct back {
	bool any;
};

static enum err
come_back(struct db *db, void *ctx)
{
	struct back *b = ctx;

	return jobs_revive(db, 900, &b->any);
}

/* An operator who writes to the bot gets what was put aside, and the number of
 * the others when it is whole. */
static void
counted_on(void **state)
{
	struct back b = { false };

	(void)state;
	shop_open(NOTHING);
	tell("parked", 0, 35);
	change("UPDATE jobs SET parked_ms = 1 WHERE promise = "
	       "'alert/parked/0/900'");
	check_err(db_transaction(ledger.db, come_back, &b), ERR_OK);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE tg_id = 900 AND"
			   " due_ms > created_ms + 3500000"),
	    1);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE parked_ms = 1"), 0);
}

static void
each_cause(void **state)
{
	(void)state;
	shop_open(NOTHING);
	tell("crisis", 0, 100);
	tell("sale", 0, 3);
	check_int(look_int(N_TOLD("900")), 33);
}

static void
next_hour(void **state)
{
	(void)state;
	shop_open(NOTHING);
	tell("crisis", 0, 35);
	change("UPDATE limits SET since_ms = since_ms - 3600001");
	tell("crisis", 35, 40);
	check_int(look_int(N_TOLD("900")), 35);
}

int
main(void)
{
	ONE("alert", "once for each operator", once);
	ONE("alert", "once a day", daily);
	ONE("alert", "30 an hour, then their number", bounded);
	ONE("alert", "the number waits for its hour whoever comes back",
	    counted_on);
	ONE("alert", "one cause does not drown another", each_cause);
	ONE("alert", "the next hour begins anew", next_hour);
	return testing_run("alert", ledger_make, ledger_remove);
}
