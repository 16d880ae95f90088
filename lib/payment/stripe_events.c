/* Stripe's objects turned into facts. */
#include "payment/stripe_events.h"

#include "base/log.h"
#include "ledger/marks.h"
#include "payment/stripe_doubt.h"
#include "payment/stripe_ours.h"

static const char stripe[] = "stripe"; /* orders.provider */

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

/* What could not be asked about, by its name, is no subscription to know of. */
static enum err
record_purchase(struct app *app, struct arena *a,
    const struct stripe_session *s, enum fact_kind kind, struct order *order)
{
	const struct fact f = { .kind = kind,
		.provider = stripe,
		.order = s->id,
		.payment = s->payment_intent,
		.subscription = stripe_subscription_id_ok(s->subscription) ?
		    s->subscription :
		    NULL,
		.product = s->product,
		.tg_id = s->tg_id,
		.amount_minor = s->amount_minor,
		.currency = s->currency,
		.livemode = s->livemode };
	bool ours = false;
	enum err e = is_ours(app, a, s, &ours);

	if (order != NULL)
		*order = (struct order){ 0 };
	return e == ERR_OK && ours ? ledger_record(app, a, &f, order) : e;
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
	return record_purchase(
	    app, a, s, kind_of_session(s, s->status == STRIPE_COMPLETE), order);
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
			.payment = ev->charge.payment_intent,
			.amount_minor = ev->charge.amount_minor,
			.refunded_minor = ev->charge.refunded_minor };
	case STRIPE_REFUND:
		return stripe_events_refund(&ev->refund);
	case STRIPE_DISPUTE:
		return (struct fact){ .kind = FACT_DISPUTE,
			.provider = stripe,
			.id = ev->dispute.id,
			.payment = ev->dispute.payment_intent,
			.amount_minor = ev->dispute.amount_minor,
			.dispute = dispute_stage(ev->dispute.stage),
			.due_ms = ev->dispute.due_s * 1000 };
	default:
		return (struct fact){ .kind = FACT_WARNING,
			.provider = stripe,
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

/* An invoice may be for no subscription. */
static enum err
record_subscription(
    struct app *app, struct arena *a, const struct stripe_event *ev)
{
	const struct fact f = { .kind = FACT_SUBSCRIPTION,
		.provider = stripe,
		.subscription = ev->subscription };

	return f.subscription == NULL ? ERR_OK :
					ledger_record(app, a, &f, NULL);
}

/* A thin event names its object and does not hold it, so nothing can be
 * recorded of it. The lists that reconciliation reads hold the same: the next
 * run, when it is due, reads all of them. */
static enum err
leave_to_reconcile(struct app *app, const struct stripe_event *ev)
{
	log_event(LOG_WARN, "event_thin",
	    KV(kv_text("id", ev->id), kv_text("type", ev->type),
		kv_text("object", ev->object_id), kv_text("twin", ev->twin)));
	return mark_set(app->db, "reconcile_full_ms", 0);
}

/* That a session failed or expired is said by the event's kind, and by nothing
 * that stands in the session. */
static enum err
record_by_kind(struct app *app, struct arena *a, const struct stripe_event *ev)
{
	switch (ev->kind) {
	case STRIPE_CHECKOUT_COMPLETED:
	case STRIPE_ASYNC_SUCCEEDED:
		return record_purchase(app, a, &ev->session,
		    kind_of_session(&ev->session, true), NULL);
	case STRIPE_ASYNC_FAILED:
		return record_purchase(app, a, &ev->session, FACT_FAILED, NULL);
	case STRIPE_CHECKOUT_EXPIRED:
		return record_purchase(
		    app, a, &ev->session, FACT_EXPIRED, NULL);
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
	enum err e;

	if (ev->is_thin && ev->kind != STRIPE_OTHER)
		return leave_to_reconcile(app, ev);
	e = record_by_kind(app, a, ev);
	return e == ERR_OK ? stripe_doubt_tell(app, a, ev) : e;
}
