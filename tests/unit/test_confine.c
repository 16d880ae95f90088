/* What a confined process cannot do any more, each in a child. */
#include "testing.h"

#include "base/confine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define HELD 0
#define ALLOWED 1
#define NOT_HERE 77 /* this kernel cannot */

static char inside[] = "/tmp/admit-confine.XXXXXX";
static char outside[] = "/tmp/admit-confine.XXXXXX";

static const char *
path(const char *folder, const char *name)
{
	return arena_printf(&mem, "%s/%s", folder, name);
}

static bool
can_write(const char *file)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

/* Nobody listens there: refused by the other side is allowed by ours. */
static bool
can_call(void)
{
	const struct sockaddr_in nobody = { .sin_family = AF_INET,
		.sin_port = htons(1),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return connect(fd, (const struct sockaddr *)&nobody, sizeof(nobody)) ==
	    0 ||
	    errno != EACCES;
}

static bool
outside_write(void)
{
	return can_write(path(outside, "new"));
}

static bool
outside_change(void)
{
	return can_write(path(outside, "old"));
}

static bool
outside_cut(void)
{
	return truncate(path(outside, "old"), 0) == 0;
}

static bool
outside_remove(void)
{
	return unlink(path(outside, "old")) == 0;
}

static bool
outside_folder(void)
{
	return mkdir(path(outside, "folder"), 0700) == 0;
}

static bool
outside_move(void)
{
	return rename(path(inside, "old"), path(outside, "moved")) == 0;
}

static bool
in_started_programs(void)
{
	return system(arena_printf(
		   &mem, "echo > %s/new 2> /dev/null", outside)) == 0;
}

static const struct forbidden {
	const char *why;
	bool (*attempt)(void);
	enum confine_calls calls;
	bool is_call;
} forbiddens[] = {
	{ "a new file elsewhere", outside_write, CONFINE_MAY_CALL, false },
	{ "writing elsewhere", outside_change, CONFINE_MAY_CALL, false },
	{ "emptying elsewhere", outside_cut, CONFINE_MAY_CALL, false },
	{ "removing elsewhere", outside_remove, CONFINE_MAY_CALL, false },
	{ "a folder elsewhere", outside_folder, CONFINE_MAY_CALL, false },
	{ "moving a file out", outside_move, CONFINE_MAY_CALL, false },
	{ "by a program it starts", in_started_programs, CONFINE_MAY_CALL,
	    false },
	{ "a connection", can_call, CONFINE_NO_CALLS, true },
};

static int
in_child(int (*run)(const void *row), const void *row)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0)
		_exit(run(row));
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int
attempt(const void *row)
{
	const struct forbidden *f = row;
	struct confinement c = confine(inside, f->calls);
	bool holds = f->is_call ? c.calls_confined : c.writes_confined;

	if (!holds)
		return NOT_HERE;
	return f->attempt() ? ALLOWED : HELD;
}

static int
unconfined(const void *row)
{
	const struct forbidden *f = row;

	return f->attempt() ? HELD : ALLOWED;
}

static void
forbidden(void **state)
{
	int result = in_child(attempt, *state);

	if (result == NOT_HERE)
		skip();
	check_int(result, HELD);
	check_int(in_child(unconfined, *state), HELD);
}

static int
normal_life(const void *row)
{
	struct confinement c = confine(inside, CONFINE_MAY_CALL);

	(void)row;
	if (!can_write(path(inside, "new")) || !can_write("/dev/null") ||
	    unlink(path(inside, "new")) != 0 || !can_call() ||
	    access("/etc/passwd", R_OK) != 0)
		return 1;
	/* Every Linux since 3.5 has this. */
	return c.no_new_rights && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ?
	    0 :
	    2;
}

static void
allowed(void **state)
{
	(void)state;
	check_int(in_child(normal_life, NULL), 0);
}

/* Where the folder is missing the rest still holds; and twenty times over, as
 * when a program is renewed again and again, is no failure. */
static int
odd_life(const void *row)
{
	struct confinement c = confine("/nowhere/at/all", CONFINE_MAY_CALL);

	(void)row;
	if (c.writes_confined || !can_write(path(outside, "odd")))
		return 1;
	for (int i = 0; i < 20; i++)
		(void)confine(inside, CONFINE_NO_CALLS);
	return can_write(path(inside, "odd")) ? 0 : 2;
}

static void
odd(void **state)
{
	(void)state;
	check_int(in_child(odd_life, NULL), 0);
}

static int
make_folders(void **state)
{
	(void)state;
	if (mkdtemp(inside) == NULL || mkdtemp(outside) == NULL)
		return -1;
	return 0;
}

static void
make_old_files(void)
{
	assert_true(can_write(path(inside, "old")));
	assert_true(can_write(path(outside, "old")));
}

static void
forbidden_afresh(void **state)
{
	(void)rmdir(path(outside, "folder"));
	make_old_files();
	forbidden(state);
}

static int
remove_folders(void **state)
{
	(void)state;
	return system(arena_printf(&mem, "rm -rf %s %s", inside, outside));
}

int
main(void)
{
	ROWS("confined", forbidden_afresh, forbiddens);
	ONE("confined", "what is needed goes on", allowed);
	ONE("confined", "no folder, and many times over", odd);
	return testing_run("confine", make_folders, remove_folders);
}
