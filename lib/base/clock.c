/* The time of day and the time that has passed. */
#include "base/clock.h"

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
