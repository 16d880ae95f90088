/* Who takes money again and again is told to take no more: what is asked of
 * whom, and what each answer makes of the job. */
#include "step.h"

#include "ledger/subscription.h"

#define SUBSCRIBED(status, owed) \
	"INSERT INTO orders (id, tg_id, product, provider, livemode," \
	" session_id, subscription, paid_ms, created_ms)" \
	" VALUES (7, 5, 'course', 'stripe', 0, 'cs_7', 'sub_7', 1, 1);" \
	"INSERT INTO subscriptions (id, n_heard, n_read, status, is_owed)" \
	" VALUES ('sub_7', 1, 1, '" status "', " owed ");"
#define STARS \
	"INSERT INTO orders (id, tg_id, product, provider, livemode," \
	" session_id, renews, paid_ms, created_ms)" \
	" VALUES (7, 5, 'course', 'stars', 0, 'stx_7', 1, 1, 1);"
#define COUPON \
	"INSERT INTO orders (id, tg_id, product, provider, livemode," \
	" session_id, renews, paid_ms, created_ms)" \
	" VALUES (7, 5, 'course', 'coupon', 0, 'cp_7', 1, 1, 1);"
#define JOB "FROM jobs WHERE kind = 12"

static enum err
stop(struct db *db, void *ctx)
{
	(void)db;
	return subscription_stop(&app, ctx);
}

static const struct promised {
	const char *why, *before;
	bool at_once;
	int64_t order_id;
	const char *detail; /* NULL: nothing is promised */
	int line;
	const char *provider; /* of the order; NULL: of any */
} promiseds[] = {
	{ "at the end of what is paid", SUBSCRIBED("active", "0"), false, 7,
	    "end", LINE_ASK, NULL },
	{ "at once", SUBSCRIBED("active", "0"), true, 7, "now", LINE_ASK,
	    NULL },
	{ "of any order", SUBSCRIBED("active", "0"), true, 0, "now", LINE_ASK,
	    NULL },
	{ "of another order", SUBSCRIBED("active", "0"), true, 8, NULL, 0,
	    NULL },
	{ "a payment is still tried for", SUBSCRIBED("past_due", "1"), false, 7,
	    "now", LINE_ASK, NULL },
	{ "canceled", SUBSCRIBED("canceled", "0"), false, 7, NULL, 0, NULL },
	{ "it has no name of its own", STARS, false, 8, "end", LINE_CHANNEL,
	    NULL },
	{ "nor is it another provider's", STARS, false, 8, NULL, 0, "stripe" },
	{ "but its own provider's", STARS, false, 8, "end", LINE_CHANNEL,
	    "stars" },
	{ "paid for good", HAS_COURSE, true, 0, NULL, 0, NULL },
};

static void
is_promised(void **state)
{
	const struct promised *t = *state;
	struct subscription_stop what = { .tg_id = BUYER,
		.product = "course",
		.order_id = t->order_id,
		.provider = t->provider,
		.at_once = t->at_once };

	shop_open(t->before);
	shop_does(stop, &what);
	check_int(look_int("SELECT COUNT(*) " JOB), t->detail != NULL);
	if (t->detail == NULL)
		return;
	check_text(look_text("SELECT detail " JOB), t->detail);
	check_int(look_int("SELECT late " JOB), t->line);
}

/* Asked for again, what was put aside is done after all, and what was done is
 * done once more; what is still to be done is not done twice for it. */
static const struct again {
	const char *why, *before, *meanwhile;
	const char *provider;
	int64_t n_jobs; /* of them one is to be done */
} agains[] = {
	{ "put aside", SUBSCRIBED("active", "0"),
	    "UPDATE jobs SET parked_ms = 1, attempts = 8, error = 'x'",
	    "stripe", 1 },
	{ "done", SUBSCRIBED("active", "0"), "UPDATE jobs SET done_ms = 1",
	    "stripe", 2 },
	{ "put aside, in Stars", STARS,
	    "UPDATE jobs SET parked_ms = 1, attempts = 8, error = 'x'", "stars",
	    1 },
	{ "done, in Stars", STARS, "UPDATE jobs SET done_ms = 1", "stars", 1 },
	{ "still to be done, in Stars", STARS, NOTHING, "stars", 1 },
};

static void
is_promised_again(void **state)
{
	const struct again *t = *state;
	struct subscription_stop what = { .tg_id = BUYER,
		.product = "course",
		.order_id = 7,
		.provider = t->provider };

	shop_open(t->before);
	shop_does(stop, &what);
	change("UPDATE jobs SET promise = promise || '0'"
	       " WHERE promise LIKE 'cancel/sub%'"); /* some time ago */
	change(t->meanwhile);
	shop_does(stop, &what);
	check_int(look_int("SELECT COUNT(*) " JOB), t->n_jobs);
	check_int(look_int("SELECT COUNT(*) " JOB " AND done_ms IS NULL"
			   " AND parked_ms IS NULL AND attempts = 0"
			   " AND error IS NULL"),
	    1);
}

static struct step
step_of(const char *detail, int attempts)
{
	struct step s = { .job = { .id = 1,
			      .kind = JOB_CANCEL,
			      .tg_id = BUYER,
			      .order_id = 7,
			      .attempts = attempts,
			      .detail = detail } };

	check_err(work_prepare(&app, &mem, &s), ERR_OK);
	return s;
}

static const struct call {
	const char *why, *before, *detail;
	const char *method, *url, *body; /* NULL: no call */
} calls[] = {
	{ "at the end", SUBSCRIBED("active", "0"), "end", "POST",
	    "https://s.invalid/v1/subscriptions/sub_7",
	    "cancel_at_period_end=true" },
	{ "at once", SUBSCRIBED("active", "0"), "now", "DELETE",
	    "https://s.invalid/v1/subscriptions/sub_7", "" },
	{ "ended meanwhile", SUBSCRIBED("canceled", "0"), "now", NULL, NULL,
	    NULL },
	{ "in Stars", STARS, "end", "POST",
	    "https://t.invalid/bot1:x/editUserStarSubscription",
	    "\"telegram_payment_charge_id\":\"stx_7\"" },
	{ "promised by an older program", STARS, "stx_7", "POST",
	    "https://t.invalid/bot1:x/editUserStarSubscription",
	    "\"is_canceled\":true" },
	{ "forgotten meanwhile", NOTHING, "end", NULL, NULL, NULL },
};

static void
is_asked(void **state)
{
	const struct call *t = *state;
	struct step s;

	shop_open(t->before);
	s = step_of(t->detail, 1);
	check_int(s.has_call, t->method != NULL);
	assert_null(s.cannot);
	if (t->method == NULL)
		return;
	check_text(s.call.method, t->method);
	check_text(s.call.url, t->url);
	check_has(arena_dup(&mem, s.call.body), t->body);
}

static void
nobody_can(void **state)
{
	struct step s;

	(void)state;
	shop_open(COUPON);
	s = step_of("end", 1);
	check_int(s.has_call, 0);
	check_has(s.cannot, "\"coupon\"");
}

static const struct answered {
	const char *why, *before;
	int status, attempts;
	enum after after;
} answereds[] = {
	{ "done", SUBSCRIBED("active", "0"), 200, 1, AFTER_DONE },
	{ "in trouble", SUBSCRIBED("active", "0"), 500, 50, AFTER_RETRY },
	{ "too many", SUBSCRIBED("active", "0"), 429, 50, AFTER_WAIT },
	{ "no such, for the first time", SUBSCRIBED("active", "0"), 404, 1,
	    AFTER_RETRY },
	{ "no such", SUBSCRIBED("active", "0"), 404, 3, AFTER_DONE },
	{ "refused, for the first time", SUBSCRIBED("active", "0"), 400, 1,
	    AFTER_RETRY },
	{ "refused again and again", SUBSCRIBED("active", "0"), 400, 8,
	    AFTER_PARK },
	{ "no right, again and again", SUBSCRIBED("active", "0"), 403, 8,
	    AFTER_PARK },
	{ "Stars: done", STARS, 200, 1, AFTER_DONE },
	{ "Stars: not the first payment", STARS, 400, 3, AFTER_DONE },
	{ "Stars: in trouble", STARS, 500, 50, AFTER_RETRY },
};

static void
is_judged(void **state)
{
	const struct answered *t = *state;
	const struct http_response res = { .status = t->status,
		.retry_after_s = -1,
		.body = str_from(t->status == 200 ?
			"{\"ok\":true,\"result\":true}" :
			"{\"ok\":false,\"description\":\"x\"}") };
	struct settling s = { .res = &res };

	shop_open(t->before);
	s.step = step_of("end", t->attempts);
	shop_does(settle, &s);
	check_int(s.o.after, t->after);
	if (t->after == AFTER_PARK)
		check_has(s.o.error, "did not cancel sub_7");
	/* What it has become is read, whatever was said. */
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE kind = 7"),
	    str_eq(str_from(t->before), STARS) ? 0 : 1);
}

int
main(void)
{
	app.conf.stripe_api_base = "https://s.invalid";
	app.conf.stripe_secret_key = "sk_test_1";
	ROWS("promised", is_promised, promiseds);
	ROWS("promised again", is_promised_again, agains);
	ROWS("asked", is_asked, calls);
	ONE("asked", "of nobody who can", nobody_can);
	ROWS("the answer", is_judged, answereds);
	return testing_run("cancel", ledger_make, ledger_remove);
}
