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

/* The statement adds: two programs that count at the same moment must not
 * overwrite each other's sum. */
enum err
mark_add(struct db *db, const char *key, int64_t n)
{
	return db_exec(
	    db, SQL_MARK_ADD, KV(kv_text("key", key), kv_int("n", n)), NULL);
}
