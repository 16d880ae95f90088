/* What admit check asks Telegram. */
#include "check.h"

#include "base/str.h"
#include "base/tg_id.h"
#include "base/url.h"
#include "payment/address.h"
#include "store/db.h"
#include "telegram/update.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Calls a method; NULL where it failed. */
static struct json *
ask_with(
    struct check *c, const char *method, struct json *params, const char **why)
{
	const struct tg_api api = app_telegram(c->app);
	struct http_request req = tg_request(&c->arena, &api, method, params);
	struct http_response res;
	struct tg_answer answer = { .outcome = TG_LATER };

	if (check_calls_send(c->calls, &req, &res) == ERR_OK)
		tg_answer_read(&c->arena, &res, &answer);
	*why = answer.description != NULL ? answer.description : "no answer";
	return answer.outcome == TG_DONE ? answer.result : NULL;
}

static struct json *
ask_telegram(struct check *c, const char *method, const char **why)
{
	return ask_with(c, method, NULL, why);
}

/* Of a token that Telegram does not know, or where nobody answers, nothing
 * more need be said. */
static bool
may_ask(const struct check *c)
{
	return c->is_trial || c->has_bot;
}

static const char *
lacking(struct check *c, const char *chat_id, struct tg_rights r)
{
	const char *what = !r.is_admin ? "is no administrator" :
	    r.may_remove               ? "may not invite users" :
	    r.may_invite               ? "may not ban users" :
					 "may neither invite nor ban users";

	return arena_printf(&c->arena, "in %s the bot %s", chat_id, what);
}

#define LINK_MS 8000

/* The bot's number stands before the colon of its token. */
static void
check_rights(struct check *c, const char *chat_id)
{
	struct str rest = str_from(c->app->conf.telegram_bot_token);
	struct json *params = json_new(&c->arena), *member;
	int64_t bot_id = 0; /* a token without it is refused by Telegram */
	const char *why;

	json_put_text(params, "chat_id", chat_id);
	(void)str_to_i64(str_cut(&rest, ':'), &bot_id);
	json_put_int(params, "user_id", bot_id);
	member = ask_with(c, "getChatMember", params, &why);
	if (member == NULL)
		check_bad(c, "channel", why,
		    "make the bot an administrator of the channel and copy "
		    "its number, -100..., again");
	else if (tg_may_admit(member))
		check_good(c, "channel",
		    arena_printf(&c->arena,
			"the bot may invite to %s and remove", chat_id));
	else
		check_bad(c, "channel", lacking(c, chat_id, tg_rights(member)),
		    "make the bot an administrator there, with the rights to "
		    "invite and to ban users");
}

/* ---- what a link for all leads to ---- */

/* An invite link is looked at as anybody does, on the page that Telegram has
 * for it: bots are told of none but their own. Where the Bot API is on this
 * machine, as in tests, nobody else is asked but for what is here as well. */
static bool
may_look(const struct check *c, const char *link)
{
	struct str host = url_host(link);

	return url_is_loopback(link) ||
	    (!url_is_loopback(c->app->conf.telegram_api_base) &&
		str_starts(str_from(link), "https://") &&
		(str_eq_nocase(host, "t.me") ||
		    str_eq_nocase(host, "telegram.me")));
}

/* The page names the chat above its button; of a link that was revoked or never
 * was, it has the button alone. NULL: no title, or not to be told. */
static const char *
title_on(struct check *c, const struct http_response *res, bool *is_known)
{
	static const char before[] = "property=\"og:title\" content=\"";
	const char *page = arena_dup(&c->arena, res->body), *at;
	struct str title;

	*is_known = res->status == 200 && strstr(page, "tgme_page") != NULL;
	at = strstr(page, before);
	if (!*is_known || at == NULL || strstr(page, "tgme_page_title") == NULL)
		return NULL;
	title = str_from(at + sizeof(before) - 1);
	return arena_dup(&c->arena, str_cut(&title, '"'));
}

/* What the channel's number leads to; NULL: that is told elsewhere. */
static const char *
title_of(struct check *c, const char *chat_id)
{
	struct json *params = json_new(&c->arena);
	const char *why;

	json_put_text(params, "chat_id", chat_id);
	return json_text(ask_with(c, "getChat", params, &why), "title");
}

/* A title with signs in it is written otherwise on a page. */
static bool
is_other(const char *title, const char *other)
{
	return other != NULL && strpbrk(title, "&") == NULL &&
	    strpbrk(other, "&<>\"'") == NULL && strcmp(title, other) != 0;
}

static void
say_link(struct check *c, const struct channel *to, const char *title)
{
	const char *other =
	    to->chat_id == NULL ? NULL : title_of(c, to->chat_id);

	if (title == NULL)
		check_bad(c, "channel",
		    arena_printf(&c->arena,
			"the link %s leads nowhere: it was revoked, or never "
			"was",
			to->link),
		    "make another in the channel and put it in its place");
	else if (is_other(title, other))
		check_bad(c, "channel",
		    arena_printf(&c->arena,
			"the link %s leads to \"%s\", and %s is \"%s\"",
			to->link, title, to->chat_id, other),
		    "make a link in the right channel, or correct its number");
	else
		check_good(c, "channel",
		    arena_printf(
			&c->arena, "the link for all leads to \"%s\"", title));
}

static void
check_link(struct check *c, const struct channel *to)
{
	const struct http_request req = { .method = "GET",
		.url = to->link,
		.connect_ms = LINK_MS,
		.total_ms = LINK_MS };
	struct http_response res;
	bool is_known = false;
	const char *title = NULL;

	/* In the first round what follows is asked for as well. */
	if (c->is_trial && to->chat_id != NULL)
		(void)title_of(c, to->chat_id);
	if (check_calls_send(c->calls, &req, &res) == ERR_OK)
		title = title_on(c, &res, &is_known);
	/* A page that nobody serves tells nothing of the link. */
	check_calls_next(c->calls);
	if (is_known)
		say_link(c, to, title);
}

/* A channel without a number is joined by a link for all, so there the bot
 * needs no rights. */
static void
check_channel(struct check *c, const struct channel *one)
{
	int n_failed = c->n_failed;

	if (one->chat_id != NULL)
		check_rights(c, one->chat_id);
	if (one->link != NULL && c->n_failed == n_failed &&
	    may_look(c, one->link))
		check_link(c, one);
}

void
check_channels(struct check *c)
{
	const struct catalog *all = &c->app->catalog;

	for (size_t i = 0; may_ask(c) && i < all->n; i++)
		for (size_t j = 0; j < all->products[i].n_channels; j++)
			check_channel(c, &all->products[i].channels[j]);
}

/* ---- who is told of trouble ---- */

/* To be about to write is the least that can be tried: Telegram lets a bot do
 * so to those alone who have begun, and it leaves nothing behind. */
static bool
can_write_to(struct check *c, int64_t tg_id)
{
	struct json *params = json_new(&c->arena);
	const char *why;

	json_put_int(params, "chat_id", tg_id);
	json_put_text(params, "action", "typing");
	if (ask_with(c, "sendChatAction", params, &why) != NULL)
		return true;
	check_bad(c, "operator",
	    arena_printf(&c->arena, "the bot cannot write to %" PRId64 ": %s",
		tg_id, why),
	    "send /start to the bot from that account, or take it out "
	    "(ADMIN_TG_IDS, admit operator)");
	return false;
}

struct operators {
	struct check *c;
	int n, n_reached;
};

static void
operator_from_row(const struct row *row, void *ctx)
{
	struct operators *all = ctx;

	all->n++;
	all->n_reached += can_write_to(all->c, row_int(row, 0));
}

void
check_operators(struct check *c)
{
	struct str ids = str_from(c->app->conf.admin_tg_ids);
	struct operators all = { .c = c };
	int64_t id;

	if (!may_ask(c))
		return;
	while (ids.len > 0)
		if (tg_id_parse(str_trim(str_cut(&ids, ',')), &id)) {
			all.n++;
			all.n_reached += can_write_to(c, id);
		}
	if (c->has_ledger &&
	    db_each(c->app->db, &c->arena, SQL_OPERATORS_LIST, KV_NONE,
		operator_from_row, &all) != ERR_OK)
		return; /* the ledger was told of above */
	if (all.n == 0)
		check_note(c, "operator",
		    "ADMIN_TG_IDS is empty, so nobody is told of trouble: "
		    "`admit setup operator`");
	else if (all.n == all.n_reached)
		check_good(c, "operator",
		    arena_printf(
			&c->arena, "the bot can write to all %d", all.n));
}

/* getMe changes nothing and needs nothing but the token: the cheapest question
 * that tells whether it is the right one. */
void
check_bot(struct check *c)
{
	const char *why;
	struct json *me = ask_telegram(c, "getMe", &why);
	const char *name = json_text(me, "username");

	c->has_bot = me != NULL;
	if (me != NULL)
		check_good(c, "bot",
		    arena_printf(&c->arena, "@%s", name == NULL ? "?" : name));
	else
		check_bad(c, "bot", why,
		    "copy TELEGRAM_BOT_TOKEN again from @BotFather; is https "
		    "allowed out?");
}

/* No list means Telegram's own choice: all that the bot asks for but
 * chat_member, by which it learns who came into a channel and who left. That
 * is passed over here. */
static bool
is_allowed(struct json *info, const char *update)
{
	size_t n = json_count(info, "allowed_updates");

	for (size_t i = 0; i < n; i++) {
		char path[40];

		(void)snprintf(path, sizeof(path), "allowed_updates.%zu", i);
		if (str_eq(str_from(json_text(info, path)), update))
			return true;
	}
	return false;
}

/* The updates that it does not send, with commas; "": none. What a Bot API of
 * another time does not know is no fault. */
static const char *
not_sent(struct check *c, struct json *info)
{
	const char *list = "", *update;

	for (size_t i = 0; (update = tg_allowed_update(i)) != NULL; i++)
		if (!str_eq(str_from(update), TG_PLAN_UPDATE) &&
		    !is_allowed(info, update))
			list = arena_printf(&c->arena, "%s%s%s", list,
			    list[0] == '\0' ? "" : ", ", update);
	return list;
}

/* Of another address no more than the host: its path may be its secret. */
static const char *
where(struct check *c, const char *url)
{
	struct str host = url_host(url);

	if (host.len == 0)
		return "Telegram sends updates nowhere";
	return arena_printf(&c->arena,
	    "Telegram sends updates to another address, at %.*s", (int)host.len,
	    host.p);
}

/* Telegram shows the last error long after it has passed. Only with updates in
 * the queue is it of today. */
#define MANY_WAITING 50
static void
say_waiting(struct check *c, int64_t waiting, const char *error)
{
	/* What our own programs answer to a wrong secret, and the right one
	 * they have just been asked with. */
	if (strstr(error, "401") != NULL)
		check_bad(c, "webhook",
		    "Telegram sends another secret than "
		    "TELEGRAM_WEBHOOK_SECRET, so its updates are refused",
		    "run `admit setup telegram`");
	else
		check_bad(c, "webhook",
		    arena_printf(&c->arena,
			"%" PRId64 " updates wait; Telegram says: %s", waiting,
			error),
		    "look at the web server's log for /tgupdate");
}

static void
judge_waiting(struct check *c, struct json *info, const char *url)
{
	const char *error = json_text(info, "last_error_message");
	int64_t waiting = 0;

	(void)json_int(info, "pending_update_count", &waiting);
	if (error != NULL && waiting > 0 && !c->has_no_address)
		say_waiting(c, waiting, error);
	else if (error == NULL && waiting >= MANY_WAITING)
		check_note(c, "webhook",
		    arena_printf(&c->arena,
			"%" PRId64 " updates wait at Telegram: can the web "
			"server keep up? See its log for /tgupdate",
			waiting));
	else if (!c->has_no_address)
		check_good(c, "webhook", url);
	if (error != NULL && waiting == 0)
		check_note(c, "webhook",
		    arena_printf(
			&c->arena, "the last trouble, over by now: %s", error));
	if (!is_allowed(info, TG_PLAN_UPDATE))
		check_note(c, "webhook",
		    "Telegram does not tell when a subscription in Stars is "
		    "canceled: run `admit setup telegram`");
}

static void
judge_webhook(struct check *c, struct json *info)
{
	const char *url = json_text(info, "url");
	const char *want =
	    arena_printf(&c->arena, "%s/tgupdate", c->app->conf.base_url);
	const char *lacks = not_sent(c, info);

	if (url == NULL || strcmp(url, want) != 0)
		check_bad(c, "webhook", where(c, url == NULL ? "" : url),
		    "run `admit setup telegram`: it sends them to one alone");
	else if (lacks[0] != '\0')
		check_bad(c, "webhook",
		    arena_printf(&c->arena, "Telegram does not send %s", lacks),
		    "run `admit setup telegram`");
	else
		judge_waiting(c, info, want);
}

/* Nothing that could be an update, with our secret: it leaves nothing behind.
 * What was said of the other address holds of this one, as a rule. */
static void
check_tgupdate(struct check *c)
{
	const struct http_request req = tg_trial(&c->arena,
	    c->app->conf.base_url, c->app->conf.telegram_webhook_secret);
	struct http_response res;
	struct address_fault f;
	struct json *doc;
	enum err e = check_calls_send(c->calls, &req, &res);

	if (c->has_no_address ||
	    (e == ERR_OK && res.status == 200 &&
		json_parse(&c->arena, res.body, &doc) == ERR_OK))
		return;
	f = address_fault(&c->arena, req.url, e, &res);
	check_bad(c, "address", f.what, f.mend);
}

void
check_webhook(struct check *c)
{
	const char *why;
	struct json *info;

	check_tgupdate(c);
	check_calls_next(c->calls);
	if (!may_ask(c))
		return;
	info = ask_telegram(c, "getWebhookInfo", &why);
	if (info == NULL) {
		check_bad(c, "webhook", why, "see the bot's token above");
		return;
	}
	judge_webhook(c, info);
}

/* Whether the chat for questions to people is there. */
void
check_support_chat(struct check *c)
{
	struct json *params = json_new(&c->arena);
	const char *why;

	if (c->app->conf.support_chat_id == NULL || !may_ask(c))
		return;
	json_put_text(params, "chat_id", c->app->conf.support_chat_id);
	if (ask_with(c, "getChat", params, &why) != NULL)
		check_good(c, "people", "the support chat is there");
	else
		check_bad(c, "people", why,
		    "is SUPPORT_CHAT_ID right, and the bot in that chat?");
}
