/* Whose language is noted beside them. */
#include "outbox/reader.h"

#include "shop/text.h"

static void
tag_from_row(const struct row *row, void *ctx)
{
	*(const char **)ctx = row_text(row, 0);
}

enum err
reader_language(struct db *db, struct arena *a, int64_t tg_id,
    const char *other, enum language *in)
{
	const char *tag = NULL;
	enum err e = db_one(db, a, SQL_USER_LANGUAGE,
	    KV(kv_int("tg_id", tg_id)), tag_from_row, &tag);

	*in = language_find(e == ERR_NOT_FOUND ? other : tag, text_language());
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}
