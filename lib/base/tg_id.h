/* The number of a person at Telegram, as all that reads one from outside
 * judges it: settings, metadata at Stripe, links, updates, command lines. */
#ifndef BASE_TG_ID_H
#define BASE_TG_ID_H

#include "base/str.h"

/* Telegram's ids have at most 52 significant bits. */
#define TG_ID_MAX ((int64_t)1 << 52)

/* Reads a tg_id in its decimal form: 1 to TG_ID_MAX. False leaves *tg_id
 * alone. */
bool tg_id_parse(struct str s, int64_t *tg_id);

#endif
