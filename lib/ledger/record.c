/* Recording what Stripe says and promising what follows from it. */
#include "ledger/record.h"

#include "base/clock.h"
#include "base/log.h"
#include "ledger/members.h"
#include "ledger/notify.h"
#include "ledger/products.h"
#include "ledger/subscription.h"
#include "outbox/jobs.h"
#include "payment/stripe_ours.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)

/* The facts that one piece of news adds about an order. */
struct news {
	bool processing, paid, failed, expired;
	bool goes_on; /* of a subscription: silent, while it does */
};

/* Access before and after a decision. */
struct verdict {
	enum access was, is;
	const char *why;
	int64_t was_decided_ms; /* that it was; 0: never yet */
	bool was_invited;       /* Telegram took an invite, some time */
};

struct deciding {
	struct policy policy;
	int64_t now_ms;
	struct decision decision;
};

/* Any order that lets the buyer in will do. */
static void
decide_with_row(const struct row *row, void *ctx)
{
	struct deciding *d = ctx;
	const struct facts f = { .paid = row_int(row, 0) != 0,
		.paid_minor = row_int(row, 1),
		.refunded_minor = row_int(row, 2),
		.refunds_minor = row_int(row, 3),
		.refunds_failed_minor = row_int(row, 4),
		.n_disputes = row_int(row, 5),
		.revoked = row_int(row, 6) != 0,
		.until_ms = row_int(row, 7),
		.renews = row_int(row, 8) != 0,
		.subscription = {
		    .status = stripe_subscription_status(row_text(row, 9)),
		    .period_start_ms = row_int(row, 10),
		    .period_end_ms = row_int(row, 11),
		    .ends_ms = row_int(row, 12),
		    .is_owed = row_int(row, 13) != 0,
		    .paid_until_ms = row_int(row, 14),
		    .collects_not = row_int(row, 15) != 0 } };
	const struct decision one = access_decide(&f, &d->policy, d->now_ms);

	if (!access_is_better(&d->decision, &one))
		d->decision = one;
}

/* A product that is sold no more goes by the mildest policy, and by the grace
 * that the settings give. */
static enum err
decide(struct app *app, struct arena *a, const struct order *o,
    struct decision *out)
{
	const struct product *p = catalog_find(&app->catalog, o->product);
	const struct facts nothing = { 0 };
	struct deciding d = {
		.policy = { p != NULL && p->partial_refund_ends,
		    p != NULL && p->dispute_keeps,
		    DAY_MS *
			(p == NULL ? app->conf.grace_days : p->grace_days) },
		.now_ms = clock_now_ms()
	};
	enum err e;

	d.decision = access_decide(&nothing, &d.policy, d.now_ms);
	e = db_each(app->db, a, SQL_FACTS_OF_BUYER,
	    KV(kv_int("tg_id", o->tg_id), kv_text("product", o->product)),
	    decide_with_row, &d);
	*out = d.decision;
	return e;
}

/* When to say that it is going to end; 0: not at all. */
static int64_t
remind_ms(const struct app *app, const struct decision *d)
{
	int64_t when_ms = d->until_ms - app->conf.remind_days * DAY_MS;

	if (d->until_ms == 0 || d->renews || d->is_owed ||
	    app->conf.remind_days == 0 || when_ms <= clock_now_ms())
		return 0;
	return when_ms;
}

static enum err
write_access(struct app *app, const struct order *o, const struct decision *d)
{
	enum err e = db_exec(app->db, SQL_ACCESS_SET,
	    KV(kv_int("tg_id", o->tg_id), kv_text("product", o->product),
		kv_int("is_in", d->access == ACCESS_IN), kv_text("why", d->why),
		kv_int_or_null("until_ms", d->until_ms),
		kv_int("renews", d->renews),
		kv_int_or_null("paid_until_ms", d->paid_until_ms),
		kv_int_or_null("remind_ms", remind_ms(app, d)),
		kv_int("now_ms", clock_now_ms())),
	    NULL);

	if (e != ERR_OK)
		return e;
	return db_exec(
	    app->db, SQL_USER_ACCESS, KV(kv_int("tg_id", o->tg_id)), NULL);
}

static void
verdict_from_row(const struct row *row, void *ctx)
{
	struct verdict *v = ctx;

	v->was = row_int(row, 0) != 0 ? ACCESS_IN : ACCESS_OUT;
	v->was_decided_ms = row_int(row, 5);
	v->was_invited = row_int(row, 1) != 0;
}

/* Settles what access should be, after a fact about order o was recorded. */
static enum err
refresh_access(
    struct app *app, struct arena *a, const struct order *o, struct verdict *v)
{
	struct decision d;
	enum err e;

	*v = (struct verdict){ .was = ACCESS_OUT };
	e = db_one(app->db, a, SQL_ACCESS_GET,
	    KV(kv_int("tg_id", o->tg_id), kv_text("product", o->product)),
	    verdict_from_row, v);
	if (e == ERR_NOT_FOUND)
		e = ERR_OK;
	if (e == ERR_OK)
		e = decide(app, a, o, &d);
	if (e != ERR_OK)
		return e;
	v->is = d.access;
	v->why = d.why;
	if (v->was != v->is)
		log_event(LOG_INFO,
		    v->is == ACCESS_IN ? "access_in" : "access_out",
		    KV(kv_int("tg_id", o->tg_id), kv_text("why", d.why),
			kv_text("session", o->session_id)));
	e = write_access(app, o, &d);
	if (e != ERR_OK || v->was == v->is)
		return e;
	return membership_promise(app, a, o->tg_id, o->product, d.access);
}

/* One promise of each kind per Checkout Session, whatever repeats. */
static enum err
promise(struct app *app, struct arena *a, enum kind_id kind, const char *what,
    const struct order *o)
{
	return jobs_promise(app->db, kind,
	    arena_printf(a, "%s/%s", what, o->session_id), o->tg_id, o->id,
	    kind == JOB_NOTICE ? what : NULL);
}

static void
waits_from_row(const struct row *row, void *ctx)
{
	*(bool *)ctx = row_int(row, 0) != 0;
}

/* Whether there is a reason to invite them: a payment that was not known before
 * (is_new), access that was not, or an invite that never arrived. That a
 * promise was kept is no reason either way: it is forgotten after a while. */
static bool
is_to_be_invited(const struct verdict *v, bool is_new)
{
	return v->is == ACCESS_IN &&
	    (is_new || v->was == ACCESS_OUT || !v->was_invited);
}

/* Who was out for a while and is in again is invited again: an invite that was
 * sent meanwhile has a dead link, one that was due meanwhile was not sent. */
static enum err
promise_invite(struct app *app, struct arena *a, const struct order *o,
    const struct verdict *v)
{
	bool waits = false; /* nobody has begun with the first one */
	enum err e = ERR_NOT_FOUND;

	if (v->was == ACCESS_OUT && v->was_decided_ms != 0)
		e = db_one(app->db, a, SQL_JOB_PROMISED,
		    KV(kv_text("promise",
			arena_printf(a, "invite/%s", o->session_id))),
		    waits_from_row, &waits);
	if (e == ERR_NOT_FOUND)
		return promise(app, a, JOB_INVITE, "invite", o);
	if (e != ERR_OK || waits)
		return e;
	return jobs_promise(app->db, JOB_INVITE,
	    arena_printf(a, "invite/%lld/%s", (long long)v->was_decided_ms,
		o->session_id),
	    o->tg_id, o->id, NULL);
}

/* The operators hear of a payment that was not known before. */
static enum err
tell_of_sale(struct app *app, struct arena *a, const struct order *o)
{
	enum err e = alert_sale(app, a, o);

	if (e == ERR_OK && o->tg_id == 0)
		e = alert_forgotten(app, a, o);
	if (e == ERR_OK && catalog_find(&app->catalog, o->product) == NULL)
		e = alert_unknown(app, a, o);
	return e;
}

static enum err
close_paid(struct app *app, struct arena *a, const struct order *o,
    const struct news *news, const struct verdict *v, bool is_new)
{
	enum err e = is_new && news->paid ? tell_of_sale(app, a, o) : ERR_OK;

	if (e != ERR_OK || !is_to_be_invited(v, is_new) ||
	    (news->goes_on && v->was == ACCESS_IN))
		return e;
	return promise_invite(app, a, o, v);
}

/* was: the order before the news. */
static enum err
close_difference(struct app *app, struct arena *a, const struct order *was,
    const struct order *o, const struct news *news)
{
	struct verdict v;
	enum err e = refresh_access(app, a, o, &v);

	if (e != ERR_OK)
		return e;
	if (o->paid_ms != 0)
		return close_paid(app, a, o, news, &v, was->paid_ms == 0);
	/* A later word of the bank's has come already: no more to say. */
	if (news->failed)
		return promise(app, a, JOB_NOTICE, "failed", o);
	if (news->processing && o->failed_ms == 0)
		return promise(app, a, JOB_NOTICE, "processing", o);
	return ERR_OK;
}

/* What an order is for: the name that was given when it was sold, whether it is
 * sold here or not. Who paid for one thing is never let into another; the order
 * waits until its name is known. What is no name at all has one of ours. */
static enum err
product_name(
    struct app *app, struct arena *a, const char *named, const char **out)
{
	*out = app->catalog.products[0].id;
	if (named == NULL || named[0] == '\0')
		return ERR_OK;
	*out = "unknown";
	return catalog_is_id(named) ? products_now(app, a, named, out) : ERR_OK;
}

static enum err
make_known(struct app *app, struct arena *a, const struct stripe_session *s)
{
	const char *product;
	enum err e = ledger_user_seen(app->db, s->tg_id, NULL);

	if (e == ERR_OK)
		e = product_name(app, a, s->product, &product);
	if (e != ERR_OK)
		return e;
	return db_exec(app->db, SQL_ORDER_FROM_SESSION,
	    KV(kv_int("tg_id", s->tg_id), kv_text("product", product),
		kv_text("session_id", s->id), kv_null("url"),
		kv_null("url_ends_ms"), kv_int("livemode", s->livemode),
		kv_int("now_ms", clock_now_ms())),
	    NULL);
}

static struct kv
moment(const char *name, bool when)
{
	return kv_int_or_null(name, when ? clock_now_ms() : 0);
}

/* A session that began a subscription: from the payment on that is read,
 * unless the order is nobody's any more. */
static enum err
note_subscription(struct app *app, struct arena *a,
    const struct stripe_session *s, const struct order *was,
    const struct order *is)
{
	enum err e;

	if (s->subscription == NULL || is->tg_id == 0)
		return ERR_OK;
	e = subscription_known(app, a, s->subscription);
	return e == ERR_OK && is->paid_ms != 0 && was->paid_ms == 0 ?
	    subscription_heard(app, a, s->subscription) :
	    e;
}

static enum err
record(struct app *app, struct arena *a, const struct stripe_session *s,
    const struct news *news, const struct order *was, struct order *o)
{
	enum err e = was->id == 0 ? make_known(app, a, s) : ERR_OK;

	if (e != ERR_OK)
		return e;
	e = db_one(app->db, a, SQL_ORDER_FACTS_ADD,
	    KV(kv_text("session_id", s->id),
		kv_text("payment_intent", s->payment_intent),
		kv_text("subscription", s->subscription),
		news->paid ? kv_int("amount_minor", s->amount_minor) :
			     kv_int_or_null("amount_minor", s->amount_minor),
		kv_text("currency", s->currency),
		moment("processing_ms", news->processing),
		moment("paid_ms", news->paid),
		moment("failed_ms", news->failed),
		moment("expired_ms", news->expired)),
	    order_from_row, o);
	return e == ERR_OK ? note_subscription(app, a, s, was, o) : e;
}

static enum err
record_and_close(struct app *app, struct arena *a,
    const struct stripe_session *s, const struct news *news, struct order *out)
{
	struct order was = { 0 }, o = { 0 };
	bool is_ours = true;
	enum err e = ledger_order_by_session(app->db, a, s->id, &was);

	if (e == ERR_NOT_FOUND)
		e = ours_is(app, a, s, &is_ours);
	if (e == ERR_OK && is_ours)
		e = record(app, a, s, news, &was, &o);
	if (e == ERR_OK && o.id != 0)
		e = close_difference(app, a, &was, &o, news);
	if (out != NULL)
		*out = o;
	return e;
}

/* Complete is what Stripe's word for it says, or the event that tells so. */
static struct news
news_from(const struct stripe_session *s, bool is_complete)
{
	bool paid = s->is_sale &&
	    (s->paid == STRIPE_PAID ||
		(s->paid == STRIPE_NOTHING_TO_PAY && is_complete));

	return (struct news){ .paid = paid,
		.processing = is_complete && !paid,
		.expired = s->status == STRIPE_EXPIRED };
}

enum err
payment_record_session(struct app *app, struct arena *a,
    const struct stripe_session *s, struct order *order)
{
	const struct news news = news_from(s, s->status == STRIPE_COMPLETE);

	return record_and_close(app, a, s, &news, order);
}

/* A fact about the order's payment: who was in may be out now, or in again. */
static enum err
settle_one(struct app *app, struct arena *a, const struct order *o)
{
	struct verdict v;
	enum err e = refresh_access(app, a, o, &v);

	if (e != ERR_OK || v.was == v.is)
		return e;
	if (v.is == ACCESS_IN)
		return promise_invite(app, a, o, &v);
	/* Each time it ends it is told, with the reason. */
	e = alert_ended(app, a, o, v.why);
	if (e != ERR_OK)
		return e;
	return jobs_promise(app->db, JOB_NOTICE,
	    arena_printf(a, "%s/%s/%lld", v.why, o->session_id,
		(long long)clock_now_ms()),
	    o->tg_id, o->id, v.why);
}

static void
orders_from_row(const struct row *row, void *ctx)
{
	struct payment_orders *l = ctx;

	if (l->n < PAYMENT_ORDERS)
		order_from_row(row, &l->o[l->n++]);
}

static enum err
settle_all(struct app *app, struct arena *a, const struct payment_orders *l)
{
	enum err e = ERR_OK;

	for (int i = 0; e == ERR_OK && i < l->n; i++)
		e = settle_one(app, a, &l->o[i]);
	return e;
}

/* The orders of a payment; none where it is not ours, or not yet heard of:
 * then what came back waits in its table. */
static enum err
settle_payment(struct app *app, struct arena *a, const char *payment_intent,
    struct payment_orders *l)
{
	enum err e = db_each(app->db, a, SQL_ORDERS_BY_INTENT,
	    KV(kv_text("payment_intent", payment_intent)), orders_from_row, l);

	return e == ERR_OK ? settle_all(app, a, l) : e;
}

enum err
payment_settle_subscription(
    struct app *app, struct arena *a, const char *id, struct payment_orders *l)
{
	enum err e;

	l->n = 0;
	e = db_each(app->db, a, SQL_ORDERS_BY_SUBSCRIPTION,
	    KV(kv_text("subscription", id)), orders_from_row, l);
	return e == ERR_OK ? settle_all(app, a, l) : e;
}

enum err
payment_settle_buyer(
    struct app *app, struct arena *a, int64_t tg_id, const char *product)
{
	struct order o;
	enum err e = db_one(app->db, a, SQL_ORDER_PAID_LAST,
	    KV(kv_int("tg_id", tg_id), kv_text("product", product)),
	    order_from_row, &o);

	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	return e == ERR_OK ? settle_one(app, a, &o) : e;
}

static enum err
record_charge(struct app *app, struct arena *a, const struct stripe_charge *c)
{
	struct payment_orders *l = arena_alloc(a, sizeof(*l));
	int64_t n_new = 0;
	enum err e;

	if (c->payment_intent == NULL)
		return ERR_OK;
	e = db_exec(app->db, SQL_REFUND_SEEN,
	    KV(kv_text("payment_intent", c->payment_intent),
		kv_int("amount_minor", c->amount_minor),
		kv_int("refunded_minor", c->refunded_minor),
		kv_int("now_ms", clock_now_ms())),
	    NULL);
	if (e == ERR_OK)
		e = settle_payment(app, a, c->payment_intent, l);
	if (e != ERR_OK || l->n == 0)
		return e;
	e = db_exec(app->db, SQL_REFUND_TOLD,
	    KV(kv_text("payment_intent", c->payment_intent),
		kv_int("refunded_minor", c->refunded_minor)),
	    &n_new);
	return e == ERR_OK && n_new > 0 ?
	    alert_refund(app, a, &l->o[0], c->refunded_minor) :
	    e;
}

/* kind: "refund" or "dispute", as the table has it. */
struct reversal {
	const char *kind, *id, *payment_intent;
	int64_t amount_minor, stage, due_s;
};

static enum err
record_reversal(struct app *app, struct arena *a, const struct reversal *r,
    struct payment_orders *l)
{
	enum err e;

	if (r->payment_intent == NULL)
		return ERR_OK;
	e = db_exec(app->db, SQL_REVERSAL_SEEN,
	    KV(kv_text("id", r->id),
		kv_text("payment_intent", r->payment_intent),
		kv_text("kind", r->kind),
		kv_int("amount_minor", r->amount_minor),
		kv_int("stage", r->stage),
		kv_int_or_null("due_ms", r->due_s * 1000),
		kv_int("now_ms", clock_now_ms())),
	    NULL);
	return e == ERR_OK ? settle_payment(app, a, r->payment_intent, l) : e;
}

static enum err
record_refund(struct app *app, struct arena *a, const struct stripe_refund *f)
{
	const struct reversal r = { "refund", f->id, f->payment_intent,
		f->amount_minor, (int64_t)f->stage, 0 };

	return record_reversal(
	    app, a, &r, arena_alloc(a, sizeof(struct payment_orders)));
}

static enum err
record_dispute(struct app *app, struct arena *a, const struct stripe_dispute *d)
{
	struct payment_orders *l = arena_alloc(a, sizeof(*l));
	const struct reversal r = { "dispute", d->id, d->payment_intent,
		d->amount_minor, (int64_t)d->stage, d->due_s };
	int64_t n_new = 0;
	enum err e = record_reversal(app, a, &r, l);

	if (e != ERR_OK || l->n == 0)
		return e;
	e = db_exec(app->db, SQL_REVERSAL_TOLD,
	    KV(kv_text("id", d->id), kv_int("stage", (int64_t)d->stage)),
	    &n_new);
	return e == ERR_OK && n_new > 0 ? alert_dispute(app, a, &l->o[0], d) :
					  e;
}

static enum err
record_warning(struct app *app, struct arena *a, const struct stripe_event *ev)
{
	struct payment_orders *l = arena_alloc(a, sizeof(*l));
	enum err e;

	if (ev->payment_intent == NULL)
		return ERR_OK;
	e = settle_payment(app, a, ev->payment_intent, l);
	return e == ERR_OK && l->n > 0 ?
	    alert_fraud(app, a, &l->o[0], ev->payment_intent) :
	    e;
}

enum err
payment_record_event(
    struct app *app, struct arena *a, const struct stripe_event *ev)
{
	struct news news = { 0 };

	switch (ev->kind) {
	case STRIPE_CHECKOUT_COMPLETED:
	case STRIPE_ASYNC_SUCCEEDED:
		news = news_from(&ev->session, true);
		break;
	case STRIPE_ASYNC_FAILED:
		news.failed = true;
		break;
	case STRIPE_CHECKOUT_EXPIRED:
		news.expired = true;
		break;
	case STRIPE_CHARGE_REFUNDED:
		return record_charge(app, a, &ev->charge);
	case STRIPE_REFUND:
		return record_refund(app, a, &ev->refund);
	case STRIPE_DISPUTE:
		return record_dispute(app, a, &ev->dispute);
	case STRIPE_FRAUD_WARNING:
		return record_warning(app, a, ev);
	case STRIPE_SUBSCRIPTION:
	case STRIPE_INVOICE:
		return subscription_heard(app, a, ev->subscription);
	default:
		log_event(LOG_INFO, "event_not_needed",
		    KV(kv_text("id", ev->id), kv_text("type", ev->type)));
		return ERR_OK;
	}
	return record_and_close(app, a, &ev->session, &news, NULL);
}

/* ---- without Stripe ---- */

struct paid {
	int64_t tg_id;
	const char *product, *provider, *key;
	const char *payment; /* what refunds of it are found by; or NULL */
	int64_t amount_minor;
	const char *currency;
	int64_t until_ms; /* 0: for good */
	bool renews;
};

/* *was: the order as it was known before; its id is 0 where it was not. */
static enum err
record_paid(struct app *app, struct arena *a, const struct paid *p,
    struct order *was, struct order *o)
{
	const char *product = NULL;
	enum err e = ledger_order_by_session(app->db, a, p->key, was);

	if (e == ERR_NOT_FOUND)
		e = ledger_user_seen(app->db, p->tg_id, NULL);
	if (e == ERR_OK)
		e = product_name(app, a, p->product, &product);
	if (e == ERR_OK)
		e = db_exec(app->db, SQL_ORDER_PAID_ADD,
		    KV(kv_int("tg_id", p->tg_id), kv_text("product", product),
			kv_text("provider", p->provider),
			kv_text("session_id", p->key),
			kv_text("payment_intent", p->payment),
			kv_int_or_null("amount_minor", p->amount_minor),
			kv_text("currency", p->currency),
			kv_int("livemode", app->conf.livemode),
			kv_int_or_null("until_ms", p->until_ms),
			kv_int("renews", p->renews),
			kv_int("now_ms", clock_now_ms())),
		    NULL);
	return e == ERR_OK ? ledger_order_by_session(app->db, a, p->key, o) : e;
}

enum err
payment_record_stars(
    struct app *app, struct arena *a, const struct stars_payment *p)
{
	const struct paid paid = { p->tg_id, p->product, "stars", p->charge_id,
		p->charge_id, p->stars, "xtr", p->until_ms, p->renews };
	const struct news news = { .paid = true, .goes_on = p->renews };
	struct order was = { 0 }, o;
	enum err e = record_paid(app, a, &paid, &was, &o);

	return e == ERR_OK ? close_difference(app, a, &was, &o, &news) : e;
}

/* Who has got money back, or was shown the door, pays no more. */
static enum err
cancel_stars(struct app *app, int64_t tg_id, const char *product)
{
	return db_exec(app->db, SQL_STARS_CANCEL,
	    KV(kv_int("tg_id", tg_id), kv_text("product", product),
		kv_int("now_ms", clock_now_ms())),
	    NULL);
}

enum err
payment_record_stars_refund(
    struct app *app, struct arena *a, const char *charge_id, int64_t stars)
{
	const struct stripe_charge all = { .payment_intent = charge_id,
		.amount_minor = stars,
		.refunded_minor = stars };

	struct order o = { 0 };
	enum err e = record_charge(app, a, &all);

	if (e == ERR_OK)
		e = ledger_order_by_session(app->db, a, charge_id, &o);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	return cancel_stars(app, o.tg_id, o.product);
}

enum err
payment_grant(struct app *app, struct arena *a, int64_t tg_id,
    const char *product, int64_t until_ms, struct order *order)
{
	const struct paid paid = { tg_id, product, "grant",
		arena_printf(a, "grant/%lld/%lld", (long long)tg_id,
		    (long long)clock_now_ms()),
		NULL, 0, NULL, until_ms, false };
	const struct news news = { 0 };
	struct order was = { 0 }, o;
	enum err e = record_paid(app, a, &paid, &was, &o);

	if (e == ERR_OK)
		e = close_difference(app, a, &was, &o, &news);
	if (order != NULL && e == ERR_OK)
		*order = o;
	return e;
}

enum err
payment_revoke(struct app *app, struct arena *a, int64_t tg_id,
    const char *product, int *n)
{
	struct payment_orders *l = arena_alloc(a, sizeof(*l));
	enum err e = db_each(app->db, a, SQL_ORDERS_REVOKE,
	    KV(kv_int("tg_id", tg_id), kv_text("product", product),
		kv_int("now_ms", clock_now_ms())),
	    orders_from_row, l);

	*n = l->n;
	if (e == ERR_OK && l->n > 0)
		e = settle_one(app, a, &l->o[0]);
	return e == ERR_OK && l->n > 0 ? cancel_stars(app, tg_id, product) : e;
}

/* ---- by the clock ---- */

/* As many as there are, a few at a time: each is none of them afterwards. */
static enum err
each_due(struct app *app, struct arena *a, enum sql what,
    enum err (*act)(struct app *app, struct arena *a, const struct order *o),
    bool *any)
{
	enum err e = ERR_OK;

	*any = false;
	for (int n = PAYMENT_ORDERS; e == ERR_OK && n == PAYMENT_ORDERS;) {
		struct payment_orders *l = arena_alloc(a, sizeof(*l));

		e = db_each(app->db, a, what,
		    KV(kv_int("now_ms", clock_now_ms()),
			kv_int("n", PAYMENT_ORDERS)),
		    orders_from_row, l);
		n = l->n;
		*any |= n > 0;
		for (int i = 0; e == ERR_OK && i < n; i++)
			e = act(app, a, &l->o[i]);
	}
	return e;
}

enum err
payment_end_due(struct app *app, struct arena *a, bool *any)
{
	return each_due(app, a, SQL_ACCESS_ENDED, settle_one, any);
}

static enum err
remind(struct app *app, struct arena *a, const struct order *o)
{
	enum err e = db_exec(app->db, SQL_ACCESS_REMINDED,
	    KV(kv_int("tg_id", o->tg_id), kv_text("product", o->product)),
	    NULL);

	if (e != ERR_OK)
		return e;
	return jobs_promise(app->db, JOB_NOTICE,
	    arena_printf(a, "reminder/%lld/%lld", (long long)o->id,
		(long long)clock_now_ms()),
	    o->tg_id, o->id, "reminder");
}

enum err
payment_remind_due(struct app *app, struct arena *a, bool *any)
{
	return each_due(app, a, SQL_ACCESS_TO_REMIND, remind, any);
}
