/* Judging a post that says it is Stripe's. */
#include "payment/stripe_post.h"

#include "base/clock.h"
#include "base/log.h"
#include "payment/stripe_address.h"
#include "payment/stripe_events.h"
#include "stripe/signature.h"

/* Whose event it is. A bad signature is 400, as in Stripe's own examples. */
static enum err
check_signature(
    const struct app *app, const struct request *req, struct post *out)
{
	const char *header = request_variable(req, "HTTP_STRIPE_SIGNATURE");
	enum err e = stripe_signature_check(str_from(header), req->body,
	    app->conf.stripe_webhook_secret, clock_now_ms() / 1000);

	out->refusal = "the signature does not fit";
	return e == ERR_AUTH ? ERR_INPUT : e;
}

static enum err
record(struct app *app, struct arena *a, const void *what, struct order *order)
{
	if (order != NULL)
		*order = (struct order){ 0 }; /* an event has no one order */
	return stripe_events_record(app, a, what);
}

enum err
stripe_post_read(
    const struct app *app, const struct request *req, struct post *out)
{
	struct stripe_event *ev = arena_alloc(req->arena, sizeof(*ev));
	enum err e = check_signature(app, req, out);

	if (e != ERR_OK)
		return e;
	out->refusal = "this is no event";
	if (stripe_event_parse(req->arena, req->body, ev) != ERR_OK)
		return ERR_INPUT;
	out->is_trial = str_eq(str_from(ev->id), STRIPE_TRIAL_EVENT);
	if (out->is_trial)
		return ERR_OK;
	if (!stripe_event_is_of(ev, app->conf.livemode)) {
		log_event(LOG_WARN, "event_of_other_mode",
		    KV(kv_text("id", ev->id), kv_text("type", ev->type)));
		return ERR_OK;
	}
	out->id = ev->id;
	out->type = ev->type;
	out->tg_id = ev->is_thin ? 0 : ev->session.tg_id;
	out->found = (struct finding){ record, ev };
	return ERR_OK;
}
