/* Asking Stripe what never came, and recording it. */
#include "payment/reconcile.h"

#include "base/clock.h"
#include "base/log.h"
#include "ledger/ledger.h"
#include "ledger/marks.h"
#include "outbox/alert.h"
#include "outbox/message.h"
#include "payment/stars.h"
#include "payment/stripe_events.h"
#include "shop/text.h"
#include "stripe/list.h"

#include <inttypes.h>

#define MINUTE_MS ((int64_t)60 * 1000)
#define DAY_MS (24 * 60 * MINUTE_MS)
#define REACH_MS (3 * DAY_MS) /* Stripe itself tries so long */
#define LONG_SILENCE_MS (2 * 60 * MINUTE_MS)
#define ON_ITS_WAY_MS (5 * MINUTE_MS) /* an event may take so long */
#define PATIENCE_ATTEMPTS 6           /* then the next run will do */
#define KEPT_MS (40 * DAY_MS)         /* orders that nobody paid: see prune.c */

/* The parts of a run; small ones leave out what has arrived somewhere. */
static const struct {
	enum stripe_list list;
	bool in_full, in_small;
	const char *right;
} parts[RECONCILE__COUNT] = {
	[RECONCILE_UNDELIVERED] = { STRIPE_LIST_UNDELIVERED, false, true,
	    "Events" },
	[RECONCILE_EVENTS] = { STRIPE_LIST_EVENTS, true, false, "Events" },
	[RECONCILE_SESSIONS] = { STRIPE_LIST_SESSIONS, true, false,
	    "Checkout Sessions" },
	[RECONCILE_REFUNDS] = { STRIPE_LIST_REFUNDS, true, false,
	    "Charges and Refunds" },
	[RECONCILE_DISPUTES] = { STRIPE_LIST_DISPUTES, true, false,
	    "Disputes" },
	[RECONCILE_STARS] = { STRIPE_LIST__COUNT, true, true, NULL },
};

const char *
reconcile_right(enum reconcile_part part)
{
	return part < RECONCILE__COUNT ? parts[part].right : NULL;
}

static void
skip_others(struct reconcile *r)
{
	while (r->part < RECONCILE__COUNT &&
	    !(r->is_full ? parts[r->part].in_full : parts[r->part].in_small))
		r->part++;
}

struct reconcile
reconcile_begin(bool is_full, int64_t since_ms)
{
	struct reconcile r = { .is_full = is_full,
		.since_s = since_ms > 0 ? since_ms / 1000 : 0 };

	skip_others(&r);
	return r;
}

void
reconcile_pass(struct reconcile *r)
{
	r->after = NULL;
	r->part++;
	skip_others(r);
}

enum err
reconcile_request(struct app *app, struct arena *a, const struct reconcile *r,
    struct http_request *out)
{
	const struct stripe_api api = app_stripe(app);

	if (r->part >= RECONCILE__COUNT)
		return ERR_NOT_FOUND;
	if (r->part == RECONCILE_STARS) {
		int64_t offset;
		enum err e = mark_get(app->db, a, "stars_offset", &offset);

		*out = stars_list_request(app, a, offset);
		return e;
	}
	*out = stripe_list_request(
	    a, &api, parts[r->part].list, r->since_s, r->after);
	return ERR_OK;
}

/* ---- one object ---- */

/* What the ledger holds about a payment, as a sum that any fact changes. */
struct standing {
	int64_t n_orders, facts;
};

static void
standing_from_row(const struct row *row, void *ctx)
{
	struct standing *s = ctx;

	s->n_orders = row_int(row, 0);
	s->facts = row_int(row, 1);
}

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
	default:
		return ev->session.payment_intent;
	}
}

static enum err
look(struct app *app, struct arena *a, const struct stripe_event *ev,
    struct standing *out)
{
	const char *subscription = ev->subscription != NULL ?
	    ev->subscription :
	    ev->session.subscription;

	return db_one(app->db, a, SQL_STANDING,
	    KV(kv_text("session_id", ev->session.id),
		kv_text("subscription", subscription),
		kv_text("payment_intent", intent_of(ev))),
	    standing_from_row, out);
}

/* Whether nobody can pay it any more, and nobody did: what is forgotten of
 * such a session is not brought back. */
static bool
is_long_over(const struct stripe_session *s)
{
	return s->id != NULL && s->paid == STRIPE_UNPAID && s->created_s > 0 &&
	    s->created_s * 1000 < clock_now_ms() - KEPT_MS;
}

/* An event that has been here is known; other objects say how it stands. */
static enum err
is_news(struct app *app, const struct reconcile *r,
    const struct stripe_event *ev, bool *is_new)
{
	*is_new = ev->livemode == app->conf.livemode &&
	    !(ev->session.id != NULL && ev->session.tg_id == 0) &&
	    !is_long_over(&ev->session);
	/* Refunds do not say their mode; the list has but the key's. */
	if (r->part == RECONCILE_REFUNDS)
		*is_new = true;
	if (!*is_new || ev->id == NULL)
		return ERR_OK;
	return ledger_inbox(app->db, "stripe", ev->id, ev->type, is_new);
}

static enum err
record_one(struct app *app, struct arena *a, struct reconcile *r,
    const struct stripe_event *ev)
{
	struct standing was = { 0 }, is = { 0 };
	bool is_new;
	enum err e = is_news(app, r, ev, &is_new);

	r->n_seen[r->part]++;
	if (e != ERR_OK || !is_new)
		return e;
	e = look(app, a, ev, &was);
	if (e == ERR_OK)
		e = stripe_events_record(app, a, ev);
	if (e == ERR_OK)
		e = look(app, a, ev, &is);
	if (e != ERR_OK || is.n_orders == 0)
		return e;
	if (was.n_orders != is.n_orders || was.facts != is.facts) {
		r->n_healed[r->part]++;
		app->has_work = true;
		log_event(LOG_WARN, "reconciled",
		    KV(kv_text("event", ev->id), kv_text("type", ev->type),
			kv_text("session", ev->session.id),
			kv_text("payment_intent", intent_of(ev))));
	}
	if (r->part == RECONCILE_UNDELIVERED &&
	    ev->created_s * 1000 < clock_now_ms() - ON_ITS_WAY_MS)
		r->n_missed++;
	return ERR_OK;
}

/* The list only grows at its end, so how far it was read is kept. */
static enum err
record_stars(struct app *app, struct arena *a, struct reconcile *r,
    const struct http_response *res)
{
	struct tg_answer answer = { .outcome = TG_LATER };
	int64_t offset, n, n_healed;
	enum err e = mark_get(app->db, a, "stars_offset", &offset);

	tg_answer_read(a, res, &answer);
	if (answer.outcome == TG_WAIT)
		return ERR_THROTTLED;
	if (answer.outcome != TG_DONE)
		return answer.outcome == TG_LATER ? ERR_UNAVAILABLE :
						    ERR_REFUSED;
	if (e == ERR_OK)
		e = stars_list_record(app, a, answer.result, &n, &n_healed);
	if (e == ERR_OK)
		e = mark_set(app->db, "stars_offset", offset + n);
	if (e != ERR_OK)
		return e;
	r->n_seen[r->part] += n;
	r->n_healed[r->part] += n_healed;
	app->has_work |= n_healed > 0;
	if (n < STARS_PAGE)
		reconcile_pass(r);
	else
		r->after = arena_printf(a, "%" PRId64, offset + n);
	return ERR_OK;
}

static enum err
record_page(struct app *app, struct arena *a, struct reconcile *r,
    const struct http_response *res)
{
	struct stripe_page page;
	enum stripe_list list = parts[r->part].list;
	enum err e = stripe_page_answer(a, res, &page);

	for (size_t i = 0; e == ERR_OK && i < page.n; i++) {
		struct stripe_event ev;

		if (stripe_page_read(a, &page, list, i, &ev) == ERR_OK)
			e = record_one(app, a, r, &ev);
	}
	if (e != ERR_OK)
		return e;
	r->after = page.next;
	if (page.next == NULL)
		reconcile_pass(r);
	return ERR_OK;
}

enum err
reconcile_record(struct app *app, struct arena *a, struct reconcile *r,
    const struct http_response *res)
{
	return r->part == RECONCILE_STARS ? record_stars(app, a, r, res) :
					    record_page(app, a, r, res);
}

enum err
reconcile_alarm(struct app *app, struct arena *a, const struct reconcile *r)
{
	char today[CLOCK_DATE_BYTES];

	if (r->n_missed == 0)
		return ERR_OK;
	log_event(LOG_ERROR, "events_never_came", KV(kv_int("n", r->n_missed)));
	clock_date(clock_now_ms(), today);
	return alert_promise(app, a, arena_printf(a, "silence/%s", today),
	    text_count(a, TEXT_ALERT_SILENCE, r->n_missed,
		KV(kv_int("amount", r->n_missed),
		    kv_text("url",
			arena_printf(a, "%s/webhook", app->conf.base_url)))));
}

/* ---- the worker's own run ---- */

/* A step as a job says it: "full since part after n_missed", the promise being
 * of the run's beginning. */
static enum err
promise_step(struct app *app, struct arena *a, const struct reconcile *r,
    const char *run)
{
	const char *step = arena_printf(a, "%d %lld %d %s %lld", r->is_full,
	    (long long)r->since_s, (int)r->part,
	    r->after == NULL ? "-" : r->after, (long long)r->n_missed);
	const char *promise = arena_printf(a, "reconcile/%s/%d/%s", run,
	    (int)r->part, r->after == NULL ? "-" : r->after);

	return jobs_promise(app->db, JOB_RECONCILE, promise, 0, 0, step);
}

static int64_t
number(struct str *rest)
{
	int64_t n = 0;

	(void)str_to_i64(str_cut(rest, ' '), &n);
	return n;
}

static struct reconcile
step_of(struct arena *a, const struct job *job)
{
	struct str rest = str_from(job->detail);
	struct reconcile r = { .is_full = number(&rest) != 0 };
	struct str after;
	int64_t part;

	r.since_s = number(&rest);
	part = number(&rest);
	r.part = part < RECONCILE__COUNT ? (enum reconcile_part)part :
					   RECONCILE__COUNT;
	after = str_cut(&rest, ' ');
	r.after = str_eq(after, "-") ? NULL : arena_dup(a, after);
	r.n_missed = number(&rest);
	return r;
}

static enum err
prepare(struct app *app, struct arena *a, struct step *e)
{
	const struct reconcile r = step_of(a, &e->job);
	enum err err = reconcile_request(app, a, &r, &e->call);

	e->has_call = err == ERR_OK;
	e->is_to_telegram = r.part == RECONCILE_STARS;
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* "reconcile/RUN/...": the run. */
static const char *
run_of(struct arena *a, const struct job *job)
{
	struct str rest = str_from(job->promise);

	(void)str_cut(&rest, '/');
	return arena_dup(a, str_cut(&rest, '/'));
}

/* What may not be read is not made up for by anything else: the operators are
 * told, once a day. */
static enum err
pass_over(struct app *app, struct arena *a, struct reconcile *r, enum err why)
{
	const char *right = reconcile_right(r->part);
	char today[CLOCK_DATE_BYTES];

	reconcile_pass(r);
	if (right == NULL || why != ERR_CONFIG)
		return ERR_OK;
	clock_date(clock_now_ms(), today);
	return alert_promise(app, a, arena_printf(a, "key/%s/%s", right, today),
	    text_fill(a, TEXT_ALERT_KEY_RIGHT, KV(kv_text("what", right))));
}

/* Each step promises the next in the transaction that records it, so a run
 * that is cut off goes on where it was. */
static enum err
settle(struct app *app, struct arena *a, struct step *e, enum err call_err,
    const struct http_response *res, struct outcome *o)
{
	struct reconcile r = step_of(a, &e->job);
	enum err err =
	    call_err == ERR_OK ? reconcile_record(app, a, &r, res) : call_err;

	if (err == ERR_INTERNAL)
		return err;
	if (err != ERR_OK && err != ERR_CONFIG && err != ERR_REFUSED &&
	    e->job.attempts < PATIENCE_ATTEMPTS) {
		message_retry(
		    e, arena_printf(a, "Stripe: %s", err_name(err)), o);
		if (res->retry_after_s > 0 && call_err == ERR_OK)
			o->wait_ms += res->retry_after_s * 1000;
		return ERR_OK;
	}
	if (err != ERR_OK)
		err = pass_over(app, a, &r, err);
	if (err != ERR_OK)
		return err;
	return r.part < RECONCILE__COUNT ?
	    promise_step(app, a, &r, run_of(a, &e->job)) :
	    reconcile_alarm(app, a, &r);
}

const struct job_kind reconcile_kind = { .prepare = prepare, .settle = settle };

struct due {
	struct app *app;
	bool promised;
};

/* A full run after a long silence (this may be a restored copy of the ledger)
 * and once a day, else a small one. A new ledger has missed nothing yet. */
static enum err
run_when_due(struct arena *a, struct due *d)
{
	struct db *db = d->app->db;
	int64_t now_ms = clock_now_ms(), last_ms, full_ms;
	int64_t every_ms = d->app->conf.reconcile_minutes * MINUTE_MS;
	struct reconcile r;
	bool is_full;
	enum err e = mark_get(db, a, "reconcile_ms", &last_ms);

	if (e == ERR_OK)
		e = mark_get(db, a, "reconcile_full_ms", &full_ms);
	if (e != ERR_OK)
		return e;
	if (last_ms > 0 && last_ms <= now_ms && now_ms - last_ms < every_ms)
		return ERR_OK;
	is_full = last_ms == 0 || now_ms - last_ms > LONG_SILENCE_MS ||
	    now_ms - full_ms > DAY_MS;
	e = mark_set(db, "reconcile_ms", now_ms);
	if (e == ERR_OK && is_full)
		e = mark_set(db, "reconcile_full_ms", now_ms);
	if (e != ERR_OK || last_ms == 0)
		return e;
	r = reconcile_begin(is_full, now_ms - REACH_MS);
	d->promised = true;
	return promise_step(
	    d->app, a, &r, arena_printf(a, "%lld", (long long)now_ms));
}

static enum err
in_transaction(struct db *db, void *ctx)
{
	struct arena a = { 0 };
	enum err e = run_when_due(&a, ctx);

	(void)db;
	arena_free(&a);
	return e;
}

enum err
reconcile_when_due(struct app *app, bool *promised)
{
	struct due d = { .app = app };
	enum err e = ERR_OK;

	if (app->conf.reconcile_minutes > 0 &&
	    app->conf.stripe_secret_key != NULL)
		e = db_transaction(app->db, in_transaction, &d);
	*promised = e == ERR_OK && d.promised;
	return e;
}
