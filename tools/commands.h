/* The table of commands: what each is called, what it can be told, and what it
 * does. Help, usage, the shells' completion and the test of the man page are
 * made of it. */
#ifndef TOOLS_COMMANDS_H
#define TOOLS_COMMANDS_H

#include "args.h"

/* Up to one without a name, in the order of the help. What has no function
 * is answered by main() itself. */
extern const struct command command_table[];

/* The one that is called by these words, and how many of them are its name;
 * NULL: none is. */
const struct command *command_find(int argc, char **argv, int *n_used);

/* The next one after `at` (NULL: the first) that begins with that word; NULL:
 * there is none. */
const struct command *command_of(const struct command *at, const char *first);

#endif
