/* What the bot says to who starts it: strangers what is sold, members what is
 * theirs, and who has some of it both. */
#ifndef BOT_START_H
#define BOT_START_H

#include "bot/reply.h"

/* The answer to /start with the word behind it, as links have it
 * (t.me/BOT?start=WORD): "buy_PRODUCT" leads to that product, "ask_..." to the
 * coach; any other word says by which link somebody came, and the first start
 * keeps it. What is no word of such a link is as none. */
enum err start_answer(struct reply *r, struct str word) MUST_CHECK;

#endif
