/* Many calls at once, each answered when it is asked for again. */
#include "check_calls.h"

#include "lines.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FIRST_MS 9000   /* for all that was noted */
#define SECOND_MS 12000 /* from the beginning, for all that follows */
#define LEAST_MS 300
#define LOOK_MS 200

struct call {
	struct call *next;
	struct http_request req;
	struct http_response res;
	const char *host;
	enum err e;
	bool is_done;
};

struct check_calls {
	struct http *http;
	struct arena *arena;
	struct call *first, *last;
	int n, n_done;
	bool is_made;
	int64_t since_ms;
	const char *silent;
};

struct check_calls *
check_calls_new(struct http *http, struct arena *a)
{
	struct check_calls *c = arena_alloc(a, sizeof(*c));

	*c = (struct check_calls){ .http = http, .arena = a };
	return c;
}

/* With its port: two services on one machine are two. */
static const char *
host_of(struct arena *a, const char *url)
{
	struct str rest = str_from(url);

	(void)str_cut(&rest, '/');
	(void)str_cut(&rest, '/');
	return arena_dup(a, str_cut(&rest, '/'));
}

static bool
is_same(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

/* A signed body bears the second in which it was signed, so a body of another
 * try is the same one: what is asked of which address tells calls apart, and
 * the fields of small forms. */
#define SMALL_BYTES 4096
static struct call *
find(const struct check_calls *c, const struct http_request *req)
{
	for (struct call *one = c->first; one != NULL; one = one->next)
		if (strcmp(one->req.method, req->method) == 0 &&
		    strcmp(one->req.url, req->url) == 0 &&
		    (req->body.len > SMALL_BYTES ||
			is_same(one->req.body, req->body)))
			return one;
	return NULL;
}

static void
note(struct check_calls *c, const struct http_request *req)
{
	struct call *one = arena_alloc(c->arena, sizeof(*one));

	*one = (struct call){ .req = *req,
		.host = host_of(c->arena, req->url),
		.res = { .date_s = -1, .retry_after_s = -1, .cert_end_s = -1 },
		.e = ERR_UNAVAILABLE };
	one->req.ends_soon = true;
	if (one->req.total_ms > FIRST_MS)
		one->req.total_ms = FIRST_MS;
	if (c->last == NULL)
		c->first = one;
	else
		c->last->next = one;
	c->last = one;
	c->n++;
}

/* A log would fill with it, and a document be none. */
static bool
is_watched(void)
{
	return lines_are_printed() && isatty(STDOUT_FILENO) == 1;
}

static void
show(const struct check_calls *c)
{
	if (!is_watched())
		return;
	printf("\r      asking: %d of %d have answered, %lld s ", c->n_done,
	    c->n, (long long)((clock_mono_ms() - c->since_ms) / 1000));
	(void)fflush(stdout);
}

/* In whichever order they come. */
static void
collect(struct check_calls *c)
{
	struct http_response res;
	void *tag;
	enum err e;

	while (http_next_done(c->http, &tag, &res, &e)) {
		struct call *one = tag;

		one->res = res;
		one->e = e;
		one->is_done = true;
		c->n_done++;
	}
}

/* Names that do not resolve may hang beyond any limit of a transfer, so the
 * end is watched here as well. */
void
check_calls_make(struct check_calls *c)
{
	c->since_ms = clock_mono_ms();
	c->is_made = true;
	for (struct call *one = c->first; one != NULL; one = one->next)
		if (http_start(c->http, c->arena, &one->req, one) != ERR_OK)
			c->n_done++;
	while (c->n_done < c->n &&
	    clock_mono_ms() - c->since_ms < FIRST_MS + LOOK_MS) {
		show(c);
		http_wait(c->http, NULL, 0, LOOK_MS);
		collect(c);
	}
	if (is_watched())
		fputs("\r\033[K", stdout);
}

/* What an answer has led to: by then most of the time may be gone. */
static enum err
send_now(struct check_calls *c, const struct http_request *req,
    struct http_response *res)
{
	int64_t left_ms = c->since_ms + SECOND_MS - clock_mono_ms();
	struct http_request quick = *req;

	quick.ends_soon = true;
	if (left_ms < LEAST_MS)
		left_ms = LEAST_MS;
	if (quick.total_ms > left_ms)
		quick.total_ms = (int)left_ms;
	return http_send(c->http, c->arena, &quick, res);
}

enum err
check_calls_send(struct check_calls *c, const struct http_request *req,
    struct http_response *res)
{
	const struct call *one = find(c, req);
	enum err e = ERR_UNAVAILABLE;

	*res = (struct http_response){
		.date_s = -1, .retry_after_s = -1, .cert_end_s = -1
	};
	if (!c->is_made) {
		if (one == NULL)
			note(c, req);
		return e;
	}
	if (one == NULL) {
		e = send_now(c, req, res);
	} else {
		*res = one->res;
		e = one->e;
	}
	c->silent = e != ERR_UNAVAILABLE ? NULL : host_of(c->arena, req->url);
	return e;
}

const char *
check_calls_silent(const struct check_calls *c)
{
	return c->silent;
}

void
check_calls_next(struct check_calls *c)
{
	c->silent = NULL;
}

/* Our own address may be reached without any network, by a machine that knows
 * it for its own. */
const char *
check_calls_no_network(const struct check_calls *c, const char *own_url)
{
	const char *own = host_of(c->arena, own_url), *hosts = "";
	int n_hosts = 0;

	for (const struct call *one = c->first; one != NULL; one = one->next) {
		if (strcmp(one->host, own) == 0)
			continue;
		if (one->e != ERR_UNAVAILABLE)
			return NULL;
		if (strstr(hosts, one->host) != NULL)
			continue;
		hosts = arena_printf(c->arena, "%s%s%s", hosts,
		    n_hosts == 0 ? "" : ", ", one->host);
		n_hosts++;
	}
	return n_hosts > 1 ? hosts : NULL;
}
