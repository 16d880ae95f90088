/* The next call about one person and one channel. */
#include "bot/channel_call.h"

#include "base/clock.h"
#include "base/units.h"
#include "ledger/ledger.h"
#include "shop/text.h"
#include "store/db.h"
#include "telegram/update.h"

static const char *const methods[] = { [STEP_LOOK] = "getChatMember",
	[STEP_APPROVE] = "approveChatJoinRequest",
	[STEP_HINT] = "sendMessage",
	[STEP_DECLINE] = "declineChatJoinRequest",
	[STEP_REVOKE] = "revokeChatInviteLink",
	[STEP_UNBAN] = "unbanChatMember",
	[STEP_LINK] = "createChatInviteLink",
	[STEP_BAN] = "banChatMember" };

/* The message to a stranger who asks to join: where the product of this channel
 * is sold. Telegram allows it to somebody who never opened the bot, for five
 * minutes or until the request is answered. */
static enum err
hint(struct app *app, struct arena *a, const struct channel_call *c,
    struct json **params)
{
	struct tg_message m = { .chat_id = c->tg_id };
	enum language in;
	enum err e = ledger_language(app->db, a, c->tg_id, &in);

	m.text = text_fill_in(in, a, TEXT_UNINVITED,
	    KV(kv_text("product",
		   product_title(c->member.leads, language_code(in))),
		kv_text("support", app_support_in(in, app, a))));
	*params = tg_send_message(a, &m);
	return e;
}

static struct json *
params_of(struct arena *a, const struct channel_call *c)
{
	struct json *params = json_new(a);

	json_put_text(params, "chat_id", c->member.chat_now);
	/* The link lets nobody in by itself: whoever follows it asks, and is
	 * let in by number. A link that is passed on is worth nothing to
	 * others. */
	if (c->step == STEP_LINK)
		json_put_bool(params, "creates_join_request", true);
	else if (c->step == STEP_REVOKE)
		json_put_text(params, "invite_link", c->member.link);
	else
		json_put_int(params, "user_id", c->tg_id);
	/* Without this, unbanChatMember removes a member who is not banned. */
	if (c->step == STEP_UNBAN)
		json_put_bool(params, "only_if_banned", true);
	return params;
}

enum err
channel_prepare(struct app *app, struct arena *a, int64_t tg_id,
    const char *chat_id, int64_t since_ms, enum invitation inviting,
    struct channel_call *out)
{
	const struct tg_api api = app_telegram(app);
	int64_t age_ms = inviting == INVITE_ANEW ? 0 : HOUR_MS;
	struct json *params;
	enum err e;

	*out = (struct channel_call){ .tg_id = tg_id };
	e = members_read(app, a, tg_id, chat_id, since_ms, &out->member);
	if (e != ERR_OK)
		return e;
	out->member.facts.inviting = inviting != INVITE_NOBODY;
	if (inviting == INVITE_LATE)
		out->member.facts.is_new = false;
	out->member.facts.old_link = out->member.link_ms < since_ms - age_ms;
	out->step = member_next(&out->member.facts);
	if (out->step == STEP_NONE)
		return ERR_OK;
	if (out->step == STEP_HINT)
		e = hint(app, a, out, &params);
	else
		params = params_of(a, out);
	out->call = tg_request(a, &api, methods[out->step], params);
	return e;
}

/* ---- what is begun ---- */

/* The worker may be killed before the answer comes, or none may come: a link
 * that is revoked all the same would be sent to who is let in again. */
bool
channel_is_noted_first(const struct channel_call *c)
{
	return c->step == STEP_REVOKE && !c->member.facts.revoking;
}

enum err
channel_begin(struct app *app, const struct channel_call *c)
{
	return db_exec(app->db, SQL_LINK_REVOKING,
	    KV(kv_text("link", c->member.link),
		kv_int("now_ms", clock_now_ms())),
	    NULL);
}
