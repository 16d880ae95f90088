/* Payments: a row each, whoever tells of it first. */
#include "shop.h"

#include "ledger/payments.h"

#define PAID_ORDER \
	USER "INSERT INTO orders (id, tg_id, product, provider, session_id," \
	     " subscription, livemode, paid_ms, created_ms)" \
	     " VALUES (1, 5, 'course', 'stripe', 'cs_1', 'sub_1', 0, 10, 1);"

#define SESSION \
	{ \
		"stripe", "cs_1", NULL, 1, PAYMENT_FIRST, false, 999, "eur", \
		    -1, 20, 0, 0, MOMENT_SAID \
	}
#define INVOICE \
	{ \
		"stripe", "in_1", "pi_1", 1, PAYMENT_FIRST, true, 999, "eur", \
		    160, 10, 10, 40, MOMENT_SAID \
	}
#define CHANGE \
	{ \
		"stripe", "in_1", "pi_1", 1, PAYMENT_OTHER, true, 999, "eur", \
		    160, 10, 10, 40, MOMENT_SAID \
	}
#define RENEWAL \
	{ \
		"stripe", "in_2", NULL, 1, PAYMENT_RENEWAL, true, 999, "eur", \
		    -1, 40, 40, 70, MOMENT_SAID \
	}
#define RENEWAL_READ \
	{ \
		"stripe", "in_2", "pi_2", 1, PAYMENT_RENEWAL, true, 999, \
		    "eur", 160, 40, 40, 70, MOMENT_SAID \
	}

#define AT(ms, how) \
	{ \
		"stripe", "pi_1", "pi_1", 1, PAYMENT_FIRST, false, 999, "eur", \
		    -1, ms, 0, 0, how \
	}

#define ALL_OF_FIRST "in_1 pi_1 1 999 160 10 10 40;"
#define ALL_OF_SECOND "in_2 pi_2 2 999 160 40 40 70;"

static const struct telling {
	const char *why;
	struct payment told[4];
	size_t n, n_new;
	const char *want;
} tellings[] = {
	{ "a session alone", { SESSION }, 1, 1, "cs_1 - 1 999 - 20 - -;" },
	{ "a session twice", { SESSION, SESSION }, 2, 1,
	    "cs_1 - 1 999 - 20 - -;" },
	{ "its invoice after it", { SESSION, INVOICE }, 2, 1, ALL_OF_FIRST },
	{ "its invoice before it", { INVOICE, SESSION }, 2, 1, ALL_OF_FIRST },
	{ "a renewal that is read later", { INVOICE, RENEWAL, RENEWAL_READ }, 3,
	    2, ALL_OF_FIRST ALL_OF_SECOND },
	{ "a renewal that was read before", { RENEWAL_READ, INVOICE, RENEWAL },
	    3, 2, ALL_OF_FIRST ALL_OF_SECOND },
	{ "one name told as two things stays what it was told as first",
	    { CHANGE, INVOICE }, 2, 1, "in_1 pi_1 3 999 160 10 10 40;" },
	{ "and so the other way round", { INVOICE, CHANGE }, 2, 1,
	    ALL_OF_FIRST },
	{ "all of it in disorder", { RENEWAL, SESSION, RENEWAL_READ, INVOICE },
	    4, 2, ALL_OF_FIRST ALL_OF_SECOND },
	{ "a moment that is but near is better than none",
	    { AT(30, MOMENT_NEAR) }, 1, 1, "pi_1 pi_1 1 999 - 30 - -;" },
	{ "what is near, earlier, changes nothing",
	    { AT(20, MOMENT_SAID), AT(10, MOMENT_NEAR) }, 2, 1,
	    "pi_1 pi_1 1 999 - 20 - -;" },
	{ "of what is said the earlier holds",
	    { AT(30, MOMENT_NEAR), AT(20, MOMENT_SAID), AT(25, MOMENT_SAID) },
	    3, 1, "pi_1 pi_1 1 999 - 20 - -;" },
	{ "what is sure holds, though it is later",
	    { AT(10, MOMENT_NEAR), AT(40, MOMENT_SURE), AT(20, MOMENT_NEAR) },
	    3, 1, "pi_1 pi_1 1 999 - 40 - -;" },
};

struct adding {
	const struct payment *p;
	bool is_new;
};

static enum err
add(struct db *db, void *ctx)
{
	struct adding *a = ctx;

	return payments_add(db, a->p, &a->is_new);
}

static void
told(void **state)
{
	const struct telling *t = *state;
	size_t n_new = 0;

	shop_open(PAID_ORDER);
	for (size_t i = 0; i < t->n; i++) {
		struct adding a = { &t->told[i], false };

		shop_does(add, &a);
		n_new += a.is_new;
	}
	check_int(n_new, t->n_new);
	check_text(
	    look_text(
		"SELECT group_concat(one, '') FROM ("
		"SELECT payment || ' ' || COALESCE(intent, '-')"
		" || ' ' || kind || ' ' || amount_minor || ' '"
		" || COALESCE(CAST(tax_minor AS TEXT), '-') || ' ' || paid_ms"
		" || ' ' || COALESCE(CAST(starts_ms AS TEXT), '-') || ' '"
		" || COALESCE(CAST(ends_ms AS TEXT), '-') || ';' AS one"
		" FROM payments ORDER BY kind) AS all_of_them"),
	    t->want);
}

/* The ledger as it was before there were payments: whoever adds to the schema
 * takes it back here. */
static void
before_payments(void)
{
	only_sqlite();
	ledger_fresh();
	check_err(db_ready(ledger.db), ERR_OK);
	change("DROP TABLE payments; DROP INDEX reversals_by_time;"
	       "DROP TABLE consents; DROP TABLE withdrawals;"
	       "DROP TABLE operators; DROP TABLE audit;"
	       "DROP TABLE conversations; DROP TABLE conversation_messages;"
	       "DROP TABLE broadcasts; DROP INDEX jobs_of_broadcast;"
	       "ALTER TABLE users DROP COLUMN no_letters_ms;"
	       "ALTER TABLE reversals DROP COLUMN at_ms;"
	       "ALTER TABLE orders DROP COLUMN renewal;"
	       "ALTER TABLE reversals DROP COLUMN appeal_due_ms;"
	       "ALTER TABLE reversals DROP COLUMN appeal_told_ms;"
	       "ALTER TABLE subscriptions DROP COLUMN trial_end_ms;"
	       "ALTER TABLE subscriptions DROP COLUMN is_processing;"
	       "ALTER TABLE users DROP COLUMN chosen_language;"
	       "ALTER TABLE orders DROP COLUMN attempt_language;"
	       "ALTER TABLE subscriptions DROP COLUMN price_minor;"
	       "ALTER TABLE subscriptions DROP COLUMN price_currency;"
	       "ALTER TABLE subscriptions DROP COLUMN price_period_ms;"
	       "DROP INDEX users_to_remind; DROP INDEX users_to_forget;"
	       "ALTER TABLE questions DROP COLUMN is_private;"
	       "ALTER TABLE users DROP COLUMN unremind_ms;"
	       "ALTER TABLE users DROP COLUMN cart_reminded_ms;"
	       "ALTER TABLE users DROP COLUMN intro_reminded_ms;"
	       "ALTER TABLE users DROP COLUMN intro_ms;"
	       "ALTER TABLE users DROP COLUMN forget_ms;"
	       "ALTER TABLE users DROP COLUMN source;"
	       "ALTER TABLE orders DROP COLUMN source;");
}

/* An order that was known before there were payments has its first one. */
static void
from_before(void **state)
{
	(void)state;
	before_payments();
	change(
	    "INSERT INTO users (tg_id, created_ms) VALUES (5, 1);"
	    "INSERT INTO orders (id, tg_id, product, provider, session_id,"
	    " payment_intent, subscription, amount_minor, currency, paid_ms,"
	    " until_ms, renews, livemode, created_ms) VALUES"
	    " (1, 5, 'a', 'stripe', 'cs_1', 'pi_1', NULL, 999, 'eur', 10,"
	    " NULL, 0, 0, 1),"
	    " (2, 5, 'a', 'grant', 'grant/5/1', NULL, NULL, 0, NULL, 11,"
	    " NULL, 0, 0, 1),"
	    " (3, 5, 'b', 'stars', 'ch_1', 'ch_1', NULL, 50, 'xtr', 12, 99,"
	    " 1, 0, 1),"
	    " (4, 5, 'b', 'stars', 'ch_2', 'ch_2', NULL, 50, 'xtr', 99, 199,"
	    " 1, 0, 1),"
	    " (5, 5, 'c', 'stripe', 'cs_5', NULL, 'sub_1', 300, 'eur', 13,"
	    " NULL, 0, 0, 1),"
	    " (6, 5, 'd', 'stripe', 'cs_6', NULL, NULL, 0, 'eur', 14, NULL,"
	    " 0, 0, 1),"
	    " (7, 5, 'd', 'stripe', 'cs_7', NULL, NULL, 5, 'eur', NULL, NULL,"
	    " 0, 0, 1);"
	    "INSERT INTO subscriptions (id, n_heard, invoice, payment_intent,"
	    " paid_minor, period_start_ms, period_end_ms, paid_until_ms)"
	    " VALUES ('sub_1', 1, 'in_9', 'pi_9', 300, 900000000, 3000000000,"
	    " 3000000000);"
	    "INSERT INTO reversals (id, payment_intent, kind, amount_minor,"
	    " stage, updated_ms) VALUES ('re_1', 'pi_1', 'refund', 1, 0, 77);"
	    "PRAGMA user_version = 15");
	db_free(ledger.db);
	ledger.db = db_new(ledger.path);
	check_err(db_ready(ledger.db), ERR_OK);
	check_text(
	    look_text("SELECT group_concat(one, ' ') FROM (SELECT order_id"
		      " || ':' || payment || ':' || kind || ':' ||"
		      " amount_minor || ':' || paid_ms AS one FROM payments"
		      " ORDER BY order_id, kind)"),
	    "1:pi_1:1:999:10 3:ch_1:1:50:12 4:ch_2:2:50:99 5:cs_5:1:300:13"
	    " 5:in_9:2:300:900000000 6:cs_6:1:0:14");
	check_int(look_int("SELECT at_ms FROM reversals"), 77);
}

/* No ledger that an older version may have left keeps this one from opening. */
static void
from_an_odd_one(void **state)
{
	(void)state;
	before_payments();
	change(
	    "INSERT INTO users (tg_id, created_ms) VALUES (5, 1), (0, 1);"
	    "INSERT INTO orders (id, tg_id, product, provider, session_id,"
	    " payment_intent, subscription, amount_minor, currency, paid_ms,"
	    " livemode, created_ms) VALUES"
	    " (1, 5, 'a', 'stripe', 'cs_1', 'pi_1', NULL, 9, 'eur', NULL, 0,"
	    " 1), (2, 5, 'a', 'stripe', 'cs_2', 'pi_1', NULL, 9, 'eur', 2, 0,"
	    " 1), (3, 5, 'a', 'stripe', 'cs_3', 'pi_1', NULL, 9, 'eur', 3, 0,"
	    " 1), (4, 5, 'a', 'stripe', 'cs_4', 'pi_4', NULL, NULL, NULL, 4,"
	    " 0, 1), (5, 5, 'b', 'stripe', 'cs_5', NULL, 'sub_1', 9, 'eur', 5,"
	    " 0, 1), (6, 5, 'b', 'stripe', 'cs_6', NULL, 'sub_2', 9, 'eur', 6,"
	    " 0, 1), (7, 5, 'b', 'stripe', 'cs_7', NULL, 'sub_3', 9, 'eur', 7,"
	    " 0, 1), (8, 0, 'a', 'grant', 'grant/77/1', NULL, NULL, 0, NULL, 8,"
	    " 0, 1);"
	    "INSERT INTO subscriptions (id, n_heard, invoice, payment_intent,"
	    " paid_minor, period_start_ms, period_end_ms, paid_until_ms,"
	    " is_owed) VALUES"
	    " ('sub_1', 1, 'in_1', 'pi_7', 9, 9e9, 9e10, 9e10, 0),"
	    " ('sub_2', 1, 'in_1', 'pi_8', 9, 9e9, 9e10, 9e10, 0),"
	    " ('sub_3', 1, 'in_3', 'pi_9', 9, 9e9, 9e10, 9e10, 1);"
	    "PRAGMA user_version = 15");
	db_free(ledger.db);
	ledger.db = db_new(ledger.path);
	check_err(db_ready(ledger.db), ERR_OK);
	check_text(
	    look_text("SELECT group_concat(one, ' ') FROM (SELECT order_id"
		      " || ':' || payment AS one FROM payments"
		      " ORDER BY order_id, kind)"),
	    "2:pi_1 5:cs_5 5:in_1 6:cs_6 7:cs_7");
	check_text(look_text("SELECT session_id FROM orders WHERE id = 8"),
	    "grant/0/8");
}

int
main(void)
{
	ONE("known", "from a ledger with odd rows", from_an_odd_one);
	ROWS("told", told, tellings);
	ONE("known", "from before there was the table", from_before);
	return testing_run("payments", ledger_make, ledger_remove);
}
