/* One request by plain CGI. */
#include "web/cgi.h"

#include "web/body.h"

#include <unistd.h>

#define WAIT_MS 1000

extern char **environ; /* the variables of plain CGI */

static void
read_body(struct request *r, size_t max_bytes)
{
	struct body b = body_start(r->arena, max_bytes);
	int64_t left = INT64_MAX;
	char chunk[8192];
	ssize_t n = 1;

	/* Without a length there is a body to the end of the file, if the
	 * method has one. */
	if (!str_to_i64(
		str_from(request_variable(r, "CONTENT_LENGTH")), &left) &&
	    r->method != WEB_POST)
		left = 0;
	while (left > 0 && n > 0) {
		size_t want = left < (int64_t)sizeof(chunk) ? (size_t)left :
							      sizeof(chunk);

		n = read(STDIN_FILENO, chunk, want);
		if (n > 0) {
			body_add(&b, chunk, (size_t)n);
			left -= n;
		}
	}
	body_end(&b, r, n < 0);
}

enum gateway_end
cgi_run(const struct web_service *s)
{
	struct arena a = { 0 };
	struct exchange x = { 0 }, *const one = &x;
	const struct web_wait nothing_else = { NULL, 0, WAIT_MS, false };
	bool sent;

	request_read(&x.req, &a, environ);
	read_body(&x.req, s->max_body_bytes);
	s->serve(s->ctx, &one, 1);
	while (x.is_open)
		s->wait(s->ctx, &nothing_else);
	sent = response_write(STDOUT_FILENO,
	    response_render(&a, &x.res, x.req.method == WEB_HEAD));
	arena_free(&a);
	/* What nobody should wait for: the answer has been written. */
	if (s->after != NULL)
		s->after(s->ctx);
	return sent ? GATEWAY_STOPPED : GATEWAY_FAILED;
}
