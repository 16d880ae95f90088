/* admit texts: the sentences as they are, for an operator who wants others. */
#include "cmd.h"

#include "shop/texts_write.h"

#include <stdio.h>

static int
usage(void)
{
	fputs("usage: admit texts [LANGUAGE]\n\nA language is one of:", stderr);
	for (int i = 0; i < LANGUAGE__COUNT; i++)
		fprintf(stderr, " %s", language_code((enum language)i));
	fputs(". Without one: the shop's, SHOP_LANGUAGE.\n", stderr);
	return 2;
}

int
cmd_texts(struct app *app, int argc, char **argv)
{
	enum language in = LANGUAGE__COUNT;
	struct arena a = { 0 };
	struct str po;

	if (argc == 1)
		in = language_find(argv[0], LANGUAGE__COUNT);
	else if (argc == 0 && app_ready(app, NULL) == ERR_OK)
		in = text_language();
	else if (argc == 0)
		in = LANGUAGE_UK; /* before there are settings */
	if (in == LANGUAGE__COUNT)
		return usage();
	po = texts_write(&a, in);
	(void)fwrite(po.p, 1, po.len, stdout);
	arena_free(&a);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
