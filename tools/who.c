/* Reading whom a command is about. */
#include "who.h"

#include "base/tg_id.h"

#include <stdio.h>

int
who_read(struct app *app, unsigned programs, int argc, char **argv, int max,
    const char *usage, struct who *out)
{
	if (argc < 1 || argc > max ||
	    !tg_id_parse(str_from(argv[0]), &out->tg_id)) {
		fprintf(stderr, "usage: admit %s\n", usage);
		return 2;
	}
	app->programs = programs;
	if (!cmd_ledger_ok(app))
		return 1;
	out->product = catalog_find(&app->catalog, argc > 1 ? argv[1] : NULL);
	if (out->product != NULL)
		return 0;
	printf("There is no product \"%s\".\n", argv[1]);
	return 1;
}
