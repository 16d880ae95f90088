/* A ledger in a folder of its own, and eyes to look into it: what the tests
 * see there is what an operator with the sqlite3 program would see. With
 * ADMIT_TEST_DATABASE=postgresql://... in the environment it is a schema of its
 * own there (tests/postgres.sh makes such a server). */
#ifndef LEDGER_H
#define LEDGER_H

#include "testing.h"

#include "store/db.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "ledger_postgres.h"

static struct {
	char folder[64];
	char place[96]; /* what lies beside a ledger is named after it */
	char path[256]; /* that, or the address */
	struct db *db;
	sqlite3 *eyes;
} ledger;

static inline void
ledger_close(void)
{
	db_free(ledger.db);
	(void)sqlite3_close(ledger.eyes);
	eyes_close();
	ledger.db = NULL;
	ledger.eyes = NULL;
}

static inline void
ledger_delete(void)
{
	static const char *const ends[] = { "", "-wal", "-shm" };

	for (size_t i = 0; i < 3; i++) {
		char path[sizeof(ledger.place) + 8];

		(void)snprintf(
		    path, sizeof(path), "%s%s", ledger.place, ends[i]);
		(void)unlink(path);
	}
}

/* What the file of an empty ledger holds, whose tables are there. */
static struct {
	char *bytes;
	size_t n;
} made;

/* Makes such a file once, as any program would, and keeps what is in it. */
static inline void
made_keep(void)
{
	struct db *db = db_new(ledger.place);
	FILE *f;

	check_err(db_ready(db), ERR_OK);
	db_free(db);
	f = fopen(ledger.place, "r");
	assert_non_null(f);
	(void)fseek(f, 0, SEEK_END);
	made.n = (size_t)ftell(f);
	made.bytes = malloc(made.n);
	assert_non_null(made.bytes);
	rewind(f);
	check_int(fread(made.bytes, 1, made.n, f), made.n);
	(void)fclose(f);
}

static inline void
made_put(void)
{
	int fd =
	    open(ledger.place, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	check_int(write(fd, made.bytes, made.n), made.n);
	(void)close(fd);
}

/* One that nobody ever opened, where the difference counts. */
static inline void
ledger_unmade(void)
{
	ledger_close();
	if (on_postgres()) {
		eyes_unmade();
		eyes_fresh();
	} else {
		ledger_delete();
	}
	ledger.db = db_new(ledger.path);
}

/* An empty ledger, not opened yet. Its tables are there: they are made once in
 * a program, and then written as they were, in a tenth of the time. */
static inline void
ledger_fresh(void)
{
	ledger_close();
	if (on_postgres()) {
		eyes_fresh();
	} else {
		ledger_delete();
		if (made.bytes == NULL) {
			made_keep();
			ledger_delete();
		}
		made_put();
	}
	ledger.db = db_new(ledger.path);
}

/* Skips a test of what SQLite alone has: a file, say. */
static inline void
only_sqlite(void)
{
	if (on_postgres())
		skip();
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
	    ledger.place, sizeof(ledger.place), "%s/admit.db", ledger.folder);
	(void)snprintf(ledger.path, sizeof(ledger.path), "%s", ledger.place);
	if (on_postgres())
		eyes_address(ledger.path, sizeof(ledger.path));
	ledger_fresh();
	return 0;
}

static inline int
ledger_remove(void **state)
{
	(void)state;
	ledger_close();
	free(made.bytes);
	made.bytes = NULL;
	if (on_postgres())
		eyes_drop();
	else
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
	sqlite3_stmt *st;
	int64_t n;

	if (on_postgres())
		return eyes_int(sql, id);
	st = ledger_look(sql);
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
	sqlite3_stmt *st;
	char *text = NULL;

	if (on_postgres())
		return eyes_text(sql, id);
	st = ledger_look(sql);
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

	if (on_postgres()) {
		eyes_change(sql);
		return;
	}
	(void)sqlite3_finalize(ledger_look("SELECT 1"));
	if (sqlite3_exec(ledger.eyes, sql, NULL, NULL, &wrong) != SQLITE_OK)
		fail_msg("%s: %s", sql, wrong);
}

/* An empty one again, for who has it open and goes on with it: in a twentieth
 * of the time that making it takes. (Without WHERE each table's first page
 * would be written, whether there was anything on it or not.) */
static inline void
ledger_emptied(void)
{
	static const char *empty;

	if (on_postgres()) {
		eyes_fresh();
		return;
	}
	if (empty == NULL)
		empty = strdup(look_text(
		    "SELECT 'BEGIN;' || group_concat('DELETE FROM ' || name ||"
		    " ' WHERE 1', ';') || ';INSERT INTO marks (key, value)"
		    " VALUES (''accept_unmarked'', 0); COMMIT'"
		    " FROM sqlite_master WHERE type = 'table'"
		    " AND (name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
		    " OR name = 'sqlite_sequence')"));
	change(empty);
}

/* For who comes with another buyer each time, and looks at nothing else: empty
 * at every eighth call, so that the ledger does not grow. */
static inline void
ledger_emptied_at_times(void)
{
	static unsigned n;

	if (++n % 8 == 0)
		ledger_emptied();
}

#endif
