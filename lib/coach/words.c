/* Wording what was found, and whom to call. */
#include "coach/words.h"

#include "coach/parts.h"
#include "shop/text.h"

#include <string.h>
#include <strings.h>

#define MAX_QUOTES 3
#define QUOTE_BYTES ((size_t)1000)

/* A lesson without a number is one that the operator did not number. */
static const char *
source_of(enum language in, struct arena *a, const struct passage *p)
{
	return text_fill_in(in, a,
	    p->lesson_no > 0 ? TEXT_COACH_SOURCE : TEXT_COACH_SOURCE_PLAIN,
	    KV(kv_int("number", p->lesson_no), kv_text("lesson", p->lesson)));
}

/* Several passages of one lesson are one source. Two courses may each have a
 * lesson of the same number and title. */
static bool
is_same_lesson(const struct passage *p, const struct passage *q)
{
	return p->lesson_no == q->lesson_no &&
	    strcmp(p->lesson, q->lesson) == 0 &&
	    strcmp(p->product, q->product) == 0;
}

const char *
words_sources(enum language in, struct arena *a, const struct passage *passages,
    size_t n, const struct prompt_answer *from)
{
	const char *list = "";

	for (size_t i = 0; i < n; i++) {
		bool is_known = from->names_any ? !from->uses[i] : i > 0;

		for (size_t k = 0; k < i && !is_known; k++)
			is_known = (!from->names_any || from->uses[k]) &&
			    is_same_lesson(&passages[k], &passages[i]);
		if (!is_known)
			list = arena_printf(
			    a, "%s\n%s", list, source_of(in, a, &passages[i]));
	}
	return list;
}

const char *
words_quotes(
    enum language in, struct arena *a, const struct passage *passages, size_t n)
{
	const char *text = text_plain_in(in, TEXT_COACH_QUOTES);

	for (size_t i = 0; i < n && i < MAX_QUOTES; i++) {
		const struct passage *p = &passages[i];
		struct str rest = str_from(p->text);
		struct str quote = parts_next(&rest, QUOTE_BYTES);

		text = arena_printf(a, "%s\n\n%s%s%s\n%.*s%s", text,
		    source_of(in, a, p), p->heading[0] == '\0' ? "" : " · ",
		    p->heading, (int)quote.len, quote.p,
		    rest.len > 0 ? " …" : "");
	}
	return text;
}

/* A new kind without a text would be TEXT_INVITE, the first of all: the table
 * is complete, which its size does not tell. */
enum text
words_of_manners(enum manners m)
{
	static const enum text all[MANNERS__COUNT] = {
		[MANNERS_NONE] = TEXT__COUNT,
		[MANNERS_HELLO] = TEXT_COACH_HELLO,
		[MANNERS_THANKS] = TEXT_COACH_THANKS,
		[MANNERS_WHO] = TEXT_COACH_WHO,
		[MANNERS_PRICE] = TEXT_COACH_PRICE,
		[MANNERS_REFUND] = TEXT_COACH_REFUND,
		[MANNERS_CANCEL] = TEXT_COACH_CANCEL,
		[MANNERS_INVITE] = TEXT_COACH_INVITE,
		[MANNERS_BROKEN] = TEXT_COACH_BROKEN,
	};

	return all[m];
}

/* Two letters and a colon name a language; a number may have a colon too. Of
 * language NULL the first line, whatever it is for; no line: p is NULL. */
static struct str
line_for(const char *lines, const char *language)
{
	struct str rest = str_from(lines);

	while (rest.len > 0) {
		struct str one = str_cut(&rest, '|');
		bool has_language = one.len > 3 && one.p[2] == ':' &&
		    str_only((struct str){ one.p, 2 }, STR_LETTERS);
		struct str number =
		    has_language ? (struct str){ one.p + 3, one.len - 3 } : one;

		if (language == NULL ||
		    (has_language && strncasecmp(language, one.p, 2) == 0))
			return str_trim(number);
	}
	return (struct str){ NULL, 0 };
}

const char *
words_helpline(
    enum language in, struct arena *a, const char *lines, const char *language)
{
	struct str line = { NULL, 0 };

	if (language != NULL)
		line = line_for(lines, language);
	if (line.p == NULL)
		line = line_for(lines, language_code(in));
	if (line.p == NULL)
		line = line_for(lines, NULL);
	return arena_dup(a, line);
}
