/* Words of crisis, and links. */
#include "coach/guard.h"

#include "base/buf.h"

#include <string.h>

/* ---- folding ---- */

/* The next character of UTF-8 and its length; a broken byte is a character of
 * its own, and no letter. */
static uint32_t
next_char(struct str s, size_t *len)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t n = p[0] < 0xc0 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	uint32_t c = p[0] & (0x7fu >> n);

	*len = 1;
	if (p[0] < 0x80)
		return p[0];
	if (n == 1 || n > s.len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	*len = n;
	return c;
}

static bool
is_apostrophe(uint32_t c)
{
	return c == '\'' || c == '`' || c == 0x2019 || c == 0x2018 ||
	    c == 0x02bc || c == 0x00b4;
}

/* Soft hyphens, joiners, direction marks: seen by nobody. */
static bool
is_unseen(uint32_t c)
{
	return c == 0x00ad || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x2060 && c <= 0x2064) || c == 0xfeff ||
	    (c >= 0x0300 && c <= 0x036f);
}

static bool
is_letter(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    (c >= 0x00df && c != 0x00f7 && c < 0x2000);
}

static uint32_t
lower(uint32_t c)
{
	if ((c >= 'A' && c <= 'Z') || (c >= 0x0410 && c <= 0x042f) ||
	    (c >= 0x00c0 && c <= 0x00de && c != 0x00d7))
		return c + 0x20;
	if (c >= 0x0400 && c <= 0x040f)
		return c + 0x50;
	return c == 0x0490 ? 0x0491 : c;
}

static void
put_char(struct buf *b, uint32_t c, struct str as_it_was)
{
	if (c < 0x80) {
		buf_char(b, (char)c);
	} else if (c < 0x800) {
		buf_char(b, (char)(0xc0 | c >> 6));
		buf_char(b, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_add(b, as_it_was);
	}
}

struct str
guard_fold(struct arena *a, struct str text)
{
	struct buf out = buf_new(a, 2 * text.len + 2);
	bool in_word = false;

	for (size_t len = 0; text.len > 0; text.p += len, text.len -= len) {
		uint32_t c = lower(next_char(text, &len));

		if (is_apostrophe(c) || is_unseen(c))
			continue;
		if (!is_letter(c)) {
			in_word = false;
			continue;
		}
		if (!in_word)
			buf_char(&out, ' ');
		in_word = true;
		put_char(&out, c, (struct str){ text.p, len });
	}
	return buf_str(&out);
}

/* ---- crisis ---- */

/* Folded beginnings of words, one or several. */
static const char *const crisis[] = { " самогуб", " суїцид", " вбити себе",
	" убити себе", " вбю себе", " убю себе", " накласти на себе руки",
	" накладу на себе руки", " покінчити з собою", " покінчити із собою",
	" покінчу з собою", " покінчу із собою", " не хочу жити",
	" не хочу більше жити", " не хочу далі жити", " не хочеться жити",
	" жити не хочеться", " жити не хочу", " хочу померти",
	" хочеться померти", " хочу вмерти", " краще б я помер",
	" краще мені померти", " нема сенсу жити", " немає сенсу жити",
	" не бачу сенсу жити", " порізати себе", " ріжу себе",
	" зашкодити собі", " шкоджу собі", " самоушкодж", " селфхарм",
	" суицид", " самоуби", " убить себя", " убью себя",
	" покончить с собой", " покончу с собой", " наложить на себя руки",
	" не хочу жить", " не хочу больше жить", " не хочется жить",
	" жить не хочется", " жить не хочу", " хочу умереть",
	" хочется умереть", " нет смысла жить", " порезать себя", " режу себя",
	" suicid", " kill myself", " killing myself", " end my life",
	" take my own life", " want to die", " wanna die", " self harm",
	" selfharm", " hurt myself", " harm myself", " cut myself",
	" dont want to live", " do not want to live", " no reason to live",
	" better off dead" };

bool
guard_is_crisis(struct arena *a, struct str text)
{
	const char *folded = arena_dup(a, guard_fold(a, text));

	for (size_t i = 0; i < sizeof(crisis) / sizeof(crisis[0]); i++)
		if (strstr(folded, crisis[i]) != NULL)
			return true;
	return false;
}

/* ---- links ---- */

static bool
is_host_char(char c)
{
	return c == '-' || c == '.' || (c >= '0' && c <= '9') ||
	    ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	    ((unsigned char)c & 0x80) != 0;
}

/* What a text may end a name with in other alphabets. */
static bool
is_known_end(struct arena *a, struct str label)
{
	static const char known[] = " рф укр бел рус онлайн сайт орг москва "
				    "дети ком срб мкд қаз ";
	struct str folded = guard_fold(a, label);

	const char *word = arena_printf(a, "%.*s ", (int)folded.len, folded.p);

	return folded.len > 1 && strstr(known, word) != NULL;
}

/* A dot inside, and an end of two Latin letters or more, or a known one. */
static bool
is_host(struct arena *a, struct str s)
{
	struct str end = str_after_last(s, '.');

	if (end.len == s.len || end.len < 2)
		return false;
	return str_only(end, STR_LETTERS) || str_starts(end, "xn--") ||
	    is_known_end(a, end);
}

static bool
is_allowed(struct str host, const char *allowed)
{
	struct str rest = str_from(allowed);

	while (rest.len > 0) {
		struct str one = str_trim(str_cut(&rest, ','));
		size_t more = host.len - one.len;

		if (one.len == 0 || one.len > host.len ||
		    strncasecmp(host.p + more, one.p, one.len) != 0)
			continue;
		if (more == 0 || host.p[more - 1] == '.')
			return true;
	}
	return false;
}

/* The host that s begins with; a part before an @ is a name, not a host. */
static struct str
host_at(struct str s)
{
	struct str host = { s.p, 0 };

	while (host.len < s.len && strchr("/?#:", s.p[host.len]) == NULL)
		host.len++;
	host = str_after_last(host, '@');
	while (host.len > 0 && host.p[0] == '.')
		host = (struct str){ host.p + 1, host.len - 1 };
	for (size_t i = 0; i < host.len; i++)
		if (!is_host_char(host.p[i]))
			host.len = i;
	while (host.len > 0 && host.p[host.len - 1] == '.')
		host.len--;
	return host;
}

static struct str
after(struct str word, const char *found, size_t n)
{
	size_t gone = (size_t)(found - word.p) + n;

	return (struct str){ word.p + gone, word.len - gone };
}

enum leads { LEADS_NOWHERE, LEADS_TO_ALLOWED, LEADS_AWAY };

/* By "://", wherever in the word it stands. */
static enum leads
by_scheme(struct str word, const char *allowed)
{
	enum leads leads = LEADS_NOWHERE;
	const char *at = memmem(word.p, word.len, "://", 3);

	for (; at != NULL; at = memmem(word.p, word.len, "://", 3)) {
		word = after(word, at, 3);
		if (!is_allowed(host_at(word), allowed))
			return LEADS_AWAY;
		leads = LEADS_TO_ALLOWED;
	}
	return leads;
}

/* A bare name of a host, wherever in the word it stands. */
static bool
has_host(struct arena *a, struct str word, const char *allowed)
{
	for (size_t i = 0; i < word.len; i++) {
		struct str host = { word.p + i, word.len - i };

		if (i > 0 && is_host_char(word.p[i - 1]))
			continue;
		host = host_at(host);
		if (is_host(a, host) && !is_allowed(host, allowed))
			return true;
	}
	return false;
}

/* Whether a word without blanks leads anywhere that is not allowed. */
static bool
leads_away(struct arena *a, struct str word, const char *allowed)
{
	enum leads leads = by_scheme(word, allowed);

	if (leads != LEADS_NOWHERE)
		return leads == LEADS_AWAY;
	return memchr(word.p, '@', word.len) != NULL ||
	    str_starts(word, "tg:") || str_starts(word, "mailto:") ||
	    has_host(a, word, allowed);
}

const char *
guard_unlink(
    struct arena *a, struct str text, const char *allowed, const char *instead)
{
	struct buf out = buf_new(a, text.len * (strlen(instead) + 1) + 1);

	while (text.len > 0) {
		struct str word = { text.p, 0 };

		while (word.len < text.len &&
		    (unsigned char)text.p[word.len] > ' ')
			word.len++;
		if (word.len == 0)
			buf_char(&out, text.p[0]);
		else if (leads_away(a, word, allowed))
			buf_text(&out, instead);
		else
			buf_add(&out, word);
		word.len = word.len == 0 ? 1 : word.len;
		text.p += word.len;
		text.len -= word.len;
	}
	return arena_dup(a, buf_str(&out));
}
