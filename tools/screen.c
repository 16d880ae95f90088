/* How wide things are on a terminal. */
#include "screen.h"

#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define USUAL 80 /* of a terminal that does not say */

/* Asked anew each time: a window may have changed. COLUMNS is not looked at,
 * which is the shell's of the window before. */
size_t
screen_width(void)
{
	struct winsize size = { 0 };

	if (isatty(STDOUT_FILENO) != 1)
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return USUAL;
	return size.ws_col;
}

/* The next character of UTF-8, and how many bytes it has. Of what is none each
 * byte counts as one, so that nothing is skipped. */
static uint32_t
character(struct str s, size_t *n_bytes)
{
	unsigned char c = (unsigned char)s.p[0];
	size_t n = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	uint32_t code = n == 1 ? c : c & (0xffu >> (n + 1));

	if (n > s.len)
		n = s.len;
	for (size_t i = 1; i < n; i++)
		code = code << 6 | ((unsigned char)s.p[i] & 0x3f);
	*n_bytes = n;
	return code;
}

/* As terminals have it; what few of them agree on counts as one. */
static size_t
width_of_character(uint32_t code)
{
	static const struct {
		uint32_t from, to;
		size_t width;
	} ranges[] = {
		{ 0x300, 0x36f, 0 },     /* accents on what stands before */
		{ 0x200b, 0x200f, 0 },   /* joiners */
		{ 0xfe00, 0xfe0f, 0 },   /* which picture of a sign */
		{ 0x1100, 0x115f, 2 },   /* Hangul */
		{ 0x2e80, 0xa4cf, 2 },   /* East Asian */
		{ 0xac00, 0xd7a3, 2 },   /* Hangul */
		{ 0xf900, 0xfaff, 2 },   /* East Asian */
		{ 0xff01, 0xff60, 2 },   /* of full width */
		{ 0x1f300, 0x1faff, 2 }, /* pictures */
		{ 0x20000, 0x3fffd, 2 }, /* East Asian */
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (code >= ranges[i].from && code <= ranges[i].to)
			return ranges[i].width;
	return 1;
}

size_t
screen_width_of(struct str text)
{
	size_t width = 0, n;

	for (; text.len > 0; text.p += n, text.len -= n)
		width += width_of_character(character(text, &n));
	return width;
}

/* The blank at which a line is broken belongs to neither. */
struct str
screen_take(struct str *rest, size_t width)
{
	struct str all = *rest, left = all;
	size_t at = 0, blank = 0, n = 0;

	while (left.len > 0) {
		size_t w = width_of_character(character(left, &n));

		if (at + w > width && left.p != all.p)
			break;
		if (left.p[0] == ' ')
			blank = (size_t)(left.p - all.p);
		at += w;
		left = (struct str){ left.p + n, left.len - n };
	}
	if (left.len > 0 && left.p[0] != ' ' && blank > 0)
		left = (struct str){ all.p + blank, all.len - blank };
	all.len = (size_t)(left.p - all.p);
	while (left.len > 0 && left.p[0] == ' ')
		left = (struct str){ left.p + 1, left.len - 1 };
	*rest = left;
	return all;
}
