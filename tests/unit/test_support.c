/* People's words to people: what goes to the support chat, the card there, its
 * button, and answers that do not arrive. */
#include "asking.h"
#include "ending.h"

#include "coach/conversation.h"
#include "shop/text.h"
#include "worker/work.h"

#define CHAT (-100)

static struct app app = { SELLS({ NAMED("course", "A <course>") }),
	.conf = { .support_chat_id = "-100",
	    .admin_tg_ids = "900",
	    .base_url = "https://h",
	    .telegram_api_base = "https://t.invalid",
	    .telegram_bot_token = "1:x" } };

#define NOW "9000000000000000"
#define COACH \
	"INSERT INTO lessons (product, source, lesson_no, title, hash," \
	" is_public, imported_ms) VALUES ('course', 's', 1, 't', 'h', 0, 1);"
#define CONVERSATION(said, closed) \
	USER "INSERT INTO conversations (tg_id, chat_id, card_id, opened_ms," \
	     " said_ms, closed_ms) VALUES (5, -100, 71, 1, " said ", " closed \
	     ");"
#define OPEN CONVERSATION(NOW, "NULL")
#define CLOSED CONVERSATION("1", "2")
#define ANSWERED \
	"INSERT INTO conversation_messages (chat_id, message_id, tg_id," \
	" their_id, is_ours, at_ms) VALUES (-100, 72, 5, 30, 1, 1);"
#define THEIRS \
	"INSERT INTO conversation_messages (chat_id, message_id, tg_id," \
	" their_id, is_ours, at_ms) VALUES (-100, 70, 5, 20, 0, 1);"

/* ---- what is for people ---- */

#define WRITES(words) \
	{ \
		.text = words \
	}

static const struct heard {
	const char *why, *before;
	struct tg_update u;
	bool is_for_people;
} heards[] = {
	{ "no coach is here: whatever they ask", NOTHING, WRITES("And why?"),
	    true },
	{ "thanks need nobody", NOTHING, WRITES("Thank you!"), false },
	{ "a price is told by the bot", NOTHING, WRITES("What does it cost?"),
	    false },
	{ "an unknown command", NOTHING, WRITES("/nonesuch"), false },
	{ "a card's number goes nowhere", NOTHING,
	    WRITES("my card is 4242 4242 4242 4242"), false },
	{ "with a coach, a question is the coach's", COACH, WRITES("And why?"),
	    false },
	{ "in an open conversation it is not", COACH OPEN, WRITES("And why?"),
	    true },
	{ "thanks are said in it, too", COACH OPEN, WRITES("Thank you!"),
	    true },
	{ "a sticker in it", COACH OPEN, { .text = NULL }, true },
	{ "a card's number in it", COACH OPEN,
	    WRITES("my card is 4242 4242 4242 4242"), false },
	{ "a sticker in none", COACH, { .text = NULL }, false },
	{ "the last word was long ago", COACH CONVERSATION("1", "NULL"),
	    WRITES("And why?"), false },
	{ "closed", COACH CLOSED, WRITES("And why?"), false },
	{ "closed, and no coach is here", CLOSED, WRITES("And why?"), true },
	{ "closed, and they reply to an answer", COACH CLOSED ANSWERED,
	    { .text = "And why?", .reply_to = 30 }, true },
	{ "they reply to something else", COACH CLOSED ANSWERED,
	    { .text = "And why?", .reply_to = 31 }, false },
	{ "after words of crisis nobody was asked for",
	    COACH CONVERSATION("0", "NULL"), WRITES("And why?"), false },
	{ "a voice that nothing here can hear", COACH,
	    { .voice = { "file", 3, 9 } }, true },
};

static struct asking
said_by(const struct tg_update *u, int64_t update_id)
{
	struct asking t = { .u = *u };

	t.u.kind = TG_MESSAGE;
	t.u.is_private = true;
	t.u.from_id = t.u.chat_id = BUYER;
	t.u.message_id = 20 + update_id;
	t.u.update_id = update_id;
	return t;
}

static void
heard(void **state)
{
	const struct heard *h = *state;
	struct asking t = said_by(&h->u, 1);

	shop_open(h->before);
	shop_does(answer_in, &t);
	shop_does(answer_in, &t); /* twice: once */
	check_text(look_text("SELECT detail FROM jobs WHERE kind = 10"),
	    h->is_for_people ? "0/21" : NULL);
	if (h->is_for_people)
		check_int(look_int("SELECT COUNT(*) FROM conversations WHERE"
				   " closed_ms IS NULL AND said_ms > 1000"),
		    1);
}

/* A conversation that opens again is another one, with a card of its own. */
static void
opened_again(void **state)
{
	struct asking t = said_by(&heards[0].u, 1);

	(void)state;
	shop_open(CLOSED);
	shop_does(answer_in, &t);
	check_int(look_int("SELECT COUNT(card_id) FROM conversations"), 0);
	shop_open(OPEN);
	shop_does(answer_in, &t);
	check_int(look_int("SELECT card_id FROM conversations"), 71);
}

static void
too_much(void **state)
{
	struct asking t;

	(void)state;
	shop_open(NOTHING);
	for (int i = 1; i <= 31; i++) {
		t = said_by(&heards[0].u, i);
		shop_does(answer_in, &t);
	}
	check_int(n_promised(JOB_FORWARD, BUYER), 30);
	check_text(json_text(t.reply.params, "text"),
	    text_plain_in(text_language(), TEXT_SUPPORT_ENOUGH));
}

static void
nobody_there(void **state)
{
	struct asking t = said_by(&heards[0].u, 1);

	(void)state;
	shop_open(OPEN);
	app.conf.support_chat_id = NULL;
	shop_does(answer_in, &t);
	app.conf.support_chat_id = "-100";
	check_int(n_promised(JOB_FORWARD, BUYER), 0);
}

/* ---- answers ---- */

static const struct answer {
	const char *why, *before;
	int64_t reply_to;
	const char *relay; /* NULL: none */
	const char *state; /* the card's */
} answers[] = {
	{ "to what they said", OPEN THEIRS, 70, "0/90/-100/20", NULL },
	{ "to one of their own: they talk", OPEN ANSWERED, 72, NULL, NULL },
	{ "to what is nobody's", OPEN THEIRS, 69, NULL, NULL },
	{ "to what was closed: it opens again", CLOSED THEIRS, 70,
	    "0/90/-100/20", "state" },
};

static void
answered(void **state)
{
	const struct answer *a = *state;
	/* An administrator without a name is nobody. */
	struct asking t = { .u = { .kind = TG_MESSAGE,
				.update_id = 1,
				.chat_id = CHAT,
				.message_id = 90,
				.reply_to = a->reply_to,
				.text = "Because." } };

	shop_open(a->before);
	shop_does(answer_in, &t);
	check_text(
	    look_text("SELECT detail FROM jobs WHERE kind = 11"), a->relay);
	check_text(
	    look_text("SELECT detail FROM jobs WHERE kind = 17"), a->state);
	check_int(look_int("SELECT COUNT(*) FROM conversations"
			   " WHERE closed_ms IS NULL"),
	    1);
}

static struct step
begin(enum kind_id kind, const char *detail, int64_t attempts)
{
	struct step s = { .job = { .id = 1,
			      .kind = kind,
			      .tg_id = BUYER,
			      .promise = "x",
			      .detail = detail,
			      .attempts = attempts } };

	check_err(work_prepare(&app, &mem, &s), ERR_OK);
	return s;
}

/* What becomes of a call that Telegram answers so. */
static struct outcome
ended(struct step s, int status, const char *body)
{
	struct ending t = { .s = s,
		.res = { .status = status,
		    .retry_after_s = -1,
		    .body = str_from(body) } };

	shop_does(settle, &t);
	return t.o;
}

#define DONE(number) \
	"{\"ok\":true,\"result\":{\"message_id\":" number \
	",\"chat\":{\"id\":-100}}}"
#define REFUSED(why) "{\"ok\":false,\"description\":\"Bad Request: " why "\"}"

/* No word of who wrote it goes along: a copy has no author. */
static void
relayed(void **state)
{
	struct step s;
	const char *body;

	(void)state;
	shop_open(OPEN);
	s = begin(JOB_RELAY, "0/90/-100/20", 1);
	check_has(s.call.url, "/copyMessage");
	body = arena_dup(&mem, s.call.body);
	check_has(body, "\"chat_id\":5");
	check_has(body, "\"message_id\":20"); /* what it answers */
	check_int(ended(s, 200, DONE("33")).after, AFTER_DONE);
	check_int(look_int("SELECT their_id FROM conversation_messages WHERE"
			   " chat_id = -100 AND message_id = 90"
			   " AND is_ours = 1"),
	    33);
}

static const struct lost {
	const char *why;
	int status;
	const char *says;
	int64_t attempts;
	const char *told; /* in the support chat; NULL: it is tried again */
	enum text text;
} losts[] = {
	{ "they blocked the bot", 403,
	    "{\"ok\":false,\"description\":"
	    "\"Forbidden: bot was blocked by the user\"}",
	    1, "told/90/-100/gone", TEXT_SUPPORT_GONE },
	{ "it was deleted meanwhile", 400, REFUSED("message to copy not found"),
	    3, "told/90/-100/refused", TEXT_SUPPORT_REFUSED },
	{ "refused for the first time", 400, REFUSED("something"), 1, NULL,
	    TEXT__COUNT },
};

static void
not_relayed(void **state)
{
	const struct lost *l = *state;
	const char *body, *detail;
	struct step s;

	shop_open(OPEN);
	check_int(ended(begin(JOB_RELAY, "0/90/-100/20", l->attempts),
		      l->status, l->says)
		      .after,
	    l->told == NULL ? AFTER_RETRY : AFTER_PARK);
	detail = look_text("SELECT detail FROM jobs WHERE kind = 17");
	check_text(detail, l->told);
	if (l->told == NULL)
		return;
	s = begin(JOB_SUPPORT, detail, 1);
	body = arena_dup(&mem, s.call.body);
	check_has(body, "\"chat_id\":-100");
	check_has(body, "\"message_id\":90"); /* below it */
	check_has(body, text_plain_in(text_language(), l->text));
}

/* ---- the card ---- */

static const struct carded {
	const char *why, *before, *detail;
	const char *method, *says, *lacks; /* method NULL: no call */
} cards[] = {
	{ "who it is, as a link", OPEN, "card/70", "/sendMessage",
	    "<a href=\\\"tg://user?id=5\\\">", "course" },
	{ "of the first message", OPEN, "card/70", "/sendMessage",
	    "\"message_id\":70", "editMessage" },
	{ "what they bought, whatever it is called", OPEN HAS("course"),
	    "card/70", "/sendMessage", "A &lt;course&gt;", "<course>" },
	{ "open: it can be closed", OPEN, "card/70", "/sendMessage",
	    "support:close:5", "support:open" },
	{ "closed: it can be opened", CLOSED, "state", "/editMessageText",
	    "support:open:5", "support:close" },
	{ "the card itself is changed", CLOSED, "state", "/editMessageText",
	    "\"message_id\":71", "reply_parameters" },
	{ "there is none yet", OPEN "UPDATE conversations SET card_id = NULL;",
	    "state", NULL, NULL, NULL },
	{ "forgotten meanwhile", NOTHING, "card/70", NULL, NULL, NULL },
	{ "a word of a newer program", OPEN, "nonesuch/1", NULL, NULL, NULL },
};

static void
card(void **state)
{
	const struct carded *c = *state;
	const char *body;
	struct step s;

	shop_open(c->before);
	s = begin(JOB_SUPPORT, c->detail, 1);
	check_int(s.has_call, c->method != NULL);
	if (c->method == NULL)
		return;
	check_has(s.call.url, c->method);
	check_int(s.chat_id, CHAT);
	body = arena_dup(&mem, s.call.body);
	check_has(body, c->says);
	check_lacks(body, c->lacks);
}

/* A reply to it is one to its person. What the chat refuses makes nobody gone
 * and alarms nobody. */
static void
card_sent(void **state)
{
	(void)state;
	shop_open(OPEN);
	check_int(
	    ended(begin(JOB_SUPPORT, "card/70", 1), 200, DONE("80")).after,
	    AFTER_DONE);
	check_int(look_int("SELECT card_id FROM conversations"), 80);
	check_int(look_int("SELECT COUNT(*) FROM conversation_messages WHERE"
			   " message_id = 80 AND tg_id = 5 AND is_ours = 0"),
	    1);
	check_int(ended(begin(JOB_SUPPORT, "card/70", 1), 400,
		      REFUSED("chat not found"))
		      .after,
	    AFTER_RETRY);
	check_int(ended(begin(JOB_SUPPORT, "card/70", 3), 400,
		      REFUSED("chat not found"))
		      .after,
	    AFTER_DONE);
	check_int(ended(begin(JOB_SUPPORT, "state", 1), 400,
		      REFUSED("message is not modified: the same"))
		      .after,
	    AFTER_DONE);
	check_int(look_int("SELECT COUNT(*) FROM users"
			   " WHERE bot_blocked_ms IS NULL"),
	    1);
}

/* Below the first message of each conversation, and its person is told then. */
static void
card_promised(void **state)
{
	(void)state;
	shop_open(OPEN "UPDATE conversations SET card_id = NULL;");
	for (int i = 0; i < 2; i++)
		check_int(ended(begin(JOB_FORWARD, i == 0 ? "0/20" : "0/21", 1),
			      200, i == 0 ? DONE("70") : DONE("71"))
			      .after,
		    AFTER_DONE);
	check_text(
	    look_text("SELECT detail FROM jobs WHERE kind = 17"), "card/70");
	check_int(n_promised(JOB_SUPPORT, BUYER), 1);
	check_int(look_int("SELECT their_id FROM conversation_messages"
			   " WHERE message_id = 71"),
	    21);
	shop_open(OPEN);
	(void)ended(begin(JOB_FORWARD, "0/20", 1), 200, DONE("70"));
	check_int(look_int("SELECT COUNT(*) FROM jobs"), 0); /* it goes on */
}

static const struct pressed {
	const char *why, *before;
	int64_t chat_id;
	const char *data;
	bool is_open, is_told;
} presseds[] = {
	{ "closed", OPEN, CHAT, "support:close:5", false, true },
	{ "closed twice", CLOSED, CHAT, "support:close:5", false, true },
	{ "opened again", CLOSED, CHAT, "support:open:5", true, true },
	{ "in another chat", OPEN, CHAT - 1, "support:close:5", true, false },
	{ "of nobody", OPEN, CHAT, "support:close:6", true, false },
	{ "of no number", OPEN, CHAT, "support:close:5x", true, false },
};

static void
pressed(void **state)
{
	const struct pressed *p = *state;
	struct asking t = { .u = { .kind = TG_BUTTON,
				.update_id = 1,
				.from_id = 901,
				.chat_id = p->chat_id,
				.message_id = 71,
				.button_id = "q1",
				.data = p->data } };

	shop_open(p->before);
	shop_does(answer_in, &t);
	check_text(t.reply.method, "answerCallbackQuery");
	check_int(look_int("SELECT COUNT(*) FROM conversations"
			   " WHERE closed_ms IS NULL"),
	    p->is_open);
	check_int(n_promised(JOB_SUPPORT, BUYER), p->is_told);
}

int
main(void)
{
	ROWS("for people", heard, heards);
	ONE("for people", "a conversation opens again, or goes on",
	    opened_again);
	ONE("for people", "so many an hour", too_much);
	ONE("for people", "there is no support chat any more", nobody_there);
	ROWS("an answer", answered, answers);
	ONE("an answer", "its copy is noted", relayed);
	ROWS("not delivered", not_relayed, losts);
	ROWS("the card", card, cards);
	ONE("the card", "is noted, or given up", card_sent);
	ONE("the card", "is promised once", card_promised);
	ROWS("its button", pressed, presseds);
	return testing_run("support-chat", ledger_make, ledger_remove);
}
