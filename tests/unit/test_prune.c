/* What is forgotten, and when. */
#include "shop.h"

#include "ledger/prune.h"
#include "outbox/jobs.h"

#define DAYS(n) "strftime('%s', 'now') * 1000 - " #n " * 86400000.0"

/* An order whose bank said no and whose invoice was paid after all stays in the
 * books; what cannot be forgotten keeps nothing else from being. */
static void
held(void **state)
{
	(void)state;
	shop_open(NOTHING);
	change(
	    "INSERT INTO users (tg_id, created_ms) VALUES (5, 1);"
	    "INSERT INTO orders (id, tg_id, product, provider, session_id,"
	    " livemode, created_ms) VALUES (1, 5, 'p', 'stripe', 'cs_1', 0,"
	    " 1), (2, 5, 'p', 'stripe', 'cs_2', 0, 1);"
	    "INSERT INTO payments (provider, payment, order_id, kind,"
	    " amount_minor, currency, paid_ms) VALUES ('stripe', 'in_1', 1, 1,"
	    " 999, 'eur', 1);"
	    "INSERT INTO questions (tg_id, chat_id, message_id, question,"
	    " asked_ms) VALUES (5, 5, 1, 'why?', 1)");
	prune(ledger.db);
	check_int(look_int("SELECT SUM(id) FROM orders"), 1);
	change(on_postgres() ?
		"CREATE TRIGGER held BEFORE DELETE ON inbox"
		" EXECUTE FUNCTION held()" :
		"CREATE TRIGGER held BEFORE DELETE ON inbox BEGIN"
		" SELECT RAISE(ABORT, 'held'); END");
	change("INSERT INTO inbox VALUES ('stripe', 'evt_1', 't', 1);"
	       "INSERT INTO questions (tg_id, chat_id, message_id, question,"
	       " asked_ms) VALUES (5, 5, 2, 'why?', strftime('%s') * 1000 -"
	       " 7200000)");
	prune(ledger.db);
	check_int(look_int("SELECT COUNT(*) FROM inbox"), 1);
	check_int(look_int("SELECT COUNT(*) FROM questions"
			   " WHERE question IS NOT NULL"),
	    0);
	if (on_postgres())
		change("DROP TRIGGER held ON inbox");
}

static const struct parked {
	const char *why, *when;
	enum kind_id kind;
	int64_t n_jobs, n_users;
} parkeds[] = {
	{ "put aside long ago: with its user", DAYS(91), JOB_NOTICE, 0, 0 },
	{ "not so long ago", DAYS(89), JOB_NOTICE, 1, 1 },
	{ "long ago, a payment that is to go back", DAYS(91), JOB_REFUND, 1,
	    1 },
	{ "long ago, a charging that is to end", DAYS(91), JOB_CANCEL, 1, 1 },
};

static void
forgotten(void **state)
{
	const struct parked *p = *state;

	shop_open(NOTHING);
	change(arena_printf(&mem,
	    "INSERT INTO users (tg_id, created_ms) VALUES (5, 1);"
	    "INSERT INTO jobs (kind, promise, tg_id, due_ms, created_ms,"
	    " parked_ms) VALUES (%d, 'x', 5, 1, 1, %s)",
	    p->kind, p->when));
	prune(ledger.db);
	check_int(look_int("SELECT COUNT(*) FROM jobs"), p->n_jobs);
	check_int(look_int("SELECT COUNT(*) FROM users"), p->n_users);
}

#define OLD "1"
#define NOW "(SELECT CAST(strftime('%s') AS BIGINT) * 1000)"

static void
pruned(void **state)
{
	(void)state;
	shop_open(NOTHING);
	change("DELETE FROM limits;"
	       "INSERT INTO limits VALUES ('old', 1, " NOW " - 3700000),"
	       " ('new', 1, " NOW " - 3500000);"
	       "INSERT INTO inbox VALUES ('stripe', 'old', 't', " OLD "),"
	       " ('stripe', 'new', 't', " NOW ");"
	       "INSERT INTO users (tg_id, session_id, created_ms) VALUES"
	       " (1, NULL, " OLD "), (2, NULL, " NOW "), (3, 'cs_3', " OLD "),"
	       " (4, NULL, " OLD "), (5, NULL, " OLD "), (6, NULL, " OLD ");"
	       "INSERT INTO orders (id, tg_id, product, provider, livemode,"
	       " paid_ms, created_ms) VALUES"
	       " (3, 3, 'p', 'stripe', 0, 1, " OLD "),"
	       " (4, 4, 'p', 'stripe', 0, NULL, " OLD "),"
	       " (5, 5, 'p', 'stripe', 0, NULL, " OLD "),"
	       " (6, 6, 'p', 'stripe', 0, NULL, " NOW ");"
	       "INSERT INTO jobs (kind, promise, tg_id, order_id, due_ms,"
	       " created_ms, done_ms) VALUES"
	       " (1, 'owed', 5, 5, 1, " OLD ", NULL),"
	       " (1, 'old', 3, 3, 1, " OLD ", " OLD "),"
	       " (1, 'new', 3, 3, 1, " OLD ", " NOW ");");
	prune(ledger.db);
	check_text(look_text("SELECT group_concat(key) FROM limits"), "new");
	check_text(look_text("SELECT group_concat(id) FROM inbox"), "new");
	check_text(look_text("SELECT group_concat(promise) FROM (SELECT"
			     " promise FROM jobs ORDER BY id) AS t"),
	    "owed,new");
	check_text(look_text("SELECT group_concat(id) FROM (SELECT id FROM"
			     " orders ORDER BY id) AS t"),
	    "3,5,6");
	check_text(look_text("SELECT group_concat(tg_id) FROM (SELECT tg_id"
			     " FROM users ORDER BY tg_id) AS t"),
	    "2,3,5,6");
}

#define N_OLD(n) \
	"WITH RECURSIVE one(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM one" \
	" WHERE i < " #n ") "

/* Whoever writes waits for a piece, however much is old. */
static void
in_pieces(void **state)
{
	(void)state;
	shop_open(NOTHING);
	change(N_OLD(500) "INSERT INTO inbox SELECT 'stripe', 'evt_' || i,"
			  " 't', 1 FROM one");
	change(N_OLD(500) "INSERT INTO conversation_messages SELECT -7, i, 5,"
			  " i, 0, 1 FROM one");
	for (int left = 300; left >= -100; left -= 200) {
		int kept = left > 0 ? left : 0;

		check_int(prune(ledger.db), left > 0);
		check_int(look_int("SELECT COUNT(*) FROM inbox"), kept);
		check_int(
		    look_int("SELECT COUNT(*) FROM conversation_messages"),
		    kept);
	}
}

/* A statement that is new among them is no exception. */
static void
each_by_pieces(void **state)
{
	(void)state;
	for (int i = SQL_INBOX_ADD; i < SQL__COUNT; i++)
		if (strstr(sql_name((enum sql)i), "_prune") != NULL)
			check_has(sql_text((enum sql)i), "LIMIT :n");
}

int
main(void)
{
	ONE("prune", "a piece at a time", in_pieces);
	ONE("prune", "whatever it is of", each_by_pieces);
	ONE("held", "by the books, and by a fault", held);
	ROWS("prune", forgotten, parkeds);
	ONE("prune", "what is old and settled", pruned);
	return testing_run("prune", ledger_make, ledger_remove);
}
