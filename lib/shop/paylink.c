/* Links to pay by, bare and signed. */
#include "shop/paylink.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "stripe/session.h"

#define LIFE_S ((int64_t)24 * 60 * 60)
#define MAC_BYTES 16 /* of HMAC-SHA256's 32: 128 bits are not guessed */
#define MAC_DIGITS ((size_t)2 * MAC_BYTES)

/* The signature of "N.END". The word in front keeps it from being one of
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
paylink_make(const struct app *app, struct arena *a, int64_t tg_id)
{
	const struct conf *c = &app->conf;
	const char *text = arena_printf(a, "%lld.%lld", (long long)tg_id,
	    (long long)(clock_now_ms() / 1000 + LIFE_S));
	char hex[MAC_DIGITS + 1];

	if (c->pay_link_secret != NULL &&
	    sign(app, str_from(text), hex) == ERR_OK)
		return arena_printf(
		    a, "%s/pay?t=%s.%s", c->base_url, text, hex);
	if (c->pay_link_secret != NULL)
		log_event(LOG_ERROR, "link_not_signed", KV_NONE);
	return arena_printf(
	    a, "%s/pay?tg_id=%lld", c->base_url, (long long)tg_id);
}

static enum err
read_signed(const struct app *app, struct str token, int64_t *tg_id)
{
	struct str mac = str_after_last(token, '.'), rest = token;
	char hex[MAC_DIGITS + 1];
	int64_t ends_s;
	struct str number;

	if (app->conf.pay_link_secret == NULL || mac.len != MAC_DIGITS ||
	    mac.len == token.len)
		return ERR_INPUT;
	rest.len -= mac.len + 1;
	if (sign(app, rest, hex) != ERR_OK ||
	    !bytes_equal_ct(mac.p, hex, MAC_DIGITS))
		return ERR_INPUT;
	number = str_cut(&rest, '.');
	if (!tg_id_parse(number, tg_id) || !str_to_i64(rest, &ends_s))
		return ERR_INPUT;
	return ends_s > clock_now_ms() / 1000 ? ERR_OK : ERR_AUTH;
}

enum err
paylink_read(const struct app *app, const struct request *req, int64_t *tg_id)
{
	const char *token = NULL, *bare = NULL;
	enum err has_token = request_param(req, "t", &token);
	enum err has_bare = request_param(req, "tg_id", &bare);

	if (has_token == ERR_OK && has_bare == ERR_NOT_FOUND)
		return read_signed(app, str_from(token), tg_id);
	if (has_token != ERR_NOT_FOUND || has_bare != ERR_OK ||
	    app->conf.pay_link_bare == 0)
		return ERR_INPUT;
	return tg_id_parse(str_from(bare), tg_id) ? ERR_OK : ERR_INPUT;
}
