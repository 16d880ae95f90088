/* The two calls in which every source of news ends - webhook, thank-you page,
 * /help: record the fact, close the difference. Both are called inside a
 * transaction; news that is not new changes nothing. */
#ifndef SHOP_PAYMENT_H
#define SHOP_PAYMENT_H

#include "shop/app.h"
#include "shop/ledger.h"
#include "stripe/event.h"

/* What one event says. Foreign sessions (no tg_id of ours) and other kinds of
 * event are no failure: nothing is recorded. */
enum err payment_record_event(
    struct app *app, struct arena *a, const struct stripe_event *ev) MUST_CHECK;

/* What Stripe's API says of a session just now. *order (may be NULL) is the
 * order as it then stands; its id is 0 for a session of another application. */
enum err payment_record_session(struct app *app, struct arena *a,
    const struct stripe_session *s, struct order *order) MUST_CHECK;

#endif
