/* Forgetting what nobody needs any more, so that no table grows for ever. After
 * 40 days: events and updates seen, jobs done, orders that nobody paid,
 * strangers who asked once, the rows of questions to the coach and those that
 * it could not answer, which messages were exchanged with people. After 90
 * days: jobs put aside that nobody asked for again. After an hour: the words of
 * questions, and counts of limits. */
#ifndef LEDGER_PRUNE_H
#define LEDGER_PRUNE_H

#include "store/db.h"

/* To be called now and then; a failure is logged, the next call tries again.
 * However much there is to forget, one call forgets no more than a piece of it,
 * so that nobody's writing waits for long. True: there is more, and it should
 * be called again soon, after others had their turn. */
bool prune(struct db *db);

#endif
