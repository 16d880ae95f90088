/* Characters, one by one. */
#include "coach/letters.h"

#include "base/array.h"

/* A byte that begins no character yields 0 and a length of 1, so a walk always
 * goes on and never reads past the end. */
uint32_t
letter_next(struct str s, size_t *len)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t n = p[0] < 0xc0 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	uint32_t c = p[0] & (0x7fu >> n);

	*len = 1;
	if (p[0] < 0x80)
		return p[0];
	if (n == 1 || n > s.len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	*len = n;
	return c;
}

/* Two forms are enough, for the letters of this file's alphabets end below
 * U+10000. */
void
letter_put(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_char(b, (char)c);
		return;
	}
	if (c < 0x800) {
		buf_char(b, (char)(0xc0 | c >> 6));
	} else {
		buf_char(b, (char)(0xe0 | c >> 12));
		buf_char(b, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_char(b, (char)(0x80 | (c & 0x3f)));
}

struct range {
	uint32_t first, last;
};

/* The lists are short, and most letters are found or ruled out early. */
static bool
is_in(uint32_t c, const struct range *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c >= list[i].first && c <= list[i].last)
			return true;
	return false;
}

#define IN(c, list) is_in(c, list, LENGTH(list))

/* From U+00DF to U+1FFF all counts as letters, but for the sign of division:
 * what else stands there is rare, and taking it for a letter does no harm. */
bool
letter_is(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    (c >= 0x00df && c != 0x00f7 && c < 0x2000);
}

bool
letter_is_mark(uint32_t c)
{
	static const struct range marks[] = { { 0x0300, 0x036f },
		{ 0x0483, 0x0489 }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
		{ 0x20d0, 0x20ff }, { 0xfe20, 0xfe2f } };

	return IN(c, marks);
}

bool
letter_is_unseen(uint32_t c)
{
	static const struct range unseen[] = { { 0x00ad, 0x00ad },
		{ 0x061c, 0x061c }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 },
		{ 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x202a, 0x202e },
		{ 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xe0000, 0xe0fff } };

	return IN(c, unseen);
}

static uint32_t
plain(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e) /* wide */
		return c - 0xfee0;
	if (c >= 0x1d400 && c <= 0x1d6a3) { /* bold, slanted, in script */
		/* Thirteen alphabets one after the other, each with 26 large
		 * and 26 small letters. */
		c = (c - 0x1d400) % 52;
		return c < 26 ? 'A' + c : 'a' + c - 26;
	}
	return c;
}

/* Not towlower(): that asks the locale, and a program started by a web server
 * has the one that knows ASCII alone. */
uint32_t
letter_lower(uint32_t c)
{
	/* The two sizes side by side, the even or the odd one is large. */
	static const struct range even[] = { { 0x0100, 0x012f },
		{ 0x0132, 0x0137 }, { 0x014a, 0x0177 }, { 0x0460, 0x0481 },
		{ 0x048a, 0x04bf }, { 0x04d0, 0x052f } };
	static const struct range odd[] = { { 0x0139, 0x0148 },
		{ 0x0179, 0x017e } };
	static const struct range by_20[] = { { 'A', 'Z' }, { 0x0410, 0x042f },
		{ 0x0391, 0x03a9 }, { 0x00c0, 0x00d6 }, { 0x00d8, 0x00de } };

	c = plain(c);
	if (IN(c, by_20))
		return c + 0x20;
	/* Ѐ to Џ, which lie eighty places before their small ones. */
	if (c >= 0x0400 && c <= 0x040f)
		return c + 0x50;
	if (IN(c, even))
		return c | 1;
	return IN(c, odd) ? c + (c & 1) : c;
}

static const struct {
	uint16_t letter, mark, one;
} composed[] = {
	{ 0x0438, 0x0306, 0x0439 },
	{ 0x0443, 0x0306, 0x045e },
	{ 0x0456, 0x0308, 0x0457 },
	{ 0x0435, 0x0308, 0x0451 },
	{ 0x0061, 0x0300, 0x00e0 },
	{ 0x0061, 0x0301, 0x00e1 },
	{ 0x0061, 0x0302, 0x00e2 },
	{ 0x0061, 0x0303, 0x00e3 },
	{ 0x0061, 0x0306, 0x0103 },
	{ 0x0061, 0x0308, 0x00e4 },
	{ 0x0061, 0x030a, 0x00e5 },
	{ 0x0061, 0x0328, 0x0105 },
	{ 0x0063, 0x0301, 0x0107 },
	{ 0x0063, 0x0302, 0x0109 },
	{ 0x0063, 0x0307, 0x010b },
	{ 0x0063, 0x030c, 0x010d },
	{ 0x0063, 0x0327, 0x00e7 },
	{ 0x0064, 0x030c, 0x010f },
	{ 0x0065, 0x0300, 0x00e8 },
	{ 0x0065, 0x0301, 0x00e9 },
	{ 0x0065, 0x0302, 0x00ea },
	{ 0x0065, 0x0306, 0x0115 },
	{ 0x0065, 0x0307, 0x0117 },
	{ 0x0065, 0x0308, 0x00eb },
	{ 0x0065, 0x030c, 0x011b },
	{ 0x0065, 0x0328, 0x0119 },
	{ 0x0067, 0x0302, 0x011d },
	{ 0x0067, 0x0306, 0x011f },
	{ 0x0067, 0x0307, 0x0121 },
	{ 0x0067, 0x0327, 0x0123 },
	{ 0x0069, 0x0300, 0x00ec },
	{ 0x0069, 0x0301, 0x00ed },
	{ 0x0069, 0x0302, 0x00ee },
	{ 0x0069, 0x0303, 0x0129 },
	{ 0x0069, 0x0306, 0x012d },
	{ 0x0069, 0x0308, 0x00ef },
	{ 0x0069, 0x0328, 0x012f },
	{ 0x006e, 0x0301, 0x0144 },
	{ 0x006e, 0x0303, 0x00f1 },
	{ 0x006e, 0x030c, 0x0148 },
	{ 0x006e, 0x0327, 0x0146 },
	{ 0x006f, 0x0300, 0x00f2 },
	{ 0x006f, 0x0301, 0x00f3 },
	{ 0x006f, 0x0302, 0x00f4 },
	{ 0x006f, 0x0303, 0x00f5 },
	{ 0x006f, 0x0306, 0x014f },
	{ 0x006f, 0x0308, 0x00f6 },
	{ 0x006f, 0x030b, 0x0151 },
	{ 0x0072, 0x0301, 0x0155 },
	{ 0x0072, 0x030c, 0x0159 },
	{ 0x0072, 0x0327, 0x0157 },
	{ 0x0073, 0x0301, 0x015b },
	{ 0x0073, 0x0302, 0x015d },
	{ 0x0073, 0x030c, 0x0161 },
	{ 0x0073, 0x0327, 0x015f },
	{ 0x0074, 0x030c, 0x0165 },
	{ 0x0074, 0x0327, 0x0163 },
	{ 0x0075, 0x0300, 0x00f9 },
	{ 0x0075, 0x0301, 0x00fa },
	{ 0x0075, 0x0302, 0x00fb },
	{ 0x0075, 0x0303, 0x0169 },
	{ 0x0075, 0x0306, 0x016d },
	{ 0x0075, 0x0308, 0x00fc },
	{ 0x0075, 0x030a, 0x016f },
	{ 0x0075, 0x030b, 0x0171 },
	{ 0x0075, 0x0328, 0x0173 },
	{ 0x0079, 0x0301, 0x00fd },
	{ 0x0079, 0x0302, 0x0177 },
	{ 0x0079, 0x0308, 0x00ff },
	{ 0x007a, 0x0301, 0x017a },
	{ 0x007a, 0x0307, 0x017c },
	{ 0x007a, 0x030c, 0x017e },
	{ 0x006c, 0x0301, 0x013a },
	{ 0x006c, 0x030c, 0x013e },
	{ 0x006c, 0x0327, 0x013c },
};

/* Some keyboards send a letter and its mark apart, others as one character.
 * Only pairs of the languages that lessons are written in are listed: a library
 * for all of Unicode would be larger than this program. */
uint32_t
letter_compose(uint32_t c, uint32_t mark)
{
	for (size_t i = 0; i < LENGTH(composed); i++)
		if (composed[i].letter == c && composed[i].mark == mark)
			return composed[i].one;
	return c;
}

/* Letters that look alike in three alphabets. Some do so only as capitals;
 * since all is compared in small, small letters stand for both. */
static const struct {
	uint32_t latin, cyrillic, greek;
} alike[] = {
	{ 'a', 0x0430, 0x03b1 },
	{ 'b', 0x0432, 0x03b2 },
	{ 'c', 0x0441, 0x03f2 },
	{ 'e', 0x0435, 0x03b5 },
	{ 'h', 0x043d, 0x03b7 },
	{ 'i', 0x0456, 0x03b9 },
	{ 'j', 0x0458, 0x03f3 },
	{ 'k', 0x043a, 0x03ba },
	{ 'm', 0x043c, 0x03bc },
	{ 'o', 0x043e, 0x03bf },
	{ 'p', 0x0440, 0x03c1 },
	{ 's', 0x0455, 0 },
	{ 't', 0x0442, 0x03c4 },
	{ 'x', 0x0445, 0x03c7 },
	{ 'y', 0x0443, 0x03c5 },
	{ 0x00eb, 0x0451, 0 },
	{ 0x00ef, 0x0457, 0x03ca },
};
#define N_ALIKE LENGTH(alike)

uint32_t
letter_as_latin(uint32_t c)
{
	for (size_t i = 0; i < N_ALIKE; i++)
		if (c == alike[i].cyrillic || c == alike[i].greek)
			return alike[i].latin;
	return c;
}

uint32_t
letter_as_cyrillic(uint32_t c)
{
	for (size_t i = 0; i < N_ALIKE; i++)
		if (c == alike[i].latin || c == alike[i].greek)
			return alike[i].cyrillic;
	return c;
}

/* Latin with its accents, up to the end of Latin Extended-B (U+024F), but for
 * the sign of division that stands among them. */
bool
letter_is_latin(uint32_t c)
{
	return (c >= 'a' && c <= 'z') ||
	    (c >= 0x00df && c != 0x00f7 && c < 0x0250);
}

bool
letter_is_cyrillic(uint32_t c)
{
	return c >= 0x0400 && c < 0x0530;
}
