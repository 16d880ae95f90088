/* One call on the way to a page, while a buyer looks at an empty one: whether,
 * when and for how long it is sent again. Nothing is sent here and nothing
 * waits: whoever sends asks what to send now, and says what came of it.
 *
 * The call must be safe to repeat: a GET, or a POST with a key of its own.
 * Again goes, at once, what a broken connection took along before an answer
 * (once); what a twin of it is being worked on for (409), for CALL_PATIENCE_MS;
 * what came too fast (429), as long as its place in line is good for,
 * CALL_LINE_MS from its beginning; and once what Stripe-Should-Retry says so
 * of. Where that says no, nothing goes again. */
#ifndef PAYMENT_CALL_H
#define PAYMENT_CALL_H

#include "net/http.h"

#define CALL_PATIENCE_MS 3000
#define CALL_LINE_MS 5000

/* All times are clock_mono_ms(). */
struct call {
	struct http_request req; /* as its writer wrote it */
	bool is_patient;         /* a twin is waited for */
	int64_t again_ms;        /* not to be sent before */
	int64_t line_end_ms;     /* nor waited for its turn after */
	int64_t twin_end_ms;     /* 0: it was not sent yet */
	int64_t end_ms;          /* of this try; 0: it has not begun */
	bool has_broken, was_retried;
};

/* It takes its place in line. */
struct call call_new(
    const struct http_request *req, bool is_patient, int64_t now_ms);

/* What to send now: as it was written, in what is left of its time. */
struct http_request call_send(struct call *c, int64_t now_ms);

/* Whether it goes again, at c->again_ms, after this answer; e is http_send()'s
 * error, or what the reading of the answer said. */
bool call_goes_again(struct call *c, enum err e,
    const struct http_response *res, int64_t now_ms);

/* Whether it has waited for its turn, and for no twin, as long as it may: its
 * error is ERR_THROTTLED then. */
bool call_is_late(const struct call *c, int64_t now_ms);

#endif
