/* FastCGI: connections, requests, batches and stop signals; the only file that
 * includes libfcgi. */
#include "web/fastcgi.h"

#include "base/array.h"
#include "base/clock.h"
#include "web/body.h"
#include "web/connection.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define LISTEN_FD 0
#define PEER_TIMEOUT_S 5

/* Connections whose request is still on its way. */
#define MAX_PENDING CONNECTIONS_MAX
_Static_assert(
    MAX_PENDING + 1 <= WEB_MAX_WAIT, "a service waits for all of them");
#define SILENCE_LIMIT_MS 30000

/* What a request may have beside its body: far more than any server sends. */
#define MAX_HEAD_BYTES ((size_t)1024 * 1024)

/* After a stop signal, for requests that are still on their way. */
#define STOP_GRACE_MS 500

/* While a service waits, signals are blocked: this long at most. */
#define SIGNAL_STEP_MS 100

/* Those whose memory is kept for the next request. */
#define KEPT_SLOTS WEB_NO_RUSH

/* A request that is being answered. */
struct slot {
	FCGX_Request fcgi;
	struct connection from; /* fd >= 0: where the answer goes to */
	struct exchange x;
	struct arena arena; /* where requests may stay open */
	bool is_made;       /* for libfcgi, at its first use */
	bool is_used;
};

/* Places and slots are touched when they are needed: a shop that is never
 * crowded has no memory for a crowd. */
struct fastcgi {
	const struct web_service *service;
	struct arena arena; /* of a batch that is answered as a whole */
	struct connection pending[MAX_PENDING];
	size_t n_places; /* of them, the most that there were at once */
	struct slot slots[WEB_MAX_OPEN];
	size_t n_used;
	bool was_crowded;                      /* since memory was given back */
	struct exchange *batch[WEB_MAX_BATCH]; /* to be served now */
	size_t n;
	int64_t stop_limit_ms; /* 0: go on; else when to stop at the latest */
	int new_fd;            /* see watch_new(); -1: there is none */
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

/* Where to wait when nobody but who is new can come. Of several processes that
 * wait so one is woken, and always the same one if it waits: what it remembers
 * of the ledger is still true, and the others sleep on. One that dies with what
 * it was woken for is replaced, and whoever replaces it looks. */
static int
watch_new(void)
{
	struct epoll_event new = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd >= 0 && epoll_ctl(fd, EPOLL_CTL_ADD, LISTEN_FD, &new) != 0) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

static void
read_body(FCGX_Request *fcgi, struct request *r, size_t max_bytes)
{
	struct body b = body_start(r->arena, max_bytes);
	char chunk[8192];
	int n;

	while ((n = FCGX_GetStr(chunk, sizeof(chunk), fcgi->in)) > 0)
		body_add(&b, chunk, (size_t)n);
	body_end(&b, r, FCGX_GetError(fcgi->in) != 0);
}

/* Where nothing stays open, a batch has all that there are. */
static size_t
n_slots(const struct fastcgi *f)
{
	return f->service->wait == NULL ? f->service->batch : WEB_MAX_OPEN;
}

static bool
has_room(const struct fastcgi *f)
{
	return f->n < f->service->batch && f->n_used < n_slots(f);
}

static struct slot *
free_slot(struct fastcgi *f)
{
	struct slot *s = f->slots;

	while (s->is_used)
		s++;
	if (!s->is_made)
		(void)FCGX_InitRequest(&s->fcgi, -1, 0);
	s->is_made = true;
	return s;
}

static void
use(struct fastcgi *f, struct slot *s)
{
	s->is_used = true;
	f->n_used++;
	f->was_crowded |= f->n_used > KEPT_SLOTS;
	f->batch[f->n++] = &s->x;
}

/* The request is whole, so libfcgi reads its head and body without waiting. A
 * preset keepConnection stops FCGX_Accept_r from closing the descriptor it is
 * given; the request's own flag is dropped, since a kept connection would pin
 * this process to one server process. */
static void
open_request(struct fastcgi *f, struct connection *c)
{
	struct slot *s = free_slot(f);
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
	s->x = (struct exchange){ 0 };
	request_read(&s->x.req,
	    f->service->wait == NULL ? &f->arena : &s->arena, s->fcgi.envp);
	read_body(&s->fcgi, &s->x.req, f->service->max_body_bytes);
	/* Two buffers of 8 KiB that a batch of requests need not hold: answer()
	 * writes by itself. */
	FCGX_FreeStream(&s->fcgi.in);
	FCGX_FreeStream(&s->fcgi.out);
	FCGX_FreeStream(&s->fcgi.err);
	connection_turn(&s->from, taken);
	use(f, s);
}

static void
look_at(struct fastcgi *f, struct connection *c)
{
	size_t max = f->service->max_body_bytes + MAX_HEAD_BYTES;

	switch (connection_read(c, max)) {
	case CONNECTION_WAITS:
		break;
	case CONNECTION_WHOLE:
		open_request(f, c);
		break;
	case CONNECTION_GONE:
		connection_close(c);
		break;
	}
}

static struct connection *
free_place(struct fastcgi *f)
{
	struct connection *oldest = &f->pending[0];

	for (size_t i = 0; i < f->n_places; i++) {
		if (f->pending[i].fd < 0)
			return &f->pending[i];
		if (f->pending[i].heard_ms < oldest->heard_ms)
			oldest = &f->pending[i];
	}
	if (f->n_places < MAX_PENDING)
		return &f->pending[f->n_places++];
	connection_close(oldest);
	return oldest;
}

/* Takes connections as long as they bring requests to answer. Accepting here
 * rather than in libfcgi keeps them from programs started later; the limit is
 * for answers that nobody takes. */
static void
accept_waiting(struct fastcgi *f)
{
	const struct timeval limit = { .tv_sec = PEER_TIMEOUT_S };

	for (int i = 0; i < MAX_PENDING && has_room(f); i++) {
		struct connection *c;
		int fd = accept4(LISTEN_FD, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			return;
		(void)setsockopt(
		    fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
		c = free_place(f);
		connection_open(c, fd);
		look_at(f, c);
	}
}

static void
answer(struct slot *s)
{
	const struct exchange *x = &s->x;
	struct str text =
	    response_render(x->req.arena, &x->res, x->req.method == WEB_HEAD);

	/* To a server that takes no more of it there is nothing to say. */
	(void)response_write(s->fcgi.ipcFd,
	    records_answer(x->req.arena, (unsigned)s->fcgi.requestId, text));
	/* The input was read to its end, so there is nothing to wait for:
	 * detached, libfcgi closes without asking the server to go first. */
	(void)FCGX_Detach(&s->fcgi);
	FCGX_Finish_r(&s->fcgi);
	s->is_used = false;
}

/* The first slots are used again and again, so they keep their memory; of a
 * rush that took all of them nothing is to stay. */
static void
empty(struct fastcgi *f, struct slot *s)
{
	if (s < f->slots + KEPT_SLOTS)
		arena_reset(&s->arena);
	else
		arena_free(&s->arena);
}

/* Sends the answers that are known. */
static void
answer_closed(struct fastcgi *f)
{
	const struct web_service *service = f->service;
	size_t n_left = f->n_used, n_before = n_left;

	for (struct slot *s = f->slots; n_left > 0; s++) {
		if (!s->is_used)
			continue;
		n_left--;
		if (s->x.is_open)
			continue;
		answer(s);
		empty(f, s);
		f->n_used--;
	}
	if (f->n_used == n_before)
		return;
	arena_reset(&f->arena);
	if (service->after != NULL)
		service->after(service->ctx);
}

static void
serve_batch(struct fastcgi *f)
{
	size_t n = f->n;

	if (n == 0)
		return;
	f->n = 0;
	f->service->serve(f->service->ctx, f->batch, n);
	answer_closed(f);
}

/* The service waits for what it has asked for, and for us. Then stop signals
 * may come in. */
static void
wait_with_service(struct fastcgi *f, struct pollfd *fds, size_t n,
    const sigset_t *while_waiting)
{
	static const struct timespec no_time = { 0, 0 };
	const struct web_wait w = { fds, n, SIGNAL_STEP_MS,
		stop_asked != 0 && stop_asked != SIGHUP };

	f->service->wait(f->service->ctx, &w);
	answer_closed(f);
	(void)ppoll(NULL, 0, &no_time, while_waiting);
}

/* What to wait for: fds[i] is of pending[which[i]]; the listening socket comes
 * last, unless nobody new is to be taken. Where there is no room, nothing: it
 * waits in the sockets. */
static size_t
watch(const struct fastcgi *f, bool with_new, struct pollfd *fds, size_t *which)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_places && has_room(f); i++)
		if (f->pending[i].fd >= 0) {
			which[n] = i;
			fds[n++] =
			    (struct pollfd){ f->pending[i].fd, POLLIN, 0 };
		}
	if (with_new)
		fds[n++] = (struct pollfd){ LISTEN_FD, POLLIN, 0 };
	return n;
}

static void
drop_silent(struct fastcgi *f)
{
	int64_t limit_ms = clock_mono_ms() - SILENCE_LIMIT_MS;

	for (size_t i = 0; i < f->n_places; i++)
		if (f->pending[i].fd >= 0 && f->pending[i].heard_ms < limit_ms)
			connection_close(&f->pending[i]);
}

/* A shop has a rush now and then, and a small machine for all of it. */
static void
shrink(struct fastcgi *f)
{
	if (f->service->shrink != NULL)
		f->service->shrink(f->service->ctx);
	memory_give_back();
	f->was_crowded = false;
}

static int
wait_for_any(const struct fastcgi *f, struct pollfd *fds, size_t n,
    const struct timespec *patience, const sigset_t *while_waiting)
{
	struct epoll_event event;

	if (n != 1 || fds[0].fd != LISTEN_FD || f->new_fd < 0)
		return ppoll(fds, n, patience, while_waiting);
	return epoll_pwait(f->new_fd, &event, 1,
	    patience == NULL ?
		-1 :
		(int)(patience->tv_sec * 1000 + patience->tv_nsec / 1000000),
	    while_waiting);
}

/* Whether there may be something to do now: not where a signal came, at which
 * fastcgi_run() looks. */
static bool
wait_for_work(struct fastcgi *f, struct pollfd *fds, size_t n,
    const sigset_t *while_waiting)
{
	static const struct timespec a_second = { 1, 0 },
				     a_moment = { 0, 20000000 };
	const struct timespec *patience =
	    n > 1 || f->was_crowded ? &a_second : NULL;
	int n_ready;

	if (f->n_used > 0) {
		wait_with_service(f, fds, n, while_waiting);
		return true;
	}
	if (f->stop_limit_ms > 0)
		patience = &a_moment;
	n_ready = wait_for_any(f, fds, n, patience, while_waiting);
	if (n_ready == 0 && f->was_crowded && f->stop_limit_ms == 0)
		shrink(f);
	return n_ready >= 0;
}

/* Waits for something to do, and does one batch of it. */
static void
turn(struct fastcgi *f, const sigset_t *while_waiting)
{
	struct pollfd fds[MAX_PENDING + 1];
	size_t which[MAX_PENDING];
	bool with_new = f->stop_limit_ms == 0 && has_room(f);
	size_t n = watch(f, with_new, fds, which);
	size_t n_pending = n - with_new;

	if (!wait_for_work(f, fds, n, while_waiting))
		return;
	for (size_t i = 0; i < n_pending && has_room(f); i++)
		if (fds[i].revents != 0)
			look_at(f, &f->pending[which[i]]);
	if (with_new)
		accept_waiting(f);
	serve_batch(f);
	if (n_pending > 0)
		drop_silent(f);
}

/* Told to stop, it takes nothing new, gives what is on its way a moment, and
 * ends when all that is open has its answer. */
static bool
keeps_serving(struct fastcgi *f)
{
	if (stop_asked == 0)
		return true;
	if (f->stop_limit_ms == 0)
		f->stop_limit_ms = clock_mono_ms() + STOP_GRACE_MS;
	if (f->n_used > 0)
		return true;
	for (size_t i = 0; i < f->n_places; i++)
		if (f->pending[i].fd >= 0)
			return clock_mono_ms() < f->stop_limit_ms;
	return false;
}

/* libfcgi gets no listening socket: it would accept, and wait. */
enum gateway_end
fastcgi_run(const struct web_service *service)
{
	static struct fastcgi f;
	sigset_t while_waiting;

	stop_asked = 0;
	take_signals(&while_waiting);
	if (FCGX_Init() != 0)
		return GATEWAY_FAILED;
	f.service = service;
	f.stop_limit_ms = 0;
	(void)fcntl(LISTEN_FD, F_SETFL, fcntl(LISTEN_FD, F_GETFL) | O_NONBLOCK);
	f.new_fd = watch_new();
	while (keeps_serving(&f))
		turn(&f, &while_waiting);
	if (f.new_fd >= 0)
		(void)close(f.new_fd);
	for (size_t i = 0; i < f.n_places; i++)
		connection_close(&f.pending[i]);
	for (size_t i = 0; i < n_slots(&f); i++)
		arena_free(&f.slots[i].arena);
	arena_free(&f.arena);
	return stop_asked == SIGHUP ? GATEWAY_RENEW : GATEWAY_STOPPED;
}
