/* Telegram Stars, the second provider: invoices in XTR that the bot sends, the
 * question before each payment, the payment, the refund. An invoice can be
 * paid many times and by anybody, so a payment is known by its charge and lets
 * in who paid it (core.telegram.org/bots/payments-stars). */
#ifndef PAYMENT_STARS_H
#define PAYMENT_STARS_H

#include "shop/app.h"
#include "telegram/update.h"

/* The parameters of answerPreCheckoutQuery: lets it go on, or says why not. */
enum err stars_checkout(struct app *app, struct arena *a,
    const struct tg_update *u, enum language in,
    struct json **params) MUST_CHECK;

/* TG_PAID and TG_REFUNDED, in a transaction. */
enum err stars_record(
    struct app *app, struct arena *a, const struct tg_update *u) MUST_CHECK;

/* TG_PLAN: whether a buyer's subscription is paid on, in a transaction. */
enum err stars_renewal(
    struct app *app, struct arena *a, const struct tg_update *u) MUST_CHECK;

#endif
