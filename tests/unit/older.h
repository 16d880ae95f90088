/* Ledgers of older programs, for a test that has store/schema.c in it: the first
 * migrations make their tables. */
#ifndef OLDER_H
#define OLDER_H

#include "ledger.h"

/* The tests' file with the tables of a version, open. */
static void *
older_open(int64_t version)
{
	void *conn;

	ledger_unmade();
	check_err(sqlite_driver.open(ledger.path, &conn), ERR_OK);
	for (int64_t i = 0; i < version; i++)
		check_err(sqlite_driver.script(conn,
			      in_dialect(&sqlite_driver, &mem, migrations[i])),
		    ERR_OK);
	check_err(sqlite_driver.set_version(conn, version), ERR_OK);
	return conn;
}

#endif
