/* Whether what Stripe posts to our public address arrives. */
#ifndef PAYMENT_STRIPE_ADDRESS_H
#define PAYMENT_STRIPE_ADDRESS_H

#include "payment/provider.h"

/* Posts a signed event there, as large as Stripe's largest, and says what is in
 * its way: a name that leads nowhere, a certificate, a redirect, a wall, a web
 * server that does not know the address, programs with another secret. The
 * event is of the mode that this shop is not, so that nothing comes of it. */
void stripe_address_check(struct checkup *c);

#endif
