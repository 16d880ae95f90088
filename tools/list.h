/* What the commands that list have in common: which rows, in which form. */
#ifndef TOOLS_LIST_H
#define TOOLS_LIST_H

#include "cmd.h"
#include "table.h"

struct list {
	const char *name; /* of the array in the document */
	const struct table_column *columns;
	const char *status; /* the column that --status goes by; NULL: none */
	const char *none;   /* what is said where there is no row */
	/* Adds the rows. ERR_OK, or the ledger could not be read. */
	enum err (*fill)(struct app *app, struct table *t, const void *what);
	bool finds_itself; /* --find is its own: the ledger knows more names
	                      than it shows */
};

/* Reads the filters that the command has in its row, opens the ledger, and
 * prints what is left. `what` is handed on to fill(). The status to end
 * with. */
int list_print(struct app *app, const struct args *args,
    const struct list *list, const void *what);

#endif
