/* Files. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Reads until the end rather than as much as stat() promises: a pipe has no
 * size, and a file may grow meanwhile. */
bool
file_slurp(int fd, struct buf *text)
{
	char chunk[4096];
	ssize_t n = 1;

	while (n > 0 && !buf_full(text)) {
		n = read(fd, chunk, sizeof(chunk));
		if (n > 0)
			buf_add(text, (struct str){ chunk, (size_t)n });
	}
	if (buf_full(text))
		errno = EFBIG;
	return n == 0 && !buf_full(text);
}

bool
file_read(struct arena *a, const char *path, size_t max_bytes, struct str *text)
{
	struct buf all = buf_new(a, max_bytes);
	int fd = open(path, O_RDONLY | O_CLOEXEC), why;
	bool done = fd >= 0 && file_slurp(fd, &all);

	/* close() may overwrite errno, and the caller's message hangs on it. */
	why = errno;
	if (fd >= 0)
		(void)close(fd);
	errno = why;
	*text = buf_str(&all);
	return done;
}

const char *
file_folder(struct arena *a, const char *path)
{
	struct str folder = str_folder(str_from(path));

	return folder.len == 0 ? "." : arena_dup(a, folder);
}
