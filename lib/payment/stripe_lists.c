/* Going through Stripe's lists: what is in them and not in the ledger is
 * recorded as the event would have been that tells of it. */
#include "payment/stripe_lists.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "payment/stripe_events.h"
#include "stripe/list.h"

#define ON_ITS_WAY_MS (5 * MINUTE_MS) /* an event may take so long */
#define KEPT_MS (40 * DAY_MS)         /* orders that nobody paid: see prune.c */

static bool
may_ask(const struct app *app)
{
	return app->conf.stripe_secret_key != NULL;
}

/* Whether a plan is sold, or ever was: else there are no invoices of ours, and
 * a key that may not read them will do. */
static bool
has_plans(const struct app *app)
{
	struct arena a = { 0 };
	int64_t n = 0;
	bool sold = catalog_has_plans(&app->catalog);

	if (!sold && app->db != NULL &&
	    db_one(app->db, &a, SQL_SUBSCRIPTIONS_KNOWN, KV_NONE, row_to_int,
		&n) != ERR_OK)
		n = 1; /* that is for whoever writes to find out */
	arena_free(&a);
	return sold || n > 0;
}

static bool
may_ask_invoices(const struct app *app)
{
	return may_ask(app) && has_plans(app);
}

static enum err
request(struct app *app, struct arena *a, const struct provider_list *list,
    const struct list_step *s, struct http_request *out)
{
	const struct stripe_api api = app_stripe(app);

	*out = stripe_list_request(
	    a, &api, (enum stripe_list)list->own, s->since_s, s->after);
	return ERR_OK;
}

static enum err
read_page(struct arena *a, const struct http_response *res, void **page)
{
	struct stripe_page *p = arena_alloc(a, sizeof(*p));

	*page = p;
	return stripe_page_answer(a, res, p);
}

/* What the ledger holds about a payment, as a sum that any fact changes. Looked
 * at before and after recording it tells whether something was missing, without
 * asking each kind of fact by itself. */
struct known {
	int64_t n_orders, facts;
};

static void
known_from_row(const struct row *row, void *ctx)
{
	struct known *k = ctx;

	k->n_orders = row_int(row, 0);
	k->facts = row_int(row, 1);
}

/* The payment intent is what Stripe's objects of one payment have in common:
 * the ledger finds the order of a refund or a dispute by it. */
static const char *
intent_of(const struct stripe_event *ev)
{
	switch (ev->kind) {
	case STRIPE_CHARGE_REFUNDED:
		return ev->charge.payment_intent;
	case STRIPE_REFUND:
		return ev->refund.payment_intent;
	case STRIPE_DISPUTE:
		return ev->dispute.payment_intent;
	case STRIPE_FRAUD_WARNING:
		return ev->payment_intent;
	case STRIPE_INVOICE:
		return ev->invoice.payment_intent;
	default:
		return ev->session.payment_intent;
	}
}

/* An event about a subscription names it in another place than the session that
 * began it. */
static enum err
look(struct app *app, struct arena *a, const struct stripe_event *ev,
    struct known *out)
{
	const char *subscription = ev->subscription != NULL ?
	    ev->subscription :
	    ev->session.subscription;

	return db_one(app->db, a, SQL_FACTS_KNOWN,
	    KV(kv_text("session_id", ev->session.id),
		kv_text("subscription", subscription),
		kv_text("payment_intent", intent_of(ev))),
	    known_from_row, out);
}

/* Whether nobody can pay it any more, and nobody did: what is forgotten of
 * such a session is not brought back. */
static bool
is_long_over(const struct stripe_session *s)
{
	return s->id != NULL && s->paid == STRIPE_UNPAID && s->created_s > 0 &&
	    s->created_s < (clock_now_ms() - KEPT_MS) / 1000;
}

/* An event that has been here is known; other objects say how it stands. */
static enum err
is_to_record(struct app *app, const struct provider_list *list,
    const struct stripe_event *ev, bool *yes)
{
	*yes = stripe_event_is_of(ev, app->conf.livemode) &&
	    !(ev->session.id != NULL && ev->session.tg_id == 0) &&
	    !is_long_over(&ev->session);
	/* Refunds do not say their mode; the list has but the key's. */
	if (list->own == STRIPE_LIST_REFUNDS)
		*yes = true;
	if (!*yes || ev->id == NULL)
		return ERR_OK;
	return ledger_inbox(app->db, "stripe", ev->id, ev->type, yes);
}

/* One about an order of ours. What was delivered a moment ago may still be on
 * its way; what is older and was not here never came. */
static void
count(const struct provider_list *list, const struct stripe_event *ev,
    bool is_healed, struct list_step *s)
{
	if (is_healed) {
		s->n_healed++;
		/* A warning, though all is well now: something on the way from
		 * Stripe to here is broken, and the operator can find it by
		 * this line. */
		log_event(LOG_WARN, "reconciled",
		    KV(kv_text("event", ev->id), kv_text("type", ev->type),
			kv_text("session", ev->session.id),
			kv_text("payment_intent", intent_of(ev))));
	}
	if (list->own == STRIPE_LIST_UNDELIVERED &&
	    ev->created_s < (clock_now_ms() - ON_ITS_WAY_MS) / 1000)
		s->n_missed++;
}

/* That an invoice stands in a list is nothing that has happened to its
 * subscription; but who paid a period of which nobody told is in for it once
 * that is read. */
static enum err
record_what(struct app *app, struct arena *a, const struct provider_list *list,
    const struct stripe_event *ev)
{
	return list->own == STRIPE_LIST_INVOICES ?
	    stripe_events_record_invoice(
		app, a, &ev->invoice, ev->subscription) :
	    stripe_events_record(app, a, ev);
}

static enum err
follow_up(struct app *app, struct arena *a, const struct provider_list *list,
    const struct stripe_event *ev)
{
	return list->own == STRIPE_LIST_INVOICES ?
	    stripe_events_record(app, a, ev) :
	    ERR_OK;
}

static enum err
record_one(struct app *app, struct arena *a, const struct provider_list *list,
    const struct stripe_event *ev, struct list_step *s)
{
	struct known was = { 0 }, is = { 0 };
	bool is_new, is_healed;
	enum err e = is_to_record(app, list, ev, &is_new);

	s->n_seen++;
	if (e != ERR_OK || !is_new)
		return e;
	e = look(app, a, ev, &was);
	if (e == ERR_OK)
		e = record_what(app, a, list, ev);
	if (e == ERR_OK)
		e = look(app, a, ev, &is);
	if (e != ERR_OK || is.n_orders == 0)
		return e;
	is_healed = was.n_orders != is.n_orders || was.facts != is.facts;
	count(list, ev, is_healed, s);
	return is_healed ? follow_up(app, a, list, ev) : ERR_OK;
}

static enum err
record_page(struct app *app, struct arena *a, const struct provider_list *list,
    void *page, struct list_step *s)
{
	struct stripe_page *p = page;
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < p->n; i++) {
		struct stripe_event ev;

		/* An entry that cannot be read is passed over: it would stop
		 * every run at the same place, and hide all that comes after
		 * it. */
		if (stripe_page_read(
			a, p, (enum stripe_list)list->own, i, &ev) == ERR_OK)
			e = record_one(app, a, list, &ev, s);
	}
	s->after = p->next;
	return e;
}

#define ALIKE_BUT(asks) \
	.may_ask = (asks), .request = request, .read = read_page, \
	.record = record_page
#define ALIKE ALIKE_BUT(may_ask)

/* Small runs leave out what has arrived somewhere. Invoices come before what
 * takes them back, which is told with the order that they lead to. */
const struct provider_list stripe_lists[STRIPE_LISTS] = {
	{ .number = 0,
	    .own = STRIPE_LIST_UNDELIVERED,
	    .name = "events",
	    .right = "Events",
	    .in_small = true,
	    ALIKE },
	{ .number = 1,
	    .own = STRIPE_LIST_EVENTS,
	    .name = "events",
	    .right = "Events",
	    .in_full = true,
	    ALIKE },
	{ .number = 2,
	    .own = STRIPE_LIST_SESSIONS,
	    .name = "payments",
	    .right = "Checkout Sessions",
	    .in_full = true,
	    ALIKE },
	{ .number = 6,
	    .own = STRIPE_LIST_INVOICES,
	    .name = "invoices",
	    .right = "Invoices",
	    .in_full = true,
	    ALIKE_BUT(may_ask_invoices) },
	{ .number = 3,
	    .own = STRIPE_LIST_REFUNDS,
	    .name = "refunds",
	    .right = "Charges and Refunds",
	    .in_full = true,
	    ALIKE },
	{ .number = 4,
	    .own = STRIPE_LIST_DISPUTES,
	    .name = "disputes",
	    .right = "Disputes",
	    .in_full = true,
	    ALIKE },
};
