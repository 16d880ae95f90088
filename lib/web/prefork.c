/* Forking workers and keeping their number. */
#include "web/prefork.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_WORKERS 64
#define GRACE_MS 5000
#define RESPAWN_PAUSE_MS 200
#define CALL_SIGNAL SIGUSR2

struct crew {
	pid_t pids[MAX_WORKERS]; /* 0: to be started */
	long n;
	void (*called)(void *ctx);
	void *ctx;
};

static pid_t parent_pid; /* in a worker */

/* 1 in a new worker, 0 in the parent. A worker ends with its parent. */
static int
start_missing(struct crew *c, const sigset_t *old)
{
	for (long i = 0; i < c->n; i++) {
		pid_t parent = getpid();

		if (c->pids[i] != 0)
			continue;
		c->pids[i] = fork();
		if (c->pids[i] == 0) {
			/* A worker whose parent was killed would go on to serve
			 * with nobody to stop it, and a new server would share
			 * its socket with the old program. The parent may have
			 * died before this call, hence the look after it. */
			(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
			if (getppid() != parent)
				_exit(0);
			parent_pid = parent;
			/* The parent takes its signals one by one (sigwaitinfo)
			 * and so blocks them; a worker must be
			 * interruptible. */
			(void)sigprocmask(SIG_SETMASK, old, NULL);
			return 1;
		}
		if (c->pids[i] < 0) {
			log_event(LOG_ERROR, "fork_failed",
			    KV(kv_int("errno", errno)));
			c->pids[i] = 0;
		}
	}
	return 0;
}

/* Takes in those that have ended; the number still there. */
static long
reap(struct crew *c, int is_stopping)
{
	long n_alive = 0;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (long i = 0; i < c->n; i++)
			if (c->pids[i] == pid) {
				c->pids[i] = 0;
				if (!is_stopping)
					log_event(LOG_WARN, "worker_ended",
					    KV(kv_int("status", status)));
			}
	for (long i = 0; i < c->n; i++)
		n_alive += c->pids[i] != 0;
	return n_alive;
}

static void
signal_all(const struct crew *c, int signo)
{
	for (long i = 0; i < c->n; i++)
		if (c->pids[i] > 0)
			(void)kill(c->pids[i], signo);
}

/* Requests under way are answered. What is left after five seconds is killed,
 * or a worker that hangs would keep its web server waiting for ever: lighttpd
 * waits for its programs and kills none. */
static void
wind_down(struct crew *c, const sigset_t *watched)
{
	const struct timespec step = { .tv_nsec = 50000000 };
	int64_t give_up_ms = clock_mono_ms() + GRACE_MS;

	signal_all(c, SIGTERM);
	while (reap(c, 1) > 0) {
		if (clock_mono_ms() > give_up_ms)
			signal_all(c, SIGKILL);
		(void)sigtimedwait(watched, NULL, &step);
	}
}

bool
prefork_call(void)
{
	/* An orphan's parent is a stranger. */
	return parent_pid != 0 && getppid() == parent_pid &&
	    kill(parent_pid, CALL_SIGNAL) == 0;
}

/* The signals are blocked before the first fork: a worker that ends, or a
 * signal to stop, between two steps of lead() then waits instead of being
 * lost. */
static void
watch_signals(sigset_t *watched, sigset_t *old)
{
	static const int signals[] = { SIGCHLD, SIGTERM, SIGINT, SIGUSR1,
		SIGHUP, CALL_SIGNAL };

	sigemptyset(watched);
	for (size_t i = 0; i < LENGTH(signals); i++)
		sigaddset(watched, signals[i]);
	(void)sigprocmask(SIG_BLOCK, watched, old);
}

/* Waits for the signal that ends the parent's life as it is, keeping the crew
 * whole meanwhile. 0 in a new worker. */
static int
lead(struct crew *c, const sigset_t *watched, const sigset_t *old)
{
	const struct timespec pause = { .tv_nsec =
					    RESPAWN_PAUSE_MS * 1000000L };

	for (;;) {
		int signo;

		(void)reap(c, 0);
		if (start_missing(c, old))
			return 0;
		signo = sigwaitinfo(watched, NULL);
		/* A worker that dies at once must not spin the machine. */
		if (signo == SIGCHLD) {
			int next = sigtimedwait(watched, NULL, &pause);

			signo = next > 0 ? next : SIGCHLD;
		}
		/* Signals of one kind may melt into one: a call says that
		 * something is to be done, not how often. */
		if (signo == CALL_SIGNAL)
			c->called(c->ctx);
		else if (signo > 0 && signo != SIGCHLD)
			return signo;
	}
}

enum prefork
prefork(long n, void (*called)(void *ctx), void *ctx)
{
	static struct crew c;
	sigset_t watched, old;
	int signo;

	if (n <= 0)
		return PREFORK_SERVE;
	c = (struct crew){ .n = n > MAX_WORKERS ? MAX_WORKERS : n,
		.called = called,
		.ctx = ctx };
	watch_signals(&watched, &old);
	signo = lead(&c, &watched, &old);
	if (signo == 0)
		return PREFORK_SERVE;
	if (signo == SIGHUP) {
		/* Not SIGTERM: nobody hurries them, so whoever waits for
		 * Stripe is answered. */
		signal_all(&c, SIGHUP);
		return PREFORK_RENEW;
	}
	wind_down(&c, &watched);
	return PREFORK_STOPPED;
}
