/* admit backup, restore: a copy of the ledger, and back from one. */
#include "cmd.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/units.h"
#include "ledger/marks.h"
#include "outbox/wake.h"
#include "store/db.h"
#include "store/driver.h"
#include "worker/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_KEPT 100 /* of one day */

static bool
exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* Why a file that could be read is no ledger to go back to; NULL: it is one. */
static const char *
judge(struct arena *a, struct db *db, const struct db_look *look)
{
	const char *fault = NULL;

	if (look->is_first)
		return "is the first version's database: `admit import` takes "
		       "over who paid by it";
	if (!look->is_ledger)
		return "is a database, but no ledger of Admit";
	if (look->is_moved)
		return "is a ledger that `admit move` brought to another "
		       "database, where it went on";
	if (look->is_newer)
		return arena_printf(a,
		    "was written by a newer version of Admit (%lld): install "
		    "that one first",
		    (long long)look->version);
	if (db_check(db, a, &fault) != ERR_OK)
		return "cannot be read; the log above says why";
	return fault == NULL ? NULL : arena_printf(a, "is broken: %s", fault);
}

/* Whether it is a whole ledger that this program knows; if not, that is
 * said. */
static bool
is_good(struct arena *a, const char *path)
{
	struct db *db = db_new_to_read(path);
	struct db_look look;
	enum err e = db_look(db, &look);
	const char *why = "cannot be read; the log above says why";

	if (e == ERR_INPUT)
		why = "is no database";
	else if (e == ERR_OK)
		why = judge(a, db, &look);
	db_free(db);
	if (why != NULL)
		printf("%s %s.\n", path, why);
	return why == NULL;
}

/* A server's database is no file of ours; that is said. */
static bool
is_a_file(const struct app *app, struct arena *a)
{
	if (!app->conf.database_is_server)
		return true;
	printf(
	    "%s is a server's database: pg_dump copies it while the programs "
	    "run, pg_restore goes back. What came after the copy is found "
	    "by `admit reconcile`.\n",
	    conf_ledger_name(&app->conf, a));
	return false;
}

/* The name as well as the content is on the disk before it is said to be. */
static bool
sync_folder(struct arena *a, const char *path)
{
	int fd = open(file_folder(a, path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		(void)close(fd);
	return done;
}

/* ---- writing a copy ---- */

/* The command may have become the ledger's account, which has other rights than
 * who typed it. */
static void
say_unwritten(struct arena *a, const char *to)
{
	if (access(file_folder(a, to), W_OK | X_OK) != 0)
		printf("%s: the ledger's account may not write there.\n", to);
	else
		printf("%s cannot be written; the log above says why.\n", to);
}

/* A whole copy that was read again, or no file. */
static bool
copy_to(struct db *db, struct arena *a, const char *to)
{
	(void)unlink(to); /* of one that broke off */
	if (db_copy(db, to) != ERR_OK) {
		say_unwritten(a, to);
	} else if (!is_good(a, to)) {
		puts("The copy is as broken as what it was made of.");
	} else {
		return true;
	}
	(void)unlink(to);
	return false;
}

static bool
take_name(struct arena *a, const char *partial, const char *to)
{
	if (rename(partial, to) == 0 && sync_folder(a, to))
		return true;
	printf("%s: %s.\n", to, strerror(errno));
	(void)unlink(partial);
	return false;
}

/* Under another name until it is whole: a copy that broke off never stands
 * under the name of a good one. */
static const char *
partial_name(struct arena *a, const char *to)
{
	return arena_printf(a, "%s.partial", to);
}

/* ---- backup ---- */

/* By whatever name. */
static bool
is_the_ledger(const struct app *app, const char *path)
{
	struct stat st, ledger;
	bool is = stat(path, &st) == 0 &&
	    stat(app->conf.database_path, &ledger) == 0 &&
	    st.st_dev == ledger.st_dev && st.st_ino == ledger.st_ino;

	if (is)
		printf("%s is the ledger itself.\n", path);
	return is;
}

/* Whether a copy may go there. With --force a copy from before is replaced, but
 * never the ledger. */
static bool
is_free(const struct app *app, const char *path, bool is_forced)
{
	struct stat st;

	if (is_the_ledger(app, path))
		return false;
	if (stat(path, &st) != 0)
		return true;
	if (!S_ISREG(st.st_mode))
		printf("%s is no file: name one for the copy.\n", path);
	else if (!is_forced)
		printf("%s is there already: name another one, or say "
		       "--force.\n",
		    path);
	else
		return true;
	return false;
}

static enum err
note_copy(struct db *db, void *ctx)
{
	(void)ctx;
	return mark_set(db, MARK_BACKUP_MS, clock_now_ms());
}

static int
backup(struct app *app, struct arena *a, const char *to)
{
	const char *partial = partial_name(a, to);
	int64_t began_ms = clock_mono_ms(), ms;
	struct stat st;

	if (!copy_to(app->db, a, partial) || !take_name(a, partial, to) ||
	    stat(to, &st) != 0)
		return 1;
	ms = clock_mono_ms() - began_ms;
	printf("%s: %" PRId64 " bytes, read again and sound, in %" PRId64
	       ".%03" PRId64 " s.\n",
	    to, (int64_t)st.st_size, ms / 1000, ms % 1000);
	/* For `admit check`, which tells how old the last one is. The copy is
	 * good in any case. */
	if (db_transaction(app->db, note_copy, NULL) != ERR_OK)
		puts("That it was made could not be noted.");
	return 0;
}

int
cmd_backup(struct app *app, const struct args *args)
{
	const char *to = args_word(args, 0);
	bool is_forced = args_has(args, OPTION_FORCE);
	struct arena a = { 0 };
	int status = 1;

	app->programs = PROGRAM_LEDGER;
	if (cmd_account_ok(app) && is_a_file(app, &a) && cmd_ledger_ok(app) &&
	    is_free(app, to, is_forced))
		status = backup(app, &a, to);
	arena_free(&a);
	return status;
}

/* ---- restore ---- */

struct restoring {
	struct app *app;
	const struct args *args;
	struct arena arena;
	const char *from;
	const char *kept; /* the ledger from before; NULL: there was none */
};

/* The name of a process, for who has to end it. */
static const char *
name_of(struct arena *a, long pid)
{
	char name[64] = "";
	FILE *f = fopen(arena_printf(a, "/proc/%ld/comm", pid), "r");

	if (f != NULL) {
		if (fgets(name, sizeof(name), f) != NULL)
			name[strcspn(name, "\n")] = '\0';
		(void)fclose(f);
	}
	return arena_dup_text(a, name[0] == '\0' ? "of another account" : name);
}

/* What a running program holds of the ledger would be written into another
 * one. */
static bool
is_unused(struct restoring *r)
{
	long pid = wake_worker_pid(r->app);

	if (pid != 0) {
		printf("The worker is at work, process %ld: `admit work "
		       "--stop` ends it, and what starts it again (cron, "
		       "systemd) has to pause.\n",
		    pid);
		return false;
	}
	pid = db_holder(r->app->db);
	if (pid != 0)
		printf("Process %ld (%s) has the ledger open: stop the web "
		       "server's programs first.\n",
		    pid, name_of(&r->arena, pid));
	return pid == 0;
}

/* A name beside the ledger that is free. */
static const char *
kept_name(struct restoring *r)
{
	const char *path = r->app->conf.database_path, *name;
	char day[CLOCK_DATE_BYTES];
	int n = 1;

	clock_local_date(clock_now_ms(), day);
	name = arena_printf(&r->arena, "%s.before-restore-%s", path, day);
	while (exists(name) && ++n < MAX_KEPT)
		name = arena_printf(
		    &r->arena, "%s.before-restore-%s-%d", path, day, n);
	return name;
}

/* A ledger that cannot be opened is put aside as it is, with what belongs to
 * it: what is broken may still be mended by somebody. */
static bool
move_aside(struct restoring *r)
{
	static const char *const parts[] = { "-wal", "-shm", "-journal", "" };
	const char *path = r->app->conf.database_path;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (rename(arena_printf(&r->arena, "%s%s", path, parts[i]),
			arena_printf(&r->arena, "%s%s", r->kept, parts[i])) !=
			0 &&
		    errno != ENOENT) {
			printf("%s cannot be put aside: %s.\n", path,
			    strerror(errno));
			return false;
		}
	return true;
}

/* The new one is whole before the old one loses its name. */
static bool
put_new(struct restoring *r)
{
	const char *path = r->app->conf.database_path;
	const char *partial = partial_name(&r->arena, path);
	struct db *from = db_new_to_read(r->from);
	bool done = copy_to(from, &r->arena, partial);

	db_free(from);
	if (done && r->kept != NULL && !move_aside(r)) {
		(void)unlink(partial);
		return false;
	}
	return done && take_name(&r->arena, partial, path);
}

/* In place, so that a program that opens the ledger at this moment waits, and
 * finds all of the old one or all of the new one. *is_over false: that cannot
 * be done with the ledger as it is, and nothing was done. The copy that is kept
 * is not judged: it may be what is broken. */
static bool
put_into(struct restoring *r, bool *is_over)
{
	enum err e = db_ready(r->app->db);

	*is_over = false;
	if (e == ERR_OK)
		e = db_copy(r->app->db, r->kept);
	if (e == ERR_OK)
		e = db_replace(r->app->db, r->from);
	*is_over = e == ERR_OK || e == ERR_CONFLICT;
	if (e != ERR_OK)
		(void)unlink(r->kept);
	if (e == ERR_CONFLICT)
		puts("Another program has just opened the ledger. Nothing was "
		     "restored; stop the web server's programs first.");
	return e == ERR_OK;
}

static bool
put_back(struct restoring *r)
{
	bool is_over, done;

	if (!cmd_has_ledger(r->app))
		return put_new(r);
	r->kept = kept_name(r);
	done = put_into(r, &is_over);
	if (is_over)
		return done;
	puts("The present ledger is put aside as it is: nothing can be written "
	     "into it.");
	(void)db_holder(r->app->db); /* closes it */
	return put_new(r);
}

/* How far back to ask for what came after the copy: a day more than there is
 * between its last word and now. */
static const char *
time_lost(struct restoring *r)
{
	int64_t last_ms = 0, days = 1;

	if (db_one(r->app->db, &r->arena, SQL_LEDGER_LAST, KV_NONE, row_to_int,
		&last_ms) == ERR_OK &&
	    last_ms != 0 && clock_now_ms() > last_ms)
		days = (clock_now_ms() - last_ms) / DAY_MS + 2;
	return arena_printf(
	    &r->arena, "%lldd", (long long)(days < 3650 ? days : 3650));
}

static int
restore(struct restoring *r)
{
	if (!put_back(r))
		return 1;
	if (db_ready(r->app->db) != ERR_OK) {
		puts("What was restored cannot be opened; the log above says "
		     "why.");
		return 1;
	}
	printf("%s is what %s was.\n", r->app->conf.database_path, r->from);
	if (r->kept != NULL)
		printf("The ledger from before is kept in %s.\n", r->kept);
	return 0;
}

/* With the worker's lock held, so that no worker starts meanwhile. */
static int
restore_locked(struct restoring *r)
{
	struct lock lock;
	int status;

	if (!is_unused(r))
		return 1;
	if (!cmd_is_meant(r->args,
		"Go back to that copy? What is there now is kept beside it.",
		"Nothing was restored"))
		return STATUS_NOT_MEANT;
	if (lock_open(r->app, &lock) != ERR_OK) {
		puts("A worker has just started, or its lock cannot be taken; "
		     "the log above says which.");
		return 1;
	}
	status = restore(r);
	lock_release(&lock);
	return status;
}

/* Once the lock is released: the worker does what is found. */
static int
go_on(struct restoring *r)
{
	const char *since = time_lost(r);
	struct args args = { .command = r->args->command };

	args.option[OPTION_SINCE] = since;
	if (args_has(r->args, OPTION_RECONCILE))
		return cmd_reconcile(r->app, &args);
	printf("What came after the copy is not in it: run `admit reconcile "
	       "--since %s`.\n",
	    since);
	return 0;
}

int
cmd_restore(struct app *app, const struct args *args)
{
	struct restoring r = {
		.app = app, .args = args, .from = args_word(args, 0)
	};
	int status = 1;

	app->programs =
	    args_has(args, OPTION_RECONCILE) ? PROGRAM_WORKER : PROGRAM_LEDGER;
	if (cmd_account_ok(app) && is_a_file(app, &r.arena) &&
	    !is_the_ledger(app, r.from) && is_good(&r.arena, r.from)) {
		conf_make_folder(&app->conf);
		db_makes(app->db, DB_MAKES_UNTOLD);
		status = restore_locked(&r);
		if (status == 0)
			status = go_on(&r);
	}
	arena_free(&r.arena);
	return status;
}
