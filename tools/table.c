/* Tables on standard output. */
#include "table.h"

#include "base/clock.h"
#include "shop/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define GAP 2 /* blanks between two columns */

static bool
is_to_the_right(enum look look)
{
	return look == LOOK_RIGHT || look == LOOK_MONEY;
}

/* What the column is called above its cells. */
static const char *
title(struct arena *a, const char *name)
{
	struct str s = str_from(name);

	if (str_ends(s, "_ms"))
		s.len -= 3;
	return arena_dup(a, s);
}

static void
add_cell(struct table *t, const char *text)
{
	t->cells = arena_grow(
	    t->arena, t->cells, t->n_cells, &t->max_cells, sizeof(*t->cells));
	t->cells[t->n_cells++] = text;
}

struct table
table_new(struct arena *a, const struct table_column *columns, struct json *doc,
    const char *name)
{
	struct table t = { .arena = a, .columns = columns };

	if (doc != NULL)
		t.rows = json_put_array(doc, name);
	for (; columns[t.n_columns].look != LOOK_END; t.n_columns++)
		if (doc == NULL)
			add_cell(&t, title(a, columns[t.n_columns].name));
	return t;
}

/* The column that is next. Whoever adds cells does not say where a row ends:
 * the columns do. */
static const struct table_column *
begin(struct table *t)
{
	if (t->at == t->n_columns)
		t->at = 0;
	if (t->at == 0) {
		t->n_rows++;
		if (t->rows != NULL)
			t->row = json_push_object(t->rows);
	}
	return &t->columns[t->at++];
}

/* One line, however the text was written. */
static const char *
in_one_line(struct arena *a, const char *text)
{
	char *line = arena_dup_text(a, text);

	for (char *p = line; p != NULL && *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
	return line;
}

void
table_text(struct table *t, const char *text)
{
	const struct table_column *c = begin(t);

	if (t->rows == NULL)
		add_cell(t, text == NULL ? "" : in_one_line(t->arena, text));
	else if (text != NULL)
		json_put_text(t->row, c->name, text);
}

void
table_number(struct table *t, int64_t n)
{
	const struct table_column *c = begin(t);

	if (t->rows == NULL)
		add_cell(t, arena_printf(t->arena, "%" PRId64, n));
	else
		json_put_int(t->row, c->name, n);
}

void
table_time(struct table *t, int64_t since_1970_ms)
{
	const struct table_column *c = begin(t);
	char when[CLOCK_DATE_BYTES] = "";

	if (t->rows != NULL) {
		if (since_1970_ms != 0)
			json_put_int(t->row, c->name, since_1970_ms);
		return;
	}
	if (since_1970_ms != 0 && c->look == LOOK_DAY)
		clock_local_date(since_1970_ms, when);
	else if (since_1970_ms != 0)
		clock_local_minute(since_1970_ms, when);
	add_cell(t, arena_dup_text(t->arena, when));
}

/* An amount without a currency is that of no payment, such as a grant's: a
 * person is shown none, a program gets what the ledger has. */
void
table_money(struct table *t, int64_t minor, const char *currency)
{
	const struct table_column *c = begin(t);

	if (t->rows == NULL) {
		add_cell(t,
		    currency == NULL || currency[0] == '\0' ?
			"" :
			text_money(t->arena, minor, currency));
		return;
	}
	json_put_int(
	    t->row, arena_printf(t->arena, "%s_minor", c->name), minor);
	if (currency != NULL)
		json_put_text(t->row, "currency", currency);
}

/* In characters: a title or an error may be in any alphabet. */
static size_t
width_of(const char *cell)
{
	return str_chars(str_from(cell));
}

/* Nothing is put behind the last cell of a line. */
static void
print_line(const struct table *t, const size_t *widths, size_t first)
{
	size_t last = t->n_columns;

	while (last > 1 && t->cells[first + last - 1][0] == '\0')
		last--;
	for (size_t i = 0; i < last; i++) {
		const char *cell = t->cells[first + i];
		int pad = (int)(widths[i] - width_of(cell));
		bool right = is_to_the_right(t->columns[i].look);

		printf("%*s%s%*s", right ? pad : 0, "", cell,
		    right || i + 1 == last ? 0 : pad, "");
		if (i + 1 < last)
			printf("%*s", GAP, "");
	}
	putchar('\n');
}

/* The names of the columns are the first of the cells, so they count for the
 * width as well. */
void
table_print(const struct table *t, const char *none)
{
	size_t widths[TABLE_COLUMNS] = { 0 };

	if (t->rows != NULL)
		return;
	if (t->n_rows == 0) {
		puts(none);
		return;
	}
	for (size_t i = 0; i < t->n_cells; i++)
		if (width_of(t->cells[i]) > widths[i % t->n_columns])
			widths[i % t->n_columns] = width_of(t->cells[i]);
	for (size_t i = 0; i < t->n_cells; i += t->n_columns)
		print_line(t, widths, i);
}
