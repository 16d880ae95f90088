/* Markdown, cut into blocks by its lines. */
#include "shop/markdown.h"

#include "shop/spans.h"

#include <string.h>

#define MAX_HEADING 6

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
	return spans_blank(line.p[n + 1]) ? n + 2 : 0;
}

/* "#hashtag" is none: a blank has to follow. */
static size_t
heading_mark(struct str line)
{
	size_t n = 0;

	while (n < line.len && line.p[n] == '#')
		n++;
	return n > 0 && n <= MAX_HEADING && n < line.len &&
		spans_blank(line.p[n]) ?
	    n :
	    0;
}

static bool
is_rule(struct str line)
{
	return line.len >= 3 &&
	    (str_only(line, "-") || str_only(line, "*") || str_only(line, "_"));
}

/* The order decides what looks like two: "---" is a line and no item, and what
 * is in code is looked at by nobody. */
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
			line = str_trim(spans_part(line, 1, line.len));
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

/* Telegram knows no list, so the chat gets signs that look like one. */
static void
put_item(struct spans_out *o, struct str item)
{
	enum kind kind;
	size_t mark = item_mark(item, &kind);
	struct block b = { PLAIN, spans_part(item, mark, item.len) };

	if (o->form == SPANS_PAGE)
		spans_tag(o, "<li>");
	else if (mark > 0 && kind == NUMBER)
		spans_text(o, spans_part(item, 0, mark));
	else if (mark > 0)
		spans_text(o, str_from("\xe2\x80\xa2 "));
	spans_put(o, bare_lines(o->arena, &b), 0);
	if (o->form == SPANS_PAGE)
		spans_tag(o, "</li>");
}

/* A list goes on counting from its first number. */
static void
put_list(struct spans_out *o, const struct block *b)
{
	struct str rest = bare_lines(o->arena, b), first = rest;
	bool is_page = o->form == SPANS_PAGE, is_first = true;
	int64_t from = 1;
	bool has_number = b->kind == NUMBER &&
	    str_to_i64(
		spans_part(first, 0, strspn(first.p, STR_DIGITS)), &from);

	if (is_page)
		spans_tag(o,
		    !has_number ?
			(b->kind == NUMBER ? "<ol>\n" : "<ul>\n") :
			arena_printf(o->arena, "<ol start=\"%lld\">\n",
			    (long long)from));
	for (; rest.len > 0; is_first = false) {
		if (!is_first && !is_page)
			spans_text(o, str_from("\n"));
		put_item(o, take_item(&rest, b->kind));
		if (is_page)
			spans_tag(o, "\n");
	}
	if (is_page)
		spans_tag(o, b->kind == NUMBER ? "</ol>" : "</ul>");
}

static void
put_code(struct spans_out *o, const struct block *b)
{
	o->is_code = true;
	spans_tag(o, "<pre>");
	spans_text(o, b->text);
	spans_tag(o, "</pre>");
	o->is_code = false;
}

static struct str
heading_words(struct str line)
{
	struct str s = str_trim(line);

	return str_trim(spans_part(s, heading_mark(s), s.len));
}

/* The page has a headline of its own, so the highest level of the text, which
 * is that of its first heading, is the page's second. */
static void
put_heading(struct spans_out *o, const struct block *b)
{
	size_t level = heading_mark(str_trim(b->text));
	bool is_first = o->top == 0 || level <= o->top;

	if (o->top == 0)
		o->top = level;
	if (o->form == SPANS_PAGE)
		spans_tag(o, is_first ? "<h2>" : "<h3>");
	else
		spans_tag(o, "<b>");
	spans_put(o, heading_words(b->text), 0);
	if (o->form == SPANS_PAGE)
		spans_tag(o, is_first ? "</h2>" : "</h3>");
	else
		spans_tag(o, "</b>");
}

static void
put_lines(struct spans_out *o, const struct block *b)
{
	bool is_page = o->form == SPANS_PAGE, is_quote = b->kind == QUOTE;

	spans_tag(o, is_quote ? "<blockquote>" : is_page ? "<p>" : "");
	spans_put(o, bare_lines(o->arena, b), 0);
	spans_tag(o, is_quote ? "</blockquote>" : is_page ? "</p>" : "");
}

static void
put_block(struct spans_out *o, const struct block *b)
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
		if (o->form == SPANS_PAGE)
			spans_tag(o, "<hr>");
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
	struct spans_out o;

	if (!next_block(&rest, &b) || b.kind != HEADING)
		return NULL;
	*text = rest;
	o = spans_begin(a, b.text, SPANS_PLAIN);
	spans_put(&o, heading_words(b.text), 0);
	return arena_dup(a, buf_str(&o.b));
}

struct str
markdown_page(struct arena *a, struct str text)
{
	struct spans_out o = spans_begin(a, text, SPANS_PAGE);
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
		size_t more = spans_units(spans_part(s, n, n + 1));

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
	r->left = spans_part(b->text, from, b->text.len);
	r->left_kind = (int)b->kind;
}

/* Apart from the others first: whether it fits is known when it is written. */
static struct spans_out
block_in_chat(struct arena *a, const struct block *b)
{
	struct spans_out o = spans_begin(a, b->text, SPANS_CHAT);

	put_block(&o, b);
	return o;
}

/* A block that alone is too long, as much of it as fits. */
static struct spans_out
cut_block(struct arena *a, struct markdown_reader *r, const struct block *b)
{
	size_t n = fitting(b->text);
	const struct block part = { b->kind, spans_part(b->text, 0, n) };

	leave(r, b, n);
	return block_in_chat(a, &part);
}

const char *
markdown_message(struct arena *a, struct markdown_reader *r)
{
	struct spans_out all = spans_begin(a, r->rest, SPANS_CHAT), one;
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
