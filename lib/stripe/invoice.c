/* Reading invoices. */
#include "stripe/invoice.h"

#include "stripe/session.h"

#include <stdio.h>

#define MAX_LINES 20 /* an invoice shows ten, and leads to a list of more */
#define MAX_TIME_S 100000000000 /* in ms it is still a number */

static const char *
subscription_of(struct arena *a, struct json *obj)
{
	const char *id =
	    stripe_id_at(a, obj, "parent.subscription_details.subscription");

	return id != NULL ? id : stripe_id_at(a, obj, "subscription");
}

/* An invoice may have been paid in several ways; the default one, which comes
 * first, is what Stripe itself took. */
static const char *
payment_of(struct arena *a, struct json *obj)
{
	const char *id =
	    stripe_id_at(a, obj, "payments.data.0.payment.payment_intent");

	return id != NULL ? id : stripe_id_at(a, obj, "payment_intent");
}

static enum stripe_reason
reason_of(struct json *obj)
{
	struct str word = str_from(json_text(obj, "billing_reason"));

	if (str_eq(word, "subscription_create"))
		return STRIPE_BILLED_FIRST;
	return str_eq(word, "subscription_cycle") ? STRIPE_BILLED_CYCLE :
						    STRIPE_BILLED_OTHERWISE;
}

static struct json *
element(struct json *obj, const char *list, size_t i)
{
	char path[48];

	(void)snprintf(path, sizeof(path), "%s.%zu", list, i);
	return json_at(obj, path);
}

/* One amount for each tax; an empty list says that there was none. */
static void
read_tax(struct json *obj, struct stripe_invoice *out)
{
	size_t n = json_count(obj, "total_taxes");

	out->has_tax = json_at(obj, "total_taxes") != NULL ||
	    json_int(obj, "tax", &out->tax_minor);
	for (size_t i = 0; i < n && i < MAX_LINES; i++) {
		int64_t minor = 0;

		(void)json_int(
		    element(obj, "total_taxes", i), "amount", &minor);
		out->tax_minor += minor;
	}
}

/* A time beyond the bounds would overflow once it is in ms. */
static int64_t
time_at(struct json *obj, const char *path)
{
	int64_t s = 0;

	return json_int(obj, path, &s) && s > 0 && s <= MAX_TIME_S ? s : 0;
}

static bool
is_proration(struct json *line)
{
	return json_is_true(line, "proration") ||
	    json_is_true(line, "parent.subscription_item_details.proration");
}

/* The invoice's own period is the one before, in which its lines came together.
 * Of the lines, those that make up for a change reach less far than the one
 * that is for the period to come. */
static void
read_period(struct json *obj, struct stripe_invoice *out)
{
	size_t n = json_count(obj, "lines.data");

	for (size_t i = 0; i < n && i < MAX_LINES; i++) {
		struct json *line = element(obj, "lines.data", i);
		int64_t start_s = time_at(line, "period.start");
		int64_t end_s = time_at(line, "period.end");

		if (is_proration(line) || end_s <= start_s ||
		    end_s <= out->end_s)
			continue;
		out->start_s = start_s;
		out->end_s = end_s;
	}
}

void
stripe_invoice_read(
    struct arena *a, struct json *obj, struct stripe_invoice *out)
{
	*out = (struct stripe_invoice){ 0 };
	out->id = stripe_id_at(a, obj, "id");
	out->subscription = subscription_of(a, obj);
	out->reason = reason_of(obj);
	out->is_paid = str_eq(str_from(json_text(obj, "status")), "paid");
	out->livemode = json_is_true(obj, "livemode");
	(void)json_int(obj, "amount_paid", &out->paid_minor);
	out->currency = arena_dup_text(a, json_text(obj, "currency"));
	out->paid_s = time_at(obj, "status_transitions.paid_at");
	out->payment_intent = payment_of(a, obj);
	read_tax(obj, out);
	read_period(obj, out);
}
