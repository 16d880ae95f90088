/* Asking for consent before the way to pay is shown, in the chat and on a
 * page. */
#ifndef PAYMENT_CONSENT_H
#define PAYMENT_CONSENT_H

#include "shop/agreement.h"

/* Buttons: "agree:HASH:PRODUCT", of which the hash's beginning says to which
 * text, and "disagree". */
#define CONSENT_AGREE "agree"
#define CONSENT_DISAGREE "disagree"

/* Whether this person still has to agree: the product asks for it, and of the
 * text as it stands today they did not. must_be_proven: what somebody agreed to
 * behind a bare link counts for nothing here. */
enum err consent_is_missing(struct app *app, struct arena *a, int64_t tg_id,
    const struct product *p, bool must_be_proven, bool *missing) MUST_CHECK;

/* The message that asks them; its text is NULL where nothing is missing. */
enum err consent_message(enum language in, struct app *app, struct arena *a,
    int64_t tg_id, const struct product *p, struct tg_message *m) MUST_CHECK;

/* Notes the consent that a button stands for, in a transaction; *id is its
 * product. Of a text that has changed since nothing is noted, and what leads to
 * the purchase will ask anew. */
enum err consent_pressed(enum language in, struct app *app, struct arena *a,
    int64_t tg_id, struct str data, const struct product **p) MUST_CHECK;

/* What the buyer is told of it after the purchase, to keep; NULL: they agreed
 * to nothing. */
enum err consent_receipt(enum language in, struct app *app, struct arena *a,
    int64_t tg_id, const struct product *p, const char **text) MUST_CHECK;

/* The word that a page's form carries: who was shown which text, and until when
 * it holds. Signed, so that only a page of ours leads to a consent. A page that
 * follows, and asks anew by itself, has it in its address. */
#define CONSENT_FIELD "agree"
enum err consent_token(const struct app *app, struct arena *a, int64_t tg_id,
    const struct product *p, const struct agreement *g,
    const char **token) MUST_CHECK;
bool consent_token_holds(const struct app *app, struct arena *a, int64_t tg_id,
    const struct product *p, const struct agreement *g, const char *token);

#endif
