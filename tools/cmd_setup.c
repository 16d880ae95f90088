/* admit setup: registers the bot with Telegram and says what is to be entered
 * at those who take money. */
#include "cmd.h"

#include "bot/chat.h"
#include "net/http.h"
#include "payment/provider.h"
#include "shop/text.h"
#include "telegram/update.h"

#include <stdio.h>

/* Calls a method and says how it went; the description is Telegram's own. */
static bool
call(struct app *app, struct http *http, struct arena *a, const char *method,
    struct json *params)
{
	const struct tg_api api = app_telegram(app);
	struct http_request req = tg_request(a, &api, method, params);
	struct http_response res;
	struct tg_answer answer = { .outcome = TG_LATER };

	if (http_send(http, a, &req, &res) == ERR_OK)
		tg_answer_read(a, &res, &answer);
	if (answer.outcome == TG_DONE)
		return true;
	printf("FAIL  Telegram's %s: %s\n", method,
	    answer.description != NULL ? answer.description :
					 "no answer; is the network there?");
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
set_up_menu(struct app *app, struct http *http, struct arena *a)
{
	bool ok = call(
	    app, http, a, "setMyCommands", menu_params(text_language(), a));

	for (int i = 0; ok && i < LANGUAGE__COUNT; i++) {
		struct json *params = menu_params((enum language)i, a);

		json_put_text(
		    params, "language_code", language_code((enum language)i));
		ok = call(app, http, a, "setMyCommands", params);
	}
	return ok;
}

static bool
set_up_telegram(struct app *app, struct http *http, struct arena *a)
{
	if (!call(app, http, a, "setWebhook", webhook_params(app, a)))
		return false;
	printf("ok    Telegram sends updates to %s/tgupdate\n",
	    app->conf.base_url);
	if (!set_up_menu(app, http, a))
		return false;
	puts("ok    the bot's menu has its commands, in each language");
	return true;
}

static void
print_providers(const struct app *app, struct arena *a)
{
	const struct provider *p;

	for (size_t i = 0; (p = provider_at(i)) != NULL; i++)
		if (p->setup != NULL)
			printf("\n%s", p->setup(app, a));
	puts("Then run `admit check`.");
}

int
cmd_setup(struct app *app, int argc, char **argv)
{
	struct arena a = { 0 };
	struct http *http;
	bool ok;

	(void)argv;
	if (argc > 0) {
		fputs("usage: admit setup\n", stderr);
		return 2;
	}
	/* The webhook's secret is not known yet at the first time. */
	app->programs = PROGRAM_TGUPDATE | PROGRAM_WORKER;
	if (!cmd_ledger_made(app))
		return 1;
	http = http_new();
	/* What is to be entered at Stripe is printed even where Telegram
	 * failed: the two can be put right in either order. */
	ok = http != NULL && set_up_telegram(app, http, &a);
	print_providers(app, &a);
	http_free(http);
	arena_free(&a);
	return ok ? 0 : 1;
}
