/* Recording what Stripe says and promising what follows from it. */
#include "shop/payment.h"

#include "base/clock.h"
#include "base/log.h"
#include "shop/jobs.h"

/* The facts that one piece of news adds about an order. */
struct news {
	bool processing, paid, failed, expired;
};

/* Access before and after a decision. */
struct verdict {
	enum access was, is;
};

/* Any order that lets the buyer in will do. */
static void
decide_with_row(const struct row *row, void *ctx)
{
	struct decision *d = ctx;
	const struct facts f = { .paid = row_int(row, 0) != 0,
		.paid_minor = row_int(row, 1),
		.refunded_minor = row_int(row, 2) };

	if (d->access == ACCESS_OUT)
		*d = access_decide(&f);
}

static enum err
decide(
    struct db *db, struct arena *a, const struct order *o, struct decision *out)
{
	const struct facts nothing = { 0 };

	*out = access_decide(&nothing);
	return db_each(db, a, SQL_FACTS_OF_BUYER,
	    KV(kv_int("tg_id", o->tg_id), kv_text("product", o->product)),
	    decide_with_row, out);
}

static enum err
write_access(struct db *db, const struct order *o, const struct decision *d)
{
	enum err e = db_exec(db, SQL_ACCESS_SET,
	    KV(kv_int("tg_id", o->tg_id), kv_text("product", o->product),
		kv_int("is_in", d->access == ACCESS_IN), kv_text("why", d->why),
		kv_int("now_ms", clock_now_ms())),
	    NULL);

	if (e != ERR_OK)
		return e;
	return db_exec(
	    db, SQL_USER_ACCESS, KV(kv_int("tg_id", o->tg_id)), NULL);
}

/* Settles what access should be, after a fact about order o was recorded. */
static enum err
refresh_access(
    struct db *db, struct arena *a, const struct order *o, struct verdict *v)
{
	struct decision d;
	enum err e = ledger_access(db, a, o->tg_id, o->product, &v->was);

	if (e == ERR_OK)
		e = decide(db, a, o, &d);
	if (e != ERR_OK)
		return e;
	v->is = d.access;
	if (v->was != v->is)
		log_event(LOG_INFO,
		    v->is == ACCESS_IN ? "access_in" : "access_out",
		    KV(kv_int("tg_id", o->tg_id), kv_text("why", d.why),
			kv_text("session", o->session_id)));
	return write_access(db, o, &d);
}

/* One promise of each kind per Checkout Session, whatever repeats. */
static enum err
promise(struct db *db, struct arena *a, enum job_kind kind, const char *what,
    const struct order *o)
{
	return jobs_promise(db, kind,
	    arena_printf(a, "%s/%s", what, o->session_id), o->tg_id, o->id,
	    kind == JOB_NOTICE ? what : NULL);
}

static enum err
close_difference(struct db *db, struct arena *a, const struct order *o,
    const struct news *news)
{
	struct verdict v;
	enum err e = refresh_access(db, a, o, &v);

	if (e != ERR_OK)
		return e;
	if (o->paid_ms != 0)
		return v.is == ACCESS_IN ?
		    promise(db, a, JOB_INVITE, "invite", o) :
		    ERR_OK;
	/* A later word of the bank's has come already: no more to say. */
	if (news->failed)
		return promise(db, a, JOB_NOTICE, "failed", o);
	if (news->processing && o->failed_ms == 0)
		return promise(db, a, JOB_NOTICE, "processing", o);
	return ERR_OK;
}

/* There is one product: whatever the metadata call it, a buyer who paid is let
 * in. */
static enum err
make_known(struct db *db, const struct stripe_session *s)
{
	enum err e = ledger_user_seen(db, s->tg_id, NULL);

	if (e != ERR_OK)
		return e;
	return db_exec(db, SQL_ORDER_FROM_SESSION,
	    KV(kv_int("tg_id", s->tg_id), kv_text("product", PRODUCT_DEFAULT),
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

static enum err
record(struct db *db, struct arena *a, const struct stripe_session *s,
    const struct news *news, struct order *o)
{
	enum err e = make_known(db, s);

	if (e != ERR_OK)
		return e;
	return db_one(db, a, SQL_ORDER_FACTS_ADD,
	    KV(kv_text("session_id", s->id),
		kv_text("payment_intent", s->payment_intent),
		kv_int_or_null("amount_minor", s->amount_minor),
		kv_text("currency", s->currency),
		moment("processing_ms", news->processing),
		moment("paid_ms", news->paid),
		moment("failed_ms", news->failed),
		moment("expired_ms", news->expired)),
	    order_from_row, o);
}

static enum err
record_and_close(struct db *db, struct arena *a, const struct stripe_session *s,
    const struct news *news, struct order *out)
{
	struct order o = { 0 };
	enum err e = ERR_OK;

	if (s->tg_id == 0)
		log_event(
		    LOG_INFO, "session_foreign", KV(kv_text("session", s->id)));
	else
		e = record(db, a, s, news, &o);
	if (e == ERR_OK && o.id != 0)
		e = close_difference(db, a, &o, news);
	if (out != NULL)
		*out = o;
	return e;
}

/* Complete is what Stripe's word for it says, or the event that tells so. */
static struct news
news_from(const struct stripe_session *s, bool is_complete)
{
	bool paid = s->paid == STRIPE_PAID ||
	    (s->paid == STRIPE_NOTHING_TO_PAY && is_complete);

	return (struct news){ .paid = paid,
		.processing = is_complete && !paid,
		.expired = s->status == STRIPE_EXPIRED };
}

enum err
payment_record_session(struct db *db, struct arena *a,
    const struct stripe_session *s, struct order *order)
{
	const struct news news = news_from(s, s->status == STRIPE_COMPLETE);

	return record_and_close(db, a, s, &news, order);
}

static enum err
refund_one(struct db *db, struct arena *a, const struct order *o)
{
	struct verdict v;
	enum err e = refresh_access(db, a, o, &v);

	if (e == ERR_OK && v.was == ACCESS_IN && v.is == ACCESS_OUT)
		e = promise(db, a, JOB_NOTICE, "refunded", o);
	return e;
}

struct order_list {
	struct order o[8];
	int n;
};

static void
orders_from_row(const struct row *row, void *ctx)
{
	struct order_list *l = ctx;

	if (l->n < (int)(sizeof(l->o) / sizeof(l->o[0])))
		order_from_row(row, &l->o[l->n++]);
}

/* A refund heard of before its payment waits in its table until then. */
static enum err
record_refund(struct db *db, struct arena *a, const struct stripe_charge *c)
{
	struct order_list *l = arena_alloc(a, sizeof(*l));
	struct kv intent = kv_text("payment_intent", c->payment_intent);
	enum err e;

	if (c->payment_intent == NULL)
		return ERR_OK;
	e = db_exec(db, SQL_REFUND_SEEN,
	    KV(intent, kv_int("amount_minor", c->amount_minor),
		kv_int("refunded_minor", c->refunded_minor),
		kv_int("now_ms", clock_now_ms())),
	    NULL);
	if (e == ERR_OK)
		e = db_each(db, a, SQL_ORDERS_BY_INTENT, KV(intent),
		    orders_from_row, l);
	for (int i = 0; e == ERR_OK && i < l->n; i++)
		e = refund_one(db, a, &l->o[i]);
	return e;
}

enum err
payment_record_event(
    struct db *db, struct arena *a, const struct stripe_event *ev)
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
		return record_refund(db, a, &ev->charge);
	default:
		log_event(LOG_INFO, "event_not_needed",
		    KV(kv_text("id", ev->id), kv_text("type", ev->type)));
		return ERR_OK;
	}
	return record_and_close(db, a, &ev->session, &news, NULL);
}
