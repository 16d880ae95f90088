/* A refund from the request to the fact. */
#include "payment/stripe_refund.h"

#include "payment/stripe_events.h"

#include <inttypes.h>

/* Asked again, Stripe answers as before and sends nothing more back. The
 * payment is in the key because shops that share an account count their orders
 * each by itself; and a part is not the rest, though of the same amount. */
static const char *
key(struct arena *a, const struct refund *r)
{
	const char *what = r->part_minor == 0 ?
	    "rest" :
	    arena_printf(a, "%" PRId64, r->part_minor);

	return arena_printf(a, "admit-refund-%" PRId64 "-%s-%s", r->order->id,
	    r->payment, what);
}

struct http_request
stripe_refund_send(
    const struct app *app, struct arena *a, const struct refund *r)
{
	const struct stripe_api api = app_stripe(app);

	return stripe_refund_request(
	    a, &api, r->payment, r->part_minor, key(a, r));
}

static bool
is_back_before(struct json *doc)
{
	return str_eq(
	    str_from(json_text(doc, "error.code")), "charge_already_refunded");
}

static struct fact
all_is_back(const struct refund *r)
{
	return (struct fact){ .kind = FACT_REFUNDED,
		.provider = "stripe",
		.payment = r->payment,
		.amount_minor = r->paid_minor,
		.refunded_minor = r->paid_minor };
}

enum err
stripe_refund_sent(const struct app *app, struct arena *a,
    const struct refund *r, const struct http_response *res, struct fact *out)
{
	struct stripe_refund refund;
	struct json *doc;
	enum err e = stripe_answer(a, res, &doc);

	(void)app;
	if (e == ERR_CONFLICT)
		return ERR_UNAVAILABLE; /* the same is being done just now */
	if (e == ERR_REFUSED && is_back_before(doc)) {
		*out = all_is_back(r);
		return ERR_CONFLICT;
	}
	if (e == ERR_OK)
		e = stripe_refund_read(a, doc, &refund);
	if (e == ERR_OK && refund.payment_intent == NULL)
		e = ERR_REFUSED; /* then of what, nobody could say */
	if (e == ERR_OK)
		*out = stripe_events_refund(&refund);
	return e;
}
