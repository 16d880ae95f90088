/* What a product's card says: what it is, what is in it, what it costs. */
#ifndef PAYMENT_CARD_H
#define PAYMENT_CARD_H

#include "shop/app.h"

/* What a product costs, once or by the period, as the language writes it; in
 * Stars where it is sold for nothing else. NULL: only Stripe knows (a price
 * that is kept there). */
const char *card_price(enum language in, const struct app *app, struct arena *a,
    const struct product *p);

/* The text, and another paragraph of it; either may be NULL. */
const char *card_paragraph(struct arena *a, const char *text, const char *more);

/* Description, price and its note, and what a trial is, if this person may have
 * one, as paragraphs below the text. */
const char *card_add_details(enum language in, const struct app *app,
    struct arena *a, int64_t tg_id, const struct product *p, const char *text);

/* "• Title — price", below the text, for a list of several. */
const char *card_add_line(enum language in, const struct app *app,
    struct arena *a, const struct product *p, const char *text);

/* All of the card: the title and the details. */
const char *card_text(enum language in, const struct app *app, struct arena *a,
    int64_t tg_id, const struct product *p);

#endif
