/* The figures of a report: by day and by month, how far people came, how long
 * they waited. */
#include "shop.h"

#include "base/units.h"
#include "ledger/figures.h"

#include <inttypes.h>

/* Days of January 1970, of which the clock shows UTC. */
#define NOON(day) (((day)-1) * DAY_MS + DAY_MS / 2)

static struct figures
read_from(
    const char *before, int64_t since_ms, int64_t until_ms, enum books_by by)
{
	struct figures f;

	(void)setenv("TZ", "UTC", 1);
	shop_open(before);
	check_err(
	    figures_read(ledger.db, &mem, since_ms, until_ms, by, &f), ERR_OK);
	return f;
}

/* ---- spans ---- */

static const struct spans {
	const char *why, *zone;
	enum books_by by;
	int64_t since_ms, until_ms;
	const char *want;
} spans[] = {
	{ "whole days", "UTC", BOOKS_BY_DAY, NOON(2), NOON(4),
	    "1970-01-02 1970-01-03 1970-01-04 " },
	{ "one", "UTC", BOOKS_BY_DAY, NOON(2), NOON(2) + 1, "1970-01-02 " },
	{ "whole months", "UTC", BOOKS_BY_MONTH, NOON(20), NOON(40),
	    "1970-01 1970-02 " },
	{ "a day of 23 hours", "Europe/Kyiv", BOOKS_BY_DAY,
	    1774602000000 /* 2026-03-27 11:00 there */, 1774861200000,
	    "2026-03-27 2026-03-28 2026-03-29 2026-03-30 " },
	{ "a day of 25 hours", "Europe/Kyiv", BOOKS_BY_DAY, 1792746000000,
	    1793005200000, "2026-10-23 2026-10-24 2026-10-25 2026-10-26 " },
};

static void
span(void **state)
{
	const struct spans *s = *state;
	struct figures f;
	const char *names = "";

	(void)setenv("TZ", s->zone, 1);
	shop_open(NOTHING);
	check_err(
	    figures_read(ledger.db, &mem, s->since_ms, s->until_ms, s->by, &f),
	    ERR_OK);
	for (size_t i = 0; i < f.n_spans; i++) {
		names = arena_printf(&mem, "%s%s ", names, f.spans[i]);
		assert_true(
		    f.ends_ms[i] > (i == 0 ? f.since_ms : f.ends_ms[i - 1]));
	}
	check_text(names, s->want);
	assert_true(f.since_ms <= s->since_ms);
	check_int(f.ends_ms[f.n_spans - 1], s->until_ms);
}

/* ---- money ---- */

#define ORDERS \
	USER "INSERT INTO orders (id, tg_id, product, provider, session_id," \
	     " livemode, paid_ms, created_ms, subscription, renews) VALUES" \
	     " (1, 5, 'course', 'stripe', 'cs_1', 0, 1, 1, NULL, 0)," \
	     " (2, 5, 'club', 'stripe', 'cs_2', 0, 1, 1, 'sub_2', 0)," \
	     " (3, 5, 'club', 'stars', 'ch_3', 0, 1, 1, NULL, 1);" \
	     "INSERT INTO subscriptions (id, n_heard, trial_end_ms)" \
	     " VALUES ('sub_2', 1, 0);"
#define PAYMENTS(values) \
	"INSERT INTO payments (provider, payment, intent, order_id, kind," \
	" amount_minor, currency, paid_ms, starts_ms, ends_ms) VALUES " values \
	";"
#define DAYS(n) #n " * 86400000.0"

static const char *
listed(const int64_t *values, size_t n)
{
	const char *text = "";

	for (size_t i = 0; i < n; i++)
		text = arena_printf(&mem, "%s%" PRId64 " ", text, values[i]);
	return text;
}

static void
by_day(void **state)
{
	struct figures f = read_from(
	    ORDERS PAYMENTS(
		"('stripe', 'pi_1', 'pi_1', 1, 1, 999, 'eur', 43200000, NULL,"
		" NULL), ('stripe', 'in_2', 'pi_2', 2, 1, 500, 'eur',"
		" 43200001, 43200001, 43200001 + " DAYS(
		    30) "),"
			" ('stripe', 'in_3', 'pi_3', 2, 3, 70, 'eur', 2 * 86400000,"
			" NULL, NULL), ('stars', 'ch_3', 'ch_3', 3, 2, 50, 'xtr',"
			" 86400000, 86400000, 31 * 86400000.0)") "INSERT INTO reversals (id, payment_intent, kind, amount_minor,"
								 " stage, at_ms, updated_ms) VALUES"
								 " ('re_1', 'pi_1', 'refund', 200, 0, 86400000, 1),"
								 " ('du_1', 'pi_2', 'dispute', 500, 1, 2 * 86400000, 1);",
	    NOON(1), NOON(3), BOOKS_BY_DAY);
	const struct figures_money *m = f.money;

	(void)state;
	check_int(f.n_money, 2);
	check_text(m->currency, "eur");
	check_text(listed(m->fresh_minor, 3), "1499 0 0 ");
	check_text(listed(m->renewed_minor, 3), "0 0 0 ");
	check_text(listed(m->other_minor, 3), "0 0 70 ");
	check_text(listed(m->back_minor, 3), "0 -200 0 ");
	check_text(listed(m->disputed_minor, 3), "0 0 -500 ");
	check_int(m->sum.taken_minor, 1569);
	check_int(m->sum.net_minor, 869);
	check_int(m->sum.n_new, 2);
	/* the dispute ends what was paid for */
	check_text(listed(m->mrr_minor, 3), "500 500 0 ");
	check_text(f.money[1].currency, "xtr");
	check_text(listed(f.money[1].renewed_minor, 3), "0 50 0 ");
	check_text(listed(f.money[1].mrr_minor, 3), "0 50 50 ");
}

/* What is paid for is told by rows of "kind minor starts ends", in days. */
static const struct mrr {
	const char *why, *payments, *more, *want;
} mrrs[] = {
	{ "a plan that ends within", "(1, 500, 0, 2)", NOTHING,
	    "7609 7609 0 0 " },
	{ "paid anew", "(1, 500, 0, 2), (2, 600, 2, 32)", NOTHING,
	    "7609 7609 600 600 " },
	{ "a dearer one from the middle of the first",
	    "(1, 500, 0, 30), (2, 900, 2, 32)", NOTHING, "500 500 900 900 " },
	{ "a change within is none", "(1, 500, 0, 30), (3, 210, 1, 30)",
	    NOTHING, "500 500 500 500 " },
	{ "a trial that had a price", "(1, 100, 0, 2), (2, 500, 2, 32)",
	    "UPDATE subscriptions SET trial_end_ms = 2 * 86400000;",
	    "0 0 500 500 " },
	{ "sent back, all of it", "(1, 500, 0, 30)",
	    "INSERT INTO refunds (payment_intent, amount_minor,"
	    " refunded_minor, updated_ms) VALUES"
	    " ('pi_0', 500, 500, 86400000);",
	    "500 0 0 0 " },
	{ "a part of it", "(1, 500, 0, 30)",
	    "INSERT INTO refunds (payment_intent, amount_minor,"
	    " refunded_minor, updated_ms) VALUES"
	    " ('pi_0', 500, 499, 86400000);",
	    "500 500 500 500 " },
	{ "a dispute that is won", "(1, 500, 0, 30)",
	    "INSERT INTO reversals (id, payment_intent, kind, amount_minor,"
	    " stage, at_ms, updated_ms) VALUES"
	    " ('du_1', 'pi_0', 'dispute', 500, 3, 86400000, 1);",
	    "500 500 500 500 " },
};

static void
mrr(void **state)
{
	const struct mrr *m = *state;
	struct figures f;

	shop_open(ORDERS);
	change(arena_printf(&mem,
	    "WITH p (kind, minor, first, last) AS (VALUES %s)"
	    " INSERT INTO payments (provider, payment, intent, order_id,"
	    " kind, amount_minor, currency, paid_ms, starts_ms, ends_ms)"
	    " SELECT 'stripe', 'in_' || first, 'pi_' || first, 2, kind,"
	    " minor, 'eur', first * 86400000.0, first * 86400000.0,"
	    " last * 86400000.0 FROM p",
	    m->payments));
	change(m->more);
	(void)setenv("TZ", "UTC", 1);
	check_err(
	    figures_read(ledger.db, &mem, NOON(1), NOON(4), BOOKS_BY_DAY, &f),
	    ERR_OK);
	check_int(f.n_spans, 4);
	check_text(listed(f.money[0].mrr_minor, 4), m->want);
}

/* ---- people ---- */

#define LONG_AGO "1"
#define NOW "864000000"
#define PERSON(at) "INSERT INTO users (tg_id, created_ms) VALUES (5, " at ");"
#define ORDER(at, columns, values) \
	"INSERT INTO orders (tg_id, product, provider, livemode, created_ms" columns \
	") VALUES (5, 'course', 'stripe', 0, " at values ");"
#define PAID_ORDER ORDER(NOW, ", session_id, paid_ms", ", 'cs_1', " NOW)
#define ACCESS(invited) \
	"INSERT INTO access (tg_id, product, is_in, why, decided_ms," \
	" invited_ms) VALUES (5, 'course', 1, 'paid', 1, " invited ");"
#define MEMBER(joined) \
	"INSERT INTO members (tg_id, chat_id, ours, joined_ms)" \
	" VALUES (5, '-1001', 1, " joined ");"

static const struct way {
	const char *why, *before, *want;
} ways[] = {
	{ "nobody", NOTHING, "0 0 0 0 0 no" },
	{ "came", PERSON(NOW), "1 0 0 0 0 no" },
	{ "came long ago", PERSON(LONG_AGO), "0 0 0 0 0 no" },
	{ "a click that led nowhere", PERSON(LONG_AGO) ORDER(NOW, "", ""),
	    "1 0 0 0 0 no" },
	{ "a page was opened",
	    PERSON(LONG_AGO) ORDER(NOW, ", session_id", ", 'cs_1'"),
	    "1 1 0 0 0 no" },
	{ "opened long ago",
	    PERSON(NOW) ORDER(LONG_AGO, ", session_id", ", 'cs_1'"),
	    "1 0 0 0 0 no" },
	{ "paid", PERSON(NOW) PAID_ORDER ACCESS("NULL"), "1 1 1 0 0 no" },
	{ "invited", PERSON(NOW) PAID_ORDER ACCESS(NOW) MEMBER("NULL"),
	    "1 1 1 1 0 yes" },
	{ "joined", PERSON(NOW) PAID_ORDER ACCESS(NOW) MEMBER(NOW),
	    "1 1 1 1 1 yes" },
	{ "let in for nothing",
	    PERSON(NOW) "INSERT INTO orders (tg_id, product, provider,"
			" livemode, created_ms, session_id, paid_ms) VALUES"
			" (5, 'course', 'grant', 0, " NOW ", 'grant/5/1',"
			" " NOW ");" ACCESS(NOW) MEMBER(NOW),
	    "1 0 0 0 0 yes" },
};

static void
way(void **state)
{
	const struct way *w = *state;
	struct figures f =
	    read_from(w->before, NOON(5), NOON(20), BOOKS_BY_DAY);
	const struct figures_funnel *n = &f.funnel;

	check_text(arena_printf(&mem,
		       "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
		       " %" PRId64 " %s",
		       n->n_came, n->n_began, n->n_paid, n->n_invited,
		       n->n_joined, n->sees_joined ? "yes" : "no"),
	    w->want);
}

/* So many invites, each of which took its number in seconds. */
static const struct wait {
	const char *why;
	int64_t n, median_ms, p95_ms;
} waits[] = {
	{ "none", 0, 0, 0 },
	{ "one", 1, 1000, 1000 },
	{ "two", 2, 1000, 2000 },
	{ "ten", 10, 5000, 10000 },
	{ "a hundred", 100, 50000, 95000 },
};

static void
waited(void **state)
{
	const struct wait *w = *state;
	struct figures f;

	shop_open(USER);
	for (int64_t i = 1; i <= w->n; i++)
		change(arena_printf(&mem,
		    "INSERT INTO orders (id, tg_id, product, provider,"
		    " session_id, livemode, paid_ms, created_ms) VALUES"
		    " (%" PRId64 ", 5, 'course', 'stripe', 'cs_%" PRId64
		    "', 0, 864000000, 1);"
		    "INSERT INTO jobs (kind, promise, tg_id, due_ms, done_ms,"
		    " created_ms) VALUES (1, 'invite/cs_%" PRId64
		    "', 5, 1, 864000000 + %" PRId64 ", 1);",
		    i, i, i, i * 1000));
	/* What was dropped by hand was sent to nobody. */
	change("INSERT INTO orders (id, tg_id, product, provider, session_id,"
	       " livemode, paid_ms, created_ms) VALUES (999, 5, 'course',"
	       " 'stripe', 'cs_x', 0, 864000000, 1);"
	       "INSERT INTO jobs (kind, promise, tg_id, due_ms, done_ms,"
	       " error, created_ms) VALUES (1, 'invite/cs_x', 5, 1,"
	       " 1864000000, 'dropped by the operator', 1);");
	check_err(
	    figures_read(ledger.db, &mem, NOON(5), NOON(20), BOOKS_BY_DAY, &f),
	    ERR_OK);
	check_int(f.delay.n, w->n);
	check_int(f.delay.median_ms, w->median_ms);
	check_int(f.delay.p95_ms, w->p95_ms);
}

static void
who_is_in(void **state)
{
	struct figures f = read_from(USER
	    "INSERT INTO users (tg_id, created_ms) VALUES (6, 1), (7, 1);"
	    "INSERT INTO access (tg_id, product, is_in, why, decided_ms,"
	    " renews, until_ms) VALUES"
	    " (5, 'club', 1, 'paid', 1, 1, 9), (6, 'club', 1, 'paid', 1,"
	    " 0, 9), (7, 'club', 1, 'paid', 1, 0, NULL),"
	    " (5, 'course', 0, 'refunded', 1, 0, NULL),"
	    " (6, 'book', 1, 'paid', 1, 0, NULL);",
	    NOON(1), NOON(2), BOOKS_BY_DAY);

	(void)state;
	check_int(f.n_products, 2);
	check_text(f.products[0].id, "book");
	check_text(f.products[1].id, "club");
	check_int(f.products[1].n, 3);
	check_int(f.products[1].n_renewing, 1);
	check_int(f.products[1].n_until, 1);
}

static void
sources(void **state)
{
	const char *sold = ORDERS PAYMENTS(
	    "('stripe', 'pi_1', 'pi_1', 1, 1, 999, 'eur', 5, NULL, NULL),"
	    " ('stripe', 'in_2', 'pi_2', 2, 1, 500, 'eur', 6, 6, 99),"
	    " ('stripe', 'in_3', 'pi_3', 2, 2, 500, 'eur', 99, 99, 199),"
	    " ('stars', 'ch_3', 'ch_3', 3, 1, 50, 'xtr', 7, 7, 99)");
	struct figures f = read_from(sold, 0, NOON(2), BOOKS_BY_DAY);

	(void)state;
	check_int(f.n_sources, 0);
	shop_open(sold);
	change("UPDATE orders SET source = 'ig' WHERE id IN (1, 2)");
	check_err(figures_read(ledger.db, &mem, 0, NOON(2), BOOKS_BY_DAY, &f),
	    ERR_OK);
	check_int(f.n_sources, 2);
	check_text(f.sources[0].word, "ig");
	check_int(f.sources[0].n_orders, 2);
	check_int(f.sources[0].taken_minor, 1999);
	check_text(f.sources[1].word, "");
	check_text(f.sources[1].currency, "xtr");
}

int
main(void)
{
	ROWS("spans", span, spans);
	ONE("money", "by day", by_day);
	ROWS("by the month", mrr, mrrs);
	ROWS("how far", way, ways);
	ROWS("waited", waited, waits);
	ONE("in", "by product", who_is_in);
	ONE("from where", "the word of the link", sources);
	return testing_run("figures", ledger_make, ledger_remove);
}
