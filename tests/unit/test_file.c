/* Reading small files whole. */
#include "testing.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#define MAX_BYTES 8

static char path[] = "/tmp/admit-file.XXXXXX";

static int
make(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int
drop(void **state)
{
	(void)state;
	return unlink(path);
}

static void
put(const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	(void)fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static const struct row {
	const char *why, *text;
	int error; /* 0: it is read */
} rows[] = {
	{ "empty", "", 0 },
	{ "one byte", "x", 0 },
	{ "as long as may be", "12345678", 0 },
	{ "a byte too long", "123456789", EFBIG },
};

static void
whole(void **state)
{
	const struct row *row = *state;
	struct str text;

	put(row->text);
	if (row->error == 0) {
		assert_true(file_read(&mem, path, MAX_BYTES, &text));
		check_str(text, row->text);
	} else {
		assert_false(file_read(&mem, path, MAX_BYTES, &text));
		check_int(errno, row->error);
	}
}

static void
no_file(void **state)
{
	struct str text;

	(void)state;
	assert_false(file_read(&mem, "/tmp/none/here", MAX_BYTES, &text));
	check_int(errno, ENOENT);
	assert_false(file_read(&mem, "/tmp", MAX_BYTES, &text));
	check_int(errno, EISDIR);
}

/* As in a program whose standard input somebody has closed. */
static void
lowest_descriptor(void **state)
{
	int input = dup(STDIN_FILENO), is_open;
	bool done;
	struct str text;

	(void)state;
	put("x");
	(void)close(STDIN_FILENO);
	done = file_read(&mem, path, MAX_BYTES, &text);
	is_open = fcntl(STDIN_FILENO, F_GETFD);
	if (input >= 0) {
		(void)dup2(input, STDIN_FILENO);
		(void)close(input);
	}
	assert_true(done);
	check_str(text, "x");
	check_int(is_open, -1);
}

/* Without a slash it is of the folder that one is in. */
static const struct folder {
	const char *why, *where, *want;
} folders[] = {
	{ "a path", "/a/b/admit.db", "/a/b/" },
	{ "a name", "admit.db", "." },
	{ "in the root", "/admit.db", "/" },
};

static void
folder(void **state)
{
	const struct folder *f = *state;

	check_text(file_folder(&mem, f->where), f->want);
}

int
main(void)
{
	ROWS("read", whole, rows);
	ONE("refused", "no such file, no file", no_file);
	ONE("descriptor", "0 is as good as any, and closed", lowest_descriptor);
	ROWS("its folder", folder, folders);
	return testing_run("file", make, drop);
}
