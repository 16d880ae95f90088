/* Questions to the coach in the ledger: what was said before one. */
#include "shop.h"

#include "base/buf.h"
#include "base/clock.h"
#include "coach/question.h"

#define CHAT 7

static void
begin(void)
{
	shop_open(NOTHING);
}

/* A question of the buyer's, asked and answered so long ago. */
static void
asked(const char *words, int64_t ago_ms)
{
	change(arena_printf(&mem,
	    "INSERT INTO questions (tg_id, chat_id, message_id, question,"
	    " answer, outcome, asked_ms, ended_ms)"
	    " VALUES (%d, %d, 1, '%s?', '%s.', 1, %lld, 1)",
	    BUYER, CHAT, words, words, (long long)(clock_now_ms() - ago_ms)));
}

/* Its words, "asked/answered" and so on; one place more than there may be, to
 * see that it stays empty. */
static const char *
history(const struct question *q)
{
	struct turn turns[QUESTION_MAX_TURNS + 1] = { 0 };
	struct buf b = buf_new(&mem, 1000);
	size_t n = 99;

	check_err(question_history(ledger.db, &mem, q, turns, &n), ERR_OK);
	assert_in_range(n, 0, QUESTION_MAX_TURNS);
	for (size_t i = 0; i < n; i++) {
		buf_text(&b, turns[i].question);
		buf_text(&b, turns[i].answer);
	}
	assert_null(turns[n].question);
	assert_null(turns[n].answer);
	return buf_str(&b).p;
}

static void
oldest_first(void **state)
{
	const struct question q = {
		.id = 100, .tg_id = BUYER, .chat_id = CHAT
	};

	(void)state;
	begin();
	check_text(history(&q), "");
	asked("one", 4000);
	check_text(history(&q), "one?one.");
	asked("two", 3000);
	asked("three", 2000);
	check_text(history(&q), "one?one.two?two.three?three.");
	asked("four", 1000);
	check_text(history(&q), "two?two.three?three.four?four.");
}

static const struct other {
	const char *why, *change;
} others[] = {
	{ "somebody else's", "UPDATE questions SET tg_id = 6" },
	{ "in another chat", "UPDATE questions SET chat_id = 8" },
	{ "asked later", "UPDATE questions SET id = 101" },
	{ "an hour old", "UPDATE questions SET asked_ms = asked_ms - 3600000" },
	{ "its words forgotten", "UPDATE questions SET question = NULL" },
	{ "not answered yet",
	    "UPDATE questions SET answer = NULL, outcome = 0" },
	{ "answered with the lessons' own words",
	    "UPDATE questions SET outcome = 2" },
};

static void
left_out(void **state)
{
	const struct other *o = *state;
	const struct question q = {
		.id = 100, .tg_id = BUYER, .chat_id = CHAT
	};

	begin();
	asked("one", 1000);
	check_text(history(&q), "one?one.");
	change(o->change);
	check_text(history(&q), "");
}

/* A reply in a support chat belongs to the question whose copy has that number
 * there. What was forwarded before the chat was noted is known by its asker. */
static const struct copy {
	const char *why;
	struct message_at at;
	int64_t writer_id;
	int64_t want; /* the question; 0: none */
} copies[] = {
	{ "in the chat it was forwarded to", { -100, 70 }, 0, 1 },
	{ "the same number in another chat", { -200, 70 }, BUYER, 0 },
	{ "another number", { -100, 71 }, BUYER, 0 },
	{ "of old, the copy names its asker", { -200, 80 }, BUYER, 2 },
	{ "of old, the copy names nobody", { -200, 80 }, 0, 0 },
	{ "of old, the copy is somebody else's", { -200, 80 }, 6, 0 },
	{ "the noted chat goes before what is of old", { -100, 90 }, BUYER, 3 },
};

static void
forwarded(void **state)
{
	const struct copy *c = *state;
	struct question q = { 0 };

	begin();
	for (int i = 0; i < 4; i++)
		asked("one", 1000);
	change("UPDATE questions SET forwarded_id = 70,"
	       " forwarded_chat_id = -100 WHERE id = 1;"
	       "UPDATE questions SET forwarded_id = 80 WHERE id = 2;"
	       "UPDATE questions SET forwarded_id = 90 WHERE id IN (3, 4);"
	       "UPDATE questions SET forwarded_chat_id = -100 WHERE id = 3;");
	check_err(question_forwarded(ledger.db, &mem, c->at, c->writer_id, &q),
	    c->want == 0 ? ERR_NOT_FOUND : ERR_OK);
	check_int(q.id, c->want);
}

int
main(void)
{
	ROWS("forwarded", forwarded, copies);
	ONE("said before", "the last ones, the oldest first", oldest_first);
	ROWS("said before, left out", left_out, others);
	return testing_run("question", ledger_make, ledger_remove);
}
