/* What a move's parts share (see move.h): two databases, below statements by
 * name, and a round between them. Nobody but move.c has a use for it. */
#ifndef STORE_MOVE_ROUND_H
#define STORE_MOVE_ROUND_H

#include "store/db.h"
#include "store/tables.h"

struct move_step;

#ifndef BATCH
#define BATCH 400 /* rows in one statement; a test has few */
#endif

struct side {
	const struct db_driver *d;
	void *conn;
};

/* Up to where the copy, or the comparison, has come. */
struct spot {
	size_t at;      /* the table; those before it are done */
	bool is_inside; /* behind this key of it */
	const char *key[TABLE_MAX_KEYS];
};

/* A row that changed, as it is written down. */
struct change {
	const struct table *table;
	const char *key[TABLE_MAX_KEYS];
};

struct move {
	struct db *from_db, *to_db;
	const char *name;
	struct side from, to;
	struct arena keep, mem; /* for good, of one round */
	struct table *tables;
	size_t n_tables;
	int64_t id;   /* of this move, in both */
	int64_t turn; /* how often it was begun: the last one goes on */
	struct spot spot, next;
	bool is_copied, compares;
	struct change *changes; /* that this round brings */
	size_t n_changes, max_changes;
	int64_t *numbers; /* by which they are crossed out */
	size_t n_numbers, max_numbers;
	int64_t n_rows, n_all; /* of this pass, and at first */
	void (*tell)(const struct move_step *step, void *ctx);
	void *ctx;
	const char *why;
};

/* Some rows of a table, a cell behind the other. */
struct rows {
	const struct table *table;
	const char **cells;
	size_t n;
};

/* ---- one of the two ---- */

/* A statement with its values in order; its rows go to map. Like all that
 * follows, within a transaction. */
enum err side_ask(const struct side *s, struct arena *a, const char *sql,
    struct kvs values, void (*map)(const struct row *row, void *ctx),
    void *ctx) MUST_CHECK;

/* The same for one number; 0 where there is none. */
enum err side_number(const struct side *s, struct arena *a, const char *sql,
    struct kvs values, int64_t *n) MUST_CHECK;

/* BEGIN and the like. */
enum err side_word(const struct side *s, enum sql what) MUST_CHECK;

/* Lets what follows take as long as it takes, unless e is a failure, which is
 * handed on. */
enum err side_patience(const struct side *s, enum err e) MUST_CHECK;

/* A transaction that writes, and its end by what came of it. */
enum err side_begin(const struct side *s) MUST_CHECK;
enum err side_end(const struct side *s, enum err e) MUST_CHECK;

enum err side_has(const struct side *s, struct arena *a, const char *name,
    bool *has) MUST_CHECK;

/* ---- rows of both ---- */

enum err round_tables(
    struct move *m, const struct side *s, const char *template) MUST_CHECK;
enum err round_read(struct move *m, const struct side *s, const struct table *t,
    const char *sql, struct kvs values, struct rows *rows) MUST_CHECK;

/* The keys of rows, one after the other; and keys as values. */
const char **round_keys(struct move *m, const struct rows *r);
struct kvs round_key_values(
    struct move *m, const struct table *t, const char **keys, size_t n);

/* In the new one. */
enum err round_delete(struct move *m, const struct table *t, const char **keys,
    size_t n) MUST_CHECK;
enum err round_insert(struct move *m, const struct rows *r) MUST_CHECK;

/* Whether what stands in the new one under these keys is those rows, and no
 * others; ERR_CONFLICT: it is not. */
enum err round_compare(struct move *m, const struct rows *want,
    const char **keys, size_t n) MUST_CHECK;

/* NULL equals NULL alone. */
bool round_is_same(const char *a, const char *b);

/* NULL: there is no such table. */
const struct table *round_find(const struct move *m, const char *name);

/* ---- a round ---- */

/* Keeps the sentence for move_why(). */
enum err round_conflict(struct move *m, const char *why) MUST_CHECK;

/* Whether the old one is still moved by this move, and the new one written by
 * this run of it; ERR_CONFLICT: not any more. */
enum err round_is_ours(struct move *m) MUST_CHECK;
enum err round_has_turn(struct move *m) MUST_CHECK;

/* All of a round: what changed is brought, then work() is done within the same
 * transaction of the new one (NULL: nothing), and the spot goes on to
 * m->next. */
enum err round_do(struct move *m, enum err (*work)(struct move *m)) MUST_CHECK;

/* Its parts, for the last one, which has the old one's right to write: begun
 * anew, what is written down, the new one's transaction, and that this is
 * crossed out. */
void round_begin(struct move *m);
enum err round_changes(struct move *m) MUST_CHECK;
enum err round_write(
    struct move *m, enum err (*work)(struct move *m)) MUST_CHECK;
enum err round_cross_out(struct move *m) MUST_CHECK;

#endif
