/* Charts: where the marks are, what stands how high, what is escaped. */
#include "testing.h"

#include "web/chart.c" /* the code under test, statics and all */

/* ---- the scale ---- */

static const struct marks {
	const char *why;
	int64_t low, high;
	struct scale want;
} marks[] = {
	{ "nothing at all", 0, 0, { 0, 1, 1 } },
	{ "one", 0, 1, { 0, 1, 1 } },
	{ "even", 0, 400, { 0, 400, 100 } },
	{ "just over", 0, 401, { 0, 600, 200 } },
	{ "both ways", -150, 420, { -200, 600, 200 } },
	{ "only down", -7, 0, { -8, 0, 2 } },
	{ "cents of many euros", 0, 123456789, { 0, 150000000, 50000000 } },
	{ "more than anybody sells", 0, INT64_MAX / 4,
	    { 0, 2500000000000000000, 1000000000000000000 } },
};

static void
scale_is(void **state)
{
	const struct marks *m = *state;
	struct scale s = scale_of(m->low, m->high);

	check_int(s.step, m->want.step);
	check_int(s.low, m->want.low);
	check_int(s.high % s.step, 0);
	assert_true(s.high >= m->high);
}

/* ---- what is drawn ---- */

static const char *
plain(void *ctx, struct arena *a, int64_t value)
{
	(void)ctx;
	return arena_printf(a, "<%lld>", (long long)value);
}

static const int64_t sold[] = { 100, 0, 300 }, back[] = { 0, 0, -100 },
		     none[] = { 0, 0, 0 };
static const char *const places[] = { "1 & 2", "3", "4" };
static const struct chart_part parts[] = { { "Sold <b>", "fresh", sold },
	{ "Back", "returned", back }, { "Other", "other", none } };
static const struct chart chart = { .title = "A \"title\"",
	.parts = parts,
	.n_parts = 3,
	.places = places,
	.n = 3,
	.written = plain,
	.rounded = plain };

static const char *
drawn(void (*draw)(struct buf *b, const struct chart *c))
{
	struct buf b = buf_new(&mem, 65536);

	draw(&b, &chart);
	assert_false(buf_full(&b));
	return arena_dup(&mem, buf_str(&b));
}

static void
bars(void **state)
{
	const char *svg = drawn(chart_bars);

	(void)state;
	/* from 300 down to -100: 0 is at three quarters */
	check_has(svg, "viewBox=\"0 0 30 1000\"");
	check_has(svg, "<span>&lt;300&gt;</span>");
	check_has(svg, "<span>&lt;-100&gt;</span></div>");
	check_has(svg,
	    "<rect class=\"fresh\" x=\"1\" y=\"500\" width=\"8\" "
	    "height=\"250\"/>");
	check_has(svg,
	    "<rect class=\"fresh\" x=\"21\" y=\"0\" width=\"8\" "
	    "height=\"750\"/><rect class=\"returned\" x=\"21\" y=\"750\" "
	    "width=\"8\" height=\"250\"/>");
	check_has(svg, "class=\"zero\" x1=\"0\" x2=\"30\" y1=\"750\"");
	check_has(svg,
	    "<title>4\nSold &lt;b&gt;: &lt;300&gt;\nBack: "
	    "&lt;-100&gt;</title>");
	check_has(svg, "aria-label=\"A &quot;title&quot;\"");
	check_has(svg, "<span>1 &amp; 2</span>");
	check_lacks(svg, "Other");
	check_lacks(svg, "<b>");
}

static void
line(void **state)
{
	const char *svg = drawn(chart_line);

	(void)state;
	check_has(svg, "class=\"line\" points=\"5,667 15,1000 25,0 \"");
	check_has(svg, "points=\"5,1000 5,667 15,1000 25,0 25,1000\"");
	check_lacks(svg, "legend");
}

static void
table(void **state)
{
	struct buf b = buf_new(&mem, 65536);
	const char *html;

	(void)state;
	chart_table(&b, &chart, "In <numbers>", "Day");
	html = arena_dup(&mem, buf_str(&b));
	check_has(html, "<summary>In &lt;numbers&gt;</summary>");
	check_has(html,
	    "<th scope=\"row\">4</th><td>&lt;300&gt;</td>"
	    "<td>&lt;-100&gt;</td></tr>");
	check_lacks(html, "<th scope=\"row\">3</th>"); /* nothing was sold */
	check_lacks(html, "Other");
}

/* What is small is seen all the same. */
static void
least(void **state)
{
	static const int64_t values[] = { 1000000, 1 };
	static const struct chart_part part = { "Sold", "fresh", values };
	struct chart c = chart;
	struct buf b = buf_new(&mem, 65536);

	(void)state;
	c.parts = &part;
	c.n_parts = 1;
	c.n = 2;
	chart_bars(&b, &c);
	check_has(arena_dup(&mem, buf_str(&b)),
	    "x=\"11\" y=\"992\" width=\"8\" height=\"8\"");
}

static void
share(void **state)
{
	static const int64_t a[] = { 1 }, b[] = { 2 };
	static const struct chart_part both[] = { { "", "fresh", a },
		{ "", "other", b } };
	struct buf out = buf_new(&mem, 4096);

	(void)state;
	chart_share(&out, both, 2, 0, 3);
	check_has(arena_dup(&mem, buf_str(&out)),
	    "<rect class=\"fresh\" x=\"0\" y=\"0\" width=\"333\" "
	    "height=\"1\"/><rect class=\"other\" x=\"333\" y=\"0\" "
	    "width=\"667\" height=\"1\"/>");
	out = buf_new(&mem, 4096);
	chart_share(&out, both, 2, 0, 0);
	check_lacks(arena_dup(&mem, buf_str(&out)), "rect");
}

int
main(void)
{
	ROWS("scale", scale_is, marks);
	ONE("drawn", "bars, up and down", bars);
	ONE("drawn", "a line", line);
	ONE("drawn", "a table", table);
	ONE("drawn", "one among many", least);
	ONE("drawn", "a share", share);
	return testing_run("chart", NULL, NULL);
}
