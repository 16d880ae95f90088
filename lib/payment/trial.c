/* Who may try a subscription, and how that is said. */
#include "payment/trial.h"

#include "ledger/ledger.h"
#include "shop/text.h"

enum err
trial_find(struct db *db, struct arena *a, int64_t tg_id,
    const struct product *p, bool *may_try)
{
	int64_t n = 0;
	enum err e;

	*may_try = false;
	if (p->trial_days == 0 || p->every == NULL)
		return ERR_OK;
	e = db_one(db, a, SQL_ORDERS_HAD,
	    KV(kv_int("tg_id", tg_id), kv_text("product", p->id)), row_to_int,
	    &n);
	*may_try = e == ERR_OK && n == 0;
	return e;
}

const char *
trial_said(enum language in, const struct app *app, struct arena *a,
    int64_t tg_id, const struct product *p)
{
	bool may_try, has_price = p->trial_amount_minor > 0;
	enum err e = trial_find(app->db, a, tg_id, p, &may_try);

	if (e != ERR_OK || !may_try)
		return NULL;
	return text_count_in(in, a, has_price ? TEXT_TRIAL_PRICED : TEXT_TRIAL,
	    p->trial_days,
	    KV(kv_int("days", p->trial_days),
		kv_text("amount",
		    has_price ? text_money_in(
				    in, a, p->trial_amount_minor, p->currency) :
				"")));
}
