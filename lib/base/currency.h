/* Money as currencies have it: how many decimals an amount in minor units has,
 * how it is written and read, and what Stripe takes of it. One table in
 * currency.c, by docs.stripe.com/currencies as of November 2026. */
#ifndef BASE_CURRENCY_H
#define BASE_CURRENCY_H

#include "base/arena.h"

/* A minor unit is the smallest that an amount is counted in, with Stripe and
 * in the ledger: a cent, a yen, a Star. */
struct currency {
	char code[4];       /* lower case; "" of what is no code at all */
	int decimals;       /* of an amount that is counted in minor units */
	int64_t step_minor; /* Stripe takes multiples of this alone */
	int64_t min_minor;  /* the least that it takes; 0: it names none. It
	                       holds where the money is also paid out in this
	                       currency, and some ways to pay go lower */
	bool is_known;      /* if not, it is taken to have two decimals */
};

/* In either case; NULL and whatever is no code are not known. */
struct currency currency_of(const char *code);

/* "9.99 EUR" of 999 minor units, "1000 JPY" of 1000, "5 ISK" of 500. A NULL
 * code: "?". */
const char *currency_text(
    struct arena *a, int64_t amount_minor, const char *code);

/* An amount as people write it, "9.99" or "9,99", as minor units; a mark of
 * thousands is none. NULL: it was read, and could be charged. Otherwise what
 * is wrong with it, as the end of a sentence, and *amount_minor stays. */
const char *currency_read(
    struct arena *a, const char *text, const char *code, int64_t *amount_minor);

/* Why Stripe would refuse such a price, as the end of a sentence; NULL: for no
 * reason that is in the currency. */
const char *currency_fault(
    struct arena *a, int64_t amount_minor, const char *code);

/* What is likely to be a slip, though it may be meant: an amount below the
 * least, a currency that nobody knows. As the end of a sentence, or NULL. */
const char *currency_doubt(
    struct arena *a, int64_t amount_minor, const char *code);

#endif
