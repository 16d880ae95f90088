/* Between the web server and a program: finds out whether it was started as
 * plain CGI or FastCGI, takes the requests, hands them on, sends the answers.
 * The door to libfcgi, and the only code that knows one from the other. */
#ifndef WEB_GATEWAY_H
#define WEB_GATEWAY_H

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

/* Whether fd 0 is a socket to accept from (FastCGI) rather than a CGI body. */
bool gateway_is_fastcgi(void);

enum gateway_end {
	GATEWAY_STOPPED, /* told to stop, or the one CGI request is answered */
	GATEWAY_RENEW,   /* told by SIGHUP to let a new process take over */
	GATEWAY_FAILED
};

/* Serves until SIGTERM, SIGINT, SIGUSR1 or SIGHUP (FastCGI) or for one request
 * (CGI). Requests under way are answered first; one whose body is still coming
 * has half a second for it. */
enum gateway_end gateway_run(const struct web_service *service);

/* Whether a stop signal has come that gateway_run() will act on as soon as the
 * answers under way are out: to be asked by what takes long. SIGHUP is none:
 * who is replaced may take the time that its answers take. */
bool gateway_is_stopping(void);

#endif
