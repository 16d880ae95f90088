/* The ways to pay as messages: the link to the checkout, an invoice in Stars,
 * what is owed for a subscription. */
#ifndef PAYMENT_OFFER_H
#define PAYMENT_OFFER_H

#include "ledger/ledger.h"
#include "outbox/kind.h"

/* The button that asks for an invoice in Stars says "stars:PRODUCT". */
#define OFFER_STARS "stars"

/* The message with the way to pay for a product. */
struct tg_message offer_message(const struct app *app, struct arena *a,
    int64_t tg_id, const struct product *p);

/* The message with the invoice of the buyer's subscription, where one is owed
 * and can be paid; else its text is NULL. The invoice's page shows who they
 * are, so it is told to them alone. */
enum err offer_owed(struct db *db, struct arena *a, int64_t tg_id,
    const char *product, const char *title, struct tg_message *m) MUST_CHECK;

/* A way to pay as a job's step: what is owed, else the link, or the invoice in
 * Stars. A subscription in Stars is sold by a link that has to be made first;
 * it leads to the message with it. */
enum err offer_prepare(struct app *app, struct arena *a, struct step *s,
    const struct product *p, bool by_stars) MUST_CHECK;

/* That a payment failed and how to make up for it, if that is still to do. */
enum err offer_prepare_dunning(struct app *app, struct arena *a, struct step *s,
    const struct order *o, const struct product *p) MUST_CHECK;

/* The answer to either, and to any other message. */
enum err offer_settle(struct app *app, struct arena *a, struct step *s,
    enum err call_err, const struct http_response *res,
    struct outcome *o) MUST_CHECK;

#endif
