/* admit texts: the sentences as they are, for an operator who wants others. */
#include "cmd.h"

#include "shop/texts_write.h"

#include <stdio.h>

static int
wrong(const struct args *args)
{
	struct arena a = { 0 };
	const char *all = "";
	int status;

	for (int i = 0; i < LANGUAGE__COUNT; i++)
		all = arena_printf(
		    &a, "%s %s", all, language_code((enum language)i));
	status = args_wrong(
	    args, "\"%s\" is none of the languages%s", args_word(args, 0), all);
	arena_free(&a);
	return status;
}

int
cmd_texts(struct app *app, const struct args *args)
{
	enum language in = LANGUAGE__COUNT;
	const char *given = args_word(args, 0);
	struct arena a = { 0 };
	struct str po;

	if (given != NULL)
		in = language_find(given, LANGUAGE__COUNT);
	else if (app_ready(app, NULL) == ERR_OK)
		in = text_language();
	else
		in = LANGUAGE_UK; /* before there are settings */
	if (in == LANGUAGE__COUNT)
		return wrong(args);
	po = texts_write(&a, in);
	(void)fwrite(po.p, 1, po.len, stdout);
	arena_free(&a);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
