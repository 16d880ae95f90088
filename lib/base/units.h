/* Spans of time in milliseconds, in which all times are counted. */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stdint.h>

#define MINUTE_MS ((int64_t)60 * 1000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define MONTH_MS ((int64_t)2629746 * 1000) /* a twelfth of a year */

#endif
