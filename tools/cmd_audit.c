/* admit audit: what operators changed, at the command line and in the chat. */
#include "table.h"

#include "base/tg_id.h"
#include "cmd.h"
#include "ledger/audit.h"

#include <stdio.h>
#include <string.h>

#define MAX_SHOWN 100

/* The words come last: a letter to a buyer is longer than a line. */
static const struct table_column columns[] = {
	{ "id", LOOK_RIGHT },
	{ "asked_ms", LOOK_TIME },
	{ "actor", LOOK_TEXT },
	{ "what", LOOK_TEXT },
	{ "tg_id", LOOK_RIGHT },
	{ "product", LOOK_TEXT },
	{ "number", LOOK_RIGHT },
	{ "amount", LOOK_RIGHT },
	{ "result", LOOK_TEXT },
	{ "words", LOOK_TEXT },
	{ NULL, LOOK_END },
};

struct wish {
	int64_t tg_id, since_ms;
	bool as_json;
};

/* A number that says something; a cell of 0 would be read as one. */
static void
put_number(struct table *t, int64_t n)
{
	if (n == 0)
		table_text(t, NULL);
	else
		table_number(t, n);
}

/* Who was forgotten since has no number there any more. */
static const char *
who(struct arena *a, int64_t actor)
{
	if (actor == AUDIT_FORGOTTEN)
		return "forgotten";
	return actor == 0 ? "command line" :
			    arena_printf(a, "%lld", (long long)actor);
}

/* In the order of the columns. */
static void
add(const struct row *row, void *ctx)
{
	struct table *t = ctx;
	struct act act;

	act_from_row(row, &act);
	table_number(t, act.id);
	table_time(t, act.asked_ms);
	table_text(t, who(t->arena, act.actor));
	table_text(t, act.act);
	put_number(t, act.tg_id);
	table_text(t, act.product);
	put_number(t, act.number);
	put_number(t, act.amount);
	table_text(t, act.done_ms == 0 ? RESULT_CANCELED : act.result);
	table_text(t, act.words);
}

/* Questions that nobody confirmed are shown, too: somebody wanted it. */
static int
list(struct app *app, struct arena *a, const struct wish *w)
{
	struct json *doc = w->as_json ? json_new(a) : NULL;
	struct table t = table_new(a, columns, doc, "audit");
	enum err e = db_each(app->db, a, SQL_AUDIT_LIST,
	    KV(kv_int("tg_id", w->tg_id), kv_int("since_ms", w->since_ms),
		kv_int("n", w->as_json ? INT64_MAX : MAX_SHOWN)),
	    add, &t);

	if (e != ERR_OK)
		return cmd_unread();
	if (doc != NULL)
		cmd_print_json(a, doc);
	table_print(&t, "No operator has changed anything.");
	if (doc == NULL && t.n_rows == MAX_SHOWN)
		puts("and more, which are older: --since narrows it down, "
		     "--json has all");
	return 0;
}

/* In any order, each once. */
static bool
read_wish(int argc, char **argv, struct wish *w)
{
	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--since") == 0 && i + 1 < argc) {
			if (!cmd_since_ms(argv[++i], &w->since_ms))
				return false;
		} else if (w->tg_id != 0 ||
		    !tg_id_parse(str_from(argv[i]), &w->tg_id))
			return false;
	return true;
}

int
cmd_audit(struct app *app, int argc, char **argv)
{
	struct wish w = { .as_json = cmd_take_option(&argc, argv, "--json") };
	struct arena a = { 0 };
	int status = 1;

	if (!read_wish(argc, argv, &w)) {
		fputs("usage: admit audit [TG_ID] [--since 30d|DAY] [--json]\n",
		    stderr);
		return 2;
	}
	app->programs = PROGRAM_LEDGER;
	if (cmd_ledger_ok(app))
		status = list(app, &a, &w);
	arena_free(&a);
	return status;
}
