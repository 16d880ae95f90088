/* The chunks of a PNG, and the packing of its rows: deflate (RFC 1951) with the
 * one fixed code, and no repetition but that of the byte before. Each row is
 * written as its difference from the one above, so what goes on downwards is a
 * row of zeros, and a row of zeros is some bits. */
#include "base/png.h"

#include "base/array.h"

#include <string.h>

#define SIGNATURE "\x89PNG\r\n\x1a\n"
#define FILTER_UP 2
#define MOST_AT_ONCE 258 /* bytes that one repetition stands for */
#define LEAST_AT_ONCE 3
#define END_OF_BLOCK 256

struct out {
	unsigned char *bytes; /* room for all that may come */
	size_t n;
	uint32_t bits; /* not written yet, the first one lowest */
	int n_bits;
};

static void
put_byte(struct out *o, unsigned byte)
{
	o->bytes[o->n++] = (unsigned char)byte;
}

static void
put_u32(struct out *o, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		put_byte(o, v >> shift & 0xff);
}

/* ---- checksums ---- */

static uint32_t
crc_of(const unsigned char *p, size_t n)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < n; i++) {
		crc ^= p[i];
		for (int k = 0; k < 8; k++)
			crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
	}
	return ~crc;
}

#define ADLER_PRIME 65521

struct adler {
	uint32_t sum, sums;
};

static void
adler_add(struct adler *c, unsigned char byte)
{
	c->sum = (c->sum + byte) % ADLER_PRIME;
	c->sums = (c->sums + c->sum) % ADLER_PRIME;
}

/* ---- deflate ---- */

static void
put_bits(struct out *o, uint32_t bits, int n)
{
	o->bits |= bits << o->n_bits;
	o->n_bits += n;
	while (o->n_bits >= 8) {
		put_byte(o, o->bits & 0xff);
		o->bits >>= 8;
		o->n_bits -= 8;
	}
}

/* A code goes out with its highest bit first. */
static void
put_code(struct out *o, uint32_t code, int n)
{
	uint32_t turned = 0;

	for (int i = 0; i < n; i++)
		turned |= (code >> i & 1) << (n - 1 - i);
	put_bits(o, turned, n);
}

/* The fixed code of RFC 1951, 3.2.6. */
static void
put_symbol(struct out *o, uint32_t symbol)
{
	if (symbol < 144)
		put_code(o, 0x30 + symbol, 8);
	else if (symbol < 256)
		put_code(o, 0x190 + symbol - 144, 9);
	else if (symbol < 280)
		put_code(o, symbol - 256, 7);
	else
		put_code(o, 0xc0 + symbol - 280, 8);
}

/* So many times the byte before: a length, then the distance 1, whose code is 0
 * in five bits (3.2.5). */
static void
put_repeated(struct out *o, uint32_t n)
{
	static const uint16_t from[] = { 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15,
		17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163,
		195, 227, 258 };
	static const unsigned char extra[] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1,
		1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0 };
	size_t i = LENGTH(from) - 1;

	while (n < from[i])
		i--;
	put_symbol(o, END_OF_BLOCK + 1 + (uint32_t)i);
	put_bits(o, n - from[i], extra[i]);
	put_code(o, 0, 5);
}

static void
pack(struct out *o, const unsigned char *p, size_t n)
{
	size_t i = 0;

	put_bits(o, 1, 1); /* the last block, */
	put_bits(o, 1, 2); /* with the fixed code */
	while (i < n) {
		size_t same = 0;

		while (i > 0 && i + same < n && same < MOST_AT_ONCE &&
		    p[i + same] == p[i - 1])
			same++;
		if (same >= LEAST_AT_ONCE) {
			put_repeated(o, (uint32_t)same);
			i += same;
		} else {
			put_symbol(o, p[i++]);
		}
	}
	put_symbol(o, END_OF_BLOCK);
	put_bits(o, 0, 7); /* and to the end of the byte */
	o->bits = 0;
	o->n_bits = 0;
}

/* ---- the file ---- */

/* Where the chunk began is told, its length and checksum follow from that. */
static size_t
begin(struct out *o, const char *name)
{
	put_u32(o, 0);
	for (int i = 0; i < 4; i++)
		put_byte(o, (unsigned char)name[i]);
	return o->n - 8;
}

static void
end(struct out *o, size_t at)
{
	size_t n = o->n;

	o->n = at;
	put_u32(o, (uint32_t)(n - at - 8));
	o->n = n;
	put_u32(o, crc_of(o->bytes + at + 4, n - at - 4));
}

static void
put_header(struct out *o, const struct png *p)
{
	static const unsigned char kind[] = { 8, 3, 0, 0, 0 }; /* by palette */
	size_t at = begin(o, "IHDR");

	put_u32(o, p->width);
	put_u32(o, p->height);
	for (size_t i = 0; i < sizeof(kind); i++)
		put_byte(o, kind[i]);
	end(o, at);
	at = begin(o, "PLTE");
	for (size_t i = 0; i < PNG_COLOURS; i++)
		for (int shift = 16; shift >= 0; shift -= 8)
			put_byte(o, p->colours[i] >> shift & 0xff);
	end(o, at);
}

/* Each row behind the number of its filter. */
static unsigned char *
filtered(struct arena *a, const struct png *p, struct adler *sum)
{
	size_t n = ((size_t)p->width + 1) * p->height, k = 0;
	unsigned char *rows = arena_alloc(a, n);

	for (size_t y = 0; y < p->height; y++) {
		const unsigned char *row = p->pixels + y * p->width;
		const unsigned char *above = y == 0 ? NULL : row - p->width;

		rows[k++] = FILTER_UP;
		for (size_t x = 0; x < p->width; x++)
			rows[k++] =
			    (unsigned char)(row[x] - (y == 0 ? 0 : above[x]));
	}
	for (size_t i = 0; i < n; i++)
		adler_add(sum, rows[i]);
	return rows;
}

/* At worst each byte takes nine bits; the rest is the chunks around them. */
struct str
png_file(struct arena *a, const struct png *p)
{
	size_t n = ((size_t)p->width + 1) * p->height, at;
	struct adler sum = { 1, 0 };
	const unsigned char *rows = filtered(a, p, &sum);
	struct out o = { .bytes = arena_alloc(a, n + n / 8 + 1024) };

	for (size_t i = 0; i < sizeof(SIGNATURE) - 1; i++)
		put_byte(&o, (unsigned char)SIGNATURE[i]);
	put_header(&o, p);
	at = begin(&o, "IDAT");
	put_byte(&o, 0x78); /* of zlib: deflate, */
	put_byte(&o, 0x01); /* whose check this makes whole */
	pack(&o, rows, n);
	put_u32(&o, sum.sums << 16 | sum.sum);
	end(&o, at);
	end(&o, begin(&o, "IEND"));
	return (struct str){ (const char *)o.bytes, o.n };
}
