/* The table of kinds: steps that follow each other, and a kind of tomorrow. */
#include "step.h"

#include "bot/channel.h"
#include "front/pages.h"

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

static enum err
begin(struct db *db, void *ctx)
{
	(void)db;
	return work_begin(&app, &mem, ctx);
}

#define OLD_LINK \
	"INSERT INTO links (link, tg_id, chat_id, made_ms)" \
	" VALUES ('https://t.me/+own', 5, '-1001', 1);" \
	"INSERT INTO members (tg_id, chat_id, seen_ms, ours, state)" \
	" VALUES (5, '-1001', 99, 1, 1);"

/* What must not be forgotten is noted before it is begun, by each kind that
 * has such a call; other calls are not. */
static const struct noting {
	const char *why, *before;
	enum kind_id kind;
	const char *detail;
	bool is_noted;
} notings[] = {
	{ "a link is revoked by who removes", USER OLD_LINK, JOB_MEMBER,
	    "-1001", true },
	{ "or by who invites anew", USER HAS("private") OLD_LINK, JOB_INVITE,
	    "private", true },
	{ "a look",
	    USER "INSERT INTO members (tg_id, chat_id, ours)"
		 " VALUES (5, '-1001', 1)",
	    JOB_MEMBER, "-1001", false },
	{ "a message", USER, JOB_NOTICE, "refunded", false },
};

static void
noted_first(void **state)
{
	const struct noting *n = *state;
	struct step s = { .job = { .id = 1,
			      .kind = n->kind,
			      .tg_id = 5,
			      .created_ms = 99,
			      .detail = n->detail } };

	shop_open(n->before);
	check_err(work_prepare(&app, &mem, &s), ERR_OK);
	assert_true(s.has_call);
	check_int(s.notes_first, n->is_noted);
	if (!n->is_noted)
		return;
	shop_does(begin, &s);
	check_int(
	    look_int("SELECT COUNT(*) FROM links WHERE revoking_ms > 1"), 1);
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

/* A product of which nothing is known any more, until it has another name, just
 * before what waits for it would be put aside where nothing finds it. */
static void
known_by_now(void **state)
{
	static const struct {
		const char *meanwhile;
		enum after after;
	} wanted[] = {
		{ "SELECT 1", AFTER_PARK },
		{ "INSERT INTO renamed (product, is_now) VALUES ('old',"
		  " 'private'); UPDATE access SET product = 'private'",
		    AFTER_WAIT },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(wanted); i++) {
		struct settling s = { .step = { .job = { .id = 1,
						    .kind = JOB_INVITE,
						    .tg_id = 5,
						    .detail = "old" } } };

		shop_open(USER HAS("old"));
		check_err(work_prepare(&app, &mem, &s.step), ERR_OK);
		check_has(s.step.cannot, "unknown product: old");
		change(wanted[i].meanwhile);
		shop_does(settle, &s);
		check_int(s.o.after, wanted[i].after);
		check_int(s.o.wait_ms > 0, s.o.after == AFTER_WAIT);
	}
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
	res = pages_health(&app, &req);
	check_int(res.status, 200);
	check_has(arena_dup(&mem, res.body), "\"ok\":true");
	change("DELETE FROM jobs");
	check_has(arena_dup(&mem, pages_health(&app, &req).body),
	    "\"oldest_job_age_ms\":0");
}

int
main(void)
{
	ROWS("step", next_step, patiences);
	ROWS("call, noted first", noted_first, notings);
	ONE("kind", "an unknown one is put aside", unknown_kind);
	ONE("product", "not known, and known by now", known_by_now);
	ONE("health", "in words", healthy);
	return testing_run("work", ledger_make, ledger_remove);
}
