/* Knocking at the worker's door, and the door. */
#include "outbox/wake.h"

#include "base/clock.h"
#include "base/log.h"
#include "web/prefork.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_PAUSE_MS 25 /* a started worker is up by then */
#define LOCK_PATIENCE_MS 5000
#define STOP_PATIENCE_MS 10000

/* A socket's name may have 107 bytes, a path more: so the folder is opened and
 * the name given relative to it, by /proc where that is there. */
struct place {
	int dir_fd;
	struct sockaddr_un addr;
	char lock[256];
};

static bool
place_open(const struct app *app, struct place *p)
{
	struct arena a = { 0 };
	const char *path = app->conf.database_path;
	struct str name = str_after_last(str_from(path), '/');
	char *folder =
	    arena_dup(&a, (struct str){ path, str_from(path).len - name.len });
	int n;

	*p = (struct place){ .addr = { .sun_family = AF_UNIX } };
	p->dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	arena_free(&a);
	if (p->dir_fd < 0)
		return false;
	n = access("/proc/self/fd", X_OK) == 0 ?
	    snprintf(p->addr.sun_path, sizeof(p->addr.sun_path),
		"/proc/self/fd/%d/%s.knock", p->dir_fd, name.p) :
	    snprintf(
		p->addr.sun_path, sizeof(p->addr.sun_path), "%s.knock", path);
	(void)snprintf(p->lock, sizeof(p->lock), "%s.worker", name.p);
	if (n < 0 || (size_t)n >= sizeof(p->addr.sun_path)) {
		(void)close(p->dir_fd);
		errno = ENAMETOOLONG;
		return false;
	}
	return true;
}

static bool
somebody_home(const struct place *p)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool heard;

	if (fd < 0)
		return false;
	/* A full queue means that the worker has been told often enough. */
	heard = sendto(fd, "!", 1, 0, (const struct sockaddr *)&p->addr,
		    sizeof(p->addr)) == 1 ||
	    errno == EAGAIN || errno == ENOBUFS;
	(void)close(fd);
	return heard;
}

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
	dir = (struct str){ self, (size_t)n };
	dir.len -= str_after_last(dir, '/').len;
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
	(void)close_range(3, ~0U, 0);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (chdir("/") == 0)
		(void)execve(program, argv, environment);
	_exit(127);
}

void
start_worker(void *ctx)
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

void
knock(struct app *app)
{
	static int64_t started_ms;
	struct place p;
	int64_t now_ms = clock_mono_ms();

	app->has_work = false;
	if (!place_open(app, &p)) {
		log_event(LOG_ERROR, "knock_failed",
		    KV(kv_text("why", strerror(errno))));
		return;
	}
	/* A worker that was just started looks for itself once it is up. */
	if (!somebody_home(&p) &&
	    (started_ms == 0 || now_ms - started_ms >= START_PAUSE_MS)) {
		started_ms = now_ms;
		if (!prefork_call())
			start_worker(app);
	}
	(void)close(p.dir_fd);
}

void
knock_if_promised(void *ctx)
{
	struct app *app = ctx;

	if (app->has_work)
		knock(app);
}

static bool
lock_take(const struct place *p, struct door *d)
{
	char pid[24];
	int n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());

	if (d->lock_fd < 0)
		d->lock_fd = openat(
		    p->dir_fd, p->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (d->lock_fd < 0 || flock(d->lock_fd, LOCK_EX | LOCK_NB) != 0)
		return false;
	/* For the operator's eyes; the lock itself is what counts. */
	if (ftruncate(d->lock_fd, 0) != 0 ||
	    pwrite(d->lock_fd, pid, (size_t)n, 0) != n)
		log_event(LOG_WARN, "lock_not_signed", KV_NONE);
	return true;
}

static void
say_lock_fault(const struct app *app)
{
	log_event(LOG_ERROR, "worker_lock_not_opened",
	    KV(kv_text("ledger", app->conf.database_path),
		kv_text("why", strerror(errno)),
		kv_text("mend",
		    "remove the file of that name with .worker behind it; "
		    "another account made it")));
}

/* Whoever was about to leave when we came is waited for; whoever stays hears
 * our knock. */
static enum err
lock_wait(const struct app *app, const struct place *p, struct door *d)
{
	int64_t give_up_ms = clock_mono_ms() + LOCK_PATIENCE_MS;

	while (!lock_take(p, d)) {
		if (d->lock_fd < 0) {
			say_lock_fault(app);
			return ERR_UNAVAILABLE;
		}
		if (somebody_home(p) || clock_mono_ms() > give_up_ms)
			return ERR_CONFLICT;
		(void)poll(NULL, 0, 5);
	}
	return ERR_OK;
}

static enum err
listen_for_knocks(const struct place *p, struct door *d)
{
	d->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	(void)unlink(p->addr.sun_path); /* left by one that was killed */
	if (d->fd >= 0 &&
	    bind(d->fd, (const struct sockaddr *)&p->addr, sizeof(p->addr)) ==
		0)
		return ERR_OK;
	log_event(
	    LOG_ERROR, "door_not_opened", KV(kv_text("why", strerror(errno))));
	return ERR_UNAVAILABLE;
}

enum err
door_open(const struct app *app, struct door *d)
{
	struct place p;
	enum err e;

	*d = (struct door){ -1, -1 };
	if (!place_open(app, &p)) {
		log_event(LOG_ERROR, "data_folder_missing",
		    KV(kv_text("path", app->conf.database_path),
			kv_text("why", strerror(errno))));
		return ERR_UNAVAILABLE;
	}
	e = lock_wait(app, &p, d);
	if (e == ERR_OK)
		e = listen_for_knocks(&p, d);
	(void)close(p.dir_fd);
	if (e != ERR_OK)
		door_leave(d);
	return e;
}

void
door_answer(struct door *d)
{
	char knocks[16];

	while (recv(d->fd, knocks, sizeof(knocks), 0) > 0)
		continue;
}

void
door_shut(const struct app *app, struct door *d)
{
	struct place p;

	if (place_open(app, &p)) {
		(void)unlink(p.addr.sun_path);
		(void)close(p.dir_fd);
	}
	(void)close(d->fd);
	d->fd = -1;
}

enum err
door_reopen(const struct app *app, struct door *d)
{
	struct place p;
	enum err e;

	if (!place_open(app, &p))
		return ERR_UNAVAILABLE;
	e = listen_for_knocks(&p, d);
	(void)close(p.dir_fd);
	return e;
}

void
door_leave(struct door *d)
{
	if (d->fd >= 0)
		(void)close(d->fd);
	if (d->lock_fd >= 0)
		(void)close(d->lock_fd); /* and with it the lock */
	*d = (struct door){ -1, -1 };
}

const char *
door_fault(const struct app *app, struct arena *a)
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
	(void)close(p.dir_fd);
	return why;
}

long
door_owner(const struct app *app)
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
	(void)close(p.dir_fd);
	return pid;
}

bool
door_clear(const struct app *app)
{
	int64_t give_up_ms = clock_mono_ms() + STOP_PATIENCE_MS;
	long pid = door_owner(app);

	if (pid != 0)
		(void)kill((pid_t)pid, SIGTERM);
	while (door_owner(app) != 0 && clock_mono_ms() < give_up_ms)
		(void)poll(NULL, 0, 10);
	return door_owner(app) == 0;
}
