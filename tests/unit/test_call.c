/* Waiting for an answer: what is sent again, and what is not. */
#include "answers.h"

#include "base/array.h"
#include "payment/call.h"

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

int
main(void)
{
	ROWS("a call", called, rows);
	return testing_run("call", NULL, NULL);
}
