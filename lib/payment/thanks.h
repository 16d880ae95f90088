/* The thank-you page's question: what has become of the purchase that a buyer
 * comes back from. */
#ifndef PAYMENT_THANKS_H
#define PAYMENT_THANKS_H

#include "payment/checkout.h"

/* From the ledger, or, where that has no word of a payment yet, from whoever
 * takes the money, which is then recorded: the page is often quicker than the
 * post that tells of it. Where those cannot be asked, what the ledger has is
 * said: that a bank is at work, or has said no. ERR_INPUT: nobody here could
 * have given such an id. ERR_NOT_FOUND: no such purchase of ours. */
enum err thanks_find(struct app *app, struct http *http, struct arena *a,
    const struct limit_who *who, const char *id,
    struct checkout *out) MUST_CHECK;

#endif
