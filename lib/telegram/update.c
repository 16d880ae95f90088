/* Reading an update. */
#include "telegram/update.h"

#include "base/array.h"
#include "base/tg_id.h"

#define DATE_MAX_S ((int64_t)1 << 40) /* in ms it is a number still */

/* chat_member is off at Telegram unless it is asked for by name, and a list
 * that leaves a kind out turns it off. */
const char *
tg_allowed_update(size_t i)
{
	static const char *const names[] = { "message", "callback_query",
		"my_chat_member", "pre_checkout_query", "chat_member",
		"chat_join_request", TG_PLAN_UPDATE };

	return i < LENGTH(names) ? names[i] : NULL;
}

/* A person (never another bot) and whether the chat is theirs alone. */
static void
read_person(struct arena *a, struct json *from, struct json *chat,
    struct tg_update *out)
{
	int64_t id = 0, chat_id = 0;

	if (!json_int(from, "id", &id) || id < 1 || id > TG_ID_MAX ||
	    json_is_true(from, "is_bot"))
		return;
	out->from_id = id;
	out->language = arena_dup_text(a, json_text(from, "language_code"));
	/* In a private chat the chat's number is the person's. Both are asked,
	 * since what follows may hold an invite link. */
	out->is_private = json_int(chat, "id", &chat_id) && chat_id == id &&
	    str_eq(str_from(json_text(chat, "type")), "private");
}

/* What has no charge or no amount is none of ours to act on. */
static void
read_payment(
    struct arena *a, struct json *p, enum tg_kind kind, struct tg_update *out)
{
	struct tg_payment *pay = &out->payment;

	pay->query_id = arena_dup_text(a, json_text(p, "id"));
	pay->charge_id =
	    arena_dup_text(a, json_text(p, "telegram_payment_charge_id"));
	pay->currency = arena_dup_text(a, json_text(p, "currency"));
	pay->payload = arena_dup_text(a, json_text(p, "invoice_payload"));
	(void)json_int(p, "total_amount", &pay->amount);
	(void)json_int(p, "subscription_expiration_date", &pay->until_s);
	pay->recurs = json_is_true(p, "is_recurring");
	pay->is_first = json_is_true(p, "is_first_recurring");
	if ((kind == TG_CHECKOUT ? pay->query_id : pay->charge_id) != NULL &&
	    pay->currency != NULL && pay->payload != NULL && pay->amount > 0 &&
	    pay->until_s >= 0 && pay->until_s <= DATE_MAX_S)
		out->kind = kind;
	else
		out->kind = TG_OTHER;
}

static void
read_voice(struct arena *a, struct json *voice, struct tg_voice *out)
{
	out->file_id = arena_dup_text(a, json_text(voice, "file_id"));
	(void)json_int(voice, "duration", &out->duration_s);
	(void)json_int(voice, "file_size", &out->size_bytes);
}

/* It is told twice: in the group that was, and in the supergroup that is. */
static void
read_move(struct json *m, struct tg_update *out)
{
	int64_t other = 0;

	if (json_int(m, "migrate_to_chat_id", &other)) {
		out->moved_to = other;
	} else if (json_int(m, "migrate_from_chat_id", &other)) {
		out->moved_to = out->chat_id;
		out->chat_id = other;
	}
	if (other != 0)
		out->kind =
		    out->chat_id < 0 && out->moved_to < 0 ? TG_MOVED : TG_OTHER;
}

static void
read_bot(struct arena *a, struct json *user, struct tg_update *out)
{
	if (!json_is_true(user, "is_bot") ||
	    !json_int(user, "id", &out->bot_id))
		return;
	out->bot_name = arena_dup_text(a, json_text(user, "username"));
}

/* In a topic every message that answers none names the one that began the
 * topic. */
static void
read_reply(struct arena *a, struct json *earlier, struct tg_update *out)
{
	if (json_at(earlier, "forum_topic_created") != NULL)
		return;
	(void)json_int(earlier, "message_id", &out->reply_to);
	(void)json_int(
	    earlier, "forward_origin.sender_user.id", &out->reply_writer);
	out->replies_to_post = json_is_true(earlier, "is_automatic_forward");
	/* An administrator without a name and a channel look like bots. */
	if (json_at(earlier, "sender_chat") != NULL)
		return;
	read_bot(a, json_at(earlier, "from"), out);
	out->replies_to_bot = out->bot_id != 0;
}

/* What somebody said: everything else is a note of Telegram's, of which it
 * has more with each version. */
static bool
is_said(struct json *m)
{
	static const char *const kinds[] = { "text", "caption", "photo",
		"voice", "video", "video_note", "audio", "document",
		"animation", "sticker", "location", "venue", "contact", "poll",
		"dice", "game", "story", "paid_media", "checklist", "invoice",
		"live_photo" };

	for (size_t i = 0; i < LENGTH(kinds); i++)
		if (json_at(m, kinds[i]) != NULL)
			return true;
	return false;
}

/* Something to look at or to listen to, other than a voice. */
static bool
has_file(struct json *m)
{
	static const char *const kinds[] = { "photo", "document", "video",
		"video_note", "audio", "animation", "live_photo",
		"paid_media" };

	for (size_t i = 0; i < LENGTH(kinds); i++)
		if (json_at(m, kinds[i]) != NULL)
			return true;
	return false;
}

/* When it happened, in seconds; 0: not said. */
static int64_t
time_at(struct json *m)
{
	int64_t at_s = 0;

	return json_int(m, "date", &at_s) && at_s >= 0 && at_s <= DATE_MAX_S ?
	    at_s :
	    0;
}

static void
read_words(struct arena *a, struct json *m, struct tg_update *out)
{
	out->text = arena_dup_text(a, json_text(m, "text"));
	out->caption = arena_dup_text(a, json_text(m, "caption"));
	out->album = arena_dup_text(a, json_text(m, "media_group_id"));
	out->is_service = !is_said(m);
	out->has_file = has_file(m);
	read_voice(a, json_at(m, "voice"), &out->voice);
}

/* A person's alone: what was in a channel has no author. */
static void
read_forwarded(struct json *origin, struct tg_update *out)
{
	struct str type = str_from(json_text(origin, "type"));

	out->is_forwarded = str_eq(type, "user") || str_eq(type, "hidden_user");
	(void)json_int(origin, "sender_user.id", &out->forwarded_from);
}

static void
read_message(struct arena *a, struct json *m, struct tg_update *out)
{
	out->kind = TG_MESSAGE;
	(void)json_int(m, "chat.id", &out->chat_id);
	(void)json_int(m, "message_id", &out->message_id);
	read_words(a, m, out);
	read_forwarded(json_at(m, "forward_origin"), out);
	read_reply(a, json_at(m, "reply_to_message"), out);
	/* What is said in a channel's or a group's name is no person's. */
	if (json_at(m, "sender_chat") == NULL)
		read_person(a, json_at(m, "from"), json_at(m, "chat"), out);
	/* Payments are read after everything else (but for a move), so that
	 * they decide the kind whatever else the message holds. */
	if (json_is_object(m, "successful_payment"))
		read_payment(a, json_at(m, "successful_payment"), TG_PAID, out);
	else if (json_is_object(m, "refunded_payment"))
		read_payment(
		    a, json_at(m, "refunded_payment"), TG_REFUNDED, out);
	out->payment.at_s = time_at(m);
	read_move(m, out);
}

/* A checkout happens in no chat: the invoice may have been forwarded. */
static void
read_checkout(struct arena *a, struct json *q, struct tg_update *out)
{
	read_person(a, json_at(q, "from"), NULL, out);
	read_payment(a, q, TG_CHECKOUT, out);
}

static void
read_button(struct arena *a, struct json *q, struct tg_update *out)
{
	struct json *chat = json_at(q, "message.chat");

	out->kind = TG_BUTTON;
	out->button_id = arena_dup_text(a, json_text(q, "id"));
	out->data = arena_dup_text(a, json_text(q, "data"));
	(void)json_int(q, "message.message_id", &out->message_id);
	(void)json_int(chat, "id", &out->chat_id);
	out->has_photo = json_at(q, "message.photo") != NULL;
	read_bot(a, json_at(q, "message.from"), out);
	read_person(a, json_at(q, "from"), chat, out);
	/* A button whose message is gone or too old: its presser is known. */
	if (chat == NULL && out->from_id != 0)
		out->is_private = true;
	if (out->button_id == NULL)
		out->kind = TG_OTHER;
}

enum tg_status
tg_status(struct json *member)
{
	static const struct {
		const char *name;
		enum tg_status status;
	} all[] = { { "left", TG_LEFT }, { "member", TG_IN },
		{ "kicked", TG_KICKED }, { "administrator", TG_ADMIN },
		{ "creator", TG_ADMIN } };
	struct str name = str_from(json_text(member, "status"));

	/* Restricted people of a group may be in it or not. */
	if (str_eq(name, "restricted"))
		return json_is_true(member, "is_member") ? TG_IN : TG_LEFT;
	for (size_t i = 0; i < LENGTH(all); i++)
		if (str_eq(name, all[i].name))
			return all[i].status;
	return TG_NO_STATUS;
}

/* A request to join; without the number of a chat it is about nothing. */
static void
read_asking(struct arena *a, struct json *m, struct tg_update *out)
{
	if (!json_int(m, "chat.id", &out->chat_id))
		return;
	out->kind = TG_ASKS;
	read_person(a, json_at(m, "from"), json_at(m, "chat"), out);
}

/* The person is the one whose place changed, not the one who changed it. */
static void
read_change(struct arena *a, struct json *m, struct tg_update *out)
{
	if (!json_int(m, "chat.id", &out->chat_id))
		return;
	out->kind = TG_CHANGED;
	out->status = tg_status(json_at(m, "new_chat_member"));
	out->link = arena_dup_text(a, json_text(m, "invite_link.invite_link"));
	out->changed_s = time_at(m);
	read_person(
	    a, json_at(m, "new_chat_member.user"), json_at(m, "chat"), out);
}

struct tg_rights
tg_rights(struct json *member)
{
	bool is_admin = tg_status(member) == TG_ADMIN;

	return (struct tg_rights){ is_admin,
		is_admin && json_is_true(member, "can_invite_users"),
		is_admin && json_is_true(member, "can_restrict_members") };
}

bool
tg_may_admit(struct json *member)
{
	struct tg_rights r = tg_rights(member);

	return r.may_invite && r.may_remove;
}

/* The bot's own place in a group or channel: may it let in and send off? */
static void
read_rights(struct arena *a, struct json *m, struct tg_update *out)
{
	int64_t by_id = 0;

	out->kind = TG_RIGHTS;
	out->rights = tg_rights(json_at(m, "new_chat_member"));
	out->has_rights = out->rights.may_invite && out->rights.may_remove;
	out->chat_title = arena_dup_text(a, json_text(m, "chat.title"));
	if (json_int(m, "from.id", &by_id) && by_id > 0 && by_id <= TG_ID_MAX)
		out->by_id = by_id;
}

static void
read_member(struct arena *a, struct json *m, struct tg_update *out)
{
	struct str status = str_from(json_text(m, "new_chat_member.status"));

	read_bot(a, json_at(m, "new_chat_member.user"), out);
	/* Groups and channels have numbers below zero. There the update is
	 * about the bot's rights; in a private chat, about being blocked. */
	if (json_int(m, "chat.id", &out->chat_id) && out->chat_id < 0) {
		read_rights(a, m, out);
		return;
	}
	out->kind = TG_MEMBER;
	out->blocked = str_eq(status, "kicked") || str_eq(status, "left");
	read_person(a, json_at(m, "from"), json_at(m, "chat"), out);
}

/* A state that is not known may mean anything: nothing is made of it. */
static void
read_plan(struct arena *a, struct json *s, struct tg_update *out)
{
	static const struct {
		const char *word;
		enum tg_plan plan;
	} all[] = { { "active", TG_PLAN_ACTIVE },
		{ "canceled", TG_PLAN_CANCELED },
		{ "failed", TG_PLAN_FAILED } };
	struct str state = str_from(json_text(s, "state"));

	read_person(a, json_at(s, "user"), NULL, out);
	out->payment.payload =
	    arena_dup_text(a, json_text(s, "invoice_payload"));
	if (out->payment.payload == NULL || out->from_id == 0)
		return;
	for (size_t i = 0; i < LENGTH(all); i++)
		if (str_eq(state, all[i].word)) {
			out->kind = TG_PLAN;
			out->plan = all[i].plan;
		}
}

enum err
tg_update_parse(struct arena *a, struct str body, struct tg_update *out)
{
	/* The tree is many times larger than what is kept, and a batch holds
	 * many updates: each tree goes before the next is made. */
	static struct arena
	    tree; /* gone before the next: what is kept is copied */
	struct json *doc;
	enum err e;

	*out = (struct tg_update){ 0 };
	arena_reset(&tree);
	e = json_parse(&tree, body, &doc);
	if (e != ERR_OK)
		return e;
	if (!json_int(doc, "update_id", &out->update_id) || out->update_id < 0)
		return ERR_INPUT;
	/* An update has exactly one of these. One that has none of them is of a
	 * kind that is not acted on; it is taken with a 200, or Telegram would
	 * send it again for a day. */
	if (json_is_object(doc, "message"))
		read_message(a, json_at(doc, "message"), out);
	else if (json_is_object(doc, "callback_query"))
		read_button(a, json_at(doc, "callback_query"), out);
	else if (json_is_object(doc, "pre_checkout_query"))
		read_checkout(a, json_at(doc, "pre_checkout_query"), out);
	else if (json_is_object(doc, "my_chat_member"))
		read_member(a, json_at(doc, "my_chat_member"), out);
	else if (json_is_object(doc, "chat_join_request"))
		read_asking(a, json_at(doc, "chat_join_request"), out);
	else if (json_is_object(doc, "chat_member"))
		read_change(a, json_at(doc, "chat_member"), out);
	else if (json_is_object(doc, TG_PLAN_UPDATE))
		read_plan(a, json_at(doc, TG_PLAN_UPDATE), out);
	return ERR_OK;
}

int64_t
tg_chat_id(const char *text)
{
	struct str s = str_from(text);
	bool is_group = str_starts(s, "-");
	int64_t n = 0;

	if (is_group)
		s = (struct str){ s.p + 1, s.len - 1 };
	(void)str_to_i64(s, &n);
	return is_group ? -n : n;
}

const char *
tg_words(const struct tg_update *u)
{
	return u->text == NULL && u->voice.file_id == NULL ? u->caption :
							     u->text;
}
