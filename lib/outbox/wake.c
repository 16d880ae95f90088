/* Waking the worker, starting it, and asking who it is. */
#include "outbox/wake.h"

#include "base/clock.h"
#include "base/log.h"
#include "outbox/place.h"
#include "store/db.h"
#include "web/prefork.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_PAUSE_MS 25 /* a started worker is up by then */
/* Well below the time that one waits for the lock (worker/lock.c): whoever is
 * not started since another one was is still waited for by that. */
#define LONGEST_START_PAUSE_MS 1000
/* None was needed for so long: no rush is on any more. */
#define RUSH_OVER_MS 10000
/* One that is to bring the ledger up to date may be unable to. */
#define UPGRADE_PAUSE_MS 2000
#define STOP_PATIENCE_MS 10000

/* The worker's program lies beside ours or where it was installed. */
static const char *
find_admit(struct arena *a)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	const char *tries[3];
	struct str dir;

	if (n <= 0)
		return ADMIT_BINDIR "/admit";
	self[n] = '\0';
	dir = str_folder((struct str){ self, (size_t)n });
	/* The program beside ours comes first: a copy that is tried out must
	 * not start the worker of the installed one, which may be older than
	 * the ledger. */
	tries[0] = arena_printf(a, "%.*s../bin/admit", (int)dir.len, dir.p);
	tries[1] = arena_printf(a, "%.*sadmit", (int)dir.len, dir.p);
	tries[2] = ADMIT_BINDIR "/admit";
	for (size_t i = 0; i < 2; i++)
		if (access(tries[i], X_OK) == 0)
			return tries[i];
	return tries[2];
}

/* In the grandchild: nothing of the web server's stays open. CGI hosts wait
 * until stderr is closed too; under FastCGI it is the log. */
static void
become_worker(const char *program, char **environment, bool keep_log)
{
	char *const argv[] = { (char *)"admit", (char *)"work", NULL };
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	if (!keep_log)
		(void)dup2(null, STDERR_FILENO);
	/* Among what is closed are the server's listening socket, which must
	 * not stay open in a program that outlives the server, and pipes that
	 * Apache waits on. */
	(void)close_range(3, ~0U, 0);
	/* A blocked signal stays blocked over execve(), and the worker would be
	 * deaf to SIGTERM. */
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	/* The root is a folder that nobody wants to unmount or remove. */
	if (chdir("/") == 0)
		(void)execve(program, argv, environment);
	_exit(127);
}

void
wake_start_worker(void *ctx)
{
	const struct app *app = ctx;
	struct arena a = { 0 };
	const char *program = find_admit(&a);
	char **environment = settings_environ(&app->conf.settings, &a);
	pid_t child = fork();

	if (child == 0) {
		/* Twice, so that no program is left with a child to wait for
		 * and the worker belongs to no session. */
		if (setsid() >= 0 && fork() == 0)
			become_worker(program, environment, app->is_fastcgi);
		_exit(0);
	}
	if (child > 0)
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			continue;
	else
		log_event(LOG_ERROR, "worker_not_started",
		    KV(kv_int("errno", errno)));
	arena_free(&a);
}

/* The workers that this process has started since one was heard of. */
struct starts {
	int64_t last_ms;  /* 0: none ever */
	int64_t pause_ms; /* after it; 0: the least */
};

/* Whether to start one now. The pause grows while none answers: somebody has
 * the lock and hears nothing (it is just leaving, or waits for a server), and
 * each that is started waits for it. In a rush there would be hundreds. */
static bool
may_start(struct starts *s, int64_t least_ms, int64_t now_ms)
{
	int64_t pause_ms;

	if (now_ms - s->last_ms >= RUSH_OVER_MS)
		s->pause_ms = 0;
	pause_ms = s->pause_ms > least_ms ? s->pause_ms : least_ms;
	if (s->last_ms != 0 && now_ms - s->last_ms < pause_ms)
		return false;
	s->pause_ms = s->pause_ms == 0 ? START_PAUSE_MS : 2 * s->pause_ms;
	if (s->pause_ms > LONGEST_START_PAUSE_MS)
		s->pause_ms = LONGEST_START_PAUSE_MS;
	s->last_ms = now_ms;
	return true;
}

/* Nobody is asked whether the worker is there: the datagram itself finds out,
 * so there is no moment between the look and the deed. */
void
wake(struct app *app)
{
	static struct starts starts;
	struct place p;
	bool upgrades = db_waits_for_upgrade(app->db), is_heard;
	int64_t least_ms = upgrades ? UPGRADE_PAUSE_MS : START_PAUSE_MS;

	app->has_work = false;
	(void)db_notified(app->db); /* that is what it is woken for */
	if (!place_open(app, &p)) {
		log_event(LOG_ERROR, "wake_failed",
		    KV(kv_text("why", strerror(errno))));
		return;
	}
	/* A worker that was just started looks for itself once it is up. The
	 * one that is at home may be an older program's, to which its ledger is
	 * up to date. */
	is_heard = place_wake(&p);
	if (is_heard)
		starts.pause_ms = 0;
	if ((!is_heard || upgrades) &&
	    may_start(&starts, least_ms, clock_mono_ms()) && !prefork_call())
		wake_start_worker(app);
	place_close(&p);
}

void
wake_if_promised(void *ctx)
{
	struct app *app = ctx;

	if (app->has_work || db_notified(app->db) ||
	    db_waits_for_upgrade(app->db))
		wake(app);
}

const char *
wake_fault(const struct app *app, struct arena *a)
{
	const char *why = NULL;
	struct place p;
	int fd;

	if (!place_open(app, &p))
		return NULL; /* the ledger tells of its folder */
	fd = openat(p.dir_fd, p.lock, O_RDWR | O_CLOEXEC);
	if (fd < 0 && errno != ENOENT)
		why = arena_printf(a, "its lock %s.worker cannot be opened: %s",
		    app->conf.database_path, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	place_close(&p);
	return why;
}

/* Asking for a shared lock disturbs nobody, and being refused it says that a
 * worker lives; the number in the file alone might be a dead one's, by now
 * another process's. */
long
wake_worker_pid(const struct app *app)
{
	struct place p;
	char text[24] = "";
	int fd;
	long pid = 0;

	if (!place_open(app, &p))
		return 0;
	fd = openat(p.dir_fd, p.lock, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		int64_t n = 0;

		if (flock(fd, LOCK_SH | LOCK_NB) != 0 &&
		    read(fd, text, sizeof(text) - 1) > 0 &&
		    str_to_i64(str_trim(str_from(text)), &n))
			pid = (long)n;
		(void)close(fd);
	}
	place_close(&p);
	return pid;
}

bool
wake_no_worker(const struct app *app)
{
	int64_t give_up_ms = clock_mono_ms() + STOP_PATIENCE_MS;
	long pid = wake_worker_pid(app);

	if (pid != 0)
		(void)kill((pid_t)pid, SIGTERM);
	while (wake_worker_pid(app) != 0 && clock_mono_ms() < give_up_ms)
		(void)poll(NULL, 0, 10);
	return wake_worker_pid(app) == 0;
}
