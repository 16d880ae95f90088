/* Looking at what is switched on at Stripe. */
#include "payment/stripe_options.h"

/* Neither is asked of a shop that does without it, since each question takes a
 * right of a restricted key's. */
static enum err
ask(struct checkup *c, const char *path, struct json **doc)
{
	const struct stripe_api api = app_stripe(c->app);
	struct http_request req = stripe_get_request(c->arena, &api, path);
	struct http_response res;
	enum err e = c->send(c, &req, &res);

	return e == ERR_OK ? stripe_answer(c->arena, &res, doc) : e;
}

/* The page has no settings until somebody saves them once, for each mode, and
 * until then Stripe opens it for nobody. */
static void
check_portal(struct checkup *c)
{
	struct json *doc;

	if (!catalog_has_plans(&c->app->catalog) ||
	    ask(c, "billing_portal/configurations?is_default=true&limit=1",
		&doc) != ERR_OK ||
	    json_at(doc, "data") == NULL)
		return;
	if (json_count(doc, "data") > 0 && json_is_true(doc, "data.0.active"))
		c->say(c, CHECK_GOOD, "portal",
		    "subscribers can see to their card and their invoices",
		    NULL);
	else
		c->say(c, CHECK_BAD, "portal",
		    "the customer portal is not switched on, so subscribers "
		    "cannot change their card",
		    "save its settings once at Stripe: Settings, Billing, "
		    "Customer portal, in the key's mode");
}

/* Without a registration Stripe reckons, and takes nothing. */
static void
check_registrations(struct checkup *c, enum err e, struct json *doc)
{
	if (e != ERR_OK || json_at(doc, "data") == NULL)
		return;
	if (json_count(doc, "data") > 0)
		c->say(c, CHECK_GOOD, "tax", "Stripe works it out", NULL);
	else
		c->say(c, CHECK_NOTE, "tax",
		    "AUTOMATIC_TAX is 1 and there is no registration at "
		    "Stripe, so no tax is taken from anybody: add one there "
		    "(Settings, Tax, Registrations) or set it to 0",
		    NULL);
}

static void
check_tax(struct checkup *c)
{
	struct json *settings = NULL, *registrations = NULL;
	enum err of_settings, of_registrations;
	const char *status;

	if (c->app->conf.automatic_tax == 0)
		return;
	of_settings = ask(c, "tax/settings", &settings);
	of_registrations =
	    ask(c, "tax/registrations?status=active&limit=1", &registrations);
	status = of_settings == ERR_OK ? json_text(settings, "status") : NULL;
	if (status != NULL && !str_eq(str_from(status), "active"))
		c->say(c, CHECK_BAD, "tax",
		    "AUTOMATIC_TAX is 1 and Stripe Tax is not set up, so "
		    "Stripe opens no page to pay on",
		    "finish it at Stripe (Settings, Tax: the head office and "
		    "what is sold), or set AUTOMATIC_TAX to 0");
	else
		check_registrations(c, of_registrations, registrations);
}

void
stripe_options_check(struct checkup *c)
{
	check_portal(c);
	check_tax(c);
}
