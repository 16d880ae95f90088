/* The customer portal. */
#include "shop/portal.h"

#include "base/clock.h"
#include "shop/alert.h"
#include "shop/subscription.h"
#include "shop/text.h"

#define PATIENCE_ATTEMPTS 4 /* then the buyer is told */

enum err
portal_prepare(struct app *app, struct arena *a, struct errand *e)
{
	const struct stripe_api api = app_stripe(app);
	struct subscription s = { 0 };
	enum err err =
	    subscription_of(app->db, a, e->job.tg_id, e->job.detail, &s);

	e->has_call = err == ERR_OK && s.customer != NULL;
	if (e->has_call)
		e->call = stripe_portal_request(a, &api, s.customer);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
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

static void
send_on(struct app *app, struct arena *a, struct errand *e, const char *url)
{
	const struct tg_api api = app_telegram(app);
	const struct tg_message m = { .chat_id = e->job.tg_id,
		.text = text_fill(a, TEXT_PORTAL, KV(kv_text("url", url))),
		.button = text_plain(TEXT_PORTAL_BUTTON),
		.button_url = url };

	e->call = tg_request(a, &api, "sendMessage", tg_send_message(a, &m));
	e->is_to_telegram = true;
	e->chat_id = e->job.tg_id;
}

/* The operators are told once a day: it is theirs to switch on. */
static enum err
tell_of_failure(struct app *app, struct arena *a, const struct errand *e)
{
	char today[CLOCK_DATE_BYTES];
	enum err err = jobs_promise(app->db, JOB_NOTICE,
	    arena_printf(a, "portal_failed/%lld", (long long)e->job.id),
	    e->job.tg_id, 0, "portal_failed");

	clock_date(clock_now_ms(), today);
	if (err != ERR_OK)
		return err;
	return alert_promise(app, a, arena_printf(a, "portal/%s", today),
	    text_plain(TEXT_ALERT_PORTAL));
}

enum err
portal_settle(struct app *app, struct arena *a, struct errand *e,
    enum err call_err, const struct http_response *res,
    struct verdict_of_errand *v)
{
	const char *url = NULL;
	enum err err =
	    call_err == ERR_OK ? url_in(app, a, res, &url) : call_err;

	*v = (struct verdict_of_errand){ .end = ERRAND_DONE };
	if (err == ERR_OK) {
		send_on(app, a, e, url);
		v->end = ERRAND_GO_ON;
		return ERR_OK;
	}
	if (err == ERR_CONFIG || err == ERR_REFUSED || err == ERR_NOT_FOUND ||
	    e->job.attempts >= PATIENCE_ATTEMPTS)
		return tell_of_failure(app, a, e);
	v->end = ERRAND_AGAIN;
	v->wait_ms = jobs_backoff_ms(e->job.attempts);
	v->error = arena_printf(a, "Stripe: %s", err_name(err));
	return ERR_OK;
}
