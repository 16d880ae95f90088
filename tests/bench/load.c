/* A load of requests on a web server, over connections that are kept. Each
 * body is of a sale of its own (see bodies.h). They are written and signed
 * before the clock begins; of more than MAX_PREPARED each when its turn comes,
 * so that the last costs what the first did.
 *
 * usage: load PORT webhook|tgupdate|PATH CONNECTIONS REQUESTS SECRET [FIRST]
 * in the environment: SECONDS, to end after that time if not after REQUESTS;
 * RATE, for an open loop: so many a second, whatever the server does; the time
 * then counts from when each was due.
 * Prints: requests per second, the same in each tenth of the time, percentiles
 * of the answer's time in ms, and the number of answers other than 2xx or 3xx. */
#include "base/crypto.h"
#include "bodies.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONNECTIONS 1024
#define MAX_ANSWER 65536
#define MAX_TEXT (BODIES_MAX + 512)
#define MAX_PREPARED 50000
#define N_SLICES 10

struct text {
	char *p;
	int len;
};

struct peer {
	int fd;
	double due, sent;
	size_t have;
	char answer[MAX_ANSWER];
};

static struct {
	int port, epoll;
	const char *what, *secret;
	char *body; /* the template; NULL: GET */
	struct text *prepared;
	long n_all, n_prepared, n_sent, n_done, n_bad, first;
	long slices[N_SLICES];
	double rate, seconds, began;
	double *took;
} run;

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* "Stripe-Signature: ..." or Telegram's secret, for the body. */
static int
proof(char *out, size_t size, const char *body, size_t len)
{
	char stamp[32], hex[2 * HMAC_SHA256_BYTES + 1];
	unsigned char mac[HMAC_SHA256_BYTES];
	struct str parts[2];

	if (strcmp(run.what, "tgupdate") == 0)
		return snprintf(out, size,
		    "X-Telegram-Bot-Api-Secret-Token: %s", run.secret);
	(void)snprintf(stamp, sizeof(stamp), "%lld.", (long long)time(NULL));
	parts[0] = str_from(stamp);
	parts[1] = (struct str){ body, len };
	if (hmac_sha256(str_from(run.secret), parts, 2, mac) != ERR_OK)
		abort();
	hex_encode(mac, sizeof(mac), hex);
	return snprintf(out, size, "Stripe-Signature: t=%.*s,v1=%s",
	    (int)strlen(stamp) - 1, stamp, hex);
}

static int
request_text(char out[MAX_TEXT], long n)
{
	char body[BODIES_MAX], header[256];
	struct sale s;
	size_t len;

	sale_draw(&s, n, time(NULL));
	if (run.body == NULL)
		return snprintf(out, MAX_TEXT,
		    "GET %s%" PRId64 " HTTP/1.1\r\nHost: localhost\r\n\r\n",
		    run.what, s.tg_id);
	len = template_fill(body, run.body, &s);
	if (len == 0)
		abort();
	(void)proof(header, sizeof(header), body, len);
	return snprintf(out, MAX_TEXT,
	    "POST /%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"
	    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
	    run.what, header, len, body);
}

static void
prepare(void)
{
	char text[MAX_TEXT];

	run.n_prepared = run.n_all <= MAX_PREPARED ? run.n_all : 0;
	run.prepared = calloc((size_t)run.n_prepared + 1, sizeof(struct text));
	for (long i = 0; run.prepared != NULL && i < run.n_prepared; i++) {
		struct text *t = &run.prepared[i];

		t->len = request_text(text, run.first + i);
		t->p = strdup(text);
		if (t->p == NULL)
			abort();
	}
}

static struct text
text_of(long i)
{
	static char text[MAX_TEXT];

	if (run.prepared != NULL && i < run.n_prepared)
		return run.prepared[i];
	return (struct text){ text, request_text(text, run.first + i) };
}

static void
connect_peer(struct peer *p)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)run.port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct epoll_event watch = { .events = EPOLLIN, .data = { .ptr = p } };
	int on = 1;

	p->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(p->fd, (const struct sockaddr *)&to, sizeof(to)) != 0) {
		perror("connect");
		exit(1);
	}
	(void)setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)epoll_ctl(run.epoll, EPOLL_CTL_ADD, p->fd, &watch);
}

static int
is_over(void)
{
	return run.n_sent == run.n_all ||
	    (run.seconds > 0 && now() - run.began >= run.seconds);
}

static void
send_next(struct peer *p)
{
	long i = run.n_sent;
	struct text t;

	p->sent = -1;
	if (is_over())
		return;
	p->due = run.rate > 0 ? run.began + (double)i / run.rate : now();
	if (p->due > now())
		return;
	run.n_sent++;
	t = text_of(i);
	p->sent = p->due;
	p->have = 0;
	if (write(p->fd, t.p, (size_t)t.len) != t.len) {
		perror("write");
		exit(1);
	}
}

static void
took(const struct peer *p)
{
	double at = now();
	int slice = run.seconds > 0 ?
	    (int)((at - run.began) / run.seconds * N_SLICES) :
	    0;

	run.took[run.n_done++] = at - p->sent;
	if (slice < N_SLICES)
		run.slices[slice]++;
}

/* Whether the answer is whole. */
static int
is_whole(const struct peer *p)
{
	const char *end = strstr(p->answer, "\r\n\r\n"), *length;
	size_t body;

	if (end == NULL)
		return 0;
	length = strcasestr(p->answer, "\r\nContent-Length:");
	if (length == NULL || length > end)
		return strstr(end, "\r\n0\r\n\r\n") != NULL;
	body = strtoul(length + 17, NULL, 10);
	return p->have >= (size_t)(end + 4 - p->answer) + body;
}

static void
receive(struct peer *p)
{
	ssize_t n =
	    read(p->fd, p->answer + p->have, sizeof(p->answer) - 1 - p->have);
	int status;

	if (n <= 0) { /* the server ended the connection */
		(void)close(p->fd);
		if (p->sent >= 0) {
			run.n_bad++;
			took(p);
		}
		connect_peer(p);
		send_next(p);
		return;
	}
	p->have += (size_t)n;
	p->answer[p->have] = '\0';
	if (!is_whole(p))
		return;
	status = atoi(p->answer + 9);
	run.n_bad += status < 200 || status >= 400;
	took(p);
	if (strcasestr(p->answer, "\r\nConnection: close") != NULL) {
		(void)close(p->fd);
		connect_peer(p);
	}
	send_next(p);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
percentile(double share)
{
	return run.took[(size_t)((double)(run.n_done - 1) * share)] * 1000;
}

static int
set_up(int argc, char **argv)
{
	const char *rate = getenv("RATE"), *seconds = getenv("SECONDS");

	run.port = atoi(argv[1]);
	run.what = argv[2];
	run.n_all = strtol(argv[4], NULL, 10);
	run.secret = argv[5];
	run.first = argc > 6 ? strtol(argv[6], NULL, 10) : 1;
	run.rate = rate != NULL ? strtod(rate, NULL) : 0;
	run.seconds = seconds != NULL ? strtod(seconds, NULL) : 0;
	run.took = calloc((size_t)run.n_all + 1, sizeof(double));
	run.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (run.what[0] != '/') {
		run.body = template_read(strcmp(run.what, "tgupdate") == 0 ?
			BODIES_UPDATE :
			BODIES_EVENT);
		if (run.body == NULL)
			return 0;
	}
	prepare();
	return run.took != NULL;
}

/* Until all that was sent is answered, or nothing came for ten seconds. */
static void
work(struct peer *peers, long n_peers)
{
	while (!is_over() || run.n_done < run.n_sent) {
		struct epoll_event events[64];
		int n =
		    epoll_wait(run.epoll, events, 64, run.rate > 0 ? 1 : 10000);

		for (int i = 0; i < n; i++)
			receive(events[i].data.ptr);
		for (long i = 0; run.rate > 0 && i < n_peers; i++)
			if (peers[i].sent < 0)
				send_next(&peers[i]);
		if (n == 0 && run.rate == 0)
			break;
	}
}

static void
report(double ended)
{
	double length = run.seconds / N_SLICES;

	qsort(run.took, (size_t)run.n_done, sizeof(double), by_size);
	printf("{\"rate\":%.0f,\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f,"
	       "\"bad\":%ld,\"done\":%ld,\"seconds\":%.3f,\"slices\":[",
	    (double)run.n_done / (ended - run.began), percentile(0.5),
	    percentile(0.99), percentile(1), run.n_bad, run.n_done,
	    ended - run.began);
	for (int i = 0; length > 0 && i < N_SLICES; i++)
		printf("%s%.0f", i == 0 ? "" : ",",
		    (double)run.slices[i] / length);
	puts("]}");
}

int
main(int argc, char **argv)
{
	static struct peer peers[MAX_CONNECTIONS];
	long n_peers = argc < 6 ? 0 : strtol(argv[3], NULL, 10);

	if (n_peers < 1 || n_peers > MAX_CONNECTIONS) {
		fputs("usage: load PORT WHAT CONNECTIONS REQUESTS SECRET "
		      "[FIRST]\n",
		    stderr);
		return 2;
	}
	if (!set_up(argc, argv))
		return 2;
	for (long i = 0; i < n_peers; i++)
		connect_peer(&peers[i]);
	run.began = now();
	for (long i = 0; i < n_peers; i++)
		send_next(&peers[i]);
	work(peers, n_peers);
	if (run.n_done == 0)
		return 1;
	report(now());
	return run.n_done == run.n_sent ? 0 : 1;
}
