/* admit payments: the money that was taken, a row for each payment. */
#include "list.h"

#include "ledger/payments.h"
#include "store/db.h"

static const struct table_column columns[] = {
	{ "paid_ms", LOOK_TIME },
	{ "order", LOOK_ID },
	{ "tg_id", LOOK_ID },
	{ "product", LOOK_TEXT },
	{ "provider", LOOK_TEXT },
	{ "kind", LOOK_TEXT },
	{ "amount", LOOK_MONEY },
	{ "payment", LOOK_TEXT },
	{ "starts_ms", LOOK_DAY },
	{ "ends_ms", LOOK_DAY },
	{ NULL, LOOK_END },
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

/* Whether the product is sold does not matter: its payments may be old. */
static enum err
fill(struct app *app, struct table *t, const void *find)
{
	return db_each(app->db, t->arena, SQL_PAYMENTS_LIST,
	    KV(kv_int("since_ms", t->filter.since_ms),
		kv_text("product", t->filter.product), kv_text("find", find),
		kv_text("like", pattern_of(t->arena, find))),
	    add, t);
}

static const struct list list = { "payments", columns, "kind",
	"There are no such payments.", fill, true };

int
cmd_payments(struct app *app, const struct args *args)
{
	return list_print(app, args, &list, args->option[OPTION_FIND]);
}
