/* The tables, from every version there ever was to today's. */
#include "store/schema.c" /* the migrations, statics and all */

#include "store/sqlite.h"

#include "older.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

static void *conn;

/* A ledger of an older program, open. */
static void
at_version(int64_t version)
{
	conn = older_open(version);
}

static enum err
migrated(void)
{
	bool is_new = false;
	enum err e = schema_migrate(&sqlite_driver, conn, &is_new);

	sqlite_driver.close(conn);
	return e;
}

/* All tables and indexes, as the engine tells of them. */
static const char *
shape(void)
{
	return look_text("SELECT group_concat(sql, '; ') FROM (SELECT sql FROM"
			 " sqlite_schema WHERE sql IS NOT NULL ORDER BY name)");
}

/* ---- from each version ---- */

static struct from {
	const char *why;
	char name[32];
	int64_t version;
} froms[LENGTH(migrations) + 1];

static void
from(void **state)
{
	const struct from *f = *state;
	const char *fresh;

	at_version(0);
	check_err(migrated(), ERR_OK);
	fresh = shape();
	at_version(f->version);
	check_err(migrated(), ERR_OK);
	check_int(look_int("PRAGMA user_version"), N_MIGRATIONS);
	check_text(shape(), fresh);
	check_text(look_text("PRAGMA integrity_check"), "ok");
}

/* ---- what becomes of what stood there ---- */

#define PERSON "INSERT INTO users (tg_id, created_ms) VALUES (5, 1);"
#define ORDER \
	PERSON \
	"INSERT INTO orders (id, tg_id, product, provider, session_id," \
	" livemode, paid_ms, created_ms)" \
	" VALUES (7, 5, 'course', 'stripe', 'cs_1', 0, 3, 1);"
#define JOB(kind, more, values) \
	"INSERT INTO jobs (kind, promise, tg_id, due_ms, created_ms" more \
	") VALUES (" kind ", 'p', 5, 9, 1" values ");"

static const struct kept {
	const char *why;
	int64_t version;
	const char *before, *look;
	int64_t want;
} kepts[] = {
	{ "an order stays what it is", 1, ORDER,
	    "SELECT paid_ms FROM orders WHERE id = 7 AND tg_id = 5"
	    " AND revoked_ms IS NULL AND until_ms IS NULL AND renews = 0",
	    3 },
	{ "access for good stays for good", 7,
	    PERSON "INSERT INTO access (tg_id, product, is_in, why,"
		   " decided_ms, invited_ms) VALUES (5, 'a', 1, 'paid', 2, 4);",
	    "SELECT invited_ms FROM access WHERE is_in = 1"
	    " AND until_ms IS NULL AND renews = 0 AND remind_ms IS NULL",
	    4 },
	{ "a leased job is due when its lease ends", 6,
	    JOB("1", ", lease_ms", ", 50"), "SELECT due_ms FROM jobs", 50 },
	{ "one whose lease is over is due as before", 6,
	    JOB("1", ", lease_ms", ", 5"), "SELECT due_ms FROM jobs", 9 },
	{ "an invite waits in its own line", 13, JOB("1", "", ""),
	    "SELECT late FROM jobs", 1 },
	{ "a job about a channel in the first", 13, JOB("6", "", ""),
	    "SELECT late FROM jobs", 0 },
	{ "an alert behind what buyers wait for", 13, JOB("4", "", ""),
	    "SELECT late FROM jobs", 6 },
	{ "and so does one of the oldest ledger", 1, JOB("4", "", ""),
	    "SELECT late FROM jobs", 6 },
	{ "what this program does not know stands somewhere", 13,
	    JOB("77", "", ""), "SELECT late FROM jobs", 3 },
	{ "an answer goes in the coach's lane", 13, JOB("9", "", ""),
	    "SELECT lane FROM jobs", 4 },
	{ "what was kept already is left alone", 13,
	    JOB("9", ", done_ms", ", 8"), "SELECT lane FROM jobs", 0 },
	{ "a lease without an error was no failure", 13,
	    JOB("1", ", attempts", ", 4"), "SELECT attempts FROM jobs", 0 },
	{ "what failed has failed", 13,
	    JOB("1", ", attempts, error", ", 4, 'no'"),
	    "SELECT attempts FROM jobs", 4 },
	{ "a dispute that was told is not told again", 12,
	    "INSERT INTO reversals (id, payment_intent, kind, amount_minor,"
	    " stage, updated_ms) VALUES ('du_1', 'pi', 'dispute', 1, 2, 1);",
	    "SELECT told_stage FROM reversals", 2 },
	{ "nor is a refund", 12,
	    "INSERT INTO refunds (payment_intent, amount_minor,"
	    " refunded_minor, updated_ms) VALUES ('pi', 9, 4, 1);",
	    "SELECT told_minor FROM refunds", 4 },
	{ "a shop that sold before takes sales without its mark", 12, ORDER,
	    "SELECT value FROM marks WHERE key = 'accept_unmarked'", 1 },
	{ "one that did not, does not", 12, PERSON,
	    "SELECT value FROM marks WHERE key = 'accept_unmarked'", 0 },
	{ "nor does a new one", 0, NULL,
	    "SELECT value FROM marks WHERE key = 'accept_unmarked'", 0 },
	{ "of a copy in the support chat nobody knows in which", 10,
	    "INSERT INTO questions (tg_id, chat_id, message_id, forwarded_id,"
	    " asked_ms) VALUES (5, 5, 1, 70, 1);",
	    "SELECT forwarded_id FROM questions"
	    " WHERE forwarded_chat_id IS NULL",
	    70 },
};

static void
kept(void **state)
{
	const struct kept *k = *state;

	at_version(k->version);
	if (k->before != NULL)
		check_err(sqlite_driver.script(conn, k->before), ERR_OK);
	check_err(migrated(), ERR_OK);
	check_int(look_int(k->look), k->want);
}

/* ---- killed in the middle ---- */

static int n_scripts, n_until_killed;

static enum err
killing_script(void *of, const char *sql)
{
	if (++n_scripts == n_until_killed)
		(void)kill(getpid(), SIGKILL);
	return sqlite_driver.script(of, sql);
}

/* Migrates in another process, which is killed before its n-th script: those
 * are a migration each, and COMMIT. Whether it was. */
static bool
killed_before(int n)
{
	struct db_driver killing = sqlite_driver;
	pid_t child = fork();
	bool is_new = false;
	int status = -1;

	if (child == 0) {
		killing.script = killing_script;
		n_until_killed = n;
		if (killing.open(ledger.path, &conn) != ERR_OK)
			_exit(1);
		_exit(
		    schema_migrate(&killing, conn, &is_new) == ERR_OK ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status))
		return true;
	check_int(WEXITSTATUS(status), 0);
	return false;
}

/* Wherever it was killed, a small ledger is as it was; the next program begins
 * again, and ends where all do. */
static void
killed(void **state)
{
	const char *fresh;
	int n = 0;

	(void)state;
	commit_after_ms = INT64_MAX;
	at_version(0);
	check_err(migrated(), ERR_OK);
	fresh = shape();
	at_version(1);
	check_err(sqlite_driver.script(conn, ORDER JOB("1", "", "")), ERR_OK);
	sqlite_driver.close(conn);
	while (killed_before(++n)) {
		check_int(look_int("PRAGMA user_version"), 1);
		check_text(look_text("PRAGMA integrity_check"), "ok");
		check_int(look_int("SELECT COUNT(*) FROM orders"), 1);
	}
	/* all but the first, what is noted of the way, and COMMIT */
	check_int(n, N_MIGRATIONS + 2);
	check_int(look_int("PRAGMA user_version"), N_MIGRATIONS);
	check_text(shape(), fresh);
	check_text(look_text("PRAGMA integrity_check"), "ok");
	check_int(look_int("SELECT paid_ms FROM orders WHERE id = 7"), 3);
	check_int(look_int("SELECT late FROM jobs"), 1);
}

/* To the sanitizers one row is like another. */
#ifdef __SANITIZE_ADDRESS__
#define N_ORDERS 1000
#define TO_N_ORDERS " WHERE i < 1000)"
#else
#define N_ORDERS 10000
#define TO_N_ORDERS " WHERE i < 10000)"
#endif
#define ORDERS \
	"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n" TO_N_ORDERS

/* As shops had them at version 10. */
static void
many_orders(void)
{
	check_err(
	    sqlite_driver.script(conn,
		"BEGIN;" ORDERS "INSERT INTO users (tg_id, is_paid, session_id,"
		" created_ms) SELECT i, 1, 'cs_' || i, i FROM n;" ORDERS
		"INSERT INTO orders (id, tg_id, product, provider,"
		" session_id, payment_intent, amount_minor, currency,"
		" livemode, paid_ms, created_ms) SELECT i, i, 'course',"
		" 'stripe', 'cs_' || i, 'pi_' || i, 999, 'eur', 1, i, i"
		" FROM n;" ORDERS
		"INSERT INTO jobs (kind, promise, tg_id, order_id,"
		" due_ms, created_ms) SELECT 1, 'invite/cs_' || i, i, i,"
		" i, i FROM n; COMMIT"),
	    ERR_OK);
}

static bool
is_begun(int64_t version)
{
	bool is = false;

	check_err(sqlite_driver.open(ledger.path, &conn), ERR_OK);
	check_err(schema_is_begun(&sqlite_driver, conn, version, &is), ERR_OK);
	sqlite_driver.close(conn);
	return is;
}

/* Of a large one as much stays done as was committed. Each migration is killed
 * at all its steps: before it, before its note, before its COMMIT. */
static void
killed_on_the_way(void **state)
{
	const char *fresh;
	int64_t version = 10;

	(void)state;
	at_version(0);
	check_err(migrated(), ERR_OK);
	fresh = shape();
	at_version(version);
	many_orders();
	sqlite_driver.close(conn);
	commit_after_ms = 0;
	for (; version < N_MIGRATIONS; version++)
		for (int n = 1; n <= 4; n++) {
			assert_true(killed_before(n) ==
			    (n < 4 || version + 1 < N_MIGRATIONS));
			check_int(look_int("PRAGMA user_version"),
			    n < 4 ? version : version + 1);
			assert_true(is_begun(look_int("PRAGMA user_version")) ==
			    (n < 4 ? version > 10 :
				     version + 1 < N_MIGRATIONS));
		}
	commit_after_ms = INT64_MAX;
	check_text(shape(), fresh);
	check_text(look_text("PRAGMA integrity_check"), "ok");
	check_int(look_int("SELECT COUNT(*) FROM orders"), N_ORDERS);
	check_int(look_int("SELECT COUNT(*) FROM payments AS p JOIN orders AS o"
			   " ON o.id = p.order_id AND o.paid_ms = p.paid_ms"
			   " AND o.payment_intent = p.payment"),
	    N_ORDERS);
	check_int(
	    look_int("SELECT COUNT(*) FROM jobs WHERE late = 1"), N_ORDERS);
}

/* Its tables are made in one go, however slow the disk is. */
static void
new_is_whole(void **state)
{
	(void)state;
	commit_after_ms = 0;
	at_version(0);
	check_err(migrated(), ERR_OK);
	commit_after_ms = INT64_MAX;
	check_int(look_int("PRAGMA user_version"), N_MIGRATIONS);
	check_int(look_int("SELECT COUNT(*) FROM marks"
			   " WHERE key = 'upgrade_begun'"),
	    0);
}

/* ---- what must not happen ---- */

/* Whatever stands in the way, the ledger is then as it was. */
static void
all_or_nothing(void **state)
{
	const char *before;
	bool is_new = false;

	(void)state;
	commit_after_ms = INT64_MAX;
	at_version(4);
	check_err(sqlite_driver.script(conn, "CREATE TABLE links (x)"), ERR_OK);
	before = shape();
	assert_int_not_equal(
	    schema_migrate(&sqlite_driver, conn, &is_new), ERR_OK);
	check_int(look_int("PRAGMA user_version"), 4);
	check_text(shape(), before); /* without what the fifth one adds */
	check_err(sqlite_driver.script(conn, "DROP TABLE links"), ERR_OK);
	check_err(migrated(), ERR_OK); /* the same connection goes on */
	check_int(look_int("PRAGMA user_version"), N_MIGRATIONS);
}

static void
up_to_date(void **state)
{
	int64_t n;

	(void)state;
	at_version(N_MIGRATIONS);
	n = look_int("PRAGMA data_version");
	check_err(migrated(), ERR_OK);
	check_int(look_int("PRAGMA data_version"), n); /* nobody wrote */
}

static const struct newer {
	const char *why;
	int64_t beyond;
	enum err want;
} newers[] = {
	{ "today's", 0, ERR_OK },
	{ "the next", 1, ERR_CONFIG },
	{ "one far off", 900, ERR_CONFIG },
};

static void
newer(void **state)
{
	const struct newer *n = *state;
	const char *before;

	at_version(N_MIGRATIONS);
	check_err(
	    sqlite_driver.set_version(conn, N_MIGRATIONS + n->beyond), ERR_OK);
	before = shape();
	check_err(migrated(), n->want);
	check_int(look_int("PRAGMA user_version"), N_MIGRATIONS + n->beyond);
	check_text(shape(), before);
}

/* ---- copies from before ---- */

/* What lies beside the ledger, by how its name goes on; made so many hours ago.
 */
static const struct beside {
	const char *name;
	int hours;
	bool stays;
} besides[] = {
	{ ".before-upgrade-2", 3, true }, /* after a way back */
	{ ".before-upgrade-3", 4, false }, { ".before-upgrade-7", 5, false },
	{ ".before-upgrade-3.4711", 1, false }, /* broken off */
	{ ".before-upgrade-x", 6, true },       /* none of ours */
	{ ".before-upgrade-3.txt", 6, true },
	{ ".before-restore-20260101", 9, true },
	{ "2.before-upgrade-1", 9, true }, /* another ledger's */
};

static const char *
beside(const char *name)
{
	return arena_printf(&mem, "%s%s", ledger.path, name);
}

static void
put_besides(void)
{
	for (size_t i = 0; i < LENGTH(besides); i++) {
		struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
			{ .tv_sec = time(NULL) - besides[i].hours * 3600 } };
		FILE *f = fopen(beside(besides[i].name), "we");

		assert_non_null(f);
		(void)fclose(f);
		assert_int_equal(
		    utimensat(AT_FDCWD, beside(besides[i].name), times, 0), 0);
	}
}

static void
remove_besides(void)
{
	for (size_t i = 0; i < LENGTH(besides); i++)
		(void)unlink(beside(besides[i].name));
	(void)unlink(beside(".before-upgrade-4"));
}

static const struct pruning {
	const char *why, *in_the_way;
	enum err want;
} prunings[] = {
	{ "two stay, whatever their numbers", "", ERR_OK },
	{ "all of them where the upgrade fails", "CREATE TABLE links (x)",
	    ERR_INTERNAL },
};

static void
pruned(void **state)
{
	const struct pruning *p = *state;

	at_version(4);
	check_err(sqlite_driver.script(conn, p->in_the_way), ERR_OK);
	sqlite_driver.close(conn);
	put_besides();
	check_err(db_ready(ledger.db), p->want);
	check_int(access(beside(".before-upgrade-4"), F_OK), 0);
	for (size_t i = 0; i < LENGTH(besides); i++)
		if ((access(beside(besides[i].name), F_OK) == 0) !=
		    (besides[i].stays || p->want != ERR_OK))
			fail_msg("%s", besides[i].name);
	remove_besides();
}

/* Its date says that it is the oldest: the clock was set back meanwhile. */
static void
own_copy_stays(void **state)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		{ .tv_sec = time(NULL) + 7200 } };

	(void)state;
	at_version(4);
	sqlite_driver.close(conn);
	put_besides();
	for (size_t i = 0; i < LENGTH(besides); i++)
		assert_int_equal(
		    utimensat(AT_FDCWD, beside(besides[i].name), times, 0), 0);
	check_err(db_ready(ledger.db), ERR_OK);
	check_int(access(beside(".before-upgrade-4"), F_OK), 0);
	remove_besides();
}

/* ---- another engine's words ---- */

static const struct db_driver other = {
	.word_id = "SERIAL",
	.word_int = "BIGINT",
	.word_table_end = "<end>",
};

static const struct dialect {
	const char *why, *text, *want;
} dialects[] = {
	{ "an id", "a {id},", "a SERIAL," },
	{ "a number", "a {int} NOT NULL", "a BIGINT NOT NULL" },
	{ "what a table ends with", ") {end};", ") <end>;" },
	{ "all of them", "{id}{int}{end}", "SERIALBIGINT<end>" },
	{ "none", "DROP INDEX a;", "DROP INDEX a;" },
};

static void
dialect(void **state)
{
	const struct dialect *d = *state;

	check_text(in_dialect(&other, &mem, d->text), d->want);
}

/* One that does not fit would be nothing at all, and count as done. */
static void
each_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(migrations); i++) {
		const char *text = in_dialect(&other, &mem, migrations[i]);

		assert_true(text[0] != '\0');
		check_lacks(text, "{");
		check_lacks(text, "}");
		check_lacks(text, "STRICT");
	}
}

int
main(void)
{
	if (on_postgres())
		return 0;
	for (size_t i = 0; i < LENGTH(froms); i++) {
		(void)snprintf(froms[i].name, sizeof(froms[i].name),
		    "from version %zu", i);
		froms[i].why = froms[i].name;
		froms[i].version = (int64_t)i;
	}
	ROWS("to today's tables", from, froms);
	ROWS("kept", kept, kepts);
	ONE("a migration", "that fails leaves no trace", all_or_nothing);
	ONE("a migration", "that is killed is begun again", killed);
	ONE("a migration", "of a large ledger goes on where it was killed",
	    killed_on_the_way);
	ONE("a migration", "of a new ledger is whole", new_is_whole);
	ONE("a migration", "that is done is not done again", up_to_date);
	ROWS("a ledger of another program", newer, newers);
	ROWS("copies from before", pruned, prunings);
	ONE("copies from before", "the one just made stays", own_copy_stays);
	ROWS("dialect", dialect, dialects);
	ONE("dialect", "every migration fits and is spelt out", each_is_whole);
	return testing_run("schema", ledger_make, ledger_remove);
}
