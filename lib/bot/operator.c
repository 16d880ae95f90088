/* The operator's number and the channel's, learned instead of asked for. */
#include "bot/operator.h"

#include "base/clock.h"
#include "base/units.h"
#include "ledger/marks.h"
#include "ledger/members.h"
#include "ledger/operators.h"
#include "outbox/alert.h"
#include "telegram/command.h"

#define CODE_DIGITS 12 /* a stranger who guesses has a quarter of an hour */
#define CODE_MS (15 * MINUTE_MS)

/* By its look, so that other messages cost no look into the ledger. A link
 * brings it behind /start, and who types it sends it alone. */
static bool
code_in(const char *text, int64_t *code)
{
	struct tg_command c = tg_command(text);

	return (c.name.len == 0 || tg_is_command(text, "/start")) &&
	    c.rest.len == CODE_DIGITS && str_to_i64(c.rest, code);
}

/* A code that was shown long ago may stand in somebody's screenshot. */
static enum err
is_the_code(const struct reply *r, int64_t code, bool *is_it)
{
	int64_t expected = 0, made_ms = 0;
	enum err e = mark_get(r->db, r->arena, MARK_CODE, &expected);

	if (e == ERR_OK)
		e = mark_get(r->db, r->arena, MARK_CODE_MS, &made_ms);
	*is_it = e == ERR_OK && expected == code &&
	    clock_now_ms() - made_ms < CODE_MS;
	return e;
}

enum err
operator_learn(struct reply *r, bool *is_taken)
{
	int64_t code = 0;
	enum err e;

	*is_taken = false;
	if (!code_in(r->u->text, &code))
		return ERR_OK;
	e = is_the_code(r, code, is_taken);
	if (e != ERR_OK || !*is_taken)
		return e;
	/* It serves once. */
	e = mark_set(r->db, MARK_CODE, 0);
	if (e == ERR_OK)
		e = mark_set(r->db, MARK_OPERATOR, r->u->from_id);
	return e == ERR_OK ? reply_fill(r, TEXT_OPERATOR_KNOWN,
				 KV(kv_int("number", r->u->from_id))) :
			     e;
}

/* Who has just sent the code stands in no settings yet that this process has
 * read. */
static enum err
is_operator(const struct reply *r, int64_t tg_id, bool *is_it)
{
	int64_t noted = 0;
	enum err e;

	*is_it = operator_is_set(r->app, tg_id);
	if (*is_it || tg_id == 0)
		return ERR_OK;
	e = mark_get(r->db, r->arena, MARK_OPERATOR, &noted);
	*is_it = noted == tg_id;
	return e;
}

/* Told by signs, which are read in any language. */
static const char *
sign(bool may)
{
	return may ? "✅" : "❌";
}

/* Under a name of the cause and the chat, once a day each. */
static enum err
tell(const struct reply *r, const char *cause, enum text which)
{
	const struct tg_update *u = r->u;
	struct arena *a = r->arena;
	const char *chat = arena_printf(a, "%lld", (long long)u->chat_id);
	const struct alert_about about = { .chat_id = u->chat_id };

	return alert_daily(r->app, a, arena_printf(a, "%s/%s", cause, chat),
	    &(struct alert_words){ .text = which,
		.values = KV(kv_text("chat", chat),
		    kv_text(
			"title", u->chat_title != NULL ? u->chat_title : chat),
		    kv_text("invite", sign(u->rights.may_invite)),
		    kv_text("remove", sign(u->rights.may_remove))) },
	    &about);
}

enum err
operator_channel(struct reply *r)
{
	bool is_it = false;
	enum err e = ERR_OK;

	if (r->u->rights.is_admin)
		e = is_operator(r, r->u->by_id, &is_it);
	if (e != ERR_OK || !is_it)
		return e;
	e = mark_set(r->db, MARK_CHAT, r->u->chat_id);
	if (e != ERR_OK)
		return e;
	return r->u->has_rights ? tell(r, "added", TEXT_ALERT_ADDED) :
				  tell(r, "lacks", TEXT_ALERT_LACKS);
}

/* One right that was taken is told by its name. */
enum err
operator_rights(struct reply *r, const char *chat_id)
{
	const struct tg_update *u = r->u;

	if (u->has_rights || !u->rights.is_admin)
		return members_rights(r->app, r->arena, chat_id, u->has_rights);
	return tell(r, "rights", TEXT_ALERT_LACKS);
}
