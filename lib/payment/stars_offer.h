/* What the bot offers for Telegram Stars: an invoice, or, of a subscription, a
 * link to one, which Telegram has to make first. The functions are those of a
 * row in the table of providers (provider.h). */
#ifndef PAYMENT_STARS_OFFER_H
#define PAYMENT_STARS_OFFER_H

#include "payment/provider.h"

#define STARS_PAYLOAD "admit:" /* before the product, in an invoice of ours */

/* Whether the bot offers this product for Stars, or for them alone: by the
 * settings, or because it has no other price. */
bool stars_sell(const struct app *app, const struct product *p);
bool stars_only(const struct app *app, const struct product *p);

const char *stars_button(enum language in, const struct app *app,
    struct arena *a, const struct product *p);
struct json *stars_invoice(
    enum language in, struct arena *a, int64_t tg_id, const struct product *p);
void stars_offer(enum language in, struct app *app, struct arena *a,
    struct step *s, const struct product *p, void **own);
enum err stars_offered(struct app *app, struct arena *a, struct step *s,
    void *own, enum err call_err, const struct http_response *res,
    struct outcome *o) MUST_CHECK;

#endif
