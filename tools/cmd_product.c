/* admit product rename: the same product under another id. */
#include "cmd.h"

#include "coach/library.h"
#include "ledger/rename.h"
#include "outbox/wake.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct renaming {
	struct app *app;
	const struct args *args;
	struct arena arena;
	const char *from, *to;
	struct renamed moved;
	int64_t n_lessons;
};

/* Lessons and sales in one transaction: halfway, buyers of the new name would
 * be in the channel and get no answer from its lessons. */
static enum err
rename_it(struct db *db, void *ctx)
{
	struct renaming *r = ctx;
	enum err e =
	    library_rename(db, &r->arena, r->from, r->to, &r->n_lessons);

	return e == ERR_OK ?
	    rename_product(r->app, &r->arena, r->from, r->to, &r->moved) :
	    e;
}

/* The new id must be in the catalog already, or all who are in would belong to
 * something that leads nowhere. That the old one is in it too may be wanted for
 * a while, so it is only said. */
static bool
is_possible(const struct renaming *r)
{
	const struct catalog *c = &r->app->catalog;

	if (strcmp(r->from, r->to) == 0 || catalog_find(c, r->to) == NULL) {
		printf("There is no product \"%s\" to rename it to. There "
		       "is:\n",
		    r->to);
		for (size_t i = 0; i < c->n; i++)
			printf("  %s\n", c->products[i].id);
		return false;
	}
	if (catalog_find(c, r->from) != NULL)
		printf("\"%s\" is sold still: what is bought next comes under "
		       "that name again.\n",
		    r->from);
	return true;
}

static int
run(struct renaming *r)
{
	enum err e;

	if (!is_possible(r))
		return 1;
	if (!cmd_is_meant(r->args, "Rename it?", "Nothing was renamed"))
		return STATUS_NOT_MEANT;
	e = db_transaction(r->app->db, rename_it, r);
	if (e != ERR_OK) {
		puts("Nothing was renamed; the log above says why.");
		return 1;
	}
	printf("Renamed \"%s\" to \"%s\": %" PRId64
	       " orders, access of %" PRId64 " people, %" PRId64
	       " jobs, %" PRId64 " lessons.\n",
	    r->from, r->to, r->moved.n_orders, r->moved.n_people,
	    r->moved.n_jobs, r->n_lessons);
	/* Access is decided anew under the new name, so there may be invites to
	 * send. */
	wake(r->app);
	return 0;
}

int
cmd_product_rename(struct app *app, const struct args *args)
{
	struct renaming r = { .app = app,
		.args = args,
		.from = args_word(args, 0),
		.to = args_word(args, 1) };
	int status;

	if (!catalog_is_id(r.from) || !catalog_is_id(r.to))
		return args_wrong(args, "\"%s\" is no product's id",
		    catalog_is_id(r.from) ? r.to : r.from);
	app->programs = PROGRAM_LEDGER;
	if (!cmd_ledger_ok(app))
		return 1;
	status = run(&r);
	arena_free(&r.arena);
	return status;
}
