/* admit orders, admit export: what was sold. */
#include "list.h"

#include "base/tg_id.h"
#include "bot/mydata.h"
#include "store/db.h"

#include <inttypes.h>
#include <stdio.h>

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
	{ "order", LOOK_ID },
	{ "created_ms", LOOK_DAY },
	{ "tg_id", LOOK_ID },
	{ "product", LOOK_TEXT },
	{ "provider", LOOK_TEXT },
	{ "state", LOOK_TEXT },
	{ "amount", LOOK_MONEY },
	{ "until_ms", LOOK_DAY },
	{ "session", LOOK_MORE },
	{ "payment", LOOK_MORE },
	{ "subscription", LOOK_MORE },
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

/* The names by which Stripe and Telegram know it are there to be found by. */
static void
add_order(const struct row *row, void *ctx)
{
	struct table *t = ctx;

	table_number(t, row_int(row, 0));
	table_time(t, row_int(row, 9));
	table_number(t, row_int(row, 1));
	table_text(t, row_text(row, 2));
	table_text(t, row_text(row, 3));
	table_text(t, state_of(row));
	table_money(t, row_int(row, 6), row_text(row, 7));
	table_time(t, row_int(row, 14));
	table_text(t, row_text(row, 4));
	table_text(t, row_text(row, 5));
	table_text(t, row_text(row, 13));
}

static enum err
fill(struct app *app, struct table *t, const void *tg_id)
{
	return db_each(app->db, t->arena, SQL_ORDERS_LIST,
	    KV(kv_int("tg_id", *(const int64_t *)tg_id),
		kv_int("n", INT64_MAX)),
	    add_order, t);
}

static const struct list list = { "orders", order_columns, "state",
	"There are no orders.", fill, false };

int
cmd_orders(struct app *app, const struct args *args)
{
	const char *word = args_word(args, 0);
	int64_t tg_id = 0;

	if (word != NULL && !tg_id_parse(str_from(word), &tg_id))
		return args_wrong(args, "\"%s\" is no Telegram number", word);
	return list_print(app, args, &list, &tg_id);
}

/* ---- the export ---- */

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

/* What somebody has a right to read; in the chat it is /mydata. */
static int
export_person(struct app *app, int64_t tg_id)
{
	struct arena a = { 0 };
	struct str text = { 0 };
	enum err e = mydata_write(app->db, &a, tg_id, &text);

	if (e == ERR_OK)
		printf("%.*s\n", (int)text.len, text.p);
	arena_free(&a);
	return e == ERR_OK ? 0 : cmd_unread();
}

int
cmd_export(struct app *app, const struct args *args)
{
	bool json = args_has(args, OPTION_JSON);
	const char *person = args_word(args, 0);
	int64_t tg_id = 0;

	if (args_has(args, OPTION_CSV) && (json || person != NULL))
		return args_wrong(
		    args, "--csv goes with all payments, and without --json");
	if (person != NULL && !tg_id_parse(str_from(person), &tg_id))
		return args_wrong(args, "\"%s\" is no Telegram number", person);
	app->programs = PROGRAM_LEDGER;
	if (!cmd_ledger_ok(app))
		return 1;
	if (person != NULL)
		return export_person(app, tg_id);
	for (int i = 0; !json && i < N_COLUMNS; i++)
		printf("%s%s", columns[i].name, i < N_COLUMNS - 1 ? "," : "\n");
	return export(app, json);
}
