/* admit operator: who acts for the shop in the chat besides ADMIN_TG_IDS. */
#include "list.h"

#include "base/tg_id.h"
#include "ledger/audit.h"
#include "ledger/operators.h"

#include <inttypes.h>
#include <stdio.h>

static const struct table_column columns[] = {
	{ "tg_id", LOOK_ID },
	{ "role", LOOK_TEXT },
	{ "added_ms", LOOK_TIME },
	{ NULL, LOOK_END },
};

struct wish {
	struct app *app;
	const struct args *args;
	struct arena arena;
	int64_t tg_id;
	enum role role;
	bool was;
};

/* ---- list ---- */

/* A newer program may know more of them. */
static const char *
role_of(int64_t n)
{
	return n > ROLE_NONE && n < ROLE__COUNT ? role_name((enum role)n) :
						  "unknown";
}

/* Those of the settings are in the list already. */
static void
add_row(const struct row *row, void *ctx)
{
	struct table *t = ctx;

	table_number(t, row_int(row, 0));
	table_text(t, role_of(row_int(row, 1)));
	table_time(t, row_int(row, 2));
}

static void
add_set(struct table *t, const struct app *app)
{
	struct str rest = str_from(app->conf.admin_tg_ids);

	while (rest.len > 0) {
		int64_t tg_id = 0;

		if (!tg_id_parse(str_trim(str_cut(&rest, ',')), &tg_id))
			continue;
		table_number(t, tg_id);
		table_text(t, role_name(ROLE_OWNER));
		table_time(t, 0);
	}
}

static enum err
fill(struct app *app, struct table *t, const void *what)
{
	(void)what;
	add_set(t, app);
	return db_each(
	    app->db, t->arena, SQL_OPERATORS_LIST, KV_NONE, add_row, t);
}

static const struct list list = { "operators", columns, NULL,
	"There are no operators: ADMIN_TG_IDS is empty, and nobody was added.",
	fill, false };

int
cmd_operator(struct app *app, const struct args *args)
{
	return list_print(app, args, &list, NULL);
}

/* ---- add, remove ---- */

static enum err
note(struct wish *w, const char *words)
{
	const struct act act = {
		.act = ACT_OPERATOR, .tg_id = w->tg_id, .words = words
	};

	return audit_note(w->app->db, &w->arena, &act, RESULT_DONE);
}

static enum err
set(struct db *db, void *ctx)
{
	struct wish *w = ctx;
	enum err e = operator_set(db, w->tg_id, w->role);

	return e == ERR_OK ? note(w, role_name(w->role)) : e;
}

/* Who was none leaves no trace. */
static enum err
unset(struct db *db, void *ctx)
{
	struct wish *w = ctx;
	enum err e = operator_remove(db, w->tg_id, &w->was);

	return e == ERR_OK && w->was ? note(w, "removed") : e;
}

/* What the settings say goes before the ledger, so nothing is written that
 * would not hold. */
static bool
is_of_settings(const struct wish *w)
{
	if (!operator_is_set(w->app, w->tg_id))
		return false;
	printf("%" PRId64 " is an owner by ADMIN_TG_IDS, which goes before "
	       "this: change it there.\n",
	    w->tg_id);
	return true;
}

static int
add(struct wish *w)
{
	enum err e;

	if (is_of_settings(w))
		return 1;
	printf(
	    "%" PRId64 " is going to be %s.\n", w->tg_id, role_name(w->role));
	if (!cmd_is_meant(w->args, "Give them that?", "Nothing was changed"))
		return STATUS_NOT_MEANT;
	e = db_transaction(w->app->db, set, w);
	if (e == ERR_OK)
		printf("%" PRId64 " is %s now: they send /admin to the bot.\n",
		    w->tg_id, role_name(w->role));
	return cmd_recorded(w->app, e);
}

/* Whose role is taken away presses in vain from then on. */
static int
remove_one(struct wish *w)
{
	enum err e;

	if (is_of_settings(w))
		return 1;
	if (!cmd_is_meant(
		w->args, "Take the role away?", "Nothing was changed"))
		return STATUS_NOT_MEANT;
	e = db_transaction(w->app->db, unset, w);
	if (e == ERR_OK)
		printf(w->was ? "%" PRId64 " is no operator any more.\n" :
				"%" PRId64 " was no operator.\n",
		    w->tg_id);
	return e == ERR_OK && !w->was ? 1 : cmd_recorded(w->app, e);
}

/* ---- what is asked for ---- */

static int
act(struct app *app, const struct args *args, int (*does)(struct wish *w))
{
	const char *role = args->option[OPTION_ROLE];
	/* Without a role somebody may look and let in, and take nothing
	 * away. */
	struct wish w = { .app = app,
		.args = args,
		.role = role == NULL ? ROLE_SUPPORT : role_named(role) };
	int status = 1;

	if (!tg_id_parse(str_from(args_word(args, 0)), &w.tg_id))
		return args_wrong(
		    args, "\"%s\" is no Telegram number", args_word(args, 0));
	app->programs = PROGRAM_LEDGER;
	if (cmd_ledger_ok(app))
		status = does(&w);
	arena_free(&w.arena);
	return status;
}

int
cmd_operator_add(struct app *app, const struct args *args)
{
	return act(app, args, add);
}

int
cmd_operator_remove(struct app *app, const struct args *args)
{
	return act(app, args, remove_one);
}
