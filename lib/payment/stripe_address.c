/* Trying the public address. */
#include "payment/stripe_address.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/json.h"
#include "base/units.h"
#include "payment/address.h"

#define BODY_BYTES (200 * 1024) /* an event may hold a large object */
#define SOON_DAYS 14

/* A word of ours and 200 KiB of nothing. */
static struct str
body_of(const struct app *app, struct arena *a)
{
	struct buf out = buf_new(a, BODY_BYTES + 1024);

	buf_text(&out,
	    "{\"id\":\"" STRIPE_TRIAL_EVENT
	    "\",\"object\":\"event\",\"type\":\"admit."
	    "check\",\"data\":{\"object\":{}},\"livemode\":");
	buf_text(&out, app->conf.livemode ? "false" : "true");
	buf_text(&out, ",\"nothing\":\"");
	while (out.len < BODY_BYTES)
		buf_text(&out, "................................");
	buf_text(&out, "\"}");
	return buf_str(&out);
}

/* By the first of the secrets: while one is being rolled all of them are
 * taken. NULL: the library fails. */
static const char *
signature_of(const struct app *app, struct arena *a, struct str body)
{
	struct str secrets = str_from(app->conf.stripe_webhook_secret);
	struct str secret = str_cut(&secrets, ',');
	const char *stamp =
	    arena_printf(a, "%lld", (long long)(clock_now_ms() / 1000));
	const struct str parts[] = { str_from(stamp), { ".", 1 }, body };
	unsigned char mac[HMAC_SHA256_BYTES];
	char text[2 * HMAC_SHA256_BYTES + 1];

	if (hmac_sha256(secret, parts, LENGTH(parts), mac) != ERR_OK)
		return NULL;
	hex_encode(mac, sizeof(mac), text);
	return arena_printf(a, "Stripe-Signature: t=%s,v1=%s", stamp, text);
}

/* Any web server answers 200 to something. */
static bool
is_taken(
    struct checkup *c, const struct http_response *res, struct json **answer)
{
	return res->status == 200 &&
	    json_parse(c->arena, res->body, answer) == ERR_OK &&
	    json_is_true(*answer, "received");
}

/* How long the certificate is good for; -1: there is none, or it is not
 * known. */
static int64_t
days_left(const struct http_response *res)
{
	return res->cert_end_s <= 0 ?
	    -1 :
	    (res->cert_end_s - clock_now_ms() / 1000) / (DAY_MS / 1000);
}

/* Whoever renews it by hand needs a few days. */
static void
check_certificate(struct checkup *c, int64_t days)
{
	if (days >= 0 && days < SOON_DAYS)
		c->say(c, days < 3 ? CHECK_BAD : CHECK_NOTE, "address",
		    arena_printf(c->arena,
			"the certificate of %s ends in %lld days",
			c->app->conf.base_url, (long long)days),
		    days < 3 ? "renew it: without one neither Stripe nor "
			       "Telegram posts" :
			       NULL);
}

static void
say_good(struct checkup *c, const char *url, int64_t days)
{
	c->say(c, CHECK_GOOD, "address",
	    days < SOON_DAYS ?
		arena_printf(c->arena, "%s takes a signed event", url) :
		arena_printf(c->arena,
		    "%s takes a signed event, its certificate is good for "
		    "%lld days",
		    url, (long long)days),
	    NULL);
}

void
stripe_address_check(struct checkup *c)
{
	const char *url =
	    arena_printf(c->arena, "%s/webhook", c->app->conf.base_url);
	struct http_request req = { .method = "POST",
		.url = url,
		.headers = { "Content-Type: application/json", NULL },
		.body = body_of(c->app, c->arena),
		.connect_ms = 5000,
		.total_ms = PROVIDER_TOTAL_MS,
		.asks_cert = true };
	struct http_response res = { .status = 0, .cert_end_s = -1 };
	struct address_fault f;
	struct json *answer;
	enum err e;

	req.headers[1] = signature_of(c->app, c->arena, req.body);
	e = c->send(c, &req, &res);
	if (e == ERR_OK && is_taken(c, &res, &answer))
		f = address_keeper(c->app, c->arena, answer);
	else
		f = address_fault(c->arena, url, e, &res);
	if (f.what == NULL)
		say_good(c, url, days_left(&res));
	else
		c->say(c, CHECK_BAD, "address", f.what, f.mend);
	check_certificate(c, days_left(&res));
}
