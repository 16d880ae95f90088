/* Reading a JSON text, in one pass over a copy of it: a text is decoded in its
 * own place, where what it means is never longer than how it is written, and
 * the quote behind it makes room for a NUL. So of an event of 4 kB nothing is
 * copied twice and nothing is asked of malloc(). */
#include "base/crypto.h"
#include "base/json.h"
#include "base/json_tree.h"

#include <string.h>

#define CODE_DIGITS 4 /* of \uXXXX */

/* A NUL stands at the end; one before it is in no place of its own, so every
 * loop ends there. */
struct reader {
	struct arena *arena;
	char *at;
	const char *end;
	int depth;
};

static void
skip_blanks(struct reader *r)
{
	char *at = r->at;

	while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')
		at++;
	r->at = at;
}

static bool
take(struct reader *r, char c)
{
	if (*r->at != c)
		return false;
	r->at++;
	return true;
}

/* ---- texts ---- */

/* How many bytes mean themselves. A line end should be written as an escape,
 * but people who write files do not, and it cannot mean anything else. */
static size_t
n_plain(const char *at)
{
	const char *from = at;

	/* From 01 to 7F: the NUL at the end is none, and UTF-8 is looked at. */
	while ((unsigned char)(*at - 1) < 0x7f && *at != '"' && *at != '\\')
		at++;
	return (size_t)(at - from);
}

static size_t
put_utf8(char *to, unsigned code)
{
	static const unsigned char marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	for (size_t i = n - 1; i > 0; i--) {
		to[i] = (char)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	to[0] = (char)(marks[n] | code);
	return n;
}

/* "uXXXX" at p. */
static bool
code_at(const struct reader *r, const char *p, unsigned *code)
{
	unsigned char bytes[CODE_DIGITS / 2];

	if (r->end - p <= CODE_DIGITS || p[0] != 'u' ||
	    !hex_decode(
		(struct str){ p + 1, CODE_DIGITS }, bytes, sizeof(bytes)))
		return false;
	*code = (unsigned)bytes[0] << 8 | bytes[1];
	return true;
}

/* Characters beyond the first 65,536 are written as a pair; half of one alone
 * is the sign for what cannot be shown. */
static bool
take_code(struct reader *r, char **to)
{
	unsigned code, low;

	if (!code_at(r, r->at, &code))
		return false;
	r->at += 1 + CODE_DIGITS;
	if (code >= 0xd800 && code <= 0xdbff && *r->at == '\\' &&
	    code_at(r, r->at + 1, &low) && low >= 0xdc00 && low <= 0xdfff) {
		r->at += 2 + CODE_DIGITS;
		code = 0x10000 + ((code & 0x3ff) << 10 | (low & 0x3ff));
	}
	if (code >= 0xd800 && code <= 0xdfff)
		code = 0xfffd;
	*to += put_utf8(*to, code);
	return true;
}

static bool
take_escape(struct reader *r, char **to)
{
	static const char written[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char *which;

	r->at++;
	if (*r->at == 'u')
		return take_code(r, to);
	which = *r->at == '\0' ? NULL : strchr(written, *r->at);
	if (which == NULL)
		return false;
	*(*to)++ = meant[which - written];
	r->at++;
	return true;
}

/* UTF-8 is looked at here, because the texts go into pages, messages and
 * tables, which would refuse another later and less kindly. */
static bool
take_wide(struct reader *r, char **to)
{
	size_t n =
	    str_first_utf8((struct str){ r->at, (size_t)(r->end - r->at) });

	memmove(*to, r->at, n);
	*to += n;
	r->at += n;
	return n > 0;
}

/* Behind a quote, to the one that ends it. */
static bool
take_text(struct reader *r, struct str *out)
{
	const char *begin = r->at;
	char *to = r->at;

	for (;;) {
		size_t n = n_plain(r->at);

		if (to != r->at)
			memmove(to, r->at, n);
		to += n;
		r->at += n;
		if (*r->at == '"')
			break;
		if (!(*r->at == '\\' ? take_escape(r, &to) : take_wide(r, &to)))
			return false;
	}
	r->at++;
	*to = '\0';
	*out = (struct str){ begin, (size_t)(to - begin) };
	return true;
}

/* ---- numbers and words ---- */

static bool
take_digits(struct reader *r)
{
	const char *from = r->at;

	while (*r->at >= '0' && *r->at <= '9')
		r->at++;
	return r->at > from;
}

/* As RFC 8259 has it. */
static bool
take_number(struct reader *r, struct json *out)
{
	const char *from = r->at;

	out->kind = JSON_NUMBER;
	(void)take(r, '-');
	if (!take(r, '0') && !take_digits(r))
		return false;
	if (take(r, '.') && !take_digits(r))
		return false;
	if (take(r, 'e') || take(r, 'E')) {
		if (!take(r, '-'))
			(void)take(r, '+');
		if (!take_digits(r))
			return false;
	}
	out->text = (struct str){ from, (size_t)(r->at - from) };
	return true;
}

static bool
take_word(
    struct reader *r, const char *word, enum json_kind kind, struct json *out)
{
	out->kind = kind;
	while (*word != '\0' && *word == *r->at) {
		word++;
		r->at++;
	}
	return *word == '\0';
}

/* ---- values ---- */

static bool take_members(struct reader *r, struct json *in);

/* Each is known by its first sign. */
static bool
take_value(struct reader *r, struct json *out)
{
	switch (*r->at) {
	case '{':
		out->kind = JSON_OBJECT;
		return take_members(r, out);
	case '[':
		out->kind = JSON_ARRAY;
		return take_members(r, out);
	case '"':
		out->kind = JSON_TEXT;
		r->at++;
		return take_text(r, &out->text);
	case 'n':
		return take_word(r, "null", JSON_NULL, out);
	case 't':
		return take_word(r, "true", JSON_TRUE, out);
	case 'f':
		return take_word(r, "false", JSON_FALSE, out);
	default:
		return take_number(r, out);
	}
}

static bool
take_name(struct reader *r, struct str *name)
{
	if (!take(r, '"') || !take_text(r, name))
		return false;
	skip_blanks(r);
	if (!take(r, ':'))
		return false;
	skip_blanks(r);
	return true;
}

static bool
take_member(struct reader *r, struct json *in)
{
	struct json *value = arena_alloc(r->arena, sizeof(*value));

	skip_blanks(r);
	if (in->kind == JSON_OBJECT && !take_name(r, &value->name))
		return false;
	if (!take_value(r, value))
		return false;
	json_link(in, value);
	skip_blanks(r);
	return true;
}

/* From the bracket that opens it to the one that closes it. */
static bool
take_members(struct reader *r, struct json *in)
{
	const char closing = in->kind == JSON_OBJECT ? '}' : ']';

	in->arena = r->arena;
	if (++r->depth > JSON_MAX_DEPTH)
		return false;
	r->at++;
	skip_blanks(r);
	if (!take(r, closing)) {
		do
			if (!take_member(r, in))
				return false;
		while (take(r, ','));
		if (!take(r, closing))
			return false;
	}
	r->depth--;
	return true;
}

enum err
json_parse_at(
    struct arena *a, struct str text, struct json **out, size_t *stopped_at)
{
	char *copy = arena_dup(a, text);
	struct json *doc = arena_alloc(a, sizeof(*doc));
	struct reader r = { a, copy, copy + text.len, 0 };
	bool is_read;

	skip_blanks(&r);
	is_read = *r.at == '{' && take_value(&r, doc);
	if (is_read)
		skip_blanks(&r);
	*stopped_at = (size_t)(r.at - copy);
	if (!is_read || r.at != r.end)
		return ERR_INPUT;
	*out = doc;
	return ERR_OK;
}

enum err
json_parse(struct arena *a, struct str text, struct json **out)
{
	size_t stopped_at;

	return json_parse_at(a, text, out, &stopped_at);
}
