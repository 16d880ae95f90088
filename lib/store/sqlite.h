/* SQLite as an engine of driver.h. */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include "store/driver.h"

extern const struct db_driver sqlite_driver;

#endif
