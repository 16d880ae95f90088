/* A consent that Stripe's page asked for: what its session remembers of it, and
 * what is noted of that once the buyer has agreed. */
#ifndef PAYMENT_STRIPE_CONSENT_H
#define PAYMENT_STRIPE_CONSENT_H

#include "ledger/ledger.h"
#include "shop/agreement.h"
#include "stripe/session.h"

/* "HASH LANGUAGE 1": the text, and whether the person themselves was asked. */
const char *stripe_consent_mark(
    struct arena *a, const struct agreement *g, bool themselves);

/* Notes what the buyer of this order agreed to on the session's page, if they
 * did, in a transaction. However often it is told, it is noted once. */
enum err stripe_consent_note(struct db *db, const struct stripe_session *s,
    const struct order *o) MUST_CHECK;

#endif
