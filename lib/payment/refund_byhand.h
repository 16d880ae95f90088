/* A payment that an operator sends back from the chat: the worker does it, and
 * tells them what came of it. */
#ifndef PAYMENT_REFUND_BYHAND_H
#define PAYMENT_REFUND_BYHAND_H

#include "ledger/audit.h"
#include "payment/provider.h"

/* Promises what was asked for in the trail, in a transaction. */
enum err refund_byhand_promise(
    struct db *db, const struct act *act, const struct refund *r) MUST_CHECK;

/* The job's result, into the trail and to who asked for it; of a job that no
 * operator asked for nothing is done. In a transaction. */
enum err refund_byhand_told(struct app *app, struct arena *a,
    const struct step *s, const char *result) MUST_CHECK;

#endif
