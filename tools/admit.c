/* admit: the worker and the operator's commands. */
#include "cmd.h"
#include "commands.h"
#include "completion.h"

#include "store/db.h"

#include <stdio.h>
#include <string.h>

#define ADMIT_VERSION "0.2.0"

/* Wrong usage has its own status, so that a script can tell it from a command
 * that tried and failed; help() drops it. */
static int
usage(FILE *to)
{
	fputs("usage: admit COMMAND\n\n", to);
	for (const struct command *c = command_table; c->name != NULL; c++)
		fprintf(to, "  %-16s%s\n", c->name, c->what);
	fputs("\n`admit COMMAND --help` tells what each takes. Exit status: 0 "
	      "done; 1 something is\nwrong and was said, or there was nothing "
	      "to do; 2 called wrongly; 3 not answered\nwith yes; 71 no "
	      "memory.\n",
	    to);
	return STATUS_WRONG;
}

/* A bar would end the cell. */
static void
print_cell(const char *text)
{
	for (; *text != '\0'; text++)
		printf("%s%c", *text == '|' ? "\\" : "", *text);
}

/* ---- what is no command ---- */

/* A slip of the finger is told by the name that was meant, if there is one that
 * is near. */
static int
unknown(const char *name)
{
	struct nearest n = nearest_to(name);

	for (const struct command *c = command_table; c->name != NULL; c++)
		if (strchr(c->name, ' ') == NULL)
			nearest_try(&n, c->name);
	fprintf(stderr,
	    "admit: there is no command \"%s\"%s%s%s; `admit help` "
	    "lists them\n",
	    name, n.name == NULL ? "" : ". Is it \"",
	    n.name == NULL ? "" : n.name, n.name == NULL ? "" : "\"?");
	return STATUS_WRONG;
}

/* What a first word goes on with: all of it, and what is near what was
 * typed. */
static int
unknown_second(FILE *to, const char *first, const char *typed)
{
	const struct command *c = NULL;
	struct nearest n = nearest_to(typed);

	if (typed[0] != '\0')
		fprintf(to, "admit %s: there is no \"%s\"", first, typed);
	else
		fprintf(to, "admit %s: which", first);
	while ((c = command_of(c, first)) != NULL)
		if (strchr(c->name, ' ') != NULL)
			nearest_try(&n, strchr(c->name, ' ') + 1);
	if (n.name != NULL)
		fprintf(to, "; is it \"%s\"", n.name);
	fputs("?\n", to);
	while ((c = command_of(c, first)) != NULL)
		fprintf(to, "  admit %s%s%s\n", c->name,
		    c->words == NULL ? "" : " ",
		    c->words == NULL ? "" : c->words);
	return STATUS_WRONG;
}

/* ---- help ---- */

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

/* For what must agree with the table: the name, then the option with two dashes
 * or nothing, separated by a tab. */
static void
print_table(void)
{
	for (const struct command *c = command_table; c->name != NULL; c++) {
		printf("%s\t\n", c->name);
		for (const struct argp_option *o = c->options;
		     o != NULL && o->name != NULL; o++)
			printf("%s\t--%s\n", c->name, o->name);
	}
}

static int
print_help(void)
{
	(void)usage(stdout);
	puts("\nSettings come from the environment, or from the file that\n"
	     "ADMIT_CONF names, or from ~/.config/admit/admit.env:\n");
	print_settings(false);
	return 0;
}

static int run(int argc, char **argv);

/* Of a command: as its own --help. */
static int
help(const struct args *args)
{
	char how[] = "--help";

	if (args->n_words == 1)
		return run(2, (char *[]){ args->words[0], how });
	if (args->n_words == 2)
		return run(
		    3, (char *[]){ args->words[0], args->words[1], how });
	if (args_has(args, OPTION_ENV))
		print_settings_file();
	else if (args_has(args, OPTION_MARKDOWN))
		print_settings(true);
	else if (args_has(args, OPTION_TABLE))
		print_table();
	else if (args_has(args, OPTION_COMPLETION))
		completion_print(args->option[OPTION_COMPLETION]);
	else
		return print_help();
	return 0;
}

/* ---- commands ---- */

/* The command line first: help must come whatever is wrong with the host. Each
 * command narrows the programs down to those whose settings it needs, so that a
 * count of orders does not ask for a bot's token. */
static int
run_command(const struct command *c, int argc, char **argv)
{
	static struct app app;
	struct args args = args_read(c, argc, argv);
	int status;

	if (c->run == NULL)
		return help(&args);
	app_start(&app, PROGRAM_ALL, "admit");
	app.is_tool = true;
	status = c->run(&app, &args);
	db_free(app.db);
	app_end(&app);
	return status;
}

/* Whether there is a command of two words that begins so. */
static bool
goes_on(const char *first)
{
	const struct command *c = NULL;

	while ((c = command_of(c, first)) != NULL)
		if (strchr(c->name, ' ') != NULL)
			return true;
	return false;
}

/* What is no command of two words may be a word of the first one's, if that
 * takes any. */
static bool
is_slip(const struct command *c, int n_used, const char *second)
{
	return c == NULL ||
	    (second[0] != '\0' && n_used == 1 && c->words == NULL &&
		goes_on(c->name));
}

/* Of a first word that is no command its --help lists what it goes on with. */
static int
run(int argc, char **argv)
{
	int n_used;
	const struct command *c = command_find(argc, argv, &n_used);
	const char *second = argc > 1 && argv[1][0] != '-' ? argv[1] : "";

	if (argc == 0)
		return usage(stderr);
	if (command_of(NULL, argv[0]) == NULL)
		return unknown(argv[0]);
	if (c == NULL && argc > 1 && strcmp(argv[1], "--help") == 0) {
		(void)unknown_second(stdout, argv[0], "");
		return 0;
	}
	return is_slip(c, n_used, second) ?
	    unknown_second(stderr, argv[0], second) :
	    run_command(c, argc - n_used, argv + n_used);
}

int
main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	argp_program_version = "admit " ADMIT_VERSION;
	if (strcmp(name, "--help") == 0)
		return print_help();
	if (strcmp(name, "version") == 0 || strcmp(name, "--version") == 0) {
		puts(argp_program_version);
		return 0;
	}
	return run(argc - 1, argv + 1);
}
