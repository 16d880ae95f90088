/* What a person and a product leave in the ledger, table by table: forgetting,
 * the file with all that is kept of somebody, and renaming miss none of it. The
 * tables and columns are read from the ledger, so that a new one is met here
 * and must say what it holds. */
#include "shop.h"

#include "coach/library.h"
#include "ledger/forget.h"
#include "ledger/rename.h"
#include "store/schema.h"
#include "worker/work.h"

#include <string.h>

static struct app app = { .conf = { .telegram_api_base = "https://t.invalid",
			      .telegram_bot_token = "1:x",
			      .base_url = "https://h" },
	SELLS({ COURSE, TO_LINK("https://t.me/+a") }) };

#define MAX_TABLES 64
#define PERSON 7700077
#define N "7700077"
#define OLD "bygone"

/* A row of each table that has a person's number or a product's name, wherever
 * the table can have one. */
static const struct trace {
	const char *table;
	const char *not_told; /* why it is not in the file for the person;
	                         NULL: it is */
	const char *row;      /* columns and values; NULL: it has neither */
} traces[] = {
	{ "users", NULL, "(tg_id, created_ms) VALUES (" N ", 1)" },
	{ "orders", NULL,
	    "(id, tg_id, product, provider, session_id, livemode, paid_ms,"
	    " revoked_ms, created_ms, subscription, url) VALUES (1, " N
	    ", '" OLD "', 'grant', 'import/" N "/" OLD
	    "', 0, 1, 1, 1, 'sub_a', 'https://h/pay?tg_id=" N "')" },
	{ "refunds", "how much of a payment went back", NULL },
	{ "access", NULL,
	    "(tg_id, product, is_in, why, decided_ms) VALUES (" N ", '" OLD
	    "', 0, 'revoked', 1)" },
	{ "jobs", NULL,
	    "(kind, promise, tg_id, detail, due_ms, parked_ms, created_ms)"
	    " VALUES (2, 'a/" N "', " N ", 'pay:" OLD "', 1, 1, 1),"
	    " (1, 'b/" N "', " N ", '" OLD "', 1, 1, 1),"
	    " (8, 'c', " N ", '" OLD "', 1, 1, 1),"
	    " (4, 'sale/" N "', 900, 'buyer " N " came', 1, 1, 1)" },
	{ "inbox", "that an event came", NULL },
	{ "limits", NULL, "(key, n, since_ms) VALUES ('buyer:" N "', 1, 1)" },
	{ "reversals", NULL,
	    "(id, payment_intent, kind, amount_minor, stage, updated_ms)"
	    " VALUES ('re_a', 'pi_a', 'refund', 1, 0, 1)" },
	{ "marks", "of the setup, until the next one",
	    "(key, value) VALUES ('operator', " N ")" },
	{ "members", NULL, "(tg_id, chat_id) VALUES (" N ", '-1001')" },
	{ "links", NULL,
	    "(link, tg_id, chat_id, made_ms)"
	    " VALUES ('https://t.me/+x', " N ", '-1001', 1)" },
	{ "moved_chats", "channels", NULL },
	{ "subscriptions", NULL,
	    "(id, n_heard, status) VALUES ('sub_a', 1, 'canceled')" },
	{ "invoice_payments", "which payment is of which subscription", NULL },
	{ "lessons", "of the shop",
	    "(product, source, lesson_no, title, hash, is_public, imported_ms)"
	    " VALUES ('" OLD "', 'a.md', 1, 't', 'h', 0, 1)" },
	{ "chunks", "of the shop", NULL },
	{ "questions", NULL,
	    "(tg_id, chat_id, message_id, question, asked_ms)"
	    " VALUES (" N ", " N ", 1, 'how?', 1)" },
	{ "unanswered", "nobody knows whose it was", NULL },
	{ "leads", "of the shop",
	    "(product, chat_id) VALUES ('" OLD "', '-1001')" },
	{ "renamed", "of the shop",
	    "(product, is_now) VALUES ('" OLD "-before', '" OLD "')" },
	{ "payments", NULL,
	    "(provider, payment, intent, order_id, kind, amount_minor,"
	    " currency, paid_ms) VALUES ('stripe', 'in_a', 'pi_a', 1, 1, 999,"
	    " 'eur', 1)" },
	{ "consents", NULL,
	    "(tg_id, product, hash, language, is_proven, at_ms)"
	    " VALUES (" N ", '" OLD "', 'h', 'en', 1, 1)" },
	{ "withdrawals", NULL,
	    "(contract, tg_id, order_id, at_ms) VALUES ('" N "', " N
	    ", 1, 1)" },
	{ "conversations", NULL,
	    "(tg_id, opened_ms, said_ms) VALUES (" N ", 1, 1)" },
	{ "conversation_messages", NULL,
	    "(chat_id, message_id, tg_id, their_id, is_ours, at_ms)"
	    " VALUES (-1009, 1, " N ", 1, 0, 1)" },
	{ "broadcasts", NULL,
	    "(actor, segment, product, state, chat_id, message_id, after_id,"
	    " asked_ms) VALUES (" N ", 'in', '" OLD "', 3, " N ", 1, " N
	    ", 1)" },
	{ "operators", NULL, "(tg_id, role, added_ms) VALUES (" N ", 1, 1)" },
	{ "audit", NULL,
	    "(actor, act, tg_id, product, number, amount, words, asked_ms,"
	    " done_ms, result) VALUES (" N ", 'write', " N ", '" OLD
	    "', 1, 0, 'dear " N "', 1, 1, 'done')" },
};

/* Columns that hold neither, in whichever table they are: what they hold is
 * said by their names. Times, amounts, counts and what is yes or no are told by
 * the ends and beginnings of those. */
static const char *const neither[] = { "id", "attempt", "livemode", "kind",
	"order_id", "attempts", "late", "lane", "n", "stage", "told_stage",
	"ours", "state", "renews", "renewal", "collects_not", "lesson_no",
	"lesson_id", "position", "message_id", "segment", "broadcasts.words",
	"outcome", "forwarded_id", "forwarded_chat_id", "role", "number",
	"amount", "language", "chosen_language", "attempt_language", "source",
	"users.session_id", "provider", "payment_intent", "currency", "type",
	"why", "error", "conversations.chat_id",
	"conversation_messages.chat_id", "card_id", "their_id", "marks.key",
	"link", "members.chat_id", "links.chat_id", "moved_chats.chat_id",
	"leads.chat_id", "moved_to", "status", "customer", "subscription",
	"invoice", "invoice_url", "dunned", "full_why", "hash", "title",
	"heading", "body", "folded", "question", "voice", "answer", "word",
	"price_currency", "intent", "payment", "act", "result",
	"invoice_payments.payment_intent" };

static bool
holds_neither(const char *table, const char *column)
{
	struct str s = str_from(column);
	const char *full = arena_printf(&mem, "%s.%s", table, column);

	if (str_ends(s, "_ms") || str_ends(s, "_minor") ||
	    str_starts(s, "is_p") || str_starts(s, "is_o") ||
	    str_eq(s, "is_in") || str_starts(s, "n_"))
		return true;
	for (size_t i = 0; i < LENGTH(neither); i++)
		if (strcmp(neither[i], column) == 0 ||
		    strcmp(neither[i], full) == 0)
			return true;
	return false;
}

static const struct trace *
trace_of(const char *table)
{
	for (size_t i = 0; i < LENGTH(traces); i++)
		if (strcmp(traces[i].table, table) == 0)
			return &traces[i];
	return NULL;
}

/* Calls take for each column of each table. */
static void
walk(void (*take)(const char *table, const char *column))
{
	const char *tables[MAX_TABLES];
	size_t n = schema_tables(&mem, tables, MAX_TABLES);

	for (size_t i = 0; i < n; i++) {
		sqlite3_stmt *st = ledger_look(arena_printf(&mem,
		    "SELECT name FROM pragma_table_info('%s')", tables[i]));

		while (sqlite3_step(st) == SQLITE_ROW)
			take(tables[i],
			    arena_dup_text(&mem,
				(const char *)sqlite3_column_text(st, 0)));
		(void)sqlite3_finalize(st);
	}
}

/* How many rows have it there. */
static int64_t
n_with(const char *table, const char *column, const char *what)
{
	return look_int(arena_printf(&mem,
	    "SELECT COUNT(*) FROM %s WHERE CAST(%s AS TEXT) LIKE '%%%s%%'",
	    table, column, what));
}

static void
plant(void)
{
	shop_open(NOTHING);
	for (size_t i = 0; i < LENGTH(traces); i++)
		if (traces[i].row != NULL)
			change(arena_printf(&mem, "INSERT INTO %s %s",
			    traces[i].table, traces[i].row));
}

/* ---- the list is whole ---- */

static void
is_listed(const char *table, const char *column)
{
	if (trace_of(table) == NULL)
		fail_msg("%s is a new table: which person's number, which "
			 "product's name does it hold?",
		    table);
	if (!holds_neither(table, column) && n_with(table, column, N) == 0 &&
	    n_with(table, column, OLD) == 0)
		fail_msg("%s.%s: can it hold a person's number or a product's "
			 "name? Then the row above has one; else it is among "
			 "those that hold neither",
		    table, column);
}

static void
listed(void **state)
{
	(void)state;
	only_sqlite();
	plant();
	walk(is_listed);
}

/* ---- forgetting ---- */

static enum err
forget(struct db *db, void *ctx)
{
	return forget_person(db, &mem, PERSON, ctx);
}

static void
is_without_number(const char *table, const char *column)
{
	if (n_with(table, column, N) > 0)
		fail_msg("%s.%s still has the number", table, column);
}

static void
forgotten(void **state)
{
	struct forget_held held = { 0 };

	(void)state;
	only_sqlite();
	plant();
	shop_does(forget, &held);
	assert_false(forget_is_held(&held));
	walk(is_without_number);
	check_int(look_int("SELECT COUNT(*) FROM subscriptions"), 0);
	check_int(look_int("SELECT COUNT(*) FROM audit WHERE actor = -1"), 1);
}

/* ---- the file ---- */

static const char *
file_for_them(void)
{
	struct step s = { .job = {
			      .id = 1, .kind = JOB_MYDATA, .tg_id = PERSON } };
	const char *body, *from, *to;

	check_err(work_prepare(&app, &mem, &s), ERR_OK);
	body = arena_dup(&mem, s.call.body);
	from = strchr(body, '{');
	to = strrchr(body, '}');
	assert_non_null(from);
	assert_non_null(to);
	return arena_dup(&mem, (struct str){ from, (size_t)(to - from) + 1 });
}

/* Whatever is not in the ledger any more is missing from the file as well. */
static void
told(void **state)
{
	const struct trace *t = *state;
	const char *whole;

	only_sqlite();
	plant();
	whole = file_for_them();
	change(arena_printf(&mem, "DELETE FROM %s", t->table));
	if ((strcmp(whole, file_for_them()) != 0) != (t->not_told == NULL))
		fail_msg("%s: %s", t->table,
		    t->not_told == NULL ? "is not in the file" :
					  "is in the file after all");
}

/* ---- renaming ---- */

static enum err
rename_it(struct db *db, void *ctx)
{
	struct renamed out;
	int64_t n = 0;
	enum err e = library_rename(db, &mem, OLD, PRODUCT_DEFAULT, &n);

	(void)ctx;
	return e == ERR_OK ?
	    rename_product(&app, &mem, OLD, PRODUCT_DEFAULT, &out) :
	    e;
}

/* Under the old name stays what it was renamed to, and the name that was given
 * once to an order, by which it is found. */
static void
is_renamed(const char *table, const char *column)
{
	const char *full = arena_printf(&mem, "%s.%s", table, column);

	if (strcmp(full, "renamed.product") != 0 &&
	    strcmp(column, "session_id") != 0 && n_with(table, column, OLD) > 0)
		fail_msg("%s has the old name", full);
}

static void
renamed(void **state)
{
	(void)state;
	only_sqlite();
	plant();
	shop_does(rename_it, NULL);
	walk(is_renamed);
}

int
main(void)
{
	ONE("traces", "all tables and columns are known here", listed);
	ONE("traces", "of who was forgotten there are none", forgotten);
	ROWS("told", told, traces);
	ONE("traces", "what is renamed has its new name everywhere", renamed);
	return testing_run("traces", ledger_make, ledger_remove);
}
