/* What Stripe's objects tell us, read into plain structs: a Checkout Session
 * and a charge. The same reader serves events and answers of the API
 * (docs.stripe.com/api/checkout/sessions/object). */
#ifndef STRIPE_SESSION_H
#define STRIPE_SESSION_H

#include "base/json.h"

enum stripe_paid {
	STRIPE_UNPAID, /* or not yet: the bank is at work */
	STRIPE_PAID,
	STRIPE_NOTHING_TO_PAY /* a code for 100 % off: as good as paid once
	                         the session is complete */
};

enum stripe_status { STRIPE_OPEN, STRIPE_COMPLETE, STRIPE_EXPIRED };

/* Texts live in the arena and are NULL where absent; numbers 0. */
struct stripe_session {
	const char *id;
	enum stripe_status status;
	enum stripe_paid paid;
	bool is_sale; /* mode payment or subscription: else a card is kept, say,
	                 and nothing is paid though nothing is owed */
	int64_t tg_id;       /* from our metadata; 0: not a session of ours */
	const char *product; /* from our metadata; NULL: not said */
	const char *shop;    /* the same */
	const char *consent; /* from our metadata, where the page asked for
	                             it and the buyer agreed */
	const char *payment_intent;
	const char *subscription; /* once it is complete, of that mode */
	const char *invoice;      /* the same: its first */
	const char *url;          /* only while open; not checked here */
	int64_t expires_s;
	int64_t created_s;      /* 0: not said */
	int64_t amount_minor;   /* to pay, after what was taken off */
	int64_t subtotal_minor; /* before that */
	bool has_tax;           /* the next is known */
	int64_t tax_minor;      /* in the amount */
	const char *currency;
	bool livemode;
	bool is_unsure; /* a word or a number about the money is one that we
	                   cannot read: what is above is the mildest reading,
	                   in which nothing was paid that is not said to be */
};

struct stripe_charge {
	const char *payment_intent;
	int64_t amount_minor;
	int64_t refunded_minor; /* of it, up to now */
	bool livemode;
};

/* Whether this could be the id of a Checkout Session: "cs_" and up to 250
 * letters, digits and '_'. */
bool stripe_session_id_ok(struct str id);

/* An id, or that of the object in its place where Stripe expanded it; NULL
 * where there is none. */
const char *stripe_id_at(struct arena *a, struct json *obj, const char *path);

/* Read a session and a charge. ERR_INPUT where a field that we rely on is
 * absent or of another type. */
enum err stripe_session_read(
    struct arena *a, struct json *obj, struct stripe_session *out) MUST_CHECK;
enum err stripe_charge_read(
    struct arena *a, struct json *obj, struct stripe_charge *out) MUST_CHECK;

#endif
