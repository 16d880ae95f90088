/* Trying a subscription before it is first paid: once for a buyer and a
 * product, and never by who has had it already. */
#ifndef PAYMENT_TRIAL_H
#define PAYMENT_TRIAL_H

#include "shop/app.h"
#include "shop/language.h"

/* Whether the buyer may try it: the product has a trial, and no order of theirs
 * for it was ever paid, tried or granted. */
enum err trial_find(struct db *db, struct arena *a, int64_t tg_id,
    const struct product *p, bool *may_try) MUST_CHECK;

/* What is said of it beside an offer; NULL: there is none for this buyer, or
 * nobody can tell just now. */
const char *trial_said(enum language in, const struct app *app, struct arena *a,
    int64_t tg_id, const struct product *p);

#endif
