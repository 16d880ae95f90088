/* In which language somebody is written to. */
#ifndef OUTBOX_READER_H
#define OUTBOX_READER_H

#include "shop/language.h"
#include "store/db.h"

/* What they chose, or what Telegram says of them; of somebody who is not known
 * other, a tag as Telegram's, or NULL. What is none of ours is the shop's. */
enum err reader_language(struct db *db, struct arena *a, int64_t tg_id,
    const char *other, enum language *in) MUST_CHECK;

#endif
