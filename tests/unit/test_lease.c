/* When the worker looks into the ledger again, and what it has room for. */
#include "worker/lease.c" /* the code under test, statics and all */

#include "shop.h"

#include <sys/wait.h>

#define JOB(due) \
	"INSERT INTO jobs (kind, promise, tg_id, due_ms, created_ms)" \
	" VALUES (99, 'x', 5, " due ", 1)"

static struct worker worker = { .app = &app };

static int64_t
wait_ms(const char *before)
{
	shop_open(before);
	pace_init(&worker.pace, clock_mono_ms());
	lease_due(&worker);
	return worker.look_ms == INT64_MAX ? -1 :
					     worker.look_ms - clock_mono_ms();
}

static void
look(void **state)
{
	(void)state;
	check_int(wait_ms("SELECT 1"), -1); /* until it is woken */
	assert_true(wait_ms(JOB("4000000000000")) > 1000);
	check_int(worker.n_busy, 0);
	assert_true(wait_ms(JOB("1")) <= LEASE_MS); /* its end */
	check_int(worker.n_busy, 1);
}

/* Of two messages to a chat one waits; what is no message is in no chat. */
static void
without_chat(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SLOTS; i++)
		worker.slots[i].state = SLOT_FREE;
	worker.n_busy = 0;
	memset(worker.n_busy_in, 0, sizeof(worker.n_busy_in));
	(void)wait_ms(
	    "INSERT INTO jobs (kind, promise, tg_id, due_ms, created_ms)"
	    " VALUES (12, 'x', 5, 1, 1),"
	    " (12, 'y', 6, 1, 1)");
	check_int(worker.n_busy, 2);
}

/* A line is looked at, then a job of it becomes due, then it is asked when the
 * next one is. */
static void
meanwhile(void **state)
{
	struct look l = { .w = &worker,
		.now_ms = clock_mono_ms() - 1000,
		.wall_ms = clock_now_ms() - 1000,
		.next_ms = INT64_MAX };

	(void)state;
	shop_open(JOB("1")); /* which was left where it is */
	check_err(next_look(&l), ERR_OK);
	assert_true(l.next_ms == INT64_MAX);
	change(arena_printf(
	    &mem, "UPDATE jobs SET due_ms = %lld", (long long)l.wall_ms + 500));
	check_err(next_look(&l), ERR_OK);
	assert_true(l.next_ms <= clock_mono_ms()); /* it is late */
	arena_free(&l.arena);
}

/* A commit of leases that nobody answered: whether it happened or not, the jobs
 * do not wait for the leases' end. */
static void
doubt(void **state)
{
	struct job *job = &worker.doubts[0];

	(void)state;
	shop_open(JOB("1"));
	pace_init(&worker.pace, clock_mono_ms());
	worker.n_doubts = 2;
	worker.doubts[0] = (struct job){
		.id = 1, .line = LINE_NOTICE, .due_ms = 7, .attempts = 1
	};
	worker.doubts[1] = (struct job){ .id = 2, .lease_ms = 9 };
	job->lease_ms = clock_now_ms() + LEASE_MS;
	change(
	    arena_printf(&mem, "UPDATE jobs SET due_ms = %lld, lease_ms = %lld",
		(long long)job->lease_ms, (long long)job->lease_ms));
	check_err(mend_doubts(&worker), ERR_OK);
	check_int(worker.n_doubts, 0);
	check_int(look_int("SELECT due_ms FROM jobs"), 7);
	check_int(look_int("SELECT lease_ms FROM jobs"), 0);
	check_int(look_int("SELECT attempts FROM jobs"), 0);
	/* Meanwhile it is somebody else's. */
	change("UPDATE jobs SET lease_ms = 11");
	worker.n_doubts = 1;
	check_err(mend_doubts(&worker), ERR_OK);
	check_int(look_int("SELECT lease_ms FROM jobs"), 11);
}

/* ---- two workers, of different machines ---- */

/* Two jobs of buyer 5 in a lane, one of buyer 6, one of nobody, an alert. */
static const struct job owed[] = {
	{ .id = 1, .promise = "a", .tg_id = 5, .line = LINE_INVITE },
	{ .id = 2, .promise = "b", .tg_id = 5, .line = LINE_INVITE },
	{ .id = 3, .promise = "c", .tg_id = 6, .line = LINE_INVITE },
	{ .id = 4, .promise = "d", .tg_id = 0, .line = LINE_RECONCILE },
	{ .id = 5, .promise = "e", .tg_id = 7, .line = LINE_ALERT },
};

static const struct meeting {
	const char *why;
	int first, second; /* of what is owed */
	bool waits;
	int n_leased;
} meetings[] = {
	{ "other people's", 0, 2, false, 2 },
	{ "the same", 0, 0, true, 1 },
	{ "one person's, in a lane", 0, 1, true, 1 },
	{ "nobody's", 0, 3, true, 2 },
	{ "an alert", 0, 4, true, 2 },
};

struct meeting_now {
	const struct meeting *m;
	struct look *first, *second;
	struct db *other;
	pid_t child;
	bool waited;
};

static struct look *
picked(int i)
{
	struct look *l = arena_alloc(&mem, sizeof(*l));

	*l = (struct look){ .w = &worker, .n_picks = 1 };
	l->picks[0].job = owed[i];
	return l;
}

static int
lease_by(struct db *db, struct look *l)
{
	app.db = db;
	return take_picks(l) != ERR_OK;
}

/* The second one takes its pick while the first is at it: it comes to its end,
 * or the server says that it waits. */
static enum err
lease_and_meet(struct db *db, void *ctx)
{
	struct meeting_now *now = ctx;
	enum err e = lease_picks(db, now->first);

	if (e != ERR_OK)
		return e;
	now->child = fork();
	if (now->child == 0)
		_exit(lease_by(now->other, now->second));
	now->waited = eyes_see_waiting(now->child);
	return ERR_OK;
}

static void
owe_all(void)
{
	for (size_t i = 0; i < sizeof(owed) / sizeof(owed[0]); i++)
		change(arena_printf(&mem,
		    "INSERT INTO jobs (kind, promise, tg_id, late, lane, due_ms,"
		    " created_ms) VALUES (99, '%s', %d, %d, 1, 1, 1)",
		    owed[i].promise, (int)owed[i].tg_id, (int)owed[i].line));
}

static void
meeting(void **state)
{
	const struct meeting *m = *state;
	struct meeting_now now = {
		.m = m, .first = picked(m->first), .second = picked(m->second)
	};
	int status = 0;

	if (!on_postgres())
		skip(); /* a ledger in a file has one worker */
	shop_open("SELECT 1");
	owe_all();
	now.other = db_new(ledger.path);
	check_err(db_ready(now.other), ERR_OK);
	check_err(db_transaction_about(
		      ledger.db, people_of(now.first), lease_and_meet, &now),
	    ERR_OK);
	check_int(now.waited, m->waits);
	if (now.waited)
		(void)waitpid(now.child, &status, 0);
	check_int(status, 0);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE lease_ms > 0"),
	    m->n_leased);
	arena_free(&now.first->arena);
	arena_free(&now.second->arena);
	db_free(now.other);
}

/* Each line has slots of its own, all of them together are all there are. */
static void
slots_of_lines(void **state)
{
	size_t n = 0;

	(void)state;
	for (int i = 0; i < LINE__COUNT; i++) {
		assert_true(worker_lines[i].n_slots > 0);
		assert_true(worker_lines[i].n_slots + N_BEYOND <= N_LOOK);
		n += worker_lines[i].n_slots;
	}
	check_int(n, N_SLOTS);
}

static int
end(void **state)
{
	for (size_t i = 0; i < N_SLOTS; i++)
		arena_free(&worker.slots[i].arena);
	return ledger_remove(state);
}

int
main(void)
{
	ONE("look", "when the next job is due", look);
	ONE("look", "at what became due during it", meanwhile);
	ONE("look", "after leases that are in doubt", doubt);
	ROWS("two workers lease at once", meeting, meetings);
	ONE("slots", "of each line", slots_of_lines);
	ONE("look", "what is in no chat waits for none", without_chat);
	return testing_run("lease", ledger_make, end);
}
