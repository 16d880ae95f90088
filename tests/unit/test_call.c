/* What is sent again, when, and for how long. */
#include "testing.h"

#include "payment/call.h"

#define TOTAL_MS 10000
#define CONNECT_MS 3000
#define T0 1000000

/* What becomes of each try, in turn; the last one's again and again. */
struct turn {
	int takes_ms;
	enum err e;
	struct http_response res;
};
#define SILENCE \
	{ \
		TOTAL_MS, ERR_UNAVAILABLE, \
		{ \
			.status = 0 \
		} \
	}
#define BREAKS(ms) \
	{ \
		ms, ERR_UNAVAILABLE, \
		{ \
			.broke = true \
		} \
	}
#define SAYS(ms, error) \
	{ \
		ms, error, \
		{ \
			.status = 1 \
		} \
	}
#define ASKS_FOR(s) \
	{ \
		50, ERR_THROTTLED, \
		{ \
			.retry_after_s = s \
		} \
	}
#define RETRY(error, yes) \
	{ \
		50, error, \
		{ \
			.should_retry = yes \
		} \
	}

static const struct row {
	const char *why;
	bool is_patient;
	struct turn turns[3];
	size_t n_turns;
	int n_sent; /* 0: as often as there is time */
	enum err want;
	int64_t most_ms;
} rows[] = {
	{ "an answer", false, { SAYS(50, ERR_OK) }, 1, 1, ERR_OK, 50 },
	{ "a refusal is not asked for again", true, { SAYS(50, ERR_REFUSED) },
	    1, 1, ERR_REFUSED, 50 },
	{ "nor a failure, whoever is patient", true,
	    { SAYS(50, ERR_UNAVAILABLE) }, 1, 1, ERR_UNAVAILABLE, 50 },
	{ "a connection that breaks", false, { BREAKS(50), SAYS(50, ERR_OK) },
	    2, 2, ERR_OK, 100 },
	{ "breaks twice", false, { BREAKS(50) }, 1, 2, ERR_UNAVAILABLE, 100 },
	{ "a twin at work, nobody is patient", false,
	    { SAYS(50, ERR_CONFLICT) }, 1, 1, ERR_CONFLICT, 50 },
	{ "a twin at work, who is patient", true,
	    { SAYS(50, ERR_CONFLICT), SAYS(50, ERR_CONFLICT),
		SAYS(50, ERR_OK) },
	    3, 3, ERR_OK, 750 },
	{ "a twin that failed", true,
	    { SAYS(50, ERR_CONFLICT), SAYS(50, ERR_UNAVAILABLE) }, 2, 2,
	    ERR_UNAVAILABLE, 400 },
	{ "silence", false, { SILENCE }, 1, 1, ERR_UNAVAILABLE, TOTAL_MS },
	{ "breaks late, then silence", false, { BREAKS(9900), SILENCE }, 2, 2,
	    ERR_UNAVAILABLE, TOTAL_MS },
	{ "breaks late twice", false, { BREAKS(9900) }, 1, 2, ERR_UNAVAILABLE,
	    TOTAL_MS },
	{ "a twin at work all the time", true, { SAYS(200, ERR_CONFLICT) }, 1,
	    0, ERR_CONFLICT, CALL_PATIENCE_MS + 200 },
	{ "a twin, then silence", true, { SAYS(2500, ERR_CONFLICT), SILENCE },
	    2, 2, ERR_UNAVAILABLE, CALL_PATIENCE_MS + TOTAL_MS },
	{ "a twin, then breaks late", true,
	    { SAYS(2500, ERR_CONFLICT), BREAKS(9900) }, 2, 3, ERR_UNAVAILABLE,
	    CALL_PATIENCE_MS + TOTAL_MS },
	{ "too fast: when it was asked for", false,
	    { ASKS_FOR(2), SAYS(50, ERR_OK) }, 2, 2, ERR_OK, 2100 },
	{ "too fast, and no time is told", false,
	    { ASKS_FOR(-1), SAYS(50, ERR_OK) }, 2, 2, ERR_OK, 600 },
	{ "too fast, for longer than the line is good for", false,
	    { ASKS_FOR(3600) }, 1, 1, ERR_THROTTLED, 50 },
	{ "too fast all the time", false, { ASKS_FOR(-1) }, 1, 0, ERR_THROTTLED,
	    CALL_LINE_MS + 50 },
	{ "too fast, and not to be repeated", false,
	    { RETRY(ERR_THROTTLED, -1) }, 1, 1, ERR_THROTTLED, 50 },
	{ "a twin that is not to be waited for", true,
	    { RETRY(ERR_CONFLICT, -1) }, 1, 1, ERR_CONFLICT, 50 },
	{ "a failure that is to be repeated", false,
	    { RETRY(ERR_UNAVAILABLE, 1), SAYS(50, ERR_OK) }, 2, 2, ERR_OK,
	    400 },
	{ "is repeated once", false, { RETRY(ERR_UNAVAILABLE, 1) }, 1, 2,
	    ERR_UNAVAILABLE, 400 },
};

/* One try as it ends by its own limit or before. */
static enum err
attempt(const struct turn *t, const struct http_request *req,
    struct http_response *res, int64_t *now_ms)
{
	bool is_late = t->takes_ms >= req->total_ms;

	*res = is_late ? (struct http_response){ 0 } : t->res;
	*now_ms += is_late ? req->total_ms : t->takes_ms;
	return is_late ? ERR_UNAVAILABLE : t->e;
}

static void
tried(void **state)
{
	const struct row *r = *state;
	const struct http_request wanted = {
		.method = "GET", .connect_ms = CONNECT_MS, .total_ms = TOTAL_MS
	};
	int64_t now_ms = T0;
	struct call c = call_new(&wanted, r->is_patient, now_ms);
	struct http_response res;
	int n_sent = 0;
	enum err e;

	do {
		const struct turn *t =
		    &r->turns[n_sent < (int)r->n_turns ? n_sent :
							 (int)r->n_turns - 1];
		struct http_request req;

		now_ms = c.again_ms > now_ms ? c.again_ms : now_ms;
		req = call_send(&c, now_ms);
		assert_true(req.connect_ms > 0 &&
		    req.connect_ms <= req.total_ms && req.total_ms <= TOTAL_MS);
		e = attempt(t, &req, &res, &now_ms);
		n_sent++;
		assert_true(n_sent < 100);
	} while (call_goes_again(&c, e, &res, now_ms));
	check_err(e, r->want);
	if (r->n_sent != 0)
		check_int(n_sent, r->n_sent);
	if (now_ms - T0 > r->most_ms)
		fail_msg("%lld ms", (long long)(now_ms - T0));
}

/* Whoever waits for a turn waits so long and no longer; whoever waits for a
 * twin has had theirs. */
static void
line(void **state)
{
	const struct http_request wanted = { .connect_ms = 1, .total_ms = 1 };
	const struct http_response none = { 0 };
	struct call c = call_new(&wanted, true, T0);

	(void)state;
	assert_false(call_is_late(&c, T0 + CALL_LINE_MS - 1));
	assert_true(call_is_late(&c, T0 + CALL_LINE_MS));
	(void)call_send(&c, T0 + CALL_LINE_MS - 1);
	assert_true(
	    call_goes_again(&c, ERR_CONFLICT, &none, T0 + CALL_LINE_MS + 100));
	assert_false(call_is_late(&c, c.again_ms));
}

int
main(void)
{
	ROWS("a call", tried, rows);
	ONE("a line", "is good for so long", line);
	return testing_run("call", NULL, NULL);
}
