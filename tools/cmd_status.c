/* admit status: what the ledger holds and what is owed. */
#include "cmd.h"

#include "base/clock.h"
#include "outbox/jobs.h"
#include "outbox/wake.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

struct counts {
	int64_t n[4];
};

/* In the order of the statement's columns: users, orders, orders paid, and who
 * is in, once for each product. */
static void
counts_from_row(const struct row *row, void *ctx)
{
	struct counts *c = ctx;

	for (int i = 0; i < 4; i++)
		c->n[i] = row_int(row, i);
}

/* Jobs that are owed, jobs that were parked, the most attempts that one of them
 * took. */
static void
owed_from_row(const struct row *row, void *ctx)
{
	struct counts *c = ctx;

	for (int i = 0; i < 3; i++)
		c->n[i] = row_int(row, i);
}

/* In UTC, as the log is: two times that are compared must be of one clock. */
static void
day_of(int64_t when_ms, char *day, size_t size)
{
	time_t when = (time_t)(when_ms / 1000);
	struct tm tm;

	(void)strftime(day, size, "%Y-%m-%d %H:%M", gmtime_r(&when, &tm));
}

/* A parked job is tried no more until somebody has removed its cause; the error
 * is what Telegram or Stripe said last. */
static void
print_parked(const struct row *row, void *ctx)
{
	const char *kind = jobs_kind_name(row_int(row, 1));
	const char *error = row_text(row, 5);
	char day[32];

	(void)ctx;
	day_of(row_int(row, 4), day, sizeof(day));
	printf("  %s  %-7s to %" PRId64 ", tried %" PRId64 " times: %s\n", day,
	    kind == NULL ? "?" : kind, row_int(row, 2), row_int(row, 3),
	    error == NULL ? "" : error);
}

/* Whom nobody can let in, or out. */
static void
print_stuck(const struct row *row, void *ctx)
{
	const char *why = row_text(row, 3);
	char day[32];

	(void)ctx;
	day_of(row_int(row, 2), day, sizeof(day));
	printf("channel  %s  buyer %" PRId64 " at %s: %s%s\n", day,
	    row_int(row, 0), row_text(row, 1),
	    why == NULL ? "could not be removed; is the buyer there?" :
			  "cannot be let in until they leave some channels: ",
	    why == NULL ? "" : why);
}

static enum err
print_ledger(struct app *app, struct arena *a)
{
	struct counts all = { { 0 } }, owed = { { 0 } };
	int64_t oldest_ms = 0;
	enum err e = db_one(
	    app->db, a, SQL_LEDGER_COUNT, KV_NONE, counts_from_row, &all);

	if (e == ERR_OK)
		e = db_one(
		    app->db, a, SQL_JOBS_COUNT, KV_NONE, owed_from_row, &owed);
	if (e == ERR_OK)
		e = db_one(app->db, a, SQL_JOBS_OLDEST, KV_NONE, row_to_int,
		    &oldest_ms);
	if (e != ERR_OK)
		return e;
	printf("ledger   %s\n", app->conf.database_path);
	printf("users    %" PRId64 ", of them in: %" PRId64 "\n", all.n[0],
	    all.n[3]);
	printf("orders   %" PRId64 ", paid: %" PRId64 "\n", all.n[1], all.n[2]);
	printf("owed     %" PRId64 "%s\n", owed.n[0],
	    owed.n[0] == 0 ? "" : ", the oldest promise is");
	/* The number of jobs may be one busy minute's. Their age tells whether
	 * the worker keeps up. */
	if (oldest_ms != 0)
		printf("         %" PRId64 " s old\n",
		    (clock_now_ms() - oldest_ms) / 1000);
	printf("parked   %" PRId64 "\n", owed.n[1]);
	e = db_each(app->db, a, SQL_JOBS_PARKED, KV_NONE, print_parked, NULL);
	return e == ERR_OK ?
	    db_each(app->db, a, SQL_MEMBERS_STUCK, KV_NONE, print_stuck, NULL) :
	    e;
}

/* No worker is no fault: it goes when nothing is owed, and whoever promises
 * something starts it. Only a lock that it cannot take keeps it away. */
static void
print_worker(struct app *app, struct arena *a)
{
	const char *fault = wake_fault(app, a);
	long pid = wake_worker_pid(app);

	if (pid != 0)
		printf("worker   at work, process %ld\n", pid);
	else if (fault != NULL)
		printf("worker   cannot start: %s\n", fault);
	else
		puts("worker   not running; it starts with the next promise");
}

int
cmd_status(struct app *app, int argc, char **argv)
{
	struct arena a = { 0 };
	enum err e;

	(void)argv;
	if (argc > 0) {
		fputs("usage: admit status\n", stderr);
		return 2;
	}
	app->programs = PROGRAM_LEDGER;
	if (!cmd_ledger_ok(app))
		return 1;
	e = print_ledger(app, &a);
	if (e == ERR_OK)
		print_worker(app, &a);
	else
		puts("The ledger cannot be read; the log above says why.");
	arena_free(&a);
	return e == ERR_OK ? 0 : 1;
}
