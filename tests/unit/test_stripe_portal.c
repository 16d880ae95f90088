/* The customer portal: whose page is asked for, what goes on to the buyer and
 * what they hear where there is none. */
#include "shop.h"

#include "worker/work.h"

#define TG_ID 5
#define URL "https://billing.stripe.com/p/session/live_1"

static struct app app = { .conf = { .stripe_api_base = "https://api.stripe.com",
			      .stripe_secret_key = "sk_test_1",
			      .telegram_api_base = "https://api.telegram.org",
			      .telegram_bot_token = "1:x",
			      .admin_tg_ids = "900" },
	SELLS({ COURSE }) };

/* A buyer whose order began a subscription of that customer, or of none. */
static void
subscribed(const char *customer)
{
	shop_open("INSERT INTO users (tg_id, language, created_ms)"
		  " VALUES (5, 'pl', 0), (6, NULL, 0);"
		  "INSERT INTO orders (tg_id, product, provider, session_id,"
		  " subscription, paid_ms, livemode, created_ms) VALUES"
		  " (5, 'course', 'stripe', 'cs_1', 'sub_1', 1, 0, 0)");
	change(arena_printf(&mem,
	    "INSERT INTO subscriptions (id, n_heard, status, customer)"
	    " VALUES ('sub_1', 1, 'active', %s)",
	    customer));
}

static struct step
asked_by(int64_t tg_id, int64_t attempts)
{
	struct step e = { .job = { .id = 7,
			      .kind = JOB_PORTAL,
			      .tg_id = tg_id,
			      .attempts = attempts,
			      .detail = PRODUCT_DEFAULT } };

	check_err(work_prepare(&app, &mem, &e), ERR_OK);
	return e;
}

static void
whose(void **state)
{
	struct step e;

	(void)state;
	subscribed("'cus_1'");
	e = asked_by(TG_ID, 1);
	assert_true(e.has_call && !e.is_to_telegram);
	check_text(
	    e.call.url, "https://api.stripe.com/v1/billing_portal/sessions");
	check_text(e.call.method, "POST");
	check_str(e.call.body, "customer=cus_1");
	assert_false(asked_by(6, 1).has_call);
	subscribed("NULL");
	assert_false(asked_by(TG_ID, 1).has_call);
}

static const struct answer {
	const char *why;
	enum err call_err;
	int status;
	const char *body;
	int64_t attempts;
	enum after want;
	int64_t n_told; /* the buyer, that it does not open, and one operator */
} answers[] = {
	{ "its address goes on", ERR_OK, 200, "{\"url\":\"" URL "\"}", 1,
	    AFTER_HELD_CALL, 0 },
	{ "an address that is none", ERR_OK, 200,
	    "{\"url\":\"javascript:alert(1)\"}", 1, AFTER_DONE, 1 },
	{ "no address", ERR_OK, 200, "{}", 1, AFTER_DONE, 1 },
	{ "it is not switched on", ERR_OK, 400, "{}", 1, AFTER_DONE, 1 },
	{ "the key may not", ERR_OK, 403, "{}", 1, AFTER_DONE, 1 },
	{ "no such customer", ERR_OK, 404, "{}", 1, AFTER_DONE, 1 },
	{ "Stripe fails", ERR_OK, 500, "{}", 3, AFTER_RETRY, 0 },
	{ "and fails", ERR_OK, 500, "{}", 4, AFTER_DONE, 1 },
	{ "no answer", ERR_UNAVAILABLE, 0, "", 1, AFTER_RETRY, 0 },
};

struct settling {
	const struct answer *a;
	struct step e;
	struct outcome v;
};

static enum err
settle(struct db *db, void *ctx)
{
	struct settling *t = ctx;
	const struct http_response res = { .status = t->a->status,
		.retry_after_s = -1,
		.body = str_from(t->a->body) };

	(void)db;
	return work_settle(&app, &mem, &t->e, t->a->call_err, &res, &t->v);
}

static void
answered(void **state)
{
	struct settling t = { .a = *state };

	subscribed("'cus_1'");
	t.e = asked_by(TG_ID, t.a->attempts);
	shop_does(settle, &t);
	check_int(t.v.after, t.a->want);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE kind = 2"
			   " AND tg_id = 5 AND detail = 'portal_failed'"),
	    t.a->n_told);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE kind = 4"
			   " AND tg_id = 900"),
	    t.a->n_told);
	check_int(t.v.wait_ms > 0, t.a->want == AFTER_RETRY);
	if (t.a->want != AFTER_HELD_CALL)
		return;
	assert_true(t.e.is_to_telegram && t.e.has_call);
	check_has(t.e.call.url, "/bot1:x/sendMessage");
	check_has(arena_dup(&mem, t.e.call.body), URL);
	check_has(arena_dup(&mem, t.e.call.body), "\"chat_id\":5");
	check_has(arena_dup(&mem, t.e.call.body), "Zarządzanie subskrypcją");
}

int
main(void)
{
	ONE("page", "of the customer whose subscription it is", whose);
	ROWS("answer", answered, answers);
	return testing_run("portal", ledger_make, ledger_remove);
}
