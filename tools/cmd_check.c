/* admit check: tries everything that must work before money is taken, and
 * says for each failure what to do. */
#include "check_calls.h"
#include "cmd.h"
#include "lines.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/units.h"
#include "coach/completion.h"
#include "ledger/marks.h"
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
#include <sys/statvfs.h>

/* What the checks share; n_failed is the result. */
struct check {
	struct app *app;
	struct check_calls *calls;
	struct arena arena;
	int n_failed;
	bool has_ledger;
	bool is_trial;       /* nobody hears what is said, see check_calls.h */
	bool has_bot;        /* Telegram knows the token */
	const char *told;    /* " a b ": hosts of which it was told that nobody
	                     answers there */
	bool has_no_network; /* which was told */
};

/* The results stand in one column and the advice below it, since these lines
 * are read by people who are in a hurry. Failures go to standard output too: a
 * check is asked for its answer, and the log goes elsewhere. */
static void
good(const struct check *c, const char *what, const char *detail)
{
	if (!c->is_trial)
		lines_say("ok", what, detail, NULL);
}

/* One cause, one line: what is said after a call that nobody answered is of
 * that host's silence, and that is told once. */
static bool
is_told(struct check *c)
{
	const char *host =
	    c->calls == NULL ? NULL : check_calls_silent(c->calls);

	if (c->is_trial || host == NULL)
		return c->is_trial;
	if (c->has_no_network ||
	    strstr(c->told, arena_printf(&c->arena, " %s ", host)) != NULL)
		return true;
	c->told = arena_printf(&c->arena, "%s%s ", c->told, host);
	return false;
}

static void
bad(struct check *c, const char *what, const char *detail, const char *mend)
{
	if (is_told(c))
		return;
	lines_say("FAIL", what, detail, mend);
	c->n_failed++;
}

static void
advise(struct check *c, const char *what, const char *detail)
{
	if (!c->is_trial &&
	    (c->calls == NULL || check_calls_silent(c->calls) == NULL))
		lines_say("note", what, detail, NULL);
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
		advise(c, "ledger",
		    arena_printf(&c->arena,
			"there is no ledger yet at %s: `admit setup` makes it",
			path));
	else if (db_transaction(c->app->db, write_probe, NULL) == ERR_OK)
		good(c, "ledger", path);
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
		advise(c, "host", what);
}

/* It asks Stripe every few minutes, and notes when. Where nothing happens for
 * hours it may well have been at home; but then the safety net is missing. */
static void
check_last_run(struct check *c)
{
	int64_t pause_ms = 6 * c->app->conf.reconcile_minutes * MINUTE_MS;
	int64_t ran_ms = 0, age_ms;

	if (pause_ms == 0 || !c->has_ledger || wake_worker_pid(c->app) != 0 ||
	    mark_get(c->app->db, &c->arena, "reconcile_ms", &ran_ms) != ERR_OK)
		return;
	age_ms = clock_now_ms() - ran_ms;
	if (ran_ms != 0 && age_ms > pause_ms && age_ms > HOUR_MS)
		advise(c, "worker",
		    arena_printf(&c->arena,
			"was last at work %" PRId64 " hours ago: is the line "
			"for cron there, * * * * * admit work --once?",
			age_ms / HOUR_MS));
}

static void
paid_from_row(const struct row *row, void *ctx)
{
	*(int64_t *)ctx = row_int(row, 2);
}

/* A server's ledger is copied by other means, of which nothing is known here;
 * and a note it is in any case, since a file may be, too. */
#define OLD_COPY_DAYS 14
static void
check_backup(struct check *c)
{
	int64_t made_ms = 0, n_paid = 0, days;

	if (!c->has_ledger || c->app->conf.database_is_server ||
	    mark_get(c->app->db, &c->arena, MARK_BACKUP_MS, &made_ms) !=
		ERR_OK ||
	    db_one(c->app->db, &c->arena, SQL_LEDGER_COUNT, KV_NONE,
		paid_from_row, &n_paid) != ERR_OK)
		return;
	days = (clock_now_ms() - made_ms) / DAY_MS;
	if (made_ms == 0 && n_paid > 0)
		advise(c, "backup",
		    "no copy of the ledger was made yet: admit backup FILE");
	else if (made_ms != 0 && days > OLD_COPY_DAYS)
		advise(c, "backup",
		    arena_printf(&c->arena,
			"the last copy of the ledger is %" PRId64
			" days old: admit backup FILE",
			days));
}

/* Without its lock no worker starts, and the front programs go on to sell what
 * nobody delivers. Of a ledger that cannot be written this says nothing more
 * than was said. */
static void
check_worker(struct check *c)
{
	const char *fault =
	    c->n_failed > 0 ? NULL : wake_fault(c->app, &c->arena);

	if (fault != NULL)
		bad(c, "worker", fault,
		    "remove that file: another account made it, by a command "
		    "that was run as that one");
	else if (c->n_failed == 0)
		check_last_run(c);
}

/* A disk that is full loses nothing that was acknowledged, but takes nothing
 * more: the posts come again, and buyers wait. */
#define LITTLE_BYTES (64 * 1024 * 1024)
static void
check_disk(struct check *c)
{
	struct str folder = str_from(c->app->conf.database_path);
	struct statvfs fs;
	uint64_t bytes;

	folder.len -= str_after_last(folder, '/').len;
	if (statvfs(arena_dup(&c->arena, folder), &fs) != 0)
		return; /* told of above */
	bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (bytes < LITTLE_BYTES)
		bad(c, "disk",
		    arena_printf(&c->arena,
			"%" PRIu64 " MiB are left where the ledger is",
			bytes / (1024 * 1024)),
		    "make room: a full disk takes no payment");
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
		good(c, "channel",
		    arena_printf(&c->arena,
			"the bot may invite to %s and remove", chat_id));
	else
		bad(c, "channel", lacking(c, chat_id, tg_rights(member)),
		    "make the bot an administrator there, with the rights to "
		    "invite and to ban users");
}

/* A channel without a number is joined by a link for all, so there the bot
 * needs no rights. */
static void
check_channels(struct check *c)
{
	const struct catalog *all = &c->app->catalog;

	for (size_t i = 0; may_ask(c) && i < all->n; i++)
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
		good(c, "products", "all that people are in by is known");
}

/* getMe changes nothing and needs nothing but the token: the cheapest question
 * that tells whether it is the right one. */
static void
check_bot(struct check *c)
{
	const char *why;
	struct json *me = ask_telegram(c, "getMe", &why);
	const char *name = json_text(me, "username");

	c->has_bot = me != NULL;
	if (me != NULL)
		good(c, "bot",
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
judge_webhook(struct check *c, struct json *info)
{
	const char *url = json_text(info, "url");
	const char *want =
	    arena_printf(&c->arena, "%s/tgupdate", c->app->conf.base_url);
	const char *error = json_text(info, "last_error_message");
	int64_t waiting = 0;

	(void)json_int(info, "pending_update_count", &waiting);
	if (url == NULL || strcmp(url, want) != 0 || !all_updates_allowed(info))
		bad(c, "webhook", "Telegram does not send updates here",
		    "run `admit setup`");
	else if (error != NULL && waiting > 0)
		bad(c, "webhook",
		    arena_printf(&c->arena,
			"%" PRId64 " updates wait; Telegram says: %s", waiting,
			error),
		    "look at the web server's log for /tgupdate");
	else
		good(c, "webhook", want);
	if (error != NULL && waiting == 0)
		advise(c, "webhook",
		    arena_printf(
			&c->arena, "the last trouble, over by now: %s", error));
}

static void
check_webhook(struct check *c)
{
	const char *why;
	struct json *info;

	if (!may_ask(c))
		return;
	info = ask_telegram(c, "getWebhookInfo", &why);
	if (info == NULL) {
		bad(c, "webhook", why, "see the bot's token above");
		return;
	}
	judge_webhook(c, info);
	if (!is_allowed(info, TG_PLAN_UPDATE))
		advise(c, "webhook",
		    "Telegram does not tell when a subscription in Stars is "
		    "canceled: run `admit setup`");
}

/* Whether the chat for questions to people is there. */
static void
check_support_chat(struct check *c)
{
	struct json *params = json_new(&c->arena);
	const char *why;

	if (c->app->conf.support_chat_id == NULL || !may_ask(c))
		return;
	json_put_text(params, "chat_id", c->app->conf.support_chat_id);
	if (ask_with(c, "getChat", params, &why) != NULL)
		good(c, "people", "the support chat is there");
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
	if (check_calls_send(c->calls, &req, &res) != ERR_OK)
		bad(c, "model", conf->coach_api_base,
		    "no answer; until there is one the coach quotes the "
		    "lessons");
	else if (res.status == 401 || res.status == 403)
		bad(c, "model", conf->coach_api_base,
		    "refuses the key: see COACH_API_KEY");
	else
		good(c, "model", conf->coach_model);
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
		advise(c, "coach",
		    "no lessons: the invite says that the coach answers "
		    "questions about them (admit lessons import)");
	else
		good(c, "coach",
		    arena_printf(&c->arena, "%" PRId64 " lessons", n));
	if (c->app->conf.coach_api_base != NULL)
		check_model(c);
	check_support_chat(c);
}

/* What works, but hardly as it was meant. */
static void
check_advice(struct check *c)
{
	if (c->app->conf.support_contact == NULL)
		advise(c, "support",
		    "SUPPORT_CONTACT is empty: buyers in "
		    "trouble are told nobody to write to");
	if (!str_starts(str_from(c->app->conf.base_url), "https://"))
		advise(c, "address",
		    "BASE_URL is not https: neither Stripe nor "
		    "Telegram can reach it");
}

/* Last of all, since it holds for the rest of this process. */
static void
check_confinement(struct check *c)
{
	struct confinement held = app_confine(c->app, CONFINE_NO_CALLS);

	if (held.writes_confined)
		good(c, "confined",
		    "programs write in the ledger's folder alone");
	else
		advise(c, "confined",
		    "this kernel has no Landlock: the programs could write "
		    "wherever their account can");
	if (c->app->conf.database_is_server)
		advise(c, "confined",
		    "the ledger is a server's, so webhook and tgupdate can "
		    "call out as well");
	else if (held.calls_confined)
		good(c, "confined",
		    "webhook and tgupdate with WORKERS=1 can call nobody");
	else if (held.writes_confined)
		advise(c, "confined",
		    "refusing outbound connections needs Linux 6.7");
	if (!held.no_new_rights)
		advise(c, "confined", "no_new_privs cannot be set");
}

static enum err
send_for(struct checkup *of, const struct http_request *req,
    struct http_response *res)
{
	struct check *c = of->ctx;

	return check_calls_send(c->calls, req, res);
}

static void
say_for(struct checkup *of, enum check_result result, const char *what,
    const char *detail, const char *mend)
{
	switch (result) {
	case CHECK_GOOD:
		good(of->ctx, what, detail);
		break;
	case CHECK_NOTE:
		advise(of->ctx, what, detail);
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

	for (size_t i = 0; (p = provider_at(i)) != NULL; i++) {
		check_calls_next(c->calls);
		if (p->check != NULL)
			p->check(&of);
	}
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
		good(c, "texts", "your own sentences are read");
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
		advise(c, "consent",
		    "there is no legal/terms: buyers agree to what the bot "
		    "says to /terms");
	if (conf.content_dir == NULL)
		return;
	if (content_check(&c->arena, &conf))
		good(c, "content", "your own texts can be read");
	for (size_t i = 0; i < conf.settings.n_faults; i++)
		bad(c, "content", conf.settings.faults[i],
		    "until then it is read in another language, or not at all");
}

/* What can be told without a call, so that it can be run before the network is
 * there, and as often as one likes. */
static int
check_settings(struct app *app)
{
	struct check c = { .app = app, .told = " " };

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

/* Those that ask somebody. */
static void (*const asking[])(struct check *c) = { check_providers, check_bot,
	check_channels, check_webhook, check_coach };

/* See check_calls.h. */
static void
ask_all(struct check *c)
{
	const char *hosts;

	c->is_trial = true;
	for (size_t i = 0; i < LENGTH(asking); i++)
		asking[i](c);
	c->is_trial = false;
	check_calls_make(c->calls);
	hosts = check_calls_no_network(c->calls, c->app->conf.base_url);
	if (hosts == NULL)
		return;
	bad(c, "network",
	    arena_printf(&c->arena, "no answer from anybody: %s", hosts),
	    "is there a network, a name server, and is https allowed out?");
	c->has_no_network = true;
}

/* From what everything rests on to what only advises, so that the first failure
 * is likely the cause of those below it. */
static int
check_all(struct app *app)
{
	static void (*const before[])(struct check * c) = { check_host,
		check_texts, check_content, check_ledger, check_disk,
		check_backup, check_products, check_worker };
	static void (*const behind[])(
	    struct check * c) = { check_advice, check_confinement };
	struct check c = { .app = app, .told = " " };
	struct http *http = http_new();

	if (http == NULL)
		return 1;
	good(&c, "settings", "complete");
	for (size_t i = 0; i < LENGTH(before); i++)
		before[i](&c);
	c.calls = check_calls_new(http, &c.arena);
	ask_all(&c);
	for (size_t i = 0; i < LENGTH(asking); i++) {
		check_calls_next(c.calls);
		asking[i](&c);
	}
	c.calls = NULL;
	for (size_t i = 0; i < LENGTH(behind); i++)
		behind[i](&c);
	http_free(http);
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
		lines_say(
		    "note", "settings", app->conf.settings.notes[i], NULL);
	if (status != 0)
		return status;
	return only_settings ? check_settings(app) : check_all(app);
}
