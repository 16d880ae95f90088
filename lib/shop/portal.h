/* The buyer's own page at Stripe, where they see their invoices, change the
 * card and cancel: asked for in the chat, fetched from Stripe and sent on in
 * the same errand, because whoever holds its address is taken for the buyer:
 * it is written down nowhere. */
#ifndef SHOP_PORTAL_H
#define SHOP_PORTAL_H

#include "shop/errand.h"

enum err
portal_prepare(struct app *app, struct arena *a, struct errand *e) MUST_CHECK;

/* Judges Stripe's answer; e then holds the message that goes on to the buyer
 * (ERRAND_GO_ON). */
enum err portal_settle(struct app *app, struct arena *a, struct errand *e,
    enum err call_err, const struct http_response *res,
    struct verdict_of_errand *v) MUST_CHECK;

#endif
