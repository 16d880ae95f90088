/* Waiting for what the bot hears.
 *
 * It is heard through the ledger and not by asking Telegram (getUpdates), which
 * answers only while no webhook is set: the webhook stays where it is, buyers
 * who write meanwhile are answered, and when the code has come it is proved
 * that Telegram reaches this server. */
#include "setup.h"

#include "base/clock.h"
#include "base/units.h"
#include "ledger/marks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS (15 * MINUTE_MS)
#define LOOK_MS 300

static enum err
note_code(struct db *db, void *ctx)
{
	const int64_t *code = ctx;
	enum err e = mark_set(db, MARK_OPERATOR, 0);

	if (e == ERR_OK)
		e = mark_set(db, MARK_CODE, *code);
	return e == ERR_OK ? mark_set(db, MARK_CODE_MS, clock_now_ms()) : e;
}

/* On a terminal alone: a log would fill with it. */
static void
show(const char *what, int64_t since_ms)
{
	if (isatty(STDOUT_FILENO)) {
		printf("\r      %s ... %lld s ", what,
		    (long long)((clock_mono_ms() - since_ms) / 1000));
		(void)fflush(stdout);
	}
}

/* Who started the process that waits, known before it is there: it may be gone
 * by the time that one can ask. */
static pid_t command;

static int64_t
look(struct app *app, const char *mark, int64_t past, const char *what)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	int64_t since_ms = clock_mono_ms(), value = 0;
	struct arena a = { 0 };

	/* Where the command was ended, nobody waits for this process. */
	while (clock_mono_ms() - since_ms < WAIT_MS && getppid() == command) {
		if (mark_get(app->db, &a, mark, &value) != ERR_OK)
			break; /* logged */
		if (value != 0 && value != past)
			break;
		value = 0;
		arena_reset(&a);
		show(what, since_ms);
		(void)nanosleep(&pause, NULL);
	}
	if (isatty(STDOUT_FILENO))
		fputs("\r\033[K", stdout);
	arena_free(&a);
	return value;
}

/* What the child does; a number is what it says, 0 that it came to nothing. */
struct waiting {
	int64_t (*run)(struct app *app, const struct waiting *of);
	const char *mark, *what;
	int64_t past, code;
};

static int64_t
make_ledger(struct app *app, const struct waiting *w)
{
	int64_t code = w->code;

	if (!cmd_ledger_made(app))
		return 0;
	return code == 0 || db_transaction(app->db, note_code, &code) == ERR_OK;
}

static int64_t
wait_for_mark(struct app *app, const struct waiting *w)
{
	return cmd_ledger_made(app) ? look(app, w->mark, w->past, w->what) : 0;
}

/* In a process of its own, as that may have to become the ledger's account for
 * good, which need not be the one that the settings file belongs to. */
static int64_t
as_owner(struct setup *s, const struct waiting *w)
{
	int64_t value = 0;
	int ends[2];
	pid_t child;

	(void)fflush(stdout);
	if (pipe(ends) != 0)
		return 0;
	command = getpid();
	child = fork();
	if (child == 0) {
		value = w->run(s->app, w);
		(void)fflush(stdout);
		_exit(write(ends[1], &value, sizeof(value)) ==
			    (ssize_t)sizeof(value) ?
			0 :
			1);
	}
	(void)close(ends[1]);
	if (child > 0) {
		if (read(ends[0], &value, sizeof(value)) !=
		    (ssize_t)sizeof(value))
			value = 0;
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	(void)close(ends[0]);
	return value;
}

bool
setup_ledger(struct setup *s, int64_t code)
{
	const struct waiting w = { .run = make_ledger, .code = code };

	return as_owner(s, &w) != 0;
}

int64_t
setup_wait(struct setup *s, const char *mark, int64_t past, const char *what)
{
	const struct waiting w = {
		.run = wait_for_mark, .mark = mark, .past = past, .what = what
	};

	return as_owner(s, &w);
}
