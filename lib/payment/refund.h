/* What can be sent back of an order, by whoever took it, and writing down that
 * it was: for the operator's command, and for the job by which the shop's own
 * rules send a payment back. */
#ifndef PAYMENT_REFUND_H
#define PAYMENT_REFUND_H

#include "payment/provider.h"

/* A payment of an order's. */
struct refundable {
	struct refund refund; /* order, payment and what was paid by it; its
	                         payment is NULL: there is no money in it */
	int64_t gone_minor;   /* back, or on its way, already */
	bool charges_again;   /* the order began what does */
	bool is_owed;         /* and that tries to get money that is owed */
	const char *provider_name;
	const struct provider *provider; /* NULL: this program cannot send back
	                                    what was paid by that one */
};

/* Reads it; payment NULL: the order's latest. */
enum err refund_read(struct db *db, struct arena *a, const struct order *o,
    const char *payment, struct refundable *out) MUST_CHECK;

/* How much has not gone back yet. */
int64_t refund_left(const struct refundable *r);

/* Why it cannot go back. */
enum refund_fault {
	REFUND_POSSIBLE,
	REFUND_NO_PROVIDER, /* this program cannot ask whoever took it */
	REFUND_NOTHING_LEFT,
	REFUND_TOO_MUCH,   /* more than is left */
	REFUND_WHOLE_ALONE /* whoever took it sends no part */
};

/* Chooses a part of it, or all that is left (0); a part that is all there is
 * left is none. */
enum refund_fault refund_choose(struct refundable *r, int64_t part_minor);

/* Promises, in a transaction, that the worker sends it back: the part that was
 * chosen, or all. Who asked by a promise of the trail's (audit_promise()) is
 * told what came of it. */
enum err refund_promise(struct db *db, struct arena *a, const struct refund *r,
    const char *promise) MUST_CHECK;

/* It was asked for, and the money has not gone: the provider waits. */
bool refund_waits(const struct fact *f);

/* It was asked for, and is not going to go. */
bool refund_failed(const struct fact *f);

/* Counts how often just this, the part that is set or all that is left, came to
 * nothing, at once or in the end (see struct refund): before each time that it
 * is asked for. */
enum err refund_count_refusals(
    struct db *db, struct arena *a, struct refundable *r) MUST_CHECK;

/* Records, in a transaction, that it was refused for good, or has failed if the
 * provider's fact says so: the next time it is asked for anew. */
enum err refund_record_refusal(struct app *app, struct arena *a,
    const struct refundable *r, const struct fact *f) MUST_CHECK;

/* What is to become of what charges the buyer again. */
enum refund_stop { REFUND_STOPS_NOTHING, REFUND_STOPS_LATER, REFUND_STOPS_NOW };

/* What is ended: who gets a part of the money back goes on paying, unless it is
 * to end at once. */
enum refund_stop refund_stops(const struct refundable *r, bool at_once);

/* Records what the provider said of it, in a transaction. Once the money has
 * gone, what charges the buyer again is ended, as told. */
enum err refund_record(struct app *app, struct arena *a,
    const struct refundable *r, const struct fact *f,
    enum refund_stop stop) MUST_CHECK;

#endif
