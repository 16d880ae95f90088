/* Words, and rows of them. */
#include "coach/phrase.h"

#include "base/array.h"
#include "base/buf.h"
#include "coach/terms.h"

#include <string.h>

/* Letters that keyboards of other countries lack, as people write them there;
 * folded text has no other case. */
static const struct {
	const char *from, *to;
} bare[] = { { "ä", "a" }, { "ö", "o" }, { "ü", "u" }, { "ß", "ss" },
	{ "ą", "a" }, { "ć", "c" }, { "ę", "e" }, { "ł", "l" }, { "ń", "n" },
	{ "ó", "o" }, { "ś", "s" }, { "ź", "z" }, { "ż", "z" } };

/* Folded as for the search, and without those marks: one blank before each
 * word. */
static struct str
folded(struct arena *a, struct str text)
{
	struct str s = terms_fold(a, text);
	struct buf out = buf_new(a, s.len + 1);

	while (s.len > 0) {
		size_t n = 0;

		for (size_t i = 0; i < LENGTH(bare) && n == 0; i++)
			if (str_starts(s, bare[i].from)) {
				buf_text(&out, bare[i].to);
				n = strlen(bare[i].from);
			}
		if (n == 0) {
			buf_char(&out, s.p[0]);
			n = 1;
		}
		s = (struct str){ s.p + n, s.len - n };
	}
	return buf_str(&out);
}

void
phrase_read(struct arena *a, struct str text, struct phrase_words *out)
{
	struct str rest = folded(a, text);

	out->n = 0;
	while (rest.len > 0 && out->n < PHRASE_MAX_WORDS) {
		struct str word = str_cut(&rest, ' ');

		if (word.len > 0)
			out->w[out->n++] = word;
	}
}

bool
phrase_has(struct str list, struct str word)
{
	while (list.len > 0) {
		struct str one = str_cut(&list, '|');
		bool is_whole = str_ends(one, ".");

		one.len -= is_whole;
		if (one.len > 0 && word.len >= one.len &&
		    memcmp(word.p, one.p, one.len) == 0 &&
		    (!is_whole || word.len == one.len))
			return true;
	}
	return false;
}

void
phrase_without(
    const struct phrase_words *all, const char *list, struct phrase_words *out)
{
	out->n = 0;
	for (size_t i = 0; i < all->n; i++)
		if (!phrase_has(str_from(list), all->w[i]))
			out->w[out->n++] = all->w[i];
}

size_t
phrase_groups(const char *row)
{
	size_t n = 1;

	for (; *row != '\0'; row++)
		n += *row == ' ';
	return n;
}

/* Whether a word of each group stands among the n words from there on. */
static bool
is_at(const struct phrase_words *w, size_t from, size_t n, const char *row)
{
	struct str rest = str_from(row);
	bool is_used[PHRASE_MAX_WORDS] = { false };
	/* A word serves one group: a row that has it twice needs it twice. */
	size_t end = from + n < w->n ? from + n : w->n;

	while (rest.len > 0) {
		struct str group = str_cut(&rest, ' ');
		size_t i = from;

		while (i < end && (is_used[i] || !phrase_has(group, w->w[i])))
			i++;
		if (i >= end)
			return false;
		is_used[i] = true;
	}
	return true;
}

bool
phrase_is_in(const struct phrase_words *w, const char *row, size_t n_between)
{
	for (size_t at = 0; at < w->n; at++)
		if (is_at(w, at, phrase_groups(row) + n_between, row))
			return true;
	return false;
}
