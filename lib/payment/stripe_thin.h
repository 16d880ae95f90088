/* Thin events: they say that something happened to an object, and do not hold
 * it, so it is read at Stripe, which is a job's work (stripe_read.c). The same
 * change may be told by an event that holds the object, its twin: whichever is
 * recorded first notes the twin's id, and the other one changes nothing. */
#ifndef PAYMENT_STRIPE_THIN_H
#define PAYMENT_STRIPE_THIN_H

#include "shop/app.h"
#include "stripe/event.h"

/* What follows from hearing of one, in the transaction that notes it: its
 * object is promised to be read, once, unless the twin was here. *says_all: it
 * is to be recorded as it is, since it needs no object (a subscription is read
 * by a promise of its own) or is not needed. One that names nothing to read
 * though its type is needed is told to the operators, and the next
 * reconciliation, when it is due, reads all. */
enum err stripe_thin_heard(struct app *app, struct arena *a,
    const struct stripe_event *ev, bool *says_all) MUST_CHECK;

/* What is to be read, as it stands in the promise. */
struct stripe_thin {
	const char *type;  /* of the event: "v1.charge.refunded" */
	const char *path;  /* of the object: "/v1/charges/ch_1" */
	int64_t created_s; /* when the event was made; 0: not said */
	const char *twin;  /* the twin's id; NULL: none is known */
};

/* Takes a promise's detail apart; ERR_INPUT: it is none of these. */
enum err stripe_thin_from_detail(
    struct arena *a, const char *detail, struct stripe_thin *out) MUST_CHECK;

/* Whether the twin has been recorded by now. */
enum err stripe_thin_is_known(struct app *app, struct arena *a,
    const char *twin, bool *is_known) MUST_CHECK;

/* Notes the twin as recorded; *is_new false: it was before. An event without
 * one is always new: its own id was noted when it came. */
enum err stripe_thin_note(struct app *app, const char *twin, const char *type,
    bool *is_new) MUST_CHECK;

/* Tells the operators of an object or event that could not be understood, once
 * for each. In a transaction. */
enum err stripe_thin_tell(struct app *app, struct arena *a, const char *what,
    const char *why) MUST_CHECK;

#endif
