/* Whom a command is about, and by which product: "TG_ID [PRODUCT]". */
#ifndef TOOLS_WHO_H
#define TOOLS_WHO_H

#include "cmd.h"

struct who {
	int64_t tg_id;
	const struct product *product; /* of the catalog */
};

/* Reads it from the command's words, and loads the settings that these programs
 * (enum program) need, with the ledger. 0, or the status to end with; what is
 * wrong has been said. */
int who_read(struct app *app, unsigned programs, const struct args *args,
    struct who *out);

#endif
