/* The tables, as numbered migrations (schema.c). */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "store/driver.h"

/* The version that this program brings a ledger to. */
int64_t schema_newest(void);

/* Brings an open database up to date, in one transaction. ERR_CONFIG where it
 * is newer than this program. */
enum err schema_migrate(const struct db_driver *driver, void *conn) MUST_CHECK;

#endif
