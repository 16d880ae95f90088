/* Many buyers in one process: what pay.fcgi is made of. Nobody waits for
 * another one's call, and the process waits at one place alone, for whatever
 * comes first: a request, an answer, a time.
 *
 *   requests --> meet: an answer, or a visit (payment/visit.h)
 *                  |
 *                look     all that came together, in one light transaction
 *                  |
 *                ask ---- no call is needed --------------------+
 *                  |                                            |
 *                the line, in the order they came               |
 *                  |                                            |
 *                the call, as many at once as the provider      |
 *                  |  takes: again where call.h says so         |
 *                  |                                            |
 *                note     all that were answered together,      |
 *                  |      in one transaction                    |
 *                  v                                            v
 *                show: the page                    <------------+
 *
 * What it costs: a visit that needs no call one share of a commit that waits
 * for no disk; one that opens a page two of them; one that learns of a payment
 * a share of a commit that is on the disk before the page says so. What is lost
 * with a process that is killed: the requests that it has open. Their attempts
 * are in the ledger, so that the next click takes them up with the same key and
 * gets the page that was opened, if one was.
 *
 * How fast: as fast as they come, until Stripe says 429. Then PER_S calls a
 * second of all processes together, which is what it takes by default for one
 * kind of object (docs.stripe.com/rate-limits), fewer at each further 429
 * (base/pace_flow.h), and freely again when none has come for a minute. Whose
 * turn does not come within CALL_LINE_MS, and who comes while BUYERS_MAX are
 * there, gets a page that asks again by itself.
 *
 * Told to stop, it ends all calls: their buyers get the page that says so. */
#ifndef FRONT_BUYERS_H
#define FRONT_BUYERS_H

#include "front/serve.h"
#include "payment/call.h"
#include "payment/visit.h"

/* Of one process. The gateway has room for a few more, who are told so. */
#define BUYERS_MAX 192

enum buyer_stage { BUYER_WAITS, BUYER_CALLS, BUYER_HEARD };

/* One of them; lives in the request's arena. */
struct buyer {
	/* What meet() fills in. */
	struct visit visit;
	/* The page for what end() said. ERR_THROTTLED: one that asks again by
	 * itself; c says nothing then. */
	struct response (*show)(struct app *app, const struct request *req,
	    const void *ctx, enum err e, const struct checkout *c);
	const void *ctx;

	/* What belongs to the loop. */
	struct buyer *next; /* in the order they came */
	struct exchange *x;
	enum buyer_stage stage;
	struct call call;
	struct http_request sent; /* what is under way */
	enum err asked, noted;
	enum visit_note notes;
};

struct buyers {
	unsigned program; /* enum program */
	const char *name; /* in the log */

	/* Answers a request that needs no visit, and returns NULL; else who
	 * comes, with a visit. What it writes (a consent, a withdrawal) is a
	 * transaction of its own, on the disk before it returns. */
	struct buyer *(*meet)(struct app *app, struct exchange *x);
};

/* main() of such a program. */
int buyers_main(const struct buyers *in);

#endif
