/* Lists of Stripe's API, newest first, a page at a time
 * (docs.stripe.com/api/pagination): what reconciliation reads. */
#ifndef STRIPE_LIST_H
#define STRIPE_LIST_H

#include "stripe/api.h"
#include "stripe/event.h"

/* Small enough that a page of whole events stays below what http.h takes. */
#define STRIPE_PAGE 20

enum stripe_list {
	STRIPE_LIST_UNDELIVERED, /* events that no endpoint, or not every one,
	                            has taken */
	STRIPE_LIST_EVENTS,      /* all of the types we subscribe to */
	STRIPE_LIST_SESSIONS,    /* complete */
	STRIPE_LIST_REFUNDS,
	STRIPE_LIST_DISPUTES,
	STRIPE_LIST_INVOICES, /* paid */
	STRIPE_LIST__COUNT
};

/* Asks for a page of objects made since since_s (seconds since 1970), newest
 * first; it begins after the object with the id `after`, or with the newest
 * where that is NULL. Stripe keeps events for 30 days. */
struct http_request stripe_list_request(struct arena *a,
    const struct stripe_api *api, enum stripe_list which, int64_t since_s,
    const char *after);

struct stripe_page {
	struct json *doc;
	size_t n;
	const char *next; /* after which the next page begins; NULL: no more */
};

/* stripe_answer() read as a page. */
enum err stripe_page_answer(struct arena *a, const struct http_response *res,
    struct stripe_page *out) MUST_CHECK;

/* The i-th object of a page as the event that would have told of it: an event
 * as it is; a session, refund, dispute or invoice as one without an id.
 * ERR_INPUT: not readable. */
enum err stripe_page_read(struct arena *a, const struct stripe_page *page,
    enum stripe_list which, size_t i, struct stripe_event *out) MUST_CHECK;

#endif
