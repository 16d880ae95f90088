/* admit: the worker and the operator's commands. */
#include "cmd.h"

#include "base/array.h"
#include "store/db.h"

#include <stdio.h>
#include <string.h>

#define ADMIT_VERSION "0.2.0"

/* The order is that of the help: first what every shop needs, last what erases.
 * The third column is a person's reminder, and each command checks its own
 * arguments. */
static const struct {
	const char *name;
	int (*run)(struct app *app, int argc, char **argv);
	const char *usage, *what;
} commands[] = {
	{ "init", cmd_init, "[--address URL]",
	    "set up a shop: ask, register, wait for you, check" },
	{ "work", cmd_work, "[--once|--stay|--stop]",
	    "keep what was promised: send invites, ask Stripe" },
	{ "setup", cmd_setup, "[STEP]",
	    "register the bot; or stripe, telegram, operator, channel" },
	{ "check", cmd_check, "[--settings]",
	    "try settings, ledger, clock, Stripe and Telegram" },
	{ "status", cmd_status, "[--json]",
	    "count buyers and orders, show what is owed and what is stuck" },
	{ "reconcile", cmd_reconcile, "[--since 3d]",
	    "ask Stripe and Telegram what never arrived, and record it" },
	{ "jobs", cmd_jobs, "[--parked] [--kind K] [--json]",
	    "what waits and why; retry ID|all, drop ID" },
	{ "orders", cmd_orders, "[TG_ID] [--json]",
	    "list the newest orders, of all or of one buyer" },
	{ "grant", cmd_grant, "TG_ID [PRODUCT] [--days N]",
	    "let somebody in without a payment" },
	{ "revoke", cmd_revoke, "TG_ID [PRODUCT]",
	    "end what was bought or granted until now" },
	{ "refund", cmd_refund, "ORDER [--amount 5.00] [--now]",
	    "send the money back, by Stripe or in Stars" },
	{ "payments", cmd_payments, "[--since DAY] [--find X]",
	    "list the payments that were taken" },
	{ "report", cmd_report, "[--since 30d] [--json|--html FILE]",
	    "what was sold, who is in, what the coach could not answer" },
	{ "export", cmd_export, "[--csv|--json]",
	    "print all payments, for the books" },
	{ "backup", cmd_backup, "FILE [--force]",
	    "copy the ledger while the programs run" },
	{ "restore", cmd_restore, "FILE [--reconcile]",
	    "go back to such a copy" },
	{ "move", cmd_move, "FROM TO | --cancel FROM",
	    "to another database while the programs run" },
	{ "import", cmd_import, "FILE|postgresql://... [--yes]",
	    "take over buyers of the first version, or a list" },
	{ "operator", cmd_operator, "add|list|remove",
	    "who may use /admin in the chat, and as what" },
	{ "audit", cmd_audit, "[TG_ID] [--since DAY] [--json]",
	    "what operators changed, when, and what came of it" },
	{ "lessons", cmd_lessons, "import|list|remove|search",
	    "what the coach answers from" },
	{ "texts", cmd_texts, "[LANGUAGE]",
	    "print all sentences, to write your own from" },
	{ "product", cmd_product, "rename OLD NEW",
	    "bring all that was sold under one id under another" },
	{ "forget", cmd_forget, "TG_ID", "erase a person from the ledger" },
};
#define N_COMMANDS LENGTH(commands)

static int
usage(FILE *to)
{
	fputs("usage: admit COMMAND\n\n", to);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(to, "  %-10s%-28s %s\n", commands[i].name,
		    commands[i].usage, commands[i].what);
	fputs(
	    "  help      [--env]                      this, and every setting; "
	    "or a\n"
	    "                                         settings file to fill "
	    "in\n"
	    "  version\n",
	    to);
	/* Wrong usage has its own status, so that a script can tell it from a
	 * command that tried and failed; help() drops it. */
	return 2;
}

/* A bar would end the cell. */
static void
print_cell(const char *text)
{
	for (; *text != '\0'; text++)
		printf("%s%c", *text == '|' ? "\\" : "", *text);
}

/* A slip of the finger is told by the name that was meant, if there is one that
 * is near: beyond half of its letters a guess would only mislead. */
static int
unknown(const char *name)
{
	size_t best = strlen(name) / 2 + 1;
	const char *nearest = NULL;

	for (size_t i = 0; i < N_COMMANDS; i++) {
		size_t far =
		    str_distance(str_from(name), str_from(commands[i].name));

		if (far < best) {
			best = far;
			nearest = commands[i].name;
		}
	}
	fprintf(stderr,
	    "admit: there is no command \"%s\"%s%s%s; `admit help` "
	    "lists them\n",
	    name, nearest == NULL ? "" : ". Is it \"",
	    nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?");
	return 2;
}

/* Each setting with its default and meaning: for a terminal, or as the rows of
 * the README's table, which is held to this output. */
static void
print_settings(bool as_rows)
{
	const char *name, *dflt, *meaning;
	bool required;

	for (size_t i = 0; conf_describe(i, &name, &dflt, &meaning, &required);
	     i++)
		if (as_rows) {
			printf("| `%s` | ", name);
			print_cell(meaning);
			fputs(" | ", stdout);
			print_cell(required ? "**required**" : dflt);
			puts(" |");
		} else {
			printf("  %-24s %s%s%s\n", name, meaning,
			    required            ? " (required)" :
				dflt[0] != '\0' ? "; default " :
						  "",
			    required ? "" : dflt);
		}
}

/* What is required stands there to be filled in, all else commented out: so a
 * default that a later version changes is changed for everybody who did not
 * choose. */
static void
print_settings_file(void)
{
	const char *name, *dflt, *meaning;
	bool required;

	puts("# Admit's settings. The account that runs the programs must be\n"
	     "# able to read this file, and nobody else.");
	for (size_t i = 0; conf_describe(i, &name, &dflt, &meaning, &required);
	     i++)
		printf("\n# %s\n%s%s=%s\n", meaning, required ? "" : "#", name,
		    required ? "" : dflt);
}

static int
help(const char *how)
{
	if (strcmp(how, "--env") == 0) {
		print_settings_file();
		return 0;
	}
	if (strcmp(how, "--markdown") == 0) {
		print_settings(true);
		return 0;
	}
	(void)usage(stdout);
	puts("\nSettings come from the environment, or from the file that\n"
	     "ADMIT_CONF names, or from ~/.config/admit/admit.env:\n");
	print_settings(false);
	return 0;
}

int
main(int argc, char **argv)
{
	static struct app app;
	const char *name = argc > 1 ? argv[1] : "";
	int status = -1;

	/* Before app_start(): help must come whatever is wrong with the
	 * host. */
	if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0)
		return help(argc > 2 ? argv[2] : "");
	if (strcmp(name, "version") == 0 || strcmp(name, "--version") == 0) {
		puts("admit " ADMIT_VERSION);
		return 0;
	}
	/* Each command narrows this down to the programs whose settings it
	 * needs, so that a count of orders does not ask for a bot's token. */
	app_start(&app, PROGRAM_ALL, "admit");
	app.is_tool = true;
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strcmp(name, commands[i].name) == 0)
			status = commands[i].run(&app, argc - 2, argv + 2);
	db_free(app.db);
	app_end(&app);
	if (status >= 0)
		return status;
	return name[0] == '\0' ? usage(stderr) : unknown(name);
}
