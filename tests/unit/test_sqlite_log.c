/* The write-ahead log, written in large pieces: whoever else opens the ledger,
 * and whoever finds it after a power cut, finds what was committed. */
#include "store/sqlite_log.h"

#include "ledger.h"

#include "store/sqlite.h"

#include <errno.h>

static int n_writes;
static int n_before_fault = -1; /* writes that work; -1: all */
static bool is_brief;           /* one fails, and the next one works again */

static ssize_t
watched_pwrite(int fd, const void *p, size_t n, off_t at)
{
	int i = n_writes++;

	if (n_before_fault < 0 || i < n_before_fault ||
	    (is_brief && i > n_before_fault))
		return pwrite(fd, p, n, at);
	errno = ENOSPC;
	return -1;
}

static void
watch(void)
{
	static const char *const names[] = { "pwrite", "pwrite64" };
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	for (size_t i = 0; i < LENGTH(names); i++)
		(void)vfs->xSetSystemCall(
		    vfs, names[i], (sqlite3_syscall_ptr)watched_pwrite);
	n_writes = 0;
}

static int
unwatch(void **state)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	(void)vfs->xSetSystemCall(vfs, NULL, NULL);
	return ledger_remove(state);
}

static void *
opened(void)
{
	void *conn = NULL;

	ledger_unmade();
	check_err(sqlite_driver.open(ledger.path, &conn), ERR_OK);
	check_err(sqlite_driver.script(conn,
		      "PRAGMA user_version = 1;"
		      "CREATE TABLE t (id INTEGER PRIMARY KEY, a)"),
	    ERR_OK);
	return conn;
}

static void
does(void *conn, const char *sql)
{
	check_err(sqlite_driver.script(conn, sql), ERR_OK);
}

/* By SQLite's own way to files. */
static const char *
asked_of(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	const char *text;

	check_int(sqlite3_open(path, &db), SQLITE_OK);
	check_int(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	check_int(sqlite3_step(st), SQLITE_ROW);
	text = arena_dup_text(&mem, (const char *)sqlite3_column_text(st, 0));
	(void)sqlite3_finalize(st);
	(void)sqlite3_close(db);
	return text;
}

static void
copy_file(const char *from, const char *to)
{
	static char block[65536];
	FILE *in = fopen(from, "r"), *out = fopen(to, "w");
	size_t n;

	assert_non_null(in);
	assert_non_null(out);
	while ((n = fread(block, 1, sizeof(block), in)) > 0)
		check_int(fwrite(block, 1, n, out), n);
	(void)fclose(in);
	check_int(fclose(out), 0);
}

/* What is in the files now, found by somebody who knows nothing else: the log
 * is read as after a power cut, up to the first sum that is wrong. */
static const char *
found_later(const char *sql)
{
	const char *copy = arena_printf(&mem, "%s/copy", ledger.folder);
	const char *log = arena_printf(&mem, "%s-wal", copy);
	const char *found;

	copy_file(ledger.path, copy);
	copy_file(arena_printf(&mem, "%s-wal", ledger.path), log);
	check_text(asked_of(copy, "PRAGMA integrity_check"), "ok");
	copy_file(ledger.path, copy);
	copy_file(arena_printf(&mem, "%s-wal", ledger.path), log);
	found = asked_of(copy, sql);
	(void)unlink(copy);
	return found;
}

#define ROWS_OF(n) \
	"WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n" \
	" WHERE i < " #n ") INSERT INTO t SELECT NULL, zeroblob(3000) FROM n;"
#define COUNT "SELECT COUNT(*) FROM t"
#define SMALL "PRAGMA cache_size = 10; PRAGMA cache_spill = 10;"

static const struct kept {
	const char *why, *first, *sql, *want;
	int max_writes;
} keeps[] = {
	{ "a commit of one page", "", "INSERT INTO t VALUES (1, 2)", "1", 1 },
	{ "one of many", "", ROWS_OF(20), "20", 2 },
	{ "one of more than are put together", "", ROWS_OF(100), "100", 6 },
	{ "two commits", "",
	    "INSERT INTO t VALUES (1, 2); INSERT INTO t VALUES (2, 2)", "2",
	    2 },
	{ "one that does not wait for the disk", "PRAGMA synchronous = NORMAL;",
	    ROWS_OF(20), "20", 2 },
	{ "one that outgrows the memory", SMALL,
	    "BEGIN;" ROWS_OF(100) "UPDATE t SET a = zeroblob(2999);" ROWS_OF(
		50) "UPDATE t SET a = 1 WHERE id = 3; COMMIT",
	    "150", 4000 },
	{ "such a one that does not wait for the disk",
	    SMALL "PRAGMA synchronous = NORMAL;",
	    "BEGIN;" ROWS_OF(100) "UPDATE t SET a = zeroblob(2999);" ROWS_OF(
		50) "UPDATE t SET a = 1 WHERE id = 3; COMMIT",
	    "150", 4000 },
	{ "one that is undone", "", "BEGIN;" ROWS_OF(50) "ROLLBACK", "0", 0 },
	{ "one after another that outgrew the memory and was undone", SMALL,
	    "BEGIN;" ROWS_OF(100) "ROLLBACK; INSERT INTO t VALUES (1, 2)", "1",
	    2000 },
	{ "one partly undone", SMALL,
	    "BEGIN;" ROWS_OF(50) "SAVEPOINT s;" ROWS_OF(
		50) "ROLLBACK TO s; INSERT INTO t VALUES (NULL, 2); COMMIT",
	    "51", 2000 },
	{ "a log that began anew", "PRAGMA wal_autocheckpoint = 10;",
	    ROWS_OF(20) ROWS_OF(20) "INSERT INTO t VALUES (NULL, 2)", "41",
	    100 },
};

static void
keep(void **state)
{
	const struct kept *t = *state;
	void *conn = opened();

	does(conn, t->first);
	n_writes = 0;
	does(conn, t->sql);
	assert_in_range(n_writes, 0, t->max_writes);
	check_text(found_later(COUNT), t->want);
	check_text(asked_of(ledger.path, COUNT), t->want);
	sqlite_driver.close(conn);
	check_text(asked_of(ledger.path, COUNT), t->want);
}

/* What a transaction that was given up left unwritten never comes over what
 * another program has written since. */
static void
given_up(void **state)
{
	void *conn = opened(), *other = NULL;

	(void)state;
	check_err(sqlite_driver.open(ledger.path, &other), ERR_OK);
	does(conn, SMALL "BEGIN;" ROWS_OF(100) "ROLLBACK");
	does(other, ROWS_OF(30));
	check_text(found_later(COUNT), "30");
	does(conn, ROWS_OF(2));
	check_text(found_later(COUNT), "32");
	sqlite_driver.close(conn);
	sqlite_driver.close(other);
}

/* Two that write in turns, each into a ledger of its own. */
static void
two_ledgers(void **state)
{
	const char *path = arena_printf(&mem, "%s/second", ledger.folder);
	void *conn = opened(), *other = NULL;

	(void)state;
	check_err(sqlite_driver.open(path, &other), ERR_OK);
	does(other, "CREATE TABLE t (id INTEGER PRIMARY KEY, a)");
	does(conn, SMALL "BEGIN;" ROWS_OF(60));
	does(other, SMALL "BEGIN;" ROWS_OF(70));
	does(conn, ROWS_OF(10) "COMMIT");
	does(other, ROWS_OF(10) "COMMIT");
	check_text(found_later(COUNT), "70");
	check_text(asked_of(path, COUNT), "80");
	sqlite_driver.close(conn);
	sqlite_driver.close(other);
	(void)unlink(path);
}

/* Others see what somebody would find who comes later. */
static const char *
seen(void)
{
	const char *count = asked_of(ledger.path, COUNT);

	check_text(found_later(COUNT), count);
	return count;
}

/* False where no write of it failed. */
static bool
fails(const char *first, int at)
{
	void *conn = opened(), *other = NULL;
	enum err during, e;
	bool has_failed;

	does(conn, first);
	does(conn, ROWS_OF(1));
	n_writes = 0;
	n_before_fault = at;
	during = sqlite_driver.script(conn,
	    "BEGIN;" ROWS_OF(15) "UPDATE t SET a = zeroblob(2999);" ROWS_OF(5));
	e = sqlite_driver.script(conn, "COMMIT");
	n_before_fault = -1;
	has_failed = n_writes > at;
	if (e != ERR_OK)
		(void)sqlite_driver.script(conn, "ROLLBACK");
	if (e != ERR_OK || during == ERR_OK)
		check_text(seen(), e == ERR_OK ? "21" : "1");
	check_err(sqlite_driver.open(ledger.path, &other), ERR_OK);
	does(other, ROWS_OF(3));
	sqlite_driver.close(other);
	(void)seen();
	(void)sqlite_driver.script(conn, ROWS_OF(2));
	(void)seen();
	sqlite_driver.close(conn);
	return has_failed;
}

/* Whichever write fails, and whether the next one works: the commit is whole or
 * says that it is not, and harms nothing that comes after. */
static const struct fault {
	const char *why, *first;
	bool is_brief;
} faults[] = {
	{ "for good", "PRAGMA synchronous = FULL", false },
	{ "for good, nobody waits for it", "PRAGMA synchronous = NORMAL",
	    false },
	{ "for a moment", "PRAGMA synchronous = FULL", true },
	{ "for a moment, nobody waits for it", "PRAGMA synchronous = NORMAL",
	    true },
	{ "for good, and memory is short", SMALL "PRAGMA synchronous = FULL",
	    false },
	{ "for a moment, and memory is short",
	    SMALL "PRAGMA synchronous = FULL", true },
	{ "for good, memory is short and nobody waits for it",
	    SMALL "PRAGMA synchronous = NORMAL", false },
	{ "for a moment, memory is short and nobody waits for it",
	    SMALL "PRAGMA synchronous = NORMAL", true },
};

static void
fault(void **state)
{
	const struct fault *t = *state;
	int at = 0;

	is_brief = t->is_brief;
	while (fails(t->first, at))
		at++;
	assert_true(at > 0);
}

/* One that rests has no memory for it; it comes again with use. */
static void
shrunk(void **state)
{
	void *conn = opened();

	(void)state;
	does(conn, ROWS_OF(3));
	sqlite_driver.shrink(conn);
	does(conn, ROWS_OF(3));
	check_text(found_later(COUNT), "6");
	sqlite_driver.close(conn);
}

int
main(void)
{
	if (on_postgres())
		return 0;
	(void)sqlite_log_vfs();
	watch();
	ROWS("kept", keep, keeps);
	ONE("kept", "and what was given up is not", given_up);
	ONE("kept", "in two ledgers at once", two_ledgers);
	ROWS("a full disk", fault, faults);
	ONE("memory", "goes and comes", shrunk);
	return testing_run("sqlite_log", ledger_make, unwatch);
}
