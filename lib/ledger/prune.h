/* Forgetting what nobody needs any more, so that no table grows for ever:
 * events and updates seen, jobs done, orders that nobody paid and strangers
 * who asked once after 40 days, jobs put aside that nobody asked for
 * again after 90, counts of limits after their hour. */
#ifndef LEDGER_PRUNE_H
#define LEDGER_PRUNE_H

#include "store/db.h"

/* To be called now and then; a failure is logged, the next call tries again.
 * Costs what there is to forget, however large the ledger. */
void prune(struct db *db);

#endif
