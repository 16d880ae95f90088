/* What makes a shell complete the commands, made of their table. A script is
 * told no more than the table says: where something is to be filled in that is
 * no file, it completes nothing. */
#include "completion.h"

#include "base/arena.h"
#include "commands.h"

#include <stdio.h>
#include <string.h>

/* ---- what there is to say after what ---- */

/* Calls take for each word that a command's name begins with, once. */
static void
each_first(void (*take)(const char *first))
{
	for (const struct command *c = command_table; c->name != NULL; c++) {
		struct arena a = { 0 };
		struct str name = str_from(c->name);
		const char *first = arena_dup(&a, str_cut(&name, ' '));

		if (command_of(NULL, first) == c)
			take(first);
		arena_free(&a);
	}
}

static bool
is_file(struct str name)
{
	return str_eq(name, "FILE") || str_eq(name, "FOLDER") ||
	    str_eq(name, "FROM") || str_eq(name, "TO");
}

/* "a b c " of "a|b|c". */
static void
put_choices(struct str name)
{
	while (name.len > 0) {
		struct str one = str_cut(&name, '|');

		printf("%.*s ", (int)one.len, one.p);
	}
}

/* The words that may come next: those by which other commands go on, and of its
 * own what is one of several; `file`, where it is one. */
static void
put_words(const struct command *c, const char *first, const char *file)
{
	struct str rest = str_from(c->words == NULL ? "" : c->words);
	struct command_word w;
	const struct command *other = NULL;

	while (strchr(c->name, ' ') == NULL &&
	    (other = command_of(other, first)) != NULL)
		if (strchr(other->name, ' ') != NULL)
			printf("%s ", strchr(other->name, ' ') + 1);
	while (command_next_word(&rest, &w))
		if (is_file(w.name))
			fputs(file, stdout);
		else if (w.is_choice)
			put_choices(w.name);
		else if (str_ends(w.name, "|all"))
			fputs("all ", stdout);
		else if (str_eq(w.name, "COMMAND"))
			fputs("COMMAND ", stdout);
}

/* argp's own are told as well, but for those that no command needs said. */
static void
put_options(const struct argp_option *o)
{
	for (; o != NULL && o->name != NULL; o++)
		printf("--%s ", o->name);
	fputs("--help --usage", stdout);
}

/* --role=owner|support|viewer: what belongs behind each that has a value. */
static void
put_values(const struct argp_option *o)
{
	for (; o != NULL && o->name != NULL; o++)
		if (o->arg != NULL &&
		    (command_is_choice(str_from(o->arg)) ||
			is_file(str_from(o->arg))))
			printf(" --%s=%s", o->name, o->arg);
		else if (o->arg != NULL)
			printf(" --%s=", o->name);
	putchar(' ');
}

/* ---- bash ---- */

static void
put_word(const char *first)
{
	printf("%s ", first);
}

/* The script looks up what was typed so far, and the table is all it has: no
 * call of the program, which could be slow, at each key. */
static void
bash_case(const char *name, const struct command *c, const char *first)
{
	printf("\t'%s')\n\t\twords='", name);
	put_words(c, first, "FILE ");
	fputs("'\n\t\toptions='", stdout);
	put_options(c->options);
	fputs("'\n\t\tvalues='", stdout);
	put_values(c->options);
	puts("' ;;");
}

/* Of a first word without a command of its own what follows it. */
static void
bash_first(const char *first)
{
	const struct command *c = command_of(NULL, first);
	const struct command none = { .name = first };

	bash_case(first, strchr(c->name, ' ') == NULL ? c : &none, first);
}

static void
put_bash(void)
{
	fputs("# Completion of admit for bash, by `admit help --completion "
	      "bash`.\n"
	      "_admit()\n{\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} one= two= words= options= "
	      "values=\n"
	      "\tlocal prev=${COMP_WORDS[COMP_CWORD-1]} all='",
	    stdout);
	each_first(put_word);
	fputs(
	    "'\n"
	    "\t[ \"$prev\" != = ] || prev=${COMP_WORDS[COMP_CWORD-2]}\n"
	    "\t[ \"$cur\" != = ] || cur=\n"
	    "\t[ \"$COMP_CWORD\" -lt 2 ] || one=${COMP_WORDS[1]}\n"
	    "\t[ \"$COMP_CWORD\" -lt 3 ] || two=${COMP_WORDS[2]}\n"
	    "\tcase $one in\n\t'') words=$all options='--help --version' ;;\n",
	    stdout);
	each_first(bash_first);
	puts("\tesac\n\tcase \"$one $two\" in");
	for (const struct command *c = command_table; c->name != NULL; c++)
		if (strchr(c->name, ' ') != NULL)
			bash_case(c->name, c, c->name);
	puts("\tesac\n"
	     "\tcase $values in\n"
	     "\t*\" $prev=\"*) words=${values#*\" $prev=\"} options=\n"
	     "\t\twords=${words%% *} words=${words//|/ } ;;\n"
	     "\tesac\n"
	     "\tcase $cur in -*) words=$options ;; esac\n"
	     "\tcase \" $words \" in\n"
	     "\t*' COMMAND '*) words=$all ;;\n"
	     "\t*' FILE '*) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
	     "\tesac\n"
	     "\tcase \" $words \" in *' FILE '*) return ;; esac\n"
	     "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	     "}\n"
	     "complete -o filenames -F _admit admit");
}

/* ---- zsh ---- */

/* A colon ends the name, an apostrophe the text. */
static void
put_text(const char *text, const char *instead_of_quote)
{
	for (; *text != '\0'; text++)
		if (*text == '\'')
			fputs(instead_of_quote, stdout);
		else
			putchar(*text);
}

static void
zsh_said(const char *dashes, const char *name, const char *what)
{
	printf("'%s%s:", dashes, name);
	put_text(what, "'\\''");
	fputs("' ", stdout);
}

/* zsh shows what each is for, beside its name. */
static void
zsh_first(const char *first)
{
	const struct command *c = command_of(NULL, first);

	zsh_said("", first, c->what);
}

static void
zsh_case(const char *name, const struct command *c, const char *first)
{
	printf("'%s') next=(", name);
	put_words(c, first, "FILE ");
	fputs(") options=(", stdout);
	for (const struct argp_option *o = c->options;
	     o != NULL && o->name != NULL; o++)
		zsh_said("--", o->name, o->doc);
	zsh_said("--", "help", "how it is used");
	puts(") ;;");
}

static void
zsh_case_first(const char *first)
{
	const struct command *c = command_of(NULL, first);
	const struct command none = { .name = first };

	zsh_case(first, strchr(c->name, ' ') == NULL ? c : &none, first);
}

static void
put_zsh(void)
{
	fputs("#compdef admit\n"
	      "# By `admit help --completion zsh`.\n"
	      "local -a all options next\nall=(",
	    stdout);
	each_first(zsh_first);
	puts(")\n"
	     "if (( CURRENT == 2 )); then _describe command all; return; fi\n"
	     "case \"$words[2]\" in");
	each_first(zsh_case_first);
	puts(
	    "esac\nif (( CURRENT > 3 )); then case \"$words[2] $words[3]\" in");
	for (const struct command *c = command_table; c->name != NULL; c++)
		if (strchr(c->name, ' ') != NULL)
			zsh_case(c->name, c, c->name);
	puts("esac; fi\n"
	     "if [[ $words[CURRENT] == -* ]]; then _describe option options\n"
	     "elif (( $next[(Ie)FILE] )); then _files\n"
	     "elif (( $next[(Ie)COMMAND] )); then _describe command all\n"
	     "else compadd -a next; fi");
}

/* ---- fish ---- */

static void
fish_first(const char *first)
{
	printf(
	    "complete -c admit -n __fish_use_subcommand -f -a %s -d '", first);
	put_text(command_of(NULL, first)->what, "\\'");
	puts("'");
}

/* Of a command of two words the options come once both are there. */
static void
fish_condition(const struct command *c)
{
	struct str rest = str_from(c->name);

	fputs("complete -c admit -n '", stdout);
	while (rest.len > 0) {
		struct str word = str_cut(&rest, ' ');

		printf("__fish_seen_subcommand_from %.*s%s", (int)word.len,
		    word.p, rest.len > 0 ? "; and " : "' ");
	}
}

static bool
takes_file(const struct command *c)
{
	struct str rest = str_from(c->words == NULL ? "" : c->words);
	struct command_word w;

	while (command_next_word(&rest, &w))
		if (is_file(w.name))
			return true;
	return false;
}

static void
fish_command(const struct command *c)
{
	const struct argp_option *o = c->options;

	fish_condition(c);
	fputs(takes_file(c) ? "-a '" : "-f -a '", stdout);
	put_words(c, c->name, "");
	puts("'");
	for (; o != NULL && o->name != NULL; o++) {
		fish_condition(c);
		printf("-l %s ", o->name);
		if (o->arg != NULL && is_file(str_from(o->arg)))
			fputs("-r ", stdout);
		else if (o->arg != NULL)
			fputs("-x ", stdout);
		if (o->arg != NULL && command_is_choice(str_from(o->arg))) {
			fputs("-a '", stdout);
			put_choices(str_from(o->arg));
			fputs("' ", stdout);
		}
		fputs("-d '", stdout);
		put_text(o->doc, "\\'");
		puts("'");
	}
}

/* In fish each completion is a command of its own, with when it holds. */
static void
put_fish(void)
{
	puts("# By `admit help --completion fish`.");
	each_first(fish_first);
	for (const struct command *c = command_table; c->name != NULL; c++)
		fish_command(c);
}

void
completion_print(const char *shell)
{
	if (strcmp(shell, "bash") == 0)
		put_bash();
	else if (strcmp(shell, "zsh") == 0)
		put_zsh();
	else
		put_fish();
}
