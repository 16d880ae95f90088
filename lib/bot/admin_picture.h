/* The shop's last days as a picture for the chat: sales, what is paid by the
 * month, how far people came. The numbers of it stand under it in words, so it
 * says the same in every language. */
#ifndef BOT_ADMIN_PICTURE_H
#define BOT_ADMIN_PICTURE_H

#include "bot/admin_page.h"

/* Of so many days until now, "30"; more than 92 are drawn by the month. */
enum err admin_picture(struct admin_page *p, struct str days) MUST_CHECK;

#endif
