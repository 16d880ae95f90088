/* Where to cut a text. */
#include "coach/parts.h"

#include "base/array.h"

#include <string.h>

/* The end of the last end-mark that begins within the first max bytes and is
 * not in their first third; 0: there is none. */
static size_t
last_end(struct str s, size_t max, const char *mark)
{
	size_t n = strlen(mark);

	for (size_t at = max; at > max / 3; at--)
		if (at + n <= s.len && memcmp(s.p + at, mark, n) == 0)
			return at + n <= max ? at + n : at;
	return 0;
}

/* The best place is tried over the whole length first: a paragraph's end in the
 * middle is better than a sentence's end near the limit. */
static size_t
cut_at(struct str s, size_t max)
{
	static const char *const marks[] = { "\n\n", "\n", ". ", "! ", "? ",
		" " };
	size_t at = 0;

	for (size_t i = 0; i < LENGTH(marks) && at == 0; i++)
		at = last_end(s, max, marks[i]);
	if (at > 0)
		return at;
	/* It is one long word: the cut goes back to where a character
	 * begins. */
	while (max > 1 && ((unsigned char)s.p[max] & 0xc0) == 0x80)
		max--;
	return max;
}

struct str
parts_next(struct str *rest, size_t max_bytes)
{
	struct str s = str_trim(*rest), part = s;

	if (s.len > max_bytes)
		part.len = cut_at(s, max_bytes);
	*rest = (struct str){ s.p + part.len, s.len - part.len };
	return str_trim(part);
}
