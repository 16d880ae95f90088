/* How often somebody may ask: a count in each hour, of the calls to Stripe for
 * a buyer, and of the requests from an address. */
#ifndef PAYMENT_LIMIT_H
#define PAYMENT_LIMIT_H

#include "shop/app.h"

struct limit_who {
	int64_t tg_id;       /* 0: not known */
	const char *address; /* of client_address(); "": not known */
};

/* Both count one, in a transaction. limit_buyer() counts a call to Stripe for a
 * buyer. limit_address() counts a request from an address, whatever it finds:
 * whoever asks about one number after another learns something from each
 * answer. ERR_THROTTLED where the limit of the settings is reached, with the
 * seconds to wait in *wait_s.
 *
 * Addresses are not stored, only a keyed hash of one, for its hour; an IPv6
 * address counts as the /64 network that a single customer has. */
enum err limit_buyer(struct app *app, struct arena *a,
    const struct limit_who *who, int64_t *wait_s) MUST_CHECK;
enum err limit_address(struct app *app, struct arena *a,
    const struct limit_who *who, int64_t *wait_s) MUST_CHECK;

/* Counts what one person makes us do by a word or a button, and allows n times
 * an hour; what names it in the count and is a text of ours. ERR_THROTTLED
 * beyond that. In a transaction. */
enum err limit_person(struct app *app, struct arena *a, const char *what,
    int64_t tg_id, int64_t n) MUST_CHECK;

#endif
