/* Drawing the figures, and writing what they are. */
#include "bot/admin_picture.h"

#include "base/array.h"
#include "base/canvas.h"
#include "base/clock.h"
#include "base/currency.h"
#include "base/units.h"
#include "ledger/figures.h"
#include "shop/writing.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define DAYS_BY_DAY 92 /* more are shown by the month */
#define MOST_DAYS 731
#define MAX_MONEY 3 /* currencies in words; the first one is drawn */

/* Places on the picture, which a telephone shows at a third of its size. */
#define WIDTH 1080
#define LEFT 130 /* beside it the amounts */
#define RIGHT (WIDTH - 40)
#define SALES_TOP 48
#define SALES_FOOT 470
#define MRR_TOP 600
#define MRR_FOOT 780
#define STEP_HEIGHT 44 /* of a bar of the funnel */
#define STEP_EVERY 62
#define SMALL 26 /* how high numbers are */
#define GAP 14   /* between a number and what it is of */

/* Night and day alike: a dark card looks well on both of Telegram's grounds. */
enum colour { GROUND, INK, SOFT, GRID, FRESH, RENEWED, OTHER, RETURNED, MRR };
static const uint32_t colours[CANVAS_COLOURS] = { [GROUND] = 0x17212b,
	[INK] = 0xeef3f8,
	[SOFT] = 0x9fb0c3,
	[GRID] = 0x2c3a48,
	[FRESH] = 0x4aa3ff,
	[RENEWED] = 0x3ecf8e,
	[OTHER] = 0xb08cff,
	[RETURNED] = 0xff6b6b,
	[MRR] = 0xffd166 };

struct drawing {
	struct canvas canvas;
	struct arena *arena;
	const struct figures *f;
	const struct figures_money *money; /* NULL: nothing was sold */
	int64_t major;                     /* minor units of one whole */
};

/* ---- scales ---- */

/* From what is below the line to what is above it, in steps that are easy to
 * read. */
struct scale {
	int64_t low, high, step;
	int top, foot;
};

/* 1, 2 or 5, and zeros: the least of them of which four reach so far. */
static int64_t
step_for(int64_t reach, int64_t least)
{
	static const int64_t steps[] = { 1, 2, 5 };
	int64_t step = least;

	for (int i = 1; step * 4 < reach; i++) {
		int64_t tens = least;

		for (int k = 0; k < i / 3; k++)
			tens *= 10;
		step = steps[i % 3] * tens;
	}
	return step;
}

static struct scale
scale_of(int64_t low, int64_t high, int64_t least, int top, int foot)
{
	struct scale s = { .top = top, .foot = foot };

	s.step = step_for(high - low, least);
	s.high = (high + s.step - 1) / s.step * s.step;
	s.low = -((-low + s.step - 1) / s.step * s.step);
	if (s.high == s.low)
		s.high = s.low + s.step;
	return s;
}

/* Up is less, as on all screens. */
static int
height_of(const struct scale *s, int64_t value)
{
	return s->foot -
	    (int)((value - s->low) * (s->foot - s->top) / (s->high - s->low));
}

/* "950", "12k", "3M": whole units, of which the caption tells the currency. */
static const char *
short_number(struct arena *a, int64_t n)
{
	static const struct {
		int64_t from, unit;
		const char *sign;
	} all[] = { { 10000000, 1000000, "M" }, { 10000, 1000, "k" } };

	for (size_t i = 0; i < LENGTH(all); i++)
		if (n >= all[i].from || -n >= all[i].from)
			return arena_printf(
			    a, "%" PRId64 "%s", n / all[i].unit, all[i].sign);
	return arena_printf(a, "%" PRId64, n);
}

static void
draw_scale(struct drawing *d, const struct scale *s)
{
	for (int64_t at = s->low; at <= s->high; at += s->step) {
		int y = height_of(s, at);

		canvas_box(&d->canvas,
		    (struct canvas_box){ LEFT, y - 1, RIGHT - LEFT, 2, 0 },
		    at == 0 ? SOFT : GRID);
		canvas_text(&d->canvas,
		    (struct canvas_point){ LEFT - GAP, y - SMALL / 2 }, SMALL,
		    SOFT, CANVAS_RIGHT, short_number(d->arena, at / d->major));
	}
}

/* ---- sales ---- */

/* By the whole width, so that no rest is left at the right. */
static int
left_of(const struct drawing *d, size_t span)
{
	return LEFT + (int)((RIGHT - LEFT) * span / d->f->n_spans);
}

/* "27.11" of "2026-11-27", "11/26" of "2026-11". */
static const char *
place_name(struct arena *a, const char *span)
{
	return strlen(span) == strlen("2026-11-27") ?
	    arena_printf(a, "%.2s.%.2s", span + 8, span + 5) :
	    arena_printf(a, "%.2s/%.2s", span + 5, span + 2);
}

static void
draw_places(struct drawing *d, int y)
{
	size_t every = (d->f->n_spans + 6) / 7;

	/* From the end: the last one is today. */
	for (size_t i = d->f->n_spans; i > 0; i -= i < every ? i : every)
		canvas_text(&d->canvas,
		    (struct canvas_point){
			(left_of(d, i - 1) + left_of(d, i)) / 2, y },
		    SMALL, SOFT, CANVAS_MIDDLE,
		    place_name(d->arena, d->f->spans[i - 1]));
}

struct part {
	const int64_t *values;
	enum colour colour;
};

/* What came in stands on the line, what went out hangs below it. */
static void
draw_bar(struct drawing *d, const struct scale *s, size_t span,
    const struct part *parts, size_t n)
{
	int left = left_of(d, span), room = left_of(d, span + 1) - left;
	int64_t above = 0, below = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t value = parts[i].values[span];
		int64_t *sum = value < 0 ? &below : &above;
		int from = height_of(s, *sum), to;

		*sum += value;
		to = height_of(s, *sum);
		canvas_box(&d->canvas,
		    (struct canvas_box){ left + room / 6, from < to ? from : to,
			room - 2 * (room / 6),
			from < to ? to - from : from - to, 0 },
		    parts[i].colour);
	}
}

static void
draw_sales(struct drawing *d)
{
	const struct figures_money *m = d->money;
	const struct part parts[] = { { m->fresh_minor, FRESH },
		{ m->renewed_minor, RENEWED }, { m->other_minor, OTHER },
		{ m->back_minor, RETURNED }, { m->disputed_minor, RETURNED } };
	int64_t high = 0, low = 0;
	struct scale s;

	for (size_t i = 0; i < d->f->n_spans; i++) {
		int64_t in =
		    m->fresh_minor[i] + m->renewed_minor[i] + m->other_minor[i];
		int64_t out = m->back_minor[i] + m->disputed_minor[i];

		high = in > high ? in : high;
		low = out < low ? out : low;
	}
	s = scale_of(low, high, d->major, SALES_TOP, SALES_FOOT);
	draw_scale(d, &s);
	for (size_t i = 0; i < d->f->n_spans; i++)
		draw_bar(d, &s, i, parts, LENGTH(parts));
	draw_places(d, SALES_FOOT + GAP + SMALL / 2);
}

/* ---- by the month ---- */

/* Who sells once has nothing that comes in by the month. */
static bool
has_plans(const struct figures *f, const struct figures_money *m)
{
	for (size_t i = 0; m != NULL && i < f->n_spans; i++)
		if (m->mrr_minor[i] != 0)
			return true;
	return false;
}

static void
draw_mrr(struct drawing *d)
{
	size_t n = d->f->n_spans;
	struct canvas_point *line =
	    arena_alloc(d->arena, n * sizeof(struct canvas_point));
	int64_t high = 0;
	struct scale s;

	for (size_t i = 0; i < n; i++)
		if (d->money->mrr_minor[i] > high)
			high = d->money->mrr_minor[i];
	s = scale_of(0, high, d->major, MRR_TOP, MRR_FOOT);
	draw_scale(d, &s);
	for (size_t i = 0; i < n; i++)
		line[i] = (struct canvas_point){
			(left_of(d, i) + left_of(d, i + 1)) / 2,
			height_of(&s, d->money->mrr_minor[i])
		};
	canvas_below(&d->canvas, line, n, MRR_FOOT - 1, MRR);
	for (size_t i = 0; i + 1 < n; i++)
		canvas_line(&d->canvas, line[i], line[i + 1], 80, MRR);
}

/* ---- how far people came ---- */

struct step {
	enum text name;
	int64_t n;
};
#define MAX_STEPS 5

/* The last one is told only where the bot can see it. */
static size_t
steps_of(const struct figures_funnel *f, struct step out[MAX_STEPS])
{
	const struct step all[MAX_STEPS] = { { TEXT_REPORT_CAME, f->n_came },
		{ TEXT_REPORT_BEGAN, f->n_began },
		{ TEXT_REPORT_PAID, f->n_paid },
		{ TEXT_REPORT_INVITED, f->n_invited },
		{ TEXT_REPORT_JOINED, f->n_joined } };

	memcpy(out, all, sizeof(all));
	return f->sees_joined ? MAX_STEPS : MAX_STEPS - 1;
}

/* Even nobody has a sliver, so that the row is seen to be one. */
static void
draw_steps(struct drawing *d, int top)
{
	struct step steps[MAX_STEPS];
	size_t n = steps_of(&d->f->funnel, steps);
	int64_t whole = steps[0].n > 0 ? steps[0].n : 1;

	for (size_t i = 0; i < n; i++) {
		int y = top + (int)i * STEP_EVERY;
		int text_y = y + (STEP_HEIGHT - SMALL) / 2;
		int wide = (int)(steps[i].n * (RIGHT - LEFT - 140) / whole);

		wide = wide < 6 ? 6 : wide;
		canvas_text(&d->canvas,
		    (struct canvas_point){ LEFT - GAP, text_y }, SMALL, SOFT,
		    CANVAS_RIGHT, arena_printf(d->arena, "%zu", i + 1));
		canvas_box(&d->canvas,
		    (struct canvas_box){ LEFT, y, wide, STEP_HEIGHT, 8 },
		    FRESH);
		canvas_text(&d->canvas,
		    (struct canvas_point){ LEFT + wide + GAP, text_y }, SMALL,
		    INK, CANVAS_LEFT, short_number(d->arena, steps[i].n));
	}
}

/* What there is nothing of takes no room. */
static struct str
draw(struct arena *a, const struct figures *f)
{
	struct drawing d = { .arena = a, .f = f, .major = 1 };
	bool has_mrr;
	int top = SALES_TOP;

	if (f->n_money > 0)
		d.money = &f->money[0];
	has_mrr = has_plans(f, d.money);
	if (d.money != NULL)
		top = has_mrr ? MRR_FOOT + 56 : SALES_FOOT + 112;
	d.canvas = canvas_new(
	    a, WIDTH, top + MAX_STEPS * STEP_EVERY + SALES_TOP / 2, colours);
	for (int i = 0;
	     d.money != NULL && i < currency_of(d.money->currency).decimals;
	     i++)
		d.major *= 10;
	if (d.money != NULL)
		draw_sales(&d);
	if (has_mrr)
		draw_mrr(&d);
	draw_steps(&d, top);
	return canvas_png(&d.canvas);
}

/* ---- in words ---- */

/* In the words that the report on a page has. */
static void
named(struct admin_page *p, const char *sign, enum text name, const char *value)
{
	admin_line(p,
	    arena_printf(p->r->arena, "%s%s: %s", sign,
		text_plain_in(p->r->in, name), value));
}

static void
amount(struct admin_page *p, const char *sign, enum text name,
    const struct figures_money *m, int64_t minor)
{
	if (minor != 0)
		named(p, sign, name, admin_money(p, minor, m->currency));
}

/* The squares have the picture's colours. */
static void
say_money(struct admin_page *p, const struct figures_money *m)
{
	const struct books_line *s = &m->sum;

	admin_line(p, "");
	named(
	    p, "", TEXT_REPORT_NET, admin_money(p, s->net_minor, m->currency));
	amount(p, "\xf0\x9f\x9f\xa6 ", TEXT_REPORT_NEW, m, s->new_minor);
	amount(
	    p, "\xf0\x9f\x9f\xa9 ", TEXT_REPORT_RENEWED, m, s->renewed_minor);
	amount(p, "\xf0\x9f\x9f\xaa ", TEXT_REPORT_OTHER, m,
	    s->taken_minor - s->new_minor - s->renewed_minor);
	amount(p, "\xf0\x9f\x9f\xa5 ", TEXT_REPORT_RETURNED, m, s->back_minor);
	amount(
	    p, "\xf0\x9f\x9f\xa5 ", TEXT_REPORT_DISPUTED, m, s->disputed_minor);
	amount(p, "\xf0\x9f\x9f\xa8 ", TEXT_REPORT_MRR, m, m->mrr_now_minor);
}

static void
say_steps(struct admin_page *p, const struct figures_funnel *f)
{
	struct step steps[MAX_STEPS];
	size_t n = steps_of(f, steps);

	admin_line(p, "");
	for (size_t i = 0; i < n; i++)
		named(p, arena_printf(p->r->arena, "%zu. ", i + 1),
		    steps[i].name,
		    writing_number(p->r->in, p->r->arena, steps[i].n, 0));
}

/* One number for the whole shop: the card of a buyer says of what. */
static void
say_inside(struct admin_page *p, const struct figures *f)
{
	int64_t n = 0;

	for (size_t i = 0; i < f->n_products; i++)
		n += f->products[i].n;
	named(p, "\n\xf0\x9f\x91\xa5 ", TEXT_REPORT_INSIDE,
	    writing_number(p->r->in, p->r->arena, n, 0));
}

static void
say(struct admin_page *p, const struct figures *f)
{
	struct arena *a = p->r->arena;

	admin_line(p,
	    arena_printf(a, "\xf0\x9f\x93\x8a %s, %s \xe2\x80\x93 %s",
		text_plain_in(p->r->in, TEXT_REPORT_TITLE),
		writing_short(p->r->in, a, f->spans[0]),
		writing_short(p->r->in, a, f->spans[f->n_spans - 1])));
	if (f->n_money == 0)
		admin_line(p, text_plain_in(p->r->in, TEXT_REPORT_NOTHING));
	for (size_t i = 0; i < f->n_money && i < MAX_MONEY; i++)
		say_money(p, &f->money[i]);
	say_steps(p, &f->funnel);
	say_inside(p, f);
}

static void
add_spans(struct admin_page *p)
{
	static const int64_t days[] = { 7, 30, 365 };

	for (size_t i = 0; i < LENGTH(days); i++)
		admin_button(p,
		    text_count_in(p->r->in, p->r->arena, TEXT_ADMIN_DAYS,
			days[i], KV(kv_int("days", days[i]))),
		    arena_printf(
			p->r->arena, ADMIN_PICTURE ":%" PRId64, days[i]));
}

enum err
admin_picture(struct admin_page *p, struct str days)
{
	int64_t now_ms = clock_now_ms(), n = 0;
	struct figures f;
	enum err e;

	if (!str_to_i64(days, &n) || n == 0 || n > MOST_DAYS)
		n = 30;
	e = figures_read(p->r->db, p->r->arena, now_ms - (n - 1) * DAY_MS,
	    now_ms, n > DAYS_BY_DAY ? BOOKS_BY_MONTH : BOOKS_BY_DAY, &f);
	if (e != ERR_OK)
		return e;
	say(p, &f);
	add_spans(p);
	p->picture = draw(p->r->arena, &f);
	return ERR_OK;
}
