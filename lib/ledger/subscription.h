/* Subscriptions. What is heard of one is old as soon as there is more to hear,
 * and nothing tells which of two words is newer; so hearing of it only says
 * that there is something to read, and the worker asks its provider how the
 * subscription stands and writes that over what was known. One is read by one
 * job at a time, once more where something was heard meanwhile, and by the
 * clock when a period is to have changed: an event that never came costs
 * nobody their access. */
#ifndef LEDGER_SUBSCRIPTION_H
#define LEDGER_SUBSCRIPTION_H

#include "ledger/access.h"
#include "shop/app.h"

/* All of it is called in a transaction. */

/* An order is found to have begun it: from now on it is of interest. */
enum err subscription_known(
    struct app *app, struct arena *a, const char *id) MUST_CHECK;

/* Something was told of it. Of one that no order has begun, it is another
 * application's, or its session's completion will bring it: nothing is done. */
enum err subscription_heard(
    struct app *app, struct arena *a, const char *id) MUST_CHECK;

/* What takes a buyer's money again for a product is to take no more. */
struct subscription_stop {
	int64_t tg_id;
	const char *product;
	int64_t order_id; /* what this order began; 0: what any of theirs did */
	const char *provider; /* of that order; NULL with 0 */
	bool at_once;         /* or with the end of what is paid */
};

/* Promises to tell those who take it. */
enum err subscription_stop(
    struct app *app, const struct subscription_stop *stop) MUST_CHECK;

/* The same, but only what renews at this provider (NULL: at any) without a name
 * of its own, whose every payment is an order: there is no telling which order
 * began it. */
enum err subscription_stop_nameless(struct app *app, int64_t tg_id,
    const char *product, const char *provider) MUST_CHECK;

/* Promises to read those that are due by the clock; *any: there were some. */
enum err subscription_read_due(
    struct app *app, struct arena *a, bool *any) MUST_CHECK;

/* How often it has been heard of, to be remembered while its provider is asked:
 * what is heard later may be newer than the answer. ERR_NOT_FOUND: it has been
 * forgotten. */
enum err subscription_n_heard(struct db *db, struct arena *a, const char *id,
    int64_t *n_heard) MUST_CHECK;

/* How one stands, as its provider says just now. Texts may be NULL and times 0
 * (never, or not said). */
struct subscription_now {
	const char *id;
	const char *status; /* a word that subscription_status() knows */
	const char *customer;
	int64_t period_start_ms, period_end_ms;
	int64_t ends_ms; /* it is canceled for then */
	int64_t ended_ms;
	bool collects_not;   /* it goes on, but its money is not asked for */
	int64_t price_minor; /* what a period costs; 0: not known */
	const char *price_currency;
	int64_t price_period_ms;

	/* Of the latest invoice. */
	const char *invoice;
	const char *invoice_url; /* where the buyer can pay it, safely */
	bool is_owed;            /* it was not paid */
	bool is_processing;      /* nor is it owed: a bank is at work on it */
	int64_t n_attempts;      /* to take its money */
	const char *payment;     /* by which it was paid, or is to be */
	int64_t paid_minor;

	int64_t paid_until_ms;  /* paid for until then; 0: this period is not
	                           paid yet, what was paid last stays known */
	int64_t paid_before_ms; /* all before then is paid, whatever else was
	                           known of that */
	int64_t read_again_ms;  /* when something may have changed of which
	                           nobody tells; 0: never again */
	int64_t trial_end_ms;   /* of its trial, over or not; 0: it had none */
	int64_t trial_ends_ms;  /* soon, and then it is charged for the first
	                           time; 0: it is not so */
};

/* Writes it down, settles what follows for the buyers (in or out, told that a
 * payment failed) and promises to read it once more where it was heard of
 * since n_heard. Nothing where it was forgotten meanwhile. */
enum err subscription_write(struct app *app, struct arena *a,
    const struct subscription_now *s, int64_t n_heard) MUST_CHECK;

/* The same where its provider knows none of that name. */
enum err subscription_write_none(struct app *app, struct arena *a,
    const char *id, int64_t n_heard) MUST_CHECK;

/* The one that a buyer's access to a product came by; ERR_NOT_FOUND: none. */
struct subscription {
	const char *id;
	enum subscription_status status;
	const char *customer;    /* or NULL */
	const char *invoice_url; /* where the latest can be paid; NULL: not
	                            known */
	bool is_owed;            /* that one was not paid */
	bool ends;               /* it is canceled for some day */
};
enum err subscription_of(struct db *db, struct arena *a, int64_t tg_id,
    const char *product, struct subscription *out) MUST_CHECK;

/* Whether the buyer can still pay what is owed, at invoice_url. */
bool subscription_can_be_paid(const struct subscription *s);

/* Whether Stripe is going to charge the buyer again: then a new one beside it
 * would charge them twice. */
bool subscription_renews(const struct subscription *s);

#endif
