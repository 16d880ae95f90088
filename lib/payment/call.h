/* The waiting calls of pay.fcgi, while a buyer looks at an empty page. */
#ifndef PAYMENT_CALL_H
#define PAYMENT_CALL_H

#include "net/http.h"

/* A call that is safe to repeat: a GET, or a POST with a key of its own. */
struct call {
	struct http *http;
	struct arena *arena;
	const struct http_request *req;
	enum err (*read)(void *ctx, const struct http_response *res);
	void *ctx;
};

/* Sends it, once more where the connection broke before an answer, and reads
 * the answer; all of it within the request's total_ms. The error is
 * http_send()'s or read()'s. */
enum err call_once(const struct call *c) MUST_CHECK;

/* The same, and again for CALL_PATIENCE_MS as long as read() says that a twin
 * of this call is being worked on (ERR_CONFLICT): within total_ms and that. */
#define CALL_PATIENCE_MS 3000
enum err call_patiently(const struct call *c) MUST_CHECK;

#endif
