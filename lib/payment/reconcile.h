/* Reconciliation: what Stripe knows and the ledger does not is
 * asked for, page by page, and recorded through the same calls as the webhook.
 * A run may stop anywhere and begin anew: what is known changes nothing.
 *
 * A run is a chain of steps, one call each, so that a command may go through
 * it waiting and the worker a step now and then, between deliveries. */
#ifndef PAYMENT_RECONCILE_H
#define PAYMENT_RECONCILE_H

#include "net/http.h"
#include "outbox/jobs.h"
#include "shop/app.h"

/* Append, never renumber: jobs name them. */
enum reconcile_part {
	RECONCILE_UNDELIVERED,
	RECONCILE_EVENTS,
	RECONCILE_SESSIONS,
	RECONCILE_REFUNDS,
	RECONCILE_DISPUTES,
	RECONCILE_STARS, /* Telegram's list goes on where it was */
	RECONCILE__COUNT /* the end */
};

struct reconcile {
	bool is_full;    /* or only what failed to arrive */
	int64_t since_s; /* how far back */
	enum reconcile_part part;
	const char *after; /* the page before ended with it; NULL: none */
	int64_t n_seen[RECONCILE__COUNT], n_healed[RECONCILE__COUNT];
	int64_t n_missed; /* events about our orders that never came */
};

/* A run that begins, as far back as since_ms (since 1970). */
struct reconcile reconcile_begin(bool is_full, int64_t since_ms);

/* The call of the step that r is at; ERR_NOT_FOUND: it has come to its end. */
enum err reconcile_request(struct app *app, struct arena *a,
    const struct reconcile *r, struct http_request *out) MUST_CHECK;

/* Records the answer, in a transaction, and moves r to the next step; its
 * texts live in the arena. ERR_THROTTLED and ERR_UNAVAILABLE: the same again
 * later. ERR_CONFIG: the key may not read this. Others: pass the part over. */
enum err reconcile_record(struct app *app, struct arena *a, struct reconcile *r,
    const struct http_response *res) MUST_CHECK;

/* Goes to the part after this one. */
void reconcile_pass(struct reconcile *r);

/* What a restricted key must have the right to read for a part: the words of
 * Stripe's Dashboard. */
const char *reconcile_right(enum reconcile_part part);

/* At the end, in a transaction: tells the operators of events that never
 * came, once a day. */
enum err reconcile_alarm(
    struct app *app, struct arena *a, const struct reconcile *r) MUST_CHECK;

/* The worker's own run: promises its first step when it is due by the ledger
 * (RECONCILE_MINUTES); *promised says so. A transaction of its own. */
enum err reconcile_when_due(struct app *app, bool *promised) MUST_CHECK;

#endif
