/* A ledger moves from one database to another, of whichever engine, while
 * programs go on taking events.
 *
 * How that is done. Triggers write down in the old database which row of which
 * table changes (ledger_changes); they cost each write one more row while a
 * move goes on, and need no clock, no mark in any table and no word from who
 * writes. Then all is copied table by table, by the order of their keys, in
 * rounds of some hundred rows. A round reads the old database as of one
 * moment: what was written down since, those rows as they are now, and the
 * next rows. It writes all of it into the new one in one transaction, together
 * with how far that came, and crosses out what it has brought. So after each
 * round the new database is what the old one was at that moment, up to where
 * the copy has come; whoever is killed at whatever point goes on from there.
 *
 * When all is there, it is compared in the same way, each row with its twin and
 * the number of rows, at moments that are the same for both. What changes after
 * that is read again where it was written. So the last step is short: it takes
 * the old ledger's right to write, brings what is still written down, seals
 * the old ledger and gives the right back. A sealed ledger takes no write, of
 * those who have it open neither, and its version says to whoever opens it
 * that it has moved; what is read in it meanwhile is old. The new one says
 * that it is not there yet until the very end.
 *
 * All of this is true as long as whoever writes takes the right to do so, as
 * BEGIN in store/sql/transactions.h does. It lives in the tables of the schema;
 * what SQLite's search has besides is made anew. */
#ifndef STORE_MOVE_H
#define STORE_MOVE_H

#include "store/db.h"

/* How far it has come, told after each round. */
struct move_step {
	const char *table; /* NULL: all are there, changes are brought */
	bool compares;     /* else copies */
	int64_t n, n_all;  /* rows, of this table and of what it had at first */
};

struct move;

/* From one to the other, neither of them opened before; what name the new one
 * has is told to who opens the old one. All must outlive the move, which is
 * freed by move_free(). */
struct move *move_new(struct db *from, struct db *to, const char *name);
void move_free(struct move *m);

/* Whom to tell. */
void move_tells(struct move *m,
    void (*tell)(const struct move_step *step, void *ctx), void *ctx);

/* Opens both and begins, or goes on where another one ended, which is ended by
 * that should it still run. *is_moved: the old ledger is sealed already, and
 * all that is left to do is move_finish(). ERR_CONFLICT: move_why() says why
 * it cannot be; all others: the log does. */
enum err move_begin(struct move *m, bool *is_moved) MUST_CHECK;

/* Copies all, and compares all. ERR_CONFLICT: see move_why(). */
enum err move_copy(struct move *m) MUST_CHECK;
enum err move_compare(struct move *m) MUST_CHECK;

/* Brings what has changed since: for as long as the last step waits. */
enum err move_follow(struct move *m) MUST_CHECK;

/* The last step. *held_ms: how long writers could not. After a failure it may
 * have happened or not; move_begin() tells. */
enum err move_switch(struct move *m, int64_t *held_ms) MUST_CHECK;

/* Opens the new ledger to programs. Does nothing where that was done. */
enum err move_finish(struct move *m) MUST_CHECK;

/* How many rows there are in all; after move_compare() they were compared. */
int64_t move_rows(const struct move *m);

/* A sentence on the last ERR_CONFLICT. */
const char *move_why(const struct move *m);

/* Takes out of a ledger what a move put there: it is as it was before, and
 * takes writes again where it was sealed. *was_moved (may be NULL) tells of
 * that. */
enum err move_cancel(struct db *from, bool *was_moved) MUST_CHECK;

#endif
