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

static int64_t
look(struct app *app, const char *mark, int64_t past, const char *what)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	int64_t since_ms = clock_mono_ms(), value = 0;
	struct arena a = { 0 };

	while (clock_mono_ms() - since_ms < WAIT_MS) {
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

/* The child's whole life. */
static int64_t
wait_as_owner(struct app *app, const char *mark, int64_t past, int64_t code,
    const char *what)
{
	if (!cmd_ledger_made(app))
		return 0;
	if (code != 0 && db_transaction(app->db, note_code, &code) != ERR_OK)
		return 0;
	return look(app, mark, past, what);
}

/* In a process of its own, as that may have to become the ledger's account for
 * good, which need not be the one that the settings file belongs to. */
int64_t
setup_wait(struct setup *s, const char *mark, int64_t past, int64_t code,
    const char *what)
{
	int64_t value = 0;
	int ends[2];
	pid_t child;

	(void)fflush(stdout);
	if (pipe(ends) != 0)
		return 0;
	child = fork();
	if (child == 0) {
		value = wait_as_owner(s->app, mark, past, code, what);
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
