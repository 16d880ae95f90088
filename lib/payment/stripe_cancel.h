/* Ending a subscription at Stripe: see struct provider. */
#ifndef PAYMENT_STRIPE_CANCEL_H
#define PAYMENT_STRIPE_CANCEL_H

#include "payment/provider.h"

struct http_request stripe_cancel_send(
    const struct app *app, struct arena *a, const struct charging *c);
enum err stripe_cancel_sent(
    struct arena *a, const struct http_response *res) MUST_CHECK;

#endif
