/* The worker's lock: there is one worker for a ledger and a machine. Who holds
 * the lock also listens on the socket by which others wake it, see
 * outbox/wake.h. */
#ifndef WORKER_LOCK_H
#define WORKER_LOCK_H

#include "shop/app.h"

struct lock {
	int wake_fd; /* readable when somebody woke us; -1: not listening */
	int lock_fd; /* -1: not held */
};

/* Takes the lock and listens; waits up to 5 s for a worker that is about to
 * leave. ERR_CONFLICT: another worker is there and has been woken.
 * ERR_UNAVAILABLE: the folder or the lock cannot be used, as the log says. On
 * failure nothing is held; else lock_release() is owed. */
enum err lock_open(const struct app *app, struct lock *l) MUST_CHECK;

/* Takes in all that woke us so far; whether anything did. */
bool lock_read_wakes(struct lock *l);

/* Stops listening, with the lock still held: who tries to wake us from now on
 * finds nobody, and what was promised before that is still ours to look for.
 * True: something had woken us just before, perhaps for what no look at the
 * ledger finds (another products file). Then either lock_release(), or
 * lock_listen_again() where there was some. */
bool lock_hang_up(const struct app *app, struct lock *l);
enum err lock_listen_again(const struct app *app, struct lock *l) MUST_CHECK;

/* Lets go of both; nothing where nothing is held. */
void lock_release(struct lock *l);

#endif
