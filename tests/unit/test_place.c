/* Where a worker is found: beside its ledger, however long the ledger's name. */
#include "testing.h"

#include "outbox/place.h"

#include <stdlib.h>

static char folder[] = "/tmp/admit-place.XXXXXX";

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

/* A socket's address has no room for every name that a file may have. What is
 * too long is refused; what is taken ends with a NUL, as connect() wants it. */
static void
every_length(void **state)
{
	size_t n_taken = 0, n_refused = 0;

	(void)state;
	for (size_t n = 1; n < 150; n++) {
		char name[150] = "";
		struct app app = { 0 };
		struct place p;

		memset(name, 'n', n);
		app.conf.database_path =
		    arena_printf(&mem, "%s/%s", folder, name);
		if (!place_open(&app, &p)) {
			n_refused++;
			continue;
		}
		n_taken++;
		check_int(n_refused, 0); /* nothing longer than a refused one */
		assert_non_null(
		    memchr(p.addr.sun_path, '\0', sizeof(p.addr.sun_path)));
		check_has(
		    p.addr.sun_path, arena_printf(&mem, "/%s.wake", name));
		place_close(&p);
	}
	assert_true(n_taken > 0 && n_refused > 0);
}

static void
no_folder(void **state)
{
	struct app app = { .conf = { .database_path = "/nowhere/a.db" } };
	struct place p;

	(void)state;
	assert_false(place_open(&app, &p));
}

int
main(void)
{
	ONE("name", "of every length", every_length);
	ONE("folder", "that is not there", no_folder);
	return testing_run("place", make_folder, remove_folder);
}
