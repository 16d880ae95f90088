/* Consents: asked for, given, told. */
#include "payment/consent.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "ledger/consents.h"
#include "ledger/products.h"
#include "shop/text.h"

#include <string.h>

#define HASH_SHOWN 16 /* of its 64 digits: a button has 64 bytes in all */
#define TOKEN_LIFE_S ((int64_t)3600)
#define MAC_BYTES 16

/* The text that was agreed to is read in the language of that day: who has
 * changed theirs since need not agree to the same again. */
static enum err
is_of_today(struct app *app, struct arena *a, const struct product *p,
    const struct consent *c, bool *same)
{
	struct agreement g;
	enum err e = agreement_read(
	    language_find(c->language, text_language()), app, a, p, &g);

	*same = e == ERR_OK && strcmp(g.hash, c->hash) == 0;
	return e;
}

enum err
consent_is_missing(struct app *app, struct arena *a, int64_t tg_id,
    const struct product *p, bool must_be_proven, bool *missing)
{
	struct consent c;
	bool same = false;
	enum err e;

	*missing = agreement_is_wanted(&app->conf, p);
	if (!*missing)
		return ERR_OK;
	e = consent_latest(app->db, a, tg_id, p->id, must_be_proven, &c);
	if (e == ERR_OK)
		e = is_of_today(app, a, p, &c, &same);
	*missing = !same;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- in the chat ---- */

/* The terms can be read where the buyer is, if they are the operator's. */
static void
add_choices(enum language in, struct arena *a, const struct product *p,
    const struct agreement *g, struct tg_message *m)
{
	struct tg_choice *list = arena_alloc(a, 3 * sizeof(*list));
	size_t n = 0;

	if (g->url != NULL)
		list[n++] =
		    (struct tg_choice){ g->title, "text:" CONTENT_TERMS };
	list[n++] = (struct tg_choice){ text_plain_in(in, TEXT_CONSENT_YES),
		arena_printf(
		    a, CONSENT_AGREE ":%.*s:%s", HASH_SHOWN, g->hash, p->id) };
	list[n++] = (struct tg_choice){ text_plain_in(in, TEXT_CONSENT_NO),
		CONSENT_DISAGREE };
	m->choices = list;
	m->n_choices = n;
}

enum err
consent_message(enum language in, struct app *app, struct arena *a,
    int64_t tg_id, const struct product *p, struct tg_message *m)
{
	struct agreement g;
	bool missing = false;
	enum err e = consent_is_missing(app, a, tg_id, p, true, &missing);

	*m = (struct tg_message){ .chat_id = tg_id };
	if (e != ERR_OK || !missing)
		return e;
	e = agreement_read(in, app, a, p, &g);
	if (e != ERR_OK)
		return e;
	m->text = text_fill_in(in, a, TEXT_CONSENT_ASK,
	    KV(kv_text("product", product_title(p, language_code(in))),
		kv_text("terms", g.url != NULL ? g.url : arena_dup(a, g.terms)),
		kv_text("sentence", g.sentence)));
	add_choices(in, a, p, &g, m);
	return ERR_OK;
}

/* A press may be of long ago, so the text is read anew. */
enum err
consent_pressed(enum language in, struct app *app, struct arena *a,
    int64_t tg_id, struct str data, const struct product **p)
{
	struct str shown = str_cut(&data, ':');
	struct agreement g;
	enum err e = products_find(app, a, arena_dup(a, data), p);

	if (e != ERR_OK || *p == NULL)
		return e;
	e = agreement_read(in, app, a, *p, &g);
	if (e != ERR_OK || shown.len != HASH_SHOWN ||
	    memcmp(shown.p, g.hash, HASH_SHOWN) != 0)
		return e;
	return consent_add(app->db,
	    &(struct consent){ .tg_id = tg_id,
		.product = (*p)->id,
		.hash = g.hash,
		.language = language_code(in),
		.is_proven = true });
}

/* ---- after the purchase ---- */

/* By its hash the buyer can prove the text that they agreed to, even where the
 * page has another one by now. */
enum err
consent_receipt(enum language in, struct app *app, struct arena *a,
    int64_t tg_id, const struct product *p, const char **text)
{
	struct agreement g;
	struct consent c;
	enum err e = consent_latest(app->db, a, tg_id, p->id, false, &c);

	*text = NULL;
	if (e == ERR_OK)
		e = agreement_read(
		    language_find(c.language, in), app, a, p, &g);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	*text = text_fill_in(in, a, TEXT_CONSENT_RECEIPT,
	    KV(kv_text("when", text_date_in(in, a, c.at_ms)),
		kv_text("sentence", g.sentence), kv_text("hash", c.hash),
		kv_text("url", g.url != NULL ? g.url : "/terms")));
	return ERR_OK;
}

/* ---- on a page ---- */

/* The word in front keeps it from being a signature of anything else. */
static enum err
sign(const struct app *app, struct arena *a, int64_t tg_id,
    const struct product *p, const struct agreement *g, const char *ends,
    char hex[2 * MAC_BYTES + 1])
{
	const char *key = app->conf.pay_link_secret != NULL ?
	    app->conf.pay_link_secret :
	    app->conf.stripe_secret_key;
	const struct str parts[] = { str_from("consent:"),
		str_from(arena_printf(a, "%lld.%s.%s.%s", (long long)tg_id,
		    p->id, g->hash, ends)) };
	unsigned char mac[HMAC_SHA256_BYTES];
	enum err e = hmac_sha256(str_from(key), parts, 2, mac);

	if (e == ERR_OK)
		hex_encode(mac, MAC_BYTES, hex);
	return e;
}

enum err
consent_token(const struct app *app, struct arena *a, int64_t tg_id,
    const struct product *p, const struct agreement *g, const char **token)
{
	const int64_t ends_s = clock_now_ms() / 1000 + TOKEN_LIFE_S;
	const char *ends = arena_printf(a, "%lld", (long long)ends_s);
	char hex[2 * MAC_BYTES + 1];
	enum err e = sign(app, a, tg_id, p, g, ends, hex);

	*token = e == ERR_OK ? arena_printf(a, "%s.%s", ends, hex) : NULL;
	return e;
}

bool
consent_token_holds(const struct app *app, struct arena *a, int64_t tg_id,
    const struct product *p, const struct agreement *g, const char *token)
{
	struct str mac = str_from(token), ends = str_cut(&mac, '.');
	char hex[2 * MAC_BYTES + 1];
	int64_t ends_s;

	return str_to_i64(ends, &ends_s) &&
	    sign(app, a, tg_id, p, g, arena_dup(a, ends), hex) == ERR_OK &&
	    secret_equal(mac, str_from(hex)) && ends_s > clock_now_ms() / 1000;
}
