/* A ledger's way from one database to another; how, and why so, stands in the
 * header. */
#include "store/move.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/schema.h"
#include "store/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef BATCH
#define BATCH 400 /* rows in one statement; a test has few */
#endif

struct side {
	const struct db_driver *d;
	void *conn;
};

/* Up to where the copy, or the comparison, has come. */
struct spot {
	size_t at;      /* the table; those before it are done */
	bool is_inside; /* behind this key of it */
	const char *key[TABLE_MAX_KEYS];
};

/* A row that changed, as it is written down. */
struct change {
	const struct table *table;
	const char *key[TABLE_MAX_KEYS];
};

struct move {
	struct db *from_db, *to_db;
	const char *name;
	struct side from, to;
	struct arena keep, mem; /* for good, of one round */
	struct table *tables;
	size_t n_tables;
	int64_t id;   /* of this move, in both */
	int64_t turn; /* how often it was begun: the last one goes on */
	struct spot spot, next;
	bool is_copied, compares;
	struct change *changes; /* that this round brings */
	size_t n_changes, max_changes;
	int64_t *numbers; /* by which they are crossed out */
	size_t n_numbers, max_numbers;
	int64_t n_rows, n_all; /* of this pass, and at first */
	void (*tell)(const struct move_step *step, void *ctx);
	void *ctx;
	const char *why;
};

struct move *
move_new(struct db *from, struct db *to, const char *name)
{
	struct move *m = or_out_of_memory(calloc(1, sizeof(*m)));

	*m = (struct move){ .from_db = from, .to_db = to, .name = name };
	return m;
}

void
move_free(struct move *m)
{
	arena_free(&m->mem);
	arena_free(&m->keep);
	free(m);
}

void
move_tells(struct move *m,
    void (*tell)(const struct move_step *step, void *ctx), void *ctx)
{
	m->tell = tell;
	m->ctx = ctx;
}

const char *
move_why(const struct move *m)
{
	return m->why == NULL ? "" : m->why;
}

int64_t
move_rows(const struct move *m)
{
	return m->n_rows;
}

static enum err
conflict(struct move *m, const char *why)
{
	m->why = why;
	return ERR_CONFLICT;
}

/* ---- statements ---- */

static enum err
ask(const struct side *s, struct arena *a, const char *sql, struct kvs values,
    void (*map)(const struct row *row, void *ctx), void *ctx)
{
	return s->d->ask(s->conn,
	    &(struct db_ask){ .sql = sql,
		.values = values,
		.arena = a,
		.map = map,
		.ctx = ctx });
}

static enum err
number(const struct side *s, struct arena *a, const char *sql,
    struct kvs values, int64_t *n)
{
	*n = 0;
	return ask(s, a, sql, values, row_to_int, n);
}

static enum err
word(const struct side *s, enum sql what)
{
	return s->d->run(s->conn, &(struct db_run){ .what = what });
}

/* A large ledger takes its time. */
static enum err
be_patient(const struct side *s, enum err e)
{
	return e == ERR_OK && s->d->patience != NULL ?
	    s->d->script(s->conn, s->d->patience) :
	    e;
}

static enum err
begin_to_write(const struct side *s)
{
	return be_patient(s, word(s, SQL_BEGIN));
}

/* Ends a transaction by what came of it. */
static enum err
end(const struct side *s, enum err e)
{
	if (e == ERR_OK)
		e = word(s, SQL_COMMIT);
	if (e != ERR_OK && word(s, SQL_ROLLBACK) != ERR_OK)
		return ERR_UNAVAILABLE;
	return e;
}

/* A template for each table; "" does nothing. */
static enum err
for_each_table(struct move *m, const struct side *s, const char *template)
{
	enum err e = ERR_OK;

	for (size_t i = 0;
	     e == ERR_OK && template[0] != '\0' && i < m->n_tables; i++)
		e = s->d->script(
		    s->conn, table_fill(&m->tables[i], &m->mem, template));
	return e;
}

static enum err
has_table(const struct side *s, struct arena *a, const char *name, bool *has)
{
	int64_t n = 0;
	enum err e =
	    number(s, a, s->d->moving->exists, KV(kv_text("table", name)), &n);

	*has = n != 0;
	return e;
}

/* ---- rows ---- */

struct taking {
	struct move *m;
	struct cells cells;
	size_t width;
	bool is_source;
};

/* From the old one as the new one keeps it. */
static void
take_row(const struct row *row, void *ctx)
{
	struct taking *t = ctx;
	struct arena *a = &t->m->mem;
	const struct db_driver *to = t->m->to.d;

	for (size_t i = 0; i < t->width; i++) {
		const char *text = row_text(row, (int)i);

		if (t->is_source && text != NULL && to->as_kept != NULL)
			text = to->as_kept(a, text);
		t->cells.v = arena_grow(a, t->cells.v, t->cells.n,
		    &t->cells.max, sizeof(*t->cells.v));
		t->cells.v[t->cells.n++] = text;
	}
}

struct rows {
	const struct table *table;
	const char **cells;
	size_t n;
};

static enum err
read_rows(struct move *m, const struct side *s, const struct table *t,
    const char *sql, struct kvs values, struct rows *rows)
{
	struct taking take = {
		.m = m, .width = t->n_columns, .is_source = s == &m->from
	};
	enum err e = ask(s, &m->mem, sql, values, take_row, &take);

	*rows = (struct rows){ t, take.cells.v, take.cells.n / t->n_columns };
	return e;
}

/* The keys of rows, one after the other. */
static const char **
keys_of(struct move *m, const struct rows *r)
{
	size_t width = r->table->n_keys;
	const char **keys =
	    arena_alloc(&m->mem, (r->n * width + 1) * sizeof(*keys));

	for (size_t i = 0; i < r->n * width; i++)
		keys[i] = r->cells[i / width * r->table->n_columns +
		    r->table->keys[i % width]];
	return keys;
}

static struct kvs
key_values(struct move *m, const struct table *t, const char **keys, size_t n)
{
	return (struct kvs){ table_values(t, &m->mem, keys, n, true),
		n * t->n_keys };
}

static enum err
read_by_keys(struct move *m, const struct side *s, const struct table *t,
    const char **keys, size_t n, struct rows *rows)
{
	return read_rows(m, s, t,
	    table_select(t, &m->mem, s->d->moving->value, n),
	    key_values(m, t, keys, n), rows);
}

static enum err
delete_by_keys(
    struct move *m, const struct table *t, const char **keys, size_t n)
{
	return ask(&m->to, &m->mem,
	    table_delete(t, &m->mem, m->to.d->moving->value, n),
	    key_values(m, t, keys, n), NULL, NULL);
}

static enum err
insert(struct move *m, const struct rows *r)
{
	struct kvs values = { table_values(
				  r->table, &m->mem, r->cells, r->n, false),
		r->n * r->table->n_columns };

	return r->n == 0 ?
	    ERR_OK :
	    ask(&m->to, &m->mem,
		table_insert(r->table, &m->mem, m->to.d->moving->value, r->n),
		values, NULL, NULL);
}

/* ---- comparing ---- */

static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
has_key_of(const struct table *t, const char **row, const char **other)
{
	for (size_t i = 0; i < t->n_keys; i++)
		if (!is_same(row[t->keys[i]], other[t->keys[i]]))
			return false;
	return true;
}

/* Its twin, which most often stands in the same place; NULL: it has none. */
static const char **
twin(const struct rows *in, const char **row, size_t place)
{
	const struct table *t = in->table;

	for (size_t i = 0; i < in->n; i++) {
		const char **other =
		    &in->cells[(place + i) % in->n * t->n_columns];

		if (has_key_of(t, row, other))
			return other;
	}
	return NULL;
}

/* Said without what stands there: a column's name and a number are enough to
 * find it. */
static enum err
differs(
    struct move *m, const struct table *t, const char **row, const char *column)
{
	return conflict(m,
	    arena_printf(&m->keep,
		"the copy differs: table %s, %s %s, column %s", t->name,
		t->columns[t->keys[0]].name, row[t->keys[0]], column));
}

static enum err
compare_row(
    struct move *m, const struct table *t, const char **row, const char **other)
{
	if (other == NULL)
		return differs(m, t, row, "(the whole row)");
	for (size_t i = 0; i < t->n_columns; i++)
		if (!is_same(row[i], other[i]))
			return differs(m, t, row, t->columns[i].name);
	return ERR_OK;
}

/* What stands in the new one under these keys is those rows, and no others. */
static enum err
compare(struct move *m, const struct rows *want, const char **keys, size_t n)
{
	const struct table *t = want->table;
	struct rows got = { t, NULL, 0 };
	enum err e =
	    n == 0 ? ERR_OK : read_by_keys(m, &m->to, t, keys, n, &got);

	for (size_t i = 0; e == ERR_OK && i < want->n; i++) {
		const char **row = &want->cells[i * t->n_columns];

		e = compare_row(m, t, row, twin(&got, row, i));
	}
	if (e == ERR_OK && got.n != want->n)
		e = conflict(m,
		    arena_printf(&m->keep,
			"the copy differs: table %s has rows that went away",
			t->name));
	return e;
}

/* ---- what changed meanwhile ---- */

static const struct table *
find_table(const struct move *m, const char *name)
{
	for (size_t i = 0; i < m->n_tables; i++)
		if (strcmp(m->tables[i].name, name) == 0)
			return &m->tables[i];
	return NULL;
}

static void
take_change(const struct row *row, void *ctx)
{
	struct move *m = ctx;
	struct change c = { .table = find_table(m, row_text(row, 0)) };

	for (size_t i = 0; i < TABLE_MAX_KEYS; i++)
		c.key[i] = row_text(row, (int)i + 1);
	/* What stands behind the copy comes with it. */
	if (c.table == NULL ||
	    (!m->is_copied && c.table > &m->tables[m->spot.at]))
		return;
	m->changes = arena_grow(&m->mem, m->changes, m->n_changes,
	    &m->max_changes, sizeof(*m->changes));
	m->changes[m->n_changes++] = c;
}

static void
take_number(const struct row *row, void *ctx)
{
	struct move *m = ctx;

	m->numbers = arena_grow(&m->mem, m->numbers, m->n_numbers,
	    &m->max_numbers, sizeof(*m->numbers));
	m->numbers[m->n_numbers++] = row_int(row, 0);
}

static enum err
read_changes(struct move *m)
{
	enum err e = ask(&m->from, &m->mem,
	    "SELECT DISTINCT of_table, key1, key2 FROM ledger_changes"
	    " ORDER BY of_table, key1, key2",
	    KV_NONE, take_change, m);

	if (e == ERR_OK)
		e = ask(&m->from, &m->mem, "SELECT n FROM ledger_changes",
		    KV_NONE, take_number, m);
	return e;
}

/* Of one table and no more than fit into a statement. */
struct run {
	const struct table *table;
	const char **keys;
	size_t n;
};

static struct run
run_at(struct move *m, size_t at)
{
	const struct table *t = m->changes[at].table;
	struct run r = { t, NULL, 0 };

	while (at + r.n < m->n_changes && r.n < BATCH &&
	    m->changes[at + r.n].table == t)
		r.n++;
	r.keys = arena_alloc(&m->mem, r.n * t->n_keys * sizeof(*r.keys));
	for (size_t i = 0; i < r.n * t->n_keys; i++)
		r.keys[i] = m->changes[at + i / t->n_keys].key[i % t->n_keys];
	return r;
}

static enum err
for_each_run(
    struct move *m, enum err (*body)(struct move *m, const struct run *r))
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < m->n_changes;) {
		struct run r = run_at(m, i);

		e = body(m, &r);
		i += r.n;
	}
	return e;
}

static enum err
take_out(struct move *m, const struct run *r)
{
	return delete_by_keys(m, r->table, r->keys, r->n);
}

/* Read again where it was written: from here on the two are equal. */
static enum err
put_in(struct move *m, const struct run *r)
{
	struct rows rows;
	enum err e = read_by_keys(m, &m->from, r->table, r->keys, r->n, &rows);

	if (e == ERR_OK)
		e = insert(m, &rows);
	return e == ERR_OK ? compare(m, &rows, r->keys, r->n) : e;
}

/* First all is taken out: what is unique, a promise's name say, may have gone
 * from one row to another. */
static enum err
bring_changes(struct move *m)
{
	enum err e = for_each_run(m, take_out);

	return e == ERR_OK ? for_each_run(m, put_in) : e;
}

/* ---- rounds ---- */

static struct kvs
move_id(const struct move *m, struct arena *a)
{
	struct kv *v = arena_alloc(a, sizeof(*v));

	*v = kv_int("id", m->id);
	return (struct kvs){ v, 1 };
}

/* Whether the old one still is moved by us. A move to somewhere else may have
 * begun. */
static enum err
is_ours(struct move *m)
{
	int64_t id = 0;
	enum err e = number(
	    &m->from, &m->mem, "SELECT id FROM ledger_move", KV_NONE, &id);

	if (e == ERR_OK && id != m->id)
		e = conflict(m, "another move of this ledger has begun");
	return e;
}

/* One that goes on where we were must not be met with what we read before. */
static enum err
has_turn(struct move *m)
{
	int64_t turn = 0;
	enum err e = number(
	    &m->to, &m->mem, "SELECT turn FROM ledger_copy", KV_NONE, &turn);

	if (e == ERR_OK && turn != m->turn)
		e = conflict(m,
		    "another `admit move` of the same two has gone on with "
		    "it");
	return e;
}

static enum err
write_round(struct move *m, enum err (*work)(struct move *m))
{
	enum err e = begin_to_write(&m->to);

	if (e != ERR_OK)
		return e;
	e = m->to.d->script(m->to.conn, m->to.d->moving->defer);
	if (e == ERR_OK)
		e = has_turn(m);
	if (e == ERR_OK)
		e = bring_changes(m);
	if (e == ERR_OK && work != NULL)
		e = work(m);
	return end(&m->to, e);
}

static void
begin_round(struct move *m)
{
	arena_reset(&m->mem);
	m->changes = NULL;
	m->numbers = NULL;
	m->n_changes = m->max_changes = 0;
	m->n_numbers = m->max_numbers = 0;
	m->next = m->spot;
}

/* By their numbers: what was committed late under a lower one stays. */
static enum err
cross_out(struct move *m)
{
	static const struct table log = {
		.name = "ledger_changes",
		.columns = { { "n", true } },
		.n_columns = 1,
		.n_keys = 1,
	};
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < m->n_numbers;) {
		size_t n = m->n_numbers - i < BATCH ? m->n_numbers - i : BATCH;
		struct kv *v = arena_alloc(&m->mem, n * sizeof(*v));

		for (size_t j = 0; j < n; j++)
			v[j] = kv_int("n", m->numbers[i + j]);
		e = ask(&m->from, &m->mem,
		    table_delete(&log, &m->mem, m->from.d->moving->value, n),
		    (struct kvs){ v, n }, NULL, NULL);
		i += n;
	}
	return e;
}

static enum err
cross_out_alone(struct move *m)
{
	enum err e;

	if (m->n_numbers == 0)
		return ERR_OK;
	e = begin_to_write(&m->from);
	if (e != ERR_OK)
		return e;
	e = is_ours(m);
	if (e == ERR_OK)
		e = cross_out(m);
	return end(&m->from, e);
}

static enum err
round_of(struct move *m, enum err (*work)(struct move *m))
{
	enum err e;

	begin_round(m);
	e = m->from.d->snapshot(m->from.conn);
	if (e != ERR_OK)
		return e;
	e = be_patient(&m->from, e);
	if (e == ERR_OK)
		e = read_changes(m);
	if (e == ERR_OK && (work != NULL || m->n_changes > 0))
		e = write_round(m, work);
	if (word(&m->from, SQL_ROLLBACK) != ERR_OK && e == ERR_OK)
		e = ERR_UNAVAILABLE;
	if (e == ERR_OK)
		e = cross_out_alone(m);
	if (e == ERR_OK)
		m->spot = m->next;
	return e;
}

static void
tell(struct move *m)
{
	struct move_step step = {
		.compares = m->compares, .n = m->n_rows, .n_all = m->n_all
	};

	if (m->spot.at < m->n_tables)
		step.table = m->tables[m->spot.at].name;
	if (m->tell != NULL)
		m->tell(&step, m->ctx);
}

/* ---- the copy, and the comparison ---- */

static enum err
next_rows(struct move *m, struct rows *rows)
{
	const struct table *t = &m->tables[m->spot.at];
	const char *sql = table_next(
	    t, &m->mem, m->from.d->moving->value, !m->spot.is_inside, BATCH);

	return read_rows(m, &m->from, t, sql,
	    m->spot.is_inside ? key_values(m, t, m->spot.key, 1) : KV_NONE,
	    rows);
}

/* Fewer than were asked for are the last of their table. */
static void
go_on_behind(struct move *m, const struct rows *r)
{
	const char **keys = keys_of(m, r);

	m->n_rows += (int64_t)r->n;
	m->next.is_inside = r->n == BATCH;
	if (!m->next.is_inside) {
		m->next = (struct spot){ .at = m->spot.at + 1 };
		return;
	}
	for (size_t i = 0; i < r->table->n_keys; i++)
		m->next.key[i] = arena_dup_text(
		    &m->keep, keys[(r->n - 1) * r->table->n_keys + i]);
}

static enum err
note_spot(struct move *m)
{
	const char *table =
	    m->next.at < m->n_tables ? m->tables[m->next.at].name : NULL;
	const char *sign = m->to.d->moving->value;

	return ask(&m->to, &m->mem,
	    arena_printf(&m->mem,
		"UPDATE ledger_copy SET of_table = %s1, key1 = %s2,"
		" key2 = %s3, n_rows = %s4",
		sign, sign, sign, sign),
	    KV(kv_text("of_table", table),
		kv_text("key1", m->next.is_inside ? m->next.key[0] : NULL),
		kv_text("key2", m->next.is_inside ? m->next.key[1] : NULL),
		kv_int("n_rows", m->n_rows)),
	    NULL, NULL);
}

/* Rows that a change has brought already are there: they come again. */
static enum err
copy_some(struct move *m)
{
	struct rows rows;
	enum err e = next_rows(m, &rows);

	if (e == ERR_OK && rows.n > 0)
		e = delete_by_keys(m, rows.table, keys_of(m, &rows), rows.n);
	if (e == ERR_OK)
		e = insert(m, &rows);
	go_on_behind(m, &rows);
	return e == ERR_OK ? note_spot(m) : e;
}

static enum err
compare_counts(struct move *m, const struct table *t)
{
	const char *sql =
	    arena_printf(&m->mem, "SELECT COUNT(*) FROM %s", t->name);
	int64_t want = 0, got = 0;
	enum err e = number(&m->from, &m->mem, sql, KV_NONE, &want);

	if (e == ERR_OK)
		e = number(&m->to, &m->mem, sql, KV_NONE, &got);
	if (e == ERR_OK && want != got)
		e = conflict(m,
		    arena_printf(&m->keep,
			"the copy differs: table %s has %lld rows, and %lld "
			"in the copy",
			t->name, (long long)want, (long long)got));
	return e;
}

static enum err
compare_some(struct move *m)
{
	struct rows rows;
	enum err e = next_rows(m, &rows);

	if (e == ERR_OK)
		e = compare(m, &rows, keys_of(m, &rows), rows.n);
	if (e == ERR_OK && rows.n < BATCH)
		e = compare_counts(m, rows.table);
	go_on_behind(m, &rows);
	return e;
}

static enum err
through_all(struct move *m, enum err (*work)(struct move *m))
{
	enum err e = ERR_OK;

	while (e == ERR_OK && m->spot.at < m->n_tables) {
		e = round_of(m, work);
		if (e == ERR_OK)
			tell(m);
	}
	return e;
}

enum err
move_copy(struct move *m)
{
	enum err e = m->is_copied ? ERR_OK : through_all(m, copy_some);

	m->is_copied |= e == ERR_OK;
	return e;
}

/* What the engine's own search needs is made of the rows that are there. */
static enum err
fill_search(struct move *m)
{
	const struct db_moving *w = m->to.d->moving;
	bool has = false;
	enum err e;

	if (w->search == NULL)
		return ERR_OK;
	e = m->to.d->search_make(m->to.conn);
	if (e == ERR_OK)
		e = has_table(&m->to, &m->mem, w->search_in, &has);
	return e == ERR_OK && has ? m->to.d->script(m->to.conn, w->search) : e;
}

enum err
move_compare(struct move *m)
{
	enum err e;

	m->spot = (struct spot){ 0 };
	m->n_rows = 0;
	m->compares = true;
	e = through_all(m, compare_some);
	return e == ERR_OK ? round_of(m, fill_search) : e;
}

enum err
move_follow(struct move *m)
{
	enum err e = round_of(m, NULL);

	if (e == ERR_OK)
		tell(m);
	return e;
}

/* ---- the last step ---- */

static enum err
seal(struct move *m)
{
	const char *sign = m->from.d->moving->value;
	int64_t version = 0;
	enum err e = m->from.d->get_version(m->from.conn, &version);

	if (e == ERR_OK)
		e = ask(&m->from, &m->mem,
		    arena_printf(&m->mem,
			"UPDATE ledger_move SET name = %s1, moved_ms = %s2",
			sign, sign),
		    KV(kv_text("name", m->name),
			kv_int("moved_ms", clock_now_ms())),
		    NULL, NULL);
	if (e == ERR_OK)
		e = m->from.d->set_version(
		    m->from.conn, version + SCHEMA_MOVED);
	if (e == ERR_OK)
		e = m->from.d->script(m->from.conn, m->from.d->moving->seal);
	return e;
}

/* The search is as old as the lessons that it was made of. */
static enum err
bring_last(struct move *m)
{
	const char *of = m->to.d->moving->search_of;
	bool is_old = false;

	for (size_t i = 0; i < m->n_changes; i++)
		is_old |=
		    of != NULL && strcmp(m->changes[i].table->name, of) == 0;
	return is_old ? fill_search(m) : ERR_OK;
}

/* The tables are still those that are watched: a newer program may have been
 * put in place meanwhile. */
static enum err
is_as_begun(struct move *m)
{
	int64_t version = 0;
	enum err e = is_ours(m);

	if (e == ERR_OK)
		e = m->from.d->get_version(m->from.conn, &version);
	if (e == ERR_OK && version != schema_newest())
		e = conflict(m,
		    "the old ledger was brought up to date meanwhile, by a "
		    "newer program: take back this move (--cancel), and begin "
		    "it anew with that program");
	return e;
}

/* First the new one has all, for good; only then is the old one sealed. Who is
 * killed in between has changed nothing. */
static enum err
switch_held(struct move *m)
{
	enum err e = is_as_begun(m);

	if (e == ERR_OK)
		e = read_changes(m);
	if (e == ERR_OK)
		e = write_round(m, bring_last);
	if (e == ERR_OK)
		e = cross_out(m);
	return e == ERR_OK ? seal(m) : e;
}

enum err
move_switch(struct move *m, int64_t *held_ms)
{
	int64_t began_ms;
	enum err e = round_of(m, NULL);

	*held_ms = 0;
	begin_round(m);
	if (e == ERR_OK)
		e = begin_to_write(&m->from);
	if (e != ERR_OK)
		return e;
	began_ms = clock_mono_ms();
	e = end(&m->from, switch_held(m));
	*held_ms = clock_mono_ms() - began_ms;
	return e;
}

/* Numbers go on behind those that came. */
static enum err
set_numbers(struct move *m)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < m->n_tables; i++) {
		const struct table *t = &m->tables[i];

		if (t->n_keys == 1 && t->columns[t->keys[0]].is_number)
			e = m->to.d->script(m->to.conn,
			    table_fill(t, &m->mem, m->to.d->moving->numbers));
	}
	return e;
}

static enum err
open_to_all(struct move *m)
{
	bool is_arriving = false;
	enum err e = has_table(&m->to, &m->mem, "ledger_copy", &is_arriving);

	if (e != ERR_OK || !is_arriving)
		return e;
	e = has_turn(m);
	if (e == ERR_OK)
		e = set_numbers(m);
	if (e == ERR_OK)
		e = for_each_table(m, &m->to, m->to.d->moving->tighten);
	if (e == ERR_OK)
		e = m->to.d->script(m->to.conn, "DROP TABLE ledger_copy");
	return e == ERR_OK ? m->to.d->set_version(m->to.conn, schema_newest()) :
			     e;
}

enum err
move_finish(struct move *m)
{
	enum err e;

	begin_round(m);
	e = begin_to_write(&m->to);
	return e == ERR_OK ? end(&m->to, open_to_all(m)) : e;
}

/* ---- beginning ---- */

static enum err
is_empty(struct move *m, bool *is)
{
	enum err e = ERR_OK;
	int64_t n = 0;

	*is = true;
	/* One row is there from the beginning: marks say of a new ledger that
	 * nothing was sold before. */
	for (size_t i = 0; e == ERR_OK && *is && i < m->n_tables; i++) {
		e = number(&m->to, &m->mem,
		    arena_printf(&m->mem,
			strcmp(m->tables[i].name, "marks") == 0 ?
			    "SELECT COUNT(*) FROM %s"
			    " WHERE key <> 'accept_unmarked'" :
			    "SELECT COUNT(*) FROM"
			    " (SELECT 1 FROM %s LIMIT 1) AS first_one",
			m->tables[i].name),
		    KV_NONE, &n);
		*is = n == 0;
	}
	return e;
}

/* The same number in both, and another one for each move. */
static int64_t
new_id(void)
{
	return clock_now_ms() * 100000 + (int64_t)getpid() % 100000;
}

static enum err
watch(struct move *m)
{
	const struct side *s = &m->from;
	enum err e = s->d->script(s->conn,
	    "CREATE TABLE ledger_move (id BIGINT NOT NULL, name TEXT,"
	    " moved_ms BIGINT)");

	if (e == ERR_OK)
		e = s->d->script(s->conn, s->d->moving->log);
	return e == ERR_OK ? for_each_table(m, s, s->d->moving->watch) : e;
}

static enum err
put_id(struct move *m, int64_t id)
{
	m->id = id;
	return ask(&m->from, &m->mem,
	    arena_printf(&m->mem, "INSERT INTO ledger_move (id) VALUES (%s1)",
		m->from.d->moving->value),
	    move_id(m, &m->mem), NULL, NULL);
}

/* To a new place all begins anew; another move that was under way is over by
 * that. */
static enum err
begin_source(struct move *m, bool is_new)
{
	bool is_watched = false;
	enum err e = has_table(&m->from, &m->mem, "ledger_move", &is_watched);

	if (e == ERR_OK && !is_watched)
		e = watch(m);
	if (e == ERR_OK && (is_new || !is_watched)) {
		e = m->from.d->script(m->from.conn,
		    "DELETE FROM ledger_move; DELETE FROM ledger_changes");
		return e == ERR_OK ? put_id(m, new_id()) : e;
	}
	return e == ERR_OK ?
	    number(&m->from, &m->mem, "SELECT id FROM ledger_move", KV_NONE,
		&m->id) :
	    e;
}

static enum err
count_rows(struct move *m)
{
	enum err e = ERR_OK;

	m->n_all = 0;
	for (size_t i = 0; e == ERR_OK && i < m->n_tables; i++) {
		int64_t n;

		e = number(&m->from, &m->mem,
		    arena_printf(
			&m->mem, "SELECT COUNT(*) FROM %s", m->tables[i].name),
		    KV_NONE, &n);
		m->n_all += n;
	}
	return e;
}

/* A place for what is copied, with nothing in it. */
static enum err
make_room(struct move *m)
{
	const struct side *s = &m->to;
	enum err e = for_each_table(m, s, s->d->moving->loosen);

	if (e == ERR_OK)
		e = s->d->script(s->conn,
		    "DELETE FROM marks;"
		    "CREATE TABLE ledger_copy (id BIGINT NOT NULL,"
		    " turn BIGINT NOT NULL, of_table TEXT, key1 TEXT,"
		    " key2 TEXT, n_rows BIGINT NOT NULL)");
	if (e == ERR_OK)
		e = ask(s, &m->mem,
		    arena_printf(&m->mem,
			"INSERT INTO ledger_copy (id, turn, of_table, n_rows)"
			" VALUES (%s1, 0, %s2, 0)",
			s->d->moving->value, s->d->moving->value),
		    KV(kv_int("id", m->id),
			kv_text("of_table", m->tables[0].name)),
		    NULL, NULL);
	return e == ERR_OK ?
	    s->d->set_version(s->conn, schema_newest() + SCHEMA_ARRIVES) :
	    e;
}

static void
take_spot(const struct row *row, void *ctx)
{
	struct move *m = ctx;
	const char *name = row_text(row, 1);
	const struct table *t = name == NULL ? NULL : find_table(m, name);

	m->turn = row_int(row, 0);
	m->n_rows = row_int(row, 4);
	m->is_copied = t == NULL;
	m->spot = (struct spot){ .at = t == NULL ? m->n_tables :
						   (size_t)(t - m->tables) };
	for (size_t i = 0; i < TABLE_MAX_KEYS; i++)
		m->spot.key[i] =
		    arena_dup_text(&m->keep, row_text(row, (int)i + 2));
	m->spot.is_inside = m->spot.key[0] != NULL;
}

/* Whoever began before us has lost its turn by this. */
static enum err
take_turn(struct move *m)
{
	int64_t id = 0;
	enum err e =
	    number(&m->to, &m->mem, "SELECT id FROM ledger_copy", KV_NONE, &id);

	if (e == ERR_OK && id != m->id)
		return conflict(m,
		    "the new database holds the beginning of another move: "
		    "empty it, or name another one");
	if (e == ERR_OK)
		e = m->to.d->script(
		    m->to.conn, "UPDATE ledger_copy SET turn = turn + 1");
	return e == ERR_OK ?
	    ask(&m->to, &m->mem,
		"SELECT turn, of_table, key1, key2, n_rows FROM ledger_copy",
		KV_NONE, take_spot, m) :
	    e;
}

static enum err
begin_target(struct move *m, bool is_new)
{
	enum err e = begin_to_write(&m->to);

	if (e != ERR_OK)
		return e;
	if (is_new)
		e = make_room(m);
	if (e == ERR_OK)
		e = take_turn(m);
	return end(&m->to, e);
}

static enum err
begin_watching(struct move *m, bool is_new)
{
	enum err e = begin_to_write(&m->from);

	if (e != ERR_OK)
		return e;
	e = begin_source(m, is_new);
	if (e == ERR_OK)
		e = count_rows(m);
	return end(&m->from, e);
}

/* ---- what is there ---- */

static enum err
read_tables(struct move *m)
{
	struct table *there;
	size_t n;
	enum err e = tables_read(
	    m->from.d, m->from.conn, &m->keep, &m->tables, &m->n_tables);

	if (e == ERR_OK)
		e = tables_read(m->to.d, m->to.conn, &m->keep, &there, &n);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		if (!table_same(&m->tables[i], &there[i]))
			e = conflict(m,
			    arena_printf(&m->keep,
				"table %s is another one in the new database",
				there[i].name));
	return e;
}

/* As a program finds it; of one that is moving the version tells the rest. */
static enum err
open_side(struct db *db, struct side *s, int64_t *version)
{
	enum err e = db_raw(db, &s->d, &s->conn);

	if (e == ERR_OK)
		e = s->d->get_version(s->conn, version);
	if (e == ERR_OK && *version <= schema_newest())
		e = schema_migrate(s->d, s->conn);
	return e;
}

static enum err
look_at_target(struct move *m, bool *is_new)
{
	bool is_empty_now = false, is_source = false;
	enum err e = m->to.d->snapshot(m->to.conn);

	if (e != ERR_OK)
		return e;
	e = has_table(&m->to, &m->mem, "ledger_copy", is_new);
	*is_new = !*is_new;
	if (e == ERR_OK)
		e = has_table(&m->to, &m->mem, "ledger_changes", &is_source);
	if (e == ERR_OK)
		e = read_tables(m);
	if (e == ERR_OK && *is_new)
		e = is_empty(m, &is_empty_now);
	if (e == ERR_OK && *is_new && (!is_empty_now || is_source))
		e = conflict(m,
		    "the new database holds a ledger already: name an empty "
		    "one");
	return word(&m->to, SQL_ROLLBACK) == ERR_OK ? e : ERR_UNAVAILABLE;
}

struct ended {
	int64_t id;
	const char *name;
};

static void
take_ended(const struct row *row, void *ctx)
{
	struct ended *ended = ctx;

	*ended = (struct ended){ row_int(row, 0), row_text(row, 1) };
}

static enum err
read_ended(struct move *m, struct ended *ended)
{
	enum err e = m->from.d->snapshot(m->from.conn);

	if (e != ERR_OK)
		return e;
	e = ask(&m->from, &m->keep, "SELECT id, name FROM ledger_move", KV_NONE,
	    take_ended, ended);
	if (e == ERR_OK)
		e = tables_read(m->from.d, m->from.conn, &m->keep, &m->tables,
		    &m->n_tables);
	return word(&m->from, SQL_ROLLBACK) == ERR_OK ? e : ERR_UNAVAILABLE;
}

/* The old one is sealed. The new one, which must be the same as then, may be
 * open already, and then there is nothing to do. */
static enum err
resume_moved(struct move *m)
{
	struct ended ended = { 0 };
	int64_t version = 0;
	enum err e = read_ended(m, &ended);

	m->id = ended.id;
	if (e == ERR_OK && !is_same(ended.name, m->name))
		return conflict(m,
		    arena_printf(&m->keep, "it has moved to %s already",
			ended.name == NULL ? "somewhere" : ended.name));
	if (e == ERR_OK)
		e = open_side(m->to_db, &m->to, &version);
	return e == ERR_OK && version > SCHEMA_ARRIVES ?
	    begin_target(m, false) :
	    e;
}

static enum err
begin_new(struct move *m)
{
	bool is_new = false;
	enum err e = m->from.d->snapshot(m->from.conn);

	if (e == ERR_OK)
		e = look_at_target(m, &is_new);
	if (word(&m->from, SQL_ROLLBACK) != ERR_OK && e == ERR_OK)
		e = ERR_UNAVAILABLE;
	if (e == ERR_OK)
		e = begin_watching(m, is_new);
	return e == ERR_OK ? begin_target(m, is_new) : e;
}

enum err
move_begin(struct move *m, bool *is_moved)
{
	int64_t from = 0, to = 0;
	enum err e = open_side(m->from_db, &m->from, &from);

	*is_moved = from == SCHEMA_MOVED + schema_newest();
	if (e == ERR_OK && *is_moved)
		return resume_moved(m);
	if (e == ERR_OK)
		e = open_side(m->to_db, &m->to, &to);
	if (e != ERR_OK)
		return e;
	if (from > schema_newest() ||
	    (to > schema_newest() && to != SCHEMA_ARRIVES + schema_newest()))
		return conflict(m,
		    "one of the two is a ledger that this version of Admit "
		    "does not know, or one that moves elsewhere itself");
	return begin_new(m);
}

/* ---- taking it back ---- */

static enum err
unwatch(struct move *m, bool *was_moved)
{
	const struct side *s = &m->from;
	int64_t version = 0;
	enum err e = s->d->get_version(s->conn, &version);

	*was_moved = version > SCHEMA_MOVED && version < SCHEMA_ARRIVES;
	if (e == ERR_OK)
		e = tables_read(
		    s->d, s->conn, &m->keep, &m->tables, &m->n_tables);
	if (e == ERR_OK)
		e = for_each_table(m, s, s->d->moving->unwatch);
	if (e == ERR_OK)
		e = s->d->script(s->conn, s->d->moving->unlog);
	if (e == ERR_OK)
		e = s->d->script(s->conn, "DROP TABLE IF EXISTS ledger_move");
	if (e == ERR_OK && *was_moved)
		e = s->d->set_version(s->conn, version - SCHEMA_MOVED);
	return e;
}

enum err
move_cancel(struct db *from, bool *was_moved)
{
	struct move *m = move_new(from, NULL, NULL);
	bool was = false;
	enum err e = db_raw(from, &m->from.d, &m->from.conn);

	if (e == ERR_OK)
		e = begin_to_write(&m->from);
	if (e == ERR_OK)
		e = end(&m->from, unwatch(m, &was));
	if (was_moved != NULL)
		*was_moved = was;
	move_free(m);
	return e;
}
