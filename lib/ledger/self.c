/* The bot's own number and name. */
#include "ledger/self.h"

#include "store/db.h"

static void
self_from_row(const struct row *row, void *ctx)
{
	*(struct self *)ctx =
	    (struct self){ row_int(row, 0), row_text(row, 1) };
}

enum err
self_get(const struct app *app, struct arena *a, struct self *out)
{
	enum err e =
	    db_one(app->db, a, SQL_SELF_GET, KV_NONE, self_from_row, out);

	if (e == ERR_NOT_FOUND)
		*out = (struct self){ 0 };
	else if (e != ERR_OK)
		return e;
	/* The token is of another bot than the one that was noted. */
	if (app->conf.bot_id != 0 && app->conf.bot_id != out->id)
		*out = (struct self){ .id = app->conf.bot_id };
	return ERR_OK;
}

enum err
self_note(struct app *app, struct arena *a, int64_t id, const char *name)
{
	struct self known;
	enum err e;

	if (id == 0 || name == NULL ||
	    (app->conf.bot_id != 0 && app->conf.bot_id != id))
		return ERR_OK;
	e = self_get(app, a, &known);
	/* Only another name is written: this is called with every update that
	 * names a bot, and a write costs a sync. */
	if (e != ERR_OK ||
	    (known.id == id && str_eq(str_from(known.name), name)))
		return e;
	return db_exec(app->db, SQL_SELF_SET,
	    KV(kv_int("id", id), kv_text("word", name)), NULL);
}

enum err
self_learn(struct app *app, struct arena *a, int64_t id, const char *name,
    bool is_sure)
{
	/* Any group shows updates about other bots too. */
	if (!is_sure && (id == 0 || id != app->conf.bot_id))
		return ERR_OK;
	return self_note(app, a, id, name);
}

/* In a group "/help@other_bot" reaches every bot; alone with ours nobody else
 * can be meant. */
bool
self_is_meant(const struct self *s, struct str to, bool is_private)
{
	if (to.len == 0)
		return true;
	return s->name == NULL ? is_private : str_eq_nocase(to, s->name);
}
