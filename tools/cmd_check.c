/* admit check: tries everything that must work before money is taken, and
 * says for each failure what to do. */
#include "cmd.h"

#include "base/array.h"
#include "coach/completion.h"
#include "ledger/products.h"
#include "net/http.h"
#include "outbox/wake.h"
#include "payment/provider.h"
#include "shop/content.h"
#include "shop/texts_file.h"
#include "telegram/update.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the checks share; n_failed is the result. */
struct check {
	struct app *app;
	struct http *http;
	struct arena arena;
	int n_failed;
	bool has_ledger;
};

/* The results stand in one column and the advice below it, since these lines
 * are read by people who are in a hurry. Failures go to standard output too: a
 * check is asked for its answer, and the log goes elsewhere. */
static void
good(const char *what, const char *detail)
{
	printf("ok    %-10s %s\n", what, detail);
}

static void
bad(struct check *c, const char *what, const char *detail, const char *mend)
{
	printf("FAIL  %-10s %s\n                 %s\n", what, detail, mend);
	c->n_failed++;
}

static void
advise(const char *what, const char *detail)
{
	printf("note  %-10s %s\n", what, detail);
}

/* Takes the lock for writing and deletes nothing, as nothing is older than
 * 1970. Opening the file would not do: it may be there for reading only. */
static enum err
write_probe(struct db *db, void *ctx)
{
	(void)ctx;
	return db_exec(db, SQL_INBOX_PRUNE, KV(kv_int("before_ms", 0)), NULL);
}

static const char is_of_the_first[] =
    "that is the first version's database: name another file in DATABASE_URL, "
    "and run `admit import` with this one";

/* A ledger made by one account cannot be written by another one; and a check
 * makes none. */
static void
check_ledger(struct check *c)
{
	const char *path = conf_ledger_name(&c->app->conf, &c->arena);
	const char *fault = cmd_account_fault(c->app);

	c->has_ledger = fault == NULL && cmd_has_ledger(c->app);
	if (fault != NULL)
		bad(c, "ledger", path, fault);
	else if (!cmd_may_make_ledger(c->app))
		bad(c, "ledger", path,
		    "create its folder and let the web server's account write "
		    "there");
	else if (c->has_ledger && cmd_is_first(c->app))
		bad(c, "ledger", path, is_of_the_first);
	else if (!c->has_ledger)
		advise("ledger",
		    arena_printf(&c->arena,
			"there is no ledger yet at %s: `admit setup` makes it",
			path));
	else if (db_transaction(c->app->db, write_probe, NULL) == ERR_OK)
		good("ledger", path);
	else
		bad(c, "ledger", path,
		    "let the web server's account write it; the log above has "
		    "the reason");
}

static void
check_host(struct check *c)
{
	const char *what;

	for (size_t i = 0; (what = app_hindrance(i, &c->arena)) != NULL; i++)
		advise("host", what);
}

/* Without its lock no worker starts, and the front programs go on to sell what
 * nobody delivers. */
static void
check_worker(struct check *c)
{
	const char *fault = wake_fault(c->app, &c->arena);

	if (fault != NULL)
		bad(c, "worker", fault,
		    "remove that file: another account made it, by a command "
		    "that was run as that one");
}

/* Calls a method; NULL where it failed. */
static struct json *
ask_with(
    struct check *c, const char *method, struct json *params, const char **why)
{
	const struct tg_api api = app_telegram(c->app);
	struct http_request req = tg_request(&c->arena, &api, method, params);
	struct http_response res;
	struct tg_answer answer = { .outcome = TG_LATER };

	if (http_send(c->http, &c->arena, &req, &res) == ERR_OK)
		tg_answer_read(&c->arena, &res, &answer);
	*why = answer.description != NULL ? answer.description : "no answer";
	return answer.outcome == TG_DONE ? answer.result : NULL;
}

static struct json *
ask_telegram(struct check *c, const char *method, const char **why)
{
	return ask_with(c, method, NULL, why);
}

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
		bad(c, "channel", why,
		    "make the bot an administrator of the channel and copy "
		    "its number, -100..., again");
	else if (tg_may_admit(member))
		good("channel",
		    arena_printf(&c->arena,
			"the bot may invite to %s and remove", chat_id));
	else
		bad(c, "channel", chat_id,
		    "make the bot an administrator there, with the rights to "
		    "invite and to ban users");
}

/* A channel without a number is joined by a link for all, so there the bot
 * needs no rights. */
static void
check_channels(struct check *c)
{
	const struct catalog *all = &c->app->catalog;

	for (size_t i = 0; i < all->n; i++)
		for (size_t j = 0; j < all->products[i].n_channels; j++) {
			const char *id = all->products[i].channels[j].chat_id;

			if (id != NULL)
				check_rights(c, id);
		}
}

/* What people are in by and nobody knows: no invite goes out for it. */
static void
tell_lost(const char *id, int64_t n, void *ctx)
{
	struct check *c = ctx;

	bad(c, "products",
	    arena_printf(&c->arena,
		"product \"%s\" is not known, and %" PRId64
		" people are in by it",
		id, n),
	    arena_printf(&c->arena,
		"put it back into the products, or bring them under another "
		"id: admit product rename %s NEW",
		id));
}

static void
check_products(struct check *c)
{
	int n_failed = c->n_failed;

	if (c->has_ledger &&
	    products_lost(c->app, &c->arena, tell_lost, c) == ERR_OK &&
	    c->n_failed == n_failed)
		good("products", "all that people are in by is known");
}

/* getMe changes nothing and needs nothing but the token: the cheapest question
 * that tells whether it is the right one. */
static void
check_bot(struct check *c)
{
	const char *why;
	struct json *me = ask_telegram(c, "getMe", &why);
	const char *name = json_text(me, "username");

	if (me != NULL)
		good("bot",
		    arena_printf(&c->arena, "@%s", name == NULL ? "?" : name));
	else
		bad(c, "bot", why,
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

/* What a Bot API of another time does not know is no fault. */
static bool
all_updates_allowed(struct json *info)
{
	const char *update;

	for (size_t i = 0; (update = tg_allowed_update(i)) != NULL; i++)
		if (!str_eq(str_from(update), TG_PLAN_UPDATE) &&
		    !is_allowed(info, update))
			return false;
	return true;
}

/* Telegram shows the last error long after it has passed. Only with updates in
 * the queue is it of today. */
static void
check_webhook(struct check *c)
{
	const char *why;
	struct json *info = ask_telegram(c, "getWebhookInfo", &why);
	const char *url = json_text(info, "url");
	const char *want =
	    arena_printf(&c->arena, "%s/tgupdate", c->app->conf.base_url);
	const char *error = json_text(info, "last_error_message");
	int64_t waiting = 0;

	(void)json_int(info, "pending_update_count", &waiting);
	if (info == NULL)
		bad(c, "webhook", why, "see the bot's token above");
	else if (url == NULL || strcmp(url, want) != 0 ||
	    !all_updates_allowed(info))
		bad(c, "webhook", "Telegram does not send updates here",
		    "run `admit setup`");
	else if (error != NULL && waiting > 0)
		bad(c, "webhook",
		    arena_printf(&c->arena,
			"%" PRId64 " updates wait; Telegram says: %s", waiting,
			error),
		    "look at the web server's log for /tgupdate");
	else
		good("webhook", want);
	if (info != NULL && !is_allowed(info, TG_PLAN_UPDATE))
		advise("webhook",
		    "Telegram does not tell when a subscription in Stars is "
		    "canceled: run `admit setup`");
	if (info != NULL && error != NULL && waiting == 0)
		advise("webhook",
		    arena_printf(
			&c->arena, "the last trouble, over by now: %s", error));
}

/* Whether the chat for questions to people is there. */
static void
check_support_chat(struct check *c)
{
	struct json *params = json_new(&c->arena);
	const char *why;

	if (c->app->conf.support_chat_id == NULL)
		return;
	json_put_text(params, "chat_id", c->app->conf.support_chat_id);
	if (ask_with(c, "getChat", params, &why) != NULL)
		good("people", "the support chat is there");
	else
		bad(c, "people", why,
		    "is SUPPORT_CHAT_ID right, and the bot in that chat?");
}

/* Its list of models costs nothing and wants the key. Any answer but a refusal
 * will do: not every server that speaks this form has such a list, and a 404
 * shows at least that somebody is there. */
static void
check_model(struct check *c)
{
	const struct conf *conf = &c->app->conf;
	struct http_request req = { .method = "GET",
		.url =
		    arena_printf(&c->arena, "%s/models", conf->coach_api_base),
		.connect_ms = COMPLETION_CONNECT_MS,
		.total_ms = COMPLETION_TOTAL_MS };
	struct http_response res = { .status = 0 };

	if (conf->coach_api_key != NULL)
		req.headers[0] = arena_printf(
		    &c->arena, "Authorization: Bearer %s", conf->coach_api_key);
	if (http_send(c->http, &c->arena, &req, &res) != ERR_OK)
		bad(c, "model", conf->coach_api_base,
		    "no answer; until there is one the coach quotes the "
		    "lessons");
	else if (res.status == 401 || res.status == 403)
		bad(c, "model", conf->coach_api_base,
		    "refuses the key: see COACH_API_KEY");
	else
		good("model", conf->coach_model);
}

/* No lessons is no fault: a shop may well sell without a coach. */
static void
check_coach(struct check *c)
{
	int64_t n = 0;

	if (c->has_ledger &&
	    db_one(c->app->db, &c->arena, SQL_LESSONS_COUNT, KV_NONE,
		row_to_int, &n) != ERR_OK)
		return; /* the ledger was told of above */
	if (n == 0)
		advise("coach",
		    "no lessons: the invite says that the coach answers "
		    "questions about them (admit lessons import)");
	else
		good(
		    "coach", arena_printf(&c->arena, "%" PRId64 " lessons", n));
	if (c->app->conf.coach_api_base != NULL)
		check_model(c);
	check_support_chat(c);
}

/* What works, but hardly as it was meant. */
static void
check_advice(struct check *c)
{
	if (c->app->conf.support_contact == NULL)
		advise("support",
		    "SUPPORT_CONTACT is empty: buyers in "
		    "trouble are told nobody to write to");
	if (!str_starts(str_from(c->app->conf.base_url), "https://"))
		advise("address",
		    "BASE_URL is not https: neither Stripe nor "
		    "Telegram can reach it");
}

/* Last of all, since it holds for the rest of this process. */
static void
check_confinement(struct check *c)
{
	struct confinement held = app_confine(c->app, CONFINE_NO_CALLS);

	if (held.writes_confined)
		good("confined", "programs write in the ledger's folder alone");
	else
		advise("confined",
		    "this kernel has no Landlock: the programs could write "
		    "wherever their account can");
	if (c->app->conf.database_is_server)
		advise("confined",
		    "the ledger is a server's, so webhook and tgupdate can "
		    "call out as well");
	else if (held.calls_confined)
		good("confined",
		    "webhook and tgupdate with WORKERS=1 can call nobody");
	else if (held.writes_confined)
		advise("confined",
		    "refusing outbound connections needs Linux 6.7");
	if (!held.no_new_rights)
		advise("confined", "no_new_privs cannot be set");
}

static enum err
send_for(struct checkup *of, const struct http_request *req,
    struct http_response *res)
{
	struct check *c = of->ctx;

	return http_send(c->http, &c->arena, req, res);
}

static void
say_for(struct checkup *of, enum check_result result, const char *what,
    const char *detail, const char *mend)
{
	switch (result) {
	case CHECK_GOOD:
		good(what, detail);
		break;
	case CHECK_NOTE:
		advise(what, detail);
		break;
	case CHECK_BAD:
		bad(of->ctx, what, detail, mend);
		break;
	}
}

/* Each provider knows itself what must work; this lends it the line to the
 * network and to the operator. */
static void
check_providers(struct check *c)
{
	struct checkup of = { .app = c->app,
		.arena = &c->arena,
		.send = send_for,
		.say = say_for,
		.ctx = c };
	const struct provider *p;

	for (size_t i = 0; (p = provider_at(i)) != NULL; i++)
		if (p->check != NULL)
			p->check(&of);
}

/* Sentences that are wrong stop no program, so here they are told. */
static void
check_texts(struct check *c)
{
	struct texts *own =
	    arena_alloc(&c->arena, LANGUAGE__COUNT * sizeof(*own));
	struct conf conf = c->app->conf;

	/* In a copy, so that faults of sentences are not taken for faults of
	 * the settings. */
	conf.settings.n_faults = 0;
	if (conf.texts_file == NULL && conf.texts_dir == NULL)
		return;
	if (texts_load(own, &c->arena, &conf))
		good("texts", "your own sentences are read");
	for (size_t i = 0; i < conf.settings.n_faults; i++)
		bad(c, "texts", conf.settings.faults[i],
		    "until then the sentence is as it was built");
}

/* The same of long texts. */
static void
check_content(struct check *c)
{
	struct conf conf = c->app->conf;

	struct content terms;

	conf.settings.n_faults = 0;
	if (conf.consent != 0 &&
	    content_read(&conf, &c->arena, CONTENT_TERMS, text_language(),
		&terms) != ERR_OK)
		advise("consent",
		    "there is no legal/terms: buyers agree to what the bot "
		    "says to /terms");
	if (conf.content_dir == NULL)
		return;
	if (content_check(&c->arena, &conf))
		good("content", "your own texts can be read");
	for (size_t i = 0; i < conf.settings.n_faults; i++)
		bad(c, "content", conf.settings.faults[i],
		    "until then it is read in another language, or not at all");
}

/* What can be told without a call, so that it can be run before the network is
 * there, and as often as one likes. */
static int
check_settings(struct app *app)
{
	struct check c = { .app = app };

	check_texts(&c);
	check_content(&c);
	/* By the ledger's own account alone: even who only reads it may leave a
	 * file beside it. */
	if (cmd_has_ledger(app) && cmd_account_fault(app) == NULL &&
	    cmd_is_first(app))
		bad(&c, "ledger", app->conf.database_path, is_of_the_first);
	arena_free(&c.arena);
	return c.n_failed == 0 ? 0 : 1;
}

/* From what everything rests on to what only advises, so that the first failure
 * is likely the cause of those below it. */
static int
check_all(struct app *app)
{
	static void (*const checks[])(struct check * c) = { check_host,
		check_texts, check_ledger, check_products, check_worker,
		check_providers, check_bot, check_channels, check_webhook,
		check_coach, check_advice, check_confinement };
	struct check c = { .app = app };

	c.http = http_new();
	if (c.http == NULL)
		return 1;
	good("settings", "complete");
	for (size_t i = 0; i < LENGTH(checks); i++)
		checks[i](&c);
	http_free(c.http);
	arena_free(&c.arena);
	if (c.n_failed == 0)
		puts("\nAll is well.");
	return c.n_failed == 0 ? 0 : 1;
}

int
cmd_check(struct app *app, int argc, char **argv)
{
	bool only_settings = argc == 1 && strcmp(argv[0], "--settings") == 0;
	int status;

	if (argc > 0 && !only_settings) {
		fputs("usage: admit check [--settings]\n", stderr);
		return 2;
	}
	status = cmd_settings_ok(app) ? 0 : 1;
	for (size_t i = 0; i < app->conf.settings.n_notes; i++)
		advise("settings", app->conf.settings.notes[i]);
	if (status != 0)
		return status;
	return only_settings ? check_settings(app) : check_all(app);
}
