/* The ledger's database, as much of it as the code above knows. A statement is
 * named (store/sql.h), its values are bound by name, and all writing happens
 * inside a transaction.
 *
 * The connection opens at first use and again after a failure, so a program
 * whose database is away for a while starts all the same, answers
 * ERR_UNAVAILABLE meanwhile and comes back by itself. Open it after fork():
 * connections cannot be shared by processes. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/arena.h"
#include "base/err.h"
#include "base/kv.h"
#include "store/statement.h"

struct db;
struct row;

/* where is the file of an SQLite database, whose folder must exist, or the
 * postgresql:// address of a server's. The text must outlive the handle.
 * Touches nothing yet. */
struct db *db_new(const char *where);

/* The same for the file of an SQLite database that is only read, whosever it
 * is: nothing is made, changed or brought up to date in it, and it must be
 * there. */
struct db *db_new_to_read(const char *path);

/* Of a server's database, before it is first used: the schema that the tables
 * are in (NULL: the one that the server opens with), and whether transactions
 * may be on different connections, as behind a pooler. */
void db_choose(struct db *db, const char *schema, bool is_pooled);

/* What becomes of a place without a ledger, to be said before it is first used:
 * one is made, which the log tells, unless this is called; one is made, and who
 * has it made tells that; or none is. Then db_ready() is ERR_NOT_FOUND, and
 * whatever else wants the ledger gets ERR_UNAVAILABLE. A file that is empty and
 * a database without tables are such places. */
enum db_making { DB_MAKES, DB_MAKES_UNTOLD, DB_MAKES_NONE };
void db_makes(struct db *db, enum db_making making);

/* Whether programs on other machines may have the ledger open, too. */
bool db_is_shared(const struct db *db);

/* Of a server's database, before it is first used: it is only read, whosever it
 * is, as by db_new_to_read(). */
void db_only_read(struct db *db);

/* Before it is first used, by a program whose user waits for an answer: where a
 * ledger is large and an older program's, so that to bring it up to date takes
 * long, that is left to others, and all is ERR_UNAVAILABLE until they have. So
 * is what an engine has to do now and then, until it cannot wait. */
void db_be_quick(struct db *db);

/* Whether that was so when it was used last, and nobody was at it. NULL: no. */
bool db_waits_for_upgrade(const struct db *db);

/* Closes and frees; NULL is fine. */
void db_free(struct db *db);

/* Between transactions, in a rush: what they walk through stays in memory until
 * db_shrink(), as far as there is some sense in it. NULL is fine. */
void db_grow(struct db *db);

/* Gives back the memory that makes it quick, as far as it is not needed: it
 * comes again with use. NULL is fine. */
void db_shrink(struct db *db);

/* Opens now if it is not open, and brings the tables up to date. ERR_CONFIG:
 * the ledger is newer than this program. ERR_NOT_FOUND: there is none, see
 * db_makes(). ERR_UNAVAILABLE, at once, of a server that could not be reached a
 * moment ago, and took its time over it. */
enum err db_ready(struct db *db) MUST_CHECK;

/* Runs body between BEGIN and COMMIT; ERR_OK means that what it wrote is on
 * the disk. When body fails, or the commit does, nothing of it is kept and the
 * error is returned. Transactions do not nest.
 *
 * ERR_UNAVAILABLE may leave open whether it was kept: a server that goes away
 * while it commits has done so or has not. So whoever calls this does the same
 * thing again later, and body must be one that may come twice: by a row that
 * says it was there (the inbox, a promise's name) or by setting what is true.
 *
 * After a statement that failed, body can only fail, too: an engine may refuse
 * all others until then. What may fail stands in a db_savepoint(). */
enum err db_transaction(struct db *db,
    enum err (*body)(struct db *db, void *ctx), void *ctx) MUST_CHECK;

/* The same for what nobody was promised: ERR_OK means that every program sees
 * it, whatever becomes of this one, and not yet that it is on the disk. A power
 * cut may take the last second of such writes, never one and leave a later one,
 * and the ledger is sound after it. It saves the wait for the disk. */
enum err db_transaction_light(struct db *db,
    enum err (*body)(struct db *db, void *ctx), void *ctx) MUST_CHECK;

/* The same as db_transaction() for a body that writes about these people alone,
 * in any order; of none, it is db_transaction(). Where others may write at the
 * same time, only those wait for it and it for them that are about one of them,
 * or about anybody. A statement that is not in store/sql_about.h, and one about
 * somebody else, fails with ERR_CONFLICT then; what body did is undone, and it
 * is called a second time as by db_transaction(), whatever it answered. */
struct db_people {
	int64_t *tg_ids; /* are put in order */
	size_t n;
};
enum err db_transaction_about(struct db *db, struct db_people people,
    enum err (*body)(struct db *db, void *ctx), void *ctx) MUST_CHECK;

/* Inside a transaction: what it writes is something that somebody counts on, so
 * it must not be a light one. db_notify() says so, too. */
void db_keep(struct db *db);

/* Inside a transaction: whether anybody has said so in it. */
bool db_keeps(const struct db *db);

/* Inside a transaction: body's writes are kept or undone as one, without harm
 * to what the transaction did before. */
enum err db_savepoint(struct db *db, enum err (*body)(struct db *db, void *ctx),
    void *ctx) MUST_CHECK;

/* Inside a transaction: there is something new to do for whoever works on what
 * the ledger holds. It is heard of once that is committed, and never where it
 * was undone. */
void db_notify(struct db *db);

/* Whether there was such a word since this was asked last; NULL: there was
 * none. */
bool db_notified(struct db *db);

/* Of a shared ledger: from now on db_heard() tells of the db_notify() of other
 * programs, wherever they are. Behind a pooler, and of a file, it never does;
 * words may be lost with the connection, too. So whoever listens looks now and
 * then all the same. */
void db_listen(struct db *db);

/* Readable when there may be something to hear, while the ledger is open; -1:
 * nothing will be heard. */
int db_listen_fd(struct db *db);

/* Takes in what was said since it was asked last; whether anybody but this
 * program said something. Never waits. */
bool db_heard(struct db *db);

/* Inside a transaction: writes. *n_changed (may be NULL) counts the rows. A
 * missing or an extra parameter is ERR_INTERNAL; a broken constraint is
 * ERR_CONFLICT. Where nobody asks for the number, a failure may be told only
 * by a later call in the transaction, at the latest by the end of the savepoint
 * or of the whole. */
enum err db_exec(struct db *db, enum sql what, struct kvs args,
    int64_t *n_changed) MUST_CHECK;

/* The same of a job, which whoever works is to hear of: where it wrote one, or
 * may have, db_notify() is said. */
enum err db_exec_telling(
    struct db *db, enum sql what, struct kvs args) MUST_CHECK;

/* Inside a transaction: later in it one of the other calls surely runs this,
 * with the same values (but for :now_ms), unless the transaction fails. Where
 * the way to the engine costs more than the statement, it goes along with the
 * next one; so nothing that is written before it is asked may change what it
 * finds. That it failed is told there. */
void db_foresee(struct db *db, enum sql what, struct kvs args);

/* Makes what the engine's full-text search needs, if it has one and lacks it.
 * Inside the transaction in which the lessons are written, and before that.
 * ERR_OK too where the engine cannot search: the lessons are found by plain SQL
 * then. */
enum err db_search_make(struct db *db) MUST_CHECK;

/* Calls map for each row, in or outside a transaction (for a statement that
 * writes, inside). Texts taken from the row are copied to the arena. */
enum err db_each(struct db *db, struct arena *a, enum sql what, struct kvs args,
    void (*map)(const struct row *row, void *ctx), void *ctx) MUST_CHECK;

/* As db_each(), for a statement that yields one row. ERR_NOT_FOUND where there
 * is none. */
enum err db_one(struct db *db, struct arena *a, enum sql what, struct kvs args,
    void (*map)(const struct row *row, void *ctx), void *ctx) MUST_CHECK;

/* Columns from 0. A null reads as 0, and as NULL for a text. */
int64_t row_int(const struct row *row, int column);
const char *row_text(const struct row *row, int column);

/* The column of that name, for a table of somebody else's; -1: it has none. */
int row_column(const struct row *row, const char *name);

/* What the database is; see driver.h. ERR_INPUT: none. */
struct db_look;
enum err db_look(struct db *db, struct db_look *out) MUST_CHECK;

/* Reads the whole of it, which db_look() or another call has opened: *fault is
 * what is broken in it, NULL where it is sound. */
enum err db_check(
    struct db *db, struct arena *a, const char **fault) MUST_CHECK;

/* Opens now if it is not open and does no more: for store/move.c, which works
 * below transactions and statements by name. */
struct db_driver;
enum err db_raw(
    struct db *db, const struct db_driver **driver, void **conn) MUST_CHECK;

/* Writes a copy of it, as of one moment, to a file of that name, over one that
 * is there; programs may write the ledger meanwhile. */
enum err db_copy(struct db *db, const char *to) MUST_CHECK;

/* Makes it equal to the database in that file, all or nothing. ERR_CONFLICT:
 * somebody has it open. */
enum err db_replace(struct db *db, const char *from) MUST_CHECK;

/* The number of a process that has the ledger open, which this one has not any
 * more then; 0: nobody has. */
long db_holder(struct db *db);

/* A row mapper for a single number: ctx is an int64_t. */
void row_to_int(const struct row *row, void *ctx);

#endif
