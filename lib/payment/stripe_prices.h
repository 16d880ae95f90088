/* Trying the prices of all that is sold through Stripe. */
#ifndef PAYMENT_STRIPE_PRICES_H
#define PAYMENT_STRIPE_PRICES_H

#include "payment/provider.h"

/* A line for each product: its price as it is named here, or, where Stripe
 * keeps it, what is wrong with it there. What only Stars are taken for has
 * none, nor what Stripe keeps where it does not know the key. */
void stripe_prices_check(struct checkup *c, bool is_known);

#endif
