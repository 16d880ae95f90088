/* Reading subscriptions and their invoices. */
#include "stripe/subscription.h"

#include "base/array.h"
#include "stripe/session.h"

#define MAX_ID_BYTES 255
#define MAX_TIME_S 100000000000 /* in ms it is still a number */

static const struct {
	const char *word;
	enum stripe_subscription_status status;
} statuses[] = {
	{ "incomplete", STRIPE_SUB_INCOMPLETE },
	{ "incomplete_expired", STRIPE_SUB_INCOMPLETE },
	{ "trialing", STRIPE_SUB_TRIALING },
	{ "active", STRIPE_SUB_ACTIVE },
	{ "past_due", STRIPE_SUB_PAST_DUE },
	{ "unpaid", STRIPE_SUB_UNPAID },
	{ "paused", STRIPE_SUB_PAUSED },
	{ "canceled", STRIPE_SUB_CANCELED },
};
#define N_STATUSES LENGTH(statuses)

enum stripe_subscription_status
stripe_subscription_status(const char *word)
{
	for (size_t i = 0; i < N_STATUSES; i++)
		if (str_eq(str_from(word), statuses[i].word))
			return statuses[i].status;
	return STRIPE_SUB_UNKNOWN;
}

bool
stripe_subscription_id_ok(const char *id)
{
	struct str s = str_from(id);

	return s.len > 0 && s.len <= MAX_ID_BYTES &&
	    str_only(s, STR_LETTERS STR_DIGITS "_");
}

/* Since 2025-03-31 each item has a period of its own; a subscription of ours
 * has one item. */
static void
read_period(struct json *obj, struct stripe_subscription *out)
{
	struct json *item = json_at(obj, "items.data.0");

	if (!json_int(item, "current_period_start", &out->period_start_s))
		(void)json_int(
		    obj, "current_period_start", &out->period_start_s);
	if (!json_int(item, "current_period_end", &out->period_end_s))
		(void)json_int(obj, "current_period_end", &out->period_end_s);
}

/* A draft is the invoice of a period that has just begun: not owed yet. */
static bool
is_owed(struct json *invoice)
{
	struct str status = str_from(json_text(invoice, "status"));

	return str_eq(status, "open") || str_eq(status, "uncollectible") ||
	    str_eq(status, "void");
}

/* An invoice may have been paid in several ways; the default one, which comes
 * first, is what Stripe itself took. */
static const char *
payment_of(struct arena *a, struct json *invoice)
{
	const char *id =
	    stripe_id_at(a, invoice, "payments.data.0.payment.payment_intent");

	return id != NULL ? id : stripe_id_at(a, invoice, "payment_intent");
}

static void
read_invoice(
    struct arena *a, struct json *invoice, struct stripe_subscription *out)
{
	out->invoice = stripe_id_at(a, invoice, "id");
	out->invoice_url =
	    arena_dup_text(a, json_text(invoice, "hosted_invoice_url"));
	out->payment_intent = payment_of(a, invoice);
	(void)json_int(invoice, "attempt_count", &out->n_attempts);
	(void)json_int(invoice, "amount_paid", &out->paid_minor);
	out->is_paid = str_eq(str_from(json_text(invoice, "status")), "paid");
	out->is_owed = is_owed(invoice);
}

static bool
is_time(int64_t s)
{
	return s >= 0 && s <= MAX_TIME_S;
}

/* Without a period nobody could tell until when access is paid. A time beyond
 * the bounds would overflow once it is in ms. */
static bool
has_period(const struct stripe_subscription *s)
{
	return s->period_start_s > 0 && is_time(s->period_start_s) &&
	    s->period_end_s > 0 && is_time(s->period_end_s) &&
	    is_time(s->ends_s) && is_time(s->ended_s);
}

enum err
stripe_subscription_read(
    struct arena *a, struct json *obj, struct stripe_subscription *out)
{
	*out = (struct stripe_subscription){ 0 };
	out->id = stripe_id_at(a, obj, "id");
	out->word = arena_dup_text(a, json_text(obj, "status"));
	out->status = stripe_subscription_status(out->word);
	out->customer = stripe_id_at(a, obj, "customer");
	out->livemode = json_is_true(obj, "livemode");
	read_period(obj, out);
	(void)json_int(obj, "ended_at", &out->ended_s);
	/* While collection is paused the status stays "active", though nobody
	 * pays. */
	out->collects_not = json_is_object(obj, "pause_collection");
	/* A cancellation for the period's end may come as a flag alone. */
	if (!json_int(obj, "cancel_at", &out->ends_s) &&
	    json_is_true(obj, "cancel_at_period_end"))
		out->ends_s = out->period_end_s;
	/* Events hold the invoice's id alone; the whole invoice comes where the
	 * request asked for it (stripe_subscription_request()). */
	if (json_is_object(obj, "latest_invoice"))
		read_invoice(a, json_at(obj, "latest_invoice"), out);
	return stripe_subscription_id_ok(out->id) &&
		out->status != STRIPE_SUB_UNKNOWN && has_period(out) ?
	    ERR_OK :
	    ERR_INPUT;
}

const char *
stripe_invoice_subscription(struct arena *a, struct json *obj)
{
	const char *id =
	    stripe_id_at(a, obj, "parent.subscription_details.subscription");

	return id != NULL ? id : stripe_id_at(a, obj, "subscription");
}
