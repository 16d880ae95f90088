/* A question on to a person and the reply back: who may have it passed on,
 * where a reply goes, and what is told when it cannot. */
#include "ending.h"

#include "coach/handover.h"
#include "shop/text.h"
#include "worker/work.h"

#define CHAT "-100"
#define ASKED \
	USER \
	    "INSERT INTO questions (id, tg_id, chat_id, message_id, question," \
	    " asked_ms) VALUES (1, 5, 5, 20, 'why', 1);"
#define IN_GROUP ASKED "UPDATE questions SET chat_id = -300;"
#define IN_CRISIS ASKED "UPDATE questions SET outcome = 5;"
#define BLOCKED "UPDATE users SET bot_blocked_ms = 1;"
#define NAMED_US \
	"INSERT INTO marks (key, value, word) VALUES ('bot', 77, 'our_bot');"
#define FORWARDED \
	ASKED "UPDATE questions SET forwarded_id = 70," \
	      " forwarded_chat_id = -100;"

static struct app app = { SELLS({ COURSE }),
	.conf = { .admin_tg_ids = "900",
	    .support_chat_id = CHAT,
	    .telegram_api_base = "https://t.invalid",
	    .telegram_bot_token = "1:x" } };

/* ---- the button and the link ---- */

struct asking {
	int64_t from_id;
	const char *id;
	bool taken;
	struct handover_word word;
};

static enum err
press(struct db *db, void *ctx)
{
	struct asking *t = ctx;
	const struct tg_update u = { .from_id = t->from_id };

	(void)db;
	return handover_pass_on(&app, &mem, &u, str_from(t->id), &t->taken);
}

static enum err
press_in_group(struct db *db, void *ctx)
{
	struct asking *t = ctx;
	const struct tg_update u = { .from_id = t->from_id };

	(void)db;
	/* In a language that is not the shop's. */
	return handover_pressed_in_group(
	    &app, &mem, &u, LANGUAGE_DE, str_from(t->id), &t->word);
}

static enum err
start(struct db *db, void *ctx)
{
	struct asking *t = ctx;
	const struct tg_update u = { .from_id = t->from_id };

	(void)db;
	return handover_started(&app, &mem, &u, str_from(t->id), &t->taken);
}

static const struct pressed {
	const char *why, *chat;
	int64_t from_id;
	const char *id;
	bool is_passed_on;
} presseds[] = {
	{ "the asker's own", CHAT, BUYER, "1", true },
	{ "somebody else's", CHAT, 6, "1", false },
	{ "one that is not there", CHAT, BUYER, "2", false },
	{ "no number", CHAT, BUYER, "1x", false },
	{ "nothing", CHAT, BUYER, "", false },
	{ "no support chat", NULL, BUYER, "1", false },
};

static void
pressed(void **state)
{
	const struct pressed *p = *state;
	struct asking t = { .from_id = p->from_id, .id = p->id };

	shop_open(ASKED);
	app.conf.support_chat_id = p->chat;
	shop_does(press, &t);
	shop_does(press, &t); /* twice: once */
	app.conf.support_chat_id = CHAT;
	check_int(t.taken, p->is_passed_on);
	check_int(n_promised(JOB_FORWARD, BUYER), p->is_passed_on);
	check_int(look_int("SELECT COUNT(*) FROM jobs"), p->is_passed_on);
}

static const struct in_group {
	const char *why, *before;
	int64_t from_id;
	enum text text; /* TEXT__COUNT: none */
	const char *url;
	bool is_passed_on;
} in_groups[] = {
	{ "the asker, who has the bot", IN_GROUP, BUYER, TEXT_COACH_PASSING_ON,
	    NULL, true },
	{ "somebody else", IN_GROUP, 6, TEXT_COACH_NOT_YOURS, NULL, false },
	{ "who blocked the bot: led there", IN_GROUP BLOCKED NAMED_US, BUYER,
	    TEXT__COUNT, "https://t.me/our_bot?start=ask_1", false },
	{ "the same, and the bot's name is not known", IN_GROUP BLOCKED, BUYER,
	    TEXT_COACH_START_FIRST, NULL, false },
};

static void
pressed_in_group(void **state)
{
	const struct in_group *g = *state;
	struct asking t = { .from_id = g->from_id, .id = "1" };

	shop_open(g->before);
	shop_does(press_in_group, &t);
	check_text(t.word.text,
	    g->text == TEXT__COUNT ? NULL :
				     text_plain_in(LANGUAGE_DE, g->text));
	check_text(t.word.url, g->url);
	check_int(n_promised(JOB_FORWARD, BUYER), g->is_passed_on);
}

static const struct started {
	const char *why, *word;
	int64_t from_id;
	bool taken;
} starteds[] = {
	{ "by the asker", "ask_1", BUYER, true },
	{ "by somebody else", "ask_1", 6, false },
	{ "another word", "campaign1", BUYER, false },
	{ "the word alone", "ask_", BUYER, false },
};

static void
started(void **state)
{
	const struct started *s = *state;
	struct asking t = {
		.from_id = s->from_id, .id = s->word, .taken = !s->taken
	};

	shop_open(ASKED);
	shop_does(start, &t);
	check_int(t.taken, s->taken);
	check_int(n_promised(JOB_FORWARD, BUYER), s->taken);
}

/* ---- the reply ---- */

static const struct answer {
	const char *why;
	struct tg_update u;
	const char *detail; /* of the promise; NULL: none */
} answers[] = {
	{ "to the copy", { .chat_id = -100, .reply_to = 70, .message_id = 71 },
	    "1/71/-100/0" },
	{ "to another message",
	    { .chat_id = -100, .reply_to = 69, .message_id = 71 }, NULL },
	{ "to nothing", { .chat_id = -100, .message_id = 71 }, NULL },
	{ "in another chat",
	    { .chat_id = -101, .reply_to = 70, .message_id = 71 }, NULL },
	{ "nobody said anything",
	    { .chat_id = -100,
		.reply_to = 70,
		.message_id = 71,
		.is_service = true },
	    NULL },
};

struct replying {
	struct tg_update u;
	bool taken;
};

static enum err
pass_back(struct db *db, void *ctx)
{
	struct replying *t = ctx;

	(void)db;
	return handover_pass_back(&app, &mem, &t->u, &t->taken);
}

static void
replied(void **state)
{
	const struct answer *a = *state;
	struct replying t = { .u = a->u, .taken = a->detail == NULL };

	shop_open(FORWARDED);
	shop_does(pass_back, &t);
	check_int(t.taken, a->detail != NULL);
	check_text(
	    look_text("SELECT detail FROM jobs WHERE kind = 11"), a->detail);
	check_int(n_promised(JOB_RELAY, BUYER), a->detail != NULL);
}

/* ---- the calls ---- */

static const struct prepared {
	const char *why, *before;
	enum kind_id kind;
	const char *detail, *method; /* NULL: no call */
	const char *says, *lacks;
} prepareds[] = {
	{ "on to the chat", ASKED, JOB_FORWARD, "1", "forwardMessage",
	    "\"chat_id\":-100", "copy" },
	{ "back to the asker, under the question", ASKED, JOB_RELAY,
	    "1/71/-100", "copyMessage", "\"reply_parameters\"",
	    "\"chat_id\":-300" },
	{ "back from a group: to the asker alone", IN_GROUP, JOB_RELAY,
	    "1/71/-100", "copyMessage", "\"chat_id\":5", "reply_parameters" },
	{ "from the chat where the reply was written", ASKED, JOB_RELAY,
	    "1/71/-200", "copyMessage", "\"from_chat_id\":-200", "-100" },
	{ "a reply that was noted without its chat", ASKED, JOB_RELAY, "1/71",
	    NULL, NULL, NULL },
	{ "words to people, no question", USER, JOB_FORWARD, "0/20",
	    "forwardMessage", "\"message_id\":20", "copy" },
};

/* The step of a job about question 1. */
static struct step
begin(enum kind_id kind, const char *detail)
{
	struct step s = {
		.job = { .id = 1, .kind = kind, .tg_id = BUYER, .attempts = 1 }
	};

	s.job.detail = detail;
	check_err(work_prepare(&app, &mem, &s), ERR_OK);
	return s;
}

static void
prepared(void **state)
{
	const struct prepared *p = *state;
	struct step s;

	shop_open(p->before);
	s = begin(p->kind, p->detail);
	check_int(s.has_call, p->method != NULL);
	check_int(s.cannot != NULL, p->method == NULL); /* its writer hears */
	if (p->method == NULL)
		return;
	assert_true(s.is_to_telegram);
	check_has(s.call.url, p->method);
	check_has(arena_dup(&mem, s.call.body), p->says);
	check_lacks(arena_dup(&mem, s.call.body), p->lacks);
	/* Telegram counts messages of the chat that they go to. */
	check_has(arena_dup(&mem, s.call.body),
	    arena_printf(&mem, "\"chat_id\":%lld", (long long)s.chat_id));
}

static void
no_chat(void **state)
{
	struct step s;

	(void)state;
	shop_open(ASKED);
	app.conf.support_chat_id = NULL;
	s = begin(JOB_FORWARD, "1");
	app.conf.support_chat_id = CHAT;
	assert_false(s.has_call);
	check_text(s.cannot, NULL);
}

/* ---- what came of them ---- */

static struct ending
forwarded(const char *before, int status, const char *body)
{
	struct ending t = { .res = { .status = status,
				.retry_after_s = -1,
				.body = str_from(body) } };

	shop_open(before);
	t.s = begin(JOB_FORWARD, "1");
	shop_does(settle, &t);
	return t;
}

#define COPIED \
	"{\"ok\":true,\"result\":{\"message_id\":70,\"chat\":{\"id\":-100}}}"

static void
copied(void **state)
{
	(void)state;
	check_int(forwarded(ASKED, 200, COPIED).o.after, AFTER_DONE);
	check_int(look_int("SELECT forwarded_id FROM questions"), 70);
	check_int(look_int("SELECT forwarded_chat_id FROM questions"), -100);
	check_text(
	    look_text("SELECT detail FROM jobs WHERE kind = 2"), "passed_on");
	check_int(look_int("SELECT their_id FROM conversation_messages"
			   " WHERE chat_id = -100 AND message_id = 70"),
	    20);
}

/* Who asked for no person hears of none. */
static void
copied_in_crisis(void **state)
{
	(void)state;
	check_int(forwarded(IN_CRISIS, 200, COPIED).o.after, AFTER_DONE);
	check_int(look_int("SELECT forwarded_id FROM questions"), 70);
	check_int(look_int("SELECT COUNT(*) FROM jobs"), 0);
}

static const struct refused {
	const char *why;
	int status;
	const char *says;
	bool is_over; /* the asker is told, else the operator */
} refuseds[] = {
	{ "the message is gone", 400,
	    "Bad Request: message to forward not found", true },
	{ "it may not be passed on", 400,
	    "Bad Request: the message can't be forwarded", true },
	{ "no such chat", 400, "Bad Request: chat not found", false },
	{ "the bot was thrown out", 403,
	    "Forbidden: bot was kicked from the supergroup chat", false },
	{ "it may not write there", 400,
	    "Bad Request: not enough rights to send text messages to the chat",
	    false },
};

static void
refused(void **state)
{
	const struct refused *r = *state;
	struct ending t = forwarded(ASKED, r->status,
	    arena_printf(
		&mem, "{\"ok\":false,\"description\":\"%s\"}", r->says));

	shop_does(settle, &t);
	check_int(t.o.after, r->is_over ? AFTER_DONE : AFTER_RETRY);
	check_int(n_promised(JOB_NOTICE, BUYER), r->is_over);
	check_int(n_promised(JOB_ALERT, 900), !r->is_over); /* once a day */
}

static enum err
call_for(struct db *db, void *ctx)
{
	(void)db;
	return handover_call(&app, &mem, ctx);
}

static void
called_for(void **state)
{
	struct question q = { .id = 1, .tg_id = BUYER };

	(void)state;
	shop_open(ASKED);
	shop_does(call_for, &q);
	check_int(n_promised(JOB_FORWARD, BUYER), 1);
	check_int(n_promised(JOB_ALERT, 900), 1);
	check_lacks(look_text("SELECT detail FROM jobs WHERE kind = 4"), "why");
	shop_open(ASKED);
	app.conf.support_chat_id = NULL;
	shop_does(call_for, &q);
	app.conf.support_chat_id = CHAT;
	check_int(n_promised(JOB_FORWARD, BUYER), 0);
	check_int(n_promised(JOB_ALERT, 900), 1); /* they hear of it anyway */
}

int
main(void)
{
	ROWS("the button", pressed, presseds);
	ROWS("the button in a group", pressed_in_group, in_groups);
	ROWS("a start", started, starteds);
	ROWS("a reply", replied, answers);
	ROWS("a call", prepared, prepareds);
	ONE("a call", "where there is no support chat any more", no_chat);
	ONE("passed on", "its copy is noted, its asker told", copied);
	ONE("passed on", "in a crisis nobody is told", copied_in_crisis);
	ROWS("not passed on", refused, refuseds);
	ONE("a crisis", "calls a person and the operators", called_for);
	return testing_run("support", ledger_make, ledger_remove);
}
