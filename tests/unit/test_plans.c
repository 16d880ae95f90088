/* No statement may read a whole table: what SQLite plans to do for each of
 * them, over the real schema. */
#include "ledger.h"

#include "store/sqlite.h"

/* Those that may scan, and why that stays cheap, or may be slow. */
static const struct scan {
	const char *why;
	enum sql what;
} scans[] = {
	{ "what is owed, by its own index", SQL_JOBS_RELEASE },
	{ "what is owed, by its own index", SQL_ORDERS_PRUNE },
	{ "what is owed, by its own index", SQL_JOBS_FROM_FUTURE },
	{ "what is owed, by its own index", SQL_JOBS_IN_FUTURE },
	{ "a count when the worker starts", SQL_ACCESS_BY_PRODUCT },
	{ "a list for an operator", SQL_MEMBERS_STUCK },
	{ "what is owed, for an operator", SQL_JOBS_COUNT },
	{ "what is owed, for an operator", SQL_JOBS_WAITING },
	{ "what is owed, for an operator", SQL_JOBS_RETRY },
	{ "a count for an operator", SQL_LEDGER_COUNT },
	{ "a list for an operator", SQL_ORDERS_LIST },
	{ "a list for an operator", SQL_LESSONS_LIST },
	{ "a count for an operator", SQL_LESSONS_COUNT },
	{ "a sum for an operator", SQL_MOVEMENTS },
	{ "a sum for an operator", SQL_SUBSCRIBERS },
	{ "a sum for an operator", SQL_REPORT_ENDED },
	{ "a sum for an operator", SQL_REPORT_CHURN },
	{ "a sum for an operator", SQL_REPORT_OWED },
	{ "a sum for an operator", SQL_REPORT_SOURCES },
	{ "a list for an operator", SQL_JOBS_TROUBLED },
	{ "a list for an operator", SQL_OPERATORS_LIST },
	{ "a list for an operator", SQL_AUDIT_LIST },
	{ "what is old, once a day", SQL_AUDIT_PRUNE },
	{ "an operator is forgotten", SQL_FORGET_ACTOR },
	{ "an operator asks for what is kept of them", SQL_MINE_ACTS },
	{ "a list for an operator", SQL_PAYMENTS_EXPORT },
	{ "a list for an operator", SQL_PAYMENTS_LIST },
	{ "a sum for an operator", SQL_REPORT_INSIDE },
	{ "a sum for an operator", SQL_REPORT_LEFT },
	{ "a sum for an operator", SQL_REPORT_LINKS },
	{ "a sum for an operator", SQL_REPORT_FUNNEL },
	{ "a list for an operator", SQL_REPORT_DELAYS },
	{ "a sum for an operator", SQL_REPORT_WHO_IS_IN },
	{ "a list for an operator", SQL_REPORT_PERIODS },
	{ "counts rows, by an index where there are many", SQL_METRICS },
	{ "stops at the first", SQL_HAS_LESSONS },
	{ "some hundred lessons", SQL_HAS_LESSONS_FOR },
	{ "stops at the first", SQL_SUBSCRIPTIONS_KNOWN },
	{ "some hundred pieces of lessons", SQL_CHUNKS_COUNT },
	{ "what an engine without a search of its own does", SQL_SEARCH_COUNT },
	{ "what an engine without a search of its own does", SQL_SEARCH_WORDS },
	{ "an operator renames a product", SQL_RENAME_PEOPLE },
	{ "an operator renames a product", SQL_RENAME_ORDERS },
	{ "an operator renames a product", SQL_RENAME_WORSE },
	{ "an operator renames a product", SQL_RENAME_SECOND },
	{ "an operator renames a product", SQL_RENAME_ACCESS },
	{ "an operator renames a product", SQL_RENAME_JOBS },
	{ "an operator renames a product", SQL_RENAME_NOTICES },
	{ "an operator renames a product", SQL_RENAME_EARLIER },
	{ "an operator erases a person", SQL_FORGET_JOBS },
	{ "an operator erases a person", SQL_FORGET_LIMITS },
	{ "an operator erases a person", SQL_ALERTS_WITH },
	{ "a person asks for what is kept of them", SQL_MINE_MESSAGES },
	{ "an operator takes over the first version's", SQL_FIRST_USERS },
};

static bool
may_scan(enum sql what)
{
	for (size_t i = 0; i < LENGTH(scans); i++)
		if (scans[i].what == what)
			return true;
	return false;
}

/* Of the rows that a subquery with a limit or an aggregate has made. */
static bool
is_of_few(const char *step)
{
	return strstr(step, "_half") != NULL ||
	    strstr(step, "halves") != NULL ||
	    strcmp(step, "SCAN CONSTANT ROW") == 0;
}

/* The first step of the plan that goes through all of a table; NULL: none. */
static const char *
scan_in(enum sql what)
{
	sqlite3_stmt *st = ledger_look(
	    arena_printf(&mem, "EXPLAIN QUERY PLAN %s", sql_text(what)));
	const char *found = NULL;

	while (sqlite3_step(st) == SQLITE_ROW && found == NULL) {
		const char *step = (const char *)sqlite3_column_text(st, 3);

		if (strncmp(step, "SCAN ", 5) == 0 && !is_of_few(step))
			found = arena_dup_text(&mem, step);
	}
	(void)sqlite3_finalize(st);
	return found;
}

static void
no_scans(void **state)
{
	int n = 0;

	(void)state;
	check_err(db_ready(ledger.db), ERR_OK);
	for (int i = SQL_INBOX_ADD; i < SQL__COUNT; i++) {
		const char *step = scan_in((enum sql)i);

		if (step == NULL || may_scan((enum sql)i))
			continue;
		print_error("%s: %s\n", sql_name((enum sql)i), step);
		n++;
	}
	check_int(n, 0);
}

/* An exception that is none is to be struck off the list. */
static void
exception(void **state)
{
	const struct scan *s = *state;

	check_err(db_ready(ledger.db), ERR_OK);
	assert_non_null(scan_in(s->what));
}

int
main(void)
{
	if (on_postgres())
		return 0;
	ONE("plan", "no statement goes through a table", no_scans);
	ROWS("may scan", exception, scans);
	return testing_run("plans", ledger_make, ledger_remove);
}
