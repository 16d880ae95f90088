/* A table that a command prints: for a person in columns under their names, or
 * as an array of a JSON document, where the same cells are as the ledger has
 * them. All rows are printed at once, so no line of the log stands between
 * them. */
#ifndef TOOLS_TABLE_H
#define TOOLS_TABLE_H

#include "base/json.h"

enum look {
	LOOK_END,
	LOOK_TEXT,
	LOOK_NUMBER,
	LOOK_RIGHT, /* a number that is compared with those above it */
	LOOK_TIME,  /* ms since 1970; by the machine's time zone */
	LOOK_DAY,   /* the same, the day alone */
	LOOK_MONEY  /* "_minor" is added to the name, and a currency goes with
	               it */
};

/* The name is JSON's; above a column it stands without "_ms". */
struct table_column {
	const char *name;
	enum look look;
};

#define TABLE_COLUMNS 16

struct table {
	struct arena *arena;
	const struct table_column *columns; /* up to one of LOOK_END */
	struct json *rows;                  /* NULL: for a person */
	struct json *row;
	const char **cells;
	size_t n_columns, n_cells, max_cells, at;
	size_t n_rows;
};

/* doc: the document that gets an array of that name; NULL: for a person. */
struct table table_new(struct arena *a, const struct table_column *columns,
    struct json *doc, const char *name);

/* The cells of a row, one after another, in the order of the columns and as
 * they look. 0 for a moment, and NULL for a text, leave one empty. */
void table_text(struct table *t, const char *text);
void table_number(struct table *t, int64_t n);
void table_time(struct table *t, int64_t since_1970_ms);
void table_money(struct table *t, int64_t minor, const char *currency);

/* Prints it, or none where it has no rows; nothing of a JSON document, which is
 * printed when all of it is there (cmd_print_json()). */
void table_print(const struct table *t, const char *none);

#endif
