/* The other ways to ask for the time, by a clock_gettime() that the file which
 * includes this has put in front of the C library's. */
#ifndef WALL_H
#define WALL_H

#include <sys/time.h>
#include <time.h>

time_t
time(time_t *out)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &t);
	if (out != NULL)
		*out = t.tv_sec;
	return t.tv_sec;
}

int
gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec t = { 0 };
	int status = clock_gettime(CLOCK_REALTIME, &t);

	(void)zone;
	*tv = (struct timeval){ t.tv_sec, t.tv_nsec / 1000 };
	return status;
}

#endif
