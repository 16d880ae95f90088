/* Waiting for an answer, and for a twin's. */
#include "payment/call.h"

#include "base/clock.h"

#include <poll.h>

#define PAUSE_MS 300

/* In what is left of the time. */
static enum err
send_until(const struct call *c, int64_t end_ms, struct http_response *res)
{
	struct http_request req = *c->req;
	int64_t left_ms = end_ms - clock_mono_ms();

	if (left_ms <= 0)
		return ERR_UNAVAILABLE;
	if (req.total_ms > left_ms)
		req.total_ms = (int)left_ms;
	if (req.connect_ms > req.total_ms)
		req.connect_ms = req.total_ms;
	return http_send(c->http, c->arena, &req, res);
}

/* A connection that was kept open may have been closed by the other side just
 * now: that says nothing about the next one. */
enum err
call_once(const struct call *c)
{
	int64_t end_ms = clock_mono_ms() + c->req->total_ms;
	struct http_response res = { 0 };
	enum err e = send_until(c, end_ms, &res);

	if (e == ERR_UNAVAILABLE && res.broke)
		e = send_until(c, end_ms, &res);
	return e == ERR_OK ? c->read(c->ctx, &res) : e;
}

enum err
call_patiently(const struct call *c)
{
	int64_t end_ms = clock_mono_ms() + CALL_PATIENCE_MS;
	enum err e = call_once(c);

	while (e == ERR_CONFLICT && clock_mono_ms() + PAUSE_MS < end_ms) {
		(void)poll(NULL, 0, PAUSE_MS);
		e = call_once(c);
	}
	return e;
}
