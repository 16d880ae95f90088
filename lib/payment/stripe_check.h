/* What the operator is told of Stripe: whether all of it works (admit check),
 * and what to enter there (admit setup); see provider.h. */
#ifndef PAYMENT_STRIPE_CHECK_H
#define PAYMENT_STRIPE_CHECK_H

#include "payment/provider.h"

void stripe_check(struct checkup *c);
const char *stripe_setup(const struct app *app, struct arena *a);

#endif
