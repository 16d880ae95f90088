/* A subscription, read into a plain struct
 * (docs.stripe.com/api/subscriptions/object). Where Stripe has moved a field,
 * the newer place is looked at first and then the older: the period stands on
 * the item since 2025-03-31 and stood on the subscription before. */
#ifndef STRIPE_SUBSCRIPTION_H
#define STRIPE_SUBSCRIPTION_H

#include "stripe/invoice.h"

enum stripe_subscription_status {
	STRIPE_SUB_UNKNOWN,    /* not read yet, or a word that we do not know */
	STRIPE_SUB_INCOMPLETE, /* the first payment was not made, or not in
	                          time */
	STRIPE_SUB_TRIALING,
	STRIPE_SUB_ACTIVE,
	STRIPE_SUB_PAST_DUE, /* Stripe still tries to get the money */
	STRIPE_SUB_UNPAID,   /* and does no more */
	STRIPE_SUB_PAUSED,
	STRIPE_SUB_CANCELED
};

#define STRIPE_MAX_ITEMS 20 /* of more, the first */

/* One of the things that a subscription is for, with a period of its own. */
struct stripe_item {
	const char *price;    /* price_... */
	const char *product;  /* ours: metadata[product] of the price */
	int64_t amount_minor; /* of one */
	const char *currency;
	int64_t quantity;
	const char *every; /* "day" ... "year" */
	int64_t every_n;
	bool is_reckoned; /* in some way beside amount times quantity: there is
	                     something off, or so many are one */
	int64_t start_s, end_s;
};

/* Texts live in the arena and are NULL where absent; numbers 0. */
struct stripe_subscription {
	const char *id; /* sub_... */
	enum stripe_subscription_status status;
	const char *word;     /* the status as Stripe spells it; of one that is
	                         not known, the nearest that is */
	const char *doubt;    /* then "status hibernating", for a person */
	const char *customer; /* cus_... */
	const char *product;  /* from our metadata */
	struct stripe_item items[STRIPE_MAX_ITEMS];
	size_t n_items;
	int64_t period_start_s, period_end_s; /* of the first item */
	int64_t price_minor; /* what a period of that item costs; 0: not known,
	                        since it is by use or in steps, or something is
	                        off */
	const char *price_currency, *price_every;
	int64_t price_every_n;
	bool has_discount;     /* on the whole */
	bool ends_with_period; /* ends_s follows from the period */
	int64_t ends_s;        /* it is to be canceled then; 0: it renews */
	int64_t ended_s;       /* 0: not yet */
	int64_t trial_end_s;   /* 0: there was no trial */
	bool collects_not;     /* pause_collection: its invoices are not paid */
	bool livemode;
	/* The latest invoice; set where the answer holds it whole. */
	struct stripe_invoice latest;
	const char *invoice;     /* in_... */
	const char *invoice_url; /* where the buyer can pay it; not checked */
	const char *payment_intent;
	int64_t n_attempts; /* to take its money */
	int64_t paid_minor; /* by it */
	bool is_paid;
	bool is_owed;       /* it was not paid, whatever became of it */
	bool is_processing; /* it was tried, and a bank has yet to say yes or no
	                       (a direct debit takes days): neither paid nor
	                       owed */
};

enum stripe_subscription_status stripe_subscription_status(const char *word);

/* Whether this could be the id of a subscription. To be asked before the id
 * goes into an address. */
bool stripe_subscription_id_ok(const char *id);

/* Reads a subscription. ERR_INPUT where a field that we rely on is absent or of
 * another type, or where the status is a word that is not known here. */
enum err stripe_subscription_read(struct arena *a, struct json *obj,
    struct stripe_subscription *out) MUST_CHECK;

/* Where there are several items, takes period and price of the one that is a
 * product's: that says so, else that is of its price at Stripe, else that is of
 * its amount. Where none is, the first one's stays. All but the product's name
 * may be NULL or 0. */
void stripe_subscription_choose(struct stripe_subscription *s,
    const char *product, const char *price_id, int64_t amount_minor,
    const char *currency);

#endif
