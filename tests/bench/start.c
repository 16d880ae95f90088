/* What it costs to start: a program as plain CGI, from exec to its end with an
 * event committed (median CPU and wall time in ms), or as FastCGI, from exec
 * to the first answer (wall time).
 *
 * usage: start cgi|fastcgi PROGRAM SECRET N   (settings in the environment) */
#include "base/crypto.h"
#include "bodies.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *program, *secret;
static char *event_text;

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

static void
signature(char *out, size_t size, const char *body)
{
	char stamp[32], hex[2 * HMAC_SHA256_BYTES + 1];
	unsigned char mac[HMAC_SHA256_BYTES];
	struct str parts[2];

	(void)snprintf(stamp, sizeof(stamp), "%lld.", (long long)time(NULL));
	parts[0] = str_from(stamp);
	parts[1] = str_from(body);
	if (hmac_sha256(str_from(secret), parts, 2, mac) != ERR_OK)
		abort();
	hex_encode(mac, sizeof(mac), hex);
	(void)snprintf(
	    out, size, "t=%.*s,v1=%s", (int)strlen(stamp) - 1, stamp, hex);
}

/* CPU in ms; wall time in *wall. */
static double
run_cgi(int n, double *wall)
{
	char body[BODIES_MAX], sig[256], length[24], answer[4096];
	int in[2], out[2], status;
	struct rusage used;
	struct sale s;
	size_t len;
	double began;
	pid_t child;

	sale_draw(&s, ((int64_t)getpid() << 16) + n, time(NULL));
	len = template_fill(body, event_text, &s);
	signature(sig, sizeof(sig), body);
	(void)snprintf(length, sizeof(length), "%zu", len);
	if (len == 0 || pipe(in) != 0 || pipe(out) != 0 ||
	    write(in[1], body, len) != (ssize_t)len)
		abort();
	began = now();
	(void)close(in[1]);
	child = fork();
	if (child == 0) {
		(void)dup2(in[0], 0);
		(void)dup2(out[1], 1);
		(void)setenv("REQUEST_METHOD", "POST", 1);
		(void)setenv("REQUEST_URI", "/webhook", 1);
		(void)setenv("CONTENT_LENGTH", length, 1);
		(void)setenv("HTTP_STRIPE_SIGNATURE", sig, 1);
		(void)execl(program, program, (char *)NULL);
		_exit(127);
	}
	(void)close(in[0]);
	(void)close(out[1]);
	if (read(out[0], answer, sizeof(answer)) < 12 ||
	    memcmp(answer, "Status: 200", 11) != 0) {
		fputs("no 200\n", stderr);
		exit(1);
	}
	*wall = now() - began;
	(void)close(out[0]);
	(void)wait4(child, &status, 0, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
	    (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
}

static size_t
record(unsigned char *out, int type, const void *content, size_t n)
{
	const unsigned char head[8] = { 1, (unsigned char)type, 0, 1,
		(unsigned char)(n >> 8), (unsigned char)n, 0, 0 };

	memcpy(out, head, 8);
	if (n > 0)
		memcpy(out + 8, content, n);
	return n + 8;
}

static double
run_fastcgi(int n, double *wall)
{
	static const unsigned char begin[8] = { 0, 1 };
	/* REQUEST_METHOD=GET and a path that nobody has: 404 is an answer. */
	static const char params[] = "\x0e\x03REQUEST_METHODGET"
				     "\x0b\x02REQUEST_URI/x";
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int listening = socket(AF_UNIX, SOCK_STREAM, 0), fd;
	unsigned char text[512];
	size_t len = 0;
	double began;
	pid_t child;

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "/tmp/bench-%d-%d",
	    (int)getpid(), n);
	if (bind(listening, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    listen(listening, 8) != 0)
		abort();
	len += record(text + len, 1, begin, 8);
	len += record(text + len, 4, params, sizeof(params) - 1);
	len += record(text + len, 4, NULL, 0);
	len += record(text + len, 5, NULL, 0);
	began = now();
	child = fork();
	if (child == 0) {
		(void)dup2(listening, 0);
		(void)execl(program, program, (char *)NULL);
		_exit(127);
	}
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    write(fd, text, len) != (ssize_t)len ||
	    read(fd, text, sizeof(text)) <= 0)
		abort();
	*wall = now() - began;
	(void)close(fd);
	(void)close(listening);
	(void)unlink(at.sun_path);
	(void)kill(child, 15);
	(void)waitpid(child, NULL, 0);
	return 0;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	int n = argc > 4 ? atoi(argv[4]) : 50;
	double *cpu = calloc((size_t)n, sizeof(*cpu));
	double *wall = calloc((size_t)n, sizeof(*wall));

	event_text = template_read(BODIES_EVENT);
	if (argc < 5 || cpu == NULL || wall == NULL || event_text == NULL)
		return 2;
	program = argv[2];
	secret = argv[3];
	for (int i = 0; i < n; i++)
		cpu[i] = strcmp(argv[1], "cgi") == 0 ? run_cgi(i, &wall[i]) :
						       run_fastcgi(i, &wall[i]);
	qsort(cpu, (size_t)n, sizeof(*cpu), by_size);
	qsort(wall, (size_t)n, sizeof(*wall), by_size);
	printf("{\"cpu_ms\":%.2f,\"wall_ms\":%.2f}\n", cpu[n / 2], wall[n / 2]);
	free(cpu);
	free(wall);
	free(event_text);
	return 0;
}
