/* All that is kept of a person, for themselves: in the chat (/mydata), and for
 * an operator who was asked for it in writing. */
#ifndef BOT_MYDATA_H
#define BOT_MYDATA_H

#include "store/db.h"

/* One JSON document: an array for each sort of thing, which is empty where
 * there is nothing. Of others it has no word. */
enum err mydata_write(
    struct db *db, struct arena *a, int64_t tg_id, struct str *text) MUST_CHECK;

#endif
