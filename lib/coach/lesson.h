/* Lessons as their author keeps them: Markdown, plain text, or the JSON form
 * of the first version of the course. Read into titles, headings and pieces
 * small enough to be quoted. Nothing is stored here. */
#ifndef COACH_LESSON_H
#define COACH_LESSON_H

#include "base/arena.h"
#include "base/err.h"

#define LESSON_MAX_BYTES ((size_t)1024 * 1024) /* of a file */
#define LESSON_MAX_CHUNKS 1024                 /* of a lesson */
#define LESSON_MAX_IN_FILE 200
#define CHUNK_BYTES ((size_t)1600) /* some 800 letters of Cyrillic */

struct chunk {
	const char *heading; /* "" where there is none */
	const char *text;    /* at most CHUNK_BYTES, never empty */
};

struct lesson {
	int64_t number; /* 0: none is known */
	const char *title;
	struct chunk *chunks;
	size_t n;
};

struct lessons {
	struct lesson *list;
	size_t n;
};

/* Reads a file's text by the end of its name (.md, .markdown, .txt, .json);
 * the digits that the name begins with are the number where the text has none.
 * Texts live in the arena.
 *
 * JSON is one lesson, an object with "title" and any of "hook", "core",
 * "evidence", "practices", "quiz", "reflection", "affirmations", "summary",
 * "text" (each a text, or lists and objects of texts), and perhaps "number"
 * or "lesson_id";
 * or an object whose "lessons" is a list of them.
 *
 * ERR_INPUT with the reason in *why: another kind of file, no UTF-8, a NUL
 * inside, no JSON, nothing to read in it; ERR_TOO_BIG over the limits. */
enum err lesson_read(struct arena *a, const char *name, struct str text,
    struct lessons *out, const char **why) MUST_CHECK;

#endif
