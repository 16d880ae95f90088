/* What a program is to the gateway: the function that answers its requests,
 * and how many and how large they may be. */
#ifndef WEB_SERVICE_H
#define WEB_SERVICE_H

#include "web/response.h"

#include <poll.h>

#define WEB_MAX_BATCH 64
/* More than these at once are a rush: when it is over shrink() is called. */
#define WEB_NO_RUSH 8
/* Requests of one process that may be open at once. */
#define WEB_MAX_OPEN 256

/* One request and the answer to it. */
struct exchange {
	struct request req;
	struct response res;
	bool is_open; /* the answer is not known yet, see wait() */
};

/* What is waited for beside what the service itself waits for. */
struct web_wait {
	struct pollfd *fds; /* for POLLIN; revents becomes that or 0 */
	size_t n;           /* at most WEB_MAX_WAIT */
	int timeout_ms;     /* not longer */
	bool is_last;       /* told to stop: what is open is to end now */
};
#define WEB_MAX_WAIT 144

struct web_service {
	/* Answers n requests that were waiting, 1 <= n <= batch, by filling
	 * in each res. They share one arena, reset after the answers are out.
	 * What is to be durable must be so when this returns. */
	void (*serve)(void *ctx, struct exchange *const *x, size_t n);

	/* Called when the answers are out: for what nobody should wait for.
	 * NULL: nothing. */
	void (*after)(void *ctx);
	void *ctx;

	size_t batch;          /* 1 to WEB_MAX_BATCH */
	size_t max_body_bytes; /* more is read to its end and dropped, and
	                          the request says ERR_TOO_BIG */

	/* Of a service whose answers take time, because it asks somebody
	 * itself; NULL: serve() answers all. There each request has an arena of
	 * its own, and serve() may leave it open (is_open): the exchange stays
	 * where it is, others are served beside it, and wait() is what the
	 * gateway waits by as long as one is open. It closes those whose answer
	 * is known by then, each in its own time. */
	void (*wait)(void *ctx, const struct web_wait *w);

	/* A rush is over and nothing has come for a second: for memory that the
	 * next one gets again. NULL: nothing. */
	void (*shrink)(void *ctx);
};

/* Why serving has ended. */
enum gateway_end {
	GATEWAY_STOPPED, /* told to stop, or the one CGI request is answered */
	GATEWAY_RENEW,   /* told by SIGHUP to let a new process take over */
	GATEWAY_FAILED
};

#endif
