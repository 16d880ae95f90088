/* The questions table. */
#include "coach/question.h"

#include "base/clock.h"
#include "base/units.h"

/* One that has not been answered by then holds up no other. */
#define OPEN_MS (10 * MINUTE_MS)

/* The columns come in the order of QUESTION_GET and QUESTION_FORWARDED. */
static void
question_from_row(const struct row *row, void *ctx)
{
	*(struct question *)ctx = (struct question){ .id = row_int(row, 0),
		.tg_id = row_int(row, 1),
		.chat_id = row_int(row, 2),
		.message_id = row_int(row, 3),
		.text = row_text(row, 4),
		.voice = row_text(row, 5),
		.language = row_text(row, 6),
		.answer = row_text(row, 7),
		.n_tried = row_int(row, 8),
		.n_sent = row_int(row, 9),
		.outcome = (enum question_outcome)row_int(row, 10),
		.has_ended = row_int(row, 11) != 0,
		.is_private = row_int(row, 12) != 0 };
}

/* The id is read from the INSERT itself (RETURNING), for the job that answers
 * is promised in the same transaction and names it. */
enum err
question_add(
    struct db *db, struct arena *a, const struct question *q, int64_t *id)
{
	return db_one(db, a, SQL_QUESTION_ADD,
	    KV(kv_int("tg_id", q->tg_id), kv_int("chat_id", q->chat_id),
		kv_int("message_id", q->message_id),
		kv_text("question", q->text), kv_text("voice", q->voice),
		kv_text("language", q->language),
		kv_int("outcome", (int64_t)q->outcome),
		kv_int("now_ms", clock_now_ms())),
	    row_to_int, id);
}

enum err
question_get(struct db *db, struct arena *a, int64_t id, struct question *out)
{
	return db_one(db, a, SQL_QUESTION_GET, KV(kv_int("id", id)),
	    question_from_row, out);
}

enum err
question_forwarded(struct db *db, struct arena *a, struct message_at copy,
    int64_t writer_id, struct question *out)
{
	return db_one(db, a, SQL_QUESTION_FORWARDED,
	    KV(kv_int("message_id", copy.message_id),
		kv_int("chat_id", copy.chat_id),
		kv_int("writer_id", writer_id)),
	    question_from_row, out);
}

static void
count_from_row(const struct row *row, void *ctx)
{
	*(struct question_count *)ctx =
	    (struct question_count){ row_int(row, 0), row_int(row, 1) };
}

/* Counts for two limits: so many questions a day, and one at a time. One that
 * got stuck counts no more after OPEN_MS, or it would shut its asker out for
 * good. */
enum err
question_count(
    struct db *db, struct arena *a, int64_t tg_id, struct question_count *out)
{
	int64_t now_ms = clock_now_ms();

	return db_one(db, a, SQL_QUESTIONS_COUNT,
	    KV(kv_int("tg_id", tg_id), kv_int("since_ms", now_ms - DAY_MS),
		kv_int("open_since_ms", now_ms - OPEN_MS)),
	    count_from_row, out);
}

enum err
question_crises(
    struct db *db, struct arena *a, int64_t tg_id, int64_t last_id, int64_t *n)
{
	return db_one(db, a, SQL_QUESTIONS_CRISES,
	    KV(kv_int("tg_id", tg_id),
		kv_int("outcome", (int64_t)QUESTION_CRISIS),
		kv_int("id", last_id),
		kv_int("since_ms", clock_now_ms() - HOUR_MS)),
	    row_to_int, n);
}

struct turns {
	struct turn *out;
	size_t n;
};

static void
turn_from_row(const struct row *row, void *ctx)
{
	struct turns *t = ctx;

	if (t->n < QUESTION_MAX_TURNS)
		t->out[t->n++] =
		    (struct turn){ row_text(row, 0), row_text(row, 1) };
}

enum err
question_history(struct db *db, struct arena *a, const struct question *q,
    struct turn out[static QUESTION_MAX_TURNS], size_t *n)
{
	/* The statement begins with the newest, because its limit keeps the
	 * first rows; a model reads from the oldest. */
	struct turn newest_first[QUESTION_MAX_TURNS];
	struct turns t = { newest_first, 0 };
	enum err e = db_each(db, a, SQL_QUESTIONS_BEFORE,
	    /* Only from the same chat: what somebody asked alone with the bot
	     * must not come up in a group. */
	    KV(kv_int("tg_id", q->tg_id), kv_int("chat_id", q->chat_id),
		kv_int("is_private", q->is_private), kv_int("id", q->id),
		kv_int("n", QUESTION_MAX_TURNS),
		kv_int("since_ms", clock_now_ms() - HOUR_MS)),
	    turn_from_row, &t);

	for (size_t i = 0; i < t.n; i++)
		out[i] = newest_first[t.n - 1 - i];
	*n = t.n;
	return e;
}

enum err
question_heard(struct db *db, const struct question *q, const char *text,
    enum question_outcome outcome)
{
	return db_exec(db, SQL_QUESTION_HEARD,
	    KV(kv_int("id", q->id), kv_text("question", text),
		kv_int("outcome", (int64_t)outcome)),
	    NULL);
}

enum err
question_tried(struct db *db, const struct question *q, int64_t n)
{
	return db_exec(db, SQL_QUESTION_TRIED,
	    KV(kv_int("id", q->id), kv_int("n", n)), NULL);
}

/* The answer is stored before it is sent: a worker that is killed in between
 * sends this one and does not pay a model for another. */
enum err
question_answer(struct db *db, const struct question *q, const char *answer,
    enum question_outcome outcome)
{
	return db_exec(db, SQL_QUESTION_ANSWER,
	    KV(kv_int("id", q->id), kv_text("answer", answer),
		kv_int("outcome", (int64_t)outcome)),
	    NULL);
}

/* Called for each part that Telegram has confirmed, so that a worker that
 * starts again goes on where the other one stopped. */
enum err
question_sent(struct db *db, const struct question *q)
{
	return db_exec(db, SQL_QUESTION_SENT, KV(kv_int("id", q->id)), NULL);
}

enum err
question_go_private(struct db *db, const struct question *q)
{
	return db_exec(
	    db, SQL_QUESTION_GO_PRIVATE, KV(kv_int("id", q->id)), NULL);
}

enum err
question_note_forward(
    struct db *db, const struct question *q, struct message_at copy)
{
	return db_exec(db, SQL_QUESTION_NOTE_FORWARD,
	    KV(kv_int("id", q->id), kv_int("message_id", copy.message_id),
		kv_int("chat_id", copy.chat_id)),
	    NULL);
}

enum err
question_end(
    struct db *db, const struct question *q, enum question_outcome outcome)
{
	int64_t now_ms = clock_now_ms();
	enum err e = db_exec(db, SQL_QUESTION_END,
	    KV(kv_int("id", q->id), kv_int("outcome", (int64_t)outcome),
		kv_int("now_ms", now_ms)),
	    NULL);

	/* The lessons' author learns what is missing in them; who asked is not
	 * needed for that and not written. */
	if (e != ERR_OK || outcome != QUESTION_NOT_FOUND || q->text == NULL)
		return e;
	return db_exec(db, SQL_UNANSWERED_ADD,
	    KV(kv_text("question", q->text), kv_int("now_ms", now_ms)), NULL);
}
