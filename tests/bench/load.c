/* A load of posts on a web server, over connections that are kept: each is
 * written, and signed, when its turn comes, so that no two are alike and no
 * signature is old.
 *
 * usage: load PORT webhook|tgupdate|PATH CONNECTIONS REQUESTS SECRET [FIRST]
 * Prints: requests per second, percentiles of the answer's time in ms, and the
 * number of answers other than 2xx or 3xx. With RATE in the environment it is
 * an open loop: so many a second, whatever the server does; the time then
 * counts from when each was due. */
#include "base/crypto.h"

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

struct peer {
	int fd;
	double due, sent;
	size_t have;
	char answer[MAX_ANSWER];
};

static struct {
	int port, epoll;
	const char *what, *secret;
	long n_all, n_sent, n_done, n_bad, first;
	double rate, began;
	double *took;
} run;

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
event_body(char *out, size_t size, long n)
{
	return snprintf(out, size,
	    "{\"id\":\"evt_bench_%ld\",\"object\":\"event\","
	    "\"api_version\":\"2026-07-29.dahlia\",\"created\":1700000000,"
	    "\"type\":\"checkout.session.completed\",\"livemode\":false,"
	    "\"pending_webhooks\":1,\"request\":{\"id\":null,"
	    "\"idempotency_key\":null},\"data\":{\"object\":{"
	    "\"id\":\"cs_test_bench%ld\",\"object\":\"checkout.session\","
	    "\"amount_subtotal\":999,\"amount_total\":999,"
	    "\"automatic_tax\":{\"enabled\":false,\"status\":null},"
	    "\"cancel_url\":\"https://pay.example.com/cancel\","
	    "\"client_reference_id\":\"%ld\",\"created\":1700000000,"
	    "\"currency\":\"eur\",\"customer\":null,\"customer_details\":{"
	    "\"address\":{\"city\":null,\"country\":\"UA\"},"
	    "\"email\":\"buyer@example.com\",\"name\":null},"
	    "\"expires_at\":1700086400,\"livemode\":false,"
	    "\"metadata\":{\"tg_id\":\"%ld\",\"product\":\"course\","
	    "\"shop\":\"1\"},"
	    "\"mode\":\"payment\",\"payment_intent\":\"pi_bench%ld\","
	    "\"payment_method_types\":[\"card\"],\"payment_status\":\"paid\","
	    "\"status\":\"complete\",\"success_url\":"
	    "\"https://pay.example.com/paid\",\"url\":null}}}",
	    n, n, n, n, n);
}

static int
update_body(char *out, size_t size, long n)
{
	return snprintf(out, size,
	    "{\"update_id\":%ld,\"message\":{\"message_id\":%ld,\"from\":{"
	    "\"id\":%ld,\"is_bot\":false,\"first_name\":\"B\","
	    "\"language_code\":\"uk\"},\"chat\":{\"id\":%ld,"
	    "\"first_name\":\"B\",\"type\":\"private\"},\"date\":1700000000,"
	    "\"text\":\"/pay\"}}",
	    n, n, n, n);
}

/* "Stripe-Signature: ..." or Telegram's secret, for the body. */
static int
proof(char *out, size_t size, const char *body, int len)
{
	char stamp[32], hex[2 * HMAC_SHA256_BYTES + 1];
	unsigned char mac[HMAC_SHA256_BYTES];
	struct str parts[2];

	if (strcmp(run.what, "tgupdate") == 0)
		return snprintf(out, size,
		    "X-Telegram-Bot-Api-Secret-Token: %s", run.secret);
	(void)snprintf(stamp, sizeof(stamp), "%lld.", (long long)time(NULL));
	parts[0] = str_from(stamp);
	parts[1] = (struct str){ body, (size_t)len };
	if (hmac_sha256(str_from(run.secret), parts, 2, mac) != ERR_OK)
		abort();
	hex_encode(mac, sizeof(mac), hex);
	return snprintf(out, size, "Stripe-Signature: t=%.*s,v1=%s",
	    (int)strlen(stamp) - 1, stamp, hex);
}

static int
request_text(char *out, size_t size, long n)
{
	char body[4096], header[256];
	int len;

	if (run.what[0] == '/')
		return snprintf(out, size,
		    "GET %s%ld HTTP/1.1\r\nHost: localhost\r\n\r\n", run.what,
		    n);
	len = strcmp(run.what, "tgupdate") == 0 ?
	    update_body(body, sizeof(body), n) :
	    event_body(body, sizeof(body), n);
	(void)proof(header, sizeof(header), body, len);
	return snprintf(out, size,
	    "POST /%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"
	    "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
	    run.what, header, len, body);
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

static void
send_next(struct peer *p)
{
	char text[8192];
	long n = run.n_sent;
	int len;

	p->sent = -1;
	if (n == run.n_all)
		return;
	p->due = run.rate > 0 ? run.began + (double)n / run.rate : now();
	if (p->due > now())
		return;
	run.n_sent++;
	len = request_text(text, sizeof(text), run.first + n);
	p->sent = p->due;
	p->have = 0;
	if (write(p->fd, text, (size_t)len) != len) {
		perror("write");
		exit(1);
	}
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
			run.took[run.n_done++] = now() - p->sent;
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
	run.took[run.n_done++] = now() - p->sent;
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

int
main(int argc, char **argv)
{
	static struct peer peers[MAX_CONNECTIONS];
	const char *rate = getenv("RATE");
	long n_peers;
	double ended;

	if (argc < 6) {
		fputs("usage: load PORT WHAT CONNECTIONS REQUESTS SECRET "
		      "[FIRST]\n",
		    stderr);
		return 2;
	}
	run.port = atoi(argv[1]);
	run.what = argv[2];
	n_peers = strtol(argv[3], NULL, 10);
	run.n_all = strtol(argv[4], NULL, 10);
	run.secret = argv[5];
	run.first = argc > 6 ? strtol(argv[6], NULL, 10) : 1;
	run.rate = rate != NULL ? strtod(rate, NULL) : 0;
	run.took = calloc((size_t)run.n_all + 1, sizeof(double));
	run.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (n_peers > MAX_CONNECTIONS || run.took == NULL)
		return 2;
	run.began = now();
	for (long i = 0; i < n_peers; i++) {
		connect_peer(&peers[i]);
		send_next(&peers[i]);
	}
	while (run.n_done < run.n_all) {
		struct epoll_event events[64];
		int n =
		    epoll_wait(run.epoll, events, 64, run.rate > 0 ? 1 : 10000);

		for (int i = 0; i < n; i++)
			receive(events[i].data.ptr);
		for (long i = 0; run.rate > 0 && i < n_peers; i++)
			if (peers[i].sent < 0)
				send_next(&peers[i]);
		if (n == 0 && run.rate == 0)
			break; /* nothing for ten seconds */
	}
	ended = now();
	qsort(run.took, (size_t)run.n_done, sizeof(double), by_size);
	printf("{\"rate\":%.0f,\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f,"
	       "\"bad\":%ld,\"done\":%ld,\"seconds\":%.3f}\n",
	    (double)run.n_done / (ended - run.began), percentile(0.5),
	    percentile(0.99), percentile(1), run.n_bad, run.n_done,
	    ended - run.began);
	return run.n_done == run.n_all ? 0 : 1;
}
