/* What a command can be told, and what it was told: the command line taken
 * apart by glibc's argp, by the row that the command has in the table
 * (commands.h). So each knows --help and --usage, and what is not in the row is
 * refused with what is near it. */
#ifndef TOOLS_ARGS_H
#define TOOLS_ARGS_H

#include "base/err.h"
#include "base/str.h"

#include <argp.h>

enum command_option {
	OPTION_ADDRESS,
	OPTION_AMOUNT,
	OPTION_BOT_TOKEN_FILE,
	OPTION_BY,
	OPTION_CANCEL,
	OPTION_COMPLETION,
	OPTION_CSV,
	OPTION_DAYS,
	OPTION_ENV,
	OPTION_FIND,
	OPTION_FORCE,
	OPTION_HTML,
	OPTION_JSON,
	OPTION_KEEP_ACCESS,
	OPTION_KIND,
	OPTION_LANG,
	OPTION_LIMIT,
	OPTION_MARKDOWN,
	OPTION_NOW,
	OPTION_ONCE,
	OPTION_PARKED,
	OPTION_PRODUCT,
	OPTION_PUBLIC,
	OPTION_RECONCILE,
	OPTION_REMOVE_WEBHOOK,
	OPTION_ROLE,
	OPTION_SCHEMA,
	OPTION_SEGMENT,
	OPTION_SETTINGS,
	OPTION_SINCE,
	OPTION_STATUS,
	OPTION_STAY,
	OPTION_STOP,
	OPTION_STRIPE_KEY_FILE,
	OPTION_TABLE,
	OPTION_TEXT_FILE,
	OPTION_YES,
	OPTION__COUNT
};

struct app;
struct args;

struct command {
	const char *name; /* one word or two: "jobs retry" */
	int (*run)(struct app *app, const struct args *args);
	/* The words that follow, each separated by a blank: WHAT is for the
	 * typist to fill in, [WHAT] may be left out, WHAT... may be many, and
	 * small letters with a | between them are all that there is to say. */
	const char *words;
	const char *what;                  /* it does, in one line */
	const struct argp_option *options; /* up to one without a name; NULL:
	                                      none */
	const char *more;                  /* for its --help; or NULL */
};

struct args {
	const struct command *command;
	/* As they were given: the value, "" of one that has none; NULL: it was
	 * not given. Of one that was given twice, the later. */
	const char *option[OPTION__COUNT];
	char **words; /* what is no option; as many as the row wants */
	size_t n_words;
};

/* Statuses of all commands, beside 0 and 1 (cmd.h). */
#define STATUS_WRONG 2     /* called wrongly */
#define STATUS_NOT_MEANT 3 /* not answered with yes: nothing was changed */

/* The key by which argp knows the option; letters are no such keys. */
#define ARGS_KEY(option) (256 + (int)(option))

/* Takes apart what stands behind the command's name. Does not return where
 * --help was asked for (status 0), or where it is called wrongly, which it
 * says. */
struct args args_read(const struct command *command, int argc, char **argv);

bool args_has(const struct args *args, enum command_option option);

/* The i-th word; NULL: there are not so many. */
char *args_word(const struct args *args, size_t i);

/* Says on standard error what is wrong with what was typed, and where to read
 * how it is done. STATUS_WRONG. */
int args_wrong(const struct args *args, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* One of the words that a command takes, such as "[ID|all]"; false at the end
 * of them. */
struct command_word {
	struct str name; /* without brackets and dots */
	bool may_lack, may_repeat;
	bool is_choice; /* the name is all that there is to say */
};
bool command_next_word(struct str *rest, struct command_word *word);

/* Whether an option's value, or a word, is a choice of these. */
bool command_is_choice(struct str name);

/* Which of several names is near what was typed; NULL: none is. Beyond half of
 * its letters a guess would only mislead. */
struct nearest {
	const char *typed, *name;
	size_t best;
};
struct nearest nearest_to(const char *typed);
void nearest_try(struct nearest *n, const char *name);

#endif
