/* Dates, and what the two clocks promise. */
#include "testing.h"

#include "base/clock.h"

static const struct day {
	const char *why;
	int64_t ms;
	const char *want;
} days[] = {
	{ "the first", 0, "1970-01-01" },
	{ "the last moment of a year", 1798761599999, "2026-12-31" },
	{ "the first of the next", 1798761600000, "2027-01-01" },
	{ "a leap day", 1709164800000, "2024-02-29" },
	{ "beyond 2038", 2177452800000, "2039-01-01" },
};

static void
date(void **state)
{
	const struct day *d = *state;
	char out[CLOCK_DATE_BYTES];

	clock_date(d->ms, out);
	check_text(out, d->want);
}

int
main(void)
{
	ROWS("date", date, days);
	return testing_run("clock", NULL, NULL);
}
