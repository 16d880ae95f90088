/* What is owed to the outside world. A promise is written in the transaction
 * that makes it true and kept by the worker, however often it must try. */
#ifndef SHOP_JOBS_H
#define SHOP_JOBS_H

#include "store/db.h"

/* Stored: append, never renumber. */
enum job_kind {
	JOB_INVITE = 1,    /* the message with the channel's link */
	JOB_NOTICE = 2,    /* a message; detail names it (errand.c) */
	JOB_CHECK = 3,     /* ask Stripe about an order; detail: whose /help */
	JOB_ALERT = 4,     /* a message to an operator; detail is its text */
	JOB_RECONCILE = 5, /* a step of reconcile.h; detail says which */
	JOB_MEMBER = 6,    /* who is in a channel; detail is its id */
	JOB_SUBSCRIPTION = 7, /* ask Stripe how it stands; detail is its id */
	JOB_PORTAL = 8,   /* the buyer's own page at Stripe; detail: product */
	JOB_ANSWER = 9,   /* a question to the coach; detail: its id */
	JOB_FORWARD = 10, /* the same, on to a person */
	JOB_RELAY = 11,   /* a person's reply: "question/message/chat" */
	JOB_CANCEL_STARS = 12, /* a subscription; detail: a charge of it */
	JOB__COUNT
};

/* Texts live in the arena of the lease. */
struct job {
	int64_t id;
	enum job_kind kind;
	const char *promise;
	int64_t tg_id;
	int64_t order_id; /* 0: none */
	const char *detail;
	int64_t attempts; /* this one included */
	int64_t lease_ms; /* whose end says that it is ours */
	int64_t created_ms;
};

/* Promises, in the transaction that makes it true. The same promise (a unique
 * text) is made once, however often this is called. */
enum err jobs_promise(struct db *db, enum job_kind kind, const char *promise,
    int64_t tg_id, int64_t order_id, const char *detail) MUST_CHECK;

/* Leases up to n due jobs for lease_ms from now, the longest due first; in a
 * transaction of the caller's. A leased job is nobody else's until its lease
 * ends. *n_out may be 0. */
enum err jobs_lease(struct db *db, struct arena *a, int64_t lease_ms,
    struct job *out, size_t n, size_t *n_out) MUST_CHECK;

/* How a lease ends, in a transaction. ERR_CONFLICT: it was no longer ours, and
 * nothing was written. error is what the operator will read. */
enum err jobs_done(struct db *db, const struct job *job) MUST_CHECK;
enum err jobs_again(struct db *db, const struct job *job, int64_t due_ms,
    const char *error) MUST_CHECK;
enum err
jobs_park(struct db *db, const struct job *job, const char *error) MUST_CHECK;

/* Makes all that is owed to a person due now, parked or not; *any: there was
 * something. */
enum err jobs_revive(struct db *db, int64_t tg_id, bool *any) MUST_CHECK;

/* Whether a job of this kind is still owed to this person. */
enum err jobs_pending(struct db *db, struct arena *a, int64_t tg_id,
    enum job_kind kind, bool *pending) MUST_CHECK;

/* When the next job is due, since 1970; 0: there is none. */
enum err
jobs_next_due(struct db *db, struct arena *a, int64_t *due_ms) MUST_CHECK;

#endif
