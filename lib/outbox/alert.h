/* What the operator hears of in Telegram (ADMIN_TG_IDS): a sale, money that
 * goes back, whatever needs a person. Written in the transaction that makes it
 * true, delivered by the worker behind the buyers' messages. */
#ifndef OUTBOX_ALERT_H
#define OUTBOX_ALERT_H

#include "shop/app.h"

/* Promises a message to each of the operators, once for each key, however often
 * this is called. In a transaction. The text is plain and holds no secret. The
 * key begins with the cause ("sale/..."): of each there are at most 30 an hour,
 * then one that says how many more there were, so that nobody can drown what
 * the operators have to read. */
enum err alert_promise(struct app *app, struct arena *a, const char *key,
    const char *text) MUST_CHECK;

/* As alert_promise(), but once a day for each cause and what it is about
 * ("rights/-100…"): for a trouble that is met again and again until somebody
 * mends it. */
enum err alert_daily(struct app *app, struct arena *a, const char *what,
    const char *text) MUST_CHECK;

/* Takes a person's number out of all alerts, sent or not; in a transaction. */
enum err alert_forget(struct db *db, struct arena *a, int64_t tg_id) MUST_CHECK;

#endif
