/* Charts: where things stand in a picture, and how that is said in SVG.
 *
 * The picture is stretched to the room that it gets, so nothing in it is text:
 * that would be stretched as well. Marks and places are HTML around it. A place
 * is PLACE units wide and the picture HIGH units high, whatever that will be in
 * pixels; numbers are whole, so no locale can put a comma into them. */
#include "web/chart.h"

#include <inttypes.h>

#define PLACE 10
#define GAP 1
#define HIGH 1000
#define LEAST 8 /* what there is at all can be seen */
#define N_MARKS 4

const char chart_style[] =
    ".plot{display:grid;grid-template-columns:max-content 1fr;gap:0 8px;"
    "margin-top:16px}\n"
    ".plot svg{width:100%;height:180px;display:block;overflow:visible}\n"
    ".marks{display:flex;flex-direction:column;"
    "justify-content:space-between;text-align:right}\n"
    ".marks span{line-height:16px;margin:-8px 0}\n"
    ".along{grid-column:2;display:flex;justify-content:space-between;"
    "padding-top:8px}\n"
    ".grid{stroke:var(--line);stroke-width:1}"
    ".zero{stroke:var(--soft);stroke-width:1}\n"
    ".line{fill:none;stroke:currentColor;stroke-width:2;"
    "stroke-linejoin:round}.ground{fill:currentColor;opacity:.16}\n"
    ".hit{fill:transparent}.place:hover .hit{fill:var(--line)}\n"
    ".legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 16px;"
    "margin:12px 0 0;padding:0}.legend svg{width:12px;height:12px;"
    "margin-right:6px}\n"
    ".share{display:block;width:100%;height:12px;border-radius:6px;"
    "background:var(--line)}\n";

/* ---- the scale ---- */

/* Marks stand at multiples of step from low to high; zero is one of them. */
struct scale {
	int64_t low, high, step;
};

/* 1, 2, 5, 10, 20 ...: the first that is not below least. */
static int64_t
round_step(int64_t least)
{
	static const int64_t first[] = { 1, 2, 5 };
	int64_t tens = 1;

	for (;; tens *= 10)
		for (int i = 0; i < 3; i++)
			if (first[i] * tens >= least || tens > INT64_MAX / 50)
				return first[i] * tens;
}

static struct scale
scale_of(int64_t low, int64_t high)
{
	struct scale s;

	s.step = round_step((high - low + N_MARKS - 1) / N_MARKS);
	s.high = (high + s.step - 1) / s.step * s.step;
	s.low = -((-low + s.step - 1) / s.step * s.step);
	if (s.high == s.low)
		s.high += s.step;
	return s;
}

/* From the top. */
static int
height_of(const struct scale *s, int64_t value)
{
	return (int)((double)(s->high - value) / (double)(s->high - s->low) *
		(double)HIGH +
	    0.5);
}

/* What stands above the line at a place, and below it. */
static void
reach_at(const struct chart *c, size_t place, int64_t *low, int64_t *high)
{
	*low = *high = 0;
	for (size_t i = 0; i < c->n_parts; i++)
		if (c->parts[i].values[place] > 0)
			*high += c->parts[i].values[place];
		else
			*low += c->parts[i].values[place];
}

static struct scale
scale_for(const struct chart *c)
{
	int64_t low = 0, high = 0, l, h;

	for (size_t i = 0; i < c->n; i++) {
		reach_at(c, i, &l, &h);
		low = l < low ? l : low;
		high = h > high ? h : high;
	}
	return scale_of(low, high);
}

/* ---- pieces ---- */

static void
number(struct buf *b, const char *name, int64_t n)
{
	buf_char(b, ' ');
	buf_text(b, name);
	buf_text(b, "=\"");
	buf_int(b, n);
	buf_char(b, '"');
}

static void
element(struct buf *b, const char *open, const char *text, const char *close)
{
	buf_text(b, open);
	buf_html(b, text);
	buf_text(b, close);
}

static void
rect(struct buf *b, const char *kind, int64_t x, int64_t y, int64_t width,
    int64_t height)
{
	element(b, "<rect class=\"", kind, "\"");
	number(b, "x", x);
	number(b, "y", y);
	number(b, "width", width);
	number(b, "height", height);
	buf_text(b, "/>");
}

static void
begin_picture(struct buf *b, const struct chart *c, const struct scale *s)
{
	int64_t width = (int64_t)c->n * PLACE;

	buf_text(b,
	    "<div class=\"plot\">\n<div class=\"marks\" "
	    "aria-hidden=\"true\">");
	for (int64_t v = s->high; v >= s->low; v -= s->step)
		element(
		    b, "<span>", c->rounded(c->ctx, b->arena, v), "</span>");
	element(b,
	    "</div>\n<svg role=\"img\" preserveAspectRatio=\"none\" "
	    "aria-label=\"",
	    c->title, "\" viewBox=\"0 0 ");
	buf_int(b, width);
	buf_char(b, ' ');
	buf_int(b, HIGH);
	buf_text(b, "\">\n");
	for (int64_t v = s->high; v >= s->low; v -= s->step) {
		element(b,
		    "<line vector-effect=\"non-scaling-stroke\" class=\"",
		    v == 0 ? "zero" : "grid", "\" x1=\"0\"");
		number(b, "x2", width);
		number(b, "y1", height_of(s, v));
		number(b, "y2", height_of(s, v));
		buf_text(b, "/>");
	}
	buf_char(b, '\n');
}

/* On a telephone three fit. */
static void
end_picture(struct buf *b, const struct chart *c)
{
	buf_text(b, "</svg>\n<div class=\"along\" aria-hidden=\"true\">");
	element(b, "<span>", c->places[0], "</span>");
	if (c->n > 2)
		element(b, "<span>", c->places[c->n / 2], "</span>");
	if (c->n > 1)
		element(b, "<span>", c->places[c->n - 1], "</span>");
	buf_text(b, "</div>\n</div>\n");
}

/* A part of which there is nothing in all the time has no business in a
 * legend. */
static bool
has_any(const struct chart *c, const struct chart_part *part)
{
	for (size_t i = 0; i < c->n; i++)
		if (part->values[i] != 0)
			return true;
	return false;
}

static void
legend(struct buf *b, const struct chart *c)
{
	buf_text(b, "<ul class=\"legend\">");
	for (size_t i = 0; i < c->n_parts; i++) {
		if (!has_any(c, &c->parts[i]))
			continue;
		buf_text(b,
		    "<li><svg aria-hidden=\"true\" "
		    "viewBox=\"0 0 1 1\">");
		rect(b, c->parts[i].kind, 0, 0, 1, 1);
		element(b, "</svg>", c->parts[i].name, "</li>");
	}
	buf_text(b, "</ul>\n");
}

/* What a pointer that rests there is told. */
static void
place_title(struct buf *b, const struct chart *c, size_t place)
{
	element(b, "<g class=\"place\"><title>", c->places[place], "");
	for (size_t i = 0; i < c->n_parts; i++)
		if (c->parts[i].values[place] != 0) {
			element(b, "\n", c->parts[i].name, ": ");
			buf_html(b,
			    c->written(
				c->ctx, b->arena, c->parts[i].values[place]));
		}
	buf_text(b, "</title>");
	rect(b, "hit", (int64_t)place * PLACE, 0, PLACE, HIGH);
}

/* ---- bars ---- */

static void
bars_at(
    struct buf *b, const struct chart *c, const struct scale *s, size_t place)
{
	int64_t up = 0, down = 0;

	for (size_t i = 0; i < c->n_parts; i++) {
		int64_t v = c->parts[i].values[place];
		int64_t *from = v < 0 ? &down : &up;
		int a = height_of(s, *from), e = height_of(s, *from + v);
		int top = v < 0 ? a : e, height = v < 0 ? e - a : a - e;

		if (v == 0)
			continue;
		if (height < LEAST) {
			top -= v < 0 ? 0 : LEAST - height;
			height = LEAST;
		}
		rect(b, c->parts[i].kind, (int64_t)place * PLACE + GAP, top,
		    PLACE - 2 * GAP, height);
		*from += v;
	}
}

void
chart_bars(struct buf *b, const struct chart *c)
{
	struct scale s = scale_for(c);

	begin_picture(b, c, &s);
	for (size_t i = 0; i < c->n; i++) {
		place_title(b, c, i);
		bars_at(b, c, &s, i);
		buf_text(b, "</g>\n");
	}
	end_picture(b, c);
	legend(b, c);
}

/* ---- a line ---- */

/* A point stands in the middle of its place, as a bar does. */
static void
points(struct buf *b, const struct chart *c, const struct scale *s)
{
	for (size_t i = 0; i < c->n; i++) {
		buf_int(b, (int64_t)i * PLACE + PLACE / 2);
		buf_char(b, ',');
		buf_int(b, height_of(s, c->parts[0].values[i]));
		buf_char(b, ' ');
	}
}

void
chart_line(struct buf *b, const struct chart *c)
{
	struct chart one = *c;
	struct scale s;

	one.n_parts = 1;
	s = scale_for(&one);
	begin_picture(b, &one, &s);
	element(b, "<g class=\"", c->parts[0].kind, "\">");
	buf_text(b, "<polygon class=\"ground\" points=\"");
	buf_int(b, PLACE / 2);
	buf_char(b, ',');
	buf_int(b, HIGH);
	buf_char(b, ' ');
	points(b, &one, &s);
	buf_int(b, (int64_t)c->n * PLACE - PLACE / 2);
	buf_char(b, ',');
	buf_int(b, HIGH);
	buf_text(b,
	    "\"/><polyline vector-effect=\"non-scaling-stroke\" "
	    "class=\"line\" points=\"");
	points(b, &one, &s);
	buf_text(b, "\"/></g>\n");
	for (size_t i = 0; i < c->n; i++) {
		place_title(b, &one, i);
		buf_text(b, "</g>\n");
	}
	end_picture(b, &one);
}

/* ---- in numbers ---- */

static void
table_row(struct buf *b, const struct chart *c, size_t place)
{
	element(b, "<tr><th scope=\"row\">", c->places[place], "</th>");
	for (size_t i = 0; i < c->n_parts; i++)
		if (has_any(c, &c->parts[i]))
			element(b, "<td>",
			    c->written(
				c->ctx, b->arena, c->parts[i].values[place]),
			    "</td>");
	buf_text(b, "</tr>\n");
}

static bool
is_empty(const struct chart *c, size_t place)
{
	for (size_t i = 0; i < c->n_parts; i++)
		if (c->parts[i].values[place] != 0)
			return false;
	return true;
}

/* Where it is wider than the page it is pushed aside, and by keys as well. */
void
chart_table(struct buf *b, const struct chart *c, const char *summary,
    const char *place)
{
	element(b, "<details><summary>", summary, "</summary>\n");
	element(b,
	    "<div class=\"wide\" role=\"region\" tabindex=\"0\" "
	    "aria-label=\"",
	    c->title, "\"><table>\n<thead><tr>");
	element(b, "<th scope=\"col\">", place, "</th>");
	for (size_t i = 0; i < c->n_parts; i++)
		if (has_any(c, &c->parts[i]))
			element(
			    b, "<th scope=\"col\">", c->parts[i].name, "</th>");
	buf_text(b, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < c->n; i++)
		if (!is_empty(c, i))
			table_row(b, c, i);
	buf_text(b, "</tbody></table></div></details>\n");
}

void
chart_share(struct buf *b, const struct chart_part *parts, size_t n_parts,
    size_t place, int64_t whole)
{
	double done = 0;

	buf_text(b,
	    "<svg class=\"share\" aria-hidden=\"true\" "
	    "preserveAspectRatio=\"none\" viewBox=\"0 0 1000 1\">");
	for (size_t i = 0; i < n_parts && whole > 0; i++) {
		double part = (double)parts[i].values[place] / (double)whole *
		    (double)HIGH;

		if (parts[i].values[place] > 0)
			rect(b, parts[i].kind, (int64_t)(done + 0.5), 0,
			    (int64_t)(done + part + 0.5) -
				(int64_t)(done + 0.5),
			    1);
		done += part;
	}
	buf_text(b, "</svg>\n");
}
