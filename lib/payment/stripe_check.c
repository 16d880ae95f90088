/* Trying Stripe's key and what depends on it. */
#include "payment/stripe_check.h"

#include "base/array.h"
#include "base/clock.h"
#include "payment/stripe_address.h"
#include "payment/stripe_endpoint.h"
#include "payment/stripe_options.h"
#include "payment/stripe_prices.h"
#include "stripe/event.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* A fifth of the age at which signatures are refused: time enough to set the
 * clock before sales are lost. */
#define MAX_SKEW_S 60

static void
good(struct checkup *c, const char *what, const char *detail)
{
	c->say(c, CHECK_GOOD, what, detail, NULL);
}

static void
bad(struct checkup *c, const char *what, const char *detail, const char *mend)
{
	c->say(c, CHECK_BAD, what, detail, mend);
}

static void
advise(struct checkup *c, const char *what, const char *detail)
{
	c->say(c, CHECK_NOTE, what, detail, NULL);
}

/* What Stripe says where it does not take the key, or nobody where it does not
 * answer: each wants another remedy, and other people. */
static void
say_unusable(struct checkup *c, const struct http_response *res, enum err e)
{
	struct json *doc = NULL;
	bool is_json = json_parse(c->arena, res->body, &doc) == ERR_OK;
	struct str code = str_from(is_json ? json_text(doc, "error.code") : "");

	if (e == ERR_UNAVAILABLE && res->status == 0)
		bad(c, "Stripe", "no answer",
		    "is the network there, and https allowed out?");
	else if (str_eq(code, "api_key_expired"))
		bad(c, "Stripe", "the key has expired or was revoked",
		    "make another at Stripe (Developers, API keys) and put it "
		    "into STRIPE_SECRET_KEY");
	else if (res->status == 401)
		bad(c, "Stripe", "the key is not known there",
		    "copy STRIPE_SECRET_KEY again (Developers, API keys)");
	else if (e == ERR_UNAVAILABLE || e == ERR_THROTTLED)
		bad(c, "Stripe",
		    arena_printf(
			c->arena, "is in trouble or busy (%d)", res->status),
		    "run this again in a minute; https://status.stripe.com "
		    "tells more");
	else
		bad(c, "Stripe",
		    arena_printf(c->arena, "the key could not be used (%d)",
			res->status),
		    "is that Stripe at all? The log above says what it was");
}

/* Whether Stripe knows the key: with one that it does not, nothing else need be
 * asked. What it may do is tried by and by. *date_s: Stripe's clock; -1: not
 * heard. */
static bool
check_key(struct checkup *c, int64_t *date_s)
{
	const struct stripe_api api = app_stripe(c->app);
	struct http_request req = stripe_probe_request(c->arena, &api);
	/* The Date of Stripe's answer comes even with a refusal, so a wrong key
	 * does not hide a wrong clock. */
	struct http_response res = { .date_s = -1 };
	struct json *doc;
	enum err e = c->send(c, &req, &res);

	*date_s = res.date_s;
	if (e == ERR_OK)
		e = stripe_answer(c->arena, &res, &doc);
	if (e == ERR_OK || res.status == 403)
		good(c, "Stripe",
		    c->app->conf.livemode ?
			"the key works, live mode: real money" :
			"the key works, test mode: no real money");
	else
		say_unusable(c, &res, e);
	/* Of one that nobody was asked about we know nothing. */
	return e == ERR_OK || res.status == 403 || res.status == 0;
}

/* What is read when an event did not come, and what subscriptions are read by:
 * without these rights nobody would miss anything until it is too late. */
static const struct right {
	const char *path, *name;
	bool of_plans;
} rights[] = {
	{ "checkout/sessions?limit=1", "Checkout Sessions", false },
	{ "events?limit=1", "Events", false },
	{ "refunds?limit=1", "Charges and Refunds", false },
	{ "disputes?limit=1", "Disputes", false },
	{ "subscriptions?limit=1", "Subscriptions", true },
	{ "invoices?limit=1", "Invoices", true },
};

/* ERR_CONFIG: the key may not do that. */
static enum err
ask(struct checkup *c, const char *path, struct json **doc)
{
	const struct stripe_api api = app_stripe(c->app);
	struct http_request req = stripe_get_request(c->arena, &api, path);
	struct http_response res;
	enum err e = c->send(c, &req, &res);

	return e == ERR_OK ? stripe_answer(c->arena, &res, doc) : e;
}

static const char *
one_more(struct checkup *c, const char *list, const char *name)
{
	return arena_printf(
	    c->arena, "%s%s%s", list, list[0] == '\0' ? "" : ", ", name);
}

/* Any other failure says nothing of the key: it would blame the operator for
 * Stripe's bad minute. */
static const char *
not_readable(struct checkup *c)
{
	const char *missing = "";
	struct json *doc;

	for (size_t i = 0; i < LENGTH(rights); i++) {
		const struct right *r = &rights[i];

		if ((!r->of_plans || catalog_has_plans(&c->app->catalog)) &&
		    ask(c, r->path, &doc) == ERR_CONFIG)
			missing = one_more(c, missing, r->name);
	}
	return missing;
}

/* What a restricted key must have the right to write. Each call names what
 * there is not, or a word that is none, so Stripe refuses it for that and
 * nothing comes of it; the right is judged before that, by a 403. */
static const struct deed {
	const char *path, *name;
	bool of_plans;
	const char *param, *value;
} deeds[] = {
	{ "checkout/sessions", "Checkout Sessions", false, "mode", "none" },
	{ "refunds", "Charges and Refunds", false, "payment_intent", "none" },
	{ "subscriptions/none", "Subscriptions", true, "cancel_at_period_end",
	    "true" },
	{ "billing_portal/sessions", "Customer portal", true, "customer",
	    "none" },
};

/* ERR_OK: it has the right. ERR_CONFIG: it has not. Others: nobody knows. */
static enum err
try_deed(struct checkup *c, const struct deed *d)
{
	const struct stripe_api api = app_stripe(c->app);
	struct http_request req = stripe_post_request(
	    c->arena, &api, d->path, KV(kv_text(d->param, d->value)));
	struct http_response res;
	struct json *doc;
	enum err e = c->send(c, &req, &res);

	if (e == ERR_OK)
		e = stripe_answer(c->arena, &res, &doc);
	return e == ERR_REFUSED || e == ERR_NOT_FOUND ? ERR_OK : e;
}

static const char *
not_writable(struct checkup *c, const char **unknown)
{
	const char *missing = "";

	for (size_t i = 0; i < LENGTH(deeds); i++) {
		const struct deed *d = &deeds[i];
		enum err e;

		if (d->of_plans && !catalog_has_plans(&c->app->catalog))
			continue;
		e = try_deed(c, d);
		if (e == ERR_CONFIG)
			missing = one_more(c, missing, d->name);
		else if (e != ERR_OK)
			*unknown = one_more(c, *unknown, d->name);
	}
	return missing;
}

/* A full key may do everything. */
static void
check_rights(struct checkup *c)
{
	bool is_full =
	    !str_starts(str_from(c->app->conf.stripe_secret_key), "rk_");
	const char *unknown = "", *unread = not_readable(c);
	const char *unwritten = is_full ? "" : not_writable(c, &unknown);
	bool lacks_both = unread[0] != '\0' && unwritten[0] != '\0';

	if (unread[0] != '\0' || unwritten[0] != '\0')
		bad(c, "Stripe",
		    arena_printf(c->arena, "the key may not %s%s%s%s%s",
			unread[0] != '\0' ? "read: " : "", unread,
			lacks_both ? "; nor " : "",
			unwritten[0] != '\0' ? "write: " : "", unwritten),
		    "give the restricted key these rights: sales, refunds, "
		    "cancellations and what never came need them");
	if (unknown[0] != '\0')
		advise(c, "Stripe",
		    arena_printf(c->arena,
			"not tried whether the key may write: %s", unknown));
	if (!is_full && unwritten[0] == '\0' && unknown[0] == '\0')
		good(c, "Stripe", "the key may write what it needs to");
}

/* Whether it hears of the same sales as ours does. */
static bool
is_like_ours(struct checkup *c, struct json *endpoint)
{
	const char *url = json_text(endpoint, "url");
	size_t n = json_count(endpoint, "enabled_events");

	if (url == NULL || stripe_endpoint_is_ours(c->app, url))
		return false;
	for (size_t i = 0; i < n; i++) {
		char path[40];
		const char *type;

		(void)snprintf(path, sizeof(path), "enabled_events.%zu", i);
		type = json_text(endpoint, path);
		if (str_eq(str_from(type), "*") ||
		    str_eq(str_from(type), "checkout.session.completed"))
			return true;
	}
	return false;
}

/* Ours must be there; other shops on the account are no fault. If the key may
 * tell of them at all. */
static void
check_endpoints(struct checkup *c)
{
	struct json *doc = NULL;
	size_t n = 0;

	/* A restricted key needs no right to this list for selling, so a
	 * refusal is passed over in silence. A hundred is the most that Stripe
	 * puts on one page. */
	if (ask(c, "webhook_endpoints?limit=100", &doc) != ERR_OK ||
	    json_at(doc, "data") == NULL)
		return;
	n = json_count(doc, "data");
	stripe_endpoint_check(c, doc);
	for (size_t i = 0; i < n; i++) {
		char path[32];
		struct json *endpoint;

		(void)snprintf(path, sizeof(path), "data.%zu", i);
		endpoint = json_at(doc, path);
		if (is_like_ours(c, endpoint))
			advise(c, "Stripe",
			    arena_printf(c->arena,
				"the account tells %s of sales as well; "
				"another shop's sales are left alone here, "
				"by their mark",
				json_text(endpoint, "url")));
	}
}

/* A host with a wrong clock takes every post of Stripe's for a stale one, and
 * no payment would ever arrive. */
static void
check_clock(struct checkup *c, int64_t date_s)
{
	int64_t skew_s = clock_now_ms() / 1000 - date_s;

	if (date_s < 0)
		advise(c, "clock", "not compared: Stripe did not answer");
	else if (llabs(skew_s) <= MAX_SKEW_S)
		good(c, "clock", "agrees with Stripe's");
	else
		bad(c, "clock",
		    arena_printf(
			c->arena, "is %" PRId64 " s off Stripe's", skew_s),
		    "set this host's clock (ntp): signatures older than 300 s "
		    "are refused");
}

/* The clock is compared with Stripe's, since it is Stripe's signatures that
 * grow old. */
void
stripe_check(struct checkup *c)
{
	int64_t date_s;
	bool is_known = check_key(c, &date_s);

	if (is_known) {
		check_rights(c);
		check_endpoints(c);
		stripe_options_check(c);
	}
	stripe_prices_check(c, is_known);
	check_clock(c, date_s);
	stripe_address_check(c);
}

/* The list comes from the table that reads events, so an operator cannot be
 * told of fewer than the program waits for. The version is the one that the
 * reading was written for. */
const char *
stripe_setup(const struct app *app, struct arena *a)
{
	const char *events = "";

	for (size_t i = 0; stripe_event_type(i) != NULL; i++)
		events =
		    arena_printf(a, "%s    %s\n", events, stripe_event_type(i));
	return arena_printf(a,
	    "At Stripe, under Developers, Webhooks, add an endpoint:\n\n"
	    "  URL          %s/webhook\n"
	    "  API version  " STRIPE_API_VERSION " (or the newest offered)\n"
	    "  events\n%s"
	    "\nIts signing secret (whsec_...) is STRIPE_WEBHOOK_SECRET.\n",
	    app->conf.base_url, events);
}
