/* The ledger's database: transactions, savepoints, failures and returns. */
#include "ledger.h"

#include "base/clock.h"
#include "store/driver.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

static enum err
add_user(struct db *db, int64_t tg_id)
{
	return db_exec(db, SQL_USER_SEEN,
	    KV(kv_int("tg_id", tg_id), kv_text("language", "uk"),
		kv_int("now_ms", 1)),
	    NULL);
}

static int64_t
n_users(void)
{
	return look_int("SELECT COUNT(*) FROM users");
}

/* ---- transactions ---- */

static enum err
add_one(struct db *db, void *ctx)
{
	enum err e = add_user(db, 1);

	return e == ERR_OK ? *(enum err *)ctx : e;
}

static const struct ending {
	const char *why;
	enum err e;
	int64_t kept;
} endings[] = {
	{ "success is kept", ERR_OK, 1 },
	{ "a refusal keeps nothing", ERR_INPUT, 0 },
	{ "a conflict keeps nothing", ERR_CONFLICT, 0 },
	{ "a failure keeps nothing", ERR_UNAVAILABLE, 0 },
};

static void
transaction(void **state)
{
	const struct ending *t = *state;
	enum err e = t->e;

	ledger_fresh();
	check_err(db_transaction(ledger.db, add_one, &e), t->e);
	check_int(n_users(), t->kept);
	/* and the next one works */
	e = ERR_OK;
	check_err(db_transaction(ledger.db, add_one, &e), ERR_OK);
	check_int(n_users(), 1);
}

/* One that need not wait for the disk is whole or nothing all the same, and
 * seen by everybody at once. */
static void
light(void **state)
{
	const struct ending *t = *state;
	enum err e = t->e;

	ledger_fresh();
	check_err(db_transaction_light(ledger.db, add_one, &e), t->e);
	check_int(n_users(), t->kept);
	e = ERR_OK;
	check_err(db_transaction(ledger.db, add_one, &e), ERR_OK);
	check_int(n_users(), 1);
}

static enum err
add_two(struct db *db, void *ctx)
{
	enum err e = add_user(db, 2);

	return e == ERR_OK ? *(enum err *)ctx : e;
}

static enum err
one_two_three(struct db *db, void *ctx)
{
	enum err wanted = *(enum err *)ctx;
	enum err e = add_user(db, 1);

	if (e == ERR_OK && db_savepoint(db, add_two, ctx) != wanted)
		e = ERR_INTERNAL;
	return e == ERR_OK ? add_user(db, 3) : e;
}

static void
savepoint(void **state)
{
	const struct ending *t = *state;
	enum err e = t->e;

	ledger_fresh();
	check_err(db_transaction(ledger.db, one_two_three, &e), ERR_OK);
	check_int(n_users(), 2 + t->kept);
	check_int(
	    look_int("SELECT COUNT(*) FROM users WHERE tg_id = 2"), t->kept);
}

/* ---- a word for whoever works on what is in the ledger ---- */

static const struct word {
	const char *why;
	bool before, within; /* a savepoint that may fail */
	enum err savepoint, transaction;
	bool is_heard;
} words[] = {
	{ "it is heard of with the commit", true, false, ERR_OK, ERR_OK, true },
	{ "nobody said anything", false, false, ERR_OK, ERR_OK, false },
	{ "nothing was committed", true, true, ERR_OK, ERR_INPUT, false },
	{ "a part says it", false, true, ERR_OK, ERR_OK, true },
	{ "a part that was undone said it", false, true, ERR_INPUT, ERR_OK,
	    false },
	{ "what was said before that part stays", true, true, ERR_INPUT, ERR_OK,
	    true },
};

static enum err
say_within(struct db *db, void *ctx)
{
	const struct word *w = ctx;

	if (w->within)
		db_notify(db);
	return w->savepoint;
}

static enum err
say(struct db *db, void *ctx)
{
	struct word *w = ctx;

	if (w->before)
		db_notify(db);
	check_err(db_savepoint(db, say_within, w), w->savepoint);
	assert_false(db_notified(db)); /* not before the commit */
	return w->transaction;
}

static enum err
say_nothing(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return ERR_OK;
}

static void
heard(void **state)
{
	struct word w = *(const struct word *)*state;

	ledger_fresh();
	check_err(db_transaction(ledger.db, say, &w), w.transaction);
	/* Whatever comes after it. */
	check_err(db_transaction(ledger.db, say_nothing, NULL), ERR_OK);
	check_int(db_notified(ledger.db), w.is_heard);
	assert_false(db_notified(ledger.db)); /* it is told once */
	assert_false(db_notified(NULL));
}

static enum err
nest(struct db *db, void *ctx)
{
	check_err(db_transaction(db, add_one, ctx), ERR_INTERNAL);
	return add_user(db, 5);
}

static void
no_nesting(void **state)
{
	enum err e = ERR_OK;

	(void)state;
	ledger_fresh();
	check_err(db_transaction(ledger.db, nest, &e), ERR_OK);
	check_int(look_int("SELECT tg_id FROM users"), 5);
}

static void
writes_outside(void **state)
{
	enum err e = ERR_OK;

	(void)state;
	ledger_fresh();
	check_err(db_ready(ledger.db), ERR_OK);
	check_err(add_user(ledger.db, 1), ERR_INTERNAL);
	check_err(db_savepoint(ledger.db, add_one, &e), ERR_INTERNAL);
	check_int(n_users(), 0);
}

/* ---- parameters ---- */

static const struct params {
	const char *why;
	struct kv v[4];
	size_t n;
	enum err want;
} params[] = {
	{ "all of them",
	    { { "tg_id", KV_INT, 7, NULL }, { "language", KV_TEXT, 0, "uk" },
		{ "now_ms", KV_INT, 1, NULL } },
	    3, ERR_OK },
	{ "in another order",
	    { { "now_ms", KV_INT, 1, NULL }, { "tg_id", KV_INT, 7, NULL },
		{ "language", KV_NO_TEXT, 0, NULL } },
	    3, ERR_OK },
	{ "one missing",
	    { { "tg_id", KV_INT, 7, NULL }, { "now_ms", KV_INT, 1, NULL } }, 2,
	    ERR_INTERNAL },
	{ "one too many",
	    { { "tg_id", KV_INT, 7, NULL }, { "language", KV_TEXT, 0, "uk" },
		{ "now_ms", KV_INT, 1, NULL }, { "x", KV_INT, 1, NULL } },
	    4, ERR_INTERNAL },
	{ "one misspelt",
	    { { "tgid", KV_INT, 7, NULL }, { "language", KV_TEXT, 0, "uk" },
		{ "now_ms", KV_INT, 1, NULL } },
	    3, ERR_INTERNAL },
	{ "none", { { NULL, KV_NULL, 0, NULL } }, 0, ERR_INTERNAL },
	{ "a null where none may be",
	    { { "tg_id", KV_INT, 7, NULL }, { "language", KV_NO_TEXT, 0, NULL },
		{ "now_ms", KV_NULL, 0, NULL } },
	    3, ERR_CONFLICT },
	{ "a text where a number must be",
	    { { "tg_id", KV_INT, 7, NULL }, { "language", KV_NO_TEXT, 0, NULL },
		{ "now_ms", KV_TEXT, 0, "soon" } },
	    3, ERR_CONFLICT },
	{ "a name that goes on like ours",
	    { { "tg_id", KV_INT, 7, NULL }, { "language", KV_NO_TEXT, 0, NULL },
		{ "now_ms2", KV_INT, 1, NULL } },
	    3, ERR_INTERNAL },
};

static enum err
run_one(struct db *db, void *ctx)
{
	const struct params *p = ctx;

	return db_exec(db, SQL_USER_SEEN, (struct kvs){ p->v, p->n }, NULL);
}

static enum err
run_params(struct db *db, void *ctx)
{
	const struct params *p = ctx;
	enum err e = db_savepoint(db, run_one, ctx);

	/* One engine minds the type when it reads the value, the other when it
	 * plans the statement. */
	if (p->want != ERR_CONFLICT || e != ERR_INTERNAL || !on_postgres())
		check_err(e, p->want);
	/* No value of the failed call is left behind, no harm is done. */
	return add_user(db, 8);
}

static void
parameters(void **state)
{
	ledger_fresh();
	check_err(db_transaction(ledger.db, run_params, *state), ERR_OK);
	check_int(look_int("SELECT COUNT(*) FROM users WHERE tg_id = 8"), 1);
}

static enum err
order_of_nobody(struct db *db, void *ctx)
{
	return db_exec(db, SQL_ORDER_DRAFT_ADD,
	    KV(kv_int("tg_id", 404), kv_text("product", "course"),
		kv_text("provider", "stripe"), kv_text("language", NULL),
		kv_int("livemode", 0), kv_int("now_ms", 1)),
	    ctx);
}

static enum err
order_and_user(struct db *db, void *ctx)
{
	int64_t n = -1;

	(void)ctx;
	check_err(db_savepoint(db, order_of_nobody, &n), ERR_CONFLICT);
	check_int(n, 0);
	/* Also where nobody asks, and the engine need not tell at once. */
	check_err(db_savepoint(db, order_of_nobody, NULL), ERR_CONFLICT);
	return add_user(db, 1);
}

static void
constraint(void **state)
{
	(void)state;
	ledger_fresh();
	check_err(db_transaction(ledger.db, order_and_user, NULL), ERR_OK);
	check_int(n_users(), 1);
}

/* ---- reading ---- */

static enum err
note_twice(struct db *db, void *ctx)
{
	int64_t *n = ctx;
	struct kvs args = KV(kv_text("source", "stripe"),
	    kv_text("id", "evt_1"), kv_text("type", "x"), kv_int("now_ms", 1));
	enum err e = db_exec(db, SQL_INBOX_ADD, args, &n[0]);

	return e == ERR_OK ? db_exec(db, SQL_INBOX_ADD, args, &n[1]) : e;
}

static void
counts(void **state)
{
	int64_t n[2] = { -1, -1 };

	(void)state;
	ledger_fresh();
	check_err(db_transaction(ledger.db, note_twice, n), ERR_OK);
	check_int(n[0], 1);
	check_int(n[1], 0); /* seen before */
}

struct seen {
	int64_t ids[4];
	const char *errors[4];
	size_t n;
};

static void
parked_from_row(const struct row *row, void *ctx)
{
	struct seen *s = ctx;

	s->ids[s->n] = row_int(row, 0);
	s->errors[s->n++] = row_text(row, 5);
}

static void
texts_are_copied(void **state)
{
	struct seen s = { .n = 0 };

	(void)state;
	ledger_fresh();
	check_err(db_ready(ledger.db), ERR_OK);
	change("INSERT INTO jobs (id, kind, promise, tg_id, due_ms, parked_ms,"
	       " error, created_ms) VALUES (1, 1, 'a', 5, 0, 3, 'first', 0),"
	       " (2, 1, 'b', 5, 0, 2, NULL, 0), (3, 1, 'c', 5, 0, 1, '', 0)");
	check_err(db_each(ledger.db, &mem, SQL_JOBS_PARKED, KV(kv_int("n", 9)),
		      parked_from_row, &s),
	    ERR_OK);
	check_int(s.n, 3);
	change("UPDATE jobs SET error = 'other'");
	check_err(db_each(ledger.db, &mem, SQL_JOBS_COUNT, KV_NONE, row_to_int,
		      &s.ids[3]),
	    ERR_OK);
	ledger_close(); /* the texts outlive the connection */
	check_text(s.errors[0], "first");
	check_text(s.errors[1], NULL); /* a null is no empty text */
	check_text(s.errors[2], "");
	check_int(s.ids[2], 3);
}

static void
one_row(void **state)
{
	int64_t is_in = -7;
	struct kvs who = KV(kv_int("tg_id", 5), kv_text("product", "course"));

	(void)state;
	ledger_fresh();
	check_err(
	    db_one(ledger.db, &mem, SQL_ACCESS_GET, who, row_to_int, &is_in),
	    ERR_NOT_FOUND);
	check_int(is_in, -7);
	change("INSERT INTO users (tg_id, created_ms) VALUES (5, 0);"
	       "INSERT INTO access (tg_id, product, is_in, why, decided_ms)"
	       " VALUES (5, 'course', 1, 'paid', 0)");
	check_err(
	    db_one(ledger.db, &mem, SQL_ACCESS_GET, who, row_to_int, &is_in),
	    ERR_OK);
	check_int(is_in, 1);
}

/* ---- a database that is away ---- */

static void
folder_appears(void **state)
{
	char folder[80], path[96];
	enum err e = ERR_OK;
	struct db *db;

	(void)state;
	only_sqlite();
	(void)snprintf(folder, sizeof(folder), "%s/later", ledger.folder);
	(void)snprintf(path, sizeof(path), "%s/a.db", folder);
	db = db_new(path);
	check_err(db_ready(db), ERR_UNAVAILABLE);
	check_err(db_transaction(db, add_one, &e), ERR_UNAVAILABLE);
	assert_int_equal(mkdir(folder, 0700), 0);
	check_err(db_transaction(db, add_one, &e), ERR_OK);
	db_free(db);
	(void)unlink(path);
	assert_int_equal(rmdir(folder), 0);
}

/* What is only read is a file, even if its name begins as a server's address
 * does. */
static void
called_as_an_address(void **state)
{
	static const char *const names[] = { "postgresql.db",
		"postgresql.db-wal", "postgresql.db-shm" };
	int cwd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct db_look look;
	struct db *db;

	(void)state;
	assert_true(cwd >= 0);
	check_int(chdir(ledger.folder), 0);
	db = db_new(arena_printf(&mem, "%s/%s", ledger.folder, names[0]));
	check_err(db_ready(db), ERR_OK);
	db_free(db);
	db = db_new_to_read(names[0]);
	check_err(db_look(db, &look), ERR_OK);
	check_int(look.is_ledger, 1);
	db_free(db);
	for (size_t i = 0; i < LENGTH(names); i++)
		(void)unlink(names[i]);
	check_int(fchdir(cwd), 0);
	(void)close(cwd);
}

static const struct strange {
	const char *why;
	struct str content;
} stranges[] = {
	{ "a text file",
	    LIT("This is no database but a letter of some length, long enough "
		"to fill the hundred bytes that a database begins with.") },
	{ "the beginning of a database",
	    LIT("SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20") },
};

/* Refused, and left exactly as it was: never made anew over it. */
static void
strange_file(void **state)
{
	const struct strange *s = *state;
	char back[256] = { 0 };
	FILE *f;
	size_t n;

	only_sqlite();
	ledger_unmade();
	f = fopen(ledger.path, "w");
	assert_non_null(f);
	(void)fwrite(s->content.p, 1, s->content.len, f);
	(void)fclose(f);
	assert_int_not_equal(db_ready(ledger.db), ERR_OK);
	f = fopen(ledger.path, "r");
	assert_non_null(f);
	n = fread(back, 1, sizeof(back), f);
	(void)fclose(f);
	check_int(n, s->content.len);
	assert_memory_equal(back, s->content.p, n);
}

/* Who may make none finds none, and leaves nothing where it looked. */
static void
none_is_made(void **state)
{
	enum err e = ERR_OK;
	struct db *other;

	(void)state;
	ledger_unmade();
	db_makes(ledger.db, DB_MAKES_NONE);
	check_err(db_ready(ledger.db), ERR_NOT_FOUND);
	check_err(db_transaction(ledger.db, add_one, &e), ERR_UNAVAILABLE);
	check_err(
	    db_each(ledger.db, &mem, SQL_LEDGER_COUNT, KV_NONE, NULL, NULL),
	    ERR_UNAVAILABLE); /* and not: no such row */
	if (!on_postgres())
		check_int(access(ledger.place, F_OK), -1);
	other = db_new(ledger.path);
	check_err(db_ready(other), ERR_OK);
	db_free(other);
	check_err(db_ready(ledger.db), ERR_OK);
	check_err(db_transaction(ledger.db, add_one, &e), ERR_OK);
}

/* One that was made by hand, or all that is left after a loss. */
static void
empty_file_stays(void **state)
{
	struct stat st;
	FILE *f;

	(void)state;
	only_sqlite();
	ledger_fresh();
	f = fopen(ledger.path, "we");
	assert_non_null(f);
	(void)fclose(f);
	db_makes(ledger.db, DB_MAKES_NONE);
	check_err(db_ready(ledger.db), ERR_NOT_FOUND);
	check_int(stat(ledger.path, &st), 0);
	check_int(st.st_size, 0);
	db_makes(ledger.db, DB_MAKES);
	check_err(db_ready(ledger.db), ERR_OK);
}

static void
newer_schema(void **state)
{
	int64_t known;

	(void)state;
	only_sqlite();
	ledger_fresh();
	check_err(db_ready(ledger.db), ERR_OK);
	known = look_int("PRAGMA user_version");
	assert_true(known >= 1);
	change("PRAGMA user_version = 999");
	db_free(ledger.db);
	ledger.db = db_new(ledger.path);
	check_err(db_ready(ledger.db), ERR_CONFIG);
	check_int(look_int("PRAGMA user_version"), 999); /* left alone */
	change(arena_printf(&mem, "PRAGMA user_version = %d", (int)known));
	check_err(db_ready(ledger.db), ERR_OK); /* and comes back */
}

/* As a program of the version before would have left it. */
static void
older_schema(void)
{
	ledger_fresh();
	check_err(db_ready(ledger.db), ERR_OK);
	change("INSERT INTO users (tg_id, created_ms) VALUES (5, 1);"
	       "DROP TABLE marks;"
	       "PRAGMA user_version = 3");
	db_free(ledger.db);
	ledger.db = db_new(ledger.path);
}

/* The upgrade fails here, since there is more than version 3 had: the copy is
 * what matters, and that it is made before anything is tried. */
static void
kept_before_upgrade(void **state)
{
	const char *kept =
	    arena_printf(&mem, "%s.before-upgrade-3", ledger.path);
	sqlite3 *copy = NULL;
	struct stat st;

	(void)state;
	only_sqlite();
	older_schema();
	assert_int_not_equal(db_ready(ledger.db), ERR_OK);
	check_int(stat(kept, &st), 0);
	check_int(sqlite3_open(kept, &copy), SQLITE_OK);
	check_int(sqlite3_exec(copy, "SELECT tg_id FROM users WHERE tg_id = 5",
		      NULL, NULL, NULL),
	    SQLITE_OK);
	(void)sqlite3_close(copy);
	check_int(unlink(kept), 0);
}

/* Where no copy can be made nothing is changed, and it is no fault of the
 * ledger's: there will be room one day. */
static void
not_kept(void **state)
{
	const char *kept =
	    arena_printf(&mem, "%s.before-upgrade-3", ledger.path);

	(void)state;
	only_sqlite();
	older_schema();
	check_int(mkdir(kept, 0700), 0);
	check_err(db_ready(ledger.db), ERR_UNAVAILABLE);
	check_int(look_int("PRAGMA user_version"), 3);
	check_int(look_int("SELECT COUNT(*) FROM sqlite_schema"
			   " WHERE name = 'marks'"),
	    0);
	check_int(rmdir(kept), 0);
}

static void
durable(void **state)
{
	(void)state;
	only_sqlite();
	ledger_unmade();
	check_err(db_ready(ledger.db), ERR_OK);
	check_text(look_text("PRAGMA journal_mode"), "wal");
	/* STRICT tables, no column for a name or an e-mail address */
	check_int(look_int("SELECT COUNT(*) FROM pragma_table_list"
			   " WHERE schema = 'main' AND type = 'table'"
			   " AND name NOT LIKE 'sqlite_%' AND strict = 0"),
	    0);
	check_int(look_int("SELECT COUNT(*) FROM pragma_table_list AS t,"
			   " pragma_table_info(t.name) AS c"
			   " WHERE c.name LIKE '%mail%'"
			   " OR c.name LIKE '%name%' AND t.schema = 'main'"
			   " AND t.name NOT LIKE 'sqlite_%'"),
	    0);
}

/* ---- several at once ---- */

#define N_PROCESSES 8
/* Processes find each other at every moment or not at all, sanitizers or none;
 * with them a fork takes long. */
#ifdef __SANITIZE_ADDRESS__
#define N_ROUNDS 5
#else
#define N_ROUNDS 60
#endif

static int
as_one_of_many(int i)
{
	struct db *db = db_new(ledger.path);
	enum err e = ERR_OK;

	for (int tries = 0; tries < 3; tries++) {
		e = db_transaction(db, add_one, &e);
		if (e != ERR_OK)
			return 1 + i;
	}
	db_free(db);
	return 0;
}

static void
empty_file_at_once(void **state)
{
	(void)state;
	for (int round = 0; round < N_ROUNDS; round++) {
		pid_t children[N_PROCESSES];

		ledger_unmade();
		for (int i = 0; i < N_PROCESSES; i++) {
			children[i] = fork();
			assert_true(children[i] >= 0);
			if (children[i] == 0)
				_exit(as_one_of_many(i));
		}
		for (int i = 0; i < N_PROCESSES; i++) {
			int status = -1;

			(void)waitpid(children[i], &status, 0);
			check_int(status, 0);
		}
		check_int(n_users(), 1);
	}
}

/* When the lock was let go, by the process that held it; 0: not yet. */
static int64_t *released_ms;

struct holding {
	int hold_ms, ready;
};

static enum err
hold(struct db *db, void *ctx)
{
	const struct holding *h = ctx;

	(void)db;
	if (write(h->ready, "x", 1) != 1)
		return ERR_INTERNAL;
	(void)usleep((unsigned)h->hold_ms * 1000);
	*released_ms = clock_mono_ms();
	return ERR_OK;
}

/* Holds the write lock for so long, in a process of its own. */
static pid_t
hold_lock(int hold_ms)
{
	int ready[2];
	char go = 0;
	pid_t child;

	released_ms = mmap(NULL, sizeof(*released_ms), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(released_ms != MAP_FAILED);

	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct holding h = { hold_ms, ready[1] };
		struct db *db = db_new(ledger.path);

		_exit(db_transaction(db, hold, &h) != ERR_OK);
	}
	(void)close(ready[1]);
	check_int(read(ready[0], &go, 1), 1);
	(void)close(ready[0]);
	return child;
}

static const struct lock {
	const char *why;
	int hold_ms;
	enum err want, on_server;
	int64_t least_ms;
} locks[] = {
	{ "a short one is waited for", 300, ERR_OK, ERR_OK, 0 },
	/* A server takes it from a program that has fallen silent. */
	{ "an endless one is not: the sender tries again", 60000,
	    ERR_UNAVAILABLE, ERR_OK, 4900 },
};

static void
locked(void **state)
{
	const struct lock *l = *state;
	enum err e = ERR_OK, got;
	bool lets_go = l->want == ERR_OK;
	int64_t start_ms, took_ms;
	int status = -1;
	pid_t child;

	ledger_fresh();
	check_err(db_ready(ledger.db), ERR_OK);
	db_free(ledger.db);
	ledger.db = db_new(ledger.path);
	child = hold_lock(l->hold_ms);
	start_ms = clock_mono_ms();
	got = db_transaction(ledger.db, add_one, &e);
	took_ms = clock_mono_ms() - start_ms;
	check_err(got, on_postgres() ? l->on_server : l->want);
	/* However long this process did not run: not before the other let go,
	 * or not before its own patience was over. */
	assert_true(took_ms >= l->least_ms - (on_postgres() ? 1000 : 0));
	if (lets_go)
		assert_true(start_ms + took_ms >= *released_ms);
	check_int(*released_ms != 0, lets_go);
	if (!lets_go)
		(void)kill(child, SIGKILL);
	(void)waitpid(child, &status, 0);
	check_err(db_transaction(ledger.db, add_one, &e), ERR_OK);
}

static void
free_nothing(void **state)
{
	(void)state;
	db_free(NULL);
	db_free(db_new("/nowhere")); /* never opened */
}

int
main(void)
{
	ROWS("transaction", transaction, endings);
	ROWS("light transaction", light, endings);
	ROWS("savepoint", savepoint, endings);
	ONE("transaction", "does not nest", no_nesting);
	ROWS("a word", heard, words);
	ONE("transaction", "no writing outside of one", writes_outside);
	ROWS("parameters", parameters, params);
	ONE("constraint", "a conflict harms nothing else", constraint);
	ONE("read", "how many rows were changed", counts);
	ONE("read", "texts are copied", texts_are_copied);
	ONE("read", "one row or none", one_row);
	ONE("away", "a folder that appears later", folder_appears);
	ONE("a file", "may be called as an address begins",
	    called_as_an_address);
	ROWS("strange file", strange_file, stranges);
	ONE("none there", "none is made, unless one may be", none_is_made);
	ONE("none there", "an empty file stays one", empty_file_stays);
	ONE("schema", "newer than this program", newer_schema);
	ONE("schema", "kept before an upgrade", kept_before_upgrade);
	ONE("schema", "no upgrade that was not kept", not_kept);
	ONE("schema", "WAL, strict, nothing personal", durable);
	ONE("at once", "eight processes open an empty file",
	    empty_file_at_once);
	ROWS("lock", locked, locks);
	ONE("free", "nothing, and what was never opened", free_nothing);
	return testing_run("db", ledger_make, ledger_remove);
}
