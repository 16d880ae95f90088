/* FastCGI and CGI; the only file that includes libfcgi. */
#include "web/gateway.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define LISTEN_FD 0
#define PEER_TIMEOUT_S 5

extern char **environ; /* the variables of plain CGI */

/* A connection from the web server and the request on it. */
struct slot {
	FCGX_Request fcgi;
	int fd;           /* accepted, nothing read yet; -1: none */
	int64_t since_ms; /* when that was, by clock_mono_ms() */
};

struct gateway {
	const struct web_service *service;
	struct arena arena;
	struct slot slots[WEB_MAX_BATCH];
	struct slot *ready[WEB_MAX_BATCH]; /* those of exchanges[] */
	struct exchange exchanges[WEB_MAX_BATCH];
};

static volatile sig_atomic_t stop_asked;

static void
on_stop(int signo)
{
	(void)signo;
	stop_asked = 1;
}

/* Stop signals are blocked but while waiting, so none can fall between the
 * look at stop_asked and the wait; and they cut no body short. No SA_RESTART:
 * a wait that is taken up again would never end. */
static void
take_signals(sigset_t *while_waiting)
{
	static const int stops[] = { SIGTERM, SIGINT, SIGUSR1, SIGHUP };
	struct sigaction stop = { .sa_handler = on_stop };
	sigset_t block;

	sigemptyset(&block);
	sigemptyset(&stop.sa_mask);
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		sigaddset(&block, stops[i]);
		(void)sigaction(stops[i], &stop, NULL);
	}
	(void)sigprocmask(SIG_BLOCK, &block, while_waiting);
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
		sigdelset(while_waiting, stops[i]);
}

bool
gateway_is_fastcgi(void)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	/* A listening socket has no peer; a pipe or a file is no socket. */
	return getpeername(LISTEN_FD, (struct sockaddr *)&peer, &len) != 0 &&
	    errno == ENOTCONN;
}

/* ---- bodies ---- */

/* Reads to the end, so that the server is never left with a body nobody took,
 * but keeps no more than the limit. */
struct intake {
	struct buf body;
	bool too_big;
	int64_t n_read;
};

static void
take(struct intake *in, const char *p, size_t n)
{
	in->n_read += (int64_t)n;
	buf_add(&in->body, (struct str){ p, n });
}

/* A length that was announced must have come; some servers announce none. */
static void
close_body(struct request *r, struct intake *in, bool broken)
{
	int64_t announced = 0;
	const char *length = request_variable(r, "CONTENT_LENGTH");

	if (buf_full(&in->body)) {
		r->body_error = ERR_TOO_BIG;
		return;
	}
	r->body = buf_str(&in->body);
	if (broken ||
	    (str_to_i64(str_from(length), &announced) &&
		announced > in->n_read))
		r->body_error = ERR_INPUT;
}

/* ---- FastCGI ---- */

static void
read_fastcgi_body(FCGX_Request *fcgi, struct request *r, size_t max_bytes)
{
	struct intake in = { .body = buf_new(r->arena, max_bytes) };
	char chunk[8192];
	int n;

	while ((n = FCGX_GetStr(chunk, sizeof(chunk), fcgi->in)) > 0)
		take(&in, chunk, (size_t)n);
	close_body(r, &in, FCGX_GetError(fcgi->in) != 0);
}

/* Takes every connection that waits. Accepting here rather than in libfcgi
 * gives each a time limit and keeps it from programs started later. */
static void
accept_waiting(struct gateway *g)
{
	const struct timeval limit = { .tv_sec = PEER_TIMEOUT_S };

	for (size_t i = 0; i < g->service->batch; i++) {
		struct slot *s = &g->slots[i];

		if (s->fd >= 0)
			continue;
		s->fd = accept4(LISTEN_FD, NULL, NULL, SOCK_CLOEXEC);
		if (s->fd < 0)
			return;
		s->since_ms = clock_mono_ms();
		(void)setsockopt(
		    s->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
		(void)setsockopt(
		    s->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	}
}

/* Lets libfcgi read the head of the request. A preset keepConnection stops
 * FCGX_Accept_r from closing the descriptor it is given; the request's own
 * flag is dropped, since a kept connection would pin this process to one
 * server process. */
static bool
open_request(struct slot *s)
{
	s->fcgi.ipcFd = s->fd;
	s->fcgi.keepConnection = 1;
	s->fd = -1;
	if (FCGX_Accept_r(&s->fcgi) != 0)
		return false;
	s->fcgi.keepConnection = 0;
	return true;
}

/* Readable connections become exchanges; the others stay where they are. */
static size_t
collect(struct gateway *g, const struct pollfd *fds, size_t n_fds)
{
	size_t n = 0;

	for (size_t i = 0; i < g->service->batch; i++) {
		struct slot *s = &g->slots[i];
		bool readable = false;

		for (size_t k = 0; s->fd >= 0 && k < n_fds; k++)
			readable |= fds[k].fd == s->fd && fds[k].revents != 0;
		if (!readable || !open_request(s))
			continue;
		g->exchanges[n] = (struct exchange){ 0 };
		request_read(&g->exchanges[n].req, &g->arena, s->fcgi.envp);
		read_fastcgi_body(
		    &s->fcgi, &g->exchanges[n].req, g->service->max_body_bytes);
		g->ready[n++] = s;
	}
	return n;
}

static void
answer(struct slot *s, struct arena *a, const struct exchange *x)
{
	struct str text =
	    response_render(a, &x->res, x->req.method == WEB_HEAD);

	(void)FCGX_PutStr(text.p, (int)text.len, s->fcgi.out);
	/* The input was read to its end, so there is nothing to wait for:
	 * detached, libfcgi closes without asking the server to go first. */
	(void)FCGX_Detach(&s->fcgi);
	FCGX_Finish_r(&s->fcgi);
}

/* Who connects and says nothing may not keep a place for ever. */
static void
drop_silent(struct gateway *g)
{
	int64_t limit_ms = clock_mono_ms() - PEER_TIMEOUT_S * 1000;

	for (size_t i = 0; i < g->service->batch; i++)
		if (g->slots[i].fd >= 0 && g->slots[i].since_ms < limit_ms) {
			(void)close(g->slots[i].fd);
			g->slots[i].fd = -1;
		}
}

static size_t
watch(struct gateway *g, struct pollfd *fds)
{
	size_t n = 0;
	bool room = false;

	for (size_t i = 0; i < g->service->batch; i++)
		if (g->slots[i].fd >= 0)
			fds[n++] = (struct pollfd){ .fd = g->slots[i].fd,
				.events = POLLIN };
		else
			room = true;
	if (room)
		fds[n++] = (struct pollfd){ .fd = LISTEN_FD, .events = POLLIN };
	return n;
}

static void
serve_batch(struct gateway *g, size_t n)
{
	const struct web_service *s = g->service;

	s->serve(s->ctx, g->exchanges, n);
	for (size_t i = 0; i < n; i++)
		answer(g->ready[i], &g->arena, &g->exchanges[i]);
	arena_reset(&g->arena);
	if (s->after != NULL)
		s->after(s->ctx);
}

static int
run_fastcgi(const struct web_service *service, const sigset_t *while_waiting)
{
	static struct gateway g;
	struct pollfd fds[WEB_MAX_BATCH + 1];

	g.service = service;
	if (FCGX_Init() != 0)
		return EXIT_FAILURE;
	(void)fcntl(LISTEN_FD, F_SETFL, fcntl(LISTEN_FD, F_GETFL) | O_NONBLOCK);
	for (size_t i = 0; i < WEB_MAX_BATCH; i++) {
		g.slots[i].fd = -1;
		(void)FCGX_InitRequest(&g.slots[i].fcgi, LISTEN_FD, 0);
	}
	while (!stop_asked) {
		const struct timespec now = { 0 }, a_second = { 1, 0 };
		size_t n_fds = watch(&g, fds);
		bool some_silent = n_fds > 1 || fds[0].fd != LISTEN_FD;

		if (ppoll(fds, n_fds, some_silent ? &a_second : NULL,
			while_waiting) < 0)
			continue; /* a signal; the loop's head looks at it */
		drop_silent(&g);
		accept_waiting(&g);
		n_fds = watch(&g, fds);
		if (ppoll(fds, n_fds, &now, NULL) > 0) {
			size_t n = collect(&g, fds, n_fds);

			if (n > 0)
				serve_batch(&g, n);
		}
	}
	arena_free(&g.arena);
	return EXIT_SUCCESS;
}

/* ---- CGI ---- */

static void
read_cgi_body(struct request *r, size_t max_bytes)
{
	struct intake in = { .body = buf_new(r->arena, max_bytes) };
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
			take(&in, chunk, (size_t)n);
			left -= n;
		}
	}
	close_body(r, &in, n < 0);
}

static bool
write_all(struct str text)
{
	while (text.len > 0) {
		ssize_t n = write(STDOUT_FILENO, text.p, text.len);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			text = (struct str){ text.p + n, text.len - (size_t)n };
	}
	return true;
}

static int
run_cgi(const struct web_service *s)
{
	struct arena a = { 0 };
	struct exchange x = { 0 };
	bool sent;

	request_read(&x.req, &a, environ);
	read_cgi_body(&x.req, s->max_body_bytes);
	s->serve(s->ctx, &x, 1);
	sent = write_all(response_render(&a, &x.res, x.req.method == WEB_HEAD));
	arena_free(&a);
	if (s->after != NULL)
		s->after(s->ctx);
	return sent ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
gateway_run(const struct web_service *service)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t while_waiting;

	/* A visitor who left is an error of write(), not the end of us. */
	(void)sigaction(SIGPIPE, &ignore, NULL);
	if (!gateway_is_fastcgi())
		return run_cgi(service);
	take_signals(&while_waiting);
	return run_fastcgi(service, &while_waiting);
}
