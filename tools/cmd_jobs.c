/* admit jobs: what waits and why; trying it again, and giving it up. */
#include "list.h"

#include "base/clock.h"
#include "ledger/audit_told.h"
#include "outbox/jobs.h"
#include "outbox/waiting.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct table_column columns[] = {
	{ "id", LOOK_ID },
	{ "kind", LOOK_TEXT },
	{ "tg_id", LOOK_ID },
	{ "state", LOOK_TEXT },
	{ "due_ms", LOOK_TIME },
	{ "attempts", LOOK_RIGHT },
	{ "error", LOOK_TEXT },
	{ NULL, LOOK_END },
};

struct listing {
	struct table *table;
	const char *kind; /* NULL: any */
	int64_t now_ms;
};

static const char *
state_of(const struct row *row, int64_t now_ms)
{
	if (row_int(row, 6) != 0)
		return "parked";
	if (row_int(row, 7) > now_ms)
		return "at work";
	return row_int(row, 3) > now_ms ? "waits" : "due";
}

/* Of a parked one the time when that was: it is due no more. */
static void
add(const struct row *row, void *ctx)
{
	struct listing *l = ctx;
	struct table *t = l->table;
	const char *kind = waiting_kind(row_int(row, 1));

	if (l->kind != NULL && strcmp(l->kind, kind) != 0)
		return;
	table_number(t, row_int(row, 0));
	table_text(t, kind);
	table_number(t, row_int(row, 2));
	table_text(t, state_of(row, l->now_ms));
	table_time(t, row_int(row, row_int(row, 6) != 0 ? 6 : 3));
	table_number(t, row_int(row, 4));
	table_text(t, row_text(row, 5));
}

/* The ledger knows kinds by numbers, a person by the names that are shown. */
static enum err
fill(struct app *app, struct table *t, const void *what)
{
	const struct args *args = what;
	struct listing l = { t, args->option[OPTION_KIND], clock_now_ms() };

	return db_each(app->db, t->arena, SQL_JOBS_WAITING,
	    KV(kv_int("id", 0),
		kv_int("parked", args_has(args, OPTION_PARKED))),
	    add, &l);
}

static const struct list list = { "jobs", columns, "state", "Nothing waits.",
	fill, false };

/* By the names that the list shows, so that each can be typed from it. */
static bool
is_kind(const char *name)
{
	for (int64_t kind = 1; kind < JOB__COUNT; kind++)
		if (strcmp(name, waiting_kind(kind)) == 0)
			return true;
	return strcmp(name, "unknown") == 0;
}

/* Some kinds share a name, which is told once. */
static const char *
all_kinds(struct arena *a)
{
	const char *all = "";

	for (int64_t kind = 1; kind < JOB__COUNT; kind++) {
		bool is_told = false;

		for (int64_t k = 1; k < kind; k++)
			is_told |=
			    strcmp(waiting_kind(k), waiting_kind(kind)) == 0;
		if (!is_told)
			all = arena_printf(
			    a, "%s\"%s\", ", all, waiting_kind(kind));
	}
	return arena_printf(a, "%s\"unknown\"", all);
}

/* A kind that nobody knows would find nothing, as if nothing waited. */
int
cmd_jobs(struct app *app, const struct args *args)
{
	const char *kind = args->option[OPTION_KIND];
	struct arena a = { 0 };
	int status;

	if (kind == NULL || is_kind(kind))
		return list_print(app, args, &list, args);
	status = args_wrong(
	    args, "\"%s\" is no kind; there are %s", kind, all_kinds(&a));
	arena_free(&a);
	return status;
}

/* ---- one job ---- */

struct one {
	struct app *app;
	const struct args *args;
	struct arena arena;
	int64_t id; /* 0: all that are parked */
	int64_t n_parked, n_changed;
	struct waiting job;
};

static void
count(const struct row *row, void *ctx)
{
	(void)row;
	(*(int64_t *)ctx)++;
}

/* For one its row; of all how many there are. */
static enum err
look(struct db *db, struct one *o)
{
	if (o->id != 0)
		return waiting_read(db, &o->arena, o->id, &o->job);
	return db_each(db, &o->arena, SQL_JOBS_WAITING,
	    KV(kv_int("id", 0), kv_int("parked", 1)), count, &o->n_parked);
}

/* False: there is no such job that could be changed; that is said. */
static bool
find(struct app *app, struct one *o)
{
	enum err e = look(app->db, o);

	if (e == ERR_NOT_FOUND)
		puts("No such job waits: see `admit jobs`.");
	else if (e != ERR_OK)
		(void)cmd_unread();
	else if (o->id == 0 && o->n_parked == 0)
		puts("Nothing is parked.");
	else if (o->id != 0 && waiting_is_leased(&o->job))
		puts("The worker is at it just now; wait a moment.");
	else
		return true;
	return false;
}

/* Of all that were parked there is one row, about nobody. */
static enum err
note(struct db *db, struct one *o, const char *what)
{
	const struct act act = {
		.act = what, .tg_id = o->job.tg_id, .number = o->id
	};

	return audit_note(db, &o->arena, &act, RESULT_DONE);
}

static enum err
retry_all(struct db *db, void *ctx)
{
	struct one *o = ctx;
	enum err e = waiting_retry(db, o->id, &o->n_changed);

	return e == ERR_OK ? note(db, o, ACT_RETRY) : e;
}

/* The worker is woken by the commit like for any promise. */
static int
retry(struct app *app, struct one *o)
{
	enum err e;

	if (!find(app, o))
		return 1;
	if (!cmd_is_meant(o->args,
		o->id == 0 ? "Try all that are parked again?" : "Try it again?",
		"Nothing was changed"))
		return STATUS_NOT_MEANT;
	e = db_transaction(app->db, retry_all, o);
	if (e == ERR_OK)
		printf("%" PRId64 " due now; the worker tries again.\n",
		    o->n_changed);
	return cmd_recorded(app, e);
}

static enum err
drop_it(struct db *db, void *ctx)
{
	struct one *o = ctx;
	enum err e = waiting_drop(db, &o->job);

	if (e == ERR_OK)
		e = audit_told(
		    o->app, &o->arena, o->job.promise, RESULT_DROPPED);
	return e == ERR_OK ? note(db, o, ACT_DROP) : e;
}

/* Asked before, since it is done never; the log keeps what it was. */
static int
drop(struct app *app, struct one *o)
{
	const struct waiting *w = &o->job;
	enum err e;

	if (!find(app, o))
		return 1;
	printf("Job %" PRId64 ", %s, for %" PRId64 ": %s\n", w->id,
	    waiting_kind(w->kind), w->tg_id,
	    w->error == NULL ? "not tried yet" : w->error);
	if (!cmd_is_meant(o->args, "Never do it?", "Nothing was dropped"))
		return STATUS_NOT_MEANT;
	e = db_transaction(app->db, drop_it, o);
	if (e == ERR_OK)
		puts("Dropped.");
	return cmd_recorded(app, e);
}

/* ---- what is asked for ---- */

/* No job has the number 0, which the statement takes for all. */
static int
act(struct app *app, const struct args *args,
    int (*does)(struct app *app, struct one *o), bool may_be_all)
{
	const char *word = args_word(args, 0);
	struct one one = { .app = app, .args = args };
	int status = 1;

	if (!(may_be_all && strcmp(word, "all") == 0) &&
	    (!str_to_i64(str_from(word), &one.id) || one.id <= 0))
		return args_wrong(args,
		    "\"%s\" is no number of a job, as `admit jobs` shows them",
		    word);
	app->programs = PROGRAM_LEDGER;
	if (cmd_ledger_ok(app))
		status = does(app, &one);
	arena_free(&one.arena);
	return status;
}

int
cmd_jobs_retry(struct app *app, const struct args *args)
{
	return act(app, args, retry, true);
}

/* One at a time: what is given up is looked at. */
int
cmd_jobs_drop(struct app *app, const struct args *args)
{
	return act(app, args, drop, false);
}
