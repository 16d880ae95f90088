/* How a language writes amounts and days, by CLDR (the tables that browsers and
 * telephones have as well). */
#ifndef SHOP_WRITING_H
#define SHOP_WRITING_H

#include "base/arena.h"
#include "shop/language.h"

/* "9,99 €" or "€9.99" of 999 minor units, with as many decimals as
 * currency_text() shows, and no break between the number and the sign. A
 * currency whose sign would puzzle those who read the language has its code. */
const char *writing_money(
    enum language in, struct arena *a, int64_t amount_minor, const char *code);

/* "27. Februar 2027", in UTC. English as in Britain, the day first. */
const char *writing_date(
    enum language in, struct arena *a, int64_t since_1970_ms);

#endif
