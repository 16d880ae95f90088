/* What /admin says, to whom, and what a press leads to. */
#include "asking.h"

#include "base/clock.h"
#include "bot/admin.h"
#include "bot/admin_ask.h"
#include "outbox/jobs.h"
#include "shop/text.h"
#include "telegram/api.h"

#include <string.h>

#define OWNER 9
static struct app app = { SELLS({ COURSE, TO_LINK("https://t.me/+a") }),
	.conf = { .admin_tg_ids = "9", .base_url = "https://h" } };

#define OPERATOR(role) \
	"INSERT INTO operators (tg_id, role, added_ms) VALUES (8, " role ", 1);"
#define PAID \
	HAS_COURSE BOUGHT("id, session_id, payment_intent, amount_minor," \
			  " currency, paid_ms", \
	    "7, 'cs_7', 'pi_7', 999, 'eur', 1")

static const char *
says(int64_t who, const char *text)
{
	struct asking t =
	    asks(who, (struct tg_update){ .kind = TG_MESSAGE, .text = text });

	return json_render(&mem, t.reply.params).p;
}

/* The notice that it leads to; NULL: none. */
static const char *
presses(int64_t who, const char *data)
{
	change("DELETE FROM jobs WHERE kind = 2");
	(void)asks(who,
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
	{ "for the longest", "/admin grant 5 course 36500", "36500 days?",
	    NULL },
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

/* Whoever is in by now gets it, and nobody else. */
static void
linked(void **state)
{
	(void)state;
	shop_open(PAID);
	check_text(presses(OWNER, "op:link:5:course"), "op/asked/1");
	check_has(presses(OWNER, "op:yes:1"), "op/told/1");
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE kind = 1"
			   " AND tg_id = 5 AND detail = 'course'"),
	    1);
	check_text(presses(OWNER, "op:link:5:course"), "op/asked/2");
	change("UPDATE access SET is_in = 0; DELETE FROM jobs");
	check_has(presses(OWNER, "op:yes:2"), "op/told/2");
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE kind = 1"), 0);
	check_text(
	    look_text("SELECT result FROM audit WHERE id = 2"), RESULT_NOTHING);
}

#define SOLD_NOW(id, provider, minor, currency) \
	"INSERT INTO orders (id, tg_id, product, provider, session_id," \
	" amount_minor, currency, paid_ms, livemode, created_ms) VALUES (" id \
	", 5, 'course', '" provider "', 'cs_' || " id ", " minor \
	", '" currency "', 1, 1, 1);" \
	"INSERT INTO payments (provider, payment, order_id, kind," \
	" amount_minor, currency, paid_ms) VALUES ('" provider \
	"', 'pi_' || " id ", " id ", 1, " minor ", '" currency "', %lld);"

/* What is of one currency is one sum, and each currency has one. */
static void
summed(void **state)
{
	const long long now = clock_now_ms();
	const char *body;

	(void)state;
	shop_open(USER);
	change(arena_printf(&mem,
	    SOLD_NOW("1", "stripe", "1000", "eur") SOLD_NOW("2", "stripe",
		"700", "usd") SOLD_NOW("3", "coupon", "234", "eur"),
	    now, now, now));
	body = says(OWNER, "/admin");
	check_has(body, "12.34");
	check_has(body, "7.00");
	check_lacks(body, "10.00");
	check_lacks(body, "€2.34");
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
	    json_render(&mem, asks(8, passed_on).reply.params).p, "op:");
	check_has(json_render(&mem, asks(OWNER, passed_on).reply.params).p,
	    "tg://user?id=5");
	passed_on.forwarded_from = 0;
	check_has(json_render(&mem, asks(OWNER, passed_on).reply.params).p,
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

static int
n_notices(int64_t who)
{
	return (int)look_int_of(
	    "SELECT COUNT(*) FROM jobs WHERE kind = 2 AND tg_id = ?1", who);
}

static void
has_pressed(const char *key, int n)
{
	change(arena_printf(&mem,
	    "INSERT INTO limits (key, n, since_ms) VALUES ('%s', %d, %lld);",
	    key, n, (long long)clock_now_ms()));
}

/* Who works with it presses more than any buyer; who is no operator has a
 * buyer's limit, whatever they press. */
static void
pressed_often(void **state)
{
	(void)state;
	shop_open(PAID);
	has_pressed("press:9", 60);
	has_pressed("press:8", 60);
	(void)presses(OWNER, "op:jobs");
	check_int(n_notices(OWNER), 1);
	(void)presses(8, "op:jobs");
	check_int(look_int("SELECT n FROM limits WHERE key = 'press:8'"), 61);
	change(OPERATOR("2"));
	has_pressed("operator:8", 1200);
	(void)presses(8, "op:jobs");
	check_int(n_notices(8), 0);
}

/* What is confirmed is the payment that was shown, though another was made
 * since. */
static void
renewed_meanwhile(void **state)
{
	(void)state;
	shop_open(HAS_COURSE BOUGHT("id, session_id, paid_ms, subscription,"
				    " currency, amount_minor",
	    "7, 'cs_7', 1, 'sub_7', 'eur', 888") "INSERT INTO subscriptions (id, n_heard, n_read, status,"
						 " payment_intent, paid_minor) VALUES ('sub_7', 1, 1, 'active',"
						 " 'pi_8', 888);"
						 "INSERT INTO payments (provider, payment, intent, order_id, kind,"
						 " amount_minor, currency, paid_ms) VALUES"
						 " ('stripe', 'in_8', 'pi_8', 7, 2, 888, 'eur', 1);");
	check_has(says(OWNER, "/admin refund 7"), "op:yes:1");
	change("UPDATE subscriptions SET payment_intent = 'pi_9'");
	check_has(presses(OWNER, "op:yes:1"), "op/told/1");
	check_text(
	    look_text("SELECT detail FROM jobs WHERE kind = 14"), "pi_8");
}

/* 200 of each. */
static void
buy_many(void)
{
	for (int i = 0; i < 200; i++)
		change(arena_printf(&mem,
		    "INSERT INTO access (tg_id, product, is_in, why,"
		    " decided_ms) VALUES (5, 'product-with-a-long-name-%d', 1,"
		    " 'paid', 1);"
		    "INSERT INTO orders (tg_id, product, provider, livemode,"
		    " session_id, created_ms, amount_minor, currency, paid_ms)"
		    " VALUES (5, 'course', 'stripe', 0, 'cs_many_%d', 1, 999,"
		    " 'eur', 1);",
		    i, i));
}

/* Telegram refuses a message that is too long, or has too many buttons, whole.
 */
static void
huge(void **state)
{
	const char *body;
	size_t n = 0;

	(void)state;
	shop_open(PAID);
	buy_many();
	body = says(OWNER, "/admin 5");
	for (const char *p = body; (p = strstr(p, "callback_data")) != NULL;
	     p++)
		n++;
	assert_true(n > 0 && n <= TG_MAX_BUTTONS);
	body = strstr(body, "\"text\":");
	assert_true(strstr(body, "\",\"") - body < TG_MAX_TEXT);
	check_has(body, "tg://user?id=5");
	check_has(body, "And others: 189"); /* of what they have */
	check_has(body, "And others: 193"); /* of what they ordered */
	check_has(body, "op:letter:5");
}

/* The job that was to be given up is gone, and its number another one's. */
static void
other_job(void **state)
{
	(void)state;
	shop_open("INSERT INTO jobs (id, kind, promise, tg_id, due_ms,"
		  " created_ms, parked_ms) VALUES (4, 1, 'a', 5, 1, 1, 1);");
	check_text(presses(OWNER, "op:drop:4"), "op/asked/1");
	change("UPDATE jobs SET promise = 'b', tg_id = 6 WHERE id = 4");
	check_text(presses(OWNER, "op:yes:1"), "op/told/1");
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE promise = 'b'"
			   " AND done_ms IS NULL"),
	    1);
	check_text(look_text("SELECT result FROM audit"), RESULT_NOTHING);
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
	ONE("a link", "of who is in by then", linked);
	ONE("/admin", "adds up what is of one currency", summed);
	ONE("/admin", "nobody else learns that there is one", others);
	ONE("/admin", "signs of others", signs);
	ONE("a button", "fits", fits);
	ONE("a button", "is pressed more often by who works", pressed_often);
	ONE("giving up", "is of the job that was shown", other_job);
	ONE("a refund", "is of the payment that was shown", renewed_meanwhile);
	ONE("a card", "of a great many things fits", huge);
	ROWS("a letter", letter, letters);
	return testing_run("admin", ledger_make, ledger_remove);
}
