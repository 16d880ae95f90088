/* Messages to many: whom they are for, a few at a time, what comes of each, and
 * the buttons of who sends them and of who gets them. */
#include "asking.h"
#include "ending.h"

#include "base/clock.h"
#include "ledger/broadcasts.h"
#include "ledger/prune.h"
#include "shop/text.h"
#include "worker/work.h"

#define OWNER 900

static struct app app = { SELLS({ COURSE }, { CLUB }),
	.conf = { .admin_tg_ids = "900",
	    .base_url = "https://h",
	    .telegram_api_base = "https://t.invalid",
	    .telegram_bot_token = "1:x" } };

#define NOW "9000000000000000"
#define SENDS(segment, product, language, state) \
	"INSERT INTO broadcasts (id, actor, segment, product, language," \
	" state, chat_id, message_id, n_people, asked_ms) VALUES (3, 900, '" segment \
	"', " product ", " language ", " state ", 900, 40, 9, " NOW ");"
#define TO_ALL SENDS("all", "NULL", "NULL", "3")
#define PAUSED SENDS("all", "NULL", "NULL", "4")
#define STOPPED SENDS("all", "NULL", "NULL", "5")

/* One of each sort. */
#define PEOPLE \
	"INSERT INTO users (tg_id, created_ms, language) VALUES (0, 1, NULL)," \
	" (1, 1, 'uk'), (2, 1, 'de-AT'), (3, 1, 'fr'), (4, 1, 'de')," \
	" (5, 1, NULL), (6, 1, 'uk'), (7, 1, 'uk'), (8, 1, 'uk');" \
	"UPDATE users SET bot_blocked_ms = 1 WHERE tg_id = 6;" \
	"UPDATE users SET no_letters_ms = 1 WHERE tg_id = 7;" \
	"UPDATE users SET forget_ms = 1 WHERE tg_id = 8;" \
	"UPDATE users SET chosen_language = 'de' WHERE tg_id = 1;" \
	"INSERT INTO access (tg_id, product, is_in, why, decided_ms) VALUES" \
	" (1, 'course', 1, 'paid', 1), (1, 'club', 0, 'ended', 1)," \
	" (2, 'club', 1, 'paid', 1), (3, 'course', 0, 'ended', 1)," \
	" (6, 'course', 1, 'paid', 1);"

/* ---- whom it is for ---- */

static const struct segment {
	const char *why, *before;
	const char *people; /* numbers; "": nobody */
} all_segments[] = {
	{ "who spoke to the bot, may be written to and wants it", PEOPLE TO_ALL,
	    "1,2,3,4,5" },
	{ "members of a product", PEOPLE SENDS("in", "'course'", "NULL", "3"),
	    "1" },
	{ "of the other", PEOPLE SENDS("in", "'club'", "NULL", "3"), "2" },
	{ "whose access has ended, to everything",
	    PEOPLE SENDS("ended", "NULL", "NULL", "3"), "3" },
	{ "who never bought", PEOPLE SENDS("never", "NULL", "NULL", "3"),
	    "4,5" },
	{ "by what they read, or chose",
	    PEOPLE SENDS("all", "NULL", "'de'", "3"), "1,2,4" },
	{ "of a language that is not ours, the shop's",
	    PEOPLE SENDS("all", "NULL", "'uk'", "3"), "3,5" },
	{ "a segment of a newer program",
	    PEOPLE SENDS("nonesuch", "NULL", "NULL", "3"), "" },
	{ "paused", PEOPLE PAUSED, "" },
	{ "stopped", PEOPLE STOPPED, "" },
	{ "not confirmed", PEOPLE SENDS("all", "NULL", "NULL", "2"), "" },
};

static bool
settle_chore(void)
{
	int64_t next_ms = 0;
	bool any = false;

	app.db = ledger.db;
	check_err(broadcast_settle(&app, &next_ms, &any), ERR_OK);
	return any;
}

static const char *
readers(void)
{
	return look_text("SELECT COALESCE(GROUP_CONCAT(tg_id, ','), '') FROM"
			 " (SELECT tg_id FROM jobs WHERE kind = 18"
			 " ORDER BY tg_id) AS readers");
}

static enum err
count_people(struct db *db, void *ctx)
{
	struct broadcast b;
	enum err e = broadcast_get(db, &mem, 3, &b);

	return e == ERR_OK ? broadcast_count(db, &mem, &b, ctx) : e;
}

static void
segment(void **state)
{
	const struct segment *s = *state;
	int64_t n = 0, n_people = s->people[0] != '\0';

	shop_open(s->before);
	(void)settle_chore();
	check_text(readers(), s->people);
	for (const char *p = s->people; *p != '\0'; p++)
		n_people += *p == ',';
	shop_does(count_people, &n);
	if (look_int("SELECT state FROM broadcasts") == BROADCAST_RUNNING)
		check_int(n, n_people); /* as many as were told */
}

/* ---- a few at a time ---- */

#define MANY \
	"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n" \
	" WHERE i < 120) INSERT INTO users (tg_id, created_ms)" \
	" SELECT i, 1 FROM n;" TO_ALL

static int64_t
n_owed(void)
{
	return look_int("SELECT COUNT(*) FROM jobs WHERE kind = 18"
			" AND done_ms IS NULL");
}

static void
in_batches(void **state)
{
	(void)state;
	shop_open(MANY);
	assert_true(settle_chore());
	check_int(n_owed(), 50);
	check_int(look_int("SELECT after_id FROM broadcasts"), 50);
	assert_false(settle_chore()); /* enough are on their way */
	change("UPDATE jobs SET done_ms = 1 WHERE tg_id <= 40");
	assert_true(settle_chore());
	check_int(n_owed(), 60);
	check_int(look_int("SELECT MIN(tg_id) FROM jobs"), 41); /* tidied */
	change("UPDATE jobs SET done_ms = 1");
	assert_true(settle_chore());
	check_int(n_owed(), 20);
	change("UPDATE jobs SET done_ms = 1");
	assert_false(settle_chore());
	check_int(look_int("SELECT state FROM broadcasts"), BROADCAST_DONE);
	check_text(look_text("SELECT detail FROM jobs WHERE tg_id = 900"),
	    "op/many/how/3");
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE kind = 18"), 0);
	assert_false(settle_chore());
}

/* Many who read another language are passed over, and none twice. */
static void
past_others(void **state)
{
	(void)state;
	shop_open("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1"
		  " FROM n WHERE i < 1100) INSERT INTO users (tg_id,"
		  " created_ms, language) SELECT i, 1, CASE WHEN i > 1090"
		  " THEN 'pl' ELSE 'uk' END FROM n;" SENDS(
		      "all", "NULL", "'pl'", "3"));
	for (int i = 0; i < 3; i++)
		assert_true(settle_chore());
	check_int(n_owed(), 10);
	check_int(look_int("SELECT after_id FROM broadcasts"), 1100);
}

struct changing {
	enum broadcast_state from, to;
	bool is;
};

static enum err
set_state(struct db *db, void *ctx)
{
	struct changing *t = ctx;

	return broadcast_set(db, &mem, 3, t->from, t->to, &t->is);
}

static bool
changed(enum broadcast_state from, enum broadcast_state to)
{
	struct changing t = { from, to, false };

	shop_does(set_state, &t);
	return t.is;
}

/* Some are out, one behind them, too, and one is under way. */
static void
held(void **state)
{
	(void)state;
	shop_open(MANY);
	(void)settle_chore();
	change("UPDATE jobs SET done_ms = 1 WHERE tg_id < 30 OR tg_id = 40;"
	       "UPDATE jobs SET lease_ms = " NOW " WHERE tg_id = 31;");
	assert_true(changed(BROADCAST_RUNNING, BROADCAST_PAUSED));
	assert_false(changed(BROADCAST_RUNNING, BROADCAST_PAUSED));
	check_int(n_owed(), 1); /* under way */
	check_int(look_int("SELECT after_id FROM broadcasts"), 29);
	assert_false(settle_chore());
	assert_true(changed(BROADCAST_PAUSED, BROADCAST_RUNNING));
	assert_true(settle_chore());
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE tg_id = 40"
			   " AND done_ms IS NULL"),
	    0);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE tg_id = 31"), 1);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE tg_id = 30"
			   " AND done_ms IS NULL"),
	    1);
	assert_true(changed(BROADCAST_RUNNING, BROADCAST_STOPPED));
	check_int(n_owed(), 1);
	assert_false(changed(BROADCAST_PAUSED, BROADCAST_RUNNING));
}

/* ---- one of them ---- */

static const struct prepared {
	const char *why, *before, *detail;
	const char *says; /* NULL: no call */
} prepareds[] = {
	{ "a copy, whatever it is", USER TO_ALL, "3", "\"message_id\":40" },
	{ "from the chat of who wrote it", USER TO_ALL, "3",
	    "\"from_chat_id\":900" },
	{ "with the button against it", USER TO_ALL, "3", "no_letters" },
	{ "in their language", USER "UPDATE users SET language = 'de';" TO_ALL,
	    "3", "Nicht mehr senden" },
	{ "under way while it is held", USER PAUSED, "3", "\"chat_id\":5" },
	{ "stopped meanwhile", USER STOPPED, "3", NULL },
	{ "they want no more",
	    USER "UPDATE users SET no_letters_ms = 1;" TO_ALL, "3", NULL },
	{ "they blocked the bot",
	    USER "UPDATE users SET bot_blocked_ms = 1;" TO_ALL, "3", NULL },
	{ "forgotten meanwhile", TO_ALL, "3", NULL },
	{ "there is no such one", USER, "3", NULL },
	{ "shown before it is confirmed", SENDS("all", "NULL", "NULL", "2"),
	    "preview/3", "\"message_id\":40" },
};

static struct step
begin(const char *detail, int64_t attempts)
{
	struct step s = { .job = { .id = 1,
			      .kind = JOB_BROADCAST,
			      .tg_id = BUYER,
			      .promise = "x",
			      .detail = detail,
			      .attempts = attempts } };

	check_err(work_prepare(&app, &mem, &s), ERR_OK);
	return s;
}

static void
prepared(void **state)
{
	const struct prepared *p = *state;
	struct step s;

	shop_open(p->before);
	s = begin(p->detail, 1);
	check_int(s.has_call, p->says != NULL);
	if (p->says == NULL)
		return;
	check_has(s.call.url, "/copyMessage");
	check_has(arena_dup(&mem, s.call.body), p->says);
}

/* Of the command line: as they stand, with the same button. */
static void
words(void **state)
{
	struct step s;

	(void)state;
	shop_open(USER TO_ALL "UPDATE broadcasts SET chat_id = NULL, message_id"
			      " = NULL, words = 'A *new* <b> lesson';");
	s = begin("3", 1);
	check_has(s.call.url, "/sendMessage");
	check_has(arena_dup(&mem, s.call.body), "A *new* <b> lesson");
	check_lacks(arena_dup(&mem, s.call.body), "parse_mode");
	check_has(arena_dup(&mem, s.call.body), "no_letters");
}

#define SENT "{\"ok\":true,\"result\":{\"message_id\":7}}"
#define SAID(why) "{\"ok\":false,\"description\":\"" why "\"}"

static const struct outcome_row {
	const char *why;
	int status;
	const char *body;
	int64_t attempts;
	enum after after;
	const char *counts; /* sent, gone, failed */
	enum broadcast_state state;
} outcomes[] = {
	{ "sent", 200, SENT, 1, AFTER_DONE, "1 0 0", BROADCAST_RUNNING },
	{ "they blocked the bot", 403,
	    SAID("Forbidden: bot was blocked by the user"), 1, AFTER_DONE,
	    "0 1 0", BROADCAST_RUNNING },
	{ "refused, tried again", 400, SAID("Bad Request: x"), 1, AFTER_RETRY,
	    "0 0 0", BROADCAST_RUNNING },
	{ "refused again and again", 400, SAID("Bad Request: x"), 3, AFTER_DONE,
	    "0 0 1", BROADCAST_RUNNING },
	{ "too fast", 429, SAID("Too Many Requests"), 5, AFTER_WAIT, "0 0 0",
	    BROADCAST_RUNNING },
	{ "Telegram is ill", 502, "", 9, AFTER_RETRY, "0 0 0",
	    BROADCAST_RUNNING },
	{ "the message is gone: nobody else is tried", 400,
	    SAID("Bad Request: message to copy not found"), 1, AFTER_DONE,
	    "0 0 0", BROADCAST_LOST },
};

static void
outcome(void **state)
{
	const struct outcome_row *r = *state;
	struct ending t = { .res = { .status = r->status,
				.retry_after_s = -1,
				.body = str_from(r->body) } };

	shop_open(USER TO_ALL);
	t.s = begin("3", r->attempts);
	shop_does(settle, &t);
	check_int(t.o.after, r->after);
	check_text(look_text("SELECT n_sent || ' ' || n_gone || ' ' ||"
			     " n_failed FROM broadcasts"),
	    r->counts);
	check_int(look_int("SELECT state FROM broadcasts"), r->state);
	/* Not asked again, in any later one. */
	check_int(look_int("SELECT COUNT(bot_blocked_ms) FROM users"),
	    r->counts[2] - '0');
	check_int(n_promised(JOB_NOTICE, OWNER), r->state == BROADCAST_LOST);
}

/* Telegram refuses it to one after another: then it is no reader's fault. */
static void
refused_to_all(void **state)
{
	struct ending t = { .res = { .status = 400,
				.retry_after_s = -1,
				.body = str_from(SAID("Bad Request: x")) } };

	(void)state;
	shop_open(USER TO_ALL "UPDATE broadcasts SET n_failed = 18;");
	t.s = begin("3", 3);
	shop_does(settle, &t);
	check_int(look_int("SELECT state FROM broadcasts"), BROADCAST_RUNNING);
	t.s = begin("3", 3);
	shop_does(settle, &t);
	check_int(look_int("SELECT state FROM broadcasts"), BROADCAST_LOST);
	check_int(look_int("SELECT n_failed FROM broadcasts"), 20);
	check_int(n_promised(JOB_NOTICE, OWNER), 1);
	shop_open(
	    USER TO_ALL "UPDATE broadcasts SET n_failed = 30, n_sent = 1;");
	t.s = begin("3", 3);
	shop_does(settle, &t);
	check_int(look_int("SELECT state FROM broadcasts"), BROADCAST_RUNNING);
}

static void
shown(void **state)
{
	struct ending t = { .res = { .status = 200,
				.retry_after_s = -1,
				.body = str_from(SENT) } };

	(void)state;
	/* Whatever else was told of a job or a broadcast of that number. */
	shop_open(PEOPLE SENDS("all", "NULL", "'de'",
	    "2") "INSERT INTO jobs (kind, promise, tg_id, detail, due_ms,"
		 " created_ms, done_ms) VALUES (2, 'many/1', 7, 'x', 1, 1, 1);");
	t.s = begin("preview/3", 1);
	shop_does(settle, &t);
	check_text(look_text("SELECT act || ' ' || number || ' ' || amount ||"
			     " ' ' || words FROM audit WHERE done_ms IS NULL"),
	    "broadcast 3 3 all, de");
	check_text(look_text("SELECT detail FROM jobs WHERE tg_id = 900"),
	    "op/asked/1");
}

/* ---- in the chat ---- */

static struct asking
does(int64_t who, struct tg_update u)
{
	u.message_id = 40;
	return asks(who, u);
}

/* The page that it leads to; NULL: none. */
static const char *
presses(int64_t who, const char *data)
{
	change("DELETE FROM jobs WHERE kind = 2");
	(void)does(who,
	    (struct tg_update){
		.kind = TG_BUTTON, .button_id = "q", .data = data });
	return look_text("SELECT detail FROM jobs WHERE kind = 2"
			 " ORDER BY id DESC LIMIT 1");
}

static const struct pressed {
	const char *why, *before, *data;
	const char *page; /* NULL: none */
	enum broadcast_state state;
	const char *trail; /* NULL: nothing */
} presseds[] = {
	{ "whom it is for", TO_ALL, "op:many", "op/many/", BROADCAST_RUNNING,
	    NULL },
	{ "in which language", TO_ALL, "op:many:whom:in:course",
	    "op/many/whom/in/course", BROADCAST_RUNNING, NULL },
	{ "one is begun", NOTHING, "op:many:draft:in:course:de",
	    "op/many/send/1", BROADCAST_ASKED, NULL },
	{ "to nobody that there is", NOTHING,
	    "op:many:draft:nonesuch::", "op/many/", 0, NULL },
	{ "members of no product", NOTHING, "op:many:draft:in::", "op/many/", 0,
	    NULL },
	{ "held", TO_ALL, "op:many:pause:3", "op/many/how/3", BROADCAST_PAUSED,
	    "pause" },
	{ "held twice", PAUSED, "op:many:pause:3", "op/many/how/3",
	    BROADCAST_PAUSED, NULL },
	{ "gone on with", PAUSED, "op:many:go:3", "op/many/how/3",
	    BROADCAST_RUNNING, "go" },
	{ "stopped", TO_ALL, "op:many:stop:3", "op/many/how/3",
	    BROADCAST_STOPPED, "stop" },
	{ "stopped while it was held", PAUSED, "op:many:stop:3",
	    "op/many/how/3", BROADCAST_STOPPED, "stop" },
	{ "stopped for good", STOPPED, "op:many:go:3", "op/many/how/3",
	    BROADCAST_STOPPED, NULL },
	{ "how far it is", TO_ALL, "op:many:how:3", "op/many/how/3",
	    BROADCAST_RUNNING, NULL },
	{ "no number", TO_ALL, "op:many:stop:x", "op/many/stop/x",
	    BROADCAST_RUNNING, NULL },
};

static void
pressed(void **state)
{
	const struct pressed *p = *state;

	shop_open(p->before);
	check_text(presses(OWNER, p->data), p->page);
	check_int(look_int("SELECT COALESCE(MAX(state), 0) FROM broadcasts"),
	    p->state);
	check_text(look_text("SELECT words FROM audit WHERE actor = 900"
			     " AND act = 'broadcast' AND result = 'done'"),
	    p->trail);
}

/* Support may not write to all, nor may anybody else. */
static void
others(void **state)
{
	(void)state;
	shop_open(TO_ALL "INSERT INTO operators (tg_id, role, added_ms)"
			 " VALUES (8, 2, 1);");
	check_text(presses(8, "op:many:stop:3"), "op/may_not");
	check_text(presses(BUYER, "op:many:stop:3"), NULL);
	check_int(look_int("SELECT state FROM broadcasts"), BROADCAST_RUNNING);
}

#define WAITS SENDS("all", "NULL", "NULL", "1")

static const struct heard {
	const char *why, *before;
	int64_t who;
	struct tg_update u;
	bool is_taken;
} heards[] = {
	{ "words", WAITS, OWNER, { .text = "New: a lesson" }, true },
	{ "a picture", WAITS, OWNER, { .has_file = true }, true },
	{ "something forwarded", WAITS, OWNER,
	    { .text = "x", .is_forwarded = true, .forwarded_from = 6 }, true },
	{ "words that would be a crisis", WAITS, OWNER,
	    { .text = "I want to die" }, true },
	{ "a command", WAITS, OWNER, { .text = "/admin" }, false },
	{ "somebody else's words", WAITS, BUYER, { .text = "x" }, false },
	{ "nobody was asked", TO_ALL, OWNER, { .text = "x" }, false },
	{ "an album's picture", WAITS, OWNER,
	    { .has_file = true, .album = "a" }, false },
	{ "it was asked for long ago",
	    WAITS "UPDATE broadcasts SET asked_ms"
		  " = 1;",
	    OWNER, { .text = "x" }, false },
	{ "an operator no more", WAITS "UPDATE broadcasts SET actor = 8;", 8,
	    { .text = "x" }, false },
};

static void
heard(void **state)
{
	const struct heard *h = *state;
	struct tg_update u = h->u;

	shop_open(h->before);
	u.kind = TG_MESSAGE;
	(void)does(h->who, u);
	check_text(look_text("SELECT detail FROM jobs WHERE kind = 18"),
	    h->is_taken ? "preview/3" : NULL);
	check_int(look_int("SELECT COUNT(*) FROM broadcasts WHERE state = 2"
			   " AND message_id = 40 AND chat_id = 900"),
	    h->is_taken);
	check_int(n_promised(JOB_ANSWER, OWNER), 0);
}

/* Each picture of an album is a message of its own. */
static void
album(void **state)
{
	const struct tg_update u = {
		.kind = TG_MESSAGE, .has_file = true, .album = "a"
	};

	(void)state;
	shop_open(WAITS);
	check_text(json_text(does(OWNER, u).reply.params, "text"),
	    text_plain_in(LANGUAGE_EN, TEXT_MANY_ALBUM));
	assert_null(does(OWNER, u).reply.method);
}

/* The question names how many; its yes begins it, once. */
static void
confirmed(void **state)
{
	(void)state;
	shop_open(SENDS("all", "NULL", "NULL",
	    "2") "INSERT INTO audit (actor,"
		 " act, tg_id, number, amount, words, asked_ms) VALUES (900,"
		 " 'broadcast', 0, 3, 5, 'all', 1);");
	change(arena_printf(&mem, "UPDATE audit SET asked_ms = %lld",
	    (long long)clock_now_ms()));
	check_text(presses(OWNER, "op:yes:1"), "op/told/1");
	check_int(n_promised(JOB_NOTICE, OWNER), 1);
	check_int(look_int("SELECT state FROM broadcasts"), BROADCAST_RUNNING);
	check_text(look_text("SELECT result FROM audit"), "done");
	check_text(presses(OWNER, "op:yes:1"), "op/late");
}

/* ---- no more of these ---- */

static void
no_more(void **state)
{
	struct asking t;

	(void)state;
	shop_open(USER TO_ALL);
	check_text(presses(BUYER, "no_letters"), "no_letters");
	(void)settle_chore();
	check_text(readers(), "");
	/* For good: who was nobody for long is not forgotten with that. */
	prune(ledger.db);
	check_int(look_int("SELECT COUNT(*) FROM users"), 1);
	t = does(BUYER,
	    (struct tg_update){ .kind = TG_MESSAGE, .text = "/letters" });
	check_text(json_text(t.reply.params, "text"),
	    text_plain_in(LANGUAGE_EN, TEXT_LETTERS));
	check_lacks(json_render(&mem, t.reply.params).p, "no_letters");
	check_int(look_int("SELECT COUNT(no_letters_ms) FROM users"), 0);
	t = does(BUYER,
	    (struct tg_update){ .kind = TG_MESSAGE, .text = "/letters" });
	check_has(json_render(&mem, t.reply.params).p, "no_letters");
}

int
main(void)
{
	ROWS("a segment", segment, all_segments);
	ONE("promised", "a few at a time, until all are out", in_batches);
	ONE("promised", "past who reads something else", past_others);
	ONE("held", "and gone on with: nobody twice, nobody left out", held);
	ROWS("a message", prepared, prepareds);
	ONE("a message", "of words is sent as it stands", words);
	ROWS("what comes of it", outcome, outcomes);
	ONE("what comes of it", "nobody is tried for ever", refused_to_all);
	ONE("a preview", "is followed by the question", shown);
	ROWS("a button", pressed, presseds);
	ONE("a button", "is an owner's", others);
	ROWS("the message is", heard, heards);
	ONE("an album", "is told of once", album);
	ONE("a yes", "begins it", confirmed);
	ONE("no more of these", "holds until they say otherwise", no_more);
	return testing_run("broadcast", ledger_make, ledger_remove);
}
