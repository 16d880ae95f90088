/* Trying the public address. */
#include "payment/stripe_address.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/json.h"
#include "base/units.h"

#define BODY_BYTES (200 * 1024) /* an event may hold a large object */
#define SOON_DAYS 14

/* A word of ours and 200 KiB of nothing. */
static struct str
body_of(const struct app *app, struct arena *a)
{
	struct buf out = buf_new(a, BODY_BYTES + 1024);

	buf_text(&out,
	    "{\"id\":\"evt_admit_check\",\"object\":\"event\",\"type\":\"admit."
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

/* What a status means there, and who is to mend it. */
static const struct wrong {
	int from, to;
	const char *what, *mend;
} wrongs[] = {
	{ 300, 399, "redirects",
	    "name in BASE_URL where it leads to: neither Stripe nor Telegram "
	    "follows" },
	{ 400, 400, "refuses our signature",
	    "the programs that run have another STRIPE_WEBHOOK_SECRET: start "
	    "them again, so that they read the settings" },
	{ 413, 413, "takes no body of 200 KiB",
	    "let the web server take 1 MiB, see deploy/README.md" },
	{ 404, 405, "does not know the address",
	    "let the web server map /webhook to the programs, see "
	    "deploy/README.md" },
	{ 401, 499, "is walled off",
	    "let posts to /webhook and /tgupdate through the firewall or the "
	    "wall against bots: they bear signatures" },
	{ 500, 500, "answers with an error",
	    "the web server's log says why; are the programs' settings "
	    "complete, and read by their account?" },
	{ 501, 599, "does not reach the programs",
	    "start them, or see the web server's log" },
};

/* The first row that the status is in: the narrow ones stand first. */
static void
say_wrong(struct checkup *c, const char *url, int status)
{
	for (size_t i = 0; i < LENGTH(wrongs); i++)
		if (status >= wrongs[i].from && status <= wrongs[i].to) {
			c->say(c, CHECK_BAD, "address",
			    arena_printf(c->arena, "%s %s (%d)", url,
				wrongs[i].what, status),
			    wrongs[i].mend);
			return;
		}
	/* Any web server answers 200 to something. */
	c->say(c, CHECK_BAD, "address",
	    arena_printf(c->arena, "%s is answered by something else", url),
	    "let the web server map /webhook to the programs, see "
	    "deploy/README.md");
}

static bool
is_taken(struct checkup *c, const struct http_response *res)
{
	struct json *doc;

	return res->status == 200 &&
	    json_parse(c->arena, res->body, &doc) == ERR_OK &&
	    json_is_true(doc, "received");
}

/* Whoever renews it by hand needs a few days. */
static void
check_certificate(struct checkup *c, int64_t end_s)
{
	int64_t days = (end_s - clock_now_ms() / 1000) / (DAY_MS / 1000);

	if (end_s > 0 && days < SOON_DAYS)
		c->say(c, days < 3 ? CHECK_BAD : CHECK_NOTE, "address",
		    arena_printf(c->arena,
			"the certificate of %s ends in %lld days",
			c->app->conf.base_url, (long long)days),
		    days < 3 ? "renew it: without one neither Stripe nor "
			       "Telegram posts" :
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

	req.headers[1] = signature_of(c->app, c->arena, req.body);
	if (c->send(c, &req, &res) != ERR_OK)
		c->say(c, CHECK_BAD, "address",
		    arena_printf(c->arena, "%s: %s", url,
			res.why == NULL ? "no answer" : res.why),
		    "is its name in the DNS, the web server up, its "
		    "certificate good, with its chain?");
	else if (is_taken(c, &res))
		c->say(c, CHECK_GOOD, "address",
		    arena_printf(c->arena, "%s takes a signed event", url),
		    NULL);
	else
		say_wrong(c, url, res.status);
	check_certificate(c, res.cert_end_s);
}
