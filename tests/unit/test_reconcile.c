/* Reconciliation: its parts and pages one after the other, what an answer
 * makes of them, and when the worker begins a run. */
#include "shop.h"

#include "outbox/kind.h"
#include "payment/reconcile.h"

static struct app app = { SELLS({ COURSE }),
	.conf = { .admin_tg_ids = "900",
	    .base_url = "https://h",
	    .stripe_api_base = "https://s.invalid",
	    .stripe_secret_key = "sk_test_1",
	    .telegram_api_base = "https://t.invalid",
	    .telegram_bot_token = "1:x",
	    .reconcile_minutes = 15 } };

/* The lists by their numbers, as jobs of every version have stored them. */
enum reconcile_part {
	RECONCILE_UNDELIVERED,
	RECONCILE_EVENTS,
	RECONCILE_SESSIONS,
	RECONCILE_REFUNDS,
	RECONCILE_DISPUTES,
	RECONCILE_STARS,
	RECONCILE_INVOICES,
	RECONCILE__COUNT = RECONCILE_END
};

/* ---- its way ---- */

static void
the_parts(void **state)
{
	struct reconcile r;
	struct http_request req;

	(void)state;
	shop_open(NOTHING);
	r = reconcile_begin(&app, true, 5000);
	check_int(r.since_s, 5);
	check_int(r.part, RECONCILE_EVENTS);
	reconcile_pass(&app, &r);
	check_int(r.part, RECONCILE_SESSIONS);
	reconcile_pass(&app, &r);
	check_int(r.part, RECONCILE_REFUNDS);
	reconcile_pass(&app, &r);
	check_int(r.part, RECONCILE_DISPUTES);
	reconcile_pass(&app, &r);
	check_int(r.part, RECONCILE_STARS);
	reconcile_pass(&app, &r);
	check_int(r.part, RECONCILE__COUNT);
	check_err(reconcile_request(&app, &mem, &r, &req), ERR_NOT_FOUND);
}

/* Invoices are asked for where a plan is sold, or one is known of old. */
static void
the_plans(void **state)
{
	struct reconcile r;

	(void)state;
	shop_open(NOTHING);
	app.catalog.products[0].every = "month";
	r = reconcile_begin(&app, true, 5000);
	reconcile_pass(&app, &r);
	reconcile_pass(&app, &r);
	check_int(r.part, RECONCILE_INVOICES);
	app.catalog.products[0].every = NULL;
	change("INSERT INTO subscriptions (id, n_heard) VALUES ('sub_1', 1)");
	r = reconcile_begin(&app, true, 5000);
	reconcile_pass(&app, &r);
	reconcile_pass(&app, &r);
	check_int(r.part, RECONCILE_INVOICES);
	reconcile_pass(&app, &r);
	check_int(r.part, RECONCILE_REFUNDS);
}

static void
the_small_parts(void **state)
{
	struct reconcile r = reconcile_begin(&app, false, -1);

	(void)state;
	check_int(r.since_s, 0);
	check_int(r.part, RECONCILE_UNDELIVERED);
	r.after = "evt_1";
	reconcile_pass(&app, &r);
	check_int(r.part, RECONCILE_STARS);
	check_text(r.after, NULL); /* the next part begins at its beginning */
	reconcile_pass(&app, &r);
	check_int(r.part, RECONCILE__COUNT);
}

static const struct call {
	const char *why;
	enum reconcile_part part;
	const char *url, *says, *right;
} calls[] = {
	{ "what did not arrive", RECONCILE_UNDELIVERED,
	    "/v1/events?delivery_success=false", "created[gte]=5", "Events" },
	{ "sessions", RECONCILE_SESSIONS, "/v1/checkout/sessions?",
	    "starting_after=x_1", "Checkout Sessions" },
	{ "invoices", RECONCILE_INVOICES,
	    "/v1/invoices?status=paid&expand[]=data.payments&",
	    "created[gte]=5", "Invoices" },
	{ "refunds", RECONCILE_REFUNDS, "/v1/refunds?", "created[gte]=5",
	    "Charges and Refunds" },
	{ "disputes", RECONCILE_DISPUTES, "/v1/disputes?", "created[gte]=5",
	    "Disputes" },
	{ "Stars go on where they were", RECONCILE_STARS,
	    "https://t.invalid/bot1:x/getStarTransactions", "", NULL },
};

static void
call(void **state)
{
	const struct call *c = *state;
	const struct reconcile r = {
		.since_s = 5, .part = (int)c->part, .after = "x_1"
	};
	struct http_request req;

	shop_open("INSERT INTO marks (key, value) VALUES ('stars_offset', 7)");
	check_err(reconcile_request(&app, &mem, &r, &req), ERR_OK);
	check_has(req.url, c->url);
	check_has(req.url, c->says);
	check_text(reconcile_list((int)c->part, NULL)->right, c->right);
	if (c->part == RECONCILE_STARS)
		check_has(arena_dup(&mem, req.body), "\"offset\":7");
}

/* ---- an answer ---- */

#define LIST(more, data) \
	"{\"object\":\"list\",\"has_more\":" more ",\"data\":[" data "]}"
#define SESSION(status, paid, tg_id) \
	"{\"id\":\"cs_test_1\",\"object\":\"checkout.session\"," \
	"\"livemode\":false,\"status\":\"" status "\",\"mode\":\"payment\"," \
	"\"payment_status\":\"" paid "\",\"metadata\":{" tg_id \
	"\"product\":\"course\"},\"payment_intent\":\"pi_1\"," \
	"\"created\":1,\"amount_total\":999,\"amount_subtotal\":999," \
	"\"currency\":\"eur\"}"
#define OURS "\"tg_id\":\"5\",\"shop\":\"1\","

static const struct answered {
	const char *why;
	enum reconcile_part part;
	int status;
	const char *body;
	enum err want;
	enum reconcile_part next;
	const char *after;
	int64_t n_seen, n_healed;
} answereds[] = {
	{ "nothing", RECONCILE_SESSIONS, 200, LIST("false", ""), ERR_OK,
	    RECONCILE_REFUNDS, NULL, 0, 0 },
	{ "a payment that never came", RECONCILE_SESSIONS, 200,
	    LIST("false", SESSION("complete", "paid", OURS)), ERR_OK,
	    RECONCILE_REFUNDS, NULL, 1, 1 },
	{ "and another page", RECONCILE_SESSIONS, 200,
	    LIST("true", SESSION("complete", "paid", OURS)), ERR_OK,
	    RECONCILE_SESSIONS, "cs_test_1", 1, 1 },
	{ "none of ours", RECONCILE_SESSIONS, 200,
	    LIST("false", SESSION("complete", "paid", "")), ERR_OK,
	    RECONCILE_REFUNDS, NULL, 1, 0 },
	{ "one that was over before what is kept", RECONCILE_SESSIONS, 200,
	    LIST("false", SESSION("complete", "unpaid", OURS)), ERR_OK,
	    RECONCILE_REFUNDS, NULL, 1, 0 },
	{ "asked to wait", RECONCILE_SESSIONS, 429, "{}", ERR_THROTTLED,
	    RECONCILE_SESSIONS, NULL, 0, 0 },
	{ "Stripe fails", RECONCILE_SESSIONS, 500, "{}", ERR_UNAVAILABLE,
	    RECONCILE_SESSIONS, NULL, 0, 0 },
	{ "the key may not read this", RECONCILE_SESSIONS, 403, "{}",
	    ERR_CONFIG, RECONCILE_SESSIONS, NULL, 0, 0 },
	{ "Stars, none", RECONCILE_STARS, 200,
	    "{\"ok\":true,\"result\":{\"transactions\":[]}}", ERR_OK,
	    RECONCILE__COUNT, NULL, 0, 0 },
	{ "Stars, asked to wait", RECONCILE_STARS, 429,
	    "{\"ok\":false,\"parameters\":{\"retry_after\":3}}", ERR_THROTTLED,
	    RECONCILE_STARS, NULL, 0, 0 },
	{ "Telegram fails", RECONCILE_STARS, 502, "", ERR_UNAVAILABLE,
	    RECONCILE_STARS, NULL, 0, 0 },
	{ "Telegram refuses", RECONCILE_STARS, 400,
	    "{\"ok\":false,\"description\":\"Bad Request: x\"}", ERR_REFUSED,
	    RECONCILE_STARS, NULL, 0, 0 },
};

struct recording {
	struct reconcile r;
	struct http_response res;
	enum err e;
};

static enum err
record(struct db *db, void *ctx)
{
	struct recording *t = ctx;
	void *page;

	(void)db;
	t->e = reconcile_read(&mem, &t->r, &t->res, &page);
	if (t->e == ERR_OK)
		t->e = reconcile_record(&app, &mem, &t->r, page);
	return ERR_OK;
}

static void
answered(void **state)
{
	const struct answered *a = *state;
	struct recording t = { .r = { .is_full = true, .part = a->part },
		.res = { .status = a->status,
		    .retry_after_s = -1,
		    .body = str_from(a->body) } };

	shop_open(NOTHING);
	app.conf.bot_id = 1;
	shop_does(record, &t);
	check_err(t.e, a->want);
	check_int(t.r.part, a->next);
	check_text(t.r.after, a->after);
	check_int(t.r.n_seen[a->part], a->n_seen);
	check_int(t.r.n_healed[a->part], a->n_healed);
	check_int(db_notified(app.db), a->n_healed > 0);
	check_int(look_int("SELECT COUNT(*) FROM orders"), a->n_healed);
}

/* What is known changes nothing, however often it is read. */
static void
read_again(void **state)
{
	struct recording t = { .r = { .is_full = true,
				   .part = RECONCILE_SESSIONS },
		.res = { .status = 200,
		    .body = str_from(
			LIST("false", SESSION("complete", "paid", OURS))) } };
	const char *jobs = "SELECT COUNT(*) FROM jobs";
	int64_t n_jobs;

	(void)state;
	shop_open(NOTHING);
	app.conf.bot_id = 1;
	shop_does(record, &t);
	n_jobs = look_int(jobs);
	assert_true(n_jobs > 0);
	t.r.part = RECONCILE_SESSIONS;
	shop_does(record, &t);
	check_int(t.r.n_seen[RECONCILE_SESSIONS], 2);
	check_int(t.r.n_healed[RECONCILE_SESSIONS], 1);
	check_int(look_int(jobs), n_jobs);
}

/* ---- when ---- */

#define AGO(minutes) "strftime('%s', 'now') * 1000 - " minutes " * 60000"
#define RAN(small, full) \
	"INSERT INTO marks (key, value) VALUES" \
	" ('reconcile_ms', " AGO(small) "), ('reconcile_full_ms', " AGO( \
	    full) ");"

static const struct due {
	const char *why, *before;
	int64_t every_minutes;
	bool is_due, is_full;
} dues[] = {
	{ "a new ledger has missed nothing", NOTHING, 15, false, false },
	{ "it is not time yet", RAN("14", "14"), 15, false, false },
	{ "a small one", RAN("16", "16"), 15, true, false },
	{ "a full one once a day", RAN("16", "1441"), 15, true, true },
	{ "a full one after a long silence", RAN("121", "121"), 15, true,
	    true },
	{ "the clock was set back", RAN("-60", "16"), 15, true, false },
	{ "switched off", RAN("121", "121"), 0, false, false },
};

static void
due(void **state)
{
	const struct due *d = *state;
	bool promised = !d->is_due;
	const char *step;

	shop_open(d->before);
	app.conf.reconcile_minutes = d->every_minutes;
	check_err(reconcile_when_due(&app, &promised), ERR_OK);
	check_int(promised, d->is_due);
	step = look_text("SELECT detail FROM jobs");
	check_int(step != NULL, d->is_due);
	if (d->is_due)
		check_int(step[0], d->is_full ? '1' : '0');
	if (d->every_minutes > 0)
		check_err(reconcile_when_due(&app, &promised), ERR_OK);
	check_int(look_int("SELECT COUNT(*) FROM jobs"), d->is_due);
}

/* ---- a step that stands in a job ---- */

static const struct stored {
	const char *why, *detail, *url, *says; /* url NULL: nothing to ask */
	bool without_stripe;
} storeds[] = {
	{ "of a version before", "1 5 2 cs_9 0",
	    "https://s.invalid/v1/checkout/sessions?", "starting_after=cs_9",
	    false },
	{ "its first page", "0 5 0 - 0", "https://s.invalid/v1/events?",
	    "delivery_success=false", false },
	{ "a list that this program does not have", "1 5 31 - 0", NULL, NULL,
	    false },
	{ "no number of a list", "1 5 99 - 0", NULL, NULL, false },
	{ "the settings for it are gone", "1 5 2 cs_9 0",
	    "https://t.invalid/bot1:x/getStarTransactions", "", true },
};

static void
stored(void **state)
{
	const struct stored *d = *state;
	const char *key = app.conf.stripe_secret_key;
	struct step s = { .job = { .detail = d->detail } };

	shop_open(NOTHING);
	if (d->without_stripe)
		app.conf.stripe_secret_key = NULL;
	check_err(reconcile_kind.prepare(&app, &mem, &s), ERR_OK);
	app.conf.stripe_secret_key = key;
	check_int(s.has_call, d->url != NULL);
	if (d->url != NULL)
		check_has(s.call.url, d->url);
	if (d->url != NULL)
		check_has(s.call.url, d->says);
	check_int(s.is_to_telegram, d->without_stripe);
}

/* ---- whose posts never came ---- */

/* Told with the last list of whose they are, by name, and not counted for who
 * comes next; what may not be read is told by that name, too. */
static const struct missed {
	const char *why, *detail;
	int status;
	const char *next;  /* the step after it; NULL: none */
	const char *alert; /* whose key begins so; NULL: none */
	const char *says;
} misseds[] = {
	{ "in the midst of somebody's lists", "1 5 3 - 3", 200, "1 5 4 - 3",
	    NULL, NULL },
	{ "with the last of them", "1 5 4 - 3", 200, "1 5 5 - 0",
	    "alert/silence/stripe/", "Stripe" },
	{ "though that may not be read", "1 5 4 - 3", 403, "1 5 5 - 0",
	    "alert/silence/stripe/", "Stripe" },
	{ "none of theirs", "1 5 4 - 0", 200, "1 5 5 - 0", NULL, NULL },
	{ "what may not be read", "1 5 3 - 0", 403, "1 5 4 - 0",
	    "alert/key/Charges and Refunds/", "Stripe" },
	{ "of the last of all", "1 5 5 - 2", 200, NULL, "alert/silence/stars/",
	    "Telegram" },
};

struct settling {
	struct step s;
	struct http_response res;
	struct outcome o;
};

static enum err
settle(struct db *db, void *ctx)
{
	struct settling *t = ctx;

	(void)db;
	return reconcile_kind.settle(&app, &mem, &t->s, ERR_OK, &t->res, &t->o);
}

static void
missed(void **state)
{
	const struct missed *m = *state;
	bool of_stars = strstr(m->detail, " 5 5 ") != NULL;
	struct settling t = { .s = { .job = { .promise = "reconcile/77/x",
					 .detail = m->detail,
					 .attempts = 1 } },
		.res = { .status = m->status,
		    .retry_after_s = -1,
		    .body = str_from(of_stars ?
			    "{\"ok\":true,\"result\":{\"transactions\":[]}}" :
			    LIST("false", "")) } };
	const char *alert;

	shop_open(NOTHING);
	app.conf.bot_id = 1;
	shop_does(settle, &t);
	check_text(look_text("SELECT detail FROM jobs"
			     " WHERE promise LIKE 'reconcile/77/%'"),
	    m->next);
	alert = look_text("SELECT promise FROM jobs"
			  " WHERE promise LIKE 'alert/silence/%'"
			  " OR (promise LIKE 'alert/key/%' AND NOT EXISTS"
			  " (SELECT 1 FROM jobs AS o"
			  " WHERE o.promise LIKE 'alert/silence/%'))");
	check_int(alert != NULL, m->alert != NULL);
	if (m->alert == NULL)
		return;
	check_has(alert, m->alert);
	check_has(look_text(arena_printf(&mem,
		      "SELECT detail FROM jobs WHERE promise = '%s'", alert)),
	    m->says);
}

int
main(void)
{
	ONE("a full run", "goes through what Stripe has", the_parts);
	ONE("the parts", "invoices where there are plans", the_plans);
	ONE("a small run", "what did not arrive, and Stars", the_small_parts);
	ROWS("a call", call, calls);
	ROWS("an answer", answered, answereds);
	ONE("an answer", "read again changes nothing", read_again);
	ROWS("the worker's run", due, dues);
	ROWS("a stored step", stored, storeds);
	ROWS("what never came", missed, misseds);
	return testing_run("reconcile", ledger_make, ledger_remove);
}
