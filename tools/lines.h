/* The lines in which a command tells what came of things: the results in one
 * column, what it is about in the next, and the advice below, for people who
 * are in a hurry. On a terminal they are broken at 80 columns or where it ends,
 * elsewhere left whole, for whoever looks for something in them. On standard
 * output: it is what was asked for, and the log goes elsewhere. */
#ifndef TOOLS_LINES_H
#define TOOLS_LINES_H

#include "base/json.h"

/* result: "ok", "note" or "FAIL"; mend: what is to be done, or NULL. */
void lines_say(
    const char *result, const char *what, const char *detail, const char *mend);

/* From now on they are objects of this list instead, and nothing is printed;
 * NULL: no more. */
void lines_into(struct json *list);

/* Whether they are. */
bool lines_are_printed(void);

#endif
