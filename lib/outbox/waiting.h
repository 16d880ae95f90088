/* What waits, as an operator looks at it: trying it again, and giving it up. */
#ifndef OUTBOX_WAITING_H
#define OUTBOX_WAITING_H

#include "store/db.h"

struct waiting {
	int64_t id;
	int64_t kind; /* enum kind_id, or of a newer program's */
	int64_t tg_id;
	int64_t due_ms, attempts;
	const char *error; /* NULL: it was not tried yet */
	int64_t parked_ms; /* put aside since then; 0: not */
	int64_t lease_ms;  /* a worker's until then */
	const char *promise;
};

/* Row mapper of SQL_JOBS_WAITING. */
void waiting_from_row(const struct row *row, void *ctx);

/* Its kind's name for operators; "unknown" of a kind that only another version
 * of the program knows. */
const char *waiting_kind(int64_t kind);

/* ERR_NOT_FOUND: no such job waits. */
enum err waiting_read(
    struct db *db, struct arena *a, int64_t id, struct waiting *out) MUST_CHECK;

/* A worker is at it: its call may be on the way, and its lease is how its end
 * is written down. Neither of the two below changes it then. */
bool waiting_is_leased(const struct waiting *w);

/* Makes due now one job, or all that were put aside (id 0), as if they had not
 * been tried yet; *n: how many. In a transaction, whose commit wakes the
 * worker. */
enum err waiting_retry(struct db *db, int64_t id, int64_t *n) MUST_CHECK;

/* Gives it up: nothing is done of it, and the same is not promised again. What
 * it was stays in the log. In a transaction. ERR_CONFLICT: somebody was
 * quicker. */
enum err waiting_drop(struct db *db, const struct waiting *w) MUST_CHECK;

#endif
