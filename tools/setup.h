/* Setting the shop up at Stripe and Telegram, a step at a time. Each may be
 * repeated alone: it finds out what is done, does what is not, and says
 * which. */
#ifndef TOOLS_SETUP_H
#define TOOLS_SETUP_H

#include "cmd.h"
#include "lines.h"

#include "base/json.h"
#include "net/http.h"

/* Lives as long as the command; arena and http are its own. */
struct setup {
	struct app *app;
	struct http *http;
	struct arena arena;
	const char *file;   /* the settings'; NULL: there is no place for one */
	bool tried_address; /* whether updates can arrive was looked at */
};

/* False, and said: the settings that are needed for it are not there. */
bool setup_begin(struct setup *s, struct app *app);
void setup_end(struct setup *s);

/* Reads the settings anew, after they were changed. */
bool setup_reload(struct setup *s);

/* The steps. False: it is not done, and why has been said. */
bool setup_stripe(struct setup *s);
bool setup_telegram(struct setup *s);
bool setup_operator(struct setup *s);
bool setup_channel(struct setup *s);

/* Sets a setting in the file, and reads them anew. Where the environment has
 * another value for it, that is said: it would win. */
bool setup_write(struct setup *s, const char *name, const char *value);

/* Has the ledger's account make the ledger where there is none, and note `code`
 * as the one that the bot is to be sent (0: none). Before the code is shown:
 * whoever is quick would send one that the bot does not know. False, and
 * said: there is no ledger to be had. */
bool setup_ledger(struct setup *s, int64_t code);

/* Waits until there is a number under the mark other than `past`. The programs
 * that Telegram posts to write it there: that the wait ends shows that they are
 * reached. 0: a quarter of an hour has passed, or there is no ledger, which has
 * been said. `what` is shown while it waits. */
int64_t setup_wait(
    struct setup *s, const char *mark, int64_t past, const char *what);

#endif
