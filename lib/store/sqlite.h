/* SQLite as an engine of driver.h: one file, one connection a process, no
 * server to run. It is the default, since a shop on a shared host has nothing
 * else. */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include "store/driver.h"

extern const struct db_driver sqlite_driver;

#endif
