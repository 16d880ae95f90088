/* A channel, as those who run the shop need to know it: how entry to it is
 * sold, and who waits to get in. */
#ifndef BOT_ADMIN_CHANNEL_H
#define BOT_ADMIN_CHANNEL_H

#include "bot/admin_page.h"

/* What to set so that entry to the chat of that number is sold. */
enum err admin_sell(struct admin_page *p, struct str chat) MUST_CHECK;

/* How many wait for a link to it, and the first of them. */
enum err admin_waits(struct admin_page *p, struct str chat) MUST_CHECK;

/* One button of the two above, whichever fits, and who waits. */
enum err admin_channel(struct admin_page *p, int64_t chat_id) MUST_CHECK;

#endif
