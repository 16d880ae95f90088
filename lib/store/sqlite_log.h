/* SQLite's way to its files, which is the system's but for the write-ahead log.
 * SQLite writes that page by page, each in two pieces; here they are put
 * together and go out as a few large writes. None is late by that: a commit's
 * last page goes out with all that stands before it, and whatever waits does so
 * before SQLite syncs, reads, measures or cuts the log, or lets others write.
 */
#ifndef STORE_SQLITE_LOG_H
#define STORE_SQLITE_LOG_H

/* The name of that way for sqlite3_open_v2(), made at the first call; NULL
 * where it cannot be had, which is there the name of SQLite's own. One thread
 * uses it, and sqlite3_config() comes before. */
const char *sqlite_log_vfs(void);

/* Gives back the memory in which writes are put together, unless some wait. */
void sqlite_log_shrink(void);

#endif
