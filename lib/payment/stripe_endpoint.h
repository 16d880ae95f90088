/* The endpoint at Stripe: to which address events are posted, which of them, in
 * what version (docs.stripe.com/api/webhook_endpoints). */
#ifndef PAYMENT_STRIPE_ENDPOINT_H
#define PAYMENT_STRIPE_ENDPOINT_H

#include "payment/provider.h"

/* See provider.h. An endpoint for our address that is there is kept, and what
 * it lacks is added to it. Stripe tells its secret only to who makes it: one
 * that bears our mark, and whose secret the settings do not have, is made
 * anew. */
bool stripe_enroll(
    struct checkup *c, const char **setting, const char **secret);

/* Whether one of the endpoints in Stripe's list is ours, is on and sends all
 * that we need; what is wrong is said, with the remedy. */
void stripe_endpoint_check(struct checkup *c, struct json *list);

/* Whether the address is one that our programs have for Stripe. */
bool stripe_endpoint_is_ours(const struct app *app, const char *url);

#endif
