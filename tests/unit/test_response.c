/* Answers: what each failure becomes, and that no header can be smuggled. */
#include "testing.h"

#include "web/response.h"

static const struct status {
	const char *why;
	enum err e;
	int want;
	int64_t retry_after_s;
} statuses[] = {
	{ "all is well", ERR_OK, 200, 0 },
	{ "the sender's fault", ERR_INPUT, 400, 0 },
	{ "not who they claim to be", ERR_AUTH, 401, 0 },
	{ "no such thing", ERR_NOT_FOUND, 404, 0 },
	{ "somebody was first", ERR_CONFLICT, 409, 0 },
	{ "too big", ERR_TOO_BIG, 413, 0 },
	{ "too often", ERR_THROTTLED, 429, 2 },
	{ "out of order: the sender tries again", ERR_UNAVAILABLE, 503, 2 },
	{ "the other side said no", ERR_REFUSED, 502, 0 },
	{ "not set up", ERR_CONFIG, 500, 0 },
	{ "a fault of ours", ERR_INTERNAL, 500, 0 },
};

static void
status(void **state)
{
	const struct status *s = *state;
	struct response res = response_error(&mem, s->e, "why \"so\"");

	check_int(response_status(s->e), s->want);
	check_int(res.status, s->want);
	check_int(res.retry_after_s, s->retry_after_s);
	check_text(res.content_type, "application/json; charset=utf-8");
	check_str(res.body,
	    arena_printf(&mem,
		"{\"error\":\"%s\",\"message\":\"why \\\"so\\\"\"}",
		err_name(s->e)));
}

static void
every_error(void **state)
{
	(void)state;
	check_int(LENGTH(statuses), ERR__COUNT);
	for (int e = 0; e < ERR__COUNT; e++) {
		int code = response_status((enum err)e);

		/* 410 would make Telegram delete the webhook. */
		assert_true(code >= 200 && code < 600 && code != 410);
	}
}

#define STANDING_FIRST \
	"Cache-Control: no-store\r\n" \
	"X-Content-Type-Options: nosniff\r\n" \
	"Referrer-Policy: no-referrer\r\n"
#define STANDING \
	STANDING_FIRST \
	"Content-Security-Policy: default-src 'none'; base-uri 'none'; " \
	"form-action 'none'; frame-ancestors 'self'\r\n"

static const struct rendering {
	const char *why;
	struct response res;
	bool head_only;
	const char *want;
} renderings[] = {
	{ "a body",
	    { .status = 200, .content_type = "text/plain", .body = LIT("hi") },
	    false,
	    "Status: 200 OK\r\nContent-Type: text/plain\r\n" STANDING
	    "\r\nhi" },
	{ "HEAD has the same headers and no body",
	    { .status = 200, .content_type = "text/plain", .body = LIT("hi") },
	    true,
	    "Status: 200 OK\r\nContent-Type: text/plain\r\n" STANDING "\r\n" },
	{ "a redirect", { .status = 303, .location = "https://h/x" }, false,
	    "Status: 303 See Other\r\nLocation: https://h/x\r\n" STANDING
	    "\r\n" },
	{ "a form that leads to a page to pay at",
	    { .status = 200, .content_type = "text/html", .forms = FORMS_ON },
	    true,
	    "Status: 200 OK\r\nContent-Type: text/html\r\n"
	    "Cache-Control: no-store\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "Referrer-Policy: no-referrer\r\n"
	    "Content-Security-Policy: default-src 'none'; "
	    "base-uri 'none'; form-action 'self' "
	    "https: http://127.0.0.1:* http://localhost:*; "
	    "frame-ancestors 'self'\r\n\r\n" },
	{ "other methods", { .status = 405, .allow = "GET, HEAD" }, false,
	    "Status: 405 Method Not Allowed\r\nAllow: GET, HEAD\r\n" STANDING
	    "\r\n" },
	{ "later", { .status = 503, .retry_after_s = 1 }, false,
	    "Status: 503 Service Unavailable\r\nRetry-After: 1\r\n" STANDING
	    "\r\n" },
	{ "later, by itself",
	    { .status = 503, .retry_after_s = 5, .refresh_s = 5 }, false,
	    "Status: 503 Service Unavailable\r\nRetry-After: 5\r\n"
	    "Refresh: 5\r\n" STANDING "\r\n" },
	{ "refused", { .status = 403 }, false,
	    "Status: 403 Forbidden\r\n" STANDING "\r\n" },
	{ "anew in a moment",
	    { .status = 200, .refresh_s = 3, .refresh_url = "?a=b" }, false,
	    "Status: 200 OK\r\nRefresh: 3; url=?a=b\r\n" STANDING "\r\n" },
	{ "one style and no other",
	    { .status = 200, .style_hash = "sha256-A=" }, false,
	    "Status: 200 OK\r\n" STANDING_FIRST
	    "Content-Security-Policy: default-src 'none'; "
	    "style-src 'sha256-A='; base-uri 'none'; form-action 'none'; "
	    "frame-ancestors 'self'\r\n\r\n" },
	{ "over https alone", { .status = 200, .https_only = true }, false,
	    "Status: 200 OK\r\n" STANDING_FIRST
	    "Strict-Transport-Security: max-age=31536000\r\n"
	    "Content-Security-Policy: default-src 'none'; base-uri 'none'; "
	    "form-action 'none'; frame-ancestors 'self'\r\n\r\n" },
	{ "too big", { .status = 413 }, false,
	    "Status: 413 Content Too Large\r\n" STANDING "\r\n" },
};

static void
render(void **state)
{
	const struct rendering *r = *state;

	check_str(response_render(&mem, &r->res, r->head_only), r->want);
}

static const struct injection {
	const char *why;
	struct response res;
} injections[] = {
	{ "a header after the address",
	    { .status = 303, .location = "https://h/\r\nSet-Cookie: a=b" } },
	{ "a line end alone", { .status = 303, .location = "https://h/\nX" } },
	{ "a return alone", { .status = 303, .location = "https://h/\rX" } },
	{ "a tab", { .status = 303, .location = "https://h/\tX" } },
	{ "DEL", { .status = 303, .location = "https://h/\x7f" } },
	{ "in what is asked for anew",
	    { .status = 200, .refresh_s = 1, .refresh_url = "?\r\nX: y" } },
	{ "in the type",
	    { .status = 200, .content_type = "text/plain\r\nX: y" } },
};

static void
injected(void **state)
{
	const struct injection *i = *state;

	check_str(response_render(&mem, &i->res, false),
	    "Status: 500 Internal Server Error\r\n\r\n");
}

static void
bytes(void **state)
{
	struct response res = { .status = 200, .body = LIT("a\0b") };
	struct str out = response_render(&mem, &res, false);

	(void)state;
	assert_memory_equal(out.p + out.len - 3, "a\0b", 3);
}

static void
short_forms(void **state)
{
	struct response res = response_see_other("https://h/");

	(void)state;
	check_int(res.status, 303);
	check_text(res.location, "https://h/");
	res = response_not_allowed(&mem, "POST");
	check_int(res.status, 405);
	check_text(res.allow, "POST");
}

/* Half an answer is none: the sender must not take it for a whole one. */
static void
over_the_limit(void **state)
{
	size_t n = 600 * 1024;
	struct response res = { .status = 200,
		.content_type = "text/plain",
		.body = { memset(arena_alloc(&mem, n), 'a', n), n } };
	struct str out = response_render(&mem, &res, false);

	(void)state;
	assert_false(str_starts(out, "Status: 200"));
}

int
main(void)
{
	ROWS("status", status, statuses);
	ROWS("render", render, renderings);
	ROWS("injection", injected, injections);
	ONE("status", "every error has one", every_error);
	ONE("render", "a body is bytes", bytes);
	ONE("render", "more than the limit is no success", over_the_limit);
	ONE("short forms", "303 and 405", short_forms);
	return testing_run("response", NULL, NULL);
}
