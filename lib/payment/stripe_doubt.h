/* What Stripe says of money and is not understood here. */
#ifndef PAYMENT_STRIPE_DOUBT_H
#define PAYMENT_STRIPE_DOUBT_H

#include "shop/app.h"
#include "stripe/event.h"

/* Tells the operators of an event that is in doubt and about an order of ours,
 * once for each object and what it said; of others nothing. In the transaction
 * that records the event, after it. */
enum err stripe_doubt_tell(
    struct app *app, struct arena *a, const struct stripe_event *ev) MUST_CHECK;

#endif
