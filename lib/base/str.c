/* Pieces of text: compare, cut, read numbers. */
#include "base/str.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

struct str
str_from(const char *s)
{
	return (struct str){ s, s == NULL ? 0 : strlen(s) };
}

/* memcmp() must not be given NULL, not even for no bytes at all, and an empty
 * str may have no pointer. */
bool
str_eq(struct str s, const char *with)
{
	return s.len == strlen(with) &&
	    (s.len == 0 || memcmp(s.p, with, s.len) == 0);
}

bool
str_eq_nocase(struct str s, const char *with)
{
	return s.len == strlen(with) &&
	    (s.len == 0 || strncasecmp(s.p, with, s.len) == 0);
}

bool
str_starts(struct str s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.len >= n && str_eq((struct str){ s.p, n }, prefix);
}

bool
str_ends(struct str s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.len >= n &&
	    (n == 0 || str_eq((struct str){ s.p + s.len - n, n }, suffix));
}

bool
str_has_nocase(struct str s, const char *needle)
{
	size_t n = strlen(needle);

	for (size_t i = 0; i + n <= s.len; i++)
		if (str_eq_nocase((struct str){ s.p + i, n }, needle))
			return true;
	return false;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str
str_trim(struct str s)
{
	while (s.len > 0 && is_blank(s.p[0]))
		s = (struct str){ s.p + 1, s.len - 1 };
	while (s.len > 0 && is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

/* The rest becomes NULL when it is used up, so a caller's loop on rest->len
 * ends after the last part, be there a separator behind it or not. */
struct str
str_cut(struct str *rest, char sep)
{
	const char *at = NULL;
	struct str head = *rest;

	if (rest->len > 0)
		at = memchr(rest->p, sep, rest->len);
	if (at == NULL) {
		*rest = (struct str){ NULL, 0 };
		return head;
	}
	head.len = (size_t)(at - rest->p);
	*rest = (struct str){ at + 1, rest->len - head.len - 1 };
	return head;
}

struct str
str_after_last(struct str s, char sep)
{
	for (size_t i = s.len; i > 0; i--)
		if (s.p[i - 1] == sep)
			return (struct str){ s.p + i, s.len - i };
	return s;
}

struct str
str_folder(struct str path)
{
	path.len -= str_after_last(path, '/').len;
	return path;
}

/* One spelling for one number: "007" or "+7" would be a second name for the
 * same buyer, and could pass a check that the first one fails. */
bool
str_to_i64(struct str s, int64_t *out)
{
	int64_t n = 0;

	if (s.len == 0 || s.len > 19 || (s.p[0] == '0' && s.len > 1))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		int digit = s.p[i] - '0';

		/* The limit is checked before multiplying, since overflow of a
		 * signed number is undefined. */
		if (digit < 0 || digit > 9 || n > (INT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*out = n;
	return true;
}

bool
str_has_blank(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

bool
str_only(struct str s, const char *set)
{
	/* strchr() finds the NUL at the end of every set. */
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] == '\0' || strchr(set, s.p[i]) == NULL)
			return false;
	return true;
}

/* The length of a sequence, by its first byte; 0: none begins so. */
static size_t
utf8_length(unsigned char first)
{
	if (first < 0x80)
		return first != '\0';
	/* C0 and C1 could only spell ASCII in a second way; F5 and above lie
	 * past U+10FFFF, the last character (RFC 3629, section 4). */
	if (first < 0xc2 || first > 0xf4)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* What may follow some first bytes is less than 80..BF: else a character would
 * have two forms, be half of a surrogate pair, or lie past the last one. */
static bool
utf8_second_ok(const unsigned char *p)
{
	unsigned char low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
	unsigned char high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;

	return p[1] >= low && p[1] <= high;
}

bool
str_is_utf8(struct str s)
{
	size_t n;

	for (size_t i = 0; i < s.len; i += n) {
		const unsigned char *p = (const unsigned char *)s.p + i;

		n = utf8_length(p[0]);
		if (n == 0 || n > s.len - i || (n > 1 && !utf8_second_ok(p)))
			return false;
		for (size_t k = 2; k < n; k++)
			if ((p[k] & 0xc0) != 0x80)
				return false;
	}
	return true;
}

/* Levenshtein's distance with one row of its table: row[j] is what the part of
 * a read so far is away from the first j letters of b. */
size_t
str_distance(struct str a, struct str b)
{
	size_t row[64];

	if (a.len == 0 || a.len >= 64 || b.len == 0 || b.len >= 64)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t above = row[0]++;

		for (size_t j = 1; j <= b.len; j++) {
			size_t kept = above +
			    (tolower((unsigned char)a.p[i - 1]) !=
				tolower((unsigned char)b.p[j - 1]));
			size_t other =
			    (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

			above = row[j];
			row[j] = kept < other ? kept : other;
		}
	}
	return row[b.len];
}

/* All bytes of a character but its first look like 10xxxxxx. */
size_t
str_chars(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}
