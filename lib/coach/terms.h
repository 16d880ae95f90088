/* Words as the search compares them. */
#ifndef COACH_TERMS_H
#define COACH_TERMS_H

#include "base/arena.h"

#define TERMS_MAX 24

/* guard_fold(), and letters that people leave out or mix up made one: ї and і,
 * ґ and г, ё and е, й and и. */
struct str terms_fold(struct arena *a, struct str text);

struct term {
	struct str word;   /* folded */
	struct str prefix; /* what its inflected forms begin with, too */
};

/* The words of a question that say what it is about, each once, at most
 * TERMS_MAX. Words that stand in any question are left out. */
size_t terms_of(
    struct arena *a, struct str question, struct term out[static TERMS_MAX]);

/* How well a folded text holds a term: 1 at the beginning of a word, less
 * inside of one, 0 not at all; in hundredths. */
int terms_match(struct str folded, const struct term *t);

#endif
