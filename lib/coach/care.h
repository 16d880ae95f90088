/* What must be handled with care: questions that a specialist must answer, and
 * numbers that nobody should have sent. */
#ifndef COACH_CARE_H
#define COACH_CARE_H

#include "base/arena.h"

/* Whether it is about health, law or money matters, where a course can tell
 * what it tells and no more. In Ukrainian (and Russian), English, German and
 * Polish. */
bool care_needs_expert(struct arena *a, struct str text);

/* Whether there is the number of a payment card in it (by its check digit), or
 * of a passport that is spoken of. */
bool care_has_secret(struct arena *a, struct str text);

/* The text with dots in the place of such numbers. */
const char *care_hide(struct arena *a, struct str text);

#endif
