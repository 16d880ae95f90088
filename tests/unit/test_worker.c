/* A slot from its lease to its end, and the chores between. */
#include "worker/worker.c" /* the code under test, statics and all */

#include "shop.h"

#include "bot/channel.h"

#include <fcntl.h>

static struct loop loop = { .w = { .app = &app } };

static void
empty_slots(void)
{
	for (size_t i = 0; i < N_SLOTS; i++)
		arena_free(&loop.w.slots[i].arena);
	memset(loop.w.slots, 0, sizeof(loop.w.slots));
}

/* A slot with a leased job whose next call is ready. */
static struct slot *
waiting(int64_t lease_left_ms)
{
	struct slot *s = &loop.w.slots[0];

	shop_open(
	    "INSERT INTO jobs (kind, promise, tg_id, due_ms, lease_ms,"
	    " attempts, created_ms) VALUES (2, 'x', 5, 7000, 7000, 2, 1)");
	pace_init(&loop.w.pace, clock_mono_ms());
	empty_slots();
	loop.w.n_busy = loop.w.n_busy_in[LINE_NOTICE] = 1;
	loop.w.stopping = false;
	*s = (struct slot){ .state = SLOT_WAITING,
		.line = LINE_NOTICE,
		.lease_end_ms = clock_mono_ms() + lease_left_ms,
		.step = { .job = { .id = 1,
			      .kind = JOB_NOTICE,
			      .line = LINE_NOTICE,
			      .tg_id = 5,
			      .due_ms = 6000,
			      .lease_ms = 7000,
			      .attempts = 3 },
		    .has_call = true,
		    .is_to_telegram = true,
		    .chat_id = 5,
		    .call = { .total_ms = 30000 } } };
	return s;
}

/* No call is begun that its lease might not outlive: the lease goes on first. */
static void
lease_outlives_call(void **state)
{
	struct slot *s = waiting(49000);

	(void)state;
	(void)calls_begin(&loop.w);
	check_int(s->state, SLOT_ANSWERED);
	settle(&loop);
	check_int(s->state, SLOT_WAITING);
	assert_false(s->renew); /* once; then the call is made */
	assert_true(s->lease_end_ms - clock_mono_ms() > 80000);
	check_int(look_int("SELECT lease_ms FROM jobs"), s->step.job.lease_ms);
	assert_true(s->step.job.lease_ms > 7000);
	check_int(s->step.job.attempts, 3); /* nothing was done yet */
}

/* What a rush took goes back once nothing has been under way for a while, and is
 * not asked for again and again. */
static void
rests(void **state)
{
	(void)state;
	shop_open(NOTHING);
	empty_slots();
	(void)arena_alloc(&loop.w.slots[0].arena, 1);
	loop.w.n_busy = FEW_BUSY + 1;
	loop.rest_ms = 0;
	rest(&loop);
	assert_true(loop.rest_ms > clock_mono_ms());
	loop.rest_ms = 1;
	rest(&loop); /* still busy */
	assert_true(loop.rest_ms > clock_mono_ms());
	assert_non_null(loop.w.slots[0].arena.blocks);
	loop.w.n_busy = 0;
	loop.rest_ms = 1;
	rest(&loop);
	check_int(loop.rest_ms, 0);
	assert_null(loop.w.slots[0].arena.blocks);
}

/* What lost its lease while it waited is not sent. */
static void
lease_lost(void **state)
{
	struct slot *s = waiting(49000);

	(void)state;
	change("UPDATE jobs SET lease_ms = 8000");
	(void)calls_begin(&loop.w);
	settle(&loop);
	check_int(s->state, SLOT_FREE);
	check_int(loop.w.n_busy, 0);
}

/* What the answers that are there come to, as the log has it. */
static const char *
settled_log(void)
{
	char *lines = arena_alloc(&mem, 8192);
	int saved = dup(STDERR_FILENO), ends[2];
	ssize_t n;

	assert_int_equal(pipe(ends), 0);
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	(void)dup2(ends[1], STDERR_FILENO);
	log_init("test", LOG_INFO);
	settle(&loop);
	log_init("test", LOG__COUNT);
	(void)dup2(saved, STDERR_FILENO);
	n = read(ends[0], lines, 8191);
	(void)close(saved);
	(void)close(ends[0]);
	(void)close(ends[1]);
	lines[n > 0 ? n : 0] = '\0';
	return lines;
}

/* Whose lease was lost is somebody else's to tell of. */
static void
told_when_written(void **state)
{
	static const struct {
		const char *change, *says;
	} all[] = {
		{ NOTHING, "ev=job_done" },
		{ "UPDATE jobs SET lease_ms = 8000", "ev=job_not_settled" },
	};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct slot *s = waiting(49000);
		const char *log;

		s->state = SLOT_ANSWERED;
		s->res = (struct http_response){ .status = 200,
			.body = str_from("{\"ok\":true,\"result\":{}}") };
		change(all[i].change);
		log = settled_log();
		check_has(log, all[i].says);
		check_int(strstr(log, "ev=job_done") != NULL, i == 0);
	}
}

/* A call that must not be forgotten is written down before it is begun. */
static void
noted_first(void **state)
{
	struct channel_call revoking = {
		.step = STEP_REVOKE, .tg_id = 5, .member = { .link = "x" }
	};
	struct slot *s = waiting(LEASE_MS);

	(void)state;
	change("INSERT INTO links (link, tg_id, chat_id, made_ms)"
	       " VALUES ('x', 5, '-1', 1)");
	s->step.job.kind = JOB_MEMBER;
	s->step.notes_first = true;
	s->step.state = &revoking;
	(void)calls_begin(&loop.w);
	check_int(s->state, SLOT_ANSWERED);
	settle(&loop);
	check_int(s->state, SLOT_WAITING);
	assert_false(s->step.notes_first); /* now it may go */
	check_int(s->step.job.attempts, 3);
	check_int(look_int("SELECT revoking_ms > 1 AND revoked_ms IS NULL"
			   " FROM links"),
	    1);
}

static const struct held {
	const char *why;
	int64_t wait_ms; /* that its chat asked for */
	bool stopping;
	enum slot_state state;
	int64_t due_ms; /* 0: later than now */
} helds[] = {
	{ "in a moment: it stays", 3000, false, SLOT_WAITING, 7000 },
	{ "in a minute: given back until then", 60000, false, SLOT_FREE, 0 },
	{ "the worker stops: given back in its place", 3000, true, SLOT_FREE,
	    6000 },
};

static void
held(void **state)
{
	const struct held *h = *state;
	struct slot *s = waiting(LEASE_MS);

	pace_refused(&loop.w.pace, 5, h->wait_ms, clock_mono_ms());
	loop.w.stopping = h->stopping;
	(void)calls_begin(&loop.w);
	settle(&loop);
	loop.w.stopping = false;
	check_int(s->state, h->state);
	check_int(look_int("SELECT attempts FROM jobs"), 2);
	if (h->due_ms != 0)
		check_int(look_int("SELECT due_ms FROM jobs"), h->due_ms);
	else
		assert_true(look_int("SELECT due_ms FROM jobs") >
		    clock_now_ms() + 50000);
}

/* Each is done at its time, and the urgent ones when something was settled. */
static void
chores(void **state)
{
	int64_t now_ms;

	(void)state;
	(void)waiting(LEASE_MS);
	app.is_ready = true; /* no settings are looked for */
	memset(loop.chore_ms, 0, sizeof(loop.chore_ms));
	do_chores(&loop);
	now_ms = clock_mono_ms();
	for (size_t i = 0; i < work_n_chores; i++)
		assert_true(
		    loop.chore_ms[i] <= now_ms + work_chores[i].every_ms &&
		    (work_chores[i].every_ms == 0 ||
			loop.chore_ms[i] > now_ms));
	assert_true(next_chore(&loop) > now_ms);
	hurry_chores(&loop, now_ms);
	for (size_t i = 0; i < work_n_chores; i++)
		if (work_chores[i].every_ms > 0)
			check_int(loop.chore_ms[i] == now_ms,
			    work_chores[i].is_urgent);
	check_int(next_chore(&loop), now_ms);
}

/* Nothing is begun by a worker that is to go. */
static void
no_chores(void **state)
{
	(void)state;
	(void)waiting(LEASE_MS);
	memset(loop.chore_ms, 0, sizeof(loop.chore_ms));
	loop.w.stopping = true;
	do_chores(&loop);
	loop.w.stopping = false;
	for (size_t i = 0; i < work_n_chores; i++)
		check_int(loop.chore_ms[i], 0);
}

/* When a worker that was started for what is owed goes home. */
static const struct idle_row {
	const char *name;
	bool fails, owes, is_home;
	int64_t silent_ms;
	size_t n_busy;
} idles[] = {
	{ "just now", false, false, false, 59 * 1000, 0 },
	{ "a minute of silence", false, false, true, 60 * 1000, 0 },
	{ "something is under way", false, false, false, 60 * 1000, 1 },
	{ "something is owed", false, true, false, INT64_C(9000) * 1000, 0 },
	{ "a ledger that fails", true, false, true, 60 * 1000, 0 },
	{ "that fails, and owes something", true, true, false, 3599 * 1000, 0 },
	{ "that fails for an hour", true, true, true, 3600 * 1000, 0 },
};

static void
idle(void **state)
{
	const struct idle_row *row = *state;

	loop.stay = WORKER_WHILE;
	loop.w.n_busy = row->n_busy;
	loop.w.owes = row->owes;
	loop.w.ledger_fails = row->fails;
	loop.w.active_ms = clock_mono_ms() - row->silent_ms;
	loop.w.look_ms =
	    row->owes || row->fails ? loop.w.active_ms + 1 : INT64_MAX;
	check_int(is_idle(&loop), row->is_home);
	loop.w.n_busy = 0;
	loop.w.ledger_fails = false;
}

/* What the last look knew holds while the ledger fails; what was told since may
 * be owed. */
static void
owing(void **state)
{
	(void)state;
	shop_open(NOTHING);
	empty_slots();
	loop.w.n_busy = 0;
	loop.w.owes = true;
	lease_due(&loop.w);
	assert_false(loop.w.owes);
	wake_up(&loop);
	assert_true(loop.w.owes);
	lease_due(&loop.w);
	assert_false(loop.w.owes);
	change("INSERT INTO jobs (kind, promise, tg_id, due_ms, attempts,"
	       " created_ms) VALUES (2, 'x', 5, 4000000000000, 0, 1)");
	lease_due(&loop.w);
	assert_true(loop.w.owes);
	change("ALTER TABLE jobs RENAME TO no_jobs");
	lease_due(&loop.w);
	assert_true(loop.w.ledger_fails);
	assert_true(loop.w.owes);
	change("ALTER TABLE no_jobs RENAME TO jobs");
	change("DELETE FROM jobs");
	lease_due(&loop.w);
	assert_false(loop.w.owes);
	assert_false(loop.w.ledger_fails);
}

static int
end(void **state)
{
	empty_slots();
	return ledger_remove(state);
}

int
main(void)
{
	ONE("lease", "outlives the call", lease_outlives_call);
	ONE("lease", "lost meanwhile", lease_lost);
	ONE("lease", "lost: nothing is said to be done", told_when_written);
	ONE("call", "that is noted first", noted_first);
	ROWS("slot", held, helds);
	ONE("chores", "each at its time, the urgent ones at once", chores);
	ONE("rest", "after a rush, once", rests);
	ONE("chores", "none of a worker that stops", no_chores);
	ROWS("home", idle, idles);
	ONE("home", "not while something may be owed", owing);
	return testing_run("worker", ledger_make, end);
}
