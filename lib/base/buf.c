/* Growing text with a hard maximum. */
#include "base/buf.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct buf
buf_new(struct arena *a, size_t max_bytes)
{
	return (struct buf){ .arena = a, .max_bytes = max_bytes };
}

/* The old bytes stay in the arena until its reset. All the doublings together
 * waste as much again as the text is long; in return, a piece of this very
 * buffer may be added to it. */
static void
grow(struct buf *b, size_t need)
{
	size_t cap = b->cap == 0 ? 256 : b->cap;
	char *p;

	while (cap < need + 1)
		cap *= 2;
	p = arena_alloc(b->arena, cap);
	if (b->len > 0)
		memcpy(p, b->p, b->len);
	b->p = p;
	b->cap = cap;
}

void
buf_add(struct buf *b, struct str s)
{
	/* Once something was left out, all that follows is left out too: a text
	 * with a hole in its middle could pass for a whole one. The subtraction
	 * cannot wrap, since len never exceeds max_bytes. */
	if (b->full || s.len > b->max_bytes - b->len) {
		b->full = true;
		return;
	}
	if (b->len + s.len + 1 > b->cap)
		grow(b, b->len + s.len);
	if (s.len > 0)
		memcpy(b->p + b->len, s.p, s.len);
	b->len += s.len;
	b->p[b->len] = '\0';
}

void
buf_text(struct buf *b, const char *s)
{
	buf_add(b, str_from(s));
}

void
buf_char(struct buf *b, char c)
{
	buf_add(b, (struct str){ &c, 1 });
}

void
buf_int(struct buf *b, int64_t n)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRId64, n);
	buf_text(b, text);
}

void
buf_html(struct buf *b, const char *s)
{
	for (; s != NULL && *s != '\0'; s++)
		switch (*s) {
		case '&':
			buf_text(b, "&amp;");
			break;
		case '<':
			buf_text(b, "&lt;");
			break;
		case '>':
			buf_text(b, "&gt;");
			break;
		case '"':
			buf_text(b, "&quot;");
			break;
		/* As a number, because Telegram's HTML knows only four entities
		 * by name: lt, gt, amp, quot. */
		case '\'':
			buf_text(b, "&#39;");
			break;
		default:
			buf_char(b, *s);
		}
}

void
buf_url(struct buf *b, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; s != NULL && *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;
		char enc[3] = { '%', hex[c >> 4], hex[c & 15] };

		/* strchr() finds a NUL too, at the end of the list; the loop
		 * ends before one gets here. */
		if (strchr(STR_LETTERS STR_DIGITS "-._~", c) != NULL)
			buf_char(b, *s);
		else
			buf_add(b, (struct str){ enc, sizeof(enc) });
	}
}

bool
buf_full(const struct buf *b)
{
	return b->full;
}

struct str
buf_str(const struct buf *b)
{
	return (struct str){ b->p == NULL ? "" : b->p, b->len };
}
