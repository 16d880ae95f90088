/* A Checkout Session from its beginning to its end. */
#include "payment/stripe_checkout.h"

#include "base/log.h"
#include "payment/stripe_consent.h"
#include "payment/stripe_events.h"
#include "payment/stripe_ours.h"
#include "shop/conf_check.h"

#include <string.h>

/* SELL_WITH says what the bot offers; a link that was handed out before leads
 * here all the same, if there is a price to ask. */
bool
stripe_sells(const struct app *app, const struct product *p)
{
	(void)app;
	return !p->stars_alone;
}

/* The operator's choice, or else the buyer's language where Stripe has it; its
 * own "auto" goes by the browser. */
static const char *
locale_for(const struct conf *c, const char *language)
{
	return language != NULL &&
		str_eq(str_from(c->checkout_locale), "auto") &&
		conf_check_locale(language) == NULL ?
	    language :
	    c->checkout_locale;
}

/* An address of ours to come back to, in the language of who comes. */
static const char *
back_to(struct arena *a, const struct conf *c, const char *page,
    const char *language)
{
	if (language == NULL)
		return arena_printf(a, "%s/%s", c->base_url, page);
	return arena_printf(a, "%s/%s%slanguage=%s", c->base_url, page,
	    strchr(page, '?') == NULL ? "?" : "&", language);
}

/* The sentence, and the terms that it speaks of to be read. */
static const char *
terms_of(struct arena *a, const struct agreement *g)
{
	if (g == NULL || g->url == NULL)
		return g == NULL ? NULL : g->sentence;
	return arena_printf(a, "%s [%s](%s)", g->sentence, g->title, g->url);
}

enum err
stripe_checkout_begin(const struct app *app, struct arena *a,
    const struct sale *sale, struct http_request *out)
{
	const struct stripe_api api = app_stripe(app);
	const struct conf *c = &app->conf;
	const struct product *p = sale->product;
	const struct stripe_order o = {
		.tg_id = sale->tg_id,
		.product = p->id,
		.shop = ours_mark(app, a),
		.price_id = p->price_id,
		.product_name = product_title(p, sale->language),
		.amount_minor = p->amount_minor,
		.currency = p->currency,
		.every = p->every,
		.every_n = p->every_n,
		.trial_days = sale->may_try ? p->trial_days : 0,
		.trial_amount_minor = p->trial_amount_minor,
		/* Stripe puts the session's id into the braces; by it the page
		 * finds the purchase, whoever's browser it is. */
		.success_url = back_to(a, c,
		    "paid?session_id={CHECKOUT_SESSION_ID}", sale->language),
		.cancel_url = back_to(a, c, "cancel", sale->language),
		.locale = locale_for(c, sale->language),
		.promotion_codes = c->allow_promotion_codes != 0,
		.automatic_tax = c->automatic_tax != 0,
		.terms = terms_of(a, sale->agreement),
		.consent = sale->agreement == NULL ?
		    NULL :
		    stripe_consent_mark(
			a, sale->agreement, sale->agrees_themselves),
		/* Stripe answers a repeated key with the first session, so that
		 * a retry or a double click opens no second page. */
		.idempotency_key = sale->key,
	};

	*out = stripe_create_request(a, &api, &o);
	return ERR_OK;
}

enum err
stripe_checkout_begun(const struct app *app, struct arena *a,
    const struct http_response *res, struct opened *out)
{
	const struct stripe_api api = app_stripe(app);
	struct stripe_session s;
	enum err e = stripe_session_answer(a, res, &s);

	if (e != ERR_OK)
		return e;
	/* The buyer's browser goes wherever this says. An answer that is not
	 * what it should be must not lead them to a page that only looks like
	 * Stripe's. */
	if (!stripe_redirect_ok(&api, s.url)) {
		log_event(LOG_ERROR, "session_url_unsafe",
		    KV(kv_text("session", s.id)));
		return ERR_REFUSED;
	}
	/* Stripe counts in seconds, the ledger in milliseconds. */
	*out = (struct opened){ s.id, s.url, s.expires_s * 1000, s.amount_minor,
		s.currency, s.livemode };
	return ERR_OK;
}

struct http_request
stripe_checkout_ask(const struct app *app, struct arena *a, const char *id)
{
	const struct stripe_api api = app_stripe(app);

	return stripe_session_request(a, &api, id);
}

struct http_request
stripe_checkout_stop(const struct app *app, struct arena *a, const char *id)
{
	const struct stripe_api api = app_stripe(app);

	return stripe_expire_request(a, &api, id);
}

/* The table's functions take any provider's finding; here it is known to be a
 * session. */
static enum err
record(struct app *app, struct arena *a, const void *what, struct order *order)
{
	return stripe_events_record_session(app, a, what, order);
}

/* The other mode of the key has sessions as well: none of this ledger's. */
enum err
stripe_checkout_told(const struct app *app, struct arena *a,
    const struct http_response *res, struct finding *out)
{
	struct stripe_session *s = arena_alloc(a, sizeof(*s));
	enum err e = stripe_session_answer(a, res, s);

	if (e != ERR_OK)
		return e;
	*out = (struct finding){ record, s };
	return s->livemode == app->conf.livemode ? ERR_OK : ERR_NOT_FOUND;
}
