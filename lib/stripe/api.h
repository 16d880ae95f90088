/* The calls we make to Stripe's API: each a pair, one that writes the request
 * and one that reads the answer. Who sends it, waiting or not, is the
 * caller's affair (net/http.h). */
#ifndef STRIPE_API_H
#define STRIPE_API_H

#include "base/kv.h"
#include "net/http.h"
#include "stripe/session.h"

/* Sent with every call, so that answers keep the shape that this code was
 * written for, whatever the account is set to. */
#define STRIPE_API_VERSION "2026-10-28.endive"
#define STRIPE_CONNECT_MS 3000
#define STRIPE_TOTAL_MS 10000

struct stripe_api {
	const char *base;   /* https://api.stripe.com */
	const char *secret; /* sk_... or rk_... */
};

/* What a new Checkout Session is to be. Texts must outlive the request. */
struct stripe_order {
	int64_t tg_id;
	const char *product;
	const char *shop;     /* the mark of who sells; or NULL */
	const char *price_id; /* or NULL and the next three */
	const char *product_name;
	int64_t amount_minor;
	const char *currency;
	const char *every; /* "day" ... "year": a subscription; or NULL */
	int64_t every_n;
	int64_t trial_days; /* of a subscription: first paid then; or 0 */
	int64_t trial_amount_minor; /* what those cost, at once; or 0 */
	const char *success_url;    /* with {CHECKOUT_SESSION_ID} in it */
	const char *cancel_url;
	const char *locale; /* or NULL */
	bool promotion_codes, automatic_tax;
	const char *terms;   /* what the buyer has to agree to on the page,
	                        with links as in Markdown; NULL: nothing */
	const char *consent; /* what the session is to remember of it */
	const char *idempotency_key; /* the same question under it is asked
	                                once */
};

/* POST /v1/checkout/sessions, mode payment or subscription. tg_id, product
 * and shop go into the metadata of the session and of the payment intent or the
 * subscription, since later events carry only their own object's. */
struct http_request stripe_create_request(struct arena *a,
    const struct stripe_api *api, const struct stripe_order *o);

/* GET /v1/checkout/sessions/ID */
struct http_request stripe_session_request(
    struct arena *a, const struct stripe_api *api, const char *session_id);

/* POST /v1/checkout/sessions/ID/expire: nobody can pay it any more. Stripe
 * refuses where the session is not open; stripe_session_request() then tells
 * whether it was paid or has expired. */
struct http_request stripe_expire_request(
    struct arena *a, const struct stripe_api *api, const char *session_id);

/* POST /v1/refunds: so much of a payment, or (0) all that is left of it; the
 * same key refunds once. */
struct http_request stripe_refund_request(struct arena *a,
    const struct stripe_api *api, const char *payment_intent,
    int64_t amount_minor, const char *idempotency_key);

/* GET /v1/subscriptions/ID with its latest invoice and what that was paid by:
 * what stripe_subscription_read() reads. */
struct http_request stripe_subscription_request(
    struct arena *a, const struct stripe_api *api, const char *id);

/* No more is taken for a subscription: POST /v1/subscriptions/ID, so that it
 * ends with what is paid, or DELETE, at once, and then no open invoice of it is
 * tried any more. */
struct http_request stripe_end_request(
    struct arena *a, const struct stripe_api *api, const char *id);
struct http_request stripe_cancel_request(
    struct arena *a, const struct stripe_api *api, const char *id);

/* POST /v1/billing_portal/sessions: a customer's own page at Stripe, for a few
 * minutes. The answer's url opens it for whoever holds it, so it is kept
 * nowhere. */
struct http_request stripe_portal_request(
    struct arena *a, const struct stripe_api *api, const char *customer);

/* GET /v1/PATH, with its query. */
struct http_request stripe_get_request(
    struct arena *a, const struct stripe_api *api, const char *path);

/* POST /v1/PATH with these fields, which happens anew each time it is sent. */
struct http_request stripe_post_request(struct arena *a,
    const struct stripe_api *api, const char *path, struct kvs fields);

/* GET what a thin event tells of: its object_path. */
struct http_request stripe_object_request(
    struct arena *a, const struct stripe_api *api, const char *object_path);

/* GET /v1/prices/ID, and GET /v1/checkout/sessions?limit=1 to try the key. */
struct http_request stripe_price_request(
    struct arena *a, const struct stripe_api *api, const char *price_id);
struct http_request stripe_probe_request(
    struct arena *a, const struct stripe_api *api);

/* Judges an answer to any of these and parses it (logged when bad):
 * ERR_UNAVAILABLE: 5xx. ERR_THROTTLED: 429. ERR_CONFLICT: 409, the same key is
 * being worked on. ERR_NOT_FOUND: 404. ERR_CONFIG: 401, 403, the key is wrong
 * or may not do this. ERR_REFUSED: any other refusal, and rubbish. */
enum err stripe_answer(struct arena *a, const struct http_response *res,
    struct json **out) MUST_CHECK;

/* stripe_answer() read as a session. */
enum err stripe_session_answer(struct arena *a, const struct http_response *res,
    struct stripe_session *out) MUST_CHECK;

/* Whether a buyer may be sent there: https and a host, no blank or control
 * character, at most 3,800 bytes; plain http where the API base itself is on
 * this machine. */
bool stripe_redirect_ok(const struct stripe_api *api, const char *url);

#endif
