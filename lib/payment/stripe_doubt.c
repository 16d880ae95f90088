/* Telling people of what only they can judge. */
#include "payment/stripe_doubt.h"

#include "ledger/ledger.h"
#include "outbox/alert.h"
#include "shop/text.h"

/* By the payment, since what takes money back names nothing else of ours. */
static void
number_of_orders(const struct row *row, void *ctx)
{
	*(int64_t *)ctx = row_int(row, 0);
}

enum err
stripe_doubt_tell(
    struct app *app, struct arena *a, const struct stripe_event *ev)
{
	int64_t n_orders = 0;
	enum err e;

	if (ev->doubt == NULL)
		return ERR_OK;
	e = db_one(app->db, a, SQL_FACTS_KNOWN,
	    KV(kv_text("session_id", ev->session.id),
		kv_text("subscription", ev->session.subscription),
		kv_text("payment_intent", ev->payment_intent)),
	    number_of_orders, &n_orders);
	/* On one account others sell as well. */
	if (e != ERR_OK || n_orders == 0)
		return e;
	return alert_promise(app, a,
	    arena_printf(a, "unsure/%s/%s", ev->object_id, ev->doubt),
	    &(struct alert_words){ .text = TEXT_ALERT_UNSURE,
		.values = KV(kv_text("what", ev->object_id),
		    kv_text("why", ev->doubt)) });
}
