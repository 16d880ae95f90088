/* admit check: tries everything that must work before money is taken, and
 * says for each failure what to do. */
#include "check.h"
#include "lines.h"

#include "base/array.h"
#include "base/log.h"
#include "coach/completion.h"
#include "net/http.h"
#include "payment/provider.h"
#include "shop/content.h"
#include "shop/texts_file.h"
#include "store/db.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
		check_bad(c, "model", conf->coach_api_base,
		    "no answer; until there is one the coach quotes the "
		    "lessons");
	else if (res.status == 401 || res.status == 403)
		check_bad(c, "model", conf->coach_api_base,
		    "refuses the key: see COACH_API_KEY");
	else
		check_good(c, "model", conf->coach_model);
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
		check_note(c, "coach",
		    "no lessons: the invite says that the coach answers "
		    "questions about them (admit lessons import)");
	else
		check_good(c, "coach",
		    arena_printf(&c->arena, "%" PRId64 " lessons", n));
	if (c->app->conf.coach_api_base != NULL)
		check_model(c);
}

/* What works, but hardly as it was meant. */
static void
check_advice(struct check *c)
{
	if (c->app->conf.support_contact == NULL)
		check_note(c, "support",
		    "SUPPORT_CONTACT is empty: buyers in "
		    "trouble are told nobody to write to");
	if (!str_starts(str_from(c->app->conf.base_url), "https://"))
		check_note(c, "address",
		    "BASE_URL is not https: neither Stripe nor "
		    "Telegram can reach it");
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
		check_good(of->ctx, what, detail);
		break;
	case CHECK_NOTE:
		check_note(of->ctx, what, detail);
		break;
	case CHECK_BAD:
		check_bad(of->ctx, what, detail, mend);
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
		check_good(c, "texts", "your own sentences are read");
	for (size_t i = 0; i < conf.settings.n_faults; i++)
		check_bad(c, "texts", conf.settings.faults[i],
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
		check_note(c, "consent",
		    "there is no legal/terms: buyers agree to what the bot "
		    "says to /terms");
	if (conf.content_dir == NULL)
		return;
	if (content_check(&c->arena, &conf))
		check_good(c, "content", "your own texts can be read");
	for (size_t i = 0; i < conf.settings.n_faults; i++)
		check_bad(c, "content", conf.settings.faults[i],
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
		check_bad(&c, "ledger", app->conf.database_path,
		    "that is the first version's database: name another file "
		    "in DATABASE_URL, and run `admit import` with this one");
	arena_free(&c.arena);
	return c.n_failed == 0 ? 0 : 1;
}

/* Those that ask somebody. */
static void (*const asking[])(struct check *c) = { check_providers, check_bot,
	check_operators, check_support_chat, check_channels, check_webhook,
	check_coach };

/* Of who does not answer a line tells below, so that at a terminal the log need
 * not tell it among the others. */
static void
make_calls(struct check *c)
{
	enum log_level was = log_from(LOG_ERROR);

	if (isatty(STDERR_FILENO) != 1)
		(void)log_from(was);
	check_calls_make(c->calls);
	(void)log_from(was);
}

/* See check_calls.h. */
static void
ask_all(struct check *c)
{
	const char *hosts;

	c->is_trial = true;
	for (size_t i = 0; i < LENGTH(asking); i++)
		asking[i](c);
	c->is_trial = false;
	make_calls(c);
	hosts = check_calls_no_network(c->calls, c->app->conf.base_url);
	if (hosts == NULL)
		return;
	check_bad(c, "network",
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
	check_good(&c, "settings", "complete");
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
	return c.n_failed == 0 ? 0 : 1;
}

/* Those that the settings have are all told, and nothing else is tried then. */
static int
check(struct app *app, const struct args *args)
{
	bool only_settings = args_has(args, OPTION_SETTINGS);
	bool as_json = args_has(args, OPTION_JSON);
	int status = (as_json ? cmd_ready(app) : cmd_settings_ok(app)) ? 0 : 1;

	for (size_t i = 0; as_json && i < app->conf.settings.n_faults; i++)
		lines_say(
		    "FAIL", "settings", app->conf.settings.faults[i], NULL);
	for (size_t i = 0; i < app->conf.settings.n_notes; i++)
		lines_say(
		    "note", "settings", app->conf.settings.notes[i], NULL);
	if (status != 0 || only_settings)
		return status != 0 ? status : check_settings(app);
	status = check_all(app);
	if (status == 0 && !as_json)
		puts("\nAll is well.");
	return status;
}

int
cmd_check(struct app *app, const struct args *args)
{
	struct arena a = { 0 };
	struct json *doc;
	int status;

	if (!args_has(args, OPTION_JSON))
		return check(app, args);
	doc = json_new(&a);
	lines_into(json_put_array(doc, "checks"));
	status = check(app, args);
	lines_into(NULL);
	cmd_print_json(&a, doc);
	arena_free(&a);
	return status;
}
