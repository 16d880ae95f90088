/* Answers: statuses, headers, rendering. */
#include "web/response.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"

#include <errno.h>
#include <unistd.h>

#define MAX_RESPONSE_BYTES (512 * 1024)

int
response_status(enum err e)
{
	static const int status[ERR__COUNT] = {
		[ERR_OK] = 200,
		[ERR_INPUT] = 400,
		[ERR_AUTH] = 401,
		[ERR_NOT_FOUND] = 404,
		[ERR_CONFLICT] = 409,
		[ERR_TOO_BIG] = 413,
		[ERR_THROTTLED] = 429,
		[ERR_UNAVAILABLE] = 503,
		/* Refused by Stripe or Telegram, with whom we stand in for the
		 * client. */
		[ERR_REFUSED] = 502,
		[ERR_CONFIG] = 500,
		[ERR_INTERNAL] = 500,
	};

	return status[e];
}

struct response
response_json(int status, struct str body)
{
	return (struct response){ .status = status,
		.content_type = "application/json; charset=utf-8",
		.body = body };
}

struct response
response_error(struct arena *a, enum err e, const char *message)
{
	struct json *doc = json_new(a);
	struct response res;

	json_put_text(doc, "error", err_name(e));
	json_put_text(doc, "message", message);
	res = response_json(response_status(e), json_render(a, doc));
	/* Telegram waits as long as it is told here before it sends the update
	 * again; Stripe comes back by a schedule of its own. */
	if (res.status == 503 || res.status == 429)
		res.retry_after_s = 2;
	return res;
}

struct response
response_not_allowed(struct arena *a, const char *allow)
{
	struct response res =
	    response_error(a, ERR_INPUT, "this address takes other methods");

	res.status = 405;
	res.allow = allow;
	return res;
}

struct response
response_see_other(const char *url)
{
	/* 303 and not 302: whatever method the request had, the next one is a
	 * GET. The status always goes along, since servers read a Location
	 * without one in different ways. */
	return (struct response){ .status = 303, .location = url };
}

/* Only the statuses that are sent here. The words are for people who look at a
 * connection; clients go by the number. */
static const char *
reason(int status)
{
	static const struct {
		int status;
		const char *words;
	} reasons[] = { { 200, "OK" }, { 303, "See Other" },
		{ 400, "Bad Request" }, { 401, "Unauthorized" },
		{ 403, "Forbidden" }, { 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 409, "Conflict" },
		{ 413, "Content Too Large" }, { 429, "Too Many Requests" },
		{ 502, "Bad Gateway" }, { 503, "Service Unavailable" } };

	for (size_t i = 0; i < LENGTH(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].words;
	return "Internal Server Error";
}

static void
header(struct buf *b, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_text(b, name);
	buf_text(b, ": ");
	buf_text(b, value);
	buf_text(b, "\r\n");
}

static void
header_number(struct buf *b, const char *name, int64_t n)
{
	if (n <= 0)
		return;
	buf_text(b, name);
	buf_text(b, ": ");
	buf_int(b, n);
	buf_text(b, "\r\n");
}

/* A line end in a value would begin a header, or a body, of a stranger's
 * making. The URLs come from a vendor's reply. */
static bool
header_safe(const char *value)
{
	for (; value != NULL && *value != '\0'; value++)
		if ((unsigned char)*value < ' ' || *value == 0x7f)
			return false;
	return true;
}

/* Not a part of the page: what reads pages aloud, and who judges how well it
 * can, take that for an interruption that cannot be put off. */
static void
refresh(struct buf *b, const struct response *res)
{
	if (res->refresh_s <= 0)
		return;
	buf_text(b, "Refresh: ");
	buf_int(b, res->refresh_s);
	if (res->refresh_url != NULL) {
		buf_text(b, "; url=");
		buf_text(b, res->refresh_url);
	}
	buf_text(b, "\r\n");
}

/* Only what is known by its sum is a style; nothing else runs or is loaded. */
static void
policy(struct buf *b, const struct response *res)
{
	/* A browser asks this list of each address that a form is redirected
	 * to as well; the last two are this machine, while one tries the shop
	 * there. */
	static const char *const lead_to[] = { [FORMS_NOWHERE] = "'none'",
		[FORMS_HERE] = "'self'",
		[FORMS_ON] = ("'self' https: http://127.0.0.1:* "
			      "http://localhost:*") };

	buf_text(b, "Content-Security-Policy: default-src 'none'; ");
	if (res->style_hash != NULL) {
		buf_text(b, "style-src '");
		buf_text(b, res->style_hash);
		buf_text(b, "'; ");
	}
	buf_text(b, "base-uri 'none'; form-action ");
	buf_text(b, lead_to[res->forms]);
	buf_text(b, "; frame-ancestors 'self'\r\n");
}

/* What every answer says: keep it nowhere, guess no type, load nothing from
 * elsewhere, tell no other site where the reader came from. A year of https
 * alone is for this name; those below it are not ours to speak for. */
static void
standing_headers(struct buf *b, const struct response *res)
{
	header(b, "Cache-Control", "no-store");
	header(b, "X-Content-Type-Options", "nosniff");
	header(b, "Referrer-Policy", "no-referrer");
	if (res->https_only)
		header(b, "Strict-Transport-Security", "max-age=31536000");
	policy(b, res);
}

static struct str
broken(const char *event)
{
	log_event(LOG_ERROR, event, KV_NONE);
	return str_from("Status: 500 Internal Server Error\r\n\r\n");
}

struct str
response_render(struct arena *a, const struct response *res, bool head_only)
{
	struct buf b = buf_new(a, MAX_RESPONSE_BYTES);

	if (!header_safe(res->location) || !header_safe(res->content_type) ||
	    !header_safe(res->refresh_url))
		return broken("header_unsafe");
	buf_text(&b, "Status: ");
	buf_int(&b, res->status);
	buf_char(&b, ' ');
	buf_text(&b, reason(res->status));
	buf_text(&b, "\r\n");
	header(&b, "Content-Type", res->content_type);
	header(&b, "Location", res->location);
	header(&b, "Allow", res->allow);
	header(&b, "WWW-Authenticate", res->authenticate);
	header_number(&b, "Retry-After", res->retry_after_s);
	refresh(&b, res);
	standing_headers(&b, res);
	buf_text(&b, "\r\n");
	if (!head_only)
		buf_add(&b, res->body);
	/* The answer is rendered whole before a byte is sent: once headers are
	 * out, a server reports 200 whatever happens next. */
	return buf_full(&b) ? broken("response_too_big") : buf_str(&b);
}

/* A pipe and a socket may take a part at a time. */
bool
response_write(int fd, struct str text)
{
	while (text.len > 0) {
		ssize_t n = write(fd, text.p, text.len);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			text = (struct str){ text.p + n, text.len - (size_t)n };
	}
	return true;
}
