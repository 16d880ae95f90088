/* Stands in for Stripe where its speed must not be the limit: answers each
 * POST with a new open Checkout Session, so long after it came, and GET /count
 * with how many it has made. It checks nothing; tests/sandbox does.
 *
 * usage: stripe PORT DELAY_MS   (writes a line when it listens) */
#include "bodies.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_PEERS 1024
#define MAX_REQUEST 16384

struct peer {
	int fd;        /* 0: free */
	double due_ms; /* when the answer goes out; 0: nothing was asked */
	size_t have;
	char request[MAX_REQUEST];
};

static struct peer peers[MAX_PEERS];
static struct {
	int listening, epoll, n_waiting;
	double delay_ms;
	long n_made;
	char *session;
} run;

static double
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

static void
drop(struct peer *p)
{
	(void)close(p->fd);
	run.n_waiting -= p->due_ms > 0;
	p->fd = 0;
	p->due_ms = 0;
}

/* The session of the buyer that the form names. */
static size_t
body_of(char out[BODIES_MAX], const char *request)
{
	const char *who = strstr(request, "tg_id");
	struct sale s;

	if (strncmp(request, "GET /count", 10) == 0)
		return (size_t)snprintf(out, BODIES_MAX, "%ld", run.n_made);
	sale_draw(&s, ((int64_t)getpid() << 32) + run.n_made++, time(NULL));
	if (who != NULL)
		s.tg_id = strtoll(who + strcspn(who, "=") + 1, NULL, 10);
	return template_fill(out, run.session, &s);
}

static void
answer(struct peer *p)
{
	char body[BODIES_MAX], text[BODIES_MAX + 256];
	size_t len = body_of(body, p->request);
	int n = snprintf(text, sizeof(text),
	    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	    "Request-Id: req_bench\r\nContent-Length: %zu\r\n\r\n%s",
	    len, body);

	run.n_waiting--;
	p->due_ms = 0;
	p->have = 0;
	if (write(p->fd, text, (size_t)n) != n)
		drop(p);
}

static int
is_whole(const struct peer *p)
{
	const char *end = strstr(p->request, "\r\n\r\n"), *length;

	if (end == NULL)
		return 0;
	length = strcasestr(p->request, "\r\nContent-Length:");
	return length == NULL ||
	    p->have >=
	    (size_t)(end + 4 - p->request) + strtoul(length + 17, NULL, 10);
}

static void
receive(struct peer *p)
{
	ssize_t n =
	    read(p->fd, p->request + p->have, sizeof(p->request) - 1 - p->have);

	if (n <= 0) {
		drop(p);
		return;
	}
	p->have += (size_t)n;
	p->request[p->have] = '\0';
	if (p->due_ms > 0 || !is_whole(p))
		return;
	run.n_waiting++;
	p->due_ms = now_ms() + run.delay_ms;
	if (run.delay_ms <= 0)
		answer(p);
}

static void
take_in(void)
{
	int fd = accept4(run.listening, NULL, NULL, SOCK_CLOEXEC), on = 1;
	struct epoll_event watch = { .events = EPOLLIN };

	for (int i = 0; fd > 0 && i < MAX_PEERS; i++) {
		if (peers[i].fd != 0)
			continue;
		peers[i].fd = fd;
		peers[i].have = 0;
		watch.data.ptr = &peers[i];
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		(void)epoll_ctl(run.epoll, EPOLL_CTL_ADD, fd, &watch);
		return;
	}
	(void)close(fd);
}

static int
listen_at(int port)
{
	const struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct epoll_event watch = { .events = EPOLLIN };
	int on = 1;

	run.listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	run.epoll = epoll_create1(EPOLL_CLOEXEC);
	(void)setsockopt(
	    run.listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return bind(run.listening, (const struct sockaddr *)&at, sizeof(at)) ==
	    0 &&
	    listen(run.listening, 512) == 0 &&
	    epoll_ctl(run.epoll, EPOLL_CTL_ADD, run.listening, &watch) == 0;
}

static void
answer_what_is_ripe(void)
{
	double now = now_ms();

	for (int i = 0; run.n_waiting > 0 && i < MAX_PEERS; i++)
		if (peers[i].due_ms > 0 && peers[i].due_ms <= now)
			answer(&peers[i]);
}

int
main(int argc, char **argv)
{
	if (argc < 3 || !listen_at(atoi(argv[1])))
		return 2;
	run.delay_ms = strtod(argv[2], NULL);
	run.session = template_read(BODIES_SESSION);
	if (run.session == NULL)
		return 2;
	puts("listening");
	(void)fflush(stdout);
	for (;;) {
		struct epoll_event events[64];
		int n = epoll_wait(
		    run.epoll, events, 64, run.n_waiting > 0 ? 1 : -1);

		if (n < 0 && errno != EINTR)
			return 1;
		for (int i = 0; i < n; i++)
			if (events[i].data.ptr == NULL)
				take_in();
			else
				receive(events[i].data.ptr);
		answer_what_is_ripe();
	}
}
