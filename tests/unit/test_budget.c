/* What one webhook event may cost: statements, commits, memory. */
#include "shop.h"

#include "payment/stripe_events.h"
#include "store/sqlite.h"

/* The statements of a driver, counted on their way. */
static const struct db_driver counting_driver;
#define sqlite_driver counting_driver
#include "store/db.c" /* the code under test, over that driver */
#undef sqlite_driver

static int n_statements, n_commits;

static enum err
open_it(const char *where, void **conn)
{
	return sqlite_driver.open(where, conn);
}

static void
close_it(void *conn)
{
	sqlite_driver.close(conn);
}

static enum err
script_it(void *conn, const char *sql)
{
	n_statements++;
	return sqlite_driver.script(conn, sql);
}

static enum err
run_it(void *conn, struct db_run *r)
{
	n_statements++;
	n_commits += r->what == SQL_COMMIT;
	return sqlite_driver.run(conn, r);
}

static enum err
get_version(void *conn, int64_t *version)
{
	return sqlite_driver.get_version(conn, version);
}

static enum err
set_version(void *conn, int64_t version)
{
	return sqlite_driver.set_version(conn, version);
}

static bool
is_broken(void *conn)
{
	return sqlite_driver.is_broken(conn);
}

static const struct db_driver counting_driver = {
	.word_id = "INTEGER PRIMARY KEY",
	.word_int = "INTEGER",
	.word_table_end = "STRICT",
	.open = open_it,
	.close = close_it,
	.script = script_it,
	.run = run_it,
	.get_version = get_version,
	.set_version = set_version,
	.is_broken = is_broken,
};

/* An event as large as real ones: most of it is not for us. */
#define X10(s) s s s s s s s s s s
#define FILLER "\"filler\":\"" X10(X10("0123456789012345678901234")) "\""
#define EVENT(id, type, object) \
	"{\"id\":\"" id "\",\"object\":\"event\",\"type\":\"" type "\"," \
	"\"api_version\":\"2026-10-28.endive\",\"livemode\":false," \
	"\"data\":{\"object\":" object "}}"
#define SESSION(status) \
	"{\"id\":\"cs_test_1\",\"object\":\"checkout.session\"," \
	"\"status\":\"complete\",\"mode\":\"payment\",\"payment_status\":\"" status \
	"\"," \
	"\"metadata\":{\"tg_id\":\"5\",\"product\":\"course\"}," \
	"\"payment_intent\":\"pi_1\",\"amount_total\":999," \
	"\"currency\":\"eur\"," FILLER "}"
#define CHARGE \
	"{\"id\":\"ch_1\",\"object\":\"charge\",\"amount\":999," \
	"\"amount_refunded\":999,\"payment_intent\":\"pi_1\"," FILLER "}"
#define COMPLETED "checkout.session.completed"

/* BEGIN and COMMIT count; so does the note in the inbox. Played in this
 * order, on one ledger. */
static const struct budget {
	const char *why, *body;
	int max_statements;
	size_t max_bytes;
} budgets[] = {
	{ "a payment", EVENT("evt_1", COMPLETED, SESSION("paid")), 12, 3072 },
	{ "the same event again stops at the inbox",
	    EVENT("evt_1", COMPLETED, SESSION("paid")), 3, 512 },
	{ "another event of the same payment",
	    EVENT("evt_2", COMPLETED, SESSION("paid")), 11, 3072 },
	{ "a refund", EVENT("evt_3", "charge.refunded", CHARGE), 12, 3072 },
	{ "an event of another kind",
	    EVENT("evt_4", "customer.created", SESSION("paid")), 3, 512 },
};

static struct app app = { SELLS({ COURSE }) };
static size_t most_bytes;
static int most_statements;

static enum err
record(struct db *db, void *ctx)
{
	const struct stripe_event *ev = ctx;
	bool is_new = false;
	enum err e = ledger_inbox(db, "stripe", ev->id, ev->type, &is_new);

	if (e != ERR_OK || !is_new)
		return e;
	app.db = db;
	return stripe_events_record(&app, &mem, ev);
}

static void
cost(void **state)
{
	const struct budget *b = *state;
	struct stripe_event ev;

	check_err(db_ready(ledger.db), ERR_OK);
	n_statements = n_commits = 0;
	check_err(stripe_event_parse(&mem, str_from(b->body), &ev), ERR_OK);
	shop_does(record, &ev);
	check_int(n_commits, 1);
	if (n_statements > b->max_statements)
		fail_msg("%d statements, allowed %d", n_statements,
		    b->max_statements);
	if (mem.used_bytes > b->max_bytes)
		fail_msg(
		    "%zu bytes, allowed %zu", mem.used_bytes, b->max_bytes);
	if (mem.used_bytes > most_bytes)
		most_bytes = mem.used_bytes;
	if (n_statements > most_statements)
		most_statements = n_statements;
}

/* A batch of 64 stays within a megabyte and one commit. */
static enum err
record_batch(struct db *db, void *ctx)
{
	(void)ctx;
	for (int i = 0; i < 64; i++) {
		struct stripe_event ev;
		enum err e = stripe_event_parse(&mem,
		    str_from(arena_printf(&mem,
			"{\"id\":\"evt_b%d\",\"type\":\"" COMPLETED "\","
			"\"livemode\":false,\"data\":{\"object\":"
			"{\"id\":\"cs_b%d\",\"status\":\"complete\","
			"\"mode\":\"payment\",\"payment_status\":\"paid\","
			"\"metadata\":{\"tg_id\":\"%d\"}}}}",
			i, i, 1000 + i)),
		    &ev);

		if (e == ERR_OK)
			e = db_savepoint(db, record, &ev);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static void
batch(void **state)
{
	(void)state;
	check_err(db_ready(ledger.db), ERR_OK);
	n_statements = n_commits = 0;
	shop_does(record_batch, NULL);
	check_int(n_commits, 1);
	/* A savepoint each instead of BEGIN and COMMIT. */
	assert_true(n_statements <= 2 + 64 * 12);
	check_int(look_int("SELECT COUNT(*) FROM users WHERE is_paid = 1"
			   " AND tg_id >= 1000"),
	    64);
	assert_true(mem.used_bytes < 512 * 1024);
}

static int
measure(void **state)
{
	print_message("measure: an event takes at most %d statements, %d bytes"
		      " of arena\n",
	    most_statements, (int)most_bytes);
	return ledger_remove(state);
}

int
main(void)
{
	ROWS("event", cost, budgets);
	ONE("batch", "64 payments, one commit", batch);
	return testing_run("budget", ledger_make, measure);
}
