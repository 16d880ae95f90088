/* Each payment that was taken, a row: the first one of an order, and of a plan
 * every later one, whoever told of it and in whatever order. What came back of
 * it stands with the refunds and disputes, which name it (struct payment's
 * intent). A grant by hand is no payment. */
#ifndef LEDGER_PAYMENTS_H
#define LEDGER_PAYMENTS_H

#include "store/db.h"

/* Stored: append, never renumber. */
enum payment_kind {
	PAYMENT_FIRST = 1, /* began the order */
	PAYMENT_RENEWAL,   /* of a plan: the next period */
	PAYMENT_OTHER      /* of a plan: what was changed within a period */
};

/* How well the moment of a payment is known. What is near says nothing of one
 * that has a moment; of what is said the earliest holds; what is sure holds. */
enum moment { MOMENT_SAID, MOMENT_NEAR, MOMENT_SURE };

struct payment {
	const char *provider; /* as orders have it */
	const char *payment;  /* the provider's name for it: pi_..., in_..., a
	                         Stars charge. The same name is one payment */
	const char *intent;   /* the name that refunds and disputes use; NULL:
	                         not known yet */
	int64_t order_id;
	enum payment_kind kind;
	bool is_invoice;      /* payment is an invoice's, which is the better
	                         name of an order's first */
	int64_t amount_minor; /* as the account gets it */
	const char *currency;
	int64_t tax_minor; /* in the amount; -1: not known */
	int64_t paid_ms;
	int64_t starts_ms, ends_ms; /* the period that it pays for; 0, 0: for
	                               good */
	enum moment moment;         /* how well paid_ms is known */
};

/* Notes it, in a transaction; one that is known only gains what was not known
 * of it, and *is_new is false. */
enum err payments_add(
    struct db *db, const struct payment *p, bool *is_new) MUST_CHECK;

#endif
