/* What is owed to the outside world. A promise is written in the transaction
 * that makes it true and kept by the worker, however often it must try. */
#ifndef OUTBOX_JOBS_H
#define OUTBOX_JOBS_H

#include "base/units.h"
#include "outbox/kinds.h"
#include "store/db.h"

/* The kinds, by what is stored of them. */
enum kind_id {
#define NUMBER(number, name, own, word, line, lane) JOB_##name = (number),
	JOB_KINDS(NUMBER)
#undef NUMBER
	    JOB__COUNT
};

/* Texts live in the arena of jobs_due(). */
struct job {
	int64_t id;
	enum kind_id kind;
	enum job_line line;
	const char *promise;
	int64_t tg_id;
	int64_t order_id; /* 0: none */
	const char *detail;
	int64_t attempts; /* at the call that is next, this one included */
	int64_t due_ms;   /* since when it waits */
	int64_t lease_ms; /* whose end says that it is ours */
	int64_t created_ms;
};

/* Whether this program knows the kind: another one may have promised it. */
bool job_is_known(const struct job *job);

/* A kind's name for operators; NULL: of no kind that is known. */
const char *jobs_kind_name(int64_t kind);

/* Promises, in the transaction that makes it true. The same promise (a unique
 * text) is made once, however often this is called. A new one is told with the
 * commit (db_notify()), so nobody who promises has to think of the worker. */
enum err jobs_promise(struct db *db, enum kind_id kind, const char *promise,
    int64_t tg_id, int64_t order_id, const char *detail) MUST_CHECK;

/* As jobs_promise(), for what nobody waits for and may be a great many: it goes
 * one after another, behind all that buyers wait for. */
enum err jobs_promise_behind(struct db *db, enum kind_id kind,
    const char *promise, int64_t tg_id, int64_t order_id,
    const char *detail) MUST_CHECK;

/* As jobs_promise(), unless a job of that kind and detail already waits for its
 * turn with this person: what a second one would say, the first will. */
enum err jobs_promise_one(struct db *db, enum kind_id kind, const char *promise,
    int64_t tg_id, int64_t order_id, const char *detail) MUST_CHECK;

/* A message to an operator for due_ms, whose text may still change until it
 * goes out: the promise made again replaces it. */
enum err jobs_promise_count(struct db *db, const char *promise, int64_t tg_id,
    int64_t due_ms, const char *text) MUST_CHECK;

/* Whether there is such a promise, kept or not. */
enum err jobs_known(struct db *db, struct arena *a, const char *promise,
    bool *known) MUST_CHECK;

/* Finds up to n jobs of a line that are due and nobody's, the longest due
 * first. In each lane there is one to a person, and none where another of
 * theirs is leased there: two at once about one person and the channels could
 * let in whom the other one removes. Reads only. */
enum err jobs_due(struct db *db, struct arena *a, enum job_line line,
    struct job *out, size_t n, size_t *n_out) MUST_CHECK;

/* Leases a job for lease_ms from now, in a transaction. *is_ours false:
 * somebody was quicker. A leased job is nobody else's until its lease ends. */
enum err jobs_lease(
    struct db *db, struct job *job, int64_t lease_ms, bool *is_ours) MUST_CHECK;

/* Puts a job off that cannot go before due_ms and is not leased, so that it
 * does not stand in the way of those behind it. In a transaction. */
enum err jobs_put_off(
    struct db *db, const struct job *job, int64_t due_ms) MUST_CHECK;

/* Nothing is put off for longer than this, whoever asks. What is due later than
 * that was put there by a clock that was wrong (jobs_from_future()). */
#define JOBS_LONGEST_MS (2 * HOUR_MS)

/* How a lease ends, in a transaction. ERR_CONFLICT: it was no longer ours, and
 * nothing was written. error is what the operator will read. */
enum err jobs_done(struct db *db, const struct job *job) MUST_CHECK;
/* The call failed. */
enum err jobs_again(struct db *db, const struct job *job, int64_t due_ms,
    const char *error) MUST_CHECK;
/* Nothing failed: no attempt is counted. The job may change its line; an error
 * of NULL leaves what stood there. */
enum err jobs_give_back(struct db *db, const struct job *job, int64_t due_ms,
    const char *error) MUST_CHECK;
enum err jobs_park(
    struct db *db, const struct job *job, const char *error) MUST_CHECK;

/* One of the job's calls is done: the lease goes on for the next one, whose
 * attempts are counted anew. Nothing in *job changes; once this is committed
 * the caller sets lease_ms to *until_ms, and its attempts. ERR_CONFLICT as
 * above. */
enum err jobs_renew(struct db *db, const struct job *job, int64_t lease_ms,
    int64_t *until_ms) MUST_CHECK;

/* The pause before attempt n + 1: about 1, 2, 4, 8 s ... 5 min, scattered by a
 * fifth so that what failed together does not come back together. */
#define JOBS_FIRST_PAUSE_MS 1000
#define JOBS_LAST_PAUSE_MS (5 * 60 * 1000)
int64_t jobs_backoff_ms(int64_t n_attempts);

/* What a job of a kind that this program does not know is parked with. */
#define JOB_UNKNOWN "this version of Admit does not know how to do it"

/* For the one worker of a machine, when it starts: makes due now what a killed
 * worker held, where no other machine has one, and what an older program parked
 * because it did not know the kind. */
enum err jobs_take_over(struct db *db) MUST_CHECK;

/* Makes due now what a clock that was ahead has put into the future. To be
 * called now and then; makes a transaction of its own where there is any. */
enum err jobs_from_future(struct db *db, bool *any) MUST_CHECK;

/* Makes all that is owed to a person due now, parked or not; *any: there was
 * something. */
enum err jobs_revive(struct db *db, int64_t tg_id, bool *any) MUST_CHECK;

/* Whether a job of this kind is still owed to this person. */
enum err jobs_pending(struct db *db, struct arena *a, int64_t tg_id,
    enum kind_id kind, bool *pending) MUST_CHECK;

/* When the next job is due that is not by after_ms, since 1970; 0: there is
 * none. A leased one counts as its lease's end. */
enum err jobs_next_due(struct db *db, struct arena *a, int64_t after_ms,
    int64_t *due_ms) MUST_CHECK;

#endif
