/* logfmt on stderr, one write(2) a line:
 *   ts=2026-01-31T10:00:00.123Z level=info prog=webhook ev=paid tg_id=5
 * Secrets have no way in: the call takes named values, never a URL, a header
 * or a body. Control characters and long values are made harmless. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/kv.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG__COUNT };

/* Sets what every line says of its program, and the lowest level written. */
void log_init(const char *program, enum log_level lowest);

/* Sets that level alone, and returns what it was. */
enum log_level log_from(enum log_level lowest);

/* "debug", "info", "warn", "error"; -1 for anything else. */
int log_level_from(const char *name);

/* event is unique to its call site, lower case with underscores. */
void log_event(enum log_level level, const char *event, struct kvs fields);

#endif
