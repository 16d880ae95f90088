/* What the parts of `admit check` share: what was found out so far, and the way
 * to say it. A part is a function of check, and stands with its kind: those of
 * this machine ask nobody and are run once, those of Telegram are run twice
 * (check_calls.h). */
#ifndef TOOLS_CHECK_H
#define TOOLS_CHECK_H

#include "check_calls.h"
#include "cmd.h"

struct check {
	struct app *app;
	struct check_calls *calls; /* NULL: nobody is asked now */
	struct arena arena;
	int n_failed;        /* the result */
	bool has_ledger;     /* there is one, and it can be written */
	bool is_trial;       /* nobody hears what is said */
	bool has_no_folder;  /* for a ledger, which was told */
	bool has_bot;        /* Telegram knows the token */
	bool has_no_address; /* it was told why nothing arrives there */
	bool has_no_network; /* which was told */
	const char *told;    /* " a b ": hosts of which it was told that nobody
	                        answers there */
};

/* A line: what was looked at, what came of it, and of what is bad what to do.
 * One cause is told once, and so is the silence of a host. */
void check_good(const struct check *c, const char *what, const char *detail);
void check_note(struct check *c, const char *what, const char *detail);
void check_bad(
    struct check *c, const char *what, const char *detail, const char *mend);

/* This machine. */
void check_host(struct check *c);
void check_ledger(struct check *c);
void check_disk(struct check *c);
void check_backup(struct check *c);
void check_products(struct check *c);
void check_worker(struct check *c);
void check_confinement(struct check *c); /* for the rest of the process */

/* Telegram: the bot and who hears from it, its channels, where updates go. */
void check_bot(struct check *c);
void check_operators(struct check *c);
void check_channels(struct check *c);
void check_webhook(struct check *c);
void check_support_chat(struct check *c);

#endif
