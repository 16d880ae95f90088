/* Facts in any order: whatever is heard first, last or twice, the ledger ends
 * the same. */
#include "orders.h"
#include "shop.h"

#include "ledger/record.h"
#include "outbox/jobs.h"

#define MAX_FACTS 6
#define SOON (INT64_MAX / 4)
#define LATER (INT64_MAX / 2)

static struct app app = { .conf = { .admin_tg_ids = "900" },
	SELLS({ COURSE }) };

/* What may be heard, of one or two purchases of a buyer; names get the buyer's
 * number as they are told. */
#define PURCHASE(what) \
	.kind = (what), .provider = "bank", .order = "o1", .payment = "p1", \
	.amount_minor = 999, .currency = "eur"
#define STARS(what, charge) \
	.kind = (what), .provider = "stars", .order = (charge), \
	.payment = (charge), .amount_minor = 500, .currency = "xtr"
#define REVERSAL(what) \
	.kind = (what), .provider = "bank", .id = "r1", .payment = "p1", \
	.amount_minor = 999

#define WARNING \
	.kind = FACT_WARNING, .provider = "bank", .id = "w1", .payment = "p1"

/* What a plan is paid with: bills have names, and their payments others. */
#define PLAN(what) \
	.kind = (what), .provider = "bank", .order = "o1", \
	.subscription = "s1", .amount_minor = 999, .currency = "eur", \
	.at_ms = 1000, .has_tax = true, .tax_minor = 160
#define BILL(as, bill) \
	.kind = FACT_PAYMENT, .provider = "bank", .subscription = "s1", \
	.invoice = (bill), .amount_minor = 999, .currency = "eur", \
	.paid_as = (as), .at_ms = 1000, .has_tax = true, .tax_minor = 160
#define THE_FIRST BILL(PAYMENT_FIRST, "b1"), .starts_ms = 10, .ends_ms = 20
#define THE_SECOND BILL(PAYMENT_RENEWAL, "b2"), .starts_ms = 20, .ends_ms = 30

static const struct scenario {
	const char *why;
	struct fact facts[MAX_FACTS];
	int n;
	bool is_in;
	int64_t until_ms;  /* 0: for good, or out */
	int n_sales;       /* that the operator hears of */
	const char *books; /* payments, taken, tax */
} scenarios[] = {
	{ "paid", { { PURCHASE(FACT_PAID) } }, 1, true, 0, 1, "1+0+0 999 -" },
	{ "seen at a higher price, then paid with a code",
	    { { .kind = FACT_SEEN,
		  .provider = "bank",
		  .order = "o1",
		  .amount_minor = 1200,
		  .currency = "eur" },
		{ PURCHASE(FACT_PROCESSING) }, { PURCHASE(FACT_PAID) } },
	    3, true, 0, 1, "1+0+0 999 -" },
	{ "seen at a price, then everything was taken off",
	    { { .kind = FACT_SEEN,
		  .provider = "bank",
		  .order = "o1",
		  .amount_minor = 1200,
		  .currency = "eur" },
		{ .kind = FACT_PAID, .provider = "bank", .order = "o1" } },
	    2, true, 0, 1, "0+0+0 0 -" },
	{ "the bank said no",
	    { { PURCHASE(FACT_SEEN) }, { PURCHASE(FACT_PROCESSING) },
		{ PURCHASE(FACT_FAILED) } },
	    3, false, 0, 0, "0+0+0 0 -" },
	{ "nobody paid",
	    { { PURCHASE(FACT_SEEN) }, { PURCHASE(FACT_EXPIRED) } }, 2, false,
	    0, 0, "0+0+0 0 -" },
	{ "a refund and its payment",
	    { { PURCHASE(FACT_PAID) },
		{ REVERSAL(FACT_REFUND), .refund = REFUND_BACK } },
	    2, false, 0, 1, "1+0+0 999 -" },
	{ "a refund that failed after all",
	    { { PURCHASE(FACT_PAID) },
		{ REVERSAL(FACT_REFUND), .refund = REFUND_BACK },
		{ REVERSAL(FACT_REFUND), .refund = REFUND_FAILED } },
	    3, true, 0, 1, "1+0+0 999 -" },
	{ "refunded in parts, in sum",
	    { { PURCHASE(FACT_PAID) },
		{ REVERSAL(FACT_REFUNDED), .refunded_minor = 300 },
		{ REVERSAL(FACT_REFUNDED), .refunded_minor = 999 } },
	    3, false, 0, 1, "1+0+0 999 -" },
	{ "a dispute that was won, with a warning before",
	    { { PURCHASE(FACT_PAID) }, { WARNING },
		{ REVERSAL(FACT_DISPUTE), .dispute = DISPUTE_OPEN },
		{ REVERSAL(FACT_DISPUTE), .dispute = DISPUTE_SETTLED } },
	    4, true, 0, 1, "1+0+0 999 -" },
	{ "a dispute that was lost",
	    { { PURCHASE(FACT_PAID) },
		{ REVERSAL(FACT_DISPUTE), .dispute = DISPUTE_OPEN },
		{ REVERSAL(FACT_DISPUTE), .dispute = DISPUTE_LOST } },
	    3, false, 0, 1, "1+0+0 999 -" },
	{ "a dispute that was lost, and then won after all",
	    { { PURCHASE(FACT_PAID) },
		{ REVERSAL(FACT_DISPUTE), .dispute = DISPUTE_LOST,
		    .may_appeal = true, .due_ms = SOON },
		{ REVERSAL(FACT_DISPUTE), .dispute = DISPUTE_SETTLED } },
	    3, true, 0, 1, "1+0+0 999 -" },
	{ "an old dispute of which the end alone is heard: lost",
	    { { PURCHASE(FACT_PAID) },
		{ REVERSAL(FACT_DISPUTE), .dispute = DISPUTE_LOST } },
	    2, false, 0, 1, "1+0+0 999 -" },
	{ "an old dispute of which the end alone is heard: won",
	    { { PURCHASE(FACT_PAID) },
		{ REVERSAL(FACT_DISPUTE), .dispute = DISPUTE_SETTLED } },
	    2, true, 0, 1, "1+0+0 999 -" },
	{ "a dispute about a plan's renewal, lost, whichever is known first",
	    { { PLAN(FACT_PAID) }, { THE_FIRST },
		{ THE_SECOND, .payment = "p1" },
		{ REVERSAL(FACT_DISPUTE), .dispute = DISPUTE_OPEN },
		{ REVERSAL(FACT_DISPUTE), .dispute = DISPUTE_LOST } },
	    5, false, 0, 1, "1+1+0 1998 320" },
	{ "a dispute about a plan's renewal, won, whichever is known first",
	    { { PLAN(FACT_PAID) }, { THE_FIRST },
		{ THE_SECOND, .payment = "p1" },
		{ REVERSAL(FACT_DISPUTE), .dispute = DISPUTE_OPEN },
		{ REVERSAL(FACT_DISPUTE), .dispute = DISPUTE_SETTLED } },
	    5, true, 0, 1, "1+1+0 1998 320" },
	{ "Stars, which went back",
	    { { STARS(FACT_PAID, "c1") },
		{ STARS(FACT_REFUNDED, "c1"), .refunded_minor = 500 } },
	    2, false, 0, 1, "1+0+0 500 -" },
	{ "Stars by the month, two months of it",
	    { { STARS(FACT_PAID, "c1"), .until_ms = SOON, .renews = true },
		{ STARS(FACT_PAID, "c2"), .until_ms = LATER, .renews = true } },
	    2, true, LATER + ACCESS_RENEWAL_MS, 1, "1+1+0 1000 -" },
	{ "one charge with two ends: the later one holds",
	    { { STARS(FACT_PAID, "c1"), .until_ms = SOON, .renews = true },
		{ STARS(FACT_PAID, "c1"), .until_ms = LATER, .renews = true } },
	    2, true, LATER + ACCESS_RENEWAL_MS, 1, "1+0+0 500 -" },
	{ "one that was paid for good never ends",
	    { { PURCHASE(FACT_PAID) },
		{ STARS(FACT_PAID, "c1"), .until_ms = SOON, .renews = true } },
	    2, true, 0, 2, "2+0+0 1499 -" },
	{ "a stranger's reversals",
	    { { REVERSAL(FACT_REFUNDED), .refunded_minor = 999 },
		{ REVERSAL(FACT_DISPUTE), .dispute = DISPUTE_OPEN } },
	    2, false, 0, 0, "0+0+0 0 -" },
	{ "a plan, paid once",
	    { { PLAN(FACT_PAID) }, { THE_FIRST },
		{ THE_FIRST, .payment = "p1" } },
	    3, true, 0, 1, "1+0+0 999 160" },
	{ "a plan, paid once, of which one heard from its payment alone",
	    { { PLAN(FACT_PAID) }, { THE_FIRST, .payment = "p1" },
		{ REVERSAL(FACT_REFUNDED), .refunded_minor = 300 } },
	    3, true, 0, 1, "1+0+0 999 160" },
	{ "a plan, renewed, heard of in whatever order",
	    { { PLAN(FACT_PAID) }, { THE_FIRST }, { THE_SECOND },
		{ THE_SECOND, .payment = "p2" } },
	    4, true, 0, 1, "1+1+0 1998 320" },
	{ "a plan that was changed within a period",
	    { { PLAN(FACT_PAID), .invoice = "b1" },
		{ BILL(PAYMENT_OTHER, "b3") }, { THE_SECOND } },
	    3, true, 0, 1, "1+1+1 2997 480" },
	{ "bills of a plan that nobody here began",
	    { { THE_FIRST }, { THE_SECOND } }, 2, false, 0, 0, "0+0+0 0 -" },
};

static int64_t next_buyer = 1;

static const char *
of_buyer(const char *name, int64_t tg_id)
{
	return name == NULL ?
	    NULL :
	    arena_printf(&mem, "%s-%lld", name, (long long)tg_id);
}

static enum err
record(struct db *db, void *ctx)
{
	app.db = db;
	return ledger_record(&app, &mem, ctx, NULL);
}

static void
tell(int64_t tg_id, const struct fact *said)
{
	struct fact f = *said;

	f.tg_id = tg_id;
	f.order = of_buyer(f.order, tg_id);
	f.payment = of_buyer(f.payment, tg_id);
	f.invoice = of_buyer(f.invoice, tg_id);
	f.subscription = of_buyer(f.subscription, tg_id);
	f.id = of_buyer(f.id, tg_id);
	shop_does(record, &f);
}

/* All that the ledger knows of a buyer's money, but for times and jobs. */
static const char *
known(int64_t tg_id)
{
#define FLAG(column) "CAST(" column " IS NOT NULL AS INTEGER)"
	return look_text_of(
	    "SELECT COALESCE((SELECT GROUP_CONCAT(provider || ' '"
	    " || session_id || ' ' || COALESCE(payment_intent, '-') || ' '"
	    " || COALESCE(CAST(amount_minor AS TEXT), '-') || COALESCE(currency, '-') || ' '"
	    " || " FLAG("processing_ms") " || " FLAG("paid_ms") " || " FLAG("failed_ms") " || " FLAG(
		"expired_ms") " || ' ' || COALESCE(CAST(until_ms AS TEXT), '-') || ' ' || renews)"
			      " FROM (SELECT * FROM orders WHERE tg_id = ?1"
			      " ORDER BY session_id) AS t), 'no order')"
			      " || COALESCE((SELECT ', back ' || refunded_minor FROM refunds"
			      " WHERE payment_intent LIKE '%-' || ?1), '')"
			      " || COALESCE((SELECT GROUP_CONCAT(', ' || kind || ' ' || stage, '')"
			      " FROM (SELECT * FROM reversals"
			      " WHERE payment_intent LIKE '%-' || ?1 ORDER BY id) AS t), '')"
			      " || COALESCE((SELECT ', in ' || is_in || ' ' || why || ' '"
			      " || COALESCE(CAST(until_ms AS TEXT), '-') FROM access WHERE tg_id = ?1), '')",
	    tg_id);
#undef FLAG
}

/* "FIRST+RENEWALS+OTHERS TAKEN TAX" of a buyer's payments; which of two in
 * Stars came first is what was heard first. */
static const char *
books_of(int64_t tg_id)
{
	return look_text_of(
	    "SELECT COUNT(CASE p.kind WHEN 1 THEN 1 END)"
	    " || '+' || COUNT(CASE p.kind WHEN 2 THEN 1 END)"
	    " || '+' || COUNT(CASE p.kind WHEN 3 THEN 1 END)"
	    " || ' ' || COALESCE(SUM(p.amount_minor), 0)"
	    " || ' ' || COALESCE(CAST(SUM(tax_minor) AS TEXT), '-')"
	    " FROM payments AS p JOIN orders ON orders.id ="
	    " p.order_id WHERE tg_id = ?1",
	    tg_id);
}

static const char *
without_buyer(const char *text, int64_t tg_id)
{
	char *out = arena_dup_text(&mem, text), *end = out;
	const char *mine = arena_printf(&mem, "-%lld", (long long)tg_id);

	for (const char *p = out; *p != '\0';)
		if (strncmp(p, mine, strlen(mine)) == 0)
			p += strlen(mine);
		else
			*end++ = *p++;
	*end = '\0';
	return out;
}

static int64_t
n_sales(int64_t tg_id)
{
	return look_int_of("SELECT COUNT(*) FROM jobs WHERE kind = 4"
			   " AND promise LIKE 'alert/sale/%-' || ?1 || '/900'",
	    tg_id);
}

static int64_t n_run;

/* The order is known to have begun its subscription before anything of that is
 * paid. */
static bool
is_plan(const struct fact *f)
{
	return f->order != NULL && f->subscription != NULL;
}

static const struct fact begun = { .kind = FACT_PROCESSING,
	.provider = "bank",
	.order = "o1",
	.subscription = "s1" };

/* What the ledger knows at the end, whose buyer that ever was. */
static const char *
play(const struct scenario *s, const struct in_order *order)
{
	int64_t tg_id = next_buyer++;
	int64_t until_ms;

	if (is_plan(&s->facts[0]))
		tell(tg_id, &begun);
	for (int i = 0; i < order->n; i++)
		tell(tg_id, &s->facts[order->step[i]]);
	check_int(look_int_of(
		      "SELECT is_in FROM access WHERE tg_id = ?1", tg_id) == 1,
	    s->is_in);
	until_ms =
	    look_int_of("SELECT until_ms FROM access WHERE tg_id = ?1", tg_id);
	check_int(until_ms < 0 ? 0 : until_ms, s->until_ms);
	check_int(n_sales(tg_id), s->n_sales);
	check_text(books_of(tg_id), s->books);
	check_int(n_promised(JOB_INVITE, tg_id) > 0 || !s->is_in, 1);
	n_run++;
	return without_buyer(known(tg_id), tg_id);
}

static void
every_order(void **state)
{
	const struct scenario *s = *state;
	struct in_order order = first_order(s->n, -1);
	const char *want;

	shop_open(NOTHING);
	want = play(s, &order);
	for (int twice = -1; twice < s->n; twice++) {
		order = first_order(s->n, twice);
		do {
			ledger_emptied_at_times();
			check_text(play(s, &order), want);
		} while (next_order(&order));
	}
}

/* ---- what cannot be recorded, and what is handed back ---- */

/* The bank said no, and the buyer paid the invoice that stayed open. */
static void
paid_after_all_plan(void **state)
{
	static const struct fact story[] = {
		{ .kind = FACT_FAILED,
		    .provider = "bank",
		    .order = "o1",
		    .subscription = "s1" },
		{ .kind = FACT_PAYMENT,
		    .provider = "bank",
		    .subscription = "s1",
		    .payment = "p1",
		    .invoice = "i1",
		    .paid_as = PAYMENT_FIRST,
		    .amount_minor = 999,
		    .currency = "eur" },
	};
	int64_t tg_id = next_buyer++;

	(void)state;
	shop_open(NOTHING);
	tell(tg_id, &begun);
	tell(tg_id, &story[0]);
	check_int(n_promised(JOB_INVITE, tg_id), 0);
	tell(tg_id, &story[1]);
	tell(tg_id, &story[1]);
	check_int(
	    look_int_of("SELECT is_in FROM access WHERE tg_id = ?1", tg_id), 1);
	check_int(look_int("SELECT COUNT(*) FROM payments"), 1);
	check_int(n_promised(JOB_INVITE, tg_id), 1);
	check_int(n_sales(tg_id), 1);
}

/* What went back of one payment ends no plan of another provider's, and heard
 * of again none that was begun after it. */
static void
refund_of_another(void **state)
{
	const struct fact back = { .kind = FACT_REFUNDED,
		.provider = "bank",
		.payment = "pi_1",
		.amount_minor = 999,
		.refunded_minor = 100 };
	struct fact stars = back;

	(void)state;
	shop_open(USER "INSERT INTO orders (id, tg_id, product, provider,"
		       " session_id, payment_intent, livemode, renews, paid_ms,"
		       " created_ms) VALUES"
		       " (1, 5, 'course', 'bank', 'o1', 'pi_1-5', 0, 0, 1, 1),"
		       " (2, 5, 'course', 'stars', 'c2', 'c2-5', 0, 1, 1, 1)");
	tell(BUYER, &back);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE kind = 12"), 0);
	stars.provider = "stars";
	stars.payment = "c2";
	tell(BUYER, &stars);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE kind = 12"), 1);
	change("INSERT INTO orders (id, tg_id, product, provider, session_id,"
	       " payment_intent, livemode, renews, paid_ms, created_ms) VALUES"
	       " (3, 5, 'course', 'stars', 'c3', 'c3-5', 0, 1, 2, 2)");
	tell(BUYER, &stars);
	check_int(look_int("SELECT COUNT(*) FROM jobs WHERE kind = 12"), 1);
}

/* Whom an earlier version had shown out is charged on until it is said again. */
static void
revoked_before(void **state)
{
	const struct fact out = { .kind = FACT_REVOKED, .product = "course" };

	(void)state;
	shop_open(
	    USER "INSERT INTO orders (id, tg_id, product, provider,"
		 " session_id, subscription, livemode, paid_ms, revoked_ms,"
		 " created_ms) VALUES (1, 5, 'course', 'stripe', 'cs_1',"
		 " 'sub_1', 0, 1, 2, 1)");
	tell(BUYER, &out);
	check_text(look_text("SELECT detail FROM jobs WHERE kind = 12"), "now");
}

static const struct unknown {
	const char *why;
	struct fact f;
	enum err want;
} unknowns[] = {
	{ "nobody's", { PURCHASE(FACT_PAID) }, ERR_INPUT },
	{ "without a name",
	    { .kind = FACT_PAID, .provider = "bank", .tg_id = 5 }, ERR_INPUT },
};

struct told {
	const struct fact *f;
	struct order order;
};

static enum err
record_told(struct db *db, void *ctx)
{
	struct told *t = ctx;

	(void)db;
	return ledger_record(&app, &mem, t->f, &t->order);
}

static void
unknown(void **state)
{
	const struct unknown *u = *state;
	struct told t = { .f = &u->f, .order = { .id = 7 } };

	shop_open(NOTHING);
	check_err(db_transaction(ledger.db, record_told, &t), u->want);
	check_int(t.order.id, 0);
	check_int(look_int("SELECT COUNT(*) FROM orders"), 0);
}

/* What is known of a purchase goes on being told of, by whoever's name. */
static void
known_before(void **state)
{
	static const struct fact seen = { PURCHASE(FACT_SEEN), .tg_id = BUYER };
	static const struct fact paid = { PURCHASE(FACT_PAID) };
	static const struct fact back = { REVERSAL(FACT_REFUNDED),
		.refunded_minor = 999 };
	struct told t = { .f = &seen };

	(void)state;
	shop_open(NOTHING);
	shop_does(record_told, &t);
	t.f = &paid;
	shop_does(record_told, &t);
	check_int(t.order.tg_id, BUYER);
	assert_true(t.order.paid_ms > 0);
	t = (struct told){ .f = &back };
	shop_does(record_told, &t);
	check_int(t.order.tg_id, BUYER);
	check_int(look_int("SELECT is_in FROM access"), 0);
}

/* ---- payments of a plan ---- */

/* What takes a later payment back may be heard of before that payment: it is
 * about the order all the same. */
static void
back_before(void **state)
{
	static const struct fact paid = { PLAN(FACT_PAID) };
	static const struct fact disputed = { REVERSAL(FACT_DISPUTE),
		.dispute = DISPUTE_OPEN, .at_ms = 77 };
	static const struct fact second = { THE_SECOND, .payment = "p1" };

	(void)state;
	shop_open(NOTHING);
	tell(BUYER, &paid);
	tell(BUYER, &disputed);
	check_int(look_int("SELECT is_in FROM access"), 1);
	tell(BUYER, &second);
	check_int(look_int("SELECT is_in FROM access"), 0);
	check_int(look_int("SELECT at_ms FROM reversals"), 77);
	check_int(
	    look_int("SELECT starts_ms FROM payments WHERE kind = 2"), 20);
}

/* A renewal is told where operators want to hear of it, once, and while it is
 * news. */
static void
renewals_told(void **state)
{
	static const struct fact paid = { PLAN(FACT_PAID) };
	static const struct fact past = { THE_SECOND };
	static const struct fact second = { .kind = FACT_PAYMENT,
		.provider = "bank",
		.subscription = "s1",
		.invoice = "b3",
		.amount_minor = 999,
		.currency = "eur",
		.paid_as = PAYMENT_RENEWAL };

	(void)state;
	shop_open(NOTHING);
	app.conf.notify = "renewal";
	tell(BUYER, &paid);
	check_int(n_promised(JOB_ALERT, 900), 0);
	tell(BUYER, &past);
	check_int(n_promised(JOB_ALERT, 900), 0);
	tell(BUYER, &second);
	tell(BUYER, &second);
	check_int(n_promised(JOB_ALERT, 900), 1);
	app.conf.notify = NULL;
}

/* ---- disputes ---- */

/* Which alerts about the dispute there are, in the order of their making. */
static const char *
disputes_told(void)
{
	return look_text("SELECT COALESCE(GROUP_CONCAT(one, ' '), '') FROM ("
			 "SELECT SUBSTR(promise, 19) AS one FROM jobs"
			 " WHERE promise LIKE 'alert/dispute/%' ORDER BY id)"
			 " AS t");
}

#define DISPUTE(at) REVERSAL(FACT_DISPUTE), .dispute = (at)
#define APPEAL(due) \
	DISPUTE(DISPUTE_LOST), .may_appeal = true, \
			       .due_ms = INT64_C(86400000) * (due)

/* What is told of a dispute that is lost and may be appealed, and of each day
 * by which evidence is due; and what, where its purchase becomes known last. */
static const struct appealed {
	const char *why;
	struct fact told[4];
	int n;
	const char *want, *want_last;
} appealeds[] = {
	{ "lost, then to be appealed",
	    { { DISPUTE(DISPUTE_LOST) }, { APPEAL(9) }, { APPEAL(9) } }, 3,
	    "/2/900 /appeal/777600000/900", "/appeal/777600000/900" },
	{ "to be appealed, of which nothing was heard before",
	    { { APPEAL(9) }, { DISPUTE(DISPUTE_LOST) } }, 2,
	    "/appeal/777600000/900", "/appeal/777600000/900" },
	{ "to be appealed by another day", { { APPEAL(9) }, { APPEAL(10) } }, 2,
	    "/appeal/777600000/900 /appeal/864000000/900",
	    "/appeal/864000000/900" },
	{ "an older day is none", { { APPEAL(10) }, { APPEAL(9) } }, 2,
	    "/appeal/864000000/900", "/appeal/864000000/900" },
	{ "by a day that nobody says", { { APPEAL(0) }, { APPEAL(0) } }, 2,
	    "/appeal/0/900", "/appeal/0/900" },
	{ "won meanwhile", { { DISPUTE(DISPUTE_SETTLED) }, { APPEAL(9) } }, 2,
	    "/3/900", "/3/900" },
};

static void
hear_of_appeal(const struct appealed *t, bool is_paid_first)
{
	static const struct fact paid = { PURCHASE(FACT_PAID) };

	shop_open(NOTHING);
	if (is_paid_first)
		tell(BUYER, &paid);
	for (int i = 0; i < t->n; i++)
		tell(BUYER, &t->told[i]);
	if (!is_paid_first)
		tell(BUYER, &paid);
}

static void
appealed(void **state)
{
	const struct appealed *t = *state;

	hear_of_appeal(t, false);
	check_text(disputes_told(), t->want_last);
	hear_of_appeal(t, true);
	check_text(disputes_told(), t->want);
	if (strstr(t->want, "777600000") != NULL)
		check_int(look_int("SELECT COUNT(*) FROM jobs WHERE detail"
				   " LIKE '%10 січня 1970%'"),
		    1);
}

/* ---- by the operator ---- */

static struct order
operate(enum fact_kind kind, int64_t until_ms)
{
	const struct fact f = { .kind = kind,
		.provider = "grant",
		.tg_id = BUYER,
		.product = PRODUCT_DEFAULT,
		.until_ms = until_ms };
	struct told t = { .f = &f };

	shop_does(record_told, &t);
	return t.order;
}

#define IS_IN "SELECT is_in FROM access"

/* What is granted or bought after that lets in again. */
static void
granted(void **state)
{
	(void)state;
	shop_open(NOTHING);
	check_int(operate(FACT_REVOKED, 0).id, 0); /* there was nothing */
	assert_true(operate(FACT_GRANTED, LATER).id > 0);
	check_int(look_int(IS_IN), 1);
	check_int(look_int("SELECT until_ms FROM access"), LATER);
	check_int(n_promised(JOB_INVITE, BUYER), 1);
	check_int(n_promised(JOB_ALERT, 900), 0); /* no sale */
	check_int(look_int("SELECT COUNT(*) FROM payments"), 0);
	assert_true(operate(FACT_REVOKED, 0).id > 0);
	check_int(look_int(IS_IN), 0);
	check_int(operate(FACT_REVOKED, 0).id, 0);
	tell(BUYER, &scenarios[0].facts[0]);
	check_int(look_int(IS_IN), 1);
}

/* Who was in before this ledger is told nothing, by nobody, however often it
 * is heard of; what is bought later is a purchase like any other. */
static void
past(void **state)
{
	const struct fact *paid = &scenarios[0].facts[0];
	const struct fact granted_once = { .kind = FACT_GRANTED,
		.provider = "grant",
		.order = "import/of",
		.product = PRODUCT_DEFAULT,
		.is_past = true };
	struct fact before = *paid;

	(void)state;
	shop_open(NOTHING);
	before.is_past = true;
	tell(BUYER, &before);
	tell(BUYER, &before);
	tell(BUYER, paid);
	check_int(look_int(IS_IN), 1);
	check_int(n_promised(JOB_INVITE, BUYER), 0);
	check_int(n_promised(JOB_ALERT, 900), 0);
	tell(BUYER + 1, &granted_once);
	tell(BUYER + 1, &granted_once);
	check_int(look_int("SELECT COUNT(*) FROM orders"), 2);
	check_int(look_int("SELECT COUNT(*) FROM access WHERE is_in = 1"), 2);
	check_int(n_promised(JOB_INVITE, BUYER + 1), 0);
	assert_true(operate(FACT_REVOKED, 0).id > 0);
	tell(BUYER, &before);
	check_int(look_int("SELECT COUNT(*) FROM access WHERE is_in = 1"), 1);
}

/* ---- the page at which it was paid ---- */

static const struct paypage {
	const char *why;
	enum fact_kind then;
	bool stays;
} paypages[] = {
	{ "seen again", FACT_SEEN, true },
	{ "the bank is at work", FACT_PROCESSING, true },
	{ "paid", FACT_PAID, false },
	{ "the bank said no", FACT_FAILED, false },
	{ "nobody paid", FACT_EXPIRED, false },
};

/* Its address is kept for as long as somebody may be sent there. */
static void
page_of_order(void **state)
{
	const struct paypage *p = *state;
	const struct fact seen = { PURCHASE(FACT_SEEN) },
			  then = { PURCHASE(p->then) };

	shop_open(NOTHING);
	tell(BUYER, &seen);
	change("UPDATE orders SET url = 'https://pay.example.com/'");
	tell(BUYER, &then);
	check_int(look_int("SELECT COUNT(url) FROM orders"), p->stays);
}

static int
measure(void **state)
{
	print_message("measure: %lld orders of facts played to the end\n",
	    (long long)n_run);
	return ledger_remove(state);
}

int
main(void)
{
	ROWS("every order", every_order, scenarios);
	ONE("a plan", "paid after all", paid_after_all_plan);
	ONE("a refund", "ends what it is of, once", refund_of_another);
	ONE("revoked", "what charges still, ends", revoked_before);
	ROWS("unknown", unknown, unknowns);
	ONE("known before", "and handed back", known_before);
	ONE("a plan", "what took it back was heard of before", back_before);
	ONE("a plan", "its renewals are told where that is wanted",
	    renewals_told);
	ROWS("an appeal", appealed, appealeds);
	ONE("granted", "and revoked, and bought", granted);
	ONE("before this ledger", "nobody hears of it again", past);
	ROWS("its page", page_of_order, paypages);
	return testing_run("record", ledger_make, measure);
}
