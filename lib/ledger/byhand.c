/* Letting in and taking away by an operator's word. */
#include "ledger/byhand.h"

#include "base/clock.h"
#include "ledger/record.h"

/* The trail is written with the fact: neither is there without the other. */
static enum err
record(struct app *app, struct arena *a, const struct act *act,
    enum fact_kind kind, struct order *order)
{
	const struct fact f = { .kind = kind,
		.provider = "grant",
		.tg_id = act->tg_id,
		.product = act->product,
		.until_ms = act->amount == 0 ?
		    0 :
		    clock_now_ms() + act->amount * DAY_MS,
		.livemode = app->conf.livemode };

	return ledger_record(app, a, &f, order);
}

static enum err
note(
    struct app *app, struct arena *a, const struct act *act, const char *result)
{
	return act->id != 0 ? audit_result(app->db, act->id, result) :
			      audit_note(app->db, a, act, result);
}

enum err
byhand_grant(struct app *app, struct arena *a, const struct act *act,
    struct order *order, const char **result)
{
	enum err e = record(app, a, act, FACT_GRANTED, order);

	*result = RESULT_DONE;
	return e == ERR_OK ? note(app, a, act, *result) : e;
}

/* What still charged them is ended, whether or not anything let them in. */
enum err
byhand_revoke(struct app *app, struct arena *a, const struct act *act,
    struct order *order, const char **result)
{
	enum err e = record(app, a, act, FACT_REVOKED, order);

	*result = e == ERR_OK && order->id == 0 ? RESULT_NOTHING : RESULT_DONE;
	return e == ERR_OK ? note(app, a, act, *result) : e;
}
