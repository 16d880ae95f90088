/* Let in, let out. */
#include "shop/channel.h"

#include "base/clock.h"
#include "shop/text.h"
#include "telegram/update.h"

static const char *const methods[] = { [STEP_LOOK] = "getChatMember",
	[STEP_APPROVE] = "approveChatJoinRequest",
	[STEP_HINT] = "sendMessage",
	[STEP_DECLINE] = "declineChatJoinRequest",
	[STEP_REVOKE] = "revokeChatInviteLink",
	[STEP_UNBAN] = "unbanChatMember",
	[STEP_LINK] = "createChatInviteLink",
	[STEP_BAN] = "banChatMember" };

static struct json *
hint(struct app *app, struct arena *a, int64_t tg_id)
{
	const struct product *p = catalog_find(&app->catalog, NULL);
	const struct tg_message m = { .chat_id = tg_id,
		.text = text_fill(a, TEXT_UNINVITED,
		    KV(kv_text("product", product_title(p, "uk")),
			kv_text("support", app_support(app, a)))) };

	return tg_send_message(a, &m);
}

static struct json *
params_of(struct app *app, struct arena *a, const struct channel_call *c)
{
	struct json *params;

	if (c->step == STEP_HINT)
		return hint(app, a, c->tg_id);
	params = json_new(a);
	json_put_text(params, "chat_id", c->member.chat_now);
	if (c->step == STEP_LINK)
		json_put_bool(params, "creates_join_request", true);
	else if (c->step == STEP_REVOKE)
		json_put_text(params, "invite_link", c->member.link);
	else
		json_put_int(params, "user_id", c->tg_id);
	if (c->step == STEP_UNBAN)
		json_put_bool(params, "only_if_banned", true);
	return params;
}

enum err
channel_prepare(struct app *app, struct arena *a, int64_t tg_id,
    const char *chat_id, int64_t since_ms, bool inviting,
    struct channel_call *out)
{
	const struct tg_api api = app_telegram(app);
	enum err e;

	*out = (struct channel_call){ .tg_id = tg_id };
	e = membership_read(app, a, tg_id, chat_id, since_ms, &out->member);
	if (e != ERR_OK)
		return e;
	out->member.facts.inviting = inviting;
	out->step = member_next(&out->member.facts);
	if (out->step != STEP_NONE)
		out->call = tg_request(
		    a, &api, methods[out->step], params_of(app, a, out));
	return ERR_OK;
}

/* ---- what was confirmed ---- */

/* A clock put back meanwhile must not make the word look old. */
static enum err
note_state(struct app *app, const struct channel_call *c, int64_t since_ms,
    enum member_state state)
{
	int64_t now_ms = clock_now_ms();

	return db_exec(app->db, SQL_MEMBER_STATE,
	    KV(kv_int("tg_id", c->tg_id), kv_text("chat_id", c->member.chat_id),
		kv_int("state", (int64_t)state),
		kv_int("now_ms", now_ms > since_ms ? now_ms : since_ms)),
	    NULL);
}

static enum err
note_answered(struct app *app, const struct channel_call *c, enum sql what)
{
	return db_exec(app->db, what,
	    KV(kv_int("tg_id", c->tg_id), kv_text("chat_id", c->member.chat_id),
		kv_int("asked_ms", c->member.asked_ms)),
	    NULL);
}

static enum err
note_approved(struct app *app, const struct channel_call *c, int64_t since_ms,
    enum member_state state)
{
	enum err e = note_answered(app, c, SQL_MEMBER_ANSWERED);

	return e == ERR_OK ? note_state(app, c, since_ms, state) : e;
}

static enum err
note_revoked(struct app *app, const struct channel_call *c)
{
	return db_exec(app->db, SQL_LINK_REVOKED,
	    KV(kv_text("link", c->member.link),
		kv_int("now_ms", clock_now_ms())),
	    NULL);
}

static enum err
note_link(struct app *app, const struct channel_call *c, struct json *result)
{
	const char *link = json_text(result, "invite_link");

	if (link == NULL)
		return ERR_OK; /* asked for again */
	return db_exec(app->db, SQL_LINK_ADD,
	    KV(kv_text("link", link), kv_int("tg_id", c->tg_id),
		kv_text("chat_id", c->member.chat_id),
		kv_int("now_ms", clock_now_ms())),
	    NULL);
}

static enum err
note_done(struct app *app, const struct channel_call *c, struct json *result,
    int64_t since_ms)
{
	switch (c->step) {
	case STEP_LOOK:
		return note_state(
		    app, c, since_ms, (enum member_state)tg_status(result));
	case STEP_APPROVE:
		return note_approved(app, c, since_ms, MEMBER_IN);
	case STEP_HINT:
		return note_answered(app, c, SQL_MEMBER_HINTED);
	case STEP_DECLINE:
		return note_answered(app, c, SQL_MEMBER_ANSWERED);
	case STEP_REVOKE:
		return note_revoked(app, c);
	case STEP_UNBAN:
		return note_state(app, c, since_ms, MEMBER_OUT);
	case STEP_LINK:
		return note_link(app, c, result);
	default: /* banned: Telegram is asked whether they are out */
		return note_state(app, c, since_ms, MEMBER_UNKNOWN);
	}
}

static bool
says(const struct tg_answer *answer, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_has_nocase(str_from(answer->description), words[i]))
			return true;
	return false;
}
#define SAYS(answer, words) \
	says(answer, words, sizeof(words) / sizeof(*(words)))

static const char *const admin_words[] = { "administrator of the chat",
	"chat owner", "USER_ADMIN_INVALID" };
static const char *const nobody_words[] = { "user not found",
	"PARTICIPANT_ID_INVALID", "USER_NOT_PARTICIPANT", "member not found" };
static const char *const gone_words[] = { "USER_ALREADY_PARTICIPANT",
	"HIDE_REQUESTER_MISSING", "user not found", "PARTICIPANT_ID_INVALID" };

/* A refusal that leaves nothing to do: the request is gone, the link dead, the
 * person nobody we could remove. *is_known false: it is none of these. */
static enum err
note_refused(struct app *app, const struct channel_call *c,
    const struct tg_answer *answer, int64_t since_ms, bool *is_known)
{
	enum member_step step = c->step;

	*is_known = true;
	if (step == STEP_HINT)
		return note_answered(app, c, SQL_MEMBER_HINTED);
	if (step == STEP_REVOKE)
		return note_revoked(app, c);
	if (step == STEP_BAN && SAYS(answer, admin_words))
		return note_state(app, c, since_ms, MEMBER_ADMIN);
	if ((step == STEP_LOOK || step == STEP_BAN) &&
	    SAYS(answer, nobody_words))
		return note_state(app, c, since_ms, MEMBER_OUT);
	if ((step == STEP_APPROVE || step == STEP_DECLINE) &&
	    SAYS(answer, gone_words))
		return note_approved(app, c, since_ms, MEMBER_UNKNOWN);
	*is_known = false;
	return ERR_OK;
}

/* A chat that the bot may do nothing in, or not even see. */
static enum err
note_no_right(struct app *app, struct arena *a, const struct channel_call *c,
    const struct tg_answer *answer)
{
	return tg_chat_is_unknown(answer->description) ?
	    membership_unknown(app, a, c->member.chat_id) :
	    membership_rights(app, a, c->member.chat_id, false);
}

enum err
channel_settle(struct app *app, struct arena *a, const struct channel_call *c,
    const struct tg_answer *answer, int64_t since_ms, enum channel_end *end)
{
	bool is_known = false;
	enum err e = ERR_OK;

	*end = CHANNEL_NEXT;
	if (answer->outcome == TG_DONE)
		return note_done(app, c, answer->result, since_ms);
	if (answer->moved_to != 0)
		return membership_moved(
		    app, a, c->member.chat_id, answer->moved_to);
	*end = CHANNEL_LATER;
	if (answer->outcome == TG_USER_GONE || answer->outcome == TG_REFUSED) {
		if (c->step != STEP_HINT &&
		    tg_has_no_right(answer->description)) {
			*end = CHANNEL_NO_RIGHT;
			return note_no_right(app, a, c, answer);
		}
		e = note_refused(app, c, answer, since_ms, &is_known);
		if (is_known)
			*end = CHANNEL_NEXT;
	}
	return e;
}
