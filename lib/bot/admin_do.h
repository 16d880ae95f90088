/* Doing what an operator confirmed. */
#ifndef BOT_ADMIN_DO_H
#define BOT_ADMIN_DO_H

#include "bot/reply.h"
#include "ledger/audit.h"

/* Does it, in the transaction in which its row in the trail was taken, and
 * writes what came of it there. */
enum err admin_do(struct reply *r, const struct act *act) MUST_CHECK;

#endif
