/* Where the links of a page lead: back to the bot, to whoever helps, and from
 * the site's own root to where there is something to see. */
#ifndef FRONT_WAYS_H
#define FRONT_WAYS_H

#include "shop/app.h"
#include "web/page.h"

/* https://t.me/NAME of the bot, as Telegram named it last; NULL while no ledger
 * is open or none knows it. Reads the ledger: a bot may be renamed, and
 * somebody else may take the name that it had. */
const char *ways_to_bot(const struct app *app, struct arena *a);

/* SUPPORT_CONTACT as an address: of a @name in Telegram, of a mailbox, or the
 * URL that it is; NULL where it is none of them. */
const char *ways_to_support(const struct app *app, struct arena *a);

/* Gives a page its links back to the bot and to whoever helps, in this
 * language. */
void ways_add(
    struct page *p, const struct app *app, struct arena *a, enum language in);

/* The second of them alone, for which no ledger is read. */
void ways_add_help(
    struct page *p, const struct app *app, struct arena *a, enum language in);

/* Where BASE_URL itself leads: SITE_URL, or else the bot. NULL where neither is
 * known, and for any other address. */
const char *ways_from_root(const struct app *app, const struct request *req);

#endif
