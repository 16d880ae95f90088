/* Words as the search compares them. */
#ifndef COACH_TERMS_H
#define COACH_TERMS_H

#include "base/arena.h"

#define TERMS_MAX 24

/* guard_fold(), and letters that people leave out or mix up made one: ї and і,
 * ґ and г, ё and е, й and и, and у for в at the beginning of a word. */
struct str terms_fold(struct arena *a, struct str text);

struct term {
	struct str stem;   /* folded, without its ending */
	struct str prefix; /* of the stem: what its forms begin with, too */
};

/* The words of a question that say what it is about, each once, at most
 * TERMS_MAX, none of more than 60 letters. Words that stand in any question are
 * left out. */
size_t terms_of(
    struct arena *a, struct str question, struct term out[static TERMS_MAX]);

/* The sentences that end in a question mark; empty where there are none. */
struct str terms_asked(struct arena *a, struct str question);

/* How well a folded text holds a term, in hundredths: all of it for a word
 * that begins alike (an inflected form), less for one that is somewhat alike or
 * has it inside, 0 for none. */
int terms_match(struct str folded, const struct term *t);

#endif
