/* Questions to the coach, as the ledger holds them: their words for an hour,
 * then only that there was one. Writing functions are called inside a
 * transaction. */
#ifndef COACH_QUESTION_H
#define COACH_QUESTION_H

#include "coach/completion.h"
#include "store/db.h"

/* How it ended. Stored: append, never renumber. */
enum question_outcome {
	QUESTION_OPEN = 0,
	QUESTION_ANSWERED = 1, /* by a model, from the lessons */
	QUESTION_QUOTED = 2,   /* the lessons themselves */
	QUESTION_NOT_FOUND = 3,
	QUESTION_NO_ACCESS = 4,
	QUESTION_CRISIS = 5,
	QUESTION_UNHEARD = 6,  /* a voice without words */
	QUESTION_TOO_LATE = 7, /* its words were forgotten before */
	QUESTION_HELPED = 8,   /* no question for the lessons (manners.h) */
	QUESTION_SHOWN = 9     /* a picture or a file, to the people at once */
};

#define QUESTION_MAX_TRIES 2 /* then it is answered without */

struct question {
	int64_t id;
	int64_t tg_id;
	int64_t chat_id, message_id; /* where it was asked */
	const char *text;            /* NULL: not heard yet, or forgotten */
	const char *voice;           /* Telegram's file; NULL: none */
	const char *language;        /* or NULL */
	const char *answer;          /* NULL: none yet */
	int64_t n_tried;             /* calls for it that failed, up to
	                                QUESTION_MAX_TRIES */
	int64_t n_sent;              /* parts of the answer */
	enum question_outcome outcome;
	bool is_private; /* asked in a group, answered to its asker alone */
	bool has_ended;
};

/* Notes a question and puts its id in *id. The outcome it begins with is
 * QUESTION_OPEN, or QUESTION_CRISIS, which is answered even when the words
 * themselves are forgotten. */
enum err question_add(struct db *db, struct arena *a, const struct question *q,
    int64_t *id) MUST_CHECK;

/* Reads a question. ERR_NOT_FOUND where there is none. */
enum err question_get(struct db *db, struct arena *a, int64_t id,
    struct question *out) MUST_CHECK;

/* A message, by its number in one chat. */
struct message_at {
	int64_t chat_id, message_id;
};

/* Finds a question by its copy in the support chat. Older rows do not say in
 * which chat the copy was made; there the copy must be forwarded from the asker
 * (writer_id), because the same number is some other message in another
 * chat. */
enum err question_forwarded(struct db *db, struct arena *a,
    struct message_at copy, int64_t writer_id, struct question *out) MUST_CHECK;

struct question_count {
	int64_t n_today; /* in the last 24 hours, but for thanks and the like */
	int64_t n_open;  /* of these: asked just now and not answered yet */
};

enum err question_count(struct db *db, struct arena *a, int64_t tg_id,
    struct question_count *out) MUST_CHECK;

/* How many of this person's questions of the last hour were of crisis, up to
 * the one with last_id (INT64_MAX: all of them). */
enum err question_crises(struct db *db, struct arena *a, int64_t tg_id,
    int64_t last_id, int64_t *n) MUST_CHECK;

#define QUESTION_MAX_TURNS 3

/* What was said before this question in the last hour in the same chat (and to
 * the same readers), the oldest first. */
enum err question_history(struct db *db, struct arena *a,
    const struct question *q, struct turn out[static QUESTION_MAX_TURNS],
    size_t *n) MUST_CHECK;

/* The steps of an answer, each noted when it is done: the words of a voice were
 * heard (outcome: QUESTION_OPEN, or QUESTION_CRISIS where the words are such),
 * a call failed for the n-th time, there is an answer, a part of it has been
 * sent, the rest of it is for the asker alone, the question was forwarded. */
enum err question_heard(struct db *db, const struct question *q,
    const char *text, enum question_outcome outcome) MUST_CHECK;
enum err question_tried(
    struct db *db, const struct question *q, int64_t n) MUST_CHECK;
enum err question_answer(struct db *db, const struct question *q,
    const char *answer, enum question_outcome outcome) MUST_CHECK;
enum err question_sent(struct db *db, const struct question *q) MUST_CHECK;
enum err question_go_private(
    struct db *db, const struct question *q) MUST_CHECK;
enum err question_note_forward(
    struct db *db, const struct question *q, struct message_at copy) MUST_CHECK;

/* Ends a question. One that the lessons did not answer is kept for the
 * operator, without its asker. */
enum err question_end(struct db *db, const struct question *q,
    enum question_outcome outcome) MUST_CHECK;

#endif
