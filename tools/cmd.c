/* What several commands ask before they begin. */
#include "cmd.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/units.h"
#include "outbox/place.h"
#include "outbox/wake.h"
#include "store/db.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_SPAN_DAYS 3650

bool
cmd_ready(struct app *app)
{
	if (app_ready(app, NULL) != ERR_OK)
		return false;
	if (app->db == NULL) {
		app->db = place_db(app);
		db_makes(app->db, DB_MAKES_NONE);
	}
	return true;
}

/* Where the ledger is stands in what is dropped. */
void
cmd_anew(struct app *app, unsigned programs)
{
	db_free(app->db);
	app->db = NULL;
	app->programs = programs;
	app->is_ready = false;
}

/* Whoever has just begun does not know yet where to put them. */
static void
say_where(const struct app *app, struct arena *a)
{
	const struct settings *s = &app->conf.settings;
	const char *place = settings_place(s, a);

	if (s->path != NULL)
		printf("\nThe settings file is %s.\n", s->path);
	else if (place != NULL)
		printf("\nThere is no settings file at %s:\n`admit init` asks "
		       "for what is needed and makes it.\n",
		    place);
}

bool
cmd_settings_ok(struct app *app)
{
	if (cmd_ready(app))
		return true;
	puts("The settings are not complete:\n");
	for (size_t i = 0; i < app->conf.settings.n_faults; i++)
		printf("  - %s\n", app->conf.settings.faults[i]);
	say_where(app, &app->arena);
	return false;
}

int
cmd_recorded(struct app *app, enum err e)
{
	if (e == ERR_OK)
		wake(app);
	else
		puts("It was not recorded; the log above says why.");
	return e == ERR_OK ? 0 : 1;
}

const char *
cmd_take_address(struct arena *a, char *typed)
{
	const char *address = arena_dup_text(a, typed);

	if (str_starts(str_from(typed), "postgres"))
		memset(typed, '*', strlen(typed));
	return address;
}

void
cmd_print_json(struct arena *a, struct json *doc)
{
	struct str text = json_render(a, doc);

	printf("%.*s\n", (int)text.len, text.p);
}

/* Why, the log has said already, in the words of the engine. */
int
cmd_unread(void)
{
	puts("The ledger cannot be read; the log above says why.");
	return 1;
}

bool
cmd_is_meant(const struct args *args, const char *question, const char *nothing)
{
	char answer[16];

	if (args_has(args, OPTION_YES))
		return true;
	/* A script that was not told is not to wait for ever, nor to do it. */
	if (!isatty(STDIN_FILENO)) {
		printf("%s: there is nobody to ask here. --yes says that it is "
		       "meant.\n",
		    nothing);
		return false;
	}
	printf("%s [y/N] ", question);
	(void)fflush(stdout);
	if (fgets(answer, sizeof(answer), stdin) != NULL &&
	    (answer[0] == 'y' || answer[0] == 'Y'))
		return true;
	printf("%s.\n", nothing);
	return false;
}

/* A day is where the clock on the wall says that it begins: whoever types one
 * has that in mind. */
bool
cmd_since_ms(const char *text, int64_t *since_ms)
{
	int64_t span_ms = cmd_span_ms(text);

	if (span_ms == 0)
		return clock_parse_local_date(text, since_ms);
	*since_ms = clock_now_ms() - span_ms;
	return true;
}

int64_t
cmd_span_ms(const char *text)
{
	struct str s = str_from(text);
	int64_t n = 0;
	bool in_days = str_ends(s, "d");

	/* Of the two units one must be said: a bare 3 could be either. */
	if (!in_days && !str_ends(s, "h"))
		return 0;
	s.len--;
	if (!str_to_i64(s, &n) || n < 1 || n > MAX_SPAN_DAYS * 24)
		return 0;
	return n * HOUR_MS * (in_days ? 24 : 1);
}

/* All that there are: a list that was written by hand would lack the next one
 * to come. */
bool
cmd_language(const struct args *args, const char *tag, enum language *in)
{
	struct arena a = { 0 };
	const char *all = "";

	*in = language_find(tag, LANGUAGE__COUNT);
	if (*in != LANGUAGE__COUNT)
		return true;
	for (int i = 0; i < LANGUAGE__COUNT; i++)
		all = arena_printf(&a, "%s%s%s", all,
		    i == 0                       ? "" :
			i == LANGUAGE__COUNT - 1 ? " or " :
						   ", ",
		    language_code((enum language)i));
	(void)args_wrong(
	    args, "there are no texts in \"%s\": a language is %s", tag, all);
	arena_free(&a);
	return false;
}
