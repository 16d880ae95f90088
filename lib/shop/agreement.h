/* What a buyer agrees to before they pay: the terms, and that access begins at
 * once, by which the right of withdrawal ends (Directive 2011/83/EU, 16 m). */
#ifndef SHOP_AGREEMENT_H
#define SHOP_AGREEMENT_H

#include "shop/app.h"
#include "shop/content.h"

struct agreement {
	enum language in;
	const char *sentence; /* "I have read ..." */
	const char *title;    /* of the terms */
	struct str terms;     /* Markdown; of the product's own words where the
	                         operator has no legal/terms */
	const char *url;      /* of the terms as a page; NULL: there is none */
	const char *hash; /* SHA-256 of the sentence and the terms, in hex: one
	                     letter more, and it is another agreement */
};

/* Whether this product is sold with one. */
bool agreement_is_wanted(const struct conf *conf, const struct product *p);

/* The agreement as it stands today. ERR_INTERNAL: no hash could be made. */
enum err agreement_read(enum language in, const struct app *app,
    struct arena *a, const struct product *p, struct agreement *out) MUST_CHECK;

#endif
