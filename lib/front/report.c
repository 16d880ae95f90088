/* The report: what the figures say, laid out as a page. */
#include "front/report.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/units.h"
#include "shop/text.h"
#include "shop/writing.h"
#include "web/chart.h"

#include <ctype.h>
#include <string.h>

#define MAX_PAGE_BYTES ((size_t)2 * 1024 * 1024)

/* What sellers pay elsewhere for the same, in thousandths of what they take. */
#define FEE_LOW 30
#define FEE_HIGH 100

/* A page that is being written. */
struct report {
	const struct app *app;
	const struct figures *f;
	struct arena *arena;
	struct buf *b;
	enum language in;
	enum books_by by;
	const char **places; /* the spans as they are read */
};

/* How amounts of one currency are written along a chart. */
struct purse {
	enum language in;
	const char *currency;
};

static const char head[] =
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, "
    "initial-scale=1\">\n<meta name=\"robots\" content=\"noindex\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" "
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n";

/* Paper is white whatever the screen is; what opens by a click stays shut on
 * it, and a shop of one currency fits a page. */
static const char style[] =
    ":root{color-scheme:light dark;--ink:#1d2433;--soft:#5b6475;"
    "--paper:#fff;--back:#eef1f6;--line:#dde2ea;--fresh:#2f6fed;"
    "--renewed:#0b8a6f;--other:#8a5cd6;--returned:#c2410c;"
    "--disputed:#8f1d3f}\n"
    "@media screen and (prefers-color-scheme:dark){:root{--ink:#eef1f6;"
    "--soft:#a9b3c4;--paper:#1b212d;--back:#11151d;--line:#333c4d;"
    "--fresh:#6d9bff;--renewed:#3ecfa8;--other:#b899f5;"
    "--returned:#ff8a5c;--disputed:#ff6b8f}}\n"
    "*{box-sizing:border-box}body{margin:0;background:var(--back);"
    "color:var(--ink);font:16px/1.5 system-ui,-apple-system,\"Segoe UI\","
    "Roboto,sans-serif}\n"
    "main{max-width:60rem;margin:0 auto;padding:24px 16px 40px}"
    "section,header{margin-bottom:16px}"
    ".pair{columns:18rem 2;column-gap:16px}\n"
    "h1,h2,p,dl,dd,ol,ul{margin:0}\n"
    "h1{font-size:1.6rem;line-height:1.2}"
    "h2{font-size:1.05rem;margin-bottom:12px}\n"
    "header p,small,.note,.marks,.along,dt{color:var(--soft);"
    "font-size:.85rem}.note{margin-top:12px}\n"
    "section{background:var(--paper);border-radius:16px;padding:20px;"
    "min-width:0;overflow-wrap:anywhere;break-inside:avoid}"
    "small{white-space:nowrap}\n"
    ".tiles{display:grid;gap:16px;"
    "grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr))}\n"
    ".tiles dd{font-size:1.3rem;font-weight:600;white-space:nowrap}"
    ".tiles dd.note{margin:0;font-size:.85rem;font-weight:400}\n"
    ".steps{list-style:none;padding:0;display:grid;gap:12px}"
    ".steps div{display:flex;justify-content:space-between;gap:12px}"
    ".steps b{white-space:nowrap}\n"
    ".fresh{fill:var(--fresh);color:var(--fresh)}"
    ".renewed{fill:var(--renewed);color:var(--renewed)}"
    ".other{fill:var(--other)}.returned{fill:var(--returned)}"
    ".disputed{fill:var(--disputed)}\n"
    "details{margin-top:12px}summary{cursor:pointer;font-size:.85rem;"
    "padding:8px 0}.wide{overflow-x:auto}"
    "table{border-collapse:collapse;font-size:.85rem;width:100%;"
    "font-variant-numeric:tabular-nums}"
    "th,td{padding:4px 8px;text-align:right;white-space:nowrap;"
    "border-bottom:1px solid var(--line)}"
    "th:first-child{text-align:left}th{font-weight:500}\n"
    "@page{size:A4;margin:10mm}"
    "@media print{:root{font-size:11px}body{background:none;font-size:1rem;"
    "print-color-adjust:exact;-webkit-print-color-adjust:exact}"
    "main{padding:0;max-width:none}section,header{margin-bottom:8px}"
    ".pair{column-gap:8px}section{border:1px solid var(--line);padding:10px}"
    ".plot svg{height:104px}details{display:none}"
    "h2{margin-bottom:6px}.note,.legend{margin-top:6px}.plot{margin-top:10px}"
    ".steps{gap:4px}.share{height:6px}.tiles dd{font-size:1.2rem}}\n";

/* ---- words ---- */

static const char *
say(const struct report *r, enum text which)
{
	return text_plain_in(r->in, which);
}

static void
element(struct report *r, const char *open, const char *text, const char *close)
{
	buf_text(r->b, open);
	buf_html(r->b, text);
	buf_text(r->b, close);
}

static const char *
count(const struct report *r, int64_t n)
{
	return writing_number(r->in, r->arena, n, 0);
}

static const char *
money(const struct report *r, const char *currency, int64_t minor)
{
	return writing_money(r->in, r->arena, minor, currency);
}

static const char *
exactly(void *ctx, struct arena *a, int64_t minor)
{
	const struct purse *p = ctx;

	return writing_money(p->in, a, minor, p->currency);
}

static const char *
roughly(void *ctx, struct arena *a, int64_t minor)
{
	const struct purse *p = ctx;

	return writing_round_money(p->in, a, minor, p->currency);
}

/* A heading has the currency's code, as whoever sells in it knows it. */
static const char *
currency_shown(const struct report *r, const char *code)
{
	char *capitals = arena_dup_text(r->arena, code);

	if (strcmp(code, "xtr") == 0)
		return "Telegram Stars";
	for (char *p = capitals; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	return capitals;
}

/* "2,4 s", "3 min": one unit, with a decimal where that is all there is. */
static const char *
wait_of(const struct report *r, int64_t ms)
{
	static const struct {
		int64_t unit_ms, up_to_ms;
		enum text text;
	} units[] = { { 1000, MINUTE_MS, TEXT_REPORT_SECONDS },
		{ MINUTE_MS, HOUR_MS, TEXT_REPORT_MINUTES },
		{ HOUR_MS, 2 * DAY_MS, TEXT_REPORT_HOURS },
		{ DAY_MS, INT64_MAX, TEXT_REPORT_DAYS } };
	size_t i = 0;
	int64_t tenths;

	while (ms >= units[i].up_to_ms)
		i++;
	tenths = (ms + units[i].unit_ms / 20) / (units[i].unit_ms / 10);
	return text_fill_in(r->in, r->arena, units[i].text,
	    KV(kv_text("amount",
		tenths < 100 && tenths % 10 != 0 ?
		    writing_number(r->in, r->arena, tenths, 1) :
		    count(r, (tenths + 5) / 10))));
}

/* ---- what was sold ---- */

/* A number with its name over it; a note, which may be NULL, under it. */
static void
tile(struct report *r, enum text name, const char *value, const char *note)
{
	element(r, "<div><dt>", say(r, name), "</dt>");
	element(r, "<dd>", value, "</dd>");
	if (note != NULL)
		element(r, "<dd class=\"note\">", note, "</dd>");
	buf_text(r->b, "</div>\n");
}

static const char *
subscribers(const struct report *r, int64_t n)
{
	return text_count_in(r->in, r->arena, TEXT_REPORT_SUBSCRIBERS, n,
	    KV(kv_text("amount", count(r, n))));
}

/* Without zeros that tell nothing: of a shop without plans, say. */
static void
tiles(struct report *r, const struct figures_money *m)
{
	const struct books_line *s = &m->sum;

	buf_text(r->b, "<dl class=\"tiles\">\n");
	tile(r, TEXT_REPORT_TAKEN, money(r, m->currency, s->taken_minor), NULL);
	if (s->back_minor != 0)
		tile(r, TEXT_REPORT_RETURNED,
		    money(r, m->currency, s->back_minor), NULL);
	if (s->disputed_minor != 0)
		tile(r, TEXT_REPORT_DISPUTED,
		    money(r, m->currency, s->disputed_minor), NULL);
	if (s->back_minor != 0 || s->disputed_minor != 0)
		tile(r, TEXT_REPORT_NET, money(r, m->currency, s->net_minor),
		    NULL);
	if (m->n_subscribers > 0)
		tile(r, TEXT_REPORT_MRR,
		    money(r, m->currency, m->mrr_now_minor),
		    subscribers(r, m->n_subscribers));
	buf_text(r->b, "</dl>\n");
}

static struct chart
chart_of(const struct report *r, struct purse *purse, const char *title,
    const struct chart_part *parts, size_t n_parts)
{
	return (struct chart){ .title = title,
		.parts = parts,
		.n_parts = n_parts,
		.places = r->places,
		.n = r->f->n_spans,
		.written = exactly,
		.rounded = roughly,
		.ctx = purse };
}

static const char *
span_word(const struct report *r)
{
	return say(
	    r, r->by == BOOKS_BY_MONTH ? TEXT_REPORT_MONTH : TEXT_REPORT_DAY);
}

/* What came in stands above the line and what went out below it, so the net
 * can be seen. What is disputed went out, unless it is won. */
static void
sales_chart(struct report *r, const struct figures_money *m)
{
	struct purse purse = { r->in, m->currency };
	const struct chart_part parts[] = {
		{ say(r, TEXT_REPORT_NEW), "fresh", m->fresh_minor },
		{ say(r, TEXT_REPORT_RENEWED), "renewed", m->renewed_minor },
		{ say(r, TEXT_REPORT_OTHER), "other", m->other_minor },
		{ say(r, TEXT_REPORT_RETURNED), "returned", m->back_minor },
		{ say(r, TEXT_REPORT_DISPUTED), "disputed", m->disputed_minor },
	};
	struct chart c = chart_of(r, &purse,
	    arena_printf(r->arena, "%s, %s",
		say(r,
		    r->by == BOOKS_BY_MONTH ? TEXT_REPORT_BY_MONTH :
					      TEXT_REPORT_BY_DAY),
		currency_shown(r, m->currency)),
	    parts, LENGTH(parts));

	element(r, "<section><h2>", c.title, "</h2>\n");
	chart_bars(r->b, &c);
	chart_table(r->b, &c, say(r, TEXT_REPORT_NUMBERS), span_word(r));
	buf_text(r->b, "</section>\n");
}

/* A line and no bars: what is paid again and again does not begin anew each
 * day. */
static void
mrr_chart(struct report *r, const struct figures_money *m)
{
	struct purse purse = { r->in, m->currency };
	const struct chart_part part = { say(r, TEXT_REPORT_MRR), "renewed",
		m->mrr_minor };
	struct chart c = chart_of(r, &purse,
	    arena_printf(
		r->arena, "%s, %s", part.name, currency_shown(r, m->currency)),
	    &part, 1);

	element(r, "<section><h2>", c.title, "</h2>\n");
	chart_line(r->b, &c);
	element(
	    r, "<p class=\"note\">", say(r, TEXT_REPORT_MRR_NOTE), "</p>\n");
	chart_table(r->b, &c, say(r, TEXT_REPORT_NUMBERS), span_word(r));
	buf_text(r->b, "</section>\n");
}

/* Who sells once has nothing that comes in by the month. */
static bool
has_plans(const struct report *r, const struct figures_money *m)
{
	for (size_t i = 0; i < r->f->n_spans; i++)
		if (m->mrr_minor[i] != 0)
			return true;
	return false;
}

/* Each currency by itself: nobody knows here what one is worth in another. */
static void
sales(struct report *r)
{
	if (r->f->n_money == 0)
		element(r, "<section><p>", say(r, TEXT_REPORT_NOTHING),
		    "</p></section>\n");
	for (size_t i = 0; i < r->f->n_money; i++) {
		const struct figures_money *m = &r->f->money[i];

		element(r, "<section><h2>", currency_shown(r, m->currency),
		    "</h2>\n");
		tiles(r, m);
		buf_text(r->b, "</section>\n");
		sales_chart(r, m);
		if (has_plans(r, m))
			mrr_chart(r, m);
	}
}

/* ---- people ---- */

/* How many they are of those who came, which is what one wants to change. */
static void
step(struct report *r, enum text name, int64_t n)
{
	int64_t whole = r->f->funnel.n_came;
	const struct chart_part part = { "", "fresh", &n };

	element(r, "<li><div><span>", say(r, name), "</span>");
	element(r, "<b>", count(r, n), "");
	if (whole > 0)
		element(r, " · ",
		    writing_permille(
			r->in, r->arena, (n * 1000 + whole / 2) / whole),
		    "");
	buf_text(r->b, "</b></div>");
	chart_share(r->b, &part, 1, 0, whole);
	buf_text(r->b, "</li>\n");
}

static void
funnel(struct report *r)
{
	const struct figures_funnel *f = &r->f->funnel;

	element(r, "<section><h2>", say(r, TEXT_REPORT_FUNNEL), "</h2>\n");
	buf_text(r->b, "<ol class=\"steps\">\n");
	step(r, TEXT_REPORT_CAME, f->n_came);
	step(r, TEXT_REPORT_BEGAN, f->n_began);
	step(r, TEXT_REPORT_PAID, f->n_paid);
	step(r, TEXT_REPORT_INVITED, f->n_invited);
	if (f->sees_joined)
		step(r, TEXT_REPORT_JOINED, f->n_joined);
	element(r, "</ol>\n<p class=\"note\">", say(r, TEXT_REPORT_FUNNEL_NOTE),
	    "</p>\n</section>\n");
}

/* The middle one says how it usually is, the other one how bad it gets: a mean
 * would be neither. */
static void
delay(struct report *r)
{
	const struct figures_delay *d = &r->f->delay;

	if (d->n == 0)
		return;
	element(r, "<section><h2>", say(r, TEXT_REPORT_DELAY), "</h2>\n");
	buf_text(r->b, "<dl class=\"tiles\">\n");
	tile(r, TEXT_REPORT_MEDIAN, wait_of(r, d->median_ms), NULL);
	tile(r, TEXT_REPORT_MOST, wait_of(r, d->p95_ms), NULL);
	element(r, "</dl>\n<p class=\"note\">",
	    text_count_in(r->in, r->arena, TEXT_REPORT_DELAY_NOTE,
		(int64_t)d->n, KV(kv_text("amount", count(r, (int64_t)d->n)))),
	    "</p>\n</section>\n");
}

/* One that is sold no more has its id alone. */
static const char *
title_of(const struct report *r, const char *id)
{
	const struct product *p = catalog_find(&r->app->catalog, id);

	return p == NULL ? id : product_title(p, language_code(r->in));
}

static void
key(struct report *r, const char *kind, enum text name)
{
	buf_text(r->b,
	    "<li><svg aria-hidden=\"true\" viewBox=\"0 0 1 1\">"
	    "<rect class=\"");
	buf_text(r->b, kind);
	buf_text(r->b, "\" width=\"1\" height=\"1\"/></svg>");
	element(r, "", say(r, name), "</li>");
}

static int64_t
most_inside(const struct report *r)
{
	int64_t most = 0;

	for (size_t i = 0; i < r->f->n_products; i++)
		if (r->f->products[i].n > most)
			most = r->f->products[i].n;
	return most;
}

/* The bars of all products have one measure, that of the largest. */
static void
inside_one(struct report *r, const struct figures_product *p)
{
	int64_t good = p->n - p->n_renewing - p->n_until;
	const struct chart_part parts[] = {
		{ "", "renewed", &p->n_renewing },
		{ "", "other", &p->n_until },
		{ "", "fresh", &good },
	};

	element(r, "<li><div><span>", title_of(r, p->id), "</span>");
	element(r, "<b>", count(r, p->n), "</b></div>");
	chart_share(r->b, parts, LENGTH(parts), 0, most_inside(r));
	buf_text(r->b, "</li>\n");
}

static void
inside(struct report *r)
{
	const struct figures *f = r->f;
	int64_t all = 0, renewing = 0, until = 0;

	element(r, "<section><h2>", say(r, TEXT_REPORT_INSIDE), "</h2>\n");
	if (f->n_products == 0) {
		element(
		    r, "<p>", say(r, TEXT_REPORT_NOBODY), "</p>\n</section>\n");
		return;
	}
	buf_text(r->b, "<ol class=\"steps\">\n");
	for (size_t i = 0; i < f->n_products; i++)
		inside_one(r, &f->products[i]);
	for (size_t i = 0; i < f->n_products; i++) {
		all += f->products[i].n;
		renewing += f->products[i].n_renewing;
		until += f->products[i].n_until;
	}
	buf_text(r->b, "</ol>\n<ul class=\"legend\">");
	if (renewing > 0)
		key(r, "renewed", TEXT_REPORT_RENEWS);
	if (until > 0)
		key(r, "other", TEXT_REPORT_UNTIL);
	if (all > renewing + until)
		key(r, "fresh", TEXT_REPORT_FOR_GOOD);
	buf_text(r->b, "</ul>\n</section>\n");
}

/* ---- where from, and what it would have cost ---- */

static void
source_one(struct report *r, const struct figures_source *s)
{
	const struct chart_part part = { "", "fresh", &s->n_orders };

	element(r, "<li><div><span>",
	    s->word[0] == '\0' ? say(r, TEXT_REPORT_NO_SOURCE) : s->word, "");
	element(r, " <small>",
	    text_count_in(r->in, r->arena, TEXT_REPORT_ORDERS, s->n_orders,
		KV(kv_text("amount", count(r, s->n_orders)))),
	    "</small></span>");
	element(r, "<b>", money(r, s->currency, s->taken_minor), "</b></div>");
	chart_share(r->b, &part, 1, 0, r->f->sources[0].n_orders);
	buf_text(r->b, "</li>\n");
}

/* As wide as they are of the most orders, and not of the most money: words may
 * bring several currencies. */
static void
sources(struct report *r)
{
	const struct figures *f = r->f;

	if (f->n_sources == 0)
		return;
	element(r, "<section><h2>", say(r, TEXT_REPORT_SOURCES), "</h2>\n");
	buf_text(r->b, "<ol class=\"steps\">\n");
	for (size_t i = 0; i < f->n_sources; i++)
		source_one(r, &f->sources[i]);
	buf_text(r->b, "</ol>\n</section>\n");
}

/* Rounded as money is, half of a minor unit up. */
static int64_t
part_of(int64_t minor, int64_t permille)
{
	return minor / 1000 * permille + (minor % 1000 * permille + 500) / 1000;
}

/* No service takes a part of what Telegram pays out in Stars. */
static void
fees(struct report *r)
{
	bool is_first = true;

	for (size_t i = 0; i < r->f->n_money; i++) {
		const struct figures_money *m = &r->f->money[i];
		int64_t taken = m->sum.taken_minor;

		if (taken == 0 || strcmp(m->currency, "xtr") == 0)
			continue;
		if (is_first)
			element(r, "<section><h2>", say(r, TEXT_REPORT_FEES),
			    "</h2>\n");
		is_first = false;
		element(r, "<p>",
		    text_fill_in(r->in, r->arena, TEXT_REPORT_FEES_LEAD,
			KV(kv_text("low",
			       money(r, m->currency, part_of(taken, FEE_LOW))),
			    kv_text("high",
				money(r, m->currency,
				    part_of(taken, FEE_HIGH))))),
		    "</p>\n");
	}
	if (!is_first)
		buf_text(r->b, "</section>\n");
}

/* ---- the page ---- */

/* Several products are a shop, which has no name of its own. */
static const char *
shop_name(const struct report *r)
{
	const struct catalog *c = &r->app->catalog;

	return c->n == 1 ?
	    product_title(&c->products[0], language_code(r->in)) :
	    "";
}

static const char *
day_of(const struct report *r, int64_t at_ms)
{
	char day[CLOCK_DATE_BYTES];

	clock_local_date(at_ms, day);
	return writing_day(r->in, r->arena, arena_dup(r->arena, str_from(day)));
}

static void
page(struct report *r)
{
	const char *title = say(r, TEXT_REPORT_TITLE), *name = shop_name(r);

	element(r, "<!doctype html>\n<html lang=\"", language_code(r->in),
	    "\">\n<head>\n");
	buf_text(r->b, head);
	element(r, "<title>", title, "</title>\n<style>\n");
	buf_text(r->b, chart_style);
	buf_text(r->b, style);
	buf_text(r->b, "</style>\n</head>\n<body>\n<main>\n<header>");
	element(r, "<h1>", title, "</h1>\n");
	element(r, "<p>", name, name[0] == '\0' ? "" : " · ");
	element(r, "", day_of(r, r->f->since_ms), " – ");
	element(r, "", day_of(r, r->f->until_ms), "</p></header>\n");
	sales(r);
	buf_text(r->b, "<div class=\"pair\">\n");
	funnel(r);
	delay(r);
	inside(r);
	sources(r);
	fees(r);
	buf_text(r->b, "</div>\n");
	buf_text(r->b, "</main>\n</body>\n</html>\n");
}

enum err
report_page(struct app *app, struct arena *a, const struct report_wish *wish,
    struct str *html)
{
	struct figures f;
	struct buf b = buf_new(a, MAX_PAGE_BYTES);
	struct report r = { .app = app,
		.f = &f,
		.arena = a,
		.b = &b,
		.in = wish->in,
		.by = wish->by };
	enum err e = figures_read(
	    app->db, a, wish->since_ms, wish->until_ms, wish->by, &f);

	if (e != ERR_OK)
		return e;
	r.places = arena_alloc(a, f.n_spans * sizeof(*r.places));
	for (size_t i = 0; i < f.n_spans; i++)
		r.places[i] = writing_short(wish->in, a, f.spans[i]);
	page(&r);
	*html = buf_str(&b);
	return buf_full(&b) ? ERR_TOO_BIG : ERR_OK;
}
