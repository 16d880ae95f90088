/* Stripe's objects turned into facts. */
#include "payment/stripe_events.h"

#include "base/clock.h"
#include "base/log.h"
#include "payment/stripe_consent.h"
#include "payment/stripe_doubt.h"
#include "payment/stripe_ours.h"
#include "payment/stripe_thin.h"

#define MAX_TIME_S 100000000000 /* in ms it is still a number */

static const char stripe[] = "stripe"; /* orders.provider */

/* 0: not said, or beyond all time. */
static int64_t
ms(int64_t s)
{
	return s > 0 && s <= MAX_TIME_S ? s * 1000 : 0;
}

/* A session that the ledger knows is ours whatever it bears. That is asked
 * last, since a sale of ours hardly ever comes so far. */
static enum err
is_ours(struct app *app, struct arena *a, const struct stripe_session *s,
    bool *ours)
{
	struct order known;
	enum err e = ours_is(app, a, s, ours);

	if (e != ERR_OK || *ours)
		return e;
	e = ledger_order_by_session(app->db, a, s->id, &known);
	*ours = e == ERR_OK;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* When what a session says came to be. One that is read and not told of by an
 * event does not say when it was paid: that was before its page ended. */
static int64_t
moment_of(const struct stripe_session *s, int64_t said_s)
{
	int64_t ended_ms = ms(s->expires_s);

	if (said_s > 0)
		return ms(said_s);
	return ended_ms < clock_now_ms() ? ended_ms : 0;
}

/* What could not be asked about, by its name, is no subscription to know of.
 * said_s: when an event was made that tells it; 0: none does. */
static enum err
record_purchase(struct app *app, struct arena *a,
    const struct stripe_session *s, enum fact_kind kind, int64_t said_s,
    enum moment moment, struct order *order)
{
	const struct fact f = { .kind = kind,
		.provider = stripe,
		.order = s->id,
		.at_ms = moment_of(s, said_s),
		.moment = moment,
		.invoice = s->invoice,
		.payment = s->payment_intent,
		.subscription = stripe_subscription_id_ok(s->subscription) ?
		    s->subscription :
		    NULL,
		.product = s->product,
		.tg_id = s->tg_id,
		.amount_minor = s->amount_minor,
		.currency = s->currency,
		.has_tax = s->has_tax,
		.tax_minor = s->tax_minor,
		.livemode = s->livemode };
	struct order o = { 0 };
	bool ours = false;
	enum err e = is_ours(app, a, s, &ours);

	if (e == ERR_OK && ours)
		e = ledger_record(app, a, &f,
		    order != NULL || s->consent != NULL ? &o : NULL);
	if (e == ERR_OK)
		e = stripe_consent_note(app->db, s, &o);
	if (order != NULL)
		*order = o;
	return e;
}

/* is_complete: by the session's own word, or the event's that tells so. Where a
 * code took everything off, nothing is paid before the buyer has agreed. */
static enum fact_kind
kind_of_session(const struct stripe_session *s, bool is_complete)
{
	if (s->is_sale &&
	    (s->paid == STRIPE_PAID ||
		(s->paid == STRIPE_NOTHING_TO_PAY && is_complete)))
		return FACT_PAID;
	if (is_complete)
		return FACT_PROCESSING;
	return s->status == STRIPE_EXPIRED ? FACT_EXPIRED : FACT_SEEN;
}

enum err
stripe_events_record_session(struct app *app, struct arena *a,
    const struct stripe_session *s, struct order *order)
{
	return record_purchase(app, a, s,
	    kind_of_session(s, s->status == STRIPE_COMPLETE), 0, MOMENT_NEAR,
	    order);
}

/* What Stripe may call it one day waits, and takes nothing away. */
static enum refund_stage
refund_stage(enum stripe_refund_stage stage)
{
	switch (stage) {
	case STRIPE_REFUND_BACK:
		return REFUND_BACK;
	case STRIPE_REFUND_FAILED:
		return REFUND_FAILED;
	default:
		return REFUND_WAITS;
	}
}

struct fact
stripe_events_refund(const struct stripe_refund *r)
{
	return (struct fact){ .kind = FACT_REFUND,
		.provider = stripe,
		.id = r->id,
		.at_ms = ms(r->created_s),
		.payment = r->payment_intent,
		.amount_minor = r->amount_minor,
		.refund = refund_stage(r->stage) };
}

static enum dispute_stage
dispute_stage(enum stripe_dispute_stage stage)
{
	static const enum dispute_stage stages[] = {
		[STRIPE_DISPUTE_WARNING] = DISPUTE_WARNING,
		[STRIPE_DISPUTE_OPEN] = DISPUTE_OPEN,
		[STRIPE_DISPUTE_LOST] = DISPUTE_LOST,
		[STRIPE_DISPUTE_SETTLED] = DISPUTE_SETTLED,
	};

	return stages[stage];
}

/* What an event says about a payment. */
static struct fact
fact_of_payment(const struct stripe_event *ev)
{
	switch (ev->kind) {
	case STRIPE_CHARGE_REFUNDED:
		return (struct fact){ .kind = FACT_REFUNDED,
			.provider = stripe,
			.at_ms = ms(ev->created_s),
			.payment = ev->charge.payment_intent,
			.amount_minor = ev->charge.amount_minor,
			.refunded_minor = ev->charge.refunded_minor };
	case STRIPE_REFUND:
		return stripe_events_refund(&ev->refund);
	case STRIPE_DISPUTE:
		return (struct fact){ .kind = FACT_DISPUTE,
			.provider = stripe,
			.id = ev->dispute.id,
			.at_ms = ms(ev->dispute.created_s),
			.payment = ev->dispute.payment_intent,
			.amount_minor = ev->dispute.amount_minor,
			.dispute = dispute_stage(ev->dispute.stage),
			.due_ms = ms(ev->dispute.due_s),
			.may_appeal = ev->dispute.may_appeal };
	default:
		return (struct fact){ .kind = FACT_WARNING,
			.provider = stripe,
			.id = ev->object_id != NULL ? ev->object_id :
						      ev->payment_intent,
			.at_ms = ms(ev->created_s),
			.payment = ev->payment_intent };
	}
}

/* A charge without a payment intent is none of ours: sales here have one. */
static enum err
record_payment(struct app *app, struct arena *a, const struct stripe_event *ev)
{
	const struct fact f = fact_of_payment(ev);

	return f.payment == NULL ? ERR_OK : ledger_record(app, a, &f, NULL);
}

static enum payment_kind
paid_as(enum stripe_reason reason)
{
	switch (reason) {
	case STRIPE_BILLED_FIRST:
		return PAYMENT_FIRST;
	case STRIPE_BILLED_CYCLE:
		return PAYMENT_RENEWAL;
	default:
		return PAYMENT_OTHER;
	}
}

enum err
stripe_events_record_invoice(struct app *app, struct arena *a,
    const struct stripe_invoice *inv, const char *subscription)
{
	const struct fact f = { .kind = FACT_PAYMENT,
		.provider = stripe,
		.at_ms = ms(inv->paid_s),
		.moment = inv->paid_s > 0 ? MOMENT_SURE : MOMENT_NEAR,
		.payment = inv->payment_intent,
		.invoice = inv->id,
		.subscription = subscription,
		.amount_minor = inv->paid_minor,
		.currency = inv->currency,
		.has_tax = inv->has_tax,
		.tax_minor = inv->tax_minor,
		.starts_ms = ms(inv->start_s),
		.ends_ms = ms(inv->end_s),
		.paid_as = paid_as(inv->reason) };

	return inv->is_paid && inv->id != NULL && inv->paid_minor >= 0 &&
		subscription != NULL ?
	    ledger_record(app, a, &f, NULL) :
	    ERR_OK;
}

/* An invoice may be for no subscription. */
static enum err
record_subscription(
    struct app *app, struct arena *a, const struct stripe_event *ev)
{
	const struct fact f = { .kind = FACT_SUBSCRIPTION,
		.provider = stripe,
		.subscription = ev->subscription };
	enum err e = ERR_OK;

	if (ev->kind == STRIPE_INVOICE)
		e = stripe_events_record_invoice(
		    app, a, &ev->invoice, ev->subscription);
	return e == ERR_OK && f.subscription != NULL ?
	    ledger_record(app, a, &f, NULL) :
	    e;
}

/* When a bank that takes days has paid, only its own event says, and the
 * invoice where there is one. A session that was read after its page was done
 * with may have been paid in between. */
static enum moment
moment_is(const struct stripe_event *ev)
{
	if (ev->created_s == 0)
		return MOMENT_NEAR;
	if (ev->kind == STRIPE_ASYNC_SUCCEEDED)
		return ev->session.invoice == NULL ? MOMENT_SURE : MOMENT_SAID;
	return ev->id == NULL ? MOMENT_NEAR : MOMENT_SAID;
}

/* That a session failed or expired is said by the event's kind, and by nothing
 * that stands in the session. */
static enum err
record_session(struct app *app, struct arena *a, const struct stripe_event *ev)
{
	enum fact_kind kind = kind_of_session(&ev->session, true);

	if (ev->kind == STRIPE_ASYNC_FAILED)
		kind = FACT_FAILED;
	else if (ev->kind == STRIPE_CHECKOUT_EXPIRED)
		kind = FACT_EXPIRED;
	return record_purchase(
	    app, a, &ev->session, kind, ev->created_s, moment_is(ev), NULL);
}

static enum err
record_by_kind(struct app *app, struct arena *a, const struct stripe_event *ev)
{
	switch (ev->kind) {
	case STRIPE_CHECKOUT_COMPLETED:
	case STRIPE_ASYNC_SUCCEEDED:
	case STRIPE_ASYNC_FAILED:
	case STRIPE_CHECKOUT_EXPIRED:
		return record_session(app, a, ev);
	case STRIPE_CHARGE_REFUNDED:
	case STRIPE_REFUND:
	case STRIPE_DISPUTE:
	case STRIPE_FRAUD_WARNING:
		return record_payment(app, a, ev);
	case STRIPE_SUBSCRIPTION:
	case STRIPE_INVOICE:
		return record_subscription(app, a, ev);
	default:
		log_event(LOG_INFO, "event_not_needed",
		    KV(kv_text("id", ev->id), kv_text("type", ev->type)));
		return ERR_OK;
	}
}

enum err
stripe_events_record(
    struct app *app, struct arena *a, const struct stripe_event *ev)
{
	bool says_all = true;
	enum err e = ERR_OK;

	if (ev->is_thin)
		e = stripe_thin_heard(app, a, ev, &says_all);
	if (e != ERR_OK || !says_all)
		return e;
	e = record_by_kind(app, a, ev);
	return e == ERR_OK ? stripe_doubt_tell(app, a, ev) : e;
}
