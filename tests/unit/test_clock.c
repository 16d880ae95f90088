/* Dates, and what the two clocks promise. */
#include "testing.h"

#include "base/clock.h"

#include <stdlib.h>

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

static const struct iso {
	const char *why, *text;
	int64_t want; /* -1: none */
} isos[] = {
	{ "the first", "1970-01-01T00:00:00Z", 0 },
	{ "with a fraction", "2026-10-01T12:34:56.789Z", 1790858096 },
	{ "without", "2026-10-01T12:34:56Z", 1790858096 },
	{ "a leap day", "2024-02-29T00:00:00.000Z", 1709164800 },
	{ "beyond 2038", "2039-01-01T00:00:00Z", 2177452800 },
	{ "no mark of UTC", "2026-10-01T12:34:56", -1 },
	{ "another zone", "2026-10-01T12:34:56+02:00", -1 },
	{ "a blank for the T", "2026-10-01 12:34:56Z", -1 },
	{ "a day alone", "2026-10-01", -1 },
	{ "a month too many", "2026-13-01T00:00:00Z", -1 },
	{ "no month", "2026-00-01T00:00:00Z", -1 },
	{ "an hour too many", "2026-10-01T24:00:00Z", -1 },
	{ "before all time", "1969-12-31T23:59:59Z", -1 },
	{ "a year of five digits", "20261-10-01T00:00:00Z", -1 },
	{ "letters", "2026-1O-01T00:00:00Z", -1 },
	{ "something behind it", "2026-10-01T12:34:56Zx", -1 },
	{ "a fraction that is none", "2026-10-01T12:34:56.7-Z", -1 },
	{ "a number as a text", "1790858096", -1 },
	{ "empty", "", -1 },
	{ "nothing", NULL, -1 },
};

static void
iso(void **state)
{
	const struct iso *i = *state;
	int64_t s = -1;

	check_int(clock_parse_iso(i->text, &s), i->want >= 0);
	check_int(s, i->want);
}

static const struct local {
	const char *why, *zone;
	int64_t ms;
	const char *want;
} locals[] = {
	{ "Greenwich", "UTC0", 1798761599999, "2026-12-31" },
	{ "east of it, the new year has begun", "EET-2", 1798761599999,
	    "2027-01-01" },
	{ "west of it, it has not", "EST5", 1798761600000, "2026-12-31" },
};

static void
local_date(void **state)
{
	const struct local *l = *state;
	char out[CLOCK_DATE_BYTES];

	assert_int_equal(setenv("TZ", l->zone, 1), 0);
	clock_local_date(l->ms, out);
	assert_int_equal(unsetenv("TZ"), 0);
	check_text(out, l->want);
}

static const struct minute {
	const char *why, *zone;
	int64_t ms;
	const char *want;
} minutes[] = {
	{ "Greenwich", "UTC0", 1798761599999, "2026-12-31 23:59" },
	{ "east of it", "EET-2", 1798761599999, "2027-01-01 01:59" },
	{ "half an hour off", "XST-5:30", 1798761600000, "2027-01-01 05:30" },
};

static void
local_minute(void **state)
{
	const struct minute *m = *state;
	char out[CLOCK_DATE_BYTES];

	assert_int_equal(setenv("TZ", m->zone, 1), 0);
	clock_local_minute(m->ms, out);
	assert_int_equal(unsetenv("TZ"), 0);
	check_text(out, m->want);
}

static const struct begins {
	const char *why, *zone, *text;
	int64_t want; /* -1: no day */
} begins[] = {
	{ "Greenwich", "UTC0", "2027-01-01", 1798761600000 },
	{ "east of it, it has begun before", "EET-2", "2027-01-01",
	    1798754400000 },
	{ "west of it, later", "EST5", "2027-01-01", 1798779600000 },
	{ "in summer time", "CET-1CEST,M3.5.0,M10.5.0/3", "2026-07-01",
	    1782856800000 },
	{ "a leap day", "UTC0", "2024-02-29", 1709164800000 },
	{ "no leap year", "UTC0", "2026-02-29", -1 },
	{ "a day too many", "UTC0", "2026-06-31", -1 },
	{ "a month too many", "UTC0", "2026-13-01", -1 },
	{ "one digit", "UTC0", "2026-1-1", -1 },
	{ "three digits", "UTC0", "2026-01-011", -1 },
	{ "something behind it", "UTC0", "2026-01-01 ", -1 },
	{ "a time", "UTC0", "2026-01-01T00:00:00Z", -1 },
	{ "before all time", "UTC0", "1969-12-31", -1 },
	{ "a word", "UTC0", "yesterday", -1 },
	{ "empty", "UTC0", "", -1 },
	{ "nothing", "UTC0", NULL, -1 },
};

static void
day_begins(void **state)
{
	const struct begins *b = *state;
	int64_t ms = -1;

	assert_int_equal(setenv("TZ", b->zone, 1), 0);
	check_int(clock_parse_local_date(b->text, &ms), b->want >= 0);
	assert_int_equal(unsetenv("TZ"), 0);
	check_int(ms, b->want);
}

/* The clock that is followed goes on by itself, whatever the host's says. */
static void
followed(void **state)
{
	int64_t before_ms = clock_mono_ms();

	(void)state;
	clock_follow(5000);
	assert_in_range(
	    clock_now_ms(), 5000, 5000 + clock_mono_ms() - before_ms);
	clock_follow(4000); /* it was put right */
	assert_in_range(
	    clock_now_ms(), 4000, 4000 + clock_mono_ms() - before_ms);
}

int
main(void)
{
	ROWS("time on the wall", local_minute, minutes);
	ROWS("a day begins", day_begins, begins);
	ROWS("date on the wall", local_date, locals);
	ROWS("date", date, days);
	ROWS("iso", iso, isos);
	ONE("time", "of another clock", followed);
	return testing_run("clock", NULL, NULL);
}
