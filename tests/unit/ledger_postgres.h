/* What ledger.h does where the ledger is a schema in PostgreSQL. */
#ifndef LEDGER_POSTGRES_H
#define LEDGER_POSTGRES_H

#include "testing.h"

#ifdef HAVE_LIBPQ

#include <libpq-fe.h>
#include <sys/wait.h>

static PGconn *eyes;
static char eyes_schema[32];

static inline bool
on_postgres(void)
{
	return getenv("ADMIT_TEST_DATABASE") != NULL;
}

/* The public schema has what the tests say in SQLite's words. */
static inline void
eyes_address(char *out, size_t size)
{
	(void)snprintf(
	    eyes_schema, sizeof(eyes_schema), "unit_%d", (int)getpid());
	(void)snprintf(out, size,
	    "%s&application_name=%s&options=-csearch_path%%3D%s,public",
	    getenv("ADMIT_TEST_DATABASE"), eyes_schema, eyes_schema);
}

static inline void
eyes_close(void)
{
	PQfinish(eyes);
	eyes = NULL;
}

/* What SQL says, with ?1 as id. */
static inline PGresult *
eyes_ask(const char *sql, int64_t id)
{
	char number[24];
	const char *values[] = { number };
	const Oid types[] = { 20 };
	char *text = arena_dup_text(&mem, sql);
	PGresult *r;
	int n = 0;

	for (char *p = text; (p = strstr(p, "?1")) != NULL; n = 1)
		*p = '$';
	(void)snprintf(number, sizeof(number), "%lld", (long long)id);
	r = PQexecParams(eyes, text, n, types, values, NULL, NULL, 0);
	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(eyes));
	return r;
}

/* Some statements, one after the other. */
static inline void
eyes_do(const char *sql)
{
	PGresult *r = PQexec(eyes, sql);

	if (PQresultStatus(r) != PGRES_COMMAND_OK &&
	    PQresultStatus(r) != PGRES_TUPLES_OK &&
	    PQresultStatus(r) != PGRES_EMPTY_QUERY)
		fail_msg("%s: %s", sql, PQerrorMessage(eyes));
	PQclear(r);
}

static inline void
eyes_silent(void *ctx, const char *text)
{
	(void)ctx;
	(void)text;
}

static inline void
eyes_open(void)
{
	if (eyes != NULL)
		return;
	eyes = PQconnectdb(getenv("ADMIT_TEST_DATABASE"));
	if (PQstatus(eyes) != CONNECTION_OK)
		fail_msg("%s", PQerrorMessage(eyes));
	(void)PQsetNoticeProcessor(eyes, eyes_silent, NULL);
	/* References hold nobody up who looks behind the scenes, as in SQLite. */
	eyes_do(arena_printf(&mem,
	    "SET session_replication_role = replica;"
	    " SET search_path = %s, public",
	    eyes_schema));
}

static inline void
eyes_drop(void)
{
	eyes_open();
	eyes_do(arena_printf(
	    &mem, "DROP SCHEMA IF EXISTS %s CASCADE", eyes_schema));
}

/* As one that was never opened. */
static inline void
eyes_unmade(void)
{
	eyes_drop();
	eyes_do(arena_printf(&mem, "CREATE SCHEMA %s", eyes_schema));
}

static inline void
eyes_fresh(void)
{
	eyes_open();
	eyes_do(arena_printf(&mem,
	    "CREATE SCHEMA IF NOT EXISTS %s; SELECT make_fresh()",
	    eyes_schema));
}

static inline int64_t
eyes_int(const char *sql, int64_t id)
{
	PGresult *r;
	int64_t n = -1;

	eyes_open();
	r = eyes_ask(sql, id);
	if (PQntuples(r) > 0)
		n = PQgetvalue(r, 0, 0)[0] == 't' ?
		    1 :
		    strtoll(PQgetvalue(r, 0, 0), NULL, 10);
	PQclear(r);
	return n;
}

static inline const char *
eyes_text(const char *sql, int64_t id)
{
	PGresult *r;
	const char *text = NULL;

	eyes_open();
	r = eyes_ask(sql, id);
	if (PQntuples(r) > 0 && !PQgetisnull(r, 0, 0))
		text = arena_dup_text(&mem, PQgetvalue(r, 0, 0));
	PQclear(r);
	return text;
}

/* A child is at the ledger: true, the server says that it waits for a lock of
 * another transaction; false, it has come to its end. */
static inline bool
eyes_see_waiting(pid_t child)
{
	while (waitpid(child, NULL, WNOHANG) == 0)
		if (eyes_int(arena_printf(&mem,
				 "SELECT COUNT(*) FROM pg_locks"
				 " JOIN pg_stat_activity USING (pid)"
				 " WHERE locktype = 'advisory' AND NOT granted"
				 " AND application_name = '%s'",
				 eyes_schema),
			0) > 0)
			return true;
	return false;
}

/* Numbers that were given count as taken, as they do in SQLite. */
static inline void
eyes_change(const char *sql)
{
	eyes_open();
	eyes_do(sql);
	eyes_do("SELECT numbers_go_on()");
}

#else

static inline bool
on_postgres(void)
{
	return false;
}

#define eyes_address(out, size) (void)0
#define eyes_close() (void)0
#define eyes_fresh() (void)0
#define eyes_drop() (void)0
#define eyes_unmade() (void)0
#define eyes_int(sql, id) 0
#define eyes_text(sql, id) NULL
#define eyes_see_waiting(child) ((void)(child), false)
#define eyes_change(sql) (void)0

#endif

#endif
