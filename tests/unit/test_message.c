/* What all messages share: what is said, and what the answer makes of it. */
#include "step.h"

#include "outbox/message.h"

#define OPERATOR \
	"INSERT INTO operators (tg_id, role, added_ms) VALUES (5, 3, 1);"

static const struct row rows[] = {
	{ "an alert", USER OPERATOR, JOB_ALERT, "the words", "the words",
	    "course" },
	{ "an alert to who is no operator any more", USER, JOB_ALERT,
	    "the words", NULL, "" },
};

/* What Telegram's answer to a message makes of the job. */
static const struct answered {
	const char *why;
	int status;
	const char *body;
	enum after after;
	bool is_gone;
} answers[] = {
	{ "taken", 200, "{\"ok\":true,\"result\":{}}", AFTER_DONE, false },
	{ "a 429 is no failure of the job's", 429,
	    "{\"ok\":false,\"parameters\":{\"retry_after\":7}}", AFTER_WAIT,
	    false },
	{ "Telegram fails", 502, "", AFTER_RETRY, false },
	{ "blocked", 403,
	    "{\"ok\":false,\"description\":"
	    "\"Forbidden: bot was blocked by the user\"}",
	    AFTER_PARK, true },
};

static void
answered(void **state)
{
	const struct answered *t = *state;
	const struct http_response res = { .status = t->status,
		.retry_after_s = -1,
		.body = str_from(t->body) };
	struct settling s = { .step = { .job = { .id = 1,
					    .kind = JOB_NOTICE,
					    .tg_id = 5,
					    .detail = "refunded",
					    .attempts = 2 } },
		.res = &res };

	shop_open(USER);
	check_err(work_prepare(&app, &mem, &s.step), ERR_OK);
	check_int(s.step.chat_id, 5);
	shop_does(settle, &s);
	check_int(s.o.after, t->after);
	check_int(s.o.is_gone, t->is_gone);
	check_int(s.o.silence_ms, t->after == AFTER_WAIT ? 7000 : 0);
}

/* A call to somebody else that failed. */
static const struct failed {
	const char *why;
	enum err e;
	int64_t retry_after_s; /* -1: not said */
	int64_t at_least_ms, below_ms;
	const char *error;
} faileds[] = {
	{ "no answer", ERR_UNAVAILABLE, -1, 800, 1300, "Stripe: unavailable" },
	{ "asks for a while", ERR_THROTTLED, 7, 7800, 8300,
	    "Stripe: throttled" },
	{ "asks for nothing", ERR_THROTTLED, 0, 800, 1300,
	    "Stripe: throttled" },
};

static void
retried(void **state)
{
	const struct failed *t = *state;
	const struct http_response res = { .retry_after_s = t->retry_after_s };
	const struct step s = { .job = { .attempts = 1 } };
	struct outcome o = { .after = AFTER_DONE };

	message_retry_call(&mem, &s, "Stripe", t->e, &res, &o);
	check_int(o.after, AFTER_RETRY);
	assert_true(o.wait_ms >= t->at_least_ms && o.wait_ms < t->below_ms);
	check_text(o.error, t->error);
}

int
main(void)
{
	ROWS("retried", retried, faileds);
	ROWS("says", said, rows);
	ROWS("answer", answered, answers);
	return testing_run("message", ledger_make, ledger_remove);
}
