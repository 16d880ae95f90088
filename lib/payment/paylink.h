/* The address where somebody pays: BASE_URL/pay?tg_id=N, with &product=P for
 * another product than the first, or, where the settings hold PAY_LINK_SECRET,
 * BASE_URL/pay?t=N.P.END.SIGNATURE, which only our own bot can make and which
 * ends a day later. */
#ifndef PAYMENT_PAYLINK_H
#define PAYMENT_PAYLINK_H

#include "shop/app.h"

struct provider;

/* Makes a link for a person and a product, in the arena: signed where the
 * settings hold PAY_LINK_SECRET, else bare; bare too where the signature cannot
 * be made (logged). */
const char *paylink_make(const struct app *app, struct arena *a, int64_t tg_id,
    const struct product *p);

/* The same link to the page of one who does not come first: "&with=NAME". */
const char *paylink_with(
    struct arena *a, const char *link, const struct provider *by);

/* The same link to a page in the language that its holder reads:
 * "&language=de". It travels in the link, because the page must not tell who
 * opens a bare one what the ledger knows of that number. */
const char *paylink_in(struct arena *a, const char *link, enum language in);

struct paylink {
	int64_t tg_id;
	const struct product *product;
	const struct provider *with; /* who is to be paid; NULL: not said */
	const char *language;        /* what they read, "de"; NULL: not said */
	bool is_signed; /* by us, so its holder may be told of the buyer */
};

/* The link of a request again, with the mark that a person asked: for the
 * button of the page that a preview gets. */
const char *paylink_onward(const struct app *app, const struct request *req,
    const struct paylink *link);

/* Whether a machine only looks at what a link leads to: HEAD, or a preview
 * whose page's button was not pressed. */
bool paylink_is_previewed(const struct request *req);

/* The language that the address of a request asks for; LANGUAGE__COUNT: none
 * of ours. */
enum language paylink_language(const struct request *req);

/* Reads from a request for whom and for which product its link is. ERR_INPUT:
 * neither form, both, or one that is not believed: the signature does not fit,
 * or the number is bare and the settings switch that off. ERR_AUTH: signed by
 * us, but it has ended; product is set then, if there still is one.
 * ERR_NOT_FOUND: no such product (any more); one that was renamed is found by
 * the name that the link has. Who is to be paid is nobody's
 * secret, so that part is signed by none; a name that nobody has is not
 * said. */
enum err paylink_read(
    struct app *app, const struct request *req, struct paylink *out) MUST_CHECK;

#endif
