/* Amounts, numbers and days, a row for each language. */
#include "shop/writing.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/currency.h"

#include <string.h>

#define NO_BREAK "\u00a0"
#define MAX_BYTES 128

static const struct writing {
	const char *point, *group; /* of decimals, of thousands */
	size_t grouped_from;       /* so many digits before the point */
	bool sign_first;           /* "€9.99" */
	const char *after_day;
	const char *before_percent;
	const char *months[12]; /* as they stand behind a day's number */
	const char *short_months[12];
} writings[LANGUAGE__COUNT] = {
	[LANGUAGE_UK] = { ",", NO_BREAK, 4, false, "", "",
	    { "січня", "лютого", "березня", "квітня", "травня", "червня",
		"липня", "серпня", "вересня", "жовтня", "листопада", "грудня" },
	    { "січ.", "лют.", "бер.", "квіт.", "трав.", "черв.", "лип.",
		"серп.", "вер.", "жовт.", "лист.", "груд." } },
	[LANGUAGE_EN] = { ".", ",", 4, true, "", "",
	    { "January", "February", "March", "April", "May", "June", "July",
		"August", "September", "October", "November", "December" },
	    { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept",
		"Oct", "Nov", "Dec" } },
	[LANGUAGE_DE] = { ",", ".", 4, false, ".", NO_BREAK,
	    { "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli",
		"August", "September", "Oktober", "November", "Dezember" },
	    { "Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.",
		"Sept.", "Okt.", "Nov.", "Dez." } },
	/* Polish leaves four digits together: 1234,50 and 12 345,50. */
	[LANGUAGE_PL] = { ",", NO_BREAK, 5, false, "", "",
	    { "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca",
		"lipca", "sierpnia", "września", "października", "listopada",
		"grudnia" },
	    { "sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz",
		"paź", "lis", "gru" } },
};

/* The signs that everybody knows who pays in that money; CLDR has more of them,
 * and some stand for several currencies. */
static const struct sign {
	const char *code, *sign;
	bool in_english; /* where others are known by their code */
} signs[] = {
	{ "EUR", "€", true }, { "USD", "$", true }, { "GBP", "£", true },
	{ "JPY", "¥", true }, { "UAH", "₴", false }, { "PLN", "zł", false },
	{ "CZK", "Kč", false }, { "XTR", "⭐", true }, /* Telegram Stars */
};

/* NULL: the code stands for itself. */
static const char *
sign_of(enum language in, struct str code)
{
	for (size_t i = 0; i < LENGTH(signs); i++)
		if (str_eq(code, signs[i].code))
			return in != LANGUAGE_EN || signs[i].in_english ?
			    signs[i].sign :
			    NULL;
	return NULL;
}

/* "1234567" with the thousands apart. */
static void
add_whole(struct buf *b, const struct writing *w, struct str digits)
{
	for (size_t i = 0; i < digits.len; i++) {
		size_t left = digits.len - i;

		if (i > 0 && left % 3 == 0 && digits.len >= w->grouped_from)
			buf_text(b, w->group);
		buf_char(b, digits.p[i]);
	}
}

static void
add_number(struct buf *b, const struct writing *w, struct str number)
{
	add_whole(b, w, str_cut(&number, '.'));
	if (number.len > 0) {
		buf_text(b, w->point);
		buf_add(b, number);
	}
}

/* How many decimals there are is the currency's, in any language: number is as
 * currency_text() has it, without the code. */
static const char *
amount(enum language in, struct arena *a, struct str number, struct str code)
{
	const struct writing *w = &writings[in];
	const char *sign = sign_of(in, code);
	struct buf b = buf_new(a, MAX_BYTES);

	/* A minus stands before the sign too: "-€5.00". */
	if (str_starts(number, "-")) {
		buf_char(&b, '-');
		(void)str_cut(&number, '-');
	}
	/* A sign in front stands close to the number; a code, and whatever
	 * stands behind, has a blank between that no line may end at. */
	if (w->sign_first) {
		buf_text(&b, sign);
		buf_add(&b, sign == NULL ? code : str_from(""));
		buf_text(&b, sign == NULL ? NO_BREAK : "");
	}
	add_number(&b, w, number);
	if (!w->sign_first) {
		buf_text(&b, NO_BREAK);
		buf_add(&b, sign == NULL ? code : str_from(sign));
	}
	return arena_dup(a, buf_str(&b));
}

const char *
writing_money(
    enum language in, struct arena *a, int64_t amount_minor, const char *code)
{
	struct str capitals = str_from(currency_text(a, amount_minor, code));
	struct str number = str_cut(&capitals, ' ');

	return amount(in, a, number, capitals);
}

const char *
writing_round_money(
    enum language in, struct arena *a, int64_t amount_minor, const char *code)
{
	struct str capitals = str_from(currency_text(a, amount_minor, code));
	struct str number = str_cut(&capitals, ' ');
	struct str rest = number, whole = str_cut(&rest, '.');

	return amount(in, a, str_only(rest, "0") ? whole : number, capitals);
}

/* The sign by itself: of -5 tenths the whole is 0, which has none. */
const char *
writing_number(enum language in, struct arena *a, int64_t n, int decimals)
{
	unsigned long long all =
	    n < 0 ? 0 - (unsigned long long)n : (unsigned long long)n;
	unsigned long long one = 1;
	struct buf b = buf_new(a, MAX_BYTES);

	for (int i = 0; i < decimals; i++)
		one *= 10;
	buf_text(&b, n < 0 ? "-" : "");
	add_number(&b, &writings[in],
	    str_from(decimals == 0 ? arena_printf(a, "%llu", all) :
				     arena_printf(a, "%llu.%0*llu", all / one,
					 decimals, all % one)));
	return arena_dup(a, buf_str(&b));
}

const char *
writing_permille(enum language in, struct arena *a, int64_t n)
{
	bool is_whole = n % 10 == 0;

	return arena_printf(a, "%s%s%%",
	    writing_number(in, a, is_whole ? n / 10 : n, is_whole ? 0 : 1),
	    writings[in].before_percent);
}

static int
two_digits(const char *p)
{
	return 10 * (p[0] - '0') + p[1] - '0';
}

/* Which month it is, 0 ... 11, and how long the year's number before it is;
 * false: it is no day, nor a month where that will do. */
static bool
read_day(const char *day, bool or_month, int *month, int *n_year)
{
	size_t len = strlen(day);
	bool is_month;
	const char *at;

	if (len < 7)
		return false;
	is_month = or_month && day[len - 6] != '-';
	at = day + len - (is_month ? 2 : 5);
	*month = two_digits(at) - 1;
	*n_year = (int)(at - 1 - day);
	return at[-1] == '-' && *month >= 0 && *month < 12;
}

/* By a table of ours and not by strftime(): that writes the language of the
 * host's locale, which the host may not even have. */
const char *
writing_day(enum language in, struct arena *a, const char *day)
{
	const struct writing *w = &writings[in];
	int month, n_year;

	if (!read_day(day, false, &month, &n_year))
		return day;
	return arena_printf(a, "%d%s %s %.*s",
	    two_digits(day + strlen(day) - 2), w->after_day, w->months[month],
	    n_year, day);
}

const char *
writing_short(enum language in, struct arena *a, const char *day)
{
	const struct writing *w = &writings[in];
	int month, n_year;

	if (!read_day(day, true, &month, &n_year))
		return day;
	if (day[n_year + 3] == '\0')
		return arena_printf(
		    a, "%s %.*s", w->short_months[month], n_year, day);
	return arena_printf(a, "%d%s %s", two_digits(day + strlen(day) - 2),
	    w->after_day, w->short_months[month]);
}

const char *
writing_date(enum language in, struct arena *a, int64_t since_1970_ms)
{
	char date[CLOCK_DATE_BYTES]; /* 2026-01-31; a year may be longer */

	clock_date(since_1970_ms, date);
	return writing_day(in, a, arena_dup(a, str_from(date)));
}
