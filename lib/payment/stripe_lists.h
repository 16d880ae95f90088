/* Stripe's lists of what it knows, for reconciliation (see provider.h). */
#ifndef PAYMENT_STRIPE_LISTS_H
#define PAYMENT_STRIPE_LISTS_H

#include "payment/provider.h"

#define STRIPE_LISTS 6
extern const struct provider_list stripe_lists[STRIPE_LISTS];

#endif
