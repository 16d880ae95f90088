/* What all programs share: their end. */
#include "ledger.h"

#include "outbox/jobs.h"
#include "shop/app.h"

#include <dirent.h>

/* How many descriptors this process has of the ledger's files. */
static int
n_open(void)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	int n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		char link[300], target[300];
		ssize_t len;

		(void)snprintf(
		    link, sizeof(link), "/proc/self/fd/%s", entry->d_name);
		len = readlink(link, target, sizeof(target) - 1);
		target[len < 0 ? 0 : len] = '\0';
		n += strncmp(target, ledger.path, strlen(ledger.path)) == 0;
	}
	(void)closedir(dir);
	return n;
}

static void
the_end(void **state)
{
	struct app app = { .db = ledger.db };
	int64_t due_ms;

	(void)state;
	check_err(jobs_next_due(app.db, &mem, 0, &due_ms), ERR_OK);
	assert_true(n_open() > 0);
	app_end(&app);
	ledger.db = NULL;
	check_int(n_open(), 0);
}

int
main(void)
{
	ONE("end", "the ledger is closed", the_end);
	return testing_run("app", ledger_make, ledger_remove);
}
