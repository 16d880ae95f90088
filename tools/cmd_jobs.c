/* admit jobs: what waits and why; trying it again, and giving it up. */
#include "table.h"

#include "base/clock.h"
#include "cmd.h"
#include "ledger/audit_told.h"
#include "outbox/jobs.h"
#include "outbox/waiting.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAX_SHOWN 200

static const struct table_column columns[] = {
	{ "id", LOOK_RIGHT },
	{ "kind", LOOK_TEXT },
	{ "tg_id", LOOK_RIGHT },
	{ "state", LOOK_TEXT },
	{ "due_ms", LOOK_TIME },
	{ "attempts", LOOK_RIGHT },
	{ "error", LOOK_TEXT },
	{ NULL, LOOK_END },
};

struct listing {
	struct table table;
	const char *kind; /* NULL: any */
	int64_t now_ms;
	size_t n_left_out;
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

/* Of a parked one the time when that was: it is due no more. A person is not
 * shown more than can be read; a program gets them all. */
static void
add(const struct row *row, void *ctx)
{
	struct listing *l = ctx;
	struct table *t = &l->table;
	const char *kind = waiting_kind(row_int(row, 1));

	if (l->kind != NULL && strcmp(l->kind, kind) != 0)
		return;
	if (t->rows == NULL && t->n_rows == MAX_SHOWN) {
		l->n_left_out++;
		return;
	}
	table_number(t, row_int(row, 0));
	table_text(t, kind);
	table_number(t, row_int(row, 2));
	table_text(t, state_of(row, l->now_ms));
	table_time(t, row_int(row, row_int(row, 6) != 0 ? 6 : 3));
	table_number(t, row_int(row, 4));
	table_text(t, row_text(row, 5));
}

static int
list(struct app *app, struct arena *a, bool is_parked, const char *kind,
    bool as_json)
{
	struct json *doc = as_json ? json_new(a) : NULL;
	struct listing l = { .table = table_new(a, columns, doc, "jobs"),
		.kind = kind,
		.now_ms = clock_now_ms() };
	enum err e = db_each(app->db, a, SQL_JOBS_WAITING,
	    KV(kv_int("id", 0), kv_int("parked", is_parked)), add, &l);

	if (e != ERR_OK)
		return cmd_unread();
	if (doc != NULL)
		cmd_print_json(a, doc);
	table_print(&l.table, "Nothing waits.");
	if (l.n_left_out > 0)
		printf("and %zu more: --kind and --parked narrow it down, "
		       "--json has all\n",
		    l.n_left_out);
	return 0;
}

/* ---- one job ---- */

struct one {
	struct app *app;
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
retry(struct app *app, struct one *o, bool is_sure)
{
	enum err e;

	(void)is_sure; /* nothing is lost by it */
	if (!find(app, o))
		return 1;
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
drop(struct app *app, struct one *o, bool is_sure)
{
	const struct waiting *w = &o->job;
	enum err e;

	if (!find(app, o))
		return 1;
	printf("Job %" PRId64 ", %s, for %" PRId64 ": %s\n", w->id,
	    waiting_kind(w->kind), w->tg_id,
	    w->error == NULL ? "not tried yet" : w->error);
	if (!cmd_is_meant("Never do it?", "Nothing was dropped", is_sure))
		return 1;
	e = db_transaction(app->db, drop_it, o);
	if (e == ERR_OK)
		puts("Dropped.");
	return cmd_recorded(app, e);
}

/* ---- what is asked for ---- */

/* No act: they are listed. */
struct wish {
	int (*act)(struct app *app, struct one *o, bool is_sure);
	int64_t id;
	bool is_parked, as_json, is_sure;
	const char *kind;
};

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
static void
print_kinds(FILE *to)
{
	fputs("kinds:", to);
	for (int64_t kind = 1; kind < JOB__COUNT; kind++) {
		bool is_told = false;

		for (int64_t k = 1; k < kind; k++)
			is_told |=
			    strcmp(waiting_kind(k), waiting_kind(kind)) == 0;
		if (!is_told)
			fprintf(to, " \"%s\"", waiting_kind(kind));
	}
	fputs(" \"unknown\"\n", to);
}

static bool
read_list(int argc, char **argv, struct wish *w)
{
	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--parked") == 0)
			w->is_parked = true;
		else if (strcmp(argv[i], "--json") == 0)
			w->as_json = true;
		else if (strcmp(argv[i], "--kind") == 0 && i + 1 < argc &&
		    is_kind(argv[i + 1]))
			w->kind = argv[++i];
		else
			return false;
	return true;
}

/* The numbers that the list shows. */
static bool
read_id(const char *text, int64_t *id)
{
	return str_to_i64(str_from(text), id) && *id > 0;
}

/* No job has the number 0, which the statement takes for all. */
static bool
read_retry(int argc, char **argv, struct wish *w)
{
	w->act = retry;
	return argc == 2 &&
	    (strcmp(argv[1], "all") == 0 || read_id(argv[1], &w->id));
}

/* One at a time: what is given up is looked at. */
static bool
read_drop(int argc, char **argv, struct wish *w)
{
	w->act = drop;
	w->is_sure = argc == 3 && strcmp(argv[2], "--yes") == 0;
	return argc == 2 + w->is_sure && read_id(argv[1], &w->id);
}

static bool
read_wish(int argc, char **argv, struct wish *w)
{
	if (argc > 0 && strcmp(argv[0], "retry") == 0)
		return read_retry(argc, argv, w);
	if (argc > 0 && strcmp(argv[0], "drop") == 0)
		return read_drop(argc, argv, w);
	return read_list(argc, argv, w);
}

int
cmd_jobs(struct app *app, int argc, char **argv)
{
	struct wish w = { 0 };
	struct one one = { .app = app };
	int status = 1;

	if (!read_wish(argc, argv, &w)) {
		fputs("usage: admit jobs [--parked] [--kind KIND] [--json]\n"
		      "       admit jobs retry ID|all\n"
		      "       admit jobs drop ID [--yes]\n",
		    stderr);
		print_kinds(stderr);
		return 2;
	}
	app->programs = PROGRAM_LEDGER;
	one.id = w.id;
	if (cmd_ledger_ok(app))
		status = w.act != NULL ?
		    w.act(app, &one, w.is_sure) :
		    list(app, &one.arena, w.is_parked, w.kind, w.as_json);
	arena_free(&one.arena);
	return status;
}
