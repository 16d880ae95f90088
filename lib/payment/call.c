/* Waiting for an answer, and for a twin's. */
#include "payment/call.h"

#include "base/clock.h"

#include <poll.h>

#define PAUSE_MS 300

/* A connection that was kept open may have been closed by the other side just
 * now: that says nothing about the next one. */
enum err
call_once(const struct call *c)
{
	struct http_response res = { 0 };
	enum err e = http_send(c->http, c->arena, c->req, &res);

	if (e == ERR_UNAVAILABLE && res.broke)
		e = http_send(c->http, c->arena, c->req, &res);
	return e == ERR_OK ? c->read(c->ctx, &res) : e;
}

enum err
call_patiently(const struct call *c)
{
	int64_t end_ms = clock_mono_ms() + CALL_PATIENCE_MS;
	enum err e = call_once(c);

	while (e == ERR_CONFLICT && clock_mono_ms() < end_ms) {
		(void)poll(NULL, 0, PAUSE_MS);
		e = call_once(c);
	}
	return e;
}
