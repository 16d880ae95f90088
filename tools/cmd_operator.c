/* admit operator: who acts for the shop in the chat besides ADMIN_TG_IDS. */
#include "table.h"

#include "base/tg_id.h"
#include "cmd.h"
#include "ledger/audit.h"
#include "ledger/operators.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct table_column columns[] = {
	{ "tg_id", LOOK_RIGHT },
	{ "role", LOOK_TEXT },
	{ "added_ms", LOOK_TIME },
	{ NULL, LOOK_END },
};

struct wish {
	struct app *app;
	struct arena arena;
	int (*act)(struct wish *w);
	int64_t tg_id;
	enum role role;
	bool as_json, was;
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

static int
list(struct wish *w)
{
	struct json *doc = w->as_json ? json_new(&w->arena) : NULL;
	struct table t = table_new(&w->arena, columns, doc, "operators");
	enum err e;

	add_set(&t, w->app);
	e = db_each(
	    w->app->db, &w->arena, SQL_OPERATORS_LIST, KV_NONE, add_row, &t);
	if (e != ERR_OK)
		return cmd_unread();
	if (doc != NULL)
		cmd_print_json(&w->arena, doc);
	table_print(&t,
	    "There are no operators: ADMIN_TG_IDS is empty, and nobody was "
	    "added.");
	return 0;
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
	e = db_transaction(w->app->db, unset, w);
	if (e == ERR_OK)
		printf(w->was ? "%" PRId64 " is no operator any more.\n" :
				"%" PRId64 " was no operator.\n",
		    w->tg_id);
	return e == ERR_OK && !w->was ? 1 : cmd_recorded(w->app, e);
}

/* ---- what is asked for ---- */

/* Without a role somebody may look and let in, and take nothing away. */
static bool
read_wish(int argc, char **argv, struct wish *w)
{
	const char *word = argc > 0 ? argv[0] : "list";

	w->role = ROLE_SUPPORT;
	w->as_json = cmd_take_option(&argc, argv, "--json");
	if (strcmp(word, "list") == 0) {
		w->act = list;
		return argc <= 1;
	}
	if (strcmp(word, "remove") == 0)
		w->act = remove_one;
	else if (strcmp(word, "add") == 0)
		w->act = add;
	if (w->act == add && argc == 4 && strcmp(argv[2], "--role") == 0) {
		w->role = role_named(argv[3]);
		argc = 2;
	}
	return w->act != NULL && argc == 2 && w->role != ROLE_NONE &&
	    tg_id_parse(str_from(argv[1]), &w->tg_id);
}

int
cmd_operator(struct app *app, int argc, char **argv)
{
	struct wish w = { .app = app };
	int status = 1;

	if (!read_wish(argc, argv, &w)) {
		fputs(
		    "usage: admit operator [list] [--json]\n"
		    "       admit operator add TG_ID [--role "
		    "owner|support|viewer]\n"
		    "       admit operator remove TG_ID\n"
		    "A viewer looks; support lets in, sends new links, writes "
		    "and tries again;\n"
		    "an owner also takes away, sends money back and gives up "
		    "what waits.\n",
		    stderr);
		return 2;
	}
	app->programs = PROGRAM_LEDGER;
	if (cmd_ledger_ok(app))
		status = w.act(&w);
	arena_free(&w.arena);
	return status;
}
