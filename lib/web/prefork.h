/* A parent that forks workers which share the listening socket, so that no
 * visitor waits behind a busy process and a crash costs one request. */
#ifndef WEB_PREFORK_H
#define WEB_PREFORK_H

#include <stdbool.h>

enum prefork {
	PREFORK_SERVE,   /* in a worker, or alone since n was 0: go and serve */
	PREFORK_STOPPED, /* in the parent: told to stop, all workers ended */
	PREFORK_RENEW    /* in the parent: told by SIGHUP to start anew; its
	                    workers answer what they have and end */
};

/* Forks n workers, each of which returns to serve. The parent stays inside and
 * starts a worker anew when one ends. Told to stop, it gives them 5 s, then
 * kills them. A worker that has given up its rights may ask the parent to do
 * something for it: called(ctx) then runs there. */
enum prefork prefork(long n, void (*called)(void *ctx), void *ctx);

/* To be called in a worker: asks the parent to run called(ctx). False where
 * there is no parent. */
bool prefork_call(void);

#endif
