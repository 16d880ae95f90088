/* Forgetting a person: their number goes out of the ledger, and what was sold
 * stays in the books as nobody's. For the operator's command and for whoever
 * asks for it in the chat. */
#ifndef LEDGER_FORGET_H
#define LEDGER_FORGET_H

#include "shop/app.h"

/* What stands against it. */
struct forget_held {
	int64_t since_ms; /* a bank is at work on a payment since then; or 0 */
	int64_t n_held;   /* they are still in, or something is still owed */
	int64_t n_aside;  /* what is owed to them was put aside */
};

bool forget_is_held(const struct forget_held *h);

enum err forget_look(struct db *db, struct arena *a, int64_t tg_id,
    struct forget_held *h) MUST_CHECK;

/* Forgets them, in a transaction, unless something stands against it, which *h
 * then tells. Nothing may be charging them any more, and no page be open at
 * which they could pay: nobody would know whose money that is. */
enum err forget_person(struct db *db, struct arena *a, int64_t tg_id,
    struct forget_held *h) MUST_CHECK;

/* They want it themselves, in a transaction: what they bought lets them in no
 * more, their subscriptions are canceled, and forget_settle() does the rest. */
enum err forget_ask(struct app *app, struct arena *a, int64_t tg_id) MUST_CHECK;

/* A chore: forgets who asked for it, as soon as nothing stands against it. Who
 * has begun to buy again since does not want it any more. */
enum err forget_settle(
    struct app *app, int64_t *next_ms, bool *promised) MUST_CHECK;

#endif
