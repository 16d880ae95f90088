/* What a model thinks before it answers, where its server leaves that in the
 * answer: between marks like <think> and </think>. */
#ifndef COACH_THOUGHT_H
#define COACH_THOUGHT_H

#include "base/arena.h"

/* The text without its thoughts and without their marks, of whatever kind. A
 * thought that does not end goes on to the end; where one ends that did not
 * begin, all before it was one. May be empty. */
struct str thought_cut(struct arena *a, struct str text);

#endif
