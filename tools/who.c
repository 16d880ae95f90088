/* Reading whom a command is about. */
#include "who.h"

#include "base/tg_id.h"

#include <stdio.h>

int
who_read(struct app *app, unsigned programs, const struct args *args,
    struct who *out)
{
	const char *product = args_word(args, 1);

	if (!tg_id_parse(str_from(args_word(args, 0)), &out->tg_id))
		return args_wrong(
		    args, "\"%s\" is no Telegram number", args_word(args, 0));
	app->programs = programs;
	if (!cmd_ledger_ok(app))
		return 1;
	out->product = catalog_find(&app->catalog, product);
	if (out->product != NULL)
		return 0;
	printf("There is no product \"%s\".\n", product);
	return 1;
}
