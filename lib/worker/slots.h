/* What the worker has under way: its slots, each of which holds one leased job
 * from its lease (lease.h) over its calls (calls.h) to its end (settle.h), and
 * the lines in which jobs wait for one. One thread, so nothing is locked. */
#ifndef WORKER_SLOTS_H
#define WORKER_SLOTS_H

#include "net/http.h"
#include "outbox/kind.h"
#include "worker/loan.h"
#include "worker/pace.h"

/* Outlives a call that hangs, and a long wait for the ledger after it. */
#define LEASE_MS (90 * 1000)
#define SOON_MS (5 * 1000)  /* what goes later than that holds no slot */
#define LEDGER_PAUSE_MS 500 /* after it failed */

/* What limits the calls of a line, or of a slot. */
enum limit { BY_CALLS, BY_MESSAGES, BY_STRIPE, BY_NOTHING };

/* A line's share of the slots, so that none keeps another waiting. */
struct worker_line {
	enum limit limit;
	bool can_wait;  /* nobody is looking at a screen for it */
	size_t n_slots; /* N_SLOTS in all lines together */
	size_t ahead;   /* so many may be begun before their message may go,
	                   as they have other calls to make first */
};
extern const struct worker_line worker_lines[LINE__COUNT];

#define N_SLOTS 215 /* of all lines */

enum slot_state {
	SLOT_FREE,
	SLOT_WAITING, /* for its next call to be allowed */
	SLOT_CALLING,
	SLOT_ANSWERED /* there is something to be written down */
};

/* A leased job on its way. */
struct slot {
	enum slot_state state;
	enum job_line line; /* whose slot it is */
	struct arena arena;
	struct step step;
	int64_t lease_end_ms; /* by clock_mono_ms() */
	enum err call_err;
	struct http_response res;
	bool give_back; /* not tried: due again at due_ms, as it was */
	int64_t due_ms;
	bool renew;         /* before the call: the lease, and what the step
	                       notes first */
	enum after after;   /* AFTER_NEXT_CALL, AFTER_HELD_CALL: it keeps the
	                       slot */
	int64_t renewed_ms; /* the end of the lease, once that is committed */
};

struct worker {
	struct app *app;
	struct http *http;
	struct pace pace;
	struct loan loan;
	struct slot slots[N_SLOTS];
	size_t n_busy, n_busy_in[LINE__COUNT];
	/* Leased by a commit that was not answered: nobody knows, and nobody
	 * works on them. Without their texts. */
	struct job doubts[N_SLOTS];
	size_t n_doubts;
	bool stopping;     /* nothing is leased or begun any more */
	bool ledger_fails; /* the last look was in vain */
	bool owes;         /* as far as is known: by the last look that was not,
	                      and what was told since */
	bool holds_back;   /* something is due that may go in a moment */
	/* All by clock_mono_ms(). */
	int64_t look_ms;   /* when to look for jobs again */
	int64_t settle_ms; /* not before, after the ledger failed */
	int64_t active_ms; /* when there was last something to do */
};

/* By what the slot's next call is limited. */
enum limit slot_limit(const struct slot *s);

/* Has the job's kind prepare its next call; the slot then waits for it. It is
 * to be settled at once where there is no call to make, and where the job
 * belongs into another line or could not be read. */
void slot_prepare(struct worker *w, struct slot *s);

/* The job is to go back to the others, to be due at due_ms (by clock_now_ms()),
 * without an attempt having been made. */
void slot_give_back(struct slot *s, int64_t due_ms);

static inline int64_t
sooner(int64_t a_ms, int64_t b_ms)
{
	return a_ms < b_ms ? a_ms : b_ms;
}

#endif
