/* Finding what the lessons say about a question. Two full-text indexes name
 * the candidates, one of words and one of three letters each (for what is
 * inside of words); then each is judged by how much of what the question is
 * about stands in it, a rare word counting more than one in every lesson. */
#ifndef COACH_SEARCH_H
#define COACH_SEARCH_H

#include "store/db.h"

#define PASSAGES_MAX 5

struct passage {
	int64_t chunk_id;
	const char *product; /* catalog id of the course */
	int64_t lesson_no;   /* 0: none */
	const char *lesson;  /* its title */
	const char *heading; /* "" where there is none */
	const char *text;    /* at most CHUNK_BYTES of UTF-8 */
	int score;           /* hundredths of what was asked about */
};

/* The best passages for a question, the best first, *n of them; 0 where the
 * lessons say nothing about it. Only what tg_id may read now: public lessons,
 * and those of products that the access table has as in; the filter is in the
 * statement. */
enum err search_passages(struct db *db, struct arena *a, int64_t tg_id,
    struct str question, struct passage out[static PASSAGES_MAX],
    size_t *n) MUST_CHECK;

/* The same search, of what may be said in front of everybody: public lessons,
 * and those of one product (NULL: of none), whoever asks. */
enum err search_shared(struct db *db, struct arena *a, const char *product,
    struct str question, struct passage out[static PASSAGES_MAX],
    size_t *n) MUST_CHECK;

/* The same search over all lessons, for the operator. */
enum err search_all(struct db *db, struct arena *a, struct str question,
    struct passage out[static PASSAGES_MAX], size_t *n) MUST_CHECK;

#endif
