/* Transactions, savepoints and statements over one driver. */
#include "store/db.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/postgres.h"
#include "store/schema.h"
#include "store/sqlite.h"
#include "store/upgrade.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct db {
	const struct db_driver *driver;
	const char *where;
	struct db_choice choice;
	void *conn;              /* NULL while closed */
	int64_t silent_until_ms; /* see db_ready() */
	enum db_making making;
	bool is_only_read;
	bool is_urgent; /* see db_be_quick() */
	bool waits;     /* see db_waits_for_upgrade() */
	bool in_transaction;
	struct db_people about; /* the transaction; of none: about anybody */
	bool is_about_more;     /* than it said */
	bool keeps;             /* the transaction, see db_keep() */
	bool notifies;          /* it, once it is committed */
	bool notified;          /* one that was */
	bool listens;
};

/* By how an address begins, the first that fits; what is no address is a
 * file. */
static const struct {
	const char *begins;
	const struct db_driver *driver;
} engines[] = {
#ifdef HAVE_LIBPQ
	{ "postgres", &postgres_driver },
#endif
	{ "", &sqlite_driver },
};

struct db *
db_new(const char *where)
{
	struct db *db = or_out_of_memory(calloc(1, sizeof(*db)));
	size_t i = 0;

	while (!str_starts(str_from(where), engines[i].begins))
		i++;
	*db = (struct db){ .driver = engines[i].driver, .where = where };
	return db;
}

/* A file, even one that is called as an address begins. */
struct db *
db_new_to_read(const char *path)
{
	struct db *db = db_new(path);

	db->driver = &sqlite_driver;
	db->is_only_read = true;
	return db;
}

void
db_choose(struct db *db, const char *schema, bool is_pooled)
{
	db->choice = (struct db_choice){ schema, is_pooled };
}

void
db_makes(struct db *db, enum db_making making)
{
	db->making = making;
}

void
db_only_read(struct db *db)
{
	db->is_only_read = true;
}

void
db_be_quick(struct db *db)
{
	db->is_urgent = true;
}

bool
db_waits_for_upgrade(const struct db *db)
{
	return db != NULL && db->waits;
}

bool
db_is_shared(const struct db *db)
{
	return db->driver->is_shared;
}

static void
disconnect(struct db *db)
{
	if (db->conn != NULL)
		db->driver->close(db->conn);
	db->conn = NULL;
}

void
db_free(struct db *db)
{
	if (db == NULL)
		return;
	disconnect(db);
	free(db);
}

void
db_grow(struct db *db)
{
	if (db != NULL && db->conn != NULL && db->driver->grow != NULL)
		db->driver->grow(db->conn);
}

void
db_shrink(struct db *db)
{
	if (db != NULL && db->conn != NULL && db->driver->shrink != NULL)
		db->driver->shrink(db->conn);
}

static enum err
connect(struct db *db)
{
	enum err e;

	if (db->is_only_read)
		e = db->driver->open_to_read(db->where, &db->conn);
	else
		e = db->driver->open(db->where, &db->conn);
	if (e == ERR_OK && db->driver->choose != NULL)
		e = db->driver->choose(db->conn, &db->choice);
	if (e == ERR_OK && db->is_urgent && !db->is_only_read &&
	    db->driver->be_quick != NULL)
		e = db->driver->be_quick(db->conn);
	return e;
}

enum err
db_raw(struct db *db, const struct db_driver **driver, void **conn)
{
	enum err e = db->conn == NULL ? connect(db) : ERR_OK;

	if (e != ERR_OK)
		disconnect(db);
	*driver = db->driver;
	*conn = db->conn;
	return e;
}

/* Of an engine of files: opening would make it. */
static bool
is_no_file(const struct db *db)
{
	return db->driver->copy != NULL && access(db->where, F_OK) != 0 &&
	    errno == ENOENT;
}

/* By a connection that only reads: one that writes leaves something in an empty
 * file. What is no database is opened all the same, which says so. */
static enum err
find(const struct db *db)
{
	struct db seen = *db;
	struct db_look look = { 0 };
	enum err e;

	if (is_no_file(db))
		return ERR_NOT_FOUND;
	seen.is_only_read = true;
	e = connect(&seen);
	if (e == ERR_OK)
		e = seen.driver->look(seen.conn, &look);
	disconnect(&seen);
	if (e == ERR_OK && look.is_free)
		return ERR_NOT_FOUND;
	return e == ERR_INPUT ? ERR_OK : e;
}

/* The tables are brought up to date at each opening, not at installation alone:
 * new programs are put in place while the old ledger lies there, and on shared
 * hosting nobody runs a command in between. */
static enum err
bring_up_to_date(struct db *db)
{
	const struct upgrade u = { db->driver, db->conn, db->where,
		db->is_urgent };
	bool is_new = false;
	enum err e = upgrade_run(&u, &db->waits, &is_new);

	/* Said aloud: where there was a ledger, this is a loss. */
	if (is_new && db->making == DB_MAKES)
		log_event(LOG_WARN, "ledger_created", KV_NONE);
	return e;
}

static enum err
open_now(struct db *db)
{
	bool must_be_there = db->making == DB_MAKES_NONE && !db->is_only_read;
	enum err e = must_be_there ? find(db) : ERR_OK;

	if (e == ERR_OK)
		e = connect(db);
	if (e == ERR_OK && !db->is_only_read)
		e = bring_up_to_date(db);
	if (e == ERR_OK && db->listens && db->driver->listen != NULL)
		e = db->driver->listen(db->conn);
	if (e != ERR_OK)
		disconnect(db);
	return e;
}

/* A server that lets one wait for nothing is left alone for as long as that
 * took: of all whom a program answers meanwhile, each would have to wait as
 * long. */
enum err
db_ready(struct db *db)
{
	int64_t began_ms, now_ms;
	enum err e;

	if (db->conn != NULL)
		return ERR_OK;
	began_ms = clock_mono_ms();
	if (began_ms < db->silent_until_ms)
		return ERR_UNAVAILABLE;
	e = open_now(db);
	if (e == ERR_UNAVAILABLE && db->driver->is_shared) {
		now_ms = clock_mono_ms();
		db->silent_until_ms = now_ms + (now_ms - began_ms);
	}
	return e;
}

/* Who means to use it takes ERR_NOT_FOUND for an answer: no such row. */
static enum err
ready_for_use(struct db *db)
{
	enum err e = db_ready(db);

	if (e != ERR_NOT_FOUND)
		return e;
	log_event(LOG_ERROR, "ledger_missing",
	    KV(kv_text("path", db->driver->is_shared ? NULL : db->where)));
	return ERR_UNAVAILABLE;
}

/* After a failure that the connection may not survive, the next use opens a
 * new one. */
static void
drop_if_broken(struct db *db)
{
	if (db->conn != NULL && db->driver->is_broken(db->conn))
		disconnect(db);
}

/* A statement without values and rows. */
static enum err
word(struct db *db, enum sql what)
{
	struct db_run r = { .what = what };

	return db->driver->run(db->conn, &r);
}

/* Whether it was the connection that failed, an old one: what was asked of it
 * has not happened and may be asked of a new one at once. A server that was
 * started anew since the last request costs nobody an answer. With a file there
 * is nothing to be gained. */
static bool
was_lost(struct db *db, bool was_open)
{
	return was_open && db->driver->is_shared && db->conn != NULL &&
	    db->driver->is_broken(db->conn);
}

static enum err
begin_once(struct db *db, bool is_light)
{
	enum err e = ready_for_use(db);

	if (e == ERR_OK)
		e = db->driver->lighten(db->conn, is_light);
	if (e != ERR_OK || db->about.n == 0)
		return e == ERR_OK ? word(db, SQL_BEGIN) : e;
	return db->driver->begin_about(db->conn, db->about.tg_ids, db->about.n);
}

/* BEGIN IMMEDIATE: the right to write is taken before anything is read, so
 * nothing that body read can have changed when it writes. */
static enum err
begin(struct db *db, bool is_light)
{
	bool was_open = db->conn != NULL;
	enum err e = begin_once(db, is_light);

	if (e == ERR_OK || !was_lost(db, was_open))
		return e;
	disconnect(db);
	return begin_once(db, is_light);
}

/* Whoever listens hears of it with the commit itself, which costs no word
 * more. */
static enum err
commit(struct db *db)
{
	return db->notifies && db->driver->commit_telling != NULL ?
	    db->driver->commit_telling(db->conn) :
	    word(db, SQL_COMMIT);
}

static enum err
transaction(struct db *db, bool is_light,
    enum err (*body)(struct db *db, void *ctx), void *ctx)
{
	enum err e;

	if (db->in_transaction) {
		log_event(LOG_ERROR, "transaction_nested", KV_NONE);
		return ERR_INTERNAL;
	}
	e = begin(db, is_light);
	if (e == ERR_OK) {
		db->in_transaction = true;
		db->notifies = false;
		db->keeps = db->is_about_more = false;
		e = body(db, ctx);
		if (db->is_about_more)
			e = ERR_CONFLICT;
		if (e == ERR_OK)
			e = commit(db);
		/* Should even this fail, closing the connection rolls back:
		 * half of a transaction must not be waiting for the next one's
		 * COMMIT. */
		if (e != ERR_OK && word(db, SQL_ROLLBACK) != ERR_OK)
			disconnect(db);
		db->in_transaction = false;
		db->notified |= e == ERR_OK && db->notifies;
	}
	if (e != ERR_OK)
		drop_if_broken(db);
	return e;
}

enum err
db_transaction(
    struct db *db, enum err (*body)(struct db *db, void *ctx), void *ctx)
{
	return transaction(db, false, body, ctx);
}

enum err
db_transaction_light(
    struct db *db, enum err (*body)(struct db *db, void *ctx), void *ctx)
{
	return transaction(db, true, body, ctx);
}

static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* In rising order, each once. */
static struct db_people
in_order(struct db_people people)
{
	size_t n = 0;

	qsort(people.tg_ids, people.n, sizeof(*people.tg_ids), by_number);
	for (size_t i = 0; i < people.n; i++)
		if (n == 0 || people.tg_ids[n - 1] != people.tg_ids[i])
			people.tg_ids[n++] = people.tg_ids[i];
	return (struct db_people){ people.tg_ids, n };
}

enum err
db_transaction_about(struct db *db, struct db_people people,
    enum err (*body)(struct db *db, void *ctx), void *ctx)
{
	enum err e;

	if (people.n == 0 || db->driver->begin_about == NULL)
		return transaction(db, false, body, ctx);
	db->about = in_order(people);
	e = transaction(db, false, body, ctx);
	db->about.n = 0;
	if (!db->is_about_more)
		return e;
	db->is_about_more = false;
	return transaction(db, false, body, ctx);
}

/* That it is about nobody else but those of whom the transaction is. */
static bool
is_within(const struct db *db, const struct db_run *r)
{
	enum sql_about whose = sql_about(r->what);

	if (db->about.n == 0 || whose == ABOUT_NAMES)
		return true;
	for (size_t i = 0; whose == ABOUT_PERSON && i < r->args.n; i++)
		if (strcmp(r->args.v[i].name, "tg_id") == 0)
			return bsearch(&r->args.v[i].i, db->about.tg_ids,
				   db->about.n, sizeof(*db->about.tg_ids),
				   by_number) != NULL;
	return false;
}

enum err
db_savepoint(
    struct db *db, enum err (*body)(struct db *db, void *ctx), void *ctx)
{
	enum err e, undone = ERR_OK;
	bool notified_before = db->notifies;

	if (!db->in_transaction)
		return ERR_INTERNAL;
	e = word(db, SQL_SAVE);
	if (e != ERR_OK)
		return e;
	e = body(db, ctx);
	if (e == ERR_OK && db->driver->settle != NULL)
		e = db->driver->settle(db->conn);
	if (e != ERR_OK) {
		undone = word(db, SQL_BACK_TO_SAVED);
		db->notifies = notified_before;
	}
	/* A savepoint that was rolled back to still exists, hence it is let go
	 * of in both cases. */
	if (undone == ERR_OK)
		undone = word(db, SQL_FORGET_SAVED);
	/* Undoing failed: the whole transaction is in doubt. */
	return undone == ERR_OK ? e : ERR_UNAVAILABLE;
}

void
db_keep(struct db *db)
{
	db->keeps = true;
}

bool
db_keeps(const struct db *db)
{
	return db->keeps;
}

void
db_notify(struct db *db)
{
	db->notifies = true;
	db->keeps = true;
}

bool
db_notified(struct db *db)
{
	bool notified = db != NULL && db->notified;

	if (notified)
		db->notified = false;
	return notified;
}

/* Before the ledger is opened: the next opening begins to listen. */
void
db_listen(struct db *db)
{
	db->listens = true;
}

int
db_listen_fd(struct db *db)
{
	return db->listens && db->conn != NULL &&
		db->driver->listen_fd != NULL ?
	    db->driver->listen_fd(db->conn) :
	    -1;
}

bool
db_heard(struct db *db)
{
	bool heard = db_listen_fd(db) >= 0 && db->driver->heard(db->conn);

	drop_if_broken(db);
	return heard;
}

static enum err
run(struct db *db, struct db_run *r)
{
	bool was_open = db->conn != NULL;
	enum err e = ready_for_use(db);

	if (e == ERR_OK && !is_within(db, r)) {
		db->is_about_more = true;
		return ERR_CONFLICT;
	}
	if (e == ERR_OK)
		e = db->driver->run(db->conn, r);
	/* Read again, unless some of it was handed on already. */
	if (e != ERR_OK && !db->in_transaction && r->n_rows == 0 &&
	    was_lost(db, was_open)) {
		disconnect(db);
		e = ready_for_use(db);
		if (e == ERR_OK)
			e = db->driver->run(db->conn, r);
	}
	/* Within a transaction the connection has to stay, since
	 * db_transaction() is about to send its ROLLBACK; it looks afterwards
	 * itself. */
	if (e != ERR_OK && !db->in_transaction)
		drop_if_broken(db);
	return e;
}

enum err
db_exec(struct db *db, enum sql what, struct kvs args, int64_t *n_changed)
{
	struct db_run r = {
		.what = what, .args = args, .may_wait = n_changed == NULL
	};
	enum err e;

	if (!db->in_transaction) {
		/* A mistake of ours, caught at once in any test: such a write
		 * would be a commit of its own, without the job that it makes
		 * necessary. */
		log_event(LOG_ERROR, "write_outside_transaction",
		    KV(kv_text("statement", sql_name(what))));
		return ERR_INTERNAL;
	}
	e = run(db, &r);
	if (n_changed != NULL)
		*n_changed = r.n_changed;
	return e;
}

/* Where statements may wait, the number is not waited for: a word too many
 * makes a worker look and find nothing. */
enum err
db_exec_telling(struct db *db, enum sql what, struct kvs args)
{
	int64_t n = 1;
	enum err e =
	    db_exec(db, what, args, db->driver->settle != NULL ? NULL : &n);

	if (e == ERR_OK && n > 0)
		db_notify(db);
	return e;
}

void
db_foresee(struct db *db, enum sql what, struct kvs args)
{
	const struct db_run r = { .what = what, .args = args };

	if (db->in_transaction && db->driver->foresee != NULL &&
	    is_within(db, &r))
		db->driver->foresee(db->conn, &r);
}

enum err
db_search_make(struct db *db)
{
	return db->in_transaction && db->about.n == 0 ?
	    db->driver->search_make(db->conn) :
	    ERR_INTERNAL;
}

enum err
db_each(struct db *db, struct arena *a, enum sql what, struct kvs args,
    void (*map)(const struct row *row, void *ctx), void *ctx)
{
	struct db_run r = {
		.what = what, .args = args, .arena = a, .map = map, .ctx = ctx
	};

	return run(db, &r);
}

enum err
db_one(struct db *db, struct arena *a, enum sql what, struct kvs args,
    void (*map)(const struct row *row, void *ctx), void *ctx)
{
	struct db_run r = {
		.what = what, .args = args, .arena = a, .map = map, .ctx = ctx
	};
	enum err e = run(db, &r);

	return e == ERR_OK && r.n_rows == 0 ? ERR_NOT_FOUND : e;
}

/* Files can be handled by their engine; a server's databases are its own
 * tools' affair. */
static enum err
ready_for(struct db *db, bool can)
{
	enum err e = ready_for_use(db);

	if (e != ERR_OK || can)
		return e;
	log_event(LOG_ERROR, "database_is_no_file",
	    KV(kv_text("mend",
		"copy it with the tools of its server, such as pg_dump")));
	return ERR_CONFIG;
}

enum err
db_look(struct db *db, struct db_look *out)
{
	enum err e = ready_for(db, db->driver->look != NULL);

	*out = (struct db_look){ 0 };
	if (e == ERR_OK)
		e = db->driver->look(db->conn, out);
	out->is_moved = out->version > SCHEMA_MOVED;
	out->is_newer = out->version > schema_newest() && !out->is_moved;
	return e;
}

enum err
db_check(struct db *db, struct arena *a, const char **fault)
{
	enum err e = ready_for(db, db->driver->fault != NULL);

	*fault = NULL;
	if (e == ERR_OK)
		*fault = db->driver->fault(db->conn, a);
	return e;
}

enum err
db_copy(struct db *db, const char *to)
{
	enum err e = ready_for(db, db->driver->copy != NULL);

	return e == ERR_OK ? db->driver->copy(db->conn, to) : e;
}

enum err
db_replace(struct db *db, const char *from)
{
	enum err e = ready_for(db, db->driver->replace != NULL);

	if (e == ERR_OK)
		e = db->driver->replace(db->conn, from);
	/* What was put there may be older, and is brought up to date at the
	 * next opening. */
	disconnect(db);
	return e;
}

long
db_holder(struct db *db)
{
	disconnect(db);
	return db->driver->holder == NULL ? 0 : db->driver->holder(db->where);
}

int64_t
row_int(const struct row *row, int column)
{
	return row->driver->column_int(row->statement, column);
}

const char *
row_text(const struct row *row, int column)
{
	struct str s = row->driver->column_text(row->statement, column);

	/* The text is copied, because SQLite's own goes with the next step to a
	 * row. */
	return s.p == NULL ? NULL : arena_dup(row->arena, s);
}

int
row_column(const struct row *row, const char *name)
{
	const char *here;

	for (int i = 0;
	     (here = row->driver->column_name(row->statement, i)) != NULL; i++)
		if (str_eq_nocase(str_from(here), name))
			return i;
	return -1;
}

void
row_to_int(const struct row *row, void *ctx)
{
	*(int64_t *)ctx = row_int(row, 0);
}
