/* PostgreSQL as an engine of driver.h: a server, which several machines may
 * share. libpq is opened by name at run time, so a host without it runs on
 * SQLite as before. */
#ifndef STORE_POSTGRES_H
#define STORE_POSTGRES_H

#include "store/driver.h"

extern const struct db_driver postgres_driver;

#endif
