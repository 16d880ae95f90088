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
	const char *type; /* as Stripe spells it, for the log and the inbox;
	                     "unknown" where it cannot be read */
	enum stripe_event_kind kind;
	bool livemode;
	bool is_mode_told; /* else it is of the mode of whoever heard it: a
	                      signing secret and a key are of one */
	int64_t created_s; /* 0: not said */
	/* A thin event says that something happened, and to what, but not what
	 * it is now: of the rest only the subscription is known. */
	bool is_thin;
	const char *object_id;   /* what it is about; or NULL */
	const char *object_type; /* of a thin one: "checkout.session" ... */
	const char *object_path; /* the same: "/v1/..." to read it at, fit for
	                            an address; or NULL */
	const char *twin; /* the same: the id of the event with the object in
	                     it that tells of this as well; or NULL */
	/* What of it is not understood though money hangs on it, for a person:
	 * "status appealed". The event is then STRIPE_OTHER, or read in the
	 * mildest way. NULL: nothing. */
	const char *doubt;
	struct stripe_session session; /* of the checkout kinds */
	struct stripe_charge charge;   /* of STRIPE_CHARGE_REFUNDED */
	struct stripe_refund refund;
	struct stripe_dispute dispute;
	const char *payment_intent;    /* of STRIPE_FRAUD_WARNING and of what is
	                               in doubt; or NULL */
	struct stripe_invoice invoice; /* of STRIPE_INVOICE */
	const char *subscription;      /* of the last two; NULL: of none */
};

/* Reads the body of a post. ERR_INPUT: it is not an event, for it has no id.
 * Whatever else cannot be read of one that Stripe has signed is no error,
 * because an error would make Stripe send the same again for three days: what
 * is not known becomes STRIPE_OTHER (logged). */
enum err stripe_event_parse(
    struct arena *a, struct str body, struct stripe_event *out) MUST_CHECK;

/* As stripe_event_parse(), for an event that stands in a list of the API. */
enum err stripe_event_read(
    struct arena *a, struct json *doc, struct stripe_event *out) MUST_CHECK;

/* What an event of this type with the object in it would have been, without an
 * id: for what a thin event told of, and for what a list holds. The type may
 * begin with "v1.". ERR_INPUT: of no use, by its type or by the object
 * (logged). */
enum err stripe_event_from_object(struct arena *a, const char *type,
    struct json *obj, struct stripe_event *out) MUST_CHECK;

/* Whether it may be of this mode. */
bool stripe_event_is_of(const struct stripe_event *ev, bool livemode);

/* The i-th type to be subscribed at Stripe, NULL past the last. */
const char *stripe_event_type(size_t i);

#endif
