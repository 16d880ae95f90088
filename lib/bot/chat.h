/* What the bot answers: from an update to facts, promises and at most one
 * call in the answer's body (where losing it does no harm). Calls nobody. */
#ifndef BOT_CHAT_H
#define BOT_CHAT_H

#include "shop/app.h"
#include "telegram/api.h"
#include "telegram/update.h"

/* Inside a transaction. An update seen before, and one that is none of ours,
 * gets no reply. */
enum err chat_answer(struct app *app, struct db *db, struct arena *a,
    const struct tg_update *u, struct tg_reply *out) MUST_CHECK;

/* Whether it is a command that is answered and no more: what else is written
 * then is of no worth to anybody, or says so itself (db_keep()). Asked before a
 * transaction, of the update alone. */
bool chat_only_answers(const struct tg_update *u);

/* The i-th command of the bot's menu, described in a language; false past the
 * last. */
bool chat_menu(
    enum language in, size_t i, const char **command, const char **description);

#endif
