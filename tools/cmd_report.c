/* admit report: how it went, for the person who runs the shop. */
#include "cmd.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/units.h"
#include "ledger/books.h"
#include "outbox/jobs.h"
#include "shop/text.h"
#include "store/db.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAX_COLUMNS 8
#define N_QUESTIONS 50 /* that a person is shown */

/* How a column is shown; money is followed by its currency, which is not shown
 * by itself. In JSON all are as the ledger has them. */
enum look {
	LOOK_END,
	LOOK_TEXT,
	LOOK_NUMBER,
	LOOK_MONEY,
	LOOK_DAY,
	LOOK_SHARE /* in a thousand */
};

struct column {
	const char *name;
	enum look look;
};

/* One statement each, with :since_ms and :n; rows of these columns. The books
 * come before them. */
static const struct section {
	const char *name, *title, *none;
	enum sql what;
	struct column columns[MAX_COLUMNS + 1];
} sections[] = {
	{ "sources", "Paid by those who came by a link with a word",
	    "Nothing was paid.", SQL_REPORT_SOURCES,
	    { { "source", LOOK_TEXT }, { "orders", LOOK_NUMBER },
		{ "taken_minor", LOOK_MONEY }, { "currency", LOOK_TEXT } } },
	{ "owed", "Subscriptions that were not paid", "Nobody owes anything.",
	    SQL_REPORT_OWED,
	    { { "product", LOOK_TEXT }, { "status", LOOK_TEXT },
		{ "subscriptions", LOOK_NUMBER } } },
	{ "ended", "Subscribers whose access ended",
	    "No subscriber's access ended.", SQL_REPORT_ENDED,
	    { { "product", LOOK_TEXT }, { "why", LOOK_TEXT },
		{ "subscribers", LOOK_NUMBER } } },
	{ "churn", "Of those who were subscribers then, ended since",
	    "Nobody was a subscriber then.", SQL_REPORT_CHURN,
	    { { "product", LOOK_TEXT }, { "subscribers", LOOK_NUMBER },
		{ "ended", LOOK_NUMBER }, { "share_permille", LOOK_SHARE } } },
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
	enum books_by by;
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
		clock_local_date(row_int(row, i), day);
		fputs(day, stdout);
		break;
	case LOOK_SHARE:
		printf("%" PRId64 ".%" PRId64 " %%", row_int(row, i) / 10,
		    row_int(row, i) % 10);
		break;
	default:
		printf("%" PRId64, row_int(row, i));
	}
}

/* Questions may be many; of the one too many it is said that it is there. */
static bool
is_shown(const struct report *r)
{
	if (r->section->what != SQL_UNANSWERED_LIST || r->n_rows < N_QUESTIONS)
		return true;
	fputs("\n  and more: --json has them all", stdout);
	return false;
}

static void
print_row(const struct row *row, void *ctx)
{
	struct report *r = ctx;
	const struct column *c = r->section->columns;

	if (!is_shown(r))
		return;
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

/* ---- the books ---- */

static const char *
money(struct report *r, int64_t minor, const char *currency)
{
	return text_money(&r->arena, minor, currency);
}

static void
print_head(const struct report *r, bool any)
{
	puts("Paid, and what came back of it");
	if (!any)
		puts("  Nothing was sold.");
	else
		printf("  %sproduct | provider | new | renewed | taken | "
		       "refunded | disputed | net\n",
		    r->by == BOOKS_BY_ALL ? "" : "when | ");
}

static void
print_sale(struct report *r, const struct books_line *l)
{
	if (r->by == BOOKS_BY_ALL)
		printf("  ");
	else
		printf("  %s | ", l->when);
	printf("%s | %s | %" PRId64 " | %" PRId64, l->product, l->provider,
	    l->n_new, l->n_renewed);
	printf(" | %s", money(r, l->taken_minor, l->currency));
	printf(" | %s", money(r, l->back_minor, l->currency));
	printf(" | %s", money(r, l->disputed_minor, l->currency));
	printf(" | %s\n", money(r, l->net_minor, l->currency));
}

/* All that the books know; a person is shown what fits a line. */
static void
put_sale(struct report *r, struct json *o, const struct books_line *l)
{
	if (r->by != BOOKS_BY_ALL)
		json_put_text(o, "when", l->when);
	json_put_text(o, "product", l->product);
	json_put_text(o, "provider", l->provider);
	json_put_text(o, "currency", l->currency);
	json_put_int(o, "new", l->n_new);
	json_put_int(o, "renewed", l->n_renewed);
	json_put_int(o, "other", l->n_other);
	json_put_int(o, "taken_minor", l->taken_minor);
	json_put_int(o, "tax_minor", l->tax_minor);
	json_put_int(o, "refunds", l->n_back);
	json_put_int(o, "refunded_minor", l->back_minor);
	json_put_int(o, "disputes", l->n_disputed);
	json_put_int(o, "disputed_minor", l->disputed_minor);
	json_put_int(o, "net_minor", l->net_minor);
}

static enum err
sales(struct report *r, struct json *doc)
{
	struct json *list = doc == NULL ? NULL : json_put_array(doc, "sales");
	struct books b;
	enum err e = books_read(
	    r->app->db, &r->arena, r->since_ms, INT64_MAX, r->by, &b);

	if (e == ERR_OK && doc == NULL)
		print_head(r, b.n > 0);
	for (size_t i = 0; e == ERR_OK && i < b.n; i++)
		if (doc == NULL)
			print_sale(r, &b.lines[i]);
		else
			put_sale(r, json_push_object(list), &b.lines[i]);
	return e;
}

static void
print_subscribers(struct report *r, const struct books_subscribers *s)
{
	printf("  %s | %s | %" PRId64 " | %s\n", s->product, s->provider, s->n,
	    money(r, s->mrr_minor, s->currency));
}

static void
put_subscribers(struct json *o, const struct books_subscribers *s)
{
	json_put_text(o, "product", s->product);
	json_put_text(o, "provider", s->provider);
	json_put_text(o, "currency", s->currency);
	json_put_int(o, "active", s->n);
	json_put_int(o, "mrr_minor", s->mrr_minor);
}

static enum err
subscribers(struct report *r, struct json *doc)
{
	struct json *list =
	    doc == NULL ? NULL : json_put_array(doc, "subscribers");
	struct books_subscribers *s;
	size_t n = 0;
	enum err e = books_subscribers(r->app->db, &r->arena, &s, &n);

	if (e == ERR_OK && doc == NULL)
		printf("\nSubscribers now, and what they pay by the month\n%s",
		    n == 0 ? "  There are none.\n" :
			     "  product | provider | active | by_month\n");
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		if (doc == NULL)
			print_subscribers(r, &s[i]);
		else
			put_subscribers(json_push_object(list), &s[i]);
	return e;
}

/* ---- what waits for a person ---- */

/* Of each kind so many; 0: of kinds that this program does not know. */
struct parked {
	int64_t n[JOB__COUNT];
};

static void
count_parked(const struct row *row, void *ctx)
{
	struct parked *p = ctx;
	int64_t kind = row_int(row, 0);

	p->n[jobs_kind_name(kind) == NULL ? 0 : kind] += row_int(row, 1);
}

static const char *
kind_name(int64_t kind)
{
	return kind == 0 ? "unknown" : jobs_kind_name(kind);
}

/* Kinds that share a name are one to a person: the first stands for all. */
static int64_t
take_parked(struct parked *p, int64_t kind)
{
	int64_t n = 0;

	for (int64_t k = kind; k < JOB__COUNT; k++)
		if (kind_name(k) != NULL &&
		    strcmp(kind_name(k), kind_name(kind)) == 0) {
			n += p->n[k];
			p->n[k] = 0;
		}
	return n;
}

static void
show_parked(const char *kind, int64_t n, struct json *list)
{
	struct json *o;

	if (list == NULL) {
		printf("  %s | %" PRId64 "\n", kind, n);
		return;
	}
	o = json_push_object(list);
	json_put_text(o, "kind", kind);
	json_put_int(o, "promises", n);
}

static enum err
parked(struct report *r, struct json *doc)
{
	struct json *list = doc == NULL ? NULL : json_put_array(doc, "parked");
	struct parked p = { { 0 } };
	int64_t n, n_all = 0;
	enum err e = db_each(r->app->db, &r->arena, SQL_REPORT_PARKED, KV_NONE,
	    count_parked, &p);

	for (int64_t kind = 0; kind < JOB__COUNT; kind++)
		n_all += p.n[kind];
	if (e == ERR_OK && doc == NULL)
		printf("\nPut aside: see admit status\n%s",
		    n_all == 0 ? "  Nothing waits for you.\n" :
				 "  kind | promises\n");
	for (int64_t kind = 0; e == ERR_OK && kind < JOB__COUNT; kind++) {
		n = kind_name(kind) == NULL ? 0 : take_parked(&p, kind);
		if (n > 0)
			show_parked(kind_name(kind), n, list);
	}
	return e;
}

static enum err
go_through(struct report *r, struct json *doc)
{
	enum err e = sales(r, doc);

	if (e == ERR_OK)
		e = subscribers(r, doc);
	if (e == ERR_OK)
		e = parked(r, doc);
	for (size_t i = 0; e == ERR_OK && i < N_SECTIONS; i++) {
		struct kvs args = KV(kv_int("since_ms", r->since_ms),
		    kv_int("n", doc != NULL ? INT64_MAX : N_QUESTIONS + 1));

		r->section = &sections[i];
		r->n_rows = 0;
		if (doc != NULL)
			r->rows = json_put_array(doc, sections[i].name);
		else
			printf("%s%s\n", i == 0 ? "\n" : "\n\n",
			    sections[i].title);
		e = db_each(r->app->db, &r->arena, sections[i].what, args,
		    doc != NULL ? put_row : print_row, r);
		if (e == ERR_OK && doc == NULL && r->n_rows == 0)
			printf("  %s", sections[i].none);
	}
	return e;
}

static int
report(struct app *app, int64_t back_ms, enum books_by by, bool as_json)
{
	struct report r = {
		.app = app, .since_ms = clock_now_ms() - back_ms, .by = by
	};
	struct json *doc = as_json ? json_new(&r.arena) : NULL;
	char since[CLOCK_DATE_BYTES];
	enum err e;

	clock_local_date(r.since_ms, since);
	if (as_json)
		json_put_int(doc, "since_ms", r.since_ms);
	else
		printf("Since %s\n\n", since);
	e = go_through(&r, doc);
	/* Half a document is none; a person may read what there was. */
	if (e == ERR_OK && as_json)
		cmd_print_json(&r.arena, doc);
	else if (!as_json)
		puts("");
	arena_free(&r.arena);
	return e == ERR_OK ? 0 : cmd_unread();
}

/* The page that it asks for; without a file it is none. */
static struct cmd_page
page_of(const struct args *args)
{
	const char *by = args->option[OPTION_BY];
	struct cmd_page page = { .file = args->option[OPTION_HTML],
		.in = LANGUAGE__COUNT };

	if (by != NULL)
		page.by =
		    strcmp(by, "day") == 0 ? BOOKS_BY_DAY : BOOKS_BY_MONTH;
	return page;
}

int
cmd_report(struct app *app, const struct args *args)
{
	const char *since = args->option[OPTION_SINCE];
	int64_t back_ms = since == NULL ? 30 * DAY_MS : cmd_span_ms(since);
	const char *language = args->option[OPTION_LANG];
	struct cmd_page page = page_of(args);

	if (back_ms == 0)
		return args_wrong(args,
		    "--since is days or hours back, such as 30d or 12h, not "
		    "\"%s\"",
		    since);
	/* A document is no page, and a language is a page's. */
	if (page.file == NULL && language != NULL)
		return args_wrong(args, "--lang goes with --html");
	if (language != NULL && !cmd_language(args, language, &page.in))
		return STATUS_WRONG;
	if (page.file != NULL && args_has(args, OPTION_JSON))
		return args_wrong(args, "it is either --html or --json");
	app->programs = PROGRAM_LEDGER;
	if (!cmd_ledger_ok(app))
		return 1;
	if (page.file == NULL)
		return report(
		    app, back_ms, page.by, args_has(args, OPTION_JSON));
	page.since_ms = clock_now_ms() - back_ms;
	return cmd_report_page(app, &page);
}
