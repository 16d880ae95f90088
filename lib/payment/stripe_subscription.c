/* Reading a subscription at Stripe, which is a job's work: nothing that an
 * event says of one is believed, since nothing tells which of two is newer. */
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "ledger/products.h"
#include "ledger/subscription.h"
#include "outbox/alert.h"
#include "outbox/message.h"
#include "payment/stripe_events.h"
#include "shop/text.h"
#include "stripe/subscription.h"

#define LATE_MS (10 * MINUTE_MS) /* Stripe begins a period by then */
#define EARLY_MS (10 * MINUTE_MS)
#define READ_SOON_MS (20 * MINUTE_MS) /* while grace may be but short */
#define READ_AGAIN_MS (6 * HOUR_MS)
#define TRIAL_SAID_MS (3 * 24 * HOUR_MS) /* before its end, as Stripe does */
#define READ_SELDOM_MS (24 * HOUR_MS)    /* where nothing moves any more */
#define MAX_EVERY_N 3660                 /* days in ten years */

static enum err
prepare(struct app *app, struct arena *a, struct step *s)
{
	int64_t *n_heard = arena_alloc(a, sizeof(*n_heard));
	const struct stripe_api api = app_stripe(app);
	enum err e = subscription_n_heard(app->db, a, s->job.detail, n_heard);

	s->state = n_heard;
	s->has_call = e == ERR_OK;
	if (s->has_call)
		s->call = stripe_subscription_request(a, &api, s->job.detail);
	return e == ERR_NOT_FOUND ? ERR_OK : e; /* forgotten meanwhile */
}

/* ---- what Stripe's word comes to ---- */

static bool
is_live(const struct stripe_subscription *s)
{
	return s->status == STRIPE_SUB_ACTIVE ||
	    s->status == STRIPE_SUB_TRIALING;
}

/* Without an invoice there is nothing to pay. */
static bool
is_paid(const struct stripe_subscription *s)
{
	return s->is_paid || (s->invoice == NULL && is_live(s));
}

static bool
waits_for_money(const struct stripe_subscription *s)
{
	return s->status == STRIPE_SUB_PAST_DUE || (is_live(s) && !is_paid(s));
}

/* A draft is sent an hour after the period has begun, and access may end an
 * hour later. */
static int64_t
next_read_for_money_ms(const struct stripe_subscription *s, int64_t now_ms)
{
	if (s->collects_not)
		return now_ms + READ_SELDOM_MS;
	return is_live(s) &&
		now_ms <
		    s->period_start_s * 1000 + ACCESS_RENEWAL_MS + HOUR_MS ?
	    now_ms + READ_SOON_MS :
	    now_ms + READ_AGAIN_MS;
}

/* When the buyer is to be told that the trial is going to end; 0: there is
 * nothing to tell, since nothing is to be charged. */
static int64_t
trial_said_ms(const struct stripe_subscription *s)
{
	return s->status == STRIPE_SUB_TRIALING && s->trial_end_s != 0 &&
		s->ends_s == 0 ?
	    s->trial_end_s * 1000 - TRIAL_SAID_MS :
	    0;
}

/* When to look whether something changed that nobody told: soon after the
 * period's end, and before access would end; while the period that has begun
 * is not paid, now and then; 0: never again. */
static int64_t
next_read_of_period_ms(const struct stripe_subscription *s)
{
	int64_t now_ms = clock_now_ms();
	bool ends = s->ends_s != 0 && s->ends_s <= s->period_end_s;
	int64_t end_ms = (ends ? s->ends_s : s->period_end_s) * 1000;
	int64_t before_ms = end_ms - EARLY_MS;

	if (s->status == STRIPE_SUB_CANCELED ||
	    s->status == STRIPE_SUB_INCOMPLETE || s->ended_s != 0)
		return 0;
	if (ends && before_ms > now_ms)
		return before_ms;
	if (waits_for_money(s))
		return next_read_for_money_ms(s, now_ms);
	if (end_ms + LATE_MS > now_ms)
		return end_ms + LATE_MS;
	return now_ms + (is_live(s) ? READ_AGAIN_MS : READ_SELDOM_MS);
}

static int64_t
next_read_ms(const struct stripe_subscription *s)
{
	int64_t said_ms = trial_said_ms(s), next_ms = next_read_of_period_ms(s);

	return said_ms > clock_now_ms() && said_ms < next_ms ? said_ms :
							       next_ms;
}

/* Stripe's event may come a little before its time. */
static bool
is_trial_ending(const struct stripe_subscription *s)
{
	int64_t said_ms = trial_said_ms(s);

	return said_ms != 0 && said_ms - HOUR_MS <= clock_now_ms();
}

/* 0: no such period is known here. */
static int64_t
price_period_ms(const struct stripe_subscription *s)
{
	static const struct {
		const char *every;
		int64_t ms;
	} periods[] = { { "day", DAY_MS }, { "week", 7 * DAY_MS },
		{ "month", MONTH_MS }, { "year", 12 * MONTH_MS } };

	for (size_t i = 0; i < LENGTH(periods); i++)
		if (str_eq(str_from(s->price_every), periods[i].every) &&
		    s->price_every_n > 0 && s->price_every_n <= MAX_EVERY_N)
			return periods[i].ms * s->price_every_n;
	return 0;
}

static void
add_price(struct subscription_now *now, const struct stripe_subscription *s)
{
	int64_t period_ms = price_period_ms(s);

	if (s->price_minor == 0 || period_ms == 0)
		return;
	now->price_minor = s->price_minor;
	now->price_currency = s->price_currency;
	now->price_period_ms = period_ms;
}

/* A page that is not safe to send a buyer to is none. What the latest invoice
 * says of the time before its period counts only where it is asked for. */
static struct subscription_now
as_the_ledger_has_it(const struct app *app, const struct stripe_subscription *s)
{
	const struct stripe_api api = app_stripe(app);
	bool is_settled = is_live(s) && !s->collects_not;

	return (struct subscription_now){ .id = s->id,
		.status = s->word,
		.customer = s->customer,
		.period_start_ms = s->period_start_s * 1000,
		.period_end_ms = s->period_end_s * 1000,
		.ends_ms = s->ends_s * 1000,
		.ended_ms = s->ended_s * 1000,
		.collects_not = s->collects_not,
		.invoice = s->invoice,
		.invoice_url = stripe_redirect_ok(&api, s->invoice_url) ?
		    s->invoice_url :
		    NULL,
		.is_owed = s->is_owed,
		.is_processing = s->is_processing,
		.n_attempts = s->n_attempts,
		.payment = s->payment_intent,
		.paid_minor = s->paid_minor,
		.paid_until_ms = is_paid(s) ? s->period_end_s * 1000 : 0,
		.paid_before_ms = is_settled ? s->period_start_s * 1000 : 0,
		.read_again_ms = next_read_ms(s),
		.trial_end_ms = s->trial_end_s * 1000,
		.trial_ends_ms =
		    is_trial_ending(s) ? s->trial_end_s * 1000 : 0 };
}

/* Of several items, the one that the product is sold by says until when; they
 * have the name that it had when it was sold. */
static enum err
choose_item(struct app *app, struct arena *a, struct stripe_subscription *s)
{
	const struct product *p = NULL;
	enum err e = ERR_OK;

	if (s->product != NULL)
		e = products_find(app, a, s->product, &p);
	if (p != NULL)
		stripe_subscription_choose(
		    s, s->product, p->price_id, p->amount_minor, p->currency);
	return e;
}

static enum err
read_answer(struct app *app, struct arena *a, const struct http_response *res,
    struct stripe_subscription *out)
{
	struct json *doc;
	enum err e = stripe_answer(a, res, &doc);

	if (e != ERR_OK)
		return e;
	if (stripe_subscription_read(a, doc, out) == ERR_OK)
		return choose_item(app, a, out);
	log_event(LOG_WARN, "subscription_unreadable",
	    KV(kv_text("request_id", res->request_id)));
	return ERR_REFUSED;
}

/* There is none of that name in this account and this mode: ERR_NOT_FOUND. */
static enum err
find(struct app *app, struct arena *a, const char *id,
    const struct http_response *res, struct stripe_subscription *out)
{
	enum err e = read_answer(app, a, res, out);

	if (e == ERR_OK &&
	    (!str_eq(str_from(out->id), id) ||
		out->livemode != app->conf.livemode))
		e = ERR_NOT_FOUND;
	return e;
}

/* Once a day: it stays as it is until this program knows better. */
static enum err
tell_of_doubt(
    struct app *app, struct arena *a, const struct stripe_subscription *s)
{
	if (s->doubt == NULL)
		return ERR_OK;
	return alert_daily(app, a, arena_printf(a, "unsure/%s", s->id),
	    &(struct alert_words){ .text = TEXT_ALERT_UNSURE,
		.values =
		    KV(kv_text("what", s->id), kv_text("why", s->doubt)) },
	    NULL);
}

/* It is tried again all the same: the key may be mended. */
static enum err
tell_of_key(struct app *app, struct arena *a)
{
	return alert_daily(app, a, "key/subscriptions",
	    &(struct alert_words){ .text = TEXT_ALERT_KEY, .values = KV_NONE },
	    NULL);
}

static enum err
settle(struct app *app, struct arena *a, struct step *s, enum err call_err,
    const struct http_response *res, struct outcome *o)
{
	const int64_t *n_heard = s->state;
	struct stripe_subscription found = { 0 };
	struct subscription_now now;
	enum err e = call_err;

	if (e == ERR_OK)
		e = find(app, a, s->job.detail, res, &found);
	if (e == ERR_NOT_FOUND)
		return subscription_write_none(app, a, s->job.detail, *n_heard);
	if (e != ERR_OK) {
		message_retry_call(a, s, "Stripe", e, res, o);
		return e == ERR_CONFIG ? tell_of_key(app, a) : ERR_OK;
	}
	now = as_the_ledger_has_it(app, &found);
	add_price(&now, &found);
	/* How it stands comes first: the payment is decided about by that. */
	e = subscription_write(app, a, &now, *n_heard);
	if (e == ERR_OK)
		e = stripe_events_record_invoice(
		    app, a, &found.latest, found.id);
	return e == ERR_OK ? tell_of_doubt(app, a, &found) : e;
}

const struct job_kind subscription_kind = { .prepare = prepare,
	.settle = settle };
