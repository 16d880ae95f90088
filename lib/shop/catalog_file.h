/* The catalog as its operator wrote it: in the settings, or in a file that
 * they name. */
#ifndef SHOP_CATALOG_FILE_H
#define SHOP_CATALOG_FILE_H

#include "shop/catalog.h"

/* Fills *c from the settings, whose faults[] gets what is wrong with the
 * products file: then ERR_CONFIG. The texts live in the arena. */
enum err catalog_load(
    struct catalog *c, struct arena *a, struct conf *conf) MUST_CHECK;

/* Reads the products from a file's text. False where something is wrong; the
 * faults are added to conf's. path is for the messages. */
bool catalog_read(struct catalog *c, struct arena *a, struct conf *conf,
    const char *path, struct str text);

#endif
