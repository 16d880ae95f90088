/* What admit check looks at on this machine. */
#include "check.h"

#include "base/clock.h"
#include "base/units.h"
#include "ledger/marks.h"
#include "ledger/products.h"
#include "outbox/kinds.h"
#include "outbox/wake.h"
#include "store/db.h"
#include "store/driver.h"

#include <inttypes.h>
#include <string.h>
#include <sys/statvfs.h>

/* Takes the lock for writing and deletes nothing, as nothing is older than
 * 1970. Opening the file would not do: it may be there for reading only. */
static enum err
write_probe(struct db *db, void *ctx)
{
	(void)ctx;
	return db_exec(db, SQL_INBOX_PRUNE,
	    KV(kv_int("before_ms", 0), kv_int("n", 1)), NULL);
}

/* What a file is that is no ledger of this program's; NULL: it may be one. It
 * is opened for reading alone. */
static const char *
foreign(const struct check *c, const char **mend)
{
	struct db *db = db_new_to_read(c->app->conf.database_path);
	struct db_look look;
	enum err e = db_look(db, &look);
	const char *what = NULL;

	db_free(db);
	*mend = "name another file in DATABASE_URL, or go back to a copy: "
		"admit restore FILE";
	if (e == ERR_INPUT) {
		what = "is no database";
	} else if (e == ERR_OK && look.is_moved) {
		what = "was moved to another database, where it went on";
		*mend = "name that one in DATABASE_URL";
	} else if (e == ERR_OK && look.is_newer) {
		what = "was written by a newer version of Admit";
		*mend = "install that version again, or go back to the copy "
			"that it made before: admit restore FILE";
	} else if (e == ERR_OK && look.is_first) {
		what = "is the first version's database";
		*mend = "name another file in DATABASE_URL, and run `admit "
			"import` with this one";
	}
	return what;
}

static void
say_missing(struct check *c, const char *path)
{
	if (cmd_may_make_ledger(c->app)) {
		check_note(c, "ledger",
		    arena_printf(&c->arena,
			cmd_is_empty(c->app) ?
			    "there is no ledger yet at %s, the file is empty: "
			    "`admit setup` makes it; if it was one, go back to "
			    "a copy by `admit restore FILE`" :
			    "there is no ledger yet at %s: `admit setup` makes "
			    "it",
			path));
		if (wake_worker_pid(c->app) != 0)
			check_note(
			    c, "worker", "is there, and waits for the ledger");
	} else {
		c->has_no_folder = true;
		check_bad(c, "ledger", path,
		    "create its folder and let the web server's account write "
		    "there");
	}
}

static void
judge_ledger(struct check *c, const char *path)
{
	const char *mend,
	    *what = c->app->conf.database_is_server ? NULL : foreign(c, &mend);
	enum err e = ERR_UNAVAILABLE;

	if (what != NULL) {
		check_bad(c, "ledger",
		    arena_printf(&c->arena, "%s %s", path, what), mend);
		return;
	}
	if (cmd_may_make_ledger(c->app))
		e = db_ready(c->app->db);
	if (e == ERR_NOT_FOUND) {
		say_missing(c, path);
		return;
	}
	c->has_ledger = e == ERR_OK &&
	    db_transaction(c->app->db, write_probe, NULL) == ERR_OK;
	if (c->has_ledger)
		check_good(c, "ledger", path);
	else
		check_bad(c, "ledger",
		    arena_printf(&c->arena, "%s cannot be written", path),
		    c->app->conf.database_is_server ?
			"the log above has the reason" :
			"let the web server's account write it and its folder; "
			"the log above has the reason");
}

/* A ledger made by one account cannot be written by another one; and a check
 * makes none. */
void
check_ledger(struct check *c)
{
	const char *path = conf_ledger_name(&c->app->conf, &c->arena);
	const char *fault = cmd_account_fault(c->app);

	if (fault != NULL)
		check_bad(c, "ledger", path, fault);
	else if (cmd_has_ledger(c->app))
		judge_ledger(c, path);
	else
		say_missing(c, path);
}

void
check_host(struct check *c)
{
	const char *what;

	for (size_t i = 0; (what = app_hindrance(i, &c->arena)) != NULL; i++)
		check_note(c, "host", what);
}

static void
paid_from_row(const struct row *row, void *ctx)
{
	*(int64_t *)ctx = row_int(row, 2);
}

/* A server's ledger is copied by other means, of which nothing is known here;
 * and a note it is in any case, since a file may be, too. */
#define OLD_COPY_DAYS 14
void
check_backup(struct check *c)
{
	int64_t made_ms = 0, n_paid = 0, days;

	if (!c->has_ledger || c->app->conf.database_is_server ||
	    mark_get(c->app->db, &c->arena, MARK_BACKUP_MS, &made_ms) !=
		ERR_OK ||
	    db_one(c->app->db, &c->arena, SQL_LEDGER_COUNT, KV_NONE,
		paid_from_row, &n_paid) != ERR_OK)
		return;
	days = (clock_now_ms() - made_ms) / DAY_MS;
	if (made_ms == 0 && n_paid > 0)
		check_note(c, "backup",
		    "no copy of the ledger was made yet: admit backup FILE");
	else if (made_ms != 0 && days > OLD_COPY_DAYS)
		check_note(c, "backup",
		    arena_printf(&c->arena,
			"the last copy of the ledger is %" PRId64
			" days old: admit backup FILE",
			days));
}

/* Whoever promises something starts the worker; what is owed for long while
 * none is there, nobody could start. Of the lines in which buyers wait: an
 * announcement takes as long as it takes. */
#define LATE_MS (5 * MINUTE_MS)
static bool
is_behind(struct check *c)
{
	int64_t due_ms = 0, late_ms;

	if (db_one(c->app->db, &c->arena, SQL_JOBS_NEXT_DUE,
		KV(kv_int("lines", LINE_NOTICE + 1), kv_int("after_ms", 0)),
		row_to_int, &due_ms) != ERR_OK ||
	    due_ms == 0)
		return false;
	late_ms = clock_now_ms() - due_ms;
	if (late_ms < LATE_MS)
		return false;
	check_bad(c, "worker",
	    arena_printf(&c->arena,
		"is not running, and something is owed for %" PRId64 " minutes",
		late_ms / MINUTE_MS),
	    "run `admit work --once`, which does it or says why not, and let "
	    "cron do so: * * * * * admit work --once");
	return true;
}

/* The worker asks Stripe every few minutes, and notes when. Where nothing
 * happens for hours it may well have been at home; but then the safety net is
 * missing. */
static void
check_last_run(struct check *c)
{
	static const char cron[] =
	    "is the line for cron there, * * * * * admit work --once?";
	int64_t pause_ms = 6 * c->app->conf.reconcile_minutes * MINUTE_MS;
	int64_t ran_ms = 0, n_paid = 0, age_ms;

	if (pause_ms == 0 ||
	    mark_get(c->app->db, &c->arena, "reconcile_ms", &ran_ms) !=
		ERR_OK ||
	    db_one(c->app->db, &c->arena, SQL_LEDGER_COUNT, KV_NONE,
		paid_from_row, &n_paid) != ERR_OK)
		return;
	age_ms = clock_now_ms() - ran_ms;
	if (ran_ms == 0 && n_paid > 0)
		check_note(c, "worker",
		    arena_printf(
			&c->arena, "was never at work here: %s", cron));
	else if (ran_ms != 0 && age_ms > pause_ms && age_ms > HOUR_MS)
		check_note(c, "worker",
		    arena_printf(&c->arena,
			"was last at work %" PRId64 " hours ago: %s",
			age_ms / HOUR_MS, cron));
}

/* Without its lock no worker starts, and the front programs go on to sell what
 * nobody delivers. Of a ledger that cannot be written this says nothing more
 * than was said. */
void
check_worker(struct check *c)
{
	const char *fault =
	    c->has_ledger ? wake_fault(c->app, &c->arena) : NULL;

	if (fault != NULL)
		check_bad(c, "worker", fault,
		    "remove that file: another account made it, by a command "
		    "that was run as that one");
	else if (c->has_ledger && wake_worker_pid(c->app) == 0 && !is_behind(c))
		check_last_run(c);
}

/* A disk that is full loses nothing that was acknowledged, but takes nothing
 * more: the posts come again, and buyers wait. */
#define LITTLE_BYTES (64 * 1024 * 1024)
void
check_disk(struct check *c)
{
	struct str folder = str_folder(str_from(c->app->conf.database_path));
	struct statvfs fs;
	uint64_t bytes;

	if (statvfs(arena_dup(&c->arena, folder), &fs) != 0)
		return; /* told of above */
	bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (bytes < LITTLE_BYTES)
		check_bad(c, "disk",
		    arena_printf(&c->arena,
			"%" PRIu64 " MiB are left where the ledger is",
			bytes / (1024 * 1024)),
		    "make room: a full disk takes no payment");
}

/* What people are in by and nobody knows: no invite goes out for it. */
static void
tell_lost(const char *id, int64_t n, void *ctx)
{
	struct check *c = ctx;

	check_bad(c, "products",
	    arena_printf(&c->arena,
		"product \"%s\" is not known, and %" PRId64
		" people are in by it",
		id, n),
	    arena_printf(&c->arena,
		"put it back into the products, or bring them under another "
		"id: admit product rename %s NEW",
		id));
}

void
check_products(struct check *c)
{
	int n_failed = c->n_failed;

	if (c->has_ledger &&
	    products_lost(c->app, &c->arena, tell_lost, c) == ERR_OK &&
	    c->n_failed == n_failed)
		check_good(c, "products", "all that people are in by is known");
}

/* Last of all, since it holds for the rest of this process. Where the folder is
 * missing, which was told, there is nothing to confine to. */
void
check_confinement(struct check *c)
{
	struct confinement held = app_confine(c->app, CONFINE_NO_CALLS);

	if (c->has_no_folder)
		return;
	if (held.writes_confined)
		check_good(c, "confined",
		    "programs write in the ledger's folder alone");
	else
		check_note(c, "confined",
		    "this kernel has no Landlock: the programs could write "
		    "wherever their account can");
	if (c->app->conf.database_is_server)
		check_note(c, "confined",
		    "the ledger is a server's, so webhook and tgupdate can "
		    "call out as well");
	else if (held.calls_confined)
		check_good(c, "confined",
		    "webhook and tgupdate with WORKERS=1 can call nobody");
	else if (held.writes_confined)
		check_note(c, "confined",
		    "refusing outbound connections needs Linux 6.7");
	if (!held.no_new_rights)
		check_note(c, "confined", "no_new_privs cannot be set");
}
