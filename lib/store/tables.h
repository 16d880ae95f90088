/* What the ledger's tables look like, as the schema and the engine tell it, and
 * the SQL that reads and writes any of them by its key: for what has to know
 * all tables and none by name (store/move.c). */
#ifndef STORE_TABLES_H
#define STORE_TABLES_H

#include "store/driver.h"

#define TABLES_MAX 64
#define TABLE_MAX_COLUMNS 64
#define TABLE_MAX_KEYS 2 /* a log of changes has room for */

struct column {
	const char *name;
	bool is_number;
};

struct table {
	const char *name;
	struct column columns[TABLE_MAX_COLUMNS];
	size_t n_columns;
	size_t keys[TABLE_MAX_KEYS]; /* columns, in the order of the key */
	size_t n_keys;
};

/* Cells are texts, NULL for null: of the columns in their order, one row after
 * the other, or of keys alone. */
struct cells {
	const char **v;
	size_t n, max;
};

/* All tables of the schema, in an array in the arena, as they are at this
 * connection; within a transaction. ERR_INTERNAL: one has no key, too many
 * columns, or is not there. */
enum err tables_read(const struct db_driver *d, void *conn, struct arena *a,
    struct table **tables, size_t *n) MUST_CHECK;

/* Whether a table has the same columns and the same key in both. */
bool table_same(const struct table *a, const struct table *b);

/* A key, or a row, as values for an engine. */
struct kv *table_values(const struct table *t, struct arena *a,
    const char *const *cells, size_t n_rows, bool is_key);

/* SQL for n rows in an engine's words. */
const char *table_select(const struct table *t, struct arena *a,
    const struct db_moving *w, size_t n);
const char *table_delete(const struct table *t, struct arena *a,
    const struct db_moving *w, size_t n);
const char *table_insert(const struct table *t, struct arena *a,
    const struct db_moving *w, size_t n);

/* The next n rows by the key: behind the key in the values, or the first. */
const char *table_next(const struct table *t, struct arena *a,
    const struct db_moving *w, bool is_first, size_t n);

/* A template of driver.h's struct db_moving for this table. */
const char *table_fill(
    const struct table *t, struct arena *a, const char *template);

#endif
