/* Reading small files whole. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"

/* Adds the rest of an open file. False, with errno, where it cannot be read or
 * is larger than the buffer may become (EFBIG). */
bool file_slurp(int fd, struct buf *text);

/* A file's text in the arena. False, with errno, where it cannot be read or
 * has more than max_bytes. */
bool file_read(
    struct arena *a, const char *path, size_t max_bytes, struct str *text);

/* The folder of a path as open() and its like take it: "." where the path names
 * none. In the arena. */
const char *file_folder(struct arena *a, const char *path);

#endif
