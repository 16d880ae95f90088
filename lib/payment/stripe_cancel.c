/* The end of a subscription, from the request to its answer. */
#include "payment/stripe_cancel.h"

struct http_request
stripe_cancel_send(
    const struct app *app, struct arena *a, const struct charging *c)
{
	const struct stripe_api api = app_stripe(app);

	return c->at_once ? stripe_cancel_request(a, &api, c->subscription) :
			    stripe_end_request(a, &api, c->subscription);
}

/* What it has become is read by the ledger's own job, as ever. */
enum err
stripe_cancel_sent(struct arena *a, const struct http_response *res)
{
	struct json *doc;

	return stripe_answer(a, res, &doc);
}
