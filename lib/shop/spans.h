/* What a line of Markdown has in it, and what is written of it: the ground
 * under markdown.c. See markdown.h for what is known. */
#ifndef SHOP_SPANS_H
#define SHOP_SPANS_H

#include "base/buf.h"

enum spans_form { SPANS_CHAT, SPANS_PAGE, SPANS_PLAIN };

/* What is written, and how much of it is seen. */
struct spans_out {
	struct arena *arena;
	struct buf b;
	size_t units; /* of UTF-16, without the tags */
	enum spans_form form;
	bool is_code; /* where a line's end needs no tag */
	size_t top;   /* the level of the first heading; 0: none yet */
};

/* An output with room for all that a text can become. */
struct spans_out spans_begin(
    struct arena *a, struct str text, enum spans_form form);

/* A tag as it is, where the form has tags; it takes no room in a message. */
void spans_tag(struct spans_out *o, const char *tag);

/* Words, escaped. A line's end is kept, whoever reads it. */
void spans_text(struct spans_out *o, struct str s);

/* Words with the marks in them; depth 0 is where nothing is open yet. */
void spans_put(struct spans_out *o, struct str s, int depth);

/* How many units of UTF-16 a text takes. */
size_t spans_units(struct str s);

struct str spans_part(struct str s, size_t from, size_t to);
bool spans_blank(char c);

#endif
