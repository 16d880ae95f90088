/* Reading subscriptions and what follows from how they stand. */
#include "ledger/subscription.h"

#include "base/clock.h"
#include "base/log.h"
#include "ledger/decide.h"
#include "outbox/alert.h"
#include "outbox/message.h"
#include "shop/text.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define HOUR_MS (60 * MINUTE_MS)
#define LATE_MS (10 * MINUTE_MS) /* Stripe begins a period by then */
#define EARLY_MS (10 * MINUTE_MS)
#define LOOK_SOON_MS (20 * MINUTE_MS) /* while grace may be but short */
#define LOOK_AGAIN_MS (6 * HOUR_MS)
#define LOOK_SELDOM_MS (24 * HOUR_MS) /* where nothing moves any more */
#define N_DUE 20

/* ---- that there is something to read ---- */

/* While it is being read for what was told up to n_read, all that is told is
 * one promise. */
static enum err
promise(struct app *app, struct arena *a, const char *id, int64_t n_read)
{
	return jobs_promise(app->db, JOB_SUBSCRIPTION,
	    arena_printf(a, "subscription/%s/%lld", id, (long long)n_read), 0,
	    0, id);
}

enum err
subscription_known(struct app *app, struct arena *a, const char *id)
{
	int64_t n = 0;
	enum err e;

	if (!stripe_subscription_id_ok(id))
		return ERR_OK;
	e = db_exec(app->db, SQL_SUBSCRIPTION_ADD, KV(kv_text("id", id)), &n);
	return e == ERR_OK && n > 0 ? promise(app, a, id, 0) : e;
}

enum err
subscription_heard(struct app *app, struct arena *a, const char *id)
{
	int64_t n_read = 0;
	enum err e;

	if (id == NULL)
		return ERR_OK;
	e = db_one(app->db, a, SQL_SUBSCRIPTION_HEARD, KV(kv_text("id", id)),
	    row_to_int, &n_read);
	if (e == ERR_NOT_FOUND) {
		log_event(LOG_INFO, "subscription_foreign",
		    KV(kv_text("subscription", id)));
		return ERR_OK;
	}
	return e == ERR_OK ? promise(app, a, id, n_read) : e;
}

struct due_list {
	const char *ids[N_DUE];
	size_t n;
};

static void
id_from_row(const struct row *row, void *ctx)
{
	struct due_list *l = ctx;

	if (l->n < N_DUE)
		l->ids[l->n++] = row_text(row, 0);
}

enum err
subscription_read_due(struct app *app, struct arena *a, bool *any)
{
	enum err e = ERR_OK;
	size_t n = N_DUE;

	*any = false;
	while (e == ERR_OK && n == N_DUE) {
		struct due_list *l = arena_alloc(a, sizeof(*l));

		e = db_each(app->db, a, SQL_SUBSCRIPTIONS_TO_READ,
		    KV(kv_int("now_ms", clock_now_ms()), kv_int("n", N_DUE)),
		    id_from_row, l);
		n = l->n;
		*any |= n > 0;
		for (size_t i = 0; e == ERR_OK && i < n; i++) {
			e = db_exec(app->db, SQL_SUBSCRIPTION_LOOKED,
			    KV(kv_text("id", l->ids[i])), NULL);
			if (e == ERR_OK)
				e = subscription_heard(app, a, l->ids[i]);
		}
	}
	return e;
}

/* ---- as it is known ---- */

static void
subscription_from_row(const struct row *row, void *ctx)
{
	*(struct subscription *)ctx =
	    (struct subscription){ .id = row_text(row, 0),
		    .status = subscription_status(row_text(row, 1)),
		    .customer = row_text(row, 2),
		    .invoice_url = row_text(row, 3),
		    .is_owed = row_int(row, 4) != 0,
		    .ends = row_int(row, 5) != 0 };
}

enum err
subscription_of(struct db *db, struct arena *a, int64_t tg_id,
    const char *product, struct subscription *out)
{
	return db_one(db, a, SQL_SUBSCRIPTION_OF_BUYER,
	    KV(kv_int("tg_id", tg_id), kv_text("product", product)),
	    subscription_from_row, out);
}

bool
subscription_can_be_paid(const struct subscription *s)
{
	return s->is_owed && s->invoice_url != NULL &&
	    (s->status == SUBSCRIPTION_PAST_DUE ||
		s->status == SUBSCRIPTION_UNPAID);
}

bool
subscription_goes_on(const struct subscription *s)
{
	return !s->ends &&
	    (s->status == SUBSCRIPTION_TRIALING ||
		s->status == SUBSCRIPTION_ACTIVE ||
		s->status == SUBSCRIPTION_PAST_DUE);
}

/* ---- reading it ---- */

static enum err
prepare(struct app *app, struct arena *a, struct step *e)
{
	int64_t *n_heard = arena_alloc(a, sizeof(*n_heard));
	const struct stripe_api api = app_stripe(app);
	enum err err = db_one(app->db, a, SQL_SUBSCRIPTION_N_HEARD,
	    KV(kv_text("id", e->job.detail)), row_to_int, n_heard);

	e->state = n_heard;
	e->has_call = err == ERR_OK;
	if (e->has_call)
		e->call = stripe_subscription_request(a, &api, e->job.detail);
	return err == ERR_NOT_FOUND ? ERR_OK : err; /* forgotten meanwhile */
}

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
next_look_for_money_ms(const struct stripe_subscription *s, int64_t now_ms)
{
	if (s->collects_not)
		return now_ms + LOOK_SELDOM_MS;
	return is_live(s) &&
		now_ms <
		    s->period_start_s * 1000 + ACCESS_RENEWAL_MS + HOUR_MS ?
	    now_ms + LOOK_SOON_MS :
	    now_ms + LOOK_AGAIN_MS;
}

/* When to look whether something changed that nobody told: soon after the
 * period's end, and before access would end; while the period that has begun
 * is not paid, now and then; 0: never again. */
static int64_t
next_look_ms(const struct stripe_subscription *s)
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
		return next_look_for_money_ms(s, now_ms);
	if (end_ms + LATE_MS > now_ms)
		return end_ms + LATE_MS;
	return now_ms + (is_live(s) ? LOOK_AGAIN_MS : LOOK_SELDOM_MS);
}

/* How often it had been told of before it was asked about. */
static int64_t
asked_at(const struct step *e)
{
	const int64_t *n_heard = e->state;

	return *n_heard;
}

static enum err
write_down(struct app *app, struct arena *a, const struct step *e,
    const struct stripe_subscription *s, int64_t *n_heard)
{
	enum err err = db_one(app->db, a, SQL_SUBSCRIPTION_READ,
	    KV(kv_text("id", s->id), kv_int("n_read", asked_at(e)),
		kv_int("now_ms", clock_now_ms()),
		kv_int_or_null("look_ms", next_look_ms(s)),
		kv_text("status", s->word), kv_text("customer", s->customer),
		kv_int("period_start_ms", s->period_start_s * 1000),
		kv_int("period_end_ms", s->period_end_s * 1000),
		kv_int_or_null("ends_ms", s->ends_s * 1000),
		kv_int_or_null("ended_ms", s->ended_s * 1000),
		kv_text("invoice", s->invoice),
		kv_text("invoice_url", s->invoice_url),
		kv_int("is_owed", s->is_owed),
		kv_int("collects_not", s->collects_not),
		kv_int_or_null(
		    "paid_until_ms", is_paid(s) ? s->period_end_s * 1000 : 0),
		kv_int("paid_before_ms",
		    is_live(s) && !s->collects_not ? s->period_start_s * 1000 :
						     0),
		kv_text("payment_intent", s->payment_intent),
		kv_int("paid_minor", s->paid_minor)),
	    row_to_int, n_heard);

	if (err != ERR_OK || s->payment_intent == NULL)
		return err;
	return db_exec(app->db, SQL_INVOICE_PAYMENT_ADD,
	    KV(kv_text("payment_intent", s->payment_intent),
		kv_text("subscription", s->id)),
	    NULL);
}

/* That a payment failed, with the way to make up for it: once for each time
 * that Stripe tried. */
static enum err
dun(struct app *app, struct arena *a, const struct stripe_subscription *s,
    const struct order *o)
{
	const struct subscription known = { .status =
						subscription_status(s->word),
		.invoice_url = s->invoice_url,
		.is_owed = s->is_owed };
	const char *attempt =
	    arena_printf(a, "%s/%lld", s->invoice, (long long)s->n_attempts);
	int64_t n_new = 0;
	enum err e;

	if (s->n_attempts == 0 || !subscription_can_be_paid(&known))
		return ERR_OK;
	e = db_exec(app->db, SQL_SUBSCRIPTION_DUNNED,
	    KV(kv_text("id", s->id), kv_text("dunned", attempt)), &n_new);
	if (e != ERR_OK || n_new == 0)
		return e;
	return jobs_promise(app->db, JOB_NOTICE,
	    arena_printf(a, "dunning/%s/%lld", attempt, (long long)o->id),
	    o->tg_id, o->id, "dunning");
}

static enum err
record(struct app *app, struct arena *a, const struct step *e,
    const struct stripe_subscription *s, int64_t *n_heard)
{
	struct orders *l = arena_alloc(a, sizeof(*l));
	enum err err = write_down(app, a, e, s, n_heard);

	if (err == ERR_OK)
		err = ledger_orders_of_subscription(app->db, a, s->id, l);
	if (err == ERR_OK)
		err = decide_orders(app, a, l);
	for (int i = 0; err == ERR_OK && i < l->n; i++)
		if (l->o[i].paid_ms != 0 && l->o[i].tg_id != 0)
			err = dun(app, a, s, &l->o[i]);
	return err;
}

/* No such subscription: of another account, or of the other mode. */
static enum err
record_none(
    struct app *app, struct arena *a, const struct step *e, int64_t *n_heard)
{
	log_event(LOG_WARN, "subscription_unknown",
	    KV(kv_text("subscription", e->job.detail)));
	return db_one(app->db, a, SQL_SUBSCRIPTION_UNREADABLE,
	    KV(kv_text("id", e->job.detail), kv_int("n_read", asked_at(e))),
	    row_to_int, n_heard);
}

/* A page that is not safe to send a buyer to is none. */
static enum err
answer(const struct app *app, struct arena *a, const struct http_response *res,
    struct stripe_subscription *out)
{
	const struct stripe_api api = app_stripe(app);
	struct json *doc;
	enum err e = stripe_answer(a, res, &doc);

	if (e != ERR_OK)
		return e;
	if (stripe_subscription_read(a, doc, out) == ERR_OK) {
		if (!stripe_redirect_ok(&api, out->invoice_url))
			out->invoice_url = NULL;
		return ERR_OK;
	}
	log_event(LOG_WARN, "subscription_unreadable",
	    KV(kv_text("request_id", res->request_id)));
	return ERR_REFUSED;
}

static enum err
tell_of_key(struct app *app, struct arena *a)
{
	char today[CLOCK_DATE_BYTES];

	clock_date(clock_now_ms(), today);
	return alert_promise(app, a,
	    arena_printf(a, "key/subscriptions/%s", today),
	    text_plain(TEXT_ALERT_KEY));
}

/* res is NULL where no answer came. */
static void
again(struct arena *a, const struct step *e, enum err why,
    const struct http_response *res, struct outcome *o)
{
	message_retry(e, arena_printf(a, "Stripe: %s", err_name(why)), o);
	if (res != NULL && res->retry_after_s > 0)
		o->wait_ms += res->retry_after_s * 1000;
}

static enum err
settle(struct app *app, struct arena *a, struct step *e, enum err call_err,
    const struct http_response *res, struct outcome *o)
{
	struct stripe_subscription s = { 0 };
	int64_t n_heard = 0;
	enum err err = call_err == ERR_OK ? answer(app, a, res, &s) : call_err;

	if (err == ERR_OK && str_eq(str_from(s.id), e->job.detail) &&
	    s.livemode == app->conf.livemode)
		err = record(app, a, e, &s, &n_heard);
	else if (err == ERR_OK || err == ERR_NOT_FOUND)
		err = record_none(app, a, e, &n_heard);
	else {
		again(a, e, err, call_err == ERR_OK ? res : NULL, o);
		return err == ERR_CONFIG ? tell_of_key(app, a) : ERR_OK;
	}
	if (err == ERR_NOT_FOUND) /* forgotten while it was asked about */
		return ERR_OK;
	/* Told of meanwhile: the answer may be older than that. */
	if (err == ERR_OK && n_heard > asked_at(e))
		err = promise(app, a, e->job.detail, asked_at(e));
	return err;
}

const struct job_kind subscription_kind = { .prepare = prepare,
	.settle = settle };
