/* Who is in by all that the ledger knows of a buyer and a product, written down
 * and followed up: the invite, the notice, the way out of the channel are
 * promised with it. Call these in the transaction that recorded what has
 * changed. A decision that is as it was promises nothing. */
#ifndef LEDGER_DECIDE_H
#define LEDGER_DECIDE_H

#include "ledger/ledger.h"
#include "shop/app.h"

/* That decide_purchase() is surely going to be called for this buyer and
 * product: what it asks first goes ahead. Before an order is written: who is in
 * by now; behind that: the facts. */
void decide_foresee_access(struct app *app, int64_t tg_id, const char *product);
void decide_foresee_facts(struct app *app, const struct order *o);

/* What became known of a purchase. is_new: that it is paid or granted was not
 * known before, so they are invited even where they are in by something else;
 * but who is in by what renews is not written to with each payment. */
enum err decide_purchase(struct app *app, struct arena *a,
    const struct order *o, bool is_new, bool renews) MUST_CHECK;

/* A purchase from before this ledger: whom it lets in was invited then, so no
 * invite is promised, but Telegram is asked whether they are there. */
enum err decide_past(
    struct app *app, struct arena *a, const struct order *o) MUST_CHECK;

/* What became known of an order's payment: who was in may be out now, which
 * they and the operators are told with the reason, or in again. */
enum err decide_order(
    struct app *app, struct arena *a, const struct order *o) MUST_CHECK;
enum err decide_orders(
    struct app *app, struct arena *a, const struct orders *l) MUST_CHECK;

/* The same for whatever a buyer has of a product; nothing where they never
 * paid for it. */
enum err decide_buyer(struct app *app, struct arena *a, int64_t tg_id,
    const char *product) MUST_CHECK;

#endif
