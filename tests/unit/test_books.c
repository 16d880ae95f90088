/* The books: sums by span, product and currency, of what moved. */
#include "shop.h"

#include "ledger/books.h"

#include <inttypes.h>

#define DAY INT64_C(86400000)

/* Two products in two currencies, renewals, a refund told by itself and by its
 * sum, a sum alone, a refund that failed, a dispute lost and one won. */
#define YEAR \
	USER \
	    "INSERT INTO orders (id, tg_id, product, provider, session_id," \
	    " livemode, paid_ms, created_ms) VALUES" \
	    " (1, 5, 'course', 'stripe', 'cs_1', 0, 1, 1)," \
	    " (2, 5, 'club', 'stripe', 'cs_2', 0, 1, 1)," \
	    " (3, 5, 'club', 'stars', 'ch_3', 0, 1, 1);" \
	    "INSERT INTO payments (provider, payment, intent, order_id, kind," \
	    " amount_minor, currency, tax_minor, paid_ms, starts_ms, ends_ms)" \
	    " VALUES" \
	    " ('stripe', 'pi_1', 'pi_1', 1, 1, 999, 'eur', 160, 1000, NULL, NULL)," \
	    " ('stripe', 'in_2', 'pi_2', 2, 1, 500, 'eur', NULL, 2000, 2000," \
	    " 2592002000)," \
	    " ('stripe', 'in_3', 'pi_3', 2, 2, 500, 'eur', 80, 2592002000," \
	    " 2592002000, 5184002000)," \
	    " ('stripe', 'in_4', 'pi_4', 2, 3, 70, 'eur', NULL, 2592003000, NULL," \
	    " NULL)," \
	    " ('stars', 'ch_3', 'ch_3', 3, 1, 50, 'xtr', NULL, 3000, 3000," \
	    " 2592003000);" \
	    "INSERT INTO refunds (payment_intent, amount_minor, refunded_minor," \
	    " updated_ms) VALUES ('pi_1', 999, 700, 5000), ('ch_3', 50, 50, 6000);" \
	    "INSERT INTO reversals (id, payment_intent, kind, amount_minor, stage," \
	    " at_ms, updated_ms) VALUES ('re_1', 'pi_1', 'refund', 200, 0, 4000, 1)," \
	    " ('re_2', 'pi_1', 'refund', 400, 1, 4000, 1)," \
	    " ('du_1', 'pi_2', 'dispute', 500, 2, 86400000, 1)," \
	    " ('du_2', 'pi_3', 'dispute', 500, 3, 4000, 1);"

static const struct spans {
	const char *why;
	enum books_by by;
	int64_t since_ms, until_ms;
	const char *want;
} spans[] = {
	{ "all of it", BOOKS_BY_ALL, 0, INT64_MAX,
	    "/course/stripe/eur 1+0+0 999(160) -2:300 !0:0 =699;"
	    "/club/stripe/eur 1+1+1 1070(80) -0:0 !1:500 =570;"
	    "/club/stars/xtr 1+0+0 50(0) -1:50 !0:0 =0;" },
	{ "by day", BOOKS_BY_DAY, 0, 2 * DAY,
	    "1970-01-01/course/stripe/eur 1+0+0 999(160) -2:300 !0:0 =699;"
	    "1970-01-01/club/stripe/eur 1+0+0 500(0) -0:0 !0:0 =500;"
	    "1970-01-01/club/stars/xtr 1+0+0 50(0) -1:50 !0:0 =0;"
	    "1970-01-02/club/stripe/eur 0+0+0 0(0) -0:0 !1:500 =-500;" },
	{ "the second month", BOOKS_BY_MONTH, 20 * DAY, INT64_MAX,
	    "1970-01/club/stripe/eur 0+1+1 570(80) -0:0 !0:0 =570;" },
	{ "nothing", BOOKS_BY_DAY, 100 * DAY, INT64_MAX, "" },
	{ "up to a moment, but not at it", BOOKS_BY_ALL, 1000, 2000,
	    "/course/stripe/eur 1+0+0 999(160) -0:0 !0:0 =999;" },
};

static void
span(void **state)
{
	const struct spans *s = *state;
	struct books b;
	const char *text = "";

	shop_open(YEAR);
	check_err(
	    books_read(ledger.db, &mem, s->since_ms, s->until_ms, s->by, &b),
	    ERR_OK);
	for (size_t i = 0; i < b.n; i++) {
		const struct books_line *l = &b.lines[i];

		text = arena_printf(&mem,
		    "%s%s/%s/%s/%s %" PRId64 "+%" PRId64 "+%" PRId64 " %" PRId64
		    "(%" PRId64 ") -%" PRId64 ":%" PRId64 " !%" PRId64
		    ":%" PRId64 " =%" PRId64 ";",
		    text, l->when, l->product, l->provider, l->currency,
		    l->n_new, l->n_renewed, l->n_other, l->taken_minor,
		    l->tax_minor, l->n_back, l->back_minor, l->n_disputed,
		    l->disputed_minor, l->net_minor);
	}
	check_text(text, s->want);
}

static const struct plan {
	const char *why;
	int64_t minor, period_ms, want;
} plans[] = {
	{ "a month of 28 days", 500, 28 * DAY, 500 },
	{ "a month of 31 days", 500, 31 * DAY, 500 },
	{ "a quarter", 1500, 91 * DAY, 500 },
	{ "a year", 12000, 365 * DAY, 1000 },
	{ "a leap year", 12000, 366 * DAY, 1000 },
	{ "a week", 700, 7 * DAY, 3043 },
	{ "a day", 100, DAY, 3043 },
	{ "noted in the last moment of its period", 100, 999, 0 },
};

static void
by_the_month(void **state)
{
	const struct plan *p = *state;
	struct books_subscribers *list;
	size_t n;

	shop_open(USER "INSERT INTO access (tg_id, product, is_in, why, renews,"
		       " decided_ms) VALUES (5, 'club', 1, 'paid', 1, 1);"
		       "INSERT INTO orders (id, tg_id, product, provider,"
		       " session_id, livemode, paid_ms, created_ms) VALUES"
		       " (1, 5, 'club', 'stripe', 'cs_1', 0, 1, 1);");
	change(arena_printf(&mem,
	    "INSERT INTO payments (provider, payment, order_id, kind,"
	    " amount_minor, currency, paid_ms, starts_ms, ends_ms) VALUES"
	    " ('stripe', 'in_0', 1, 1, 9999, 'eur', 1, 1, 2),"
	    " ('stripe', 'in_1', 1, 2, %" PRId64 ", 'eur', 5, 5, %" PRId64 ")",
	    p->minor, p->period_ms + 5));
	check_err(books_subscribers(ledger.db, &mem, &list, &n), ERR_OK);
	check_int(n, 1);
	check_int(list[0].n, 1);
	check_int(list[0].mrr_minor, p->want);
	change("UPDATE access SET renews = 0");
	check_err(books_subscribers(ledger.db, &mem, &list, &n), ERR_OK);
	check_int(n, 0);
}

/* What a trial cost does not come again; who is through it pays. Payments are
 * "STARTS ENDS MINOR" in days. */
static const struct trying {
	const char *why, *subscription; /* status, trial_end_ms */
	const char *payments;
	int64_t n, mrr_minor;
} tryings[] = {
	{ "no trial", "'active', NULL", "(1, 0, 30, 500)", 1, 500 },
	{ "a trial for nothing", "'trialing', 604800000", "(1, 0, 7, 0)", 0,
	    0 },
	{ "a trial that has a price", "'trialing', 604800000", "(1, 0, 7, 100)",
	    0, 0 },
	{ "which is all that an older program knew of it", "'trialing', NULL",
	    "(1, 0, 7, 100)", 0, 0 },
	{ "over, and its first payment is being taken", "'active', 604800000",
	    "(1, 0, 7, 100)", 0, 0 },
	{ "over, and paid", "'active', 604800000",
	    "(1, 0, 7, 100), (2, 7, 37, 500)", 1, 500 },
	{ "a time for nothing in between", "'trialing', 5184000000",
	    "(1, 0, 30, 500)", 0, 0 },
	{ "and paid after that", "'active', 5184000000",
	    "(1, 0, 30, 500), (2, 60, 90, 500)", 1, 500 },
};

/* What a subscription costs is its price; what a change within a period cost is
 * no payment for one. */
static const struct price {
	const char *why, *subscription; /* the same, and its price */
	const char *payments;
	int64_t n, mrr_minor;
} prices[] = {
	{ "the price", "'active', NULL, 1900, 2629746000", "(1, 0, 30, 999)", 1,
	    1900 },
	{ "changed, the difference charged at once",
	    "'active', NULL, 1900, 2629746000",
	    "(1, 0, 30, 999), (3, 20, 30, 210)", 1, 1900 },
	{ "the same, and the price is not known", "'active', NULL, NULL, NULL",
	    "(1, 0, 30, 999), (3, 20, 30, 210)", 1, 999 },
	{ "nothing else is known of what was paid",
	    "'active', NULL, NULL, NULL", "(3, 20, 50, 1900)", 1, 1900 },
	{ "from now on by the year", "'active', NULL, 12000, 31556952000",
	    "(1, 0, 30, 999), (3, 20, 385, 11000)", 1, 1000 },
	{ "a price, and a trial goes on",
	    "'trialing', 604800000, 500, 2629746000", "(1, 0, 7, 100)", 0, 0 },
	{ "a price, and a trial is over, not paid after it yet",
	    "'active', 604800000, 500, 2629746000", "(1, 0, 7, 100)", 0, 0 },
	{ "a trial that had a price was ended at once by a change",
	    "'active', 259200000, NULL, NULL",
	    "(1, 0, 7, 100), (3, 3, 33, 500)", 1, 500 },
};

static void
open_trying(const char *subscription, const char *payments)
{
	shop_open(USER "INSERT INTO access (tg_id, product, is_in, why, renews,"
		       " decided_ms) VALUES (5, 'club', 1, 'paid', 1, 1);"
		       "INSERT INTO orders (id, tg_id, product, provider,"
		       " session_id, subscription, livemode, paid_ms,"
		       " created_ms) VALUES"
		       " (1, 5, 'club', 'stripe', 'cs_1', 'sub_1', 0, 1, 1);");
	change(arena_printf(&mem,
	    "INSERT INTO subscriptions (n_heard, id, status, trial_end_ms)"
	    " VALUES (1, 'sub_1', %s);"
	    "WITH p (kind, first, last, minor) AS (VALUES %s)"
	    " INSERT INTO payments (provider, payment, order_id, kind,"
	    " amount_minor, currency, paid_ms, starts_ms, ends_ms)"
	    " SELECT 'stripe', 'in_' || first, 1, kind, minor, 'eur',"
	    " first * 86400000.0, first * 86400000.0, last * 86400000.0 FROM p",
	    subscription, payments));
}

static void
price_counts(void **state)
{
	const struct price *p = *state;
	struct books_subscribers *list;
	size_t n;

	open_trying("'active', NULL", p->payments);
	change(arena_printf(&mem,
	    "UPDATE subscriptions SET (status, trial_end_ms, price_minor,"
	    " price_period_ms) = (%s), price_currency = 'eur'",
	    p->subscription));
	check_err(books_subscribers(ledger.db, &mem, &list, &n), ERR_OK);
	check_int(n, p->n);
	if (n > 0)
		check_int(list[0].mrr_minor, p->mrr_minor);
}

static void
trial_is_none(void **state)
{
	const struct trying *t = *state;
	struct books_subscribers *list;
	size_t n;

	open_trying(t->subscription, t->payments);
	check_err(books_subscribers(ledger.db, &mem, &list, &n), ERR_OK);
	check_int(n, t->n);
	if (n > 0)
		check_int(list[0].mrr_minor, t->mrr_minor);
}

/* Nor is who tried at some moment one of the subscribers of then. */
static const struct then {
	const char *why, *subscription, *payments;
	int64_t n;
} thens[] = {
	{ "no trial", "'active', NULL", "(1, 0, 30, 500)", 1 },
	{ "a trial for nothing", "'canceled', 604800000", "(1, 0, 7, 0)", 0 },
	{ "a trial that has a price", "'active', 604800000",
	    "(1, 0, 7, 100), (2, 7, 37, 500)", 0 },
	{ "over and paid by then", "'active', 0",
	    "(1, -7, 0, 100), (2, 0, 30, 500)", 1 },
};

static void
count_then(const struct row *row, void *ctx)
{
	*(int64_t *)ctx += row_int(row, 1);
}

static void
subscribers_then(void **state)
{
	const struct then *t = *state;
	int64_t n = 0;

	open_trying(t->subscription, t->payments);
	check_err(
	    db_each(ledger.db, &mem, SQL_REPORT_CHURN,
		KV(kv_int("since_ms", DAY), kv_int("n", 1)), count_then, &n),
	    ERR_OK);
	check_int(n, t->n);
}

int
main(void)
{
	ROWS("span", span, spans);
	ROWS("by the month", by_the_month, plans);
	ROWS("a trial", trial_is_none, tryings);
	ROWS("the price", price_counts, prices);
	ROWS("subscribers of then", subscribers_then, thens);
	return testing_run("books", ledger_make, ledger_remove);
}
