/* What Stripe's events and its API say, in every order in which it may be
 * heard: late, twice, the end before the beginning. The end is always the
 * same. */
#include "orders.h"
#include "shop.h"

#include "base/buf.h"
#include "outbox/jobs.h"
#include "payment/stripe_doubt.h"
#include "payment/stripe_events.h"

#define MAX_STEPS 6
#define PRICE 999

static struct app app = { .conf = { .admin_tg_ids = "900, 901" },
	SELLS({ COURSE }) };

/* One piece of news, about the first or the second session of a buyer. */
struct step {
	enum what {
		NONE,
		PAID,      /* completed, paid */
		UNPAID,    /* completed, the bank is at work */
		FREE,      /* completed, 100 % off */
		SUCCEEDED, /* async_payment_succeeded */
		FAILED,    /* async_payment_failed */
		EXPIRED,
		REFUND,    /* charge.refunded, so much up to now */
		LOOK_PAID, /* the thank-you page asked Stripe */
		LOOK_OPEN, /* asked before the payment, answered after */
		RE,        /* refund.created, by its id: so much */
		RE_FAILED, /* refund.failed, the same amount */
		RE2,       /* another refund */
		INQUIRY,   /* charge.dispute.created, a warning */
		CLOSED,    /* the warning is over */
		DISPUTE,   /* charge.dispute.created */
		REVIEW,    /* charge.dispute.updated: under review */
		LOST,
		WON,
		FRAUD,      /* early fraud warning */
		REINSTATED, /* the funds are back, while under review */
		APPEAL,     /* a dispute that was lost, appealed */
		RE_WAITS    /* refund.created, nothing has gone back yet */
	} what;
	int session;
	int64_t refunded_minor;
};

/* The end: is the buyer in, and which sessions was an invite promised for.
 * Invites are compared only where the buyer is in: the worker drops the
 * promises to who is out (a refund heard of before the payment promises none,
 * one heard of after it leaves the promise behind). Notices are not compared:
 * "processing" is only said where it is heard before the bank's last word. */
static const struct scenario {
	const char *why;
	struct step steps[MAX_STEPS];
	bool is_in;
	int session;         /* users.session_id; 0: null */
	const char *invites; /* the sessions, or NULL: not compared */
} scenarios[] = {
	{ "paid", { { PAID, 1, 0 } }, true, 1, "1" },
	{ "paid, and the thank-you page asks too",
	    { { PAID, 1, 0 }, { LOOK_PAID, 1, 0 }, { LOOK_OPEN, 1, 0 } }, true,
	    1, "1" },
	{ "unpaid, then succeeded", { { UNPAID, 1, 0 }, { SUCCEEDED, 1, 0 } },
	    true, 1, "1" },
	{ "unpaid, then succeeded, seen by the thank-you page",
	    { { UNPAID, 1, 0 }, { SUCCEEDED, 1, 0 }, { LOOK_PAID, 1, 0 },
		{ LOOK_OPEN, 1, 0 } },
	    true, 1, "1" },
	{ "unpaid, then failed", { { UNPAID, 1, 0 }, { FAILED, 1, 0 } }, false,
	    0, "" },
	{ "unpaid, failed, then a second session paid",
	    { { UNPAID, 1, 0 }, { FAILED, 1, 0 }, { PAID, 2, 0 } }, true, 2,
	    "2" },
	{ "expired", { { EXPIRED, 1, 0 } }, false, 0, "" },
	{ "expired, then a second session paid",
	    { { EXPIRED, 1, 0 }, { PAID, 2, 0 } }, true, 2, "2" },
	{ "paid, all of it back", { { PAID, 1, 0 }, { REFUND, 1, PRICE } },
	    false, 1, NULL },
	{ "paid, back in two parts, not all",
	    { { PAID, 1, 0 }, { REFUND, 1, 300 }, { REFUND, 1, 600 } }, true, 1,
	    "1" },
	{ "paid, back in two parts, all of it",
	    { { PAID, 1, 0 }, { REFUND, 1, 300 }, { REFUND, 1, PRICE } }, false,
	    1, NULL },
	{ "part of it back, heard of before the payment",
	    { { REFUND, 1, 300 }, { PAID, 1, 0 } }, true, 1, "1" },
	{ "all of it back, heard of before the payment",
	    { { REFUND, 1, PRICE }, { PAID, 1, 0 } }, false, 1, NULL },
	{ "paid later, then all of it back",
	    { { UNPAID, 1, 0 }, { SUCCEEDED, 1, 0 }, { REFUND, 1, PRICE } },
	    false, 1, NULL },
	{ "paid later, two parts back, asked about",
	    { { UNPAID, 1, 0 }, { SUCCEEDED, 1, 0 }, { REFUND, 1, 300 },
		{ REFUND, 1, PRICE }, { LOOK_PAID, 1, 0 } },
	    false, 1, NULL },
	{ "100 % off: nothing to pay", { { FREE, 1, 0 } }, true, 1, "1" },
	{ "100 % off, and the thank-you page asks too",
	    { { FREE, 1, 0 }, { LOOK_OPEN, 1, 0 } }, true, 1, "1" },
	{ "refunded, by the payment and by the refund",
	    { { PAID, 1, 0 }, { RE, 1, PRICE }, { REFUND, 1, PRICE } }, false,
	    1, NULL },
	{ "refunded in two parts, by their ids",
	    { { PAID, 1, 0 }, { RE, 1, 400 }, { RE2, 1, 599 } }, false, 1,
	    NULL },
	{ "the refund failed",
	    { { PAID, 1, 0 }, { RE, 1, PRICE }, { REFUND, 1, PRICE },
		{ RE_FAILED, 1, PRICE } },
	    true, 1, NULL },
	{ "the refund failed, nothing else was heard of it",
	    { { PAID, 1, 0 }, { REFUND, 1, PRICE }, { RE_FAILED, 1, PRICE } },
	    true, 1, NULL },
	{ "the refund failed, another went through",
	    { { PAID, 1, 0 }, { RE, 1, PRICE }, { RE_FAILED, 1, PRICE },
		{ REFUND, 1, PRICE }, { RE2, 1, PRICE } },
	    false, 1, NULL },
	{ "an inquiry takes nothing",
	    { { PAID, 1, 0 }, { INQUIRY, 1, 0 }, { CLOSED, 1, 0 } }, true, 1,
	    "1" },
	{ "disputed", { { PAID, 1, 0 }, { DISPUTE, 1, 0 }, { REVIEW, 1, 0 } },
	    false, 1, NULL },
	{ "an inquiry that became a dispute",
	    { { PAID, 1, 0 }, { INQUIRY, 1, 0 }, { DISPUTE, 1, 0 } }, false, 1,
	    NULL },
	{ "disputed and lost",
	    { { PAID, 1, 0 }, { DISPUTE, 1, 0 }, { REVIEW, 1, 0 },
		{ LOST, 1, 0 } },
	    false, 1, NULL },
	{ "disputed and won",
	    { { PAID, 1, 0 }, { DISPUTE, 1, 0 }, { REVIEW, 1, 0 },
		{ WON, 1, 0 } },
	    true, 1, NULL },
	{ "disputed, the money is back for a while: it is disputed still",
	    { { PAID, 1, 0 }, { DISPUTE, 1, 0 }, { REINSTATED, 1, 0 } }, false,
	    1, NULL },
	{ "disputed, the money is back for a while, lost",
	    { { PAID, 1, 0 }, { DISPUTE, 1, 0 }, { REINSTATED, 1, 0 },
		{ LOST, 1, 0 } },
	    false, 1, NULL },
	{ "disputed, the money is back for a while, won",
	    { { PAID, 1, 0 }, { DISPUTE, 1, 0 }, { REINSTATED, 1, 0 },
		{ WON, 1, 0 } },
	    true, 1, NULL },
	{ "lost, and appealed",
	    { { PAID, 1, 0 }, { DISPUTE, 1, 0 }, { LOST, 1, 0 },
		{ APPEAL, 1, 0 } },
	    false, 1, NULL },
	{ "lost, appealed, won",
	    { { PAID, 1, 0 }, { DISPUTE, 1, 0 }, { LOST, 1, 0 },
		{ APPEAL, 1, 0 }, { WON, 1, 0 } },
	    true, 1, NULL },
	{ "a refund that waits for something takes nothing away",
	    { { PAID, 1, 0 }, { RE_WAITS, 1, PRICE }, { REFUND, 1, PRICE } },
	    true, 1, NULL },
	{ "a refund that waited, and went back",
	    { { PAID, 1, 0 }, { RE_WAITS, 1, PRICE }, { RE, 1, PRICE } }, false,
	    1, NULL },
	{ "a refund that waited, and was canceled",
	    { { PAID, 1, 0 }, { RE_WAITS, 1, PRICE }, { RE_FAILED, 1, PRICE } },
	    true, 1, NULL },
	{ "disputed and won, paid back all the same",
	    { { PAID, 1, 0 }, { DISPUTE, 1, 0 }, { WON, 1, 0 },
		{ RE, 1, PRICE } },
	    false, 1, NULL },
	{ "disputed, and bought again",
	    { { PAID, 1, 0 }, { DISPUTE, 1, 0 }, { PAID, 1, 0 } }, false, 1,
	    NULL },
	{ "a warning of fraud ends nothing",
	    { { PAID, 1, 0 }, { FRAUD, 1, 0 } }, true, 1, "1" },
	{ "a stranger's dispute", { { PAID, 1, 0 }, { DISPUTE, 2, 0 } }, true,
	    1, "1" },
	{ "paid late, disputed, won",
	    { { UNPAID, 1, 0 }, { SUCCEEDED, 1, 0 }, { DISPUTE, 1, 0 },
		{ WON, 1, 0 }, { LOOK_PAID, 1, 0 } },
	    true, 1, NULL },
	{ "a stranger's refund", { { PAID, 1, 0 }, { REFUND, 2, PRICE } }, true,
	    1, "1" },
	{ "another application's session", { { PAID, 3, 0 } }, false, 0, "" },
	{ "another application's, refunded",
	    { { PAID, 3, 0 }, { REFUND, 3, PRICE } }, false, 0, "" },
};

/* Session 3 is another application's: no metadata of ours. */
#define FOREIGN 3

struct play {
	struct step step;
	int64_t tg_id;
};

static struct stripe_session
session_of(const struct play *p)
{
	enum what w = p->step.what;
	bool paid = w == PAID || w == SUCCEEDED || w == LOOK_PAID;

	return (struct stripe_session){
		.id = arena_printf(&mem, "cs_test_%lld_%d", (long long)p->tg_id,
		    p->step.session),
		.status = w == EXPIRED ? STRIPE_EXPIRED :
		    w == LOOK_OPEN     ? STRIPE_OPEN :
					 STRIPE_COMPLETE,
		.paid = paid  ? STRIPE_PAID :
		    w == FREE ? STRIPE_NOTHING_TO_PAY :
				STRIPE_UNPAID,
		.is_sale = true,
		.tg_id = p->step.session == FOREIGN ? 0 : p->tg_id,
		.payment_intent = w == FREE || w == EXPIRED || w == LOOK_OPEN ?
		    NULL :
		    arena_printf(&mem, "pi_%lld_%d", (long long)p->tg_id,
			p->step.session),
		.amount_minor = w == FREE ? 0 : PRICE,
		.currency = "eur",
	};
}

static enum stripe_event_kind
kind_of_step(enum what w)
{
	switch (w) {
	case SUCCEEDED:
		return STRIPE_ASYNC_SUCCEEDED;
	case FAILED:
		return STRIPE_ASYNC_FAILED;
	case EXPIRED:
		return STRIPE_CHECKOUT_EXPIRED;
	case REFUND:
		return STRIPE_CHARGE_REFUNDED;
	case RE:
	case RE2:
	case RE_FAILED:
	case RE_WAITS:
		return STRIPE_REFUND;
	case INQUIRY:
	case CLOSED:
	case DISPUTE:
	case REVIEW:
	case LOST:
	case WON:
	case REINSTATED:
	case APPEAL:
		return STRIPE_DISPUTE;
	case FRAUD:
		return STRIPE_FRAUD_WARNING;
	default:
		return STRIPE_CHECKOUT_COMPLETED;
	}
}

static const char *
intent_of(const struct play *p)
{
	return arena_printf(
	    &mem, "pi_%lld_%d", (long long)p->tg_id, p->step.session);
}

static void
fill_reversals(const struct play *p, struct stripe_event *ev)
{
	static const enum stripe_dispute_stage stages[] = {
		[INQUIRY] = STRIPE_DISPUTE_WARNING,
		[CLOSED] = STRIPE_DISPUTE_SETTLED,
		[DISPUTE] = STRIPE_DISPUTE_OPEN,
		[REVIEW] = STRIPE_DISPUTE_OPEN,
		[LOST] = STRIPE_DISPUTE_LOST,
		[WON] = STRIPE_DISPUTE_SETTLED,
		[REINSTATED] = STRIPE_DISPUTE_OPEN,
		[APPEAL] = STRIPE_DISPUTE_LOST,
		[FRAUD] = STRIPE_DISPUTE_WARNING,
	};
	enum what w = p->step.what;

	ev->payment_intent = intent_of(p);
	ev->refund = (struct stripe_refund){
		.id = arena_printf(&mem, "re_%lld_%d%s", (long long)p->tg_id,
		    p->step.session, w == RE2 ? "b" : "a"),
		.payment_intent = intent_of(p),
		.amount_minor = p->step.refunded_minor,
		.stage = w == RE_FAILED ? STRIPE_REFUND_FAILED :
		    w == RE_WAITS       ? STRIPE_REFUND_WAITS :
					  STRIPE_REFUND_BACK,
	};
	if (w >= INQUIRY && w <= APPEAL)
		ev->dispute = (struct stripe_dispute){
			.id = arena_printf(&mem, "du_%lld_%d",
			    (long long)p->tg_id, p->step.session),
			.payment_intent = intent_of(p),
			.stage = stages[w],
			.amount_minor = PRICE
		};
}

static enum err
record(struct db *db, void *ctx)
{
	const struct play *p = ctx;
	struct stripe_event ev = { .id = "evt_1",
		.type = "x",
		.kind = kind_of_step(p->step.what),
		.session = session_of(p) };

	app.db = db;
	if (p->step.what == LOOK_PAID || p->step.what == LOOK_OPEN)
		return stripe_events_record_session(
		    &app, &mem, &ev.session, NULL);
	fill_reversals(p, &ev);
	ev.charge = (struct stripe_charge){ .payment_intent = intent_of(p),
		.amount_minor = PRICE,
		.refunded_minor = p->step.refunded_minor };
	return stripe_events_record(&app, &mem, &ev);
}

static void
hear(int64_t tg_id, struct step step)
{
	struct play p = { step, tg_id };

	shop_does(record, &p);
}

/* The sessions that jobs of a kind were promised for, as "1", "12". */
static const char *
promised(enum kind_id kind, int64_t tg_id)
{
	const char *text = look_text_of(
	    arena_printf(&mem,
		"SELECT GROUP_CONCAT(last, '') FROM"
		" (SELECT SUBSTR(promise, LENGTH(promise)) AS last FROM jobs"
		" WHERE kind = %d AND tg_id = ?1 ORDER BY promise) AS t",
		(int)kind),
	    tg_id);

	return text == NULL ? "" : text;
}

/* "PAID1 REFUND1 ...", for the message of a failure. */
static const char *
in_words(const struct scenario *s, const struct in_order *order)
{
	static const char *const words[] = { "?", "PAID", "UNPAID", "FREE",
		"SUCCEEDED", "FAILED", "EXPIRED", "REFUND", "LOOK_PAID",
		"LOOK_OPEN", "RE", "RE_FAILED", "RE2", "INQUIRY", "CLOSED",
		"DISPUTE", "REVIEW", "LOST", "WON", "FRAUD", "REINSTATED",
		"APPEAL", "RE_WAITS" };
	struct buf b = buf_new(&mem, 1000);

	for (int i = 0; i < order->n; i++) {
		const struct step *step = &s->steps[order->step[i]];

		buf_char(&b, ' ');
		buf_text(&b, words[step->what]);
		buf_int(&b, step->session);
	}
	return buf_str(&b).p;
}

static bool
ends_well(const struct scenario *s, int64_t tg_id)
{
	const char *session = look_text_of(
	    "SELECT session_id FROM users WHERE tg_id = ?1", tg_id);
	const char *want = s->session == 0 ?
	    NULL :
	    arena_printf(&mem, "cs_test_%lld_%d", (long long)tg_id, s->session);
	int64_t is_paid =
	    look_int_of("SELECT is_paid FROM users WHERE tg_id = ?1", tg_id);
	int64_t is_in =
	    look_int_of("SELECT is_in FROM access WHERE tg_id = ?1", tg_id);

	return (is_paid == 1) == s->is_in && (is_in == 1) == s->is_in &&
	    (session == NULL ? want == NULL :
			       want != NULL && strcmp(session, want) == 0) &&
	    (s->invites == NULL ||
		strcmp(promised(JOB_INVITE, tg_id), s->invites) == 0);
}

static int64_t n_run, next_buyer = 1;

static void
run_order(const struct scenario *s, const struct in_order *order)
{
	int64_t tg_id = next_buyer++;

	for (int i = 0; i < order->n; i++)
		hear(tg_id, s->steps[order->step[i]]);
	n_run++;
	if (!ends_well(s, tg_id))
		fail_msg("in this order:%s", in_words(s, order));
	arena_reset(&mem);
}

static void
every_order(void **state)
{
	const struct scenario *s = *state;
	int n_steps = 0;

	while (n_steps < MAX_STEPS && s->steps[n_steps].what != NONE)
		n_steps++;
	/* Each step once, then one of them twice. */
	for (int twice = -1; twice < n_steps; twice++) {
		struct in_order order = first_order(n_steps, twice);

		do {
			run_order(s, &order);
		} while (next_order(&order));
	}
}

/* ---- what is said, in one given order ---- */

static const struct said {
	const char *why;
	struct step steps[MAX_STEPS];
	const char *notices; /* details, in the order promised */
} saids[] = {
	{ "paid: the invite says it all", { { PAID, 1, 0 } }, "" },
	{ "the bank is at work", { { UNPAID, 1, 0 } }, "processing" },
	{ "the bank is at work, told once",
	    { { UNPAID, 1, 0 }, { UNPAID, 1, 0 } }, "processing" },
	{ "the bank said no", { { UNPAID, 1, 0 }, { FAILED, 1, 0 } },
	    "processing,failed" },
	{ "no word of work after the bank's no",
	    { { FAILED, 1, 0 }, { UNPAID, 1, 0 } }, "failed" },
	{ "no word of work after the payment",
	    { { SUCCEEDED, 1, 0 }, { UNPAID, 1, 0 } }, "" },
	{ "no word of a no after the payment",
	    { { SUCCEEDED, 1, 0 }, { FAILED, 1, 0 } }, "" },
	{ "expired: nobody waits for a word", { { EXPIRED, 1, 0 } }, "" },
	{ "refunded", { { PAID, 1, 0 }, { REFUND, 1, PRICE } }, "refunded" },
	{ "refunded, told once",
	    { { PAID, 1, 0 }, { REFUND, 1, PRICE }, { REFUND, 1, PRICE } },
	    "refunded" },
	{ "part of it back closes nothing",
	    { { PAID, 1, 0 }, { REFUND, 1, 300 } }, "" },
	{ "one of two purchases back closes nothing",
	    { { PAID, 1, 0 }, { PAID, 2, 0 }, { REFUND, 1, PRICE } }, "" },
	{ "both back, told once",
	    { { PAID, 1, 0 }, { PAID, 2, 0 }, { REFUND, 1, PRICE },
		{ REFUND, 2, PRICE } },
	    "refunded" },
	{ "disputed, told once",
	    { { PAID, 1, 0 }, { DISPUTE, 1, 0 }, { REVIEW, 1, 0 } },
	    "disputed" },
	{ "disputed, won, disputed no more",
	    { { PAID, 1, 0 }, { DISPUTE, 1, 0 }, { WON, 1, 0 } }, "disputed" },
	{ "a refund that failed: told once, by its end",
	    { { PAID, 1, 0 }, { RE, 1, PRICE }, { RE_FAILED, 1, PRICE } },
	    "refunded" },
	{ "back before the payment is heard of: they never were in",
	    { { REFUND, 1, PRICE }, { PAID, 1, 0 } }, "" },
};

static int64_t
hear_all(const struct step steps[MAX_STEPS])
{
	int64_t tg_id = next_buyer++;

	for (int i = 0; i < MAX_STEPS && steps[i].what != NONE; i++)
		hear(tg_id, steps[i]);
	return tg_id;
}

static void
said(void **state)
{
	const struct said *s = *state;
	const char *got = look_text_of(
	    "SELECT GROUP_CONCAT(detail) FROM (SELECT detail FROM jobs"
	    " WHERE kind = 2 AND tg_id = ?1 ORDER BY id) AS t",
	    hear_all(s->steps));

	check_text(got == NULL ? "" : got, s->notices);
}

/* ---- two purchases: the last paid one is told by arrival ---- */

static const struct twice {
	const char *why;
	struct step steps[MAX_STEPS];
	bool is_in;
	int session;
	const char *invites;
} twices[] = {
	{ "bought twice", { { PAID, 1, 0 }, { PAID, 2, 0 } }, true, 2, "12" },
	{ "the first heard of again",
	    { { PAID, 1, 0 }, { PAID, 2, 0 }, { PAID, 1, 0 } }, true, 2, "12" },
	{ "the first asked about again",
	    { { PAID, 1, 0 }, { PAID, 2, 0 }, { LOOK_PAID, 1, 0 } }, true, 2,
	    "12" },
	{ "the first refunded: the second is what lets them in",
	    { { PAID, 1, 0 }, { PAID, 2, 0 }, { REFUND, 1, PRICE } }, true, 2,
	    "12" },
	{ "refunded, then bought again",
	    { { PAID, 1, 0 }, { REFUND, 1, PRICE }, { PAID, 2, 0 } }, true, 2,
	    "12" },
	{ "the second refunded: it stays the last that was paid",
	    { { PAID, 1, 0 }, { PAID, 2, 0 }, { REFUND, 2, PRICE } }, true, 2,
	    "12" },
	{ "both refunded",
	    { { PAID, 1, 0 }, { PAID, 2, 0 }, { REFUND, 1, PRICE },
		{ REFUND, 2, PRICE } },
	    false, 2, NULL },
};

static void
bought_twice(void **state)
{
	const struct twice *t = *state;
	int64_t tg_id = hear_all(t->steps);

	check_int(
	    look_int_of("SELECT is_paid FROM users WHERE tg_id = ?1", tg_id),
	    t->is_in);
	check_int(look_int_of("SELECT SUBSTR(session_id,"
			      " LENGTH(session_id)) FROM users"
			      " WHERE tg_id = ?1",
		      tg_id),
	    t->session);
	if (t->invites != NULL)
		check_text(promised(JOB_INVITE, tg_id), t->invites);
}

/* ---- the facts themselves ---- */

static void
facts(void **state)
{
	static const struct step steps[MAX_STEPS] = { { UNPAID, 1, 0 },
		{ SUCCEEDED, 1, 0 }, { REFUND, 1, 300 } };
	int64_t tg_id = hear_all(steps);

	(void)state;
	check_int(look_int_of("SELECT COUNT(*) FROM orders WHERE tg_id = ?1"
			      " AND product = 'course' AND provider = 'stripe'"
			      " AND amount_minor = 999 AND currency = 'eur'"
			      " AND processing_ms > 0 AND paid_ms > 0"
			      " AND failed_ms IS NULL AND expired_ms IS NULL"
			      " AND livemode = 0",
		      tg_id),
	    1);
	check_int(look_int_of("SELECT refunded_minor FROM refunds"
			      " WHERE payment_intent = 'pi_' || ?1 || '_1'",
		      tg_id),
	    300);
}

static void
foreign(void **state)
{
	static const struct step steps[MAX_STEPS] = { { PAID, FOREIGN, 0 },
		{ LOOK_PAID, FOREIGN, 0 }, { EXPIRED, FOREIGN, 0 } };
	int64_t tg_id = hear_all(steps);

	(void)state;
	check_int(
	    look_int_of("SELECT COUNT(*) FROM users WHERE tg_id = ?1", tg_id),
	    0);
	check_int(look_int_of("SELECT COUNT(*) FROM orders WHERE session_id ="
			      " 'cs_test_' || ?1 || '_3'",
		      tg_id),
	    0);
}

static enum err
record_other(struct db *db, void *ctx)
{
	const struct stripe_event ev = {
		.id = "evt_1", .type = "customer.created", .kind = STRIPE_OTHER
	};
	const struct stripe_event refund_of_nothing = { .id = "evt_2",
		.type = "charge.refunded",
		.kind = STRIPE_CHARGE_REFUNDED,
		.charge = { .amount_minor = 1, .refunded_minor = 1 } };
	enum err e;

	(void)ctx;
	app.db = db;
	e = stripe_events_record(&app, &mem, &ev);
	return e == ERR_OK ?
	    stripe_events_record(&app, &mem, &refund_of_nothing) :
	    e;
}

static void
others(void **state)
{
	int64_t before;

	(void)state;
	check_err(db_ready(ledger.db), ERR_OK);
	before = look_int("SELECT (SELECT COUNT(*) FROM orders) +"
			  " (SELECT COUNT(*) FROM refunds) +"
			  " (SELECT COUNT(*) FROM jobs)");
	shop_does(record_other, NULL);
	check_int(look_int("SELECT (SELECT COUNT(*) FROM orders) +"
			   " (SELECT COUNT(*) FROM refunds) +"
			   " (SELECT COUNT(*) FROM jobs)"),
	    before);
}

static enum err
record_event(struct db *db, void *ctx)
{
	app.db = db;
	return stripe_events_record(&app, &mem, ctx);
}

/* The day by which an appeal is due comes along with the event. */
static void
appealed(void **state)
{
	int64_t tg_id = next_buyer++;
	struct stripe_event ev = { .id = "evt_1",
		.type = "charge.dispute.updated",
		.kind = STRIPE_DISPUTE,
		.dispute = { .id = "du_appealed",
		    .stage = STRIPE_DISPUTE_LOST,
		    .amount_minor = 999,
		    .due_s = 1893456000,
		    .may_appeal = true } };

	(void)state;
	check_err(db_ready(ledger.db), ERR_OK);
	hear(tg_id, (struct step){ PAID, 1, 0 });
	change("DELETE FROM limits"); /* of alerts an hour */
	ev.dispute.payment_intent = look_text_of(
	    "SELECT payment_intent FROM orders WHERE tg_id = ?1", tg_id);
	shop_does(record_event, &ev);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE promise LIKE"
			   " 'alert/dispute/du_appealed/%'"
			   " AND detail LIKE '%1 січня 2030%'"),
	    2);
	check_int(
	    look_int_of("SELECT is_in FROM access WHERE tg_id = ?1", tg_id), 0);
}

/* Opened on /pay before, with its address: the event fills in the rest. */
static void
order_known_before(void **state)
{
	int64_t tg_id = next_buyer++;

	(void)state;
	check_err(db_ready(ledger.db), ERR_OK);
	change(arena_printf(&mem,
	    "INSERT INTO users (tg_id, created_ms) VALUES (%lld, 0);"
	    "INSERT INTO orders (tg_id, product, provider, session_id, url,"
	    " amount_minor, currency, livemode, created_ms) VALUES (%lld,"
	    " 'course', 'stripe', 'cs_test_%lld_1', 'https://h/', 999, 'eur',"
	    " 0, 0)",
	    (long long)tg_id, (long long)tg_id, (long long)tg_id));
	hear(tg_id, (struct step){ PAID, 1, 0 });
	check_int(
	    look_int_of("SELECT COUNT(*) FROM orders WHERE tg_id = ?1"
			" AND created_ms = 0 AND url IS NULL AND paid_ms > 0"
			" AND payment_intent IS NOT NULL",
		tg_id),
	    1);
	check_text(promised(JOB_INVITE, tg_id), "1");
}

/* However many sessions a buyer left behind, the paid one counts. */
static void
among_many(void **state)
{
	int64_t tg_id = next_buyer++;

	(void)state;
	hear(tg_id, (struct step){ PAID, 1, 0 });
	for (int i = 0; i < 100; i++)
		change(arena_printf(&mem,
		    "INSERT INTO orders (tg_id, product, provider, session_id,"
		    " expired_ms, livemode, created_ms) VALUES (%lld,"
		    " 'course', 'stripe', 'cs_old_%lld_%d', 1, 0, 0)",
		    (long long)tg_id, (long long)tg_id, i));
	hear(tg_id, (struct step){ EXPIRED, 2, 0 });
	check_int(
	    look_int_of("SELECT is_paid FROM users WHERE tg_id = ?1", tg_id),
	    1);
}

struct looked {
	struct play play;
	struct order order;
};

static enum err
record_look(struct db *db, void *ctx)
{
	struct looked *l = ctx;
	struct stripe_session s = session_of(&l->play);

	app.db = db;
	return stripe_events_record_session(&app, &mem, &s, &l->order);
}

static void
order_handed_back(void **state)
{
	struct looked ours = { .play = { { LOOK_PAID, 1, 0 }, next_buyer++ } };
	struct looked foreigners = { .play = { { LOOK_PAID, FOREIGN, 0 },
					 next_buyer++ },
		.order = { .id = 7 } };

	(void)state;
	shop_does(record_look, &ours);
	assert_true(ours.order.id > 0 && ours.order.paid_ms > 0);
	check_int(ours.order.tg_id, ours.play.tg_id);
	check_text(ours.order.product, "course");
	shop_does(record_look, &foreigners);
	check_int(foreigners.order.id, 0);
}

/* ---- the books ---- */

#define BEGAN_S 1790000000 /* 2026-09-21 */
#define DAY_S ((int64_t)24 * 3600)

static enum err
record_read(struct db *db, void *ctx)
{
	app.db = db;
	return stripe_events_record_session(&app, &mem, ctx, NULL);
}

/* What is read of a session says whether somebody can still pay it. */
static void
read_while_open(void **state)
{
	const struct step open = { LOOK_OPEN, 1, 0 };
	struct looked l = { .play = { open, next_buyer++ } };
	const char *ended = "SELECT COUNT(*) FROM orders WHERE tg_id = ?1"
			    " AND expired_ms IS NOT NULL";
	struct stripe_session s;

	(void)state;
	shop_does(record_look, &l);
	check_int(look_int_of(ended, l.play.tg_id), 0);
	s = session_of(&l.play);
	s.status = STRIPE_EXPIRED;
	shop_does(record_read, &s);
	check_int(look_int_of(ended, l.play.tg_id), 1);
}

/* What Stripe says of money and nobody understands is told, where it is about
 * an order of ours; on one account others sell as well. */
static enum err
tell_doubt(struct db *db, void *ctx)
{
	app.db = db;
	return stripe_doubt_tell(&app, &mem, ctx);
}

static void
doubt(void **state)
{
	const char *told = "SELECT COUNT(*) FROM jobs WHERE promise LIKE"
			   " '%unsure/du_1/%'";
	struct stripe_event ev = { .object_id = "du_1",
		.doubt = "status pondered",
		.payment_intent = "pi_nobody" };
	int64_t tg_id = next_buyer++;
	struct play paid = { { PAID, 1, 0 }, tg_id };

	(void)state;
	shop_does(tell_doubt, &ev);
	check_int(look_int(told), 0);
	hear(tg_id, paid.step);
	ev.payment_intent = intent_of(&paid);
	shop_does(tell_doubt, &ev);
	check_int(look_int(told), 2); /* two operators */
}

static struct stripe_session
plan_of(int64_t tg_id)
{
	return (struct stripe_session){ .id = arena_printf(&mem, "cs_plan_%lld",
					    (long long)tg_id),
		.status = STRIPE_COMPLETE,
		.paid = STRIPE_PAID,
		.is_sale = true,
		.tg_id = tg_id,
		.product = "course",
		.subscription =
		    arena_printf(&mem, "sub_plan_%lld", (long long)tg_id),
		.invoice = "in_first",
		.expires_s = BEGAN_S + DAY_S,
		.amount_minor = PRICE,
		.currency = "eur",
		.has_tax = true,
		.tax_minor = 160 };
}

static int n_runs;

static enum err
record_about(struct db *db, void *ctx)
{
	n_runs++;
	return record_event(db, ctx);
}

/* What a purchase says is about its buyer alone, with all that it may have: a
 * plan, a consent, operators who hear of it, channels that are watched. Others
 * need not wait for it, and it happens once. */
static void
about_the_buyer(void **state)
{
	static const enum stripe_event_kind kinds[] = {
		STRIPE_CHECKOUT_COMPLETED, STRIPE_ASYNC_SUCCEEDED,
		STRIPE_ASYNC_FAILED, STRIPE_CHECKOUT_EXPIRED
	};

	(void)state;
	check_err(db_ready(ledger.db), ERR_OK);
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		int64_t tg_id = next_buyer++, who[1] = { tg_id };
		struct stripe_event ev = { .id = "evt_1",
			.type = "x",
			.kind = kinds[i],
			.session = plan_of(tg_id) };

		ev.session.invoice =
		    arena_printf(&mem, "in_%lld", (long long)tg_id);
		ev.session.consent = arena_printf(&mem, "%064d de 1", 7);
		for (int times = 1; times <= 2; times++) {
			n_runs = 0;
			check_err(db_transaction_about(ledger.db,
				      (struct db_people){ who, 1 },
				      record_about, &ev),
			    ERR_OK);
			check_int(n_runs, 1);
		}
	}
}

static const char *
books_of(int64_t tg_id)
{
	return look_text_of(
	    "SELECT group_concat(one, ' ') FROM (SELECT p.payment || ':'"
	    " || COALESCE(intent, '-') || ':' || kind || ':' || p.amount_minor"
	    " || ':' || COALESCE(CAST(tax_minor AS TEXT), '-') || ':'"
	    " || (p.paid_ms / 1000 - 1790000000) AS one FROM payments AS p"
	    " JOIN orders ON orders.id = order_id WHERE tg_id = ?1"
	    " ORDER BY kind) AS t",
	    tg_id);
}

/* Payments have the date and the name that Stripe gives them, whenever they are
 * heard of. */
static void
in_the_books(void **state)
{
	int64_t tg_id = next_buyer++;
	struct stripe_event paid = { .id = "evt_b1",
		.kind = STRIPE_CHECKOUT_COMPLETED,
		.created_s = BEGAN_S + 60,
		.session = plan_of(tg_id) };
	struct stripe_event renewed = { .id = "evt_b2",
		.kind = STRIPE_INVOICE,
		.subscription = paid.session.subscription,
		.invoice = { .id = "in_second",
		    .reason = STRIPE_BILLED_CYCLE,
		    .is_paid = true,
		    .paid_minor = PRICE,
		    .currency = "eur",
		    .paid_s = BEGAN_S + 30 * DAY_S } };
	struct stripe_event back = { .id = "evt_b3",
		.kind = STRIPE_REFUND,
		.refund = { .id = "re_b3",
		    .payment_intent = "pi_b3",
		    .amount_minor = 100,
		    .created_s = BEGAN_S + 31 * DAY_S } };

	(void)state;
	check_err(db_ready(ledger.db), ERR_OK);
	shop_does(record_event, &renewed); /* whose, nobody knows yet */
	check_text(books_of(tg_id), NULL);
	shop_does(record_event, &paid);
	renewed.invoice.is_paid = false;
	shop_does(record_event, &renewed);
	check_text(books_of(tg_id), "in_first:-:1:999:160:60");
	renewed.invoice.is_paid = true;
	shop_does(record_event, &renewed);
	renewed.invoice.payment_intent = "pi_b3";
	shop_does(record_event, &renewed);
	check_text(books_of(tg_id),
	    "in_first:-:1:999:160:60 in_second:pi_b3:2:999:-:2592000");
	shop_does(record_event, &back);
	check_int(look_int("SELECT at_ms / 1000 - 1790000000 FROM reversals"
			   " WHERE id = 're_b3'"),
	    31 * DAY_S);
}

/* One that is only read was paid before its page ended, and no later reading
 * changes what an event has told. */
static void
read_late(void **state)
{
	int64_t tg_id = next_buyer++;
	struct stripe_session s = plan_of(tg_id);
	struct stripe_event paid = { .id = "evt_l1",
		.kind = STRIPE_CHECKOUT_COMPLETED,
		.created_s = BEGAN_S + 60 };

	(void)state;
	s.invoice = "in_late";
	s.subscription = NULL;
	paid.session = s;
	check_err(db_ready(ledger.db), ERR_OK);
	shop_does(record_read, &s);
	check_text(books_of(tg_id), "in_late:-:1:999:160:86400");
	shop_does(record_event, &paid);
	check_text(books_of(tg_id), "in_late:-:1:999:160:60");
	shop_does(record_read, &s);
	check_text(books_of(tg_id), "in_late:-:1:999:160:60");
}

/* What a bank pays days later is paid then, in whatever order it is heard that
 * the page was done with, that the bank paid, and how the session stands. */
static void
paid_by_a_bank(void **state)
{
	static const int orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

	(void)state;
	check_err(db_ready(ledger.db), ERR_OK);
	for (size_t i = 0; i < LENGTH(orders); i++) {
		int64_t tg_id = next_buyer++;
		/* The first is thin: its session is read when it is paid. */
		struct stripe_event told[3] = {
			{ .kind = STRIPE_CHECKOUT_COMPLETED,
			    .created_s = BEGAN_S + 60 },
			{ .id = "evt_bank",
			    .kind = STRIPE_ASYNC_SUCCEEDED,
			    .created_s = BEGAN_S + 3 * DAY_S },
			{ .kind = STRIPE_CHECKOUT_COMPLETED }
		};

		for (size_t k = 0; k < LENGTH(told); k++) {
			struct stripe_event *ev = &told[orders[i][k]];

			ev->session = plan_of(tg_id);
			ev->session.invoice = NULL;
			ev->session.subscription = NULL;
			ev->session.payment_intent = arena_printf(
			    &mem, "pi_bank_%lld", (long long)tg_id);
			shop_does(record_event, ev);
		}
		check_text(books_of(tg_id),
		    arena_printf(&mem, "pi_bank_%lld:pi_bank_%lld:1:999:160:%d",
			(long long)tg_id, (long long)tg_id, 3 * 86400));
	}
}

/* ---- the operators ---- */

static int64_t
n_alerts(int64_t tg_id)
{
	return look_int_of("SELECT COUNT(*) FROM jobs WHERE kind = 4"
			   " AND detail LIKE '%' || ?1 || '%'",
	    tg_id);
}

static void
alerts(void **state)
{
	static const struct step steps[MAX_STEPS] = { { PAID, 1, 0 },
		{ PAID, 1, 0 }, { DISPUTE, 1, 0 }, { REVIEW, 1, 0 },
		{ FRAUD, 1, 0 }, { REFUND, 1, 300 } };
	static const struct step strangers[MAX_STEPS] = { { REFUND, 1, 300 },
		{ DISPUTE, 1, 0 }, { FRAUD, 1, 0 } };
	int64_t tg_id;

	(void)state;
	next_buyer += 1000000;
	change("DELETE FROM limits"); /* the others' alerts */
	tg_id = hear_all(steps);
	/* A sale, a dispute, a warning, a refund, to each of two. */
	check_int(n_alerts(tg_id), 8);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE kind = 4"
			   " AND tg_id NOT IN (900, 901)"),
	    0);
	check_int(n_alerts(hear_all(strangers)), 0);
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
	ROWS("said", said, saids);
	ROWS("bought twice", bought_twice, twices);
	ONE("operators", "hear of it once", alerts);
	ONE("facts", "as the events tell them", facts);
	ONE("facts", "nothing of another application's", foreign);
	ONE("facts", "nothing of other events", others);
	ONE("facts", "by when an appeal is due", appealed);
	ONE("facts", "an order that was opened before", order_known_before);
	ONE("facts", "one paid order among a hundred", among_many);
	ONE("facts", "the order as it stands, for the thank-you page",
	    order_handed_back);
	ONE("session", "read while it is open, and after", read_while_open);
	ONE("doubt", "told about an order of ours", doubt);
	ONE("facts", "of a purchase are about its buyer alone",
	    about_the_buyer);
	ONE("the books", "by the dates and names of Stripe", in_the_books);
	ONE("the books", "a session that is read late", read_late);
	ONE("the books", "paid by a bank after days", paid_by_a_bank);
	return testing_run("stripe_events", ledger_make, measure);
}
