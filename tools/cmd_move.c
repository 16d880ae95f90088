/* admit move: the ledger goes to another database, of SQLite or PostgreSQL,
 * while the programs go on. */
#include "cmd.h"

#include "base/clock.h"
#include "shop/conf_check.h"
#include "store/db.h"
#include "store/move.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHOW_EVERY_MS 200

struct moving {
	struct app *app;
	struct arena arena;
	const char *from, *to; /* addresses */
	const struct args *args;
	bool cancels;
	bool is_terminal; /* somebody watches */
	int64_t shown_ms;
};

/* ---- what was typed ---- */

/* NULL: that of the settings, which are not read yet. */
static const char *
take_address(struct moving *w, char *typed)
{
	return strcmp(typed, "DATABASE_URL") == 0 ?
	    NULL :
	    cmd_take_address(&w->arena, typed);
}

static bool
read_wish(struct moving *w)
{
	w->cancels = args_has(w->args, OPTION_CANCEL);
	if (w->args->n_words != (w->cancels ? 1 : 2))
		return false;
	w->from = take_address(w, args_word(w->args, 0));
	if (!w->cancels)
		w->to = take_address(w, args_word(w->args, 1));
	return true;
}

static bool
is_address(const char *name, const char *address)
{
	const char *fault = conf_check_database(address);

	if (fault != NULL)
		printf("%s %s.\n", name, fault);
	return fault == NULL;
}

/* A file is made or opened by the account that it belongs to, as any command
 * does with the ledger of the settings. */
static bool
is_for_us(struct moving *w, const char *address)
{
	const char *file = conf_ledger_file(address), *fault;

	if (file == NULL)
		return true;
	fault = cmd_account_fault_at(w->app, file);
	if (fault != NULL)
		puts(fault);
	return fault == NULL;
}

/* Opening would make one, and an empty ledger would be moved with success. */
static bool
is_there(const char *address)
{
	const char *file = conf_ledger_file(address);
	struct stat st;

	if (file == NULL || stat(file, &st) == 0)
		return true;
	printf("%s: %s.\n", file, strerror(errno));
	return false;
}

static bool
is_good(struct moving *w)
{
	const char *ours = w->app->conf.database_url;

	w->from = w->from == NULL ? ours : w->from;
	w->to = w->to == NULL ? ours : w->to;
	return is_address("FROM", w->from) && is_address("TO", w->to) &&
	    is_for_us(w, w->from) && is_for_us(w, w->to) && is_there(w->from);
}

/* Of both the settings of a server are taken, whichever of them is one: only
 * the address is another in the settings to come. */
static struct db *
open_at(const struct moving *w, const char *address)
{
	const char *file = conf_ledger_file(address);
	struct db *db = db_new(file == NULL ? address : file);

	if (file == NULL)
		db_choose(
		    db, w->app->conf.db_schema, w->app->conf.db_prepare == 0);
	return db;
}

/* ---- how far it is ---- */

/* One line that is written over, for who watches; a log of it is no use. */
static void
show(const struct move_step *step, void *ctx)
{
	struct moving *w = ctx;
	int64_t now_ms = clock_mono_ms();

	if (!w->is_terminal || now_ms - w->shown_ms < SHOW_EVERY_MS)
		return;
	w->shown_ms = now_ms;
	printf("\r\033[K%s %" PRId64 " of about %" PRId64 " rows%s%s",
	    step->compares ? "Compared" : "Copied", step->n, step->n_all,
	    step->table == NULL ? "" : ", now ",
	    step->table == NULL ? "" : step->table);
	(void)fflush(stdout);
}

static void
end_line(const struct moving *w)
{
	if (w->is_terminal)
		fputs("\r\033[K", stdout);
}

static int
failed(const struct moving *w, const struct move *m, enum err e)
{
	end_line(w);
	if (e == ERR_CONFLICT)
		printf("Not moved: %s.\n", move_why(m));
	else
		puts("It broke off; the log above says why. Nothing is lost: "
		     "the same command goes on where it was.");
	return 1;
}

/* What is to be done now, and what happens until it is. */
static void
say_next(struct moving *w)
{
	const char *to = conf_database_name(w->to, &w->arena);
	const char *from = conf_database_name(w->from, &w->arena);

	printf("The ledger is in %s now.\n\n"
	       "Next: set DATABASE_URL to that, with its password, for all "
	       "programs and for cron, and\nstart them again: the web "
	       "server's programs and the worker. `admit check` tells "
	       "whether all is well.\n\n"
	       "Until then events are refused, and Stripe and Telegram send "
	       "them again: nothing is\nwritten into %s any more. It stays as "
	       "it is; keep it for a while.\n",
	    to, from);
}

/* ---- doing it ---- */

static int
finish(struct moving *w, struct move *m)
{
	enum err e = move_finish(m);

	if (e != ERR_OK)
		return failed(w, m, e);
	say_next(w);
	return 0;
}

/* The moment is the operator's: the settings can be ready by then. */
static bool
is_time(struct moving *w, const struct move *m)
{
	end_line(w);
	printf("%" PRId64 " rows are copied, and each was compared. What "
	       "changes is brought as well.\n",
	    move_rows(m));
	if (cmd_is_meant(w->args,
		"From the last step on the programs need the new DATABASE_URL. "
		"Take it now?",
		"The last step was not taken"))
		return true;
	puts("The same command goes on from here; `admit move --cancel FROM` "
	     "gives it up.");
	return false;
}

/* What gathered while somebody thought about it is brought before writers have
 * to wait. */
static int
take_last_step(struct moving *w, struct move *m)
{
	int64_t held_ms = 0;
	enum err e = move_follow(m);

	if (e == ERR_OK)
		e = move_switch(m, &held_ms);
	if (e != ERR_OK)
		return failed(w, m, e);
	end_line(w);
	printf(
	    "In the last step writers waited for %" PRId64 " ms.\n", held_ms);
	return finish(w, m);
}

static int
go(struct moving *w, struct move *m)
{
	bool is_moved = false;
	enum err e = move_begin(m, &is_moved);

	if (e == ERR_OK && is_moved)
		return finish(w, m);
	if (e == ERR_OK)
		e = move_copy(m);
	if (e == ERR_OK)
		e = move_compare(m);
	if (e != ERR_OK)
		return failed(w, m, e);
	return is_time(w, m) ? take_last_step(w, m) : STATUS_NOT_MEANT;
}

static int
move(struct moving *w)
{
	struct db *from = open_at(w, w->from), *to = open_at(w, w->to);
	struct move *m =
	    move_new(from, to, conf_database_name(w->to, &w->arena));
	int status;

	w->is_terminal = isatty(STDOUT_FILENO) != 0;
	move_tells(m, show, w);
	status = go(w, m);
	move_free(m);
	db_free(to);
	db_free(from);
	return status;
}

/* ---- taking it back ---- */

static int
cancel(struct moving *w)
{
	struct db *db;
	bool was_moved = false;
	enum err e;

	if (!cmd_is_meant(w->args,
		"Is this ledger to be written again? What came into a new one "
		"since is not in it.",
		"Nothing was done"))
		return STATUS_NOT_MEANT;
	db = open_at(w, w->from);
	e = move_cancel(db, &was_moved);
	db_free(db);
	if (e != ERR_OK)
		puts("It was not done; the log above says why.");
	else
		printf("%s is a ledger as before%s.\n",
		    conf_database_name(w->from, &w->arena),
		    was_moved ? ", and takes writes again: let no program "
				"use the new one now" :
				"");
	return e == ERR_OK ? 0 : 1;
}

int
cmd_move(struct app *app, const struct args *args)
{
	struct moving w = { .app = app, .args = args };
	int status = 1;

	if (!read_wish(&w))
		return args_wrong(
		    args, "it takes FROM and TO, or FROM alone with --cancel");
	app->programs = PROGRAM_LEDGER;
	if (cmd_settings_ok(app) && is_good(&w))
		status = w.cancels ? cancel(&w) : move(&w);
	arena_free(&w.arena);
	return status;
}
