/* The catalog over time: read again, remembered, renamed. */
#include "shop.h"

#include "shop/products.h"
#include "shop/rename.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static char file[128];

#define PRODUCT(id, title) \
	"{\"id\":\"" id "\",\"title\":\"" title "\"," \
	"\"price\":{\"amount\":999,\"currency\":\"eur\"}," \
	"\"channels\":[{\"id\":-1001}]}"
#define PRODUCTS(list) "{\"products\":[" list "]}"

/* As an editor does: another file in its place, long since written. */
static void
put(const char *text)
{
	const struct timespec long_ago[2] = { { 1700000000, 0 },
		{ 1700000000, 0 } };
	const char *other = arena_printf(&mem, "%s.new", file);
	FILE *f = fopen(other, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	check_int(fclose(f), 0);
	check_int(utimensat(AT_FDCWD, other, long_ago, 0), 0);
	check_int(rename(other, file), 0);
}

static void
begin(const char *before)
{
	ledger_fresh();
	arena_free(&app.shelf);
	arena_free(&app.arena);
	(void)snprintf(file, sizeof(file), "%s/products.json", ledger.folder);
	put(PRODUCTS(PRODUCT("course", "One")));
	app = (struct app){ .conf = { .admin_tg_ids = "900",
				.products_file = file },
		.db = ledger.db };
	app.catalog_mark = catalog_mark(&app.conf);
	check_err(catalog_load(&app.catalog, &app.shelf, &app.conf), ERR_OK);
	check_err(db_ready(ledger.db), ERR_OK);
	change(before);
}

static int
end(void **state)
{
	arena_free(&app.shelf);
	arena_free(&app.arena);
	(void)unlink(file);
	return ledger_remove(state);
}

/* As the worker does at each turn. */
static void
refresh(void)
{
	bool revived;

	app_refresh(&app);
	if (app.catalog_fault != NULL)
		products_note(&app, &revived);
}

#define TOLD "SELECT COUNT(*) FROM jobs WHERE kind = 4"

/* ---- read again ---- */

static void
same(void **state)
{
	const char *id;

	(void)state;
	begin("SELECT 1");
	id = app.catalog.products[0].id;
	app.is_noted = true;
	refresh();
	assert_ptr_equal(app.catalog.products[0].id, id);
	assert_true(app.is_noted);
}

static void
another(void **state)
{
	(void)state;
	begin("SELECT 1");
	app.is_noted = true;
	put(PRODUCTS(PRODUCT("course", "One") "," PRODUCT("club", "Two")));
	refresh();
	check_int(app.catalog.n, 2);
	assert_non_null(catalog_find(&app.catalog, "club"));
	assert_false(app.is_noted);
	assert_true(app.has_work);
}

/* The same length, the same time: another file it is all the same. */
static void
another_in_its_place(void **state)
{
	(void)state;
	begin("SELECT 1");
	put(PRODUCTS(PRODUCT("course", "Two")));
	refresh();
	check_text(product_title(&app.catalog.products[0], NULL), "Two");
}

static void
faulty(void **state)
{
	(void)state;
	begin("SELECT 1");
	put(PRODUCTS(PRODUCT("Course", "One")));
	for (int i = 0; i < 3; i++)
		refresh();
	check_text(app.catalog.products[0].id, "course");
	check_int(look_int(TOLD), 1);
	check_has(look_text("SELECT detail FROM jobs"), "id must be");
	check_int(unlink(file), 0);
	for (int i = 0; i < 3; i++)
		refresh();
	check_text(app.catalog.products[0].id, "course");
	check_int(look_int(TOLD), 2);
	put(PRODUCTS(PRODUCT("club", "One")));
	refresh();
	check_text(app.catalog.products[0].id, "club");
	check_int(look_int(TOLD), 2);
}

/* Half of a file, seen while it is written, is nobody's fault. */
static void
half(void **state)
{
	(void)state;
	begin("SELECT 1");
	put("{\"products\":[");
	check_int(utimensat(AT_FDCWD, file, NULL, 0), 0);
	refresh();
	check_int(look_int(TOLD), 0);
	put("{\"products\":[");
	refresh();
	check_int(look_int(TOLD), 1);
}

/* ---- remembered ---- */

static void
noted(void **state)
{
	bool revived = false;

	(void)state;
	begin("INSERT INTO jobs (id, kind, promise, tg_id, due_ms, parked_ms,"
	      " error, created_ms) VALUES"
	      " (1, 1, 'a', 5, 1, 1,"
	      " 'unknown product: course; see admit check', 1),"
	      " (2, 1, 'b', 5, 1, 1,"
	      " 'unknown product: club; see admit check', 1),"
	      " (3, 1, 'c', 5, 1, 1, 'Telegram: 403', 1)");
	products_note(&app, &revived);
	assert_true(revived);
	check_int(look_int("SELECT COUNT(*) FROM leads WHERE product = 'course'"
			   " AND chat_id IN ('', '-1001')"),
	    2);
	check_int(
	    look_int("SELECT SUM(id) FROM jobs WHERE parked_ms IS NULL"), 1);
	products_note(&app, &revived);
	assert_false(revived);
	put(PRODUCTS(PRODUCT("club", "Two")));
	refresh();
	products_note(&app, &revived);
	assert_true(revived);
	check_int(
	    look_int("SELECT SUM(id) FROM jobs WHERE parked_ms IS NULL"), 3);
	check_int(look_int("SELECT COUNT(*) FROM leads"), 4);
}

/* ---- renamed ---- */

#define PAID(id, tg_id, product) \
	"INSERT INTO orders (id, tg_id, product, provider, livemode," \
	" session_id, payment_intent, amount_minor, currency, paid_ms," \
	" created_ms) VALUES (" id ", " tg_id ", '" product "', 'stripe', 0," \
	" 'cs_" id "', 'pi_" id "', 999, 'eur', 1, 1);"
#define ACCESS(tg_id, product, is_in) \
	"INSERT INTO access (tg_id, product, is_in, why, decided_ms)" \
	" VALUES (" tg_id ", '" product "', " is_in ", 'paid', 1);"
#define LESSON(id, product) \
	"INSERT INTO lessons VALUES (" id ", '" product "', 'a.md', 1, 'T'," \
	" 'h', 0, 1);"
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
	begin(PEOPLE PAID("1", "5", "old") ACCESS("5", "old",
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
	begin(PEOPLE PAID("1", "5", "old") ACCESS("5", "old", "1") ACCESS(
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
	begin(PEOPLE PAID("1", "5", "old") ACCESS(
	    "5", "old", "1") "INSERT INTO refunds (payment_intent,"
			     " amount_minor, refunded_minor, updated_ms)"
			     " VALUES ('pi_1', 999, 500, 1);");
	app.catalog.products[0].partial_refund_ends = true;
	renamed(&what);
	check_int(IS_IN("5"), 0);
	check_int(look_int(NOTICES), 1);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE kind = 6"), 1);
	check_int(look_int("SELECT is_paid FROM users WHERE tg_id = 5"), 0);
}

static void
of_lessons(void **state)
{
	struct renamed what;

	(void)state;
	begin(LESSON("1", "old") LESSON("2", "course"));
	renamed(&what);
	check_int(look_int("SELECT SUM(id) FROM lessons"), 2);
	begin(LESSON("1", "old"));
	renamed(&what);
	check_int(what.n_lessons, 1);
	check_text(look_text("SELECT product FROM lessons"), "course");
}

int
main(void)
{
	ONE("file", "the same is not read again", same);
	ONE("file", "another is", another);
	ONE("file", "of the same length and time", another_in_its_place);
	ONE("file", "a faulty one is told once", faulty);
	ONE("file", "half of one is not", half);
	ONE("noted", "where products lead, what waited for them", noted);
	ONE("renamed", "all of it", of_all);
	ONE("renamed", "people who have both", of_both);
	ONE("renamed", "people whom the other's policy shuts out",
	    of_who_is_out_by_it);
	ONE("renamed", "lessons", of_lessons);
	return testing_run("products", ledger_make, end);
}
