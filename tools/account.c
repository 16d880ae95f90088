/* Whose the ledger is, and whether this command may touch it. A file that the
 * wrong account makes beside the ledger locks the right one out. */
#include "cmd.h"
#include "lines.h"

#include "outbox/wake.h"
#include "shop/conf.h"
#include "store/db.h"
#include "store/driver.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* With its slash at the end, as all that is done with it expects. */
static const char *
folder_of(struct app *app, const char *path)
{
	return arena_dup(&app->arena, str_folder(str_from(path)));
}

/* The order is forced: once the user is changed there is no right left to
 * change the groups. Groups that root had would stay otherwise, and with them
 * rights that the ledger's account does not have. An account without a name, as
 * in a container, has no list of groups. */
static bool
become(const struct stat *st)
{
	const struct passwd *pw = getpwuid(st->st_uid);
	gid_t gid = pw != NULL ? pw->pw_gid : st->st_gid;
	int groups =
	    pw != NULL ? initgroups(pw->pw_name, gid) : setgroups(0, NULL);

	return groups == 0 && setgid(gid) == 0 && setuid(st->st_uid) == 0;
}

const char *
cmd_account_fault(struct app *app)
{
	return cmd_account_fault_at(app, app->conf.database_path);
}

const char *
cmd_account_fault_at(struct app *app, const char *path)
{
	const struct passwd *pw;
	struct stat st;

	/* Where there is no ledger yet, the owner of its folder is who will
	 * make it. */
	if (stat(path, &st) != 0 && stat(path = folder_of(app, path), &st) != 0)
		return NULL; /* what is missing shows when it is opened */
	if (st.st_uid == geteuid() || (geteuid() == 0 && become(&st)))
		return NULL;
	pw = getpwuid(st.st_uid);
	if (pw == NULL)
		return arena_printf(&app->arena,
		    "%s belongs to another account, number %ld: run this as "
		    "that one",
		    path, (long)st.st_uid);
	return arena_printf(&app->arena,
	    "%s belongs to another account, %s: run this as that one, such as "
	    "by sudo -u %s",
	    path, pw->pw_name, pw->pw_name);
}

/* What cannot be looked at may be there all the same: only "no such file" says
 * that it is not. */
bool
cmd_has_ledger(const struct app *app)
{
	struct stat st;

	/* A server's database is there by its name. */
	return app->conf.database_is_server ||
	    stat(app->conf.database_path, &st) == 0 || errno != ENOENT;
}

/* The folder of the default place is made by the program itself. */
bool
cmd_may_make_ledger(struct app *app)
{
	return app->conf.database_is_default ||
	    access(folder_of(app, app->conf.database_path), W_OK | X_OK) == 0;
}

/* "": cmd_settings_ok() has said already what is wrong. */
bool
cmd_account_ok(struct app *app)
{
	const char *fault = cmd_settings_ok(app) ? cmd_account_fault(app) : "";

	if (fault != NULL && fault[0] != '\0')
		puts(fault);
	return fault == NULL;
}

/* Opened for reading alone, whoever made it, and closed at once. The first
 * version had a file. */
bool
cmd_is_first(const struct app *app)
{
	struct db_look look;
	struct db *db;
	bool is;

	if (app->conf.database_is_server)
		return false;
	db = db_new_to_read(app->conf.database_path);
	is = db_look(db, &look) == ERR_OK && look.is_first;
	db_free(db);
	return is;
}

/* What the first version left behind stands under the name that its settings
 * gave (DB_PATH), which this program takes as well. */
static void
say_first(const struct app *app)
{
	printf("%s is the first version's database, and stays as it is. Name "
	       "another file in DATABASE_URL; `admit import %s` then takes "
	       "over who paid.\n",
	    app->conf.database_path, app->conf.database_path);
}

/* Whether the file is there and nothing is in it: made by hand, or all that a
 * loss has left. */
bool
cmd_is_empty(const struct app *app)
{
	struct stat st;

	return !app->conf.database_is_server &&
	    stat(app->conf.database_path, &st) == 0 && st.st_size == 0;
}

static void
say_none(struct app *app)
{
	const char *name = conf_ledger_name(&app->conf, &app->arena);
	long worker = wake_worker_pid(app);

	if (cmd_is_empty(app))
		printf("There is no ledger yet at %s: the file is empty. If it "
		       "was one, go back to a copy: `admit restore FILE`. If "
		       "not, `admit setup` makes one of it, and so does the "
		       "first request.\n",
		    name);
	else
		printf("There is no ledger yet at %s. If there should be one, "
		       "it is another account's, or DATABASE_URL names "
		       "another%s; `admit setup` makes a new one, and so does "
		       "the first request.\n",
		    name, app->conf.database_is_server ? "" : " file");
	if (worker != 0)
		printf("The worker waits for it, process %ld.\n", worker);
}

/* None is made here: an empty ledger in the wrong place would answer that
 * nothing was ever sold. */
bool
cmd_ledger_ok(struct app *app)
{
	enum err e;

	if (!cmd_account_ok(app))
		return false;
	e = db_ready(app->db);
	if (e == ERR_NOT_FOUND) {
		say_none(app);
		return false;
	}
	if (e == ERR_OK || !cmd_is_first(app))
		return true; /* a fault is said by who reads it */
	say_first(app);
	return false;
}

/* That it is new is said among what the command says, and not in the log. */
static enum err
make_or_open(struct app *app)
{
	enum err e = db_ready(app->db);

	if (e != ERR_NOT_FOUND)
		return e;
	db_makes(app->db, DB_MAKES_UNTOLD);
	e = db_ready(app->db);
	if (e == ERR_OK)
		lines_say("ok", "ledger",
		    arena_printf(&app->arena, "a new one is at %s",
			conf_ledger_name(&app->conf, &app->arena)),
		    NULL);
	return e;
}

bool
cmd_ledger_made(struct app *app)
{
	if (!cmd_account_ok(app))
		return false;
	conf_make_folder(&app->conf);
	if (make_or_open(app) == ERR_OK)
		return true;
	if (cmd_is_first(app)) {
		say_first(app);
		return false;
	}
	printf("The ledger %s cannot be opened; the log above says why.\n",
	    conf_ledger_name(&app->conf, &app->arena));
	return false;
}
