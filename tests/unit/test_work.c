/* The table of kinds: steps that follow each other, and a kind of tomorrow. */
#include "step.h"

#include "shop/channel.h"
#include "shop/front.h"

/* One step at once after the other, but not for ever. */
static const struct patience {
	const char *why;
	int n_steps;
	enum after after;
} patiences[] = {
	{ "the first", 0, AFTER_NEXT_CALL },
	{ "the last of those", 19, AFTER_NEXT_CALL },
	{ "one more", 20, AFTER_RETRY },
};

static void
next_step(void **state)
{
	const struct patience *p = *state;
	const struct http_response res = { .status = 200,
		.body = str_from("{\"ok\":true,\"result\":"
				 "{\"status\":\"member\"}}") };
	struct settling s = { .step = { .job = { .id = 1,
					    .kind = JOB_MEMBER,
					    .tg_id = 5,
					    .detail = "-1001",
					    .attempts = 7 },
				  .n_steps = p->n_steps },
		.res = &res };

	shop_open(USER "INSERT INTO members (tg_id, chat_id, ours)"
		       " VALUES (5, '-1001', 1)");
	check_err(work_prepare(&app, &mem, &s.step), ERR_OK);
	check_int(((struct channel_call *)s.step.state)->step, STEP_LOOK);
	shop_does(settle, &s);
	check_int(s.o.after, p->after);
	check_int(s.o.wait_ms > 0, p->after == AFTER_RETRY);
}

/* A kind that this program does not know is kept for one that does. */
static void
unknown_kind(void **state)
{
	struct settling s = { .step = { .job = { .id = 1,
					    .kind = (enum kind_id)99,
					    .tg_id = 5 } } };

	(void)state;
	shop_open(USER);
	check_err(work_prepare(&app, &mem, &s.step), ERR_OK);
	assert_false(s.step.has_call);
	shop_does(settle, &s);
	check_int(s.o.after, AFTER_PARK);
	check_text(s.o.error, JOB_UNKNOWN);
}

static void
healthy(void **state)
{
	static char *no_variables[] = { NULL };
	struct request req;
	struct response res;

	(void)state;
	shop_open("INSERT INTO jobs (kind, promise, tg_id, due_ms, created_ms)"
		  " VALUES (1, 'x', 5, 1, 1)");
	request_read(&req, &mem, no_variables);
	res = front_health(&app, &req);
	check_int(res.status, 200);
	check_has(arena_dup(&mem, res.body), "\"ok\":true");
	change("DELETE FROM jobs");
	check_has(arena_dup(&mem, front_health(&app, &req).body),
	    "\"oldest_job_age_ms\":0");
}

int
main(void)
{
	ROWS("step", next_step, patiences);
	ONE("kind", "an unknown one is put aside", unknown_kind);
	ONE("health", "in words", healthy);
	return testing_run("work", ledger_make, ledger_remove);
}
