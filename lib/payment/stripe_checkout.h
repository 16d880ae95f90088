/* Selling on Stripe's page: a Checkout Session is opened, asked about, closed.
 * The functions are those of a row in the table of providers (provider.h). */
#ifndef PAYMENT_STRIPE_CHECKOUT_H
#define PAYMENT_STRIPE_CHECKOUT_H

#include "payment/provider.h"

bool stripe_sells(const struct app *app, const struct product *p);

enum err stripe_checkout_begin(const struct app *app, struct arena *a,
    const struct sale *sale, struct http_request *out) MUST_CHECK;
enum err stripe_checkout_begun(const struct app *app, struct arena *a,
    const struct http_response *res, struct opened *out) MUST_CHECK;

struct http_request stripe_checkout_ask(
    const struct app *app, struct arena *a, const char *id);
struct http_request stripe_checkout_stop(
    const struct app *app, struct arena *a, const char *id);
enum err stripe_checkout_told(const struct app *app, struct arena *a,
    const struct http_response *res, struct finding *out) MUST_CHECK;

#endif
