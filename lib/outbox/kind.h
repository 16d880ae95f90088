/* A kind of job: what it does in the world, one call after another, and what
 * each answer means. A new kind is a file that gives one of these and a row in
 * kinds.h. Who makes the calls, and when, is the worker's affair: it knows
 * steps and outcomes, and no kind. */
#ifndef OUTBOX_KIND_H
#define OUTBOX_KIND_H

#include "net/http.h"
#include "outbox/jobs.h"
#include "shop/app.h"

/* A leased job at its next call. */
struct step {
	struct job job;
	const char *cannot; /* nobody can do it now, and why: it is parked with
	                       this until somebody puts it right */
	bool has_call;      /* false: there is nothing left to say */
	bool is_to_telegram;
	int64_t chat_id;  /* the message is for; 0: the call is no message */
	int n_steps;      /* calls that were done in this lease */
	bool notes_first; /* begin() is due before the call */
	struct http_request call;
	void *state; /* the kind's own, in the arena; NULL when it begins */
};

/* What becomes of a job when its call has been judged. */
enum after {
	AFTER_DONE,
	AFTER_RETRY, /* the call failed: it is tried again */
	AFTER_WAIT,  /* nothing failed, but it has to wait */
	AFTER_PARK,
	/* Recorded; within the same lease, and no failure of the one that was
	 * done counts against it: */
	AFTER_NEXT_CALL, /* the next call, which is to be prepared */
	AFTER_HELD_CALL  /* the call that the step holds by now */
};

struct outcome {
	enum after after;
	int64_t wait_ms;    /* of AFTER_RETRY and AFTER_WAIT */
	int64_t silence_ms; /* a 429: whom it called wants none for so long */
	bool is_gone;       /* of AFTER_PARK: whom it is for left the bot */
	const char *error;  /* for the operator */
};

struct job_kind {
	/* Writes the call that keeps the promise into *s, of which the job is
	 * set and the rest zero. Reads the ledger: what has become pointless
	 * meanwhile is not sent. It may put the job into another line, where
	 * the worker leaves it then. */
	enum err (*prepare)(struct app *app, struct arena *a, struct step *s);

	/* Records that the call is going to be made, in a transaction that ends
	 * before it is. Only where the step says so (notes_first). */
	enum err (*begin)(struct app *app, struct arena *a, struct step *s);

	/* Whether an answer leads to another call at once, which the step then
	 * holds: no lease ends between the two. Nothing is written. NULL: it
	 * never does. */
	bool (*follow)(struct app *app, struct arena *a, struct step *s,
	    const struct http_response *res);

	/* Judges the answer (call_err and res are http_send()'s) and records
	 * what it confirms, in a transaction of the caller's that also ends the
	 * job. *o is AFTER_DONE before. It is asked again with the same answer
	 * where that could not be committed. */
	enum err (*settle)(struct app *app, struct arena *a, struct step *s,
	    enum err call_err, const struct http_response *res,
	    struct outcome *o);

	/* The chat that the job is going to write to. NULL: always its
	 * person's. */
	int64_t (*chat)(const struct app *app, const struct job *job);

	bool tells_trail; /* done, it says itself what came of it to an operator
	                     who asked for it (ledger/audit_told.h) */
	bool is_silent;   /* parked, it is told to nobody */
	bool is_paid_for; /* parked, it is told even of who left the bot */
};

/* All of them, each in the file that owns it. */
#define OWN(number, name, own, word, line, lane) \
	extern const struct job_kind own##_kind;
JOB_KINDS(OWN)
#undef OWN

#endif
