/* An update of Telegram's, answered in a transaction as the front program does
 * it. */
#ifndef ASKING_H
#define ASKING_H

#include "shop.h"

#include "bot/chat.h"

struct asking {
	struct tg_update u;
	struct tg_reply reply;
};

static inline enum err
answer_in(struct db *db, void *ctx)
{
	struct asking *t = ctx;

	app.db = db;
	return chat_answer(&app, db, &mem, &t->u, &t->reply);
}

#endif
