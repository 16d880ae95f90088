/* PostgreSQL as an engine: what its codes ask of us, what becomes of what we do
 * when it goes away, and that its ledger is SQLite's. All but the first needs a
 * server (tests/postgres.sh). */
#include "ledger.h"
#include "scans.h"

#ifndef HAVE_LIBPQ

int
main(void)
{
	return 0;
}

#else

#include "base/buf.h"
#include "store/postgres.c" /* the connection, statics and all */

#include <sys/wait.h>

static void
only_postgres(void)
{
	if (!on_postgres())
		skip();
}

/* ---- codes ---- */

static const struct code {
	const char *why, *code;
	enum err want;
	bool breaks;
} codes[] = {
	{ "two with one key", "23505", ERR_CONFLICT, false },
	{ "an order of nobody", "23503", ERR_CONFLICT, false },
	{ "bytes that are no text", "22021", ERR_INTERNAL, false },
	{ "somebody else was first", "40001", ERR_UNAVAILABLE, false },
	{ "two wait for each other", "40P01", ERR_UNAVAILABLE, false },
	{ "somebody writes for long", "55P03", ERR_UNAVAILABLE, false },
	{ "it takes long", "57014", ERR_UNAVAILABLE, false },
	{ "it goes down", "57P01", ERR_UNAVAILABLE, true },
	{ "too many connections", "53300", ERR_UNAVAILABLE, true },
	{ "the disk is full", "53100", ERR_UNAVAILABLE, true },
	{ "another one is the primary now", "25006", ERR_UNAVAILABLE, true },
	{ "after an error that nobody minded", "25P02", ERR_INTERNAL, true },
	{ "the tables are others now", "0A000", ERR_UNAVAILABLE, true },
	{ "it is prepared elsewhere", "26000", ERR_UNAVAILABLE, true },
	{ "a right that we have not", "42501", ERR_CONFIG, false },
	{ "a statement that is none", "42601", ERR_INTERNAL, false },
	{ "nobody is there", NULL, ERR_UNAVAILABLE, true },
	{ "what nobody has heard of", "ZZ000", ERR_INTERNAL, false },
};

static void
code(void **state)
{
	const struct code *c = *state;
	struct postgres p = { 0 };

	check_err(judge_code(&p, c->code), c->want);
	check_int(p.is_broken, c->breaks);
	/* What works again mends nothing. */
	(void)judge_code(&p, "23505");
	check_int(p.is_broken, c->breaks);
}

static const struct reason {
	const char *why, *message;
	bool is_told;
} reasons[] = {
	{ "of a server", "connection to server at \"h\" failed", true },
	{ "of an older library", "could not connect to server", true },
	{ "a refusal", "FATAL:  password authentication failed", true },
	{ "with a part of the password",
	    "invalid integer value \"word\" for connection option \"port\"",
	    false },
	{ "with all of it", "invalid URI query parameter: \"pass=word\"",
	    false },
};

static void
reason(void **state)
{
	const struct reason *r = *state;

	check_int(why_not(r->message) == r->message, r->is_told);
}

/* ---- a connection that dies ---- */

/* All connections of this program, once they have ended. */
static void
kill_ours(void)
{
	check_int(look_int(arena_printf(&mem,
		      "SELECT COUNT(*) FROM (SELECT"
		      " pg_terminate_backend(pid, 10000) AS has_gone FROM"
		      " pg_stat_activity WHERE application_name = '%s') AS k"
		      " WHERE NOT has_gone",
		      eyes_schema)),
	    0);
}

static enum err
add_user(struct db *db, void *ctx)
{
	return db_exec(db, SQL_USER_SEEN,
	    KV(kv_int("tg_id", *(int64_t *)ctx), kv_text("language", NULL),
		kv_int("now_ms", 1)),
	    NULL);
}

static enum err
add_and_die(struct db *db, void *ctx)
{
	enum err e = add_user(db, ctx);

	kill_ours();
	return e;
}

static enum err
die_and_add(struct db *db, void *ctx)
{
	kill_ours();
	return add_user(db, ctx);
}

static int64_t
n_users(void)
{
	return look_int("SELECT COUNT(*) FROM users");
}

static void
open_ledger(void)
{
	only_postgres();
	ledger_fresh();
	check_err(db_ready(ledger.db), ERR_OK);
}

static void
read_again(void **state)
{
	int64_t n = -1;

	(void)state;
	open_ledger();
	kill_ours();
	check_err(
	    db_one(ledger.db, &mem, SQL_LESSONS_COUNT, KV_NONE, row_to_int, &n),
	    ERR_OK);
	check_int(n, 0);
}

static void
begun_again(void **state)
{
	int64_t who = 5;

	(void)state;
	open_ledger();
	kill_ours();
	check_err(db_transaction(ledger.db, add_user, &who), ERR_OK);
	check_int(n_users(), 1);
}

static const struct death {
	const char *why;
	enum err (*body)(struct db *db, void *ctx);
} deaths[] = {
	{ "before it writes", die_and_add },
	{ "before it is committed", add_and_die },
};

static void
death(void **state)
{
	const struct death *d = *state;
	int64_t who = 5;

	open_ledger();
	check_err(db_transaction(ledger.db, d->body, &who), ERR_UNAVAILABLE);
	check_int(n_users(), 0);
	check_err(db_transaction(ledger.db, add_user, &who), ERR_OK);
	check_int(n_users(), 1);
}

static enum err
mind_nothing(struct db *db, void *ctx)
{
	enum err e = add_user(db, ctx);
	int64_t n = 0;

	check_err(db_exec(db, SQL_USER_SEEN,
		      KV(kv_int("tg_id", 6), kv_text("language", NULL),
			  kv_null("now_ms")),
		      &n),
	    ERR_CONFLICT);
	return e;
}

/* COMMIT is answered without an error then, by another word. */
static void
undone(void **state)
{
	int64_t who = 5;

	(void)state;
	open_ledger();
	check_err(db_transaction(ledger.db, mind_nothing, &who), ERR_INTERNAL);
	check_int(n_users(), 0);
}

static enum err
add_and_tell(struct db *db, void *ctx)
{
	db_notify(db);
	return add_user(db, ctx);
}

static enum err
tell_and_fail(struct db *db, void *ctx)
{
	(void)ctx;
	db_notify(db);
	return ERR_NOT_FOUND;
}

/* What was said comes a moment after the commit. */
static bool
hears(struct db *db)
{
	struct pollfd fd = { .fd = db_listen_fd(db), .events = POLLIN };

	return poll(&fd, 1, 100) > 0 && db_heard(db);
}

static void
others_words(void **state)
{
	struct db *other;
	int64_t who = 5;

	(void)state;
	open_ledger();
	other = db_new(ledger.path);
	db_listen(other);
	check_int(db_listen_fd(other), -1); /* not open yet */
	check_err(db_ready(other), ERR_OK);
	check_err(db_transaction(ledger.db, add_user, &who), ERR_OK);
	check_int(hears(other), false);
	check_err(
	    db_transaction(ledger.db, tell_and_fail, NULL), ERR_NOT_FOUND);
	check_int(hears(other), false);
	check_err(db_transaction(ledger.db, add_and_tell, &who), ERR_OK);
	check_int(hears(other), true);
	check_int(hears(other), false);
	/* Its own. */
	check_err(db_transaction(other, add_and_tell, &who), ERR_OK);
	check_int(hears(other), false);
	/* Along with an answer. */
	check_err(db_transaction(ledger.db, add_and_tell, &who), ERR_OK);
	check_err(db_transaction(other, add_user, &who), ERR_OK);
	check_int(db_heard(other) || hears(other), true);
	/* What was said while it could not hear is not known. The farewell is
	 * read first. */
	kill_ours();
	check_int(hears(other) || hears(other), true);
	check_int(db_listen_fd(other), -1);
	check_err(db_ready(other), ERR_OK);
	check_err(db_transaction(ledger.db, add_and_tell, &who), ERR_OK);
	check_int(hears(other), true);
	db_free(other);
}

/* The host's clock is not asked. */
static void
one_clock(void **state)
{
	int64_t who = 5, behind_ms;

	(void)state;
	open_ledger();
	clock_follow(1000);
	check_err(db_transaction(ledger.db, add_user, &who), ERR_OK);
	behind_ms = eyes_int("SELECT (extract(epoch FROM clock_timestamp())"
			     " * 1000)::bigint",
			0) -
	    clock_now_ms();
	assert_true(llabs(behind_ms) < 2000);
}

/* ---- who waits for whom ---- */

static enum err
read_and_write(struct db *db, void *ctx)
{
	int64_t n = 0;
	enum err e = db_one(
	    db, &mem, SQL_MARK_GET, KV(kv_text("key", "n")), row_to_int, &n);

	(void)ctx;
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	return db_exec(db, SQL_MARK_SET,
	    KV(kv_text("key", "n"), kv_int("value", n + 1)), NULL);
}

#define MAX_OF 4

static int64_t *
copy_of(const int64_t *tg_ids)
{
	int64_t *out = arena_alloc(&mem, MAX_OF * sizeof(*out));

	memcpy(out, tg_ids, MAX_OF * sizeof(*out));
	return out;
}

static struct db_people
people_in(const int64_t *tg_ids)
{
	struct db_people people = { copy_of(tg_ids), 0 };

	while (people.n < MAX_OF && tg_ids[people.n] != 0)
		people.n++;
	return people;
}

static const struct meeting {
	const char *why;
	int64_t first[MAX_OF], second[MAX_OF]; /* none: anybody */
	bool waits;
} meetings[] = {
	{ "other people", { 5 }, { 6 }, false },
	{ "other ones, of several", { 7, 5 }, { 8, 6 }, false },
	{ "the same", { 5 }, { 5 }, true },
	{ "the same, of several", { 7, 5, 6 }, { 8, 6 }, true },
	{ "anybody, behind some", { 5 }, { 0 }, true },
	{ "some, behind anybody", { 0 }, { 5 }, true },
};

struct meeting_now {
	struct db *other;
	const struct meeting *m;
	pid_t child;
	bool waited;
};

/* The second begins while the first is within: it comes to its end, or the
 * server says that it waits for a lock. */
static enum err
meet(struct db *db, void *ctx)
{
	struct meeting_now *now = ctx;
	int64_t who = now->m->second[0] == 0 ? 9 : now->m->second[0];

	(void)db;
	now->child = fork();
	if (now->child == 0)
		_exit(db_transaction_about(now->other,
			  people_in(now->m->second), add_user, &who) != ERR_OK);
	now->waited = eyes_see_waiting(now->child);
	return ERR_OK;
}

static void
meeting(void **state)
{
	struct meeting_now now = { .m = *state };
	int status = 0;

	open_ledger();
	now.other = db_new(ledger.path);
	check_err(db_ready(now.other), ERR_OK);
	check_err(db_transaction_about(
		      ledger.db, people_in(now.m->first), meet, &now),
	    ERR_OK);
	check_int(now.waited, now.m->waits);
	if (now.waited)
		(void)waitpid(now.child, &status, 0);
	check_int(status, 0);
	check_int(n_users(), 1);
	db_free(now.other);
}

/* What a transaction about buyer 5 does. */
static const struct within {
	const char *why;
	enum err (*does)(struct db *db, void *ctx);
	int64_t who;
	bool minds_nothing;
	int n_runs;
} withins[] = {
	{ "what is about them, once", add_user, 5, false, 1 },
	{ "what is about another, again and alone", add_user, 6, false, 2 },
	{ "what is about nobody", read_and_write, 0, false, 2 },
	{ "what failed and nobody minded", add_user, 6, true, 2 },
};

struct within_now {
	const struct within *w;
	int n_runs;
	int64_t n_shared;
};

static enum err
be_within(struct db *db, void *ctx)
{
	struct within_now *now = ctx;
	int64_t them = 5, who = now->w->who;
	enum err e = add_user(db, &them);

	now->n_runs++;
	if (e == ERR_OK)
		e = now->w->does(db, &who);
	now->n_shared = look_int(arena_printf(&mem,
	    "SELECT COUNT(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
	    " WHERE locktype = 'advisory' AND mode = 'ShareLock'"
	    " AND application_name = '%s'",
	    eyes_schema));
	return now->w->minds_nothing ? ERR_OK : e;
}

static void
within(void **state)
{
	struct within_now now = { .w = *state };
	int64_t them[MAX_OF] = { 5 };

	open_ledger();
	check_err(
	    db_transaction_about(ledger.db, people_in(them), be_within, &now),
	    ERR_OK);
	check_int(now.n_runs, now.w->n_runs);
	check_int(now.n_shared, now.n_runs == 1);
	check_int(n_users(), now.w->who == 6 ? 2 : 1);
	check_int(look_int("SELECT COUNT(*) FROM marks WHERE key = 'n'"),
	    now.w->does == read_and_write);
	/* The next one is about anybody again. */
	check_err(db_transaction(ledger.db, read_and_write, NULL), ERR_OK);
}

#define N_PEOPLE 6

/* Some of them, in any order, and now and then one twice. */
static struct db_people
pick(unsigned *seed)
{
	int64_t picks[MAX_OF] = { 0 };

	*seed = *seed * 1103515245 + 12345;
	for (size_t i = 0; i <= (*seed >> 16 & (MAX_OF - 1)); i++)
		picks[i] = 1 + (*seed >> (i * 3 + 8) & 0xff) % N_PEOPLE;
	return people_in(picks);
}

static void
until_from_row(const struct row *row, void *ctx)
{
	*(int64_t *)ctx = row_int(row, 2);
}

static enum err
count_one(struct db *db, int64_t tg_id)
{
	int64_t n = 0;
	enum err e = db_one(db, &mem, SQL_ACCESS_GET,
	    KV(kv_int("tg_id", tg_id), kv_text("product", "course")),
	    until_from_row, &n);

	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	return db_exec(db, SQL_ACCESS_SET,
	    KV(kv_int("tg_id", tg_id), kv_text("product", "course"),
		kv_int("is_in", 1), kv_text("why", "paid"),
		kv_int("until_ms", n + 1), kv_int("renews", 0),
		kv_null("paid_until_ms"), kv_null("remind_ms"),
		kv_int("now_ms", 1)),
	    NULL);
}

static enum err
count_each(struct db *db, void *ctx)
{
	const struct db_people *people = ctx;
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < people->n; i++)
		e = count_one(db, people->tg_ids[i]);
	return e;
}

static int
count_people(unsigned seed, int n)
{
	struct db *db = db_new(ledger.path);
	enum err e = ERR_OK;

	for (int i = 0; e == ERR_OK && i < n; i++) {
		struct db_people said = pick(&seed), does = said;

		does.tg_ids = copy_of(said.tg_ids);
		e = db_transaction_about(db, said, count_each, &does);
	}
	db_free(db);
	return e != ERR_OK;
}

/* However the people of several batches cross, none fails, and each reads what
 * the last one about them wrote. */
static void
crossed(void **state)
{
	enum { N = 4, EACH = 60 };
	pid_t children[N];
	int64_t n = 0;

	(void)state;
	open_ledger();
	db_free(ledger.db);
	ledger.db = NULL;
	for (int64_t who = 1; who <= N_PEOPLE; who++)
		change(arena_printf(&mem,
		    "INSERT INTO users (tg_id, created_ms) VALUES (%d, 1)",
		    (int)who));
	for (int i = 0; i < N; i++) {
		unsigned seed = (unsigned)i;

		for (int k = 0; k < EACH; k++)
			n += (int64_t)pick(&seed).n;
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0)
			_exit(count_people((unsigned)i, EACH));
	}
	for (int i = 0; i < N; i++) {
		int status = -1;

		(void)waitpid(children[i], &status, 0);
		check_int(status, 0);
	}
	check_int(look_int("SELECT SUM(until_ms) FROM access"), n);
}

static int
count_up(int n)
{
	/* The address' options are those of libpq. */
	struct db *db = db_new(arena_printf(&mem,
	    "%s%%20-cdefault_transaction_isolation%%3Drepeatable%%5C%%20read",
	    ledger.path));
	enum err e = ERR_OK;

	for (int i = 0; e == ERR_OK && i < n; i++)
		e = db_transaction(db, read_and_write, NULL);
	db_free(db);
	return e != ERR_OK;
}

/* Whatever the database does by default, nobody reads what is old by the time
 * that it is their turn. */
static void
counted(void **state)
{
	enum { N = 4, EACH = 50 };
	pid_t children[N];

	(void)state;
	open_ledger();
	db_free(ledger.db);
	ledger.db = NULL;
	for (int i = 0; i < N; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0)
			_exit(count_up(EACH));
	}
	for (int i = 0; i < N; i++) {
		int status = -1;

		(void)waitpid(children[i], &status, 0);
		check_int(status, 0);
	}
	check_int(
	    look_int("SELECT value FROM marks WHERE key = 'n'"), N * EACH);
}

static void
nowhere(void **state)
{
	void *conn = &conn;

	(void)state;
	only_postgres();
	check_err(postgres_driver.open("postgresql:///x?host=/nowhere", &conn),
	    ERR_UNAVAILABLE);
	check_err(postgres_driver.open("postgresql://h/x?nonsense=1", &conn),
	    ERR_UNAVAILABLE);
	assert_ptr_equal(conn, &conn); /* left alone */
}

/* ---- values ---- */

static struct postgres *
opened(bool is_pooled)
{
	const struct db_choice choice = { .is_pooled = is_pooled };
	void *conn = NULL;

	open_ledger();
	check_err(postgres_driver.open(ledger.path, &conn), ERR_OK);
	check_err(postgres_driver.choose(conn, &choice), ERR_OK);
	return conn;
}

static enum err
set_language(struct postgres *p, struct kv language)
{
	struct db_run run = { .what = SQL_USER_SEEN,
		.args = KV(kv_int("tg_id", 5), language, kv_int("now_ms", 1)) };

	return postgres_driver.run(p, &run);
}

/* A null is a number's or a text's, from the first time on. */
static void
nulls(void **state)
{
	struct postgres *p = opened(false);

	(void)state;
	check_err(set_language(p, kv_text("language", NULL)), ERR_OK);
	check_err(set_language(p, kv_text("language", "uk")), ERR_OK);
	check_err(set_language(p, kv_null("language")), ERR_INTERNAL);
	check_text(look_text("SELECT language FROM users"), "uk");
	postgres_driver.close(p);
}

/* ---- what is sent ahead ---- */

static enum err
say_now(struct postgres *p, enum sql what)
{
	struct db_run run = { .what = what };

	return postgres_driver.run(p, &run);
}

/* Somebody who was seen, or at no time, which is a fault. */
static enum err
see_ahead(struct postgres *p, int64_t tg_id, bool is_fault)
{
	struct db_run run = { .what = SQL_USER_SEEN,
		.may_wait = true,
		.args = KV(kv_int("tg_id", tg_id), kv_text("language", NULL),
		    is_fault ? kv_null("now_ms") : kv_int("now_ms", 1)) };

	return postgres_driver.run(p, &run);
}

static enum err
look_at(struct postgres *p)
{
	struct db_run run = { .what = SQL_MARK_GET,
		.args = KV(kv_text("key", "accept_unmarked")),
		.arena = &mem };
	enum err e = postgres_driver.run(p, &run);

	check_int(run.n_rows, e == ERR_OK);
	return e;
}

static struct postgres *
ahead(void)
{
	struct postgres *p = opened(false);

	if (!pipeline_begins(p))
		skip();
	check_int(pq.PQexitPipelineMode(p->pg), 1);
	check_err(say_now(p, SQL_BEGIN), ERR_OK);
	return p;
}

/* It is there with the first answer that somebody waits for, or with none. */
static void
goes_along(void **state)
{
	struct postgres *p = ahead();

	(void)state;
	for (int64_t id = 1; id <= 3; id++)
		check_err(see_ahead(p, id, false), ERR_OK);
	check_int(p->n_sent, 3);
	check_err(look_at(p), ERR_OK);
	check_int(p->n_sent, 0);
	for (int64_t id = 4; id <= 5 + MAX_SENT; id++)
		check_err(see_ahead(p, id, false), ERR_OK);
	check_err(say_now(p, SQL_COMMIT), ERR_OK);
	check_int(n_users(), 5 + MAX_SENT);
	postgres_driver.close(p);
}

static int64_t
seen_new(struct postgres *p, int64_t id, enum err want)
{
	struct db_run run = { .what = SQL_INBOX_ADD,
		.args = KV(kv_text("source", "s"),
		    kv_text("id", arena_printf(&mem, "%d", (int)id)),
		    kv_text("type", "t"), kv_int("now_ms", id)) };

	check_err(postgres_driver.run(p, &run), want);
	return run.n_changed;
}

static void
foresee_id(struct postgres *p, int64_t id, int64_t now_ms)
{
	struct db_run run = { .what = SQL_INBOX_ADD,
		.args = KV(kv_text("source", "s"),
		    kv_text("id", arena_printf(&mem, "%d", (int)id)),
		    kv_text("type", "t"), kv_int("now_ms", now_ms)) };

	postgres_driver.foresee(p, &run);
}

/* Sent with the next one, and asked for by its values, whatever the time; of
 * two that are the same each has its own answer. */
static void
foreseen(void **state)
{
	struct postgres *p = ahead();

	(void)state;
	check_int(seen_new(p, 1, ERR_OK), 1);
	foresee_id(p, 1, 5);
	foresee_id(p, 2, 6);
	foresee_id(p, 2, 7);
	check_int(p->n_sent, 3);
	check_int(seen_new(p, 2, ERR_OK), 1);
	check_int(p->n_sent, 0);
	check_int(seen_new(p, 3, ERR_OK), 1); /* nobody foresaw it */
	check_int(seen_new(p, 2, ERR_OK), 0);
	check_int(seen_new(p, 1, ERR_OK), 0);
	check_int(look_int("SELECT COUNT(*) FROM inbox"), 0);
	/* Places are used again. */
	for (int64_t id = 10; id < 12 + 2 * MAX_SENT; id++) {
		foresee_id(p, id, 1);
		check_int(p->n_sent, 1);
		check_int(seen_new(p, id, ERR_OK), 1);
	}
	check_err(say_now(p, SQL_COMMIT), ERR_OK);
	check_int(look_int("SELECT COUNT(*) FROM inbox"), 5 + 2 * MAX_SENT);
	postgres_driver.close(p);
}

/* What failed before it fails it, and none outlives its transaction. */
static void
foreseen_fails(void **state)
{
	struct postgres *p = ahead();

	(void)state;
	check_int(seen_new(p, 1, ERR_OK), 1);
	check_err(see_ahead(p, 2, true), ERR_OK);
	foresee_id(p, 2, 1);
	(void)seen_new(p, 2, ERR_CONFLICT);
	check_err(say_now(p, SQL_ROLLBACK), ERR_OK);
	check_err(say_now(p, SQL_BEGIN), ERR_OK);
	foresee_id(p, 2, 1);
	check_err(say_now(p, SQL_ROLLBACK), ERR_OK);
	check_int(p->n_foreseen, 0);
	check_err(say_now(p, SQL_BEGIN), ERR_OK);
	check_int(seen_new(p, 2, ERR_OK), 1);
	foresee_id(p, 3, 1);
	check_err(say_now(p, SQL_COMMIT), ERR_OK);
	check_int(look_int("SELECT COUNT(*) FROM inbox"), 2);
	postgres_driver.close(p);
}

/* Whoever waits for an answer next hears of a failure, and what they said has
 * not happened; so it is with the commit. */
static const struct late {
	const char *why;
	enum err (*next)(struct postgres *p);
} lates[] = {
	{ "a question", look_at },
	{ "the end of a part", NULL },
};

static void
fails_late(void **state)
{
	const struct late *l = *state;
	struct postgres *p = ahead();

	check_err(see_ahead(p, 1, false), ERR_OK);
	check_err(see_ahead(p, 2, true), ERR_OK);
	check_err(see_ahead(p, 3, false), ERR_OK);
	check_err(
	    l->next != NULL ? l->next(p) : postgres_settle(p), ERR_CONFLICT);
	check_err(postgres_settle(p), ERR_OK); /* it was told */
	check_err(say_now(p, SQL_ROLLBACK), ERR_OK);
	check_err(say_now(p, SQL_BEGIN), ERR_OK);
	check_err(see_ahead(p, 2, true), ERR_OK);
	check_err(say_now(p, SQL_COMMIT), ERR_CONFLICT);
	check_err(say_now(p, SQL_ROLLBACK), ERR_OK);
	check_int(n_users(), 0);
	check_int(p->is_broken, false);
	postgres_driver.close(p);
}

static void
dies_ahead(void **state)
{
	struct postgres *p = ahead();

	(void)state;
	check_err(see_ahead(p, 1, false), ERR_OK);
	kill_ours();
	check_err(see_ahead(p, 2, false), ERR_OK);
	check_err(look_at(p), ERR_UNAVAILABLE);
	check_int(p->is_broken, true);
	check_int(n_users(), 0);
	postgres_driver.close(p);
}

static const struct wording {
	const char *why, *text, *want;
} wordings[] = {
	{ "ours", "щастя", "щастя" },
	{ "one that is cut", "ща\xd1", "ща?" },
	{ "cut at both ends", "\x89я\xf0\x9f\x98", "?я???" },
	{ "bytes alone", "\xff\xfe", "??" },
	{ "none", "", "" },
};

/* Such a text is kept as far as it is one, and nothing fails for it. */
static void
letters(void **state)
{
	const struct wording *l = *state;
	struct postgres *p = opened(false);

	check_err(set_language(p, kv_text("language", l->text)), ERR_OK);
	check_text(look_text("SELECT language FROM users"), l->want);
	postgres_driver.close(p);
}

static void
note(const struct row *row, void *ctx)
{
	*(struct str *)ctx =
	    str_from(row_text(row, 0) == NULL ? "none" : row_text(row, 0));
	((struct str *)ctx)[1].len = (size_t)row_int(row, 0);
}

static void
cells(void **state)
{
	struct postgres *p = opened(false);
	struct str got[2];
	struct db_run run = { .what = SQL_SUBSCRIPTIONS_KNOWN,
		.arena = &mem,
		.map = note,
		.ctx = got };

	(void)state;
	check_err(postgres_driver.run(p, &run), ERR_OK);
	check_int(got[1].len, 0);
	change("INSERT INTO subscriptions (id, n_heard) VALUES ('s', 1)");
	check_err(postgres_driver.run(p, &run), ERR_OK);
	check_int(got[1].len, 1); /* true is 1 */
	change("INSERT INTO marks (key, value, word) VALUES ('bot', 7, NULL)");
	run.what = SQL_MARK_GET;
	run.args = KV(kv_text("key", "bot"));
	check_err(postgres_driver.run(p, &run), ERR_OK);
	check_str(got[0], "7");
	check_int(got[1].len, 7);
	check_int(run.n_rows, 3);
	postgres_driver.close(p);
}

static void
note_columns(const struct row *row, void *ctx)
{
	int *at = ctx;

	at[0] = row_column(row, "tg_id");
	at[1] = row_column(row, "LANGUAGE");
	at[2] = row_column(row, "is_there");
}

static void
columns(void **state)
{
	struct postgres *p = opened(false);
	int at[3] = { 0 };
	struct db_run run = { .what = SQL_FIRST_USERS,
		.arena = &mem,
		.map = note_columns,
		.ctx = at };

	(void)state;
	change("INSERT INTO users (tg_id, created_ms) VALUES (5, 1)");
	check_err(postgres_driver.run(p, &run), ERR_OK);
	check_int(at[0], 0);
	assert_true(at[1] > 0);
	check_int(at[2], -1);
	postgres_driver.close(p);
}

/* A file's own gifts, which a server's tools have. */
static void
no_file(void **state)
{
	const char *fault = "";
	struct db_look look;

	(void)state;
	open_ledger();
	check_err(db_look(ledger.db, &look), ERR_OK);
	check_int(look.is_ledger, true);
	check_err(db_check(ledger.db, &mem, &fault), ERR_CONFIG);
	check_text(fault, NULL);
	check_err(db_copy(ledger.db, "/nowhere/copy.db"), ERR_CONFIG);
	check_err(db_replace(ledger.db, "/nowhere/copy.db"), ERR_CONFIG);
	check_int(db_holder(ledger.db), 0);
	check_err(db_ready(ledger.db), ERR_OK); /* it goes on */
}

/* ---- every statement ---- */

/* What is a text wherever it stands; and what is one here and a number there. */
static const char *const texts[] = { "answer", "at", "body", "charge_id",
	"contract", "currency", "customer", "detail", "dunned", "error", "find",
	"folded", "hash", "heading", "intent", "invoice", "invoice_url",
	"is_now", "key", "language", "like", "link", "moved_to", "payment",
	"payment_intent", "price_currency", "product", "promise", "provider",
	"query", "question", "segment", "session_id", "source", "status",
	"subscription", "time", "title", "type", "url", "voice", "why",
	"word" };
static const char *const boths[] = { "id", "chat_id", "kind" };

static Oid
type_of(struct str name, unsigned both)
{
	for (size_t i = 0; i < LENGTH(texts); i++)
		if (str_eq(name, texts[i]))
			return TYPE_TEXT;
	for (size_t i = 0; i < LENGTH(boths); i++)
		if (str_eq(name, boths[i]))
			return (both >> i & 1) != 0 ? TYPE_TEXT : TYPE_INT8;
	return TYPE_INT8;
}

static bool
is_understood(struct postgres *p, const struct dialect *d, const char *name)
{
	bool is = false;

	for (unsigned both = 0; !is && both < 1U << LENGTH(boths); both++) {
		Oid types[DIALECT_MAX_VALUES];
		PGresult *result;

		for (size_t i = 0; i < d->n; i++)
			types[i] = type_of(d->names[i], both);
		result = answer(p,
		    pq.PQsendPrepare(p->pg, name, d->text, (int)d->n, types));
		is = pq.PQresultStatus(result) == PGRES_COMMAND_OK;
		pq.PQclear(result);
	}
	return is;
}

static void
understood(void **state)
{
	struct postgres *p = opened(false);

	(void)state;
	for (int i = 0; i < SQL__COUNT; i++) {
		struct dialect d =
		    dialect_numbered(&mem, sql_text((enum sql)i));

		if (i != SQL_BEGIN && !is_understood(p, &d, ""))
			fail_msg("%s: %s", sql_name((enum sql)i),
			    pq.PQerrorMessage(p->pg));
	}
	postgres_driver.close(p);
}

/* ---- plans ---- */

/* The tables that a rush fills. */
static bool
is_of_many(const char *step)
{
	static const char *const many[] = { " on users", " on orders",
		" on access", " on jobs", " on inbox", " on orders_",
		" on jobs_", " on users_" };

	for (size_t i = 0; i < LENGTH(many); i++)
		if (strstr(step, many[i]) != NULL)
			return true;
	return false;
}

/* The step of a plan that goes through all of one of those, or of an index of
 * its; NULL: none. A line with the condition follows one that does not. */
static const char *
through_all(const PGresult *plan)
{
	for (int i = 0; i < pq.PQntuples(plan); i++) {
		const char *step = pq.PQgetvalue(plan, i, 0);
		const char *next = i + 1 < pq.PQntuples(plan) ?
		    pq.PQgetvalue(plan, i + 1, 0) :
		    "";

		if (is_of_many(step) &&
		    (strstr(step, "Seq Scan on") != NULL ||
			(strstr(step, "Index") != NULL &&
			    strstr(step, "Scan") != NULL &&
			    strstr(next, "Index Cond:") == NULL)))
			return arena_dup_text(&mem, step);
	}
	return NULL;
}

/* As it is kept, for any values. */
static PGresult *
plan_of(struct postgres *p, enum sql what)
{
	struct dialect d = dialect_numbered(&mem, sql_text(what));
	struct buf ask = buf_new(&mem, 1024);

	check_err(postgres_script(p, "DEALLOCATE ALL; DISCARD PLANS"), ERR_OK);
	assert_true(is_understood(p, &d, "planned"));
	buf_text(&ask, "EXPLAIN EXECUTE planned");
	for (size_t i = 0; i < d.n; i++)
		buf_text(&ask, i == 0 ? "(NULL" : ", NULL");
	buf_text(&ask, d.n > 0 ? ")" : "");
	return query(p, buf_str(&ask).p);
}

/* Beside those of scans.h. */
static const enum sql own_scans[] = {
	/* what is owed or waits, by its own index */
	SQL_JOBS_REVIVE_PRODUCT, SQL_JOBS_REVIVE_KNOWN, SQL_JOBS_OLDEST,
	SQL_JOBS_PARKED, SQL_REPORT_PARKED, SQL_FORGET_COUNT, SQL_FORGET_DUE,
	SQL_JOBS_PRUNE_PARKED,
	/* once a day */
	SQL_FORGET_NOT, SQL_USERS_PRUNE, SQL_INBOX_PRUNE, SQL_JOBS_PRUNE,
	/* plans, of a shop that had none a minute ago */
	SQL_CANCEL_NAMED, SQL_SUBSCRIPTION_OF_BUYER, SQL_FORGET_SUBSCRIBED,
	SQL_FORGET_SUBSCRIPTIONS, SQL_MINE_SUBSCRIPTIONS,
	/* for an operator who asks */
	SQL_FIND_BUYER, SQL_LEDGER_LAST
};

static bool
may_scan_here(enum sql what)
{
	for (size_t i = 0; i < LENGTH(own_scans); i++)
		if (own_scans[i] == what)
			return true;
	return may_scan(what);
}

static bool
is_planned(const PGresult *plan)
{
	return pq.PQresultStatus(plan) == PGRES_TUPLES_OK;
}

static int
count_scans(struct postgres *p, const char *when)
{
	int n = 0;

	for (int i = SQL_INBOX_ADD; i < SQL__COUNT; i++) {
		PGresult *plan;
		const char *step;

		if (i >= SQL_BEGIN && i <= SQL_FORGET_SAVED)
			continue;
		plan = plan_of(p, (enum sql)i);
		step = through_all(plan);
		if (!is_planned(plan))
			fail_msg("%s: %s", sql_name((enum sql)i),
			    pq.PQerrorMessage(p->pg));
		if (step != NULL && !may_scan_here((enum sql)i)) {
			print_error(
			    "%s, %s: %s\n", sql_name((enum sql)i), when, step);
			n++;
		}
		pq.PQclear(plan);
	}
	return n;
}

/* A shop's, of buyers from a number to another. */
#define BUYERS(from, to) " FROM generate_series(" from ", " to ") AS i;"
#define SHOP(from, to, is_done, is_paid) \
	"INSERT INTO users (tg_id, created_ms) SELECT i, 1" BUYERS(from, \
	    to) "INSERT INTO orders (tg_id, product, provider, session_id," \
		" payment_intent, livemode, paid_ms, created_ms) SELECT i, 'course'," \
		" 'stripe', 'cs' || i, 'pi' || i, 1, " is_paid \
		", 1" BUYERS(from, \
		    to) "INSERT INTO access (tg_id, product, is_in, why, decided_ms)" \
			" SELECT i, 'course', 1, 'paid', 1" BUYERS(from, \
			    to) "INSERT INTO jobs (kind, promise, tg_id, due_ms, created_ms, done_ms," \
				" late, lane) SELECT 1, 'invite/' || i, i, 1, 1, " is_done \
				", 1, 1" BUYERS(from, \
				    to) "INSERT INTO inbox (source, id, type, at_ms) SELECT 'stripe'," \
					" 'evt' || i, 'event', 1" BUYERS( \
					    from, to)

static const struct known {
	const char *why, *sql;
} knowns[] = {
	{ "nothing yet", SHOP("1", "3000", "NULL", "NULL") },
	{ "that all have paid and have their invites, as it was before many "
	  "came",
	    SHOP("1", "60", "1",
		"1") "ANALYZE users, orders, access, jobs, inbox;" SHOP("61",
		"3000", "NULL", "NULL") },
};

/* Whatever the server knows of the tables. */
static void
no_scans(void **state)
{
	const struct known *k = *state;
	struct postgres *p = opened(false);

	check_err(postgres_script(p, k->sql), ERR_OK);
	check_int(count_scans(p, k->why), 0);
	postgres_driver.close(p);
}

/* Of thousands that are due the first are had without looking at the rest. */
static void
due_in_order(void **state)
{
	const struct known *k = *state;
	struct postgres *p = opened(false);
	PGresult *plan;

	check_err(postgres_script(p, k->sql), ERR_OK);
	plan = plan_of(p, SQL_JOBS_DUE);
	for (int i = 0; i < pq.PQntuples(plan); i++)
		assert_null(strstr(pq.PQgetvalue(plan, i, 0), "Sort"));
	assert_true(is_planned(plan));
	pq.PQclear(plan);
	postgres_driver.close(p);
}

/* ---- the search ---- */

/* Where the extension is, thousands of pieces are no more work than those that
 * hold a word. */
static void
search_index(void **state)
{
	struct postgres *p = opened(false);
	struct dialect d;
	bool uses = false;
	PGresult *plan;

	(void)state;
	if (look_int("SELECT COUNT(*) FROM pg_extension"
		     " WHERE extname = 'pg_trgm'") == 0)
		skip();
	check_int(has_search(p), false);
	check_err(postgres_search_make(p), ERR_OK);
	check_int(has_search(p), true);
	d = dialect_numbered(&mem, text_for(p, SQL_SEARCH_WORDS));
	check_err(postgres_script(p, "SET enable_seqscan = off"), ERR_OK);
	assert_true(is_understood(p, &d, "search"));
	plan = query(p, "EXPLAIN EXECUTE search ('\"a\"*', 5, 'course', 30)");
	for (int i = 0; i < pq.PQntuples(plan); i++)
		uses |=
		    strstr(pq.PQgetvalue(plan, i, 0), "chunks_grams") != NULL;
	pq.PQclear(plan);
	assert_true(uses);
	change("DROP INDEX chunks_grams");
	postgres_driver.close(p);
}

/* ---- what was chosen ---- */

static const struct pool {
	const char *why;
	bool is_pooled;
	int64_t n_prepared;
} pools[] = {
	{ "of its own, a statement is prepared", false, 1 },
	{ "of a pooler's, nothing stays on it", true, 0 },
};

static void
pooled(void **state)
{
	const struct pool *t = *state;
	struct postgres *p = opened(t->is_pooled);
	struct db_run run = { .what = SQL_BEGIN };
	int64_t n = -1;

	check_err(postgres_driver.run(p, &run), ERR_OK);
	check_err(set_language(p, kv_text("language", "uk")), ERR_OK);
	run.what = SQL_COMMIT;
	check_err(postgres_driver.run(p, &run), ERR_OK);
	check_int(pq.PQtransactionStatus(p->pg), PQTRANS_IDLE);
	check_int(n_users(), 1);
	check_err(
	    ask_number(p, "SELECT COUNT(*) FROM pg_prepared_statements", &n),
	    ERR_OK);
	check_int(n, t->n_prepared);
	/* Neither waits for the lock for ever, and of a pooler's connection
	 * only a transaction knows that. */
	check_err(ask_number(p,
		      "SELECT CASE current_setting('lock_timeout')"
		      " WHEN '5s' THEN 1 ELSE 0 END",
		      &n),
	    ERR_OK);
	check_int(n, 1);
	check_int(pq.PQtransactionStatus(p->pg), PQTRANS_IDLE);
	postgres_driver.close(p);
}

static const struct schema {
	const char *why;
	bool is_pooled;
} schemas[] = {
	{ "is made, and used", false },
	{ "also behind a pooler", true },
};

static void
own_schema(void **state)
{
	const struct schema *s = *state;
	const char *name;
	struct db *db;
	int64_t who = 5;

	only_postgres();
	ledger_fresh();
	name = arena_printf(&mem, "%s_own", eyes_schema);
	db = db_new(ledger.path);
	db_choose(db, name, s->is_pooled);
	check_err(db_transaction(db, add_user, &who), ERR_OK);
	check_err(db_transaction(db, add_user, &who), ERR_OK);
	db_free(db);
	check_int(
	    look_int(arena_printf(&mem, "SELECT COUNT(*) FROM %s.users", name)),
	    1);
	change(arena_printf(&mem, "DROP SCHEMA %s CASCADE", name));
}

static void
bad_schema(void **state)
{
	struct db *db;

	(void)state;
	only_postgres();
	ledger_fresh();
	db = db_new(ledger.path);
	db_choose(db, "a\"; DROP SCHEMA public", false);
	check_err(db_ready(db), ERR_CONFIG);
	db_free(db);
}

/* ---- the same tables ---- */

/* Of a ledger in a file beside, as SQLite tells of it. */
static const char *
of_sqlite(const char *sql)
{
	const char *path = arena_printf(&mem, "%s/a.db", ledger.folder);
	struct db *db = db_new(path);
	sqlite3 *lite = NULL;
	sqlite3_stmt *st = NULL;
	const char *text;

	check_err(db_ready(db), ERR_OK);
	check_int(sqlite3_open(path, &lite), SQLITE_OK);
	check_int(sqlite3_prepare_v2(lite, sql, -1, &st, NULL), SQLITE_OK);
	check_int(sqlite3_step(st), SQLITE_ROW);
	text = arena_dup_text(&mem, (const char *)sqlite3_column_text(st, 0));
	(void)sqlite3_finalize(st);
	(void)sqlite3_close(lite);
	db_free(db);
	(void)unlink(path);
	return text;
}

static const struct shape {
	const char *why, *of_sqlite, *of_postgres;
} shapes[] = {
	{ "columns, their types, what may be null",
	    "SELECT group_concat(x, char(10)) FROM (SELECT t.name || '.'"
	    " || c.name || CASE c.type WHEN 'INTEGER' THEN ' bigint'"
	    " ELSE ' text' END || CASE WHEN c.pk = 0 AND c.\"notnull\" = 1"
	    " THEN ' not null' ELSE '' END AS x FROM sqlite_schema AS t,"
	    " pragma_table_info(t.name) AS c WHERE t.type = 'table'"
	    " AND t.name NOT LIKE 'sqlite_%' ORDER BY 1)",
	    "SELECT string_agg(x, chr(10) ORDER BY x COLLATE \"C\") FROM"
	    " (SELECT t.relname || '.' || a.attname || ' '"
	    " || format_type(a.atttypid, NULL) || CASE WHEN a.attnotnull"
	    " AND NOT EXISTS (SELECT 1 FROM pg_index AS i WHERE"
	    " i.indrelid = t.oid AND i.indisprimary"
	    " AND a.attnum = ANY (i.indkey)) THEN ' not null' ELSE '' END AS x"
	    " FROM pg_class AS t JOIN pg_attribute AS a ON a.attrelid = t.oid"
	    " WHERE t.relnamespace = current_schema()::regnamespace"
	    " AND t.relkind = 'r' AND t.relname <> 'ledger_version'"
	    " AND a.attnum > 0 AND NOT a.attisdropped) AS c" },
	{ "indexes",
	    "SELECT group_concat(name, char(10)) FROM (SELECT name FROM"
	    " sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
	    " ORDER BY name)",
	    "SELECT string_agg(i, chr(10) ORDER BY i COLLATE \"C\") FROM"
	    " (SELECT relname AS i FROM pg_class WHERE relkind = 'i'"
	    " AND relnamespace = current_schema()::regnamespace"
	    " AND NOT EXISTS (SELECT 1 FROM pg_constraint"
	    " WHERE conindid = pg_class.oid)) AS c" },
	{ "what stands in a new one",
	    "SELECT group_concat(key || value) FROM marks",
	    "SELECT group_concat(key || value) FROM marks" },
};

static void
shape(void **state)
{
	const struct shape *s = *state;

	only_postgres();
	ledger_unmade();
	check_err(db_ready(ledger.db), ERR_OK);
	check_text(look_text(s->of_postgres), of_sqlite(s->of_sqlite));
}

int
main(void)
{
	ROWS("a code", code, codes);
	ROWS("a reason", reason, reasons);
	ONE("an old connection", "died: what is read is read again",
	    read_again);
	ONE("an old connection", "died: what begins begins again", begun_again);
	ROWS("a connection that dies", death, deaths);
	ONE("a commit", "that undid all is none", undone);
	ONE("a commit", "is heard of by others that listen", others_words);
	ONE("a clock", "for all, the server's", one_clock);
	ONE("writers", "take turns, and each sees the last one's", counted);
	ROWS("two writers wait for each other's locks, about", meeting,
	    meetings);
	ROWS("a transaction about a buyer does", within, withins);
	ONE("writers about some", "cross without harm", crossed);
	ONE("a server", "that is not there", nowhere);
	ONE("a value", "of nothing has a type", nulls);
	ONE("what is sent ahead", "goes along with the next", goes_along);
	ROWS("what is sent ahead fails at", fails_late, lates);
	ONE("what is foreseen", "is there when it is asked", foreseen);
	ONE("what is foreseen", "fails with what was before, and ends",
	    foreseen_fails);
	ONE("what is sent ahead", "dies with the connection", dies_ahead);
	ROWS("a text", letters, wordings);
	ONE("a value", "as a number, a text, true or null", cells);
	ONE("a column", "has a name, and there is an end", columns);
	ONE("a ledger", "that is no file is not copied as one", no_file);
	ONE("a statement", "is one here, each of them", understood);
	ROWS("plans that go through no table, known", no_scans, knowns);
	ROWS("what is due is read in its order, known", due_in_order, knowns);
	ONE("the search", "has an index where there is pg_trgm", search_index);
	ROWS("a connection", pooled, pools);
	ROWS("a schema", own_schema, schemas);
	ONE("a schema", "of another kind of name is refused", bad_schema);
	ROWS("the ledger is SQLite's", shape, shapes);
	return testing_run("postgres", ledger_make, ledger_remove);
}

#endif
