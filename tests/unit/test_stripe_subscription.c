/* Reading subscriptions at Stripe: the end is the same in whatever order it is
 * heard of, and an answer that is none costs nobody their access. */
#include "orders.h"
#include "shop.h"

#include "base/clock.h"
#include "base/units.h"
#include "payment/stripe_events.h"
#include "worker/work.h"

#define ANOTHER \
	"{\"id\":\"sub_1\",\"object\":\"subscription\",\"customer\":\"cus_1\"," \
	"\"livemode\":true,\"status\":\"active\",\"cancel_at\":null," \
	"\"items\":{\"object\":\"list\",\"data\":[{\"id\":\"si_1\"," \
	"\"current_period_start\":1,\"current_period_end\":2}]}}"

/* ---- every order ---- */

#define MAX_STEPS 5

static struct app app = { .conf = { .stripe_api_base = "https://api.stripe.com",
			      .stripe_secret_key = "sk_test_1",
			      .remind_days = 3 },
	SELLS({ COURSE, .every = "month", .every_n = 1, .grace_days = 3 }) };

/* How the subscription stands at Stripe, in days from now; its latest invoice
 * was paid by the payment of that number. */
struct truth {
	const char *status;
	int start, end;
	int ends; /* 0: it renews */
	const char *invoice;
	int payment;
	bool collects_not; /* pause_collection */
};

enum what {
	NONE,
	PAID,      /* the session is complete, and paid */
	UNPAID,    /* complete, the bank is at work */
	SUCCEEDED, /* and has done it */
	LOOK,      /* the thank-you page asked */
	SUB,       /* customer.subscription.* */
	INVOICED,  /* invoice.* */
	READ,      /* the worker asks, and is answered at once */
	ASK,       /* it asks, and the answer comes last of all */
	REFUND,    /* all of the latest payment */
	REFUND_1,  /* all of the first */
	DISPUTE_1, /* the first */
	WON_1
};

/* What was heard and read before in this order, and then the same again in
 * every order, each once twice: where that ends once all was read. */
static const struct scenario {
	const char *why;
	struct truth before; /* no status: nothing was heard yet */
	struct truth now;
	enum what steps[MAX_STEPS];
	bool is_in;
	int until; /* days; 0: for good, or out */
	const char *word;
} scenarios[] = {
	{ "bought", { 0 }, { "active", 0, 30, 0, "paid", 1, false },
	    { PAID, SUB, INVOICED, LOOK, READ }, true, 33, "paid" },
	{ "bought, asked too early", { 0 },
	    { "active", 0, 30, 0, "paid", 1, false },
	    { PAID, SUB, INVOICED, ASK }, true, 33, "paid" },
	{ "paid later by a bank", { 0 },
	    { "active", 0, 30, 0, "paid", 1, false },
	    { UNPAID, SUCCEEDED, SUB, INVOICED, READ }, true, 33, "paid" },
	{ "a bank is still at work", { 0 },
	    { "incomplete", 0, 30, 0, "open", 1, false }, { UNPAID, SUB, READ },
	    false, 0, "not paid" },
	{ "renewed", { "active", -30, 0, 0, "paid", 1, false },
	    { "active", 0, 30, 0, "paid", 2, false },
	    { SUB, INVOICED, READ, ASK }, true, 33, "paid" },
	{ "a payment failed", { "active", -31, -1, 0, "paid", 1, false },
	    { "past_due", -1, 29, 0, "open", 2, false },
	    { SUB, INVOICED, READ, ASK }, true, 2, "paid" },
	{ "a payment failed, grace is over",
	    { "active", -33, -3, 0, "paid", 1, false },
	    { "past_due", -3, 27, 0, "open", 2, false },
	    { SUB, INVOICED, READ, ASK }, false, 0, "unpaid" },
	{ "a payment failed and was made up for",
	    { "past_due", -4, 26, 0, "open", 2, false },
	    { "active", -4, 26, 0, "paid", 2, false },
	    { SUB, INVOICED, READ, ASK }, true, 29, "paid" },
	{ "given up by Stripe", { "past_due", -20, 10, 0, "open", 2, false },
	    { "unpaid", -20, 10, 0, "open", 2, false },
	    { SUB, INVOICED, READ, ASK }, false, 0, "unpaid" },
	{ "canceled because nobody paid",
	    { "past_due", -20, 10, 0, "open", 2, false },
	    { "canceled", -20, 10, 0, "uncollectible", 2, false },
	    { SUB, READ, ASK }, false, 0, "unpaid" },
	{ "canceled for its end", { "active", -10, 20, 0, "paid", 1, false },
	    { "active", -10, 20, 20, "paid", 1, false },
	    { SUB, SUB, READ, ASK }, true, 20, "paid" },
	{ "canceled for its end, and kept",
	    { "active", -10, 20, 20, "paid", 1, false },
	    { "active", -10, 20, 0, "paid", 1, false }, { SUB, SUB, READ, ASK },
	    true, 23, "paid" },
	{ "canceled at once, the period goes on",
	    { "active", -10, 20, 0, "paid", 1, false },
	    { "canceled", -10, 20, 0, "paid", 1, false }, { SUB, READ, ASK },
	    true, 20, "paid" },
	{ "canceled at its end", { "active", -30, -1, -1, "paid", 1, false },
	    { "canceled", -30, -1, -1, "paid", 1, false }, { SUB, READ, ASK },
	    false, 0, "ended" },
	{ "paused", { "active", -10, 20, 0, "paid", 1, false },
	    { "paused", -10, 20, 0, "paid", 1, false }, { SUB, SUB, READ, ASK },
	    false, 0, "ended" },
	{ "resumed", { "paused", -10, 20, 0, "paid", 1, false },
	    { "active", -10, 20, 0, "paid", 1, false }, { SUB, SUB, READ, ASK },
	    true, 23, "paid" },
	{ "the latest payment went back",
	    { "active", -30, 0, 0, "paid", 1, false },
	    { "active", 0, 30, 0, "paid", 2, false },
	    { SUB, INVOICED, REFUND, READ }, false, 0, "refunded" },
	{ "an older payment went back",
	    { "active", -30, 0, 0, "paid", 1, false },
	    { "active", 0, 30, 0, "paid", 2, false },
	    { SUB, REFUND_1, READ, ASK }, true, 33, "paid" },
	{ "an older payment is disputed",
	    { "active", -30, 0, 0, "paid", 1, false },
	    { "active", 0, 30, 0, "paid", 2, false },
	    { SUB, DISPUTE_1, READ, ASK }, false, 0, "disputed" },
	{ "and that was won", { "active", -30, 0, 0, "paid", 1, false },
	    { "active", 0, 30, 0, "paid", 2, false },
	    { SUB, DISPUTE_1, WON_1, READ }, true, 33, "paid" },
	{ "the next period has begun, its invoice is a draft",
	    { "active", -31, -1, 0, "paid", 1, false },
	    { "active", -1, 29, 0, "draft", 2, false }, { SUB, SUB, READ, ASK },
	    true, 2, "paid" },
	{ "and stays one", { "active", -34, -4, 0, "paid", 1, false },
	    { "active", -4, 26, 0, "draft", 2, false }, { SUB, SUB, READ, ASK },
	    false, 0, "ended" },
	{ "a bank is at work on the next payment, for longer than grace",
	    { "active", -36, -6, 0, "paid", 1, false },
	    { "active", -6, 24, 0, "open", 2, false }, { SUB, SUB, READ, ASK },
	    true, 15, "paid" },
	{ "for longer than any bank takes",
	    { "active", -52, -22, 0, "paid", 1, false },
	    { "active", -22, 8, 0, "open", 2, false }, { SUB, SUB, READ, ASK },
	    false, 0, "ended" },
	{ "and says yes", { "active", -6, 24, 0, "open", 2, false },
	    { "active", -6, 24, 0, "paid", 2, false },
	    { SUB, INVOICED, READ, ASK }, true, 27, "paid" },
	{ "and says no", { "active", -6, 24, 0, "open", 2, false },
	    { "past_due", -6, 24, 0, "open", 2, false },
	    { SUB, INVOICED, READ, ASK }, false, 0, "unpaid" },
	{ "refunded, and the next invoice is a draft",
	    { "active", -30, 0, 0, "paid", 1, false },
	    { "active", 0, 30, 0, "draft", 2, false },
	    { SUB, REFUND_1, READ, ASK }, false, 0, "refunded" },
	{ "refunded, and the next invoice is paid",
	    { "active", -30, 0, 0, "paid", 1, false },
	    { "active", 0, 30, 0, "paid", 2, false },
	    { INVOICED, REFUND_1, READ }, true, 33, "paid" },
	{ "canceled for a day beyond what is paid",
	    { "active", -10, 20, 0, "paid", 1, false },
	    { "active", -10, 20, 300, "paid", 1, false },
	    { SUB, SUB, READ, ASK }, true, 23, "paid" },
	{ "canceled for such a day, and nobody paid more",
	    { "active", -35, -5, 300, "paid", 1, false },
	    { "active", -5, 25, 300, "draft", 2, false },
	    { SUB, SUB, READ, ASK }, false, 0, "ended" },
	{ "no money is asked for: what was paid holds",
	    { "active", -10, 20, 0, "paid", 1, false },
	    { "active", -10, 20, 0, "paid", 1, true }, { SUB, SUB, READ, ASK },
	    true, 20, "paid" },
	{ "and no longer", { "active", -40, -10, 0, "paid", 1, false },
	    { "active", -10, 20, 0, "void", 2, true }, { SUB, SUB, READ, ASK },
	    false, 0, "ended" },
	{ "nor when another period begins",
	    { "active", -32, -1, 0, "paid", 1, true },
	    { "active", -1, 29, 0, "draft", 2, true }, { SUB, SUB, READ, ASK },
	    false, 0, "ended" },
	{ "money is asked for again", { "active", -10, 20, 0, "void", 2, true },
	    { "active", -10, 20, 0, "paid", 3, false },
	    { SUB, INVOICED, READ, ASK }, true, 23, "paid" },
	{ "bought and refunded, heard of in any order", { 0 },
	    { "active", 0, 30, 0, "paid", 2, false },
	    { PAID, SUB, REFUND, READ }, false, 0, "refunded" },
};

struct play {
	const struct scenario *s;
	int64_t tg_id, now_ms;
	enum what what;
	struct step asked; /* has_call: its answer is still to come */
	const struct truth *answer;
	const char *page; /* where the invoice can be paid; NULL: a good one */
};

static const char *
named(const struct play *p, const char *prefix, int n)
{
	return arena_printf(&mem, "%s%lld_%d", prefix, (long long)p->tg_id, n);
}

static long long
day_s(const struct play *p, int day)
{
	return (long long)((p->now_ms + day * DAY_MS) / 1000);
}

static struct http_response
answer_of(const struct play *p, const struct truth *t)
{
	const char *cancel = t->ends == 0 ?
	    "null" :
	    arena_printf(&mem, "%lld", day_s(p, t->ends));
	const char *body = arena_printf(&mem,
	    "{\"id\":\"%s\",\"status\":\"%s\",\"customer\":\"cus_1\","
	    "\"livemode\":false,\"cancel_at\":%s,\"pause_collection\":%s,"
	    "\"items\":{\"data\":[{"
	    "\"current_period_start\":%lld,\"current_period_end\":%lld}]},"
	    "\"latest_invoice\":{\"id\":\"in_%d\",\"status\":\"%s\","
	    "\"attempted\":true,\"attempt_count\":1,\"amount_paid\":999,\"hosted_invoice_url\":"
	    "\"%s\",\"payments\":{\"data\":[{\"payment\":"
	    "{\"payment_intent\":\"%s\"}}]}}}",
	    named(p, "sub_", 1), t->status, cancel,
	    t->collects_not ? "{\"behavior\":\"void\"}" : "null",
	    day_s(p, t->start), day_s(p, t->end), t->payment, t->invoice,
	    p->page == NULL ? "https://i/1" : p->page,
	    named(p, "pi_", t->payment));

	return (struct http_response){ .status = 200, .body = str_from(body) };
}

/* ---- the steps ---- */

static struct stripe_event
session_event(const struct play *p)
{
	return (struct stripe_event){ .id = "evt_1",
		.type = "x",
		.kind = p->what == SUCCEEDED ? STRIPE_ASYNC_SUCCEEDED :
					       STRIPE_CHECKOUT_COMPLETED,
		.session = { .id = named(p, "cs_", 1),
		    .status = STRIPE_COMPLETE,
		    .paid = p->what == UNPAID ? STRIPE_UNPAID : STRIPE_PAID,
		    .is_sale = true,
		    .tg_id = p->tg_id,
		    .subscription = named(p, "sub_", 1),
		    .amount_minor = 999,
		    .currency = "eur" } };
}

static struct stripe_event
money_event(const struct play *p)
{
	struct stripe_event ev = {
		.id = "evt_1", .type = "x", .kind = STRIPE_DISPUTE
	};

	ev.dispute = (struct stripe_dispute){ .id = named(p, "du_", 1),
		.payment_intent = named(p, "pi_", 1),
		.stage = p->what == WON_1 ? STRIPE_DISPUTE_SETTLED :
					    STRIPE_DISPUTE_OPEN,
		.amount_minor = 999 };
	if (p->what == REFUND || p->what == REFUND_1) {
		ev.kind = STRIPE_CHARGE_REFUNDED;
		ev.charge = (struct stripe_charge){
			.payment_intent = named(p, "pi_",
			    p->what == REFUND ? p->s->now.payment : 1),
			.amount_minor = 999,
			.refunded_minor = 999
		};
	}
	return ev;
}

static struct stripe_event
event_of(const struct play *p)
{
	switch (p->what) {
	case SUB:
	case INVOICED:
		return (struct stripe_event){ .id = "evt_1",
			.type = "x",
			.kind = p->what == SUB ? STRIPE_SUBSCRIPTION :
						 STRIPE_INVOICE,
			.subscription = named(p, "sub_", 1) };
	case PAID:
	case UNPAID:
	case SUCCEEDED:
	case LOOK:
		return session_event(p);
	default:
		return money_event(p);
	}
}

static enum err
hear(struct db *db, void *ctx)
{
	struct play *p = ctx;
	const struct stripe_event ev = event_of(p);

	app.db = db;
	return p->what == LOOK ?
	    stripe_events_record_session(&app, &mem, &ev.session, NULL) :
	    stripe_events_record(&app, &mem, &ev);
}

static enum err
settle(struct db *db, void *ctx)
{
	struct play *p = ctx;
	const struct http_response res = answer_of(p, p->answer);
	struct outcome v;
	enum err e;

	app.db = db;
	e = work_settle(&app, &mem, &p->asked, ERR_OK, &res, &v);
	check_int(v.after, AFTER_DONE);
	return e;
}

/* The promise that is owed, as the worker would lease it; none: nothing is
 * asked. */
static bool
ask(struct play *p)
{
	int64_t job = look_int_of("SELECT id FROM jobs WHERE kind = 7"
				  " AND done_ms IS NULL AND promise LIKE"
				  " 'subscription/sub_' || ?1 || '_1/%'",
	    p->tg_id);

	if (job < 0)
		return false;
	p->asked = (struct step){ .job = { .id = job,
				      .kind = JOB_SUBSCRIPTION,
				      .detail = named(p, "sub_", 1),
				      .attempts = 1 } };
	app.db = ledger.db;
	check_err(work_prepare(&app, &mem, &p->asked), ERR_OK);
	assert_true(p->asked.has_call);
	return true;
}

static void
be_answered(struct play *p, const struct truth *t)
{
	if (!p->asked.has_call)
		return;
	p->answer = t;
	shop_does(settle, p);
	change(arena_printf(&mem, "UPDATE jobs SET done_ms = 1 WHERE id = %lld",
	    (long long)p->asked.job.id));
	p->asked.has_call = false;
}

/* Does the reading that is promised, until none is. */
static void
drain(struct play *p, const struct truth *t)
{
	for (int n = 0; ask(p); n++) {
		assert_true(n < 9);
		be_answered(p, t);
	}
}

/* What Stripe said before it happened. */
static const struct truth *
stale(const struct play *p)
{
	static const struct truth begun = { "incomplete", 0, 30, 0, "open", 1,
		false };

	return p->s->before.status == NULL ? &begun : &p->s->before;
}

static bool
tells_of_change(enum what w)
{
	return w == SUB || w == INVOICED;
}

static void
take_step(struct play *p, enum what w)
{
	p->what = w;
	if (w == ASK && !p->asked.has_call)
		(void)ask(p);
	else if (w == READ && !p->asked.has_call)
		drain(p, &p->s->now);
	else if (w != ASK && w != READ)
		shop_does(hear, p);
}

static const char *
in_words(const struct scenario *s, const struct in_order *order)
{
	static const char *const words[] = { "?", "PAID", "UNPAID", "SUCCEEDED",
		"LOOK", "SUB", "INVOICED", "READ", "ASK", "REFUND", "REFUND_1",
		"DISPUTE_1", "WON_1" };
	const char *text = "";

	for (int i = 0; i < order->n; i++)
		text = arena_printf(
		    &mem, "%s %s", text, words[s->steps[order->step[i]]]);
	return text;
}

static void
check_end(const struct play *p, const char *order)
{
	const struct scenario *s = p->s;
	int64_t until_ms = s->until == 0 ? 0 : day_s(p, s->until) * 1000;
	const char *why =
	    look_text_of("SELECT why FROM access WHERE tg_id = ?1", p->tg_id);

	if (look_int_of("SELECT is_in FROM access WHERE tg_id = ?1",
		p->tg_id) == s->is_in &&
	    look_int_of("SELECT until_ms FROM access WHERE tg_id = ?1",
		p->tg_id) == until_ms &&
	    why != NULL && strcmp(why, s->word) == 0)
		return;
	fail_msg("%s, in this order:%s", why, order);
}

static int64_t n_run, next_buyer = 1;

static void
run_order(const struct scenario *s, const struct in_order *order)
{
	struct play p = {
		.s = s, .tg_id = next_buyer++, .now_ms = clock_now_ms()
	};
	bool changed = false;

	if (s->before.status != NULL) {
		take_step(&p, PAID);
		drain(&p, &s->before);
	}
	for (int i = 0; i < order->n; i++) {
		bool pending = p.asked.has_call;

		take_step(&p, s->steps[order->step[i]]);
		changed = pending &&
		    (changed || tells_of_change(s->steps[order->step[i]]));
	}
	be_answered(&p, changed ? stale(&p) : &s->now);
	drain(&p, &s->now);
	n_run++;
	check_end(&p, in_words(s, order));
	ledger_emptied_at_times();
	arena_reset(&mem);
}

static void
every_order(void **state)
{
	const struct scenario *s = *state;
	int n_steps = 0;

	check_err(db_ready(ledger.db), ERR_OK);
	while (n_steps < MAX_STEPS && s->steps[n_steps] != NONE)
		n_steps++;
	for (int twice = -1; twice < n_steps; twice++) {
		struct in_order order = first_order(n_steps, twice);

		do {
			run_order(s, &order);
		} while (next_order(&order));
	}
}

/* Whoever was forgotten while Stripe was asked holds up nobody else. */
static void
forgotten(void **state)
{
	static const struct scenario s = { .why = "forgotten",
		.now = { "active", 0, 30, 0, "paid", 1, false } };
	struct play p = {
		.s = &s, .tg_id = next_buyer++, .now_ms = clock_now_ms()
	};

	(void)state;
	take_step(&p, PAID);
	take_step(&p, ASK);
	assert_true(p.asked.has_call);
	change("DELETE FROM subscriptions");
	be_answered(&p, &s.now);
	take_step(&p, SUB);
	drain(&p, &s.now);
	check_int(look_int("SELECT COUNT(*) FROM subscriptions"), 0);
	change("DELETE FROM jobs");
}

static const struct bad {
	const char *why;
	enum err call_err;
	int status;
	int64_t retry_after_s;
	const char *body;
	enum after want;
	int64_t wait_ms; /* at least */
} bads[] = {
	{ "no answer", ERR_UNAVAILABLE, 0, 0, "", AFTER_RETRY, 900 },
	{ "Stripe fails", ERR_OK, 500, -1, "{}", AFTER_RETRY, 900 },
	{ "it asks to wait", ERR_OK, 429, 7, "{}", AFTER_RETRY, 7900 },
	{ "it asks to wait a second", ERR_OK, 429, 1, "{}", AFTER_RETRY, 1900 },
	{ "no right to read it", ERR_OK, 403, -1, "{}", AFTER_RETRY, 900 },
	{ "rubbish", ERR_OK, 200, -1, "<html>", AFTER_RETRY, 900 },
	{ "another object", ERR_OK, 200, -1, "{\"id\":\"in_1\"}", AFTER_RETRY,
	    900 },
	{ "no such subscription", ERR_OK, 404, -1, "{}", AFTER_DONE, 0 },
	{ "another one than was asked for", ERR_OK, 200, -1, ANOTHER,
	    AFTER_DONE, 0 },
};

struct answering {
	struct step e;
	const struct bad *b;
	struct outcome v;
};

static enum err
settle_bad(struct db *db, void *ctx)
{
	struct answering *t = ctx;
	const struct http_response res = { .status = t->b->status,
		.retry_after_s = t->b->retry_after_s,
		.body = str_from(t->b->body) };

	app.db = db;
	return work_settle(&app, &mem, &t->e, t->b->call_err, &res, &t->v);
}

static void
bad_answer(void **state)
{
	static const struct scenario s = { .why = "bad",
		.now = { "active", 0, 30, 0, "paid", 1, false } };
	struct play p = {
		.s = &s, .tg_id = next_buyer++, .now_ms = clock_now_ms()
	};
	struct answering t = { .b = *state };

	take_step(&p, PAID);
	take_step(&p, ASK);
	t.e = p.asked;
	shop_does(settle_bad, &t);
	check_int(t.v.after, t.b->want);
	assert_true(t.v.wait_ms >= t.b->wait_ms);
	/* In by the payment, whatever Stripe says of the rest. */
	check_int(
	    look_int_of("SELECT is_in FROM access WHERE tg_id = ?1", p.tg_id),
	    1);
	change("DELETE FROM jobs");
}

/* ---- by the job ---- */

/* The product's own item says until when, also under a name that the product
 * had; a status that nobody knows is told to the operators, and nobody loses
 * access by it. */
static const struct own_name {
	const char *why, *product;
} own_names[] = {
	{ "the product's own item, and a doubt", "course" },
	{ "the same, of a product that was renamed", "lessons" },
};

static void
own_item(void **state)
{
	const struct own_name *own = *state;
	static const struct scenario s = { .why = "own",
		.now = { "active", 0, 30, 0, "paid", 1, false } };
	struct play p = {
		.s = &s, .tg_id = next_buyer++, .now_ms = clock_now_ms()
	};
	struct bad b = { .status = 200, .retry_after_s = -1 };
	struct answering t = { .b = &b };
	struct product *sold = &app.catalog.products[0], was = *sold;
	const char *admins = app.conf.admin_tg_ids;

	change("INSERT INTO renamed (product, is_now)"
	       " VALUES ('lessons', 'course') ON CONFLICT DO NOTHING");
	take_step(&p, PAID);
	take_step(&p, ASK);
	t.e = p.asked;
	sold->amount_minor = 999;
	sold->currency = "eur";
	app.conf.admin_tg_ids = "900";
	b.body = arena_printf(&mem,
	    "{\"id\":\"%s\",\"status\":\"hibernating\",\"livemode\":false,"
	    "\"metadata\":{\"product\":\"%s\"},\"items\":{\"data\":["
	    "{\"current_period_start\":%lld,\"current_period_end\":%lld,"
	    "\"price\":{\"unit_amount\":5,\"currency\":\"eur\"}},"
	    "{\"current_period_start\":%lld,\"current_period_end\":%lld,"
	    "\"quantity\":2,\"price\":{\"unit_amount\":999,"
	    "\"currency\":\"eur\",\"recurring\":{\"interval\":\"year\","
	    "\"interval_count\":1}}}]},"
	    "\"latest_invoice\":{\"id\":\"in_1\",\"status\":\"paid\"}}",
	    named(&p, "sub_", 1), own->product, day_s(&p, -7), day_s(&p, -1),
	    day_s(&p, 0), day_s(&p, 365));
	shop_does(settle_bad, &t);
	*sold = was;
	app.conf.admin_tg_ids = admins;
	check_int(t.v.after, AFTER_DONE);
	check_int(look_int(arena_printf(&mem,
		      "SELECT period_end_ms FROM subscriptions WHERE id = '%s'",
		      named(&p, "sub_", 1))),
	    day_s(&p, 365) * 1000);
	check_int(look_int(arena_printf(&mem,
		      "SELECT price_minor = 1998 AND price_currency = 'eur'"
		      " AND price_period_ms = 31556952000"
		      " FROM subscriptions WHERE id = '%s'",
		      named(&p, "sub_", 1))),
	    1);
	check_int(
	    look_int_of("SELECT is_in FROM access WHERE tg_id = ?1", p.tg_id),
	    1);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE tg_id = 900"
			   " AND detail LIKE '%status hibernating%'"),
	    1);
	change("DELETE FROM jobs");
}

/* ---- the page where a buyer makes up for a payment that failed ---- */

static const struct invoice_page {
	const char *why, *url;
	bool is_good;
} pages[] = {
	{ "of Stripe's", "https://invoice.stripe.com/i/1", true },
	{ "without https", "http://invoice.stripe.com/i/1", false },
	{ "that is no address", "javascript:alert(1)", false },
};

/* One that is not safe is not written down, so nobody can be sent there. */
static void
page(void **state)
{
	static const struct scenario s = { .why = "owed",
		.before = { "active", -31, -1, 0, "paid", 1, false },
		.now = { "past_due", -1, 29, 0, "open", 2, false } };
	const struct invoice_page *row = *state;
	struct play p = { .s = &s,
		.tg_id = next_buyer++,
		.now_ms = clock_now_ms(),
		.page = row->url };

	take_step(&p, PAID);
	drain(&p, &s.before);
	take_step(&p, SUB);
	drain(&p, &s.now);
	check_text(look_text_of("SELECT invoice_url FROM subscriptions"
				" WHERE id = 'sub_' || ?1 || '_1'",
		       p.tg_id),
	    row->is_good ? row->url : NULL);
	check_int(look_int_of("SELECT COUNT(*) FROM jobs WHERE kind = 2"
			      " AND detail = 'dunning' AND tg_id = ?1",
		      p.tg_id),
	    row->is_good);
	change("DELETE FROM jobs");
}

static int
measure(void **state)
{
	print_message("measure: %lld orders of events played to the end\n",
	    (long long)n_run);
	return ledger_remove(state);
}

int
main(void)
{
	ROWS("every order", every_order, scenarios);
	ROWS("answer", bad_answer, bads);
	ONE("answer", "about somebody who was forgotten meanwhile", forgotten);
	ROWS("job", own_item, own_names);
	ROWS("a page", page, pages);
	return testing_run("stripe_subscription", ledger_make, measure);
}
