/* A refund from the request to the fact. */
#include "payment/stripe_refund.h"

#include "payment/stripe_events.h"

/* The key is the payment's own: asked again, Stripe answers as before and sends
 * nothing more back. */
struct http_request
stripe_refund_send(
    const struct app *app, struct arena *a, const struct refund *r)
{
	const struct stripe_api api = app_stripe(app);

	return stripe_refund_request(a, &api, r->payment,
	    arena_printf(a, "admit-refund-%s", r->payment));
}

enum err
stripe_refund_sent(const struct app *app, struct arena *a,
    const struct refund *r, const struct http_response *res, struct fact *out)
{
	struct stripe_refund refund;
	struct json *doc;
	enum err e = stripe_answer(a, res, &doc);

	(void)app;
	(void)r;
	if (e == ERR_OK)
		e = stripe_refund_read(a, doc, &refund);
	if (e == ERR_OK && refund.payment_intent == NULL)
		e = ERR_REFUSED; /* then of what, nobody could say */
	if (e == ERR_OK)
		*out = stripe_events_refund(&refund);
	return e;
}
