/* Weighing a JSON text. Its blanks are a third of what Stripe sends and its
 * names and texts a half, so these are gone through byte by byte in loops of
 * their own. */
#include "base/json_weight.h"

#include "base/crypto.h"

#include <string.h>

#define CODE_DIGITS 4 /* of \uXXXX */

struct scan {
	const char *at, *end;
	size_t weight;
};

/* "uXXXX" here. */
static bool
take_code(struct scan *s, unsigned *code)
{
	unsigned char bytes[CODE_DIGITS / 2];

	if (s->end - s->at <= CODE_DIGITS || s->at[0] != 'u' ||
	    !hex_decode(
		(struct str){ s->at + 1, CODE_DIGITS }, bytes, sizeof(bytes)))
		return false;
	*code = (unsigned)bytes[0] << 8 | bytes[1];
	s->at += 1 + CODE_DIGITS;
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
	if (s->at == s->end || *s->at != '\\')
		return false;
	s->at++;
	s->weight++;
	return take_code(s, &low) && low >= 0xdc00 && low <= 0xdfff;
}

/* Behind a backslash. */
static bool
take_escape(struct scan *s)
{
	if (s->at == s->end)
		return false;
	if (*s->at == 'u')
		return take_character(s);
	s->at++;
	s->weight++;
	return true;
}

/* Behind a quote, to the one that ends the text. */
static bool
take_text(struct scan *s)
{
	for (;;) {
		const char *at = s->at;

		while (at < s->end && *at != '"' && *at != '\\')
			at++;
		s->weight += (size_t)(at - s->at);
		if (at == s->end)
			return false;
		s->at = at + 1;
		if (*at == '"')
			return true;
		if (!take_escape(s))
			return false;
	}
}

static bool
take_word(struct scan *s, const char *word, size_t weight)
{
	size_t len = strlen(word);

	if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0)
		return false;
	s->at += len;
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
	if (!is_of_number(*s->at))
		return false;
	while (s->at < s->end && is_of_number(*s->at))
		s->at++;
	s->weight += JSON_WEIGHT;
	return true;
}

/* Each value is known by its first sign. */
static bool
take_value(struct scan *s)
{
	switch (*s->at) {
	case '[':
	case '{':
		s->at++;
		s->weight += JSON_WEIGHT;
		return true;
	case '"':
		s->at++;
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

/* To the next value: past blanks, and past signs that end one or stand between
 * two. That each is in its place the reader sees to. */
static void
skip_between(struct scan *s)
{
	static const bool between[256] = { [' '] = true,
		['\t'] = true,
		['\r'] = true,
		['\n'] = true,
		[':'] = true,
		[','] = true,
		[']'] = true,
		['}'] = true };
	const char *at = s->at;

	while (at < s->end && between[(unsigned char)*at])
		at++;
	s->at = at;
}

size_t
json_weight(struct str text)
{
	struct scan s = { .at = text.p, .end = text.p + text.len };

	for (skip_between(&s); s.at < s.end; skip_between(&s))
		if (!take_value(&s))
			return 0;
	return s.weight;
}
