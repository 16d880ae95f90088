/* The usual FastCGI program in C: one request at a time, one commit each, the
 * plain accept and finish of libfcgi. It stores the body's length, no more. */
#include <fcgiapp.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static sqlite3 *db;

static void
open_ledger(void)
{
	if (sqlite3_open(getenv("BENCH_DB"), &db) != SQLITE_OK ||
	    sqlite3_busy_timeout(db, 5000) != SQLITE_OK ||
	    sqlite3_exec(db,
		"PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
		"CREATE TABLE IF NOT EXISTS events ("
		" id INTEGER PRIMARY KEY, size INTEGER) STRICT",
		NULL, NULL, NULL) != SQLITE_OK)
		exit(1);
}

static int
store(sqlite3_stmt *insert, int size)
{
	int code;

	(void)sqlite3_bind_int(insert, 1, size);
	code = sqlite3_step(insert);
	(void)sqlite3_reset(insert);
	return code == SQLITE_DONE;
}

int
main(void)
{
	sqlite3_stmt *insert;
	FCGX_Request r;

	open_ledger();
	if (sqlite3_prepare_v2(db, "INSERT INTO events (size) VALUES (?1)", -1,
		&insert, NULL) != SQLITE_OK)
		return 1;
	(void)FCGX_Init();
	(void)FCGX_InitRequest(&r, 0, 0);
	while (FCGX_Accept_r(&r) == 0) {
		char chunk[8192];
		int n, size = 0;

		while ((n = FCGX_GetStr(chunk, sizeof(chunk), r.in)) > 0)
			size += n;
		(void)FCGX_FPrintF(r.out,
		    "Status: %d\r\nContent-Type: application/json\r\n\r\n{}",
		    store(insert, size) ? 200 : 503);
		FCGX_Finish_r(&r);
	}
	return 0;
}
