/* A payment that goes back: what there is of it, and the job by which a fraud
 * warning or a bank's inquiry sends it, where the shop says so. */
#include "payment/refund.h"

#include "base/log.h"
#include "ledger/audit_told.h"
#include "ledger/marks.h"
#include "ledger/subscription.h"
#include "outbox/message.h"

#define REFUSED_ATTEMPTS 8 /* before a person must look */

/* ---- what there is ---- */

static int64_t
max(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void
refundable_from_row(const struct row *row, void *ctx)
{
	struct refundable *r = ctx;

	r->provider_name = row_text(row, 0);
	r->refund.payment = row_text(row, 1);
	r->refund.paid_minor = row_int(row, 2);
	r->gone_minor = max(row_int(row, 3), row_int(row, 4));
	r->charges_again = row_int(row, 5) != 0;
	r->is_owed = row_int(row, 6) != 0;
}

/* A grant has no provider, and a ledger may hold orders of one that only a
 * newer program knows. */
enum err
refund_read(struct db *db, struct arena *a, const struct order *o,
    const char *payment, struct refundable *out)
{
	enum err e;

	*out = (struct refundable){ .refund = { .order = o } };
	e = db_one(db, a, SQL_ORDER_REFUNDABLE,
	    KV(kv_int("id", o->id), kv_text("payment", payment)),
	    refundable_from_row, out);
	if (e != ERR_OK)
		return e;
	out->provider = provider_find(str_from(out->provider_name));
	if (out->provider != NULL && out->provider->refund == NULL)
		out->provider = NULL;
	return ERR_OK;
}

int64_t
refund_left(const struct refundable *r)
{
	return r->refund.paid_minor - r->gone_minor;
}

enum refund_fault
refund_choose(struct refundable *r, int64_t part_minor)
{
	int64_t left = refund_left(r);

	r->refund.part_minor = part_minor < left ? part_minor : 0;
	if (r->provider == NULL)
		return REFUND_NO_PROVIDER;
	if (left <= 0)
		return REFUND_NOTHING_LEFT;
	if (part_minor > left)
		return REFUND_TOO_MUCH;
	return r->refund.part_minor != 0 && !r->provider->refunds_parts ?
	    REFUND_WHOLE_ALONE :
	    REFUND_POSSIBLE;
}

enum refund_stop
refund_stops(const struct refundable *r, bool at_once)
{
	if (!r->charges_again || (r->refund.part_minor != 0 && !at_once))
		return REFUND_STOPS_NOTHING;
	return at_once ? REFUND_STOPS_NOW : REFUND_STOPS_LATER;
}

/* ---- what has become of it ---- */

bool
refund_waits(const struct fact *f)
{
	return f->kind == FACT_REFUND && f->refund == REFUND_WAITS;
}

bool
refund_failed(const struct fact *f)
{
	return f->kind == FACT_REFUND && f->refund == REFUND_FAILED;
}

/* ---- what came to nothing ---- */

/* The name under which it is counted how often just this was refused. */
static const char *
refusals(struct arena *a, const struct refund *r)
{
	return arena_printf(a, "refused/%lld/%s/%lld", (long long)r->order->id,
	    r->payment, (long long)r->part_minor);
}

enum err
refund_count_refusals(struct db *db, struct arena *a, struct refundable *r)
{
	struct refund *what = &r->refund;
	int64_t n_failed = 0;
	enum err e = mark_get(db, a, refusals(a, what), &what->n_refused);

	if (e == ERR_OK)
		e = db_one(db, a, SQL_REFUNDS_FAILED,
		    KV(kv_text("payment_intent", what->payment),
			kv_int("amount_minor",
			    what->part_minor != 0 ? what->part_minor :
						    refund_left(r))),
		    row_to_int, &n_failed);
	what->n_refused += n_failed;
	return e;
}

/* Said for good, it would be said again for as long as the same is asked for:
 * it is counted. A refund that has failed already is a fact like another. */
enum err
refund_record_refusal(struct app *app, struct arena *a,
    const struct refundable *r, const struct fact *f)
{
	return refund_failed(f) ? ledger_record(app, a, f, NULL) :
				  mark_add(app->db, refusals(a, &r->refund), 1);
}

/* ---- what has gone ---- */

enum err
refund_record(struct app *app, struct arena *a, const struct refundable *r,
    const struct fact *f, enum refund_stop stop)
{
	const struct order *o = r->refund.order;
	enum err e = ledger_record(app, a, f, NULL);

	if (e != ERR_OK || stop == REFUND_STOPS_NOTHING || refund_waits(f))
		return e;
	return subscription_stop(app,
	    &(struct subscription_stop){ .tg_id = o->tg_id,
		.product = o->product,
		.order_id = o->id,
		.provider = r->provider->name,
		.at_once = stop == REFUND_STOPS_NOW });
}

/* ---- the job ---- */

struct sending {
	struct order order;
	struct refundable what;
};

/* Where all has gone back already the call is made only for what it ends: it
 * may be our own that went, told of by its event before its answer was
 * recorded. What is disputed by now the bank has taken. */
static enum err
is_pointless(
    struct app *app, struct arena *a, const struct sending *g, bool *pointless)
{
	int64_t n_disputes = 0;
	enum err e = db_one(app->db, a, SQL_DISPUTES_OF_PAYMENT,
	    KV(kv_text("payment_intent", g->what.refund.payment)), row_to_int,
	    &n_disputes);

	*pointless = n_disputes > 0 ||
	    (refund_left(&g->what) <= 0 &&
		(!g->what.charges_again || g->what.refund.part_minor != 0));
	return e;
}

/* The shop's own rules need no word of it; an operator waits for one, and has
 * it by the job that is put aside. */
static const char *
why_pointless(const struct step *s, const struct sending *g)
{
	return audit_is_promise(s->job.promise) && refund_left(&g->what) > 0 ?
	    "the payment is disputed by now: the bank has the money" :
	    NULL;
}

enum err
refund_promise(
    struct db *db, struct arena *a, const struct refund *r, const char *promise)
{
	const char *detail = r->part_minor == 0 ?
	    r->payment :
	    arena_printf(a, "%s %lld", r->payment, (long long)r->part_minor);

	return jobs_promise(
	    db, JOB_REFUND, promise, r->order->tg_id, r->order->id, detail);
}

/* "PAYMENT", or "PAYMENT PART" in minor units. What an operator confirmed has
 * the name of its promise, which stays the same however often it is tried: each
 * confirmation sends its part back once. */
static enum err
read_what(
    struct db *db, struct arena *a, const struct job *job, struct sending *g)
{
	struct str rest = str_from(job->detail);
	const char *payment = arena_dup(a, str_cut(&rest, ' '));
	int64_t part_minor = 0;
	enum err e = refund_read(db, a, &g->order, payment, &g->what);

	(void)str_to_i64(rest, &part_minor);
	g->what.refund.part_minor = part_minor;
	if (audit_is_promise(job->promise))
		g->what.refund.wish = job->promise;
	return e;
}

static enum err
prepare(struct app *app, struct arena *a, struct step *s)
{
	struct sending *g = arena_alloc(a, sizeof(*g));
	bool pointless = true;
	enum err e = ledger_order_by_id(app->db, a, s->job.order_id, &g->order);

	s->state = g;
	if (e == ERR_OK)
		e = read_what(app->db, a, &s->job, g);
	if (e == ERR_OK)
		e = is_pointless(app, a, g, &pointless);
	if (e != ERR_OK || pointless) {
		if (e == ERR_OK)
			s->cannot = why_pointless(s, g);
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	if (g->what.provider == NULL) {
		s->cannot = arena_printf(a,
		    "this program cannot send back what was paid by \"%s\"",
		    g->what.provider_name);
		return ERR_OK;
	}
	e = refund_count_refusals(app->db, a, &g->what);
	if (e != ERR_OK)
		return e;
	s->call = g->what.provider->refund(app, a, &g->what.refund);
	s->has_call = true;
	return ERR_OK;
}

/* It did not go back. The same may be refused for ever, under whatever name it
 * is asked for: the payment is disputed by now, which its event will tell, or
 * the key has no right to do it. */
static void
judge(struct arena *a, const struct step *s, enum err why,
    const struct http_response *res, struct outcome *o)
{
	const struct sending *g = s->state;
	bool passes = why == ERR_THROTTLED || why == ERR_UNAVAILABLE;

	message_retry_call(a, s, g->what.provider->title, why, res, o);
	if (why == ERR_THROTTLED)
		o->after = AFTER_WAIT;
	if (!passes && s->job.attempts >= REFUSED_ATTEMPTS) {
		o->after = AFTER_PARK;
		o->error = arena_printf(a,
		    "%s did not send back %s (%s): send it back there, or by "
		    "admit refund %lld",
		    g->what.provider->title, g->what.refund.payment,
		    err_name(why), (long long)g->order.id);
	}
}

/* Whose access ends by it is told so by that. Whose does not, by another
 * payment of theirs, hears of the money all the same; a part of it is between
 * them and the operator. */
static enum err
tell_buyer(struct app *app, struct arena *a, const struct sending *g,
    const struct fact *f)
{
	enum access access;
	enum err e;

	if (g->order.tg_id == 0 || refund_waits(f) ||
	    g->what.refund.part_minor != 0)
		return ERR_OK;
	e = ledger_access(
	    app->db, a, g->order.tg_id, g->order.product, &access);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	return e == ERR_OK && access == ACCESS_IN ?
	    jobs_promise(app->db, JOB_NOTICE,
		arena_printf(a, "sent_back/%s", g->what.refund.payment),
		g->order.tg_id, g->order.id, "sent_back") :
	    e;
}

static enum err
settle(struct app *app, struct arena *a, struct step *s, enum err call_err,
    const struct http_response *res, struct outcome *o)
{
	const struct sending *g = s->state;
	struct fact f = { 0 };
	enum err e = call_err;

	if (e == ERR_OK)
		e = g->what.provider->refunded(
		    app, a, &g->what.refund, res, &f);
	if (e == ERR_OK && refund_failed(&f))
		e = ERR_REFUSED;
	if (e != ERR_OK && e != ERR_CONFLICT) {
		judge(a, s, e, res, o);
		return e == ERR_REFUSED ?
		    refund_record_refusal(app, a, &g->what, &f) :
		    ERR_OK;
	}
	log_event(
	    LOG_INFO, "payment_sent_back", KV(kv_int("order", g->order.id)));
	e = refund_record(app, a, &g->what, &f, refund_stops(&g->what, false));
	if (e == ERR_OK)
		e = audit_told(app, a, s->job.promise,
		    refund_waits(&f) ? RESULT_WAITS : RESULT_SENT_BACK);
	return e == ERR_OK ? tell_buyer(app, a, g, &f) : e;
}

/* Whether the money waits is for the trail as well. */
const struct job_kind refund_kind = {
	.prepare = prepare, .settle = settle, .tells_trail = true
};
