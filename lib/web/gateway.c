/* FastCGI and CGI; the only file that includes libfcgi. */
#include "web/gateway.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "web/connection.h"

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

/* Connections whose request is still on its way. */
#define MAX_PENDING CONNECTIONS_MAX
#define SILENCE_LIMIT_MS 30000

/* What a request may have beside its body: far more than any server sends. */
#define MAX_HEAD_BYTES ((size_t)1024 * 1024)

/* How long one who is taken may keep us from taking others, see takes_new(). */
#define FRESH_MS 50

/* After a stop signal, for requests that are still on their way. */
#define STOP_GRACE_MS 500

/* A request that is being answered. */
struct slot {
	FCGX_Request fcgi;
	struct connection from; /* fd >= 0: where the answer goes to */
};

struct gateway {
	const struct web_service *service;
	struct arena arena;
	struct connection pending[MAX_PENDING];
	int64_t opened_ms[MAX_PENDING]; /* by clock_mono_ms() */
	struct slot slots[WEB_MAX_BATCH];
	struct exchange exchanges[WEB_MAX_BATCH];
	size_t n;              /* of the two above in use */
	int64_t stop_limit_ms; /* 0: go on; else when to stop at the latest */
};

static volatile sig_atomic_t stop_asked; /* the signal, or 0 */

static void
on_stop(int signo)
{
	stop_asked = signo;
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
	for (size_t i = 0; i < LENGTH(stops); i++) {
		sigaddset(&block, stops[i]);
		(void)sigaction(stops[i], &stop, NULL);
	}
	(void)sigprocmask(SIG_BLOCK, &block, while_waiting);
	for (size_t i = 0; i < LENGTH(stops); i++)
		sigdelset(while_waiting, stops[i]);
}

bool
gateway_is_stopping(void)
{
	sigset_t waiting;

	return sigpending(&waiting) == 0 &&
	    (sigismember(&waiting, SIGTERM) || sigismember(&waiting, SIGINT) ||
		sigismember(&waiting, SIGUSR1));
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

/* The request is whole, so libfcgi reads its head and body without waiting. A
 * preset keepConnection stops FCGX_Accept_r from closing the descriptor it is
 * given; the request's own flag is dropped, since a kept connection would pin
 * this process to one server process. */
static void
open_request(struct gateway *g, struct connection *c)
{
	struct slot *s = &g->slots[g->n];
	struct exchange *x = &g->exchanges[g->n];
	int taken = connection_take(c);

	s->from = *c;
	*c = (struct connection){ .fd = -1 };
	s->fcgi.ipcFd = taken;
	s->fcgi.keepConnection = 1;
	if (FCGX_Accept_r(&s->fcgi) != 0) {
		connection_close(&s->from);
		return;
	}
	s->fcgi.keepConnection = 0;
	*x = (struct exchange){ 0 };
	request_read(&x->req, &g->arena, s->fcgi.envp);
	read_fastcgi_body(&s->fcgi, &x->req, g->service->max_body_bytes);
	/* 8 KiB that a batch of requests need not hold; answer() does what
	 * FCGX_Finish_r() now leaves. */
	FCGX_FreeStream(&s->fcgi.in);
	connection_turn(&s->from, taken);
	g->n++;
}

static void
look_at(struct gateway *g, struct connection *c)
{
	size_t max = g->service->max_body_bytes + MAX_HEAD_BYTES;

	switch (connection_read(c, max)) {
	case CONNECTION_WAITS:
		break;
	case CONNECTION_WHOLE:
		open_request(g, c);
		break;
	case CONNECTION_GONE:
		connection_close(c);
		break;
	}
}

static struct connection *
free_place(struct gateway *g)
{
	struct connection *oldest = &g->pending[0];

	for (size_t i = 0; i < MAX_PENDING; i++) {
		if (g->pending[i].fd < 0)
			return &g->pending[i];
		if (g->pending[i].heard_ms < oldest->heard_ms)
			oldest = &g->pending[i];
	}
	connection_close(oldest);
	return oldest;
}

/* Where a request is answered alone, it may take long (Stripe), and whoever was
 * taken beside it would wait all that time while other workers are idle. So we
 * take nobody until the last one's request is whole. Most come in pieces that
 * follow at once; who is slower than that no longer counts. */
static bool
takes_new(const struct gateway *g)
{
	int64_t now_ms = clock_mono_ms();

	if (g->stop_limit_ms > 0)
		return false;
	if (g->service->batch > 1)
		return true;
	for (size_t i = 0; i < MAX_PENDING; i++)
		if (g->pending[i].fd >= 0 &&
		    now_ms - g->opened_ms[i] < FRESH_MS)
			return false;
	return true;
}

/* Takes connections as long as they bring requests to answer. Accepting here
 * rather than in libfcgi keeps them from programs started later; the limit is
 * for answers that nobody takes. */
static void
accept_waiting(struct gateway *g)
{
	const struct timeval limit = { .tv_sec = PEER_TIMEOUT_S };

	for (int i = 0;
	     i < MAX_PENDING && g->n < g->service->batch && takes_new(g); i++) {
		struct connection *c;
		int fd = accept4(LISTEN_FD, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			return;
		(void)setsockopt(
		    fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
		c = free_place(g);
		connection_open(c, fd);
		g->opened_ms[c - g->pending] = clock_mono_ms();
		look_at(g, c);
	}
}

static void
answer(struct slot *s, struct arena *a, const struct exchange *x)
{
	struct str text =
	    response_render(a, &x->res, x->req.method == WEB_HEAD);

	(void)FCGX_PutStr(text.p, (int)text.len, s->fcgi.out);
	(void)FCGX_FClose(s->fcgi.err);
	(void)FCGX_FClose(s->fcgi.out);
	/* The input was read to its end, so there is nothing to wait for:
	 * detached, libfcgi closes without asking the server to go first. */
	(void)FCGX_Detach(&s->fcgi);
	FCGX_Finish_r(&s->fcgi);
}

static void
serve_batch(struct gateway *g)
{
	const struct web_service *s = g->service;

	if (g->n == 0)
		return;
	s->serve(s->ctx, g->exchanges, g->n);
	for (size_t i = 0; i < g->n; i++)
		answer(&g->slots[i], &g->arena, &g->exchanges[i]);
	g->n = 0;
	arena_reset(&g->arena);
	if (s->after != NULL)
		s->after(s->ctx);
}

/* What to wait for: fds[i] is of pending[which[i]]; the listening socket comes
 * last, unless nobody new is to be taken. */
static size_t
watch(const struct gateway *g, bool with_new, struct pollfd *fds, size_t *which)
{
	size_t n = 0;

	for (size_t i = 0; i < MAX_PENDING; i++)
		if (g->pending[i].fd >= 0) {
			which[n] = i;
			fds[n++] =
			    (struct pollfd){ g->pending[i].fd, POLLIN, 0 };
		}
	if (with_new)
		fds[n++] = (struct pollfd){ LISTEN_FD, POLLIN, 0 };
	return n;
}

static void
drop_silent(struct gateway *g)
{
	int64_t limit_ms = clock_mono_ms() - SILENCE_LIMIT_MS;

	for (size_t i = 0; i < MAX_PENDING; i++)
		if (g->pending[i].fd >= 0 && g->pending[i].heard_ms < limit_ms)
			connection_close(&g->pending[i]);
}

/* Waits for something to do, and does one batch of it. */
static void
turn(struct gateway *g, const sigset_t *while_waiting)
{
	static const struct timespec a_second = { 1, 0 },
				     a_moment = { 0, 20000000 };
	struct pollfd fds[MAX_PENDING + 1];
	size_t which[MAX_PENDING];
	bool with_new = takes_new(g);
	size_t n = watch(g, with_new, fds, which);
	size_t n_pending = n - with_new;
	const struct timespec *patience = n_pending > 0 ? &a_second : NULL;

	if (!with_new)
		patience = &a_moment;
	if (ppoll(fds, n, patience, while_waiting) < 0)
		return; /* a signal; run_fastcgi() looks at it */
	for (size_t i = 0; i < n_pending && g->n < g->service->batch; i++)
		if (fds[i].revents != 0)
			look_at(g, &g->pending[which[i]]);
	accept_waiting(g);
	serve_batch(g);
	if (n_pending > 0)
		drop_silent(g);
}

/* Told to stop, it takes nothing new and gives what is on its way a moment. */
static bool
goes_on(struct gateway *g)
{
	if (stop_asked == 0)
		return true;
	if (g->stop_limit_ms == 0)
		g->stop_limit_ms = clock_mono_ms() + STOP_GRACE_MS;
	for (size_t i = 0; i < MAX_PENDING; i++)
		if (g->pending[i].fd >= 0)
			return clock_mono_ms() < g->stop_limit_ms;
	return false;
}

/* libfcgi gets no listening socket: it would accept, and wait. */
static enum gateway_end
run_fastcgi(const struct web_service *service, const sigset_t *while_waiting)
{
	static struct gateway g;

	if (FCGX_Init() != 0)
		return GATEWAY_FAILED;
	g.service = service;
	g.stop_limit_ms = 0;
	(void)fcntl(LISTEN_FD, F_SETFL, fcntl(LISTEN_FD, F_GETFL) | O_NONBLOCK);
	for (size_t i = 0; i < MAX_PENDING; i++)
		g.pending[i].fd = -1;
	for (size_t i = 0; i < WEB_MAX_BATCH; i++)
		(void)FCGX_InitRequest(&g.slots[i].fcgi, -1, 0);
	while (goes_on(&g))
		turn(&g, while_waiting);
	for (size_t i = 0; i < MAX_PENDING; i++)
		connection_close(&g.pending[i]);
	arena_free(&g.arena);
	return stop_asked == SIGHUP ? GATEWAY_RENEW : GATEWAY_STOPPED;
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

static enum gateway_end
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
	return sent ? GATEWAY_STOPPED : GATEWAY_FAILED;
}

enum gateway_end
gateway_run(const struct web_service *service)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t while_waiting;

	/* A visitor who left is an error of write(), not the end of us. */
	(void)sigaction(SIGPIPE, &ignore, NULL);
	if (!gateway_is_fastcgi())
		return run_cgi(service);
	stop_asked = 0;
	take_signals(&while_waiting);
	return run_fastcgi(service, &while_waiting);
}
