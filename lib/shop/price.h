/* Whether a price could be charged, and what was meant by one that is not in
 * minor units. */
#ifndef SHOP_PRICE_H
#define SHOP_PRICE_H

#include "base/settings.h"

/* Judges PRICE_AMOUNT and PRICE_CURRENCY once they are loaded: adds to the
 * faults and the notes of s. amount_minor is 0 where it could not be read. */
void price_check(struct settings *s, struct arena *a, int64_t amount_minor,
    const char *currency);

/* For an amount that is written in whole units, how it is written here, as the
 * end of a sentence: ": that is in minor units, so for 9.99 EUR write 999".
 * Empty where it is anything else. */
const char *price_hint(struct arena *a, const char *text, const char *currency);

#endif
