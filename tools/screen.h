/* The terminal that a person reads at. */
#ifndef TOOLS_SCREEN_H
#define TOOLS_SCREEN_H

#include "base/str.h"

/* In how many columns standard output shows a line; 0: it is no terminal. */
size_t screen_width(void);

/* How many columns a text takes: of what is wide there two a character, of what
 * is put on top of another none. */
size_t screen_width_of(struct str text);

/* Takes as much off the front as fits into that many columns, up to a blank
 * where there is one, and at least one character. */
struct str screen_take(struct str *rest, size_t width);

#endif
