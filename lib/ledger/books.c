/* Summing up movements of money. */
#include "ledger/books.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/units.h"

/* What db_each() sums up, row by row. */
struct summing {
	struct arena *arena;
	enum books_by by;
	struct books *books;
	size_t max;
};

/* A seller's day is that of the calendar on their wall, not of Greenwich. */
static const char *
when(struct arena *a, enum books_by by, int64_t at_ms)
{
	char day[CLOCK_DATE_BYTES];
	struct str text;

	if (by == BOOKS_BY_ALL)
		return "";
	clock_local_date(at_ms, day);
	text = str_from(day);
	if (by == BOOKS_BY_MONTH && text.len > 3)
		text.len -= 3; /* without "-27" */
	return arena_dup(a, text);
}

static bool
same(const char *a, const char *b)
{
	return str_eq(str_from(a), b);
}

/* Rows come by time, so a line of the span that they are in is near the end. */
static struct books_line *
line_of(struct summing *s, const struct row *row)
{
	const char *at = when(s->arena, s->by, row_int(row, 0));
	struct books *b = s->books;

	for (size_t i = b->n; i > 0; i--) {
		struct books_line *l = &b->lines[i - 1];

		if (!same(l->when, at))
			break;
		if (same(l->product, row_text(row, 2)) &&
		    same(l->provider, row_text(row, 3)) &&
		    same(l->currency, row_text(row, 4)))
			return l;
	}
	b->lines =
	    arena_grow(s->arena, b->lines, b->n, &s->max, sizeof(*b->lines));
	b->lines[b->n] = (struct books_line){ .when = at,
		.product = row_text(row, 2),
		.provider = row_text(row, 3),
		.currency = row_text(row, 4) };
	return &b->lines[b->n++];
}

/* What is won back of a dispute is no movement any more, so nothing is ever
 * added for it; and tax is not taken off, since it went through the account. */
static void
add(struct books_line *l, enum movement_kind kind, int64_t minor, int64_t tax)
{
	int64_t *counts[] = { [MOVED_FIRST] = &l->n_new,
		[MOVED_RENEWAL] = &l->n_renewed,
		[MOVED_OTHER] = &l->n_other };

	l->new_minor += kind == MOVED_FIRST ? minor : 0;
	l->renewed_minor += kind == MOVED_RENEWAL ? minor : 0;
	if (kind == MOVED_BACK) {
		l->n_back++;
		l->back_minor += minor;
	} else if (kind == MOVED_DISPUTED) {
		l->n_disputed++;
		l->disputed_minor += minor;
	} else {
		l->taken_minor += minor;
		l->tax_minor += tax;
		if (kind >= MOVED_FIRST && (size_t)kind < LENGTH(counts))
			(*counts[kind])++;
	}
	l->net_minor = l->taken_minor - l->back_minor - l->disputed_minor;
}

static void
sum_row(const struct row *row, void *ctx)
{
	add(line_of(ctx, row), (enum movement_kind)row_int(row, 1),
	    row_int(row, 5), row_int(row, 6));
}

enum err
books_read(struct db *db, struct arena *a, int64_t since_ms, int64_t until_ms,
    enum books_by by, struct books *out)
{
	struct summing s = { .arena = a, .by = by, .books = out };

	*out = (struct books){ 0 };
	return db_each(db, a, SQL_MOVEMENTS,
	    KV(kv_int("since_ms", since_ms), kv_int("until_ms", until_ms)),
	    sum_row, &s);
}

struct counting {
	struct arena *arena;
	struct books_subscribers *list;
	size_t n, max;
};

/* Months have 28 to 31 days and are all one month; of other periods the share
 * of a mean month counts. */
int64_t
books_by_the_month(int64_t minor, int64_t period_ms)
{
	int64_t months;

	if (period_ms < 1000)
		return 0;
	months = (period_ms + MONTH_MS / 2) / MONTH_MS;
	if (period_ms >= 28 * DAY_MS)
		return (minor + months / 2) / months;
	return minor * (MONTH_MS / 1000) / (period_ms / 1000);
}

/* Products, providers and currencies are few: a list that is gone through is
 * fast enough, and the order in which they come is that of the rows. */
static void
count_row(const struct row *row, void *ctx)
{
	struct counting *c = ctx;
	struct books_subscribers *s = NULL;

	for (size_t i = 0; s == NULL && i < c->n; i++)
		if (same(c->list[i].product, row_text(row, 0)) &&
		    same(c->list[i].provider, row_text(row, 1)) &&
		    same(c->list[i].currency, row_text(row, 2)))
			s = &c->list[i];
	if (s == NULL) {
		c->list = arena_grow(
		    c->arena, c->list, c->n, &c->max, sizeof(*c->list));
		s = &c->list[c->n++];
		*s = (struct books_subscribers){ .product = row_text(row, 0),
			.provider = row_text(row, 1),
			.currency = row_text(row, 2) };
	}
	s->n++;
	s->mrr_minor += books_by_the_month(row_int(row, 3), row_int(row, 4));
}

enum err
books_subscribers(
    struct db *db, struct arena *a, struct books_subscribers **out, size_t *n)
{
	struct counting c = { .arena = a };
	enum err e = db_each(db, a, SQL_SUBSCRIBERS, KV_NONE, count_row, &c);

	*out = c.list;
	*n = c.n;
	return e;
}
