/* Who is home: the lock of the one worker. */
#include "shop.h"

#include "outbox/wake.h"
#include "worker/lock.h"

#include <dirent.h>
#include <poll.h>

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
	lock_hang_up(&app, &first);
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

	(void)state;
	app.conf.database_path = ledger.place;
	check_err(lock_open(&app, &first), ERR_OK);
	fd.fd = first.wake_fd;
	check_int(poll(&fd, 1, 0), 0);
	check_err(lock_open(&app, &second), ERR_CONFLICT);
	check_int(poll(&fd, 1, 0), 1);
	lock_read_wakes(&first);
	check_int(poll(&fd, 1, 0), 0);
	lock_hang_up(&app, &first);
	check_int(first.wake_fd, -1);
	lock_release(&first);
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
	return testing_run("lock", ledger_make, remove_all);
}
