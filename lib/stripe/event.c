/* Reading an event. */
#include "stripe/event.h"

#include "base/array.h"
#include "base/log.h"

#define MAX_TYPE_BYTES 100
#define MAX_ID_BYTES 255

/* This list is also what is subscribed to when the webhook is set up, and what
 * reconciliation asks for; beyond twenty types that would have to ask for all
 * there are (list.c). */
static const struct {
	const char *type;
	enum stripe_event_kind kind;
} kinds[] = {
	{ "checkout.session.completed", STRIPE_CHECKOUT_COMPLETED },
	{ "checkout.session.async_payment_succeeded", STRIPE_ASYNC_SUCCEEDED },
	{ "checkout.session.async_payment_failed", STRIPE_ASYNC_FAILED },
	{ "checkout.session.expired", STRIPE_CHECKOUT_EXPIRED },
	{ "charge.refunded", STRIPE_CHARGE_REFUNDED },
	{ "refund.created", STRIPE_REFUND },
	{ "refund.updated", STRIPE_REFUND },
	{ "refund.failed", STRIPE_REFUND },
	{ "charge.dispute.created", STRIPE_DISPUTE },
	{ "charge.dispute.updated", STRIPE_DISPUTE },
	{ "charge.dispute.closed", STRIPE_DISPUTE },
	{ "charge.dispute.funds_reinstated", STRIPE_DISPUTE },
	{ "radar.early_fraud_warning.created", STRIPE_FRAUD_WARNING },
	{ "customer.subscription.created", STRIPE_SUBSCRIPTION },
	{ "customer.subscription.updated", STRIPE_SUBSCRIPTION },
	{ "customer.subscription.deleted", STRIPE_SUBSCRIPTION },
	{ "customer.subscription.paused", STRIPE_SUBSCRIPTION },
	{ "customer.subscription.resumed", STRIPE_SUBSCRIPTION },
	{ "invoice.paid", STRIPE_INVOICE },
	{ "invoice.payment_failed", STRIPE_INVOICE },
};
#define N_KINDS LENGTH(kinds)

const char *
stripe_event_type(size_t i)
{
	return i < N_KINDS ? kinds[i].type : NULL;
}

/* A type that is not in the list is a STRIPE_OTHER and no error: Stripe adds
 * types, and an operator may subscribe the address to more of them. */
static enum stripe_event_kind
kind_of(const char *type)
{
	for (size_t i = 0; i < N_KINDS; i++)
		if (str_eq(str_from(type), kinds[i].type))
			return kinds[i].kind;
	return STRIPE_OTHER;
}

static enum err
read_object(struct arena *a, struct json *obj, struct stripe_event *out)
{
	switch (out->kind) {
	case STRIPE_OTHER:
		return ERR_OK;
	case STRIPE_CHARGE_REFUNDED:
		return stripe_charge_read(a, obj, &out->charge);
	case STRIPE_REFUND:
		return stripe_refund_read(a, obj, &out->refund);
	case STRIPE_DISPUTE:
		return stripe_dispute_read(a, obj, &out->dispute);
	/* A warning without a payment intent is about a charge that was not
	 * made through Checkout, so not one of ours. */
	case STRIPE_FRAUD_WARNING:
		out->payment_intent = stripe_id_at(a, obj, "payment_intent");
		return ERR_OK;
	case STRIPE_SUBSCRIPTION:
		out->subscription = stripe_id_at(a, obj, "id");
		return out->subscription == NULL ? ERR_INPUT : ERR_OK;
	case STRIPE_INVOICE:
		out->subscription = stripe_invoice_subscription(a, obj);
		return ERR_OK;
	default:
		return stripe_session_read(a, obj, &out->session);
	}
}

/* Ids and types go into the log and the inbox's key, so they are bounded and
 * without blanks. */
static const char *
short_text(struct arena *a, struct json *doc, const char *path, size_t max)
{
	const char *s = json_text(doc, path);

	if (s == NULL || *s == '\0' || str_from(s).len > max ||
	    str_has_blank(str_from(s)))
		return NULL;
	return arena_dup_text(a, s);
}

enum err
stripe_event_parse(struct arena *a, struct str body, struct stripe_event *out)
{
	/* The tree of an event is many times larger than what is kept of it,
	 * and a batch holds many events: each tree goes before the next is
	 * made. */
	static struct arena
	    tree; /* gone before the next: what is kept is copied */
	struct json *doc;
	enum err e;

	*out = (struct stripe_event){ 0 };
	arena_reset(&tree);
	e = json_parse(&tree, body, &doc);
	if (e == ERR_OK)
		e = stripe_event_read(a, doc, out);
	arena_reset(&tree);
	return e;
}

enum err
stripe_event_read(struct arena *a, struct json *doc, struct stripe_event *out)
{
	*out = (struct stripe_event){ 0 };
	out->id = short_text(a, doc, "id", MAX_ID_BYTES);
	out->type = short_text(a, doc, "type", MAX_TYPE_BYTES);
	if (out->id == NULL || out->type == NULL)
		return ERR_INPUT;
	out->kind = kind_of(out->type);
	out->livemode = json_is_true(doc, "livemode");
	(void)json_int(doc, "created", &out->created_s);
	if (read_object(a, json_at(doc, "data.object"), out) != ERR_OK) {
		log_event(LOG_WARN, "event_unreadable",
		    KV(kv_text("id", out->id), kv_text("type", out->type)));
		out->kind = STRIPE_OTHER;
	}
	return ERR_OK;
}
