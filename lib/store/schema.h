/* The tables, as numbered migrations (schema.c). */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "store/driver.h"

/* A ledger that was moved elsewhere has this added to its version, and one that
 * is just coming to where it is the other: no program takes it for its own,
 * older ones included (see store/move.h). */
#define SCHEMA_MOVED 1000000
#define SCHEMA_ARRIVES 2000000

/* The version that this program brings a ledger to. */
int64_t schema_newest(void);

/* Brings an open database up to date, in one transaction if that is done within
 * a second; else in several, and where the program is killed between them the
 * next call goes on. The log tells how far it is. ERR_CONFIG where it is newer
 * than this program, ERR_UNAVAILABLE where it has moved or is just coming.
 * *is_new: it had nothing in it, and it was this call that made a ledger of it;
 * only true is ever noted there. */
enum err schema_migrate(
    const struct db_driver *driver, void *conn, bool *is_new) MUST_CHECK;

/* Whether an older database stands half way, after some of those
 * transactions. */
enum err schema_is_begun(const struct db_driver *driver, void *conn,
    int64_t version, bool *is_begun) MUST_CHECK;

/* The names of all its tables, in the order in which they were made: one that
 * refers to another comes after that. How many; there are never more than max
 * of them. */
size_t schema_tables(struct arena *a, const char **names, size_t max);

#endif
