/* admit payments: the money that was taken, a row for each payment. */
#include "table.h"

#include "cmd.h"
#include "ledger/payments.h"
#include "store/db.h"

#include <stdio.h>
#include <string.h>

static const struct table_column columns[] = {
	{ "paid_ms", LOOK_TIME },
	{ "order", LOOK_RIGHT },
	{ "tg_id", LOOK_RIGHT },
	{ "product", LOOK_TEXT },
	{ "provider", LOOK_TEXT },
	{ "kind", LOOK_TEXT },
	{ "amount", LOOK_MONEY },
	{ "payment", LOOK_TEXT },
	{ "starts_ms", LOOK_DAY },
	{ "ends_ms", LOOK_DAY },
	{ NULL, LOOK_END },
};

struct wish {
	int64_t since_ms;
	const char *product, *find;
	bool as_json;
};

/* As the export calls them. */
static const char *
kind_name(int64_t kind)
{
	switch (kind) {
	case PAYMENT_FIRST:
		return "first";
	case PAYMENT_RENEWAL:
		return "renewal";
	default:
		return "other";
	}
}

/* In the order of the statement's columns. What came back of a payment is not
 * here: `admit export` and the report have it, by their own rules. */
static void
add(const struct row *row, void *ctx)
{
	struct table *t = ctx;

	table_time(t, row_int(row, 0));
	table_number(t, row_int(row, 1));
	table_number(t, row_int(row, 2));
	table_text(t, row_text(row, 3));
	table_text(t, row_text(row, 4));
	table_text(t, kind_name(row_int(row, 5)));
	table_money(t, row_int(row, 6), row_text(row, 7));
	table_text(t, row_text(row, 8));
	table_time(t, row_int(row, 9));
	table_time(t, row_int(row, 10));
}

/* A number is a buyer's or an order's, and compared whole: 12 must not find the
 * buyer 1234, nor all payments that have it somewhere in their names. */
static const char *
pattern_of(struct arena *a, const char *find)
{
	return find == NULL || str_only(str_from(find), STR_DIGITS) ?
	    NULL :
	    arena_printf(a, "%%%s%%", find);
}

static int
list(struct app *app, struct arena *a, const struct wish *w)
{
	struct json *doc = w->as_json ? json_new(a) : NULL;
	struct table t = table_new(a, columns, doc, "payments");
	enum err e = db_each(app->db, a, SQL_PAYMENTS_LIST,
	    KV(kv_int("since_ms", w->since_ms), kv_text("product", w->product),
		kv_text("find", w->find),
		kv_text("like", pattern_of(a, w->find))),
	    add, &t);

	if (e != ERR_OK)
		return cmd_unread();
	if (doc != NULL)
		cmd_print_json(a, doc);
	table_print(&t, "There are no such payments.");
	return 0;
}

/* Whether the product is sold does not matter: its payments may be old. */
static bool
read_wish(int argc, char **argv, struct wish *w)
{
	for (int i = 0; i < argc; i++) {
		if (i + 1 == argc)
			return false;
		if (strcmp(argv[i], "--product") == 0)
			w->product = argv[++i];
		else if (strcmp(argv[i], "--find") == 0)
			w->find = argv[++i];
		else if (strcmp(argv[i], "--since") != 0 ||
		    !cmd_since_ms(argv[++i], &w->since_ms))
			return false;
	}
	return true;
}

int
cmd_payments(struct app *app, int argc, char **argv)
{
	struct wish w = { .as_json = cmd_take_option(&argc, argv, "--json") };
	struct arena a = { 0 };
	int status = 1;

	if (!read_wish(argc, argv, &w)) {
		fputs("usage: admit payments [--since 2026-01-31 | --since "
		      "30d] [--product ID] [--find X] [--json]\n",
		    stderr);
		return 2;
	}
	app->programs = PROGRAM_LEDGER;
	if (cmd_ledger_ok(app))
		status = list(app, &a, &w);
	arena_free(&a);
	return status;
}
