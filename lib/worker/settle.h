/* What the slots' answers mean, in the ledger. */
#ifndef WORKER_SETTLE_H
#define WORKER_SETTLE_H

#include "worker/slots.h"

/* Records all that was answered, in one transaction, and frees the slots whose
 * jobs have ended or prepares their next calls; true where there was something.
 * An answer that cannot be written down yet is kept and not asked for again,
 * since the message is out: the ledger is tried once more after a pause. */
bool settle_answered(struct worker *w);

#endif
