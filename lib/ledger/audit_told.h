/* What came of a job that an operator asked for in the chat. */
#ifndef LEDGER_AUDIT_TOLD_H
#define LEDGER_AUDIT_TOLD_H

#include "ledger/audit.h"
#include "shop/app.h"

/* The name of a job's promise that belongs to a row of the trail: each press
 * that confirms leads to one job, however often it is sent to us. */
const char *audit_promise(struct arena *a, int64_t id);

/* Whether it is such a name. */
bool audit_is_promise(const char *promise);

/* Writes a result, of the job of that promise, into the trail, and tells who
 * asked for it where it is money or has failed. Of a promise that no operator
 * asked for nothing is done. In a transaction. */
enum err audit_told(struct app *app, struct arena *a, const char *promise,
    const char *result) MUST_CHECK;

#endif
