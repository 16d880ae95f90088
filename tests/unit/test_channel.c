/* Let in, let out: the next call by what the ledger knows, and what each of
 * Telegram's answers makes of it. */
#include "shop.h"

#include "base/clock.h"
#include "base/units.h"
#include "bot/channel.h"
#include "outbox/jobs.h"

#define WHITELISTED 7
#define CHAT "-1001"
#define ONCE_MS 100

static struct app app = { .conf = { .admin_tg_ids = "900",
			      .whitelist_tg_ids = "6, 7",
			      .telegram_api_base = "https://t.invalid",
			      .telegram_bot_token = "1:x" },
	SELLS({ COURSE,
	    .channels = { { CHAT, NULL }, { NULL, "https://t.me/+all" } },
	    .n_channels = 2 }) };

#define IN HAS_COURSE
#define MEMBER(what) \
	"INSERT INTO members (tg_id, chat_id, seen_ms, ours, state, asked_ms," \
	" hinted_ms) VALUES (5, '-1001', 100, " what ");"
/* An old word on the state. */
#define WAS(state) \
	"INSERT INTO members (tg_id, chat_id, seen_ms, ours, state)" \
	" VALUES (5, '-1001', 99, 1, " state ");"
#define SEEN(state, at) \
	"INSERT INTO members (tg_id, chat_id, seen_ms, ours, state)" \
	" VALUES (5, '-1001', " at ", 1, " state ");"
#define FULL(at) "UPDATE members SET full_ms = " at ", full_why = 'x';"
#define LINK \
	"INSERT INTO links (link, tg_id, chat_id, made_ms)" \
	" VALUES ('https://t.me/+own', 5, '-1001', 1);"

#define OF_MEMBER(what) \
	"SELECT " what " FROM members WHERE tg_id = 5 AND chat_id = '-1001'"
#define OF_LINK(what) \
	"SELECT " what " FROM links WHERE link = 'https://t.me/+own'"

#define REFUSED(words) 400, "{\"ok\":false,\"description\":\"" words "\"}"
#define DONE(result) 200, "{\"ok\":true,\"result\":" result "}"

static const struct row {
	const char *why, *before; /* what the ledger holds */
	const char *method;       /* the call that is made; NULL: none */
	const char *says;         /* in its body */
	int status;
	const char *reply;
	enum channel_end end;
	const char *look; /* 1 afterwards */
} rows[] = {
	{ "a first-time buyer: the link at once", IN, "createChatInviteLink",
	    "\"creates_join_request\":true",
	    DONE("{\"invite_link\":\"https://t.me/+own\"}"), CHANNEL_NEXT,
	    OF_LINK("tg_id = 5") },
	{ "a buyer of whom nothing is known", IN, "getChatMember",
	    "\"user_id\":5", DONE("{\"status\":\"left\"}"), CHANNEL_NEXT,
	    OF_MEMBER("state = 1 AND seen_ms > 100 AND joined_ms IS NULL") },
	{ "who is in already", IN, "getChatMember", "\"chat_id\":\"-1001\"",
	    DONE("{\"status\":\"member\"}"), CHANNEL_NEXT,
	    OF_MEMBER("state = 2 AND joined_ms > 100") },
	{ "whom Telegram does not know: nothing is proved, a link is made", IN,
	    "getChatMember", "", REFUSED("Bad Request: user not found"),
	    CHANNEL_NEXT, OF_MEMBER("state = 6 AND removed_ms IS NULL") },
	{ "a number that it takes for none", IN, "getChatMember", "",
	    REFUSED("Bad Request: USER_ID_INVALID"), CHANNEL_NEXT,
	    OF_MEMBER("state = 6") },
	{ "a refusal that is none of these", IN, "getChatMember", "",
	    REFUSED("Bad Request: of tomorrow"), CHANNEL_NEXT,
	    OF_MEMBER("state = 6") },
	{ "a look that failed: a link all the same",
	    IN MEMBER("1, 6, NULL, NULL"), "createChatInviteLink", "",
	    DONE("{\"invite_link\":\"https://t.me/+own\"}"), CHANNEL_NEXT,
	    OF_LINK("revoked_ms IS NULL") },
	{ "a look that failed, of whom we banned", IN WAS("3"), "getChatMember",
	    "", REFUSED("Bad Request: USER_ID_INVALID"), CHANNEL_NEXT,
	    OF_MEMBER("state = 3") },
	{ "of whom a ban was taken and nobody looked", IN WAS("5"),
	    "getChatMember", "", REFUSED("Bad Request: USER_ID_INVALID"),
	    CHANNEL_NEXT, OF_MEMBER("state = 3") },
	{ "a ban that may hold is taken back", IN MEMBER("1, 5, NULL, NULL"),
	    "unbanChatMember", "", DONE("true"), CHANNEL_NEXT,
	    OF_MEMBER("state = 1") },
	{ "a ban of nobody that it knows", IN MEMBER("1, 3, NULL, NULL"),
	    "unbanChatMember", "",
	    REFUSED("Bad Request: PARTICIPANT_ID_INVALID"), CHANNEL_NEXT,
	    OF_MEMBER("state = 6") },
	{ "Telegram in trouble for long: not the link's", IN, "getChatMember",
	    "", 500, "{}", CHANNEL_NEXT, OF_MEMBER("state = 6") },
	{ "the bot may not", IN, "getChatMember", "",
	    REFUSED("Bad Request: not enough rights"), CHANNEL_NO_RIGHT,
	    "SELECT COUNT(*) = 1 FROM jobs WHERE kind = 4 AND tg_id = 900" },
	{ "no such chat", IN, "getChatMember", "",
	    REFUSED("Bad Request: chat not found"), CHANNEL_NO_RIGHT,
	    "SELECT detail LIKE '%-1001 %' FROM jobs WHERE kind = 4" },
	{ "thrown out", IN, "getChatMember", "", 403,
	    "{\"description\":\"Forbidden: bot was kicked from the channel"
	    " chat\"}",
	    CHANNEL_NO_RIGHT,
	    "SELECT COUNT(*) = 1 FROM jobs WHERE kind = 4 AND tg_id = 900" },
	{ "a group that has moved", IN LINK, "getChatMember", "", 400,
	    "{\"ok\":false,\"parameters\":{\"migrate_to_chat_id\":-1009}}",
	    CHANNEL_NEXT,
	    "SELECT moved_to = '-1009' AND (SELECT revoked_ms > 0 FROM links)"
	    " FROM moved_chats WHERE chat_id = '-1001'" },
	{ "a link is made", IN MEMBER("1, 1, NULL, NULL"),
	    "createChatInviteLink", "\"creates_join_request\":true",
	    DONE("{\"invite_link\":\"https://t.me/+own\"}"), CHANNEL_NEXT,
	    OF_LINK("tg_id = 5 AND chat_id = '-1001' AND revoked_ms IS NULL") },
	{ "an answer without a link", IN MEMBER("1, 1, NULL, NULL"),
	    "createChatInviteLink", "", DONE("{}"), CHANNEL_NEXT,
	    "SELECT COUNT(*) = 0 FROM links" },
	{ "a link is there", IN LINK MEMBER("1, 1, NULL, NULL"), NULL, "",
	    DONE("true"), CHANNEL_NEXT, "SELECT COUNT(*) = 1 FROM links" },
	{ "a ban is taken back first", IN MEMBER("1, 3, NULL, NULL"),
	    "unbanChatMember", "\"only_if_banned\":true", DONE("true"),
	    CHANNEL_NEXT, OF_MEMBER("state = 1") },
	{ "asks by right", IN MEMBER("1, 1, 50, NULL"),
	    "approveChatJoinRequest", "\"user_id\":5", DONE("true"),
	    CHANNEL_NEXT, OF_MEMBER("state = 2 AND asked_ms IS NULL") },
	{ "was let in by hand meanwhile", IN MEMBER("1, 1, 50, NULL"),
	    "approveChatJoinRequest", "",
	    REFUSED("Bad Request: USER_ALREADY_PARTICIPANT"), CHANNEL_NEXT,
	    OF_MEMBER("state = 0 AND asked_ms IS NULL") },
	{ "took the request back", IN MEMBER("1, 1, 50, NULL"),
	    "approveChatJoinRequest", "",
	    REFUSED("Bad Request: HIDE_REQUESTER_MISSING"), CHANNEL_NEXT,
	    OF_MEMBER("state = 0 AND asked_ms IS NULL") },
	{ "cannot be approved now", IN MEMBER("1, 1, 50, NULL"),
	    "approveChatJoinRequest", "", REFUSED("Bad Request: of tomorrow"),
	    CHANNEL_LATER, OF_MEMBER("state = 1 AND asked_ms = 50") },
	{ "is in too many channels: told what to do",
	    IN MEMBER("1, 1, 50, NULL"), "approveChatJoinRequest", "",
	    REFUSED("Bad Request: USER_CHANNELS_TOO_MUCH"), CHANNEL_NEXT,
	    "SELECT COUNT(*) = 1 FROM jobs JOIN members ON members.tg_id ="
	    " jobs.tg_id WHERE kind = 2 AND detail = 'too_many:course'"
	    " AND asked_ms = 50 AND full_ms > 50 AND full_why LIKE '%MUCH'" },
	{ "in Telegram's other words for it", IN MEMBER("1, 1, 50, NULL"),
	    "approveChatJoinRequest", "",
	    REFUSED("Bad Request: CHANNELS_TOO_MUCH"), CHANNEL_NEXT,
	    OF_MEMBER("asked_ms = 50 AND full_ms > 50") },
	{ "was full once, before this job",
	    IN MEMBER("1, 1, 50, NULL") FULL("99"), "approveChatJoinRequest",
	    "", DONE("true"), CHANNEL_NEXT,
	    OF_MEMBER("state = 2 AND asked_ms IS NULL AND full_ms IS NULL") },
	{ "full, and asks for help: invited, the request waits on",
	    IN MEMBER("1, 1, 50, NULL") FULL("100"), "createChatInviteLink", "",
	    DONE("{\"invite_link\":\"https://t.me/+own\"}"), CHANNEL_NEXT,
	    OF_MEMBER("asked_ms = 50") },
	{ "a stranger asks", MEMBER("0, 1, 50, NULL"), "sendMessage",
	    "A course", DONE("{}"), CHANNEL_NEXT,
	    OF_MEMBER("asked_ms = 50 AND hinted_ms = 50") },
	{ "a stranger who cannot be written to", MEMBER("0, 1, 50, NULL"),
	    "sendMessage", "\"chat_id\":5", 403,
	    "{\"description\":\"Forbidden: bot was blocked by the user\"}",
	    CHANNEL_NEXT, OF_MEMBER("hinted_ms = 50") },
	{ "a stranger whose chat is not found is no matter of rights",
	    MEMBER("0, 1, 50, NULL"), "sendMessage", "",
	    REFUSED("Bad Request: chat not found"), CHANNEL_NEXT,
	    OF_MEMBER("hinted_ms = 50") },
	{ "who was told", MEMBER("0, 1, 50, 50"), "declineChatJoinRequest", "",
	    DONE("true"), CHANNEL_NEXT,
	    OF_MEMBER("state = 1 AND asked_ms IS NULL") },
	{ "a later request of theirs", MEMBER("0, 1, 60, 50"), "sendMessage",
	    "", DONE("{}"), CHANNEL_NEXT, OF_MEMBER("hinted_ms = 60") },
	{ "gone before the answer", MEMBER("0, 1, 50, 50"),
	    "declineChatJoinRequest", "",
	    REFUSED("Bad Request: PARTICIPANT_ID_INVALID"), CHANNEL_NEXT,
	    OF_MEMBER("state = 0 AND asked_ms IS NULL") },
	{ "a link that has served", IN LINK MEMBER("1, 2, NULL, NULL"),
	    "revokeChatInviteLink", "\"https://t.me/+own\"", DONE("{}"),
	    CHANNEL_NEXT, OF_LINK("revoked_ms > 0") },
	{ "a link that is dead", LINK MEMBER("1, 2, NULL, NULL"),
	    "revokeChatInviteLink", "",
	    REFUSED("Bad Request: INVITE_HASH_EXPIRED"), CHANNEL_NEXT,
	    OF_LINK("revoked_ms > 0") },
	{ "access is over", MEMBER("1, 2, NULL, NULL"), "banChatMember",
	    "\"user_id\":5", DONE("true"), CHANNEL_NEXT,
	    OF_MEMBER("state = 5 AND doubt_ms IS NULL") },
	{ "a ban was taken: Telegram is asked", MEMBER("1, 5, NULL, NULL"),
	    "getChatMember", "", DONE("{\"status\":\"kicked\"}"), CHANNEL_NEXT,
	    OF_MEMBER("state = 3") },
	{ "a ban was taken, and it cannot tell", MEMBER("1, 5, NULL, NULL"),
	    "getChatMember", "", REFUSED("Bad Request: user not found"),
	    CHANNEL_NEXT, OF_MEMBER("state = 3") },
	{ "an administrator", MEMBER("1, 2, NULL, NULL"), "banChatMember", "",
	    REFUSED("Bad Request: user is an administrator of the chat"),
	    CHANNEL_NEXT, OF_MEMBER("state = 4") },
	{ "the owner", MEMBER("1, 2, NULL, NULL"), "banChatMember", "",
	    REFUSED("Bad Request: can't remove chat owner"), CHANNEL_NEXT,
	    OF_MEMBER("state = 4") },
	{ "a ban that finds nobody: looked at again later",
	    MEMBER("1, 2, NULL, NULL"), "banChatMember", "",
	    REFUSED("Bad Request: USER_NOT_PARTICIPANT"), CHANNEL_WAIT,
	    OF_MEMBER("state = 7 AND removed_ms IS NULL AND doubt_ms > 100") },
	{ "a look that finds nobody: a ban is tried",
	    "INSERT INTO members (tg_id, chat_id, ours)"
	    " VALUES (5, '-1001', 1);",
	    "getChatMember", "", REFUSED("Bad Request: USER_ID_INVALID"),
	    CHANNEL_NEXT, OF_MEMBER("state = 6 AND out_ms > 100") },
	{ "and banned", MEMBER("1, 6, NULL, NULL"), "banChatMember", "",
	    DONE("true"), CHANNEL_NEXT, OF_MEMBER("state = 5") },
	{ "later: Telegram is asked again", MEMBER("1, 7, NULL, NULL"),
	    "getChatMember", "", DONE("{\"status\":\"member\"}"), CHANNEL_NEXT,
	    OF_MEMBER("state = 2") },
	{ "left, without a doubt", MEMBER("1, 7, NULL, NULL"), "getChatMember",
	    "", DONE("{\"status\":\"left\"}"), CHANNEL_NEXT,
	    OF_MEMBER("state = 1") },
	{ "a refusal of tomorrow: tried again", MEMBER("1, 7, NULL, NULL"),
	    "getChatMember", "", REFUSED("Bad Request: of tomorrow"),
	    CHANNEL_LATER, OF_MEMBER("state = 7") },
	{ "who stays: nothing more is tried", MEMBER("1, 8, NULL, NULL"), NULL,
	    "", DONE("true"), CHANNEL_NEXT, OF_MEMBER("state = 8") },
	{ "came by hand", MEMBER("0, 2, NULL, NULL"), NULL, "", DONE("true"),
	    CHANNEL_NEXT, OF_MEMBER("state = 2") },
};

struct settling {
	struct channel_call *c;
	struct tg_answer answer;
	int64_t since_ms;
	struct channel_outcome out;
};

static enum err
settle(struct db *db, void *ctx)
{
	struct settling *s = ctx;

	(void)db;
	return channel_settle(
	    &app, &mem, s->c, &s->answer, s->since_ms, &s->out);
}

static struct channel_outcome
outcome(struct channel_call *c, int status, const char *reply, int64_t since_ms)
{
	const struct http_response res = { .status = status,
		.body = str_from(reply),
		.retry_after_s = -1,
		.date_s = -1 };
	struct settling s = { .c = c, .since_ms = since_ms };

	tg_answer_read(&mem, &res, &s.answer);
	shop_does(settle, &s);
	return s.out;
}

static enum channel_end
answered(
    struct channel_call *c, int status, const char *reply, int64_t since_ms)
{
	return outcome(c, status, reply, since_ms).end;
}

static void
prepare(int64_t since_ms, enum invitation inviting, struct channel_call *c)
{
	check_err(
	    channel_prepare(&app, &mem, BUYER, CHAT, since_ms, inviting, c),
	    ERR_OK);
}

static void
one_call(void **state)
{
	const struct row *row = *state;
	bool looks =
	    row->method != NULL && strcmp(row->method, "getChatMember") == 0;
	struct channel_call c;

	shop_open(row->before);
	/* Who is to be invited has a link first. */
	prepare(ONCE_MS, looks ? INVITE_NOBODY : INVITE_SAME, &c);
	if (row->method == NULL) {
		check_int(c.step, STEP_NONE);
	} else {
		assert_int_not_equal(c.step, STEP_NONE);
		check_text(c.call.url,
		    arena_printf(
			&mem, "https://t.invalid/bot1:x/%s", row->method));
		check_has(arena_dup(&mem, c.call.body), row->says);
		check_int(
		    answered(&c, row->status, row->reply, ONCE_MS), row->end);
	}
	check_int(look_int(row->look), 1);
}

/* What Telegram said before the job was made is not believed. */
static void
old_word(void **state)
{
	struct channel_call c;

	(void)state;
	shop_open(IN MEMBER("1, 2, NULL, NULL"));
	prepare(ONCE_MS + 1, INVITE_SAME, &c);
	check_int(c.step, STEP_LOOK);
	prepare(ONCE_MS, INVITE_SAME, &c);
	check_int(c.step, STEP_NONE);
}

/* A clock put back: what is said now is as young as the job. */
static void
clock_back(void **state)
{
	const int64_t ahead_ms = 4000000000000;
	struct channel_call c;

	(void)state;
	shop_open(IN);
	prepare(ahead_ms, INVITE_NOBODY, &c);
	check_int(answered(&c, DONE("{\"status\":\"member\"}"), ahead_ms),
	    CHANNEL_NEXT);
	prepare(ahead_ms, INVITE_SAME, &c);
	check_int(c.step, STEP_NONE);
}

static void
not_invited(void **state)
{
	struct channel_call c;

	(void)state;
	shop_open(IN MEMBER("1, 1, NULL, NULL"));
	prepare(ONCE_MS, INVITE_NOBODY, &c);
	check_int(c.step, STEP_NONE);
}

/* Not yet long enough. */
static void
trouble_is_short(void **state)
{
	const int64_t now_ms = clock_now_ms();
	struct channel_call c;

	(void)state;
	shop_open(IN);
	prepare(now_ms, INVITE_SAME, &c);
	check_int(answered(&c, 500, "{}", now_ms), CHANNEL_LATER);
	check_int(look_int("SELECT COUNT(*) FROM members"), 0);
}

/* ---- a removal that Telegram neither does nor denies ---- */

#define TOLD \
	"SELECT COUNT(*) FROM jobs WHERE kind = 4 AND promise LIKE " \
	"'alert/stays/%'"

static const struct removal {
	const char *why;
	int64_t doubt_h, out_h; /* since when; 0: not */
	int state;
	const char *method, *reply;
	int status;
	enum channel_end end;
	int64_t wait_min_ms;
	int becomes, told;
} removals[] = {
	{ "left, seconds after a look that failed", 1, 0, 7, "getChatMember",
	    "{\"ok\":true,\"result\":{\"status\":\"left\"}}", 200, CHANNEL_WAIT,
	    HOUR_MS, 7, 0 },
	{ "left, as an hour ago", 1, 1, 7, "getChatMember",
	    "{\"ok\":true,\"result\":{\"status\":\"left\"}}", 200, CHANNEL_NEXT,
	    0, 1, 0 },
	{ "not found, as an hour ago: over, and told", 1, 1, 7, "getChatMember",
	    "{\"description\":\"user not found\"}", 400, CHANNEL_NEXT, 0, 1,
	    1 },
	{ "in after all: the looks do not agree", 2, 2, 7, "getChatMember",
	    "{\"ok\":true,\"result\":{\"status\":\"member\"}}", 200,
	    CHANNEL_NEXT, 0, 2, 0 },
	{ "kicked proves it", 2, 0, 7, "getChatMember",
	    "{\"ok\":true,\"result\":{\"status\":\"kicked\"}}", 200,
	    CHANNEL_NEXT, 0, 3, 0 },
	{ "the ban finds nobody still: ever more seldom", 1, 0, 2,
	    "banChatMember", "{\"description\":\"PARTICIPANT_ID_INVALID\"}",
	    400, CHANNEL_WAIT, HOUR_MS, 7, 0 },
	{ "but never later than any job is put off", 20, 0, 2, "banChatMember",
	    "{\"description\":\"PARTICIPANT_ID_INVALID\"}", 400, CHANNEL_WAIT,
	    JOBS_LONGEST_MS, 7, 0 },
	{ "after a day the operators are told", 24, 0, 2, "banChatMember",
	    "{\"description\":\"PARTICIPANT_ID_INVALID\"}", 400, CHANNEL_NEXT,
	    0, 8, 1 },
	{ "a doubt of an earlier removal's counts for nothing", 200, 200, 2,
	    "banChatMember", "{\"description\":\"PARTICIPANT_ID_INVALID\"}",
	    400, CHANNEL_WAIT, 5 * 60 * 1000, 7, 0 },
	{ "a doubt of a time to come counts from now on", -48, 0, 2,
	    "banChatMember", "{\"description\":\"PARTICIPANT_ID_INVALID\"}",
	    400, CHANNEL_WAIT, 5 * 60 * 1000, 7, 0 },
};

static void
removed(void **state)
{
	const struct removal *r = *state;
	const int64_t now_ms = clock_now_ms(),
		      since_ms = now_ms - 100 * HOUR_MS;
	struct channel_outcome out;
	struct channel_call c;

	shop_open(arena_printf(&mem,
	    "INSERT INTO members (tg_id, chat_id, ours, state, seen_ms,"
	    " doubt_ms, out_ms) VALUES (5, '-1001', 1, %d, %lld, %lld, %lld)",
	    r->state, (long long)now_ms,
	    (long long)(now_ms - r->doubt_h * HOUR_MS),
	    r->out_h == 0 ? 0LL : (long long)(now_ms - r->out_h * HOUR_MS)));
	check_err(channel_prepare(
		      &app, &mem, BUYER, CHAT, since_ms, INVITE_NOBODY, &c),
	    ERR_OK);
	check_has(c.call.url, r->method);
	out = outcome(&c, r->status, r->reply, since_ms);
	check_int(out.end, r->end);
	if (out.end == CHANNEL_WAIT)
		check_int(out.wait_ms / 10000, r->wait_min_ms / 10000);
	check_int(look_int(OF_MEMBER("state")), r->becomes);
	check_int(look_int(TOLD), r->told);
	assert_true(
	    look_int(OF_MEMBER("COALESCE(doubt_ms, 0)")) <= now_ms + HOUR_MS);
}

/* ---- a link that may be dead ---- */

static const struct old_link {
	const char *why, *before;
	enum invitation inviting;
	int64_t since_ms;
	enum member_step step;
} old_links[] = {
	{ "help: one that is older than the asking", IN LINK WAS("1"),
	    INVITE_ANEW, 99, STEP_REVOKE },
	{ "help: one that was made for it", IN LINK WAS("1"), INVITE_ANEW, 1,
	    STEP_NONE },
	{ "help: none", IN WAS("1"), INVITE_ANEW, 99, STEP_LINK },
	{ "help: of who is in it has served", IN LINK WAS("2"), INVITE_ANEW, 99,
	    STEP_REVOKE },
	{ "help of who is in, without one", IN WAS("2"), INVITE_ANEW, 99,
	    STEP_NONE },
	{ "bought again: one of the same hour", IN LINK WAS("1"), INVITE_SAME,
	    99, STEP_NONE },
	{ "bought again: one of long ago",
	    IN LINK "INSERT INTO members (tg_id, chat_id, ours, state, seen_ms)"
		    " VALUES (5, '-1001', 1, 1, 9000000000)",
	    INVITE_SAME, 9000000000, STEP_REVOKE },
};

static void
link_of(void **state)
{
	const struct old_link *l = *state;
	struct channel_call c;

	shop_open(l->before);
	check_err(channel_prepare(
		      &app, &mem, BUYER, CHAT, l->since_ms, l->inviting, &c),
	    ERR_OK);
	check_int(c.step, l->step);
}

/* By a clock that was put back the new link must not look old. */
static void
link_of_clock_back(void **state)
{
	const int64_t ahead_ms = 4000000000000;
	struct channel_call c;

	(void)state;
	shop_open(
	    IN "INSERT INTO members (tg_id, chat_id, ours, state, seen_ms)"
	       " VALUES (5, '-1001', 1, 1, 4000000000000)");
	prepare(ahead_ms, INVITE_ANEW, &c);
	check_int(answered(&c, DONE("{\"invite_link\":\"https://t.me/+n\"}"),
		      ahead_ms),
	    CHANNEL_NEXT);
	prepare(ahead_ms, INVITE_ANEW, &c);
	check_int(c.step, STEP_NONE);
}

static enum err
go(struct db *db, void *ctx)
{
	(void)db;
	return channel_begin(&app, ctx);
}

/* Nobody hears whether Telegram revoked it: the worker was killed, or no answer
 * came. Who is let in again then gets another link. */
static void
link_in_doubt(void **state)
{
	struct channel_call c;

	(void)state;
	shop_open(LINK MEMBER("1, 1, NULL, NULL"));
	prepare(ONCE_MS, INVITE_NOBODY, &c);
	check_int(c.step, STEP_REVOKE);
	assert_true(channel_is_noted_first(&c));
	check_err(db_transaction(ledger.db, go, &c), ERR_OK);
	change(IN);
	prepare(ONCE_MS, INVITE_SAME, &c);
	check_int(c.step, STEP_REVOKE);
	assert_false(channel_is_noted_first(&c));
	check_int(answered(&c, DONE("{}"), ONCE_MS), CHANNEL_NEXT);
	prepare(ONCE_MS, INVITE_SAME, &c);
	check_int(c.step, STEP_LINK);
	assert_false(channel_is_noted_first(&c));
}

/* ---- products that are sold no more ---- */

#define IN_BY(product) USER HAS(product)
#define LEADS(product, chat) \
	"INSERT INTO leads VALUES ('" product "', '" chat "');"
#define INSIDE MEMBER("1, 2, NULL, NULL")
#define ASKS MEMBER("1, 1, 50, NULL")

static const struct led {
	const char *why, *before;
	enum member_step step;
} leds[] = {
	{ "by one that led there: stays",
	    IN_BY("old") LEADS("old", "") LEADS("old", "-1001") INSIDE,
	    STEP_NONE },
	{ "by one that led there: let in",
	    IN_BY("old") LEADS("old", "") LEADS("old", "-1001") ASKS,
	    STEP_APPROVE },
	{ "by one that led elsewhere: removed",
	    IN_BY("old") LEADS("old", "") LEADS("old", "-1002") INSIDE,
	    STEP_BAN },
	{ "by one that led to no channel of the bot's: removed",
	    IN_BY("old") LEADS("old", "") INSIDE, STEP_BAN },
	{ "by one that nobody saw lead anywhere, and was sold this one: stays",
	    IN_BY("old") INSIDE, STEP_NONE },
	{ "the same, but came by hand: is let alone",
	    IN_BY("old") MEMBER("0, 2, NULL, NULL"), STEP_NONE },
	{ "the same, and asks: a stranger to this channel",
	    IN_BY("old") MEMBER("0, 1, 50, NULL"), STEP_HINT },
	{ "out by all: removed",
	    LEADS("old", "-1001") "INSERT INTO users (tg_id, created_ms)"
				  " VALUES (5, 1);"
				  "INSERT INTO access (tg_id, product, is_in,"
				  " why, decided_ms) VALUES (5, 'old', 0, 'x',"
				  " 1);" INSIDE,
	    STEP_BAN },
};

static void
led_there(void **state)
{
	const struct led *l = *state;
	struct channel_call c;

	shop_open(l->before);
	prepare(ONCE_MS, INVITE_NOBODY, &c);
	check_int(c.step, l->step);
}

static enum err
old_is_over(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return members_promise(&app, &mem, BUYER, "old", ACCESS_OUT);
}

static void
over_by_its_old_name(void **state)
{
	(void)state;
	shop_open(LEADS("old", "") LEADS("old", "-1001") LEADS("old", "-1002"));
	shop_does(old_is_over, NULL);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE kind = 6"
			   " AND tg_id = 5 AND detail IN ('-1001', '-1002')"),
	    2);
}

/* However many those are by now. */
static void
over_everywhere(void **state)
{
	(void)state;
	shop_open("WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1"
		  " FROM c WHERE i < 70) INSERT INTO leads"
		  " SELECT 'old', '-2' || i FROM c");
	shop_does(old_is_over, NULL);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE kind = 6"
			   " AND tg_id = 5"),
	    70);
}

static void
moved(void **state)
{
	struct channel_call c;
	const char *chat = NULL;

	(void)state;
	shop_open(IN "INSERT INTO moved_chats VALUES ('-1001', '-1009')");
	prepare(ONCE_MS, INVITE_NOBODY, &c);
	check_has(arena_dup(&mem, c.call.body), "\"chat_id\":\"-1009\"");
	check_int(answered(&c, DONE("{\"status\":\"left\"}"), 0), CHANNEL_NEXT);
	check_int(look_int(OF_MEMBER("state = 1")), 1);
	check_err(members_chat(&app, &mem, -1009, &chat), ERR_OK);
	check_text(chat, CHAT);
	check_err(members_chat(&app, &mem, -1002, &chat), ERR_OK);
	check_text(chat, NULL);
}

static void
sold_no_more(void **state)
{
	struct channel_call c;

	(void)state;
	shop_open("INSERT INTO members (tg_id, chat_id, seen_ms, ours, state)"
		  " VALUES (5, '-1002', 100, 1, 2);"
		  "INSERT INTO links (link, tg_id, chat_id, made_ms)"
		  " VALUES ('x', 5, '-1002', 1)");
	check_err(
	    channel_prepare(&app, &mem, BUYER, "-1002", 0, INVITE_NOBODY, &c),
	    ERR_OK);
	check_int(c.step, STEP_NONE);
}

static void
whitelist(void **state)
{
	struct channel_call c;

	(void)state;
	shop_open("INSERT INTO members (tg_id, chat_id, seen_ms, asked_ms)"
		  " VALUES (7, '-1001', 100, 50), (70, '-1001', 100, 50)");
	check_err(channel_prepare(&app, &mem, WHITELISTED, CHAT, ONCE_MS,
		      INVITE_NOBODY, &c),
	    ERR_OK);
	check_int(c.step, STEP_APPROVE);
	check_err(
	    channel_prepare(&app, &mem, 70, CHAT, ONCE_MS, INVITE_NOBODY, &c),
	    ERR_OK);
	check_int(c.step, STEP_HINT);
}

/* Whoever is known is told in their language, a stranger in the shop's. */
static void
hint_language(void **state)
{
	struct channel_call c;

	(void)state;
	shop_open("INSERT INTO members (tg_id, chat_id, seen_ms, asked_ms)"
		  " VALUES (70, '-1001', 100, 50), (71, '-1001', 100, 50);"
		  "INSERT INTO users (tg_id, language, created_ms)"
		  " VALUES (70, 'de-AT', 1)");
	check_err(
	    channel_prepare(&app, &mem, 70, CHAT, ONCE_MS, INVITE_NOBODY, &c),
	    ERR_OK);
	check_int(c.step, STEP_HINT);
	check_has(arena_dup(&mem, c.call.body), "Diese Einladung");
	check_err(
	    channel_prepare(&app, &mem, 71, CHAT, ONCE_MS, INVITE_NOBODY, &c),
	    ERR_OK);
	check_has(arena_dup(&mem, c.call.body), "Це запрошення");
}

/* ---- what updates and decisions say ---- */

#define OWED \
	"SELECT COUNT(*) FROM jobs WHERE kind = 6 AND tg_id = 5" \
	" AND detail = '-1001'"

static enum err
access_is_over(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return members_promise(&app, &mem, BUYER, "course", ACCESS_OUT);
}

static enum err
access_begins(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return members_promise(&app, &mem, BUYER, "course", ACCESS_IN);
}

static enum err
asked(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return members_asked(&app, &mem, BUYER, CHAT);
}

static enum err
came_by_ours(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return members_changed(&app, &mem, BUYER, CHAT,
	    &(struct member_change){ MEMBER_IN, 0, "https://t.me/+own" });
}

static enum err
came_by_another(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return members_changed(&app, &mem, BUYER, CHAT,
	    &(struct member_change){ MEMBER_IN, 0, "https://t.me/+other" });
}

static enum err
went_by_ours(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return members_changed(&app, &mem, BUYER, CHAT,
	    &(struct member_change){ MEMBER_OUT, 0, "https://t.me/+own" });
}

/* Telegram tells of a change when it can, which may be after later ones, our
 * own among them: what it says of then is not believed of now. */
static const struct late {
	const char *why, *before;
	struct member_change change;
	const char *look; /* 1 afterwards */
	int owed;
} lates[] = {
	{ "left, nothing known", NOTHING, { MEMBER_OUT, 100, NULL },
	    OF_MEMBER("state = 1"), 0 },
	{ "our own ban, not looked at yet", SEEN("5", "100500"),
	    { MEMBER_BANNED, 99, NULL }, OF_MEMBER("state = 3"), 0 },
	{ "our own ban, looked at", SEEN("3", "100500"),
	    { MEMBER_BANNED, 99, NULL }, OF_MEMBER("state = 3"), 0 },
	{ "our own ban, taken back since", SEEN("1", "103000"),
	    { MEMBER_BANNED, 100, NULL },
	    OF_MEMBER("state = 1 AND seen_ms = 103000"), 0 },
	{ "our own ban, and they are in again", SEEN("2", "103000"),
	    { MEMBER_BANNED, 100, NULL },
	    OF_MEMBER("state = 2 AND removed_ms IS NULL"), 0 },
	{ "left, and we banned them after that", SEEN("5", "103000"),
	    { MEMBER_OUT, 100, NULL }, OF_MEMBER("state = 5"), 0 },
	{ "came in, and we banned them after that: to be looked at",
	    SEEN("3", "103000"), { MEMBER_IN, 100, NULL },
	    OF_MEMBER("state = 3"), 1 },
	{ "came in, and we banned them within the second",
	    SEEN("5", "100900"), { MEMBER_IN, 100, NULL },
	    OF_MEMBER("state = 5 AND seen_ms = 1"), 1 },
	{ "was banned, and is in again within the second", SEEN("2", "100900"),
	    { MEMBER_BANNED, 100, NULL },
	    OF_MEMBER("state = 2 AND seen_ms = 1"), 1 },
	{ "left, within the second: which was later?", SEEN("2", "100900"),
	    { MEMBER_OUT, 100, NULL },
	    OF_MEMBER("state = 2 AND seen_ms = 1"), 1 },
	{ "left, by a clock that is somewhat ahead", SEEN("2", "100900"),
	    { MEMBER_OUT, 102, NULL },
	    OF_MEMBER("state = 2 AND seen_ms = 1"), 1 },
	{ "left, by one that is somewhat behind", SEEN("2", "100900"),
	    { MEMBER_OUT, 98, NULL }, OF_MEMBER("state = 2 AND seen_ms = 1"),
	    1 },
	{ "came in, and a look could not tell", SEEN("6", "100900"),
	    { MEMBER_IN, 100, NULL }, OF_MEMBER("state = 2"), 1 },
	{ "left, after that", SEEN("2", "100900"), { MEMBER_OUT, 103, NULL },
	    OF_MEMBER("state = 1"), 0 },
	{ "our own ban, within the second", SEEN("5", "100500"),
	    { MEMBER_BANNED, 100, NULL }, OF_MEMBER("state = 3"), 0 },
	{ "is in, as we know, within the second", SEEN("2", "100900"),
	    { MEMBER_IN, 100, NULL }, OF_MEMBER("state = 2 AND seen_ms > 1"),
	    1 },
	{ "left, it is not said when", SEEN("2", "100900"),
	    { MEMBER_OUT, 0, NULL }, OF_MEMBER("state = 1"), 0 },
	{ "left, and what was known is of a time to come",
	    SEEN("2", "9000000000000000"), { MEMBER_OUT, 100, NULL },
	    OF_MEMBER("state = 1 AND seen_ms < 9000000000000000"), 0 },
};

static enum err
change_comes(struct db *db, void *ctx)
{
	(void)db;
	return members_changed(&app, &mem, BUYER, CHAT, ctx);
}

static void
told_late(void **state)
{
	const struct late *l = *state;
	struct member_change change = l->change;

	shop_open(l->before);
	shop_does(change_comes, &change);
	check_int(look_int(l->look), 1);
	check_int(n_promised(JOB_MEMBER, BUYER), l->owed);
}

/* They came in, were banned in the same second and bought again, and the coming
 * in was told last: were it believed, they would get no link. */
static void
told_late_of_who_was_in(void **state)
{
	struct member_change came = { MEMBER_IN, 100, NULL };
	struct channel_call c;

	(void)state;
	shop_open(IN SEEN("5", "100500"));
	shop_does(change_comes, &came);
	prepare(100400, INVITE_LATE, &c);
	check_int(c.step, STEP_LOOK);
	check_int(answered(&c, DONE("{\"status\":\"kicked\"}"), 100400),
	    CHANNEL_NEXT);
	prepare(100400, INVITE_LATE, &c);
	check_int(c.step, STEP_UNBAN);
}

/* They left, were banned after that, and nobody can look: the ban is taken
 * back before there is a link, though the leaving was told last. */
static void
told_late_of_the_banned(void **state)
{
	struct member_change left = { MEMBER_OUT, 100, NULL };
	struct channel_call c;

	(void)state;
	shop_open(IN SEEN("3", "101000"));
	shop_does(change_comes, &left);
	prepare(200000, INVITE_SAME, &c);
	check_int(c.step, STEP_LOOK);
	check_int(answered(&c, REFUSED("Bad Request: USER_ID_INVALID"), 200000),
	    CHANNEL_NEXT);
	prepare(200000, INVITE_SAME, &c);
	check_int(c.step, STEP_UNBAN);
}

static enum err
moves(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return members_moved(&app, &mem, CHAT, -1009);
}

/* The word that comes second must spare what was made in between. */
static enum err
moves_again(struct db *db, void *ctx)
{
	enum err e = moves(db, ctx);

	if (e == ERR_OK)
		e = db_exec(db, SQL_LINK_ADD,
		    KV(kv_text("link", "x"), kv_int("tg_id", BUYER),
			kv_text("chat_id", CHAT), kv_int("now_ms", 1)),
		    NULL);
	return e == ERR_OK ? moves(db, ctx) : e;
}

static enum err
rights_are_back(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return members_rights(&app, &mem, CHAT, true);
}

static const struct news {
	const char *why;
	enum err (*comes)(struct db *db, void *ctx);
	const char *look; /* 1 afterwards */
	int owed;
} news[] = {
	{ "bought: theirs, an invite is somebody else's", access_begins,
	    OF_MEMBER("ours = 1"), 0 },
	{ "over: to be removed", access_is_over, OF_MEMBER("ours = 1"), 1 },
	{ "asks", asked, OF_MEMBER("asked_ms > 0 AND ours = 0"), 1 },
	{ "came by a link of ours", came_by_ours,
	    OF_MEMBER("ours = 1 AND state = 2"), 1 },
	{ "came by another", came_by_another,
	    OF_MEMBER("ours = 0 AND state = 2"), 1 },
	{ "left", went_by_ours, OF_MEMBER("ours = 0 AND state = 1"), 0 },
	{ "moved: the links are dead", moves, OF_LINK("revoked_ms > 0"), 0 },
	{ "moved, told again", moves_again,
	    "SELECT COUNT(*) = 1 FROM links WHERE link = 'x'"
	    " AND revoked_ms IS NULL",
	    0 },
	{ "the bot may again", rights_are_back,
	    "SELECT due_ms < 4000000000000 FROM jobs WHERE id = 1", 0 },
};

static void
heard(void **state)
{
	const struct news *n = *state;

	shop_open(LINK "INSERT INTO jobs (id, kind, promise, tg_id, due_ms,"
		       " created_ms) VALUES (1, 1, 'x', 5, 4000000000000, 1)");
	check_err(db_transaction(ledger.db, n->comes, NULL), ERR_OK);
	check_int(look_int(n->look), 1);
	check_int(look_int(OWED), n->owed);
}

/* The products file may be read anew while a call is under way. */
static void
other_catalog(void **state)
{
	const struct catalog kept = app.catalog;
	struct channel_call c;

	(void)state;
	shop_open(IN MEMBER("0, 0, 150, NULL"));
	prepare(100, INVITE_NOBODY, &c);
	check_has(c.call.url, "approveChatJoinRequest");
	app.catalog =
	    (struct catalog){ .products = { { .id = "other" } }, .n = 1 };
	check_int(answered(&c, REFUSED("Bad Request: CHANNELS_TOO_MUCH"), 100),
	    CHANNEL_NEXT);
	app.catalog = kept;
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE kind = 2 AND"
			   " detail = 'too_many:course'"),
	    1);
}

int
main(void)
{
	ONE("catalog", "another one by the time of the answer", other_catalog);
	ROWS("call", one_call, rows);
	ONE("state", "an old word is asked for anew", old_word);
	ONE("state", "a clock that was put back", clock_back);
	ONE("link", "not where nobody invites", not_invited);
	ONE("state", "a look that fails for a moment", trouble_is_short);
	ROWS("removal", removed, removals);
	ROWS("old link", link_of, old_links);
	ONE("old link", "a clock that was put back", link_of_clock_back);
	ONE("link", "which Telegram may have revoked", link_in_doubt);
	ROWS("sold no more", led_there, leds);
	ONE("sold no more", "its buyers are removed", over_by_its_old_name);
	ONE("sold no more", "from however many channels", over_everywhere);
	ONE("chat", "a group that has moved", moved);
	ONE("chat", "hands off what is sold no more", sold_no_more);
	ONE("whitelist", "is let in", whitelist);
	ONE("call", "a stranger is told in a language", hint_language);
	ROWS("news", heard, news);
	ROWS("told late", told_late, lates);
	ONE("told late", "that somebody came in who is banned",
	    told_late_of_who_was_in);
	ONE("told late", "that somebody left who is banned",
	    told_late_of_the_banned);
	return testing_run("channel", ledger_make, ledger_remove);
}
