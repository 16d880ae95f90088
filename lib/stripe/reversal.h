/* What takes money back: refunds and disputes, read into plain structs, each
 * by its own id (docs.stripe.com/api/refunds/object, /disputes/object). */
#ifndef STRIPE_REVERSAL_H
#define STRIPE_REVERSAL_H

#include "base/json.h"

/* How far a refund has come. Only money that went back, or is on its way, takes
 * anything away; a refund that waits is told again when it moves. Stored; of
 * two words about one refund the one further down is the later. */
enum stripe_refund_stage {
	STRIPE_REFUND_WAITS = -1, /* for the buyer, or for who knows what */
	STRIPE_REFUND_BACK,
	STRIPE_REFUND_FAILED /* or was canceled: the money stayed */
};

struct stripe_refund {
	const char *id; /* re_... */
	const char *payment_intent;
	int64_t amount_minor;
	int64_t created_s; /* 0: not said */
	enum stripe_refund_stage stage;
	bool is_unsure; /* its status is a word that we do not know */
};

/* A dispute goes from top to bottom and never back, so of two words about one
 * the lower is the later. One that is lost may be appealed, and stays lost
 * until the appeal is won. Its status alone says where it is: money that is
 * given back for a while (funds_reinstated) decides nothing. */
enum stripe_dispute_stage {
	STRIPE_DISPUTE_WARNING, /* an inquiry: no money has moved */
	STRIPE_DISPUTE_OPEN,
	STRIPE_DISPUTE_LOST,   /* appealed or not */
	STRIPE_DISPUTE_SETTLED /* won, prevented, a warning that was closed */
};

struct stripe_dispute {
	const char *id; /* dp_..., du_... */
	const char *payment_intent;
	enum stripe_dispute_stage stage;
	int64_t amount_minor;
	const char *currency;
	const char *reason; /* Stripe's word, such as "fraudulent" */
	int64_t due_s;      /* evidence is due by then; 0: none */
	bool may_appeal;    /* it is lost, and that evidence is for an appeal */
	int64_t created_s;  /* 0: not said */
};

/* Read a refund and a dispute. ERR_INPUT where a field that we rely on is
 * absent or of another type. payment_intent is NULL where the payment was none
 * of a payment intent's, and so none of ours. */
enum err stripe_refund_read(
    struct arena *a, struct json *obj, struct stripe_refund *out) MUST_CHECK;
enum err stripe_dispute_read(
    struct arena *a, struct json *obj, struct stripe_dispute *out) MUST_CHECK;

#endif
