/* The way from whoever promised a job to the worker: one datagram to a UNIX
 * socket beside the database. Nobody home: the worker is started, detached.
 * One worker a machine and database: it holds a lock while it is there. */
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

/* The worker's side. */
struct door {
	int fd;      /* readable when somebody knocked; -1: closed */
	int lock_fd; /* -1: not held */
};

/* Takes the lock and opens the socket. ERR_CONFLICT: another worker is home
 * and has been knocked at. ERR_UNAVAILABLE: the folder cannot be used. */
enum err door_open(const struct app *app, struct door *d) MUST_CHECK;

/* Takes in the knocks that have piled up. */
void door_answer(struct door *d);

/* Closes the socket first: who knocks from now on finds nobody home. What was
 * promised before that is still ours to look for; then door_leave(). */
void door_shut(const struct app *app, struct door *d);
enum err door_reopen(const struct app *app, struct door *d) MUST_CHECK;
void door_leave(struct door *d);

/* Why no worker could take its lock, such as one that another account made;
 * NULL: nothing is in its way. */
const char *door_fault(const struct app *app, struct arena *a);

/* The process id of the worker that is home; 0: none. */
long door_owner(const struct app *app);

/* Asks the worker that is home to stop and waits until it has gone, 10 s at
 * most; false where it stays. */
bool door_clear(const struct app *app);

#endif
