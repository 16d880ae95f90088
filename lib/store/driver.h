/* What a database engine must be able to do; db.c asks nothing else of one.
 * A second engine is one more `const struct db_driver`. */
#ifndef STORE_DRIVER_H
#define STORE_DRIVER_H

#include "base/arena.h"
#include "base/err.h"
#include "base/kv.h"
#include "store/statement.h"

struct row {
	const struct db_driver *driver;
	void *statement; /* the driver's */
	struct arena *arena;
};

/* One run of a statement: its values, where the rows go, what came of it.
 * Without a map the rows are only counted. */
struct db_run {
	enum sql what;
	struct kvs args;
	struct arena *arena;
	void (*map)(const struct row *row, void *ctx);
	void *ctx;
	bool may_wait;     /* nobody asks what it changed: see settle() */
	int64_t n_rows;    /* handed to map */
	int64_t n_changed; /* by a writing statement */
};

/* What can be told of a database without being the program that made it. */
struct db_look {
	int64_t version; /* as get_version() tells it */
	bool is_ledger;  /* it has the tables of one */
	bool is_newer;   /* of a later version than this program knows */
	bool is_moved;   /* it was, or is going to be: see SCHEMA_MOVED */
	bool is_first;   /* it is the first version's: it has people who paid,
	                      and none of our tables */
	bool is_free;    /* it is nobody's yet: a ledger may be made in it */
};

/* What of a server's database is ours, and how it is reached. */
struct db_choice {
	const char *schema; /* in which the tables are; NULL: as it opens */
	bool is_pooled;     /* each transaction may be on another connection */
};

/* A statement that was made of what the tables are (store/move.c): its values
 * stand in the order in which they are numbered. Within a transaction. */
struct db_ask {
	const char *sql;
	struct kvs values;
	struct arena *arena;
	void (*map)(const struct row *row, void *ctx); /* NULL: no rows */
	void *ctx;
};

/* What a move to another engine says in this one's words. In what is said of
 * each table {table} is its name and {names} are those of its key's columns in
 * quotes, {old} and {new} their values in a trigger, as many as a log has room
 * for; {key} is the first of them. */
struct db_moving {
	const char *value;   /* "$": the first value is $1 */
	const char *row;     /* by what a row is found, better than by a list
	                         of keys; NULL: there is nothing better */
	const char *exists;  /* counts the tables called $1 */
	const char *columns; /* of table $1: name, whether it is a number, its
	                         place in the key from 1, else 0 */
	/* What changes goes into ledger_changes (n, of_table, key1, key2), and
	 * nothing is written any more once that is sealed. */
	const char *log, *watch, *seal, *unwatch, *unlog;
	/* References are looked at when a transaction ends. */
	const char *loosen, *defer, *tighten;
	const char *numbers; /* of a table whose key is a number: new rows get
	                        higher ones than there are */
	/* What search_make() made is filled from a table; NULL: it fills by
	 * itself. */
	const char *search, *search_of, *search_in;
};

struct db_driver {
	/* Words of schema.c that engines spell differently. */
	const char *word_id, *word_int, *word_table_end;

	/* SQL by which the rest of a transaction may take as long as it takes;
	 * NULL: it may anyway. */
	const char *patience;

	/* Opens for reading and writing, creating an empty database where
	 * there is none; where stays as long as the connection. Logs the reason
	 * of a failure. */
	enum err (*open)(const char *where, void **conn);
	/* Makes the open connection one to what was chosen; NULL where there is
	 * nothing to choose. */
	enum err (*choose)(void *conn, const struct db_choice *choice);
	void (*close)(void *conn);

	/* Leaves to other connections what they can do as well, until it cannot
	 * wait. NULL: there is nothing of that kind. */
	enum err (*be_quick)(void *conn);

	/* Between transactions: takes memory for a rush. NULL: that gains
	 * nothing. */
	void (*grow)(void *conn);

	/* Between transactions: gives back memory that it has for being quick.
	 * NULL: it has none to speak of. */
	void (*shrink)(void *conn);

	/* Runs SQL that returns nothing: BEGIN, COMMIT, tables. */
	enum err (*script)(void *conn, const char *sql);

	/* Between transactions: whether those that follow need not wait for
	 * the disk, see db_transaction_light(). A connection begins with those
	 * that do. */
	enum err (*lighten)(void *conn, bool is_light);

	/* Runs a statement of sql.h, prepared once per connection. */
	enum err (*run)(void *conn, struct db_run *run);

	/* BEGIN of a transaction about these people alone, in rising order: it
	 * waits for those that are about one of them or began as any other, and
	 * they for it. NULL: it begins as any other. */
	enum err (*begin_about)(
	    void *conn, const int64_t *people, size_t n_people);

	/* Of statements that may wait, ERR_OK says only that they are on their
	 * way. One that fails does so at the next that does not, of which
	 * nothing happens then, or here. NULL: none ever waits. */
	enum err (*settle)(void *conn);

	/* Within a transaction: this is going to be run, with these values but
	 * perhaps another :now_ms, and may be sent now. NULL: that gains
	 * nothing. */
	void (*foresee)(void *conn, const struct db_run *run);

	/* The number of migrations that the database has had; 0 in an empty
	 * one. */
	enum err (*get_version)(void *conn, int64_t *version);
	/* Notes the number, within the transaction of the migrations. */
	enum err (*set_version)(void *conn, int64_t version);

	/* How much it takes where it is kept. */
	enum err (*size)(void *conn, int64_t *bytes);

	/* Begins a transaction that only reads, and all of it as of one
	 * moment. */
	enum err (*snapshot)(void *conn);
	enum err (*ask)(void *conn, const struct db_ask *ask);
	const struct db_moving *moving;
	/* A text as it is kept, in the arena where that is another; NULL: as it
	 * comes. */
	const char *(*as_kept)(struct arena *a, const char *text);

	/* Makes what its own full-text search needs, unless it is there; in a
	 * transaction. Then statements of sql.h that begin with SEARCH_ may
	 * have another text. ERR_OK too where it has no such search. */
	enum err (*search_make)(void *conn);

	/* Other machines may be at it, too. Then all programs go by the
	 * database's clock: the driver calls clock_follow() at the opening and
	 * with each BEGIN. */
	bool is_shared;

	/* What a server can besides; NULL elsewhere. COMMIT, of which all who
	 * listen hear. */
	enum err (*commit_telling)(void *conn);
	/* The connection hears of that from now on. */
	enum err (*listen)(void *conn);
	/* Readable when there is something to hear; -1: nothing will be. */
	int (*listen_fd)(void *conn);
	/* Takes in what there is to hear without waiting; whether somebody else
	 * told, or the connection was lost and there may be something. */
	bool (*heard)(void *conn);

	/* True where the connection should be closed and opened anew. */
	bool (*is_broken)(void *conn);

	int64_t (*column_int)(void *statement, int column);
	struct str (*column_text)(void *statement, int column);  /* p may be
								   NULL */
	const char *(*column_name)(void *statement, int column); /* NULL: there
								    are not
								    so many */

	/* Opens for reading alone, whosever it is: nothing in it is changed,
	 * not by choose() either. */
	enum err (*open_to_read)(const char *where, void **conn);

	/* All but is_newer and is_moved. ERR_INPUT: it is no database of this
	 * engine. */
	enum err (*look)(void *conn, struct db_look *out);

	/* What an engine of files can besides. All are NULL where the engine
	 * is a server, which has tools of its own for it. */

	/* Reads the whole of it: what is broken, in the engine's words, in the
	 * arena; NULL: it is sound. */
	const char *(*fault)(void *conn, struct arena *a);

	/* Writes all of it, as of one moment, to a file of that name, while
	 * others go on writing. One that is there is written over. */
	enum err (*copy)(void *conn, const char *to);

	/* Makes what is open equal to the file of that name, at once or not at
	 * all. ERR_CONFLICT: another connection has it open. Close it then. */
	enum err (*replace)(void *conn, const char *from);

	/* A process that has the file open, while this one has not; 0: nobody
	 * has. */
	long (*holder)(const char *where);
};

#endif
