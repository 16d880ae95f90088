/* What the operators hear: each thing once, and of no cause more than they can
 * read. */
#include "shop.h"

#include "base/clock.h"
#include "outbox/alert.h"
#include "outbox/jobs.h"

static struct app app = { .conf = { .admin_tg_ids = "900, 901" } };

static const struct alert_words the_words = { .text = TEXT_ALERT_KEY };

struct telling {
	const char *key;
	int from, to; /* "key/from" and on */
};

static enum err
tell_in(struct db *db, void *ctx)
{
	const struct telling *t = ctx;
	enum err e = ERR_OK;

	(void)db;
	for (int i = t->from; e == ERR_OK && i < t->to; i++)
		e = alert_promise(&app, &mem,
		    arena_printf(&mem, "%s/%d", t->key, i), &the_words);
	return e;
}

static void
tell(const char *key, int from, int to)
{
	struct telling t = { key, from, to };

	shop_does(tell_in, &t);
}

#define N_TOLD(tg_id) \
	"SELECT COUNT(*) FROM jobs WHERE tg_id = " tg_id \
	" AND promise NOT LIKE 'alert/more/%' AND detail <> ''"
#define COUNTED \
	"SELECT COUNT(*) FROM jobs WHERE promise LIKE 'alert/more/%'" \
	" AND detail LIKE '% ' || ?1 || ' за годину%'"

static void
once(void **state)
{
	(void)state;
	shop_open(NOTHING);
	tell("sale", 0, 1);
	tell("sale", 0, 1);
	check_int(look_int(N_TOLD("900")), 1);
	check_int(look_int(N_TOLD("901")), 1);
}

static enum err
tell_daily(struct db *db, void *ctx)
{
	(void)db;
	return alert_daily(&app, &mem, ctx, &the_words, NULL);
}

static void
daily(void **state)
{
	(void)state;
	shop_open(NOTHING);
	for (int i = 0; i < 3; i++)
		check_err(
		    db_transaction(ledger.db, tell_daily, (void *)"rights/-1"),
		    ERR_OK);
	check_err(
	    db_transaction(ledger.db, tell_daily, (void *)"rights/-2"), ERR_OK);
	check_int(look_int(N_TOLD("900")), 2); /* one about each */
	/* As if that had been yesterday. */
	change("UPDATE jobs SET promise = 'was/' || promise");
	check_err(
	    db_transaction(ledger.db, tell_daily, (void *)"rights/-1"), ERR_OK);
	check_int(look_int(N_TOLD("900")), 3);
	/* The key ends with the day, which comes before the operator. */
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE promise ="
			   " 'alert/rights/-1/' ||"
			   " (strftime('%s', 'now') / 86400) || '/900'"),
	    1);
}

/* What was told before costs nothing of the hour. */
static void
bounded(void **state)
{
	(void)state;
	shop_open(NOTHING);
	for (int i = 0; i < 10; i++)
		tell("parked", 0, 20);
	tell("parked", 0, 35);
	check_int(look_int(N_TOLD("900")), 30);
	check_int(look_int_of(COUNTED, 5), 2); /* to each of the two */
	tell("parked", 35, 40);
	check_int(look_int(N_TOLD("901")), 30);
	check_int(look_int_of(COUNTED, 10), 2);
	check_int(look_int("SELECT COUNT(*) FROM jobs"), 62);
	/* told when the hour is over */
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE promise LIKE"
			   " 'alert/more/%' AND due_ms > created_ms + 3500000"),
	    2);
}

static enum err
tell_at_the_end(struct db *db, void *ctx)
{
	struct alert_list kept = { .arena = &mem };
	struct telling all[] = { { "sale", 0, 2 }, { "ended", 0, 1 },
		{ "sale", 1, 3 } };
	bool *tells = ctx;
	int64_t n;
	enum err e = ERR_OK;

	app.alerts = &kept;
	for (size_t i = 0; e == ERR_OK && i < LENGTH(all); i++)
		e = tell_in(db, &all[i]);
	app.alerts = NULL;
	check_err(e, ERR_OK);
	check_err(
	    db_one(db, &mem, SQL_JOBS_OLDEST, KV_NONE, row_to_int, &n), ERR_OK);
	check_int(n, 0); /* there is none yet */
	return *tells ? alerts_promise(&app, &kept) : ERR_OK;
}

/* Cause by cause, each in the order in which they came, and each once. */
static void
at_the_end(void **state)
{
	bool tells = false;

	(void)state;
	shop_open(NOTHING);
	check_err(db_transaction(ledger.db, tell_at_the_end, &tells), ERR_OK);
	check_int(look_int("SELECT COUNT(*) FROM jobs"), 0);
	tells = true;
	check_err(db_transaction(ledger.db, tell_at_the_end, &tells), ERR_OK);
	check_text(look_text("SELECT group_concat(promise, ' ') FROM"
			     " (SELECT promise FROM jobs WHERE tg_id = 900"
			     " ORDER BY id) AS t"),
	    "alert/ended/0/900 alert/sale/0/900 alert/sale/1/900"
	    " alert/sale/2/900");
	check_int(look_int("SELECT SUM(n) FROM limits"), 4);
}

struct back {
	bool any;
};

static enum err
come_back(struct db *db, void *ctx)
{
	struct back *b = ctx;

	return jobs_revive(db, 900, &b->any);
}

/* An operator who writes to the bot gets what was put aside, and the number of
 * the others when it is whole. */
static void
counted_on(void **state)
{
	struct back b = { false };

	(void)state;
	shop_open(NOTHING);
	tell("parked", 0, 35);
	change("UPDATE jobs SET parked_ms = 1 WHERE promise = "
	       "'alert/parked/0/900'");
	check_err(db_transaction(ledger.db, come_back, &b), ERR_OK);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE tg_id = 900 AND"
			   " due_ms > created_ms + 3500000"),
	    1);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE parked_ms = 1"), 0);
}

static void
each_cause(void **state)
{
	(void)state;
	shop_open(NOTHING);
	tell("crisis", 0, 100);
	tell("sale", 0, 3);
	check_int(look_int(N_TOLD("900")), 33);
}

static void
next_hour(void **state)
{
	(void)state;
	shop_open(NOTHING);
	tell("crisis", 0, 35);
	change("UPDATE limits SET since_ms = since_ms - 3600001");
	tell("crisis", 35, 40);
	check_int(look_int(N_TOLD("900")), 35);
}

/* ---- to whom, and what it is about ---- */

#define OPERATORS \
	"INSERT INTO operators (tg_id, role, added_ms) VALUES (900, 1, 1)," \
	" (1, 1, 1), (2, 2, 1), (3, 3, 1), (4, 4, 1);"

struct telling_about {
	const struct alert_about *about;
};

static enum err
tell_about(struct db *db, void *ctx)
{
	const struct telling_about *t = ctx;
	const struct alert_words words = { .text = TEXT_ALERT_PRODUCTS,
		.values = KV(kv_text("why", "the\x1fwords")) };

	(void)db;
	return alert_promise_about(&app, &mem, "fraud/pi_1", &words, t->about);
}

static const struct heard {
	const char *why;
	struct alert_about about;
	const char *who;
} heards[] = {
	{ "the shop", { .chat_id = -100 }, "3,900,901" },
	{ "a buyer", { .tg_id = 77 }, "2,3,900,901" },
	{ "a buyer who was forgotten", { .refund_order = 7 }, "3,900,901" },
};

/* Once each, also to who is of the settings and of the ledger. Who looks is not
 * called, and what a newer program's role may is not known. */
static void
heard(void **state)
{
	const struct heard *h = *state;
	struct telling_about t = { &h->about };

	shop_open(OPERATORS);
	shop_does(tell_about, &t);
	shop_does(tell_about, &t);
	check_text(look_text("SELECT GROUP_CONCAT(tg_id) FROM (SELECT tg_id"
			     " FROM jobs ORDER BY tg_id) AS t"),
	    h->who);
}

static void
about(void **state)
{
	const struct alert_about what = { .tg_id = 77,
		.refund_order = 7,
		.job = 3,
		.chat_id = -1001,
		.lets_in = true };
	struct telling_about t = { &what };
	struct alert_about is;

	(void)state;
	shop_open(NOTHING);
	shop_does(tell_about, &t);
	check_has(alert_read(&mem, look_text("SELECT detail FROM jobs"), &is),
	    "the words");
	check_int(is.tg_id, what.tg_id);
	check_int(is.refund_order, what.refund_order);
	check_int(is.job, what.job);
	check_int(is.chat_id, what.chat_id);
	check_int(is.lets_in, what.lets_in);
	check_text(alert_read(&mem, "of an older program", &is),
	    "of an older program");
	check_int(is.tg_id + is.refund_order + is.job + is.chat_id, 0);
}

/* ---- in whose language ---- */

#define READERS \
	"INSERT INTO users (tg_id, created_ms, language, chosen_language)" \
	" VALUES (900, 1, 'de', NULL), (901, 1, 'de-AT', 'en');" \
	"INSERT INTO operators (tg_id, role, added_ms)" \
	" VALUES (3, 3, 1), (4, 3, 1);" \
	"INSERT INTO users (tg_id, created_ms, language) VALUES (4, 1, 'fr');"

static enum err
tell_of_sale(struct db *db, void *ctx)
{
	const struct alert_words sale = { .text = TEXT_ALERT_SALE,
		.values = KV(kv_int("buyer", 77), kv_int("order", 7)),
		.product = "gone",
		.money = "amount",
		.currency = "eur",
		.amount_minor = 123456 };
	const struct alert_words due = { .text = TEXT_ALERT_APPEAL,
		.values = KV(kv_int("buyer", 77), kv_int("order", 7)),
		.product = "gone",
		.date = "due",
		.date_ms = (int64_t)1767225600 * 1000 };
	const struct alert_words missed = { .text = TEXT_ALERT_SILENCE,
		.values = KV(kv_text("provider", "Stripe"), kv_int("amount", 1),
		    kv_text("url", "https://x")),
		.n = 1 };
	enum err e = alert_promise(&app, &mem, "sale/cs_1", &sale);

	(void)db;
	(void)ctx;
	if (e == ERR_OK)
		e = alert_promise(&app, &mem, "appeal/du_1", &due);
	return e == ERR_OK ? alert_promise(&app, &mem, "silence/1", &missed) :
			     e;
}

/* The language that was chosen, else Telegram's; the shop's where it is none of
 * ours or nothing is known. What a language writes in its own way comes with
 * it, the number's form too. */
static const struct reading {
	const char *why;
	int64_t tg_id;
	const char *sale, *due, *missed;
} readings[] = {
	{ "as their Telegram says", 900, "1.234,56", "1. Januar 2026",
	    "1 Ereignis" },
	{ "as they chose", 901, "1,234.56", "1 January 2026", "1 event of" },
	{ "of whom nothing is known, the shop's", 3, "1\u00a0234,56",
	    "1 січня 2026", "Stripe" },
	{ "who reads none of ours, the shop's", 4, "1\u00a0234,56",
	    "1 січня 2026", "Stripe" },
};

static const char *
told_to(int64_t tg_id, const char *cause)
{
	return look_text_of(arena_printf(&mem,
				"SELECT detail FROM jobs WHERE tg_id = ?1"
				" AND promise LIKE 'alert/%s/%%'",
				cause),
	    tg_id);
}

static void
read_by(void **state)
{
	const struct reading *r = *state;

	shop_open(READERS);
	shop_does(tell_of_sale, NULL);
	check_has(told_to(r->tg_id, "sale"), r->sale);
	check_has(told_to(r->tg_id, "appeal"), r->due);
	check_has(told_to(r->tg_id, "silence"), r->missed);
}

static enum err
tell_of_sale_at_the_end(struct db *db, void *ctx)
{
	struct alert_list kept = { .arena = &mem };
	enum err e;

	app.alerts = &kept;
	e = tell_of_sale(db, ctx);
	app.alerts = NULL;
	return e == ERR_OK ? alerts_promise(&app, &kept) : e;
}

/* Its values are kept in mind, too, though whoever told of it has gone on. */
static void
read_at_the_end(void **state)
{
	(void)state;
	shop_open(READERS);
	shop_does(tell_of_sale_at_the_end, NULL);
	check_has(told_to(900, "sale"), "1.234,56");
	check_has(told_to(900, "sale"), "77");
	check_has(told_to(901, "silence"), "https://x");
}

/* So is the number of those that were too many. */
static void
number_read_by(void **state)
{
	(void)state;
	shop_open(READERS);
	tell("parked", 0, 35);
	check_has(look_text("SELECT detail FROM jobs WHERE tg_id = 901"
			    " AND promise LIKE 'alert/more/%'"),
	    "more within the hour");
}

static enum err
forget(struct db *db, void *ctx)
{
	(void)ctx;
	return alert_forget(db, &mem, 77);
}

/* Neither in the words nor behind them. */
static void
forgotten(void **state)
{
	const struct alert_about what = { .tg_id = 77, .refund_order = 7 };
	struct telling_about t = { &what };
	struct alert_about is;

	(void)state;
	shop_open(NOTHING);
	shop_does(tell_about, &t);
	shop_does(forget, NULL);
	(void)alert_read(&mem, look_text("SELECT detail FROM jobs"), &is);
	check_int(is.tg_id, 0);
	check_int(is.refund_order, 7);
}

int
main(void)
{
	ONE("alerts", "kept for the end come cause by cause", at_the_end);
	ONE("alert", "once for each operator", once);
	ONE("alert", "once a day", daily);
	ONE("alert", "30 an hour, then their number", bounded);
	ONE("alert", "the number waits for its hour whoever comes back",
	    counted_on);
	ONE("alert", "one cause does not drown another", each_cause);
	ONE("alert", "the next hour begins anew", next_hour);
	ROWS("alert is heard by those who may act, about", heard, heards);
	ONE("alert", "what it is about", about);
	ROWS("alert is read", read_by, readings);
	ONE("alert is read", "at the end of many things", read_at_the_end);
	ONE("alert is read", "so is how many more there were", number_read_by);
	ONE("alert", "about who is forgotten", forgotten);
	return testing_run("alert", ledger_make, ledger_remove);
}
