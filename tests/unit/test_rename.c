/* A product under another name: all that stands under the old one follows. */
#include "shop.h"

#include "ledger/products.h"
#include "ledger/rename.h"

static struct app app = { SELLS({ COURSE, TO_CHANNEL("-1001") }),
	.conf = { .admin_tg_ids = "900" } };

#define PAID(id, tg_id, product) \
	"INSERT INTO orders (id, tg_id, product, provider, livemode," \
	" session_id, payment_intent, amount_minor, currency, paid_ms," \
	" created_ms) VALUES (" id ", " tg_id ", '" product "', 'stripe', 0," \
	" 'cs_" id "', 'pi_" id "', 999, 'eur', 1, 1);"
#define ACCESS(tg_id, product, is_in) \
	"INSERT INTO access (tg_id, product, is_in, why, decided_ms)" \
	" VALUES (" tg_id ", '" product "', " is_in ", 'paid', 1);"
#define PEOPLE \
	"INSERT INTO users (tg_id, is_paid, created_ms)" \
	" VALUES (5, 1, 1), (6, 1, 1), (7, 1, 1);"
#define NOTICES "SELECT COUNT(*) FROM jobs WHERE kind = 2"

static enum err
rename_it(struct db *db, void *ctx)
{
	(void)db;
	return rename_product(&app, &mem, "old", "course", ctx);
}

static void
renamed(struct renamed *out)
{
	shop_does(rename_it, out);
	check_int(
	    look_int("SELECT COUNT(*) FROM access WHERE product = 'old'"), 0);
	check_int(
	    look_int("SELECT COUNT(*) FROM orders WHERE product = 'old'"), 0);
}

#define IS_IN(tg_id) \
	look_int("SELECT is_in FROM access WHERE product = 'course'" \
		 " AND tg_id = " tg_id)

static void
of_all(void **state)
{
	struct renamed what;
	const char *now;

	(void)state;
	shop_open(PEOPLE PAID("1", "5", "old") ACCESS("5", "old",
	    "1") "INSERT INTO leads VALUES ('old', ''), ('old', '-1002');"
		 "INSERT INTO renamed VALUES ('older', 'old');"
		 "INSERT INTO jobs (id, kind, promise, tg_id, detail, due_ms,"
		 " parked_ms, error, created_ms) VALUES (1, 1, 'a', 5, 'old',"
		 " 9e15, 1, 'unknown product: old; see admit check', 1),"
		 " (2, 2, 'b', 5, 'pay:old', 9e15, NULL, NULL, 1),"
		 " (3, 2, 'c', 5, 'pay:older', 9e15, NULL, NULL, 1)");
	renamed(&what);
	check_int(IS_IN("5"), 1);
	check_int(what.n_orders, 1);
	check_int(what.n_people, 1);
	check_int(what.n_jobs, 1);
	check_text(look_text("SELECT detail FROM jobs WHERE id = 1"
			     " AND parked_ms IS NULL AND due_ms < 9e15"),
	    "course");
	check_text(
	    look_text("SELECT detail FROM jobs WHERE id = 2"), "pay:course");
	check_text(
	    look_text("SELECT detail FROM jobs WHERE id = 3"), "pay:older");
	check_int(look_int("SELECT COUNT(*) FROM leads WHERE product = 'course'"
			   " AND chat_id = '-1002'"),
	    1);
	check_err(products_now(&app, &mem, "old", &now), ERR_OK);
	check_text(now, "course");
	check_err(products_now(&app, &mem, "older", &now), ERR_OK);
	check_text(now, "course");
	check_err(products_now(&app, &mem, "other", &now), ERR_OK);
	check_text(now, "other");
	check_int(look_int("SELECT COUNT(*) FROM jobs"), 3);
}

/* In by one of two, whichever: in; out by both: out; nobody is told of what
 * has not changed. */
static void
of_both(void **state)
{
	struct renamed what;

	(void)state;
	shop_open(PEOPLE PAID("1", "5", "old") ACCESS("5", "old", "1") ACCESS(
	    "5", "course", "0") PAID("2", "6", "course") ACCESS("6", "old", "0")
		ACCESS("6", "course", "1") ACCESS("7", "old", "0")
		    ACCESS("7", "course", "0") PAID("3", "7", "old") PAID(
			"4", "7", "course") "UPDATE orders SET revoked_ms = 1"
					    " WHERE tg_id = 7;");
	renamed(&what);
	check_int(IS_IN("5"), 1);
	check_int(IS_IN("6"), 1);
	check_int(IS_IN("7"), 0);
	check_int(look_int("SELECT COUNT(*) FROM jobs"), 0);
}

/* Under the other's policy a part that went back may end it: they are told and
 * removed, as ever. */
static void
of_who_is_out_by_it(void **state)
{
	struct renamed what;

	(void)state;
	shop_open(PEOPLE PAID("1", "5", "old") ACCESS(
	    "5", "old", "1") "INSERT INTO refunds (payment_intent,"
			     " amount_minor, refunded_minor, updated_ms)"
			     " VALUES ('pi_1', 999, 500, 1);");
	app.catalog.products[0].partial_refund_ends = true;
	renamed(&what);
	app.catalog.products[0].partial_refund_ends = false;
	check_int(IS_IN("5"), 0);
	check_int(look_int(NOTICES), 1);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE kind = 6"), 1);
	check_int(look_int("SELECT is_paid FROM users WHERE tg_id = 5"), 0);
}

int
main(void)
{
	ONE("renamed", "all of it", of_all);
	ONE("renamed", "people who have both", of_both);
	ONE("renamed", "people whom the other's policy shuts out",
	    of_who_is_out_by_it);
	return testing_run("rename", ledger_make, ledger_remove);
}
