/* Registering the endpoint, and looking at it. */
#include "payment/stripe_endpoint.h"

#include "base/json.h"
#include "stripe/api.h"
#include "stripe/event.h"

#include <stdio.h>
#include <string.h>

#define MAX_FIELDS 80
#define MARK "admit" /* in the endpoint's metadata: made by this program */

/* Of a short address and of one for hosts that allow no rewriting. */
bool
stripe_endpoint_is_ours(const struct app *app, const char *url)
{
	const char *base = app->conf.base_url;
	struct str path = str_from(url);

	if (url == NULL || base == NULL || !str_starts(path, base))
		return false;
	path.p += strlen(base);
	path.len -= strlen(base);
	return str_eq(path, "/webhook") || str_eq(path, "/stripe/webhook") ||
	    str_eq(path, "/webhook/stripe") ||
	    str_eq(path, "/cgi-bin/webhook.fcgi");
}

static struct json *
find_ours(const struct app *app, struct json *list)
{
	size_t n = json_count(list, "data");

	for (size_t i = 0; i < n; i++) {
		char path[32];
		struct json *one;

		(void)snprintf(path, sizeof(path), "data.%zu", i);
		one = json_at(list, path);
		if (stripe_endpoint_is_ours(app, json_text(one, "url")))
			return one;
	}
	return NULL;
}

static bool
sends(struct json *endpoint, const char *type)
{
	size_t n = json_count(endpoint, "enabled_events");

	for (size_t i = 0; i < n; i++) {
		char path[40];
		struct str one;

		(void)snprintf(path, sizeof(path), "enabled_events.%zu", i);
		one = str_from(json_text(endpoint, path));
		if (str_eq(one, "*") || str_eq(one, type))
			return true;
	}
	return false;
}

/* The events that it does not send, with commas; "": none. */
static const char *
lacking(struct arena *a, struct json *endpoint)
{
	const char *list = "", *type;

	for (size_t i = 0; (type = stripe_event_type(i)) != NULL; i++)
		if (!sends(endpoint, type))
			list = arena_printf(a, "%s%s%s", list,
			    list[0] == '\0' ? "" : ", ", type);
	return list;
}

/* Stripe switches an endpoint off by itself when it was not reached for days,
 * and tells nobody but the account's owner by mail. */
static bool
is_on(struct json *endpoint)
{
	return !str_eq(str_from(json_text(endpoint, "status")), "disabled");
}

static enum err
ask(struct checkup *c, const struct http_request *req, struct json **doc)
{
	struct http_response res;
	enum err e = c->send(c, req, &res);

	return e == ERR_OK ? stripe_answer(c->arena, &res, doc) : e;
}

/* ---- looking at it ---- */

/* No fault: what Stripe has added since is read mildly, and whoever rolls the
 * endpoint to a newer version knows why. */
static void
check_version(struct checkup *c, struct json *endpoint)
{
	const char *version = json_text(endpoint, "api_version");

	if (version != NULL && !str_eq(str_from(version), STRIPE_API_VERSION))
		c->say(c, CHECK_NOTE, "endpoint",
		    arena_printf(c->arena,
			"Stripe sends events in version %s; this program was "
			"written for " STRIPE_API_VERSION,
			version),
		    NULL);
}

/* An address that hears of thin events alone stands in another list, that of
 * event destinations. */
static bool
has_destination(struct checkup *c)
{
	const struct stripe_api api = app_stripe(c->app);
	struct http_request req = stripe_get_request(c->arena, &api, "");
	struct json *list;
	size_t n = 0;

	req.url = arena_printf(c->arena,
	    "%s/v2/core/event_destinations?limit=100&include[0]="
	    "webhook_endpoint.url",
	    api.base);
	if (ask(c, &req, &list) == ERR_OK)
		n = json_count(list, "data");
	for (size_t i = 0; i < n; i++) {
		char path[48];

		(void)snprintf(
		    path, sizeof(path), "data.%zu.webhook_endpoint.url", i);
		if (stripe_endpoint_is_ours(c->app, json_text(list, path)))
			return true;
	}
	return false;
}

void
stripe_endpoint_check(struct checkup *c, struct json *list)
{
	struct json *ours = find_ours(c->app, list);
	const char *missing = ours == NULL ? "" : lacking(c->arena, ours);

	if (ours == NULL && has_destination(c)) {
		c->say(c, CHECK_GOOD, "endpoint",
		    "Stripe sends thin events here", NULL);
		return;
	}
	if (ours == NULL) {
		c->say(c, CHECK_BAD, "endpoint",
		    arena_printf(c->arena, "Stripe sends no events to %s",
			c->app->conf.base_url),
		    "run `admit setup stripe`");
		return;
	}
	if (!is_on(ours))
		c->say(c, CHECK_BAD, "endpoint",
		    "is switched off at Stripe: nobody who pays is let in",
		    "run `admit setup stripe`");
	else if (missing[0] != '\0')
		c->say(c, CHECK_BAD, "endpoint",
		    arena_printf(c->arena, "Stripe does not send %s", missing),
		    "run `admit setup stripe`");
	else
		c->say(c, CHECK_GOOD, "endpoint", json_text(ours, "url"), NULL);
	check_version(c, ours);
}

/* ---- registering it ---- */

struct fields {
	struct kv all[MAX_FIELDS];
	size_t n;
};

static void
put(struct fields *f, const char *name, const char *value)
{
	if (f->n < MAX_FIELDS)
		f->all[f->n++] = kv_text(name, value);
}

/* What it sends already is kept: somebody wanted it. */
static void
put_events(struct fields *f, struct json *endpoint)
{
	size_t n = json_count(endpoint, "enabled_events");
	const char *type;

	for (size_t i = 0; i < n; i++) {
		char path[40];

		(void)snprintf(path, sizeof(path), "enabled_events.%zu", i);
		put(f, "enabled_events[]", json_text(endpoint, path));
	}
	for (size_t i = 0; (type = stripe_event_type(i)) != NULL; i++)
		if (!sends(endpoint, type))
			put(f, "enabled_events[]", type);
}

static enum err
post(struct checkup *c, const char *path, const struct fields *f,
    struct json **doc)
{
	const struct stripe_api api = app_stripe(c->app);
	struct http_request req = stripe_post_request(
	    c->arena, &api, path, (struct kvs){ f->all, f->n });

	return ask(c, &req, doc);
}

static bool
failed(struct checkup *c, enum err e)
{
	c->say(c, CHECK_BAD, "endpoint", "could not be registered at Stripe",
	    e == ERR_CONFIG ?
		"the key is wrong or may not do this: a restricted key needs "
		"Webhook Endpoints: write; or enter it by hand, as "
		"`admit setup` prints it" :
		e == ERR_REFUSED ?
		"Stripe refused it, the log above says why; Stripe wants a "
		"public https address" :
		"no answer from Stripe: run this again");
	return false;
}

/* The version is said, because without it Stripe takes the account's, which may
 * be years old and of another shape. */
static bool
make(struct checkup *c, const char **setting, const char **secret)
{
	const char *url =
	    arena_printf(c->arena, "%s/webhook", c->app->conf.base_url);
	struct fields f = { .n = 0 };
	struct json *made;
	enum err e;

	put(&f, "url", url);
	put(&f, "api_version", STRIPE_API_VERSION);
	put(&f, "description", "Admit: lets buyers in");
	put(&f, "metadata[" MARK "]", "webhook");
	put_events(&f, NULL);
	e = post(c, "webhook_endpoints", &f, &made);
	if (e != ERR_OK)
		return failed(c, e);
	*setting = "STRIPE_WEBHOOK_SECRET";
	*secret = json_text(made, "secret");
	c->say(c, CHECK_GOOD, "endpoint",
	    arena_printf(
		c->arena, "Stripe sends events to %s from now on", url),
	    NULL);
	return *secret != NULL;
}

/* After the new one is there: between the two an event may come twice, which
 * the ledger takes once, but none is lost. */
static bool
make_anew(struct checkup *c, struct json *old, const char **setting,
    const char **secret)
{
	const struct stripe_api api = app_stripe(c->app);
	struct http_request req = stripe_get_request(c->arena, &api,
	    arena_printf(
		c->arena, "webhook_endpoints/%s", json_text(old, "id")));
	struct json *doc;

	if (json_text(old, "metadata." MARK) == NULL) {
		c->say(c, CHECK_BAD, "endpoint",
		    "is there, and its signing secret is not in the settings",
		    "copy it from Stripe (Webhooks, the endpoint, Signing "
		    "secret) to STRIPE_WEBHOOK_SECRET, or delete the endpoint "
		    "there and run this again");
		return false;
	}
	if (!make(c, setting, secret))
		return false;
	req.method = "DELETE";
	if (ask(c, &req, &doc) != ERR_OK)
		c->say(c, CHECK_NOTE, "endpoint",
		    "the one before could not be deleted at Stripe: do it "
		    "there",
		    NULL);
	return true;
}

/* An update replaces the list as a whole, so all of it is sent. The version of
 * an endpoint cannot be changed. */
static bool
amend(struct checkup *c, struct json *ours)
{
	const char *missing = lacking(c->arena, ours);
	struct fields f = { .n = 0 };
	struct json *doc;
	enum err e = ERR_OK;

	if (missing[0] == '\0' && is_on(ours)) {
		c->say(c, CHECK_GOOD, "endpoint",
		    "Stripe sends events here already", NULL);
		return true;
	}
	put_events(&f, ours);
	put(&f, "disabled", "false");
	e = post(c,
	    arena_printf(
		c->arena, "webhook_endpoints/%s", json_text(ours, "id")),
	    &f, &doc);
	if (e != ERR_OK)
		return failed(c, e);
	c->say(c, CHECK_GOOD, "endpoint",
	    missing[0] == '\0' ?
		"is switched on again" :
		arena_printf(c->arena, "Stripe sends as well: %s", missing),
	    NULL);
	return true;
}

bool
stripe_enroll(struct checkup *c, const char **setting, const char **secret)
{
	const struct stripe_api api = app_stripe(c->app);
	struct http_request req =
	    stripe_get_request(c->arena, &api, "webhook_endpoints?limit=100");
	struct json *list, *ours;
	enum err e = ask(c, &req, &list);

	if (e != ERR_OK)
		return failed(c, e);
	ours = find_ours(c->app, list);
	if (ours == NULL)
		return make(c, setting, secret);
	if (settings_given(&c->app->conf.settings, "STRIPE_WEBHOOK_SECRET") ==
	    NULL)
		return make_anew(c, ours, setting, secret);
	return amend(c, ours);
}
