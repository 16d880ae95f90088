/* The rows of subscriptions, and what follows from how they stand. */
#include "ledger/subscription.h"

#include "base/clock.h"
#include "base/log.h"
#include "ledger/decide.h"
#include "ledger/notify.h"
#include "ledger/trouble.h"
#include "outbox/jobs.h"

#include <stdio.h>

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

/* One that is new is read at once: its first event may have come before the
 * order that it belongs to. */
enum err
subscription_known(struct app *app, struct arena *a, const char *id)
{
	int64_t n = 0;
	enum err e;

	e = db_exec(app->db, SQL_SUBSCRIPTION_ADD, KV(kv_text("id", id)), &n);
	return e == ERR_OK && n > 0 ? promise(app, a, id, 0) : e;
}

enum err
subscription_heard(struct app *app, struct arena *a, const char *id)
{
	int64_t n_read = 0;
	enum err e;

	e = db_one(app->db, a, SQL_SUBSCRIPTION_HEARD, KV(kv_text("id", id)),
	    row_to_int, &n_read);
	if (e == ERR_NOT_FOUND) {
		log_event(LOG_INFO, "subscription_foreign",
		    KV(kv_text("subscription", id)));
		return ERR_OK;
	}
	return e == ERR_OK ? promise(app, a, id, n_read) : e;
}

/* ---- that it is to take no more ---- */

enum err
subscription_stop_nameless(
    struct app *app, int64_t tg_id, const char *product, const char *provider)
{
	int64_t n_new = 0;
	enum err e;

	if (tg_id == 0) /* forgotten: whose it was, nobody could say */
		return ERR_OK;
	e = db_exec(app->db, SQL_CANCEL_NAMELESS,
	    KV(kv_int("tg_id", tg_id), kv_text("product", product),
		kv_text("provider", provider),
		kv_int("now_ms", clock_now_ms())),
	    &n_new);

	if (e == ERR_OK && n_new > 0)
		db_notify(app->db);
	return e;
}

/* Each time is a promise of its own: a buyer may have taken a cancellation back
 * since the last one. One that was put aside is not needed beside it. */
enum err
subscription_stop(struct app *app, const struct subscription_stop *stop)
{
	int64_t n_new = 0, now_ms = clock_now_ms();
	char time[24];
	enum err e;

	(void)snprintf(time, sizeof(time), "%lld", (long long)now_ms);
	e = db_exec(app->db, SQL_CANCEL_SUPERSEDED,
	    KV(kv_int("tg_id", stop->tg_id), kv_text("product", stop->product),
		kv_int("order_id", stop->order_id)),
	    NULL);
	if (e != ERR_OK)
		return e;
	e = db_exec(app->db, SQL_CANCEL_NAMED,
	    KV(kv_int("tg_id", stop->tg_id), kv_text("product", stop->product),
		kv_int("order_id", stop->order_id), kv_text("time", time),
		kv_text("at", stop->at_once ? "now" : "end"),
		kv_int("now_ms", now_ms)),
	    &n_new);
	if (e == ERR_OK && n_new > 0)
		db_notify(app->db);
	return e == ERR_OK ? subscription_stop_nameless(app, stop->tg_id,
				 stop->product, stop->provider) :
			     e;
}

/* ---- by the clock ---- */

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

/* The date is taken off first, so a loop over those that are due comes to its
 * end whatever becomes of the reading. */
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
subscription_renews(const struct subscription *s)
{
	return !s->ends &&
	    (s->status == SUBSCRIPTION_TRIALING ||
		s->status == SUBSCRIPTION_ACTIVE ||
		s->status == SUBSCRIPTION_PAST_DUE);
}

/* ---- as it was read ---- */

enum err
subscription_n_heard(
    struct db *db, struct arena *a, const char *id, int64_t *n_heard)
{
	return db_one(db, a, SQL_SUBSCRIPTION_N_HEARD, KV(kv_text("id", id)),
	    row_to_int, n_heard);
}

/* Where more was heard while its provider was asked, the answer may be older
 * than that. */
static enum err
read_again(struct app *app, struct arena *a, const char *id, int64_t n_read,
    int64_t n_heard)
{
	return n_heard > n_read ? promise(app, a, id, n_read) : ERR_OK;
}

/* The payment is kept apart as well: a refund or a dispute names it alone, and
 * may be about a period that is long over. */
static enum err
write_down(struct app *app, struct arena *a, const struct subscription_now *s,
    int64_t n_read, int64_t *n_heard)
{
	enum err e = db_one(app->db, a, SQL_SUBSCRIPTION_READ,
	    KV(kv_text("id", s->id), kv_int("n_read", n_read),
		kv_int("now_ms", clock_now_ms()),
		kv_int_or_null("look_ms", s->read_again_ms),
		kv_text("status", s->status), kv_text("customer", s->customer),
		kv_int("period_start_ms", s->period_start_ms),
		kv_int("period_end_ms", s->period_end_ms),
		kv_int_or_null("ends_ms", s->ends_ms),
		kv_int_or_null("ended_ms", s->ended_ms),
		kv_text("invoice", s->invoice),
		kv_text("invoice_url", s->invoice_url),
		kv_int("is_owed", s->is_owed),
		kv_int("is_processing", s->is_processing),
		kv_int("collects_not", s->collects_not),
		kv_int_or_null("trial_end_ms", s->trial_end_ms),
		kv_int_or_null("price_minor", s->price_minor),
		kv_text("price_currency", s->price_currency),
		kv_int_or_null("price_period_ms", s->price_period_ms),
		kv_int_or_null("paid_until_ms", s->paid_until_ms),
		kv_int("paid_before_ms", s->paid_before_ms),
		kv_text("payment_intent", s->payment),
		kv_int("paid_minor", s->paid_minor)),
	    row_to_int, n_heard);

	if (e != ERR_OK || s->payment == NULL)
		return e;
	return db_exec(app->db, SQL_INVOICE_PAYMENT_ADD,
	    KV(kv_text("payment_intent", s->payment),
		kv_text("subscription", s->id)),
	    NULL);
}

/* That a payment failed, with the way to make up for it: once for each time
 * that its provider tried. */
static enum err
dun(struct app *app, struct arena *a, const struct subscription_now *s,
    const struct order *o)
{
	const struct subscription known = { .status =
						subscription_status(s->status),
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
	if (e == ERR_OK && n_new > 0)
		e = alert_failure(app, a, o, attempt);
	if (e != ERR_OK || n_new == 0)
		return e;
	return jobs_promise(app->db, JOB_NOTICE,
	    arena_printf(a, "dunning/%s/%lld", attempt, (long long)o->id),
	    o->tg_id, o->id, "dunning");
}

/* That it is going to be charged for the first time: once for each end that a
 * trial was given. */
static enum err
tell_of_trial(struct app *app, struct arena *a,
    const struct subscription_now *s, const struct order *o)
{
	if (s->trial_ends_ms == 0)
		return ERR_OK;
	return jobs_promise(app->db, JOB_NOTICE,
	    arena_printf(a, "trial/%s/%lld/%lld", s->id,
		(long long)s->trial_ends_ms, (long long)o->id),
	    o->tg_id, o->id, "trial_ends");
}

/* What follows for those whose orders began it. */
static enum err
settle(struct app *app, struct arena *a, const struct subscription_now *s)
{
	struct orders *l = arena_alloc(a, sizeof(*l));
	enum err e = ledger_orders_of_subscription(app->db, a, s->id, l);

	if (e == ERR_OK)
		e = decide_orders(app, a, l);
	/* That the payment is of this one may have become known just now. */
	if (e == ERR_OK && l->n > 0)
		e = trouble_follow(app, a, &l->o[0], s->payment);
	for (int i = 0; e == ERR_OK && i < l->n; i++)
		if (l->o[i].paid_ms != 0 && l->o[i].tg_id != 0) {
			e = dun(app, a, s, &l->o[i]);
			if (e == ERR_OK)
				e = tell_of_trial(app, a, s, &l->o[i]);
		}
	return e;
}

enum err
subscription_write(struct app *app, struct arena *a,
    const struct subscription_now *s, int64_t n_read)
{
	int64_t n_heard = 0;
	enum err e = write_down(app, a, s, n_read, &n_heard);

	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e == ERR_OK)
		e = settle(app, a, s);
	return e == ERR_OK ? read_again(app, a, s->id, n_read, n_heard) : e;
}

enum err
subscription_write_none(
    struct app *app, struct arena *a, const char *id, int64_t n_read)
{
	int64_t n_heard = 0;
	enum err e = db_one(app->db, a, SQL_SUBSCRIPTION_UNREADABLE,
	    KV(kv_text("id", id), kv_int("n_read", n_read)), row_to_int,
	    &n_heard);

	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	log_event(
	    LOG_WARN, "subscription_unknown", KV(kv_text("subscription", id)));
	return e == ERR_OK ? read_again(app, a, id, n_read, n_heard) : e;
}
