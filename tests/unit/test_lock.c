/* Who is home: the lock of the one worker, and who is started to have it. */
#undef ADMIT_BINDIR
#define ADMIT_BINDIR "/nowhere"
#include "outbox/wake.c" /* the code under test, statics and all */
#include "shop.h"
#include "worker/lock.h"

#include <dirent.h>
#include <poll.h>
#include <sys/socket.h>

static void
one_is_home(void **state)
{
	struct lock first, second;

	(void)state;
	app.conf.database_path = ledger.place;
	check_int(wake_worker_pid(&app), 0);
	check_err(lock_open(&app, &first), ERR_OK);
	check_int(wake_worker_pid(&app), getpid());
	check_err(lock_open(&app, &second), ERR_CONFLICT);
	check_int(wake_worker_pid(&app), getpid());
	assert_true(lock_hang_up(&app, &first)); /* the second had woken it */
	check_int(wake_worker_pid(&app), getpid());
	lock_release(&first);
	check_int(wake_worker_pid(&app), 0);
}

/* The second comer has woken it. */
static void
woken(void **state)
{
	struct lock first, second;
	struct pollfd fd = { .events = POLLIN };
	char c;

	(void)state;
	app.conf.database_path = ledger.place;
	check_err(lock_open(&app, &first), ERR_OK);
	fd.fd = first.wake_fd;
	check_int(poll(&fd, 1, 0), 0);
	check_err(lock_open(&app, &second), ERR_CONFLICT);
	check_int(poll(&fd, 1, 0), 1);
	assert_true(recv(first.wake_fd, &c, sizeof(c), MSG_DONTWAIT) >= 0);
	check_int(poll(&fd, 1, 0), 0); /* once, and has not waited */
	check_err(lock_open(&app, &second), ERR_CONFLICT);
	assert_true(lock_read_wakes(&first));
	check_int(poll(&fd, 1, 0), 0);
	assert_false(lock_hang_up(&app, &first));
	check_int(first.wake_fd, -1);
	lock_release(&first);
}

/* In five seconds, as long as each of them waits for it, with something to wake
 * it for in every millisecond. */
static size_t
n_started(struct starts *s, int64_t from_ms, int64_t *last_ms)
{
	size_t n = 0;

	for (int64_t ms = from_ms; ms < from_ms + 5000; ms++)
		if (may_start(s, START_PAUSE_MS, ms)) {
			*last_ms = ms;
			n++;
		}
	return n;
}

static void
few_started(void **state)
{
	struct starts s = { 0 };
	int64_t last_ms = 0;

	(void)state;
	assert_true(may_start(&s, START_PAUSE_MS, 1)); /* the first at once */
	assert_false(may_start(&s, START_PAUSE_MS, 25));
	assert_true(may_start(&s, START_PAUSE_MS, 26)); /* it may have died */
	assert_true(n_started(&s, 27, &last_ms) <= 10);
	/* However long it takes, one is waiting that came a short while ago. */
	check_int(n_started(&s, last_ms + 1, &last_ms), 5);
	/* In a shop where one is started now and then, none waits for it. */
	s.pause_ms = LONGEST_START_PAUSE_MS;
	assert_true(may_start(&s, START_PAUSE_MS, last_ms += RUSH_OVER_MS));
	assert_true(may_start(&s, START_PAUSE_MS, last_ms += START_PAUSE_MS));
	s.pause_ms = 0; /* one was heard of, and is gone again */
	assert_true(may_start(&s, START_PAUSE_MS, last_ms + 25));
	/* What brings a ledger up to date has longer, as ever. */
	assert_false(may_start(&s, UPGRADE_PAUSE_MS, last_ms + 2024));
	assert_true(may_start(&s, UPGRADE_PAUSE_MS, last_ms + 2025));
}

static int
remove_all(void **state)
{
	const struct dirent *entry;
	DIR *dir = opendir(ledger.folder);

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		(void)unlinkat(dirfd(dir), entry->d_name, 0);
	(void)closedir(dir);
	return ledger_remove(state);
}

int
main(void)
{
	ONE("home", "one worker, who is known by its number", one_is_home);
	ONE("home", "is woken at by the next", woken);
	ONE("home", "but deaf: few are started to wait for it", few_started);
	return testing_run("lock", ledger_make, remove_all);
}
