/* One request by plain CGI: how much of its input is read. */
#include "web/cgi.c" /* the code under test, statics and all */

#include "testing.h"

#include <fcntl.h>
#include <stdlib.h>

#define INPUT "0123456789"

static const struct body_row {
	const char *why, *method, *length; /* NULL: none is said */
	bool ends;                         /* whether its sender has hung up */
	const char *body;
	enum err fault;
	size_t n_left;
} bodies[] = {
	{ "by its length", "POST", "4", false, "0123", ERR_OK, 6 },
	{ "all of it", "POST", "10", true, INPUT, ERR_OK, 0 },
	{ "less than was said", "POST", "11", true, INPUT, ERR_INPUT, 0 },
	{ "no length: to its end", "POST", NULL, true, INPUT, ERR_OK, 0 },
	{ "a length of nothing", "POST", "", true, INPUT, ERR_OK, 0 },
	{ "no body is waited for", "GET", NULL, false, "", ERR_OK, 10 },
	{ "nor for its head alone", "HEAD", "", false, "", ERR_OK, 10 },
	{ "a length of none", "POST", "0", false, "", ERR_OK, 10 },
	{ "too much: read all the same", "POST", NULL, true, "", ERR_TOO_BIG,
	    0 },
};

static struct {
	struct buf body;
	enum err fault;
	int n;
} seen;

static void
serve(void *ctx, struct exchange *const *x, size_t n)
{
	(void)ctx;
	check_int(n, 1);
	seen.body = buf_new(&mem, 64);
	buf_add(&seen.body, x[0]->req.body);
	seen.fault = x[0]->req.body_error;
	seen.n++;
	x[0]->res = response_error(&mem, ERR_NOT_FOUND, "here");
}

/* Reading what does not come would wait; here it fails. */
static void
read_by_length(void **state)
{
	const struct body_row *r = *state;
	const struct web_service s = { .serve = serve,
		.max_body_bytes = r->fault == ERR_TOO_BIG ? 4 : 1024 };
	int in = dup(STDIN_FILENO), out = dup(STDOUT_FILENO), ends[2], said[2];
	char left[64], answer[512] = "";
	ssize_t n;

	assert_int_equal(pipe2(ends, O_NONBLOCK) | pipe2(said, O_NONBLOCK), 0);
	(void)setenv("REQUEST_METHOD", r->method, 1);
	(void)(r->length == NULL ? unsetenv("CONTENT_LENGTH") :
				   setenv("CONTENT_LENGTH", r->length, 1));
	assert_int_equal(write(ends[1], INPUT, strlen(INPUT)), strlen(INPUT));
	if (r->ends)
		(void)close(ends[1]);
	(void)dup2(ends[0], STDIN_FILENO);
	(void)fflush(stdout);
	(void)dup2(said[1], STDOUT_FILENO);
	seen.n = 0;
	(void)cgi_run(&s);
	(void)dup2(out, STDOUT_FILENO);
	(void)dup2(in, STDIN_FILENO);
	check_int(seen.n, 1);
	check_str(buf_str(&seen.body), r->body);
	check_err(seen.fault, r->fault);
	n = read(ends[0], left, sizeof(left));
	check_int(n < 0 ? 0 : n, r->n_left);
	assert_true(read(said[0], answer, sizeof(answer) - 1) > 0);
	assert_true(str_starts(str_from(answer), "Status: 404"));
	check_int(
	    strstr(answer, "here") != NULL, strcmp(r->method, "HEAD") != 0);
	if (!r->ends)
		(void)close(ends[1]);
	(void)close(ends[0]);
	(void)close(said[0]);
	(void)close(said[1]);
	(void)close(in);
	(void)close(out);
}

int
main(void)
{
	ROWS("body", read_by_length, bodies);
	return testing_run("cgi", NULL, NULL);
}
