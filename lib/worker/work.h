/* What there is to do for the worker, whose loop knows none of it: the kinds of
 * jobs, and the chores. */
#ifndef WORKER_WORK_H
#define WORKER_WORK_H

#include "outbox/kind.h"

/* The step's kind prepares its call (see kind.h). A kind that this program does
 * not know has none: it is parked for one that does. */
enum err work_prepare(
    struct app *app, struct arena *a, struct step *s) MUST_CHECK;

/* Records that the call of a step that notes it first is going to be made, in a
 * transaction that ends before it is. */
enum err work_begin(
    struct app *app, struct arena *a, struct step *s) MUST_CHECK;

/* Whether the answer leads to another call at once, which the step then holds.
 * Nothing is written. */
bool work_follow(struct app *app, struct arena *a, struct step *s,
    enum err call_err, const struct http_response *res);

/* What the answer means, recorded in a transaction of the caller's. */
enum err work_settle(struct app *app, struct arena *a, struct step *s,
    enum err call_err, const struct http_response *res,
    struct outcome *o) MUST_CHECK;

/* In the transaction that parks it: the operators are told. */
enum err work_parked(struct app *app, struct arena *a, const struct job *job,
    const struct outcome *o) MUST_CHECK;

/* Which chat a job is going to write to, as far as its kind tells. */
int64_t work_chat(const struct app *app, const struct job *job);

/* What is done now and then, between the jobs. */
struct chore {
	const char *name; /* in the log, where it fails */
	int64_t every_ms; /* at the latest; 0: before each look for jobs */
	bool is_urgent;   /* also whenever something came in or was settled,
	                     as that may say until when */
	/* In transactions of its own. *next_ms: when there is something to do
	 * again, since 1970, where that is known (it is 0 before); *any: jobs
	 * may be due now. */
	enum err (*run)(struct app *app, int64_t *next_ms, bool *any);
};

#define WORK_CHORES 16 /* at most */
extern const struct chore work_chores[];
extern const size_t work_n_chores;

#endif
