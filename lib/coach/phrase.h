/* A message as words, and rows of words that it is looked for: how people say
 * one thing in several languages. */
#ifndef COACH_PHRASE_H
#define COACH_PHRASE_H

#include "base/arena.h"

#define PHRASE_MAX_WORDS 60 /* of a message; what follows is not looked at */

struct phrase_words {
	struct str w[PHRASE_MAX_WORDS];
	size_t n;
};

/* The words of a text, folded as for the search (terms_fold()) and without the
 * marks over Latin letters, which keyboards of other countries lack. They live
 * in the arena. */
void phrase_read(struct arena *a, struct str text, struct phrase_words *out);

/* Whether a word is one of these, with bars between: each is how it begins, or
 * all of it where a full stop follows. */
bool phrase_has(struct str list, struct str word);

/* The words that are none of a list's. */
void phrase_without(
    const struct phrase_words *all, const char *list, struct phrase_words *out);

/* A row of words: groups with a blank between, each a list as above. They are
 * written as phrase_read() leaves words: і for ї, г for ґ, и for й, e for ё, в
 * for у before a consonant at a word's beginning, no marks over Latin
 * letters. */
size_t phrase_groups(const char *row);

/* Whether a word of each group is there, in any order, with at most n_between
 * others among them. */
bool phrase_is_in(
    const struct phrase_words *w, const char *row, size_t n_between);

#endif
