/* admit report: how it went, for the person who runs the shop. */
#include "cmd.h"

#include "base/array.h"
#include "base/clock.h"
#include "shop/text.h"
#include "store/db.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define MAX_COLUMNS 8
#define N_QUESTIONS 50

/* How a column is shown; money is followed by its currency, which is not shown
 * by itself. In JSON all are as the ledger has them. */
enum look { LOOK_END, LOOK_TEXT, LOOK_NUMBER, LOOK_MONEY, LOOK_DAY };

struct column {
	const char *name;
	enum look look;
};

/* One statement each, with :since_ms and :n; rows of these columns. */
static const struct section {
	const char *name, *title, *none;
	enum sql what;
	struct column columns[MAX_COLUMNS + 1];
} sections[] = {
	{ "sales", "Sold, and what came back of it", "Nothing was sold.",
	    SQL_REPORT_SALES,
	    { { "product", LOOK_TEXT }, { "provider", LOOK_TEXT },
		{ "orders", LOOK_NUMBER }, { "amount_minor", LOOK_MONEY },
		{ "currency", LOOK_TEXT }, { "refunded_minor", LOOK_MONEY },
		{ "refunded_currency", LOOK_TEXT },
		{ "disputes", LOOK_NUMBER } } },
	{ "inside", "In now", "Nobody is in.", SQL_REPORT_INSIDE,
	    { { "product", LOOK_TEXT }, { "buyers", LOOK_NUMBER },
		{ "in_channels", LOOK_NUMBER } } },
	{ "left", "Whose access ended", "Nobody's access ended.",
	    SQL_REPORT_LEFT,
	    { { "product", LOOK_TEXT }, { "why", LOOK_TEXT },
		{ "buyers", LOOK_NUMBER } } },
	{ "links", "Links of buyers' own", "No such link was made.",
	    SQL_REPORT_LINKS,
	    { { "channel", LOOK_TEXT }, { "made", LOOK_NUMBER },
		{ "open", LOOK_NUMBER } } },
	{ "parked", "Put aside: see admit status", "Nothing waits for you.",
	    SQL_REPORT_PARKED,
	    { { "kind", LOOK_TEXT }, { "promises", LOOK_NUMBER } } },
	{ "questions", "Asked of the coach", "The coach was asked nothing.",
	    SQL_REPORT_QUESTIONS,
	    { { "outcome", LOOK_TEXT }, { "questions", LOOK_NUMBER } } },
	{ "unanswered", "What the lessons did not answer",
	    "Every question found something.", SQL_UNANSWERED_LIST,
	    { { "question", LOOK_TEXT }, { "asked_ms", LOOK_DAY } } },
};
#define N_SECTIONS LENGTH(sections)

struct report {
	struct app *app;
	struct arena arena;
	const struct section *section;
	int64_t since_ms;
	int64_t n_rows;
	struct json *rows; /* NULL: for a person */
};

/* One line, however the text was written. */
static void
print_text(const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		putchar((unsigned char)*text < ' ' ? ' ' : *text);
}

static void
print_cell(struct report *r, const struct row *row, int i)
{
	char day[CLOCK_DATE_BYTES];

	switch (r->section->columns[i].look) {
	case LOOK_TEXT:
		print_text(row_text(row, i));
		break;
	case LOOK_MONEY:
		fputs(text_money(
			  &r->arena, row_int(row, i), row_text(row, i + 1)),
		    stdout);
		break;
	case LOOK_DAY:
		clock_date(row_int(row, i), day);
		fputs(day, stdout);
		break;
	default:
		printf("%" PRId64, row_int(row, i));
	}
}

static void
print_row(const struct row *row, void *ctx)
{
	struct report *r = ctx;
	const struct column *c = r->section->columns;

	if (r->n_rows++ == 0)
		for (int i = 0; c[i].look != LOOK_END; i++) {
			printf("%s%s", i == 0 ? "  " : " | ", c[i].name);
			i += c[i].look == LOOK_MONEY;
		}
	for (int i = 0; c[i].look != LOOK_END; i++) {
		fputs(i == 0 ? "\n  " : " | ", stdout);
		print_cell(r, row, i);
		i += c[i].look == LOOK_MONEY;
	}
}

static void
put_row(const struct row *row, void *ctx)
{
	struct report *r = ctx;
	const struct column *c = r->section->columns;
	struct json *o = json_push_object(r->rows);

	for (int i = 0; c[i].look != LOOK_END; i++)
		if (c[i].look != LOOK_TEXT)
			json_put_int(o, c[i].name, row_int(row, i));
		else if (row_text(row, i) != NULL)
			json_put_text(o, c[i].name, row_text(row, i));
}

static enum err
go_through(struct report *r, struct json *doc)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < N_SECTIONS; i++) {
		struct kvs args = KV(
		    kv_int("since_ms", r->since_ms), kv_int("n", N_QUESTIONS));

		r->section = &sections[i];
		r->n_rows = 0;
		if (doc != NULL)
			r->rows = json_put_array(doc, sections[i].name);
		else
			printf(
			    "%s%s\n", i == 0 ? "" : "\n\n", sections[i].title);
		e = db_each(r->app->db, &r->arena, sections[i].what, args,
		    doc != NULL ? put_row : print_row, r);
		if (e == ERR_OK && doc == NULL && r->n_rows == 0)
			printf("  %s", sections[i].none);
	}
	return e;
}

static int
report(struct app *app, int64_t back_ms, bool as_json)
{
	struct report r = { .app = app, .since_ms = clock_now_ms() - back_ms };
	struct json *doc = as_json ? json_new(&r.arena) : NULL;
	char since[CLOCK_DATE_BYTES];
	struct str text;
	enum err e;

	clock_date(r.since_ms, since);
	if (as_json)
		json_put_int(doc, "since_ms", r.since_ms);
	else
		printf("Since %s\n\n", since);
	e = go_through(&r, doc);
	if (e == ERR_OK && as_json) {
		text = json_render(&r.arena, doc);
		printf("%.*s", (int)text.len, text.p);
	}
	puts(e == ERR_OK ? "" :
			   "The ledger cannot be read; the log above says "
			   "why.");
	arena_free(&r.arena);
	return e == ERR_OK ? 0 : 1;
}

int
cmd_report(struct app *app, int argc, char **argv)
{
	int64_t back_ms = 30 * DAY_MS;
	bool as_json = false;

	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--json") == 0)
			as_json = true;
		else if (strcmp(argv[i], "--since") == 0 && i + 1 < argc)
			back_ms = cmd_span_ms(argv[++i]);
		else
			back_ms = 0;
	if (back_ms == 0) {
		fputs("usage: admit report [--since 30d] [--json]\n", stderr);
		return 2;
	}
	app->programs = PROGRAM_LEDGER;
	if (!cmd_ledger_ok(app))
		return 1;
	return report(app, back_ms, as_json);
}
