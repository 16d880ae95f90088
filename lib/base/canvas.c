/* Drawing with whole numbers alone: what is smooth is so by how much of a pixel
 * is covered, in fifteenths, and each colour stands in the file with all its
 * tints on the ground. */
#include "base/canvas.h"

#include "base/array.h"
#include "base/png.h"

#include <string.h>

#define FULL 15 /* a pixel that is covered whole */
#define TINT 4  /* one below a line */
#define UNIT 16 /* parts of a pixel */

struct canvas
canvas_new(struct arena *a, int width, int height,
    const uint32_t colours[CANVAS_COLOURS])
{
	struct canvas c = { .arena = a, .width = width, .height = height };

	c.pixels = arena_alloc(a, (size_t)width * (size_t)height);
	memcpy(c.colours, colours, sizeof(c.colours));
	return c;
}

/* Where two strokes of one colour meet the stronger shows; over another colour
 * whatever covers the half of a pixel. */
static void
dot(struct canvas *c, int x, int y, int colour, int covers)
{
	unsigned char *p;
	bool is_stronger;

	if (x < 0 || y < 0 || x >= c->width || y >= c->height || covers <= 0)
		return;
	p = &c->pixels[(ptrdiff_t)y * c->width + x];
	is_stronger = (*p & FULL) < covers;
	if (is_stronger || (*p >> 4 != colour && covers > FULL / 2))
		*p = (unsigned char)(colour << 4 | covers);
}

/* ---- distances ---- */

static int64_t
root(int64_t n)
{
	int64_t r = n, next = (n + 1) / 2;

	while (next < r) {
		r = next;
		next = (r + n / r) / 2;
	}
	return r;
}

static int64_t
square(int64_t n)
{
	return n * n;
}

/* From a point to a line with an end at either side. */
static int64_t
distance(struct canvas_point p, struct canvas_point a, struct canvas_point b)
{
	int64_t dx = b.x - a.x, dy = b.y - a.y;
	int64_t whole = dx * dx + dy * dy;
	int64_t along = (p.x - a.x) * dx + (p.y - a.y) * dy;

	if (along < 0 || whole == 0)
		along = 0;
	else if (along > whole)
		along = whole;
	if (whole == 0)
		whole = 1;
	return root(square(p.x - a.x - dx * along / whole) +
	    square(p.y - a.y - dy * along / whole));
}

static int
covered(int64_t from_edge)
{
	int64_t n = from_edge + UNIT / 2;

	return n <= 0 ? 0 : n >= UNIT ? FULL : (int)(n * FULL / UNIT);
}

static int
least(int a, int b)
{
	return a < b ? a : b;
}

static int
most(int a, int b)
{
	return a > b ? a : b;
}

/* ---- boxes and lines ---- */

/* How far a pixel's middle is inside a corner's circle; beside the corners as
 * far as one likes. */
static int
covered_in(const struct canvas_box *b, int x, int y)
{
	int in_x = least(x - b->x, b->x + b->width - 1 - x);
	int in_y = least(y - b->y, b->y + b->height - 1 - y);
	int64_t dx = (b->round - in_x) * UNIT - UNIT / 2;
	int64_t dy = (b->round - in_y) * UNIT - UNIT / 2;

	if (in_x >= b->round || in_y >= b->round)
		return FULL;
	return covered(b->round * UNIT - root(dx * dx + dy * dy));
}

void
canvas_box(struct canvas *c, struct canvas_box b, int colour)
{
	b.round = least(b.round, least(b.width, b.height) / 2);
	for (int y = b.y; y < b.y + b.height; y++)
		for (int x = b.x; x < b.x + b.width; x++)
			dot(c, x, y, colour, covered_in(&b, x, y));
}

/* In parts of a pixel. */
static void
stroke(struct canvas *c, struct canvas_point a, struct canvas_point b,
    int thick, int colour)
{
	int far = thick / 2 + UNIT;

	for (int y = (least(a.y, b.y) - far) / UNIT;
	     y <= (most(a.y, b.y) + far) / UNIT; y++)
		for (int x = (least(a.x, b.x) - far) / UNIT;
		     x <= (most(a.x, b.x) + far) / UNIT; x++) {
			const struct canvas_point p = { x * UNIT + UNIT / 2,
				y * UNIT + UNIT / 2 };

			dot(c, x, y, colour,
			    covered(thick / 2 - distance(p, a, b)));
		}
}

void
canvas_line(struct canvas *c, struct canvas_point from, struct canvas_point to,
    int thick, int colour)
{
	stroke(c, (struct canvas_point){ from.x * UNIT, from.y * UNIT },
	    (struct canvas_point){ to.x * UNIT, to.y * UNIT }, thick, colour);
}

void
canvas_below(struct canvas *c, const struct canvas_point *line, size_t n, int y,
    int colour)
{
	for (size_t i = 0; i + 1 < n; i++)
		for (int x = line[i].x; x < line[i + 1].x; x++) {
			int dx = line[i + 1].x - line[i].x;
			int top = line[i].y +
			    (line[i + 1].y - line[i].y) * (x - line[i].x) / dx;

			for (int at = top; at < y; at++)
				dot(c, x, at, colour, TINT);
		}
}

/* ---- numbers ---- */

/* How a sign is drawn: strokes with blanks between them, each through places of
 * a letter for the column (a is the left one) and one for the row (a is the
 * upper one, m the foot). Two places make a straight line, more a curve; one
 * that ends where it began is closed. */
static const struct sign {
	char c;
	int wide;
	const char *strokes;
} signs[] = {
	{ '0', 8, "eabcagbkemhkighcea" },
	{ '1', 5, "bdea eaem" },
	{ '2', 8, "adbbeahbidgham amim" },
	{ '3', 8, "acbbeahbidhfdg dghhijhlemblak" },
	{ '4', 8, "gagm gaai aiii" },
	{ '5', 8, "haba baaf afeehfiihlemblak" },
	{ '6', 8, "gacdai eebfaiblemhliihfee" },
	{ '7', 8, "aaia iadm" },
	{ '8', 8, "eacbbdcfeggfhdgbea egbhajblemhlijhheg" },
	{ '9', 8, "cmgjie eabbaebheihhiehbea" },
	{ '.', 2, "bmbm" },
	{ ',', 2, "bmao" },
	{ ':', 2, "bebe blbl" },
	{ '+', 8, "edej bghg" },
	{ '-', 6, "bgfg" },
	{ '/', 5, "anfa" },
	{ '%', 10, "caacceecca iigkimkkii jabm" },
	{ 'k', 6, "aaam geaj chgm" },
	{ 'M', 10, "amaa aafi fika kakm" },
	{ ' ', 3, "" },
};

#define ROWS 12   /* of a sign */
#define BETWEEN 3 /* columns from sign to sign */
#define THICK 9   /* a stroke is so many times thinner than it is high */
#define PIECES 6  /* straight ones between two places of a curve */

static const struct sign *
sign_of(char c)
{
	for (size_t i = 0; i < LENGTH(signs); i++)
		if (signs[i].c == c)
			return &signs[i];
	return &signs[LENGTH(signs) - 1];
}

int
canvas_text_width(int high, const char *text)
{
	int wide = 0;

	for (const char *p = text; *p != '\0'; p++)
		wide += sign_of(*p)->wide + (p[1] == '\0' ? 0 : BETWEEN);
	return wide * high / ROWS;
}

/* Where a stroke is in parts of a pixel. */
struct pen {
	struct canvas *canvas;
	struct canvas_point at;
	int high, colour;
	const char *places;
	int n;
};

/* Beyond the ends: of a closed one its other side, else the end itself. */
static struct canvas_point
place(const struct pen *p, int i)
{
	bool is_closed = memcmp(p->places, p->places + 2 * (p->n - 1), 2) == 0;
	const char *at;

	if (i < 0)
		i = is_closed ? p->n - 2 : 0;
	if (i >= p->n)
		i = is_closed ? 1 : p->n - 1;
	at = p->places + 2 * (ptrdiff_t)i;
	return (struct canvas_point){ p->at.x +
		    (at[0] - 'a') * p->high * UNIT / ROWS,
		p->at.y + (at[1] - 'a') * p->high * UNIT / ROWS };
}

/* A Catmull-Rom curve between the two in the middle, k of PIECES on the way. */
static int
between(int a, int b, int c, int d, int64_t k)
{
	const int64_t n = PIECES;
	int64_t sum = 2 * b * n * n * n + (c - a) * k * n * n +
	    (2 * a - 5 * b + 4 * c - d) * k * k * n +
	    (3 * b - 3 * c + d - a) * k * k * k;

	return (int)(sum / (2 * n * n * n));
}

static void
draw_stroke(const struct pen *p)
{
	int pieces = p->n > 2 ? PIECES : 1;
	struct canvas_point from = place(p, 0), to;

	for (int i = 0; i + 1 < p->n; i++)
		for (int k = 1; k <= pieces; k++) {
			const struct canvas_point a = place(p, i - 1),
						  b = place(p, i),
						  c = place(p, i + 1),
						  d = place(p, i + 2);
			int64_t at = pieces == 1 ? PIECES : k;

			to = (struct canvas_point){ between(
							a.x, b.x, c.x, d.x, at),
				between(a.y, b.y, c.y, d.y, at) };
			stroke(p->canvas, from, to, p->high * UNIT / THICK,
			    p->colour);
			from = to;
		}
}

static void
draw_sign(struct pen *p, const char *strokes)
{
	struct str rest = str_from(strokes);

	while (rest.len > 0) {
		struct str one = str_cut(&rest, ' ');

		p->places = one.p;
		p->n = (int)one.len / 2;
		draw_stroke(p);
	}
}

void
canvas_text(struct canvas *c, struct canvas_point at, int high, int colour,
    enum canvas_align align, const char *text)
{
	struct pen p = { .canvas = c, .high = high, .colour = colour };

	at.x -= canvas_text_width(high, text) * (int)align / 2;
	p.at = (struct canvas_point){ at.x * UNIT, at.y * UNIT };
	for (const char *s = text; *s != '\0'; s++) {
		const struct sign *sign = sign_of(*s);

		draw_sign(&p, sign->strokes);
		p.at.x += (sign->wide + BETWEEN) * high * UNIT / ROWS;
	}
}

/* ---- the file ---- */

/* One colour over the ground, in one of the three parts of it. */
static uint32_t
mixed(uint32_t ground, uint32_t colour, uint32_t covers)
{
	uint32_t all = 0;

	for (int shift = 0; shift < 24; shift += 8) {
		uint32_t g = ground >> shift & 0xff, k = colour >> shift & 0xff;

		all |= (g * (FULL - covers) + k * covers) / FULL << shift;
	}
	return all;
}

struct str
canvas_png(const struct canvas *c)
{
	struct png p = { .width = (uint32_t)c->width,
		.height = (uint32_t)c->height,
		.pixels = c->pixels };

	for (uint32_t i = 0; i < PNG_COLOURS; i++)
		p.colours[i] =
		    mixed(c->colours[0], c->colours[i >> 4], i & FULL);
	return png_file(c->arena, &p);
}
