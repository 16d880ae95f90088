/* A model's answer as a chat shows it: messages go out as plain text, and a
 * reader should not see the signs of Markdown. */
#ifndef COACH_PLAIN_H
#define COACH_PLAIN_H

#include "base/arena.h"

/* The text without Markdown: bold and slanted words, code and its fences,
 * headings, quotes and rules lose their signs, list items get a dot, a link
 * becomes its words with the address behind them. Signs that stand for
 * themselves ("2 * 3", "a_b") stay. */
const char *plain_text(struct arena *a, struct str text);

#endif
