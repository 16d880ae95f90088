/* What operators changed, a row each: who, what, about whom, when, and what
 * became of it. In the chat the row is made when it is asked for, and one press
 * of the button that confirms it takes it, once and within some minutes; at the
 * command line it is made when it is done. */
#ifndef LEDGER_AUDIT_H
#define LEDGER_AUDIT_H

#include "base/units.h"
#include "store/db.h"

/* How long a question holds. */
#define AUDIT_HOLDS_MS (10 * MINUTE_MS)

/* Words that stand in a row: what was done. Append, never rename. */
#define ACT_GRANT "grant"
#define ACT_REVOKE "revoke"
#define ACT_REFUND "refund"
#define ACT_LINK "link"
#define ACT_WRITE "write"
#define ACT_RETRY "retry"
#define ACT_DROP "drop"
#define ACT_OPERATOR "operator"
#define ACT_BROADCAST "broadcast"

/* And what became of it. */
#define RESULT_DONE "done"
#define RESULT_PROMISED "on its way" /* by the worker, who may add to it */
#define RESULT_NOTHING "nothing to do"
#define RESULT_SENT_BACK "sent back"
#define RESULT_WAITS "asked for, not gone"
#define RESULT_REFUSED "refused"
#define RESULT_CANCELED "not confirmed"
#define RESULT_DROPPED "given up" /* by an operator, while it was on its way */

/* The actor of what somebody did who was forgotten since: that an operator did
 * it stays, their number does not. */
#define AUDIT_FORGOTTEN (-1)

struct act {
	int64_t id;
	int64_t actor; /* 0: at the command line; or AUDIT_FORGOTTEN */
	const char *act;
	int64_t tg_id;       /* about whom; 0: nobody */
	const char *product; /* or NULL */
	int64_t number;      /* of the order or the job; or 0 */
	int64_t amount;      /* days (0: for good), minor units (0: all) */
	const char *words;   /* or NULL */
	int64_t asked_ms, done_ms; /* 0: not done */
	const char *result;        /* or NULL */
};

/* All in a transaction, but for audit_read(). */

/* Asked for, and to be confirmed. *id names it. */
enum err audit_ask(struct db *db, struct arena *a, const struct act *act,
    int64_t *id) MUST_CHECK;

/* Done already, with its result. */
enum err audit_note(struct db *db, struct arena *a, const struct act *act,
    const char *result) MUST_CHECK;

/* ERR_NOT_FOUND: there is none of that number. */
enum err audit_read(
    struct db *db, struct arena *a, int64_t id, struct act *out) MUST_CHECK;

/* Takes what this person asked for; *is_ours false: it was taken before, is
 * somebody else's, or is too old. */
enum err audit_take(struct db *db, int64_t id, int64_t actor,
    const char *result, bool *is_ours) MUST_CHECK;

/* What became of it in the end. */
enum err audit_result(struct db *db, int64_t id, const char *result) MUST_CHECK;

/* Row mapper of a struct act's columns. */
void act_from_row(const struct row *row, void *ctx);

#endif
