/* No statement may read a whole table: what SQLite plans to do for each of
 * them, over the real schema. */
#include "ledger.h"
#include "scans.h"

#include "store/sqlite.h"

/* Of the rows that a subquery with a limit or an aggregate has made. */
static bool
is_of_few(const char *step)
{
	return strstr(step, "_half") != NULL ||
	    strstr(step, "halves") != NULL ||
	    strcmp(step, "SCAN CONSTANT ROW") == 0;
}

/* What it calls a search goes through the whole table where no index is named:
 * it does so for the least of something. */
static bool
is_scan(const char *step)
{
	return strncmp(step, "SCAN ", 5) == 0 ||
	    (strncmp(step, "SEARCH ", 7) == 0 &&
		strstr(step, " USING ") == NULL);
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

		if (is_scan(step) && !is_of_few(step))
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
