/* admit orders, admit export: what was sold. */
#include "table.h"

#include "base/tg_id.h"
#include "cmd.h"
#include "store/db.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define N_ORDERS 50 /* that a person is shown */
#define N_COLUMNS 23

/* The columns of SQL_PAYMENTS_EXPORT: names as they are exported. Whoever reads
 * them by their place may go on so: new ones come at the end. The last ones,
 * which an order without a payment has not, are left empty where they are not
 * known. */
static const struct column {
	const char *name;
	bool is_text, may_lack;
} columns[N_COLUMNS] = {
	{ "order", false, false },
	{ "tg_id", false, false },
	{ "product", true, true },
	{ "provider", true, true },
	{ "session_id", true, true },
	{ "payment", true, true },
	{ "amount_minor", false, false },
	{ "currency", true, true },
	{ "livemode", false, false },
	{ "created_ms", false, false },
	{ "paid_ms", false, false },
	{ "refunded_minor", false, false },
	{ "revoked_ms", false, false },
	{ "subscription", true, true },
	{ "until_ms", false, false },
	{ "kind", true, true },
	{ "tax_minor", false, true },
	{ "starts_ms", false, true },
	{ "ends_ms", false, true },
	{ "disputed_minor", false, false },
	{ "source", true, true },
	{ "consent", true, true }, /* SHA-256 of what was agreed to */
	{ "consent_ms", false, true },
};

static bool
is_there(const struct row *row, int column)
{
	return !columns[column].may_lack || row_text(row, column) != NULL;
}

static const struct table_column order_columns[] = {
	{ "order", LOOK_RIGHT },
	{ "created_ms", LOOK_DAY },
	{ "tg_id", LOOK_RIGHT },
	{ "product", LOOK_TEXT },
	{ "provider", LOOK_TEXT },
	{ "state", LOOK_TEXT },
	{ "amount", LOOK_MONEY },
	{ "until_ms", LOOK_DAY },
	{ NULL, LOOK_END },
};

static const char *
state_of(const struct row *row)
{
	if (row_int(row, 12) != 0)
		return "revoked";
	if (row_int(row, 11) != 0)
		return row_int(row, 11) < row_int(row, 6) ? "part back" :
							    "refunded";
	return row_int(row, 10) != 0 ? "paid" : "open";
}

struct listing {
	struct table table;
	bool is_cut;
};

/* A person is told of the one too many; a program gets them all. */
static void
add_order(const struct row *row, void *ctx)
{
	struct listing *l = ctx;
	struct table *t = &l->table;

	if (t->rows == NULL && t->n_rows == N_ORDERS) {
		l->is_cut = true;
		return;
	}
	table_number(t, row_int(row, 0));
	table_time(t, row_int(row, 9));
	table_number(t, row_int(row, 1));
	table_text(t, row_text(row, 2));
	table_text(t, row_text(row, 3));
	table_text(t, state_of(row));
	table_money(t, row_int(row, 6), row_text(row, 7));
	table_time(t, row_int(row, 14));
}

static void
print_csv(const struct row *row, void *ctx)
{
	(void)ctx; /* ids and numbers: nothing that needs quotes */
	for (int i = 0; i < N_COLUMNS; i++) {
		if (i > 0)
			putchar(',');
		if (!is_there(row, i))
			continue;
		if (columns[i].is_text)
			fputs(row_text(row, i), stdout);
		else
			printf("%" PRId64, row_int(row, i));
	}
	putchar('\n');
}

/* A line each: JSON that can be read piece by piece. */
static void
print_json(const struct row *row, void *ctx)
{
	struct arena *a = ctx;
	struct json *o = json_new(a);
	struct str text;

	for (int i = 0; i < N_COLUMNS; i++) {
		if (!is_there(row, i))
			continue;
		if (columns[i].is_text)
			json_put_text(o, columns[i].name, row_text(row, i));
		else
			json_put_int(o, columns[i].name, row_int(row, i));
	}
	text = json_render(a, o);
	printf("%.*s\n", (int)text.len, text.p);
}

static int
list_orders(struct app *app, struct arena *a, int64_t tg_id, bool as_json)
{
	struct json *doc = as_json ? json_new(a) : NULL;
	struct listing l = { table_new(a, order_columns, doc, "orders"),
		false };
	enum err e = db_each(app->db, a, SQL_ORDERS_LIST,
	    KV(kv_int("tg_id", tg_id),
		kv_int("n", as_json ? INT64_MAX : N_ORDERS + 1)),
	    add_order, &l);

	if (e != ERR_OK)
		return cmd_unread();
	if (doc != NULL)
		cmd_print_json(a, doc);
	table_print(&l.table, "There are no orders.");
	if (l.is_cut)
		puts("and more, which are older: `admit export` has them all");
	return 0;
}

int
cmd_orders(struct app *app, int argc, char **argv)
{
	bool as_json = cmd_take_option(&argc, argv, "--json");
	struct arena a = { 0 };
	int64_t tg_id = 0;
	int status = 1;

	if (argc > 1 ||
	    (argc == 1 && !tg_id_parse(str_from(argv[0]), &tg_id))) {
		fputs("usage: admit orders [TG_ID] [--json]\n", stderr);
		return 2;
	}
	app->programs = PROGRAM_LEDGER;
	if (cmd_ledger_ok(app))
		status = list_orders(app, &a, tg_id, as_json);
	arena_free(&a);
	return status;
}

/* Row after row, since it may be all that was ever sold. */
static int export(struct app *app, bool json)
{
	struct arena rows = { 0 }, printed = { 0 };
	enum err e = db_each(app->db, &rows, SQL_PAYMENTS_EXPORT, KV_NONE,
	    json ? print_json : print_csv, &printed);

	arena_free(&rows);
	arena_free(&printed);
	return e == ERR_OK ? 0 : cmd_unread();
}

int
cmd_export(struct app *app, int argc, char **argv)
{
	bool json = argc == 1 && strcmp(argv[0], "--json") == 0;

	if (argc > 1 || (argc == 1 && !json && strcmp(argv[0], "--csv") != 0)) {
		fputs("usage: admit export [--csv | --json]\n", stderr);
		return 2;
	}
	app->programs = PROGRAM_LEDGER;
	if (!cmd_ledger_ok(app))
		return 1;
	for (int i = 0; !json && i < N_COLUMNS; i++)
		printf("%s%s", columns[i].name, i < N_COLUMNS - 1 ? "," : "\n");
	return export(app, json);
}
