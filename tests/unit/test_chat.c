/* What the bot answers, and what it promises. */
#include "asking.h"

#include "base/buf.h"
#include "outbox/jobs.h"
#include "payment/offer.h"
#include "shop/text.h"
#include "store/schema.h"

static struct app app = { SELLS({ NAMED("course", "10 кроків") }),
	.conf = { .product_name = "10 кроків",
	    .base_url = "https://pay.example.com",
	    .support_contact = "@coach" } };

#define PAY_URL "https://pay.example.com/pay?tg_id=5&language=uk"

/* How things stand before the update. */
#define KNOWN "INSERT INTO users (tg_id, created_ms) VALUES (5, 0);"
#define ACCESS \
	"INSERT INTO access (tg_id, product, is_in, why, decided_ms," \
	" invited_ms) VALUES"
#define IN \
	KNOWN \
	ACCESS " (5, 'course', 1, 'paid', 0, NULL);"
#define OUT \
	KNOWN \
	ACCESS " (5, 'course', 0, 'refunded', 0, 1);"
#define INVITE(column, value) \
	"INSERT INTO jobs (kind, promise, tg_id, due_ms, created_ms, " column \
	") VALUES (1, 'invite/cs_1', 5, 9e15, 0, " value ");"
#define ORDER_OF(tg_id, column, value) \
	"INSERT INTO orders (id, tg_id, product, provider, session_id," \
	" livemode, created_ms, " column ") VALUES (70, " tg_id ", 'course'," \
	" 'stripe', 'cs_1', 0, 9e15, " value ");"
#define ORDER(column, value) KNOWN ORDER_OF("5", column, value)

#define SUBSCRIBED(customer) \
	IN "INSERT INTO orders (tg_id, product, provider, session_id, " \
	   "subscription, paid_ms, livemode, created_ms) VALUES (5, " \
	   "'course', 'stripe', 'cs_2', 'sub_1', 1, 0, 0);" \
	   "INSERT INTO subscriptions (id, n_heard, status, customer) " \
	   "VALUES ('sub_1', 1, 'active', " customer ");"

#define SAYS(words) \
	{ \
		.kind = TG_MESSAGE, .text = words \
	}
#define NO_TEXT TEXT__COUNT

static const struct answered {
	const char *why, *before;
	struct tg_update u;
	const char *method; /* NULL: no reply */
	enum text text;     /* what it says */
	const char *button; /* the button's data or address */
	bool promised;
	const char *jobs; /* owed afterwards: "kind:detail,..." */
} rows[] = {
	{ "/start greets, with a way to buy", NOTHING, SAYS("/start"),
	    "sendMessage", TEXT_WELCOME, "buy", false, "" },
	{ "/start with a word from a link", NOTHING, SAYS("/start campaign1"),
	    "sendMessage", TEXT_WELCOME, "buy", false, "" },
	{ "/start of who is in: what is theirs, and no sale", IN,
	    SAYS("/start"), "sendMessage", TEXT_WELCOME_BACK, "open:course",
	    false, "" },
	{ "/start after a refund", OUT, SAYS("/start"), "sendMessage",
	    TEXT_WELCOME, "buy", false, "" },
	{ "a link to a product", NOTHING, SAYS("/start buy_course"), NULL,
	    NO_TEXT, NULL, true, "2:pay:course" },
	{ "a link to what is sold no more", NOTHING, SAYS("/start buy_gone"),
	    "sendMessage", TEXT_WELCOME, "buy", false, "" },
	{ "a link to no product", NOTHING, SAYS("/start buy_"), "sendMessage",
	    TEXT_WELCOME, "buy", false, "" },
	{ "a link to a gift, which is not sold", NOTHING,
	    SAYS("/start gift_abc"), "sendMessage", TEXT_WELCOME, "buy", false,
	    "" },
	{ "/pay sends the way to pay", NOTHING, SAYS("/pay"), "sendMessage",
	    TEXT_PAY, PAY_URL, false, "" },
	{ "/pay with the bot's name", NOTHING, SAYS("/pay@our_bot"),
	    "sendMessage", TEXT_PAY, PAY_URL, false, "" },
	{ "/pay after the payment asks for no second one", IN, SAYS("/pay"),
	    "sendMessage", TEXT_ALREADY_PAID, NULL, false, "" },
	{ "/pay while the bank is at work asks for no second one",
	    ORDER("processing_ms", "1"), SAYS("/pay"), "sendMessage",
	    TEXT_PROCESSING, NULL, false, "" },
	{ "/pay after the bank's no", ORDER("processing_ms, failed_ms", "1, 2"),
	    SAYS("/pay"), "sendMessage", TEXT_PAY, PAY_URL, false, "" },
	{ "/status while it is at work on another product",
	    KNOWN ORDER_OF(
		"5", "processing_ms", "1") "UPDATE orders SET product = 'old';",
	    SAYS("/status"), "sendMessage", TEXT_STATUS_UNPAID, NULL, false,
	    "" },
	{ "/pay after a refund", OUT, SAYS("/pay"), "sendMessage", TEXT_PAY,
	    PAY_URL, false, "" },

	{ "/status of a stranger", NOTHING, SAYS("/status"), "sendMessage",
	    TEXT_STATUS_UNPAID, NULL, false, "" },
	{ "/status of who is in", IN, SAYS("/status"), "sendMessage",
	    TEXT_STATUS_PAID, NULL, false, "" },
	{ "/status of a subscriber: the way to the customer portal",
	    SUBSCRIBED("'cus_1'"), SAYS("/status"), "sendMessage",
	    TEXT_STATUS_PAID, "portal:course", false, "" },
	{ "/status of a subscription that was not read yet: no way to it",
	    SUBSCRIBED("NULL"), SAYS("/status"), "sendMessage",
	    TEXT_STATUS_PAID, NULL, false, "" },
	{ "/status after a refund", OUT, SAYS("/status"), "sendMessage",
	    TEXT_STATUS_UNPAID, NULL, false, "" },
	{ "/status while the bank is at work", ORDER("processing_ms", "1"),
	    SAYS("/status"), "sendMessage", TEXT_STATUS_WAITING, NULL, false,
	    "" },
	{ "/status with a session left open", ORDER("url", "'https://h/'"),
	    SAYS("/status"), "sendMessage", TEXT_STATUS_UNPAID, NULL, false,
	    "" },
	{ "/status after the bank's no",
	    ORDER("processing_ms, failed_ms", "1, 2"), SAYS("/status"),
	    "sendMessage", TEXT_STATUS_UNPAID, NULL, false, "" },

	{ "/help of who is in: the invite again", IN INVITE("done_ms", "1"),
	    SAYS("/help"), NULL, NO_TEXT, NULL, true, "1:course" },
	{ "/help of who is in by what is sold no more: its invite",
	    IN "UPDATE access SET product = 'old';", SAYS("/help"), NULL,
	    NO_TEXT, NULL, true, "1:old" },
	{ "/help while the invite to something else waits",
	    IN INVITE("detail", "'old'"), SAYS("/help"), NULL, NO_TEXT, NULL,
	    true, "1:old,1:course" },
	{ "/help while the invite waits: at once, not twice",
	    IN INVITE("error", "'x'"), SAYS("/help"), NULL, NO_TEXT, NULL, true,
	    "1:" },
	{ "/help while the invite is parked: revived, not twice",
	    IN INVITE("parked_ms", "1"), SAYS("/help"), NULL, NO_TEXT, NULL,
	    true, "1:" },
	{ "/help with a session left open: Stripe is asked",
	    ORDER("url", "'https://h/'"), SAYS("/help"), NULL, NO_TEXT, NULL,
	    true, "3:100" },
	{ "/help with an expired session: nobody can have paid it",
	    ORDER("expired_ms", "1"), SAYS("/help"), "sendMessage",
	    TEXT_HELP_UNPAID, NULL, false, "" },
	{ "/help while Stripe is being asked already",
	    ORDER("url",
		"'https://h/'") "INSERT INTO jobs (kind, promise, "
				"tg_id, due_ms, created_ms) VALUES (3, 'x', 5, 1, 1)",
	    SAYS("/help"), NULL, NO_TEXT, NULL, true, "3:" },
	{ "/help while the bank is at work", ORDER("processing_ms", "1"),
	    SAYS("/help"), NULL, NO_TEXT, NULL, true, "3:100" },
	{ "/help of who never began to pay", NOTHING, SAYS("/help"),
	    "sendMessage", TEXT_HELP_UNPAID, NULL, false, "" },
	{ "/help once more than Stripe is asked, while the bank is at work",
	    ORDER("processing_ms", "1") "INSERT INTO limits VALUES ('help:5',"
					" 10, strftime('%s', 'now') * 1000);",
	    SAYS("/help"), "sendMessage", TEXT_PROCESSING, NULL, false, "" },
	{ "/help after the bank's no", ORDER("failed_ms", "1"), SAYS("/help"),
	    "sendMessage", TEXT_HELP_UNPAID, NULL, false, "" },
	{ "/help after a refund", OUT, SAYS("/help"), "sendMessage",
	    TEXT_HELP_UNPAID, NULL, false, "" },
	{ "another buyer's order is theirs alone",
	    "INSERT INTO users (tg_id, created_ms) VALUES (6, 0);" ORDER_OF(
		"6", "url", "'https://h/'"),
	    SAYS("/help"), "sendMessage", TEXT_HELP_UNPAID, NULL, false, "" },

	{ "any other text", NOTHING, SAYS("hello"), "sendMessage", TEXT_HINT,
	    NULL, false, "" },
	{ "an unknown command", NOTHING, SAYS("/payment"), "sendMessage",
	    TEXT_HINT, NULL, false, "" },
	{ "words of crisis behind a command", NOTHING,
	    SAYS("/help я не хочу жити"), "sendChatAction", NO_TEXT, NULL, true,
	    "9:1" },
	{ "words of crisis under a picture", NOTHING,
	    { .kind = TG_MESSAGE, .caption = "Не хочу жити" }, "sendChatAction",
	    NO_TEXT, NULL, true, "9:1" },
	{ "a command under a picture", NOTHING,
	    { .kind = TG_MESSAGE, .caption = "/pay" }, "sendMessage", TEXT_PAY,
	    PAY_URL, false, "" },
	{ "/mydata: a message, and the file is promised", NOTHING,
	    SAYS("/mydata"), "sendMessage", TEXT_MYDATA, NULL, true, "15:" },
	{ "a picture", NOTHING, SAYS(NULL), "sendMessage", TEXT_HINT, NULL,
	    false, "" },

	{ "the buy button: answered at once, the rest is promised", NOTHING,
	    { .kind = TG_BUTTON, .button_id = "q1", .data = "buy" },
	    "answerCallbackQuery", NO_TEXT, NULL, true, "2:pay" },
#define PRESSES(what) \
	{ \
		.kind = TG_BUTTON, .button_id = "q1", .data = what \
	}
#define PRESSED "answerCallbackQuery", NO_TEXT, NULL
	{ "the button for access", IN, PRESSES("status"), PRESSED, true,
	    "2:status" },
	{ "the button for the terms", NOTHING, PRESSES("legal"), PRESSED, true,
	    "2:legal" },
	{ "the button for help", IN, PRESSES("help"), PRESSED, true, "2:help" },
	{ "the button for the coach", IN, PRESSES("ask_how"), PRESSED, true,
	    "2:ask_how" },
	{ "the way in", IN, PRESSES("open:course"), PRESSED, true, "1:course" },
	{ "the way in of who is out by now", OUT, PRESSES("open:course"),
	    PRESSED, true, "2:status" },
	{ "the way into what is sold no more", IN, PRESSES("open:gone"),
	    PRESSED, false, "" },
	{ "on to another card", NOTHING,
	    { .kind = TG_BUTTON,
		.button_id = "q1",
		.data = "card:course",
		.message_id = 77,
		.has_photo = true },
	    PRESSED, true, "2:card/77/photo:course" },
	{ "the number between two cards", NOTHING, PRESSES("-"), PRESSED, false,
	    "" },
	{ "a button of another time", NOTHING,
	    { .kind = TG_BUTTON, .button_id = "q1", .data = "old" },
	    "answerCallbackQuery", NO_TEXT, NULL, false, "" },
	{ "no reminders", KNOWN,
	    { .kind = TG_BUTTON, .button_id = "q1", .data = "unremind" },
	    "answerCallbackQuery", NO_TEXT, NULL, true, "2:no_reminders" },
	{ "the button that forgets, of long ago", IN,
	    { .kind = TG_BUTTON, .button_id = "q1", .data = "forget:1000" },
	    "answerCallbackQuery", NO_TEXT, NULL, false, "" },
	{ "the button that forgets, without its moment", IN,
	    { .kind = TG_BUTTON, .button_id = "q1", .data = "forget" },
	    "answerCallbackQuery", NO_TEXT, NULL, false, "" },
	{ "a button without data", NOTHING,
	    { .kind = TG_BUTTON, .button_id = "q1" }, "answerCallbackQuery",
	    NO_TEXT, NULL, false, "" },

	{ "blocked: nothing is said, and it is noted", KNOWN,
	    { .kind = TG_MEMBER, .blocked = true }, NULL, NO_TEXT, NULL, false,
	    "" },
	{ "unblocked: what waited goes out", IN INVITE("parked_ms", "1"),
	    { .kind = TG_MEMBER }, NULL, NO_TEXT, NULL, true, "1:" },
	{ "an update of another kind", NOTHING, { .kind = TG_OTHER }, NULL,
	    NO_TEXT, NULL, false, "" },
};

static struct asking
asking(const struct tg_update *u)
{
	struct asking t = { .u = *u, .reply = { .method = "before" } };

	t.u.update_id = 100;
	t.u.from_id = BUYER;
	t.u.is_private = true;
	return t;
}

static const char *
jobs_owed(void)
{
	const char *text = look_text(
	    "SELECT GROUP_CONCAT(kind || ':' || COALESCE(detail, '')) FROM"
	    " (SELECT * FROM jobs WHERE done_ms IS NULL ORDER BY id) AS owed");

	return text == NULL ? "" : text;
}

static const char *
text_wanted(enum text which)
{
	const char *support =
	    text_fill(&mem, TEXT_SUPPORT, KV(kv_text("contact", "@coach")));

	const char *text = text_fill(&mem, which,
	    KV(kv_text("product", "10 кроків"), kv_int("kind", 0),
		kv_text("support", support), kv_int("buyer", BUYER)));

	if (which == TEXT_WELCOME)
		return arena_printf(
		    &mem, "%s\n\n%s", text, text_plain(TEXT_WELCOME_HOW));
	if (which == TEXT_WELCOME_BACK)
		return arena_printf(&mem, "%s\n• 10 кроків", text);
	/* The link is in the button alone. */
	return which == TEXT_PAY ? "10 кроків" : text;
}

static void
check_message(const struct answered *r, struct json *params)
{
	const char *base = "reply_markup.inline_keyboard.0.0";
	const char *url = json_text(params, arena_printf(&mem, "%s.url", base));
	const char *data =
	    json_text(params, arena_printf(&mem, "%s.callback_data", base));
	int64_t to = 0;

	assert_true(json_int(params, "chat_id", &to));
	check_int(to, BUYER);
	check_text(json_text(params, "text"), text_wanted(r->text));
	check_text(url != NULL ? url : data, r->button);
}

/* How much there is of all that somebody could miss. What else an answer leaves
 * is that there was an update, who wrote it and how often. */
static const char *
all_of_worth(void)
{
	const char *names[100], *all = "";
	size_t n = schema_tables(&mem, names, LENGTH(names));

	for (size_t i = 0; i < n; i++)
		if (strstr("inbox users limits", names[i]) == NULL)
			all = arena_printf(&mem, "%s %s %d", all, names[i],
			    (int)look_int(arena_printf(
				&mem, "SELECT COUNT(*) FROM %s", names[i])));
	return all;
}

/* Whoever says /pay waits for no disk; what matters says so itself. */
static void
check_nothing_lost(const struct tg_update *u, const char *before)
{
	if (chat_only_answers(u) && !db_keeps(ledger.db))
		check_text(all_of_worth(), before);
}

static void
row(void **state)
{
	const struct answered *r = *state;
	struct asking t = asking(&r->u);
	const char *before;

	shop_open(r->before);
	before = all_of_worth();
	shop_does(answer_in, &t);
	check_nothing_lost(&t.u, before);
	check_text(t.reply.method, r->method);
	check_int(db_notified(ledger.db), r->promised);
	check_text(jobs_owed(), r->jobs);
	if (r->text != NO_TEXT)
		check_message(r, t.reply.params);
	/* What is owed is due now: nobody waits until the next try. */
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE done_ms IS NULL"
			   " AND (due_ms > 8e15 OR parked_ms IS NOT NULL)"),
	    0);
	/* The same update again: no second answer, no second promise. */
	shop_does(answer_in, &t);
	check_text(t.reply.method, NULL);
	assert_false(db_notified(ledger.db));
	check_text(jobs_owed(), r->jobs);
}

/* ---- who is none of ours ---- */

static const struct stranger {
	const char *why;
	struct tg_update u;
	const char *method;
} strangers[] = {
	{ "a command in a group",
	    { .kind = TG_MESSAGE,
		.from_id = BUYER,
		.language = "de",
		.text = "/pay" },
	    NULL },
	{ "/help in a group: no invite is told there",
	    { .kind = TG_MESSAGE, .from_id = BUYER, .text = "/help" }, NULL },
	{ "a message of nobody",
	    { .kind = TG_MESSAGE, .is_private = true, .text = "/pay" }, NULL },
	{ "removed from a group",
	    { .kind = TG_MEMBER, .from_id = BUYER, .blocked = true }, NULL },
	{ "a buy button in a group: its spinner stops, no more",
	    { .kind = TG_BUTTON,
		.from_id = BUYER,
		.button_id = "q1",
		.data = "buy" },
	    "answerCallbackQuery" },
	{ "a button pressed by a bot",
	    { .kind = TG_BUTTON,
		.is_private = true,
		.button_id = "q1",
		.data = "buy" },
	    "answerCallbackQuery" },
};

static void
stranger(void **state)
{
	const struct stranger *s = *state;
	struct asking t = { .u = s->u };

	ledger_fresh();
	shop_does(answer_in, &t);
	check_text(t.reply.method, s->method);
	assert_false(db_notified(ledger.db));
	check_text(jobs_owed(), "");
	check_int(look_int("SELECT COUNT(*) FROM users"), 0);
	check_int(look_int("SELECT COUNT(*) FROM inbox"), 1);
}

/* ---- in chats ---- */

#define SOLD (-1001)
#define OTHER (-1002)

/* What happens in a chat that is sold is a matter for the worker or for the
 * operators; what happens in any other chat is for nobody. */
static const struct there {
	const char *why;
	struct tg_update u;
	const char *kinds; /* of the jobs that are promised */
} places[] = {
	{ "asks to be let in",
	    { .kind = TG_ASKS, .from_id = BUYER, .chat_id = SOLD }, "6" },
	{ "asks to be let in elsewhere",
	    { .kind = TG_ASKS, .from_id = BUYER, .chat_id = OTHER }, "" },
	{ "nobody asks to be let in", { .kind = TG_ASKS, .chat_id = SOLD },
	    "" },
	{ "the bot's rights are lost",
	    { .kind = TG_RIGHTS, .from_id = BUYER, .chat_id = SOLD }, "4" },
	{ "one of them is",
	    { .kind = TG_RIGHTS,
		.from_id = BUYER,
		.chat_id = SOLD,
		.rights = { true, true, false } },
	    "4" },
	{ "the bot's rights elsewhere are lost",
	    { .kind = TG_RIGHTS, .from_id = BUYER, .chat_id = OTHER }, "" },
	{ "an operator makes the bot an administrator elsewhere",
	    { .kind = TG_RIGHTS,
		.by_id = 77,
		.chat_id = OTHER,
		.rights = { true, true, true },
		.has_rights = true },
	    "4" },
	{ "without all rights",
	    { .kind = TG_RIGHTS,
		.by_id = 77,
		.chat_id = OTHER,
		.rights = { true, true, false } },
	    "4" },
	{ "a stranger does",
	    { .kind = TG_RIGHTS,
		.by_id = 78,
		.chat_id = OTHER,
		.rights = { true, true, true },
		.has_rights = true },
	    "" },
	{ "an operator takes it out elsewhere",
	    { .kind = TG_RIGHTS, .by_id = 77, .chat_id = OTHER }, "" },
};

static void
in_chat(void **state)
{
	const struct there *t = *state;
	struct asking asked = { .u = t->u };
	const struct product course = app.catalog.products[0];

	shop_open(HAS_COURSE);
	app.conf.admin_tg_ids = "77";
	app.catalog.products[0] =
	    (struct product){ NAMED("course", "A"), TO_CHANNEL("-1001") };
	shop_does(answer_in, &asked);
	app.catalog.products[0] = course;
	app.conf.admin_tg_ids = NULL;
	check_text(
	    look_text("SELECT COALESCE(GROUP_CONCAT(kind), '') FROM jobs"),
	    t->kinds);
}

/* ---- the code that the setup shows ---- */

#define CODE "123456789012"
#define SHOWN(code, at_ms) \
	"INSERT INTO marks (key, value) VALUES ('operator_code', " code \
	"), ('operator_code_ms', " at_ms ");"
#define NOW_MS "9000000000000000"

static const struct coding {
	const char *why, *before, *said;
	bool is_taken;
} codings[] = {
	{ "alone", SHOWN(CODE, NOW_MS), CODE, true },
	{ "with blanks", SHOWN(CODE, NOW_MS), " " CODE "\n", true },
	{ "by the link", SHOWN(CODE, NOW_MS), "/start " CODE, true },
	{ "another", SHOWN(CODE, NOW_MS), "123456789013", false },
	{ "behind another command", SHOWN(CODE, NOW_MS), "/help " CODE, false },
	{ "in a sentence", SHOWN(CODE, NOW_MS), "is it " CODE, false },
	{ "of long ago", SHOWN(CODE, "1"), CODE, false },
	{ "none was shown", NOTHING, CODE, false },
	{ "0 is none", SHOWN("0", NOW_MS), "000000000000", false },
};

static void
code(void **state)
{
	const struct coding *c = *state;
	struct asking t =
	    asking(&(struct tg_update){ .kind = TG_MESSAGE, .text = c->said });

	shop_open(c->before);
	shop_does(answer_in, &t);
	check_int(look_int("SELECT COALESCE(MAX(value), 0) FROM marks"
			   " WHERE key = 'operator'"),
	    c->is_taken ? BUYER : 0);
	if (!c->is_taken)
		return;
	check_has(json_text(t.reply.params, "text"), "5");
	/* It serves once. */
	t.u.from_id = 6;
	t.u.update_id = 101;
	shop_does(answer_in, &t);
	check_int(
	    look_int("SELECT value FROM marks WHERE key = 'operator'"), BUYER);
}

/* ---- whose name stands behind a command ---- */

static const struct naming {
	const char *why, *before, *said;
	int64_t bot_id; /* by the token */
	bool is_ours;
} namings[] = {
	{ "while the name is not known", NOTHING, "/pay@other_bot", 7, true },
	{ "ours", "INSERT INTO marks VALUES ('bot', 7, 'our_bot')",
	    "/pay@our_bot", 7, true },
	{ "in other letters", "INSERT INTO marks VALUES ('bot', 7, 'our_bot')",
	    "/pay@Our_Bot", 7, true },
	{ "another's", "INSERT INTO marks VALUES ('bot', 7, 'our_bot')",
	    "/pay@other_bot", 7, false },
	{ "one that only begins so",
	    "INSERT INTO marks VALUES ('bot', 7, 'our_bot')", "/pay@our_bo", 7,
	    false },
	{ "the name is of the bot before",
	    "INSERT INTO marks VALUES ('bot', 8, 'our_bot')", "/pay@new_bot", 7,
	    true },
	{ "no token here, and the name noted",
	    "INSERT INTO marks VALUES ('bot', 7, 'our_bot')", "/pay@other_bot",
	    0, false },
};

static void
name_behind(void **state)
{
	const struct naming *n = *state;
	struct asking t =
	    asking(&(struct tg_update){ .kind = TG_MESSAGE, .text = n->said });

	shop_open(n->before);
	app.conf.bot_id = n->bot_id;
	shop_does(answer_in, &t);
	app.conf.bot_id = 0;
	check_text(json_text(t.reply.params, "text"),
	    text_wanted(n->is_ours ? TEXT_PAY : TEXT_HINT));
}

/* From whom the name is learnt. */
static const struct learning {
	const char *why;
	enum tg_kind kind;
	int64_t bot_id, token_id;
	const char *want;
} learnings[] = {
	{ "a button is under our own message", TG_BUTTON, 7, 0, "7 b" },
	{ "told of itself", TG_MEMBER, 7, 7, "7 b" },
	{ "in a channel", TG_RIGHTS, 7, 7, "7 b" },
	{ "an answer to our message", TG_MESSAGE, 7, 7, "7 b" },
	{ "an answer to another bot", TG_MESSAGE, 8, 7, NULL },
	{ "an answer to somebody's bot", TG_MESSAGE, 8, 0, NULL },
	{ "of another bot than the token's", TG_BUTTON, 8, 7, NULL },
};

static void
learn(void **state)
{
	const struct learning *l = *state;
	struct asking t = { .u = { .update_id = 1,
				.kind = l->kind,
				.button_id = "q",
				.bot_id = l->bot_id,
				.bot_name = "b" } };

	ledger_fresh();
	app.conf.bot_id = l->token_id;
	shop_does(answer_in, &t);
	app.conf.bot_id = 0;
	check_text(look_text("SELECT value || ' ' || word FROM marks"
			     " WHERE word IS NOT NULL"),
	    l->want);
}

/* ---- the rest ---- */

static void
told_once(void **state)
{
	struct asking t =
	    asking(&(struct tg_update){ .kind = TG_MESSAGE, .album = "77" });

	(void)state;
	ledger_fresh();
	for (int64_t i = 1; i <= 3; i++) {
		t.u.update_id = i;
		shop_does(answer_in, &t);
		check_text(t.reply.method, i == 1 ? "sendMessage" : NULL);
	}
	t.u.update_id = 4;
	t.u.caption = "я не хочу жити"; /* that one is answered all the same */
	shop_does(answer_in, &t);
	check_text(jobs_owed(), "9:1");
}

static void
nothing_said(void **state)
{
	struct asking t = asking(
	    &(struct tg_update){ .kind = TG_MESSAGE, .is_service = true });

	(void)state;
	ledger_fresh();
	shop_does(answer_in, &t);
	check_text(t.reply.method, NULL);
	check_int(look_int("SELECT COUNT(*) FROM users"), 1); /* reachable */
}

static void
say(const char *text, int64_t update_id, struct tg_reply *reply)
{
	struct asking t =
	    asking(&(struct tg_update){ .kind = TG_MESSAGE, .text = text });

	t.u.update_id = update_id;
	t.u.language = "uk";
	shop_does(answer_in, &t);
	*reply = t.reply;
}

static void
block(int64_t update_id, bool blocked)
{
	struct asking t = asking(
	    &(struct tg_update){ .kind = TG_MEMBER, .blocked = blocked });

	t.u.update_id = update_id;
	shop_does(answer_in, &t);
}

static void
blocked_and_back(void **state)
{
	static const char sql[] = "SELECT bot_blocked_ms IS NOT NULL"
				  " FROM users WHERE tg_id = 5";
	struct tg_reply reply;

	(void)state;
	ledger_fresh();
	block(1, true);
	check_int(look_int(sql), 1);
	block(2, false);
	check_int(look_int(sql), 0);
	block(3, true);
	say("/start", 4, &reply); /* who writes can be written to */
	check_int(look_int(sql), 0);
	check_text(look_text("SELECT language FROM users"), "uk");
}

static void
each_help_is_answered(void **state)
{
	struct tg_reply reply;

	(void)state;
	shop_open(IN INVITE("done_ms", "1"));
	say("/help", 1, &reply);
	check_text(jobs_owed(), "1:course");
	change("UPDATE jobs SET done_ms = 1");
	say("/help", 2, &reply);
	check_text(jobs_owed(), "1:course");
	check_int(look_int("SELECT COUNT(*) FROM jobs"), 3);
}

static void
status_of_what_is_sold_no_more(void **state)
{
	struct tg_reply reply;

	(void)state;
	shop_open(IN "UPDATE access SET product = 'old';");
	say("/status", 1, &reply);
	check_has(json_text(reply.params, "text"), "«old» відкрито");
}

static void
hostile_name(void **state)
{
	struct app shop = { .conf = { .base_url = "https://h.example" },
		.catalog = { .products = { { .id = "course",
				 .titles = { { NULL, "{url}<b>\"" } },
				 .n_titles = 1 } },
		    .n = 1 } };
	struct tg_message m = offer_message(
	    LANGUAGE_UK, &shop, &mem, BUYER, &shop.catalog.products[0]);

	(void)state;
	check_text(m.text, "{url}<b>\"");
	check_text(m.button_url, "https://h.example/pay?tg_id=5&language=uk");
}

/* ---- in the language of who writes ---- */

#define SPEAKS(language, chosen) \
	"INSERT INTO users (tg_id, language, chosen_language, created_ms)" \
	" VALUES (5, " language ", " chosen ", 0);"
#define WRITES(tag, words) \
	{ \
		.kind = TG_MESSAGE, .language = tag, .text = words \
	}

static const struct speaking {
	const char *why, *before;
	struct tg_update u;
	const char *at, *says; /* in the reply's parameters */
} speakings[] = {
	{ "a greeting", NOTHING, WRITES("de", "/start"), "text", "Guten Tag!" },
	{ "the way to pay", NOTHING, WRITES("en-GB", "/pay"),
	    "reply_markup.inline_keyboard.0.0.url", "&language=en" },
	{ "access", IN, WRITES("pl", "/status"), "text", "Masz dostęp" },
	{ "help", NOTHING, WRITES("de", "/help"), "text", "Brauchen Sie" },
	{ "a hint", NOTHING, WRITES("de", "?"), "text", "Diese Befehle" },
	{ "what is kept of them", NOTHING, WRITES("pl", "/privacy"), "text",
	    "Przechowujemy" },
	{ "the language of before, where the update has none",
	    SPEAKS("'pl'", "NULL"), WRITES(NULL, "/start"), "text",
	    "Dzień dobry!" },
	{ "one that was chosen", SPEAKS("'pl'", "'de'"), WRITES("en", "/start"),
	    "text", "Guten Tag!" },
	{ "one that we do not speak", SPEAKS("'pl'", "NULL"),
	    WRITES("ru", "/start"), "text", "Вітаємо!" },
	{ "each language by its own name", NOTHING, WRITES("de", "/language"),
	    "reply_markup.inline_keyboard.0.0.text", "Українська" },
	{ "the last button follows Telegram", NOTHING,
	    WRITES("de", "/language"), "reply_markup.inline_keyboard.4.0.text",
	    "Wie in Telegram" },
	{ "why an invoice cannot be paid", NOTHING,
	    { .kind = TG_CHECKOUT,
		.language = "de",
		.payment = { .query_id = "1",
		    .currency = "XTR",
		    .payload = "admit:gone",
		    .amount = 1 } },
	    "error_message", "nicht" },
};

static void
speaks(void **state)
{
	const struct speaking *r = *state;
	struct asking t = asking(&r->u);

	shop_open(r->before);
	shop_does(answer_in, &t);
	check_has(json_text(t.reply.params, r->at), r->says);
}

/* An invoice that was passed on may be paid by who never wrote to the bot; the
 * invite is going to be in their language all the same. */
static void
paid_by_a_stranger(void **state)
{
	struct asking t = asking(&(struct tg_update){ .kind = TG_PAID,
	    .language = "de",
	    .payment = { .charge_id = "charge-1",
		.currency = "XTR",
		.payload = "admit:course",
		.amount = 5 } });

	(void)state;
	shop_open(NOTHING);
	shop_does(answer_in, &t);
	check_text(
	    look_text("SELECT language FROM users WHERE tg_id = 5"), "de");
}

/* Asked for, then confirmed: only then anything changes. */
static void
forgets(void **state)
{
	const struct tg_update command = SAYS("/forgetme");
	struct asking t = asking(&command);
	struct tg_update press = { .kind = TG_BUTTON, .button_id = "q1" };

	(void)state;
	shop_open(IN ORDER_OF("5", "paid_ms", "1"));
	shop_does(answer_in, &t);
	check_int(look_int("SELECT is_in FROM access"), 1);
	press.data = json_text(
	    t.reply.params, "reply_markup.inline_keyboard.0.0.callback_data");
	t = asking(&press);
	t.u.update_id = 101;
	shop_does(answer_in, &t);
	check_int(look_int("SELECT is_in FROM access"), 0);
	check_int(look_int("SELECT COUNT(*) FROM users"
			   " WHERE tg_id = 5 AND forget_ms IS NOT NULL"),
	    1);
	check_has(jobs_owed(), "2:forgetting");
}

static void
chosen(void **state)
{
	static const struct {
		const char *data, *want;
	} presses[] = { { "language:de", "de" }, { "language:pl", "pl" },
		{ "language", NULL }, { "language:xx", NULL } };

	(void)state;
	shop_open(NOTHING);
	for (size_t i = 0; i < LENGTH(presses); i++) {
		struct asking t = asking(&(struct tg_update){ .kind = TG_BUTTON,
		    .button_id = "q1",
		    .language = "uk",
		    .data = presses[i].data });

		t.u.update_id = 100 + (int64_t)i;
		shop_does(answer_in, &t);
		check_text(look_text("SELECT chosen_language FROM users"),
		    presses[i].want);
		/* One message says what it has come to. */
		check_text(jobs_owed(), "2:language");
	}
	check_text(look_text("SELECT language FROM users"), "uk");
}

static void
no_support(void **state)
{
	const struct app shop = { .conf = { .support_contact = NULL } };

	(void)state;
	check_text(app_support_in(LANGUAGE_UK, &shop, &mem), "");
	check_has(app_support_in(LANGUAGE_UK, &app, &mem), "@coach");
}

static void
menu(void **state)
{
	static const char *const want[] = { "start", "pay", "status", "help",
		"language" };
	const char *command, *description;
	size_t n = 0;

	(void)state;
	for (; chat_menu(LANGUAGE_UK, n, &command, &description); n++) {
		check_text(command, want[n]);
		assert_true(description[0] != '\0');
	}
	check_int(n, LENGTH(want));
}

/* ---- by which link ---- */

#define LONG_64 \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct coming {
	const char *why, *before, *said, *want; /* "": by none; NULL: not yet */
} comings[] = {
	{ "by a word", NOTHING, "/start campaign1", "campaign1" },
	{ "by a friend's", NOTHING, "/start ref_Ab-9", "ref_Ab-9" },
	{ "by the longest", NOTHING, "/start " LONG_64, LONG_64 },
	{ "by one too long", NOTHING, "/start a" LONG_64, "" },
	{ "by what no link has", NOTHING, "/start a.b", "" },
	{ "by two words", NOTHING, "/start a b", "" },
	{ "by none", NOTHING, "/start", "" },
	{ "by one that says what is wanted", NOTHING, "/start buy_course", "" },
	{ "by one to a gift", NOTHING, "/start gift_abc", "" },
	{ "they wrote before, and did not start", KNOWN, "/start b", "b" },
	{ "they started before",
	    "INSERT INTO users (tg_id, created_ms, source) VALUES (5, 0, 'a');",
	    "/start b", "a" },
	{ "they started by none before",
	    "INSERT INTO users (tg_id, created_ms, source) VALUES (5, 0, '');",
	    "/start b", "" },
	{ "another command", NOTHING, "/pay b", NULL },
};

static void
comes(void **state)
{
	const struct coming *c = *state;
	struct asking t =
	    asking(&(struct tg_update){ .kind = TG_MESSAGE, .text = c->said });

	shop_open(c->before);
	shop_does(answer_in, &t);
	check_text(
	    look_text("SELECT source FROM users WHERE tg_id = 5"), c->want);
}

/* What a picture may take to send is the worker's. */
static void
picture(void **state)
{
	struct asking t = asking(&(struct tg_update)SAYS("/pay"));

	(void)state;
	shop_open(NOTHING);
	app.catalog.products[0].photo = "/nowhere.jpg";
	shop_does(answer_in, &t);
	app.catalog.products[0].photo = NULL;
	check_text(t.reply.method, NULL);
	check_text(jobs_owed(), "2:pay");
}

/* ---- several products ---- */

static const struct app shop_of_two = { .conf = { .base_url =
						      "https://h.example" },
	.catalog = { .products = { { .id = "course",
				       .titles = { { NULL, "Course" } },
				       .n_titles = 1 },
			 { .id = "club",
			     .titles = { { "en", "Club" }, { "uk", "Клуб" } },
			     .n_titles = 2 } },
	    .n = 2 } };

static struct tg_reply
say_there(int64_t update_id, const struct tg_update *said)
{
	struct asking t = asking(said);
	struct app here = app;

	app = shop_of_two;
	t.u.update_id = update_id;
	shop_does(answer_in, &t);
	app = here;
	return t.reply;
}

static void
several(void **state)
{
	const struct tg_update pay = SAYS("/pay"), status = SAYS("/status"),
			       help = SAYS("/help");
	struct tg_update button = {
		.kind = TG_BUTTON, .button_id = "q1", .data = "buy:club"
	};
	struct tg_reply r;

	(void)state;
	shop_open(NOTHING);
	r = say_there(1, &pay);
	check_has(json_render(&mem, r.params).p, "\"buy:course\"");
	check_has(json_render(&mem, r.params).p, "💳 Клуб");
	(void)say_there(2, &button);
	check_text(jobs_owed(), "2:pay:club");
	button.data = "buy:gone";
	(void)say_there(3, &button);
	check_text(jobs_owed(), "2:pay:club");
	change("DELETE FROM jobs; INSERT INTO renamed (product, is_now)"
	       " VALUES ('gone', 'club')");
	(void)say_there(7, &button);
	check_text(jobs_owed(), "2:pay:club"); /* as it is called now */
	change("DELETE FROM jobs;" ACCESS " (5, 'club', 1, 'paid', 0, NULL)");
	r = say_there(4, &pay);
	check_has(json_render(&mem, r.params).p, "buy:course");
	check_lacks(json_render(&mem, r.params).p, "buy:club");
	r = say_there(5, &status);
	check_has(json_text(r.params, "text"), "Course");
	check_has(json_text(r.params, "text"), "Клуб");
	(void)say_there(6, &help);
	check_text(jobs_owed(), "1:club");
}

/* Who has one of two sees the way into it, and how to buy the other. */
static void
window_of_two(void **state)
{
	const struct tg_update start = SAYS("/start");
	struct tg_reply r;
	const char *all;

	(void)state;
	shop_open(NOTHING);
	r = say_there(1, &start);
	all = json_render(&mem, r.params).p;
	check_has(all, "• Course");
	check_has(all, "\"buy:course\"");
	check_has(all, "\"buy:club\"");
	check_lacks(all, "\"open:");
	change(ACCESS " (5, 'club', 1, 'paid', 0, NULL)");
	r = say_there(2, &start);
	all = json_render(&mem, r.params).p;
	check_has(all, "\"open:club\"");
	check_has(all, "\"buy:course\"");
	check_lacks(all, "\"buy:club\"");
	check_has(all, "\"help\"");
}

static const struct answering {
	const char *why;
	struct tg_update u;
	bool only_answers;
} answerings[] = {
	{ "/pay", { .kind = TG_MESSAGE, .is_private = true, .text = "/pay" },
	    true },
	{ "of this bot",
	    { .kind = TG_MESSAGE,
		.is_private = true,
		.text = "/Status@our_bot" },
	    true },
	{ "a text of the shop's",
	    { .kind = TG_MESSAGE, .is_private = true, .text = "/agb" }, true },
	{ "/start tells where somebody comes from",
	    { .kind = TG_MESSAGE, .is_private = true, .text = "/start" },
	    false },
	{ "a wish to be forgotten",
	    { .kind = TG_MESSAGE, .is_private = true, .text = "/forgetme" },
	    false },
	{ "a command that nobody knows",
	    { .kind = TG_MESSAGE, .is_private = true, .text = "/payout" },
	    false },
	{ "a question",
	    { .kind = TG_MESSAGE, .is_private = true, .text = "pay" }, false },
	{ "a picture without words", { .kind = TG_MESSAGE, .is_private = true },
	    false },
	{ "in a group", { .kind = TG_MESSAGE, .text = "/pay" }, false },
	{ "another person's words",
	    { .kind = TG_MESSAGE,
		.is_private = true,
		.is_forwarded = true,
		.text = "/pay" },
	    false },
	{ "a button", { .kind = TG_BUTTON, .is_private = true, .text = "/pay" },
	    false },
	{ "a payment", { .kind = TG_PAID, .is_private = true, .text = "/pay" },
	    false },
};

static void
only_answers(void **state)
{
	const struct answering *s = *state;

	check_int(chat_only_answers(&s->u), s->only_answers);
}

int
main(void)
{
	ROWS("answer", row, rows);
	ROWS("only answers", only_answers, answerings);
	ROWS("stranger", stranger, strangers);
	ROWS("in a chat", in_chat, places);
	ROWS("the code of the setup", code, codings);
	ROWS("name behind a command", name_behind, namings);
	ROWS("name learnt", learn, learnings);
	ONE("album", "answered once", told_once);
	ONE("service message", "nothing is said", nothing_said);
	ONE("member", "blocked and back", blocked_and_back);
	ONE("help", "each one is answered", each_help_is_answered);
	ONE("status", "of what is sold no more, by its bare name",
	    status_of_what_is_sold_no_more);
	ONE("pay", "a hostile product name", hostile_name);
	ONE("support", "with a contact and without", no_support);
	ONE("menu", "the commands", menu);
	ROWS("in their language", speaks, speakings);
	ONE("in their language", "who pays first", paid_by_a_stranger);
	ONE("in their language", "chosen", chosen);
	ONE("forgetme", "confirmed by a button", forgets);
	ROWS("by which link", comes, comings);
	ONE("pay", "a picture is the worker's", picture);
	ONE("several products", "what is theirs, and what is sold",
	    window_of_two);
	ONE("several products", "offered, bought, listed", several);
	return testing_run("chat", ledger_make, ledger_remove);
}
