/* An event as Stripe posts it, reduced to what we act on
 * (docs.stripe.com/api/events/object). */
#ifndef STRIPE_EVENT_H
#define STRIPE_EVENT_H

#include "stripe/reversal.h"
#include "stripe/session.h"
#include "stripe/subscription.h"

enum stripe_event_kind {
	STRIPE_OTHER, /* noted, nothing else */
	STRIPE_CHECKOUT_COMPLETED,
	STRIPE_ASYNC_SUCCEEDED,
	STRIPE_ASYNC_FAILED,
	STRIPE_CHECKOUT_EXPIRED,
	STRIPE_CHARGE_REFUNDED,
	STRIPE_REFUND,
	STRIPE_DISPUTE,
	STRIPE_FRAUD_WARNING,
	STRIPE_SUBSCRIPTION, /* something happened to one */
	STRIPE_INVOICE,      /* to its payment */
	STRIPE_EVENT__COUNT
};

struct stripe_event {
	const char *id;   /* evt_... */
	const char *type; /* as Stripe spells it, for the log and the inbox */
	enum stripe_event_kind kind;
	bool livemode;
	int64_t created_s;             /* 0: not said */
	struct stripe_session session; /* of the checkout kinds */
	struct stripe_charge charge;   /* of STRIPE_CHARGE_REFUNDED */
	struct stripe_refund refund;
	struct stripe_dispute dispute;
	const char *payment_intent; /* of STRIPE_FRAUD_WARNING; or NULL */
	const char *subscription;   /* of the last two; NULL: of none */
};

/* Reads the body of a post. ERR_INPUT: it is not an event. An event of a known
 * kind whose object cannot be read becomes STRIPE_OTHER (logged) and not an
 * error, because an error would make Stripe send the same again for three
 * days. */
enum err stripe_event_parse(
    struct arena *a, struct str body, struct stripe_event *out) MUST_CHECK;

/* As stripe_event_parse(), for an event that stands in a list of the API. */
enum err stripe_event_read(
    struct arena *a, struct json *doc, struct stripe_event *out) MUST_CHECK;

/* The i-th type to be subscribed at Stripe, NULL past the last. */
const char *stripe_event_type(size_t i);

#endif
