/* The catalog over time: read again, remembered. */
#include "shop.h"

#include "base/clock.h"
#include "ledger/products.h"
#include "shop/catalog_file.h"

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

/* Half of a file, seen while it is written, is nobody's fault. A machine that
 * stands still meanwhile makes it an old file: then it is written again. */
static void
half(void **state)
{
	int64_t at_ms;

	(void)state;
	do {
		begin("SELECT 1");
		at_ms = clock_now_ms();
		put("{\"products\":[");
		check_int(utimensat(AT_FDCWD, file, NULL, 0), 0);
		refresh();
	} while (clock_now_ms() - at_ms >= 1000);
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

int
main(void)
{
	ONE("file", "the same is not read again", same);
	ONE("file", "another is", another);
	ONE("file", "of the same length and time", another_in_its_place);
	ONE("file", "a faulty one is told once", faulty);
	ONE("file", "half of one is not", half);
	ONE("noted", "where products lead, what waited for them", noted);
	return testing_run("products", ledger_make, end);
}
