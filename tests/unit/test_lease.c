/* When the worker looks into the ledger again, and what it has room for. */
#include "worker/lease.c" /* the code under test, statics and all */

#include "shop.h"

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
	ONE("look", "after leases that are in doubt", doubt);
	ONE("slots", "of each line", slots_of_lines);
	return testing_run("lease", ledger_make, end);
}
