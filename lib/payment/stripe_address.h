/* Whether what Stripe posts to our public address arrives. */
#ifndef PAYMENT_STRIPE_ADDRESS_H
#define PAYMENT_STRIPE_ADDRESS_H

#include "payment/provider.h"

/* The id of that event, which Stripe gives to none. */
#define STRIPE_TRIAL_EVENT "evt_admit_check"

/* Posts a signed event there, as large as Stripe's largest, and says what is in
 * its way: a name that leads nowhere, a certificate, a redirect, a wall, a web
 * server that does not know the address, programs with another secret or
 * another ledger. The event is of the mode that this shop is not, so that
 * programs of older versions leave it alone. */
void stripe_address_check(struct checkup *c);

#endif
