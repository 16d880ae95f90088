/* Which update is whose: a command's, the coach's, a button's, a channel's. */
#include "bot/chat.h"

#include "bot/admin.h"
#include "bot/broadcast.h"
#include "bot/commands.h"
#include "bot/menu.h"
#include "bot/operator.h"
#include "bot/support.h"
#include "coach/handover.h"
#include "coach/listen.h"
#include "ledger/ledger.h"
#include "ledger/members.h"
#include "ledger/self.h"
#include "outbox/jobs.h"
#include "payment/stars.h"
#include "shop/text.h"

#define PRESSES_AN_HOUR 60
#define OPERATORS_PRESSES_AN_HOUR 1200 /* one every three seconds */

/* Words to people, a question to the coach, or something we do not understand.
 * People are shown every picture of an album. */
static enum err
on_anything(struct reply *r)
{
	bool heard = false, is_told = false;
	enum err e = support_heard(r, &heard);

	if (e == ERR_OK && !heard)
		e = reply_album(r, &is_told);
	if (e != ERR_OK || heard || is_told)
		return e;
	e = listen_to(
	    r->app, r->arena, r->u, r->in, tg_words(r->u), r->out, &heard);
	return e != ERR_OK || heard ? e : reply_fill(r, TEXT_HINT, KV_NONE);
}

/* Who writes to us can be written to: what waited for that goes out now. */
static enum err
reach(struct reply *r)
{
	bool any;
	enum err e = ledger_user_seen(r->db, r->u->from_id, r->u->language);

	if (e == ERR_OK)
		e = ledger_user_reachable(r->db, r->u->from_id, true);
	if (e == ERR_OK)
		e = jobs_revive(r->db, r->u->from_id, &any);
	return e;
}

/* What an operator sends many comes first: it may be something forwarded. */
static enum err
by_operator(struct reply *r, bool *taken)
{
	enum err e = broadcast_heard(r, taken);

	return e != ERR_OK || *taken ? e : admin_heard(r, taken);
}

/* In the private chat. Telegram's own notes (a pinned message, a new picture)
 * show that the bot can write there again, but nobody asked anything. */
static enum err
on_message(struct reply *r)
{
	bool is_crisis = false, is_command = false, is_admin = false;
	enum err e = reach(r);

	if (e != ERR_OK || r->u->is_service)
		return e;
	/* What an operator passes on or writes to buyers is not their own
	 * distress. */
	e = by_operator(r, &is_admin);
	if (e != ERR_OK || is_admin)
		return e;
	e = listen_to_crisis(r->app, r->arena, r->u, r->in, r->out, &is_crisis);
	if (e != ERR_OK || is_crisis)
		return e;
	e = operator_learn(r, &is_command);
	if (e == ERR_OK && !is_command)
		e = commands_answer(r, &is_command);
	return e != ERR_OK || is_command ? e : on_anything(r);
}

/* In the group of the coach, and in that of the people behind it. */
static enum err
on_group(struct reply *r)
{
	const char *text = NULL;
	bool is_asked = false, heard = false;
	enum err e = ERR_OK;

	if (r->u->from_id != 0 && !r->u->is_service)
		e = listen_is_asked(r->app, r->arena, r->u, &text, &is_asked);
	if (e != ERR_OK || !is_asked)
		return e;
	e = listen_to_crisis(r->app, r->arena, r->u, r->in, r->out, &heard);
	if (e == ERR_OK && !heard)
		e = reply_album(r, &heard);
	return e != ERR_OK || heard ?
	    e :
	    listen_to(r->app, r->arena, r->u, r->in, text, r->out, &heard);
}

/* A reply of the people in the support chat comes first: it is no question,
 * whichever group it was written in. */
static enum err
on_words(struct reply *r)
{
	bool taken = false;
	enum err e = handover_pass_back(r->app, r->arena, r->u, &taken);

	if (e != ERR_OK || taken)
		return e;
	if (r->u->is_private && r->u->from_id != 0)
		return on_message(r);
	return on_group(r);
}

/* Who works with /admin presses more than any buyer; each still has a limit,
 * and who is no operator has a buyer's, whatever they press. */
static enum err
may_press(struct reply *r, bool *allowed)
{
	bool is_admins = false;
	enum err e = r->u->data == NULL ?
	    ERR_OK :
	    admin_is_pressed(r, str_from(r->u->data), &is_admins);

	if (e != ERR_OK)
		return e;
	return is_admins ?
	    reply_may(r, "operator", OPERATORS_PRESSES_AN_HOUR, allowed) :
	    reply_may(r, "press", PRESSES_AN_HOUR, allowed);
}

/* The answer's body has room for one call: it stops the button's spinner at
 * once, the message is the worker's to deliver. */
static enum err
on_button(struct reply *r)
{
	struct handover_word word = { NULL, NULL };
	enum err e = ERR_OK;
	bool allowed = false;

	if (r->u->is_private && r->u->from_id != 0)
		e = may_press(r, &allowed);
	if (allowed && e == ERR_OK)
		e = reach(r);
	if (allowed && e == ERR_OK && r->u->data != NULL)
		e = menu_pressed(r);
	if (e == ERR_OK && !r->u->is_private && r->u->from_id != 0)
		e = menu_pressed_in_group(r, &word);
	r->out->method = "answerCallbackQuery";
	r->out->params =
	    tg_answer_button(r->arena, r->u->button_id, word.text, word.url);
	return e;
}

/* Somebody blocked the bot, or let it write again. */
static enum err
on_member(struct reply *r)
{
	enum err e;

	if (!r->u->blocked)
		return reach(r);
	e = ledger_user_seen(r->db, r->u->from_id, r->u->language);
	if (e == ERR_OK)
		e = ledger_user_reachable(r->db, r->u->from_id, false);
	return e;
}

/* In a channel that is sold; decided by the worker, when it gets to it. */
static enum err
on_channel(struct reply *r)
{
	const struct tg_update *u = r->u;
	const struct member_change change = { (enum member_state)u->status,
		u->changed_s, u->link };
	const char *chat_id;
	enum err e = members_chat(r->app, r->arena, u->chat_id, &chat_id);

	if (e == ERR_OK && chat_id == NULL && u->kind == TG_RIGHTS)
		return operator_channel(r);
	if (e != ERR_OK || chat_id == NULL)
		return e;
	if (u->kind == TG_RIGHTS)
		return operator_rights(r, chat_id);
	if (u->kind == TG_MOVED)
		return members_moved(r->app, r->arena, chat_id, u->moved_to);
	if (u->from_id == 0)
		return ERR_OK;
	if (u->kind == TG_ASKS)
		return members_asked(r->app, r->arena, u->from_id, chat_id);
	return members_changed(r->app, r->arena, u->from_id, chat_id, &change);
}

static enum err
on_checkout(struct reply *r)
{
	r->out->method = "answerPreCheckoutQuery";
	return stars_checkout(r->app, r->arena, r->u, r->in, &r->out->params);
}

/* Nothing is said: the worker tells the buyer when access is decided. Who never
 * wrote before is known by their payment, and so is their language. */
static enum err
on_payment(struct reply *r)
{
	enum err e = stars_record(r->app, r->arena, r->u);

	return e == ERR_OK ? ledger_language_now(r->db, r->arena, r->u->from_id,
				 r->u->language, &r->in) :
			     e;
}

static enum err
on_plan(struct reply *r)
{
	return stars_renewal(r->app, r->arena, r->u);
}

/* Of a person's own chat alone; elsewhere it is about no buyer. */
static enum err
on_blocked(struct reply *r)
{
	return r->u->is_private && r->u->from_id != 0 ? on_member(r) : ERR_OK;
}

static enum err
by_kind(struct reply *r)
{
	static enum err (*const all[])(struct reply * r) = {
		[TG_MESSAGE] = on_words,
		[TG_BUTTON] = on_button,
		[TG_PAID] = on_payment,
		[TG_REFUNDED] = on_payment,
		[TG_MEMBER] = on_blocked,
		[TG_ASKS] = on_channel,
		[TG_CHANGED] = on_channel,
		[TG_RIGHTS] = on_channel,
		[TG_MOVED] = on_channel,
		[TG_PLAN] = on_plan,
	};

	return all[r->u->kind] != NULL ? all[r->u->kind](r) : ERR_OK;
}

bool
chat_only_answers(const struct tg_update *u)
{
	return u->kind == TG_MESSAGE && u->is_private && !u->is_forwarded &&
	    u->bot_id == 0 && commands_only_answer(tg_words(u));
}

bool
chat_menu(
    enum language in, size_t i, const char **command, const char **description)
{
	return commands_menu(in, i, command, description);
}

enum err
chat_answer(struct app *app, struct db *db, struct arena *a,
    const struct tg_update *u, struct tg_reply *out)
{
	static const char *const types[] = { [TG_OTHER] = "other",
		[TG_MESSAGE] = "message",
		[TG_BUTTON] = "button",
		[TG_CHECKOUT] = "checkout",
		[TG_PAID] = "paid",
		[TG_REFUNDED] = "refunded",
		[TG_MEMBER] = "member",
		[TG_ASKS] = "asks",
		[TG_CHANGED] = "changed",
		[TG_RIGHTS] = "rights",
		[TG_MOVED] = "moved",
		[TG_PLAN] = "plan" };
	struct reply r = { app, db, a, u, out, text_language() };
	bool is_new = false;
	enum err e = ledger_inbox(db, "telegram",
	    arena_printf(a, "%lld", (long long)u->update_id), types[u->kind],
	    &is_new);

	*out = (struct tg_reply){ 0 };
	if (e == ERR_OK && u->from_id != 0 &&
	    (is_new || u->kind == TG_CHECKOUT))
		e = ledger_language_now(db, a, u->from_id, u->language, &r.in);
	/* Asked again, the answer was lost: the buyer waits for it. */
	if (e == ERR_OK && u->kind == TG_CHECKOUT)
		return on_checkout(&r);
	/* Anybody may answer to anybody's bot, so a message proves nothing. */
	if (e == ERR_OK && is_new && u->bot_id != 0)
		e = self_learn(
		    app, a, u->bot_id, u->bot_name, u->kind != TG_MESSAGE);
	return e == ERR_OK && is_new ? by_kind(&r) : e;
}
