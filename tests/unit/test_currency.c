/* Money as currencies have it. */
#include "testing.h"

#include "base/currency.c" /* the code under test, statics and all */

static const struct shown {
	const char *why;
	int64_t minor;
	const char *code, *want;
} showns[] = {
	{ "cents", 999, "eur", "9.99 EUR" },
	{ "in capitals", 999, "EUR", "9.99 EUR" },
	{ "fewer than ten", 1005, "usd", "10.05 USD" },
	{ "a single cent", 1, "usd", "0.01 USD" },
	{ "nothing", 0, "uah", "0.00 UAH" },
	{ "less than nothing", -5, "eur", "-0.05 EUR" },
	{ "much less", -999, "eur", "-9.99 EUR" },
	{ "without a minor unit", 500, "jpy", "500 JPY" },
	{ "without one, in capitals", 500, "JPY", "500 JPY" },
	{ "Stars", 1, "xtr", "1 XTR" },
	{ "the ariary has fifths, and no decimals", 500, "mga", "500 MGA" },
	{ "a dinar has three", 5120, "kwd", "5.120 KWD" },
	{ "of a dinar, the smallest", 1, "bhd", "0.001 BHD" },
	{ "counted in hundredths that are none", 500, "ugx", "5 UGX" },
	{ "of Iceland, the same", 150000, "isk", "1500 ISK" },
	{ "hundredths that should not be", 550, "isk", "5.50 ISK" },
	{ "forints are charged with decimals", 17500, "huf", "175.00 HUF" },
	{ "dollars of Taiwan as well", 100, "twd", "1.00 TWD" },
	{ "not known", 100, "qqq", "1.00 QQQ" },
	{ "not told", 100, NULL, "1.00 ?" },
	{ "a part of one", 100, "jp", "1.00 JP" },
	{ "two of them", 100, "bif clp", "1.00 BIF CLP" },
	{ "the most", INT64_MAX, "jpy", "9223372036854775807 JPY" },
	{ "the least", INT64_MIN, "jpy", "-9223372036854775808 JPY" },
};

static void
shown(void **state)
{
	const struct shown *s = *state;

	check_text(currency_text(&mem, s->minor, s->code), s->want);
}

static const struct read {
	const char *why, *text, *code;
	int64_t want;
	const char *fault; /* NULL: none */
} reads[] = {
	{ "euros and cents", "5.00", "eur", 500, NULL },
	{ "with a comma", "9,99", "eur", 999, NULL },
	{ "euros alone", "5", "eur", 500, NULL },
	{ "one decimal", "5.5", "eur", 550, NULL },
	{ "a cent", "0.01", "eur", 1, NULL },
	{ "zeroes in front", "007.50", "eur", 750, NULL },
	{ "yen", "1000", "jpy", 1000, NULL },
	{ "three decimals of a dinar", "5.120", "kwd", 5120, NULL },
	{ "two decimals of a dinar", "5.12", "kwd", 5120, NULL },
	{ "shillings", "5000", "ugx", 500000, NULL },
	{ "whole krónur with their zeroes", "5.00", "isk", 500, NULL },
	{ "a currency that is not known", "1.25", "qqq", 125, NULL },
	{ "as much as Stripe takes", "999999999999", "jpy", 999999999999,
	    NULL },
	{ "a third decimal of euros", "9.999", "eur", 0, "EUR, which has 2" },
	{ "a mark of thousands", "1,000", "eur", 0, "more decimals" },
	{ "decimals of yen", "1000.50", "jpy", 0, "JPY, which has 0" },
	{ "decimals of Stars", "1.0", "xtr", 0, "XTR, which has 0" },
	{ "the last decimal of a dinar", "5.124", "kwd", 0, "end in 0:" },
	{ "half a króna", "5.50", "isk", 0, "end in 00:" },
	{ "two marks", "1.000,00", "eur", 0, "such as 9.99" },
	{ "two points", "1.0.0", "eur", 0, "such as 9.99" },
	{ "nothing behind the point", "5.", "eur", 0, "such as 9.99" },
	{ "nothing before it", ".5", "eur", 0, "such as 9.99" },
	{ "empty", "", "eur", 0, "such as 9.99" },
	{ "a sign", "-5", "eur", 0, "such as 9.99" },
	{ "a blank", " 5", "eur", 0, "such as 9.99" },
	{ "its own code", "5 EUR", "eur", 0, "such as 9.99" },
	{ "an exponent", "1e3", "eur", 0, "such as 9.99" },
	{ "for nothing", "0.00", "eur", 0, "more than nothing" },
	{ "past all bounds", "1000000000000", "jpy", 0, "such as 9.99" },
};

static void
read_back(void **state)
{
	const struct read *r = *state;
	int64_t minor = -7;
	const char *fault = currency_read(&mem, r->text, r->code, &minor);

	if (r->fault != NULL)
		check_has(fault, r->fault);
	else
		check_text(fault, NULL);
	check_int(minor, r->fault == NULL ? r->want : -7);
}

static const struct judged {
	const char *why;
	int64_t minor;
	const char *code, *fault, *doubt;
} judgeds[] = {
	{ "an ordinary price", 999, "eur", NULL, NULL },
	{ "the least of euros", 50, "eur", NULL, NULL },
	{ "below it", 49, "eur", NULL, "0.49 EUR: below 0.50 EUR" },
	{ "below that of pounds", 29, "gbp", NULL, "below 0.30 GBP" },
	{ "the least of yen", 50, "jpy", NULL, NULL },
	{ "below that of yen", 49, "jpy", NULL, "below 50 JPY" },
	{ "below that of forints", 17499, "huf", NULL, "below 175.00 HUF" },
	{ "hryvnias, of which no least is named", 1, "uah", NULL, NULL },
	{ "a currency that is not known", 999, "plz", NULL,
	    "PLZ, which is no" },
	{ "no code at all", 999, "euro", NULL, "no currency" },
	{ "half a króna", 550, "isk", "end in 00", NULL },
	{ "the last decimal of a dinar", 5124, "kwd", "end in 0:", NULL },
	{ "in Stars", 500, "xtr", "Stars", NULL },
};

static void
judged(void **state)
{
	const struct judged *j = *state;
	const char *fault = currency_fault(&mem, j->minor, j->code);
	const char *odd = currency_doubt(&mem, j->minor, j->code);

	if (j->fault != NULL)
		check_has(fault, j->fault);
	else
		check_text(fault, NULL);
	if (j->doubt != NULL)
		check_has(odd, j->doubt);
	else
		check_text(odd, NULL);
}

/* Each stands there once, in small letters, and is read back as it is shown. */
static void
table(void **state)
{
	struct str rest = str_from(plain);
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct currency c = rows[i];
		int64_t minor = 0;
		char *text = arena_dup_text(
		    &mem, currency_text(&mem, 30 * c.step_minor, c.code));

		check_int(strlen(c.code), 3);
		assert_true(c.is_known && c.step_minor > 0);
		check_lacks(plain, c.code);
		for (size_t k = 0; k < i; k++)
			assert_true(strcmp(rows[k].code, c.code) != 0);
		*strchr(text, ' ') = '\0';
		check_text(currency_read(&mem, text, c.code, &minor), NULL);
		check_int(minor, 30 * c.step_minor);
	}
	while (rest.len > 0)
		n += str_cut(&rest, ' ').len == 3;
	check_int(n + LENGTH(rows), (strlen(plain) - 1) / 4 + LENGTH(rows));
	assert_true(n + LENGTH(rows) > 135);
}

int
main(void)
{
	ROWS("shown", shown, showns);
	ROWS("read", read_back, reads);
	ROWS("judged", judged, judgeds);
	ONE("table", "each once, and read as it is shown", table);
	return testing_run("currency", NULL, NULL);
}
