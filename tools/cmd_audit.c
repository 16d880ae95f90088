/* admit audit: what operators changed, at the command line and in the chat. */
#include "list.h"

#include "base/tg_id.h"
#include "ledger/audit.h"

/* The words come last: a letter to a buyer is longer than a line. */
static const struct table_column columns[] = {
	{ "id", LOOK_ID },
	{ "asked_ms", LOOK_TIME },
	{ "actor", LOOK_TEXT },
	{ "what", LOOK_TEXT },
	{ "tg_id", LOOK_ID },
	{ "product", LOOK_TEXT },
	{ "number", LOOK_ID },
	{ "amount", LOOK_RIGHT },
	{ "result", LOOK_TEXT },
	{ "words", LOOK_TEXT },
	{ NULL, LOOK_END },
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

/* Who was forgotten since has no number any more; that it was a person, and not
 * the command line, stays true. */
static const char *
actor_of(struct arena *a, int64_t actor)
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
	table_text(t, actor_of(t->arena, act.actor));
	table_text(t, act.act);
	put_number(t, act.tg_id);
	table_text(t, act.product);
	put_number(t, act.number);
	put_number(t, act.amount);
	table_text(t, act.done_ms == 0 ? RESULT_CANCELED : act.result);
	table_text(t, act.words);
}

/* Questions that nobody confirmed are shown, too: somebody wanted it. */
static enum err
fill(struct app *app, struct table *t, const void *tg_id)
{
	return db_each(app->db, t->arena, SQL_AUDIT_LIST,
	    KV(kv_int("tg_id", *(const int64_t *)tg_id),
		kv_int("since_ms", t->filter.since_ms), kv_int("n", INT64_MAX)),
	    add, t);
}

static const struct list list = { "audit", columns, "result",
	"No operator has changed anything.", fill, false };

int
cmd_audit(struct app *app, const struct args *args)
{
	const char *word = args_word(args, 0);
	int64_t tg_id = 0;

	if (word != NULL && !tg_id_parse(str_from(word), &tg_id))
		return args_wrong(args, "\"%s\" is no Telegram number", word);
	return list_print(app, args, &list, &tg_id);
}
