/* What is read from Telegram's updates. */
#include "testing.h"

#include "telegram/update.h"

#define BUYER \
	"{\"id\":5,\"is_bot\":false,\"first_name\":\"<b>\"," \
	"\"language_code\":\"uk\"}"
#define PRIVATE "{\"id\":5,\"type\":\"private\"}"
#define GROUP "{\"id\":-100,\"type\":\"supergroup\"}"
#define UPDATE(kind, object) "{\"update_id\":1,\"" kind "\":" object "}"
#define MESSAGE(from, chat, rest) \
	UPDATE("message", \
	    "{\"message_id\":9,\"from\":" from ",\"chat\":" chat rest "}")
#define PRESS(message, rest) \
	UPDATE("callback_query", \
	    "{\"id\":\"q1\",\"from\":" BUYER message rest "}")
#define MEMBER(from, chat, status) \
	UPDATE("my_chat_member", \
	    "{\"from\":" from ",\"chat\":" chat \
	    ",\"new_chat_member\":{\"status\":\"" status "\"}}")

#define PLAN(from, state) \
	UPDATE("subscription", \
	    "{\"user\":" from ",\"invoice_payload\":\"admit:course\"," \
	    "\"state\":\"" state "\"}")
#define PAYMENT(until_s) \
	",\"successful_payment\":{\"currency\":\"XTR\"," \
	"\"total_amount\":500,\"invoice_payload\":\"admit:course\"," \
	"\"telegram_payment_charge_id\":\"c1\",\"is_recurring\":true," \
	"\"subscription_expiration_date\":" until_s "}"

static const struct row {
	const char *why, *body;
	enum tg_kind kind;
	int64_t from_id;
	bool is_private;
	const char *text; /* or the button's data */
	bool blocked;
} rows[] = {
	{ "a message", MESSAGE(BUYER, PRIVATE, ",\"text\":\"/pay\""),
	    TG_MESSAGE, 5, true, "/pay", false },
	{ "a picture has no text", MESSAGE(BUYER, PRIVATE, ",\"photo\":[]"),
	    TG_MESSAGE, 5, true, NULL, false },
	{ "a caption is no text",
	    MESSAGE(BUYER, PRIVATE, ",\"caption\":\"/pay\""), TG_MESSAGE, 5,
	    true, NULL, false },
	{ "a text of another type", MESSAGE(BUYER, PRIVATE, ",\"text\":5"),
	    TG_MESSAGE, 5, true, NULL, false },
	{ "in a group", MESSAGE(BUYER, GROUP, ",\"text\":\"/pay\""), TG_MESSAGE,
	    5, false, "/pay", false },
	{ "another person's private chat",
	    MESSAGE(BUYER, "{\"id\":6,\"type\":\"private\"}", ""), TG_MESSAGE,
	    5, false, NULL, false },
	{ "a group that has the person's id",
	    MESSAGE(BUYER, "{\"id\":5,\"type\":\"group\"}", ""), TG_MESSAGE, 5,
	    false, NULL, false },
	{ "no chat", UPDATE("message", "{\"from\":" BUYER ",\"text\":\"a\"}"),
	    TG_MESSAGE, 5, false, "a", false },
	{ "no sender, as in channels",
	    UPDATE("message", "{\"chat\":" GROUP ",\"text\":\"a\"}"),
	    TG_MESSAGE, 0, false, "a", false },
	{ "from a bot",
	    MESSAGE(
		"{\"id\":5,\"is_bot\":true}", PRIVATE, ",\"text\":\"/pay\""),
	    TG_MESSAGE, 0, false, "/pay", false },

	{ "a person of the largest id",
	    MESSAGE("{\"id\":4503599627370495}",
		"{\"id\":4503599627370495,\"type\":\"private\"}", ""),
	    TG_MESSAGE, 4503599627370495, true, NULL, false },
	{ "2^52, one past 52 bits, is let through",
	    MESSAGE("{\"id\":4503599627370496}",
		"{\"id\":4503599627370496,\"type\":\"private\"}", ""),
	    TG_MESSAGE, 4503599627370496, true, NULL, false },
	{ "2^52 and one",
	    MESSAGE("{\"id\":4503599627370497}",
		"{\"id\":4503599627370497,\"type\":\"private\"}", ""),
	    TG_MESSAGE, 0, false, NULL, false },
	{ "an id of 10^40",
	    MESSAGE("{\"id\":10000000000000000000000000000000000000000}",
		PRIVATE, ""),
	    TG_MESSAGE, 0, false, NULL, false },
	{ "an id in a text", MESSAGE("{\"id\":\"5\"}", PRIVATE, ""), TG_MESSAGE,
	    0, false, NULL, false },
	{ "an id of zero", MESSAGE("{\"id\":0}", PRIVATE, ""), TG_MESSAGE, 0,
	    false, NULL, false },
	{ "a negative id", MESSAGE("{\"id\":-5}", PRIVATE, ""), TG_MESSAGE, 0,
	    false, NULL, false },
	{ "a sender of another type", MESSAGE("[5]", PRIVATE, ""), TG_MESSAGE,
	    0, false, NULL, false },
	{ "no language", MESSAGE("{\"id\":5}", PRIVATE, ""), TG_MESSAGE, 5,
	    true, NULL, false },

	{ "a pressed button",
	    PRESS(",\"message\":{\"message_id\":9,\"chat\":" PRIVATE "}",
		",\"data\":\"buy\""),
	    TG_BUTTON, 5, true, "buy", false },
	{ "a button in a group",
	    PRESS(",\"message\":{\"chat\":" GROUP "}", ",\"data\":\"buy\""),
	    TG_BUTTON, 5, false, "buy", false },
	{ "a button whose message is gone: its presser is known",
	    PRESS("", ",\"data\":\"buy\""), TG_BUTTON, 5, true, "buy", false },
	{ "an inaccessible message still tells its chat",
	    PRESS(",\"message\":{\"message_id\":9,\"date\":0,"
		  "\"chat\":" PRIVATE "}",
		",\"data\":\"buy\""),
	    TG_BUTTON, 5, true, "buy", false },
	{ "an inaccessible message in a group",
	    PRESS(",\"message\":{\"date\":0,\"chat\":" GROUP "}", ""),
	    TG_BUTTON, 5, false, NULL, false },
	{ "a button without data", PRESS("", ""), TG_BUTTON, 5, true, NULL,
	    false },
	{ "a button without an id cannot be answered",
	    UPDATE("callback_query", "{\"from\":" BUYER ",\"data\":\"buy\"}"),
	    TG_OTHER, 5, true, "buy", false },
	{ "a button pressed by a bot",
	    UPDATE("callback_query",
		"{\"id\":\"q1\",\"from\":{\"id\":5,\"is_bot\":true}}"),
	    TG_BUTTON, 0, false, NULL, false },

	{ "blocked", MEMBER(BUYER, PRIVATE, "kicked"), TG_MEMBER, 5, true, NULL,
	    true },
	{ "unblocked", MEMBER(BUYER, PRIVATE, "member"), TG_MEMBER, 5, true,
	    NULL, false },
	{ "removed from a group", MEMBER(BUYER, GROUP, "left"), TG_RIGHTS, 0,
	    false, NULL, false },
	{ "no status", UPDATE("my_chat_member", "{\"from\":" BUYER "}"),
	    TG_MEMBER, 5, false, NULL, false },

	{ "a subscription that is canceled", PLAN(BUYER, "canceled"), TG_PLAN,
	    5, false, NULL, false },
	{ "in a state of another time", PLAN(BUYER, "hibernating"), TG_OTHER, 5,
	    false, NULL, false },
	{ "nobody's", PLAN("{}", "canceled"), TG_OTHER, 0, false, NULL, false },
	{ "without a payload",
	    UPDATE("subscription", "{\"user\":" BUYER ",\"state\":\"active\"}"),
	    TG_OTHER, 5, false, NULL, false },

	{ "an edited message is not a new one",
	    UPDATE("edited_message",
		"{\"from\":" BUYER ",\"chat\":" PRIVATE ",\"text\":\"/pay\"}"),
	    TG_OTHER, 0, false, NULL, false },
	{ "a post in a channel",
	    UPDATE("channel_post", "{\"chat\":" GROUP ",\"text\":\"/pay\"}"),
	    TG_OTHER, 0, false, NULL, false },
	{ "an inline query", UPDATE("inline_query", "{\"from\":" BUYER "}"),
	    TG_OTHER, 0, false, NULL, false },
	{ "a subscription's payment",
	    MESSAGE(BUYER, PRIVATE, PAYMENT("1800000000")), TG_PAID, 5, true,
	    NULL, false },
	{ "paid until a time beyond all time",
	    MESSAGE(BUYER, PRIVATE, PAYMENT("9000000000000000")), TG_OTHER, 5,
	    true, NULL, false },
	{ "paid until before all time", MESSAGE(BUYER, PRIVATE, PAYMENT("-1")),
	    TG_OTHER, 5, true, NULL, false },
	{ "a group that becomes a supergroup",
	    MESSAGE(BUYER, GROUP, ",\"migrate_to_chat_id\":-1009"), TG_MOVED, 5,
	    false, NULL, false },
	{ "told in the supergroup",
	    MESSAGE(BUYER, GROUP, ",\"migrate_from_chat_id\":-9"), TG_MOVED, 5,
	    false, NULL, false },
	{ "a move to a person",
	    MESSAGE(BUYER, GROUP, ",\"migrate_to_chat_id\":9"), TG_OTHER, 5,
	    false, NULL, false },
	{ "a move of nobody knows whom",
	    UPDATE("message", "{\"migrate_to_chat_id\":-1009}"), TG_OTHER, 0,
	    false, NULL, false },
	{ "another member's coming",
	    UPDATE("chat_member", "{\"from\":" BUYER "}"), TG_OTHER, 0, false,
	    NULL, false },
	{ "a kind of the future", UPDATE("hologram", "{}"), TG_OTHER, 0, false,
	    NULL, false },
	{ "nothing but a number", "{\"update_id\":1}", TG_OTHER, 0, false, NULL,
	    false },
	{ "a message of another type", UPDATE("message", "\"/pay\""), TG_OTHER,
	    0, false, NULL, false },
	{ "a null message", UPDATE("message", "null"), TG_OTHER, 0, false, NULL,
	    false },
	{ "an empty message", UPDATE("message", "{}"), TG_MESSAGE, 0, false,
	    NULL, false },
};

static void
row(void **state)
{
	const struct row *r = *state;
	struct tg_update u;

	check_err(tg_update_parse(&mem, str_from(r->body), &u), ERR_OK);
	check_int(u.update_id, 1);
	check_int(u.kind, r->kind);
	check_int(u.from_id, r->from_id);
	check_int(u.is_private, r->is_private);
	check_text(u.text != NULL ? u.text : u.data, r->text);
	check_int(u.blocked, r->blocked);
	if (u.kind == TG_BUTTON)
		check_text(u.button_id, "q1");
	if (u.from_id == 5 && strstr(r->body, "language_code") != NULL)
		check_text(u.language, "uk");
	else
		check_text(u.language, NULL);
}

static const struct refused {
	const char *why;
	struct str body;
} refuseds[] = {
	{ "empty", LIT("") },
	{ "no JSON", LIT("update_id=1") },
	{ "a list", LIT("[{\"update_id\":1}]") },
	{ "no number", LIT("{\"message\":{}}") },
	{ "a number in a text", LIT("{\"update_id\":\"1\"}") },
	{ "a negative number", LIT("{\"update_id\":-1}") },
	{ "a fraction", LIT("{\"update_id\":1.5}") },
	{ "past all bounds", LIT("{\"update_id\":99999999999999999999}") },
	{ "something behind it", LIT("{\"update_id\":1}x") },
	{ "bad UTF-8", LIT("{\"update_id\":1,\"x\":\"\xff\"}") },
};

static void
refused(void **state)
{
	const struct refused *r = *state;
	struct tg_update u;

	check_err(tg_update_parse(&mem, r->body, &u), ERR_INPUT);
}

#define PERSON_TO(chat, rest) \
	UPDATE("message", \
	    "{\"message_id\":9,\"from\":" BUYER ",\"chat\":" chat rest "}")
#define ANSWERS(earlier) \
	PERSON_TO(GROUP, ",\"text\":\"a\",\"reply_to_message\":" earlier)
#define BOT(id) "{\"id\":" id ",\"is_bot\":true,\"username\":\"b" id "\"}"

static const struct place {
	const char *why, *body;
	int64_t from_id, reply_to, bot_id;
	bool replies_to_bot, replies_to_post, is_service;
} places[] = {
	{ "an answer to a bot",
	    ANSWERS("{\"message_id\":3,\"from\":" BOT("7") "}"), 5, 3, 7, true,
	    false, false },
	{ "an answer to a person",
	    ANSWERS("{\"message_id\":3,\"from\":{\"id\":8}}"), 5, 3, 0, false,
	    false, false },
	{ "an answer to an administrator without a name",
	    ANSWERS("{\"message_id\":3,\"from\":" BOT(
		"1087968824") ",\"sender_chat\":" GROUP "}"),
	    5, 3, 0, false, false, false },
	{ "an answer to a channel's post",
	    ANSWERS(
		"{\"message_id\":3,\"from\":{\"id\":777000},\"sender_chat\":{\"id\":-1007},\"is_automatic_forward\":true}"),
	    5, 3, 0, false, true, false },
	{ "the first in a topic that a bot has opened",
	    ANSWERS("{\"message_id\":3,\"from\":" BOT(
		"7") ",\"forum_topic_created\":{\"name\":\"x\"}}"),
	    5, 0, 0, false, false, false },
	{ "said in a channel's name",
	    PERSON_TO(GROUP, ",\"text\":\"a\",\"sender_chat\":{\"id\":-1007}"),
	    0, 0, 0, false, false, false },
	{ "a pin", PERSON_TO(PRIVATE, ",\"pinned_message\":{\"text\":\"a\"}"),
	    5, 0, 0, false, false, true },
	{ "somebody came",
	    PERSON_TO(GROUP, ",\"new_chat_members\":[" BUYER "]"), 5, 0, 0,
	    false, false, true },
	{ "a note of a kind to come",
	    PERSON_TO(PRIVATE, ",\"note_of_2030\":{}"), 5, 0, 0, false, false,
	    true },
	{ "a picture", PERSON_TO(PRIVATE, ",\"photo\":[]"), 5, 0, 0, false,
	    false, false },
	{ "a sticker", PERSON_TO(PRIVATE, ",\"sticker\":{}"), 5, 0, 0, false,
	    false, false },
	{ "the bot comes to a group",
	    UPDATE("my_chat_member",
		"{\"from\":" BUYER ",\"chat\":" GROUP
		",\"new_chat_member\":{\"status\":\"member\",\"user\":" BOT(
		    "7") "}}"),
	    0, 0, 7, false, false, false },
	{ "a button under a message of the bot's",
	    PRESS(",\"message\":{\"message_id\":9,\"from\":" BOT(
		      "7") ",\"chat\":" PRIVATE "}",
		""),
	    5, 0, 7, false, false, false },
};

static void
stands(void **state)
{
	const struct place *p = *state;
	struct tg_update u;

	check_err(tg_update_parse(&mem, str_from(p->body), &u), ERR_OK);
	check_int(u.from_id, p->from_id);
	check_int(u.reply_to, p->reply_to);
	check_int(u.bot_id, p->bot_id);
	check_int(u.replies_to_bot, p->replies_to_bot);
	check_int(u.replies_to_post, p->replies_to_post);
	check_int(u.is_service, p->is_service);
	if (p->bot_id != 0)
		check_text(u.bot_name, "b7");
}

static void
under_a_picture(void **state)
{
	struct tg_update u;

	(void)state;
	check_err(tg_update_parse(&mem,
		      str_from(PERSON_TO(PRIVATE,
			  ",\"photo\":[],\"caption\":\"/pay\","
			  "\"media_group_id\":\"77\"")),
		      &u),
	    ERR_OK);
	check_text(u.text, NULL);
	check_text(u.caption, "/pay");
	assert_true(u.has_file);
	check_text(u.album, "77");
	check_text(tg_words(&u), "/pay");
	u.voice.file_id = "v";
	check_text(tg_words(&u), NULL);
}

#define LEAVING(date) \
	UPDATE("chat_member", \
	    "{\"chat\":" GROUP ",\"from\":" BUYER date \
	    ",\"new_chat_member\":{\"status\":\"left\",\"user\":" BUYER "}}")

static const struct leaving {
	const char *why, *body;
	int64_t at_s;
} leavings[] = {
	{ "when", LEAVING(",\"date\":1700000000"), 1700000000 },
	{ "it is not said when", LEAVING(""), 0 },
	{ "at no time", LEAVING(",\"date\":-1"), 0 },
	{ "never", LEAVING(",\"date\":9007199254740991"), 0 },
};

static void
leaving(void **state)
{
	const struct leaving *l = *state;
	struct tg_update u;

	check_err(tg_update_parse(&mem, str_from(l->body), &u), ERR_OK);
	check_int(u.kind, TG_CHANGED);
	check_int(u.status, TG_LEFT);
	check_int(u.changed_s, l->at_s);
}

static const struct plan {
	const char *why, *body;
	enum tg_plan plan;
} plans[] = {
	{ "goes on", PLAN(BUYER, "active"), TG_PLAN_ACTIVE },
	{ "was canceled", PLAN(BUYER, "canceled"), TG_PLAN_CANCELED },
	{ "was not paid", PLAN(BUYER, "failed"), TG_PLAN_FAILED },
};

static void
plan(void **state)
{
	const struct plan *p = *state;
	struct tg_update u;

	check_err(tg_update_parse(&mem, str_from(p->body), &u), ERR_OK);
	check_int(u.kind, TG_PLAN);
	check_int(u.plan, p->plan);
	check_text(u.payment.payload, "admit:course");
}

static void
allowed(void **state)
{
	(void)state;
	check_text(tg_allowed_update(0), "message");
	check_text(tg_allowed_update(1), "callback_query");
	check_text(tg_allowed_update(2), "my_chat_member");
	check_text(tg_allowed_update(3), "pre_checkout_query");
	check_text(tg_allowed_update(4), "chat_member");
	check_text(tg_allowed_update(5), "chat_join_request");
	check_text(tg_allowed_update(6), "subscription");
	check_text(tg_allowed_update(7), NULL);
}

/* Whatever a field holds one day, the update is taken: what is not understood
 * is no error, since Telegram would send it again and again. Only the number
 * of the update is needed. */
static const struct change {
	const char *why, *body;
} changes[] = {
	{ "a message",
	    MESSAGE(BUYER, PRIVATE,
		",\"text\":\"a\",\"caption\":\"b\",\"media_group_id\":\"c\","
		"\"voice\":{\"file_id\":\"d\",\"duration\":5,"
		"\"file_size\":6},\"reply_to_message\":{\"message_id\":7,"
		"\"from\":{\"id\":8,\"is_bot\":true,\"username\":\"e\"},"
		"\"forward_origin\":{\"sender_user\":{\"id\":9}},"
		"\"is_automatic_forward\":true}") },
	{ "a payment", MESSAGE(BUYER, PRIVATE, PAYMENT("1700000000")) },
	{ "a subscription", PLAN(BUYER, "failed") },
	{ "a group that moved",
	    MESSAGE(BUYER, GROUP, ",\"migrate_to_chat_id\":-200") },
	{ "a button",
	    PRESS(",\"message\":{\"message_id\":9,\"chat\":" PRIVATE
		  ",\"from\":" BUYER "}",
		",\"data\":\"pay\"") },
	{ "the bot's rights", MEMBER(BUYER, GROUP, "administrator") },
	{ "a member",
	    UPDATE("chat_member",
		"{\"chat\":" GROUP ",\"from\":" BUYER
		",\"new_chat_member\":{\"status\":\"restricted\","
		"\"is_member\":true,\"user\":" BUYER "},"
		"\"invite_link\":{\"invite_link\":\"https://t.me/+a\"}}") },
	{ "a request to join",
	    UPDATE("chat_join_request",
		"{\"chat\":" GROUP ",\"from\":" BUYER "}") },
};

/* With another value of the name that stands at that quote; NULL: without. */
static const char *
changed(const char *body, const char *at, const char *value)
{
	int before = (int)(at - body);
	int name = (int)(strchr(at, ':') - at) + 1;

	return value == NULL ?
	    arena_printf(&mem, "%.*s\"x_%s", before, body, at + 1) :
	    arena_printf(&mem, "%.*s%.*s%s,\"x_%s", before, body, name, at,
		value, at + 1);
}

static void
change(void **state)
{
	static const char *const values[] = { NULL, "null", "7.5", "-1", "[]",
		"{}", "true", "\"of_the_future\"", "[{}]",
		"99999999999999999999" };
	const struct change *c = *state;
	size_t n = 0;

	for (const char *p = strstr(c->body, "\":"); p != NULL;
	     p = strstr(p + 1, "\":")) {
		const char *at = p;

		while (at[-1] != '"')
			at--;
		at--;
		for (size_t i = 0; i < LENGTH(values); i++) {
			struct tg_update u;
			enum err want = strncmp(at, "\"update_id\"", 11) == 0 ?
			    ERR_INPUT :
			    ERR_OK;

			check_err(
			    tg_update_parse(&mem,
				str_from(changed(c->body, at, values[i])), &u),
			    want);
		}
		n++;
	}
	assert_true(n > 3);
}

/* The message that a button stands under, to put another in its place. */
static void
under_a_button(void **state)
{
	struct tg_update u;

	(void)state;
	check_err(tg_update_parse(&mem,
		      str_from(PRESS(",\"message\":{\"message_id\":9,"
				     "\"photo\":[],\"chat\":" PRIVATE "}",
			  "")),
		      &u),
	    ERR_OK);
	check_int(u.message_id, 9);
	check_int(u.has_photo, true);
	check_err(tg_update_parse(&mem, str_from(PRESS("", "")), &u), ERR_OK);
	check_int(u.message_id, 0);
	check_int(u.has_photo, false);
}

static const struct forwarded {
	const char *why, *origin;
	bool is_forwarded;
	int64_t from;
} forwardeds[] = {
	{ "a person's", "{\"type\":\"user\",\"sender_user\":{\"id\":9}}", true,
	    9 },
	{ "who hides", "{\"type\":\"hidden_user\",\"sender_user_name\":\"n\"}",
	    true, 0 },
	{ "a channel's", "{\"type\":\"channel\",\"chat\":{\"id\":-1009}}",
	    false, 0 },
	{ "of a kind to come", "{\"type\":\"new\"}", false, 0 },
	{ "rubbish", "7", false, 0 },
};

static void
is_forwarded(void **state)
{
	const struct forwarded *f = *state;
	struct tg_update u;

	check_err(tg_update_parse(&mem,
		      str_from(arena_printf(&mem,
			  MESSAGE(BUYER, PRIVATE,
			      ",\"text\":\"a\",\"forward_origin\":%s"),
			  f->origin)),
		      &u),
	    ERR_OK);
	check_int(u.kind, TG_MESSAGE);
	check_int(u.from_id, 5);
	check_int(u.is_forwarded, f->is_forwarded);
	check_int(u.forwarded_from, f->from);
}

int
main(void)
{
	ROWS("forwarded", is_forwarded, forwardeds);
	ROWS("a subscription", plan, plans);
	ROWS("somebody left", leaving, leavings);
	ROWS("a field that changes", change, changes);
	ROWS("update", row, rows);
	ROWS("refused", refused, refuseds);
	ROWS("place", stands, places);
	ONE("caption", "words under a picture, one of several",
	    under_a_picture);
	ONE("button", "the message that it stands under", under_a_button);
	ONE("setWebhook", "asks for what is read", allowed);
	return testing_run("update", NULL, NULL);
}
