/* The tables, as numbered migrations (schema.c). */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "store/driver.h"

/* Brings an open database up to date, in one transaction. ERR_CONFIG where it
 * is newer than this program. */
enum err schema_migrate(const struct db_driver *driver, void *conn) MUST_CHECK;

#endif
