/* The lessons that the ledger holds, each as its file had it when it was
 * imported last. Writing functions are called inside a transaction. */
#ifndef COACH_LIBRARY_H
#define COACH_LIBRARY_H

#include "coach/lesson.h"
#include "store/db.h"

struct source {
	const char *name;    /* of the file; with "#2" for its second lesson */
	const char *product; /* whose buyers may ask about it */
	bool is_public;      /* everybody may */
};

/* Puts a lesson into the place of the one that this source had before.
 * *is_new false: it was there just so, and nothing was written. */
enum err library_put(struct db *db, struct arena *a, const struct source *s,
    const struct lesson *l, bool *is_new) MUST_CHECK;

struct library_entry {
	int64_t id, number, n_chunks;
	const char *title, *name, *product;
	bool is_public;
};

enum err library_list(struct db *db, struct arena *a,
    void (*show)(const struct library_entry *entry, void *ctx),
    void *ctx) MUST_CHECK;

/* Whether there is a lesson that buyers of a product may ask about; NULL: any
 * lesson at all. */
enum err library_has(
    struct db *db, struct arena *a, const char *product, bool *has) MUST_CHECK;

/* Removes a lesson with its chunks and what the search knows of it.
 * ERR_NOT_FOUND where there is none. */
enum err library_remove(struct db *db, struct arena *a, int64_t id) MUST_CHECK;

/* Brings the lessons of one product under another, within a rename. Where both
 * have a lesson of the same source, the other product's own stays. *n: how many
 * lessons came over. */
enum err library_rename(struct db *db, struct arena *a, const char *from,
    const char *to, int64_t *n) MUST_CHECK;

#endif
