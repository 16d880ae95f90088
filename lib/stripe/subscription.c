/* Reading subscriptions and their invoices. */
#include "stripe/subscription.h"

#include "base/array.h"
#include "base/log.h"
#include "stripe/session.h"

#include <stdio.h>

#define MAX_ID_BYTES 255
#define MAX_WORD_BYTES 40
#define MAX_TIME_S 100000000000 /* in ms it is still a number */
#define MAX_PRICE_MINOR ((int64_t)1000 * 1000 * 1000 * 1000)

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

/* Since 2025-03-31 each item has a period of its own. What cannot be read of an
 * item is absent: it is then not chosen. */
static void
read_item(struct arena *a, struct json *item, struct stripe_item *out)
{
	out->price = stripe_id_at(a, item, "price");
	out->product =
	    arena_dup_text(a, json_text(item, "price.metadata.product"));
	out->currency = arena_dup_text(a, json_text(item, "price.currency"));
	(void)json_int(item, "price.unit_amount", &out->amount_minor);
	(void)json_int(item, "quantity", &out->quantity);
	out->every =
	    arena_dup_text(a, json_text(item, "price.recurring.interval"));
	out->every_n = 1;
	(void)json_int(item, "price.recurring.interval_count", &out->every_n);
	out->is_reckoned = json_count(item, "discounts") > 0 ||
	    json_is_object(item, "price.transform_quantity");
	(void)json_int(item, "current_period_start", &out->start_s);
	(void)json_int(item, "current_period_end", &out->end_s);
}

/* The list is cut at its first page, which holds more than a shop sells in one
 * subscription. */
static void
read_items(struct arena *a, struct json *obj, struct stripe_subscription *out)
{
	size_t n = json_count(obj, "items.data");

	for (size_t i = 0; i < n && i < STRIPE_MAX_ITEMS; i++) {
		char path[40];

		(void)snprintf(path, sizeof(path), "items.data.%zu", i);
		read_item(a, json_at(obj, path), &out->items[out->n_items++]);
	}
}

/* "At the period's end" is the end of the period that counts, whichever item
 * that is of. */
static void
set_period(struct stripe_subscription *s, int64_t start_s, int64_t end_s)
{
	s->period_start_s = start_s;
	s->period_end_s = end_s;
	if (s->ends_with_period)
		s->ends_s = end_s;
}

/* What is paid by use has no quantity, and steps have no amount: neither is
 * known before it is billed. */
static void
set_price(struct stripe_subscription *s, const struct stripe_item *i)
{
	bool is_known = !s->has_discount && !i->is_reckoned &&
	    i->quantity > 0 && i->amount_minor > 0 && i->currency != NULL &&
	    i->amount_minor <= MAX_PRICE_MINOR / i->quantity;

	s->price_minor = is_known ? i->amount_minor * i->quantity : 0;
	s->price_currency = i->currency;
	s->price_every = i->every;
	s->price_every_n = i->every_n;
}

static void
set_item(struct stripe_subscription *s, const struct stripe_item *i)
{
	set_period(s, i->start_s, i->end_s);
	set_price(s, i);
}

static bool
is_time(int64_t s)
{
	return s >= 0 && s <= MAX_TIME_S;
}

/* An item that was just added may have no period yet. */
static bool
has_both(const struct stripe_item *i)
{
	return i->start_s > 0 && is_time(i->start_s) && i->end_s > 0 &&
	    is_time(i->end_s);
}

/* Where the period is told nowhere else, what is billed has one. */
static void
read_period(struct json *obj, struct stripe_subscription *out)
{
	static const char *const places[][2] = {
		{ "current_period_start", "current_period_end" },
		{ "latest_invoice.lines.data.0.period.start",
		    "latest_invoice.lines.data.0.period.end" },
	};
	int64_t start_s = out->items[0].start_s, end_s = out->items[0].end_s;

	for (size_t i = 0; i < LENGTH(places); i++) {
		if (start_s == 0)
			(void)json_int(obj, places[i][0], &start_s);
		if (end_s == 0)
			(void)json_int(obj, places[i][1], &end_s);
	}
	set_period(out, start_s, end_s);
}

static bool
is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && str_eq_nocase(str_from(a), b);
}

void
stripe_subscription_choose(struct stripe_subscription *s, const char *product,
    const char *price_id, int64_t amount_minor, const char *currency)
{
	const struct stripe_item *of_price = NULL, *of_amount = NULL;

	/* From the last on, so that of two that fit the first stays. */
	for (size_t i = s->n_items; i-- > 0;) {
		const struct stripe_item *it = &s->items[i];

		if (!has_both(it))
			continue;
		if (is_same(it->product, product)) {
			set_item(s, it);
			return;
		}
		if (is_same(it->price, price_id))
			of_price = it;
		if (it->amount_minor == amount_minor &&
		    is_same(it->currency, currency))
			of_amount = it;
	}
	if (of_price == NULL)
		of_price = of_amount;
	if (of_price != NULL)
		set_item(s, of_price);
}

/* A draft is the invoice of a period that has just begun: not owed yet. */
static bool
is_owed(struct json *invoice)
{
	struct str status = str_from(json_text(invoice, "status"));

	return str_eq(status, "open") || str_eq(status, "uncollectible") ||
	    str_eq(status, "void");
}

static void
read_invoice(
    struct arena *a, struct json *invoice, struct stripe_subscription *out)
{
	stripe_invoice_read(a, invoice, &out->latest);
	out->invoice = out->latest.id;
	out->invoice_url =
	    arena_dup_text(a, json_text(invoice, "hosted_invoice_url"));
	out->payment_intent = out->latest.payment_intent;
	(void)json_int(invoice, "attempt_count", &out->n_attempts);
	out->paid_minor = out->latest.paid_minor;
	out->is_paid = out->latest.is_paid;
	out->is_owed = is_owed(invoice);
}

/* Without a period nobody could tell until when access is paid. A time beyond
 * the bounds would overflow once it is in ms. */
static bool
has_period(const struct stripe_subscription *s)
{
	return s->period_start_s > 0 && is_time(s->period_start_s) &&
	    s->period_end_s > 0 && is_time(s->period_end_s) &&
	    is_time(s->ends_s) && is_time(s->ended_s) &&
	    is_time(s->trial_end_s);
}

/* A word that is not known is taken for what the rest looks like: over, not
 * paid, or going on. The word is stored and read again when access is decided,
 * so it must be one that is known; what was paid for still sets the end. */
static void
read_status(struct arena *a, struct json *obj, struct stripe_subscription *out)
{
	const char *word = json_text(obj, "status");

	out->word = arena_dup_text(a, word);
	out->status = stripe_subscription_status(word);
	if (out->status != STRIPE_SUB_UNKNOWN)
		return;
	out->word = out->ended_s != 0 ? "canceled" :
	    out->is_owed              ? "past_due" :
					"active";
	out->status = stripe_subscription_status(out->word);
	if (word == NULL || str_from(word).len > MAX_WORD_BYTES ||
	    !str_only(str_from(word), STR_LETTERS STR_DIGITS "_.-"))
		word = "?";
	out->doubt = arena_printf(a, "status %s", word);
	log_event(LOG_WARN, "subscription_unsure",
	    KV(kv_text("subscription", out->id), kv_text("what", out->doubt),
		kv_text("taken_for", out->word)));
}

/* What fails makes the subscription past due at once, by Stripe's word. So
 * while it goes on as before with an open invoice that was tried, the answer is
 * still to come. An invoice that is sent to the buyer, to be paid by hand, is
 * tried by nobody. */
static bool
is_processing(struct json *obj, const struct stripe_subscription *s)
{
	struct json *invoice = json_at(obj, "latest_invoice");
	bool goes_on =
	    s->status == STRIPE_SUB_ACTIVE || s->status == STRIPE_SUB_TRIALING;

	return goes_on && !s->collects_not && s->doubt == NULL &&
	    str_eq(str_from(json_text(invoice, "status")), "open") &&
	    json_is_true(invoice, "attempted") &&
	    !str_eq(
		str_from(json_text(obj, "collection_method")), "send_invoice");
}

enum err
stripe_subscription_read(
    struct arena *a, struct json *obj, struct stripe_subscription *out)
{
	*out = (struct stripe_subscription){ 0 };
	out->id = stripe_id_at(a, obj, "id");
	if (!stripe_subscription_id_ok(out->id))
		return ERR_INPUT;
	out->customer = stripe_id_at(a, obj, "customer");
	out->product = arena_dup_text(a, json_text(obj, "metadata.product"));
	out->livemode = json_is_true(obj, "livemode");
	(void)json_int(obj, "ended_at", &out->ended_s);
	(void)json_int(obj, "trial_end", &out->trial_end_s);
	/* While collection is paused the status stays "active", though nobody
	 * pays. */
	out->collects_not = json_is_object(obj, "pause_collection");
	/* A cancellation for the period's end may come as a flag alone. */
	out->ends_with_period = !json_int(obj, "cancel_at", &out->ends_s) &&
	    json_is_true(obj, "cancel_at_period_end");
	/* By the older name there was one at most. */
	out->has_discount =
	    json_count(obj, "discounts") > 0 || json_is_object(obj, "discount");
	read_items(a, obj, out);
	read_period(obj, out);
	set_price(out, &out->items[0]);
	/* Events hold the invoice's id alone; the whole invoice comes where the
	 * request asked for it (stripe_subscription_request()). */
	if (json_is_object(obj, "latest_invoice"))
		read_invoice(a, json_at(obj, "latest_invoice"), out);
	read_status(a, obj, out);
	out->is_processing = is_processing(obj, out);
	out->is_owed = out->is_owed && !out->is_processing;
	return has_period(out) ? ERR_OK : ERR_INPUT;
}
