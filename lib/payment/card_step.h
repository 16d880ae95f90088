/* A card as a step of a job: a message of its own, or in the place of another
 * card; with a picture, if the product has one. No sale hangs on a picture: one
 * that cannot be read or is refused is left out. */
#ifndef PAYMENT_CARD_STEP_H
#define PAYMENT_CARD_STEP_H

#include "outbox/kind.h"

/* The card that is leafed on; message_id 0: none, the card is sent anew. */
struct card_at {
	int64_t message_id;
	bool is_photo;
};

struct card_step;

/* Makes the step's call the card. A picture's file is sent once, after that
 * Telegram's name for it is (kept in the ledger until the file is another).
 * *own is to be given to card_step_settle(). */
enum err card_step_prepare(struct app *app, struct arena *a, struct step *s,
    const struct product *p, const struct tg_message *m, struct card_at at,
    struct card_step **own) MUST_CHECK;

/* The answer. A refused card is sent once more, as a plain message. */
enum err card_step_settle(struct app *app, struct arena *a, struct step *s,
    struct card_step *own, enum err call_err, const struct http_response *res,
    struct outcome *o) MUST_CHECK;

#endif
