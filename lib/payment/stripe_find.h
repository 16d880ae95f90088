/* Looking for a payment by what its buyer has in hand: see struct provider. A
 * charge (ch_..., py_...) is read; an invoice is searched by its number
 * ("1A2B3C4D-0001"). The number of a receipt ("1234-5678") is known to no
 * search of Stripe's for charges, so the latest of them are read through. The
 * link of a receipt, and the last digits of a card, lead nowhere from here. */
#ifndef PAYMENT_STRIPE_FIND_H
#define PAYMENT_STRIPE_FIND_H

#include "payment/provider.h"

bool stripe_find_may(struct str words);
struct http_request stripe_find_request(const struct app *app, struct arena *a,
    const char *words, const char *after);
enum err stripe_find_read(struct arena *a, const char *words,
    const struct http_response *res, struct sighting *out) MUST_CHECK;

#endif
