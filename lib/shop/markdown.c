/* Markdown, cut into blocks by its lines, and these into spans. */
#include "shop/markdown.h"

#include "base/array.h"
#include "base/buf.h"

#include <string.h>

#define MAX_URL_BYTES ((size_t)1024)
#define MAX_DEPTH 4 /* of bold in a link in a quote ... */
#define MAX_HEADING 6

enum form { FORM_CHAT, FORM_PAGE, FORM_PLAIN };

/* What is written, and how much of it is seen. */
struct out {
	struct arena *arena;
	struct buf b;
	size_t units; /* of UTF-16, without the tags */
	enum form form;
	bool is_code; /* where a line's end needs no tag */
};

/* A sign may become an entity of six bytes, twice in a link; a tag is longer
 * than its mark. */
static struct out
out_new(struct arena *a, struct str text, enum form form)
{
	return (struct out){
		.arena = a, .b = buf_new(a, 16 * text.len + 1024), .form = form
	};
}

static void
put_tag(struct out *o, const char *tag)
{
	if (o->form != FORM_PLAIN)
		buf_text(&o->b, tag);
}

/* In UTF-8 a character of four bytes is the one that takes two units in UTF-16;
 * continuing bytes are none. */
static size_t
units_of(struct str s)
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
put_line(struct out *o, struct str s)
{
	o->units += units_of(s);
	if (o->form == FORM_PLAIN)
		buf_add(&o->b, s);
	else
		buf_html(&o->b, arena_dup(o->arena, s));
}

/* A line's end is kept, whoever reads it. */
static void
put_text(struct out *o, struct str s)
{
	while (s.len > 0) {
		bool has_end = memchr(s.p, '\n', s.len) != NULL;

		put_line(o, str_cut(&s, '\n'));
		if (!has_end)
			continue;
		if (o->form == FORM_PAGE && !o->is_code)
			put_tag(o, "<br>");
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

static struct str
between(struct str s, size_t from, size_t to)
{
	return (struct str){ s.p + from, to - from };
}

static bool
is_blank(char c)
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
		.inner = between(s, at + 1, at + 2),
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
		.inner = between(s, at + 1, (size_t)(end - s.p)),
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

	if (run < n || (n == 1 && run == 2) || is_blank(s.p[i - 1]) ||
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

static bool
find_emphasis(struct str s, size_t at, unsigned *hopeless, struct span *out)
{
	char mark = s.p[at];
	size_t n = at + 1 < s.len && s.p[at + 1] == mark ? 2 : 1;
	size_t from = at + n, end;
	unsigned bit = mark == '*' ? (n == 2 ? NO_STARS : NO_STAR) :
				     (n == 2 ? NO_BARS : NO_BAR);

	if (from >= s.len || is_blank(s.p[from]) || (*hopeless & bit) != 0 ||
	    (mark == '_' && at > 0 && is_letter(s.p[at - 1])))
		return false;
	end = closing(s, from, mark, n);
	if (end >= s.len) {
		*hopeless |= bit;
		return false;
	}
	*out = (struct span){ .kind = n == 2 ? SPAN_BOLD : SPAN_ITALIC,
		.inner = between(s, from, end),
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
	if (end == s.len || !may_link(between(s, mid + 2, end)))
		return false;
	*out = (struct span){ .kind = SPAN_LINK,
		.inner = between(s, at + 1, mid),
		.url = between(s, mid + 2, end),
		.len = end + 1 - at };
	return true;
}

/* <address> */
static bool
find_address(struct str s, size_t at, struct span *out)
{
	size_t end = near(s, at + 1, '>');

	if (end == s.len || !may_link(between(s, at + 1, end)))
		return false;
	*out = (struct span){ .kind = SPAN_LINK,
		.url = between(s, at + 1, end),
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

static void put_spans(struct out *o, struct str s, int depth);

static void
put_between(struct out *o, const char *open, struct str inner,
    const char *close, int depth)
{
	put_tag(o, open);
	put_spans(o, inner, depth + 1);
	put_tag(o, close);
}

static void
put_link(struct out *o, const struct span *span, int depth)
{
	const char *url = arena_dup(o->arena, span->url);

	/* Whoever is linked to learns nothing of who came from where. */
	put_tag(o,
	    o->form == FORM_PAGE ? "<a rel=\"noreferrer\" href=\"" :
				   "<a href=\"");
	if (o->form != FORM_PLAIN)
		buf_html(&o->b, url);
	put_tag(o, "\">");
	if (span->inner.len > 0)
		put_spans(o, span->inner, depth + 1);
	else
		put_text(o, span->url);
	put_tag(o, "</a>");
}

static void
put_span(struct out *o, const struct span *span, int depth)
{
	switch (span->kind) {
	case SPAN_ESCAPE:
		put_text(o, span->inner);
		break;
	case SPAN_CODE:
		put_tag(o, "<code>");
		put_text(o, span->inner);
		put_tag(o, "</code>");
		break;
	case SPAN_BOLD:
		put_between(o, "<b>", span->inner, "</b>", depth);
		break;
	case SPAN_ITALIC:
		put_between(o, "<i>", span->inner, "</i>", depth);
		break;
	case SPAN_LINK:
		put_link(o, span, depth);
		break;
	}
}

/* What lies deeper than anybody writes stays as it was written. */
static void
put_spans(struct out *o, struct str s, int depth)
{
	unsigned hopeless = 0;
	size_t from = 0, i = 0;
	struct span span;

	while (depth < MAX_DEPTH && i < s.len) {
		if (!find_span(s, i, &hopeless, &span)) {
			i++;
			continue;
		}
		put_text(o, between(s, from, i));
		put_span(o, &span, depth);
		from = i += span.len;
	}
	put_text(o, between(s, from, s.len));
}

/* ---- lines and blocks ---- */

enum kind { EMPTY, PLAIN, HEADING, QUOTE, ITEM, NUMBER, CODE, RULE };

struct block {
	enum kind kind;
	struct str text; /* its lines; of code without the fences */
};

/* The bytes before an item's words, "- " or "12. "; 0: it is none. */
static size_t
item_mark(struct str line, enum kind *kind)
{
	size_t n = 0;

	while (n < line.len && n < 9 && line.p[n] >= '0' && line.p[n] <= '9')
		n++;
	*kind = n > 0 ? NUMBER : ITEM;
	if (n + 1 >= line.len ||
	    strchr(n > 0 ? ".)" : "-*+", line.p[n]) == NULL)
		return 0;
	return is_blank(line.p[n + 1]) ? n + 2 : 0;
}

static size_t
heading_mark(struct str line)
{
	size_t n = 0;

	while (n < line.len && line.p[n] == '#')
		n++;
	return n > 0 && n <= MAX_HEADING && n < line.len &&
		is_blank(line.p[n]) ?
	    n :
	    0;
}

static bool
is_rule(struct str line)
{
	return line.len >= 3 &&
	    (str_only(line, "-") || str_only(line, "*") || str_only(line, "_"));
}

static enum kind
kind_of(struct str line)
{
	struct str s = str_trim(line);
	enum kind item;

	if (s.len == 0)
		return EMPTY;
	if (str_starts(s, "```"))
		return CODE;
	if (heading_mark(s) > 0)
		return HEADING;
	if (s.p[0] == '>')
		return QUOTE;
	if (is_rule(s))
		return RULE;
	return item_mark(s, &item) > 0 ? item : PLAIN;
}

/* Of code: up to the line that ends it, or to the end. */
static void
take_code(struct str *rest, struct block *b)
{
	b->text = (struct str){ rest->p, 0 };
	while (rest->len > 0) {
		struct str line = str_cut(rest, '\n');

		if (kind_of(line) == CODE)
			return;
		b->text.len = (size_t)(line.p + line.len - b->text.p);
	}
}

/* A line without a mark goes on with the item or the quote above it. */
static bool
goes_with(enum kind first, enum kind next)
{
	return next == PLAIN ?
	    first != HEADING && first != RULE :
	    next == first && first != HEADING && first != RULE;
}

static bool
next_block(struct str *rest, struct block *b)
{
	struct str line = { NULL, 0 };

	b->kind = EMPTY;
	while (rest->len > 0 && b->kind == EMPTY) {
		line = str_cut(rest, '\n');
		b->kind = kind_of(line);
	}
	b->text = line;
	if (b->kind == CODE)
		take_code(rest, b);
	while (b->kind != CODE && b->kind != EMPTY && rest->len > 0) {
		struct str after = *rest;

		line = str_cut(&after, '\n');
		if (!goes_with(b->kind, kind_of(line)))
			break;
		b->text.len = (size_t)(line.p + line.len - b->text.p);
		*rest = after;
	}
	return b->kind != EMPTY;
}

/* The lines without blanks at their ends and without a quote's marks. */
static struct str
bare_lines(struct arena *a, const struct block *b)
{
	struct buf out = buf_new(a, b->text.len + 2);
	struct str rest = b->text;

	while (rest.len > 0) {
		struct str line = str_trim(str_cut(&rest, '\n'));

		if (b->kind == QUOTE && line.len > 0 && line.p[0] == '>')
			line = str_trim(between(line, 1, line.len));
		if (out.len > 0)
			buf_char(&out, '\n');
		buf_add(&out, line);
	}
	return buf_str(&out);
}

/* One item with the lines that go on with it; a list that was cut between two
 * messages may begin with such lines alone. */
static struct str
take_item(struct str *rest, enum kind kind)
{
	struct str item = *rest, line = str_cut(rest, '\n');

	item.len = line.len;
	while (rest->len > 0) {
		struct str after = *rest;

		line = str_cut(&after, '\n');
		if (kind_of(line) == kind)
			break;
		item.len = (size_t)(line.p + line.len - item.p);
		*rest = after;
	}
	return item;
}

static void
put_item(struct out *o, struct str item)
{
	enum kind kind;
	size_t mark = item_mark(item, &kind);
	struct block b = { PLAIN, between(item, mark, item.len) };

	if (o->form == FORM_PAGE)
		put_tag(o, "<li>");
	else if (mark > 0 && kind == NUMBER)
		put_text(o, between(item, 0, mark));
	else if (mark > 0)
		put_text(o, str_from("\xe2\x80\xa2 "));
	put_spans(o, bare_lines(o->arena, &b), 0);
	if (o->form == FORM_PAGE)
		put_tag(o, "</li>");
}

/* A list goes on counting from its first number. */
static void
put_list(struct out *o, const struct block *b)
{
	struct str rest = bare_lines(o->arena, b), first = rest;
	bool is_page = o->form == FORM_PAGE, is_first = true;
	int64_t from = 1;
	bool has_number = b->kind == NUMBER &&
	    str_to_i64(between(first, 0, strspn(first.p, STR_DIGITS)), &from);

	if (is_page)
		put_tag(o,
		    !has_number ?
			(b->kind == NUMBER ? "<ol>\n" : "<ul>\n") :
			arena_printf(o->arena, "<ol start=\"%lld\">\n",
			    (long long)from));
	for (; rest.len > 0; is_first = false) {
		if (!is_first && !is_page)
			put_text(o, str_from("\n"));
		put_item(o, take_item(&rest, b->kind));
		if (is_page)
			put_tag(o, "\n");
	}
	if (is_page)
		put_tag(o, b->kind == NUMBER ? "</ol>" : "</ul>");
}

static void
put_code(struct out *o, const struct block *b)
{
	o->is_code = true;
	put_tag(o, "<pre>");
	put_text(o, b->text);
	put_tag(o, "</pre>");
	o->is_code = false;
}

static struct str
heading_words(struct str line)
{
	struct str s = str_trim(line);

	return str_trim(between(s, heading_mark(s), s.len));
}

/* The page has a headline of its own, so the first level is its second. */
static void
put_heading(struct out *o, const struct block *b)
{
	bool is_first = heading_mark(str_trim(b->text)) == 1;

	if (o->form == FORM_PAGE)
		put_tag(o, is_first ? "<h2>" : "<h3>");
	else
		put_tag(o, "<b>");
	put_spans(o, heading_words(b->text), 0);
	if (o->form == FORM_PAGE)
		put_tag(o, is_first ? "</h2>" : "</h3>");
	else
		put_tag(o, "</b>");
}

static void
put_lines(struct out *o, const struct block *b)
{
	bool is_page = o->form == FORM_PAGE, is_quote = b->kind == QUOTE;

	put_tag(o, is_quote ? "<blockquote>" : is_page ? "<p>" : "");
	put_spans(o, bare_lines(o->arena, b), 0);
	put_tag(o, is_quote ? "</blockquote>" : is_page ? "</p>" : "");
}

static void
put_block(struct out *o, const struct block *b)
{
	switch (b->kind) {
	case HEADING:
		put_heading(o, b);
		break;
	case ITEM:
	case NUMBER:
		put_list(o, b);
		break;
	case CODE:
		put_code(o, b);
		break;
	case RULE:
		if (o->form == FORM_PAGE)
			put_tag(o, "<hr>");
		break;
	case EMPTY:
	case PLAIN:
	case QUOTE:
		put_lines(o, b);
		break;
	}
}

/* ---- whole texts ---- */

const char *
markdown_title(struct arena *a, struct str *text)
{
	struct str rest = *text;
	struct block b;
	struct out o;

	if (!next_block(&rest, &b) || b.kind != HEADING)
		return NULL;
	*text = rest;
	o = out_new(a, b.text, FORM_PLAIN);
	put_spans(&o, heading_words(b.text), 0);
	return arena_dup(a, buf_str(&o.b));
}

struct str
markdown_page(struct arena *a, struct str text)
{
	struct out o = out_new(a, text, FORM_PAGE);
	struct block b;

	while (next_block(&text, &b)) {
		put_block(&o, &b);
		buf_char(&o.b, '\n');
	}
	return buf_str(&o.b);
}

/* As many bytes as are no more than a message's units, up to where a line ends,
 * or else a word, or else a character. In the chat a block is never longer than
 * it was written. */
static size_t
fitting(struct str s)
{
	size_t n = 0, units = 0, line = 0, word = 0;

	for (; n < s.len; n++) {
		size_t more = units_of(between(s, n, n + 1));

		if (units + more > MARKDOWN_MAX_UNITS)
			break;
		units += more;
		if (s.p[n] == '\n')
			line = n;
		if (s.p[n] == ' ')
			word = n;
	}
	if (n == s.len)
		return n;
	if (line > n / 3)
		return line;
	return word > n / 3 ? word : n;
}

/* What was left of a block by the message before, or the next one. */
static bool
next_part(struct markdown_reader *r, struct block *b)
{
	if (str_trim(r->left).len == 0)
		return next_block(&r->rest, b);
	*b = (struct block){ (enum kind)r->left_kind, r->left };
	return true;
}

static void
leave(struct markdown_reader *r, const struct block *b, size_t from)
{
	r->left = between(b->text, from, b->text.len);
	r->left_kind = (int)b->kind;
}

static struct out
block_in_chat(struct arena *a, const struct block *b)
{
	struct out o = out_new(a, b->text, FORM_CHAT);

	put_block(&o, b);
	return o;
}

/* A block that alone is too long, as much of it as fits. */
static struct out
cut_block(struct arena *a, struct markdown_reader *r, const struct block *b)
{
	size_t n = fitting(b->text);
	const struct block part = { b->kind, between(b->text, 0, n) };

	leave(r, b, n);
	return block_in_chat(a, &part);
}

const char *
markdown_message(struct arena *a, struct markdown_reader *r)
{
	struct out all = out_new(a, r->rest, FORM_CHAT), one;
	struct markdown_reader before = *r;
	struct block b;

	all.b.max_bytes += 16 * r->left.len;
	for (; next_part(r, &b); before = *r) {
		r->left = (struct str){ NULL, 0 };
		one = block_in_chat(a, &b);
		if (one.units > MARKDOWN_MAX_UNITS && all.units == 0)
			one = cut_block(a, r, &b);
		if (one.units == 0)
			continue;
		if (all.units > 0 &&
		    all.units + 2 + one.units > MARKDOWN_MAX_UNITS) {
			*r = before;
			break;
		}
		if (all.units > 0)
			buf_text(&all.b, "\n\n");
		all.units += one.units + (all.units > 0 ? 2 : 0);
		buf_add(&all.b, buf_str(&one.b));
	}
	return all.units == 0 ? NULL : arena_dup(a, buf_str(&all.b));
}
