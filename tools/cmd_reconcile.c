/* admit reconcile: asks those who take money for what never came. */
#include "cmd.h"

#include "base/clock.h"
#include "base/units.h"
#include "net/http.h"
#include "outbox/wake.h"
#include "payment/reconcile.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#define PACE_MS 50 /* Stripe takes 25 calls a second of an endpoint */
/* With pauses that double from a second this makes a minute: longer than the
 * short troubles of a provider, shorter than a person's patience. */
#define MAX_TRIES 6
#define MAX_PAUSE_S 60

struct run {
	struct app *app;
	struct http *http;
	struct arena arena; /* one step's */
	struct reconcile r;
	void *page;      /* of the answer, to be recorded */
	bool is_watched; /* by a person at a terminal */
	bool any_failed;
};

static enum err
record(struct db *db, void *ctx)
{
	struct run *run = ctx;

	(void)db; /* the app's */
	return reconcile_record(run->app, &run->arena, &run->r, run->page);
}

/* On standard error and on one line that is written over: the table on standard
 * output can be kept in a file. */
static void
show(const struct run *run)
{
	const struct provider_list *list = reconcile_list(run->r.part, NULL);

	if (run->is_watched && list != NULL)
		fprintf(stderr, "\r%-9s %" PRId64 " ", list->name,
		    run->r.n_seen[list->number]);
}

/* One call and its record: ERR_OK when the run has moved on. */
static enum err
step(struct run *run, struct http_response *res)
{
	struct reconcile before = run->r;
	struct http_request req;
	enum err e = reconcile_request(run->app, &run->arena, &run->r, &req);

	*res = (struct http_response){ .retry_after_s = -1 };
	if (e == ERR_OK)
		e = http_send(run->http, &run->arena, &req, res);
	if (e == ERR_OK)
		e = reconcile_read(&run->arena, &run->r, res, &run->page);
	if (e == ERR_OK)
		e = db_transaction(run->app->db, record, run);
	if (e != ERR_OK)
		run->r = before; /* nothing of it was kept */
	return e;
}

static void
pause_for(const struct http_response *res, int n_tries)
{
	/* What the other side asks for counts more than our own guess, but not
	 * without end: a person is waiting. */
	int64_t s = res->retry_after_s > 0 ? res->retry_after_s : 1 << n_tries;

	if (s > MAX_PAUSE_S)
		s = MAX_PAUSE_S;
	(void)poll(NULL, 0, (int)s * 1000);
}

static bool
may_pass(enum err e)
{
	return e == ERR_UNAVAILABLE || e == ERR_THROTTLED || e == ERR_CONFLICT;
}

/* What cannot be had is said and passed over: the rest is worth having. */
static void
give_up(struct run *run, enum err e)
{
	const struct provider *whose = NULL;
	const struct provider_list *list = reconcile_list(run->r.part, &whose);

	printf("FAIL  %-9s %s\n", list->name,
	    e == ERR_CONFIG && list->right != NULL ?
		arena_printf(&run->arena,
		    "the key may not read them: a restricted key needs %s: "
		    "read",
		    list->right) :
		arena_printf(&run->arena,
		    "%s did not answer, or the ledger could not be written; "
		    "run this again",
		    whose->title));
	run->any_failed = true;
	reconcile_pass(run->app, &run->r);
}

static void
go_through(struct run *run)
{
	char after[256];
	int n_tries = 0;

	while (run->r.part != RECONCILE_END) {
		struct http_response res;
		enum err e = step(run, &res);

		/* The same step again, as step() has put the run back to where
		 * it was. A page that was recorded is not asked for twice. */
		if (e != ERR_OK && may_pass(e) && n_tries < MAX_TRIES) {
			pause_for(&res, n_tries++);
		} else {
			n_tries = 0;
			if (e != ERR_OK)
				give_up(run, e);
			(void)poll(NULL, 0, PACE_MS);
		}
		show(run);
		/* The place where it is outlives the step. */
		if (run->r.after != NULL && run->r.after != after) {
			(void)snprintf(
			    after, sizeof(after), "%s", run->r.after);
			run->r.after = after;
		}
		arena_reset(&run->arena);
	}
	if (run->is_watched)
		fputs("\r                    \r", stderr);
}

static void
sum_up(const struct run *run)
{
	const struct provider_list *list;
	int64_t n_healed = 0;

	for (size_t i = 0; (list = reconcile_list_at(i)) != NULL; i++) {
		n_healed += run->r.n_healed[list->number];
		/* This was a full run: lists that belong to small ones alone
		 * were not asked for, and a 0 would say that they were. */
		if (list->in_full)
			printf("%-9s %6" PRId64 " looked at, %" PRId64
			       " mended\n",
			    list->name, run->r.n_seen[list->number],
			    run->r.n_healed[list->number]);
	}
	puts(n_healed == 0 ? "\nNothing was missing." :
			     "\nThe worker does what follows.");
}

int
cmd_reconcile(struct app *app, const struct args *args)
{
	struct run run = { .app = app, .is_watched = isatty(2) == 1 };
	/* Stripe repeats an event for three days. What is older than that does
	 * not come by itself. */
	const char *since = args->option[OPTION_SINCE];
	int64_t back_ms = since == NULL ? 72 * HOUR_MS : cmd_span_ms(since);

	if (back_ms == 0)
		return args_wrong(args,
		    "--since is days or hours back, such as 3d or 12h, not "
		    "\"%s\"",
		    since);
	app->programs = PROGRAM_WORKER;
	if (!cmd_ledger_ok(app))
		return 1;
	run.http = http_new();
	if (run.http == NULL)
		return 1;
	run.r = reconcile_begin(app, true, clock_now_ms() - back_ms);
	go_through(&run);
	sum_up(&run);
	wake_if_promised(app);
	http_free(run.http);
	arena_free(&run.arena);
	return run.any_failed ? 1 : 0;
}
