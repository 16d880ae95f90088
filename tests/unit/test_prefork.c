/* A parent and its workers: their number is kept, they end together, and a
 * worker may ask the parent to do something. */
#include "testing.h"

#include "web/prefork.h"

#include <sys/wait.h>

/* What the processes tell of themselves. The end of it: all of them ended. */
struct word {
	char what; /* 'w'orker, 'c'alled, 's'topped, 'r'enewed */
	pid_t pid;
};

static int ear, mouth;

static void
tell(char what)
{
	struct word w;

	memset(&w, 0, sizeof(w));
	w.what = what;
	w.pid = getpid();
	if (write(mouth, &w, sizeof(w)) != sizeof(w))
		_exit(1);
}

static void
called(void *ctx)
{
	tell(*(const char *)ctx);
}

static struct word
hear(void)
{
	struct word w = { 0 };

	if (read(ear, &w, sizeof(w)) != sizeof(w))
		w.what = '-'; /* nobody is there any more */
	return w;
}

/* A leader of n workers, each of which waits for a signal. */
static void
lead(long n, bool calls)
{
	static const char c = 'c';

	switch (prefork(n, called, (void *)&c)) {
	case PREFORK_SERVE:
		tell('w');
		if (calls && !prefork_call())
			_exit(1);
		for (;;)
			(void)pause();
	case PREFORK_STOPPED:
		tell('s');
		break;
	case PREFORK_RENEW:
		tell('r');
		break;
	}
	_exit(0);
}

static pid_t
start(long n, bool calls)
{
	int fds[2];
	pid_t leader;

	check_int(pipe(fds), 0);
	ear = fds[0];
	mouth = fds[1];
	leader = fork();
	assert_true(leader >= 0);
	if (leader == 0) {
		(void)close(ear);
		(void)alarm(TESTING_WAIT_S); /* does not outlive a failure */
		lead(n, calls);
	}
	(void)close(mouth);
	return leader;
}

static void
end(pid_t leader, int signal_number, char want)
{
	int status = -1;

	check_int(kill(leader, signal_number), 0);
	check_int(hear().what, want);
	check_int(hear().what, '-');
	check_int(waitpid(leader, &status, 0), leader);
	check_int(status, 0);
	(void)close(ear);
}

static void
alone(void **state)
{
	(void)state;
	check_int(prefork(0, called, NULL), PREFORK_SERVE);
	assert_false(prefork_call());
}

static void
number_is_kept(void **state)
{
	const pid_t leader = start(2, false);
	const struct word first = hear(), second = hear();
	struct word third;

	(void)state;
	check_int(first.what, 'w');
	check_int(second.what, 'w');
	assert_true(first.pid != second.pid && first.pid != leader);
	check_int(kill(first.pid, SIGKILL), 0);
	third = hear();
	check_int(third.what, 'w');
	assert_true(third.pid != second.pid && third.pid != leader);
	end(leader, SIGTERM, 's');
}

static const struct ending {
	const char *why;
	int signal_number;
	char want;
} endings[] = {
	{ "told to terminate", SIGTERM, 's' },
	{ "interrupted", SIGINT, 's' },
	{ "told by the process manager", SIGUSR1, 's' },
	{ "told to start anew", SIGHUP, 'r' },
};

static void
ends(void **state)
{
	const struct ending *e = *state;
	const pid_t leader = start(2, false);

	check_int(hear().what, 'w');
	check_int(hear().what, 'w');
	end(leader, e->signal_number, e->want);
}

static void
asks(void **state)
{
	const pid_t leader = start(1, true);
	struct word w;

	(void)state;
	check_int(hear().what, 'w');
	w = hear();
	check_int(w.what, 'c');
	check_int(w.pid, leader);
	end(leader, SIGTERM, 's');
}

int
main(void)
{
	ONE("no workers", "it serves itself, and has nobody to ask", alone);
	ONE("workers", "one that ends is replaced", number_is_kept);
	ROWS("all end", ends, endings);
	ONE("a worker", "asks its parent", asks);
	return testing_run("prefork", NULL, NULL);
}
