/* Listing what the ledger holds. */
#include "list.h"

#include "base/arena.h"
#include "screen.h"

#include <stdio.h>

#define ON_A_TERMINAL 50 /* rows that a person is shown unasked */

/* Who writes into a file, or is a program, gets them all. */
static bool
read_limit(const struct args *args, size_t *limit)
{
	const char *given = args->option[OPTION_LIMIT];
	int64_t n = 0;

	*limit = given == NULL && screen_width() > 0 &&
		!args_has(args, OPTION_JSON) ?
	    ON_A_TERMINAL :
	    0;
	if (given == NULL)
		return true;
	if (!str_to_i64(str_from(given), &n) || n < 0)
		return false;
	*limit = (size_t)n;
	return true;
}

/* Before the ledger is opened: what is typed wrongly is told first. */
static int
read_filter(
    const struct args *args, const struct list *l, struct table_filter *filter)
{
	const char *since = args->option[OPTION_SINCE];

	*filter = (struct table_filter){ .product =
					     args->option[OPTION_PRODUCT],
		.status = args->option[OPTION_STATUS],
		.status_column = l->status,
		.find = l->finds_itself ? NULL : args->option[OPTION_FIND] };
	if (since != NULL && !cmd_since_ms(since, &filter->since_ms))
		return args_wrong(args,
		    "--since is days or hours back such as 30d or 12h, or a "
		    "day such as 2026-01-31, not \"%s\"",
		    since);
	if (!read_limit(args, &filter->limit))
		return args_wrong(args, "--limit is a number of rows");
	return 0;
}

/* What is said behind the table tells of its end. */
static void
print_rows(const struct table *t, const struct list *l)
{
	table_print(t, l->none, screen_width());
	if (t->n_left_out > 0)
		printf("and %zu more: --limit 0 has them all\n", t->n_left_out);
}

/* When all of it is there: a failure halfway leaves no half of a document. */
static void
print_document(struct arena *a, const struct table *t, const struct list *l)
{
	struct json *doc = json_new(a);

	table_put(t, doc, l->name);
	cmd_print_json(a, doc);
}

int
list_print(struct app *app, const struct args *args, const struct list *l,
    const void *what)
{
	struct arena a = { 0 };
	struct table t = table_new(&a, l->columns);
	int status = read_filter(args, l, &t.filter);

	if (status != 0)
		return status;
	app->programs = PROGRAM_LEDGER;
	if (!cmd_ledger_ok(app))
		return 1;
	if (l->fill(app, &t, what) != ERR_OK)
		status = cmd_unread();
	else if (args_has(args, OPTION_JSON))
		print_document(&a, &t, l);
	else
		print_rows(&t, l);
	arena_free(&a);
	return status;
}
