/* What each kind of job does in the world: one call each, to Telegram or to
 * Stripe, and what its answer means. Who sends it, and when, is the worker's
 * affair. */
#ifndef SHOP_ERRAND_H
#define SHOP_ERRAND_H

#include "shop/answer.h"
#include "shop/channel.h"
#include "shop/jobs.h"

struct errand {
	struct job job;
	const char *unknown; /* the product, where the catalog has none of that
	                        name: the job waits until it does */
	bool has_call;       /* false: there is nothing left to say */
	bool is_to_telegram;
	int64_t chat_id; /* the message is for; 0: the call is no message */
	int n_steps;     /* calls that were done in this lease */
	bool makes_link; /* of an invoice, to be sent in the next call */
	bool sends_link; /* which has been written */
	struct http_request call;
	struct channel_call channel; /* the call is its, unless STEP_NONE */
	bool notes_first;            /* errand_begin() is due before the call */
	int64_t n_heard; /* of a subscription, before it was asked about */
	struct answer_call answer; /* the same, unless ANSWER_NOTHING */
};

/* How a job ends, or goes on. */
enum errand_end {
	ERRAND_DONE,
	ERRAND_AGAIN, /* the call failed: it is tried again */
	ERRAND_LATER, /* nothing failed, but it has to wait */
	ERRAND_PARK,
	ERRAND_NEXT, /* recorded: the next call, which is to be prepared */
	ERRAND_GO_ON /* the same, with the call that the errand holds now */
};

struct verdict_of_errand {
	enum errand_end end;
	int64_t wait_ms;    /* of ERRAND_AGAIN and ERRAND_LATER */
	int64_t silence_ms; /* a 429: whom it called wants none for so long */
	bool is_gone;       /* of ERRAND_PARK: whom it is for left the bot */
	const char *error;  /* for the operator */
};

/* Writes the call that keeps the promise into *e, of which the job is set and
 * the rest zero. Reads the ledger: what has become pointless meanwhile is not
 * sent. */
enum err
errand_prepare(struct app *app, struct arena *a, struct errand *e) MUST_CHECK;

/* Records that the call is going to be made, in a transaction that ends before
 * it is. */
enum err errand_begin(struct app *app, struct errand *e) MUST_CHECK;

/* Whether the answer leads to another call at once, which the errand then
 * holds: no lease ends between the two. Nothing is written. */
bool errand_goes_on(struct app *app, struct arena *a, struct errand *e,
    enum err call_err, const struct http_response *res);

/* Judges the answer (call_err and res are http_send()'s) and records what it
 * confirms, in a transaction of the caller's that also ends the job. */
enum err errand_settle(struct app *app, struct arena *a, struct errand *e,
    enum err call_err, const struct http_response *res,
    struct verdict_of_errand *v) MUST_CHECK;

#endif
