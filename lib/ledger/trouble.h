/* What follows from a dispute or a fraud warning about a payment, and from a
 * refund of it that failed, beyond who is in by it (see access.h): the
 * operators are told what happened and what was done about it, and for the
 * first two a refund is promised where one is set. */
#ifndef LEDGER_TROUBLE_H
#define LEDGER_TROUBLE_H

#include "ledger/ledger.h"
#include "shop/app.h"

/* That trouble_follow() is surely going to be called, see db_foresee(). */
void trouble_foresee(struct app *app, const char *payment);

/* In the transaction that recorded it, or that made known whose payment it is:
 * o is of that payment. Each stage of each trouble is followed once, and each
 * day by which a lost dispute may be appealed, however often it is heard of,
 * and those heard of before the order was known as well. payment may be NULL:
 * then there is nothing to follow. */
enum err trouble_follow(struct app *app, struct arena *a, const struct order *o,
    const char *payment) MUST_CHECK;

#endif
