/* Keeping the trail. */
#include "ledger/audit.h"

#include "base/clock.h"

/* In the order of the columns of AUDIT_GET and AUDIT_LIST. */
void
act_from_row(const struct row *row, void *ctx)
{
	*(struct act *)ctx = (struct act){ .id = row_int(row, 0),
		.actor = row_int(row, 1),
		.act = row_text(row, 2),
		.tg_id = row_int(row, 3),
		.product = row_text(row, 4),
		.number = row_int(row, 5),
		.amount = row_int(row, 6),
		.words = row_text(row, 7),
		.asked_ms = row_int(row, 8),
		.done_ms = row_int(row, 9),
		.result = row_text(row, 10) };
}

/* result NULL: it is not done yet. */
static enum err
add(struct db *db, struct arena *a, const struct act *act, const char *result,
    int64_t *id)
{
	int64_t now_ms = clock_now_ms();

	return db_one(db, a, SQL_AUDIT_ADD,
	    KV(kv_int("actor", act->actor), kv_text("act", act->act),
		kv_int("tg_id", act->tg_id), kv_text("product", act->product),
		kv_int("number", act->number), kv_int("amount", act->amount),
		kv_text("words", act->words), kv_int("now_ms", now_ms),
		kv_int_or_null("done_ms", result == NULL ? 0 : now_ms),
		kv_text("result", result)),
	    row_to_int, id);
}

enum err
audit_ask(struct db *db, struct arena *a, const struct act *act, int64_t *id)
{
	return add(db, a, act, NULL, id);
}

enum err
audit_note(
    struct db *db, struct arena *a, const struct act *act, const char *result)
{
	int64_t id;

	return add(db, a, act, result, &id);
}

enum err
audit_read(struct db *db, struct arena *a, int64_t id, struct act *out)
{
	return db_one(
	    db, a, SQL_AUDIT_GET, KV(kv_int("id", id)), act_from_row, out);
}

/* One statement decides, so that of two presses at once one alone is it. */
enum err
audit_take(
    struct db *db, int64_t id, int64_t actor, const char *result, bool *is_ours)
{
	int64_t now_ms = clock_now_ms(), n = 0;
	enum err e = db_exec(db, SQL_AUDIT_TAKE,
	    KV(kv_int("id", id), kv_int("actor", actor),
		kv_text("result", result), kv_int("now_ms", now_ms),
		kv_int("since_ms", now_ms - AUDIT_HOLDS_MS)),
	    &n);

	*is_ours = n > 0;
	return e;
}

/* Later words of the worker's take the place of the press's. */
enum err
audit_result(struct db *db, int64_t id, const char *result)
{
	return db_exec(db, SQL_AUDIT_RESULT,
	    KV(kv_int("id", id), kv_text("result", result)), NULL);
}
