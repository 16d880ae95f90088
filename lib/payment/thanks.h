/* The thank-you page's question: what has become of the purchase that a buyer
 * comes back from. */
#ifndef PAYMENT_THANKS_H
#define PAYMENT_THANKS_H

#include "payment/limit.h"
#include "payment/visit.h"

/* From the ledger, or, where that has no word of a payment yet, from whoever
 * takes the money, which is then recorded: the page is often quicker than the
 * post that tells of it. Where those cannot be asked, what the ledger has is
 * said: that a bank is at work, or has said no. That somebody has paid is on
 * the disk before the page says it.
 *
 * ERR_INPUT, at once: nobody here could have given such an id. The visit's
 * ERR_NOT_FOUND: no such purchase of ours. */
enum err thanks_visit(struct app *app, struct arena *a,
    const struct limit_who *who, const char *id, struct visit *out) MUST_CHECK;

#endif
