/* A long text as several messages. */
#ifndef COACH_PARTS_H
#define COACH_PARTS_H

#include "base/str.h"

/* Cuts the next part off *rest: at most max_bytes of UTF-8, ending where a
 * paragraph does, else a line, a sentence, a word, and if need be between two
 * characters. Blanks around the cut are gone. Empty when nothing is left. */
struct str parts_next(struct str *rest, size_t max_bytes);

#endif
