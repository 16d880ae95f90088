/* The steps of the setup that are Telegram's: the webhook and the menu, who the
 * operator is, which channel is sold. */
#include "setup.h"

#include "base/array.h"
#include "base/crypto.h"
#include "bot/chat.h"
#include "ledger/marks.h"
#include "payment/address.h"
#include "shop/text.h"
#include "telegram/update.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static struct tg_answer
call(struct setup *s, const char *method, struct json *params)
{
	const struct tg_api api = app_telegram(s->app);
	struct http_request req = tg_request(&s->arena, &api, method, params);
	struct http_response res;
	struct tg_answer answer = { .outcome = TG_LATER };

	if (http_send(s->http, &s->arena, &req, &res) == ERR_OK)
		tg_answer_read(&s->arena, &res, &answer);
	if (answer.description == NULL)
		answer.description = "no answer";
	return answer;
}

/* The result; NULL, and *why in Telegram's own words, where it failed. */
static struct json *
ask(struct setup *s, const char *method, struct json *params, const char **why)
{
	const struct tg_answer answer = call(s, method, params);

	*why = answer.description;
	return answer.outcome == TG_DONE ? answer.result : NULL;
}

/* Of methods whose result is a mere true. */
static bool
is_done(struct setup *s, const char *method, struct json *params)
{
	return call(s, method, params).outcome == TG_DONE;
}

/* The same, with a word about what went wrong. */
static bool
done(struct setup *s, const char *method, struct json *params)
{
	const struct tg_answer answer = call(s, method, params);

	if (answer.outcome == TG_DONE)
		return true;
	lines_say("FAIL", "Telegram",
	    arena_printf(&s->arena, "%s: %s", method, answer.description),
	    "is the bot's token right, and the network there?");
	return false;
}

/* The secret comes back with each update; by it a forged one is known, which
 * could say that somebody has paid. */
static struct json *
webhook_params(const struct app *app, struct arena *a)
{
	struct json *params = json_new(a), *allowed;

	json_put_text(
	    params, "url", arena_printf(a, "%s/tgupdate", app->conf.base_url));
	json_put_text(
	    params, "secret_token", app->conf.telegram_webhook_secret);
	/* Telegram's own default. More at once would only wait for each other,
	 * as the ledger takes one writer at a time. */
	json_put_int(params, "max_connections", 40);
	/* The list must be said: chat_member comes to those alone who ask for
	 * it, and without a list Telegram keeps the one that it had. */
	allowed = json_put_array(params, "allowed_updates");
	for (size_t i = 0; tg_allowed_update(i) != NULL; i++)
		json_push_text(allowed, tg_allowed_update(i));
	return params;
}

/* From the table that answers commands, so that the menu offers none that the
 * bot does not know. */
static struct json *
menu_params(enum language in, struct arena *a)
{
	struct json *params = json_new(a);
	struct json *list = json_put_array(params, "commands");
	const char *command, *description;

	for (size_t i = 0; chat_menu(in, i, &command, &description); i++) {
		struct json *one = json_push_object(list);

		json_put_text(one, "command", command);
		json_put_text(one, "description", description);
	}
	return params;
}

/* Telegram shows the menu in its user's language, to others the one without:
 * that is the shop's. */
static bool
set_up_menu(struct setup *s)
{
	struct arena *a = &s->arena;
	bool ok = done(s, "setMyCommands", menu_params(text_language(), a));

	for (int i = 0; ok && i < LANGUAGE__COUNT; i++) {
		struct json *params = menu_params((enum language)i, a);

		json_put_text(
		    params, "language_code", language_code((enum language)i));
		ok = done(s, "setMyCommands", params);
	}
	return ok;
}

/* The two texts on the bot's page: before it is started, and where it is passed
 * on. */
static const struct about {
	const char *get, *set, *field;
	size_t most; /* characters that Telegram takes */
} abouts[] = {
	{ "getMyDescription", "setMyDescription", "description", 512 },
	{ "getMyShortDescription", "setMyShortDescription", "short_description",
	    120 },
};

static struct json *
for_language(struct setup *s, const char *code)
{
	struct json *params = json_new(&s->arena);

	if (code != NULL)
		json_put_text(params, "language_code", code);
	return params;
}

/* Words that the operator wrote to @BotFather are theirs and stay. code NULL:
 * for whoever's language has none. */
static bool
describe(struct setup *s, const struct about *about, enum language in,
    const char *code)
{
	const struct product *p = catalog_find(&s->app->catalog, NULL);
	const char *title =
	    p == NULL ? NULL : product_title(p, language_code(in));
	const char *why,
	    *text = text_fill_in(in, &s->arena, TEXT_BOT_DESCRIPTION,
		KV(kv_text("product", title == NULL ? "" : title)));
	struct json *now = ask(s, about->get, for_language(s, code), &why);
	struct json *params = for_language(s, code);

	if (now == NULL)
		return false;
	if (str_from(json_text(now, about->field)).len > 0 ||
	    str_chars(str_from(text)) > about->most)
		return true;
	json_put_text(params, about->field, text);
	return is_done(s, about->set, params);
}

/* That it failed is no harm to anybody. */
static void
set_up_descriptions(struct setup *s)
{
	bool ok = true;

	for (size_t k = 0; ok && k < LENGTH(abouts); k++) {
		ok = describe(s, &abouts[k], text_language(), NULL);
		for (int i = 0; ok && i < LANGUAGE__COUNT; i++)
			ok = describe(s, &abouts[k], (enum language)i,
			    language_code((enum language)i));
	}
	if (ok)
		lines_say("ok", "page",
		    "the bot's page says what it sells, in each language",
		    NULL);
	else
		lines_say("note", "page",
		    "the bot's description could not be set: do it at "
		    "@BotFather",
		    NULL);
}

/* The ledger first: where it is another account's, Telegram is not to send
 * updates to programs that could not record them. */
bool
setup_telegram(struct setup *s)
{
	if (!setup_ledger(s, 0))
		return false;
	if (!done(s, "setWebhook", webhook_params(s->app, &s->arena)))
		return false;
	lines_say("ok", "Telegram",
	    arena_printf(&s->arena, "Telegram sends updates to %s/tgupdate",
		s->app->conf.base_url),
	    NULL);
	if (!set_up_menu(s))
		return false;
	lines_say("ok", "menu",
	    "the bot's menu has its commands, in each language", NULL);
	set_up_descriptions(s);
	return true;
}

/* ---- who the operator is ---- */

/* Who waits for what somebody writes to the bot should know at once that none
 * of it can arrive. The programs may be started, or the name entered, while
 * this waits. */
static void
look_at_address(struct setup *s)
{
	const struct conf *conf = &s->app->conf;
	const struct http_request req =
	    tg_trial(&s->arena, conf->base_url, conf->telegram_webhook_secret);
	struct http_response res = { .status = 0 };
	struct address_fault f;
	enum err e;

	if (s->tried_address)
		return;
	s->tried_address = true;
	e = http_send(s->http, &s->arena, &req, &res);
	if (e == ERR_OK && res.status == 200)
		return;
	f = address_fault(&s->arena, req.url, e, &res);
	lines_say("note", "address",
	    arena_printf(&s->arena,
		"%s: nothing that is sent to the bot arrives", f.what),
	    f.mend);
}

/* Of 12 digits, the first no 0: it is typed by hand where no link is. */
static int64_t
new_code(void)
{
	uint64_t chance = 0;

	if (random_bytes((unsigned char *)&chance, sizeof(chance)) != ERR_OK)
		return 0;
	return 100000000000 + (int64_t)(chance % 900000000000);
}

static const char *
bot_name(struct setup *s)
{
	const char *why, *name;
	struct json *me = ask(s, "getMe", NULL, &why);

	name = json_text(me, "username");
	if (me == NULL)
		lines_say("FAIL", "bot", why,
		    "copy TELEGRAM_BOT_TOKEN again from @BotFather");
	return me == NULL ? NULL : name == NULL ? "?" : name;
}

/* Why nothing came, as Telegram sees it. */
static void
say_unheard(struct setup *s, const char *what)
{
	const char *why, *error;
	struct json *info = ask(s, "getWebhookInfo", NULL, &why);

	error = json_text(info, "last_error_message");
	lines_say("FAIL", what,
	    error == NULL ? "nothing came in a quarter of an hour" :
			    arena_printf(&s->arena,
				"nothing came; Telegram says: %s", error),
	    arena_printf(&s->arena, "run this again: admit setup %s", what));
}

bool
setup_operator(struct setup *s)
{
	int64_t code = new_code(), id;
	const char *name;

	if (s->app->conf.admin_tg_ids != NULL) {
		lines_say(
		    "ok", "operator", "ADMIN_TG_IDS names who it is", NULL);
		return true;
	}
	name = code == 0 ? NULL : bot_name(s);
	if (name == NULL || !setup_ledger(s, code))
		return false;
	look_at_address(s);
	printf("\n      Who runs this shop? Send the bot @%s this code from "
	       "your own\n      account, or follow the link:\n\n"
	       "        %lld\n        https://t.me/%s?start=%lld\n\n",
	    name, (long long)code, name, (long long)code);
	id = setup_wait(s, MARK_OPERATOR, 0, "waiting for the code");
	if (id == 0) {
		say_unheard(s, "operator");
		return false;
	}
	lines_say("ok", "operator",
	    arena_printf(&s->arena, "you are number %lld", (long long)id),
	    NULL);
	return setup_write(
	    s, "ADMIN_TG_IDS", arena_printf(&s->arena, "%lld", (long long)id));
}

/* ---- which channel ---- */

/* The bot's rights in a chat. False: it is not there any more. */
static bool
rights_in(struct setup *s, const char *chat_id, struct tg_rights *out)
{
	struct json *params = json_new(&s->arena), *member;
	const char *why;

	json_put_text(params, "chat_id", chat_id);
	json_put_int(params, "user_id", s->app->conf.bot_id);
	member = ask(s, "getChatMember", params, &why);
	*out = tg_rights(member);
	return member != NULL && out->is_admin;
}

static bool
has_rights(struct setup *s, const char *chat_id)
{
	struct tg_rights r;

	if (!rights_in(s, chat_id, &r))
		lines_say("FAIL", "channel",
		    arena_printf(&s->arena, "the bot is no administrator of %s",
			chat_id),
		    "make it one there, with the rights to invite and to ban "
		    "users, and run this again: admit setup channel");
	else if (!r.may_invite || !r.may_remove)
		lines_say("FAIL", "channel",
		    arena_printf(&s->arena, "in %s the bot may not %s", chat_id,
			r.may_remove     ? "invite users" :
			    r.may_invite ? "ban users" :
					   "invite and ban users"),
		    "give it that right there, and run this again: admit "
		    "setup channel");
	else
		lines_say("ok", "channel",
		    arena_printf(&s->arena,
			"the bot may invite to %s and remove", chat_id),
		    NULL);
	return r.may_invite && r.may_remove;
}

/* The chat that was noted last, unless the bot has gone from it since. */
static int64_t
wait_for_chat(struct setup *s)
{
	int64_t chat = 0;
	struct tg_rights r;

	do
		chat = setup_wait(
		    s, MARK_CHAT, chat, "waiting to be made administrator");
	while (chat != 0 &&
	    !rights_in(
		s, arena_printf(&s->arena, "%lld", (long long)chat), &r));
	return chat;
}

bool
setup_channel(struct setup *s)
{
	const struct conf *conf = &s->app->conf;
	const char *id = conf->paid_channel_id, *name;
	int64_t chat;

	if (conf->products_file != NULL) {
		lines_say("ok", "channel",
		    "the products file names what is sold", NULL);
		return true;
	}
	if (id != NULL)
		return has_rights(s, id);
	name = bot_name(s);
	if (name == NULL || !setup_ledger(s, 0))
		return false;
	look_at_address(s);
	/* By the link Telegram asks for the channel, with the rights ticked.
	 * Of what came before the operator was known, nothing is noted. */
	printf("\n      Which channel is sold? Make the bot an administrator "
	       "of it, with\n      the rights to invite and to ban users, or "
	       "follow this link:\n\n        https://t.me/%s?startchannel"
	       "&admin=invite_users+restrict_members\n\n      If it is one "
	       "already, remove it there and add it again.\n\n",
	    name);
	chat = wait_for_chat(s);
	if (chat == 0) {
		say_unheard(s, "channel");
		return false;
	}
	id = arena_printf(&s->arena, "%lld", (long long)chat);
	return setup_write(s, "PAID_CHANNEL_ID", id) && has_rights(s, id);
}
