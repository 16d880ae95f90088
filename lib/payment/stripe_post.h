/* Stripe's events as they are posted to us (see provider.h). */
#ifndef PAYMENT_STRIPE_POST_H
#define PAYMENT_STRIPE_POST_H

#include "payment/provider.h"

enum err stripe_post_read(const struct app *app, const struct request *req,
    struct post *out) MUST_CHECK;

#endif
