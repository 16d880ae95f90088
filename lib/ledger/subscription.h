/* Subscriptions at Stripe. What an event says of one is old news as soon as
 * there is another, and nothing tells which of two is newer; so an event only
 * says that there is something to read, and the worker asks Stripe how the
 * subscription stands and writes that over what was known. One is read by one
 * job at a time, once more where something was told meanwhile, and by the
 * clock when a period is to have changed: an event that never came costs
 * nobody their access. */
#ifndef LEDGER_SUBSCRIPTION_H
#define LEDGER_SUBSCRIPTION_H

#include "ledger/access.h"
#include "shop/app.h"
#include "stripe/subscription.h"

/* All of it is called in a transaction. */

/* An order is found to have begun it: from now on it is of interest. */
enum err
subscription_known(struct app *app, struct arena *a, const char *id) MUST_CHECK;

/* Something was told of it. Of one that no order has begun, it is another
 * application's, or its session's completion will bring it: nothing is done. */
enum err
subscription_heard(struct app *app, struct arena *a, const char *id) MUST_CHECK;

/* Promises to read those that are due by the clock; *any: there were some. */
enum err
subscription_read_due(struct app *app, struct arena *a, bool *any) MUST_CHECK;

/* The one that a buyer's access to a product came by; ERR_NOT_FOUND: none. */
struct subscription {
	const char *id;
	enum subscription_status status;
	const char *customer;    /* or NULL */
	const char *invoice_url; /* where the latest can be paid; NULL: not
	                            known */
	bool is_owed;            /* that one was not paid */
	bool ends;               /* it is canceled for some day */
};
enum err subscription_of(struct db *db, struct arena *a, int64_t tg_id,
    const char *product, struct subscription *out) MUST_CHECK;

/* Whether the buyer can still pay what is owed, at invoice_url. */
bool subscription_can_be_paid(const struct subscription *s);

/* Whether Stripe is going to charge the buyer again: then a new one beside it
 * would charge them twice. */
bool subscription_goes_on(const struct subscription *s);

#endif
