/* Writing requests to Stripe's API and reading its answers. */
#include "stripe/api.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "base/json_pick.h"
#include "base/log.h"
#include "base/url.h"
#include "net/form.h"
#include "stripe/event_wanted.h"

#include <string.h>

#define MAX_URL_BYTES 3800 /* nginx passes 4 KiB of reply headers */
#define KEY_MARK_BYTES 8

/* The key goes into a header and never into the URL, and the version goes along
 * with each call: without it Stripe answers in the shape that the account was
 * set to, which is the operator's to change. */
static struct http_request
request(struct arena *a, const struct stripe_api *api, const char *method,
    const char *path)
{
	return (struct http_request){
		.method = method,
		.url = arena_printf(a, "%s/v1/%s", api->base, path),
		.headers = { arena_printf(
				 a, "Authorization: Bearer %s", api->secret),
		    "Stripe-Version: " STRIPE_API_VERSION },
		.connect_ms = STRIPE_CONNECT_MS,
		.total_ms = STRIPE_TOTAL_MS,
	};
}

struct http_request
stripe_refund_request(struct arena *a, const struct stripe_api *api,
    const char *payment_intent, int64_t amount_minor,
    const char *idempotency_key)
{
	struct http_request req = request(a, api, "POST", "refunds");

	req.headers[2] = "Content-Type: application/x-www-form-urlencoded";
	req.headers[3] =
	    arena_printf(a, "Idempotency-Key: %s", idempotency_key);
	req.body = form_encode(a,
	    KV(kv_text("payment_intent", payment_intent),
		kv_int_or_null("amount", amount_minor)));
	return req;
}

struct http_request
stripe_get_request(
    struct arena *a, const struct stripe_api *api, const char *path)
{
	return request(a, api, "GET", path);
}

struct http_request
stripe_post_request(struct arena *a, const struct stripe_api *api,
    const char *path, struct kvs fields)
{
	struct http_request req = request(a, api, "POST", path);

	req.headers[2] = "Content-Type: application/x-www-form-urlencoded";
	req.body = form_encode(a, fields);
	return req;
}

struct http_request
stripe_object_request(
    struct arena *a, const struct stripe_api *api, const char *object_path)
{
	const char *path = object_path + strlen("/v1/");

	/* What an invoice was paid by is left out unless it is asked for. */
	if (str_starts(str_from(path), "invoices/"))
		path = arena_printf(a, "%s?expand[]=payments", path);
	return request(a, api, "GET", path);
}

/* A price kept at Stripe, or one made up on the spot: never both. */
static struct kv
either(bool when, struct kv v)
{
	return when ? v : kv_null(v.name);
}

/* The part of a form that is about a trial. What it costs is a second item that
 * is charged once, at once, while the first waits for the trial's end. */
static const char *
trial_part(struct arena *a, const struct stripe_order *o)
{
	bool has_price = o->trial_amount_minor > 0;

	if (o->every == NULL || o->trial_days == 0)
		return "";
	return arena_printf(a, "&%s",
	    arena_dup(a,
		form_encode(a,
		    KV(kv_int("subscription_data[trial_period_days]",
			   o->trial_days),
			either(has_price,
			    kv_text("line_items[1][price_data][currency]",
				o->currency)),
			either(has_price,
			    kv_int("line_items[1][price_data][unit_amount]",
				o->trial_amount_minor)),
			either(has_price,
			    kv_text("line_items[1][price_data][product_data]"
				    "[name]",
				o->product_name)),
			either(has_price,
			    kv_int("line_items[1][quantity]", 1))))));
}

/* Metadata is set twice. That of a session stays with the session, while a
 * refund or a renewal years later names only the payment intent or the
 * subscription. */
static const char *
sale_part(struct arena *a, const struct stripe_order *o)
{
	bool inline_price = o->price_id == NULL, renews = o->every != NULL;
	struct str form = form_encode(a,
	    KV(kv_text("mode", renews ? "subscription" : "payment"),
		kv_int("client_reference_id", o->tg_id),
		kv_int("metadata[tg_id]", o->tg_id),
		kv_text("metadata[product]", o->product),
		kv_text("metadata[shop]", o->shop),
		kv_int(renews ? "subscription_data[metadata][tg_id]" :
				"payment_intent_data[metadata][tg_id]",
		    o->tg_id),
		kv_text(renews ? "subscription_data[metadata][product]" :
				 "payment_intent_data[metadata][product]",
		    o->product),
		kv_text(renews ? "subscription_data[metadata][shop]" :
				 "payment_intent_data[metadata][shop]",
		    o->shop),
		kv_text("line_items[0][price]", o->price_id),
		either(inline_price,
		    kv_text(
			"line_items[0][price_data][currency]", o->currency)),
		either(inline_price,
		    kv_int("line_items[0][price_data][unit_amount]",
			o->amount_minor)),
		either(inline_price,
		    kv_text("line_items[0][price_data][product_data][name]",
			o->product_name)),
		either(inline_price && renews,
		    kv_text("line_items[0][price_data][recurring][interval]",
			o->every)),
		either(inline_price && renews,
		    kv_int("line_items[0][price_data][recurring]"
			   "[interval_count]",
			o->every_n)),
		/* No ui_mode: its values were renamed from version to version,
		 * and the default, a page at Stripe, is what is wanted. No
		 * customer either: Stripe makes one where it needs one, and a
		 * buyer is known here by tg_id. */
		kv_int("line_items[0][quantity]", 1),
		either(o->promotion_codes,
		    kv_text("allow_promotion_codes", "true")),
		either(o->automatic_tax,
		    kv_text("automatic_tax[enabled]", "true")),
		kv_text("locale", o->locale),
		kv_text("success_url", o->success_url),
		kv_text("cancel_url", o->cancel_url)));

	return arena_dup(a, form);
}

/* The part of a form by which the page asks for an agreement, in words of
 * ours. */
static const char *
terms_part(struct arena *a, const struct stripe_order *o)
{
	if (o->terms == NULL)
		return "";
	return arena_printf(a, "&%s",
	    arena_dup(a,
		form_encode(a,
		    KV(kv_text(
			   "consent_collection[terms_of_service]", "required"),
			kv_text("custom_text[terms_of_service_acceptance]"
				"[message]",
			    o->terms),
			kv_text("metadata[consent]", o->consent)))));
}

/* The key with a mark of what is asked under it. Stripe refuses a key that
 * comes again with another question, and what is asked may change between two
 * clicks: by a price in the products file, or by a setting. Without the mark
 * the key alone must do. */
static const char *
key_for(struct arena *a, const char *key, struct str asked)
{
	unsigned char mac[HMAC_SHA256_BYTES];
	char hex[2 * KEY_MARK_BYTES + 1];

	if (hmac_sha256(str_from(key), &asked, 1, mac) != ERR_OK)
		return key;
	hex_encode(mac, KEY_MARK_BYTES, hex);
	return arena_printf(a, "%s-%s", key, hex);
}

struct http_request
stripe_create_request(
    struct arena *a, const struct stripe_api *api, const struct stripe_order *o)
{
	struct http_request req = request(a, api, "POST", "checkout/sessions");

	req.headers[2] = "Content-Type: application/x-www-form-urlencoded";
	req.body = str_from(arena_printf(
	    a, "%s%s%s", sale_part(a, o), trial_part(a, o), terms_part(a, o)));
	req.headers[3] = arena_printf(
	    a, "Idempotency-Key: %s", key_for(a, o->idempotency_key, req.body));
	return req;
}

struct http_request
stripe_session_request(
    struct arena *a, const struct stripe_api *api, const char *session_id)
{
	return request(
	    a, api, "GET", arena_printf(a, "checkout/sessions/%s", session_id));
}

struct http_request
stripe_expire_request(
    struct arena *a, const struct stripe_api *api, const char *session_id)
{
	return request(a, api, "POST",
	    arena_printf(a, "checkout/sessions/%s/expire", session_id));
}

/* The invoice is expanded, so that one call tells of the subscription, of its
 * last invoice and of the payment that a dispute will name. */
struct http_request
stripe_subscription_request(
    struct arena *a, const struct stripe_api *api, const char *id)
{
	return request(a, api, "GET",
	    arena_printf(
		a, "subscriptions/%s?expand[]=latest_invoice.payments", id));
}

struct http_request
stripe_end_request(
    struct arena *a, const struct stripe_api *api, const char *id)
{
	return stripe_post_request(a, api,
	    arena_printf(a, "subscriptions/%s", id),
	    KV(kv_text("cancel_at_period_end", "true")));
}

struct http_request
stripe_cancel_request(
    struct arena *a, const struct stripe_api *api, const char *id)
{
	return request(
	    a, api, "DELETE", arena_printf(a, "subscriptions/%s", id));
}

struct http_request
stripe_portal_request(
    struct arena *a, const struct stripe_api *api, const char *customer)
{
	return stripe_post_request(a, api, "billing_portal/sessions",
	    KV(kv_text("customer", customer)));
}

struct http_request
stripe_price_request(
    struct arena *a, const struct stripe_api *api, const char *price_id)
{
	return request(a, api, "GET", arena_printf(a, "prices/%s", price_id));
}

/* Asks for something that any key that can sell may read, and that costs
 * nothing. */
struct http_request
stripe_probe_request(struct arena *a, const struct stripe_api *api)
{
	return request(a, api, "GET", "checkout/sessions?limit=1");
}

/* 5xx says nothing about what was done: the same key must be sent again. 400
 * and 402 say that it was not, and will be said again. */
static enum err
judge(int status)
{
	if (status >= 200 && status < 300)
		return ERR_OK;
	if (status >= 500)
		return ERR_UNAVAILABLE;
	switch (status) {
	case 401:
	case 403:
		return ERR_CONFIG;
	case 404:
		return ERR_NOT_FOUND;
	case 409:
		return ERR_CONFLICT;
	case 429:
		return ERR_THROTTLED;
	default:
		return ERR_REFUSED;
	}
}

enum err
stripe_answer(
    struct arena *a, const struct http_response *res, struct json **out)
{
	struct json *doc = NULL;
	enum err e = judge(res->status);
	/* The body is parsed in any case, since what Stripe says about a
	 * refusal is worth more than its number. A 200 that is no JSON comes
	 * from some box in between and not from Stripe. */
	enum err parsed = json_parse(a, res->body, &doc);

	if (e == ERR_OK && parsed != ERR_OK)
		e = ERR_REFUSED;
	if (e != ERR_OK)
		log_event(LOG_WARN, "stripe_refused",
		    KV(kv_int("status", res->status),
			kv_text("request_id", res->request_id),
			/* Not the message: it may quote what was sent. */
			kv_text("type", json_text(doc, "error.type")),
			kv_text("code", json_text(doc, "error.code")),
			kv_text("param", json_text(doc, "error.param")),
			kv_text(
			    "reply", parsed == ERR_OK ? NULL : "not JSON")));
	*out = doc;
	return e;
}

enum err
stripe_session_answer(struct arena *a, const struct http_response *res,
    struct stripe_session *out)
{
	struct http_response shorter = *res;
	struct json *doc;
	enum err e;

	/* A quarter of a session is asked for here, as in an event. What Stripe
	 * says of a refusal is short and read by other names. */
	if (judge(res->status) == ERR_OK)
		shorter.body = json_pick(a, res->body, stripe_event_wants);
	e = stripe_answer(a, &shorter, &doc);
	if (e != ERR_OK)
		return e;
	if (stripe_session_read(a, doc, out) != ERR_OK) {
		log_event(LOG_WARN, "stripe_session_unreadable",
		    KV(kv_text("request_id", res->request_id)));
		return ERR_REFUSED;
	}
	return ERR_OK;
}

bool
stripe_redirect_ok(const struct stripe_api *api, const char *url)
{
	struct str s = str_from(url);

	if (s.len == 0 || s.len > MAX_URL_BYTES || str_has_blank(s) ||
	    url_host(url).len == 0)
		return false;
	/* Only ASCII: browsers read other letters of a Location header each in
	 * their own way. */
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return str_starts(s, "https://") || url_is_loopback(api->base);
}
