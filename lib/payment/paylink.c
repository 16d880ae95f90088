/* Links to pay by, bare and signed. */
#include "payment/paylink.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/tg_id.h"
#include "ledger/products.h"
#include "payment/provider.h"

#include <string.h>

#define LIFE_S ((int64_t)24 * 60 * 60)
#define MAC_BYTES 16 /* of HMAC-SHA256's 32: 128 bits are not guessed */
#define MAC_DIGITS ((size_t)2 * MAC_BYTES)

/* The signature of "N.P.END". The word in front keeps it from being one of
 * anything else, should the secret be used for more. */
static enum err
sign(const struct app *app, struct str text, char hex[MAC_DIGITS + 1])
{
	const struct str parts[] = { str_from("paylink:"), text };
	unsigned char mac[HMAC_SHA256_BYTES];
	enum err e =
	    hmac_sha256(str_from(app->conf.pay_link_secret), parts, 2, mac);

	if (e == ERR_OK)
		hex_encode(mac, MAC_BYTES, hex);
	return e;
}

const char *
paylink_make(const struct app *app, struct arena *a, int64_t tg_id,
    const struct product *p)
{
	const struct conf *c = &app->conf;
	/* The first product needs no name, which keeps the link that old
	 * lessons and posts already hold. */
	bool is_first = p == catalog_find(&app->catalog, NULL);
	int64_t ends_s = clock_now_ms() / 1000 + LIFE_S;
	const char *text = arena_printf(
	    a, "%lld.%s.%lld", (long long)tg_id, p->id, (long long)ends_s);
	char hex[MAC_DIGITS + 1];

	if (c->pay_link_secret != NULL &&
	    sign(app, str_from(text), hex) == ERR_OK)
		return arena_printf(
		    a, "%s/pay?t=%s.%s", c->base_url, text, hex);
	/* A sale by a bare link is better than none; where the settings refuse
	 * those, the buyer sees a page that says so. */
	if (c->pay_link_secret != NULL)
		log_event(LOG_ERROR, "link_not_signed", KV_NONE);
	return arena_printf(a, "%s/pay?tg_id=%lld%s%s", c->base_url,
	    (long long)tg_id,
	    is_first ? "" : "&product=", is_first ? "" : p->id);
}

const char *
paylink_with(struct arena *a, const char *link, const struct provider *by)
{
	return arena_printf(a, "%s&with=%s", link, by->name);
}

const char *
paylink_in(struct arena *a, const char *link, enum language in)
{
	return arena_printf(a, "%s&language=%s", link, language_code(in));
}

enum language
paylink_language(const struct request *req)
{
	const char *tag = NULL;
	enum err e = request_param(req, "language", &tag);

	return language_find(e == ERR_OK ? tag : NULL, LANGUAGE__COUNT);
}

const char *
paylink_onward(const struct app *app, const struct request *req,
    const struct paylink *link)
{
	const char *base = app->conf.base_url, *token = NULL, *url;

	if (link->is_signed && request_param(req, "t", &token) == ERR_OK)
		url = arena_printf(req->arena, "%s/pay?t=%s&go=1", base, token);
	else
		url = arena_printf(req->arena,
		    "%s/pay?tg_id=%lld&product=%s&go=1", base,
		    (long long)link->tg_id, link->product->id);
	if (paylink_language(req) != LANGUAGE__COUNT)
		url = paylink_in(req->arena, url, paylink_language(req));
	return link->with == NULL ? url :
				    paylink_with(req->arena, url, link->with);
}

/* A preview costs a call to Stripe for a session that nobody pays, and chats
 * fetch each link that is sent in them. "go=1" stands behind the button of the
 * page that previews get: only a person presses that. */
bool
paylink_is_previewed(const struct request *req)
{
	const char *go = NULL;

	if (req->method == WEB_HEAD)
		return true;
	return request_is_preview(req) &&
	    (request_param(req, "go", &go) != ERR_OK || strcmp(go, "1") != 0);
}

/* Its product, by any name that it had. A ledger out of order knows no older
 * ones, which must not cost the sales by those of today. */
static enum err
find_product(
    struct app *app, struct arena *a, const char *id, struct paylink *out)
{
	return products_find(app, a, id, &out->product) == ERR_OK &&
		out->product != NULL ?
	    ERR_OK :
	    ERR_NOT_FOUND;
}

static enum err
read_signed(
    struct app *app, struct arena *a, struct str token, struct paylink *out)
{
	struct str mac = str_after_last(token, '.'), rest = token;
	char hex[MAC_DIGITS + 1];
	const char *id;
	int64_t ends_s;
	enum err e;

	if (app->conf.pay_link_secret == NULL || mac.len != MAC_DIGITS ||
	    mac.len == token.len)
		return ERR_INPUT;
	rest.len -= mac.len + 1;
	/* The signature is judged before anything it covers is read. */
	if (sign(app, rest, hex) != ERR_OK ||
	    !bytes_equal_ct(mac.p, hex, MAC_DIGITS) ||
	    !tg_id_parse(str_cut(&rest, '.'), &out->tg_id))
		return ERR_INPUT;
	id = arena_dup(a, str_cut(&rest, '.'));
	if (id[0] == '\0' || !str_to_i64(rest, &ends_s))
		return ERR_INPUT;
	out->is_signed = true;
	/* Set even for a link that has ended, so that the page can name what it
	 * was for and offer a new one. */
	e = find_product(app, a, id, out);
	return ends_s <= clock_now_ms() / 1000 ? ERR_AUTH : e;
}

static enum err
read_bare(struct app *app, const struct request *req, const char *number,
    struct paylink *out)
{
	const char *id = NULL;
	enum err e = request_param(req, "product", &id);

	if ((e != ERR_OK && e != ERR_NOT_FOUND) ||
	    app->conf.pay_link_bare == 0 ||
	    !tg_id_parse(str_from(number), &out->tg_id))
		return ERR_INPUT;
	return find_product(app, req->arena, id, out);
}

enum err
paylink_read(struct app *app, const struct request *req, struct paylink *out)
{
	const char *token = NULL, *number = NULL, *with = NULL;
	enum err has_token = request_param(req, "t", &token);
	enum err has_number = request_param(req, "tg_id", &number);

	*out = (struct paylink){ 0 };
	if (request_param(req, "with", &with) == ERR_OK)
		out->with = provider_find(str_from(with));
	if (paylink_language(req) != LANGUAGE__COUNT)
		out->language = language_code(paylink_language(req));
	/* It must be exactly one of the two forms: with both, whoever passes
	 * the link on could put another's number beside a signature. */
	if (has_token == ERR_OK && has_number == ERR_NOT_FOUND)
		return read_signed(app, req->arena, str_from(token), out);
	if (has_token != ERR_NOT_FOUND || has_number != ERR_OK)
		return ERR_INPUT;
	return read_bare(app, req, number, out);
}
