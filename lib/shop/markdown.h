/* Texts that an operator writes in Markdown, as far as Telegram can show it:
 *
 *   # A heading          bold in the chat; one to six #
 *   **bold**, *italic*, `code`, and __ and _ for the first two
 *   [words](https://...) or <https://...>; http, https and tg alone, anything
 *                        else stays as it was written
 *   - one, * one, 1. one lists, which are flat
 *   > a quote
 *   ``` code ```         on lines of their own
 *   ---                  a line on a page, nothing in the chat
 *   \*                   the sign itself
 *
 * A line's end is a line's end, which addresses need; an empty line ends a
 * paragraph. There is no HTML: it is shown as it stands. Any bytes are taken,
 * in a time that grows with their number. */
#ifndef SHOP_MARKDOWN_H
#define SHOP_MARKDOWN_H

#include "base/arena.h"

/* What Telegram takes in one message, in the units of UTF-16 that are left when
 * the tags are gone. */
#define MARKDOWN_MAX_UNITS 4096

/* Takes the heading at which the text begins off it and returns it without any
 * marks, in the arena; NULL: it begins with something else. */
const char *markdown_title(struct arena *a, struct str *text);

/* The text as HTML for the inside of a page. */
struct str markdown_page(struct arena *a, struct str text);

/* How far the messages of a text have come; rest is the text at first, the
 * remainder zero. */
struct markdown_reader {
	struct str rest;
	struct str left; /* of a paragraph that is too long for one message */
	int left_kind;
};

/* The next message in Telegram's HTML, of at most MARKDOWN_MAX_UNITS: as many
 * paragraphs as fit, and of one that alone does not the lines or words that do.
 * NULL: there is none left. */
const char *markdown_message(struct arena *a, struct markdown_reader *r);

#endif
