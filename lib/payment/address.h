/* What comes of a post to our own public address, in an operator's words: what
 * is in the way of those that Stripe and Telegram send there, and what to do
 * about it. */
#ifndef PAYMENT_ADDRESS_H
#define PAYMENT_ADDRESS_H

#include "base/json.h"
#include "net/http.h"
#include "shop/app.h"

struct address_fault {
	const char *what; /* a sentence; NULL: there is none */
	const char *mend;
};

/* Judges an answer that is not the one which our programs give, or that nobody
 * answered (e is then not ERR_OK). Walls against bots are named for what they
 * are, as far as the answer gives them away. */
struct address_fault address_fault(struct arena *a, const char *url, enum err e,
    const struct http_response *res);

/* Whether who answered is at our ledger: by "account" and "ledger" in the
 * answer, which a program of an older version does not have. */
struct address_fault address_keeper(
    const struct app *app, struct arena *a, struct json *answer);

#endif
