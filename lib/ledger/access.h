/* Who is in: one pure function from facts to a decision. Facts only grow or
 * are replaced by fresher ones of the same kind, so the order in which they
 * were heard of cannot matter. */
#ifndef LEDGER_ACCESS_H
#define LEDGER_ACCESS_H

#include "base/units.h"

#include <stdbool.h>
#include <stdint.h>

enum access { ACCESS_OUT, ACCESS_IN };

/* How a subscription stands. */
enum subscription_status {
	SUBSCRIPTION_UNKNOWN, /* there is none, nobody has asked yet, or it is a
	                         word that we do not know */
	SUBSCRIPTION_INCOMPLETE, /* the first payment was not made, or not in
	                            time */
	SUBSCRIPTION_TRIALING,
	SUBSCRIPTION_ACTIVE,
	SUBSCRIPTION_PAST_DUE, /* its provider still tries to get the money */
	SUBSCRIPTION_UNPAID,   /* and does no more */
	SUBSCRIPTION_PAUSED,
	SUBSCRIPTION_CANCELED
};

/* By the word that is stored for it (subscriptions.status), which NULL or of
 * another time may be. They are Stripe's, who was first; other providers have
 * theirs turned into these. */
enum subscription_status subscription_status(const char *word);

/* What its provider last said of the subscription that an order began. */
struct facts_of_subscription {
	enum subscription_status status;
	int64_t period_start_ms, period_end_ms;
	int64_t ends_ms;       /* it is canceled for then; 0: it renews */
	bool is_owed;          /* the period's invoice was not paid */
	int64_t paid_until_ms; /* the end of what was paid; 0: not known, as of
	                          one that was read before this was noted */
	bool collects_not;     /* it goes on, but its money is not asked for */
	bool is_processing;    /* a bank is at work on the period's invoice */
};

/* What is to become of the next payment of an order that renews, as its
 * provider tells of its own accord; those that are asked have a subscription
 * to read. The numbers are stored (orders.renewal): append. */
enum renewal {
	RENEWAL_COMES,
	RENEWAL_CANCELED, /* the buyer does not want it */
	RENEWAL_FAILED    /* it was tried, and there was no money */
};

/* What is known of one order. Refunds are heard of twice: of each by its own
 * id, and in the sum that the payment itself names. */
struct facts {
	bool paid;
	int64_t paid_minor;     /* of the payment the rest is of */
	int64_t refunded_minor; /* the payment's own word, the most heard */
	int64_t refunds_minor;  /* those that went through, by id */
	int64_t refunds_failed_minor; /* those that did not */
	int64_t n_disputes;           /* open or lost */
	bool revoked;                 /* taken away by hand */
	int64_t until_ms;             /* sold or granted until then; 0: for
	                                 good */
	bool renews; /* it will be paid anew by then: grace is given */
	struct facts_of_subscription subscription;
	enum renewal renewal;
	int64_t n_warnings; /* of fraud, which nothing settled */
};

/* Who renews is in for a while after the period's end, even where the product
 * gives no grace: the payment itself takes its time. */
#define ACCESS_RENEWAL_MS (2 * HOUR_MS)

/* Whose bank is at work on the payment is in for as long as banks take for a
 * direct debit, 14 days of work at most: it is not the buyer who keeps us
 * waiting. Where it comes to nothing, the subscription is owed from then on,
 * with the grace that is left since the period's beginning. */
#define ACCESS_BANK_MS (21 * DAY_MS)

/* What the product makes of it. */
struct policy {
	bool partial_refund_ends;
	bool dispute_keeps;
	int64_t grace_ms; /* after a period that was not paid anew */
	bool warning_pauses;
};

struct decision {
	enum access access;
	const char *why;  /* a word for the operator and the notices: "paid",
	                    "refunded", "disputed", "warned", "revoked",
	                    "not paid", "ended", "unpaid" (a subscription) */
	int64_t until_ms; /* in until then, unless a fact changes; 0: for good.
	                     Of ACCESS_OUT always 0 */
	int64_t paid_until_ms; /* what is paid for ends then: earlier, where
	                          until_ms has grace in it */
	bool renews;           /* and is to be paid anew by then */
	bool is_owed;          /* and was not, when its provider tried */
};

/* Reads nothing, writes nothing. */
struct decision access_decide(
    const struct facts *f, const struct policy *policy, int64_t now_ms);

/* Of two orders, the one that decides: in before out, then who is in longer.
 * Of two that are out, b. */
bool access_is_better(const struct decision *a, const struct decision *b);

#endif
