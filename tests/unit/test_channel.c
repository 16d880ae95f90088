/* Let in, let out: the next call by what the ledger knows, and what each of
 * Telegram's answers makes of it. */
#include "ledger.h"

#include "shop/channel.h"
#include "shop/jobs.h"

#define BUYER 5
#define WHITELISTED 7
#define CHAT "-1001"
#define ONCE_MS 100

static struct app app = { .conf = { .admin_tg_ids = "900",
			      .whitelist_tg_ids = "6, 7",
			      .telegram_api_base = "https://t.invalid",
			      .telegram_bot_token = "1:x" },
	.catalog = {
	    .products = { { .id = "course",
		.titles = { { NULL, "A course" } },
		.n_titles = 1,
		.channels = { { CHAT, NULL }, { NULL, "https://t.me/+all" } },
		.n_channels = 2 } },
	    .n = 1 } };

#define IN \
	"INSERT INTO users (tg_id, created_ms) VALUES (5, 1);" \
	"INSERT INTO access (tg_id, product, is_in, why, decided_ms)" \
	" VALUES (5, 'course', 1, 'paid', 1);"
#define MEMBER(what) \
	"INSERT INTO members (tg_id, chat_id, seen_ms, ours, state, asked_ms," \
	" hinted_ms) VALUES (5, '-1001', 100, " what ");"
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
	{ "a buyer of whom nothing is known", IN, "getChatMember",
	    "\"user_id\":5", DONE("{\"status\":\"left\"}"), CHANNEL_NEXT,
	    OF_MEMBER("state = 1 AND seen_ms > 100 AND joined_ms IS NULL") },
	{ "who is in already", IN, "getChatMember", "\"chat_id\":\"-1001\"",
	    DONE("{\"status\":\"member\"}"), CHANNEL_NEXT,
	    OF_MEMBER("state = 2 AND joined_ms > 100") },
	{ "whom Telegram does not know", IN, "getChatMember", "",
	    REFUSED("Bad Request: user not found"), CHANNEL_NEXT,
	    OF_MEMBER("state = 1") },
	{ "a refusal that is none of these", IN, "getChatMember", "",
	    REFUSED("Bad Request: of tomorrow"), CHANNEL_LATER,
	    "SELECT COUNT(*) = 0 FROM members" },
	{ "Telegram in trouble", IN, "getChatMember", "", 500, "{}",
	    CHANNEL_LATER, "SELECT COUNT(*) = 0 FROM members" },
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
	    "approveChatJoinRequest", "",
	    REFUSED("Bad Request: USER_CHANNELS_TOO_MUCH"), CHANNEL_LATER,
	    OF_MEMBER("state = 1 AND asked_ms = 50") },
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
	    OF_MEMBER("state = 0") },
	{ "an administrator", MEMBER("1, 2, NULL, NULL"), "banChatMember", "",
	    REFUSED("Bad Request: user is an administrator of the chat"),
	    CHANNEL_NEXT, OF_MEMBER("state = 4") },
	{ "the owner", MEMBER("1, 2, NULL, NULL"), "banChatMember", "",
	    REFUSED("Bad Request: can't remove chat owner"), CHANNEL_NEXT,
	    OF_MEMBER("state = 4") },
	{ "an account that is no more", MEMBER("1, 2, NULL, NULL"),
	    "banChatMember", "", REFUSED("Bad Request: USER_NOT_PARTICIPANT"),
	    CHANNEL_NEXT, OF_MEMBER("state = 1") },
	{ "came by hand", MEMBER("0, 2, NULL, NULL"), NULL, "", DONE("true"),
	    CHANNEL_NEXT, OF_MEMBER("state = 2") },
};

struct settling {
	struct channel_call *c;
	struct tg_answer answer;
	int64_t since_ms;
	enum channel_end end;
};

static enum err
settle(struct db *db, void *ctx)
{
	struct settling *s = ctx;

	(void)db;
	return channel_settle(
	    &app, &mem, s->c, &s->answer, s->since_ms, &s->end);
}

static enum channel_end
answered(
    struct channel_call *c, int status, const char *reply, int64_t since_ms)
{
	const struct http_response res = { .status = status,
		.body = str_from(reply),
		.retry_after_s = -1,
		.date_s = -1 };
	struct settling s = { .c = c, .since_ms = since_ms };

	tg_answer_read(&mem, &res, &s.answer);
	check_err(db_transaction(ledger.db, settle, &s), ERR_OK);
	return s.end;
}

static void
begin(const char *before)
{
	ledger_fresh();
	app.db = ledger.db;
	check_err(db_ready(ledger.db), ERR_OK);
	change(before);
}

static void
prepare(int64_t since_ms, bool inviting, struct channel_call *c)
{
	check_err(
	    channel_prepare(&app, &mem, BUYER, CHAT, since_ms, inviting, c),
	    ERR_OK);
}

static void
one_call(void **state)
{
	const struct row *row = *state;
	struct channel_call c;

	begin(row->before);
	prepare(ONCE_MS, true, &c);
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
	begin(IN MEMBER("1, 2, NULL, NULL"));
	prepare(ONCE_MS + 1, true, &c);
	check_int(c.step, STEP_LOOK);
	prepare(ONCE_MS, true, &c);
	check_int(c.step, STEP_NONE);
}

/* A clock put back: what is said now is as young as the job. */
static void
clock_back(void **state)
{
	const int64_t ahead_ms = 4000000000000;
	struct channel_call c;

	(void)state;
	begin(IN);
	prepare(ahead_ms, true, &c);
	check_int(answered(&c, DONE("{\"status\":\"member\"}"), ahead_ms),
	    CHANNEL_NEXT);
	prepare(ahead_ms, true, &c);
	check_int(c.step, STEP_NONE);
}

static void
not_invited(void **state)
{
	struct channel_call c;

	(void)state;
	begin(IN MEMBER("1, 1, NULL, NULL"));
	prepare(ONCE_MS, false, &c);
	check_int(c.step, STEP_NONE);
}

static void
moved(void **state)
{
	struct channel_call c;
	const char *chat = NULL;

	(void)state;
	begin(IN "INSERT INTO moved_chats VALUES ('-1001', '-1009')");
	prepare(ONCE_MS, true, &c);
	check_has(arena_dup(&mem, c.call.body), "\"chat_id\":\"-1009\"");
	check_int(answered(&c, DONE("{\"status\":\"left\"}"), 0), CHANNEL_NEXT);
	check_int(look_int(OF_MEMBER("state = 1")), 1);
	check_err(membership_chat(&app, &mem, -1009, &chat), ERR_OK);
	check_text(chat, CHAT);
	check_err(membership_chat(&app, &mem, -1002, &chat), ERR_OK);
	check_text(chat, NULL);
}

static void
sold_no_more(void **state)
{
	struct channel_call c;

	(void)state;
	begin("INSERT INTO members (tg_id, chat_id, seen_ms, ours, state)"
	      " VALUES (5, '-1002', 100, 1, 2);"
	      "INSERT INTO links (link, tg_id, chat_id, made_ms)"
	      " VALUES ('x', 5, '-1002', 1)");
	check_err(
	    channel_prepare(&app, &mem, BUYER, "-1002", 0, false, &c), ERR_OK);
	check_int(c.step, STEP_NONE);
}

static void
whitelist(void **state)
{
	struct channel_call c;

	(void)state;
	begin("INSERT INTO members (tg_id, chat_id, seen_ms, asked_ms)"
	      " VALUES (7, '-1001', 100, 50), (70, '-1001', 100, 50)");
	check_err(
	    channel_prepare(&app, &mem, WHITELISTED, CHAT, ONCE_MS, false, &c),
	    ERR_OK);
	check_int(c.step, STEP_APPROVE);
	check_err(
	    channel_prepare(&app, &mem, 70, CHAT, ONCE_MS, false, &c), ERR_OK);
	check_int(c.step, STEP_HINT);
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
	return membership_promise(&app, &mem, BUYER, "course", ACCESS_OUT);
}

static enum err
access_begins(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return membership_promise(&app, &mem, BUYER, "course", ACCESS_IN);
}

static enum err
asked(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return membership_asked(&app, &mem, BUYER, CHAT);
}

static enum err
came_by_ours(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return membership_changed(
	    &app, &mem, BUYER, CHAT, MEMBER_IN, "https://t.me/+own");
}

static enum err
came_by_another(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return membership_changed(
	    &app, &mem, BUYER, CHAT, MEMBER_IN, "https://t.me/+other");
}

static enum err
went_by_ours(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return membership_changed(
	    &app, &mem, BUYER, CHAT, MEMBER_OUT, "https://t.me/+own");
}

static enum err
moves(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return membership_moved(&app, &mem, CHAT, -1009);
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
	return membership_rights(&app, &mem, CHAT, true);
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

	begin(LINK "INSERT INTO jobs (id, kind, promise, tg_id, due_ms,"
		   " created_ms) VALUES (1, 1, 'x', 5, 4000000000000, 1)");
	check_err(db_transaction(ledger.db, n->comes, NULL), ERR_OK);
	check_int(look_int(n->look), 1);
	check_int(look_int(OWED), n->owed);
}

int
main(void)
{
	ROWS("call", one_call, rows);
	ONE("state", "an old word is asked for anew", old_word);
	ONE("state", "a clock that was put back", clock_back);
	ONE("link", "not where nobody invites", not_invited);
	ONE("chat", "a group that has moved", moved);
	ONE("chat", "hands off what is sold no more", sold_no_more);
	ONE("whitelist", "is let in", whitelist);
	ROWS("news", heard, news);
	return testing_run("channel", ledger_make, ledger_remove);
}
