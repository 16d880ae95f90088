/* A ledger that an older program wrote is brought up to date by whoever opens
 * it first: by one program at a time, and not before it has been copied, if it
 * is a file. A large one takes its time, so those whose users wait leave it to
 * others. */
#ifndef STORE_UPGRADE_H
#define STORE_UPGRADE_H

#include "store/driver.h"

struct upgrade {
	const struct db_driver *driver;
	void *conn;
	const char *where; /* as it was opened */
	bool is_urgent;    /* somebody waits: nothing is done that takes long */
};

/* ERR_OK: it is up to date. ERR_UNAVAILABLE: it is not yet, since there is no
 * room for a copy, another program is at it, or it is urgent; *waits then:
 * nobody is at it. ERR_CONFIG: it is newer than this program. *is_new: as
 * schema_migrate() tells it. */
enum err upgrade_run(
    const struct upgrade *u, bool *waits, bool *is_new) MUST_CHECK;

#endif
