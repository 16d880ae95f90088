/* Which of the jobs that are due the worker takes now: as many of each line as
 * it has slots for and its limits let go soon. */
#ifndef WORKER_LEASE_H
#define WORKER_LEASE_H

#include "worker/slots.h"

/* Leases them and prepares their calls, in one transaction. What would have to
 * wait for its chat is put off in the ledger. Sets look_ms (when there may be
 * something again: INT64_MAX, nothing is owed), holds_back, ledger_fails and
 * owes. */
void lease_due(struct worker *w);

#endif
