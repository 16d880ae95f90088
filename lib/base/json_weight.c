/* Weighing a JSON text. */
#include "base/json_weight.h"

#include "base/crypto.h"

#include <string.h>

#define CODE_DIGITS 4 /* of \uXXXX */

struct scan {
	struct str rest;
	size_t weight;
};

static void
skip(struct scan *s, size_t n)
{
	s->rest.p += n;
	s->rest.len -= n;
}

/* "uXXXX" at the front. */
static bool
take_code(struct scan *s, unsigned *code)
{
	unsigned char bytes[CODE_DIGITS / 2];

	if (s->rest.len <= CODE_DIGITS || s->rest.p[0] != 'u' ||
	    !hex_decode((struct str){ s->rest.p + 1, CODE_DIGITS }, bytes,
		sizeof(bytes)))
		return false;
	*code = (unsigned)bytes[0] << 8 | bytes[1];
	skip(s, 1 + CODE_DIGITS);
	return true;
}

/* How many bytes a character has in UTF-8. A pair of surrogates is one of four
 * bytes; what half of one comes to, nobody has said. */
static bool
take_character(struct scan *s)
{
	unsigned code, low;

	if (!take_code(s, &code) || (code >= 0xdc00 && code <= 0xdfff))
		return false;
	s->weight += code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
	if (code < 0xd800 || code > 0xdbff)
		return true;
	if (!str_starts(s->rest, "\\"))
		return false;
	skip(s, 1);
	s->weight++;
	return take_code(s, &low) && low >= 0xdc00 && low <= 0xdfff;
}

/* Behind a backslash. */
static bool
take_escape(struct scan *s)
{
	if (s->rest.len == 0)
		return false;
	if (s->rest.p[0] == 'u')
		return take_character(s);
	skip(s, 1);
	s->weight++;
	return true;
}

/* Behind a quote, to the one that ends the text. */
static bool
take_text(struct scan *s)
{
	while (s->rest.len > 0) {
		char c = s->rest.p[0];

		skip(s, 1);
		if (c == '"')
			return true;
		if (c != '\\')
			s->weight++;
		else if (!take_escape(s))
			return false;
	}
	return false;
}

static bool
take_word(struct scan *s, const char *word, size_t weight)
{
	if (!str_starts(s->rest, word))
		return false;
	skip(s, strlen(word));
	s->weight += weight;
	return true;
}

static bool
is_of_number(char c)
{
	return (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.' ||
	    c == 'e' || c == 'E';
}

/* Whether it is a number is not asked: what a reader took for one counts. */
static bool
take_number(struct scan *s)
{
	if (!is_of_number(s->rest.p[0]))
		return false;
	while (s->rest.len > 0 && is_of_number(s->rest.p[0]))
		skip(s, 1);
	s->weight += JSON_WEIGHT;
	return true;
}

/* Each value is known by its first sign. */
static bool
take_value(struct scan *s)
{
	switch (s->rest.p[0]) {
	case '[':
	case '{':
		skip(s, 1);
		s->weight += JSON_WEIGHT;
		return true;
	case '"':
		skip(s, 1);
		s->weight += JSON_WEIGHT;
		return take_text(s);
	case 'n':
		return take_word(s, "null", JSON_WEIGHT_NULL);
	case 't':
		return take_word(s, "true", JSON_WEIGHT);
	case 'f':
		return take_word(s, "false", JSON_WEIGHT);
	default:
		return take_number(s);
	}
}

/* What stands between values weighs nothing; Stripe's events are a third
 * blanks. That everything is in its place the reader sees to. */
size_t
json_weight(struct str text)
{
	static const bool between[256] = { [' '] = true,
		['\t'] = true,
		['\r'] = true,
		['\n'] = true,
		[':'] = true,
		[','] = true,
		[']'] = true,
		['}'] = true };
	struct scan s = { .rest = text };

	while (s.rest.len > 0)
		if (between[(unsigned char)s.rest.p[0]])
			skip(&s, 1);
		else if (!take_value(&s))
			return 0;
	return s.weight;
}
