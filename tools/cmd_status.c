/* admit status: what the ledger holds and what is owed. */
#include "cmd.h"

#include "base/clock.h"
#include "base/json.h"
#include "outbox/jobs.h"
#include "outbox/wake.h"

#include <inttypes.h>
#include <stdio.h>

/* Rows that a person is shown; beyond them it is said that there are more. */
#define N_SHOWN 20

struct counts {
	int64_t n[4];
};

/* In the order of the statement's columns: users, orders, orders paid, and who
 * is in, once for each product. */
static void
counts_from_row(const struct row *row, void *ctx)
{
	struct counts *c = ctx;

	for (int i = 0; i < 4; i++)
		c->n[i] = row_int(row, i);
}

/* Jobs that are owed, jobs that were parked, the most attempts that one of them
 * took. */
static void
owed_from_row(const struct row *row, void *ctx)
{
	struct counts *c = ctx;

	for (int i = 0; i < 3; i++)
		c->n[i] = row_int(row, i);
}

/* All that is shown, read before any of it is printed. */
struct status {
	struct arena *arena;
	struct counts all, owed;
	int64_t oldest_ms;           /* promise; 0: none */
	struct json *parked, *stuck; /* NULL: for a person, who gets */
	const char *parked_lines, *stuck_lines; /* these */
	const char *worker_fault;
	long worker;
	int64_t n_listed; /* rows of the list that is read */
};

static const char *
or_nothing(const char *text)
{
	return text == NULL ? "" : text;
}

/* Whether a row has its place in a list of so many before it; where it is the
 * one too many, that is said in its place. A program gets them all. */
static bool
is_shown(struct status *s, const char **lines)
{
	if (s->parked != NULL || ++s->n_listed <= N_SHOWN)
		return true;
	*lines = arena_printf(s->arena, "%s         and more\n", *lines);
	return false;
}

/* A parked job is tried no more until somebody has removed its cause; the error
 * is what Telegram or Stripe said last. */
static void
take_parked(const struct row *row, void *ctx)
{
	struct status *s = ctx;
	const char *kind = jobs_kind_name(row_int(row, 1));
	const char *error = or_nothing(row_text(row, 5));
	struct json *o;
	char day[CLOCK_DATE_BYTES];

	if (!is_shown(s, &s->parked_lines))
		return;
	clock_local_minute(row_int(row, 4), day);
	if (s->parked == NULL) {
		s->parked_lines = arena_printf(s->arena,
		    "%s  %s  %-7s to %" PRId64 ", tried %" PRId64
		    " times: %s\n",
		    s->parked_lines, day, kind == NULL ? "?" : kind,
		    row_int(row, 2), row_int(row, 3), error);
		return;
	}
	o = json_push_object(s->parked);
	json_put_int(o, "id", row_int(row, 0));
	json_put_text(o, "kind", kind == NULL ? "unknown" : kind);
	json_put_int(o, "tg_id", row_int(row, 2));
	json_put_int(o, "attempts", row_int(row, 3));
	json_put_int(o, "parked_ms", row_int(row, 4));
	json_put_text(o, "error", error);
}

/* Whom nobody can let in, or out. */
static void
take_stuck(const struct row *row, void *ctx)
{
	struct status *s = ctx;
	const char *why = row_text(row, 3);
	struct json *o;
	char day[CLOCK_DATE_BYTES];

	if (!is_shown(s, &s->stuck_lines))
		return;
	clock_local_minute(row_int(row, 2), day);
	if (s->stuck == NULL) {
		s->stuck_lines = arena_printf(s->arena,
		    "%schannel  %s  buyer %" PRId64 " at %s: %s%s\n",
		    s->stuck_lines, day, row_int(row, 0), row_text(row, 1),
		    why == NULL ?
			"could not be removed; is the buyer there?" :
			"cannot be let in until they leave some channels: ",
		    or_nothing(why));
		return;
	}
	o = json_push_object(s->stuck);
	json_put_int(o, "tg_id", row_int(row, 0));
	json_put_text(o, "channel", row_text(row, 1));
	json_put_int(o, "since_ms", row_int(row, 2));
	json_put_text(o, "cannot_be", why == NULL ? "removed" : "let in");
	if (why != NULL)
		json_put_text(o, "why", why);
}

static enum err
read_list(struct app *app, struct status *s, enum sql what,
    void (*take)(const struct row *row, void *status))
{
	s->n_listed = 0;
	return db_each(app->db, s->arena, what,
	    KV(kv_int("n", s->parked != NULL ? INT64_MAX : N_SHOWN + 1)), take,
	    s);
}

static enum err
read_status(struct app *app, struct status *s)
{
	struct arena *a = s->arena;
	enum err e = db_one(
	    app->db, a, SQL_LEDGER_COUNT, KV_NONE, counts_from_row, &s->all);

	if (e == ERR_OK)
		e = db_one(app->db, a, SQL_JOBS_COUNT, KV_NONE, owed_from_row,
		    &s->owed);
	if (e == ERR_OK)
		e = db_one(app->db, a, SQL_JOBS_OLDEST, KV_NONE, row_to_int,
		    &s->oldest_ms);
	if (e == ERR_OK)
		e = read_list(app, s, SQL_JOBS_PARKED, take_parked);
	if (e == ERR_OK)
		e = read_list(app, s, SQL_MEMBERS_STUCK, take_stuck);
	s->worker_fault = wake_fault(app, a);
	s->worker = wake_worker_pid(app);
	return e;
}

/* The number of jobs may be one busy minute's. Their age tells whether the
 * worker keeps up. */
static int64_t
age_s(const struct status *s)
{
	return s->oldest_ms == 0 ? 0 : (clock_now_ms() - s->oldest_ms) / 1000;
}

/* No worker is no fault: it goes when nothing is owed, and whoever promises
 * something starts it. Only a lock that it cannot take keeps it away. */
static void
print_worker(const struct status *s)
{
	if (s->worker != 0)
		printf("worker   at work, process %ld\n", s->worker);
	else if (s->worker_fault != NULL)
		printf("worker   cannot start: %s\n", s->worker_fault);
	else
		puts("worker   not running; it starts with the next promise");
}

static void
print_status(const struct app *app, const struct status *s)
{
	printf("ledger   %s\n", conf_ledger_name(&app->conf, s->arena));
	printf("users    %" PRId64 ", of them in: %" PRId64 "\n", s->all.n[0],
	    s->all.n[3]);
	printf("orders   %" PRId64 ", paid: %" PRId64 "\n", s->all.n[1],
	    s->all.n[2]);
	printf("owed     %" PRId64 "%s\n", s->owed.n[0],
	    s->owed.n[0] == 0 ? "" : ", the oldest promise is");
	if (s->oldest_ms != 0)
		printf("         %" PRId64 " s old\n", age_s(s));
	printf("parked   %" PRId64 "\n", s->owed.n[1]);
	fputs(s->parked_lines, stdout);
	fputs(s->stuck_lines, stdout);
	print_worker(s);
}

static void
put_status(const struct app *app, struct json *doc, const struct status *s)
{
	json_put_text(doc, "ledger", conf_ledger_name(&app->conf, s->arena));
	json_put_int(doc, "users", s->all.n[0]);
	json_put_int(doc, "in", s->all.n[3]);
	json_put_int(doc, "orders", s->all.n[1]);
	json_put_int(doc, "paid", s->all.n[2]);
	json_put_int(doc, "owed", s->owed.n[0]);
	json_put_int(doc, "oldest_s", age_s(s));
	json_put_int(doc, "parked", s->owed.n[1]);
	json_put_int(doc, "worker", s->worker);
	if (s->worker_fault != NULL)
		json_put_text(doc, "worker_fault", s->worker_fault);
}

static int
status(struct app *app, struct arena *a, bool as_json)
{
	struct json *doc = as_json ? json_new(a) : NULL;
	struct status s = { .arena = a, .parked_lines = "", .stuck_lines = "" };

	if (doc != NULL) {
		s.parked = json_put_array(doc, "parked_jobs");
		s.stuck = json_put_array(doc, "stuck");
	}
	if (read_status(app, &s) != ERR_OK)
		return cmd_unread();
	if (doc == NULL) {
		print_status(app, &s);
	} else {
		put_status(app, doc, &s);
		cmd_print_json(a, doc);
	}
	return 0;
}

int
cmd_status(struct app *app, const struct args *args)
{
	struct arena a = { 0 };
	int how = 1;

	app->programs = PROGRAM_LEDGER;
	if (cmd_ledger_ok(app))
		how = status(app, &a, args_has(args, OPTION_JSON));
	arena_free(&a);
	return how;
}
