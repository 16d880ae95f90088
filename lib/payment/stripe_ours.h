/* Whose sale a Checkout Session is. Several shops, and other applications, may
 * sell on one Stripe account, and each endpoint there hears of all. So every
 * sale of ours bears the shop's mark in its metadata: the number of its bot,
 * which is public. What bears another's mark is another's, and so is what
 * bears none, since this shop always writes one; but a ledger that was selling
 * before there were marks takes what has none and is for a product of ours at
 * its price (ACCEPT_UNMARKED says otherwise). A session that the ledger knows
 * is ours whatever it bears: do not ask about those. */
#ifndef PAYMENT_STRIPE_OURS_H
#define PAYMENT_STRIPE_OURS_H

#include "shop/app.h"
#include "stripe/session.h"

/* "1234567890", to be sent as metadata[shop]; NULL: this program was not given
 * the bot's token, and cannot tell sales apart. */
const char *ours_mark(const struct app *app, struct arena *a);

enum err ours_is(struct app *app, struct arena *a,
    const struct stripe_session *s, bool *is_ours) MUST_CHECK;

#endif
