/* Marks of thoughts, one after the other. */
#include "coach/thought.h"

#include "base/array.h"
#include "base/buf.h"

#include <string.h>

#define MAX_MARK ((size_t)80) /* bytes, brackets included */

enum mark { MARK_NONE, MARK_OPENS, MARK_CLOSES, MARK_EMPTY };

/* The brackets that models put around. */
static const struct {
	const char *open, *close;
} brackets[] = { { "<|", "|>" }, { "<", ">" }, { "[", "]" },
	{ "\xe2\x97\x81", "\xe2\x96\xb7" } };

#define SQUARE 2 /* these stand around other things as well */

static const char *const words[] = { "think", "thinking", "thought", "thoughts",
	"reason", "reasoning", "reflection", "scratchpad", "analysis",
	"deliberation", "inner_monologue", "chain_of_thought", "seed:think",
	"antthinking" };

/* Names of marks that models have been given by their makers; another one is a
 * row more. */
static bool
is_thought(struct str name)
{
	for (size_t i = 0; i < LENGTH(words); i++)
		if (str_eq_nocase(name, words[i]))
			return true;
	return false;
}

static struct str
without(struct str s, const char *start)
{
	size_t n = strlen(start);

	return str_starts(s, start) ? (struct str){ s.p + n, s.len - n } : s;
}

/* By what stands between the brackets: "think", "/think", "think id=1",
 * "begin_of_thought". */
static enum mark
read_name(struct str inside)
{
	struct str s = str_trim(inside), name;
	bool closes = str_starts(s, "/");
	bool is_empty = str_ends(s, "/");

	s = str_trim(without(s, "/"));
	if (str_starts(s, "end_of_") || str_starts(s, "end_"))
		closes = true;
	s = without(without(s, "begin_of_"), "begin_");
	s = without(without(s, "end_of_"), "end_");
	if (is_empty && s.len > 0)
		s.len--;
	name = str_cut(&s, ' ');
	if (!is_thought(str_trim(name)))
		return MARK_NONE;
	return closes ? MARK_CLOSES : is_empty ? MARK_EMPTY : MARK_OPENS;
}

/* What ends at the brackets' end, n bytes of it with them; 0: there is none. */
static struct str
inside_of(struct str s, const char *open, const char *close, size_t *n)
{
	size_t from = strlen(open), to = strlen(close);
	const char *end;

	*n = 0;
	if (!str_starts(s, open))
		return (struct str){ NULL, 0 };
	end = memmem(s.p + from, (s.len < MAX_MARK ? s.len : MAX_MARK) - from,
	    close, to);
	if (end == NULL)
		return (struct str){ NULL, 0 };
	*n = (size_t)(end - s.p) + to;
	return (struct str){ s.p + from, *n - from - to };
}

/* Models that name what follows: <|channel|>analysis<|message|>, and final for
 * what is meant for the reader. */
static enum mark
read_channel(struct str s, size_t *n)
{
	struct str rest = { s.p + *n, s.len - *n };
	struct str name = str_trim(str_cut(&rest, '<'));

	*n += (size_t)(name.p + name.len - (s.p + *n));
	return str_eq_nocase(name, "final") ? MARK_CLOSES : MARK_OPENS;
}

/* The mark that s begins with, of n bytes. */
static enum mark
mark_at(struct str s, size_t *n)
{
	enum mark mark;

	for (size_t i = 0; i < LENGTH(brackets); i++) {
		struct str inside =
		    inside_of(s, brackets[i].open, brackets[i].close, n);

		if (*n == 0)
			continue;
		mark = i == SQUARE && !str_has_nocase(inside, "think") ?
		    MARK_NONE :
		    read_name(inside);
		if (mark != MARK_NONE || i > 0)
			return mark;
		/* No reader is meant by any other of these. */
		return str_eq_nocase(inside, "channel") ? read_channel(s, n) :
							  MARK_EMPTY;
	}
	return MARK_NONE;
}

struct str
thought_cut(struct arena *a, struct str text)
{
	struct buf out = buf_new(a, text.len + 1);
	bool is_thinking = false;

	while (text.len > 0) {
		size_t n = 0;
		enum mark mark = mark_at(text, &n);

		/* Some servers send only the closing mark, because the opening
		 * one was part of what they gave the model to begin with. */
		if (mark == MARK_CLOSES && !is_thinking)
			out = buf_new(a, text.len + 1);
		if (mark == MARK_NONE) {
			n = 1;
			if (!is_thinking)
				buf_char(&out, text.p[0]);
		}
		if (mark == MARK_OPENS || mark == MARK_CLOSES)
			is_thinking = mark == MARK_OPENS;
		text.p += n;
		text.len -= n;
	}
	return buf_str(&out);
}
