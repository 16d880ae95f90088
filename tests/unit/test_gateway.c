/* A program as a web server starts it: by CGI, by FastCGI, and told to stop. */
#include "testing.h"

#include "web/gateway.h"

#include <arpa/inet.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define MAX_BODY_BYTES 8

/* ---- which of the two it is ---- */

/* fd 0 is what the test says while it runs. */
static bool
is_fastcgi_on(int fd)
{
	int kept = dup(STDIN_FILENO);
	bool is_fastcgi;

	assert_true(dup2(fd, STDIN_FILENO) == STDIN_FILENO);
	is_fastcgi = gateway_is_fastcgi();
	(void)dup2(kept, STDIN_FILENO);
	(void)close(kept);
	(void)close(fd);
	return is_fastcgi;
}

/* Any free port of the loopback's. */
static int
listening(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static void
told_apart(void **state)
{
	int pipe_fds[2], pair[2];

	(void)state;
	assert_int_equal(pipe(pipe_fds), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_true(is_fastcgi_on(listening()));
	assert_false(is_fastcgi_on(pipe_fds[0]));
	assert_false(is_fastcgi_on(pair[0])); /* some servers' CGI */
	assert_false(is_fastcgi_on(memfd_create("body", 0)));
	(void)close(pipe_fds[1]);
	(void)close(pair[1]);
}

/* ---- a program of its own that says what it was asked ---- */

static bool is_after;

static void
echo(void *ctx, struct exchange *const *x, size_t n)
{
	(void)ctx;
	for (size_t i = 0; i < n; i++) {
		struct request *r = &x[i]->req;

		x[i]->res = response_json(200,
		    str_from(arena_printf(r->arena, "%s \"%.*s\"",
			err_name(r->body_error), (int)r->body.len, r->body.p)));
	}
}

static void
after(void *ctx)
{
	(void)ctx;
	is_after = true;
}

static const struct web_service at_once = { .serve = echo,
	.after = after,
	.batch = 4,
	.max_body_bytes = MAX_BODY_BYTES };

/* ---- another, that answers when as many are open as it waits for ---- */

static struct exchange *open_ones[16];
static size_t n_open, n_wanted = 1;
static int told_fd = -1; /* a byte for each that is open */

static void
leave_open(void *ctx, struct exchange *const *x, size_t n)
{
	(void)ctx;
	for (size_t i = 0; i < n; i++) {
		x[i]->is_open = true;
		open_ones[n_open++] = x[i];
		assert_true(told_fd < 0 || write(told_fd, "o", 1) == 1);
	}
}

static void
close_together(void *ctx, const struct web_wait *w)
{
	if (n_open < n_wanted && !w->is_last) {
		(void)poll(w->fds, w->n, w->timeout_ms);
		return;
	}
	echo(ctx, open_ones, n_open);
	while (n_open > 0)
		open_ones[--n_open]->is_open = false;
}

static void
tell_of_shrinking(void *ctx)
{
	(void)ctx;
	assert_true(told_fd < 0 || write(told_fd, "s", 1) == 1);
}

static const struct web_service in_time = { .serve = leave_open,
	.after = after,
	.batch = 4,
	.max_body_bytes = MAX_BODY_BYTES,
	.wait = close_together,
	.shrink = tell_of_shrinking };

/* Its exit status is how serving ended, and 9 where after() was left out. */
static pid_t
start_with(const struct web_service *service, int in, int out, char **variables)
{
	pid_t pid = fork();
	enum gateway_end end;

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    close_range(STDERR_FILENO + 1, ~0U, 0) != 0)
		_exit(8);
	environ = variables;
	end = gateway_run(service);
	_exit(is_after ? (int)end : 9);
}

static pid_t
start(int in, int out, char **variables)
{
	return start_with(&at_once, in, out, variables);
}

static int
exit_status(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* All that comes until the other side closes. */
static const char *
read_all(int fd)
{
	static char text[4096];
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	for (size_t i = 0; i < len; i++) /* FastCGI's records hold zeros */
		if (text[i] == '\0')
			text[i] = ' ';
	text[len] = '\0';
	(void)close(fd);
	return text;
}

/* ---- CGI ---- */

static const struct row {
	const char *why;
	const char *method;
	const char *length; /* CONTENT_LENGTH, or NULL */
	const char *sent;
	const char *want;
} rows[] = {
	{ "no body", "GET", NULL, "", "ok \"\"" },
	{ "as announced", "POST", "3", "abc", "ok \"abc\"" },
	{ "exactly the limit", "POST", "8", "abcdefgh", "ok \"abcdefgh\"" },
	{ "a byte over the limit", "POST", "9", "abcdefghi", "too_big \"\"" },
	{ "cut off", "POST", "8", "abc", "input \"abc\"" },
	{ "what follows is left alone", "POST", "3", "abcdef", "ok \"abc\"" },
	{ "a post without a length goes to the end", "POST", NULL, "abc",
	    "ok \"abc\"" },
	{ "one over the limit as well", "POST", NULL, "abcdefghi",
	    "too_big \"\"" },
	{ "other methods without a length have none", "GET", NULL, "abc",
	    "ok \"\"" },
};

static void
cgi(void **state)
{
	const struct row *row = *state;
	char *variables[] = { arena_printf(
				  &mem, "REQUEST_METHOD=%s", row->method),
		row->length == NULL ?
		    NULL :
		    arena_printf(&mem, "CONTENT_LENGTH=%s", row->length),
		NULL };
	int in[2], out[2];
	pid_t pid;

	assert_int_equal(pipe(in) | pipe(out), 0);
	assert_int_equal(
	    write(in[1], row->sent, strlen(row->sent)), strlen(row->sent));
	(void)close(in[1]);
	pid = start(in[0], out[1], variables);
	(void)close(in[0]);
	(void)close(out[1]);
	check_has(read_all(out[0]), row->want);
	check_int(exit_status(pid), GATEWAY_STOPPED);
}

static void
cgi_nobody_reads(void **state)
{
	char *variables[] = { NULL };
	int in[2], out[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(in) | pipe(out), 0);
	(void)close(out[0]);
	pid = start(in[0], out[1], variables);
	check_int(exit_status(pid), GATEWAY_FAILED);
	(void)close(in[0]);
	(void)close(in[1]);
	(void)close(out[1]);
}

/* ---- FastCGI ---- */

/* A POST of "abc": begin, the parameters, their end, the body, the end. */
static const char request[] = "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0"
			      "\1\4\0\1\0\24\0\0\16\4REQUEST_METHODPOST"
			      "\1\4\0\1\0\0\0\0"
			      "\1\5\0\1\0\3\0\0abc"
			      "\1\5\0\1\0\0\0\0";

static int
ask_for(int listener)
{
	struct sockaddr_in address;
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(
	    getsockname(listener, (struct sockaddr *)&address, &len), 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(
	    write(fd, request, sizeof(request) - 1), sizeof(request) - 1);
	return fd;
}

static const char *
ask(int listener)
{
	return read_all(ask_for(listener));
}

static const struct stop {
	const char *why;
	int signo;
	enum gateway_end end;
} stops[] = {
	{ "SIGTERM stops it", SIGTERM, GATEWAY_STOPPED },
	{ "SIGINT stops it", SIGINT, GATEWAY_STOPPED },
	{ "SIGUSR1 stops it", SIGUSR1, GATEWAY_STOPPED },
	{ "SIGHUP asks for a new process", SIGHUP, GATEWAY_RENEW },
};

static void
fastcgi(void **state)
{
	const struct stop *row = *state;
	int fd = listening();
	pid_t pid = start(fd, STDOUT_FILENO, NULL);

	check_has(ask(fd), "ok \"abc\"");
	check_has(ask(fd), "ok \"abc\"");
	(void)kill(pid, row->signo);
	check_int(exit_status(pid), row->end);
	(void)close(fd);
}

/* ---- several processes ---- */

/* A word of /proc about a process. */
static const char *
told_of(pid_t pid, const char *file, const char *behind)
{
	static char text[4096];
	FILE *f = fopen(arena_printf(&mem, "/proc/%d/%s", (int)pid, file), "r");
	const char *at;

	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	(void)fclose(f);
	at = strstr(text, behind);
	assert_non_null(at);
	return at + strlen(behind);
}

static void
until_asleep(pid_t pid)
{
	while (told_of(pid, "stat", ") ")[0] != 'S')
		(void)sched_yield();
}

static long
times_woken(pid_t pid)
{
	return strtol(
	    told_of(pid, "status", "\nvoluntary_ctxt_switches:"), NULL, 10);
}

/* Both wait on one socket, and one of them is woken for each that comes. */
static void
one_is_woken(void **state)
{
	int fd = listening();
	pid_t pids[2];
	long before[2], n_woken = 0;

	(void)state;
	for (int i = 0; i < 2; i++)
		pids[i] = start(fd, STDOUT_FILENO, NULL);
	check_has(ask(fd), "ok");
	for (int i = 0; i < 2; i++) {
		until_asleep(pids[i]);
		before[i] = times_woken(pids[i]);
	}
	for (int n = 0; n < 20; n++) {
		check_has(ask(fd), "ok");
		until_asleep(pids[0]);
		until_asleep(pids[1]);
	}
	for (int i = 0; i < 2; i++)
		n_woken += times_woken(pids[i]) > before[i];
	check_int(n_woken, 1);
	for (int i = 0; i < 2; i++) {
		(void)kill(pids[i], SIGTERM);
		(void)waitpid(pids[i], NULL, 0);
	}
	(void)close(fd);
}

/* ---- open requests ---- */

/* The first is not answered until the third has come: all of them are open at
 * once, in one process. */
static void
open_together(void **state)
{
	int fd = listening(), fds[3];
	pid_t pid;

	(void)state;
	n_wanted = 3;
	pid = start_with(&in_time, fd, STDOUT_FILENO, NULL);
	for (int i = 0; i < 3; i++)
		fds[i] = ask_for(fd);
	for (int i = 0; i < 3; i++)
		check_has(read_all(fds[i]), "ok \"abc\"");
	(void)kill(pid, SIGTERM);
	check_int(exit_status(pid), GATEWAY_STOPPED);
	(void)close(fd);
}

/* It waits for a second one that never comes. */
static void
open_at_the_end(void **state)
{
	int fd = listening(), asked, told[2];
	char byte;
	pid_t pid;

	(void)state;
	n_wanted = 2;
	assert_int_equal(pipe(told), 0);
	/* The program keeps its standard output, and nothing beyond. */
	told_fd = STDOUT_FILENO;
	pid = start_with(&in_time, fd, told[1], NULL);
	told_fd = -1;
	(void)close(told[1]);
	asked = ask_for(fd);
	assert_int_equal(read(told[0], &byte, 1), 1);
	(void)kill(pid, SIGTERM);
	check_has(read_all(asked), "ok \"abc\"");
	check_int(exit_status(pid), GATEWAY_STOPPED);
	(void)close(told[0]);
	(void)close(fd);
}

/* Nine at once are a rush; a second later its memory is given back. */
static void
after_a_rush(void **state)
{
	int fd = listening(), fds[9], told[2];
	char bytes[LENGTH(fds) + 1];
	pid_t pid;

	(void)state;
	n_wanted = LENGTH(fds);
	assert_int_equal(pipe(told), 0);
	told_fd = STDOUT_FILENO;
	pid = start_with(&in_time, fd, told[1], NULL);
	told_fd = -1;
	(void)close(told[1]);
	for (size_t i = 0; i < LENGTH(fds); i++)
		fds[i] = ask_for(fd);
	for (size_t i = 0; i < LENGTH(fds); i++)
		check_has(read_all(fds[i]), "ok \"abc\"");
	for (size_t i = 0; i < LENGTH(bytes); i++)
		assert_int_equal(read(told[0], &bytes[i], 1), 1);
	assert_memory_equal(bytes, "ooooooooos", sizeof(bytes));
	(void)kill(pid, SIGTERM);
	check_int(exit_status(pid), GATEWAY_STOPPED);
	(void)close(told[0]);
	(void)close(fd);
}

static void
open_by_cgi(void **state)
{
	char *variables[] = { NULL };
	int in[2], out[2];
	pid_t pid;

	(void)state;
	n_wanted = 1;
	assert_int_equal(pipe(in) | pipe(out), 0);
	(void)close(in[1]);
	pid = start_with(&in_time, in[0], out[1], variables);
	(void)close(in[0]);
	(void)close(out[1]);
	check_has(read_all(out[0]), "ok \"\"");
	check_int(exit_status(pid), GATEWAY_STOPPED);
}

int
main(void)
{
	ONE("fd 0", "a listening socket alone is FastCGI", told_apart);
	ROWS("cgi", cgi, rows);
	ONE("cgi", "nobody reads the answer", cgi_nobody_reads);
	ROWS("fastcgi", fastcgi, stops);
	ONE("several", "one is woken for each that comes", one_is_woken);
	ONE("open requests", "are there at once", open_together);
	ONE("open requests", "are answered at the end", open_at_the_end);
	ONE("open requests", "leave no memory behind", after_a_rush);
	ONE("open requests", "and plain CGI", open_by_cgi);
	return testing_run("gateway", NULL, NULL);
}
