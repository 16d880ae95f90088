/* admit orders, admit export: what was sold. */
#include "cmd.h"

#include "base/clock.h"
#include "base/tg_id.h"
#include "shop/text.h"
#include "store/db.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define N_ORDERS 50
#define N_COLUMNS 20

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
};

static bool
is_there(const struct row *row, int column)
{
	return !columns[column].may_lack || row_text(row, column) != NULL;
}

struct list {
	struct arena arena;
	int64_t n;
};

static void
print_order(const struct row *row, void *ctx)
{
	struct list *l = ctx;
	char day[CLOCK_DATE_BYTES], until[CLOCK_DATE_BYTES] = "";
	const char *state = "open";

	clock_date(row_int(row, 9), day);
	if (row_int(row, 10) != 0)
		state = "paid";
	if (row_int(row, 11) != 0)
		state = row_int(row, 11) < row_int(row, 6) ? "part back" :
							     "refunded";
	if (row_int(row, 12) != 0)
		state = "revoked";
	if (row_int(row, 14) != 0)
		clock_date(row_int(row, 14), until);
	printf("%6" PRId64 "  %s  %-12" PRId64 "  %-12s  %-6s  %-9s  %s%s%s\n",
	    row_int(row, 0), day, row_int(row, 1), row_text(row, 2),
	    row_text(row, 3), state,
	    row_text(row, 7) == NULL ?
		"" :
		text_money(&l->arena, row_int(row, 6), row_text(row, 7)),
	    until[0] == '\0' ? "" : "  until ", until);
	l->n++;
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
	struct list *l = ctx;
	struct json *o = json_new(&l->arena);
	struct str text;

	for (int i = 0; i < N_COLUMNS; i++) {
		if (!is_there(row, i))
			continue;
		if (columns[i].is_text)
			json_put_text(o, columns[i].name, row_text(row, i));
		else
			json_put_int(o, columns[i].name, row_int(row, i));
	}
	text = json_render(&l->arena, o);
	printf("%.*s\n", (int)text.len, text.p);
}

static int
list(struct app *app, enum sql what, struct kvs args,
    void (*print)(const struct row *row, void *ctx))
{
	struct list l = { .n = 0 };
	struct arena rows = { 0 };
	enum err e = db_each(app->db, &rows, what, args, print, &l);

	arena_free(&rows);
	arena_free(&l.arena);
	if (e != ERR_OK)
		puts("The ledger cannot be read; the log above says why.");
	else if (print == print_order && l.n == 0)
		puts("There are no orders.");
	return e == ERR_OK ? 0 : 1;
}

int
cmd_orders(struct app *app, int argc, char **argv)
{
	int64_t tg_id = 0;

	if (argc > 1 ||
	    (argc == 1 && !tg_id_parse(str_from(argv[0]), &tg_id))) {
		fputs("usage: admit orders [TG_ID]\n", stderr);
		return 2;
	}
	app->programs = PROGRAM_LEDGER;
	if (!cmd_ledger_ok(app))
		return 1;
	return list(app, SQL_ORDERS_LIST,
	    KV(kv_int("tg_id", tg_id), kv_int("n", N_ORDERS)), print_order);
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
	return list(
	    app, SQL_PAYMENTS_EXPORT, KV_NONE, json ? print_json : print_csv);
}
