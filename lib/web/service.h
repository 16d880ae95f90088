/* What a program is to the gateway: the function that answers its requests,
 * and how many and how large they may be. */
#ifndef WEB_SERVICE_H
#define WEB_SERVICE_H

#include "web/response.h"

#define WEB_MAX_BATCH 64

/* One request and the answer to it. */
struct exchange {
	struct request req;
	struct response res;
};

struct web_service {
	/* Answers n requests that were waiting, 1 <= n <= batch, by filling
	 * in each res. They share one arena, reset after the answers are out.
	 * What is to be durable must be so when this returns. */
	void (*serve)(void *ctx, struct exchange *x, size_t n);

	/* Called when the answers are out: for what nobody should wait for.
	 * NULL: nothing. */
	void (*after)(void *ctx);
	void *ctx;

	size_t batch;          /* 1 to WEB_MAX_BATCH */
	size_t max_body_bytes; /* more is read to its end and dropped, and
	                          the request says ERR_TOO_BIG */
};

/* Why serving has ended. */
enum gateway_end {
	GATEWAY_STOPPED, /* told to stop, or the one CGI request is answered */
	GATEWAY_RENEW,   /* told by SIGHUP to let a new process take over */
	GATEWAY_FAILED
};

#endif
