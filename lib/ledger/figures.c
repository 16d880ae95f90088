/* Summing up for a report. */
#include "ledger/figures.h"

#include "base/clock.h"
#include "base/units.h"

#include <stdlib.h>
#include <string.h>

/* What the rows of one statement are summed into. */
struct reading {
	struct arena *arena;
	struct figures *f;
	size_t max;
	int64_t order_id;  /* of the row before; 0: none */
	int64_t *of_order; /* what it counts for, a value for each span */
};

/* ---- spans ---- */

static const char *
name_at(struct arena *a, enum books_by by, int64_t at_ms)
{
	char day[CLOCK_DATE_BYTES];
	struct str text;

	clock_local_date(at_ms, day);
	text = str_from(day);
	if (by == BOOKS_BY_MONTH)
		text.len -= 3; /* without "-27" */
	return arena_dup(a, text);
}

/* The midnight before. Where the clocks are changed at midnight there may be
 * none; then the moment itself will do. */
static int64_t
day_begins(int64_t at_ms, bool of_month)
{
	char day[CLOCK_DATE_BYTES];
	int64_t begins_ms = at_ms;

	clock_local_date(at_ms, day);
	if (of_month) {
		day[strlen(day) - 2] = '0';
		day[strlen(day) - 1] = '1';
	}
	(void)clock_parse_local_date(day, &begins_ms);
	return begins_ms;
}

static void
add_span(struct figures *f, struct arena *a, size_t *max, const char *name)
{
	size_t room = *max;

	if (f->n_spans > 0 && strcmp(f->spans[f->n_spans - 1], name) == 0)
		return;
	f->spans = arena_grow(a, f->spans, f->n_spans, max, sizeof(*f->spans));
	f->ends_ms =
	    arena_grow(a, f->ends_ms, f->n_spans, &room, sizeof(*f->ends_ms));
	f->spans[f->n_spans++] = name;
}

/* From noon to noon: a day may have 23 or 25 hours, and its noon is in it. */
static void
make_spans(struct figures *f, struct arena *a, enum books_by by)
{
	int64_t noon_ms = f->since_ms + DAY_MS / 2;
	size_t max = 0;

	add_span(f, a, &max, name_at(a, by, f->since_ms));
	for (; day_begins(noon_ms, false) < f->until_ms; noon_ms += DAY_MS) {
		add_span(f, a, &max, name_at(a, by, noon_ms));
		f->ends_ms[f->n_spans - 1] =
		    day_begins(noon_ms + DAY_MS, false);
	}
	f->ends_ms[f->n_spans - 1] = f->until_ms;
}

/* ---- money ---- */

static int64_t *
values(struct reading *r)
{
	return arena_alloc(r->arena, r->f->n_spans * sizeof(int64_t));
}

static struct figures_money *
money_of(struct reading *r, const char *currency)
{
	struct figures *f = r->f;
	struct figures_money *m;

	for (size_t i = 0; i < f->n_money; i++)
		if (strcmp(f->money[i].currency, currency) == 0)
			return &f->money[i];
	f->money = arena_grow(
	    r->arena, f->money, f->n_money, &r->max, sizeof(*f->money));
	m = &f->money[f->n_money++];
	*m = (struct figures_money){ .currency = currency,
		.fresh_minor = values(r),
		.renewed_minor = values(r),
		.other_minor = values(r),
		.back_minor = values(r),
		.disputed_minor = values(r),
		.mrr_minor = values(r) };
	return m;
}

static void
add_to_sum(struct books_line *sum, const struct books_line *l)
{
	sum->n_new += l->n_new;
	sum->n_renewed += l->n_renewed;
	sum->n_other += l->n_other;
	sum->n_back += l->n_back;
	sum->n_disputed += l->n_disputed;
	sum->taken_minor += l->taken_minor;
	sum->tax_minor += l->tax_minor;
	sum->new_minor += l->new_minor;
	sum->renewed_minor += l->renewed_minor;
	sum->back_minor += l->back_minor;
	sum->disputed_minor += l->disputed_minor;
	sum->net_minor += l->net_minor;
}

/* What went back stands below the line of a chart, so it is less than
 * nothing here. */
static void
add_line(struct figures_money *m, size_t span, const struct books_line *l)
{
	add_to_sum(&m->sum, l);
	m->fresh_minor[span] += l->new_minor;
	m->renewed_minor[span] += l->renewed_minor;
	m->other_minor[span] +=
	    l->taken_minor - l->new_minor - l->renewed_minor;
	m->back_minor[span] -= l->back_minor;
	m->disputed_minor[span] -= l->disputed_minor;
}

/* The books come by time, so the span is the one before's or a later one. */
static enum err
read_sales(struct reading *r, struct db *db, enum books_by by)
{
	struct figures *f = r->f;
	struct books b;
	size_t span = 0;
	enum err e = books_read(db, r->arena, f->since_ms, f->until_ms, by, &b);

	for (size_t i = 0; e == ERR_OK && i < b.n; i++) {
		const struct books_line *l = &b.lines[i];

		while (span + 1 < f->n_spans &&
		    strcmp(f->spans[span], l->when) != 0)
			span++;
		add_line(money_of(r, l->currency), span, l);
	}
	return e;
}

/* Of an order the latest payment that covers the moment counts: after a change
 * the first one's time is not over yet. */
static void
period_from_row(const struct row *row, void *ctx)
{
	struct reading *r = ctx;
	struct figures_money *m = money_of(r, row_text(row, 1));
	int64_t from_ms = row_int(row, 3), to_ms = row_int(row, 4);
	int64_t back_ms = row_int(row, 5);
	int64_t minor = books_by_the_month(row_int(row, 2), to_ms - from_ms);

	if (row_int(row, 0) != r->order_id)
		memset(r->of_order, 0, r->f->n_spans * sizeof(*r->of_order));
	r->order_id = row_int(row, 0);
	if (back_ms != 0 && back_ms < to_ms)
		to_ms = back_ms;
	for (size_t i = 0; i < r->f->n_spans; i++) {
		int64_t at_ms = r->f->ends_ms[i] - 1;

		if (at_ms < from_ms || at_ms >= to_ms)
			continue;
		m->mrr_minor[i] += minor - r->of_order[i];
		r->of_order[i] = minor;
	}
}

/* Who pays now may have paid before the first span, in a currency of which
 * nothing was sold since. */
static enum err
read_subscribers(struct reading *r, struct db *db)
{
	struct books_subscribers *list;
	size_t n = 0;
	enum err e = books_subscribers(db, r->arena, &list, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct figures_money *m = money_of(r, list[i].currency);

		m->n_subscribers += list[i].n;
		m->mrr_now_minor += list[i].mrr_minor;
	}
	return e;
}

static enum err
read_money(struct reading *r, struct db *db, enum books_by by)
{
	const struct figures *f = r->f;
	enum err e = read_sales(r, db, by);

	r->of_order = values(r);
	if (e == ERR_OK)
		e = db_each(db, r->arena, SQL_REPORT_PERIODS,
		    KV(kv_int("since_ms", f->since_ms),
			kv_int("until_ms", f->until_ms)),
		    period_from_row, r);
	return e == ERR_OK ? read_subscribers(r, db) : e;
}

/* ---- people ---- */

static void
funnel_from_row(const struct row *row, void *ctx)
{
	struct figures_funnel *f = ctx;

	*f = (struct figures_funnel){ .n_came = row_int(row, 0),
		.n_began = row_int(row, 1),
		.n_paid = row_int(row, 2),
		.n_invited = row_int(row, 3),
		.n_joined = row_int(row, 4),
		.sees_joined = row_int(row, 5) > 0 };
}

struct delays {
	struct arena *arena;
	int64_t *ms;
	size_t n, max;
};

/* A payment's moment is Stripe's, an invite's ours: two clocks, of which one
 * may be a second behind. */
static void
delay_from_row(const struct row *row, void *ctx)
{
	struct delays *d = ctx;
	int64_t ms = row_int(row, 0);

	d->ms = arena_grow(d->arena, d->ms, d->n, &d->max, sizeof(*d->ms));
	d->ms[d->n++] = ms < 0 ? 0 : ms;
}

/* The least that so many of a hundred do not go over (nearest rank). */
static int64_t
rank(const struct delays *d, size_t percent)
{
	return d->ms[(d->n * percent + 99) / 100 - 1];
}

static enum err
read_delays(struct reading *r, struct db *db)
{
	struct delays d = { .arena = r->arena };
	enum err e = db_each(db, r->arena, SQL_REPORT_DELAYS,
	    KV(kv_int("since_ms", r->f->since_ms)), delay_from_row, &d);

	if (e == ERR_OK && d.n > 0)
		r->f->delay = (struct figures_delay){ .n = d.n,
			.median_ms = rank(&d, 50),
			.p95_ms = rank(&d, 95) };
	return e;
}

static void
product_from_row(const struct row *row, void *ctx)
{
	struct reading *r = ctx;
	struct figures *f = r->f;

	f->products = arena_grow(r->arena, f->products, f->n_products, &r->max,
	    sizeof(*f->products));
	f->products[f->n_products++] =
	    (struct figures_product){ .id = row_text(row, 0),
		    .n = row_int(row, 1),
		    .n_renewing = row_int(row, 2),
		    .n_until = row_int(row, 3) };
}

/* ---- where from ---- */

/* The statement's own word for no link is none that a link could have. */
static void
source_from_row(const struct row *row, void *ctx)
{
	struct reading *r = ctx;
	struct figures *f = r->f;
	const char *word = row_text(row, 0);

	f->sources = arena_grow(
	    r->arena, f->sources, f->n_sources, &r->max, sizeof(*f->sources));
	f->sources[f->n_sources++] =
	    (struct figures_source){ .word = strcmp(word, "(none)") == 0 ? "" :
									   word,
		    .n_orders = row_int(row, 1),
		    .taken_minor = row_int(row, 2),
		    .currency = row_text(row, 3) };
}

static int
more_orders(const void *a, const void *b)
{
	const struct figures_source *x = a, *y = b;

	if (x->n_orders != y->n_orders)
		return x->n_orders < y->n_orders ? 1 : -1;
	return strcmp(x->word, y->word);
}

/* Where nobody came by a word there is nothing to tell. */
static enum err
read_sources(struct reading *r, struct db *db)
{
	struct figures *f = r->f;
	bool any = false;
	enum err e = db_each(db, r->arena, SQL_REPORT_SOURCES,
	    KV(kv_int("since_ms", f->since_ms), kv_int("n", 1)),
	    source_from_row, r);

	for (size_t i = 0; i < f->n_sources; i++)
		any = any || f->sources[i].word[0] != '\0';
	if (!any)
		f->n_sources = 0;
	if (f->n_sources > 0)
		qsort(
		    f->sources, f->n_sources, sizeof(*f->sources), more_orders);
	return e;
}

enum err
figures_read(struct db *db, struct arena *a, int64_t since_ms, int64_t until_ms,
    enum books_by by, struct figures *out)
{
	struct reading money = { .arena = a, .f = out };
	struct reading products = money, sources = money;
	enum err e;

	*out = (struct figures){ .since_ms =
				     day_begins(since_ms, by == BOOKS_BY_MONTH),
		.until_ms = until_ms };
	make_spans(out, a, by);
	e = read_money(&money, db, by);
	if (e == ERR_OK)
		e = db_one(db, a, SQL_REPORT_FUNNEL,
		    KV(kv_int("since_ms", out->since_ms)), funnel_from_row,
		    &out->funnel);
	if (e == ERR_OK)
		e = read_delays(&money, db);
	if (e == ERR_OK)
		e = db_each(db, a, SQL_REPORT_WHO_IS_IN, KV_NONE,
		    product_from_row, &products);
	return e == ERR_OK ? read_sources(&sources, db) : e;
}
