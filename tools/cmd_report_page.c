/* admit report --html: the same as a page, in a file. */
#include "cmd.h"

#include "base/clock.h"
#include "base/units.h"
#include "front/report.h"
#include "shop/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Beyond so many days a bar is too thin for a telephone. */
#define MAX_DAYS 92

/* Under another name first: a page that somebody has open, or that a server
 * shows, is whole at any moment. */
static bool
write_file(struct arena *a, const char *path, struct str text)
{
	const char *partial = arena_printf(a, "%s.partial", path);
	FILE *f = fopen(partial, "we");
	bool is_written = f != NULL &&
	    fwrite(text.p, 1, text.len, f) == text.len && fflush(f) == 0;
	int why = errno;

	if (f != NULL && fclose(f) != 0 && is_written) {
		is_written = false;
		why = errno;
	}
	if (is_written && rename(partial, path) == 0)
		return true;
	if (is_written)
		why = errno;
	if (f != NULL)
		(void)remove(partial);
	printf("%s cannot be written: %s.\n", path, strerror(why));
	return false;
}

static int
put(struct arena *a, const char *path, struct str text)
{
	if (strcmp(path, "-") == 0)
		return fwrite(text.p, 1, text.len, stdout) == text.len ? 0 : 1;
	if (!write_file(a, path, text))
		return 1;
	printf("%s: %zu bytes, for a browser and for paper\n", path, text.len);
	return 0;
}

int
cmd_report_page(struct app *app, const struct cmd_page *p)
{
	struct report_wish w = { .since_ms = p->since_ms,
		.until_ms = clock_now_ms(),
		.by = p->by,
		.in = p->in == LANGUAGE__COUNT ? text_language() : p->in };
	struct arena a = { 0 };
	struct str html;
	enum err e;
	int status;

	if (w.by == BOOKS_BY_ALL)
		w.by = w.until_ms - w.since_ms > MAX_DAYS * DAY_MS ?
		    BOOKS_BY_MONTH :
		    BOOKS_BY_DAY;
	e = report_page(app, &a, &w, &html);
	if (e == ERR_TOO_BIG)
		puts("The report is too long for a page: take a "
		     "shorter --since, or --by month.");
	status = e == ERR_OK ? put(&a, p->file, html) :
	    e == ERR_TOO_BIG ? 1 :
			       cmd_unread();
	arena_free(&a);
	return status;
}
