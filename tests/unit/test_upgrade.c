/* Who brings an older ledger up to date, and when nobody does. */
#include <sys/statvfs.h>

static int disk(const char *path, struct statvfs *fs);
#define statvfs(path, fs) disk(path, fs)
#include "store/upgrade.c" /* with a disk of ours */
#undef statvfs

#include "store/schema.c" /* and the tables of back then */

#include "store/sqlite.h"

#include "older.h"

#include <sys/stat.h>

static int64_t bytes_left;

static int
disk(const char *path, struct statvfs *fs)
{
	(void)path;
	*fs = (struct statvfs){ .f_bavail = (fsblkcnt_t)bytes_left,
		.f_frsize = 1 };
	return 0;
}

#define OLD 10
#define KEPT ".before-upgrade-10"

/* Another program opens it. */
static void
again(bool is_urgent)
{
	db_free(ledger.db);
	ledger.db = db_new(ledger.path);
	if (is_urgent)
		db_be_quick(ledger.db);
}

/* An older program's, of that size at least. */
static void
older(int64_t bytes)
{
	bytes_left = INT64_MAX / 2;
	patience_ms = 20;
	sqlite_driver.close(older_open(OLD));
	change(arena_printf(&mem,
	    "INSERT INTO unanswered (question, asked_ms)"
	    " VALUES (hex(zeroblob(%" PRId64 ")), 1)",
	    bytes / 2));
}

static bool
is_kept(void)
{
	struct stat st;
	const char *path = arena_printf(&mem, "%s" KEPT, ledger.path);

	return stat(path, &st) == 0;
}

static void
drop_kept(void)
{
	check_int(unlink(arena_printf(&mem, "%s" KEPT, ledger.path)), 0);
}

static void
check_version(int64_t version)
{
	check_int(look_int("PRAGMA user_version"), version);
}

/* ---- who does it ---- */

static void
large_is_left(void **state)
{
	(void)state;
	older(LONG_BYTES);
	again(true);
	check_err(db_ready(ledger.db), ERR_UNAVAILABLE);
	assert_true(db_waits_for_upgrade(ledger.db));
	check_version(OLD);
	assert_false(is_kept());
	again(false);
	check_err(db_ready(ledger.db), ERR_OK);
	assert_false(db_waits_for_upgrade(ledger.db));
	check_version(schema_newest());
	drop_kept();
	again(true);
	check_err(db_ready(ledger.db), ERR_OK);
	assert_false(db_waits_for_upgrade(ledger.db));
}

static void
small_is_not(void **state)
{
	(void)state;
	older(1024);
	again(true);
	check_err(db_ready(ledger.db), ERR_OK);
	check_version(schema_newest());
	drop_kept();
}

static int
lock_of_another(void)
{
	int fd = open(ledger.folder, O_RDONLY | O_DIRECTORY);

	check_int(flock(fd, LOCK_EX), 0);
	return fd;
}

static const struct another {
	const char *why;
	bool is_urgent;
} anothers[] = {
	{ "who waits for an answer", true },
	{ "who does not", false },
};

static void
another_is_at_it(void **state)
{
	const struct another *a = *state;
	int fd;

	older(LONG_BYTES);
	again(a->is_urgent);
	fd = lock_of_another();
	check_err(db_ready(ledger.db), ERR_UNAVAILABLE);
	assert_false(db_waits_for_upgrade(ledger.db));
	check_version(OLD);
	assert_false(is_kept());
	(void)close(fd);
}

/* The other one may have done all of it while we waited. */
static void
another_has_done_it(void **state)
{
	void *conn;
	struct upgrade u = { &sqlite_driver, NULL, ledger.path, false };
	bool is_new = false;

	(void)state;
	older(1024);
	check_err(sqlite_driver.open(ledger.path, &conn), ERR_OK);
	u.conn = conn;
	check_err(db_ready(ledger.db), ERR_OK);
	drop_kept();
	check_err(in_turn(&u, &is_new), ERR_OK);
	assert_false(is_kept());
	sqlite_driver.close(conn);
}

/* ---- room, and the copy ---- */

static const struct room {
	const char *why;
	bool is_begun;
	int hundredths; /* of the ledger's size */
	enum err want;
	bool is_kept;
} rooms[] = {
	{ "for a copy and the work", false, 155, ERR_OK, true },
	{ "for a copy alone", false, 105, ERR_UNAVAILABLE, false },
	{ "for nothing", false, 0, ERR_UNAVAILABLE, false },
	{ "for the rest of the way", true, 55, ERR_OK, false },
	{ "for less than that", true, 45, ERR_UNAVAILABLE, false },
};

static void
room(void **state)
{
	const struct room *r = *state;

	older(1000 * 1000);
	if (r->is_begun)
		change("INSERT INTO marks (key, value)"
		       " VALUES ('upgrade_begun', 1)");
	bytes_left = look_int("SELECT page_count * page_size FROM"
			      " pragma_page_count, pragma_page_size") *
	    r->hundredths / 100;
	check_err(db_ready(ledger.db), r->want);
	check_version(r->want == ERR_OK ? schema_newest() : OLD);
	assert_true(is_kept() == r->is_kept);
	if (r->is_kept)
		drop_kept();
	if (r->want == ERR_OK)
		check_int(look_int("SELECT COUNT(*) FROM marks"
				   " WHERE key = 'upgrade_begun'"),
		    0);
}

int
main(void)
{
	if (on_postgres())
		return 0;
	ONE("a large ledger", "is left to who has time", large_is_left);
	ONE("a small ledger", "is upgraded by anybody", small_is_not);
	ROWS("another is at it", another_is_at_it, anothers);
	ONE("another", "has done it meanwhile", another_has_done_it);
	ROWS("room", room, rooms);
	return testing_run("upgrade", ledger_make, ledger_remove);
}
