/* Who acts for the shop in the chat, and as what: those of ADMIN_TG_IDS are
 * owners, whatever the ledger says; others stand in the ledger. */
#ifndef LEDGER_OPERATORS_H
#define LEDGER_OPERATORS_H

#include "shop/app.h"
#include "store/db.h"

/* What each may do, the next one all of that and more. Stored: append, never
 * renumber. */
enum role {
	ROLE_NONE,
	ROLE_VIEWER,  /* look at everything */
	ROLE_SUPPORT, /* let in, send a new link, write, try again */
	ROLE_OWNER,   /* take away, send money back, give up what waits */
	ROLE__COUNT
};

/* "owner"; and by that word, ROLE_NONE for any other. */
const char *role_name(enum role role);
enum role role_named(const char *word);

/* Whether the settings name this person as an operator. */
bool operator_is_set(const struct app *app, int64_t tg_id);

/* What this person is, ROLE_NONE for everybody else. Asked at each press: what
 * somebody was when a button was shown does not count. */
enum err operator_role(struct app *app, struct arena *a, int64_t tg_id,
    enum role *role) MUST_CHECK;

/* Makes somebody an operator, or another one, in a transaction. */
enum err operator_set(struct db *db, int64_t tg_id, enum role role) MUST_CHECK;

/* *was false: they were none by the ledger. In a transaction. */
enum err operator_remove(struct db *db, int64_t tg_id, bool *was) MUST_CHECK;

#endif
