/* The languages, a row each, and what of them somebody reads. */
#include "shop/language.h"

/* A browser sends a few dozen bytes. What is longer is written by somebody who
 * wants to see this program busy. */
#define MAX_HEADER_BYTES 1024
#define MAX_TAG_BYTES 35 /* RFC 5646 4.4.1: none that is in use is longer */
#define Q_ONE 1000       /* a weight has three decimals */

static const char *const codes[LANGUAGE__COUNT] = {
	[LANGUAGE_UK] = "uk",
	[LANGUAGE_EN] = "en",
	[LANGUAGE_DE] = "de",
	[LANGUAGE_PL] = "pl",
};

const char *
language_code(enum language l)
{
	return codes[l];
}

/* LANGUAGE__COUNT: none of ours. */
static enum language
language_of(struct str tag)
{
	size_t n = 0;

	if (tag.len > MAX_TAG_BYTES)
		return LANGUAGE__COUNT;
	/* What follows narrows the language down to a country or a script, and
	 * there is one text for all of them. Telegram and browsers write a
	 * hyphen, locales of a host an underscore. */
	while (n < tag.len && tag.p[n] != '-' && tag.p[n] != '_')
		n++;
	tag.len = n;
	for (int i = 0; i < LANGUAGE__COUNT; i++)
		if (str_eq_nocase(tag, codes[i]))
			return (enum language)i;
	return LANGUAGE__COUNT;
}

enum language
language_find(const char *tag, enum language other)
{
	enum language l = language_of(str_from(tag));

	return l == LANGUAGE__COUNT ? other : l;
}

/* ---- Accept-Language ---- */

/* "1", "0.8" or "0.125" in thousandths; -1: no weight at all. */
static int
weight(struct str s)
{
	static const int place[] = { 100, 10, 1 };
	int q;

	/* By hand and not as a floating point number: that would depend on the
	 * host's locale, and take "1e3", "inf" and " 1". */
	if (s.len == 0 || s.len > 5 || (s.p[0] != '0' && s.p[0] != '1'))
		return -1;
	q = (s.p[0] - '0') * Q_ONE;
	if (s.len > 1 && s.p[1] != '.')
		return -1;
	for (size_t i = 2; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		q += (s.p[i] - '0') * place[i - 2];
	}
	/* "1.5" is of the right shape, but more than all. */
	return q > Q_ONE ? -1 : q;
}

/* Takes one range, "de-AT;q=0.8", apart; its weight, -1 where it is none. */
static int
read_range(struct str range, struct str *tag)
{
	struct str name;

	*tag = str_trim(str_cut(&range, ';'));
	range = str_trim(range);
	if (range.len == 0)
		return Q_ONE;
	name = str_trim(str_cut(&range, '='));
	return str_eq_nocase(name, "q") ? weight(str_trim(range)) : -1;
}

struct wish {
	int q[LANGUAGE__COUNT];               /* -1: not named */
	int any;                              /* of "*" */
	enum language first[LANGUAGE__COUNT]; /* in the order they came in */
	size_t n;
};

/* A part that makes no sense is passed over: a browser with one odd extension
 * still wants the rest of its list. */
static void
note(struct wish *w, struct str range)
{
	struct str tag;
	int q = read_range(range, &tag);
	enum language l = language_of(tag);

	if (q < 0)
		return;
	if (str_eq(tag, "*")) {
		w->any = q;
		return;
	}
	if (l == LANGUAGE__COUNT)
		return;
	if (w->q[l] < 0)
		w->first[w->n++] = l;
	/* "de-AT;q=0.9, de;q=0.8" names one language of ours twice: it is
	 * wanted as much as the more wanted of the two. */
	if (q > w->q[l])
		w->q[l] = q;
}

/* Of those that "*" stands for: the other one first, then as they are here. */
static enum language
any_of(const struct wish *w, enum language other)
{
	if (w->q[other] < 0)
		return other;
	for (int i = 0; i < LANGUAGE__COUNT; i++)
		if (w->q[i] < 0)
			return (enum language)i;
	return LANGUAGE__COUNT;
}

/* A language that was named wins over "*" of the same weight: who names it
 * reads it. */
static enum language
most_wanted(const struct wish *w, enum language other)
{
	enum language any = any_of(w, other), best = other;
	int q = 0;

	for (size_t i = 0; i < w->n; i++)
		if (w->q[w->first[i]] > q) {
			best = w->first[i];
			q = w->q[best];
		}
	return any != LANGUAGE__COUNT && w->any > q ? any : best;
}

enum language
language_accepted(const char *header, enum language other)
{
	struct wish w = { .any = -1 };
	struct str rest = str_from(header);

	for (int i = 0; i < LANGUAGE__COUNT; i++)
		w.q[i] = -1;
	/* Cut behind a comma, since half a tag might be another language's
	 * whole one. */
	if (rest.len > MAX_HEADER_BYTES) {
		rest.len = MAX_HEADER_BYTES;
		while (rest.len > 0 && rest.p[rest.len - 1] != ',')
			rest.len--;
	}
	while (rest.len > 0)
		note(&w, str_cut(&rest, ','));
	return most_wanted(&w, other);
}
