/* The time of day and the time that has passed. */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t
read_ms(clockid_t which)
{
	struct timespec t = { 0 };

	(void)clock_gettime(which, &t); /* cannot fail for these two */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
clock_now_ms(void)
{
	return read_ms(CLOCK_REALTIME);
}

int64_t
clock_mono_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

/* CLOCK_DATE_BYTES has room beyond the ten characters of a date, for the
 * longest numbers that a damaged time could print. */
void
clock_date(int64_t since_1970_ms, char out[CLOCK_DATE_BYTES])
{
	time_t s = (time_t)(since_1970_ms / 1000);
	struct tm t = { .tm_mday = 1 };

	(void)gmtime_r(&s, &t);
	(void)snprintf(out, CLOCK_DATE_BYTES, "%04d-%02d-%02d",
	    t.tm_year + 1900, t.tm_mon + 1, t.tm_mday);
}
