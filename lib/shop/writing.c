/* Amounts and days, a row for each language. */
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
	const char *months[12]; /* as they stand behind a day's number */
} writings[LANGUAGE__COUNT] = {
	[LANGUAGE_UK] = { ",", NO_BREAK, 4, false, "",
	    { "січня", "лютого", "березня", "квітня", "травня", "червня",
		"липня", "серпня", "вересня", "жовтня", "листопада",
		"грудня" } },
	[LANGUAGE_EN] = { ".", ",", 4, true, "",
	    { "January", "February", "March", "April", "May", "June", "July",
		"August", "September", "October", "November", "December" } },
	[LANGUAGE_DE] = { ",", ".", 4, false, ".",
	    { "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli",
		"August", "September", "Oktober", "November", "Dezember" } },
	/* Polish leaves four digits together: 1234,50 and 12 345,50. */
	[LANGUAGE_PL] = { ",", NO_BREAK, 5, false, "",
	    { "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca",
		"lipca", "sierpnia", "września", "października", "listopada",
		"grudnia" } },
};

/* The signs that everybody knows who pays in that money; CLDR has more of them,
 * and some stand for several currencies. */
static const struct sign {
	const char *code, *sign;
	bool in_english; /* where others are known by their code */
} signs[] = {
	{ "EUR", "€", true },
	{ "USD", "$", true },
	{ "GBP", "£", true },
	{ "JPY", "¥", true },
	{ "UAH", "₴", false },
	{ "PLN", "zł", false },
	{ "CZK", "Kč", false },
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

const char *
writing_money(
    enum language in, struct arena *a, int64_t amount_minor, const char *code)
{
	const struct writing *w = &writings[in];
	/* How many decimals there are is the currency's, in any language. */
	struct str capitals = str_from(currency_text(a, amount_minor, code));
	struct str number = str_cut(&capitals, ' ');
	const char *sign = sign_of(in, capitals);
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
		buf_add(&b, sign == NULL ? capitals : str_from(""));
		buf_text(&b, sign == NULL ? NO_BREAK : "");
	}
	add_number(&b, w, number);
	if (!w->sign_first) {
		buf_text(&b, NO_BREAK);
		buf_add(&b, sign == NULL ? capitals : str_from(sign));
	}
	return arena_dup(a, buf_str(&b));
}

static int
two_digits(const char *p)
{
	return 10 * (p[0] - '0') + p[1] - '0';
}

/* By a table of ours and not by strftime(): that writes the language of the
 * host's locale, which the host may not even have. */
const char *
writing_date(enum language in, struct arena *a, int64_t since_1970_ms)
{
	const struct writing *w = &writings[in];
	char date[CLOCK_DATE_BYTES]; /* 2026-01-31; a year may be longer */
	const char *month, *day;

	clock_date(since_1970_ms, date);
	day = date + strlen(date) - 2;
	month = day - 3;
	return arena_printf(a, "%d%s %s %.*s", two_digits(day), w->after_day,
	    w->months[two_digits(month) - 1], (int)(month - 1 - date), date);
}
