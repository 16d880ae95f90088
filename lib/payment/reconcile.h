/* Reconciliation: what those who take money know and the ledger does not is
 * asked for, list by list and page by page, and recorded through the same calls
 * as their posts. A run may stop anywhere and begin anew: what is known changes
 * nothing.
 *
 * A run is a chain of steps, one call each, so that a command may go through
 * it waiting and the worker a step now and then, between deliveries. */
#ifndef PAYMENT_RECONCILE_H
#define PAYMENT_RECONCILE_H

#include "payment/provider.h"

#define RECONCILE_END (-1)

struct reconcile {
	bool is_full;      /* or only what failed to arrive */
	int64_t since_s;   /* how far back */
	int part;          /* the list's number, or RECONCILE_END */
	const char *after; /* the page before ended with it; NULL: none */
	int64_t n_seen[PROVIDER_LISTS], n_healed[PROVIDER_LISTS];
	int64_t n_missed; /* posts about our orders that never came, of who is
	                     being asked */
};

/* A run that begins, as far back as since_ms (since 1970). Lists whose settings
 * are not there are left out, here and further on. */
struct reconcile reconcile_begin(
    const struct app *app, bool is_full, int64_t since_ms);

/* A list by its number, and whose it is (may be NULL); the i-th in the order in
 * which a run goes through them. NULL: there is none. */
const struct provider_list *reconcile_list(
    int number, const struct provider **whose);
const struct provider_list *reconcile_list_at(size_t i);

/* The call of the step that r is at; ERR_NOT_FOUND: it has come to its end. */
enum err reconcile_request(struct app *app, struct arena *a,
    const struct reconcile *r, struct http_request *out) MUST_CHECK;

/* Reads the answer. ERR_THROTTLED and ERR_UNAVAILABLE: the same again later.
 * ERR_CONFIG: the key may not read this. Others: pass the list over. */
enum err reconcile_read(struct arena *a, const struct reconcile *r,
    const struct http_response *res, void **page) MUST_CHECK;

/* Records what was read, in a transaction, and moves r to the next step; its
 * texts live in the arena. It fails where the ledger does. */
enum err reconcile_record(struct app *app, struct arena *a, struct reconcile *r,
    void *page) MUST_CHECK;

/* Goes to the list after this one. */
void reconcile_pass(const struct app *app, struct reconcile *r);

/* After the last list of somebody's, in a transaction: tells the operators of
 * events of theirs that never came, once a day. */
enum err reconcile_alarm(struct app *app, struct arena *a,
    const struct provider *whose, int64_t n_missed) MUST_CHECK;

/* The worker's own run: promises its first step when it is due by the ledger
 * (RECONCILE_MINUTES); *promised says so. A transaction of its own. */
enum err reconcile_when_due(struct app *app, bool *promised) MUST_CHECK;

#endif
