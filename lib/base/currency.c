/* Currencies: a row for each about which there is something to say. */
#include "base/currency.h"

#include "base/array.h"

#include <string.h>

#define MAX_DIGITS 12 /* as many as Stripe takes of any amount */

/* Decimals, step, least. Stripe counts ISK and UGX in hundredths that must be
 * 00, since they had decimals once; HUF and TWD have them when they are
 * charged, and only a payout is in whole ones, which is none of ours. Of the
 * three decimals of a dinar the last must be 0. XTR are Telegram's Stars. */
static const struct currency rows[] = {
	{ "bif", 0, 1, 0, true },
	{ "clp", 0, 1, 0, true },
	{ "djf", 0, 1, 0, true },
	{ "gnf", 0, 1, 0, true },
	{ "jpy", 0, 1, 50, true },
	{ "kmf", 0, 1, 0, true },
	{ "krw", 0, 1, 50, true },
	{ "mga", 0, 1, 0, true },
	{ "pyg", 0, 1, 0, true },
	{ "rwf", 0, 1, 0, true },
	{ "vnd", 0, 1, 0, true },
	{ "vuv", 0, 1, 0, true },
	{ "xaf", 0, 1, 0, true },
	{ "xof", 0, 1, 0, true },
	{ "xpf", 0, 1, 0, true },
	{ "xtr", 0, 1, 0, true },
	{ "isk", 2, 100, 0, true },
	{ "ugx", 2, 100, 0, true },
	{ "bhd", 3, 10, 0, true },
	{ "jod", 3, 10, 0, true },
	{ "kwd", 3, 10, 0, true },
	{ "omr", 3, 10, 0, true },
	{ "tnd", 3, 10, 0, true },
	{ "aed", 2, 1, 200, true },
	{ "ars", 2, 1, 50, true },
	{ "aud", 2, 1, 50, true },
	{ "brl", 2, 1, 50, true },
	{ "cad", 2, 1, 50, true },
	{ "chf", 2, 1, 50, true },
	{ "cop", 2, 1, 50, true },
	{ "czk", 2, 1, 1500, true },
	{ "dkk", 2, 1, 250, true },
	{ "eur", 2, 1, 50, true },
	{ "gbp", 2, 1, 30, true },
	{ "hkd", 2, 1, 400, true },
	{ "huf", 2, 1, 17500, true },
	{ "idr", 2, 1, 50, true },
	{ "ils", 2, 1, 50, true },
	{ "inr", 2, 1, 50, true },
	{ "mxn", 2, 1, 1000, true },
	{ "myr", 2, 1, 200, true },
	{ "nok", 2, 1, 300, true },
	{ "nzd", 2, 1, 50, true },
	{ "php", 2, 1, 50, true },
	{ "pln", 2, 1, 200, true },
	{ "ron", 2, 1, 200, true },
	{ "rub", 2, 1, 50, true },
	{ "sek", 2, 1, 300, true },
	{ "sgd", 2, 1, 50, true },
	{ "thb", 2, 1, 1000, true },
	{ "usd", 2, 1, 50, true },
	{ "zar", 2, 1, 50, true },
};

/* The others that Stripe charges in: two decimals, no least amount named. */
static const char plain[] =
    " afn all amd ang aoa awg azn bam bbd bdt bgn bmd bnd bob bsd bwp byn bzd"
    " cdf cny crc cve dop dzd egp etb fjd fkp gel gip gmd gtq gyd hnl htg jmd"
    " kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr"
    " mwk mzn nad ngn nio npr pab pen pgk pkr qar rsd sar sbd scr shp sle sos"
    " srd std szl tjs top try ttd twd tzs uah uyu uzs wst xcd xcg yer zmw ";

struct currency
currency_of(const char *code)
{
	/* Nearly all currencies have two decimals: the best guess for one that
	 * Stripe adds after this was built. */
	struct currency c = { .decimals = 2, .step_minor = 1 };
	/* With the blanks a search in plain[] finds whole codes, never the end
	 * of one and the beginning of the next. */
	char word[6] = " ??? ";

	if (code == NULL || strlen(code) != 3 ||
	    !str_only(str_from(code), STR_LETTERS))
		return c;
	/* Letters alone came this far: the bit makes them small. */
	for (size_t i = 0; i < 3; i++)
		word[i + 1] = c.code[i] = (char)(code[i] | 0x20);
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (strcmp(rows[i].code, c.code) == 0)
			return rows[i];
	c.is_known = strstr(plain, word) != NULL;
	return c;
}

/* As people write it; settings and Stripe have small letters. */
static const char *
in_capitals(struct arena *a, const char *code)
{
	char *copy = arena_dup_text(a, code == NULL ? "?" : code);

	for (char *p = copy; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	return copy;
}

static int64_t
power_of_ten(int n)
{
	return n == 0 ? 1 : 10 * power_of_ten(n - 1);
}

/* Decimals that must be 0 are shown only where they are not. */
static int
decimals_shown(const struct currency *c, uint64_t amount)
{
	bool is_whole = c->step_minor == power_of_ten(c->decimals) &&
	    amount % (uint64_t)c->step_minor == 0;

	return is_whole ? 0 : c->decimals;
}

const char *
currency_text(struct arena *a, int64_t amount_minor, const char *code)
{
	const struct currency c = currency_of(code);
	const char *sign = amount_minor < 0 ? "-" : "";
	/* The least of all numbers has no positive twin. */
	uint64_t amount = amount_minor < 0 ? 0 - (uint64_t)amount_minor :
					     (uint64_t)amount_minor;
	uint64_t unit = (uint64_t)power_of_ten(c.decimals);
	int shown = decimals_shown(&c, amount);

	if (shown == 0)
		return arena_printf(a, "%s%llu %s", sign,
		    (unsigned long long)(amount / unit), in_capitals(a, code));
	return arena_printf(a, "%s%llu.%0*llu %s", sign,
	    (unsigned long long)(amount / unit), shown,
	    (unsigned long long)(amount % unit), in_capitals(a, code));
}

/* Digits alone, up to as many as an amount may have: zeroes in front of them
 * are a person's way to write. */
static bool
read_digits(struct str s, int64_t *n)
{
	if (s.len == 0 || s.len > MAX_DIGITS || !str_only(s, STR_DIGITS))
		return false;
	for (size_t i = 0; i < s.len; i++)
		*n = *n * 10 + (s.p[i] - '0');
	return true;
}

/* What the currency makes of an amount in its minor units. */
static const char *
step_fault(struct arena *a, const struct currency *c, int64_t amount_minor)
{
	const char *code = in_capitals(a, c->code);

	if (amount_minor % c->step_minor == 0)
		return NULL;
	if (c->decimals == 3)
		return arena_printf(a,
		    "must end in 0: of the three decimals of %s Stripe takes "
		    "two",
		    code);
	return arena_printf(a,
	    "must end in 00: Stripe counts %s in hundredths and takes whole "
	    "ones alone",
	    code);
}

const char *
currency_read(
    struct arena *a, const char *text, const char *code, int64_t *amount_minor)
{
	const struct currency c = currency_of(code);
	struct str rest = str_from(text);
	/* Whichever of the two marks stands there; both, or one twice, is no
	 * amount, since it may be meant in two ways. */
	bool has_comma = memchr(text, ',', rest.len) != NULL;
	struct str whole = str_cut(&rest, has_comma ? ',' : '.');
	bool has_mark = whole.len < strlen(text);
	int64_t n = 0, part = 0;

	if (!read_digits(whole, &n) || (has_mark && !read_digits(rest, &part)))
		return "must be an amount such as 9.99, digits and a point";
	if (rest.len > (size_t)c.decimals)
		return arena_printf(a,
		    "has more decimals than %s, which has %d",
		    in_capitals(a, code), c.decimals);
	/* Twelve digits and three decimals more are far from the end of
	 * int64_t. */
	n = n * power_of_ten(c.decimals) +
	    part * power_of_ten(c.decimals - (int)rest.len);
	if (n == 0)
		return "must be more than nothing";
	if (step_fault(a, &c, n) != NULL)
		return step_fault(a, &c, n);
	*amount_minor = n;
	return NULL;
}

const char *
currency_fault(struct arena *a, int64_t amount_minor, const char *code)
{
	const struct currency c = currency_of(code);

	/* Orders that were paid in Stars bear it, prices never do. */
	if (strcmp(c.code, "xtr") == 0)
		return "is in Telegram Stars, which have a price of their own "
		       "and are no currency of Stripe's";
	return step_fault(a, &c, amount_minor);
}

const char *
currency_doubt(struct arena *a, int64_t amount_minor, const char *code)
{
	const struct currency c = currency_of(code);

	/* Stripe adds currencies, so this is no fault. */
	if (!c.is_known)
		return arena_printf(a,
		    "is in %s, which is no currency that Stripe was known to "
		    "take: it is counted in hundredths",
		    in_capitals(a, code));
	/* The least is that of the currency in which the shop is paid out,
	 * which nobody told here. */
	if (amount_minor < c.min_minor)
		return arena_printf(a,
		    "is %s: below %s Stripe refuses most payments",
		    currency_text(a, amount_minor, code),
		    currency_text(a, c.min_minor, code));
	return NULL;
}
