/* Words of crisis, and links. */
#include "coach/guard.h"

#include "base/array.h"
#include "coach/letters.h"

#include <string.h>

/* ---- folding ---- */

static bool
is_apostrophe(uint32_t c)
{
	return c == '\'' || c == '`' || c == 0x2019 || c == 0x2018 ||
	    c == 0x02bc || c == 0x00b4;
}

/* Whether a word of two alphabets is one of the first: all that it has of the
 * second looks like letters of the first. */
static bool
is_all_of(struct str word, uint32_t (*as)(uint32_t c),
    bool (*is_other)(uint32_t c), bool *is_mixed)
{
	bool is_all = true;

	*is_mixed = false;
	for (size_t len = 0; word.len > 0; word.p += len, word.len -= len) {
		uint32_t c = letter_next(word, &len);

		*is_mixed |= is_other(c);
		is_all = is_all && (!is_other(c) || as(c) != c);
	}
	return is_all;
}

static void
put_as(struct buf *out, struct str word, uint32_t (*as)(uint32_t c))
{
	for (size_t len = 0; word.len > 0; word.p += len, word.len -= len)
		letter_put(out, as(letter_next(word, &len)));
}

/* A word in two alphabets that look alike is written in one of them. */
static struct str
in_one_alphabet(struct arena *a, struct str folded)
{
	struct buf out = buf_new(a, 2 * folded.len + 2);

	(void)str_cut(&folded, ' ');
	while (folded.len > 0) {
		struct str word = str_cut(&folded, ' ');
		bool has_latin, has_cyrillic;
		bool is_cyrillic = is_all_of(
		    word, letter_as_cyrillic, letter_is_latin, &has_latin);
		bool is_latin = is_all_of(
		    word, letter_as_latin, letter_is_cyrillic, &has_cyrillic);

		buf_char(&out, ' ');
		if (has_latin && has_cyrillic && is_cyrillic)
			put_as(&out, word, letter_as_cyrillic);
		else if (has_latin && has_cyrillic && is_latin)
			put_as(&out, word, letter_as_latin);
		else
			buf_add(&out, word);
	}
	return buf_str(&out);
}

struct str
guard_fold(struct arena *a, struct str text)
{
	struct buf out = buf_new(a, 2 * text.len + 2);
	uint32_t held = 0; /* its marks may follow; 0: between words */

	for (size_t len = 0; text.len > 0; text.p += len, text.len -= len) {
		uint32_t c = letter_lower(letter_next(text, &len));

		/* Keyboards write пам'ять with five different signs, and many
		 * people with none. */
		if (is_apostrophe(c) || letter_is_unseen(c))
			continue;
		/* A letter is held back until the next character, for a mark of
		 * its own may follow it. */
		if (letter_is_mark(c)) {
			held = letter_compose(held, c);
			continue;
		}
		if (held != 0)
			letter_put(&out, held);
		if (held == 0 && letter_is(c))
			buf_char(&out, ' ');
		held = letter_is(c) ? c : 0;
	}
	if (held != 0)
		letter_put(&out, held);
	return in_one_alphabet(a, buf_str(&out));
}

/* ---- crisis ---- */

/* Folded beginnings of words, one or several, as they are looked for: written
 * with those of two letters that any_cyrillic() makes one. */
static const char *const crisis[] = { " самогуб", " суіцид", " вбити себе",
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
	" покончить с собои", " покончу с собои", " наложить на себя руки",
	" не хочу жить", " не хочу больше жить", " не хочется жить",
	" жить не хочется", " жить не хочу", " хочу умереть",
	" хочется умереть", " нет смысла жить", " порезать себя", " режу себя",
	" suicid", " kill myself", " killing myself", " end my life",
	" take my own life", " want to die", " wanna die", " self harm",
	" selfharm", " hurt myself", " harm myself", " cut myself",
	" dont want to live", " do not want to live", " no reason to live",
	" better off dead", " selbstmord", " suizid", " mich umbringen",
	" bringe mich um", " bring mich um", " mir das leben nehmen",
	" will sterben", " möchte sterben", " mochte sterben",
	" nicht mehr leben", " will nicht leben", " tot sein",
	" mich selbst verletz", " ritze mich", " verletze mich selbst",
	" samobój", " samoboj", " zabić się", " zabic sie", " zabiję się",
	" zabije sie", " chcę umrzeć", " chce umrzec", " nie chcę żyć",
	" nie chce zyc", " nie chcę już żyć", " nie chce juz zyc",
	" nie chce mi się żyć", " nie chce mi sie zyc", " odebrać sobie życie",
	" odebrac sobie zycie", " skończyć ze sobą", " skonczyc ze soba",
	" okalecz", " tnę się", " tne sie" };

/* Digits that look like letters count as those letters, and so do letters that
 * foreign keyboards lack: people write "c0бі" where they fear a filter. */
static uint32_t
any_cyrillic(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} same[] = { { '0', 0x043e }, { '3', 0x0437 }, { 0x0457, 0x0456 },
		{ 0x0491, 0x0433 }, { 0x0451, 0x0435 }, { 0x0439, 0x0438 } };

	c = letter_as_cyrillic(c);
	for (size_t i = 0; i < LENGTH(same); i++)
		if (c == same[i].from)
			return same[i].to;
	return c;
}

static uint32_t
any_latin(uint32_t c)
{
	c = letter_as_latin(c);
	return c == '0' ? 'o' : c == '1' ? 'i' : c;
}

static const char *
rewritten(struct arena *a, struct str folded, uint32_t (*as)(uint32_t c))
{
	struct buf out = buf_new(a, 2 * folded.len + 2);

	put_as(&out, folded, as);
	return arena_dup(a, buf_str(&out));
}

/* Whatever keyboard and whatever signs the words were written with: each
 * alphabet's are looked for in all that may be read as its letters. */
bool
guard_is_crisis(struct arena *a, struct str text)
{
	struct str folded = guard_fold(a, text);
	const char *cyrillic = rewritten(a, folded, any_cyrillic);
	const char *latin = rewritten(a, folded, any_latin);

	for (size_t i = 0; i < LENGTH(crisis); i++) {
		bool is_latin = ((unsigned char)crisis[i][1] & 0x80) == 0;

		if (strstr(is_latin ? latin : cyrillic, crisis[i]) != NULL)
			return true;
	}
	return false;
}

/* ---- links ---- */

/* Bytes of other alphabets count, for there are hosts in Cyrillic. */
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

/* A dot inside, and behind the last one an end of two Latin letters or more, or
 * a known one: so "1.5" and "р.Дніпро" are no hosts. Telegram makes a link of a
 * bare name, so to whoever wants to lure a reader away it is as good as a
 * link. */
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
		/* The dot before it matters: evil-example.com is not below
		 * example.com. */
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
	/* A word may hold several links: one that leads to an allowed host must
	 * not carry another one along behind it. */
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
	/* An @name of Telegram and an e-mail address lead to a person as a link
	 * leads to a page. */
	return memchr(word.p, '@', word.len) != NULL ||
	    str_starts(word, "tg:") || str_starts(word, "mailto:") ||
	    has_host(a, word, allowed);
}

/* Nothing but the words is replaced: blanks and lines stay, so that lists and
 * paragraphs of an answer survive. */
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
