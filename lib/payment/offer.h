/* The ways to pay as messages: the link to the checkout, the buttons of others
 * who sell the same, what is owed for a subscription. */
#ifndef PAYMENT_OFFER_H
#define PAYMENT_OFFER_H

#include "payment/card_step.h"
#include "payment/provider.h"

#define OFFER_CARD "card" /* the button that leafs, with ":PRODUCT" */

/* Who alone sells a product, by the settings; NULL: the link is offered, and
 * the others beside it. */
const struct provider *offer_alone(
    const struct app *app, const struct product *p);

/* Whose button it is that says "WORD:PRODUCT"; NULL: nobody's who sells that
 * product. */
const struct provider *offer_by(
    const struct app *app, const struct product *p, struct str word);

/* The message with the ways to pay for a product, in the buyer's language as
 * all that is here. */
struct tg_message offer_message(enum language in, const struct app *app,
    struct arena *a, int64_t tg_id, const struct product *p);

/* The message with the invoice of the buyer's subscription, where one is owed
 * and can be paid; else its text is NULL. The invoice's page shows who they
 * are, so it is told to them alone. */
enum err offer_owed(enum language in, struct db *db, struct arena *a,
    int64_t tg_id, const char *product, const char *title,
    struct tg_message *m) MUST_CHECK;

/* What stands between a person and a way to pay, most urgent first: what is
 * owed, that they have it, that their bank is at work, a consent that is
 * missing. The text is NULL where nothing does. */
enum err offer_instead(enum language in, struct app *app, struct arena *a,
    int64_t tg_id, const struct product *p, struct tg_message *m) MUST_CHECK;

/* A way to pay as a job's step: what offer_instead() says, else what this
 * provider offers (NULL: who alone sells it, else the card with all ways).
 * at: the card in whose place another one is to be shown; zero: none. */
enum err offer_prepare(enum language in, struct app *app, struct arena *a,
    struct step *s, const struct product *p, const struct provider *by,
    struct card_at at) MUST_CHECK;

/* That a payment failed and how to make up for it, if that is still to do. */
enum err offer_prepare_dunning(enum language in, struct app *app,
    struct arena *a, struct step *s, const struct order *o,
    const struct product *p) MUST_CHECK;

/* The answer to either, and to any other message. */
enum err offer_settle(struct app *app, struct arena *a, struct step *s,
    enum err call_err, const struct http_response *res,
    struct outcome *o) MUST_CHECK;

#endif
