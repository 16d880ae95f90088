/* Numbers that the shop keeps under a name of their own: how far a list was
 * read, when something was done last, how much was spent in a month. */
#ifndef LEDGER_MARKS_H
#define LEDGER_MARKS_H

#include "store/db.h"

/* The number under the name; 0 where there is none yet. */
enum err mark_get(
    struct db *db, struct arena *a, const char *key, int64_t *value) MUST_CHECK;

enum err mark_set(struct db *db, const char *key, int64_t value) MUST_CHECK;

/* A number with a word that belongs to it; NULL: there is none. */
struct mark_word {
	int64_t value;
	const char *word;
};

/* The same of a number with a word. */
enum err mark_word_get(struct db *db, struct arena *a, const char *key,
    struct mark_word *out) MUST_CHECK;
enum err mark_word_set(
    struct db *db, const char *key, struct mark_word m) MUST_CHECK;

/* Counts on from what stands there, or from 0. */
enum err mark_add(struct db *db, const char *key, int64_t n) MUST_CHECK;

#endif
