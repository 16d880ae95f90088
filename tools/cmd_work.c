/* admit work: the worker. */
#include "cmd.h"

#include "shop/knock.h"
#include "shop/worker.h"

#include <stdio.h>
#include <string.h>

int
cmd_work(struct app *app, int argc, char **argv)
{
	enum worker_stay stay = WORKER_WHILE;
	bool stop = false;
	enum err e;

	if (argc == 1 && strcmp(argv[0], "--once") == 0)
		stay = WORKER_ONCE;
	else if (argc == 1 && strcmp(argv[0], "--stay") == 0)
		stay = WORKER_FOREVER;
	else if (argc == 1 && strcmp(argv[0], "--stop") == 0)
		stop = true;
	else if (argc > 0) {
		fputs("usage: admit work [--once | --stay | --stop]\n", stderr);
		return 2;
	}
	app->programs = PROGRAM_WORKER;
	app->name = "worker";
	if (app_ready(app, NULL) != ERR_OK)
		return 1;
	if (stop)
		return door_clear(app) ? 0 : 1;
	e = worker_run(app, stay);
	/* Another worker at home does what we came for. */
	return e == ERR_OK || e == ERR_CONFLICT ? 0 : 1;
}
