/* Recording facts about money. */
#include "ledger/record.h"

#include "base/clock.h"
#include "base/log.h"
#include "ledger/decide.h"
#include "ledger/notify.h"
#include "ledger/products.h"
#include "ledger/subscription.h"
#include "ledger/trouble.h"
#include "outbox/jobs.h"

/* ---- purchases ---- */

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

/* Whose a purchase is that the ledger does not know yet, and of what. */
static enum err
make_known(
    struct app *app, struct arena *a, const struct fact *f, struct order *o)
{
	enum err e;

	if (f->order == NULL || f->tg_id == 0)
		return ERR_INPUT;
	o->tg_id = f->tg_id;
	e = ledger_user_seen(app->db, f->tg_id, NULL);
	return e == ERR_OK ? product_name(app, a, f->product, &o->product) : e;
}

/* A fact that was noted before keeps the time when it was heard first: the
 * statement takes no other once there is one. */
static struct kv
moment(const char *name, bool when)
{
	return kv_int_or_null(name, when ? clock_now_ms() : 0);
}

static int64_t
when(const struct fact *f)
{
	return f->at_ms > 0 ? f->at_ms : clock_now_ms();
}

/* What was paid may be nothing; what is still to be paid is not known then. */
static struct kv
amount(const struct fact *f)
{
	return f->kind == FACT_PAID ?
	    kv_int("amount_minor", f->amount_minor) :
	    kv_int_or_null("amount_minor", f->amount_minor);
}

static bool
lets_in(const struct fact *f)
{
	return f->kind == FACT_PAID || f->kind == FACT_GRANTED;
}

static enum err
add_facts(struct app *app, struct arena *a, const struct fact *f,
    const struct order *was, struct order *o)
{
	const int64_t until_ms = lets_in(f) ? f->until_ms : 0;
	enum err e = db_exec(app->db, SQL_ORDER_FACTS_ADD,
	    KV(kv_int("tg_id", was->tg_id), kv_text("product", was->product),
		kv_text("provider", f->provider),
		kv_text("session_id", f->order),
		kv_int("livemode", f->livemode),
		kv_int("now_ms", clock_now_ms()),
		kv_text("payment_intent", f->payment),
		kv_text("subscription", f->subscription), amount(f),
		kv_text("currency", f->currency),
		moment("processing_ms", f->kind == FACT_PROCESSING),
		moment("paid_ms", lets_in(f)),
		moment("failed_ms", f->kind == FACT_FAILED),
		moment("expired_ms", f->kind == FACT_EXPIRED),
		kv_int_or_null("until_ms", until_ms),
		kv_int("renews", until_ms != 0 && f->renews)),
	    NULL);

	return e == ERR_OK ? ledger_order_by_session(app->db, a, f->order, o) :
			     e;
}

/* A purchase that began a subscription: that is read from the payment on,
 * unless the order is nobody's any more. */
static enum err
note_subscription(struct app *app, struct arena *a, const struct fact *f,
    const struct order *was, const struct order *is)
{
	enum err e;

	if (f->subscription == NULL || is->tg_id == 0)
		return ERR_OK;
	e = subscription_known(app, a, f->subscription);
	return e == ERR_OK && is->paid_ms != 0 && was->paid_ms == 0 ?
	    subscription_heard(app, a, f->subscription) :
	    e;
}

/* As the books have it. A bill is the better name, since it is there whether or
 * not its payment is known yet; a purchase of neither has its own. */
static struct payment
payment_of(const struct fact *f, const struct order *o, enum payment_kind kind)
{
	const char *own = f->payment != NULL ? f->payment : f->order;

	return (struct payment){ .provider = f->provider,
		.payment = f->invoice != NULL ? f->invoice : own,
		.intent = f->payment,
		.order_id = o->id,
		.kind = kind,
		.is_invoice = f->invoice != NULL,
		.amount_minor = f->amount_minor,
		.currency = f->currency == NULL ? "" : f->currency,
		.tax_minor = f->has_tax ? f->tax_minor : -1,
		.paid_ms = when(f),
		.moment = f->moment,
		.starts_ms = f->starts_ms,
		.ends_ms = f->ends_ms };
}

/* In Stars each payment of a plan is a purchase of its own. */
static enum err
kind_of(struct app *app, struct arena *a, const struct fact *f,
    const struct order *o, enum payment_kind *kind)
{
	int64_t n_before = 0;
	enum err e = ERR_OK;

	if (f->renews)
		e = db_one(app->db, a, SQL_PAYMENT_PLAN_BEFORE,
		    KV(kv_int("tg_id", o->tg_id),
			kv_text("product", o->product),
			kv_text("provider", f->provider),
			kv_int("before_id", o->id)),
		    row_to_int, &n_before);
	*kind = n_before > 0 ? PAYMENT_RENEWAL : PAYMENT_FIRST;
	return e;
}

/* What a purchase was paid with; nothing in no currency is no money. */
static enum err
note_payment(struct app *app, struct arena *a, const struct fact *f,
    const struct order *o, struct payment *out)
{
	enum payment_kind kind = PAYMENT_FIRST;
	bool is_new;
	enum err e;

	*out = (struct payment){ 0 };
	if (f->kind != FACT_PAID ||
	    (f->amount_minor == 0 && f->currency == NULL))
		return ERR_OK;
	e = kind_of(app, a, f, o, &kind);
	if (e != ERR_OK)
		return e;
	*out = payment_of(f, o, kind);
	return payments_add(app->db, out, &is_new);
}

/* The operators hear of a payment that was not known before. */
static enum err
tell_of_sale(struct app *app, struct arena *a, const struct order *o,
    const struct payment *p)
{
	enum err e = p->kind == PAYMENT_RENEWAL ? alert_renewal(app, a, o, p) :
						  alert_sale(app, a, o);

	if (e == ERR_OK && o->tg_id == 0)
		e = alert_forgotten(app, a, o);
	if (e == ERR_OK && catalog_find(&app->catalog, o->product) == NULL)
		e = alert_unknown(app, a, o);
	return e;
}

/* The buyer hears once of each word of the bank about a purchase. */
static enum err
say(struct app *app, struct arena *a, const char *what, const struct order *o)
{
	return jobs_promise(app->db, JOB_NOTICE,
	    arena_printf(a, "%s/%s", what, o->session_id), o->tg_id, o->id,
	    what);
}

/* Where a later word has come already, there is no more to say. */
static enum err
tell_of_purchase(struct app *app, struct arena *a, const struct fact *f,
    const struct order *was, const struct order *o, const struct payment *p)
{
	if (o->paid_ms != 0)
		return was->paid_ms == 0 && f->kind == FACT_PAID &&
			!f->is_past ?
		    tell_of_sale(app, a, o, p) :
		    ERR_OK;
	if (f->kind == FACT_FAILED)
		return say(app, a, "failed", o);
	if (f->kind == FACT_PROCESSING && o->failed_ms == 0)
		return say(app, a, "processing", o);
	return ERR_OK;
}

/* Who is in by it, and what follows: it may have been in trouble before its
 * order was known. */
static enum err
follow_purchase(struct app *app, struct arena *a, const struct fact *f,
    bool is_new, const struct order *o)
{
	enum err e;

	if (f->is_past)
		return decide_past(app, a, o);
	e = decide_purchase(app, a, o, is_new, f->renews);
	return e == ERR_OK && is_new && o->paid_ms != 0 ?
	    trouble_follow(app, a, o, f->payment) :
	    e;
}

/* What no payment or promise that is written before changes. */
static void
foresee_what_follows(
    struct app *app, const struct fact *f, bool is_new, const struct order *o)
{
	if (f->is_past || f->kind != FACT_PAID || f->subscription != NULL)
		return;
	decide_foresee_facts(app, o);
	if (is_new && f->payment != NULL)
		trouble_foresee(app, f->payment);
}

/* The order as it was is held against what it is now: only what is new is told
 * and promised, so a fact may be heard any number of times. */
static enum err
record_purchase(
    struct app *app, struct arena *a, const struct fact *f, struct order *o)
{
	struct order was = { 0 };
	struct payment p = { 0 };
	enum err e = f->order == NULL ?
	    ERR_NOT_FOUND :
	    ledger_order_by_session(app->db, a, f->order, &was);

	if (e == ERR_NOT_FOUND)
		e = make_known(app, a, f, &was);
	if (e == ERR_OK && !f->is_past)
		decide_foresee_access(app, was.tg_id, was.product);
	if (e == ERR_OK)
		e = add_facts(app, a, f, &was, o);
	if (e == ERR_OK)
		foresee_what_follows(app, f, was.paid_ms == 0, o);
	if (e == ERR_OK)
		e = note_payment(app, a, f, o, &p);
	if (e == ERR_OK)
		e = note_subscription(app, a, f, &was, o);
	if (e == ERR_OK)
		e = tell_of_purchase(app, a, f, &was, o, &p);
	return e == ERR_OK ? follow_purchase(app, a, f, was.paid_ms == 0, o) :
			     e;
}

/* ---- by the operator ---- */

/* An order like any other from here on. Its name has the time in it: each grant
 * is one of its own, so that what was revoked stays revoked. */
static enum err
record_grant(
    struct app *app, struct arena *a, const struct fact *f, struct order *o)
{
	struct fact named = *f;

	if (f->order != NULL)
		return record_purchase(app, a, f, o);
	named.order = arena_printf(a, "grant/%lld/%lld", (long long)f->tg_id,
	    (long long)clock_now_ms());
	return record_purchase(app, a, &named, o);
}

/* Nothing but the orders that there are is marked, so what is bought later is
 * free of it. All are of one buyer and product, hence one decision. */
static enum err
record_revoked(
    struct app *app, struct arena *a, const struct fact *f, struct order *o)
{
	struct orders *l = arena_alloc(a, sizeof(*l));
	enum err e = db_each(app->db, a, SQL_ORDERS_REVOKE,
	    KV(kv_int("tg_id", f->tg_id), kv_text("product", f->product),
		kv_int("now_ms", clock_now_ms())),
	    orders_from_row, l);

	if (e == ERR_OK && l->n > 0) {
		*o = l->o[0];
		e = decide_order(app, a, o);
	}
	/* Who was shown out is charged no more; nor is whom an earlier version
	 * had shown out, which left what charges them alone. */
	return e == ERR_OK ? subscription_stop(app,
				 &(struct subscription_stop){ .tg_id = f->tg_id,
				     .product = f->product,
				     .at_once = true }) :
			     e;
}

/* ---- what became of a payment ---- */

/* The orders of a payment, decided anew; none where it is not ours, or not
 * heard of yet: then what came back waits in its table. */
static enum err
decide_payment(
    struct app *app, struct arena *a, const char *payment, struct orders *l)
{
	enum err e = ledger_orders_of_payment(app->db, a, payment, l);

	return e == ERR_OK ? decide_orders(app, a, l) : e;
}

/* Of what went back of a payment, the operators hear each sum once. */
static enum err
tell_of_refund(struct app *app, struct arena *a, const struct fact *f,
    const struct order *o, bool *is_new)
{
	int64_t n_new = 0;
	enum err e = db_exec(app->db, SQL_REFUND_TOLD,
	    KV(kv_text("payment_intent", f->payment),
		kv_int("refunded_minor", f->refunded_minor)),
	    &n_new);

	*is_new = n_new > 0;
	return e == ERR_OK && *is_new ?
	    alert_refund(app, a, o, f->refunded_minor) :
	    e;
}

/* The sum is written down whether or not its payment has been heard of. What
 * renews without a name of its own nobody else could end, so a refund does; of
 * one that has a name, who refunds may cancel it as well, or not. */
static enum err
record_refunded(
    struct app *app, struct arena *a, const struct fact *f, struct order *o)
{
	struct orders *l = arena_alloc(a, sizeof(*l));
	bool is_new = false;
	enum err e = db_exec(app->db, SQL_REFUND_SEEN,
	    KV(kv_text("payment_intent", f->payment),
		kv_int("amount_minor", f->amount_minor),
		kv_int("refunded_minor", f->refunded_minor),
		kv_int("now_ms", when(f))),
	    NULL);

	if (e == ERR_OK)
		e = decide_payment(app, a, f->payment, l);
	if (e != ERR_OK || l->n == 0)
		return e;
	*o = l->o[0];
	e = tell_of_refund(app, a, f, o, &is_new);
	/* Heard of again, it may be about a plan before the one of today. */
	return e == ERR_OK && is_new ?
	    subscription_stop_nameless(app, o->tg_id, o->product, f->provider) :
	    e;
}

/* What the table calls a refund, a dispute and a warning, and where one
 * stands. */
static enum err
record_reversal(struct app *app, struct arena *a, const struct fact *f,
    const char *kind, int64_t stage, struct order *o)
{
	struct orders *l = arena_alloc(a, sizeof(*l));
	enum err e = db_exec(app->db, SQL_REVERSAL_SEEN,
	    KV(kv_text("id", f->id), kv_text("payment_intent", f->payment),
		kv_text("kind", kind), kv_int("amount_minor", f->amount_minor),
		kv_int("stage", stage), kv_int_or_null("due_ms", f->due_ms),
		f->may_appeal ? kv_int("appeal_due_ms", f->due_ms) :
				kv_null("appeal_due_ms"),
		kv_int("at_ms", when(f)), kv_int("now_ms", clock_now_ms())),
	    NULL);

	if (e == ERR_OK)
		e = decide_payment(app, a, f->payment, l);
	if (e != ERR_OK || l->n == 0)
		return e;
	*o = l->o[0];
	return trouble_follow(app, a, o, f->payment);
}

static enum err
record_refund(
    struct app *app, struct arena *a, const struct fact *f, struct order *o)
{
	return record_reversal(app, a, f, "refund", f->refund, o);
}

static enum err
record_dispute(
    struct app *app, struct arena *a, const struct fact *f, struct order *o)
{
	return record_reversal(app, a, f, "dispute", f->dispute, o);
}

/* Whether it takes anything away is for the shop to say. */
static enum err
record_warning(
    struct app *app, struct arena *a, const struct fact *f, struct order *o)
{
	return record_reversal(app, a, f, "warning", 0, o);
}

static enum err
record_subscription(
    struct app *app, struct arena *a, const struct fact *f, struct order *o)
{
	(void)o; /* there may be several, and none has changed yet */
	return subscription_heard(app, a, f->subscription);
}

/* The order that began a subscription: of several, the first. */
static const struct order *
first_of(const struct orders *l)
{
	const struct order *first = &l->o[0];

	for (int i = 1; i < l->n; i++)
		if (l->o[i].id < first->id)
			first = &l->o[i];
	return first;
}

/* From now on what takes this payment back is known to be about the
 * subscription, and it may have been heard of before. */
static enum err
note_intent(struct app *app, struct arena *a, const struct fact *f,
    const struct orders *l)
{
	int64_t n_new = 0;
	enum err e;

	if (f->payment == NULL)
		return ERR_OK;
	e = db_exec(app->db, SQL_INVOICE_PAYMENT_ADD,
	    KV(kv_text("payment_intent", f->payment),
		kv_text("subscription", f->subscription)),
	    &n_new);
	if (e != ERR_OK || n_new == 0)
		return e;
	e = decide_orders(app, a, l);
	return e == ERR_OK ? trouble_follow(app, a, &l->o[0], f->payment) : e;
}

/* The bank had said no, or had not answered yet, and the buyer paid the invoice
 * that stayed open: then the order is paid like any other. Of a plan the order
 * names no payment, which are many. */
static enum err
pay_order(
    struct app *app, struct arena *a, const struct fact *f, struct order *o)
{
	struct fact paid = *f;

	paid.kind = FACT_PAID;
	paid.order = o->session_id;
	paid.tg_id = o->tg_id;
	paid.payment = NULL;
	return record_purchase(app, a, &paid, o);
}

static enum err
record_payment(
    struct app *app, struct arena *a, const struct fact *f, struct order *o)
{
	struct orders *l = arena_alloc(a, sizeof(*l));
	bool is_new = false;
	struct payment p;
	enum err e =
	    ledger_orders_of_subscription(app->db, a, f->subscription, l);

	if (e != ERR_OK || l->n == 0)
		return e;
	*o = *first_of(l);
	if (o->paid_ms == 0 && f->paid_as == PAYMENT_FIRST)
		e = pay_order(app, a, f, o);
	p = payment_of(f, o, f->paid_as);
	if (e == ERR_OK)
		e = payments_add(app->db, &p, &is_new);
	if (e == ERR_OK)
		e = note_intent(app, a, f, l);
	return e == ERR_OK && is_new && p.kind == PAYMENT_RENEWAL ?
	    alert_renewal(app, a, o, &p) :
	    e;
}

/* The operators hear of a payment that failed while it still lets in; of one
 * that ended access they hear as of that. */
static enum err
tell_of_renewal(struct app *app, struct arena *a, const struct fact *f,
    const struct order *o)
{
	enum access access;
	enum err e;

	if (f->renewal != RENEWAL_FAILED)
		return ERR_OK;
	e = ledger_access(app->db, a, o->tg_id, o->product, &access);
	return e == ERR_OK && access == ACCESS_IN ?
	    alert_failure(app, a, o,
		arena_printf(
		    a, "%s/%lld", f->provider, (long long)clock_now_ms())) :
	    e;
}

static enum err
record_renewal(
    struct app *app, struct arena *a, const struct fact *f, struct order *o)
{
	const char *product;
	int64_t n = 0;
	enum err e = product_name(app, a, f->product, &product);

	if (e == ERR_OK)
		e = db_exec(app->db, SQL_ORDERS_RENEWAL,
		    KV(kv_int("tg_id", f->tg_id), kv_text("product", product),
			kv_text("provider", f->provider),
			kv_int("renewal", f->renewal)),
		    &n);
	if (e != ERR_OK || n == 0)
		return e;
	e = db_one(app->db, a, SQL_ORDER_PAID_LAST,
	    KV(kv_int("tg_id", f->tg_id), kv_text("product", product)),
	    order_from_row, o);
	if (e == ERR_OK)
		e = decide_order(app, a, o);
	return e == ERR_OK ? tell_of_renewal(app, a, f, o) : e;
}

enum err
ledger_record(
    struct app *app, struct arena *a, const struct fact *f, struct order *order)
{
	static enum err (*const by_kind[])(struct app * app, struct arena * a,
	    const struct fact *f, struct order *o) = {
		[FACT_SEEN] = record_purchase,
		[FACT_PROCESSING] = record_purchase,
		[FACT_PAID] = record_purchase,
		[FACT_FAILED] = record_purchase,
		[FACT_EXPIRED] = record_purchase,
		[FACT_GRANTED] = record_grant,
		[FACT_REVOKED] = record_revoked,
		[FACT_REFUNDED] = record_refunded,
		[FACT_REFUND] = record_refund,
		[FACT_DISPUTE] = record_dispute,
		[FACT_WARNING] = record_warning,
		[FACT_SUBSCRIPTION] = record_subscription,
		[FACT_PAYMENT] = record_payment,
		[FACT_RENEWAL] = record_renewal,
	};
	struct order o = { 0 };
	enum err e = by_kind[f->kind](app, a, f, &o);

	if (order != NULL)
		*order = o;
	return e;
}
