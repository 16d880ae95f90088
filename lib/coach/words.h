/* The words of an answer that no model writes: quotes from the lessons, where
 * they stand, and the helpline. All texts live in the arena. */
#ifndef COACH_WORDS_H
#define COACH_WORDS_H

#include "coach/manners.h"
#include "coach/prompt.h"
#include "coach/search.h"
#include "shop/text.h"

/* The best of n passages as they stand in the lessons, shortened, each with its
 * lesson and heading: the answer where no model is asked. */
const char *words_quotes(enum language in, struct arena *a,
    const struct passage *passages, size_t n);

/* The lessons behind a model's answer, a line each and each lesson once: those
 * that it names, or the best one where it names none. Each line begins with a
 * line end. */
const char *words_sources(enum language in, struct arena *a,
    const struct passage *passages, size_t n, const struct prompt_answer *from);

/* What is said to greetings and to matters of the purchase; TEXT__COUNT to
 * MANNERS_NONE. Holes: {product} {support}. */
enum text words_of_manners(enum manners m);

/* Of COACH_HELPLINE, "7333|pl:800 70 2222", the number for somebody's language
 * (its first two letters count, NULL: not known), else for the one that they
 * are answered in, else the first one. */
const char *words_helpline(
    enum language in, struct arena *a, const char *lines, const char *language);

#endif
