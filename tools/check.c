/* Saying what admit check found. */
#include "check.h"

#include "lines.h"

#include <string.h>

/* The results stand in one column and the advice below it, since these lines
 * are read by people who are in a hurry. Failures go to standard output too: a
 * check is asked for its answer, and the log goes elsewhere. */
void
check_good(const struct check *c, const char *what, const char *detail)
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

void
check_bad(
    struct check *c, const char *what, const char *detail, const char *mend)
{
	if (!c->is_trial && strcmp(what, "address") == 0)
		c->has_no_address = true;
	if (is_told(c))
		return;
	lines_say("FAIL", what, detail, mend);
	c->n_failed++;
}

void
check_note(struct check *c, const char *what, const char *detail)
{
	if (!c->is_trial &&
	    (c->calls == NULL || check_calls_silent(c->calls) == NULL))
		lines_say("note", what, detail, NULL);
}
