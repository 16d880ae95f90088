/* How often somebody may make us call Stripe: a count in each hour, by buyer
 * and by address. What is counted is the call, not the click: a repeated click
 * finds its open session and costs nothing. */
#ifndef SHOP_LIMIT_H
#define SHOP_LIMIT_H

#include "shop/app.h"

struct limit_who {
	int64_t tg_id;       /* 0: not known */
	const char *address; /* of client_address(); "": not known */
};

/* Counts one call, in a transaction. ERR_THROTTLED where one of the limits of
 * the settings is reached, with the seconds to wait in *wait_s. Addresses are
 * not stored: only a keyed hash of one, for its hour, an IPv6 one as the /64
 * network that a single customer has. */
enum err limit_take(struct app *app, struct arena *a,
    const struct limit_who *who, int64_t *wait_s) MUST_CHECK;

#endif
