/* Telling a command's parts apart. */
#include "telegram/command.h"

/* Signs that nobody sees, as copying brings them along: U+200B to 200F, 2060,
 * FEFF. */
static struct str
skip_unseen(struct str s)
{
	for (s = str_trim(s); s.len >= 3; s = str_trim(s)) {
		bool is_unseen = str_starts(s, "\xef\xbb\xbf") ||
		    str_starts(s, "\xe2\x81\xa0") ||
		    (str_starts(s, "\xe2\x80") &&
			(unsigned char)s.p[2] >= 0x8b &&
			(unsigned char)s.p[2] <= 0x8f);

		if (!is_unseen)
			break;
		s = (struct str){ s.p + 3, s.len - 3 };
	}
	return s;
}

/* Letters, digits and lines from s on. */
static struct str
cut_name(struct str *s)
{
	struct str name = { s->p, 0 };

	while (name.len < s->len &&
	    str_only(
		(struct str){ s->p + name.len, 1 }, STR_LETTERS STR_DIGITS "_"))
		name.len++;
	*s = (struct str){ s->p + name.len, s->len - name.len };
	return name;
}

/* Whether a name ends before s: no letter of another alphabet goes on, and no
 * path. */
static bool
is_end(struct str s)
{
	unsigned char c = s.len == 0 ? ' ' : (unsigned char)s.p[0];

	return c != '/' && (c < 0xc3 || c > 0xdf);
}

struct tg_command
tg_command(const char *text)
{
	struct str s = skip_unseen(str_from(text));
	struct tg_command none = { .rest = s }, c = { .bot = { NULL, 0 } };

	if (!str_starts(s, "/"))
		return none;
	c.name.p = s.p;
	s = (struct str){ s.p + 1, s.len - 1 };
	c.name.len = 1 + cut_name(&s).len;
	if (c.name.len > 1 && str_starts(s, "@")) {
		s = (struct str){ s.p + 1, s.len - 1 };
		c.bot = cut_name(&s);
	}
	if (c.name.len == 1 || !is_end(s))
		return none;
	c.rest = skip_unseen(s);
	return c;
}

bool
tg_is_command(const char *text, const char *command)
{
	return str_eq_nocase(tg_command(text).name, command);
}
