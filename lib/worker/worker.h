/* The worker: keeps what was promised. One thread around curl's multi
 * interface, many calls at once, each job leased before it acts and ended in
 * the transaction that records what its answer confirms. */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include "shop/app.h"

enum worker_stay {
	WORKER_ONCE,   /* does what is due and goes (cron) */
	WORKER_WHILE,  /* goes after a minute without anything owed, or an
	                  hour without a ledger */
	WORKER_FOREVER /* until told to stop (systemd, make run) */
};

/* Runs until then, or SIGTERM, SIGINT, SIGHUP. Where there is no ledger yet
 * none is made: one that stays waits for it, others end with ERR_NOT_FOUND at
 * once, as nothing can be owed. That wants an app->db that makes none.
 * ERR_CONFLICT: another worker is home; it has been woken. ERR_UNAVAILABLE: no
 * ledger to be had. */
enum err worker_run(struct app *app, enum worker_stay stay) MUST_CHECK;

#endif
