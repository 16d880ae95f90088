/* What workers of several machines may send together. */
#include "worker/loan.c" /* the code under test, statics and all */

#include "shop.h"

static struct loan here, there;

static void
fresh(void)
{
	ledger_fresh();
	here = there = (struct loan){ 0 };
}

/* What is lent of so many wanted. */
static int64_t
lent(struct loan *l, size_t wanted, bool can_wait)
{
	int64_t now_ms = clock_mono_ms();
	int64_t when_ms = ask(l, ledger.db, wanted, can_wait, now_ms);

	if (when_ms > now_ms)
		check_int(l->n_left, 0);
	return (int64_t)l->n_left;
}

static void
in_all(void **state)
{
	(void)state;
	fresh();
	check_int(lent(&here, 12, false), 12);
	check_int(lent(&there, 12, false), 12);
	check_int(lent(&here, 12, false), 6);
	check_int(lent(&there, 1, false), 0);
	check_int(look_int("SELECT SUM(n) FROM limits"), ALL_N);
	/* A second after the last one may have gone. */
	change("UPDATE limits SET since_ms = since_ms - 1270");
	check_int(lent(&there, 40, false), ALL_N);
}

static void
can_wait(void **state)
{
	(void)state;
	fresh();
	check_int(lent(&here, 40, true), ALL_N - SPARED);
	check_int(lent(&there, 1, true), 0);
	check_int(lent(&there, 40, false), SPARED);
}

/* When there is something again is known. */
static void
comes_back(void **state)
{
	int64_t now_ms;

	(void)state;
	fresh();
	check_int(lent(&here, ALL_N, false), ALL_N);
	now_ms = clock_mono_ms();
	assert_in_range(
	    ask(&there, ledger.db, 1, false, now_ms) - now_ms, 500, 1271);
}

/* A name that comes again counts its new loan alone, and only once the old one
 * has ended. */
static void
many_loans(void **state)
{
	(void)state;
	fresh();
	for (int i = 0; i < ALL_N; i++)
		check_int(lent(&here, 1, false), 1);
	check_int(lent(&here, 1, false), 0);
	change("UPDATE limits SET since_ms = since_ms - 1270");
	for (int i = 0; i < ALL_N; i++)
		check_int(lent(&here, 1, false), 1);
	check_int(lent(&there, 1, false), 0);
	check_int(look_int("SELECT COUNT(*) FROM limits"), ALL_N);
}

static enum err
be_silent(struct db *db, void *ctx)
{
	return db_exec(db, SQL_LOAN_SILENCE,
	    KV(kv_int("n", ALL_N),
		kv_int("until_ms", clock_now_ms() + *(int64_t *)ctx)),
	    NULL);
}

static void
silence(void **state)
{
	int64_t wait_ms[] = { 9000, 3000 };

	(void)state;
	fresh();
	/* A second word that asks for less shortens nothing. */
	shop_does(be_silent, &wait_ms[0]);
	shop_does(be_silent, &wait_ms[1]);
	check_int(lent(&here, 1, false), 0);
	change("UPDATE limits SET since_ms = since_ms - 5000");
	check_int(lent(&here, 1, false), 0);
	change("UPDATE limits SET since_ms = since_ms - 5000");
	check_int(lent(&here, 1, false), 1);
}

/* A file has one worker, which asks nobody. On a server what is left lapses. */
static void
used(void **state)
{
	int64_t now_ms = clock_mono_ms();

	(void)state;
	fresh();
	check_int(loan_use(&here, ledger.db, 2, false, now_ms), now_ms);
	check_int(here.n_left, on_postgres());
	check_int(here.n_taken, on_postgres());
	if (!on_postgres())
		return;
	now_ms = here.until_ms;
	check_int(loan_use(&here, ledger.db, 1, false, now_ms), now_ms);
	check_int(look_int("SELECT SUM(n) FROM limits"), 3);
}

int
main(void)
{
	ONE("loans", "not more than the limit in all", in_all);
	ONE("loans", "some are spared for who is waited for", can_wait);
	ONE("loans", "when something comes back", comes_back);
	ONE("loans", "many of one worker", many_loans);
	ONE("loans", "silence is for all", silence);
	ONE("loans", "used one by one", used);
	return testing_run("loan", ledger_make, ledger_remove);
}
