/* What Stripe says, as facts of the ledger's. Whose sale it is gets judged
 * here, before the ledger is told: an account may serve several shops (see
 * stripe_ours.h). Recording is done in a transaction; what is heard of
 * again changes nothing. */
#ifndef PAYMENT_STRIPE_EVENTS_H
#define PAYMENT_STRIPE_EVENTS_H

#include "ledger/record.h"
#include "shop/app.h"
#include "stripe/event.h"

/* Records what one event says. Events about another's sale and kinds that
 * nothing follows from are no failure: nothing is recorded. */
enum err stripe_events_record(
    struct app *app, struct arena *a, const struct stripe_event *ev) MUST_CHECK;

/* Records what Stripe's API says of a session just now. *order (may be NULL) is
 * the order as it then stands; its id is 0 for another's session. */
enum err stripe_events_record_session(struct app *app, struct arena *a,
    const struct stripe_session *s, struct order *order) MUST_CHECK;

/* How one refund stands. */
struct fact stripe_events_refund(const struct stripe_refund *r);

/* That the invoice of a subscription was paid, to be recorded in a transaction;
 * nothing is where it was not. What an event says of it is believed, unlike
 * what is said of a subscription: what was paid stays paid. */
enum err stripe_events_record_invoice(struct app *app, struct arena *a,
    const struct stripe_invoice *inv, const char *subscription) MUST_CHECK;

#endif
