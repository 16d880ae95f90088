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

/* The same without decimals that are nothing but zeros, for the marks of an
 * axis: "1.500 €" and "7,50 €". */
const char *writing_round_money(
    enum language in, struct arena *a, int64_t amount_minor, const char *code);

/* "1.234" of 1234 with no decimals, "7,5" of 75 with one; at most three. */
const char *writing_number(
    enum language in, struct arena *a, int64_t n, int decimals);

/* "7,5 %" of 75 thousandths, "75 %" of 750. */
const char *writing_permille(enum language in, struct arena *a, int64_t n);

/* A day of the calendar, "2026-11-27", in full, "27. November 2026", and short,
 * "27. Nov."; a month, "2026-11", short: "Nov. 2026". What is neither comes
 * back as it is. */
const char *writing_day(enum language in, struct arena *a, const char *day);
const char *writing_short(enum language in, struct arena *a, const char *day);

/* "27. Februar 2027", in UTC. English as in Britain, the day first. */
const char *writing_date(
    enum language in, struct arena *a, int64_t since_1970_ms);

#endif
