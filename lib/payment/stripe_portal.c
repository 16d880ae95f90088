/* The buyer's own page at Stripe, where they see their invoices, change the
 * card and cancel: asked for in the chat, fetched from Stripe and sent on at
 * once, because whoever holds its address is taken for the buyer: it is written
 * down nowhere. */
#include "ledger/ledger.h"
#include "ledger/subscription.h"
#include "outbox/alert.h"
#include "outbox/message.h"
#include "shop/text.h"

#define PATIENCE_ATTEMPTS 4 /* then the buyer is told */

static enum err
prepare(struct app *app, struct arena *a, struct step *s)
{
	const struct stripe_api api = app_stripe(app);
	struct subscription of = { 0 };
	enum err e =
	    subscription_of(app->db, a, s->job.tg_id, s->job.detail, &of);

	s->has_call = e == ERR_OK && of.customer != NULL;
	if (s->has_call)
		s->call = stripe_portal_request(a, &api, of.customer);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err
url_in(const struct app *app, struct arena *a, const struct http_response *res,
    const char **url)
{
	const struct stripe_api api = app_stripe(app);
	struct json *doc;
	enum err e = stripe_answer(a, res, &doc);

	if (e != ERR_OK)
		return e;
	*url = json_text(doc, "url");
	return stripe_redirect_ok(&api, *url) ? ERR_OK : ERR_REFUSED;
}

static enum err
send_on(struct app *app, struct arena *a, struct step *s, const char *url)
{
	struct tg_message m = { .chat_id = s->job.tg_id, .button_url = url };
	enum language in;
	enum err e = ledger_language(app->db, a, s->job.tg_id, &in);

	if (e != ERR_OK)
		return e;
	m.text = text_fill_in(in, a, TEXT_PORTAL, KV(kv_text("url", url)));
	m.button = text_plain_in(in, TEXT_PORTAL_BUTTON);
	message_send(app, a, s, &m);
	return ERR_OK;
}

/* The operators are told once a day: it is theirs to switch on. */
static enum err
tell_of_failure(struct app *app, struct arena *a, const struct step *s)
{
	enum err e = jobs_promise(app->db, JOB_NOTICE,
	    arena_printf(a, "portal_failed/%lld", (long long)s->job.id),
	    s->job.tg_id, 0, "portal_failed");

	return e == ERR_OK ?
	    alert_daily(app, a, "portal",
		&(struct alert_words){
		    .text = TEXT_ALERT_PORTAL, .values = KV_NONE },
		NULL) :
	    e;
}

static enum err
settle(struct app *app, struct arena *a, struct step *s, enum err call_err,
    const struct http_response *res, struct outcome *o)
{
	const char *url = NULL;
	enum err e;

	if (s->is_to_telegram)
		return message_settle(app, a, s, call_err, res, o);
	e = call_err == ERR_OK ? url_in(app, a, res, &url) : call_err;
	if (e == ERR_OK) {
		o->after = AFTER_HELD_CALL;
		return send_on(app, a, s, url);
	}
	if (e == ERR_CONFIG || e == ERR_REFUSED || e == ERR_NOT_FOUND ||
	    s->job.attempts >= PATIENCE_ATTEMPTS)
		return tell_of_failure(app, a, s);
	message_retry_call(a, s, "Stripe", e, res, o);
	return ERR_OK;
}

const struct job_kind portal_kind = { .prepare = prepare, .settle = settle };
