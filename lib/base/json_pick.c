/* Copying what is wanted of a JSON text. Most of an event goes by here byte by
 * byte and no further, so the loops are short. */
#include "base/json_pick.h"

#include "base/json.h"

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
	const char *at = p->at;

	while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')
		at++;
	p->at = at;
}

static void
put(struct pick *p, const char *from)
{
	char *to = p->to;

	while (from < p->at)
		*to++ = *from++;
	p->to = to;
}

/* Behind a text whose first quote is here. */
static bool
skip_text(struct pick *p)
{
	const char *at = p->at + 1;

	while (*at != '"' && *at != '\0')
		at += *at == '\\' && at[1] != '\0' ? 2 : 1;
	p->at = at + (*at == '"');
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
	int depth = 0;

	do {
		if (*p->at == '"') {
			if (!skip_text(p))
				return false;
			continue;
		}
		if (*p->at == '\0')
			return false;
		depth += (*p->at == '{' || *p->at == '[') -
		    (*p->at == '}' || *p->at == ']');
		p->at++;
	} while (depth > 0);
	return true;
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
	size_t i = 0;

	if (!skip_name(p, &name))
		return false;
	while (i < name.len && name.p[i] != '\\')
		i++;
	if (i == name.len && !p->wanted(name))
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
	return is_taken && p.at == copy + text.len ?
	    (struct str){ out, (size_t)(p.to - out) } :
	    text;
}
