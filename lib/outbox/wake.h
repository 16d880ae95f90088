/* The way from whoever promised a job to the worker: one datagram to a UNIX
 * socket beside the database. Nobody home: the worker is started, detached.
 * One worker a machine and database: it holds a lock while it is there, see
 * worker/lock.h. */
#ifndef OUTBOX_WAKE_H
#define OUTBOX_WAKE_H

#include "shop/app.h"

/* Wakes the worker or starts it. Call after the commit, best after the answer
 * is out. Never fails the caller: a cron job is the safety net. */
void knock(struct app *app);

/* knock() for web_service.after: where app->has_work says so. */
void knock_if_promised(void *app);

/* Starts the worker, a detached process, unless one is home already: it looks
 * for itself. What prefork()'s parent does for its confined workers; ctx is the
 * app. */
void start_worker(void *ctx);

/* Why no worker could take its lock, such as one that another account made;
 * NULL: nothing is in its way. */
const char *door_fault(const struct app *app, struct arena *a);

/* The process id of the worker that is home; 0: none. */
long door_owner(const struct app *app);

/* Asks the worker that is home to stop and waits until it has gone, 10 s at
 * most; false where it stays. */
bool door_clear(const struct app *app);

#endif
