/* SQLite: WAL, every commit synced to disk before it counts, one connection a
 * process. */
#include "store/sqlite.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/sqlite_log.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A writer waits this long for another one's commit. SQLite's own back-off
 * starves a waiter among busy ones; short even steps do not. */
#define BUSY_LIMIT_MS 5000
#define BUSY_STEP_US 200

/* In KiB. */
#define CACHE_AT_REST "PRAGMA cache_size=-1024"
#define CACHE_IN_RUSH "PRAGMA cache_size=-4096"

/* What the trigger says that keeps writers out of a ledger that has moved. */
#define HAS_MOVED "this ledger has moved"

struct sqlite {
	sqlite3 *db;
	sqlite3_stmt *prepared[SQL__COUNT];
	int64_t busy_since_ms;
	bool is_light;  /* commits do not wait for the disk */
	bool is_grown;  /* its cache is for a rush */
	bool is_broken; /* once it is, a rollback that works mends nothing */
};

static int
wait_a_little(void *ctx, int n_waits)
{
	struct sqlite *s = ctx;
	int64_t now_ms = clock_mono_ms();

	/* SQLite counts anew for each statement that has to wait. */
	if (n_waits == 0)
		s->busy_since_ms = now_ms;
	if (now_ms - s->busy_since_ms >= BUSY_LIMIT_MS)
		return 0;
	(void)usleep(BUSY_STEP_US);
	return 1;
}

/* Whether a connection is not to be used again after this. SQLite opens a file
 * for reading where it could not open it for writing, and stays with that. */
static bool
breaks(int primary)
{
	switch (primary) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
	/* Somebody else writes: the connection is as good as before. */
	case SQLITE_BUSY:
	case SQLITE_CONSTRAINT:
	case SQLITE_ERROR:
	case SQLITE_RANGE:
		return false;
	default:
		return true;
	}
}

/* A ledger that was moved away under a program that has it open. Opened anew it
 * is refused, and the log says what to do. */
static bool
has_moved(struct sqlite *s)
{
	if (strcmp(sqlite3_errmsg(s->db), HAS_MOVED) != 0)
		return false;
	log_event(LOG_ERROR, "ledger_moved_away", KV_NONE);
	s->is_broken = true;
	return true;
}

/* What a result code asks of the caller. A constraint is the one failure that
 * is part of normal life, so it is not logged. */
static enum err
judge(struct sqlite *s, const char *what, int code)
{
	int primary = code & 0xff;

	if (code == SQLITE_CONSTRAINT_TRIGGER && has_moved(s))
		return ERR_UNAVAILABLE;
	s->is_broken |= breaks(primary);
	if (primary == SQLITE_OK || primary == SQLITE_DONE ||
	    primary == SQLITE_ROW)
		return ERR_OK;
	if (primary == SQLITE_CONSTRAINT)
		return ERR_CONFLICT;
	log_event(LOG_ERROR, "database_failed",
	    KV(kv_text("statement", what), kv_int("code", code),
		kv_text("why", sqlite3_errstr(code)),
		kv_text("detail", sqlite3_errmsg(s->db))));
	return primary == SQLITE_ERROR || primary == SQLITE_MISUSE ||
		primary == SQLITE_RANGE ?
	    ERR_INTERNAL :
	    ERR_UNAVAILABLE;
}

static enum err
sqlite_script(void *conn, const char *sql)
{
	struct sqlite *s = conn;

	return judge(s, sql, sqlite3_exec(s->db, sql, NULL, NULL, NULL));
}

static void
sqlite_close_all(void *conn)
{
	struct sqlite *s = conn;

	/* A connection that still has prepared statements would not close. */
	for (size_t i = 0; i < SQL__COUNT; i++)
		(void)sqlite3_finalize(s->prepared[i]);
	(void)sqlite3_close(s->db);
	free(s);
}

/* The step to WAL wants the file for itself for a moment and is refused with
 * SQLITE_BUSY, past the busy handler, where several programs open a new file
 * at once: so it waits here. */
static enum err
enter_wal(struct sqlite *s)
{
	static const char sql[] = "PRAGMA journal_mode=WAL";
	int code, n_waits = 0;

	do
		code = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
	while ((code & 0xff) == SQLITE_BUSY && wait_a_little(s, n_waits++));
	return judge(s, sql, code);
}

/* DEFENSIVE and an untrusted schema: a database file that somebody tampered
 * with must not be able to make SQLite do more than hold rows. */
static void
configure(struct sqlite *s)
{
	(void)sqlite3_extended_result_codes(s->db, 1);
	(void)sqlite3_busy_handler(s->db, wait_a_little, s);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
}

static enum err
keep_safe(struct sqlite *s)
{
	enum err e = enter_wal(s);

	/* synchronous=FULL: in WAL mode a lesser setting could lose the last
	 * commits with the power, and they were acknowledged. The cache stays
	 * small, because there is one in each process and the file is in the
	 * system's cache anyway: as large as the upper pages of the trees that
	 * a sale walks down, which are read again for each sale otherwise. Yet
	 * a batch of 64 sales changes 500 pages: these stay until the commit,
	 * or each would be written twice; see sqlite_grow(), too. (No multiple
	 * of 256 there, which SQLite 3.40 takes for OFF: a migration would fill
	 * the memory.) No mmap_size: there a disk that fails ends the process
	 * by SIGBUS, and now it is an error. What stands in the log goes into
	 * the file half as often as by default: by then most of its pages have
	 * been written several times. */
	return e == ERR_OK ?
	    sqlite_script(s,
		"PRAGMA synchronous=FULL;"
		"PRAGMA foreign_keys=ON;PRAGMA temp_store=MEMORY;" CACHE_AT_REST
		";"
		"PRAGMA cache_spill=1000;PRAGMA wal_autocheckpoint=2000") :
	    e;
}

/* What stands in the log goes into the file while somebody waits: a thousand
 * pages and two syncs. The worker does it as well, at its own commits. Where
 * there is none the log grows to 32 MiB before whoever commits does it, and by
 * then most of the pages have been written several times. */
static enum err
sqlite_be_quick(void *conn)
{
	return sqlite_script(conn, "PRAGMA wal_autocheckpoint=8000");
}

/* The pages of one batch push those of the last one out of the small cache, and
 * ten would be read again for each sale. */
static void
sqlite_grow(void *conn)
{
	struct sqlite *s = conn;

	if (!s->is_grown)
		s->is_grown = sqlite_script(s, CACHE_IN_RUSH) == ERR_OK;
}

static void
sqlite_shrink(void *conn)
{
	struct sqlite *s = conn;

	if (s->is_grown)
		s->is_grown = sqlite_script(s, CACHE_AT_REST) != ERR_OK;
	(void)sqlite3_db_release_memory(s->db);
	sqlite_log_shrink();
}

/* NORMAL and not OFF: the log is written in order and synced before the pages
 * that it holds go into the file, so only its end can be lost, and nothing can
 * be torn. Whoever commits with FULL next, this program or another, syncs all
 * that stands in the log before it. */
static enum err
sqlite_lighten(void *conn, bool is_light)
{
	struct sqlite *s = conn;
	enum err e;

	if (s->is_light == is_light)
		return ERR_OK;
	e = sqlite_script(s,
	    is_light ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=FULL");
	if (e == ERR_OK)
		s->is_light = is_light;
	return e;
}

/* Where it could not be opened, nothing of it is left. */
static enum err
finish_open(struct sqlite *s, const char *where, enum err e, void **conn)
{
	if (e == ERR_OK) {
		*conn = s;
		return e;
	}
	log_event(LOG_ERROR, "database_not_opened", KV(kv_text("path", where)));
	sqlite_close_all(s);
	return e;
}

/* One thread uses it, and nobody asks how much memory it has. Once it is in use
 * it stays as it was. */
static void
configure_library(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static enum err
number_of(struct sqlite *s, const char *sql, int64_t *n)
{
	sqlite3_stmt *st = NULL;
	int code = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);
	enum err e;

	if (code == SQLITE_OK)
		code = sqlite3_step(st);
	e = judge(s, sql, code);
	if (e == ERR_OK)
		*n = sqlite3_column_int64(st, 0);
	(void)sqlite3_finalize(st);
	return e;
}

#define COUNT_TABLES "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table'"

/* A file that has tables and no version of ours is not ours. It is looked at
 * before anything is changed in it, the journal's mode included, since its own
 * program may go on with it. */
static enum err
check_owner(struct sqlite *s, const char *where)
{
	int64_t n_tables = 0, version = 0;
	enum err e = number_of(s, COUNT_TABLES, &n_tables);

	if (e == ERR_OK && n_tables > 0)
		e = number_of(s, "PRAGMA user_version", &version);
	if (e != ERR_OK || n_tables == 0 || version != 0)
		return e;
	log_event(LOG_ERROR, "database_is_not_ours",
	    KV(kv_text("path", where),
		kv_text("mend",
		    "DATABASE_URL must name another file; who paid by the "
		    "first version comes into it by `admit import FILE`")));
	return ERR_CONFIG;
}

static enum err
sqlite_open(const char *where, void **conn)
{
	struct sqlite *s = or_out_of_memory(calloc(1, sizeof(*s)));
	enum err e;

	configure_library();
	e = judge(s, "open",
	    sqlite3_open_v2(where, &s->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
		    SQLITE_OPEN_NOMUTEX,
		sqlite_log_vfs()));
	if (e == ERR_OK) {
		configure(s);
		e = check_owner(s, where);
	}
	if (e == ERR_OK)
		e = keep_safe(s);
	return finish_open(s, where, e, conn);
}

/* ---- files of others, and copies ---- */

static enum err
sqlite_open_to_read(const char *where, void **conn)
{
	struct sqlite *s = or_out_of_memory(calloc(1, sizeof(*s)));
	enum err e;

	configure_library();
	e = judge(s, "open",
	    sqlite3_open_v2(where, &s->db,
		SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL));
	if (e == ERR_OK)
		configure(s);
	return finish_open(s, where, e, conn);
}

/* What is broken is the file's, and no fault of ours to be logged. */
static const char *
sqlite_fault(void *conn, struct arena *a)
{
	struct sqlite *s = conn;
	sqlite3_stmt *st = NULL;
	const char *fault;
	int code = sqlite3_prepare_v2(
	    s->db, "PRAGMA integrity_check(1)", -1, &st, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(st);
	fault = code == SQLITE_ROW ? (const char *)sqlite3_column_text(st, 0) :
				     sqlite3_errmsg(s->db);
	fault = fault != NULL && strcmp(fault, "ok") == 0 ?
	    NULL :
	    arena_dup_text(a, fault == NULL ? "unknown" : fault);
	(void)sqlite3_finalize(st);
	return fault;
}

/* Before it is asked for numbers, which would be logged as faults of ours. */
static bool
is_database(struct sqlite *s)
{
	int code = sqlite3_exec(
	    s->db, "SELECT COUNT(*) FROM sqlite_schema", NULL, NULL, NULL);

	return (code & 0xff) != SQLITE_NOTADB;
}

static enum err
sqlite_look(void *conn, struct db_look *out)
{
	struct sqlite *s = conn;
	int64_t n_ours = 0, n_first = 0, n_tables = 0;
	enum err e;

	if (!is_database(s))
		return ERR_INPUT;
	e = number_of(s, "PRAGMA user_version", &out->version);
	if (e == ERR_OK)
		e = number_of(s, COUNT_TABLES, &n_tables);
	if (e == ERR_OK)
		e = number_of(s,
		    "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table'"
		    " AND name IN ('users', 'orders', 'access', 'jobs')",
		    &n_ours);
	if (e == ERR_OK)
		e = number_of(s,
		    "SELECT COUNT(*) FROM pragma_table_info('users')"
		    " WHERE name IN ('tg_id', 'is_paid')",
		    &n_first);
	out->is_ledger = n_ours == 4 && out->version > 0;
	out->is_first = n_first == 2 && n_ours == 1 && out->version == 0;
	out->is_free = n_tables == 0;
	return e;
}

/* All pages in one step: what others commit meanwhile comes after it, and in
 * WAL mode they do not wait for it. */
static enum err
copy_pages(struct sqlite *from, struct sqlite *to)
{
	sqlite3_backup *b =
	    sqlite3_backup_init(to->db, "main", from->db, "main");
	int step, code;

	if (b == NULL)
		return judge(to, "copy", sqlite3_errcode(to->db));
	step = sqlite3_backup_step(b, -1);
	code = sqlite3_backup_finish(b);
	if (code == SQLITE_OK && step != SQLITE_DONE)
		code = step;
	return judge(to, "copy", code);
}

/* Whether nobody else has it open: the mode of the journal changes for who is
 * alone with the file. All is in the one file then, nothing beside it. */
static enum err
leave_wal(struct sqlite *s)
{
	static const char sql[] = "PRAGMA journal_mode=DELETE";
	int code = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

	return (code & 0xff) == SQLITE_BUSY ? ERR_CONFLICT :
					      judge(s, sql, code);
}

/* The way to a new file is no ledger's: no WAL beside what is going to be
 * carried elsewhere. */
static enum err
open_copy(const char *where, void **conn)
{
	struct sqlite *s = or_out_of_memory(calloc(1, sizeof(*s)));
	enum err e = judge(s, "open",
	    sqlite3_open_v2(where, &s->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
		    SQLITE_OPEN_NOMUTEX,
		NULL));

	if (e == ERR_OK)
		configure(s);
	return finish_open(s, where, e, conn);
}

static enum err
sqlite_copy(void *conn, const char *to)
{
	void *copy;
	enum err e = open_copy(to, &copy);

	if (e != ERR_OK)
		return e;
	e = copy_pages(conn, copy);
	if (e == ERR_OK)
		e = leave_wal(copy);
	sqlite_close_all(copy);
	return e;
}

static enum err
sqlite_replace(void *conn, const char *from)
{
	struct sqlite *s = conn;
	void *other;
	enum err e = leave_wal(s);

	if (e != ERR_OK)
		return e;
	e = sqlite_open_to_read(from, &other);
	if (e != ERR_OK)
		return e;
	e = copy_pages(other, s);
	sqlite_close_all(other);
	return e;
}

/* Whoever has a database open in WAL mode holds a lock on this range of the
 * file, see SQLite's "File Locking And Concurrency". */
#define LOCKS_AT 0x40000000
#define LOCKS_BYTES 512

static long
sqlite_holder(const char *where)
{
	struct flock lock = { .l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = LOCKS_AT,
		.l_len = LOCKS_BYTES };
	int fd = open(where, O_RDONLY | O_CLOEXEC);
	bool is_held =
	    fd >= 0 && fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;

	if (fd >= 0)
		(void)close(fd);
	return is_held ? (long)lock.l_pid : 0;
}

/* The number of a value in the statement, 0: none. Most are given in the order
 * of the statement's names, and to look at one costs less than to seek it. */
static int
place_of(sqlite3_stmt *st, const char *name, int expected)
{
	const char *there = sqlite3_bind_parameter_name(st, expected);
	char sought[48] = ":";

	if (there != NULL && strcmp(there + 1, name) == 0)
		return expected;
	(void)strncat(sought, name, sizeof(sought) - 2);
	return sqlite3_bind_parameter_index(st, sought);
}

static int
bind_one(sqlite3_stmt *st, const struct kv *v, int expected)
{
	int at = place_of(st, v->name, expected);

	if (at == 0)
		return SQLITE_RANGE;
	if (v->kind == KV_INT)
		return sqlite3_bind_int64(st, at, v->i);
	/* Not copied: the values outlive the run, after which they are
	 * unbound. */
	if (v->kind == KV_TEXT)
		return sqlite3_bind_text(st, at, v->s, -1, SQLITE_STATIC);
	return sqlite3_bind_null(st, at);
}

static enum err
bind_all(struct sqlite *s, sqlite3_stmt *st, const struct db_run *r)
{
	int code = SQLITE_OK;

	for (size_t i = 0; code == SQLITE_OK && i < r->args.n; i++)
		code = bind_one(st, &r->args.v[i], (int)i + 1);
	/* A value that was forgotten would be NULL and change the wrong rows,
	 * or none, without a word. */
	if (code == SQLITE_OK &&
	    (int)r->args.n != sqlite3_bind_parameter_count(st))
		code = SQLITE_RANGE;
	return judge(s, sql_name(r->what), code);
}

static const struct {
	enum sql what;
	const char *text;
} own_texts[] = {
#define OWN(name, text) { SQL_##name, text },
#include "store/sqlite_search.h"
#undef OWN
};

/* Lessons may have been imported where SQLite had no FTS5. */
static bool
has_search(struct sqlite *s)
{
	sqlite3_stmt *st = NULL;
	bool has = sqlite3_prepare_v2(s->db,
		       "SELECT 1 FROM chunk_words, chunk_grams LIMIT 1", -1,
		       &st, NULL) == SQLITE_OK;

	(void)sqlite3_finalize(st);
	return has;
}

static enum err
sqlite_search_make(void *conn)
{
	if (sqlite3_compileoption_used("ENABLE_FTS5") == 0)
		return ERR_OK;
	return sqlite_script(conn,
	    "CREATE VIRTUAL TABLE IF NOT EXISTS chunk_words USING"
	    " fts5(folded, tokenize = 'unicode61 remove_diacritics 0');"
	    "CREATE VIRTUAL TABLE IF NOT EXISTS chunk_grams USING"
	    " fts5(folded, tokenize = 'trigram')");
}

static const char *
text_for(struct sqlite *s, enum sql what)
{
	for (size_t i = 0; i < LENGTH(own_texts); i++)
		if (own_texts[i].what == what && has_search(s))
			return own_texts[i].text;
	return sql_text(what);
}

/* Prepared once per connection and kept: reading and planning a statement costs
 * more than running most of them. */
static enum err
prepare(struct sqlite *s, enum sql what, sqlite3_stmt **out)
{
	enum err e = ERR_OK;

	if (s->prepared[what] == NULL)
		e = judge(s, sql_name(what),
		    sqlite3_prepare_v3(s->db, text_for(s, what), -1,
			SQLITE_PREPARE_PERSISTENT, &s->prepared[what], NULL));
	*out = s->prepared[what];
	return e;
}

static enum err
step_through(struct sqlite *s, sqlite3_stmt *st, struct db_run *r)
{
	const struct row row = { &sqlite_driver, st, r->arena };
	int code;

	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		if (r->map != NULL)
			r->map(&row, r->ctx);
		r->n_rows++;
	}
	return judge(s, sql_name(r->what), code);
}

static enum err
sqlite_run(void *conn, struct db_run *r)
{
	struct sqlite *s = conn;
	sqlite3_stmt *st;
	enum err e = prepare(s, r->what, &st);

	if (e != ERR_OK)
		return e;
	e = bind_all(s, st, r);
	if (e == ERR_OK)
		e = step_through(s, st, r);
	r->n_changed = e == ERR_OK ? sqlite3_changes64(s->db) : 0;
	(void)sqlite3_reset(st); /* repeats the error judged above */
	/* The arena that holds the values goes before the statement does. */
	(void)sqlite3_clear_bindings(st);
	return e;
}

/* ---- for a move ---- */

static enum err
sqlite_snapshot(void *conn)
{
	return sqlite_script(conn, "BEGIN");
}

static int
bind_nth(sqlite3_stmt *st, size_t i, const struct kv *v)
{
	int at = (int)i + 1;

	if (v->kind == KV_INT)
		return sqlite3_bind_int64(st, at, v->i);
	if (v->kind == KV_TEXT)
		return sqlite3_bind_text(st, at, v->s, -1, SQLITE_STATIC);
	return sqlite3_bind_null(st, at);
}

static enum err
sqlite_ask(void *conn, const struct db_ask *ask)
{
	struct sqlite *s = conn;
	sqlite3_stmt *st = NULL;
	struct row row = { &sqlite_driver, NULL, ask->arena };
	int code = sqlite3_prepare_v2(s->db, ask->sql, -1, &st, NULL);
	enum err e;

	for (size_t i = 0; code == SQLITE_OK && i < ask->values.n; i++)
		code = bind_nth(st, i, &ask->values.v[i]);
	row.statement = st;
	while (code == SQLITE_OK || code == SQLITE_ROW) {
		code = sqlite3_step(st);
		if (code == SQLITE_ROW && ask->map != NULL)
			ask->map(&row, ask->ctx);
	}
	e = judge(s, "move", code);
	(void)sqlite3_finalize(st);
	return e;
}

#define NOTE "INSERT INTO ledger_changes (of_table, key1, key2) VALUES "

/* A log and three triggers for each table. What is deferred is so until the
 * transaction ends. */
static const struct db_moving sqlite_moving = {
	.value = "?",
	.row = "rowid",
	.exists = "SELECT COUNT(*) FROM sqlite_schema WHERE name = ?1",
	.columns = "SELECT name, CASE type WHEN 'INTEGER' THEN 1 ELSE 0 END, pk"
		   " FROM pragma_table_info(?1) ORDER BY cid",
	.log = "CREATE TABLE ledger_changes (n INTEGER PRIMARY KEY,"
	       " of_table TEXT NOT NULL, key1 TEXT, key2 TEXT)",
	.watch =
	    "CREATE TRIGGER moves_new_{table} AFTER INSERT ON {table}"
	    " BEGIN " NOTE "('{table}', {new}); END;"
	    "CREATE TRIGGER moves_old_{table} AFTER DELETE ON {table}"
	    " BEGIN " NOTE "('{table}', {old}); END;"
	    "CREATE TRIGGER moves_{table} AFTER UPDATE ON {table} BEGIN " NOTE
	    "('{table}', {old}), ('{table}', {new}); END",
	.seal = "CREATE TRIGGER moved BEFORE INSERT ON ledger_changes"
		" BEGIN SELECT RAISE(ABORT, '" HAS_MOVED "'); END",
	.unwatch = "DROP TRIGGER IF EXISTS moves_new_{table};"
		   "DROP TRIGGER IF EXISTS moves_old_{table};"
		   "DROP TRIGGER IF EXISTS moves_{table}",
	.unlog = "DROP TABLE IF EXISTS ledger_changes",
	.loosen = "",
	.defer = "PRAGMA defer_foreign_keys = ON",
	.tighten = "",
	.numbers = "",
	.search = "DELETE FROM chunk_words; DELETE FROM chunk_grams;"
		  "INSERT INTO chunk_words (rowid, folded)"
		  " SELECT id, folded FROM chunks;"
		  "INSERT INTO chunk_grams (rowid, folded)"
		  " SELECT id, folded FROM chunks",
	.search_of = "chunks",
	.search_in = "chunk_words",
};

static enum err
sqlite_get_version(void *conn, int64_t *version)
{
	return number_of(conn, "PRAGMA user_version", version);
}

/* PRAGMA takes no bound values; the number is ours, so printing it is safe. */
static enum err
sqlite_set_version(void *conn, int64_t version)
{
	char sql[64];

	(void)sqlite3_snprintf(
	    sizeof(sql), sql, "PRAGMA user_version=%lld", (long long)version);
	return sqlite_script(conn, sql);
}

static enum err
sqlite_size(void *conn, int64_t *bytes)
{
	return number_of(conn,
	    "SELECT page_count * page_size"
	    " FROM pragma_page_count, pragma_page_size",
	    bytes);
}

static bool
sqlite_is_broken(void *conn)
{
	const struct sqlite *s = conn;

	return s->is_broken;
}

static int64_t
sqlite_column_int(void *statement, int column)
{
	return sqlite3_column_int64(statement, column);
}

/* The text first, its length after: asking for the text may convert the value,
 * and only then the count of bytes is that of the text. */
static struct str
sqlite_column_text(void *statement, int column)
{
	const char *p = (const char *)sqlite3_column_text(statement, column);

	return (struct str){ p,
		p == NULL ? 0 :
			    (size_t)sqlite3_column_bytes(statement, column) };
}

static const char *
sqlite_column_name(void *statement, int column)
{
	return sqlite3_column_name(statement, column);
}

const struct db_driver sqlite_driver = {
	.word_id = "INTEGER PRIMARY KEY",
	.word_int = "INTEGER",
	.word_table_end = "STRICT",
	.open = sqlite_open,
	.close = sqlite_close_all,
	.be_quick = sqlite_be_quick,
	.grow = sqlite_grow,
	.shrink = sqlite_shrink,
	.script = sqlite_script,
	.lighten = sqlite_lighten,
	.run = sqlite_run,
	.get_version = sqlite_get_version,
	.set_version = sqlite_set_version,
	.size = sqlite_size,
	.search_make = sqlite_search_make,
	.snapshot = sqlite_snapshot,
	.ask = sqlite_ask,
	.moving = &sqlite_moving,
	.is_broken = sqlite_is_broken,
	.column_int = sqlite_column_int,
	.column_text = sqlite_column_text,
	.column_name = sqlite_column_name,
	.open_to_read = sqlite_open_to_read,
	.look = sqlite_look,
	.fault = sqlite_fault,
	.copy = sqlite_copy,
	.replace = sqlite_replace,
	.holder = sqlite_holder,
};
