/* The terms and the sentence, and the hash of both. */
#include "shop/agreement.h"

#include "base/crypto.h"
#include "shop/text.h"

#include <string.h>

bool
agreement_is_wanted(const struct conf *conf, const struct product *p)
{
	return p->consent == PRODUCT_CONSENT_USUAL ?
	    conf->consent != 0 :
	    p->consent == PRODUCT_CONSENT_ASKED;
}

/* The terms that the operator wrote, else what the bot says to /terms. */
static void
read_terms(enum language in, const struct app *app, struct arena *a,
    const struct product *p, struct agreement *out)
{
	struct content c;

	if (content_read(&app->conf, a, CONTENT_TERMS, in, &c) == ERR_OK) {
		out->title = c.title;
		out->terms = c.whole;
		out->url = arena_printf(a, "%s/" CONTENT_TERMS "?language=%s",
		    app->conf.base_url, language_code(in));
		return;
	}
	out->title = text_plain_in(in, TEXT_CONSENT_TERMS);
	out->terms = str_from(text_fill_in(in, a, TEXT_TERMS,
	    KV(kv_text("product", product_title(p, language_code(in))),
		kv_text("support", app_support_in(in, app, a)))));
	out->url = NULL;
}

enum err
agreement_read(enum language in, const struct app *app, struct arena *a,
    const struct product *p, struct agreement *out)
{
	unsigned char digest[SHA256_BYTES];
	char *hex = arena_alloc(a, 2 * sizeof(digest) + 1);
	enum err e;

	*out = (struct agreement){ .in = in,
		.sentence = text_plain_in(in, TEXT_CONSENT),
		.hash = hex };
	read_terms(in, app, a, p, out);
	/* One NUL between, which neither has: else words could move from one
	 * to the other. */
	e = sha256((const struct str[]){ str_from(out->sentence), { "", 1 },
		       out->terms },
	    3, digest);
	hex_encode(digest, sizeof(digest), hex);
	return e;
}
