/* From a click on /pay to the Checkout Session where the buyer pays. The only
 * code of the front programs that calls out, so only pay.fcgi uses it. */
#ifndef PAYMENT_CHECKOUT_H
#define PAYMENT_CHECKOUT_H

#include "ledger/ledger.h"
#include "net/http.h"
#include "payment/limit.h"
#include "shop/app.h"

enum checkout_state {
	CHECKOUT_REDIRECT,   /* url is where to pay */
	CHECKOUT_PAID,       /* the buyer is in already */
	CHECKOUT_PROCESSING, /* paid, the bank is at work */
	CHECKOUT_OWED,       /* a subscription whose invoice can be paid */
	CHECKOUT_SUBSCRIBED, /* out, but Stripe will charge for it again */
	CHECKOUT_NONE,       /* nobody paid (checkout_look) */
	CHECKOUT_LIMITED     /* asked too often: not before wait_s seconds */
};

struct checkout {
	enum checkout_state state;
	const char *url;
	const struct product *product; /* NULL: sold no more */
	struct term term;              /* of CHECKOUT_PAID */
	const char *link; /* of checkout_look(): the buyer's invite to the
	                     first channel; NULL: none (yet) */
	int64_t wait_s;
};

/* Finds the buyer's open session or makes one; beside a subscription that is
 * owed or goes on, none. An attempt is written down
 * before Stripe is called, so that clicks at the same moment share one
 * idempotency key and with it one session; an attempt that failed is given up,
 * so that the next click is a fresh one. With the ledger out of order it works
 * all the same: the webhook brings what is missing.
 * Errors are stripe_answer()'s, and ERR_REFUSED for an address that no buyer
 * may be sent to. */
enum err checkout_begin(struct app *app, struct http *http, struct arena *a,
    const struct limit_who *who, const struct product *p,
    struct checkout *out) MUST_CHECK;

/* What has become of a session: from the ledger, or, where that has no word of
 * a payment, from Stripe, which is then recorded. ERR_NOT_FOUND: no such
 * session of ours. */
enum err checkout_look(struct app *app, struct http *http, struct arena *a,
    const struct limit_who *who, const char *session_id,
    struct checkout *out) MUST_CHECK;

#endif
