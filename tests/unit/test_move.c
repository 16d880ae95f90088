/* A ledger moves, each way, while somebody writes into it and whatever moment
 * the mover is killed at. On a PostgreSQL server (tests/postgres.sh) one of the
 * two is there, else both are files. */
#include "ledger.h"

#include "store/db.h"

static enum err raw(
    struct db *db, const struct db_driver **driver, void **conn);

#define BATCH 3
#define db_raw raw
#include "store/move_round.c" /* the rounds, statics and all */

#include "store/move.c"
#undef db_raw

static char other[96]; /* the file of the other ledger */
static bool is_away;   /* from the ledger under test to that, else back */

/* ---- a mover that is killed ---- */

static struct {
	void *conn;
	const struct db_driver *driver;
	struct db_driver hooked;
} hooks[2];
static size_t n_hooks;
static int64_t n_left; /* statements until it is killed; < 0: never */

static const struct db_driver *
real(void *conn)
{
	return hooks[n_hooks > 1 && hooks[1].conn == conn].driver;
}

/* Whoever is dead does nothing any more. */
static bool
is_killed(void)
{
	if (n_left > 0)
		n_left--;
	return n_left == 0;
}

static enum err
hook_script(void *conn, const char *sql)
{
	return is_killed() ? ERR_UNAVAILABLE : real(conn)->script(conn, sql);
}

static enum err
hook_run(void *conn, struct db_run *run)
{
	return is_killed() ? ERR_UNAVAILABLE : real(conn)->run(conn, run);
}

static enum err
hook_ask(void *conn, const struct db_ask *ask_for)
{
	return is_killed() ? ERR_UNAVAILABLE : real(conn)->ask(conn, ask_for);
}

static enum err
hook_set_version(void *conn, int64_t version)
{
	return is_killed() ? ERR_UNAVAILABLE :
			     real(conn)->set_version(conn, version);
}

static enum err
raw(struct db *db, const struct db_driver **driver, void **conn)
{
	enum err e = db_raw(db, driver, conn);

	if (e != ERR_OK)
		return e;
	hooks[n_hooks].conn = *conn;
	hooks[n_hooks].driver = *driver;
	hooks[n_hooks].hooked = **driver;
	hooks[n_hooks].hooked.script = hook_script;
	hooks[n_hooks].hooked.run = hook_run;
	hooks[n_hooks].hooked.ask = hook_ask;
	hooks[n_hooks].hooked.set_version = hook_set_version;
	*driver = &hooks[n_hooks++].hooked;
	return ERR_OK;
}

/* ---- two ledgers ---- */

static const char *
from_path(void)
{
	return is_away ? ledger.path : other;
}

static const char *
to_path(void)
{
	return is_away ? other : ledger.path;
}

static void
delete_other(void)
{
	static const char *const ends[] = { "", "-wal", "-shm" };

	for (size_t i = 0; i < LENGTH(ends); i++)
		(void)unlink(arena_printf(&mem, "%s%s", other, ends[i]));
}

struct mover {
	struct db *from, *to;
	struct move *m;
};

static struct mover
mover_new(void)
{
	struct mover v = { db_new(from_path()), db_new(to_path()), NULL };

	n_hooks = 0;
	v.m = move_new(v.from, v.to, "the new place");
	return v;
}

static void
mover_free(struct mover *v)
{
	move_free(v->m);
	db_free(v->from);
	db_free(v->to);
}

/* Something in each row of each table, whatever tables there are: references
 * meet, for all numbers of a row are the same. */
static const char **
row_of(const struct table *t, int64_t n)
{
	const char **cells = arena_alloc(&mem, t->n_columns * sizeof(*cells));

	for (size_t i = 0; i < t->n_columns; i++)
		cells[i] = t->columns[i].is_number ?
		    arena_printf(&mem, "%lld", (long long)n) :
		    arena_printf(
			&mem, "%s'%lld й\\", t->columns[i].name, (long long)n);
	return cells;
}

static void
fill(struct db *db, int64_t from, int64_t to)
{
	struct table *tables;
	struct side s;
	size_t n_tables;

	check_err(db_ready(db), ERR_OK);
	check_err((db_raw)(db, &s.d, &s.conn), ERR_OK);
	check_err(side_begin(&s), ERR_OK);
	check_err(tables_read(s.d, s.conn, &mem, &tables, &n_tables), ERR_OK);
	for (size_t i = 0; i < n_tables; i++)
		for (int64_t n = from; n <= to; n++)
			check_err(
			    side_ask(&s, &mem,
				table_insert(&tables[i], &mem, s.d->moving, 1),
				(struct kvs){
				    table_values(&tables[i], &mem,
					row_of(&tables[i], n), 1, false),
				    tables[i].n_columns },
				NULL, NULL),
			    ERR_OK);
	check_err(side_end(&s, ERR_OK), ERR_OK);
}

/* As any program writes: with the right to do so. */
static enum err
write_to(struct db *db, const char *sql)
{
	struct side s;
	enum err e = db_ready(db);

	if (e == ERR_OK)
		e = (db_raw)(db, &s.d, &s.conn);
	if (e == ERR_OK)
		e = side_word(&s, SQL_BEGIN);
	return e == ERR_OK ? side_end(&s, s.d->script(s.conn, sql)) : e;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *
as_line(const struct table *t, const char **row)
{
	char *line = arena_dup_text(&mem, t->name);

	for (size_t i = 0; i < t->n_columns; i++)
		line = arena_printf(
		    &mem, "%s|%s", line, row[i] == NULL ? "NULL" : row[i]);
	return line;
}

/* All rows of a table, in no engine's order. */
static const char *
held_in(struct move *m, const struct side *s, const struct table *t)
{
	struct rows rows;
	const char **lines;
	char *all = arena_dup_text(&mem, "");

	check_err(
	    round_read(m, s, t, arena_printf(&mem, "SELECT * FROM %s", t->name),
		KV_NONE, &rows),
	    ERR_OK);
	lines = arena_alloc(&mem, (rows.n + 1) * sizeof(*lines));
	for (size_t i = 0; i < rows.n; i++)
		lines[i] = as_line(t, &rows.cells[i * t->n_columns]);
	qsort(lines, rows.n, sizeof(*lines), by_text);
	for (size_t i = 0; i < rows.n; i++)
		all = arena_printf(&mem, "%s%s\n", all, lines[i]);
	return all;
}

/* By the columns' places, which are the same as the names' (SELECT *). */
static const char *
held(const char *path)
{
	struct db *db = db_new(path);
	struct move m = { 0 };
	struct side s;
	char *all = arena_dup_text(&mem, "");

	check_err((db_raw)(db, &s.d, &s.conn), ERR_OK);
	m.to = s;
	check_err(s.d->snapshot(s.conn), ERR_OK);
	check_err(
	    tables_read(s.d, s.conn, &mem, &m.tables, &m.n_tables), ERR_OK);
	for (size_t i = 0; i < m.n_tables; i++)
		all = arena_printf(
		    &mem, "%s%s", all, held_in(&m, &s, &m.tables[i]));
	check_err(side_word(&s, SQL_ROLLBACK), ERR_OK);
	arena_free(&m.mem);
	db_free(db);
	return all;
}

/* Two empty places, and a ledger with something in each table. */
static void
two(bool away)
{
	struct db *db;

	is_away = away;
	n_left = -1;
	(void)snprintf(other, sizeof(other), "%s/other.db", ledger.folder);
	delete_other();
	ledger_unmade();
	ledger_close();
	db = db_new(from_path());
	fill(db, 5, 12);
	db_free(db);
}

static int64_t
table_count(struct db *db, const char *name)
{
	struct side s;
	int64_t n = -1;

	check_err((db_raw)(db, &s.d, &s.conn), ERR_OK);
	check_err(s.d->snapshot(s.conn), ERR_OK);
	check_err(side_number(&s, &mem, s.d->moving->exists,
		      KV(kv_text("name", name)), &n),
	    ERR_OK);
	check_err(side_word(&s, SQL_ROLLBACK), ERR_OK);
	return n;
}

static void
empty_target(void)
{
	if (is_away)
		delete_other();
	else {
		ledger_unmade();
		ledger_close();
	}
}

static const char *
catalog_of(const char *path)
{
	sqlite3 *file;
	sqlite3_stmt *st;
	const char *list;

	assert_int_equal(sqlite3_open(path, &file), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(file,
			     "SELECT group_concat(name, ' ') || ' ' FROM"
			     " (SELECT name FROM sqlite_schema"
			     " WHERE type = 'table'"
			     " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
			     " ORDER BY name)",
			     -1, &st, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	list = arena_dup_text(&mem, (const char *)sqlite3_column_text(st, 0));
	(void)sqlite3_finalize(st);
	(void)sqlite3_close(file);
	return list;
}

/* ---- the whole way ---- */

static enum err
go(struct mover *v)
{
	bool is_moved = false;
	int64_t held_ms;
	enum err e = move_begin(v->m, &is_moved);

	if (e == ERR_OK && !is_moved) {
		e = move_copy(v->m);
		if (e == ERR_OK)
			e = move_compare(v->m);
		if (e == ERR_OK)
			e = move_switch(v->m, &held_ms);
	}
	return e == ERR_OK ? move_finish(v->m) : e;
}

/* What others do to rows that were copied, that were not yet, and that are
 * there for a moment. A name may go from one row to another, and a row that
 * others refer to may go once they do not. */
static const char *const deeds[] = {
	"UPDATE users SET language = 'de', created_ms = created_ms + 1"
	" WHERE tg_id IN (5, 12)",
	"DELETE FROM jobs WHERE id = 6;"
	"INSERT INTO jobs (id, kind, promise, tg_id, due_ms, created_ms)"
	" VALUES (40, 1, 'promise''6 й\\', 6, 1, 1)",
	"DELETE FROM payments WHERE order_id = 7; DELETE FROM orders"
	" WHERE id = 7;",
	"INSERT INTO users (tg_id, created_ms) VALUES (90, 1);"
	"INSERT INTO orders (id, tg_id, product, provider, livemode,"
	" created_ms) VALUES (1, 90, 'a', 'stripe', 0, 1)",
	"UPDATE orders SET tg_id = 90 WHERE tg_id = 8;"
	"UPDATE access SET tg_id = 90 WHERE tg_id = 8;"
	"DELETE FROM users WHERE tg_id = 8",
	"UPDATE lessons SET source = 'x' WHERE id = 9;"
	"UPDATE lessons SET source = 'source''9 й\\' WHERE id = 5;"
	"DELETE FROM chunks WHERE lesson_id = 10;"
	"DELETE FROM lessons WHERE id = 10",
	"UPDATE marks SET key = 'other' WHERE key = 'key''5 й\\'",
	"DELETE FROM inbox WHERE at_ms > 9;"
	"INSERT INTO inbox (source, id, type, at_ms) VALUES ('a', 'b', 'c', 1)",
};

struct stirring {
	struct db *db;
	size_t n; /* deeds that were done */
	enum err e;
};

static void
stir(const struct move_step *step, void *ctx)
{
	struct stirring *s = ctx;

	(void)step;
	if (s->n < LENGTH(deeds) && s->e == ERR_OK)
		s->e = write_to(s->db, deeds[s->n++]);
}

static const struct way {
	const char *why;
	bool is_away, is_stirred;
} ways[] = {
	{ "there", true, false },
	{ "and back", false, false },
	{ "there, while others write", true, true },
	{ "and back, while others write", false, true },
};

static void
way(void **state)
{
	const struct way *w = *state;
	struct stirring s = { 0 };
	struct mover v;
	const char *was;

	two(w->is_away);
	s.db = db_new(from_path());
	v = mover_new();
	if (w->is_stirred)
		move_tells(v.m, stir, &s);
	check_err(go(&v), ERR_OK);
	check_int(s.n, w->is_stirred ? LENGTH(deeds) : 0);
	check_err(s.e, ERR_OK);
	mover_free(&v);
	db_free(s.db);
	was = held(from_path());
	assert_true(strlen(was) > 1000);
	check_text(held(to_path()), was);
}

/* ---- killed ---- */

static const struct killed {
	const char *why;
	bool is_away;
} kills[] = { { "there", true }, { "and back", false } };

/* So many statements from one stop to the next: all kinds of them come up. */
#ifdef __SANITIZE_ADDRESS__
#define KILLED_STEP 397
#else
#define KILLED_STEP 29
#endif

/* After each stop another one goes on, while somebody writes. Between two files
 * there and back are the same way: each takes every second of the stops. */
static void
killed(void **state)
{
	const struct killed *k = *state;
	bool is_over = false;
	int64_t step = on_postgres() ? 61 : 2 * KILLED_STEP;
	int64_t first = on_postgres() || k->is_away ? 1 : 1 + KILLED_STEP;

	for (int64_t n = first; !is_over; n += step) {
		struct stirring s = { .db = NULL };
		struct mover v;

		two(k->is_away);
		s.db = db_new(from_path());
		v = mover_new();
		move_tells(v.m, stir, &s);
		n_left = n;
		is_over = go(&v) == ERR_OK;
		n_left = -1;
		mover_free(&v);
		v = mover_new();
		move_tells(v.m, stir, &s);
		check_err(go(&v), ERR_OK);
		check_err(s.e, ERR_OK);
		mover_free(&v);
		db_free(s.db);
		check_text(held(to_path()), held(from_path()));
		arena_reset(&mem);
	}
}

/* ---- whoever has it open ---- */

static enum err
speaks_de(struct db *db, void *ctx)
{
	(void)ctx;
	return db_exec(db, SQL_USER_SPEAKS,
	    KV(kv_int("tg_id", 5), kv_text("language", "xx")), NULL);
}

static int64_t
count_in(struct db *db, const char *sql)
{
	struct side s;
	int64_t n = -1;

	check_err((db_raw)(db, &s.d, &s.conn), ERR_OK);
	check_err(s.d->snapshot(s.conn), ERR_OK);
	check_err(side_number(&s, &mem, sql, KV_NONE, &n), ERR_OK);
	check_err(side_word(&s, SQL_ROLLBACK), ERR_OK);
	return n;
}

static void
sealed(void **state)
{
	const struct killed *k = *state;
	struct db *writer, *late;
	struct mover v;

	two(k->is_away);
	writer = db_new(from_path());
	check_err(write_to(writer, deeds[0]), ERR_OK);
	v = mover_new();
	check_err(go(&v), ERR_OK);
	mover_free(&v);
	/* Who wrote a moment ago is kept out by the engine itself, and then by
	 * the version. */
	check_err(db_transaction(writer, speaks_de, NULL), ERR_UNAVAILABLE);
	check_err(db_ready(writer), ERR_UNAVAILABLE);
	db_free(writer);
	late = db_new(from_path());
	check_err(db_ready(late), ERR_UNAVAILABLE);
	db_free(late);
	late = db_new(to_path());
	check_err(db_ready(late), ERR_OK);
	/* A row without a number gets the one behind the last. */
	check_err(write_to(late,
		      "INSERT INTO unanswered (question, asked_ms)"
		      " VALUES ('?', 1)"),
	    ERR_OK);
	check_int(
	    count_in(late, "SELECT id FROM unanswered WHERE question = '?'"),
	    13);
	db_free(late);
}

/* ---- what is refused ---- */

static void
not_empty(void **state)
{
	struct db *db;
	struct mover v;
	const char *was;

	(void)state;
	two(true);
	db = db_new(to_path());
	fill(db, 5, 5);
	db_free(db);
	was = held(to_path());
	v = mover_new();
	check_err(go(&v), ERR_CONFLICT);
	check_has(move_why(v.m), "holds a ledger already");
	mover_free(&v);
	check_text(held(to_path()), was);
	/* Nor is anything left in the old one. */
	db = db_new(from_path());
	check_err(db_ready(db), ERR_OK);
	check_int(table_count(db, "ledger_changes"), 0);
	db_free(db);
}

/* Two at once would bring old rows over new ones. */
static void
two_movers(void **state)
{
	struct mover first, second;
	bool is_moved;

	(void)state;
	two(true);
	first = mover_new();
	check_err(move_begin(first.m, &is_moved), ERR_OK);
	/* The hooks are for one alone. */
	first.m->from.d = hooks[0].driver;
	first.m->to.d = hooks[1].driver;
	check_err(round_do(first.m, copy_some), ERR_OK);
	second = mover_new();
	check_err(move_begin(second.m, &is_moved), ERR_OK);
	check_err(round_do(first.m, copy_some), ERR_CONFLICT);
	check_has(move_why(first.m), "has gone on");
	mover_free(&first);
	check_err(move_copy(second.m), ERR_OK);
	mover_free(&second);
}

static const struct lie {
	const char *why, *sql, *said;
} lies[] = {
	{ "a value", "UPDATE payments SET tax_minor = 1 WHERE id = 7",
	    "payments, id 7, column tax_minor" },
	{ "a value that is none",
	    "UPDATE users SET source = NULL"
	    " WHERE tg_id = 9",
	    "users, tg_id 9, column source" },
	{ "a row too few", "DELETE FROM inbox WHERE at_ms = 7", "inbox" },
	{ "a row too many", "INSERT INTO marks (key, value) VALUES ('x', 1)",
	    "marks" },
};

static void
lie(void **state)
{
	const struct lie *l = *state;
	struct mover v;
	bool is_moved;

	two(false);
	v = mover_new();
	check_err(move_begin(v.m, &is_moved), ERR_OK);
	check_err(move_copy(v.m), ERR_OK);
	check_err(v.m->to.d->script(v.m->to.conn, l->sql), ERR_OK);
	check_err(move_compare(v.m), ERR_CONFLICT);
	check_has(move_why(v.m), l->said);
	mover_free(&v);
}

/* As if nobody had begun; also after the end. */
static void
cancelled(void **state)
{
	const struct killed *k = *state;
	struct mover v;
	struct db *db;
	bool was_moved;
	const char *was;

	two(k->is_away);
	was = held(from_path());
	for (int i = 0; i < 2; i++) {
		bool is_moved;

		v = mover_new();
		if (i == 0)
			check_err(move_begin(v.m, &is_moved), ERR_OK);
		else
			check_err(go(&v), ERR_OK);
		mover_free(&v);
		db = db_new(from_path());
		n_hooks = 0;
		check_err(move_cancel(db, &was_moved), ERR_OK);
		check_int(was_moved, i);
		db_free(db);
		db = db_new(from_path());
		check_err(db_ready(db), ERR_OK);
		check_int(table_count(db, "ledger_changes"), 0);
		check_err(db_transaction(db, speaks_de, NULL), ERR_OK);
		check_err(write_to(db,
			      "UPDATE users SET language = 'language''5 й\\'"
			      " WHERE tg_id = 5"),
		    ERR_OK);
		db_free(db);
		check_text(held(from_path()), was);
		if (i == 0)
			empty_target();
	}
}

/* ---- the tables ---- */

/* What a migrated file holds, in the words of its engine: a table that the list
 * lacks would be left behind. */
static void
all_tables(void **state)
{
	const char *names[TABLES_MAX];
	struct db *db;
	char *list = arena_dup_text(&mem, "");
	size_t n;

	(void)state;
	two(true);
	db = db_new(other);
	check_err(db_ready(db), ERR_OK);
	n = schema_tables(&mem, names, LENGTH(names));
	qsort(names, n, sizeof(*names), by_text);
	for (size_t i = 0; i < n; i++)
		list = arena_printf(&mem, "%s%s ", list, names[i]);
	check_text(list, catalog_of(other));
	db_free(db);
}

static void
note_plan(const struct row *row, void *ctx)
{
	char **plan = ctx;

	*plan = arena_printf(&mem, "%s%s. ", *plan, row_text(row, 3));
}

static const char *
plan_of(struct side *s, const char *sql)
{
	char *plan = arena_dup_text(&mem, "");

	check_err(
	    side_ask(s, &mem, arena_printf(&mem, "EXPLAIN QUERY PLAN %s", sql),
		KV_NONE, note_plan, &plan),
	    ERR_OK);
	return plan;
}

/* A round must not take longer the more there is: no table is read as a whole.
 * (PostgreSQL plans by what is there, so of that a plan here tells nothing.) */
static void
by_index(void **state)
{
	struct table *tables;
	struct side s;
	struct db *db;
	size_t n;

	(void)state;
	two(true);
	db = db_new(other);
	check_err(db_ready(db), ERR_OK);
	check_err((db_raw)(db, &s.d, &s.conn), ERR_OK);
	check_err(tables_read(s.d, s.conn, &mem, &tables, &n), ERR_OK);
	for (size_t i = 0; i < n * 3; i++) {
		const struct table *t = &tables[i / 3];
		const struct db_moving *w = s.d->moving;
		const char *sql = i % 3 == 0 ? table_select(t, &mem, w, 2) :
		    i % 3 == 1               ? table_delete(t, &mem, w, 2) :
					       table_next(t, &mem, w, false, 2);
		const char *plan = plan_of(&s, sql);

		check_lacks(plan, arena_printf(&mem, "SCAN %s", t->name));
		check_has(plan, arena_printf(&mem, "SEARCH %s", t->name));
	}
	db_free(db);
}

static int
remove_both(void **state)
{
	delete_other();
	return ledger_remove(state);
}

int
main(void)
{
	ONE("the list of tables", "has all that there are", all_tables);
	ONE("rows by their keys", "are found by an index", by_index);
	ONE("refused", "a place that is not empty", not_empty);
	ONE("refused", "a mover whose turn is over", two_movers);
	ROWS("a difference is found", lie, lies);
	ROWS("cancelled", cancelled, kills);
	ROWS("moves", way, ways);
	ROWS("killed at every statement", killed, kills);
	ROWS("the old one is sealed", sealed, kills);
	return testing_run("move", ledger_make, remove_both);
}
