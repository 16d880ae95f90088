/* When a call is sent again. */
#include "payment/call.h"

#define PAUSE_MS 300           /* for a twin */
#define THROTTLED_PAUSE_MS 500 /* where a 429 does not say how long */

struct call
call_new(const struct http_request *req, bool is_patient, int64_t now_ms)
{
	return (struct call){ .req = *req,
		.is_patient = is_patient,
		.again_ms = now_ms,
		.line_end_ms = now_ms + CALL_LINE_MS };
}

static int
at_most(int ms, int64_t left_ms)
{
	/* 0 would be no limit at all. */
	if (left_ms < 1)
		return 1;
	return ms > left_ms ? (int)left_ms : ms;
}

struct http_request
call_send(struct call *c, int64_t now_ms)
{
	struct http_request req = c->req;

	if (c->end_ms == 0)
		c->end_ms = now_ms + req.total_ms;
	if (c->twin_end_ms == 0)
		c->twin_end_ms = now_ms + CALL_PATIENCE_MS;
	req.total_ms = at_most(req.total_ms, c->end_ms - now_ms);
	req.connect_ms = at_most(req.connect_ms, req.total_ms);
	return req;
}

/* A try of its own, with all its time, not before that. */
static bool
again(struct call *c, int64_t when_ms, int64_t limit_ms)
{
	if (when_ms >= limit_ms)
		return false;
	c->again_ms = when_ms;
	c->end_ms = 0;
	return true;
}

static bool
goes_again_throttled(
    struct call *c, const struct http_response *res, int64_t now_ms)
{
	int64_t wait_ms = res->retry_after_s > 0 ? res->retry_after_s * 1000 :
						   THROTTLED_PAUSE_MS;

	return again(c, now_ms + wait_ms, c->line_end_ms);
}

bool
call_goes_again(
    struct call *c, enum err e, const struct http_response *res, int64_t now_ms)
{
	/* A connection that was kept open may have been closed by the other
	 * side just now: that says nothing about the next one. It has what is
	 * left of the time. */
	if (e == ERR_UNAVAILABLE && res->broke && !c->has_broken) {
		c->has_broken = true;
		c->again_ms = now_ms;
		return now_ms < c->end_ms;
	}
	if (e == ERR_OK || res->should_retry < 0)
		return false;
	if (e == ERR_THROTTLED)
		return goes_again_throttled(c, res, now_ms);
	if (e == ERR_CONFLICT)
		return c->is_patient &&
		    again(c, now_ms + PAUSE_MS, c->twin_end_ms);
	if (res->should_retry == 0 || c->was_retried)
		return false;
	c->was_retried = true;
	return again(c, now_ms + PAUSE_MS, c->twin_end_ms);
}

/* What was sent and waits for a twin has its turn. */
bool
call_is_late(const struct call *c, int64_t now_ms)
{
	return now_ms >= c->line_end_ms &&
	    (c->twin_end_ms == 0 || now_ms >= c->twin_end_ms);
}
