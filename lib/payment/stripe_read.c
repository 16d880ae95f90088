/* Reading the object that a thin event named, which is a job's work: what
 * Stripe answers is recorded as the event with the object would have been. */
#include "base/array.h"
#include "base/log.h"
#include "outbox/alert.h"
#include "outbox/message.h"
#include "payment/stripe_events.h"
#include "payment/stripe_thin.h"
#include "shop/text.h"
#include "stripe/api.h"

/* The twin may have come meanwhile: then there is nothing to ask. */
static enum err
prepare(struct app *app, struct arena *a, struct step *s)
{
	struct stripe_thin *t = arena_alloc(a, sizeof(*t));
	const struct stripe_api api = app_stripe(app);
	bool is_known;
	enum err e;

	if (stripe_thin_from_detail(a, s->job.detail, t) != ERR_OK) {
		s->cannot = "it names nothing that can be read";
		return ERR_OK;
	}
	e = stripe_thin_is_known(app, a, t->twin, &is_known);
	s->state = t;
	s->has_call = e == ERR_OK && !is_known;
	if (s->has_call)
		s->call = stripe_object_request(a, &api, t->path);
	return e;
}

static enum err
record_new(struct app *app, struct arena *a, const struct stripe_thin *t,
    const struct stripe_event *ev)
{
	bool is_new;
	enum err e = stripe_thin_note(app, t->twin, t->type, &is_new);

	return e == ERR_OK && is_new ? stripe_events_record(app, a, ev) : e;
}

/* Where the object is of no use, the twin is not noted: it may be better. */
static enum err
record(struct app *app, struct arena *a, const struct stripe_thin *t,
    struct json *object)
{
	struct stripe_event ev;

	if (stripe_event_from_object(a, t->type, object, &ev) != ERR_OK)
		return stripe_thin_tell(app, a, t->path, t->type);
	ev.created_s = t->created_s; /* no object says when it happened */
	if (stripe_event_is_of(&ev, app->conf.livemode))
		return record_new(app, a, t, &ev);
	log_event(LOG_WARN, "event_of_other_mode",
	    KV(kv_text("path", t->path), kv_text("type", t->type)));
	return ERR_OK;
}

/* What a restricted key must have the right to read, in Stripe's words. */
static const char *
right_to(const char *path)
{
	static const struct {
		const char *path, *right;
	} rights[] = {
		{ "/v1/checkout/", "Checkout Sessions" },
		{ "/v1/charges/", "Charges and Refunds" },
		{ "/v1/refunds/", "Charges and Refunds" },
		{ "/v1/disputes/", "Disputes" },
		{ "/v1/invoices/", "Invoices" },
		{ "/v1/radar/", "Radar" },
	};

	for (size_t i = 0; i < LENGTH(rights); i++)
		if (str_starts(str_from(path), rights[i].path))
			return rights[i].right;
	return path;
}

/* It is tried again all the same: the key may be mended. */
static enum err
tell_of_key(struct app *app, struct arena *a, const char *path)
{
	const char *right = right_to(path);

	return alert_daily(app, a, arena_printf(a, "key/%s", right),
	    &(struct alert_words){ .text = TEXT_ALERT_KEY_RIGHT,
		.values =
		    KV(kv_text("provider", "Stripe"), kv_text("what", right)) },
	    NULL);
}

static enum err
settle(struct app *app, struct arena *a, struct step *s, enum err call_err,
    const struct http_response *res, struct outcome *o)
{
	const struct stripe_thin *t = s->state;
	struct json *object = NULL;
	enum err e = call_err;

	if (e == ERR_OK)
		e = stripe_answer(a, res, &object);
	if (e == ERR_OK)
		return record(app, a, t, object);
	if (e == ERR_NOT_FOUND) {
		log_event(LOG_INFO, "object_gone",
		    KV(kv_text("path", t->path), kv_text("type", t->type)));
		return ERR_OK;
	}
	message_retry_call(a, s, "Stripe", e, res, o);
	return e == ERR_CONFIG ? tell_of_key(app, a, t->path) : ERR_OK;
}

const struct job_kind read_kind = { .prepare = prepare, .settle = settle };
