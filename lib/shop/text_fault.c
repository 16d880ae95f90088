/* Judging a sentence of the shop's own by the one that was built. */
#include "shop/text_fault.h"

#include <string.h>

#define HOLE_LETTERS "abcdefghijklmnopqrstuvwxyz_"

/* The next {hole} of a text, by its name; false where there is no more. What
 * is in braces and no name makes *is_stray true, as a brace alone does. */
static bool
next_hole(struct str *rest, struct str *name, bool *is_stray)
{
	while (rest->len > 0) {
		struct str before = str_cut(rest, '{');

		if (memchr(before.p == NULL ? "" : before.p, '}', before.len))
			*is_stray = true;
		if (rest->p == NULL)
			return false;
		if (rest->len == 0 || memchr(rest->p, '}', rest->len) == NULL) {
			*is_stray = true;
			return false;
		}
		*name = str_cut(rest, '}');
		if (name->len > 0 && str_only(*name, HOLE_LETTERS))
			return true;
		*is_stray = true;
	}
	return false;
}

/* What is sold, in one of three cases: which of them a sentence needs is its
 * language's affair, and one that does without is as good. */
static bool
is_kind(struct str hole)
{
	return str_eq(hole, "kind") || str_eq(hole, "kind_of") ||
	    str_eq(hole, "kind_in");
}

static bool
has_hole(const char *text, struct str wanted)
{
	struct str rest = str_from(text), name;
	bool is_stray = false;

	while (next_hole(&rest, &name, &is_stray))
		if ((name.len == wanted.len &&
			memcmp(name.p, wanted.p, name.len) == 0) ||
		    (is_kind(name) && is_kind(wanted)))
			return true;
	return false;
}

/* The first hole of one that the other lacks, with its braces, or NULL. Asked
 * both ways round: a hole that nobody fills would show its braces to buyers,
 * and one that is left out may be the link that they pay by. */
static const char *
hole_beyond(
    struct arena *a, const char *one, const char *other, bool needs_kind)
{
	struct str rest = str_from(one), name;
	bool is_stray = false;

	while (next_hole(&rest, &name, &is_stray))
		if (!has_hole(other, name) && (needs_kind || !is_kind(name)))
			return arena_printf(a, "{%.*s}", (int)name.len, name.p);
	return NULL;
}

/* Whether anything stands there whatever the holes are filled with: an empty
 * message is none. */
static bool
says_something(const char *text)
{
	struct str rest = str_from(text);

	while (rest.len > 0) {
		if (str_trim(str_cut(&rest, '{')).len > 0)
			return true;
		(void)str_cut(&rest, '}');
	}
	return false;
}

const char *
text_fault(struct arena *a, enum text which, const char *text)
{
	const char *english = text_built(LANGUAGE_EN, which, 0);
	struct str rest = str_from(text), name;
	bool is_stray = false;
	const char *hole;

	while (next_hole(&rest, &name, &is_stray))
		continue;
	if (is_stray)
		return "has a brace that is no {hole}";
	if ((hole = hole_beyond(a, text, english, true)) != NULL)
		return arena_printf(a, "has %s, which nobody fills", hole);
	if ((hole = hole_beyond(a, english, text, false)) != NULL)
		return arena_printf(a, "lacks %s", hole);
	/* A built sentence that is nothing but holes may be replaced by another
	 * one of that kind. */
	if (says_something(english) && !says_something(text))
		return "says nothing";
	/* Telegram refuses what is too long as a whole, and the buyer would get
	 * nothing. */
	if (str_chars(str_from(text)) > text_max_chars(which))
		return arena_printf(
		    a, "is longer than %zu characters", text_max_chars(which));
	return NULL;
}
