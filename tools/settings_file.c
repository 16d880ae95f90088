/* The settings file, written. */
#include "settings_file.h"

#include "base/buf.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_BYTES (64 * 1024) /* as much as is read of it */

/* As the programs read it: a value that is empty is none. */
static bool
gives(struct str line, const char *name)
{
	struct str value = str_trim(line);

	if (str_starts(value, "export "))
		value = (struct str){ value.p + 7, value.len - 7 };
	return str_eq(str_trim(str_cut(&value, '=')), name) &&
	    str_trim(value).len > 0;
}

bool
settings_file_has(struct arena *a, const char *path, const char *name)
{
	struct str text;

	if (!file_read(a, path, MAX_BYTES, &text))
		return false;
	while (text.len > 0)
		if (gives(str_cut(&text, '\n'), name))
			return true;
	return false;
}

/* Others' lines and comments stay, for the file is its operator's own. */
static struct str
changed(struct arena *a, struct str text, const char *name, const char *value)
{
	struct buf out = buf_new(a, 2 * MAX_BYTES);
	const char *line = arena_printf(a, "%s=%s", name, value);
	bool is_set = false;

	while (text.len > 0) {
		struct str old = str_cut(&text, '\n');
		bool is_it = !is_set && gives(old, name);

		if (is_it)
			buf_text(&out, line);
		else
			buf_add(&out, old);
		buf_char(&out, '\n');
		is_set = is_set || is_it;
	}
	if (!is_set) {
		buf_text(&out, line);
		buf_char(&out, '\n');
	}
	return buf_str(&out);
}

/* Private ones: what is in them is as secret as the file. */
static void
make_folders(struct arena *a, const char *path)
{
	char *folder = arena_dup_text(a, path);

	for (char *p = folder + 1; *p != '\0'; p++)
		if (*p == '/') {
			*p = '\0';
			(void)mkdir(folder, 0700);
			*p = '/';
		}
}

/* With its slash, so that a file in the root has one as well. */
static const char *
folder_of(struct arena *a, const char *path)
{
	return arena_dup(a, str_folder(str_from(path)));
}

/* Who the file belongs to must go on reading it, also where root has just
 * changed it. Others never, whatever its mode was. */
static bool
give_away(struct arena *a, int fd, const char *path)
{
	struct stat st;
	mode_t mode = 0600;

	if (stat(path, &st) == 0)
		mode = st.st_mode & 0770;
	else if (stat(folder_of(a, path), &st) != 0)
		return false;
	if (geteuid() == 0 && fchown(fd, st.st_uid, st.st_gid) != 0)
		return false;
	return fchmod(fd, mode) == 0;
}

static bool
write_all(int fd, struct str text)
{
	while (text.len > 0) {
		ssize_t n = write(fd, text.p, text.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text.p += n;
		text.len -= (size_t)n;
	}
	return true;
}

/* On the disk before it takes the other's name: a power cut leaves one of the
 * two, and never an empty one. */
static bool
replace(struct arena *a, const char *path, struct str text)
{
	char *new_path = arena_printf(a, "%s.XXXXXX", path);
	int fd = mkostemp(new_path, O_CLOEXEC);
	bool ok = fd >= 0;

	if (!ok)
		return false;
	ok = give_away(a, fd, path) && write_all(fd, text) && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	ok = ok && rename(new_path, path) == 0;
	if (!ok) {
		int why = errno;

		(void)unlink(new_path);
		errno = why;
	}
	return ok;
}

/* A link is followed, or the file would take its place. */
static const char *
real_path(struct arena *a, const char *path)
{
	char *real = realpath(path, NULL);
	const char *copy = arena_dup_text(a, real != NULL ? real : path);

	free(real);
	return copy;
}

const char *
settings_file_set(
    struct arena *a, const char *path, const char *name, const char *value)
{
	struct str text = { "", 0 };

	path = real_path(a, path);
	make_folders(a, path);
	if (!file_read(a, path, MAX_BYTES, &text) && errno != ENOENT)
		return arena_printf(
		    a, "%s cannot be read: %s", path, strerror(errno));
	if (replace(a, path, changed(a, text, name, value)))
		return NULL;
	return arena_printf(a, "%s cannot be written: %s%s", path,
	    strerror(errno),
	    errno == EACCES ? "; run this as the account that it belongs to, "
			      "or as root" :
			      "");
}
