/* Telling whoever takes money for an order again and again to take no more, as
 * often as it takes until they say so. */
#include "base/log.h"
#include "ledger/subscription.h"
#include "outbox/message.h"
#include "payment/provider.h"

#define PATIENCE_ATTEMPTS 3 /* with a word that nothing takes any */
#define REFUSED_ATTEMPTS 8  /* before a person must look */

/* What the order began, and who is asked. */
struct asked {
	struct charging charging;
	const char *name;
	const struct provider *provider;
	bool is_over;
};

static void
asked_from_row(const struct row *row, void *ctx)
{
	struct asked *q = ctx;

	q->name = row_text(row, 0);
	q->charging.tg_id = row_int(row, 1);
	q->charging.order = row_text(row, 2);
	q->charging.subscription = row_text(row, 3);
	q->is_over = row_int(row, 4) != 0;
}

/* What has ended by now needs no call, and neither does what was forgotten. */
static enum err
prepare(struct app *app, struct arena *a, struct step *s)
{
	struct asked *q = arena_alloc(a, sizeof(*q));
	enum err e = db_one(app->db, a, SQL_ORDER_CHARGING,
	    KV(kv_int("id", s->job.order_id)), asked_from_row, q);

	s->state = q;
	if (e != ERR_OK || q->is_over)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	q->provider = provider_find(str_from(q->name));
	if (q->provider == NULL || q->provider->stop_charging == NULL) {
		s->cannot = arena_printf(a,
		    "this program cannot tell \"%s\" to charge no more",
		    q->name);
		return ERR_OK;
	}
	q->charging.at_once = str_eq(str_from(s->job.detail), "now");
	s->call = q->provider->stop_charging(app, a, &q->charging);
	s->has_call = true;
	s->is_to_telegram = q->provider->stops_by_telegram;
	return ERR_OK;
}

/* It goes on. The same call may be refused for ever: it has ended before, which
 * the next reading of it will tell, or the key has no right to do it. */
static void
judge(struct arena *a, const struct step *s, enum err why,
    const struct http_response *res, struct outcome *o)
{
	const struct asked *q = s->state;
	bool is_final = why == ERR_REFUSED || why == ERR_CONFIG;

	if (why == ERR_NOT_FOUND && s->job.attempts >= PATIENCE_ATTEMPTS)
		return;
	message_retry_call(a, s, q->provider->title, why, res, o);
	if (why == ERR_THROTTLED)
		o->after = AFTER_WAIT;
	if (is_final && s->job.attempts >= REFUSED_ATTEMPTS) {
		o->after = AFTER_PARK;
		o->error = arena_printf(a,
		    "%s did not cancel %s (%s): cancel it there, or they are "
		    "charged again",
		    q->provider->title,
		    q->charging.subscription != NULL ?
			q->charging.subscription :
			q->charging.order,
		    err_name(why));
	}
}

/* Whatever is said, how the subscription stands now is read: nobody need wait
 * for the event. */
static enum err
settle(struct app *app, struct arena *a, struct step *s, enum err call_err,
    const struct http_response *res, struct outcome *o)
{
	const struct asked *q = s->state;
	enum err e = call_err;

	if (e == ERR_OK)
		e = q->provider->charging_stopped(a, res);
	if (e != ERR_OK)
		judge(a, s, e, res, o);
	else
		log_event(LOG_INFO, "charging_stopped",
		    KV(kv_int("order", s->job.order_id)));
	return q->charging.subscription == NULL ?
	    ERR_OK :
	    subscription_heard(app, a, q->charging.subscription);
}

const struct job_kind cancel_kind = { .prepare = prepare, .settle = settle };
