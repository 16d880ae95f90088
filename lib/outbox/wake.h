/* The way from whoever promised a job to the worker: one datagram to a UNIX
 * socket beside the database. Where nobody receives it, the worker is started
 * as a process of its own. There is one worker to a machine and database; it
 * holds a lock while it runs (worker/lock.h). */
#ifndef OUTBOX_WAKE_H
#define OUTBOX_WAKE_H

#include "shop/app.h"

/* Wakes the worker or starts it. Call after the commit, best after the answer
 * is out. Never fails the caller: a cron job is the safety net. */
void wake(struct app *app);

/* For web_service.after: wake(), if something was promised (jobs_promise()),
 * the worker is to take note of other products, or the ledger waits to be
 * brought up to date (db_be_quick()). */
void wake_if_promised(void *app);

/* Starts the worker as a detached process. If one runs already, the new one
 * finds the lock taken and ends. prefork()'s parent does this for its confined
 * workers; ctx is the app. */
void wake_start_worker(void *ctx);

/* Why no worker could take its lock, such as one that another account made;
 * NULL: nothing is in its way. */
const char *wake_fault(const struct app *app, struct arena *a);

/* The process id of the worker that runs; 0: none. */
long wake_worker_pid(const struct app *app);

/* Asks the worker that runs to stop and waits until it has gone, 10 s at most;
 * false where it stays. */
bool wake_no_worker(const struct app *app);

#endif
