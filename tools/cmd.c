/* What several commands ask before they begin. */
#include "cmd.h"

#include "outbox/wake.h"
#include "store/db.h"

#include <stdio.h>

#define HOUR_MS ((int64_t)3600 * 1000)
#define MAX_SPAN_DAYS 3650

bool
cmd_ready(struct app *app)
{
	if (app_ready(app, NULL) != ERR_OK)
		return false;
	if (app->db == NULL)
		app->db = db_new(app->conf.database_path);
	return true;
}

bool
cmd_settings_ok(struct app *app)
{
	if (cmd_ready(app))
		return true;
	puts("The settings are not complete:\n");
	for (size_t i = 0; i < app->conf.settings.n_faults; i++)
		printf("  - %s\n", app->conf.settings.faults[i]);
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

int64_t
cmd_span_ms(const char *text)
{
	struct str s = str_from(text);
	int64_t n = 0;
	bool in_days = str_ends(s, "d");

	if (!in_days && !str_ends(s, "h"))
		return 0;
	s.len--;
	if (!str_to_i64(s, &n) || n < 1 || n > MAX_SPAN_DAYS * 24)
		return 0;
	return n * HOUR_MS * (in_days ? 24 : 1);
}
