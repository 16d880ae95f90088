/* What a thin event named is read at Stripe and counts once, whether or not the
 * event with the object in it comes as well, and whichever of both is first. */
#include "shop.h"

#include "payment/stripe_events.h"
#include "payment/stripe_thin.h"
#include "worker/work.h"

static struct app app = { .conf = { .stripe_api_base = "https://api.stripe.com",
			      .stripe_secret_key = "sk_test_1",
			      .admin_tg_ids = "900",
			      .bot_id = 1 },
	SELLS({ COURSE }) };

#define SESSION(live) \
	"{\"id\":\"cs_1\",\"object\":\"checkout.session\",\"livemode\":" live \
	",\"status\":\"complete\",\"mode\":\"payment\"," \
	"\"payment_status\":\"paid\",\"payment_intent\":\"pi_1\"," \
	"\"amount_total\":999,\"currency\":\"eur\"," \
	"\"metadata\":{\"tg_id\":\"5\",\"shop\":\"1\",\"product\":\"course\"}}"
#define SNAPSHOT \
	"{\"id\":\"evt_1\",\"object\":\"event\",\"type\":" \
	"\"checkout.session.completed\",\"livemode\":false," \
	"\"data\":{\"object\":" SESSION("false") "}}"
#define THIN_AT(id, type, about, url, twin) \
	"{\"id\":\"" id "\",\"object\":\"v2.core.event\",\"type\":\"v1." type \
	"\",\"livemode\":false,\"created\":\"2026-10-01T12:34:56.789Z\"," \
	"\"related_object\":{\"id\":\"x_1\",\"type\":\"" about \
	"\",\"url\":\"" url "\"},\"snapshot_event\":" twin "}"
#define THIN(id, twin) \
	THIN_AT(id, "checkout.session.completed", "checkout.session", \
	    "/v1/checkout/sessions/cs_1", twin)

/* As the webhook does it. */
static enum err
hear(struct db *db, void *ctx)
{
	struct stripe_event ev;
	bool is_new = false;
	enum err e = stripe_event_parse(&mem, str_from(ctx), &ev);

	if (e == ERR_OK)
		e = ledger_inbox(db, "stripe", ev.id, ev.type, &is_new);
	return e == ERR_OK && is_new ? stripe_events_record(&app, &mem, &ev) :
				       e;
}

static void
heard(const char *body)
{
	shop_does(hear, arena_dup_text(&mem, body));
}

/* ---- the job ---- */

struct reading {
	struct step step;
	enum err call_err;
	struct http_response res;
	struct outcome o;
};

/* The promise that is owed, as the worker would lease it; false: there is none,
 * or it has become pointless. */
static bool
ask(struct reading *r)
{
	int64_t id =
	    look_int("SELECT id FROM jobs WHERE kind = 13 AND done_ms IS NULL");

	*r = (struct reading){ .call_err = ERR_OK };
	if (id < 0)
		return false;
	r->step.job = (struct job){ .id = id,
		.kind = JOB_READ,
		.attempts = 1,
		.detail = arena_dup_text(&mem,
		    look_text_of(
			"SELECT detail FROM jobs WHERE id = ?1", id)) };
	check_err(work_prepare(&app, &mem, &r->step), ERR_OK);
	return r->step.has_call;
}

static enum err
settle(struct db *db, void *ctx)
{
	struct reading *r = ctx;

	(void)db;
	return work_settle(&app, &mem, &r->step, r->call_err, &r->res, &r->o);
}

static void
answered(struct reading *r, int status, const char *body)
{
	r->res = (struct http_response){
		.status = status, .retry_after_s = -1, .body = str_from(body)
	};
	shop_does(settle, r);
}

static int64_t
n_paid(void)
{
	return look_int(
	    "SELECT COUNT(*) FROM orders WHERE paid_ms IS NOT NULL");
}

static int64_t
n_alerts(void)
{
	return look_int("SELECT COUNT(*) FROM jobs WHERE kind = 4"
			" AND promise NOT LIKE '%sale/%'");
}

/* ---- a sale ---- */

static void
by_itself(void **state)
{
	struct reading r;

	(void)state;
	shop_open(NOTHING);
	heard(THIN("evt_65_1", "null"));
	heard(THIN("evt_65_1", "null"));
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE kind = 13"), 1);
	check_int(n_paid(), 0);
	assert_true(ask(&r));
	check_text(r.step.job.detail,
	    "v1.checkout.session.completed /v1/checkout/sessions/cs_1"
	    " 1790858096 ");
	check_text(r.step.call.method, "GET");
	check_text(r.step.call.url,
	    "https://api.stripe.com/v1/checkout/sessions/cs_1");
	answered(&r, 200, SESSION("false"));
	check_int(r.o.after, AFTER_DONE);
	check_int(n_paid(), 1);
	check_int(n_promised(JOB_INVITE, 5), 1);
	check_int(n_alerts(), 0);
}

/* What comes, in which order, and when the worker reads. */
static const struct both {
	const char *why;
	const char *first, *second;
	bool reads_between; /* and else at the end */
	bool asks;
} boths[] = {
	{ "the object first", SNAPSHOT, THIN("evt_65_1", "\"evt_1\""), false,
	    false },
	{ "the object last, nothing was read", THIN("evt_65_1", "\"evt_1\""),
	    SNAPSHOT, false, false },
	{ "the object last, all was read", THIN("evt_65_1", "\"evt_1\""),
	    SNAPSHOT, true, true },
	{ "two of them without it", THIN("evt_65_1", "\"evt_1\""),
	    THIN("evt_65_2", "\"evt_1\""), false, true },
	{ "the same, one late", THIN("evt_65_1", "\"evt_1\""),
	    THIN("evt_65_2", "\"evt_1\""), true, true },
};

static void
twins(void **state)
{
	const struct both *b = *state;
	struct reading r;
	int n_asked = 0;

	shop_open(NOTHING);
	heard(b->first);
	if (b->reads_between && ask(&r)) {
		n_asked++;
		answered(&r, 200, SESSION("false"));
		change("UPDATE jobs SET done_ms = 1 WHERE kind = 13");
	}
	heard(b->second);
	if (ask(&r)) {
		n_asked++;
		answered(&r, 200, SESSION("false"));
	}
	check_int(n_asked, b->asks);
	check_int(n_paid(), 1);
	check_int(n_promised(JOB_INVITE, 5), 1);
	check_int(look_int("SELECT COUNT(*) FROM inbox WHERE id = 'evt_1'"), 1);
}

/* The twin comes while Stripe is asked. */
static void
meanwhile(void **state)
{
	struct reading r;

	(void)state;
	shop_open(NOTHING);
	heard(THIN("evt_65_1", "\"evt_1\""));
	assert_true(ask(&r));
	heard(SNAPSHOT);
	answered(&r, 200, SESSION("false"));
	check_int(r.o.after, AFTER_DONE);
	check_int(n_paid(), 1);
	check_int(n_promised(JOB_INVITE, 5), 1);
}

/* ---- answers that are none ---- */

static const struct bad {
	const char *why;
	enum err call_err;
	int status;
	const char *body;
	enum after want;
	int64_t n_alerts;
} bads[] = {
	{ "no answer", ERR_UNAVAILABLE, 0, "", AFTER_RETRY, 0 },
	{ "Stripe fails", ERR_OK, 500, "{}", AFTER_RETRY, 0 },
	{ "it asks to wait", ERR_OK, 429, "{}", AFTER_RETRY, 0 },
	{ "rubbish", ERR_OK, 200, "<html>", AFTER_RETRY, 0 },
	{ "no right to read it", ERR_OK, 403, "{}", AFTER_RETRY, 1 },
	{ "no such object", ERR_OK, 404, "{}", AFTER_DONE, 0 },
	{ "the other mode", ERR_OK, 200, SESSION("true"), AFTER_DONE, 0 },
	{ "what cannot be understood", ERR_OK, 200, "{\"id\":7}", AFTER_DONE,
	    1 },
};

static void
bad_answer(void **state)
{
	const struct bad *b = *state;
	struct reading r;

	shop_open(NOTHING);
	heard(THIN("evt_65_1", "\"evt_1\""));
	for (int n = 0; n < 2; n++) {
		assert_true(ask(&r));
		r.call_err = b->call_err;
		answered(&r, b->status, b->body);
		check_int(r.o.after, b->want);
		check_int(n_alerts(), b->n_alerts);
		check_int(n_paid(), 0);
	}
	/* The event with the object may do better. */
	heard(SNAPSHOT);
	check_int(n_paid(), 1);
}

/* ---- what is not read ---- */

static const struct other {
	const char *why, *body;
	int64_t n_read, n_subscription, n_alerts;
} others[] = {
	{ "a type that is not needed",
	    THIN_AT("evt_65_1", "customer.created", "customer",
		"/v1/customers/x_1", "null"),
	    0, 0, 0 },
	{ "a subscription, which a promise of its own reads",
	    THIN_AT("evt_65_1", "customer.subscription.past_due",
		"subscription", "/v1/subscriptions/x_1", "\"evt_1\""),
	    0, 1, 0 },
	{ "an invoice, to know of whose it is",
	    THIN_AT("evt_65_1", "invoice.paid", "invoice", "/v1/invoices/x_1",
		"\"evt_1\""),
	    1, 0, 0 },
	{ "one that names nothing to read",
	    THIN_AT("evt_65_1", "invoice.paid", "invoice",
		"https://example.com/x_1", "null"),
	    0, 0, 1 },
};

static void
other(void **state)
{
	const struct other *o = *state;

	shop_open("INSERT INTO subscriptions (id, n_heard, n_read)"
		  " VALUES ('x_1', 0, 0)");
	heard(o->body);
	heard(o->body);
	check_int(
	    look_int("SELECT COUNT(*) FROM jobs WHERE kind = 13"), o->n_read);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE kind = 7"),
	    o->n_subscription);
	check_int(n_alerts(), o->n_alerts);
}

#define LAST_FULL "SELECT value FROM marks WHERE key = 'reconcile_full_ms'"

/* What names nothing has all lists read, but a flood of it not again and again
 * on the same day. */
static void
unreadable(void **state)
{
	(void)state;
	shop_open("INSERT INTO marks (key, value) VALUES"
		  " ('reconcile_full_ms', 7)");
	heard(THIN_AT("evt_65_1", "invoice.paid", "invoice",
	    "https://example.com/x_1", "null"));
	check_int(look_int(LAST_FULL), 0);
	change("UPDATE marks SET value = 8 WHERE key = 'reconcile_full_ms'");
	heard(THIN_AT("evt_65_2", "invoice.paid", "invoice",
	    "https://example.com/x_1", "null"));
	check_int(look_int(LAST_FULL), 8);
	check_int(n_alerts(), 2);
	/* A day later. */
	change("UPDATE marks SET value = value - 86400001"
	       " WHERE key = 'unreadable_ms'");
	heard(THIN_AT("evt_65_3", "invoice.paid", "invoice",
	    "https://example.com/x_1", "null"));
	check_int(look_int(LAST_FULL), 0);
}

/* A clock that was ahead and is right again keeps nobody from it. */
static void
unreadable_ahead(void **state)
{
	(void)state;
	shop_open("INSERT INTO marks (key, value) VALUES"
		  " ('reconcile_full_ms', 7),"
		  " ('unreadable_ms', 9000000000000000)");
	heard(THIN_AT("evt_65_1", "invoice.paid", "invoice",
	    "https://example.com/x_1", "null"));
	check_int(look_int(LAST_FULL), 0);
}

static void
invoice(void **state)
{
	struct reading r;

	(void)state;
	shop_open("INSERT INTO subscriptions (id, n_heard, n_read)"
		  " VALUES ('sub_1', 0, 0)");
	heard(THIN_AT("evt_65_1", "invoice.paid", "invoice", "/v1/invoices/x_1",
	    "\"evt_1\""));
	assert_true(ask(&r));
	answered(&r, 200,
	    "{\"id\":\"x_1\",\"object\":\"invoice\",\"livemode\":false,"
	    "\"parent\":{\"subscription_details\":"
	    "{\"subscription\":\"sub_1\"}}}");
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE kind = 7"
			   " AND detail = 'sub_1'"),
	    1);
}

/* ---- the promise ---- */

static const struct promise {
	const char *why, *detail;
	enum err want;
	const char *path;
	int64_t created_s;
	const char *twin;
} promises[] = {
	{ "whole", "v1.invoice.paid /v1/invoices/in_1 1790858096 evt_1", ERR_OK,
	    "/v1/invoices/in_1", 1790858096, "evt_1" },
	{ "without a twin", "v1.invoice.paid /v1/invoices/in_1 0 ", ERR_OK,
	    "/v1/invoices/in_1", 0, NULL },
	{ "an address elsewhere", "v1.invoice.paid https://h/v1/x 0 ",
	    ERR_INPUT, NULL, 0, NULL },
	{ "without a type", " /v1/invoices/in_1 0 ", ERR_INPUT, NULL, 0, NULL },
	{ "a time that is none", "v1.invoice.paid /v1/invoices/in_1 soon ",
	    ERR_INPUT, NULL, 0, NULL },
	{ "without a path", "v1.invoice.paid", ERR_INPUT, NULL, 0, NULL },
	{ "empty", "", ERR_INPUT, NULL, 0, NULL },
};

/* One that another program wrote otherwise waits for a person. */
static void
promise(void **state)
{
	const struct promise *p = *state;
	struct step s = {
		.job = { .id = 1, .kind = JOB_READ, .detail = p->detail }
	};
	struct stripe_thin t;

	shop_open(NOTHING);
	check_err(stripe_thin_from_detail(&mem, p->detail, &t), p->want);
	check_err(work_prepare(&app, &mem, &s), ERR_OK);
	assert_int_equal(s.has_call, p->want == ERR_OK);
	assert_int_equal(s.cannot != NULL, p->want != ERR_OK);
	if (p->want != ERR_OK)
		return;
	check_text(t.type, "v1.invoice.paid");
	check_text(t.path, p->path);
	check_int(t.created_s, p->created_s);
	check_text(t.twin, p->twin);
}

int
main(void)
{
	ONE("a thin event", "its object is read, and counts", by_itself);
	ROWS("a thin event and its twin", twins, boths);
	ONE("a thin event and its twin", "which comes meanwhile", meanwhile);
	ROWS("an answer", bad_answer, bads);
	ROWS("a thin event of", other, others);
	ONE("a thin event that names nothing", "all is read, once a day",
	    unreadable);
	ONE("a thin event that names nothing", "whatever the clock said",
	    unreadable_ahead);
	ONE("an invoice", "its subscription is read", invoice);
	ROWS("a promise", promise, promises);
	return testing_run("stripe_read", ledger_make, ledger_remove);
}
