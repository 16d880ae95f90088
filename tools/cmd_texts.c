/* admit texts: the sentences as they are, for an operator who wants others. */
#include "cmd.h"

#include "shop/texts_write.h"

#include <stdio.h>

int
cmd_texts(struct app *app, const struct args *args)
{
	enum language in;
	const char *given = args_word(args, 0);
	struct arena a = { 0 };
	struct str po;

	if (given != NULL) {
		if (!cmd_language(args, given, &in))
			return STATUS_WRONG;
	} else if (app_ready(app, NULL) == ERR_OK) {
		in = text_language();
	} else {
		in = LANGUAGE_UK; /* before there are settings */
	}
	po = texts_write(&a, in);
	(void)fwrite(po.p, 1, po.len, stdout);
	arena_free(&a);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
