/* The coach listens: which messages are questions, whose are taken, and what
 * is said of the others. */
#include "shop.h"

#include "base/clock.h"
#include "coach/guard.h"
#include "coach/listen.h"
#include "coach/question.h"
#include "coach/speech.h"
#include "outbox/jobs.h"
#include "shop/text.h"

#define LESSON \
	"INSERT INTO lessons (product, source, lesson_no, title, hash," \
	" is_public, imported_ms) VALUES ('course', 'a', 1, 'A', 'h', 1, 1);"
#define GROUP (-1009)

struct hearing {
	const struct tg_update *u;
	const char *text;
	struct tg_reply reply;
	bool heard;
};

static enum err
hear(struct db *db, void *ctx)
{
	struct hearing *h = ctx;

	(void)db;
	return listen_to(&app, &mem, h->u,
	    language_find(h->u->language, LANGUAGE_UK), h->text, &h->reply,
	    &h->heard);
}

static enum err
hear_crisis(struct db *db, void *ctx)
{
	struct hearing *h = ctx;

	(void)db;
	return listen_to_crisis(&app, &mem, h->u,
	    language_find(h->u->language, LANGUAGE_UK), &h->reply, &h->heard);
}

/* A question of the buyer's so long ago; still open, or ended. */
static void
asked(int outcome, int64_t ago_ms, bool has_ended)
{
	change(arena_printf(&mem,
	    "INSERT INTO questions (tg_id, chat_id, message_id, outcome,"
	    " asked_ms, ended_ms) VALUES (5, 5, 1, %d, %lld, %s)",
	    outcome, (long long)(clock_now_ms() - ago_ms),
	    has_ended ? "1" : "NULL"));
}

static void
open_school(const char *before)
{
	shop_open(before);
	app.conf = (struct conf){ .coach_questions_a_day = 3,
		.coach_group_id = "-1009",
		.coach_group_comments = 1,
		.coach_speech_base = "https://s.invalid",
		.bot_id = 77 };
}

/* ---- is it a question ---- */

static const struct words {
	const char *why, *before, *text;
	const char *voice, *support;
	bool heard;
} wordss[] = {
	{ "words, where there are lessons", LESSON, "why", NULL, NULL, true },
	{ "without any, a person may be asked", NOTHING, "why", NULL, "-100",
	    true },
	{ "nobody is there to answer", NOTHING, "why", NULL, NULL, false },
	{ "no words", LESSON, "", NULL, NULL, false },
	{ "neither words nor a voice", LESSON, NULL, NULL, NULL, false },
	{ "a command is none", LESSON, "/why", NULL, NULL, false },
	{ "a voice", LESSON HAS_COURSE, NULL, "file", NULL, true },
	{ "a command without words is none, spoken or not", LESSON, "", "file",
	    NULL, false },
};

static void
is_question(void **state)
{
	const struct words *w = *state;
	const struct tg_update u = { .from_id = BUYER,
		.chat_id = BUYER,
		.is_private = true,
		.voice = { .file_id = w->voice } };
	struct hearing h = { .u = &u, .text = w->text, .heard = !w->heard };

	open_school(w->before);
	app.conf.support_chat_id = w->support;
	shop_does(hear, &h);
	check_int(h.heard, w->heard);
	check_int(look_int("SELECT COUNT(*) FROM questions"), w->heard);
	check_int(n_promised(JOB_ANSWER, BUYER), w->heard);
	check_text(h.reply.method, w->heard ? "sendChatAction" : NULL);
}

static void
is_noted(void **state)
{
	const struct tg_update u = { .from_id = BUYER,
		.chat_id = GROUP,
		.message_id = 9,
		.language = "en" };
	struct hearing h = { .u = &u, .text = "why" };

	(void)state;
	open_school(LESSON);
	shop_does(hear, &h);
	check_text(
	    look_text("SELECT tg_id || '' || chat_id || '/' || message_id ||"
		      " question || language || outcome FROM questions"
		      " WHERE voice IS NULL AND ended_ms IS NULL"),
	    "5-1009/9whyen0");
	check_text(look_text("SELECT promise || ' ' || detail FROM jobs"),
	    "question/1 1");
}

/* Kind words are answered wherever the bot is, also while an answer is being
 * written; a number that nobody should have sent is kept nowhere. */
static const struct manner {
	const char *why, *before, *text, *method, *says;
	bool is_file;
	const char *support;
	int n_questions, n_shown;
} manners[] = {
	{ "thanks, where there is no coach", NOTHING, "Thanks!",
	    "sendChatAction", "typing", false, NULL, 1, 0 },
	{ "a refund, where there is no coach", NOTHING, "I want a refund",
	    "sendChatAction", "typing", false, NULL, 1, 0 },
	{ "a greeting, where there is no coach", NOTHING, "Hello", NULL, NULL,
	    false, NULL, 0, 0 },
	{ "a greeting", LESSON, "Hello", "sendChatAction", "typing", false,
	    NULL, 1, 0 },
	{ "a card's number", LESSON, "My card is 4242 4242 4242 4242",
	    "sendMessage", "delete the message", false, "-100", 0, 0 },
	{ "a card's number where there is no coach", NOTHING,
	    "4242424242424242", "sendMessage", "delete the message", false,
	    NULL, 0, 0 },
	{ "a passport's", LESSON, "Passport AB1234567", "sendMessage",
	    "delete the message", false, "-100", 0, 0 },
	{ "a picture, to the people", NOTHING, NULL, NULL, NULL, true, "-100",
	    1, 1 },
	{ "a picture of a stranger without people", LESSON, NULL, NULL, NULL,
	    true, NULL, 0, 0 },
	{ "a picture of a buyer without people", LESSON HAS_COURSE, NULL,
	    "sendMessage", "I can read text", true, NULL, 0, 0 },
};

static void
manner(void **state)
{
	const struct manner *m = *state;
	const struct tg_update u = { .from_id = BUYER,
		.chat_id = BUYER,
		.message_id = 9,
		.is_private = true,
		.has_file = m->is_file,
		.language = "en" };
	struct hearing h = { .u = &u, .text = m->text };

	open_school(m->before);
	app.conf.support_chat_id = m->support;
	shop_does(hear, &h);
	check_text(h.reply.method, m->method);
	if (m->says != NULL)
		check_has(arena_dup(&mem, json_render(&mem, h.reply.params)),
		    m->says);
	check_int(look_int("SELECT COUNT(*) FROM questions"), m->n_questions);
	check_int(n_promised(JOB_FORWARD, BUYER), m->n_shown);
	check_int(h.heard, m->method != NULL || m->n_shown > 0);
}

/* Thanks come while the next answer is being written, and count for nothing. */
static void
thanks_any_time(void **state)
{
	const struct tg_update u = { .from_id = BUYER,
		.chat_id = BUYER,
		.is_private = true,
		.language = "en" };
	struct hearing h = { .u = &u, .text = "Thank you!" };

	(void)state;
	open_school(LESSON);
	asked(QUESTION_OPEN, 1000, false);
	asked(QUESTION_ANSWERED, 2000, true);
	shop_does(hear, &h);
	check_text(h.reply.method, "sendChatAction");
	change("UPDATE questions SET ended_ms = 1, outcome = 8"
	       " WHERE question IS NOT NULL");
	change("UPDATE questions SET ended_ms = 1");
	h.text = "why";
	shop_does(hear, &h);
	check_text(h.reply.method, "sendChatAction");
}

/* ---- whose is taken ---- */

static void
busy(void)
{
	asked(QUESTION_OPEN, 1000, false);
}

static void
two_a_day(void)
{
	asked(QUESTION_ANSWERED, 9000, true);
	asked(QUESTION_ANSWERED, 8000, true);
}

static void
three_a_day(void)
{
	two_a_day();
	asked(QUESTION_NOT_FOUND, 7000, true);
}

static void
three_the_day_before(void)
{
	for (int i = 0; i < 3; i++)
		asked(
		    QUESTION_ANSWERED, (int64_t)24 * 3600 * 1000 + 1000, true);
}

static const struct limit {
	const char *why;
	void (*before)(void);
	int64_t a_day, n_chars; /* 0: it is spoken */
	struct tg_voice voice;
	bool is_buyer, has_ear;
	enum text says; /* TEXT__COUNT: it is taken */
} limits[] = {
	{ "the longest one", NULL, 3, COACH_MAX_CHARS, { 0 }, false, true,
	    TEXT__COUNT },
	{ "a letter longer", NULL, 3, COACH_MAX_CHARS + 1, { 0 }, true, true,
	    TEXT_COACH_LONG },
	{ "while another is open", busy, 3, 5, { 0 }, true, true,
	    TEXT_COACH_BUSY },
	{ "the third of a day", two_a_day, 3, 5, { 0 }, true, true,
	    TEXT__COUNT },
	{ "the fourth of a day", three_a_day, 3, 5, { 0 }, true, true,
	    TEXT_COACH_ENOUGH },
	{ "those of yesterday are over", three_the_day_before, 3, 5, { 0 },
	    true, true, TEXT__COUNT },
	{ "any number, if the operator says so", three_a_day, 0, 5, { 0 }, true,
	    true, TEXT__COUNT },
	{ "the longest voice", NULL, 3, 0,
	    { "f", SPEECH_MAX_S, SPEECH_MAX_BYTES }, true, true, TEXT__COUNT },
	{ "a second longer", NULL, 3, 0,
	    { "f", SPEECH_MAX_S + 1, SPEECH_MAX_BYTES }, true, true,
	    TEXT_COACH_LONG_VOICE },
	{ "a byte more", NULL, 3, 0,
	    { "f", SPEECH_MAX_S, SPEECH_MAX_BYTES + 1 }, true, true,
	    TEXT_COACH_LONG_VOICE },
	{ "a stranger's voice", NULL, 3, 0, { "f", 1, 1 }, false, true,
	    TEXT_COACH_NO_EAR },
	{ "a voice that nobody can hear", NULL, 3, 0, { "f", 1, 1 }, true,
	    false, TEXT_COACH_NO_VOICE },
};

static void
limited(void **state)
{
	const struct limit *l = *state;
	const struct tg_update u = { .from_id = BUYER,
		.chat_id = GROUP,
		.message_id = 9,
		.voice = l->voice };
	char *words = arena_alloc(&mem, (size_t)l->n_chars * 2 + 1);
	struct hearing h = { .u = &u, .text = l->n_chars > 0 ? words : NULL };
	int64_t before;

	/* Letters of two bytes: characters are what is counted. */
	for (int64_t i = 0; i < l->n_chars; i++)
		memcpy(words + 2 * i, "є", 2);
	words[2 * l->n_chars] = '\0';
	open_school(l->is_buyer ? LESSON HAS_COURSE : LESSON);
	app.conf.coach_questions_a_day = l->a_day;
	if (!l->has_ear)
		app.conf.coach_speech_base = NULL;
	if (l->before != NULL)
		l->before();
	before = look_int("SELECT COUNT(*) FROM questions");
	shop_does(hear, &h);
	assert_true(h.heard); /* answered either way */
	check_int(look_int("SELECT COUNT(*) FROM questions") - before,
	    l->says == TEXT__COUNT);
	if (l->says == TEXT__COUNT)
		return;
	check_text(h.reply.method, "sendMessage");
	check_text(json_text(h.reply.params, "text"),
	    text_count(&mem, l->says,
		l->says == TEXT_COACH_LONG ? COACH_MAX_CHARS : l->a_day,
		KV(kv_int("amount", l->a_day), kv_int("limit", COACH_MAX_CHARS),
		    kv_int("seconds", SPEECH_MAX_S))));
	assert_true(
	    json_int(h.reply.params, "reply_parameters.message_id", &before));
	check_int(before, 9); /* in a group it says to whom */
}

/* ---- crisis ---- */

static const struct crisis {
	const char *why, *text, *caption;
	int n_before; /* in the last hour */
	bool heard;
} crises[] = {
	{ "in words", "I want to kill myself", NULL, 0, true },
	{ "under a picture", NULL, "I want to kill myself", 0, true },
	{ "behind a command", "/ask I want to kill myself", NULL, 0, true },
	{ "another question", "how do I keep a diary", NULL, 0, false },
	{ "no words", NULL, NULL, 0, false },
	{ "the tenth in an hour", "I want to kill myself", NULL, 9, true },
	{ "the eleventh: the number to call is known", "I want to kill myself",
	    NULL, 10, true },
};

static void
crisis(void **state)
{
	const struct crisis *c = *state;
	const struct tg_update u = { .from_id = BUYER,
		.chat_id = BUYER,
		.is_private = true,
		.text = c->text,
		.caption = c->caption };
	struct hearing h = { .u = &u, .heard = !c->heard };
	bool is_taken = c->heard && c->n_before < 10;

	open_school(NOTHING); /* there need be no coach at all */
	for (int i = 0; i < c->n_before; i++)
		asked(QUESTION_CRISIS, 1000, true);
	busy(); /* and no limit holds */
	three_a_day();
	shop_does(hear_crisis, &h);
	check_int(h.heard, c->heard);
	check_int(n_promised(JOB_ANSWER, BUYER), is_taken);
	check_int(look_int("SELECT COUNT(*) FROM questions WHERE outcome = 5"),
	    c->n_before + is_taken);
}

/* ---- in the group ---- */

static const struct said {
	const char *why;
	struct tg_update u;
	bool is_asked;
	const char *text;
} saids[] = {
	{ "the command", { .chat_id = GROUP, .text = "/ask why" }, true,
	    "why" },
	{ "the command in capitals", { .chat_id = GROUP, .text = "/ASK why" },
	    true, "why" },
	{ "for this bot", { .chat_id = GROUP, .text = "/ask@our_bot why" },
	    true, "why" },
	{ "for another bot", { .chat_id = GROUP, .text = "/ask@their_bot why" },
	    false, "why" },
	{ "another command", { .chat_id = GROUP, .text = "/help why" }, false,
	    "why" },
	{ "a reply to the bot",
	    { .chat_id = GROUP,
		.text = "why",
		.replies_to_bot = true,
		.bot_id = 77 },
	    true, "why" },
	{ "a reply to another bot",
	    { .chat_id = GROUP,
		.text = "why",
		.replies_to_bot = true,
		.bot_id = 78 },
	    false, "why" },
	{ "a post is asked about",
	    { .chat_id = GROUP, .text = "why? ", .replies_to_post = true },
	    true, "why? " },
	{ "a post is only talked about",
	    { .chat_id = GROUP, .text = "nice", .replies_to_post = true },
	    false, "nice" },
	{ "under a picture",
	    { .chat_id = GROUP, .caption = "why?", .replies_to_post = true },
	    true, "why?" },
	{ "people among themselves", { .chat_id = GROUP, .text = "why?" },
	    false, "why?" },
	{ "spoken to the bot",
	    { .chat_id = GROUP,
		.voice = { "f", 1, 1 },
		.replies_to_bot = true,
		.bot_id = 77 },
	    true, NULL },
	{ "in another group", { .chat_id = -1, .text = "/ask why" }, false,
	    NULL },
	{ "nowhere", { .chat_id = 0, .text = "/ask why" }, false, NULL },
};

static void
said(void **state)
{
	const struct said *s = *state;
	const char *text = NULL;
	bool is_asked = !s->is_asked;

	open_school("INSERT INTO marks (key, value, word) VALUES ('bot', 77,"
		    " 'our_bot')");
	check_err(listen_is_asked(&app, &mem, &s->u, &text, &is_asked), ERR_OK);
	check_int(is_asked, s->is_asked);
	check_text(text, s->text);
}

/* A shop without a group has none in the chat of number 0 either. */
static void
no_group(void **state)
{
	const struct tg_update u = { .chat_id = 0, .text = "/ask why" };
	const char *text = NULL;
	bool is_asked = true;

	(void)state;
	open_school(NOTHING);
	app.conf.coach_group_id = NULL;
	check_err(listen_is_asked(&app, &mem, &u, &text, &is_asked), ERR_OK);
	assert_false(is_asked);
}

/* ---- in which language ---- */

/* What is kept with a question: Telegram's word for its asker's language, or
 * what they chose instead. */
static const struct reading {
	const char *why, *told;
	enum language in;
	const char *kept;
} readings[] = {
	{ "as Telegram says, with its country", "de-AT", LANGUAGE_DE, "de-AT" },
	{ "one that we do not speak may have a helpline", "ru", LANGUAGE_UK,
	    "ru" },
	{ "another was chosen", "uk", LANGUAGE_DE, "de" },
	{ "another was chosen than one we do not speak", "ru", LANGUAGE_PL,
	    "pl" },
	{ "known of old", NULL, LANGUAGE_EN, "en" },
	{ "not known", NULL, LANGUAGE_UK, NULL },
};

struct reader {
	const struct reading *r;
	const char *text;
	struct tg_reply reply;
};

static enum err
read_by(struct db *db, void *ctx)
{
	struct reader *by = ctx;
	const struct tg_update u = { .from_id = BUYER,
		.chat_id = BUYER,
		.is_private = true,
		.language = by->r->told };
	bool heard;

	(void)db;
	return listen_to(
	    &app, &mem, &u, by->r->in, by->text, &by->reply, &heard);
}

static void
kept(void **state)
{
	struct reader by = { .r = *state, .text = "why" };

	open_school(LESSON);
	shop_does(read_by, &by);
	check_text(look_text("SELECT language FROM questions"), by.r->kept);
}

static void
refused_in_it(void **state)
{
	static const struct reading german = { "", "uk", LANGUAGE_DE, "" };
	struct reader by = { .r = &german };
	char *text = arena_alloc(&mem, COACH_MAX_CHARS + 2);

	(void)state;
	memset(text, 'a', COACH_MAX_CHARS + 1);
	text[COACH_MAX_CHARS + 1] = '\0';
	by.text = text;
	open_school(LESSON);
	shop_does(read_by, &by);
	check_has(json_text(by.reply.params, "text"), "1000 Zeichen");
}

int
main(void)
{
	ROWS("a question", is_question, wordss);
	ONE("a question", "is noted and an answer promised", is_noted);
	ROWS("taken or not", limited, limits);
	ROWS("crisis", crisis, crises);
	ROWS("in the group", said, saids);
	ONE("in the group", "there is none", no_group);
	ROWS("kept with it", kept, readings);
	ONE("refused", "in its asker's language", refused_in_it);
	ROWS("manners", manner, manners);
	ONE("manners", "thanks at any time", thanks_any_time);
	return testing_run("listen", ledger_make, ledger_remove);
}
