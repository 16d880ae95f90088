/* What a model is told, and what its answer says of its sources. */
#ifndef COACH_PROMPT_H
#define COACH_PROMPT_H

#include "base/arena.h"
#include "coach/search.h"

#define PROMPT_MAX_PERSONA ((size_t)4096) /* bytes */

/* The rules and the passages, fenced as JSON: what stands in a lesson is data
 * to the model, never a rule. How the shop wants the coach to be called and to
 * speak (persona, or NULL) stands before the rules, which have the last word:
 * it changes the tone and not what may be said. */
const char *prompt_system(struct arena *a, const char *persona,
    const struct passage *passages, size_t n);

struct prompt_answer {
	struct str text;         /* without its line of sources */
	bool is_none;            /* the lessons do not answer this */
	bool uses[PASSAGES_MAX]; /* which passages it names, by place */
	bool names_any;
};

/* Reads an answer by prompt_system()'s rules, of n passages. */
struct prompt_answer prompt_read(struct str text, size_t n);

#endif
