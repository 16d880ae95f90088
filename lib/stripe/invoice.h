/* An invoice of a subscription, read into a plain struct: what was paid, for
 * which period, by what (docs.stripe.com/api/invoices/object). Where Stripe has
 * moved a field, the newer place is looked at first and then the older:
 * subscription, payment and tax stood on the invoice itself before
 * 2025-03-31. */
#ifndef STRIPE_INVOICE_H
#define STRIPE_INVOICE_H

#include "base/json.h"

enum stripe_reason {
	STRIPE_BILLED_OTHERWISE, /* a change within a period, a word that is not
	                            known here */
	STRIPE_BILLED_FIRST,
	STRIPE_BILLED_CYCLE
};

/* Texts live in the arena and are NULL where absent; numbers 0. */
struct stripe_invoice {
	const char *id;           /* in_... */
	const char *subscription; /* NULL: it is for none */
	enum stripe_reason reason;
	bool is_paid;
	bool livemode;
	int64_t paid_minor; /* of it, up to now */
	const char *currency;
	bool has_tax; /* the next is known */
	int64_t tax_minor;
	int64_t paid_s;         /* when it was paid */
	int64_t start_s, end_s; /* the period that it is for */
	const char *payment_intent;
};

/* Reads what is there: nothing that an invoice lacks is an error, since what it
 * tells is worth having without. */
void stripe_invoice_read(
    struct arena *a, struct json *obj, struct stripe_invoice *out);

#endif
