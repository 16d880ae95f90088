/* SQLite as an engine: how a connection is set up, what its codes ask of us,
 * what a row gives. */
#include "store/sqlite.c" /* the connection, statics and all */

#include "ledger.h"

#include <sys/stat.h>
#include <sys/wait.h>

static struct sqlite *
opened(void)
{
	void *conn = NULL;

	ledger_unmade();
	check_err(sqlite_driver.open(ledger.path, &conn), ERR_OK);
	return conn;
}

static const char *
ask(struct sqlite *s, const char *sql)
{
	sqlite3_stmt *st = NULL;
	const char *text;

	check_int(sqlite3_prepare_v2(s->db, sql, -1, &st, NULL), SQLITE_OK);
	check_int(sqlite3_step(st), SQLITE_ROW);
	text = arena_dup_text(&mem, (const char *)sqlite3_column_text(st, 0));
	(void)sqlite3_finalize(st);
	return text;
}

/* ---- the connection ---- */

static const struct setting {
	const char *why, *sql, *want;
} settings[] = {
	{ "readers and a writer do not wait", "PRAGMA journal_mode", "wal" },
	{ "a commit is on the disk", "PRAGMA synchronous", "2" },
	{ "references hold", "PRAGMA foreign_keys", "1" },
	{ "nothing is put beside the ledger", "PRAGMA temp_store", "2" },
	{ "a small cache", "PRAGMA cache_size", "-1024" },
	{ "which a batch may outgrow", "PRAGMA cache_spill", "1000" },
	{ "a log that is carried over twice as rarely",
	    "PRAGMA wal_autocheckpoint", "2000" },
	{ "what stands in the file runs nothing", "PRAGMA trusted_schema",
	    "0" },
	{ "a new ledger is at no version", "PRAGMA user_version", "0" },
};

static void
setting(void **state)
{
	const struct setting *t = *state;
	struct sqlite *s = opened();

	check_text(ask(s, t->sql), t->want);
	sqlite_driver.close(s);
}

/* What nobody was promised does not wait for the disk; what follows does. */
static void
light(void **state)
{
	static const char asked[] = "PRAGMA synchronous";
	struct sqlite *s = opened();

	(void)state;
	check_err(sqlite_driver.lighten(s, true), ERR_OK);
	check_text(ask(s, asked), "1");
	check_err(sqlite_driver.lighten(s, true), ERR_OK);
	check_text(ask(s, asked), "1");
	check_err(sqlite_driver.lighten(s, false), ERR_OK);
	check_text(ask(s, asked), "2");
	sqlite_driver.close(s);
}

/* Who is waited for leaves the log to others for longer. */
static void
quick(void **state)
{
	static const char asked[] = "PRAGMA wal_autocheckpoint";
	const struct db_driver *driver;
	void *conn;

	(void)state;
	ledger_fresh();
	check_err(db_raw(ledger.db, &driver, &conn), ERR_OK);
	check_text(ask(conn, asked), "2000");
	ledger_fresh();
	db_be_quick(ledger.db);
	check_err(db_raw(ledger.db, &driver, &conn), ERR_OK);
	check_text(ask(conn, asked), "8000");
}

/* A rush has a larger cache, until it is over. */
static void
grown(void **state)
{
	static const char asked[] = "PRAGMA cache_size";
	struct sqlite *s = opened();

	(void)state;
	sqlite_driver.grow(s);
	check_text(ask(s, asked), "-4096");
	sqlite_driver.grow(s);
	check_text(ask(s, asked), "-4096");
	sqlite_driver.shrink(s);
	check_text(ask(s, asked), "-1024");
	sqlite_driver.grow(s);
	check_text(ask(s, asked), "-4096");
	sqlite_driver.close(s);
}

static int
cached_bytes(struct sqlite *s)
{
	int bytes = 0, most = 0;

	assert_int_equal(sqlite3_db_status(s->db, SQLITE_DBSTATUS_CACHE_USED,
			     &bytes, &most, 0),
	    SQLITE_OK);
	return bytes;
}

/* A connection that rests holds no pages; they come again with use. */
static void
shrunk(void **state)
{
	struct sqlite *s = opened();
	int before;

	(void)state;
	check_err(sqlite_driver.script(s,
		      "CREATE TABLE t (a); INSERT INTO t"
		      " VALUES (zeroblob(200000))"),
	    ERR_OK);
	before = cached_bytes(s);
	assert_true(before > 200000);
	sqlite_driver.shrink(s);
	assert_true(cached_bytes(s) < before / 10);
	check_text(ask(s, "SELECT length(a) FROM t"), "200000");
	sqlite_driver.close(s);
}

/* Nobody writes where the engine keeps its own. */
static void
defensive(void **state)
{
	struct sqlite *s = opened();

	(void)state;
	check_err(sqlite_driver.script(s, "CREATE TABLE t (a)"), ERR_OK);
	check_err(sqlite_driver.script(s, "PRAGMA writable_schema=ON"), ERR_OK);
	check_err(sqlite_driver.script(s, "UPDATE sqlite_schema SET sql = 'x'"),
	    ERR_INTERNAL);
	sqlite_driver.close(s);
}

static void
nowhere(void **state)
{
	void *conn = &conn;

	(void)state;
	check_err(sqlite_driver.open("/nowhere/a.db", &conn), ERR_UNAVAILABLE);
	check_err(sqlite_driver.open(ledger.folder, &conn), ERR_UNAVAILABLE);
	assert_ptr_equal(conn, &conn); /* left alone */
}

static void
version(void **state)
{
	struct sqlite *s = opened();
	int64_t got = -1;

	(void)state;
	check_err(sqlite_driver.get_version(s, &got), ERR_OK);
	check_int(got, 0);
	check_err(sqlite_driver.set_version(s, 77), ERR_OK);
	sqlite_driver.close(s);
	check_err(sqlite_driver.open(ledger.path, (void **)&s), ERR_OK);
	check_err(sqlite_driver.get_version(s, &got), ERR_OK);
	check_int(got, 77);
	sqlite_driver.close(s);
}

/* ---- codes ---- */

static const struct code {
	const char *why;
	int code;
	enum err want;
	bool breaks;
} codes[] = {
	{ "well", SQLITE_OK, ERR_OK, false },
	{ "a row", SQLITE_ROW, ERR_OK, false },
	{ "the end", SQLITE_DONE, ERR_OK, false },
	{ "two with one key", SQLITE_CONSTRAINT_UNIQUE, ERR_CONFLICT, false },
	{ "an order of nobody", SQLITE_CONSTRAINT_FOREIGNKEY, ERR_CONFLICT,
	    false },
	{ "somebody writes", SQLITE_BUSY, ERR_UNAVAILABLE, false },
	{ "somebody wrote since we read", SQLITE_BUSY_SNAPSHOT, ERR_UNAVAILABLE,
	    false },
	{ "a statement that is none", SQLITE_ERROR, ERR_INTERNAL, false },
	{ "a value without a place", SQLITE_RANGE, ERR_INTERNAL, false },
	{ "used wrongly", SQLITE_MISUSE, ERR_INTERNAL, true },
	{ "the disk is full", SQLITE_FULL, ERR_UNAVAILABLE, true },
	{ "the disk fails", SQLITE_IOERR_FSYNC, ERR_UNAVAILABLE, true },
	{ "the file is spoilt", SQLITE_CORRUPT, ERR_UNAVAILABLE, true },
	{ "it is no database", SQLITE_NOTADB, ERR_UNAVAILABLE, true },
	{ "it cannot be written", SQLITE_READONLY, ERR_UNAVAILABLE, true },
	{ "it cannot be opened", SQLITE_CANTOPEN, ERR_UNAVAILABLE, true },
	{ "no memory", SQLITE_NOMEM, ERR_UNAVAILABLE, true },
};

static void
code(void **state)
{
	const struct code *c = *state;
	struct sqlite *s = opened();

	check_err(judge(s, "test", c->code), c->want);
	check_int(sqlite_driver.is_broken(s), c->breaks);
	/* What works again mends nothing. */
	check_err(sqlite_driver.script(s, "BEGIN; ROLLBACK"), ERR_OK);
	check_int(sqlite_driver.is_broken(s), c->breaks);
	sqlite_driver.close(s);
}

/* ---- rows ---- */

static void
note(const struct row *row, void *ctx)
{
	struct str *text = ctx;

	*text = sqlite_driver.column_text(row->statement, 0);
	if (text->p != NULL)
		text->p = arena_dup(row->arena, *text);
	text[1].len = (size_t)sqlite_driver.column_int(row->statement, 0);
}

static const struct cell {
	const char *why, *value, *text;
	size_t len;
	int64_t number;
} cells[] = {
	{ "a text", "'12 apples'", "12 apples", 9, 12 },
	{ "an empty one is a text", "''", "", 0, 0 },
	{ "null is none", "NULL", NULL, 0, 0 },
	{ "bytes, not letters, are counted", "'є'", "є", 2, 0 },
};

static void
cell(void **state)
{
	const struct cell *c = *state;
	struct sqlite *s = opened();
	struct str got[2] = { { "x", 1 }, { "x", 1 } };
	struct db_run run = {
		.what = SQL_SELF_GET, .arena = &mem, .map = note, .ctx = got
	};

	check_err(
	    sqlite_driver.script(s,
		arena_printf(&mem,
		    "CREATE TABLE marks (key TEXT, value TEXT, word TEXT);"
		    "INSERT INTO marks VALUES ('bot', %s, %s)",
		    c->value, c->value)),
	    ERR_OK);
	check_err(sqlite_driver.run(s, &run), ERR_OK);
	check_int(run.n_rows, 1);
	check_int(got[0].len, c->len);
	check_text(got[0].p, c->text);
	check_int(got[1].len, c->number);
	sqlite_driver.close(s);
}

static void
many(void **state)
{
	struct sqlite *s = opened();
	struct db_run run = { .what = SQL_MARK_ADD,
		.args = KV(kv_text("key", "a"), kv_int("n", 4)) };

	(void)state;
	check_err(sqlite_driver.script(s,
		      "CREATE TABLE marks (key TEXT PRIMARY KEY, value, word)"),
	    ERR_OK);
	check_err(sqlite_driver.run(s, &run), ERR_OK);
	check_int(run.n_changed, 1);
	check_int(run.n_rows, 0);
	assert_non_null(s->prepared[SQL_MARK_ADD]); /* once a connection */
	run.args = KV(kv_int("n", 5), kv_text("key", "a"));
	check_err(sqlite_driver.run(s, &run), ERR_OK);
	check_text(ask(s, "SELECT value FROM marks"), "9");
	sqlite_driver.close(s);
}

/* ---- the search ---- */

static void
search(void **state)
{
	struct sqlite *s = opened();

	(void)state;
	assert_ptr_equal(text_for(s, SQL_SEARCH_WORDS), /* as any engine */
	    sql_text(SQL_SEARCH_WORDS));
	check_err(sqlite_driver.search_make(s), ERR_OK);
	check_err(sqlite_driver.search_make(s), ERR_OK);
	assert_ptr_not_equal(
	    text_for(s, SQL_SEARCH_WORDS), sql_text(SQL_SEARCH_WORDS));
	assert_ptr_equal(text_for(s, SQL_MARK_GET), sql_text(SQL_MARK_GET));
	sqlite_driver.close(s);
}

/* ---- files of others, and copies ---- */

static const char *
beside(const char *end)
{
	return arena_printf(&mem, "%s%s", ledger.path, end);
}

/* Another program's database is left alone, to its last byte. */
static void
not_ours(void **state)
{
	struct sqlite *s = opened();
	void *conn = &conn;

	(void)state;
	check_err(sqlite_driver.script(
		      s, "PRAGMA journal_mode=DELETE; CREATE TABLE users (a)"),
	    ERR_OK);
	sqlite_driver.close(s);
	check_err(sqlite_driver.open(ledger.path, &conn), ERR_CONFIG);
	assert_ptr_equal(conn, &conn);
	check_err(sqlite_driver.open_to_read(ledger.path, &conn), ERR_OK);
	check_text(ask(conn, "PRAGMA journal_mode"), "delete");
	check_err(
	    sqlite_driver.script(conn, "CREATE TABLE b (a)"), ERR_UNAVAILABLE);
	sqlite_driver.close(conn);
	check_err(sqlite_driver.open_to_read(beside(".none"), &conn),
	    ERR_UNAVAILABLE);
	check_int(access(beside(".none"), F_OK), -1); /* none was made */
}

static const struct sight {
	const char *why, *sql;
	struct db_look want;
} sights[] = {
	{ "empty", "", { .is_free = true } },
	{ "a ledger",
	    "CREATE TABLE users (tg_id, is_paid); CREATE TABLE orders (a);"
	    "CREATE TABLE access (a); CREATE TABLE jobs (a);"
	    "PRAGMA user_version = 7",
	    { .version = 7, .is_ledger = true } },
	{ "half of one",
	    "CREATE TABLE users (tg_id, is_paid); CREATE TABLE orders (a);"
	    "PRAGMA user_version = 7",
	    { .version = 7 } },
	{ "the first version's",
	    "CREATE TABLE users (tg_id, is_paid, stripe_session_id)",
	    { .is_first = true } },
	{ "with a table of its own beside",
	    "CREATE TABLE users (tg_id, is_paid); CREATE TABLE notes (a)",
	    { .is_first = true } },
	{ "users of something else", "CREATE TABLE users (id, name)", { 0 } },
};

static void
look_at(void **state)
{
	const struct sight *t = *state;
	struct sqlite *s = opened();
	struct db_look got = { 0 };

	check_err(sqlite_driver.script(s, t->sql), ERR_OK);
	check_err(sqlite_driver.look(s, &got), ERR_OK);
	check_int(got.version, t->want.version);
	check_int(got.is_ledger, t->want.is_ledger);
	check_int(got.is_first, t->want.is_first);
	check_int(got.is_free, t->want.is_free);
	assert_null(sqlite_driver.fault(s, &mem));
	sqlite_driver.close(s);
}

static void
no_database(void **state)
{
	struct db_look got = { 0 };
	FILE *f = fopen(beside(".text"), "we");
	void *conn;

	(void)state;
	assert_non_null(f);
	for (int i = 0; i < 200; i++)
		(void)fputs("tg_id,product,until\n", f);
	assert_int_equal(fclose(f), 0);
	check_err(sqlite_driver.open_to_read(beside(".text"), &conn), ERR_OK);
	check_err(sqlite_driver.look(conn, &got), ERR_INPUT);
	assert_non_null(sqlite_driver.fault(conn, &mem));
	sqlite_driver.close(conn);
	(void)unlink(beside(".text"));
}

/* While another connection writes: the copy is as of one moment. */
static void
copied(void **state)
{
	struct sqlite *s = opened(), *other;
	void *copy;

	(void)state;
	check_err(sqlite_driver.script(s,
		      "PRAGMA user_version = 1; CREATE TABLE t (a);"
		      "INSERT INTO t VALUES ('kept')"),
	    ERR_OK);
	check_err(sqlite_driver.open(ledger.path, (void **)&other), ERR_OK);
	check_err(sqlite_driver.script(
		      other, "BEGIN IMMEDIATE; INSERT INTO t VALUES ('not')"),
	    ERR_OK);
	check_err(sqlite_driver.copy(s, beside(".copy")), ERR_OK);
	check_err(sqlite_driver.script(other, "COMMIT"), ERR_OK);
	check_err(sqlite_driver.open_to_read(beside(".copy"), &copy), ERR_OK);
	check_text(ask(copy, "SELECT group_concat(a) FROM t"), "kept");
	check_text(ask(copy, "PRAGMA journal_mode"), "delete");
	sqlite_driver.close(copy);
	/* Back, once nobody else has it open. */
	check_err(sqlite_driver.replace(s, beside(".copy")), ERR_CONFLICT);
	check_text(ask(s, "SELECT COUNT(*) FROM t"), "2");
	sqlite_driver.close(other);
	check_err(sqlite_driver.replace(s, beside(".none")), ERR_UNAVAILABLE);
	check_text(ask(s, "SELECT COUNT(*) FROM t"), "2");
	check_err(sqlite_driver.replace(s, beside(".copy")), ERR_OK);
	check_text(ask(s, "SELECT group_concat(a) FROM t"), "kept");
	sqlite_driver.close(s);
	(void)unlink(beside(".copy"));
}

/* A child is another process; the pipes tell when it has it open. */
static void
held(void **state)
{
	int ready[2], over[2];
	struct sqlite *s = opened();
	char c;
	pid_t pid;

	(void)state;
	sqlite_driver.close(s);
	check_int(sqlite_driver.holder(ledger.path), 0);
	check_int(sqlite_driver.holder(beside(".none")), 0);
	assert_int_equal(pipe(ready) + pipe(over), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(over[1]);
		if (sqlite_driver.open(ledger.path, (void **)&s) == ERR_OK)
			(void)!write(ready[1], "y", 1);
		(void)!read(over[0], &c, 1); /* until the parent closes it */
		_exit(0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	check_int(sqlite_driver.holder(ledger.path), pid);
	(void)close(over[0]);
	(void)close(over[1]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	check_int(sqlite_driver.holder(ledger.path), 0);
	(void)close(ready[0]);
	(void)close(ready[1]);
}

/* Columns of a table whose order nobody here knows. */
static void
name_of_first(const struct row *row, void *ctx)
{
	const char **names = ctx;

	names[0] = row->driver->column_name(row->statement, 0);
	names[1] = row->driver->column_name(row->statement, 9);
}

static void
named(void **state)
{
	struct sqlite *s = opened();
	const char *names[2] = { NULL, "" };
	struct db_run run = { .what = SQL_FIRST_USERS,
		.arena = &mem,
		.map = name_of_first,
		.ctx = names };

	(void)state;
	check_err(sqlite_driver.script(s,
		      "CREATE TABLE users (is_paid, tg_id);"
		      "INSERT INTO users VALUES (1, 2)"),
	    ERR_OK);
	check_err(sqlite_driver.run(s, &run), ERR_OK);
	check_int(run.n_rows, 1);
	assert_null(names[1]);
	sqlite_driver.close(s);
}

int
main(void)
{
	if (on_postgres())
		return 0;
	ONE("a file", "of another program is left alone", not_ours);
	ONE("a connection", "need not wait for the disk", light);
	ONE("a connection", "of whom somebody waits for", quick);
	ONE("a connection", "in a rush", grown);
	ONE("a connection", "rests with little", shrunk);
	ROWS("a look", look_at, sights);
	ONE("a look", "at what is no database", no_database);
	ONE("a copy", "is of one moment, and may be gone back to", copied);
	ONE("a file", "is known to be open elsewhere", held);
	ONE("a column", "has a name, and there is an end", named);
	ROWS("a connection", setting, settings);
	ONE("a connection", "the engine's own is out of reach", defensive);
	ONE("a connection", "to what is not there", nowhere);
	ONE("a connection", "its version stays in the file", version);
	ROWS("a code", code, codes);
	ROWS("a column", cell, cells);
	ONE("a statement", "is prepared once and bound anew", many);
	ONE("the search", "is made once, and used from then on", search);
	return testing_run("sqlite", ledger_make, ledger_remove);
}
