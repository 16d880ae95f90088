/* How each language writes amounts and days. What is expected here is what
 * Node's Intl says: tests/web/writing.test.mjs reads these rows and asks it. */
#include "testing.h"

#include "shop/writing.c" /* the code under test, statics and all */

#define UK LANGUAGE_UK
#define EN LANGUAGE_EN
#define DE LANGUAGE_DE
#define PL LANGUAGE_PL

static const struct money {
	const char *want;
	enum language in;
	int64_t amount_minor;
	const char *code;
} moneys[] = {
	{ "9,99\u00a0€", UK, 999, "eur" },
	{ "1\u00a0234,50\u00a0€", UK, 123450, "eur" },
	{ "0,00\u00a0€", UK, 0, "eur" },
	{ "-5,00\u00a0€", UK, -500, "eur" },
	{ "12\u00a0345,67\u00a0€", UK, 1234567, "eur" },
	{ "1\u00a0234\u00a0567,89\u00a0€", UK, 123456789, "eur" },
	{ "9,99\u00a0$", UK, 999, "usd" },
	{ "1\u00a0234,50\u00a0$", UK, 123450, "usd" },
	{ "9,99\u00a0₴", UK, 999, "uah" },
	{ "1\u00a0234,50\u00a0₴", UK, 123450, "uah" },
	{ "9,99\u00a0zł", UK, 999, "pln" },
	{ "1\u00a0234,50\u00a0zł", UK, 123450, "pln" },
	{ "999\u00a0¥", UK, 999, "jpy" },
	{ "123\u00a0450\u00a0¥", UK, 123450, "jpy" },
	{ "0\u00a0¥", UK, 0, "jpy" },
	{ "-500\u00a0¥", UK, -500, "jpy" },
	{ "1\u00a0234\u00a0567\u00a0¥", UK, 1234567, "jpy" },
	{ "123\u00a0456\u00a0789\u00a0¥", UK, 123456789, "jpy" },
	{ "0,999\u00a0KWD", UK, 999, "kwd" },
	{ "123,450\u00a0KWD", UK, 123450, "kwd" },
	{ "0,000\u00a0KWD", UK, 0, "kwd" },
	{ "-0,500\u00a0KWD", UK, -500, "kwd" },
	{ "1\u00a0234,567\u00a0KWD", UK, 1234567, "kwd" },
	{ "123\u00a0456,789\u00a0KWD", UK, 123456789, "kwd" },
	{ "9,99\u00a0£", UK, 999, "gbp" },
	{ "1\u00a0234,50\u00a0£", UK, 123450, "gbp" },
	{ "9,99\u00a0Kč", UK, 999, "czk" },
	{ "1\u00a0234,50\u00a0Kč", UK, 123450, "czk" },
	{ "9,99\u00a0CHF", UK, 999, "chf" },
	{ "1\u00a0234,50\u00a0CHF", UK, 123450, "chf" },
	{ "€9.99", EN, 999, "eur" },
	{ "€1,234.50", EN, 123450, "eur" },
	{ "€0.00", EN, 0, "eur" },
	{ "-€5.00", EN, -500, "eur" },
	{ "€12,345.67", EN, 1234567, "eur" },
	{ "€1,234,567.89", EN, 123456789, "eur" },
	{ "$9.99", EN, 999, "usd" },
	{ "$1,234.50", EN, 123450, "usd" },
	{ "UAH\u00a09.99", EN, 999, "uah" },
	{ "UAH\u00a01,234.50", EN, 123450, "uah" },
	{ "PLN\u00a09.99", EN, 999, "pln" },
	{ "PLN\u00a01,234.50", EN, 123450, "pln" },
	{ "¥999", EN, 999, "jpy" },
	{ "¥123,450", EN, 123450, "jpy" },
	{ "¥0", EN, 0, "jpy" },
	{ "-¥500", EN, -500, "jpy" },
	{ "¥1,234,567", EN, 1234567, "jpy" },
	{ "¥123,456,789", EN, 123456789, "jpy" },
	{ "KWD\u00a00.999", EN, 999, "kwd" },
	{ "KWD\u00a0123.450", EN, 123450, "kwd" },
	{ "KWD\u00a00.000", EN, 0, "kwd" },
	{ "-KWD\u00a00.500", EN, -500, "kwd" },
	{ "KWD\u00a01,234.567", EN, 1234567, "kwd" },
	{ "KWD\u00a0123,456.789", EN, 123456789, "kwd" },
	{ "£9.99", EN, 999, "gbp" },
	{ "£1,234.50", EN, 123450, "gbp" },
	{ "CZK\u00a09.99", EN, 999, "czk" },
	{ "CZK\u00a01,234.50", EN, 123450, "czk" },
	{ "CHF\u00a09.99", EN, 999, "chf" },
	{ "CHF\u00a01,234.50", EN, 123450, "chf" },
	{ "9,99\u00a0€", DE, 999, "eur" },
	{ "1.234,50\u00a0€", DE, 123450, "eur" },
	{ "0,00\u00a0€", DE, 0, "eur" },
	{ "-5,00\u00a0€", DE, -500, "eur" },
	{ "12.345,67\u00a0€", DE, 1234567, "eur" },
	{ "1.234.567,89\u00a0€", DE, 123456789, "eur" },
	{ "9,99\u00a0$", DE, 999, "usd" },
	{ "1.234,50\u00a0$", DE, 123450, "usd" },
	{ "9,99\u00a0₴", DE, 999, "uah" },
	{ "1.234,50\u00a0₴", DE, 123450, "uah" },
	{ "9,99\u00a0zł", DE, 999, "pln" },
	{ "1.234,50\u00a0zł", DE, 123450, "pln" },
	{ "999\u00a0¥", DE, 999, "jpy" },
	{ "123.450\u00a0¥", DE, 123450, "jpy" },
	{ "0\u00a0¥", DE, 0, "jpy" },
	{ "-500\u00a0¥", DE, -500, "jpy" },
	{ "1.234.567\u00a0¥", DE, 1234567, "jpy" },
	{ "123.456.789\u00a0¥", DE, 123456789, "jpy" },
	{ "0,999\u00a0KWD", DE, 999, "kwd" },
	{ "123,450\u00a0KWD", DE, 123450, "kwd" },
	{ "0,000\u00a0KWD", DE, 0, "kwd" },
	{ "-0,500\u00a0KWD", DE, -500, "kwd" },
	{ "1.234,567\u00a0KWD", DE, 1234567, "kwd" },
	{ "123.456,789\u00a0KWD", DE, 123456789, "kwd" },
	{ "9,99\u00a0£", DE, 999, "gbp" },
	{ "1.234,50\u00a0£", DE, 123450, "gbp" },
	{ "9,99\u00a0Kč", DE, 999, "czk" },
	{ "1.234,50\u00a0Kč", DE, 123450, "czk" },
	{ "9,99\u00a0CHF", DE, 999, "chf" },
	{ "1.234,50\u00a0CHF", DE, 123450, "chf" },
	{ "9,99\u00a0€", PL, 999, "eur" },
	{ "1234,50\u00a0€", PL, 123450, "eur" },
	{ "0,00\u00a0€", PL, 0, "eur" },
	{ "-5,00\u00a0€", PL, -500, "eur" },
	{ "12\u00a0345,67\u00a0€", PL, 1234567, "eur" },
	{ "1\u00a0234\u00a0567,89\u00a0€", PL, 123456789, "eur" },
	{ "9,99\u00a0$", PL, 999, "usd" },
	{ "1234,50\u00a0$", PL, 123450, "usd" },
	{ "9,99\u00a0₴", PL, 999, "uah" },
	{ "1234,50\u00a0₴", PL, 123450, "uah" },
	{ "9,99\u00a0zł", PL, 999, "pln" },
	{ "1234,50\u00a0zł", PL, 123450, "pln" },
	{ "999\u00a0¥", PL, 999, "jpy" },
	{ "123\u00a0450\u00a0¥", PL, 123450, "jpy" },
	{ "0\u00a0¥", PL, 0, "jpy" },
	{ "-500\u00a0¥", PL, -500, "jpy" },
	{ "1\u00a0234\u00a0567\u00a0¥", PL, 1234567, "jpy" },
	{ "123\u00a0456\u00a0789\u00a0¥", PL, 123456789, "jpy" },
	{ "0,999\u00a0KWD", PL, 999, "kwd" },
	{ "123,450\u00a0KWD", PL, 123450, "kwd" },
	{ "0,000\u00a0KWD", PL, 0, "kwd" },
	{ "-0,500\u00a0KWD", PL, -500, "kwd" },
	{ "1234,567\u00a0KWD", PL, 1234567, "kwd" },
	{ "123\u00a0456,789\u00a0KWD", PL, 123456789, "kwd" },
	{ "9,99\u00a0£", PL, 999, "gbp" },
	{ "1234,50\u00a0£", PL, 123450, "gbp" },
	{ "9,99\u00a0Kč", PL, 999, "czk" },
	{ "1234,50\u00a0Kč", PL, 123450, "czk" },
	{ "9,99\u00a0CHF", PL, 999, "chf" },
	{ "1234,50\u00a0CHF", PL, 123450, "chf" },
};

static void
money(void **state)
{
	const struct money *m = *state;

	check_text(
	    writing_money(m->in, &mem, m->amount_minor, m->code), m->want);
}

static const struct day {
	const char *want;
	enum language in;
	int64_t ms;
} days[] = {
	{ "1 січня 2027", UK, 1798804800000 },
	{ "27 лютого 2027", UK, 1803729600000 },
	{ "3 березня 2027", UK, 1804075200000 },
	{ "4 квітня 2027", UK, 1806840000000 },
	{ "5 травня 2027", UK, 1809518400000 },
	{ "6 червня 2027", UK, 1812283200000 },
	{ "7 липня 2027", UK, 1814961600000 },
	{ "8 серпня 2027", UK, 1817726400000 },
	{ "9 вересня 2027", UK, 1820491200000 },
	{ "10 жовтня 2027", UK, 1823169600000 },
	{ "11 листопада 2027", UK, 1825934400000 },
	{ "12 грудня 2027", UK, 1828612800000 },
	{ "1 January 2027", EN, 1798804800000 },
	{ "27 February 2027", EN, 1803729600000 },
	{ "3 March 2027", EN, 1804075200000 },
	{ "4 April 2027", EN, 1806840000000 },
	{ "5 May 2027", EN, 1809518400000 },
	{ "6 June 2027", EN, 1812283200000 },
	{ "7 July 2027", EN, 1814961600000 },
	{ "8 August 2027", EN, 1817726400000 },
	{ "9 September 2027", EN, 1820491200000 },
	{ "10 October 2027", EN, 1823169600000 },
	{ "11 November 2027", EN, 1825934400000 },
	{ "12 December 2027", EN, 1828612800000 },
	{ "1. Januar 2027", DE, 1798804800000 },
	{ "27. Februar 2027", DE, 1803729600000 },
	{ "3. März 2027", DE, 1804075200000 },
	{ "4. April 2027", DE, 1806840000000 },
	{ "5. Mai 2027", DE, 1809518400000 },
	{ "6. Juni 2027", DE, 1812283200000 },
	{ "7. Juli 2027", DE, 1814961600000 },
	{ "8. August 2027", DE, 1817726400000 },
	{ "9. September 2027", DE, 1820491200000 },
	{ "10. Oktober 2027", DE, 1823169600000 },
	{ "11. November 2027", DE, 1825934400000 },
	{ "12. Dezember 2027", DE, 1828612800000 },
	{ "1 stycznia 2027", PL, 1798804800000 },
	{ "27 lutego 2027", PL, 1803729600000 },
	{ "3 marca 2027", PL, 1804075200000 },
	{ "4 kwietnia 2027", PL, 1806840000000 },
	{ "5 maja 2027", PL, 1809518400000 },
	{ "6 czerwca 2027", PL, 1812283200000 },
	{ "7 lipca 2027", PL, 1814961600000 },
	{ "8 sierpnia 2027", PL, 1817726400000 },
	{ "9 września 2027", PL, 1820491200000 },
	{ "10 października 2027", PL, 1823169600000 },
	{ "11 listopada 2027", PL, 1825934400000 },
	{ "12 grudnia 2027", PL, 1828612800000 },
};

static void
day(void **state)
{
	const struct day *d = *state;

	check_text(writing_date(d->in, &mem, d->ms), d->want);
}

static const struct number {
	const char *want;
	enum language in;
	int64_t n;
	int decimals;
} numbers[] = {
	{ "0", UK, 0, 0 },
	{ "7", UK, 7, 0 },
	{ "1\u00a0234", UK, 1234, 0 },
	{ "12\u00a0345", UK, 12345, 0 },
	{ "-1\u00a0234\u00a0567", UK, -1234567, 0 },
	{ "7,5", UK, 75, 1 },
	{ "-0,5", UK, -5, 1 },
	{ "123,45", UK, 12345, 2 },
	{ "0", EN, 0, 0 },
	{ "7", EN, 7, 0 },
	{ "1,234", EN, 1234, 0 },
	{ "12,345", EN, 12345, 0 },
	{ "-1,234,567", EN, -1234567, 0 },
	{ "7.5", EN, 75, 1 },
	{ "-0.5", EN, -5, 1 },
	{ "123.45", EN, 12345, 2 },
	{ "0", DE, 0, 0 },
	{ "7", DE, 7, 0 },
	{ "1.234", DE, 1234, 0 },
	{ "12.345", DE, 12345, 0 },
	{ "-1.234.567", DE, -1234567, 0 },
	{ "7,5", DE, 75, 1 },
	{ "-0,5", DE, -5, 1 },
	{ "123,45", DE, 12345, 2 },
	{ "0", PL, 0, 0 },
	{ "7", PL, 7, 0 },
	{ "1234", PL, 1234, 0 },
	{ "12\u00a0345", PL, 12345, 0 },
	{ "-1\u00a0234\u00a0567", PL, -1234567, 0 },
	{ "7,5", PL, 75, 1 },
	{ "-0,5", PL, -5, 1 },
	{ "123,45", PL, 12345, 2 },
};

static void
number(void **state)
{
	const struct number *n = *state;

	check_text(writing_number(n->in, &mem, n->n, n->decimals), n->want);
}

static const struct share {
	const char *want;
	enum language in;
	int64_t permille;
} shares[] = {
	{ "7,5%", UK, 75 },
	{ "100%", UK, 1000 },
	{ "0%", UK, 0 },
	{ "33,3%", UK, 333 },
	{ "7.5%", EN, 75 },
	{ "100%", EN, 1000 },
	{ "0%", EN, 0 },
	{ "33.3%", EN, 333 },
	{ "7,5\u00a0%", DE, 75 },
	{ "100\u00a0%", DE, 1000 },
	{ "0\u00a0%", DE, 0 },
	{ "33,3\u00a0%", DE, 333 },
	{ "7,5%", PL, 75 },
	{ "100%", PL, 1000 },
	{ "0%", PL, 0 },
	{ "33,3%", PL, 333 },
};

static void
share(void **state)
{
	const struct share *s = *state;

	check_text(writing_permille(s->in, &mem, s->permille), s->want);
}

static const struct short_day {
	const char *want;
	enum language in;
	const char *day;
} short_days[] = {
	{ "3 січ.", UK, "2027-01-03" },
	{ "4 лют.", UK, "2027-02-04" },
	{ "5 бер.", UK, "2027-03-05" },
	{ "6 квіт.", UK, "2027-04-06" },
	{ "7 трав.", UK, "2027-05-07" },
	{ "8 черв.", UK, "2027-06-08" },
	{ "9 лип.", UK, "2027-07-09" },
	{ "10 серп.", UK, "2027-08-10" },
	{ "11 вер.", UK, "2027-09-11" },
	{ "12 жовт.", UK, "2027-10-12" },
	{ "13 лист.", UK, "2027-11-13" },
	{ "14 груд.", UK, "2027-12-14" },
	{ "лист. 2026", UK, "2026-11" },
	{ "3 Jan", EN, "2027-01-03" },
	{ "4 Feb", EN, "2027-02-04" },
	{ "5 Mar", EN, "2027-03-05" },
	{ "6 Apr", EN, "2027-04-06" },
	{ "7 May", EN, "2027-05-07" },
	{ "8 Jun", EN, "2027-06-08" },
	{ "9 Jul", EN, "2027-07-09" },
	{ "10 Aug", EN, "2027-08-10" },
	{ "11 Sept", EN, "2027-09-11" },
	{ "12 Oct", EN, "2027-10-12" },
	{ "13 Nov", EN, "2027-11-13" },
	{ "14 Dec", EN, "2027-12-14" },
	{ "Nov 2026", EN, "2026-11" },
	{ "3. Jan.", DE, "2027-01-03" },
	{ "4. Feb.", DE, "2027-02-04" },
	{ "5. März", DE, "2027-03-05" },
	{ "6. Apr.", DE, "2027-04-06" },
	{ "7. Mai", DE, "2027-05-07" },
	{ "8. Juni", DE, "2027-06-08" },
	{ "9. Juli", DE, "2027-07-09" },
	{ "10. Aug.", DE, "2027-08-10" },
	{ "11. Sept.", DE, "2027-09-11" },
	{ "12. Okt.", DE, "2027-10-12" },
	{ "13. Nov.", DE, "2027-11-13" },
	{ "14. Dez.", DE, "2027-12-14" },
	{ "Nov. 2026", DE, "2026-11" },
	{ "3 sty", PL, "2027-01-03" },
	{ "4 lut", PL, "2027-02-04" },
	{ "5 mar", PL, "2027-03-05" },
	{ "6 kwi", PL, "2027-04-06" },
	{ "7 maj", PL, "2027-05-07" },
	{ "8 cze", PL, "2027-06-08" },
	{ "9 lip", PL, "2027-07-09" },
	{ "10 sie", PL, "2027-08-10" },
	{ "11 wrz", PL, "2027-09-11" },
	{ "12 paź", PL, "2027-10-12" },
	{ "13 lis", PL, "2027-11-13" },
	{ "14 gru", PL, "2027-12-14" },
	{ "lis 2026", PL, "2026-11" },
};

static void
short_day(void **state)
{
	const struct short_day *d = *state;

	check_text(writing_short(d->in, &mem, d->day), d->want);
}

/* What CLDR cannot be asked. */
static void
odd(void **state)
{
	(void)state;
	check_text(writing_money(UK, &mem, 50, "xtr"), "50\u00a0⭐");
	check_text(writing_money(EN, &mem, 50, "xtr"), "⭐50");
	check_text(writing_money(DE, &mem, 999, NULL), "9,99\u00a0?");
	check_text(writing_money(EN, &mem, 500, "isk"), "ISK\u00a05");
	check_text(writing_money(DE, &mem, INT64_MIN, "eur"),
	    "-92.233.720.368.547.758,08\u00a0€");
	check_text(
	    writing_round_money(DE, &mem, 150000, "eur"), "1.500\u00a0€");
	check_text(writing_round_money(EN, &mem, 750, "eur"), "€7.50");
	check_text(writing_round_money(PL, &mem, -1000, "jpy"), "-1000\u00a0¥");
	check_text(writing_number(DE, &mem, INT64_MIN, 0),
	    "-9.223.372.036.854.775.808");
	check_text(writing_day(DE, &mem, "2026-11-27"), "27. November 2026");
	check_text(writing_short(DE, &mem, "2026-13"), "2026-13");
	check_text(writing_short(DE, &mem, "none"), "none");
	check_text(writing_day(DE, &mem, "2026-11"), "2026-11");
	check_text(writing_date(DE, &mem, 0), "1. Januar 1970");
	check_text(writing_date(DE, &mem, 253402300800000), "1. Januar 10000");
	check_text(writing_date(EN, &mem, -62198755200000), "1 January -001");
	check_text(writing_date(EN, &mem, INT64_MAX), "17 August 292278994");
}

int
main(void)
{
	ROWS("money", money, moneys);
	ROWS("day", day, days);
	ROWS("number", number, numbers);
	ROWS("share", share, shares);
	ROWS("short", short_day, short_days);
	ONE("odd", "no code, no such day", odd);
	return testing_run("writing", NULL, NULL);
}
