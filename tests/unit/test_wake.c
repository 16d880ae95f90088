/* Who is home: the lock of the one worker. */
#include "shop.h"

#include "outbox/wake.h"

#include <dirent.h>
#include <poll.h>

static void
one_is_home(void **state)
{
	struct door first, second;

	(void)state;
	app.conf.database_path = ledger.path;
	check_int(door_owner(&app), 0);
	check_err(door_open(&app, &first), ERR_OK);
	check_int(door_owner(&app), getpid());
	check_err(door_open(&app, &second), ERR_CONFLICT);
	check_int(door_owner(&app), getpid());
	door_shut(&app, &first);
	check_int(door_owner(&app), getpid());
	door_leave(&first);
	check_int(door_owner(&app), 0);
}

/* The second comer has knocked. */
static void
knocked(void **state)
{
	struct door first, second;
	struct pollfd fd = { .events = POLLIN };

	(void)state;
	app.conf.database_path = ledger.path;
	check_err(door_open(&app, &first), ERR_OK);
	fd.fd = first.fd;
	check_int(poll(&fd, 1, 0), 0);
	check_err(door_open(&app, &second), ERR_CONFLICT);
	check_int(poll(&fd, 1, 0), 1);
	door_answer(&first);
	check_int(poll(&fd, 1, 0), 0);
	door_shut(&app, &first);
	check_int(first.fd, -1);
	door_leave(&first);
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
	ONE("home", "is knocked at by the next", knocked);
	return testing_run("knock", ledger_make, remove_all);
}
