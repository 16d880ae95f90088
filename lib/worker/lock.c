/* The worker's lock, and the socket on which it is woken. */
#include "worker/lock.h"

#include "base/clock.h"
#include "base/log.h"
#include "outbox/place.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LOCK_PATIENCE_MS 5000
#define LONGEST_PAUSE_MS 50

/* flock() and not a file with a number in it: the kernel gives the lock back
 * however the worker ends, so nothing is left to clear away. */
static bool
lock_file(const struct place *p, struct lock *l)
{
	char pid[24];
	int n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());

	if (l->lock_fd < 0)
		l->lock_fd = openat(
		    p->dir_fd, p->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (l->lock_fd < 0 || flock(l->lock_fd, LOCK_EX | LOCK_NB) != 0)
		return false;
	/* For the operator's eyes; the lock itself is what counts. */
	if (ftruncate(l->lock_fd, 0) != 0 ||
	    pwrite(l->lock_fd, pid, (size_t)n, 0) != n)
		log_event(LOG_WARN, "lock_not_signed", KV_NONE);
	return true;
}

/* One run by root is enough for this, and then nobody gets an invite: so the
 * log says how to mend it. */
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

/* Whoever was about to leave when we came is waited for; whoever stays is
 * woken. Several may wait here, so they look ever less often. */
static enum err
lock_wait(const struct app *app, const struct place *p, struct lock *l)
{
	int64_t give_up_ms = clock_mono_ms() + LOCK_PATIENCE_MS;
	int pause_ms = 5;

	while (!lock_file(p, l)) {
		if (l->lock_fd < 0) {
			say_lock_fault(app);
			return ERR_UNAVAILABLE;
		}
		if (place_wake(p) || clock_mono_ms() > give_up_ms)
			return ERR_CONFLICT;
		(void)poll(NULL, 0, pause_ms);
		pause_ms += pause_ms < LONGEST_PAUSE_MS ? 5 : 0;
	}
	return ERR_OK;
}

static enum err
listen_for_wakes(const struct place *p, struct lock *l)
{
	l->wake_fd =
	    socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	(void)unlink(p->addr.sun_path); /* left by one that was killed */
	if (l->wake_fd >= 0 &&
	    bind(l->wake_fd, (const struct sockaddr *)&p->addr,
		sizeof(p->addr)) == 0)
		return ERR_OK;
	log_event(LOG_ERROR, "wake_socket_not_opened",
	    KV(kv_text("why", strerror(errno))));
	return ERR_UNAVAILABLE;
}

enum err
lock_open(const struct app *app, struct lock *l)
{
	struct place p;
	enum err e;

	*l = (struct lock){ -1, -1 };
	if (!place_open(app, &p)) {
		log_event(LOG_ERROR, "data_folder_missing",
		    KV(kv_text("path", app->conf.database_path),
			kv_text("why", strerror(errno))));
		return ERR_UNAVAILABLE;
	}
	e = lock_wait(app, &p, l);
	if (e == ERR_OK)
		e = listen_for_wakes(&p, l);
	place_close(&p);
	if (e != ERR_OK)
		lock_release(l);
	return e;
}

bool
lock_read_wakes(struct lock *l)
{
	char wakes[16];
	bool any = false;

	while (recv(l->wake_fd, wakes, sizeof(wakes), 0) > 0)
		any = true;
	return any;
}

bool
lock_hang_up(const struct app *app, struct lock *l)
{
	struct place p;
	bool is_woken;

	if (place_open(app, &p)) {
		(void)unlink(p.addr.sun_path);
		place_close(&p);
	}
	/* Last: who has just sent to it is seen here, or by the look that
	 * follows. */
	is_woken = lock_read_wakes(l);
	(void)close(l->wake_fd);
	l->wake_fd = -1;
	return is_woken;
}

enum err
lock_listen_again(const struct app *app, struct lock *l)
{
	struct place p;
	enum err e;

	if (!place_open(app, &p))
		return ERR_UNAVAILABLE;
	e = listen_for_wakes(&p, l);
	place_close(&p);
	return e;
}

void
lock_release(struct lock *l)
{
	if (l->wake_fd >= 0)
		(void)close(l->wake_fd);
	if (l->lock_fd >= 0)
		(void)close(l->lock_fd); /* and with it the lock */
	*l = (struct lock){ -1, -1 };
}
