/* What /admin says, to whom, and what a press leads to. */
#include "asking.h"

#include "bot/admin.h"
#include "bot/admin_ask.h"
#include "outbox/jobs.h"
#include "shop/text.h"

#define OWNER 9
static struct app app = { SELLS({ COURSE, TO_LINK("https://t.me/+a") }),
	.conf = { .admin_tg_ids = "9", .base_url = "https://h" } };

#define OPERATOR(role) \
	"INSERT INTO operators (tg_id, role, added_ms) VALUES (8, " role ", 1);"
#define PAID \
	HAS_COURSE BOUGHT("id, session_id, payment_intent, amount_minor," \
			  " currency, paid_ms", \
	    "7, 'cs_7', 'pi_7', 999, 'eur', 1")

static struct asking
does(int64_t who, struct tg_update u)
{
	static int64_t n;
	struct asking t = { .u = u };

	t.u.update_id = ++n;
	t.u.from_id = who;
	t.u.chat_id = who;
	t.u.language = "en";
	t.u.is_private = true;
	shop_does(answer_in, &t);
	return t;
}

static const char *
says(int64_t who, const char *text)
{
	struct asking t =
	    does(who, (struct tg_update){ .kind = TG_MESSAGE, .text = text });

	return json_render(&mem, t.reply.params).p;
}

/* The notice that it leads to; NULL: none. */
static const char *
presses(int64_t who, const char *data)
{
	change("DELETE FROM jobs WHERE kind = 2");
	(void)does(who,
	    (struct tg_update){
		.kind = TG_BUTTON, .button_id = "q", .data = data });
	return look_text(
	    "SELECT detail FROM jobs WHERE kind = 2 AND tg_id <> 5");
}

static const struct row {
	const char *why, *text, *has, *lacks;
} rows[] = {
	{ "the overview", "/admin", "op:jobs", "op:card" },
	{ "a buyer by their number", "/admin 5", "tg://user?id=5", NULL },
	{ "by an order", "/admin #7", "tg://user?id=5", NULL },
	{ "by a bare order's number", "/admin 7", "tg://user?id=5", NULL },
	{ "by a session", "/admin cs_7", "op:refund:7", NULL },
	{ "by a payment", "/admin pi_7", "op:part:7", NULL },
	{ "nobody's name", "/admin pi_8", "Nobody was found", "op:" },
	{ "a quote in a name", "/admin x' OR '1'='1", "Nobody was found",
	    NULL },
	{ "a stranger can be let in", "/admin 700001", "op:which:700001",
	    "op:refund" },
	{ "a grant, typed", "/admin grant 5 course 30", "30 days?", NULL },
	{ "of the only product", "/admin grant 5", "for good?", NULL },
	{ "for too long", "/admin grant 5 course 36501", "Nobody", "op:yes" },
	{ "of what is not sold", "/admin grant 5 gone", "Nobody", "op:yes" },
	{ "a revoke of what is sold no more", "/admin revoke 5 gone", "op:yes",
	    NULL },
	{ "a refund", "/admin refund 7", "9.99", NULL },
	{ "a part", "/admin refund 7 4.00", "4.00", "access" },
	{ "a part with a comma", "/admin refund #7 4,00", "4.00", NULL },
	{ "too much", "/admin refund 7 10.00", "9.99 is left", "op:yes" },
	{ "an amount that is none", "/admin refund 7 all", "Nobody", "op:yes" },
	{ "of no order", "/admin refund 77", "Nobody", "op:yes" },
	{ "a letter", "/admin write 5 a b  c", "a b  c", NULL },
	{ "an empty one", "/admin write 5", "Nobody", "op:yes" },
	{ "no such job", "/admin drop 1", "Nobody", "op:yes" },
	{ "all jobs at once are none", "/admin drop 0", "Nobody", "op:yes" },
};

static void
said(void **state)
{
	const struct row *r = *state;
	const char *body;

	shop_open(PAID);
	body = says(OWNER, r->text);
	check_has(body, r->has);
	if (r->lacks != NULL)
		check_lacks(body, r->lacks);
	/* Nothing is changed by words alone. */
	check_int(look_int("SELECT COUNT(*) FROM audit"
			   " WHERE done_ms IS NOT NULL"),
	    0);
	check_int(look_int("SELECT COUNT(*) FROM jobs"), 0);
}

static const struct press {
	const char *why, *operators;
	int64_t who;
	const char *data, *want; /* the notice's beginning; NULL: none */
} presseds[] = {
	{ "an owner takes away", NOTHING, OWNER, "op:revoke:5:course",
	    "op/asked/" },
	{ "support does not", OPERATOR("2"), 8, "op:revoke:5:course",
	    "op/may_not" },
	{ "support lets in", OPERATOR("2"), 8, "op:grant:5:course:30",
	    "op/asked/" },
	{ "a viewer does not", OPERATOR("1"), 8, "op:grant:5:course:30",
	    "op/may_not" },
	{ "a viewer looks", OPERATOR("1"), 8, "op:card:5", "op/card/5" },
	{ "nobody does", NOTHING, 8, "op:card:5", NULL },
	{ "nobody confirms", NOTHING, 8, "op:yes:1", NULL },
	{ "a role of a newer program's", OPERATOR("9"), 8, "op:card:5", NULL },
	{ "a word of another program's", NOTHING, OWNER, "op:fly:5", NULL },
	{ "a question that is none", NOTHING, OWNER, "op:yes:77", "op/late" },
	{ "an order that is none", NOTHING, OWNER, "op:refund:77", "op/late" },
	{ "of two parts", NOTHING, OWNER, "op:days:5:course",
	    "op/days/5/course" },
};

static void
pressed(void **state)
{
	const struct press *p = *state;
	const char *notice;

	shop_open(PAID);
	change(p->operators);
	notice = presses(p->who, p->data);
	if (p->want == NULL)
		check_text(notice, NULL);
	else
		check_has(notice, p->want);
}

/* By one press, once; and not by words of another day. */
static void
confirmed(void **state)
{
	(void)state;
	shop_open(PAID OPERATOR("2"));
	check_has(says(OWNER, "/admin revoke 5"), "op:yes:1");
	check_has(presses(8, "op:yes:1"), "op/may_not");
	check_int(look_int("SELECT is_in FROM access"), 1);
	change("UPDATE operators SET role = 3");
	check_has(presses(8, "op:yes:1"), "op/late"); /* not theirs */
	check_int(look_int("SELECT is_in FROM access"), 1);
	check_has(presses(OWNER, "op:yes:1"), "op/told/1");
	check_int(look_int("SELECT is_in FROM access"), 0);
	check_has(presses(OWNER, "op:yes:1"), "op/late");
	check_text(look_text("SELECT result FROM audit"), "done");
	check_has(says(OWNER, "/admin revoke 5"), "op:yes:2");
	change("UPDATE audit SET asked_ms = asked_ms - 600001");
	check_has(presses(OWNER, "op:yes:2"), "op/late");
	check_has(says(OWNER, "/admin grant 5"), "op:no:3");
	check_has(presses(OWNER, "op:no:3"), "op/told/3");
	check_has(presses(OWNER, "op:yes:3"), "op/late");
	check_int(look_int("SELECT is_in FROM access"), 0);
}

/* An unknown word's answer for everybody else, forwarded messages too. */
static void
others(void **state)
{
	struct tg_update passed_on = { .kind = TG_MESSAGE,
		.text = "hello",
		.is_forwarded = true,
		.forwarded_from = 5 };
	const char *unknown;

	(void)state;
	shop_open(PAID);
	unknown = says(8, "/foo");
	check_text(says(8, "/admin"), unknown);
	check_text(says(8, "/admin 5"), unknown);
	check_lacks(
	    json_render(&mem, does(8, passed_on).reply.params).p, "op:");
	check_has(json_render(&mem, does(OWNER, passed_on).reply.params).p,
	    "tg://user?id=5");
	passed_on.forwarded_from = 0;
	check_has(json_render(&mem, does(OWNER, passed_on).reply.params).p,
	    "/mydata");
}

/* What others may have written stands in HTML as it is. */
static void
signs(void **state)
{
	const char *body;

	(void)state;
	shop_open(PAID "INSERT INTO access (tg_id, product, is_in, why,"
		       " decided_ms) VALUES (5, 'gone', 0, '<b>&', 1);");
	body = says(OWNER, "/admin 5");
	check_has(body, "&lt;b&gt;&amp;");
	check_lacks(body, "<b>");
}

/* The longest names fit into what Telegram lets a button hold. */
static void
fits(void **state)
{
	(void)state;
	assert_true(sizeof("op:grant:4503599627370496:"
			   "abcdefghijklmnopqrstuvwxyz012345:365") -
		1 <=
	    64);
}

static const struct letter {
	const char *why, *row;
	int64_t tg_id;
	bool is_read;
} letters[] = {
	{ "to whom it is", "'write', 5, 'hi', 1", 5, true },
	{ "to another", "'write', 5, 'hi', 1", 6, false },
	{ "that was not confirmed", "'write', 5, 'hi', NULL", 5, false },
	{ "that is none", "'drop', 5, 'hi', 1", 5, false },
	{ "whose words are forgotten", "'write', 5, NULL, 1", 5, false },
};

static void
letter(void **state)
{
	const struct letter *l = *state;
	const char *text = "";

	shop_open(arena_printf(&mem,
	    "INSERT INTO audit (actor, number, amount, asked_ms, act, tg_id,"
	    " words, done_ms) VALUES (9, 0, 0, 1, %s);",
	    l->row));
	check_err(admin_letter_text(
		      LANGUAGE_EN, &app, &mem, str_from("1"), l->tg_id, &text),
	    ERR_OK);
	if (l->is_read)
		check_has(text, "hi");
	else
		check_text(text, NULL);
}

int
main(void)
{
	ROWS("/admin says", said, rows);
	ROWS("a press", pressed, presseds);
	ONE("a change", "by one press, once, in time", confirmed);
	ONE("/admin", "nobody else learns that there is one", others);
	ONE("/admin", "signs of others", signs);
	ONE("a button", "fits", fits);
	ROWS("a letter", letter, letters);
	return testing_run("admin", ledger_make, ledger_remove);
}
