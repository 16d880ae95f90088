/* The time of day and the time that has passed. */
#include "base/clock.h"

#include "base/str.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t
read_ms(clockid_t which)
{
	struct timespec t = { 0 };

	(void)clock_gettime(which, &t); /* cannot fail for these two */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* How far the clock that is followed is ahead of the time that has passed,
 * which nobody sets. */
static struct {
	bool is_followed;
	int64_t ahead_ms;
} other;

int64_t
clock_now_ms(void)
{
	return other.is_followed ? clock_mono_ms() + other.ahead_ms :
				   read_ms(CLOCK_REALTIME);
}

void
clock_follow(int64_t now_ms)
{
	other.is_followed = true;
	other.ahead_ms = now_ms - clock_mono_ms();
}

int64_t
clock_mono_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

/* CLOCK_DATE_BYTES has room beyond the ten characters of a date, for the
 * longest numbers that a damaged time could print. */
static void
print_date(const struct tm *t, char out[CLOCK_DATE_BYTES])
{
	(void)snprintf(out, CLOCK_DATE_BYTES, "%04d-%02d-%02d",
	    t->tm_year + 1900, t->tm_mon + 1, t->tm_mday);
}

void
clock_date(int64_t since_1970_ms, char out[CLOCK_DATE_BYTES])
{
	time_t s = (time_t)(since_1970_ms / 1000);
	struct tm t = { .tm_mday = 1 };

	(void)gmtime_r(&s, &t);
	print_date(&t, out);
}

void
clock_local_date(int64_t since_1970_ms, char out[CLOCK_DATE_BYTES])
{
	time_t s = (time_t)(since_1970_ms / 1000);
	struct tm t = { .tm_mday = 1 };

	tzset(); /* localtime_r() need not look at TZ by itself */
	(void)localtime_r(&s, &t);
	print_date(&t, out);
}

void
clock_local_minute(int64_t since_1970_ms, char out[CLOCK_DATE_BYTES])
{
	time_t s = (time_t)(since_1970_ms / 1000);
	struct tm t = { .tm_mday = 1 };

	tzset();
	(void)localtime_r(&s, &t);
	(void)strftime(out, CLOCK_DATE_BYTES, "%Y-%m-%d %H:%M", &t);
}

/* Two digits or more, in front of *s and behind them the mark that ends them;
 * -1: they are not there. */
static int
take_number(struct str *s, char mark, int high)
{
	struct str digits = str_cut(s, mark);
	int n = 0;

	if (digits.len < 2 || digits.len > 4 || !str_only(digits, STR_DIGITS))
		return -1;
	for (size_t i = 0; i < digits.len; i++)
		n = n * 10 + (digits.p[i] - '0');
	return n <= high ? n : -1;
}

/* "56Z" or "56.789Z" */
static int
take_seconds(struct str s)
{
	struct str fraction, second = str_cut(&s, 'Z');

	fraction = second;
	second = str_cut(&fraction, '.');
	/* Without the Z it would be somebody's local time. */
	if (s.p == NULL || s.len > 0 || second.len != 2 ||
	    !str_only(fraction, STR_DIGITS))
		return -1;
	return take_number(&second, '.', 60);
}

bool
clock_parse_iso(const char *text, int64_t *since_1970_s)
{
	struct str rest = str_from(text);
	int year = take_number(&rest, '-', 9999);
	int month = take_number(&rest, '-', 12);
	int day = take_number(&rest, 'T', 31);
	int hour = take_number(&rest, ':', 23);
	int minute = take_number(&rest, ':', 59);
	int second = take_seconds(rest);
	struct tm t = { .tm_year = year - 1900,
		.tm_mon = month - 1,
		.tm_mday = day,
		.tm_hour = hour,
		.tm_min = minute,
		.tm_sec = second };

	if (year < 1970 || month < 1 || day < 1 || hour < 0 || minute < 0 ||
	    second < 0)
		return false;
	*since_1970_s = (int64_t)timegm(&t);
	return true;
}

/* mktime() makes another day of one that is not in the calendar. */
bool
clock_parse_local_date(const char *text, int64_t *since_1970_ms)
{
	struct str rest = str_from(text);
	int year = take_number(&rest, '-', 9999);
	int month = take_number(&rest, '-', 12);
	int day = rest.len == 2 ? take_number(&rest, '-', 31) : -1;
	struct tm t = { .tm_year = year - 1900,
		.tm_mon = month - 1,
		.tm_mday = day,
		.tm_isdst = -1 };
	time_t s;

	if (year < 1970 || month < 1 || day < 1)
		return false;
	tzset();
	s = mktime(&t);
	if (t.tm_mday != day || t.tm_mon != month - 1)
		return false;
	*since_1970_ms = (int64_t)s * 1000;
	return true;
}
