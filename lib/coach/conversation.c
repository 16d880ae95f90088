/* The conversations' tables. */
#include "coach/conversation.h"

#include "base/clock.h"

/* In the order of the columns of CONVERSATION_GET. */
static void
conversation_from_row(const struct row *row, void *ctx)
{
	*(struct conversation *)ctx =
	    (struct conversation){ .tg_id = row_int(row, 0),
		    .card = { row_int(row, 1), row_int(row, 2) },
		    .opened_ms = row_int(row, 3),
		    .said_ms = row_int(row, 4),
		    .closed_ms = row_int(row, 5) };
}

enum err
conversation_get(
    struct db *db, struct arena *a, int64_t tg_id, struct conversation *out)
{
	enum err e;

	*out = (struct conversation){ 0 };
	e = db_one(db, a, SQL_CONVERSATION_GET, KV(kv_int("tg_id", tg_id)),
	    conversation_from_row, out);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Who was answered yesterday and comes back with another question is not made
 * to wait for a person without having asked for one. */
bool
conversation_holds(const struct conversation *c)
{
	return c->tg_id != 0 && c->closed_ms == 0 &&
	    c->said_ms > clock_now_ms() - CONVERSATION_HOLDS_MS;
}

enum err
conversation_open(struct db *db, int64_t tg_id, bool goes_on)
{
	int64_t now_ms = clock_now_ms();

	return db_exec(db, SQL_CONVERSATION_OPEN,
	    KV(kv_int("tg_id", tg_id), kv_int("now_ms", now_ms),
		kv_int("said_ms", goes_on ? now_ms : 0)),
	    NULL);
}

enum err
conversation_said(struct db *db, int64_t tg_id)
{
	return db_exec(db, SQL_CONVERSATION_SAID,
	    KV(kv_int("tg_id", tg_id), kv_int("now_ms", clock_now_ms())), NULL);
}

enum err
conversation_close(struct db *db, int64_t tg_id, bool *was)
{
	int64_t n = 0;
	enum err e = db_exec(db, SQL_CONVERSATION_CLOSE,
	    KV(kv_int("tg_id", tg_id), kv_int("now_ms", clock_now_ms())), &n);

	*was = n > 0;
	return e;
}

/* In which chat, too: the settings may name another one tomorrow, and there it
 * would be some other message. */
enum err
conversation_note_card(struct db *db, int64_t tg_id, struct message_at card)
{
	return db_exec(db, SQL_CONVERSATION_CARD,
	    KV(kv_int("tg_id", tg_id), kv_int("chat_id", card.chat_id),
		kv_int("message_id", card.message_id)),
	    NULL);
}

enum err
conversation_note(
    struct db *db, struct message_at at, const struct conversation_message *m)
{
	return db_exec(db, SQL_CONVERSATION_NOTE,
	    KV(kv_int("chat_id", at.chat_id),
		kv_int("message_id", at.message_id), kv_int("tg_id", m->tg_id),
		kv_int("their_id", m->their_id), kv_int("is_ours", m->is_ours),
		kv_int("now_ms", clock_now_ms())),
	    NULL);
}

static void
message_from_row(const struct row *row, void *ctx)
{
	*(struct conversation_message *)ctx =
	    (struct conversation_message){ row_int(row, 0), row_int(row, 1),
		    row_int(row, 2) != 0 };
}

enum err
conversation_whose(struct db *db, struct arena *a, struct message_at at,
    struct conversation_message *out)
{
	return db_one(db, a, SQL_CONVERSATION_WHOSE,
	    KV(kv_int("chat_id", at.chat_id),
		kv_int("message_id", at.message_id)),
	    message_from_row, out);
}

/* The index begins with the person: numbers of messages are a chat's own. */
enum err
conversation_is_answer(
    struct db *db, struct arena *a, int64_t tg_id, int64_t message_id, bool *is)
{
	int64_t n = 0;
	enum err e = db_one(db, a, SQL_CONVERSATION_IS_ANSWER,
	    KV(kv_int("tg_id", tg_id), kv_int("their_id", message_id)),
	    row_to_int, &n);

	*is = n > 0;
	return e;
}
