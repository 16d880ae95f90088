/* Waiting for an answer: what is sent again, and what is not. */
#include "answers.h"

#include "base/array.h"
#include "base/clock.h"
#include "net/http.h"

/* The clock and the network of a scenario; else the real ones. */
static bool is_played;
static int64_t mono_ms(void);
static int pause_ms(int ms);
static enum err sent(struct http *h, struct arena *a,
    const struct http_request *req, struct http_response *res);
#define clock_mono_ms() mono_ms()
#define poll(fds, n, ms) pause_ms(ms)
#define http_send(h, a, req, res) sent(h, a, req, res)
#include "payment/call.c" /* the code under test */
#undef clock_mono_ms
#undef poll
#undef http_send

#define MOST 3

static const struct row {
	const char *why;
	bool is_patient;
	struct answer said[MOST];
	size_t n_said;
	enum err want;
} rows[] = {
	{ "an answer", false, { { 200, "{}" } }, 1, ERR_OK },
	{ "a refusal is not asked for again", false, { { 400, "{}" } }, 1,
	    ERR_REFUSED },
	{ "nor a failure, whoever is patient", true, { { 500, "{}" } }, 1,
	    ERR_UNAVAILABLE },
	{ "a connection that breaks", false, { { 0, NULL }, { 200, "{}" } }, 2,
	    ERR_OK },
	{ "breaks twice", false, { { 0, NULL }, { 0, NULL } }, 2,
	    ERR_UNAVAILABLE },
	{ "a twin at work", false, { { 409, "{}" } }, 1, ERR_CONFLICT },
	{ "a twin at work, who is patient", true,
	    { { 409, "{}" }, { 409, "{}" }, { 200, "{}" } }, 3, ERR_OK },
	{ "a twin that failed", true, { { 409, "{}" }, { 503, "{}" } }, 2,
	    ERR_UNAVAILABLE },
};

/* As a provider reads its answers. */
static enum err
read_answer(void *ctx, const struct http_response *res)
{
	int *n = ctx;

	(*n)++;
	switch (res->status) {
	case 200:
		return ERR_OK;
	case 409:
		return ERR_CONFLICT;
	case 400:
		return ERR_REFUSED;
	default:
		return ERR_UNAVAILABLE;
	}
}

static void
called(void **state)
{
	const struct row *r = *state;
	const struct answers who = answers_start(r->said, r->n_said);
	struct http *http = http_new();
	const struct http_request req = { .method = "GET",
		.url = arena_printf(&mem, "%s/x", who.base),
		.connect_ms = 2000,
		.total_ms = 5000 };
	int n_read = 0, n_want = 0;
	const struct call call = { http, &mem, &req, read_answer, &n_read };

	for (size_t i = 0; i < r->n_said; i++)
		n_want += r->said[i].status != 0;
	check_err(
	    r->is_patient ? call_patiently(&call) : call_once(&call), r->want);
	check_int(n_read, n_want);
	http_free(http);
	assert_true(answers_given(&who));
}

/* ---- how long it takes ---- */

/* What becomes of each sending, in turn; the last one's again and again. */
struct turn {
	int takes_ms;
	enum err e;
	bool broke;
	int status;
};

static struct {
	const struct turn *turns;
	size_t i, n;
	int64_t now_ms;
} play;

static int64_t
mono_ms(void)
{
	return is_played ? play.now_ms : clock_mono_ms();
}

static int
pause_ms(int ms)
{
	if (!is_played)
		return poll(NULL, 0, ms);
	play.now_ms += ms;
	return 0;
}

static enum err
sent(struct http *h, struct arena *a, const struct http_request *req,
    struct http_response *res)
{
	const struct turn *t = &play.turns[play.i];

	if (!is_played)
		return http_send(h, a, req, res);
	play.i += play.i + 1 < play.n;
	*res = (struct http_response){ .status = t->status,
		.broke = t->broke && t->takes_ms < req->total_ms };
	play.now_ms +=
	    t->takes_ms < req->total_ms ? t->takes_ms : req->total_ms;
	return t->takes_ms < req->total_ms ? t->e : ERR_UNAVAILABLE;
}

#define TOTAL_MS 10000
#define SILENCE \
	{ \
		TOTAL_MS, ERR_UNAVAILABLE, false, 0 \
	}
#define BREAKS(ms) \
	{ \
		ms, ERR_UNAVAILABLE, true, 0 \
	}
#define TWIN(ms) \
	{ \
		ms, ERR_OK, false, 409 \
	}

/* A web server waits for its program no longer than 30 s, and a click that
 * comes while this one is under way must find it. */
static const struct lasting {
	const char *why;
	bool is_patient;
	struct turn turns[2];
	int64_t most_ms;
} lastings[] = {
	{ "silence", false, { SILENCE, SILENCE }, TOTAL_MS },
	{ "breaks late, then silence", false, { BREAKS(9900), SILENCE },
	    TOTAL_MS },
	{ "breaks late twice", false, { BREAKS(9900), BREAKS(9900) },
	    TOTAL_MS },
	{ "a twin at work all the time", true, { TWIN(200), TWIN(200) },
	    CALL_PATIENCE_MS + 200 },
	{ "a twin, then silence", true, { TWIN(2500), SILENCE },
	    CALL_PATIENCE_MS + TOTAL_MS },
	{ "a twin, then breaks late", true, { TWIN(2500), BREAKS(9900) },
	    CALL_PATIENCE_MS + TOTAL_MS },
};

static void
lasts(void **state)
{
	const struct lasting *l = *state;
	const struct http_request req = { .connect_ms = 3000,
		.total_ms = TOTAL_MS };
	int n = 0;
	const struct call call = { NULL, &mem, &req, read_answer, &n };
	enum err e;

	play.turns = l->turns;
	play.n = LENGTH(l->turns);
	play.i = 0;
	play.now_ms = 1;
	is_played = true;
	e = l->is_patient ? call_patiently(&call) : call_once(&call);
	is_played = false;
	assert_true(e != ERR_OK);
	if (play.now_ms - 1 > l->most_ms)
		fail_msg("%lld ms", (long long)play.now_ms - 1);
}

int
main(void)
{
	ROWS("a call", called, rows);
	ROWS("it lasts", lasts, lastings);
	return testing_run("call", NULL, NULL);
}
