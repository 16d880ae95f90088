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
#define N_COLUMNS 15

/* The columns of SQL_ORDERS_LIST: names as they are exported. */
static const char *const columns[N_COLUMNS] = { "order", "tg_id", "product",
	"provider", "session_id", "payment", "amount_minor", "currency",
	"livemode", "created_ms", "paid_ms", "refunded_minor", "revoked_ms",
	"subscription", "until_ms" };

static bool
is_text(int column)
{
	return (column >= 2 && column <= 5) || column == 7 || column == 13;
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
		if (!is_text(i))
			printf("%" PRId64, row_int(row, i));
		else if (row_text(row, i) != NULL)
			fputs(row_text(row, i), stdout);
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

	for (int i = 0; i < N_COLUMNS; i++)
		if (!is_text(i))
			json_put_int(o, columns[i], row_int(row, i));
		else if (row_text(row, i) != NULL)
			json_put_text(o, columns[i], row_text(row, i));
	text = json_render(&l->arena, o);
	printf("%.*s\n", (int)text.len, text.p);
}

static int
list_orders(struct app *app, int64_t tg_id, int64_t n_max,
    void (*print)(const struct row *row, void *ctx))
{
	struct list l = { .n = 0 };
	struct arena rows = { 0 };
	enum err e = db_each(app->db, &rows, SQL_ORDERS_LIST,
	    KV(kv_int("tg_id", tg_id), kv_int("n", n_max)), print, &l);

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
	return list_orders(app, tg_id, N_ORDERS, print_order);
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
		printf("%s%s", columns[i], i < N_COLUMNS - 1 ? "," : "\n");
	return list_orders(app, 0, INT64_MAX, json ? print_json : print_csv);
}
