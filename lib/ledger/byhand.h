/* What an operator decides of somebody's access, at the command line and in the
 * chat: a fact like any other, and the same follows from it. */
#ifndef LEDGER_BYHAND_H
#define LEDGER_BYHAND_H

#include "ledger/audit.h"
#include "ledger/ledger.h"
#include "shop/app.h"

#define BYHAND_MAX_DAYS 36500

/* Lets act->tg_id in to act->product for act->amount days (0: for good), or
 * takes away all of it that was bought or granted until now, by act->act. In a
 * transaction, where it is noted as well, unless act->id says that it stands in
 * the trail already. *order is the order that it was about, with the id 0 where
 * there was nothing to take away; *result is one of audit.h's. */
enum err byhand_grant(struct app *app, struct arena *a, const struct act *act,
    struct order *order, const char **result) MUST_CHECK;
enum err byhand_revoke(struct app *app, struct arena *a, const struct act *act,
    struct order *order, const char **result) MUST_CHECK;

#endif
