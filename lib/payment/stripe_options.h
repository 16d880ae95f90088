/* What must be switched on at Stripe for what this shop has set up: the
 * customer's own page for subscriptions, Stripe Tax for AUTOMATIC_TAX. */
#ifndef PAYMENT_STRIPE_OPTIONS_H
#define PAYMENT_STRIPE_OPTIONS_H

#include "payment/provider.h"

/* See provider.check(). A restricted key need not have the right to look, and
 * then nothing is said. */
void stripe_options_check(struct checkup *c);

#endif
