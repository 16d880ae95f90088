/* Sending a payment back through Stripe: see struct provider. */
#ifndef PAYMENT_STRIPE_REFUND_H
#define PAYMENT_STRIPE_REFUND_H

#include "payment/provider.h"

struct http_request stripe_refund_send(
    const struct app *app, struct arena *a, const struct refund *r);
enum err stripe_refund_sent(const struct app *app, struct arena *a,
    const struct refund *r, const struct http_response *res,
    struct fact *out) MUST_CHECK;

#endif
