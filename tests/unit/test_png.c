/* Pictures as files: what is packed is read back by another hand than wrote it.
 * A decoder of others' reads one in tests/web/admin.test.mjs. */
#include "testing.h"

#include "base/canvas.h"
#include "base/png.h"

/* ---- reading ---- */

struct in {
	const unsigned char *p;
	size_t n, at, bit;
};

static uint32_t
bits(struct in *in, int n)
{
	uint32_t v = 0;

	for (int i = 0; i < n; i++, in->bit++) {
		assert_true(in->at + in->bit / 8 < in->n);
		v |= (uint32_t)(in->p[in->at + in->bit / 8] >> in->bit % 8 & 1)
		    << i;
	}
	return v;
}

static uint32_t
code(struct in *in, uint32_t v, int n)
{
	for (int i = 0; i < n; i++)
		v = v << 1 | bits(in, 1);
	return v;
}

/* By the ranges of RFC 1951, 3.2.6, as a reader has them. */
static uint32_t
symbol(struct in *in)
{
	uint32_t v = code(in, 0, 7);

	if (v < 24)
		return v + 256;
	v = code(in, v, 1);
	if (v >= 0x30 && v < 0xc0)
		return v - 0x30;
	if (v >= 0xc0 && v < 0xc8)
		return v - 0xc0 + 280;
	return code(in, v, 1) - 0x190 + 144;
}

static uint32_t
length(struct in *in, uint32_t s)
{
	if (s < 265)
		return s - 257 + 3;
	if (s == 285)
		return 258;
	return (4 + (s - 265) % 4) * (1u << ((s - 265) / 4 + 1)) + 3 +
	    bits(in, (int)(s - 265) / 4 + 1);
}

static size_t
unpack(struct in *in, unsigned char *out, size_t max)
{
	size_t n = 0;

	check_int(bits(in, 3), 3); /* the last block, with the fixed code */
	for (;;) {
		uint32_t s = symbol(in);

		if (s == 256)
			return n;
		if (s < 256) {
			assert_true(n < max);
			out[n++] = (unsigned char)s;
			continue;
		}
		s = length(in, s);
		check_int(bits(in, 5), 0); /* the byte before */
		assert_true(n > 0 && n + s <= max);
		for (; s > 0; s--, n++)
			out[n] = out[n - 1];
	}
}

static uint32_t
u32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/* Back to the pixels of a file whose one IDAT comes third. */
static unsigned char *
pixels_of(struct str file, uint32_t width, uint32_t height)
{
	const unsigned char *p = (const unsigned char *)file.p;
	size_t n = ((size_t)width + 1) * height, at = 8 + 25 + 12 + 768;
	unsigned char *rows = arena_alloc(&mem, n);
	unsigned char *out = arena_alloc(&mem, (size_t)width * height);
	struct in in = { p, file.len, at + 10, 0 };

	assert_memory_equal(p, "\x89PNG\r\n\x1a\n", 8);
	assert_memory_equal(p + 12, "IHDR", 4);
	check_int(u32(p + 16), width);
	check_int(u32(p + 20), height);
	assert_memory_equal(p + 37, "PLTE", 4);
	assert_memory_equal(p + at + 4, "IDAT", 4);
	check_int(unpack(&in, rows, n), n);
	check_int(at + u32(p + at) + 12 + 12, file.len); /* and IEND */
	for (size_t y = 0; y < height; y++)
		for (size_t x = 0; x < width; x++)
			out[y * width + x] =
			    (unsigned char)(rows[y * (width + 1) + 1 + x] +
				(y == 0 ? 0 : out[(y - 1) * width + x]));
	return out;
}

/* ---- what is written ---- */

static unsigned
random_after(unsigned *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return *seed >> 16;
}

static const struct kind {
	const char *why;
	uint32_t width, height;
	unsigned changes; /* one pixel in so many is another than before */
} kinds[] = {
	{ "one pixel", 1, 1, 1 },
	{ "a column", 1, 300, 3 },
	{ "a row longer than a repetition", 1000, 1, 500 },
	{ "noise", 61, 47, 1 },
	{ "some of it", 90, 70, 9 },
	{ "hardly any", 300, 200, 700 },
};

static void
read_back(void **state)
{
	const struct kind *k = *state;
	struct png p = { .width = k->width, .height = k->height };
	size_t n = (size_t)k->width * k->height;
	unsigned char *pixels = arena_alloc(&mem, n);
	unsigned seed = 7, now = 0;

	for (size_t i = 0; i < n; i++) {
		if (random_after(&seed) % k->changes == 0)
			now = random_after(&seed);
		pixels[i] = (unsigned char)now;
	}
	p.pixels = pixels;
	assert_memory_equal(
	    pixels_of(png_file(&mem, &p), k->width, k->height), pixels, n);
}

/* ---- what is drawn ---- */

static const uint32_t colours[CANVAS_COLOURS] = { 0, 0xffffff };

static struct canvas
drawn(const char *text)
{
	struct canvas c = canvas_new(&mem, 60, 40, colours);

	canvas_text(
	    &c, (struct canvas_point){ 10, 5 }, 24, 1, CANVAS_LEFT, text);
	return c;
}

/* A sign that looked like another would be read as it. */
static void
told_apart(void **state)
{
	static const char signs[] = "0123456789.,:+-/%kM";

	(void)state;
	for (size_t i = 0; i < sizeof(signs) - 1; i++)
		for (size_t k = 0; k <= i; k++) {
			const char one[] = { signs[i], '\0' };
			const char other[] = { k == i ? ' ' : signs[k], '\0' };

			assert_memory_not_equal(
			    drawn(one).pixels, drawn(other).pixels, 60 * 40);
		}
}

/* Whatever lies beside the picture is left out. */
static void
beside(void **state)
{
	struct canvas c = canvas_new(&mem, 20, 10, colours);
	const struct canvas_point line[] = { { -50, -3 }, { 50, 90 } };

	(void)state;
	canvas_box(&c, (struct canvas_box){ -5, -5, 100, 100, 3 }, 1);
	canvas_line(&c, line[0], line[1], 64, 1);
	canvas_below(&c, line, 2, 200, 1);
	canvas_text(
	    &c, (struct canvas_point){ -4, -4 }, 60, 1, CANVAS_MIDDLE, "8?");
	check_int(pixels_of(canvas_png(&c), 20, 10)[0] >> 4, 1);
}

static void
placed(void **state)
{
	int wide = canvas_text_width(24, "10");
	struct canvas left = canvas_new(&mem, 100, 30, colours);
	struct canvas right = canvas_new(&mem, 100, 30, colours);

	(void)state;
	canvas_text(
	    &left, (struct canvas_point){ 9, 2 }, 24, 1, CANVAS_LEFT, "10");
	canvas_text(&right, (struct canvas_point){ 9 + wide, 2 }, 24, 1,
	    CANVAS_RIGHT, "10");
	assert_memory_equal(left.pixels, right.pixels, 100 * 30);
	check_int(canvas_text_width(24, ""), 0);
}

int
main(void)
{
	ROWS("a picture is read back", read_back, kinds);
	ONE("signs", "are told apart", told_apart);
	ONE("signs", "stand where they should", placed);
	ONE("a drawing", "may lie beside the picture", beside);
	return testing_run("png", NULL, NULL);
}
