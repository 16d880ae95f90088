/* A server that is away, as a program that many wait for meets it: one of them
 * waits for the connection, not each of them in turn. */
#include "testing.h"

#include "base/clock.h"
#include "store/sqlite.h"

static const struct db_driver server_driver;
static int64_t played_ms;

static int64_t
play_mono_ms(void)
{
	return played_ms;
}

#define clock_mono_ms play_mono_ms
#define sqlite_driver server_driver
#include "store/db.c" /* the code under test, over that driver and time */
#undef clock_mono_ms
#undef sqlite_driver

/* What the server does. */
static enum err opens;
static int64_t takes_ms;
static int n_opened;

static enum err
open_it(const char *where, void **conn)
{
	(void)where;
	n_opened++;
	played_ms += takes_ms;
	*conn = NULL;
	return opens;
}

static const struct db_driver server_driver = { .open = open_it,
	.is_shared = true };

static const struct away {
	const char *why;
	enum err opens;
	int64_t takes_ms, later_ms; /* when it is asked for again */
	enum err again;
	int n_opened;
} aways[] = {
	{ "silent: the next one waits no more", ERR_UNAVAILABLE, 5000, 0,
	    ERR_UNAVAILABLE, 1 },
	{ "for as long as that took", ERR_UNAVAILABLE, 5000, 4999,
	    ERR_UNAVAILABLE, 1 },
	{ "then it is asked again", ERR_UNAVAILABLE, 5000, 5000,
	    ERR_UNAVAILABLE, 2 },
	{ "it says at once that it is not there: so is the next one told",
	    ERR_UNAVAILABLE, 0, 0, ERR_UNAVAILABLE, 2 },
	{ "it was too new, which is no silence", ERR_CONFIG, 5000, 0,
	    ERR_CONFIG, 2 },
};

static void
away(void **state)
{
	const struct away *t = *state;
	struct db *db = db_new("somewhere");

	played_ms = 1000000;
	n_opened = 0;
	opens = t->opens;
	takes_ms = t->takes_ms;
	check_int(db_ready(db), t->opens);
	played_ms += t->later_ms;
	check_int(db_ready(db), t->again);
	check_int(n_opened, t->n_opened);
	db_free(db);
}

int
main(void)
{
	ROWS("a server that is away", away, aways);
	return testing_run("away", NULL, NULL);
}
