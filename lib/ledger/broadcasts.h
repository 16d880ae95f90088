/* Messages to many: whom they are for, and how far each has come. A row each,
 * and of its readers only those few whose turn it is have a promise: a number
 * tells up to whom it has been sent. Writing functions are called inside a
 * transaction. */
#ifndef LEDGER_BROADCASTS_H
#define LEDGER_BROADCASTS_H

#include "shop/app.h"
#include "store/db.h"

/* Stored: append, never renumber. */
enum broadcast_state {
	BROADCAST_ASKED = 1, /* who sends it is to show us the message */
	BROADCAST_SHOWN = 2, /* and to confirm it */
	BROADCAST_RUNNING = 3,
	BROADCAST_PAUSED = 4,
	BROADCAST_STOPPED = 5,
	BROADCAST_DONE = 6,
	BROADCAST_LOST = 7 /* Telegram cannot copy the message any more */
};

/* Words that stand in the row: append, never rename. */
#define SEGMENT_ALL "all"     /* who spoke to the bot */
#define SEGMENT_IN "in"       /* members of a product */
#define SEGMENT_ENDED "ended" /* whom something let in once and nothing now */
#define SEGMENT_NEVER "never" /* who has bought nothing */

struct broadcast {
	int64_t id;
	int64_t actor; /* who sends it; -1: forgotten */
	const char *segment;
	const char *product;  /* of SEGMENT_IN; else NULL */
	const char *language; /* a language's code; NULL: whichever */
	enum broadcast_state state;
	int64_t chat_id, message_id; /* what is copied */
	int64_t n_people;            /* when it was confirmed */
	int64_t after_id;            /* up to whom it was promised */
	int64_t n_sent, n_gone, n_failed;
	int64_t asked_ms;
	const char *words; /* instead of a message that is copied; or NULL */
};

/* For people and programs. Of a newer program's it is "unknown". */
const char *broadcast_state_name(enum broadcast_state state);

/* Row mapper of BROADCAST_COLUMNS. */
void broadcast_from_row(const struct row *row, void *ctx);

/* Whether there is such a segment, and it has a product or not as it should. */
bool broadcast_is_segment(const struct broadcast *b);

/* How long it waits for its message. */
#define BROADCAST_WAITS_MS (30 * MINUTE_MS)

/* Of b what it is for and by whom. ERR_INPUT: there is no such segment. */
enum err broadcast_add(struct db *db, struct arena *a,
    const struct broadcast *b, int64_t *id) MUST_CHECK;

/* ERR_NOT_FOUND: there is none of that number. */
enum err broadcast_get(struct db *db, struct arena *a, int64_t id,
    struct broadcast *out) MUST_CHECK;

/* The one that this person is to send the message of; id 0: none. */
enum err broadcast_waiting(struct db *db, struct arena *a, int64_t actor,
    struct broadcast *out) MUST_CHECK;

/* Its message is there, and is to be looked at. */
enum err broadcast_show(
    struct db *db, int64_t id, int64_t chat_id, int64_t message_id) MUST_CHECK;

/* The same of words that stand in no chat. */
enum err broadcast_write(
    struct db *db, int64_t id, const char *words) MUST_CHECK;

/* Counts whom it is for now, and notes that. Reads all people. */
enum err broadcast_count(struct db *db, struct arena *a,
    const struct broadcast *b, int64_t *n) MUST_CHECK;

/* From one state to another; *is false: it was not in that one. A pause and a
 * stop take back what no worker is at yet; a pause so, that nobody is left
 * out and nobody gets it twice when it goes on. */
enum err broadcast_set(struct db *db, struct arena *a, int64_t id,
    enum broadcast_state from, enum broadcast_state to, bool *is) MUST_CHECK;

/* By an operator (0: at the command line), and written into the trail where it
 * came to something: of two at once one alone did. */
#define BROADCAST_PAUSE "pause"
#define BROADCAST_GO "go"
#define BROADCAST_STOP "stop"
enum err broadcast_change(struct db *db, struct arena *a, int64_t actor,
    int64_t id, const char *word, bool *is) MUST_CHECK;

/* What came of one of its messages. */
struct broadcast_outcome {
	bool sent, gone, failed;
};
enum err broadcast_note(
    struct db *db, int64_t id, struct broadcast_outcome what) MUST_CHECK;

/* Whether somebody still wants such messages, and can be written to. */
enum err broadcast_is_wanted(
    struct db *db, struct arena *a, int64_t tg_id, bool *is) MUST_CHECK;

/* A chore: promises the next few messages of the one that is under way, and
 * ends it when all are out, of which who sends it is told. */
enum err broadcast_settle(
    struct app *app, int64_t *next_ms, bool *promised) MUST_CHECK;

/* "No more of these", by who gets them, and the way back. */
enum err letters_set(struct db *db, int64_t tg_id, bool wanted) MUST_CHECK;
enum err letters_wanted(
    struct db *db, struct arena *a, int64_t tg_id, bool *is) MUST_CHECK;

#endif
