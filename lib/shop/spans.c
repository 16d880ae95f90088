/* Within a line of Markdown: bold, italic, code and links. */
#include "shop/spans.h"

#include "base/array.h"

#include <string.h>

#define MAX_URL_BYTES ((size_t)1024)
#define MAX_DEPTH 4 /* of bold in a link in a quote ... */

/* A sign may become an entity of six bytes, twice in a link; a tag is longer
 * than its mark. */
struct spans_out
spans_begin(struct arena *a, struct str text, enum spans_form form)
{
	return (struct spans_out){
		.arena = a, .b = buf_new(a, 16 * text.len + 1024), .form = form
	};
}

void
spans_tag(struct spans_out *o, const char *tag)
{
	if (o->form != SPANS_PLAIN)
		buf_text(&o->b, tag);
}

/* In UTF-8 a character of four bytes is the one that takes two units in UTF-16;
 * continuing bytes are none. */
size_t
spans_units(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c & 0xc0) != 0x80)
			n += c >= 0xf0 ? 2 : 1;
	}
	return n;
}

static void
put_line(struct spans_out *o, struct str s)
{
	o->units += spans_units(s);
	if (o->form == SPANS_PLAIN)
		buf_add(&o->b, s);
	else
		buf_html(&o->b, arena_dup(o->arena, s));
}

/* A line's end is kept, whoever reads it. */
void
spans_text(struct spans_out *o, struct str s)
{
	while (s.len > 0) {
		bool has_end = memchr(s.p, '\n', s.len) != NULL;

		put_line(o, str_cut(&s, '\n'));
		if (!has_end)
			continue;
		if (o->form == SPANS_PAGE && !o->is_code)
			spans_tag(o, "<br>");
		buf_char(&o->b, '\n');
		o->units++;
	}
}

/* ---- within a line ---- */

enum span_kind { SPAN_ESCAPE, SPAN_CODE, SPAN_BOLD, SPAN_ITALIC, SPAN_LINK };

struct span {
	enum span_kind kind;
	struct str inner, url;
	size_t len; /* of all that it is written with */
};

/* Where a mark was looked for to the end in vain, it is not looked for again:
 * else a text of nothing but stars would be read once for each of them. */
enum { NO_CODE = 1, NO_STAR = 2, NO_STARS = 4, NO_BAR = 8, NO_BARS = 16 };

struct str
spans_part(struct str s, size_t from, size_t to)
{
	return (struct str){ s.p + from, to - from };
}

bool
spans_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A byte of a letter beyond ASCII counts as one. */
static bool
is_letter(char c)
{
	return (unsigned char)c >= 0x80 ||
	    (c != '\0' && strchr(STR_LETTERS STR_DIGITS, c) != NULL);
}

static bool
is_sign(char c)
{
	return c > ' ' && c < 0x7f && !is_letter(c);
}

static bool
may_link(struct str url)
{
	static const char *const schemes[] = { "https://", "http://", "tg://" };
	struct str head;

	if (url.len > MAX_URL_BYTES || str_has_blank(url))
		return false;
	for (size_t i = 0; i < LENGTH(schemes); i++) {
		size_t n = strlen(schemes[i]);

		head = (struct str){ url.p, n };
		if (url.len > n && str_eq_nocase(head, schemes[i]))
			return true;
	}
	return false;
}

/* The place of a sign within the next MAX_URL_BYTES; s.len: it is not there. */
static size_t
near(struct str s, size_t from, char sign)
{
	size_t n = s.len - from;
	const char *at =
	    memchr(s.p + from, sign, n < MAX_URL_BYTES ? n : MAX_URL_BYTES);

	return at == NULL ? s.len : (size_t)(at - s.p);
}

static bool
find_escape(struct str s, size_t at, struct span *out)
{
	if (at + 1 >= s.len || !is_sign(s.p[at + 1]))
		return false;
	*out = (struct span){ .kind = SPAN_ESCAPE,
		.inner = spans_part(s, at + 1, at + 2),
		.len = 2 };
	return true;
}

static bool
find_code(struct str s, size_t at, unsigned *hopeless, struct span *out)
{
	const char *end = memchr(s.p + at + 1, '`', s.len - at - 1);

	if (end == NULL)
		*hopeless |= NO_CODE;
	if (end == NULL || end == s.p + at + 1)
		return false;
	*out = (struct span){ .kind = SPAN_CODE,
		.inner = spans_part(s, at + 1, (size_t)(end - s.p)),
		.len = (size_t)(end - s.p) - at + 1 };
	return true;
}

/* Past what hides a mark: a sign that is meant itself, or code. */
static size_t
past_hidden(struct str s, size_t i)
{
	const char *end;

	if (s.p[i] == '\\')
		return i + 2;
	end = memchr(s.p + i + 1, '`', s.len - i - 1);
	return end == NULL ? i + 1 : (size_t)(end - s.p) + 1;
}

/* Whether a run of marks at i, of which the last n would close, does. */
static bool
closes(struct str s, size_t from, size_t i, size_t run, size_t n)
{
	size_t end = i + run;

	if (run < n || (n == 1 && run == 2) || spans_blank(s.p[i - 1]) ||
	    end - n == from)
		return false;
	/* A bar within a word is a part of it: snake_case. */
	return s.p[i] != '_' || end == s.len || !is_letter(s.p[end]);
}

/* Where the n marks stand that close what begins at from; s.len: nowhere. */
static size_t
closing(struct str s, size_t from, char mark, size_t n)
{
	size_t run;

	for (size_t i = from; i < s.len; i += run) {
		run = 1;
		if (s.p[i] == '\\' || s.p[i] == '`') {
			run = past_hidden(s, i) - i;
			continue;
		}
		if (s.p[i] != mark)
			continue;
		while (i + run < s.len && s.p[i + run] == mark)
			run++;
		if (closes(s, from, i, run, n))
			return i + run - n;
	}
	return s.len;
}

static unsigned
hopeless_bit(char mark, size_t n)
{
	if (mark == '*')
		return n == 2 ? NO_STARS : NO_STAR;
	return n == 2 ? NO_BARS : NO_BAR;
}

/* Whether marks before a word can open; a bar within one is a part of it. */
static bool
opens(struct str s, size_t at, size_t n)
{
	return at + n < s.len && !spans_blank(s.p[at + n]) &&
	    (s.p[at] != '_' || at == 0 || !is_letter(s.p[at - 1]));
}

static bool
find_emphasis(struct str s, size_t at, unsigned *hopeless, struct span *out)
{
	char mark = s.p[at];
	size_t n = at + 1 < s.len && s.p[at + 1] == mark ? 2 : 1, end;
	unsigned bit = hopeless_bit(mark, n);

	if (!opens(s, at, n) || (*hopeless & bit) != 0)
		return false;
	end = closing(s, at + n, mark, n);
	if (end >= s.len) {
		*hopeless |= bit;
		return false;
	}
	*out = (struct span){ .kind = n == 2 ? SPAN_BOLD : SPAN_ITALIC,
		.inner = spans_part(s, at + n, end),
		.len = end + n - at };
	return true;
}

/* [words](address): the words have no bracket in them. */
static bool
find_link(struct str s, size_t at, struct span *out)
{
	size_t mid = at + 1, end;

	while (mid < s.len && s.p[mid] != ']' && s.p[mid] != '[')
		mid++;
	if (mid + 1 >= s.len || s.p[mid] != ']' || s.p[mid + 1] != '(' ||
	    mid == at + 1)
		return false;
	end = near(s, mid + 2, ')');
	if (end == s.len || !may_link(spans_part(s, mid + 2, end)))
		return false;
	*out = (struct span){ .kind = SPAN_LINK,
		.inner = spans_part(s, at + 1, mid),
		.url = spans_part(s, mid + 2, end),
		.len = end + 1 - at };
	return true;
}

/* <address> */
static bool
find_address(struct str s, size_t at, struct span *out)
{
	size_t end = near(s, at + 1, '>');

	if (end == s.len || !may_link(spans_part(s, at + 1, end)))
		return false;
	*out = (struct span){ .kind = SPAN_LINK,
		.url = spans_part(s, at + 1, end),
		.len = end + 1 - at };
	return true;
}

static bool
find_span(struct str s, size_t at, unsigned *hopeless, struct span *out)
{
	switch (s.p[at]) {
	case '\\':
		return find_escape(s, at, out);
	case '`':
		return (*hopeless & NO_CODE) == 0 &&
		    find_code(s, at, hopeless, out);
	case '*':
	case '_':
		return find_emphasis(s, at, hopeless, out);
	case '[':
		return find_link(s, at, out);
	case '<':
		return find_address(s, at, out);
	default:
		return false;
	}
}

static void
put_spans_part(struct spans_out *o, const char *open, struct str inner,
    const char *close, int depth)
{
	spans_tag(o, open);
	spans_put(o, inner, depth + 1);
	spans_tag(o, close);
}

static void
put_link(struct spans_out *o, const struct span *span, int depth)
{
	const char *url = arena_dup(o->arena, span->url);

	/* Whoever is linked to learns nothing of who came from where. */
	spans_tag(o,
	    o->form == SPANS_PAGE ? "<a rel=\"noreferrer\" href=\"" :
				    "<a href=\"");
	if (o->form != SPANS_PLAIN)
		buf_html(&o->b, url);
	spans_tag(o, "\">");
	if (span->inner.len > 0)
		spans_put(o, span->inner, depth + 1);
	else
		spans_text(o, span->url);
	spans_tag(o, "</a>");
}

static void
put_span(struct spans_out *o, const struct span *span, int depth)
{
	switch (span->kind) {
	case SPAN_ESCAPE:
		spans_text(o, span->inner);
		break;
	case SPAN_CODE:
		spans_tag(o, "<code>");
		spans_text(o, span->inner);
		spans_tag(o, "</code>");
		break;
	case SPAN_BOLD:
		put_spans_part(o, "<b>", span->inner, "</b>", depth);
		break;
	case SPAN_ITALIC:
		put_spans_part(o, "<i>", span->inner, "</i>", depth);
		break;
	case SPAN_LINK:
		put_link(o, span, depth);
		break;
	}
}

/* What lies deeper than anybody writes stays as it was written. */
void
spans_put(struct spans_out *o, struct str s, int depth)
{
	unsigned hopeless = 0;
	size_t from = 0, i = 0;
	struct span span;

	while (depth < MAX_DEPTH && i < s.len) {
		if (!find_span(s, i, &hopeless, &span)) {
			i++;
			continue;
		}
		spans_text(o, spans_part(s, from, i));
		put_span(o, &span, depth);
		from = i += span.len;
	}
	spans_text(o, spans_part(s, from, s.len));
}
