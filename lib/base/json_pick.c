/* Copying what is wanted of a JSON text. Most of an event goes by here byte by
 * byte and no further: each loop asks a table one question a byte. */
#include "base/json_pick.h"

#include "base/json.h"

#include <string.h>

/* A NUL stands at the end, where every loop stops. */
struct pick {
	const char *at;
	char *to;
	bool (*wanted)(struct str name);
	int depth;
};

static void
skip_blanks(struct pick *p)
{
	static const bool is_blank[256] = {
		[' '] = true, ['\n'] = true, ['\r'] = true, ['\t'] = true
	};
	const char *at = p->at;

	while (is_blank[(unsigned char)*at])
		at++;
	p->at = at;
}

/* What stands from there to here. */
static void
put(struct pick *p, const char *from)
{
	size_t n = (size_t)(p->at - from);

	memcpy(p->to, from, n);
	p->to += n;
}

/* Behind a text whose first quote is here. */
static bool
skip_text(struct pick *p)
{
	static const bool is_sign[256] = {
		['\0'] = true, ['"'] = true, ['\\'] = true
	};
	const char *at = p->at + 1;

	for (;;) {
		while (!is_sign[(unsigned char)*at])
			at++;
		if (*at != '\\' || at[1] == '\0')
			break;
		at += 2; /* whatever is escaped */
	}
	p->at = at + (*at == '"'); /* never past the end */
	return *at == '"';
}

/* A number or a word; none of both has a sign in it that ends one. */
static bool
skip_word(struct pick *p)
{
	const char *at = p->at;

	while (*at != ',' && *at != '}' && *at != ']' && *at > ' ')
		at++;
	if (at == p->at)
		return false;
	p->at = at;
	return true;
}

/* To the bracket that closes the one here, whatever stands between; which of
 * the two kinds it is nobody asks of what is left out. */
static bool
skip_all(struct pick *p)
{
	static const bool is_sign[256] = { ['\0'] = true,
		['"'] = true,
		['{'] = true,
		['}'] = true,
		['['] = true,
		[']'] = true };
	const int outside = p->depth;

	do {
		while (!is_sign[(unsigned char)*p->at])
			p->at++;
		if (*p->at == '\0')
			return false;
		if (*p->at == '"') {
			if (!skip_text(p))
				return false;
			continue;
		}
		p->depth += *p->at == '{' || *p->at == '[' ? 1 : -1;
		p->at++;
	} while (p->depth > outside && p->depth <= JSON_MAX_DEPTH);
	return p->depth == outside;
}

static bool
skip_value(struct pick *p)
{
	if (*p->at == '{' || *p->at == '[')
		return skip_all(p);
	return *p->at == '"' ? skip_text(p) : skip_word(p);
}

static bool take_members(struct pick *p);

static bool
take_value(struct pick *p)
{
	const char *from = p->at;

	if (*p->at == '{' || *p->at == '[')
		return take_members(p);
	if (!skip_value(p))
		return false;
	put(p, from);
	return true;
}

/* A name and its colon, which is behind it then. */
static bool
skip_name(struct pick *p, struct str *name)
{
	const char *from = p->at;

	if (*from != '"' || !skip_text(p))
		return false;
	*name = (struct str){ from + 1, (size_t)(p->at - from) - 2 };
	skip_blanks(p);
	if (*p->at != ':')
		return false;
	p->at++;
	skip_blanks(p);
	return true;
}

/* What is not wanted leaves no comma behind. */
static bool
take_member(struct pick *p, bool is_first)
{
	struct str name;
	const char *from = p->at;

	if (!skip_name(p, &name))
		return false;
	if (!p->wanted(name) && memchr(name.p, '\\', name.len) == NULL)
		return skip_value(p);
	if (!is_first)
		*p->to++ = ',';
	put(p, from);
	return take_value(p);
}

static bool
take_element(struct pick *p, bool is_first)
{
	if (!is_first)
		*p->to++ = ',';
	return take_value(p);
}

/* From the bracket here to the one that closes it. */
static bool
take_members(struct pick *p)
{
	const bool is_object = *p->at == '{';
	const char *first = p->to + 1;
	bool is_taken = true;

	if (++p->depth > JSON_MAX_DEPTH)
		return false;
	*p->to++ = *p->at++;
	skip_blanks(p);
	while (is_taken && *p->at != (is_object ? '}' : ']')) {
		is_taken = is_object ? take_member(p, p->to == first) :
				       take_element(p, p->to == first);
		skip_blanks(p);
		/* A comma is followed by another member. */
		if (is_taken && *p->at == ',') {
			p->at++;
			skip_blanks(p);
			is_taken = *p->at != '}' && *p->at != ']';
		} else if (*p->at != '}' && *p->at != ']') {
			return false;
		}
	}
	if (!is_taken)
		return false;
	*p->to++ = *p->at++;
	p->depth--;
	return true;
}

/* Bytes of more than ASCII are rare, so they are sought eight at a time. */
static bool
is_utf8(struct str text)
{
	uint64_t all = 0, eight;
	size_t i = 0;

	for (; i + sizeof(eight) <= text.len; i += sizeof(eight)) {
		memcpy(&eight, text.p + i, sizeof(eight));
		all |= eight;
	}
	for (; i < text.len; i++)
		all |= (unsigned char)text.p[i];
	return (all & 0x8080808080808080) == 0 || str_is_utf8(text);
}

struct str
json_pick(struct arena *a, struct str text, bool (*wanted)(struct str name))
{
	const char *copy = arena_dup(a, text);
	char *out = arena_alloc(a, text.len + 1);
	struct pick p = { copy, out, wanted, 0 };
	bool is_taken;

	skip_blanks(&p);
	is_taken = *p.at == '{' && take_members(&p);
	skip_blanks(&p);
	return is_taken && p.at == copy + text.len && is_utf8(text) ?
	    (struct str){ out, (size_t)(p.to - out) } :
	    text;
}
