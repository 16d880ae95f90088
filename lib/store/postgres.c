/* PostgreSQL, the only file that includes libpq. The library is opened at the
 * first connection: what is linked is only a promise that every host must keep,
 * and most have no PostgreSQL.
 *
 * One writer at a time, as in SQLite: a transaction begins by taking the
 * ledger's advisory lock, which goes with its end. What body read cannot have
 * changed when it writes, no two transactions deadlock, and of two workers that
 * look at a job one leases it.
 *
 * Those that are about some people alone share that lock, and take one of each
 * of them, in rising order: who waits for a person has the ledger's already, so
 * no two wait for each other, and who wants the ledger alone is let in after
 * those that have it, before those that come. */
#include "store/postgres.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/dialect.h"

#include <dlfcn.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#define FUNCTIONS(X) \
	X(PQbackendPID) \
	X(PQclear) \
	X(PQcmdStatus) \
	X(PQcmdTuples) \
	X(PQconnectdbParams) \
	X(PQconsumeInput) \
	X(PQerrorMessage) \
	X(PQfinish) \
	X(PQfname) \
	X(PQfreemem) \
	X(PQgetResult) \
	X(PQgetisnull) \
	X(PQgetlength) \
	X(PQgetvalue) \
	X(PQisBusy) \
	X(PQnotifies) \
	X(PQntuples) \
	X(PQresultErrorField) \
	X(PQresultStatus) \
	X(PQsendPrepare) \
	X(PQsendQuery) \
	X(PQsendQueryParams) \
	X(PQsendQueryPrepared) \
	X(PQsetNoticeProcessor) \
	X(PQsocket) \
	X(PQstatus) \
	X(PQtransactionStatus)

/* Those that libpq has from 14 on; NULL: it has not. */
#ifdef LIBPQ_HAS_PIPELINING
#define NEW_FUNCTIONS(X) \
	X(PQenterPipelineMode) \
	X(PQexitPipelineMode) \
	X(PQpipelineSync)
#else
#define NEW_FUNCTIONS(X)
#endif

/* Either all but the new ones point into the library, or is_open is false. */
static struct {
	bool is_open;
#define X(name) __typeof__(&(name)) name;
	FUNCTIONS(X)
	NEW_FUNCTIONS(X)
#undef X
} pq;

static const struct {
	const char *name;
	void *at;
	bool is_new;
} functions[] = {
#define X(name) { #name, &pq.name, false },
	FUNCTIONS(X)
#undef X
#define X(name) { #name, &pq.name, true },
	    NEW_FUNCTIONS(X)
#undef X
};

/* What its clock says at this moment, in ms. */
#define SERVER_NOW "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"

/* An answer comes sooner, or an error by one of the server's own limits; all
 * but one: a commit that waits for a standby which is away waits for ever. */
#define ANSWER_MS 15000
#define PATIENCE \
	"SET LOCAL statement_timeout = 0;" \
	" SET LOCAL idle_in_transaction_session_timeout = '60s'"

/* Which of the ledgers of a database it is. */
#define SCHEMA_NOW "COALESCE(current_schema(), '')"

#define SCHEMA_LETTERS STR_LETTERS STR_DIGITS "_"

/* Types by their numbers, which are fixed (pg_type.dat). */
#define TYPE_INT8 20
#define TYPE_TEXT 25

struct statement {
	struct dialect dialect;
	Oid types[DIALECT_MAX_VALUES];
	bool is_prepared;
};

#define MAX_SENT 80

/* What is going to be asked (see postgres_foresee()), until it is. */
struct foreseen {
	enum sql what;
	const char *values;
	bool is_asked;
	PGresult *result; /* NULL: it has not come yet */
};

struct postgres {
	PGconn *pg;
	const char *where;
	struct arena mem;   /* as long as the connection */
	const char *begins; /* a transaction that writes */
	/* One about some people, before their numbers and after. */
	const char *begins_about, *behind_people;
	bool is_light;
	bool is_undone;  /* the last answer said so of a transaction */
	bool is_patient; /* as long as the transaction */
	bool only_reads; /* in whosever database it is */
	/* One that only reads. NULL: what is asked alone needs none, and the
	 * connection is ours alone. */
	const char *reads;
	const char *reads_one_moment;
	const char *listens_for; /* the schema; NULL: does not listen */
	struct statement statements[SQL__COUNT];
	int64_t planned_ms; /* when plans were thrown away last */
	bool owes_release;  /* of the savepoint that was said last */
	/* Whose answers nobody has waited for yet (see sends_ahead()). */
	struct {
		enum sql what;
		struct foreseen *of; /* NULL: nobody asks */
	} sent[MAX_SENT];
	size_t n_sent;
	struct foreseen foreseen[MAX_SENT]; /* of this transaction */
	size_t n_foreseen;
	struct arena foreseen_mem;
	struct arena asked_mem; /* for a look at those */
	bool is_broken;
};

/* Where the rows stand that came of a run. */
struct cursor {
	const PGresult *result;
	int row;
};

static enum err
library_open(void)
{
	void *library;

	if (pq.is_open)
		return ERR_OK;
	/* A program without an interpreter, as the archive for shared hosting
	 * has, would get a second C library beside its own. */
	if (getauxval(AT_BASE) == 0) {
		log_event(LOG_ERROR, "libpq_not_for_us",
		    KV(kv_text("mend",
			"this program was linked for SQLite alone: build it "
			"by make, or name a file in DATABASE_URL")));
		return ERR_CONFIG;
	}
	/* RTLD_LOCAL: the names that the library brings with it must not mix
	 * with what is linked into this program. */
	library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
	for (size_t i = 0; library != NULL && i < LENGTH(functions); i++) {
		void *f = dlsym(library, functions[i].name);

		if (f == NULL && !functions[i].is_new) {
			(void)dlclose(library);
			library = NULL;
		} else /* ISO C has no cast to a function's pointer */
			memcpy(functions[i].at, &f, sizeof(f));
	}
	pq.is_open = library != NULL;
	if (pq.is_open)
		return ERR_OK;
	log_event(LOG_ERROR, "libpq_not_opened",
	    KV(kv_text("why", dlerror()),
		kv_text("wanted", "libpq.so.5, the package is libpq5")));
	return ERR_CONFIG;
}

/* ---- what an answer asks of the caller ---- */

/* By the class of the code, its first two characters (PostgreSQL's manual,
 * appendix A). */
static const struct {
	const char *class;
	enum err e;
	bool breaks; /* the connection */
} classes[] = {
	{ "23", ERR_CONFLICT, false }, /* a constraint */
	{ "22", ERR_INTERNAL, false }, /* a value that is none of its type */
	{ "40", ERR_UNAVAILABLE, false },
	{ "53", ERR_UNAVAILABLE, true },  /* out of something */
	{ "55", ERR_UNAVAILABLE, false }, /* waited too long for a lock */
	{ "57014", ERR_UNAVAILABLE, false },
	{ "57", ERR_UNAVAILABLE, true },    /* it goes down, comes up */
	{ "58", ERR_UNAVAILABLE, true },    /* its disk */
	{ "08", ERR_UNAVAILABLE, true },    /* the connection */
	{ "25006", ERR_UNAVAILABLE, true }, /* not the primary any more */
	/* In a transaction that failed before, or in one that nobody began. */
	{ "25", ERR_INTERNAL, true },
	/* Tables changed under a prepared statement; one that a pooler keeps
	 * elsewhere. */
	{ "0A000", ERR_UNAVAILABLE, true },
	{ "26000", ERR_UNAVAILABLE, true },
	/* Of our own: the ledger was moved away. Opened anew it is refused. */
	{ "MV001", ERR_UNAVAILABLE, true },
	{ "42501", ERR_CONFIG, false }, /* a right that its user has not */
	{ "42", ERR_INTERNAL, false },
};

static enum err
judge_code(struct postgres *p, const char *code)
{
	for (size_t i = 0; code != NULL && i < LENGTH(classes); i++)
		if (strncmp(code, classes[i].class, strlen(classes[i].class)) ==
		    0) {
			p->is_broken |= classes[i].breaks;
			return classes[i].e;
		}
	/* Without a code it is libpq that speaks: nobody is there. */
	p->is_broken |= code == NULL;
	return code == NULL ? ERR_UNAVAILABLE : ERR_INTERNAL;
}

/* The answer to a statement. Of an error only its first line is told: the
 * detail may hold what was written. */
static enum err
judge(struct postgres *p, const char *what, const PGresult *result)
{
	ExecStatusType status = pq.PQresultStatus(result);
	const char *code;
	enum err e;

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
	    status == PGRES_EMPTY_QUERY)
		return ERR_OK;
	code = pq.PQresultErrorField(result, PG_DIAG_SQLSTATE);
	e = judge_code(p, code);
	if (pq.PQstatus(p->pg) != CONNECTION_OK)
		p->is_broken = true;
	if (e != ERR_CONFLICT)
		log_event(LOG_ERROR, "database_failed",
		    KV(kv_text("statement", what), kv_text("code", code),
			kv_text("why",
			    result == NULL   ? "no answer" :
				code == NULL ? pq.PQerrorMessage(p->pg) :
					       pq.PQresultErrorField(result,
						   PG_DIAG_MESSAGE_PRIMARY))));
	return e;
}

/* Whether there is something to read, or will never be: both without having to
 * wait any more. */
static bool
is_ready(PGconn *pg, int64_t give_up_ms)
{
	while (pq.PQisBusy(pg) != 0) {
		struct pollfd fd = { .fd = pq.PQsocket(pg), .events = POLLIN };
		int64_t left_ms = give_up_ms - clock_mono_ms();

		if (left_ms <= 0)
			return false;
		(void)poll(
		    &fd, 1, left_ms < ANSWER_MS ? (int)left_ms : ANSWER_MS);
		if (pq.PQconsumeInput(pg) == 0)
			break;
	}
	return true;
}

/* What comes of what was sent; NULL: nothing did. libpq itself would wait as
 * long as the server's machine is there, and the program that asks with it. */
static PGresult *
answer(struct postgres *p, int is_sent)
{
	int64_t give_up_ms =
	    p->is_patient ? INT64_MAX : clock_mono_ms() + ANSWER_MS;
	PGresult *last = NULL, *next = NULL;

	p->is_undone = false;
	do {
		if (is_sent == 0 || !is_ready(p->pg, give_up_ms)) {
			p->is_broken = true;
			pq.PQclear(last);
			return NULL;
		}
		next = pq.PQgetResult(p->pg);
		if (next != NULL) {
			pq.PQclear(last);
			last = next;
			p->is_undone |=
			    strcmp(pq.PQcmdStatus(last), "ROLLBACK") == 0;
		}
	} while (next != NULL);
	return last;
}

/* ---- what is sent ahead ---- */

/* Each way to the server and back costs more than most statements, and by far
 * more where it is another machine. What nobody asks about goes with the next
 * one that somebody waits for; the server keeps the order, and after one that
 * failed it does nothing more until it is told of it. */

static bool
pipeline_begins(struct postgres *p)
{
#ifdef LIBPQ_HAS_PIPELINING
	return pq.PQenterPipelineMode != NULL &&
	    pq.PQenterPipelineMode(p->pg) == 1;
#else
	(void)p;
	return false;
#endif
}

static bool
pipeline_asks(struct postgres *p)
{
#ifdef LIBPQ_HAS_PIPELINING
	return pq.PQpipelineSync(p->pg) == 1;
#else
	(void)p;
	return false;
#endif
}

/* Its last answer is none of a statement's. */
static void
pipeline_ends(struct postgres *p)
{
#ifdef LIBPQ_HAS_PIPELINING
	PGresult *last = NULL;

	if (!p->is_broken && is_ready(p->pg, clock_mono_ms() + ANSWER_MS))
		last = pq.PQgetResult(p->pg);
	p->is_broken |= pq.PQresultStatus(last) != PGRES_PIPELINE_SYNC;
	pq.PQclear(last);
	p->is_broken |= pq.PQexitPipelineMode(p->pg) != 1;
#else
	(void)p;
#endif
}

/* The answers to what was sent ahead, in which the first failure is the
 * one that counts; *last, unless NULL, is that of the statement behind them,
 * which was sent. */
static enum err
answers_ahead(struct postgres *p, PGresult **last)
{
	int is_sent = pipeline_asks(p);
	size_t n = p->n_sent;
	enum err e = ERR_OK;

	p->n_sent = 0;
	for (size_t i = 0; i < n; i++) {
		PGresult *one = answer(p, is_sent);

		if (e == ERR_OK)
			e = judge(p, sql_name(p->sent[i].what), one);
		if (e == ERR_OK && p->sent[i].of != NULL)
			p->sent[i].of->result = one;
		else
			pq.PQclear(one);
	}
	if (last != NULL)
		*last = answer(p, is_sent);
	pipeline_ends(p);
	return e;
}

static enum err
postgres_settle(void *conn)
{
	struct postgres *p = conn;

	return p->n_sent == 0 ? ERR_OK : answers_ahead(p, NULL);
}

/* Nothing of it is left for the next transaction. */
static void
forget_foreseen(struct postgres *p)
{
	for (size_t i = 0; i < p->n_foreseen; i++)
		pq.PQclear(p->foreseen[i].result);
	p->n_foreseen = 0;
	arena_reset(&p->foreseen_mem);
}

static PGresult *
query(struct postgres *p, const char *sql)
{
	return answer(p, pq.PQsendQuery(p->pg, sql));
}

/* Before something else is said: what was sent ahead must have gone well, or
 * else it is not said. The end of a transaction, or of a part of it, is said
 * whatever was before. */
static enum err
is_free_to_say(struct postgres *p, const char *sql)
{
	enum err e = postgres_settle(p);

	return str_starts(str_from(sql), "ROLLBACK") ? ERR_OK : e;
}

static enum err
postgres_script(void *conn, const char *sql)
{
	struct postgres *p = conn;
	PGresult *result;
	enum err e = is_free_to_say(p, sql);

	if (e != ERR_OK)
		return e;
	result = query(p, sql);
	e = judge(p, sql, result);
	p->is_patient |= strcmp(sql, PATIENCE) == 0;
	pq.PQclear(result);
	return e;
}

/* ---- the connection ---- */

static void
postgres_close(void *conn)
{
	struct postgres *p = conn;

	forget_foreseen(p);
	arena_free(&p->foreseen_mem);
	arena_free(&p->asked_mem);
	pq.PQfinish(p->pg);
	arena_free(&p->mem);
	free(p);
}

/* What the server remarks beside its answers ("already exists, skipping"). */
static void
notice(void *ctx, const char *text)
{
	(void)ctx;
	(void)text;
}

/* What stands before the address may be said otherwise in it. A server whose
 * machine is gone is known for lost after a quarter of a minute, be it asked or
 * waited for. */
static PGconn *
connect_to(const char *where)
{
	const char *const names[] = { "application_name", "connect_timeout",
		"tcp_user_timeout", "keepalives_idle", "keepalives_interval",
		"keepalives_count", "dbname", "client_encoding", NULL };
	const char *const values[] = { "admit", "5", "10000", "5", "3", "3",
		where, "UTF8", NULL };

	return pq.PQconnectdbParams(names, values, 1);
}

/* What libpq says of a server. What it says of the address may quote that, and
 * a password is in there. */
static const char *
why_not(const char *message)
{
	static const char *const of_servers[] = { "connection to server",
		"could not connect", "could not translate", "FATAL",
		"SSL error", "timeout" };

	for (size_t i = 0; i < LENGTH(of_servers); i++)
		if (str_starts(str_from(message), of_servers[i]))
			return message;
	return "libpq cannot use the address in DATABASE_URL; signs in a "
	       "password are written as %40, say";
}

static enum err
postgres_open(const char *where, void **conn)
{
	struct postgres *p;
	enum err e = library_open();

	if (e != ERR_OK)
		return e;
	p = or_out_of_memory(calloc(1, sizeof(*p)));
	p->where = where;
	p->pg = connect_to(where);
	if (pq.PQstatus(p->pg) != CONNECTION_OK) {
		log_event(LOG_ERROR, "database_not_opened",
		    KV(kv_text("why", why_not(pq.PQerrorMessage(p->pg)))));
		postgres_close(p);
		return ERR_UNAVAILABLE;
	}
	(void)pq.PQsetNoticeProcessor(p->pg, notice, NULL);
	*conn = p;
	return ERR_OK;
}

static enum err
postgres_open_to_read(const char *where, void **conn)
{
	enum err e = postgres_open(where, conn);

	if (e == ERR_OK)
		((struct postgres *)*conn)->only_reads = true;
	return e;
}

static bool
postgres_is_broken(void *conn)
{
	const struct postgres *p = conn;

	return p->is_broken;
}

/* Around what is asked outside a transaction, where that has to wish first;
 * *entered: leave() is owed. */
static enum err
enter(struct postgres *p, bool *entered)
{
	*entered =
	    p->reads != NULL && pq.PQtransactionStatus(p->pg) == PQTRANS_IDLE;
	return *entered ? postgres_script(p, p->reads) : ERR_OK;
}

static void
leave(struct postgres *p, bool entered)
{
	if (entered)
		p->is_broken |= postgres_script(p, "ROLLBACK") != ERR_OK;
}

static enum err
ask_number(struct postgres *p, const char *sql, int64_t *number)
{
	PGresult *result;
	bool entered;
	enum err e = is_free_to_say(p, sql);

	if (e == ERR_OK)
		e = enter(p, &entered);
	if (e != ERR_OK)
		return e;
	result = query(p, sql);
	e = judge(p, sql, result);
	if (e == ERR_OK)
		*number = pq.PQntuples(result) == 0 ?
		    0 :
		    strtoll(pq.PQgetvalue(result, 0, 0), NULL, 10);
	pq.PQclear(result);
	leave(p, entered);
	return e;
}

#define BACKEND "pg_backend_pid()"
#define SPARE_MS 2000

/* Which of the server's processes answers; 0: none did in time. */
static int64_t
backend_of(PGconn *pg, const char *sql)
{
	int64_t give_up_ms = clock_mono_ms() + SPARE_MS, backend = 0;
	PGresult *result;

	if (pq.PQsendQuery(pg, sql) == 0)
		return 0;
	while (
	    is_ready(pg, give_up_ms) && (result = pq.PQgetResult(pg)) != NULL) {
		if (pq.PQntuples(result) == 1)
			backend =
			    strtoll(pq.PQgetvalue(result, 0, 0), NULL, 10);
		pq.PQclear(result);
	}
	return backend;
}

/* Whether others are lent what this connection has while nothing is said on it:
 * a transaction of another one gets it, or else this one gets what is free
 * then. Of what cannot be had in time nothing is known. */
static bool
lends(struct postgres *p, int64_t backend)
{
	PGconn *other = connect_to(p->where);
	int64_t of_other = 0, now = backend;

	if (pq.PQstatus(other) == CONNECTION_OK)
		of_other = backend_of(other, "BEGIN; SELECT " BACKEND);
	if (of_other != 0 && of_other != backend)
		(void)ask_number(p, "SELECT " BACKEND, &now);
	pq.PQfinish(other);
	return of_other == backend || now != backend;
}

/* What a transaction leaves on such a connection the next one does not find,
 * but somebody else's does: our schema, say. */
static enum err
refuse_lender(void)
{
	log_event(LOG_ERROR, "database_lends",
	    KV(kv_text("mend",
		"behind the address in DATABASE_URL is a pooler that gives "
		"each transaction another connection: set DB_PREPARE=0, or "
		"name the server itself")));
	return ERR_CONFIG;
}

/* All programs go by the server's clock. A server greets by the number of the
 * process that answers then, a pooler by one of its own. */
static enum err
greet(struct postgres *p, bool is_pooled)
{
	PGresult *result = query(p, "SELECT " SERVER_NOW ", " BACKEND);
	enum err e = judge(p, "greeting", result);
	int64_t backend = 0;

	if (e == ERR_OK) {
		backend = strtoll(pq.PQgetvalue(result, 0, 1), NULL, 10);
		if (!p->only_reads)
			clock_follow(
			    strtoll(pq.PQgetvalue(result, 0, 0), NULL, 10));
	}
	pq.PQclear(result);
	if (e != ERR_OK || is_pooled || backend == pq.PQbackendPID(p->pg))
		return e;
	return lends(p, backend) ? refuse_lender() : ERR_OK;
}

/* A schema that is there already may belong to somebody who lets us make none,
 * so it is looked for first. Made under a lock: many programs may start at
 * once. */
static enum err
make_schema(struct postgres *p, const char *schema)
{
	int64_t is_there = 0;
	enum err e = ask_number(p,
	    arena_printf(&p->mem,
		"SELECT COUNT(*) FROM pg_namespace WHERE nspname = '%s'",
		schema),
	    &is_there);

	if (e != ERR_OK || is_there != 0)
		return e;
	e = postgres_script(p, p->begins);
	if (e == ERR_OK)
		e = postgres_script(p,
		    arena_printf(&p->mem,
			"CREATE SCHEMA IF NOT EXISTS \"%s\"; COMMIT", schema));
	/* A connection in a transaction that failed is of no use. */
	p->is_broken |= e != ERR_OK;
	return e;
}

#define TABLES_HERE \
	" FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace" \
	" WHERE nspname = current_schema() AND relkind = 'r'"

/* People in a schema without a ledger are the first version's, or somebody
 * else's. */
#define COUNT_OTHERS \
	"SELECT COUNT(*)" TABLES_HERE " AND relname = 'users'" \
	" AND NOT EXISTS (SELECT 1" TABLES_HERE \
	" AND relname = 'ledger_version')"

static enum err
check_owner(struct postgres *p)
{
	int64_t n = 0;
	enum err e = ask_number(p, COUNT_OTHERS, &n);

	if (e != ERR_OK || n == 0)
		return e;
	log_event(LOG_ERROR, "database_is_not_ours",
	    KV(kv_text("mend",
		"this schema has a table users that is none of ours: name "
		"another one in DB_SCHEMA; who paid by the first version comes "
		"into it by `admit import postgresql://... --schema NAME`")));
	return ERR_CONFIG;
}

/* Some statements here join much and find little: to plan them takes ten times
 * as long as to run them, so a plan is kept for a while (see begin()), and
 * nothing is compiled. Asked for where the server knows the word. */
#define PLANS \
	" SELECT set_config(of, wish, false) FROM (VALUES" \
	" ('plan_cache_mode', 'force_generic_plan'), ('jit', 'off'))" \
	" AS wishes (of, wish) WHERE current_setting(of, true) IS NOT NULL"
#define PLANS_LAST_MS 2000

/* What a connection is to be like: none waits for ever, neither for an answer,
 * for the lock nor for the rest of a transaction. A machine that falls silent
 * within one (its power, its network) loses the lock before those who wait for
 * it give up. */
static const char *
wishes(struct postgres *p, const char *set, const char *schema)
{
	const char *path = schema == NULL ?
	    "" :
	    arena_printf(&p->mem, ";%s search_path = \"%s\"", set, schema);

	return arena_printf(&p->mem,
	    "%s statement_timeout = '10s';%s lock_timeout = '5s';"
	    "%s idle_in_transaction_session_timeout = '4s'%s;",
	    set, set, set, path);
}

/* The one place where a transaction says whom it excludes: every other writer
 * of this ledger, or, where it is about some people, those who write about one
 * of them, whose numbers stand in the middle.
 * Each statement sees what was committed before it, whatever the database does
 * by default: a look from before the wait would be old. The lock goes with the
 * commit, which does not wait for the disk: see FLUSH. */
static void
set_begins(struct postgres *p, const char *wish, const char *schema)
{
	const char *key =
	    arena_printf(&p->mem, "hashtextextended('admit ' || %s, 0)",
		schema == NULL ? SCHEMA_NOW :
				 arena_printf(&p->mem, "'%s'", schema));
	const char *begin = arena_printf(&p->mem,
	    "BEGIN ISOLATION LEVEL READ COMMITTED;%s"
	    " SET LOCAL synchronous_commit = off;"
	    " SELECT pg_advisory_xact_lock",
	    wish);

	p->begins = arena_printf(&p->mem, "%s(%s), " SERVER_NOW, begin, key);
	p->begins_about = arena_printf(&p->mem,
	    "%s_shared(%s);"
	    " SELECT pg_advisory_xact_lock(%s # person) FROM unnest('{",
	    begin, key, key);
	p->behind_people = "}'::bigint[]) AS person; SELECT 0, " SERVER_NOW;
}

/* Behind a pooler nothing may be left on a connection that the next transaction
 * does not have, neither settings nor prepared statements. */
static enum err
postgres_choose(void *conn, const struct db_choice *choice)
{
	struct postgres *p = conn;
	const char *wish = "";
	enum err e;

	if (choice->schema != NULL &&
	    !str_only(str_from(choice->schema), SCHEMA_LETTERS))
		return ERR_CONFIG;
	e = greet(p, choice->is_pooled);
	if (e != ERR_OK)
		return e;
	if (choice->is_pooled) {
		wish = wishes(p, "SET LOCAL", choice->schema);
		p->reads = arena_printf(&p->mem, "BEGIN READ ONLY;%s", wish);
	} else
		e = postgres_script(p,
		    arena_printf(
			&p->mem, "%s" PLANS, wishes(p, "SET", choice->schema)));
	p->reads_one_moment = arena_printf(&p->mem,
	    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;%s"
	    " SET LOCAL idle_in_transaction_session_timeout = '60s'",
	    wish);
	set_begins(p, wish, choice->schema);
	if (p->only_reads)
		return e;
	if (e == ERR_OK && choice->schema != NULL)
		e = make_schema(p, choice->schema);
	return e == ERR_OK ? check_owner(p) : e;
}

/* ---- statements ---- */

static enum err
wrong_value(enum sql what, const char *name, const char *why)
{
	log_event(LOG_ERROR, "database_value_wrong",
	    KV(kv_text("statement", sql_name(what)), kv_text("value", name),
		kv_text("why", why)));
	return ERR_INTERNAL;
}

/* A statement's values as libpq takes them: all as text. */
struct bound {
	const char *values[DIALECT_MAX_VALUES];
	Oid types[DIALECT_MAX_VALUES];
	char numbers[DIALECT_MAX_VALUES][24];
	struct arena mem;
};

/* The server takes UTF-8 alone, and one text that was cut within a letter must
 * not keep a job from being settled: what is no letter becomes a question
 * mark. */
static const char *
as_utf8(struct arena *a, const char *text)
{
	char *out, *at;

	if (str_is_utf8(str_from(text)))
		return text;
	at = out = arena_dup_text(a, text);
	while (*at != '\0') {
		size_t left = strlen(at), n = 1;

		while (n < 4 && n < left && !str_is_utf8((struct str){ at, n }))
			n++;
		if (!str_is_utf8((struct str){ at, n })) {
			*at = '?';
			n = 1;
		}
		at += n;
	}
	return out;
}

static Oid
oid_of(const struct kv *v)
{
	return v->kind == KV_TEXT || v->kind == KV_NO_TEXT ? TYPE_TEXT :
							     TYPE_INT8;
}

static void
bind_at(struct bound *b, size_t i, const struct kv *v)
{
	b->types[i] = oid_of(v);
	if (v->kind == KV_INT) {
		(void)snprintf(b->numbers[i], sizeof(b->numbers[i]), "%lld",
		    (long long)v->i);
		b->values[i] = b->numbers[i];
	} else
		b->values[i] = kv_is_null(v) ? NULL : as_utf8(&b->mem, v->s);
}

static enum err
bind_all(const struct dialect *d, const struct db_run *r, struct bound *b)
{
	for (size_t i = 0; i < r->args.n; i++) {
		size_t at = 0;

		while (at < d->n && !str_eq(d->names[at], r->args.v[i].name))
			at++;
		if (at == d->n || b->types[at] != 0)
			return wrong_value(
			    r->what, r->args.v[i].name, "no place for it");
		bind_at(b, at, &r->args.v[i]);
	}
	/* A value that was forgotten would be NULL and change the wrong rows,
	 * or none, without a word. */
	return r->args.n == d->n ? ERR_OK :
				   wrong_value(r->what, NULL, "one is missing");
}

/* Planned once per connection for one type of each value. */
static enum err
prepare(struct postgres *p, enum sql what, const struct bound *b)
{
	struct statement *s = &p->statements[what];
	PGresult *result;
	enum err e;

	if (s->is_prepared)
		return memcmp(s->types, b->types, sizeof(s->types)) == 0 ?
		    ERR_OK :
		    wrong_value(what, NULL, "of another type than before");
	e = postgres_settle(p);
	if (e != ERR_OK)
		return e;
	result = answer(p,
	    pq.PQsendPrepare(p->pg, sql_name(what), s->dialect.text,
		(int)s->dialect.n, b->types));
	e = judge(p, sql_name(what), result);
	pq.PQclear(result);
	s->is_prepared = e == ERR_OK;
	memcpy(s->types, b->types, sizeof(s->types));
	return e;
}

static void
map_rows(const PGresult *result, struct db_run *r)
{
	struct cursor at = { .result = result };
	const struct row row = { &postgres_driver, &at, r->arena };
	int n = pq.PQntuples(result);

	for (at.row = 0; at.row < n; at.row++) {
		if (r->map != NULL)
			r->map(&row, r->ctx);
		r->n_rows++;
	}
}

/* Prepared statements stay with the connection, so behind a pooler there are
 * none. */
static int
send(struct postgres *p, enum sql what, const struct bound *b)
{
	const struct dialect *d = &p->statements[what].dialect;

	return p->reads != NULL ?
	    pq.PQsendQueryParams(
		p->pg, d->text, (int)d->n, b->types, b->values, NULL, NULL, 0) :
	    pq.PQsendQueryPrepared(
		p->pg, sql_name(what), (int)d->n, b->values, NULL, NULL, 0);
}

/* Of one that may wait. False: it goes as any other. */
static bool
goes_ahead(struct postgres *p, enum sql what, const struct bound *b,
    struct foreseen *of)
{
	if (p->n_sent == MAX_SENT || (p->n_sent == 0 && !pipeline_begins(p)))
		return false;
	p->sent[p->n_sent].what = what;
	p->sent[p->n_sent++].of = of;
	p->is_broken |= send(p, what, b) == 0;
	return true;
}

static bool
sends_ahead(struct postgres *p, const struct db_run *r, const struct bound *b)
{
	return r->may_wait && goes_ahead(p, r->what, b, NULL);
}

/* By what one that was foreseen is known again: its values, but when it is
 * said. */
static const char *
values_of(struct arena *a, const struct dialect *d, const struct bound *b)
{
	const char *out = "";

	for (size_t i = 0; i < d->n; i++)
		if (!str_eq(d->names[i], "now_ms"))
			out = arena_printf(a, "%s\x1f%s", out,
			    b->values[i] == NULL ? "\x1e" : b->values[i]);
	return out;
}

static struct foreseen *
find_foreseen(struct postgres *p, enum sql what, const struct bound *b)
{
	const char *values;
	struct foreseen *found = NULL;

	if (p->n_foreseen == 0)
		return NULL;
	values = values_of(&p->asked_mem, &p->statements[what].dialect, b);
	for (size_t i = 0; found == NULL && i < p->n_foreseen; i++) {
		struct foreseen *f = &p->foreseen[i];

		if (!f->is_asked && f->what == what &&
		    strcmp(f->values, values) == 0)
			found = f;
	}
	arena_reset(&p->asked_mem);
	return found;
}

static void
take_rows(PGresult *result, struct db_run *r)
{
	r->n_changed = strtoll(pq.PQcmdTuples(result), NULL, 10);
	map_rows(result, r);
}

static enum err
take_foreseen(struct postgres *p, struct foreseen *f, struct db_run *r)
{
	enum err e = f->result == NULL ? postgres_settle(p) : ERR_OK;

	f->is_asked = true;
	if (e == ERR_OK && f->result == NULL)
		e = ERR_UNAVAILABLE;
	if (e == ERR_OK)
		take_rows(f->result, r);
	pq.PQclear(f->result);
	f->result = NULL;
	return e;
}

/* NULL: there is none. */
static struct foreseen *
free_place(struct postgres *p)
{
	for (size_t i = 0; i < p->n_foreseen; i++)
		if (p->foreseen[i].is_asked)
			return &p->foreseen[i];
	return p->n_foreseen == LENGTH(p->foreseen) ?
	    NULL :
	    &p->foreseen[p->n_foreseen];
}

static enum err
ask(struct postgres *p, enum sql what, const struct bound *b, PGresult **result)
{
	enum err e = ERR_OK;
	int is_sent = send(p, what, b);

	if (p->n_sent > 0) {
		p->is_broken |= is_sent == 0;
		e = answers_ahead(p, result);
	} else
		*result = answer(p, is_sent);
	return e == ERR_OK ? judge(p, sql_name(what), *result) : e;
}

static enum err
run_bound(struct postgres *p, struct db_run *r, const struct bound *b)
{
	PGresult *result = NULL;
	bool entered;
	enum err e = enter(p, &entered);

	if (e != ERR_OK)
		return e;
	e = ask(p, r->what, b, &result);
	leave(p, entered);
	if (e == ERR_OK)
		take_rows(result, r);
	pq.PQclear(result);
	return e;
}

/* Behind a commit, and in a transaction of its own: what waits until this is on
 * the disk, and on the standby where there is one that is waited for, waits
 * for all that was committed before it, too. The next writer has the lock
 * meanwhile, and one sync of the disk serves all who wait for it. */
#define FLUSH "; SELECT pg_logical_emit_message(true, 'admit', '')"

/* Words about transactions are not worth a plan. */
static enum err
say(struct postgres *p, enum sql what, const char *text)
{
	PGresult *result;
	enum err e = is_free_to_say(p, text);

	if (e != ERR_OK)
		return e;
	result = query(p, text);
	e = judge(p, sql_name(what), result);
	/* After an error that nobody minded COMMIT undoes all, and says so by
	 * this word alone. */
	if (e == ERR_OK && what == SQL_COMMIT && p->is_undone) {
		log_event(LOG_ERROR, "commit_undone", KV_NONE);
		e = ERR_INTERNAL;
	}
	if (what == SQL_COMMIT || what == SQL_ROLLBACK)
		p->is_patient = p->owes_release = false;
	if (what == SQL_COMMIT || what == SQL_ROLLBACK ||
	    what == SQL_BACK_TO_SAVED)
		forget_foreseen(p);
	pq.PQclear(result);
	return e;
}

/* One savepoint follows another, so the end of one is said with the beginning
 * of the next; that of the last goes without saying at the end of the
 * transaction. */
static enum err
say_of_savepoint(struct postgres *p, enum sql what)
{
	bool owes = p->owes_release;
	const char *text = sql_text(what);

	p->owes_release = what == SQL_FORGET_SAVED;
	if (!owes)
		return what == SQL_FORGET_SAVED ? ERR_OK : say(p, what, text);
	/* It stood within the one that is undone, and ends in any state. */
	if (what == SQL_BACK_TO_SAVED)
		return say(
		    p, what, "ROLLBACK TO one; RELEASE one; ROLLBACK TO one");
	return say(p, what,
	    what == SQL_SAVE ? "RELEASE one; SAVEPOINT one" : "RELEASE one");
}

/* Said by each COMMIT, so nothing is left on a pooler's connection. */
static enum err
postgres_lighten(void *conn, bool is_light)
{
	struct postgres *p = conn;

	p->is_light = is_light;
	return ERR_OK;
}

/* Tables grow under a plan, and what was best of small ones is not of large
 * ones. To make all plans anew takes some milliseconds. */
static enum err
plan_anew(struct postgres *p)
{
	int64_t now_ms = clock_mono_ms();

	if (p->reads != NULL || now_ms < p->planned_ms + PLANS_LAST_MS)
		return ERR_OK;
	p->planned_ms = now_ms;
	return postgres_script(p, "DISCARD PLANS");
}

/* All programs go by the server's clock, which tells the time when the wait for
 * the lock is over. */
static enum err
begin(struct postgres *p, const char *words)
{
	PGresult *result;
	enum err e = plan_anew(p);

	if (e != ERR_OK)
		return e;
	result = query(p, words);
	e = judge(p, sql_name(SQL_BEGIN), result);
	p->is_patient = p->owes_release = false;
	if (e == ERR_OK)
		clock_follow(strtoll(pq.PQgetvalue(result, 0, 1), NULL, 10));
	pq.PQclear(result);

	/* Begun without the lock is not begun. */
	if (e != ERR_OK && !p->is_broken)
		p->is_broken = postgres_script(p, "ROLLBACK") != ERR_OK;
	return e;
}

static enum err
postgres_begin_about(void *conn, const int64_t *people, size_t n_people)
{
	struct postgres *p = conn;
	struct arena scratch = { 0 };
	struct buf words = buf_new(&scratch, 1024 + n_people * 24);
	enum err e;

	buf_text(&words, p->begins_about);
	for (size_t i = 0; i < n_people; i++) {
		buf_text(&words, i == 0 ? "" : ",");
		buf_int(&words, people[i]);
	}
	buf_text(&words, p->behind_people);
	e = begin(p, arena_dup(&scratch, buf_str(&words)));
	arena_free(&scratch);
	return e;
}

static enum err
commit(struct postgres *p, const char *before)
{
	char sql[192];

	(void)snprintf(
	    sql, sizeof(sql), "%sCOMMIT%s", before, p->is_light ? "" : FLUSH);
	return say(p, SQL_COMMIT, sql);
}

static const struct {
	enum sql what;
	const char *text;
} own_texts[] = {
#define OWN(name, text) { SQL_##name, text },
#include "store/postgres_search.h"
#undef OWN
};

/* Lessons may have been imported where there was no index to be had. */
static bool
has_search(struct postgres *p)
{
	int64_t n = 0;

	return ask_number(p,
		   "SELECT COUNT(*) FROM pg_class JOIN pg_namespace"
		   " ON pg_namespace.oid = relnamespace WHERE relkind = 'i'"
		   " AND relname = 'chunks_grams'"
		   " AND nspname = current_schema()",
		   &n) == ERR_OK &&
	    n > 0;
}

static const char *
text_for(struct postgres *p, enum sql what)
{
	for (size_t i = 0; i < LENGTH(own_texts); i++)
		if (own_texts[i].what == what && has_search(p))
			return own_texts[i].text;
	return sql_text(what);
}

/* Its text, its values, and that the server knows it. */
static enum err
make_ready(struct postgres *p, const struct db_run *r, struct bound *b)
{
	struct statement *s = &p->statements[r->what];
	enum err e;

	if (s->dialect.text == NULL)
		s->dialect = dialect_numbered(&p->mem, text_for(p, r->what));
	if (s->dialect.text == NULL)
		return wrong_value(r->what, NULL, "too many, or a long text");
	e = bind_all(&s->dialect, r, b);
	return e == ERR_OK && p->reads == NULL ? prepare(p, r->what, b) : e;
}

/* That it failed is told to whoever asks. */
static void
postgres_foresee(void *conn, const struct db_run *r)
{
	struct postgres *p = conn;
	struct foreseen *f = free_place(p);
	struct bound b = { 0 };

	if (f != NULL && p->statements[r->what].is_prepared &&
	    make_ready(p, r, &b) == ERR_OK && goes_ahead(p, r->what, &b, f)) {
		*f = (struct foreseen){ .what = r->what,
			.values = values_of(&p->foreseen_mem,
			    &p->statements[r->what].dialect, &b) };
		p->n_foreseen += f == &p->foreseen[p->n_foreseen];
	}
	arena_free(&b.mem);
}

static enum err
postgres_run(void *conn, struct db_run *r)
{
	struct postgres *p = conn;
	struct foreseen *f = NULL;
	struct bound b = { 0 };
	enum err e;

	if (r->what == SQL_BEGIN)
		return begin(p, p->begins);
	if (r->what == SQL_COMMIT)
		return commit(p, "");
	if (r->what == SQL_ROLLBACK)
		return say(p, r->what, sql_text(r->what));
	if (r->what >= SQL_SAVE && r->what <= SQL_FORGET_SAVED)
		return say_of_savepoint(p, r->what);
	e = make_ready(p, r, &b);
	if (e == ERR_OK)
		f = find_foreseen(p, r->what, &b);
	if (f != NULL)
		e = take_foreseen(p, f, r);
	else if (e == ERR_OK && !sends_ahead(p, r, &b))
		e = run_bound(p, r, &b);
	arena_free(&b.mem);
	return e;
}

/* ---- what others tell ---- */

/* Within the transaction, so it is heard of if that was committed and then
 * alone. */
static enum err
postgres_commit_telling(void *conn)
{
	return commit(conn, "SELECT pg_notify('admit', " SCHEMA_NOW "); ");
}

/* Behind a pooler the connection is somebody else's in a moment. */
static enum err
postgres_listen(void *conn)
{
	struct postgres *p = conn;
	PGresult *result;
	enum err e;

	if (p->reads != NULL)
		return ERR_OK;
	result = query(p, "LISTEN admit; SELECT " SCHEMA_NOW);
	e = judge(p, "LISTEN", result);
	if (e == ERR_OK)
		p->listens_for =
		    arena_dup_text(&p->mem, pq.PQgetvalue(result, 0, 0));
	pq.PQclear(result);
	return e;
}

static int
postgres_listen_fd(void *conn)
{
	const struct postgres *p = conn;

	return p->reads != NULL ? -1 : pq.PQsocket(p->pg);
}

/* Our own words come back to us, and those of other ledgers in this
 * database. */
static bool
postgres_heard(void *conn)
{
	struct postgres *p = conn;
	PGnotify *n;
	bool heard = false;

	p->is_broken |= pq.PQconsumeInput(p->pg) == 0;
	while ((n = pq.PQnotifies(p->pg)) != NULL) {
		heard |= n->be_pid != pq.PQbackendPID(p->pg) &&
		    str_eq(str_from(n->extra), p->listens_for);
		pq.PQfreemem(n);
	}
	return heard || p->is_broken;
}

/* ---- for a move ---- */

static enum err
postgres_snapshot(void *conn)
{
	struct postgres *p = conn;

	return postgres_script(p, p->reads_one_moment);
}

/* Values by their number, and their types with them. */
static enum err
postgres_ask(void *conn, const struct db_ask *ask)
{
	struct postgres *p = conn;
	size_t n = ask->values.n, size = 24;
	struct arena scratch = { 0 };
	const char **values = arena_alloc(&scratch, (n + 1) * sizeof(*values));
	Oid *types = arena_alloc(&scratch, (n + 1) * sizeof(*types));
	struct db_run r = {
		.arena = ask->arena, .map = ask->map, .ctx = ask->ctx
	};
	PGresult *result;
	enum err e;

	for (size_t i = 0; i < n; i++) {
		const struct kv *v = &ask->values.v[i];
		char *number = arena_alloc(&scratch, size);

		types[i] = oid_of(v);
		(void)snprintf(number, size, "%lld", (long long)v->i);
		values[i] = kv_is_null(v) ? NULL :
		    v->kind == KV_INT     ? number :
					    as_utf8(&scratch, v->s);
	}
	result = answer(p,
	    pq.PQsendQueryParams(
		p->pg, ask->sql, (int)n, types, values, NULL, NULL, 0));
	e = judge(p, "move", result);
	if (e == ERR_OK)
		map_rows(result, &r);
	pq.PQclear(result);
	arena_free(&scratch);
	return e;
}

/* Of one table, or else the constraints of a stranger's beside ours would be
 * changed. */
#define REFERENCES_OF_TABLE(how) \
	"DO $do$ DECLARE c name; BEGIN FOR c IN SELECT conname" \
	" FROM pg_constraint WHERE contype = 'f'" \
	" AND conrelid = '{table}'::regclass LOOP EXECUTE format(" \
	"'ALTER TABLE {table} ALTER CONSTRAINT %I " how "', c);" \
	" END LOOP; END $do$"

#define KEYS_OF(row) \
	"(TG_TABLE_NAME, to_jsonb(" row ") ->> TG_ARGV[0]," \
	" to_jsonb(" row ") ->> TG_ARGV[1])"
#define NOTE "INSERT INTO ledger_changes (of_table, key1, key2) VALUES "

/* Writers have the schema of their ledger first in search_path. The seal is no
 * other function for the triggers that there are: those are in plans. */
static const struct db_moving postgres_moving = {
	.value = "$",
	.exists = "SELECT COUNT(*) FROM pg_class JOIN pg_namespace"
		  " ON pg_namespace.oid = relnamespace"
		  " WHERE relname = $1 AND nspname = current_schema()",
	.columns = "SELECT attname, CASE atttypid WHEN 20 THEN 1 ELSE 0 END,"
		   " COALESCE(array_position(indkey::int2[], attnum) + 1, 0)"
		   " FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
		   " JOIN pg_namespace ON pg_namespace.oid = relnamespace"
		   " LEFT JOIN pg_index ON indrelid = attrelid"
		   " AND indisprimary"
		   " WHERE relname = $1 AND nspname = current_schema()"
		   " AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
	.log = "CREATE TABLE ledger_changes (n BIGINT GENERATED BY DEFAULT AS"
	       " IDENTITY PRIMARY KEY, of_table TEXT NOT NULL, key1 TEXT,"
	       " key2 TEXT);"
	       "CREATE FUNCTION ledger_change() RETURNS trigger"
	       " LANGUAGE plpgsql AS $do$ BEGIN"
	       " IF TG_OP <> 'INSERT' THEN " NOTE KEYS_OF(
		   "OLD") "; END IF;"
			  " IF TG_OP <> 'DELETE' THEN " NOTE KEYS_OF(
			      "NEW") "; END IF;"
				     " RETURN NULL; END $do$",
	.watch = "CREATE TRIGGER moves AFTER INSERT OR UPDATE OR DELETE"
		 " ON {table} FOR EACH ROW"
		 " EXECUTE FUNCTION ledger_change({names})",
	.seal = "CREATE FUNCTION ledger_moved() RETURNS trigger"
		" LANGUAGE plpgsql AS $do$ BEGIN"
		" RAISE EXCEPTION 'this ledger has moved'"
		" USING ERRCODE = 'MV001'; END $do$;"
		"CREATE TRIGGER moved BEFORE INSERT ON ledger_changes"
		" FOR EACH ROW EXECUTE FUNCTION ledger_moved()",
	.unwatch = "DROP TRIGGER IF EXISTS moves ON {table}",
	.unlog = "DROP TABLE IF EXISTS ledger_changes;"
		 "DROP FUNCTION IF EXISTS ledger_change();"
		 "DROP FUNCTION IF EXISTS ledger_moved()",
	.loosen = REFERENCES_OF_TABLE("DEFERRABLE"),
	.defer = "SET CONSTRAINTS ALL DEFERRED",
	.tighten = REFERENCES_OF_TABLE("NOT DEFERRABLE"),
	.numbers = "SELECT setval(pg_get_serial_sequence('{table}', '{key}'),"
		   " GREATEST((SELECT MAX({key}) FROM {table}), 1))",
};

/* ---- the version ---- */

/* The catalog is read as any table, since to_regclass() may answer from before
 * the wait for the lock. */
static enum err
postgres_get_version(void *conn, int64_t *version)
{
	int64_t is_there = 0;
	enum err e = ask_number(conn,
	    "SELECT COUNT(*) FROM pg_class JOIN pg_namespace"
	    " ON pg_namespace.oid = relnamespace"
	    " WHERE relname = 'ledger_version' AND nspname = current_schema()",
	    &is_there);

	*version = 0;
	if (e == ERR_OK && is_there != 0)
		e = ask_number(
		    conn, "SELECT version FROM ledger_version", version);
	return e;
}

static enum err
postgres_set_version(void *conn, int64_t version)
{
	char sql[192];

	(void)snprintf(sql, sizeof(sql),
	    "CREATE TABLE IF NOT EXISTS ledger_version (version BIGINT"
	    " NOT NULL); DELETE FROM ledger_version;"
	    " INSERT INTO ledger_version VALUES (%lld)",
	    (long long)version);
	return postgres_script(conn, sql);
}

static enum err
postgres_size(void *conn, int64_t *bytes)
{
	return ask_number(conn,
	    "SELECT COALESCE(SUM(pg_total_relation_size(pg_class.oid)), 0)"
	    "::BIGINT" TABLES_HERE,
	    bytes);
}

/* The extension is one that whoever may make things in the database may have
 * (or its administrator has made it). It is best where it goes with no shop's
 * schema; where it cannot be had, all is read and judged. */
#define SEARCH_MAKE \
	"DO $do$ DECLARE place name; BEGIN" \
	" IF NOT EXISTS (SELECT 1 FROM pg_extension" \
	" WHERE extname = 'pg_trgm') THEN BEGIN" \
	" CREATE EXTENSION pg_trgm SCHEMA public;" \
	" EXCEPTION WHEN OTHERS THEN CREATE EXTENSION pg_trgm; END; END IF;" \
	" SELECT nspname INTO STRICT place FROM pg_extension" \
	" JOIN pg_namespace ON pg_namespace.oid = extnamespace" \
	" WHERE extname = 'pg_trgm';" \
	" EXECUTE format('CREATE INDEX IF NOT EXISTS chunks_grams" \
	" ON chunks USING gin (folded %I.gin_trgm_ops)', place);" \
	" EXCEPTION WHEN OTHERS THEN NULL; END $do$"

static enum err
postgres_search_make(void *conn)
{
	return postgres_script(conn, SEARCH_MAKE);
}

/* The first version had one table of people, whose columns were not the same
 * everywhere. */
static enum err
postgres_look(void *conn, struct db_look *out)
{
	int64_t n_ours = 0, n_first = 0, n_others = 0;
	enum err e = postgres_get_version(conn, &out->version);

	if (e == ERR_OK)
		e = ask_number(conn, COUNT_OTHERS, &n_others);
	if (e == ERR_OK)
		e = ask_number(conn,
		    "SELECT COUNT(*)" TABLES_HERE " AND relname IN"
		    " ('users', 'orders', 'access', 'jobs')",
		    &n_ours);
	if (e == ERR_OK)
		e = ask_number(conn,
		    "SELECT COUNT(*) FROM pg_attribute WHERE attrelid IN"
		    " (SELECT pg_class.oid" TABLES_HERE
		    " AND relname = 'users') AND attname IN"
		    " ('tg_id', 'is_paid')",
		    &n_first);
	out->is_ledger = n_ours == 4 && out->version > 0;
	out->is_first = n_first == 2 && n_ours == 1 && out->version == 0;
	out->is_free = out->version == 0 && n_others == 0;
	return e;
}

/* ---- rows ---- */

/* "t" is what it says of what is true. */
static int64_t
postgres_column_int(void *statement, int column)
{
	const struct cursor *c = statement;
	const char *text = pq.PQgetvalue(c->result, c->row, column);

	return strcmp(text, "t") == 0 ? 1 : strtoll(text, NULL, 10);
}

static struct str
postgres_column_text(void *statement, int column)
{
	const struct cursor *c = statement;

	if (pq.PQgetisnull(c->result, c->row, column) != 0)
		return (struct str){ 0 };
	return (struct str){ pq.PQgetvalue(c->result, c->row, column),
		(size_t)pq.PQgetlength(c->result, c->row, column) };
}

static const char *
postgres_column_name(void *statement, int column)
{
	const struct cursor *c = statement;

	return pq.PQfname(c->result, column);
}

const struct db_driver postgres_driver = {
	.word_id = "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
	.word_int = "BIGINT",
	.word_table_end = "",
	.patience = PATIENCE,
	.open = postgres_open,
	.choose = postgres_choose,
	.close = postgres_close,
	.script = postgres_script,
	.lighten = postgres_lighten,
	.run = postgres_run,
	.begin_about = postgres_begin_about,
	.settle = postgres_settle,
	.foresee = postgres_foresee,
	.get_version = postgres_get_version,
	.set_version = postgres_set_version,
	.size = postgres_size,
	.search_make = postgres_search_make,
	.snapshot = postgres_snapshot,
	.ask = postgres_ask,
	.moving = &postgres_moving,
	.as_kept = as_utf8,
	.is_shared = true,
	.commit_telling = postgres_commit_telling,
	.listen = postgres_listen,
	.listen_fd = postgres_listen_fd,
	.heard = postgres_heard,
	.is_broken = postgres_is_broken,
	.column_int = postgres_column_int,
	.column_text = postgres_column_text,
	.column_name = postgres_column_name,
	.open_to_read = postgres_open_to_read,
	.look = postgres_look,
};
