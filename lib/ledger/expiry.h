/* What time alone makes true: access that ends or is going to, a subscription
 * whose period is over. Nothing tells of it, so the worker looks; what the
 * ledger holds says when. */
#ifndef LEDGER_EXPIRY_H
#define LEDGER_EXPIRY_H

#include "shop/app.h"

/* Does what is due by now, in a transaction of its own; *promised: jobs may
 * have come of it. *next_ms: when there will be something again, since 1970;
 * 0: nothing in sight. */
enum err expiry_settle(
    struct app *app, int64_t *next_ms, bool *promised) MUST_CHECK;

#endif
