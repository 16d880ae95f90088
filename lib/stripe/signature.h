/* Stripe-Signature: t=<unix seconds>,v1=<hex>[,v1=<hex>...]
 * (docs.stripe.com/webhooks, "Verify manually"). */
#ifndef STRIPE_SIGNATURE_H
#define STRIPE_SIGNATURE_H

#include "base/err.h"
#include "base/str.h"

#define STRIPE_TOLERANCE_S 300 /* either way; never switched off */

/* Whether body was signed with one of the secrets (commas between them, each
 * taken exactly as given) within the tolerance of now_s.
 * ERR_INPUT: no usable header. ERR_AUTH: no signature fits, or the stamp is
 * too old or too far ahead. ERR_CONFIG: no secret to check with. */
enum err stripe_signature_check(struct str header, struct str body,
    const char *secrets, int64_t now_s) MUST_CHECK;

#endif
