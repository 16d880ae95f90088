/* A buyer on the way to a page, in steps of which none waits. There is at most
 * one call to whoever takes the money between the first and the last:
 *
 *   look --> ask --> (the call) --> heard --> note --> end
 *
 * Whoever runs visits (front/buyers.h) has many of them at the same step: they
 * look in one transaction, their calls go at once, and what came of those is
 * written in one transaction again. The ledger is locked in none of the waits.
 *
 * A visit holds no product between two steps: the catalog may be another
 * then. */
#ifndef PAYMENT_VISIT_H
#define PAYMENT_VISIT_H

#include "ledger/ledger.h"
#include "net/http.h"
#include "shop/app.h"

enum checkout_state {
	CHECKOUT_REDIRECT,   /* url is where to pay */
	CHECKOUT_PAID,       /* the buyer is in already */
	CHECKOUT_PROCESSING, /* paid, the bank is at work */
	CHECKOUT_OWED,       /* a subscription whose invoice can be paid */
	CHECKOUT_SUBSCRIBED, /* out, but they will be charged for it again */
	CHECKOUT_NONE,       /* nobody paid (thanks_visit) */
	CHECKOUT_IN_CHAT,    /* sold by the bot alone, on no page */
	CHECKOUT_LIMITED,    /* asked too often: not before wait_s seconds */
	CHECKOUT__COUNT
};

struct checkout {
	enum checkout_state state;
	const char *url;
	const struct product *product; /* NULL: sold no more */
	struct term term;              /* of CHECKOUT_PAID */
	const char *link; /* of thanks_visit(): the buyer's invite to the
	                     first channel; NULL: none (yet) */
	int64_t wait_s;
};

enum visit_note {
	VISIT_NOTES_NOTHING,
	VISIT_NOTES_LIGHTLY, /* nobody is promised anything by it: a power cut
	                        may take it, see db_transaction_light() */
	VISIT_NOTES_FOR_GOOD /* the page promises what it says */
};

struct visit {
	/* What the ledger knows; in a savepoint of a light transaction. */
	enum err (*look)(struct db *db, void *ctx);
	/* In place of that, or after it, where the ledger is out of order:
	 * nothing is known then. */
	void (*blind)(void *ctx);
	/* Writes the call; no method in *out: none is needed. */
	enum err (*ask)(void *ctx, struct http_request *out);
	/* Reads the answer, as often as one comes. ERR_CONFLICT: a twin of the
	 * call is at work. ERR_THROTTLED: too fast. */
	enum err (*read)(void *ctx, const struct http_response *res);
	/* It is over: e is read()'s, http_send()'s where no answer came, or
	 * ERR_THROTTLED where its turn never came. Is there anything to
	 * write? */
	enum visit_note (*heard)(void *ctx, enum err e);
	/* Writes it; in a savepoint. */
	enum err (*note)(struct db *db, void *ctx);
	/* What to show. asked: ask()'s or heard()'s error; noted: note()'s, or
	 * its transaction's. */
	enum err (*end)(
	    void *ctx, enum err asked, enum err noted, struct checkout *out);
	bool is_patient; /* a twin of the call is waited for, see call.h */
	void *ctx;
};

#endif
