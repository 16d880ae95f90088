/* The operator's commands: one function each, one row in commands.c. They print
 * for a person on standard output, log on standard error, and return an exit
 * status: 0 done, 1 something is wrong or there was nothing to do, 2 called
 * wrongly, 3 not answered with yes (args.h). */
#ifndef TOOLS_CMD_H
#define TOOLS_CMD_H

#include "args.h"

#include "ledger/books.h"
#include "shop/app.h"
#include "shop/language.h"

int cmd_init(struct app *app, const struct args *args);
int cmd_work(struct app *app, const struct args *args);
int cmd_poll(struct app *app, const struct args *args);
int cmd_setup(struct app *app, const struct args *args);
int cmd_check(struct app *app, const struct args *args);
int cmd_status(struct app *app, const struct args *args);
int cmd_reconcile(struct app *app, const struct args *args);
int cmd_jobs(struct app *app, const struct args *args);
int cmd_jobs_retry(struct app *app, const struct args *args);
int cmd_jobs_drop(struct app *app, const struct args *args);
int cmd_orders(struct app *app, const struct args *args);
int cmd_export(struct app *app, const struct args *args);
int cmd_grant(struct app *app, const struct args *args);
int cmd_revoke(struct app *app, const struct args *args);
int cmd_refund(struct app *app, const struct args *args);
int cmd_payments(struct app *app, const struct args *args);
int cmd_report(struct app *app, const struct args *args);
int cmd_backup(struct app *app, const struct args *args);
int cmd_restore(struct app *app, const struct args *args);
int cmd_move(struct app *app, const struct args *args);
int cmd_import(struct app *app, const struct args *args);
int cmd_operator(struct app *app, const struct args *args);
int cmd_operator_add(struct app *app, const struct args *args);
int cmd_operator_remove(struct app *app, const struct args *args);
int cmd_audit(struct app *app, const struct args *args);
int cmd_broadcast(struct app *app, const struct args *args);
int cmd_broadcast_start(struct app *app, const struct args *args);
int cmd_broadcast_pause(struct app *app, const struct args *args);
int cmd_broadcast_resume(struct app *app, const struct args *args);
int cmd_broadcast_stop(struct app *app, const struct args *args);
int cmd_lessons_list(struct app *app, const struct args *args);
int cmd_lessons_import(struct app *app, const struct args *args);
int cmd_lessons_remove(struct app *app, const struct args *args);
int cmd_lessons_search(struct app *app, const struct args *args);
int cmd_texts(struct app *app, const struct args *args);
int cmd_product_rename(struct app *app, const struct args *args);
int cmd_forget(struct app *app, const struct args *args);

/* What admit report --html is asked for: which file ("-": standard output), in
 * which language (LANGUAGE__COUNT: the shop's), since when, by day or by month
 * (BOOKS_BY_ALL: as it fits). The ledger is there. */
struct cmd_page {
	const char *file;
	enum language in;
	int64_t since_ms;
	enum books_by by;
};
int cmd_report_page(struct app *app, const struct cmd_page *p);

/* Loads the settings, and the way to the ledger that they name, by which none
 * is made; false where they are not complete. */
bool cmd_ready(struct app *app);

/* Has the settings read anew when they are next asked for, and by then those of
 * these programs demanded. What was read before, and the way to the ledger, are
 * dropped. */
void cmd_anew(struct app *app, unsigned programs);

/* Prints the faults of the settings, each with its fix; true where there are
 * none and the settings are loaded. */
bool cmd_settings_ok(struct app *app);

/* The same, and the ledger is there and ours; says what is wrong else. As root
 * the command becomes the ledger's owner, since a file that root makes beside
 * it would lock the programs out. */
bool cmd_ledger_ok(struct app *app);

/* The same for the commands that make a ledger where there is none, which is
 * said: those that set a shop up, and `poll`, which takes what is posted to the
 * front programs elsewhere. */
bool cmd_ledger_made(struct app *app);

/* The settings alone, and the account; whether there is a ledger does not
 * matter. */
bool cmd_account_ok(struct app *app);

/* The parts of it: a sentence if this account is neither the ledger's (or its
 * folder's) nor could become it, else NULL; and whether there is a file. */
const char *cmd_account_fault(struct app *app);
/* The same of any file that is to be opened or made as a ledger. */
const char *cmd_account_fault_at(struct app *app, const char *path);
bool cmd_has_ledger(const struct app *app);
/* Whether the file is there and empty, which is no ledger yet. */
bool cmd_is_empty(const struct app *app);
/* Whether what is there is the first version's database. */
bool cmd_is_first(const struct app *app);
/* Whether one could be written, or made, in its folder. */
bool cmd_may_make_ledger(struct app *app);

/* After the transaction of a command that may have promised something: wakes
 * the worker, or says that nothing was recorded. The status to end with. */
int cmd_recorded(struct app *app, enum err e);

/* An address as it was typed, which may have a password in it: a copy in the
 * arena, and nothing of it is left for who lists the processes of the host. */
const char *cmd_take_address(struct arena *a, char *typed);

/* Prints a document, the only thing on standard output then. */
void cmd_print_json(struct arena *a, struct json *doc);

/* Says that the ledger cannot be read; the status to end with. */
int cmd_unread(void);

/* "3d" or "12h" in ms; 0: neither. */
int64_t cmd_span_ms(const char *text);

/* Since when: that, or the day "2026-01-31". False: it is neither. */
bool cmd_since_ms(const char *text, int64_t *since_ms);

/* The language that was typed, by its tag: "de", or "de-AT" in any case. False:
 * there are no texts in it, which is said; whoever gets that ends with
 * STATUS_WRONG. */
bool cmd_language(const struct args *args, const char *tag, enum language *in);

/* Asks before anything is changed. Where there is no terminal, and --yes was
 * not said, nothing is done; "nothing" tells that. Whoever gets false ends with
 * STATUS_NOT_MEANT. */
bool cmd_is_meant(
    const struct args *args, const char *question, const char *nothing);

#endif
