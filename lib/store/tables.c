/* Tables as data, and the SQL that is made of them. */
#include "store/tables.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/log.h"
#include "store/db.h"
#include "store/schema.h"

#include <string.h>

#define MAX_SQL_BYTES ((size_t)4 * 1024 * 1024)

/* ---- what they look like ---- */

/* In the order of the engine's own list; a key that has more columns than a log
 * has room for is seen by its number. */
static void
take_column(const struct row *row, void *ctx)
{
	struct table *t = ctx;
	int64_t place = row_int(row, 2);

	if (t->n_columns == TABLE_MAX_COLUMNS)
		return;
	if (place > 0 && place <= TABLE_MAX_KEYS)
		t->keys[place - 1] = t->n_columns;
	t->n_keys += place > 0;
	t->columns[t->n_columns++] =
	    (struct column){ row_text(row, 0), row_int(row, 1) == 1 };
}

/* Full is as bad as empty: what did not fit would be left behind. */
static bool
is_fit(const struct table *t)
{
	return t->n_keys > 0 && t->n_keys <= TABLE_MAX_KEYS &&
	    t->n_columns > 0 && t->n_columns < TABLE_MAX_COLUMNS;
}

static enum err
read_one(
    const struct db_driver *d, void *conn, struct arena *a, struct table *t)
{
	enum err e = d->ask(conn,
	    &(struct db_ask){ .sql = d->moving->columns,
		.values = KV(kv_text("table", t->name)),
		.arena = a,
		.map = take_column,
		.ctx = t });

	if (e != ERR_OK || is_fit(t))
		return e;
	log_event(LOG_ERROR, "table_odd", KV(kv_text("table", t->name)));
	return ERR_INTERNAL;
}

enum err
tables_read(const struct db_driver *d, void *conn, struct arena *a,
    struct table **tables, size_t *n)
{
	const char *names[TABLES_MAX];
	enum err e = ERR_OK;

	*n = schema_tables(a, names, LENGTH(names));
	*tables = arena_alloc(a, *n * sizeof(**tables));
	memset(*tables, 0, *n * sizeof(**tables));
	for (size_t i = 0; e == ERR_OK && i < *n; i++) {
		(*tables)[i].name = names[i];
		e = read_one(d, conn, a, &(*tables)[i]);
	}
	return e == ERR_OK && *n == TABLES_MAX ? ERR_INTERNAL : e;
}

bool
table_same(const struct table *a, const struct table *b)
{
	if (a->n_columns != b->n_columns || a->n_keys != b->n_keys)
		return false;
	for (size_t i = 0; i < a->n_keys; i++)
		if (a->keys[i] != b->keys[i])
			return false;
	for (size_t i = 0; i < a->n_columns; i++)
		if (strcmp(a->columns[i].name, b->columns[i].name) != 0 ||
		    a->columns[i].is_number != b->columns[i].is_number)
			return false;
	return true;
}

/* ---- values ---- */

static const struct column *
column_of(const struct table *t, size_t i, bool is_key)
{
	return &t->columns[is_key ? t->keys[i] : i];
}

/* Typed as the column is: PostgreSQL takes no number for a text, nor does
 * SQLite where a table is STRICT. */
static struct kv
value(const struct column *c, const char *cell)
{
	int64_t n = 0;

	if (!c->is_number)
		return kv_text(c->name, cell);
	return cell != NULL && str_to_i64(str_from(cell), &n) ?
	    kv_int(c->name, n) :
	    kv_null(c->name);
}

struct kv *
table_values(const struct table *t, struct arena *a, const char *const *cells,
    size_t n_rows, bool is_key)
{
	size_t width = is_key ? t->n_keys : t->n_columns;
	struct kv *v = arena_alloc(a, (n_rows * width + 1) * sizeof(*v));

	for (size_t i = 0; i < n_rows * width; i++)
		v[i] = value(column_of(t, i % width, is_key), cells[i]);
	return v;
}

/* ---- SQL ---- */

static void
add_names(struct buf *b, const struct table *t, bool are_keys)
{
	size_t n = are_keys ? t->n_keys : t->n_columns;

	for (size_t i = 0; i < n; i++) {
		buf_text(b, i == 0 ? "" : ", ");
		buf_text(b, column_of(t, i, are_keys)->name);
	}
}

/* "($1, $2), ($3, $4)": the first value has the number from + 1. */
static void
add_values(
    struct buf *b, const char *sign, size_t n_rows, size_t width, size_t from)
{
	for (size_t i = 0; i < n_rows * width; i++) {
		buf_text(b, i == 0 ? "(" : i % width == 0 ? "), (" : ", ");
		buf_text(b, sign);
		buf_int(b, (int64_t)(from + i + 1));
	}
	buf_text(b, ")");
}

/* NULL would be a statement that was cut. */
static const char *
text_of(const struct buf *b)
{
	return buf_full(b) ? "too long" : buf_str(b).p;
}

/* The keys as a table that is joined to the other, key by key, in this order:
 * SQLite reads all of a table whose key of two columns is sought in a list. */
static void
add_wanted(
    struct buf *b, const struct table *t, const struct db_moving *w, size_t n)
{
	buf_text(b, " FROM (VALUES ");
	add_values(b, w->value, n, t->n_keys, 0);
	buf_text(b, ") AS wanted CROSS JOIN ");
	buf_text(b, t->name);
	for (size_t i = 0; i < t->n_keys; i++) {
		buf_text(b, i == 0 ? " WHERE " : " AND ");
		buf_text(b, column_of(t, i, true)->name);
		buf_text(b, " = wanted.column");
		buf_int(b, (int64_t)i + 1);
	}
}

const char *
table_select(
    const struct table *t, struct arena *a, const struct db_moving *w, size_t n)
{
	struct buf b = buf_new(a, MAX_SQL_BYTES);

	buf_text(&b, "SELECT ");
	add_names(&b, t, false);
	add_wanted(&b, t, w, n);
	return text_of(&b);
}

const char *
table_delete(
    const struct table *t, struct arena *a, const struct db_moving *w, size_t n)
{
	struct buf b = buf_new(a, MAX_SQL_BYTES);

	buf_text(&b, "DELETE FROM ");
	buf_text(&b, t->name);
	buf_text(&b, " WHERE (");
	if (w->row != NULL) {
		buf_text(&b, w->row);
		buf_text(&b, ") IN (SELECT ");
		buf_text(&b, t->name);
		buf_text(&b, ".");
		buf_text(&b, w->row);
		add_wanted(&b, t, w, n);
	} else {
		add_names(&b, t, true);
		buf_text(&b, ") IN (VALUES ");
		add_values(&b, w->value, n, t->n_keys, 0);
	}
	buf_text(&b, ")");
	return text_of(&b);
}

const char *
table_insert(
    const struct table *t, struct arena *a, const struct db_moving *w, size_t n)
{
	struct buf b = buf_new(a, MAX_SQL_BYTES);

	buf_text(&b, "INSERT INTO ");
	buf_text(&b, t->name);
	buf_text(&b, " (");
	add_names(&b, t, false);
	buf_text(&b, ") VALUES ");
	add_values(&b, w->value, n, t->n_columns, 0);
	return text_of(&b);
}

/* Behind a key and not by an offset, which would read all that was passed
 * again. */
const char *
table_next(const struct table *t, struct arena *a, const struct db_moving *w,
    bool is_first, size_t n)
{
	struct buf b = buf_new(a, MAX_SQL_BYTES);

	buf_text(&b, "SELECT ");
	add_names(&b, t, false);
	buf_text(&b, " FROM ");
	buf_text(&b, t->name);
	if (!is_first) {
		buf_text(&b, " WHERE (");
		add_names(&b, t, true);
		buf_text(&b, ") > ");
		add_values(&b, w->value, 1, t->n_keys, 0);
	}
	buf_text(&b, " ORDER BY ");
	add_names(&b, t, true);
	buf_text(&b, " LIMIT ");
	buf_int(&b, (int64_t)n);
	return text_of(&b);
}

/* ---- templates ---- */

/* "NEW.tg_id, NEW.product", as many as there is room for in a log. */
static void
add_of_row(struct buf *b, const struct table *t, const char *row)
{
	for (size_t i = 0; i < TABLE_MAX_KEYS; i++) {
		buf_text(b, i == 0 ? "" : ", ");
		buf_text(b, i < t->n_keys ? row : "NULL");
		if (i < t->n_keys)
			buf_text(b, column_of(t, i, true)->name);
	}
}

static void
add_quoted(struct buf *b, const struct table *t)
{
	for (size_t i = 0; i < t->n_keys; i++) {
		buf_text(b, i == 0 ? "'" : ", '");
		buf_text(b, column_of(t, i, true)->name);
		buf_text(b, "'");
	}
}

static void
add_hole(struct buf *b, const struct table *t, struct str hole)
{
	if (str_eq(hole, "table"))
		buf_text(b, t->name);
	else if (str_eq(hole, "names"))
		add_quoted(b, t);
	else if (str_eq(hole, "key"))
		buf_text(b, column_of(t, 0, true)->name);
	else
		add_of_row(b, t, str_eq(hole, "old") ? "OLD." : "NEW.");
}

const char *
table_fill(const struct table *t, struct arena *a, const char *template)
{
	struct buf b = buf_new(a, MAX_SQL_BYTES);
	struct str rest = str_from(template);

	while (rest.len > 0) {
		bool has_hole = memchr(rest.p, '{', rest.len) != NULL;

		buf_add(&b, str_cut(&rest, '{'));
		if (has_hole)
			add_hole(&b, t, str_cut(&rest, '}'));
	}
	return text_of(&b);
}
