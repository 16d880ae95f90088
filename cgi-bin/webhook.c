/* POST /webhook: Stripe's events, verified, recorded, then answered. Calls
 * nobody: what follows from an event is the worker's to do. */
#include "base/clock.h"
#include "base/log.h"
#include "front/posts.h"
#include "payment/stripe_events.h"
#include "stripe/signature.h"

/* Whose event it is. A bad signature is 400, as in Stripe's own examples. */
static bool
is_from_stripe(const struct app *app, struct exchange *x)
{
	const char *header = request_variable(&x->req, "HTTP_STRIPE_SIGNATURE");
	enum err e = stripe_signature_check(str_from(header), x->req.body,
	    app->conf.stripe_webhook_secret, clock_now_ms() / 1000);

	if (e == ERR_INPUT || e == ERR_AUTH)
		intake_refuse(x, ERR_INPUT, "the signature does not fit");
	else if (e != ERR_OK)
		intake_refuse(x, e, "the server is not set up");
	return e == ERR_OK;
}

static void *
judge(struct app *app, struct exchange *x)
{
	struct stripe_event *ev = arena_alloc(x->req.arena, sizeof(*ev));

	if (!is_from_stripe(app, x))
		return NULL;
	if (stripe_event_parse(x->req.arena, x->req.body, ev) != ERR_OK) {
		intake_refuse(x, ERR_INPUT, "this is no event");
		return NULL;
	}
	x->res = response_json(200, str_from("{\"received\":true}"));
	if (ev->livemode != app->conf.livemode) {
		log_event(LOG_WARN, "event_of_other_mode",
		    KV(kv_text("id", ev->id), kv_text("type", ev->type)));
		return NULL;
	}
	return ev;
}

static enum err
record(struct app *app, struct exchange *x, void *what)
{
	const struct stripe_event *ev = what;
	bool is_new = false;
	enum err e = ledger_inbox(app->db, "stripe", ev->id, ev->type, &is_new);

	if (e != ERR_OK || !is_new)
		return e;
	app->has_work |= ev->kind != STRIPE_OTHER;
	return stripe_events_record(app, x->req.arena, ev);
}

int
main(void)
{
	static const struct intake webhook = { PROGRAM_WEBHOOK, "webhook",
		judge, record };

	return intake_main(&webhook);
}
