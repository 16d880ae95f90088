/* Taking a command line apart. */
#include "args.h"

#include "base/arena.h"
#include "base/array.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct nearest
nearest_to(const char *typed)
{
	return (
	    struct nearest){ .typed = typed, .best = strlen(typed) / 2 + 1 };
}

void
nearest_try(struct nearest *n, const char *name)
{
	size_t far = str_distance(str_from(n->typed), str_from(name));

	if (far >= n->best)
		return;
	n->best = far;
	n->name = name;
}

bool
args_has(const struct args *args, enum command_option option)
{
	return args->option[option] != NULL;
}

char *
args_word(const struct args *args, size_t i)
{
	return i < args->n_words ? args->words[i] : NULL;
}

bool
command_is_choice(struct str name)
{
	return str_only(name, "abcdefghijklmnopqrstuvwxyz|") &&
	    memchr(name.p, '|', name.len) != NULL;
}

bool
command_next_word(struct str *rest, struct command_word *word)
{
	struct str s = str_cut(rest, ' ');

	*word = (struct command_word){ .name = s };
	if (s.len == 0)
		return false;
	if (s.p[0] == '[') {
		word->may_lack = true;
		word->name = (struct str){ s.p + 1, s.len - 2 };
	}
	if (str_ends(word->name, "...")) {
		word->may_repeat = true;
		word->name.len -= 3;
	}
	word->is_choice = command_is_choice(word->name);
	return true;
}

/* Rather than all of the usage: the fault would scroll away. */
static void
say_where_help_is(const struct command *c)
{
	fprintf(stderr, "`admit %s --help` tells how.\n", c->name);
}

int
args_wrong(const struct args *args, const char *format, ...)
{
	va_list rest;

	fprintf(stderr, "admit %s: ", args->command->name);
	va_start(rest, format);
	vfprintf(stderr, format, rest);
	va_end(rest);
	fputs(".\n", stderr);
	say_where_help_is(args->command);
	return STATUS_WRONG;
}

/* ---- options ---- */

/* Those of all commands, which argp answers itself. */
static const char *const always[] = { "help", "usage", "version" };

/* What stands between the two dashes and the value. */
static size_t
name_bytes(const char *typed)
{
	return strcspn(typed, "=");
}

/* In full: what is shortened could mean another one in a later version, and a
 * secret be taken for a file's name. */
static bool
is_called(const char *name, const char *typed)
{
	return strncmp(name, typed, name_bytes(typed)) == 0 &&
	    name[name_bytes(typed)] == '\0';
}

/* *takes: whether its value is the next argument. */
static bool
is_option(const struct command *c, const char *typed, bool *takes)
{
	bool is = false;

	*takes = false;
	for (size_t i = 0; i < LENGTH(always); i++)
		is |= is_called(always[i], typed);
	for (const struct argp_option *o = c->options;
	     o != NULL && o->name != NULL; o++)
		if (is_called(o->name, typed)) {
			is = true;
			*takes =
			    o->arg != NULL && typed[name_bytes(typed)] == '\0';
		}
	return is;
}

/* The value is not repeated: it may be a secret that belongs elsewhere. */
static void
refuse_option(const struct command *c, const char *typed)
{
	struct str name = { typed, name_bytes(typed) };
	struct arena a = { 0 };
	struct nearest n = nearest_to(arena_dup(&a, name));

	for (const struct argp_option *o = c->options;
	     o != NULL && o->name != NULL; o++)
		nearest_try(&n, o->name);
	fprintf(stderr, "admit %s: there is no option \"--%.*s\"%s%s%s\n",
	    c->name, (int)name.len, name.p,
	    n.name == NULL ? "" : "; is it \"--", n.name == NULL ? "" : n.name,
	    n.name == NULL ? "." : "\"?");
	arena_free(&a);
	say_where_help_is(c);
	exit(STATUS_WRONG);
}

/* Before argp sees them, which has no guess at what was meant. */
static void
look_at_options(const struct command *c, int argc, char **argv)
{
	bool takes = false;

	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (takes)
			takes = false;
		else if (strncmp(argv[i], "--", 2) == 0 &&
		    !is_option(c, argv[i] + 2, &takes))
			refuse_option(c, argv[i] + 2);
}

/* ---- words, and what is one of several ---- */

/* Whether it is one of "day|month". */
static bool
is_one_of(struct str choices, const char *typed)
{
	while (choices.len > 0)
		if (str_eq(str_cut(&choices, '|'), typed))
			return true;
	return false;
}

/* By the row alone. What may be left out stands behind what may not. */
static void
look_at_words(struct args *args)
{
	struct str rest =
	    str_from(args->command->words == NULL ? "" : args->command->words);
	struct command_word w;
	size_t i = 0;

	while (command_next_word(&rest, &w)) {
		if (i == args->n_words && !w.may_lack)
			exit(args_wrong(args, "%.*s is missing",
			    (int)w.name.len, w.name.p));
		if (i < args->n_words && w.is_choice &&
		    !is_one_of(w.name, args->words[i]))
			exit(args_wrong(args, "\"%s\" is none of %.*s",
			    args->words[i], (int)w.name.len, w.name.p));
		i = w.may_repeat || i == args->n_words ? args->n_words : i + 1;
	}
	/* It is not repeated: a secret may have been typed there. */
	if (i < args->n_words)
		exit(args_wrong(args, "one word too many; it takes %s",
		    args->command->words == NULL ? "none" :
						   args->command->words));
}

/* Where the row says all that there is to say. */
static void
look_at_values(const struct args *args)
{
	for (const struct argp_option *o = args->command->options;
	     o != NULL && o->name != NULL; o++) {
		const char *given = args->option[o->key - ARGS_KEY(0)];

		if (given != NULL && o->arg != NULL &&
		    command_is_choice(str_from(o->arg)) &&
		    !is_one_of(str_from(o->arg), given))
			exit(args_wrong(args, "--%s is one of %s, not \"%s\"",
			    o->name, o->arg, given));
	}
}

/* ---- by argp ---- */

/* argp has brought the words behind the options by then. */
static error_t
take(int key, char *value, struct argp_state *state)
{
	struct args *args = state->input;

	if (key == ARGP_KEY_ARGS) {
		args->words = state->argv + state->next;
		args->n_words = (size_t)(state->argc - state->next);
		return 0;
	}
	if (key < ARGS_KEY(0) || key >= ARGS_KEY(OPTION__COUNT))
		return ARGP_ERR_UNKNOWN;
	args->option[key - ARGS_KEY(0)] = value == NULL ? "" : value;
	return 0;
}

/* As in cmd.h, for scripts; all commands have the same. */
#define STATUSES \
	"Exit status: 0 done; 1 something is wrong and was said, or there " \
	"was nothing to do; 2 called wrongly; 3 not answered with yes, and " \
	"nothing was changed; 71 no memory."

/* As a sentence, and behind the options what else there is to know. */
static const char *
doc_of(const struct command *c, struct arena *a)
{
	char *doc = arena_printf(a, "%s.\v%s%s%s", c->what,
	    c->more == NULL ? "" : c->more, c->more == NULL ? "" : "\n\n",
	    STATUSES);

	if (doc[0] >= 'a' && doc[0] <= 'z')
		doc[0] = (char)(doc[0] - 'a' + 'A');
	return doc;
}

struct args
args_read(const struct command *command, int argc, char **argv)
{
	struct arena a = { 0 };
	struct args args = { .command = command };
	const struct argp argp = { .options = command->options,
		.parser = take,
		.args_doc = command->words,
		.doc = doc_of(command, &a) };
	char **all = arena_alloc(&a, (size_t)(argc + 2) * sizeof(*all));

	look_at_options(command, argc, argv);
	all[0] = arena_printf(&a, "admit %s", command->name);
	for (int i = 0; i < argc; i++)
		all[i + 1] = argv[i];
	argp_err_exit_status = STATUS_WRONG;
	if (argp_parse(&argp, argc + 1, all, 0, NULL, &args) != 0)
		exit(STATUS_WRONG);
	/* The words where they were: those that the arena has are going. */
	for (size_t i = 0; i < args.n_words; i++)
		argv[i] = args.words[i];
	args.words = argv;
	arena_free(&a);
	look_at_words(&args);
	look_at_values(&args);
	return args;
}
