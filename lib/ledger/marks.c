/* Numbers under names. */
#include "ledger/marks.h"

enum err
mark_get(struct db *db, struct arena *a, const char *key, int64_t *value)
{
	enum err e = db_one(
	    db, a, SQL_MARK_GET, KV(kv_text("key", key)), row_to_int, value);

	if (e != ERR_NOT_FOUND)
		return e;
	*value = 0;
	return ERR_OK;
}

enum err
mark_set(struct db *db, const char *key, int64_t value)
{
	return db_exec(db, SQL_MARK_SET,
	    KV(kv_text("key", key), kv_int("value", value)), NULL);
}

static void
word_from_row(const struct row *row, void *ctx)
{
	*(struct mark_word *)ctx =
	    (struct mark_word){ row_int(row, 0), row_text(row, 1) };
}

enum err
mark_word_get(
    struct db *db, struct arena *a, const char *key, struct mark_word *out)
{
	enum err e = db_one(db, a, SQL_MARK_WORD_GET, KV(kv_text("key", key)),
	    word_from_row, out);

	if (e != ERR_NOT_FOUND)
		return e;
	*out = (struct mark_word){ 0 };
	return ERR_OK;
}

enum err
mark_word_set(struct db *db, const char *key, struct mark_word m)
{
	return db_exec(db, SQL_MARK_WORD_SET,
	    KV(kv_text("key", key), kv_int("value", m.value),
		kv_text("word", m.word)),
	    NULL);
}

/* The statement adds: two programs that count at the same moment must not
 * overwrite each other's sum. */
enum err
mark_add(struct db *db, const char *key, int64_t n)
{
	return db_exec(
	    db, SQL_MARK_ADD, KV(kv_text("key", key), kv_int("n", n)), NULL);
}
