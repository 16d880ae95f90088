/* A refund from the request to the fact. */
#include "payment/stripe_refund.h"

#include "payment/stripe_events.h"

#include <inttypes.h>

/* Asked again, Stripe answers as before and sends nothing more back, for a day:
 * a refusal too, so after one there is another key. The payment is in the key
 * because shops that share an account count their orders each by itself; and a
 * part is not the rest, though of the same amount. Whoever wishes for a part by
 * a name of its own may do so again within the day. */
static const char *
key(struct arena *a, const struct refund *r)
{
	const char *what = r->part_minor == 0 ?
	    "rest" :
	    arena_printf(a, "%" PRId64, r->part_minor);

	what = arena_printf(a, "admit-refund-%" PRId64 "-%s-%s", r->order->id,
	    r->payment, what);
	if (r->part_minor != 0 && r->wish != NULL)
		what = arena_printf(a, "%s-%s", what, r->wish);
	return r->n_refused == 0 ?
	    what :
	    arena_printf(a, "%s-%" PRId64, what, r->n_refused);
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

/* Only where Stripe says so in as many words has nothing gone back for good. A
 * key that was used for something else says nothing of this. */
static enum err
sure(enum err e, const struct http_response *res, struct json *doc)
{
	bool is_said = res->status >= 400 && res->status < 500 &&
	    !str_eq(
		str_from(json_text(doc, "error.type")), "idempotency_error");

	if (e == ERR_REFUSED || e == ERR_NOT_FOUND)
		return is_said ? ERR_REFUSED : ERR_UNAVAILABLE;
	return e == ERR_CONFLICT ? ERR_UNAVAILABLE : e; /* is being done */
}

enum err
stripe_refund_sent(const struct app *app, struct arena *a,
    const struct refund *r, const struct http_response *res, struct fact *out)
{
	struct stripe_refund refund;
	struct json *doc;
	enum err e = stripe_answer(a, res, &doc);

	(void)app;
	if (e == ERR_REFUSED && is_back_before(doc)) {
		*out = all_is_back(r);
		return ERR_CONFLICT;
	}
	if (e != ERR_OK)
		return sure(e, res, doc);
	/* Without the payment nobody could say of what it is. */
	if (stripe_refund_read(a, doc, &refund) != ERR_OK ||
	    refund.payment_intent == NULL)
		return ERR_UNAVAILABLE;
	*out = stripe_events_refund(&refund);
	return ERR_OK;
}
