/* A ledger in a folder of its own, and eyes to look into it: what the tests
 * see there is what an operator with the sqlite3 program would see. */
#ifndef LEDGER_H
#define LEDGER_H

#include "testing.h"

#include "store/db.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

static struct {
	char folder[64], path[96];
	struct db *db;
	sqlite3 *eyes;
} ledger;

static inline void
ledger_close(void)
{
	db_free(ledger.db);
	(void)sqlite3_close(ledger.eyes);
	ledger.db = NULL;
	ledger.eyes = NULL;
}

static inline void
ledger_delete(void)
{
	static const char *const ends[] = { "", "-wal", "-shm" };

	for (size_t i = 0; i < 3; i++) {
		char path[128];

		(void)snprintf(
		    path, sizeof(path), "%s%s", ledger.path, ends[i]);
		(void)unlink(path);
	}
}

/* An empty ledger, not yet opened. */
static inline void
ledger_fresh(void)
{
	ledger_close();
	ledger_delete();
	ledger.db = db_new(ledger.path);
}

/* Before and after all tests of a program. In memory where there is a place
 * for that: nobody pulls the plug here. */
static inline int
ledger_make(void **state)
{
	const char *root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	(void)state;
	(void)snprintf(
	    ledger.folder, sizeof(ledger.folder), "%s/admit-unit.XXXXXX", root);
	if (mkdtemp(ledger.folder) == NULL)
		return -1;
	(void)snprintf(
	    ledger.path, sizeof(ledger.path), "%s/admit.db", ledger.folder);
	ledger_fresh();
	return 0;
}

static inline int
ledger_remove(void **state)
{
	(void)state;
	ledger_close();
	ledger_delete();
	return rmdir(ledger.folder);
}

static inline sqlite3_stmt *
ledger_look(const char *sql)
{
	sqlite3_stmt *st = NULL;

	if (ledger.eyes == NULL &&
	    sqlite3_open(ledger.path, &ledger.eyes) != SQLITE_OK)
		fail_msg("cannot look into %s", ledger.path);
	(void)sqlite3_busy_timeout(ledger.eyes, 5000);
	if (sqlite3_prepare_v2(ledger.eyes, sql, -1, &st, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(ledger.eyes));
	return st;
}

/* The first column of the first row, where ?1 is the id; -1 where there is no
 * row. */
static inline int64_t
look_int_of(const char *sql, int64_t id)
{
	sqlite3_stmt *st = ledger_look(sql);
	int64_t n;

	(void)sqlite3_bind_int64(st, 1, id);
	n = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : -1;
	(void)sqlite3_finalize(st);
	return n;
}

static inline int64_t
look_int(const char *sql)
{
	return look_int_of(sql, 0);
}

/* The same as a text; NULL for null and for no row. */
static inline const char *
look_text_of(const char *sql, int64_t id)
{
	sqlite3_stmt *st = ledger_look(sql);
	char *text = NULL;

	(void)sqlite3_bind_int64(st, 1, id);
	if (sqlite3_step(st) == SQLITE_ROW)
		text = arena_dup_text(
		    &mem, (const char *)sqlite3_column_text(st, 0));
	(void)sqlite3_finalize(st);
	return text;
}

static inline const char *
look_text(const char *sql)
{
	return look_text_of(sql, 0);
}

/* Changes the ledger behind the program's back. */
static inline void
change(const char *sql)
{
	char *wrong = NULL;

	(void)sqlite3_finalize(ledger_look("SELECT 1"));
	if (sqlite3_exec(ledger.eyes, sql, NULL, NULL, &wrong) != SQLITE_OK)
		fail_msg("%s: %s", sql, wrong);
}

#endif
