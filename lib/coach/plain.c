/* Taking Markdown off, line by line. */
#include "coach/plain.h"

#include "base/buf.h"

#include <ctype.h>
#include <string.h>

#define BULLET "\xe2\x80\xa2 "
#define MAX_LINK ((size_t)1000) /* bytes of its words, and of its address */

static struct str
behind(struct str s, size_t n)
{
	return (struct str){ s.p + n, s.len - n };
}

/* ---- within a line ---- */

/* A letter, a digit, or a part of one in another alphabet. */
static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || ((unsigned char)c & 0x80) != 0;
}

/* Whether one * or _ at that place stands for emphasis: it leans on a word from
 * one side alone. */
static bool
is_emphasis(struct str line, size_t at)
{
	bool before = at > 0 && is_word(line.p[at - 1]);
	bool after = at + 1 < line.len && is_word(line.p[at + 1]);

	return before != after;
}

/* The signs at that place that say how the rest is to be shown: so many
 * bytes. */
static size_t
signs_at(struct str line, size_t at)
{
	struct str s = behind(line, at);

	if (str_starts(s, "***") || str_starts(s, "___"))
		return 3;
	if (str_starts(s, "**") || str_starts(s, "__") || str_starts(s, "~~"))
		return 2;
	if (s.p[0] == '`')
		return 1;
	if (s.p[0] == '*' || s.p[0] == '_')
		return is_emphasis(line, at);
	return s.p[0] == '\\' && s.len > 1 && ispunct((unsigned char)s.p[1]);
}

/* [words](address), of so many bytes; 0: it is none. */
static size_t
link_at(struct str s, struct str *words, struct str *address)
{
	const char *middle = memmem(s.p, s.len, "](", 2), *end;

	if (s.p[0] != '[' || middle == NULL)
		return 0;
	end = memchr(middle, ')', s.len - (size_t)(middle - s.p));
	*words = (struct str){ s.p + 1, (size_t)(middle - s.p) - 1 };
	if (end == NULL || words->len > MAX_LINK ||
	    memchr(words->p, '[', words->len) != NULL)
		return 0;
	*address = (struct str){ middle + 2, (size_t)(end - middle) - 2 };
	return address->len > MAX_LINK ? 0 : (size_t)(end - s.p) + 1;
}

/* An address that is its own name is written once. */
static void
add_link(struct buf *out, struct str words, struct str address)
{
	buf_add(out, words);
	if (address.len == words.len &&
	    memcmp(address.p, words.p, words.len) == 0)
		return;
	buf_text(out, words.len > 0 ? " (" : "(");
	buf_add(out, address);
	buf_text(out, ")");
}

static void
add_line(struct buf *out, struct str line)
{
	for (size_t i = 0; i < line.len;) {
		struct str words, address, s = behind(line, i);
		bool is_picture = str_starts(s, "![");
		size_t n = link_at(behind(s, is_picture), &words, &address);

		if (n > 0) {
			add_link(out, words, address);
			i += n + is_picture;
			continue;
		}
		n = signs_at(line, i);
		/* A sign that is written out stands for itself. */
		if (n == 0 || (n == 1 && line.p[i] == '\\'))
			buf_char(out, line.p[i + n]);
		i += n == 0 ? 1 : n + (line.p[i] == '\\');
	}
}

/* ---- lines ---- */

static size_t
count_of(struct str s, char c)
{
	size_t n = 0;

	while (n < s.len && s.p[n] == c)
		n++;
	return n;
}

/* A fence of code, a rule, the line below a table's head: nothing to read. */
static bool
is_drawn(struct str line)
{
	struct str s = str_trim(line);

	return str_starts(s, "```") || str_starts(s, "~~~") ||
	    (s.len >= 3 && str_only(s, "-*_ |:=") && s.p[0] != ':');
}

/* The line without what its beginning says; what stands for it is written. */
static struct str
open_line(struct buf *out, struct str line)
{
	size_t indent = count_of(line, ' '), n;
	struct str s = behind(line, indent);

	n = count_of(s, '#');
	if (n > 0 && n <= 6 && n < s.len && s.p[n] == ' ')
		return str_trim(behind(s, n));
	while (str_starts(s, "> "))
		s = behind(s, 2);
	if (s.len > 2 && strchr("*-+", s.p[0]) != NULL && s.p[1] == ' ') {
		buf_add(out, (struct str){ line.p, indent });
		buf_text(out, BULLET);
		return behind(s, 2);
	}
	return s.len + indent == line.len ? line : s;
}

const char *
plain_text(struct arena *a, struct str text)
{
	struct buf out = buf_new(a, 3 * text.len + 1);

	while (text.len > 0) {
		bool ends = memchr(text.p, '\n', text.len) != NULL;
		struct str line = str_cut(&text, '\n');

		if (is_drawn(line))
			continue;
		add_line(&out, open_line(&out, line));
		if (ends)
			buf_char(&out, '\n');
	}
	return arena_dup(a, buf_str(&out));
}
