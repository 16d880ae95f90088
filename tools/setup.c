/* What the steps of the setup share, and the one that is Stripe's. */
#include "setup.h"

#include "payment/provider.h"
#include "settings_file.h"

#include <string.h>

/* The channel is not known yet at the first time, and neither is the secret of
 * Stripe's posts: both are what the setup is for. */
bool
setup_reload(struct setup *s)
{
	cmd_anew(s->app, PROGRAM_SETUP | PROGRAM_LEDGER);
	return cmd_settings_ok(s->app);
}

bool
setup_begin(struct setup *s, struct app *app)
{
	*s = (struct setup){ .app = app };
	if (!setup_reload(s))
		return false;
	s->file = arena_dup_text(
	    &s->arena, settings_place(&app->conf.settings, &s->arena));
	s->http = http_new();
	return s->http != NULL;
}

void
setup_end(struct setup *s)
{
	http_free(s->http);
	arena_free(&s->arena);
}

/* Read anew at once: the next step goes by what stands there. */
bool
setup_write(struct setup *s, const char *name, const char *value)
{
	const char *fault = s->file == NULL ?
	    "this account has no home for a settings file: name one in "
	    "ADMIT_CONF" :
	    settings_file_set(&s->arena, s->file, name, value);
	const char *given;

	if (fault != NULL) {
		lines_say("FAIL", "settings", fault, "then run this again");
		return false;
	}
	lines_say("ok", "settings",
	    arena_printf(&s->arena, "%s is in %s", name, s->file), NULL);
	if (!setup_reload(s))
		return false;
	given = settings_given(&s->app->conf.settings, name);
	if (given != NULL && strcmp(given, value) != 0) {
		lines_say("FAIL", "settings",
		    arena_printf(&s->arena,
			"the environment has another %s, which counts", name),
		    "take it out there");
		return false;
	}
	return true;
}

/* A provider sends nothing itself, see provider.h. */
static enum err
send_for(struct checkup *of, const struct http_request *req,
    struct http_response *res)
{
	struct setup *s = of->ctx;

	return http_send(s->http, &s->arena, req, res);
}

static void
say_for(struct checkup *of, enum check_result result, const char *what,
    const char *detail, const char *mend)
{
	(void)of;
	lines_say(result == CHECK_BAD ? "FAIL" :
		result == CHECK_GOOD  ? "ok" :
					"note",
	    what, detail, mend);
}

/* A secret that stood there before stays good until its endpoint is gone: the
 * setting takes several. */
static bool
keep_secret(struct setup *s, const char *setting, const char *secret)
{
	const char *known = settings_given(&s->app->conf.settings, setting);

	return setup_write(s, setting,
	    known == NULL ? secret :
			    arena_printf(&s->arena, "%s,%s", known, secret));
}

bool
setup_stripe(struct setup *s)
{
	struct checkup of = { .app = s->app,
		.arena = &s->arena,
		.send = send_for,
		.say = say_for,
		.ctx = s };
	const struct provider *p;
	bool ok = true;

	for (size_t i = 0; (p = provider_at(i)) != NULL; i++) {
		const char *setting = NULL, *secret = NULL;

		if (p->enroll == NULL)
			continue;
		ok = p->enroll(&of, &setting, &secret) && ok;
		if (secret != NULL)
			ok = keep_secret(s, setting, secret) && ok;
	}
	return ok;
}
