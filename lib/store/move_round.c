/* The rounds of a move: the old database read as of one moment, the new one
 * written in one transaction. What goes round, and in which order, is move.c's
 * affair. */
#include "store/move_round.h"

#include "base/log.h"

#include <stdlib.h>
#include <string.h>

enum err
round_conflict(struct move *m, const char *why)
{
	m->why = why;
	return ERR_CONFLICT;
}

/* ---- statements ---- */

enum err
side_ask(const struct side *s, struct arena *a, const char *sql,
    struct kvs values, void (*map)(const struct row *row, void *ctx), void *ctx)
{
	return s->d->ask(s->conn,
	    &(struct db_ask){ .sql = sql,
		.values = values,
		.arena = a,
		.map = map,
		.ctx = ctx });
}

enum err
side_number(const struct side *s, struct arena *a, const char *sql,
    struct kvs values, int64_t *n)
{
	*n = 0;
	return side_ask(s, a, sql, values, row_to_int, n);
}

enum err
side_word(const struct side *s, enum sql what)
{
	return s->d->run(s->conn, &(struct db_run){ .what = what });
}

/* A large ledger takes its time. */
enum err
side_patience(const struct side *s, enum err e)
{
	return e == ERR_OK && s->d->patience != NULL ?
	    s->d->script(s->conn, s->d->patience) :
	    e;
}

enum err
side_begin(const struct side *s)
{
	return side_patience(s, side_word(s, SQL_BEGIN));
}

/* Ends a transaction by what came of it. */
enum err
side_end(const struct side *s, enum err e)
{
	if (e == ERR_OK)
		e = side_word(s, SQL_COMMIT);
	if (e != ERR_OK && side_word(s, SQL_ROLLBACK) != ERR_OK)
		return ERR_UNAVAILABLE;
	return e;
}

/* A template for each table; "" does nothing. */
enum err
round_tables(struct move *m, const struct side *s, const char *template)
{
	enum err e = ERR_OK;

	for (size_t i = 0;
	     e == ERR_OK && template[0] != '\0' && i < m->n_tables; i++)
		e = s->d->script(
		    s->conn, table_fill(&m->tables[i], &m->mem, template));
	return e;
}

enum err
side_has(const struct side *s, struct arena *a, const char *name, bool *has)
{
	int64_t n = 0;
	enum err e = side_number(
	    s, a, s->d->moving->exists, KV(kv_text("table", name)), &n);

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

enum err
round_read(struct move *m, const struct side *s, const struct table *t,
    const char *sql, struct kvs values, struct rows *rows)
{
	struct taking take = {
		.m = m, .width = t->n_columns, .is_source = s == &m->from
	};
	enum err e = side_ask(s, &m->mem, sql, values, take_row, &take);

	*rows = (struct rows){ t, take.cells.v, take.cells.n / t->n_columns };
	return e;
}

/* The keys of rows, one after the other. */
const char **
round_keys(struct move *m, const struct rows *r)
{
	size_t width = r->table->n_keys;
	const char **keys =
	    arena_alloc(&m->mem, (r->n * width + 1) * sizeof(*keys));

	for (size_t i = 0; i < r->n * width; i++)
		keys[i] = r->cells[i / width * r->table->n_columns +
		    r->table->keys[i % width]];
	return keys;
}

struct kvs
round_key_values(
    struct move *m, const struct table *t, const char **keys, size_t n)
{
	return (struct kvs){ table_values(t, &m->mem, keys, n, true),
		n * t->n_keys };
}

static enum err
read_by_keys(struct move *m, const struct side *s, const struct table *t,
    const char **keys, size_t n, struct rows *rows)
{
	return round_read(m, s, t, table_select(t, &m->mem, s->d->moving, n),
	    round_key_values(m, t, keys, n), rows);
}

/* Many keys in one statement: the way to a server counts more than what is
 * done there. */
enum err
round_delete(struct move *m, const struct table *t, const char **keys, size_t n)
{
	return side_ask(&m->to, &m->mem,
	    table_delete(t, &m->mem, m->to.d->moving, n),
	    round_key_values(m, t, keys, n), NULL, NULL);
}

enum err
round_insert(struct move *m, const struct rows *r)
{
	struct kvs values = { table_values(
				  r->table, &m->mem, r->cells, r->n, false),
		r->n * r->table->n_columns };

	return r->n == 0 ?
	    ERR_OK :
	    side_ask(&m->to, &m->mem,
		table_insert(r->table, &m->mem, m->to.d->moving, r->n), values,
		NULL, NULL);
}

/* ---- comparing ---- */

bool
round_is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
has_key_of(const struct table *t, const char **row, const char **other)
{
	for (size_t i = 0; i < t->n_keys; i++)
		if (!round_is_same(row[t->keys[i]], other[t->keys[i]]))
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
	return round_conflict(m,
	    arena_printf(&m->keep,
		"the copy differs: table %s, %s %s, column %s", t->name,
		t->columns[t->keys[0]].name, row[t->keys[0]], column));
}

/* As texts, which both engines make of numbers in the same way. */
static enum err
compare_row(
    struct move *m, const struct table *t, const char **row, const char **other)
{
	if (other == NULL)
		return differs(m, t, row, "(the whole row)");
	for (size_t i = 0; i < t->n_columns; i++)
		if (!round_is_same(row[i], other[i]))
			return differs(m, t, row, t->columns[i].name);
	return ERR_OK;
}

/* What stands in the new one under these keys is those rows, and no others. */
enum err
round_compare(
    struct move *m, const struct rows *want, const char **keys, size_t n)
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
		e = round_conflict(m,
		    arena_printf(&m->keep,
			"the copy differs: table %s has rows that went away",
			t->name));
	return e;
}

/* ---- what changed meanwhile ---- */

const struct table *
round_find(const struct move *m, const char *name)
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
	struct change c = { .table = round_find(m, row_text(row, 0)) };

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

enum err
round_changes(struct move *m)
{
	enum err e = side_ask(&m->from, &m->mem,
	    "SELECT DISTINCT of_table, key1, key2 FROM ledger_changes"
	    " ORDER BY of_table, key1, key2",
	    KV_NONE, take_change, m);

	if (e == ERR_OK)
		e = side_ask(&m->from, &m->mem, "SELECT n FROM ledger_changes",
		    KV_NONE, take_number, m);
	return e;
}

/* Of one table and no more than fit into a statement. */
struct run {
	const struct table *table;
	const char **keys;
	size_t n;
};

/* They come in the order of their tables, so the next ones belong together. */
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
	return round_delete(m, r->table, r->keys, r->n);
}

/* Read again where it was written: from here on the two are equal. */
static enum err
put_in(struct move *m, const struct run *r)
{
	struct rows rows;
	enum err e = read_by_keys(m, &m->from, r->table, r->keys, r->n, &rows);

	if (e == ERR_OK)
		e = round_insert(m, &rows);
	return e == ERR_OK ? round_compare(m, &rows, r->keys, r->n) : e;
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

/* Whether the old one still is moved by us. A move to somewhere else may have
 * begun. */
enum err
round_is_ours(struct move *m)
{
	int64_t id = 0;
	enum err e = side_number(
	    &m->from, &m->mem, "SELECT id FROM ledger_move", KV_NONE, &id);

	if (e == ERR_OK && id != m->id)
		e = round_conflict(m, "another move of this ledger has begun");
	return e;
}

/* One that goes on where we were must not be met with what we read before. */
enum err
round_has_turn(struct move *m)
{
	int64_t turn = 0;
	enum err e = side_number(
	    &m->to, &m->mem, "SELECT turn FROM ledger_copy", KV_NONE, &turn);

	if (e == ERR_OK && turn != m->turn)
		e = round_conflict(m,
		    "another `admit move` of the same two has gone on with "
		    "it");
	return e;
}

/* References are looked at when it ends: in the midst of it a row that others
 * refer to may be away. */
enum err
round_write(struct move *m, enum err (*work)(struct move *m))
{
	enum err e = side_begin(&m->to);

	if (e != ERR_OK)
		return e;
	e = m->to.d->script(m->to.conn, m->to.d->moving->defer);
	if (e == ERR_OK)
		e = round_has_turn(m);
	if (e == ERR_OK)
		e = bring_changes(m);
	if (e == ERR_OK && work != NULL)
		e = work(m);
	return side_end(&m->to, e);
}

void
round_begin(struct move *m)
{
	arena_reset(&m->mem);
	m->changes = NULL;
	m->numbers = NULL;
	m->n_changes = m->max_changes = 0;
	m->n_numbers = m->max_numbers = 0;
	m->next = m->spot;
}

/* By their numbers: what was committed late under a lower one stays. */
enum err
round_cross_out(struct move *m)
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
		e = side_ask(&m->from, &m->mem,
		    table_delete(&log, &m->mem, m->from.d->moving, n),
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
	e = side_begin(&m->from);
	if (e != ERR_OK)
		return e;
	e = round_is_ours(m);
	if (e == ERR_OK)
		e = round_cross_out(m);
	return side_end(&m->from, e);
}

/* What is read stays as of one moment while it is written elsewhere, and no
 * writer waits for that. Crossed out is what the other database has on its disk
 * by then; if that fails it is brought once more, which changes nothing. */
enum err
round_do(struct move *m, enum err (*work)(struct move *m))
{
	enum err e;

	round_begin(m);
	e = m->from.d->snapshot(m->from.conn);
	if (e != ERR_OK)
		return e;
	e = side_patience(&m->from, e);
	if (e == ERR_OK)
		e = round_changes(m);
	if (e == ERR_OK && (work != NULL || m->n_changes > 0))
		e = round_write(m, work);
	if (side_word(&m->from, SQL_ROLLBACK) != ERR_OK && e == ERR_OK)
		e = ERR_UNAVAILABLE;
	if (e == ERR_OK)
		e = cross_out_alone(m);
	if (e == ERR_OK)
		m->spot = m->next;
	return e;
}
