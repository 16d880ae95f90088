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

/* The same of what somebody says or presses in their chat with the bot, in
 * English; each is another update. */
static inline struct asking
asks(int64_t who, struct tg_update u)
{
	static int64_t n;
	struct asking t = { .u = u };

	t.u.update_id = ++n;
	t.u.from_id = who;
	t.u.chat_id = who;
	t.u.language = "en";
	t.u.is_private = true;
	shop_does(answer_in, &t);
	return t;
}

#endif
