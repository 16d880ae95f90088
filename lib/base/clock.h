/* The one module that tells the time. All times are milliseconds. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* The time since 1970, UTC. It jumps when somebody sets the host's clock. For
 * what is stored and for what others compare: signatures, expiries. */
int64_t clock_now_ms(void);

/* From now on clock_now_ms() goes by another clock, which says that it is
 * now_ms: programs of several machines go by that of the ledger that they share
 * (store/postgres.c), and it does not matter what their own clocks say. To be
 * called again now and then, as no two run equally fast. */
void clock_follow(int64_t now_ms);

/* The time since some moment in the past. It never jumps, but means nothing to
 * another host or after a restart. For time-outs and paces. */
int64_t clock_mono_ms(void);

/* The day in UTC, "2026-01-31" and a NUL; for people. */
#define CLOCK_DATE_BYTES 32
void clock_date(int64_t since_1970_ms, char out[CLOCK_DATE_BYTES]);

/* Reads "2026-01-31T12:34:56Z", with a fraction of a second or without, as
 * seconds since 1970. False, leaving *since_1970_s alone, for anything else. */
bool clock_parse_iso(const char *text, int64_t *since_1970_s);

/* The same by the machine's time zone (TZ): the day on the wall's calendar. */
void clock_local_date(int64_t since_1970_ms, char out[CLOCK_DATE_BYTES]);

/* And the time of that day, "2026-01-31 12:34". */
void clock_local_minute(int64_t since_1970_ms, char out[CLOCK_DATE_BYTES]);

/* When the day "2026-01-31" begins in that time zone. False, leaving
 * *since_1970_ms alone, for anything but a day of the calendar. */
bool clock_parse_local_date(const char *text, int64_t *since_1970_ms);

#endif
