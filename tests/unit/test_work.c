/* What a job says in the world, and of which product. */
#include "shop.h"

#include "shop/channel.h"
#include "shop/front.h"
#include "shop/products.h"
#include "worker/work.h"

static struct app app = { .conf = { .telegram_api_base = "https://t.invalid",
			      .telegram_bot_token = "1:x",
			      .base_url = "https://h" },
	SELLS({ COURSE, TO_LINK("https://t.me/+a") },
	    { CLUB, TO_LINK("https://t.me/+b") },
	    { NAMED("private", "A room"), TO_CHANNEL("-1001") },
	    { NAMED("monthly", "A month"), .every = "month", .every_n = 1,
		.stars = 500, TO_LINK("https://t.me/+m") }) };

struct settling {
	struct step step;
	const struct http_response *res;
	struct outcome o;
};

static enum err
settle(struct db *db, void *ctx)
{
	struct settling *s = ctx;

	(void)db;
	return work_settle(&app, &mem, &s->step, ERR_OK, s->res, &s->o);
}

#define ORDER \
	"INSERT INTO orders (id, tg_id, product, provider, livemode," \
	" session_id, paid_ms, created_ms)" \
	" VALUES (7, 5, 'gone', 'stripe', 0, 'cs_7', 1, 1);"

static const struct row {
	const char *why, *before;
	enum kind_id kind;
	const char *detail;
	const char *says, *lacks; /* says NULL: nothing */
} rows[] = {
	{ "an invite to the product that is named",
	    USER HAS("course") HAS("club"), JOB_INVITE, "club",
	    "https://t.me/+b", "https://t.me/+a" },
	{ "an invite to the first", USER HAS("course"), JOB_INVITE, NULL,
	    "https://t.me/+a", "https://t.me/+b" },
	{ "an invite by the name of before",
	    USER HAS("club") "INSERT INTO renamed VALUES ('old', 'club');",
	    JOB_INVITE, "old", "https://t.me/+b", "https://t.me/+a" },
	{ "access is over meanwhile", USER, JOB_INVITE, "course", NULL, "" },
	{ "the way to pay for another product", USER, JOB_NOTICE, "pay:club",
	    "A club", "A course" },
	{ "a notice", USER, JOB_NOTICE, "refunded", "A course", "A club" },
	{ "a notice nobody knows", USER, JOB_NOTICE, "of_yesterday", NULL, "" },
	{ "an alert", USER, JOB_ALERT, "the words", "the words", "course" },
};

static void
said(void **state)
{
	const struct row *r = *state;
	struct step s = { .job = { .id = 1,
			      .kind = r->kind,
			      .tg_id = 5,
			      .detail = r->detail } };
	const char *body;

	shop_open(r->before);
	check_err(work_prepare(&app, &mem, &s), ERR_OK);
	check_int(s.has_call, r->says != NULL);
	if (!s.has_call)
		return;
	assert_true(s.is_to_telegram);
	body = arena_dup(&mem, s.call.body);
	check_has(body, r->says);
	check_lacks(body, r->lacks);
	check_has(body, "\"chat_id\":5");
}

/* Nobody knows the product: the job is kept, whatever else the person has. */
static const struct unknown {
	const char *why, *before;
	enum kind_id kind;
	int64_t order_id;
	const char *detail;
	bool waits;
} unknowns[] = {
	{ "an invite", USER HAS("course") HAS("gone"), JOB_INVITE, 0, "gone",
	    true },
	{ "an invite by an order", USER HAS("course") HAS("gone") ORDER,
	    JOB_INVITE, 7, NULL, true },
	{ "an invite of who is out by it", USER HAS("course"), JOB_INVITE, 0,
	    "gone", false },
	{ "an order that is not there", USER HAS("course") HAS("?"), JOB_INVITE,
	    8, NULL, true },
	{ "the way to pay", USER, JOB_NOTICE, 0, "pay:gone", true },
	{ "a notice about an order", USER ORDER, JOB_NOTICE, 7, "refunded",
	    true },
};

static void
unknown(void **state)
{
	const struct unknown *u = *state;
	struct settling s = { .step = { .job = { .id = 1,
					    .kind = u->kind,
					    .tg_id = 5,
					    .order_id = u->order_id,
					    .detail = u->detail,
					    .attempts = 1 } } };

	shop_open(u->before);
	check_err(work_prepare(&app, &mem, &s.step), ERR_OK);
	assert_false(s.step.has_call);
	shop_does(settle, &s);
	check_int(s.o.after, u->waits ? AFTER_PARK : AFTER_DONE);
	if (u->waits && u->order_id != 8)
		check_text(s.o.error, products_unknown(&mem, "gone"));
}

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

/* The link that was made leads to its message, also when that could not be
 * written down and the answer is judged once more. */
static void
link_leads_on(void **state)
{
	const struct http_response link = { .status = 200,
		.body =
		    str_from("{\"ok\":true,\"result\":\"https://t.me/$x\"}") };
	const struct http_response sent = { .status = 200,
		.body =
		    str_from("{\"ok\":true,\"result\":{\"message_id\":1}}") };
	struct settling s = { .step = { .job = { .id = 1,
					    .kind = JOB_NOTICE,
					    .tg_id = 5,
					    .detail = "stars:monthly" } },
		.res = &link };

	(void)state;
	shop_open(USER);
	check_err(work_prepare(&app, &mem, &s.step), ERR_OK);
	assert_true(s.step.state != NULL);
	for (int i = 0; i < 2; i++) {
		shop_does(settle, &s);
		check_int(s.o.after, AFTER_HELD_CALL);
		check_has(arena_dup(&mem, s.step.call.body), "https://t.me/$x");
	}
	s.res = &sent;
	shop_does(settle, &s);
	check_int(s.o.after, AFTER_DONE);
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
	ROWS("says", said, rows);
	ROWS("unknown product", unknown, unknowns);
	ROWS("step", next_step, patiences);
	ONE("link", "leads to its message, judged once or twice",
	    link_leads_on);
	ONE("kind", "an unknown one is put aside", unknown_kind);
	ROWS("answer", answered, answers);
	ONE("health", "in words", healthy);
	return testing_run("work", ledger_make, ledger_remove);
}
