/* admit work: the worker. */
#include "cmd.h"

#include "base/array.h"
#include "base/log.h"
#include "outbox/wake.h"
#include "worker/worker.h"

static int
keep_promises(struct app *app, enum worker_stay stay)
{
	enum err e;

	/* Before the first answer of a stranger is read: the worker calls out,
	 * but it writes beside the ledger alone. */
	(void)app_confine(app, CONFINE_MAY_CALL);
	e = worker_run(app, stay);

	/* Another worker at home does what we came for; and before there is a
	 * ledger nothing is owed. */
	return e == ERR_OK || e == ERR_CONFLICT || e == ERR_NOT_FOUND ? 0 : 1;
}

static int
once(struct app *app)
{
	return keep_promises(app, WORKER_ONCE);
}

static int
for_a_while(struct app *app)
{
	return keep_promises(app, WORKER_WHILE);
}

static int
stay(struct app *app)
{
	return keep_promises(app, WORKER_FOREVER);
}

/* After an update of the program: the next promise starts the new one. */
static int
stop(struct app *app)
{
	return wake_no_worker(app) ? 0 : 1;
}

/* Before it makes or touches a file: a lock that another account made would
 * keep the ledger's own worker out. */
static bool
is_ours(struct app *app)
{
	const char *fault;

	if (!cmd_ready(app))
		return false;
	fault = cmd_account_fault(app);
	if (fault != NULL)
		log_event(
		    LOG_ERROR, "account_wrong", KV(kv_text("why", fault)));
	return fault == NULL;
}

/* One of them, or none. */
static const struct {
	enum command_option option;
	int (*run)(struct app *app);
} ways[] = { { OPTION_ONCE, once }, { OPTION_STAY, stay },
	{ OPTION_STOP, stop } };

int
cmd_work(struct app *app, const struct args *args)
{
	int (*run)(struct app * app) = for_a_while;
	int n = 0;

	for (size_t i = 0; i < LENGTH(ways); i++)
		if (args_has(args, ways[i].option)) {
			run = ways[i].run;
			n++;
		}
	if (n > 1)
		return args_wrong(
		    args, "it is one of --once, --stay and --stop");
	app->programs = PROGRAM_WORKER;
	app->name = "worker";
	/* Nobody sits before it, so faults of the settings go to the log and
	 * are not printed. */
	app->is_tool = false;
	return is_ours(app) ? run(app) : 1;
}
