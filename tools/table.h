/* A table that a command prints: for a person in columns under their names, or
 * as an array of a JSON document, where the same cells are as the ledger has
 * them. On a terminal no line is wider than that: cells are broken, and where
 * even that is too wide each row becomes some lines. Elsewhere each row is one
 * line. All rows are printed at once, so no line of the log stands between
 * them. */
#ifndef TOOLS_TABLE_H
#define TOOLS_TABLE_H

#include "base/json.h"

enum look {
	LOOK_END,
	LOOK_TEXT,
	LOOK_ID,    /* a number that names something, and is looked for */
	LOOK_RIGHT, /* a number that is compared with those above it */
	LOOK_TIME,  /* ms since 1970; by the machine's time zone */
	LOOK_DAY,   /* the same, the day alone */
	LOOK_MONEY, /* "_minor" is added to the name, and a currency goes with
	               it */
	LOOK_MORE   /* a text for programs, which a person finds by and is not
	               shown */
};

/* The name is JSON's; above a column it stands without "_ms". */
struct table_column {
	const char *name;
	enum look look;
};

#define TABLE_COLUMNS 16

/* Which rows are kept: of all that is set, each must hold. */
struct table_filter {
	int64_t since_ms;    /* by the first column that is a time */
	const char *product; /* by the column of that name */
	const char *status;  /* by the column that status_column names */
	const char *status_column;
	const char *find; /* digits: an id, or a whole text; else a part of a
	                     text, capitals or not */
	size_t limit;     /* 0: none */
};

struct table_cell {
	const char *text; /* of money the currency; NULL: none */
	int64_t n;
	bool is_text;
};

struct table {
	struct arena *arena;
	const struct table_column *columns; /* up to one of LOOK_END */
	struct table_filter filter;         /* set it before the first cell */
	struct table_cell *cells;
	size_t n_columns, n_cells, max_cells;
	size_t n_rows;     /* that are kept */
	size_t n_left_out; /* beyond the limit */
};

struct table table_new(struct arena *a, const struct table_column *columns);

/* The cells of a row, one after another, in the order of the columns and as
 * they look. 0 for a moment, and NULL for a text, leave one empty; so does a
 * NULL text in a column of numbers. */
void table_text(struct table *t, const char *text);
void table_number(struct table *t, int64_t n);
void table_time(struct table *t, int64_t since_1970_ms);
void table_money(struct table *t, int64_t minor, const char *currency);

/* Prints it, or none where it has no rows. width: of the terminal (screen.h);
 * 0: there is none. */
void table_print(const struct table *t, const char *none, size_t width);

/* Adds it to the document as an array of that name. */
void table_put(const struct table *t, struct json *doc, const char *name);

#endif
