/* What one webhook event may cost, of the size and shape that Stripe sends:
 * statements, commits, trees and pages written, memory. */
#include "front/posts.c" /* the batch, statics and all */

#include "shop.h"

#include "../bench/bodies.h"
#include "payment/stripe_events.h"
#include "store/sqlite.h"

/* The statements of a driver, counted on their way. */
static const struct db_driver counting_driver;
#define sqlite_driver counting_driver
#include "store/db.c" /* the code under test, over that driver */
#undef sqlite_driver

static int n_statements, n_commits, n_grown;

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

static void
grow_it(void *conn)
{
	n_grown++;
	sqlite_driver.grow(conn);
}

static enum err
script_it(void *conn, const char *sql)
{
	n_statements++;
	return sqlite_driver.script(conn, sql);
}

static enum err
lighten_it(void *conn, bool is_light)
{
	return sqlite_driver.lighten(conn, is_light);
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
	.grow = grow_it,
	.script = script_it,
	.lighten = lighten_it,
	.run = run_it,
	.get_version = get_version,
	.set_version = set_version,
	.is_broken = is_broken,
};

#define CHARGE \
	"{\"id\":\"~EVENT~\",\"object\":\"event\"," \
	"\"type\":\"charge.refunded\",\"livemode\":false," \
	"\"created\":~CREATED~,\"data\":{\"object\":{\"id\":\"ch_1\"," \
	"\"object\":\"charge\",\"amount\":99900," \
	"\"amount_refunded\":99900,\"payment_intent\":\"~INTENT~\"}}}"

/* BEGIN and COMMIT count; so does the note in the inbox. Played in this
 * order, on one ledger that has sold before. Where text is NULL, it is Stripe's
 * event as it comes, of the type that is said; each sale has events 'a', 'b'
 * and so on. One statement is the payment's row in the books, with the trees of
 * the table and its indexes; where it is there already, a second adds what was
 * not known. Another of a payment that is new is whether it was in trouble
 * before, and one more of what operators are told is who of the ledger they
 * are. All pages go out at once, behind the head of the log. */
static const struct budget {
	const char *why, *text, *type;
	int sale;
	char event;
	int max_statements, max_trees, max_pages, max_writes;
	size_t max_bytes;
} budgets[] = {
	{ "a payment", NULL, NULL, 1, 'a', 15, 22, 28, 2, 2048 },
	{ "the same event again stops at the inbox", NULL, NULL, 1, 'a', 3, 0,
	    0, 0, 512 },
	{ "another event of the same payment", NULL, NULL, 1, 'b', 14, 8, 12, 2,
	    2048 },
	{ "a refund", CHARGE, NULL, 1, 'c', 14, 11, 14, 2, 2048 },
	{ "an event of another kind", NULL, "product.created", 2, 'a', 3, 3, 5,
	    2, 512 },
};

#define COMPLETED "checkout.session.completed"
#define NOW_S 1790000000
#define N_BEFORE 300 /* sales: trees of more than a page */
#define FIRST_BEFORE -N_BEFORE
#define FIRST_OF_BATCH 1000
#define N_BATCH 64
#define MOST_WRITES 30 /* of a batch */
#define FIRST_OF_READING 2000
#define N_READING 100
#define MOST_READS 1 /* of a sale, on the average */
#define MAX_PAGES 256

static struct app app = { SELLS({ COURSE }), .conf = { .bot_id = 1 } };
static size_t before_bytes;
static int most_statements, most_trees, most_pages, most_writes, most_bytes;

/* How often SQLite has asked the system. Counted where it asks: what the system
 * counts of a process is also what valgrind reads for itself. */
static int n_reads, n_writes;

static ssize_t
counted_pread(int fd, void *to, size_t n, off_t at)
{
	n_reads++;
	return pread(fd, to, n, at);
}

static ssize_t
counted_pwrite(int fd, const void *p, size_t n, off_t at)
{
	n_writes++;
	return pwrite(fd, p, n, at);
}

/* By either name, as SQLite was built; false: it asks in a way not known here,
 * and nothing is counted. */
static bool
asking_counted(bool wanted)
{
	static const struct {
		const char *name;
		sqlite3_syscall_ptr counted;
	} calls[] = { { "pread", (sqlite3_syscall_ptr)counted_pread },
		{ "pread64", (sqlite3_syscall_ptr)counted_pread },
		{ "pwrite", (sqlite3_syscall_ptr)counted_pwrite },
		{ "pwrite64", (sqlite3_syscall_ptr)counted_pwrite } };
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	int n_known = 0;

	n_reads = n_writes = 0;
	for (size_t i = 0; i < LENGTH(calls); i++)
		if (vfs->xGetSystemCall(vfs, calls[i].name) != NULL)
			n_known +=
			    vfs->xSetSystemCall(vfs, calls[i].name,
				wanted ? calls[i].counted : NULL) == SQLITE_OK;
	return n_known > 1;
}

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

/* The event of the n-th sale. */
static const char *
event_text(const struct budget *b, int64_t n)
{
	char *out = arena_alloc(&mem, BODIES_MAX);
	char *text = b->text == NULL ? template_read(BODIES_EVENT) : NULL;
	const char *type;
	struct sale s;

	sale_draw(&s, n, NOW_S + n);
	s.event[strlen(s.event) - 1] = b->event;
	assert_true(
	    template_fill(out, b->text != NULL ? b->text : text, &s) > 0);
	free(text);
	type = strstr(out, COMPLETED);
	return b->type == NULL ?
	    out :
	    arena_printf(&mem, "%.*s%s%s", (int)(type - out), out, b->type,
		type + strlen(COMPLETED));
}

static void
play(const struct budget *b, int64_t n)
{
	const char *text = event_text(b, n);
	struct stripe_event ev;

	before_bytes = mem.used_bytes;
	check_err(stripe_event_parse(&mem, str_from(text), &ev), ERR_OK);
	shop_does(record, &ev);
}

/* What the next commits write stands in the write-ahead log alone. */
static void
empty_log(void)
{
	change("PRAGMA wal_checkpoint(TRUNCATE)");
}

/* Each page once: a frame is a header of 24 bytes, which begins with the
 * page's number, and the page; 32 bytes stand before the first
 * (sqlite.org/fileformat2.html#walformat). Returns how many. */
static int
written_pages(int64_t pages[MAX_PAGES])
{
	const long frame = 24 + look_int("PRAGMA page_size");
	FILE *f = fopen(arena_printf(&mem, "%s-wal", ledger.path), "r");
	unsigned char no[4];
	int n = 0;

	assert_non_null(f);
	for (long at = 32; fseek(f, at, SEEK_SET) == 0 &&
	     fread(no, 1, sizeof(no), f) == sizeof(no);
	     at += frame) {
		int64_t page = no[0] << 24 | no[1] << 16 | no[2] << 8 | no[3];
		int i = 0;

		while (i < n && pages[i] != page)
			i++;
		assert_true(i < MAX_PAGES);
		pages[i] = page;
		n += i == n;
	}
	(void)fclose(f);
	return n;
}

/* The tables and indexes that the pages are of; 0 where this SQLite cannot
 * say. */
static int
written_trees(const int64_t *pages, int n)
{
	const char *list = "0";

	if (!sqlite3_compileoption_used("ENABLE_DBSTAT_VTAB"))
		return 0;
	for (int i = 0; i < n; i++)
		list = arena_printf(&mem, "%s,%d", list, (int)pages[i]);
	return (int)look_int(arena_printf(&mem,
	    "SELECT COUNT(DISTINCT name) FROM dbstat WHERE pageno IN (%s)",
	    list));
}

/* Held, and the most of it kept for the report. */
static void
hold(const char *what, int is, int allowed, int *most)
{
	if (is > allowed)
		fail_msg("%d %s, allowed %d", is, what, allowed);
	if (is > *most)
		*most = is;
}

static void
cost(void **state)
{
	const struct budget *b = *state;
	int64_t pages[MAX_PAGES];
	size_t used_bytes;
	int n;

	check_err(db_ready(ledger.db), ERR_OK);
	empty_log();
	(void)asking_counted(true);
	n_statements = n_commits = 0;
	play(b, b->sale);
	hold("writes", n_writes, b->max_writes, &most_writes);
	(void)asking_counted(false);
	used_bytes = mem.used_bytes - before_bytes;
	check_int(n_commits, 1);
	n = written_pages(pages);
	hold("statements", n_statements, b->max_statements, &most_statements);
	hold("bytes", (int)used_bytes, (int)b->max_bytes, &most_bytes);
	hold("pages", n, b->max_pages, &most_pages);
	hold("trees", written_trees(pages, n), b->max_trees, &most_trees);
}

/* A batch of 64, as webhook.fcgi takes it: within a megabyte and one commit. */
static void *
judge_post(struct app *of, struct exchange *x)
{
	struct stripe_event *ev = arena_alloc(x->req.arena, sizeof(*ev));

	(void)of;
	x->res = response_json(200, str_from("{}"));
	check_err(stripe_event_parse(x->req.arena, x->req.body, ev), ERR_OK);
	return ev;
}

static enum err
record_post(struct app *of, struct exchange *x, void *what)
{
	(void)x;
	return record(of->db, what);
}

static struct exchange
post_of(int64_t n)
{
	static char *const no_variables[] = { NULL };

	return (struct exchange){ .req = { .arena = &mem,
				      .method = WEB_POST,
				      .page = "webhook",
				      .variables = no_variables,
				      .body = str_from(
					  event_text(&budgets[0], n)) } };
}

static void
batch(void **state)
{
	static const struct posts in = { PROGRAM_WEBHOOK, "webhook", NULL,
		judge_post, record_post, NULL, NULL, NULL };
	static struct exchange x[N_BATCH], *list[N_BATCH];
	static struct process p = { &in, { 0 } };
	size_t used_bytes;
	int64_t n_paid;

	(void)state;
	check_err(db_ready(ledger.db), ERR_OK);
	n_paid = look_int("SELECT COUNT(*) FROM users WHERE is_paid = 1");
	p.app = app;
	p.app.db = ledger.db;
	p.app.is_ready = p.app.is_confined = true;
	p.app.conf.base_url = "https://h";
	for (int i = 0; i < N_BATCH; i++) {
		x[i] = post_of(FIRST_OF_BATCH + i);
		list[i] = &x[i];
	}
	empty_log();
	(void)asking_counted(true);
	n_statements = n_commits = n_grown = 0;
	used_bytes = mem.used_bytes;
	serve(&p, list, N_BATCH);
	hold("writes", n_writes, MOST_WRITES, &(int){ 0 });
	(void)asking_counted(false);
	for (int i = 0; i < N_BATCH; i++)
		check_int(x[i].res.status, 200);
	check_int(n_commits, 1);
	check_int(n_grown, 1);
	/* BEGIN and COMMIT are shared, and nothing else comes with a batch. */
	assert_in_range(
	    n_statements, 1, 2 + N_BATCH * (budgets[0].max_statements - 2));
	check_int(look_int("SELECT COUNT(*) FROM users WHERE is_paid = 1"),
	    n_paid + N_BATCH);
	assert_in_range(mem.used_bytes - used_bytes, 1, 256 * 1024);
}

static enum err
record_many(struct db *db, void *ctx)
{
	struct stripe_event *evs = ctx;
	enum err e = ERR_OK;

	for (int i = 0; e == ERR_OK && i < N_READING; i++)
		e = record(db, &evs[i]);
	return e;
}

/* What a sale walks through stays in the connection's cache. */
static void
reads(void **state)
{
	struct stripe_event evs[N_READING];

	(void)state;
	check_err(db_ready(ledger.db), ERR_OK);
	for (int i = 0; i < N_READING; i++)
		check_err(
		    stripe_event_parse(&mem,
			str_from(event_text(&budgets[0], FIRST_OF_READING + i)),
			&evs[i]),
		    ERR_OK);
	if (!asking_counted(true))
		skip();
	shop_does(record_many, evs);
	assert_in_range(n_reads, 0, N_READING * MOST_READS);
	assert_true(asking_counted(false));
}

static void
sold_before(void **state)
{
	(void)state;
	check_err(db_ready(ledger.db), ERR_OK);
	for (int i = 0; i < N_BEFORE; i++)
		play(&budgets[0], FIRST_BEFORE + i);
	check_int(look_int("SELECT COUNT(*) FROM orders"), N_BEFORE);
}

static int
measure(void **state)
{
	print_message("measure: an event takes at most %d statements, %d trees "
		      "in %d pages by %d writes, %d bytes of arena\n",
	    most_statements, most_trees, most_pages, most_writes, most_bytes);
	return ledger_remove(state);
}

int
main(void)
{
	if (on_postgres())
		return 0;
	ONE("event", "those before", sold_before);
	ROWS("event", cost, budgets);
	ONE("batch", "64 payments, one commit", batch);
	ONE("reads", "pages that are needed again", reads);
	return testing_run("budget", ledger_make, measure);
}
