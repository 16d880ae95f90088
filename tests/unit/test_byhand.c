/* Letting in and taking away by an operator's word. */
#include "shop.h"

#include "base/clock.h"
#include "ledger/byhand.h"

static struct app app = { SELLS({ COURSE }) };

static const struct row {
	const char *why, *before;
	bool is_grant;
	int64_t id, days; /* id: in the trail already */
	const char *result;
	bool is_in;
} rows[] = {
	{ "for good", USER, true, 0, 0, RESULT_DONE, true },
	{ "for some days", USER, true, 0, 30, RESULT_DONE, true },
	{ "a stranger", NOTHING, true, 0, 0, RESULT_DONE, true },
	{ "asked for in the chat",
	    USER "INSERT INTO audit (id, actor, act, tg_id, number, amount,"
		 " asked_ms) VALUES (7, 9, 'grant', 5, 0, 0, 1);",
	    true, 7, 0, RESULT_DONE, true },
	{ "taken away", HAS_COURSE BOUGHT("session_id, paid_ms", "'cs', 1"),
	    false, 0, 0, RESULT_DONE, false },
	{ "nothing to take away", USER, false, 0, 0, RESULT_NOTHING, false },
};

struct doing {
	const struct row *row;
	struct order order;
	const char *result;
};

static enum err
act(struct db *db, void *ctx)
{
	struct doing *d = ctx;
	const struct act what = { .id = d->row->id,
		.act = d->row->is_grant ? ACT_GRANT : ACT_REVOKE,
		.tg_id = BUYER,
		.product = PRODUCT_DEFAULT,
		.amount = d->row->days };

	(void)db;
	return (d->row->is_grant ? byhand_grant : byhand_revoke)(
	    &app, &mem, &what, &d->order, &d->result);
}

static void
done(void **state)
{
	struct doing d = { .row = *state };
	int64_t until_ms;

	shop_open(d.row->before);
	shop_does(act, &d);
	check_text(d.result, d.row->result);
	check_int(d.order.id != 0, !str_eq(str_from(d.result), RESULT_NOTHING));
	check_int(look_int("SELECT COUNT(*) FROM access WHERE is_in = 1"),
	    d.row->is_in);
	until_ms = look_int("SELECT COALESCE(MAX(until_ms), 0) FROM access");
	if (d.row->days == 0)
		check_int(until_ms, 0);
	else
		check_int((until_ms - clock_now_ms() + DAY_MS / 2) / DAY_MS,
		    d.row->days);
	check_int(look_int("SELECT COUNT(*) FROM audit"), 1);
	check_text(look_text("SELECT result FROM audit"), d.row->result);
}

int
main(void)
{
	ROWS("by hand", done, rows);
	return testing_run("byhand", ledger_make, ledger_remove);
}
