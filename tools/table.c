/* Tables on standard output. */
#include "table.h"

#include "base/clock.h"
#include "screen.h"
#include "shop/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define GAP 2       /* blanks between two columns */
#define NARROW 8    /* a text is not broken into less */
#define DAY_WIDE 10 /* nor a time: the day stays whole */

struct table
table_new(struct arena *a, const struct table_column *columns)
{
	struct table t = { .arena = a, .columns = columns };

	while (columns[t.n_columns].look != LOOK_END)
		t.n_columns++;
	return t;
}

/* ---- which rows are kept ---- */

static const struct table_cell *
cell_called(
    const struct table *t, const struct table_cell *row, const char *name)
{
	for (size_t i = 0; i < t->n_columns; i++)
		if (strcmp(t->columns[i].name, name) == 0)
			return &row[i];
	return NULL;
}

static bool
has_word(const struct table *t, const struct table_cell *row, const char *name,
    const char *wanted)
{
	const struct table_cell *c =
	    wanted == NULL ? NULL : cell_called(t, row, name);

	return wanted == NULL ||
	    (c != NULL && c->text != NULL && strcmp(c->text, wanted) == 0);
}

static bool
is_since(const struct table *t, const struct table_cell *row, int64_t since_ms)
{
	for (size_t i = 0; i < t->n_columns; i++)
		if (t->columns[i].look == LOOK_TIME ||
		    t->columns[i].look == LOOK_DAY)
			return row[i].n >= since_ms;
	return true;
}

/* 12 must not find the buyer 1234, nor all payments that have it somewhere in
 * their names. */
static bool
is_found(const struct table *t, const struct table_cell *row, const char *find)
{
	bool is_number = str_only(str_from(find), STR_DIGITS);
	int64_t n = 0;

	if (is_number && !str_to_i64(str_from(find), &n))
		return false;
	for (size_t i = 0; i < t->n_columns; i++) {
		const char *text = row[i].is_text ? row[i].text : NULL;

		if (is_number && t->columns[i].look == LOOK_ID &&
		    !row[i].is_text && row[i].n == n)
			return true;
		if (text != NULL &&
		    (is_number ? strcmp(text, find) == 0 :
				 strcasestr(text, find) != NULL))
			return true;
	}
	return false;
}

/* A row is complete: it stays, or its cells are forgotten. */
static void
judge(struct table *t)
{
	const struct table_filter *f = &t->filter;
	const struct table_cell *row = &t->cells[t->n_cells - t->n_columns];
	bool stays = is_since(t, row, f->since_ms) &&
	    has_word(t, row, "product", f->product) &&
	    (f->status_column == NULL ||
		has_word(t, row, f->status_column, f->status)) &&
	    (f->find == NULL || is_found(t, row, f->find));

	if (stays && (f->limit == 0 || t->n_rows < f->limit)) {
		t->n_rows++;
		return;
	}
	t->n_left_out += stays;
	t->n_cells -= t->n_columns;
}

/* ---- cells ---- */

/* Whoever adds cells does not say where a row ends: the columns do. */
static void
add(struct table *t, struct table_cell cell)
{
	t->cells = arena_grow(
	    t->arena, t->cells, t->n_cells, &t->max_cells, sizeof(*t->cells));
	t->cells[t->n_cells++] = cell;
	if (t->n_cells % t->n_columns == 0)
		judge(t);
}

void
table_text(struct table *t, const char *text)
{
	add(t, (struct table_cell){ .text = text, .is_text = true });
}

void
table_number(struct table *t, int64_t n)
{
	add(t, (struct table_cell){ .n = n });
}

void
table_time(struct table *t, int64_t since_1970_ms)
{
	add(t, (struct table_cell){ .n = since_1970_ms });
}

void
table_money(struct table *t, int64_t minor, const char *currency)
{
	add(t, (struct table_cell){ .n = minor, .text = currency });
}

/* ---- for a program ---- */

static void
put_money(struct arena *a, struct json *o, const char *name,
    const struct table_cell *cell)
{
	json_put_int(o, arena_printf(a, "%s_minor", name), cell->n);
	if (cell->text != NULL)
		json_put_text(o, "currency", cell->text);
}

static void
put_cell(const struct table *t, struct json *o, const struct table_column *c,
    const struct table_cell *cell)
{
	bool is_time = c->look == LOOK_TIME || c->look == LOOK_DAY;

	if (cell->is_text && cell->text != NULL)
		json_put_text(o, c->name, cell->text);
	else if (c->look == LOOK_MONEY)
		put_money(t->arena, o, c->name, cell);
	else if (!cell->is_text && !(is_time && cell->n == 0))
		json_put_int(o, c->name, cell->n);
}

void
table_put(const struct table *t, struct json *doc, const char *name)
{
	struct json *rows = json_put_array(doc, name), *row = NULL;

	for (size_t i = 0; i < t->n_rows * t->n_columns; i++) {
		if (i % t->n_columns == 0)
			row = json_push_object(rows);
		put_cell(t, row, &t->columns[i % t->n_columns], &t->cells[i]);
	}
}

/* ---- for a person: what stands in a cell ---- */

/* What the column is called above its cells. */
static const char *
title(struct arena *a, const char *name)
{
	struct str s = str_from(name);

	if (str_ends(s, "_ms"))
		s.len -= 3;
	return arena_dup(a, s);
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

static const char *
time_text(struct arena *a, enum look look, int64_t since_1970_ms)
{
	char when[CLOCK_DATE_BYTES] = "";

	if (since_1970_ms != 0 && look == LOOK_DAY)
		clock_local_date(since_1970_ms, when);
	else if (since_1970_ms != 0)
		clock_local_minute(since_1970_ms, when);
	return arena_dup_text(a, when);
}

/* An amount without a currency is that of no payment, such as a grant's: a
 * person is shown none, a program gets what the ledger has. */
static const char *
cell_text(struct arena *a, enum look look, const struct table_cell *cell)
{
	if (cell->is_text)
		return cell->text == NULL ? "" : in_one_line(a, cell->text);
	if (look == LOOK_TIME || look == LOOK_DAY)
		return time_text(a, look, cell->n);
	if (look != LOOK_MONEY)
		return arena_printf(a, "%" PRId64, cell->n);
	return cell->text == NULL || cell->text[0] == '\0' ?
	    "" :
	    text_money(a, cell->n, cell->text);
}

/* ---- and how wide it is ---- */

/* What is printed: the names first, and no column that a person is not
 * shown. */
struct sheet {
	struct arena *arena;
	const char **cells;
	enum look looks[TABLE_COLUMNS];
	size_t widths[TABLE_COLUMNS];
	size_t n_columns, n_lines;
};

static void
fill_column(struct sheet *s, const struct table *t, size_t column)
{
	size_t at = s->n_columns++, all = t->n_columns;
	enum look look = t->columns[column].look;

	s->looks[at] = look;
	for (size_t i = 0; i < s->n_lines; i++) {
		const char *text = i == 0 ?
		    title(s->arena, t->columns[column].name) :
		    cell_text(
			s->arena, look, &t->cells[(i - 1) * all + column]);

		s->cells[i * all + at] = text;
		if (screen_width_of(str_from(text)) > s->widths[at])
			s->widths[at] = screen_width_of(str_from(text));
	}
}

static size_t
wide(const struct sheet *s)
{
	size_t sum = (s->n_columns - 1) * GAP;

	for (size_t i = 0; i < s->n_columns; i++)
		sum += s->widths[i];
	return sum;
}

/* How narrow a column may become; numbers and days are not broken. */
static size_t
least(const struct sheet *s, size_t column)
{
	size_t to = s->looks[column] == LOOK_TEXT ? NARROW :
	    s->looks[column] == LOOK_TIME         ? DAY_WIDE :
						    s->widths[column];

	return to < s->widths[column] ? to : s->widths[column];
}

/* The widest column that looks so and has something to give; n_columns: none
 * has. */
static size_t
widest(const struct sheet *s, enum look look)
{
	size_t best = s->n_columns;

	for (size_t i = 0; i < s->n_columns; i++)
		if (s->looks[i] == look && s->widths[i] > least(s, i) &&
		    (best == s->n_columns || s->widths[i] > s->widths[best]))
			best = i;
	return best;
}

/* Texts give first, and times where that is not enough. False: it does not
 * fit. */
static bool
narrow(struct sheet *s, size_t width)
{
	while (wide(s) > width) {
		size_t at = widest(s, LOOK_TEXT);

		if (at == s->n_columns)
			at = widest(s, LOOK_TIME);
		if (at == s->n_columns)
			return false;
		s->widths[at]--;
	}
	return true;
}

/* ---- printing it ---- */

static bool
is_to_the_right(enum look look)
{
	return look == LOOK_RIGHT || look == LOOK_ID || look == LOOK_MONEY;
}

static void
put_part(const struct sheet *s, size_t column, struct str part, bool is_last)
{
	int pad = (int)(s->widths[column] - screen_width_of(part));
	bool right = is_to_the_right(s->looks[column]);

	printf("%*s%.*s%*s", right ? pad : 0, "", (int)part.len, part.p,
	    right || is_last ? 0 : pad, "");
	if (!is_last)
		printf("%*s", GAP, "");
}

/* A line of what is left of each cell; whether there is more. Nothing is put
 * behind the last cell. */
static bool
print_rest(const struct sheet *s, struct str *rest)
{
	size_t last = s->n_columns;
	bool more = false;

	while (last > 1 && rest[last - 1].len == 0)
		last--;
	for (size_t i = 0; i < last; i++) {
		put_part(
		    s, i, screen_take(&rest[i], s->widths[i]), i + 1 == last);
		more |= rest[i].len > 0;
	}
	putchar('\n');
	return more;
}

static void
print_row(const struct sheet *s, const char *const *cells)
{
	struct str rest[TABLE_COLUMNS];

	for (size_t i = 0; i < s->n_columns; i++)
		rest[i] = str_from(cells[i]);
	while (print_rest(s, rest))
		;
}

/* A row as lines of names and what they are, which is for the narrow. */
static void
print_card(const struct sheet *s, const char *const *names,
    const char *const *cells, size_t width)
{
	size_t name_width = 0;

	for (size_t i = 0; i < s->n_columns; i++)
		if (strlen(names[i]) > name_width)
			name_width = strlen(names[i]);
	for (size_t i = 0; i < s->n_columns; i++) {
		struct str rest = str_from(cells[i]);
		const char *name = names[i];

		while (rest.len > 0) {
			struct str part = screen_take(&rest,
			    width > name_width + GAP ?
				width - name_width - GAP :
				1);

			printf("%-*s%*s%.*s\n", (int)name_width, name, GAP, "",
			    (int)part.len, part.p);
			name = "";
		}
	}
	putchar('\n');
}

void
table_print(const struct table *t, const char *none, size_t width)
{
	struct sheet s = { .arena = t->arena, .n_lines = t->n_rows + 1 };
	bool fits;

	if (t->n_rows == 0) {
		puts(none);
		return;
	}
	s.cells =
	    arena_alloc(t->arena, s.n_lines * t->n_columns * sizeof(*s.cells));
	for (size_t i = 0; i < t->n_columns; i++)
		if (t->columns[i].look != LOOK_MORE)
			fill_column(&s, t, i);
	fits = width == 0 || narrow(&s, width);
	for (size_t i = fits ? 0 : 1; i < s.n_lines; i++)
		if (fits)
			print_row(&s, &s.cells[i * t->n_columns]);
		else
			print_card(
			    &s, s.cells, &s.cells[i * t->n_columns], width);
}
