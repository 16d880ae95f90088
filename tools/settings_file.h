/* Writing the settings file: whole and renamed, so that no program ever reads
 * half of it, for its owner's eyes alone. */
#ifndef TOOLS_SETTINGS_FILE_H
#define TOOLS_SETTINGS_FILE_H

#include "base/arena.h"

#include <stdbool.h>

/* Whether the file gives the setting a value; false too where there is no
 * file. */
bool settings_file_has(struct arena *a, const char *path, const char *name);

/* Sets NAME=value: in the place of the line that gives it a value, or else at
 * the end. All other lines stay as they are. A file that is there keeps its
 * owner and its mode, but that nobody else may read it; a new one is 0600 and
 * its folder's owner's, and its folders are made. NULL, or why it could not be
 * written: a sentence without the value. */
const char *settings_file_set(
    struct arena *a, const char *path, const char *name, const char *value);

#endif
