/* What an answer says without a model: quotes, sources and the helpline. */
#include "testing.h"

#include "coach/words.h"

/* ---- whom to call ---- */

static const struct line {
	const char *why, *lines, *language, *want;
	enum language in;
} lines[] = {
	{ "one for all", "7333", "pl", "7333", LANGUAGE_UK },
	{ "in the asker's language", "7333|pl:800 70 2222", "pl", "800 70 2222",
	    LANGUAGE_UK },
	{ "of a variant of it", "7333|pl:800 70 2222", "pl-PL", "800 70 2222",
	    LANGUAGE_UK },
	{ "in capitals", "7333|PL:800 70 2222", "pl", "800 70 2222",
	    LANGUAGE_UK },
	{ "another language: the first", "7333|pl:800 70 2222", "de", "7333",
	    LANGUAGE_UK },
	{ "no language known: the first", "7333|pl:800", NULL, "7333",
	    LANGUAGE_UK },
	{ "all have a language: the first", "uk:7333|pl:800", "de", "7333",
	    LANGUAGE_UK },
	{ "another language: that of the answer", "7333|pl:800|de:0800", "fr",
	    "0800", LANGUAGE_DE },
	{ "no language known: that of the answer", "7333|pl:800", NULL, "800",
	    LANGUAGE_PL },
	{ "their own before that of the answer", "7333|pl:800|de:0800", "pl",
	    "800", LANGUAGE_DE },
	{ "blanks around", " 7333 | pl: 800 ", "pl-", "7333", LANGUAGE_UK },
	{ "a colon in the number is none of a language", "12:30", "12", "12:30",
	    LANGUAGE_UK },
};

static void
line(void **state)
{
	const struct line *r = *state;

	check_text(words_helpline(r->in, &mem, r->lines, r->language), r->want);
}

/* ---- the lessons behind an answer ---- */

#define FIRST \
	{ \
		.product = "p", .lesson_no = 1, .lesson = "One" \
	}
#define AGAIN \
	{ \
		.product = "p", .lesson_no = 1, .lesson = "One", \
		.heading = "x" \
	}
#define SECOND \
	{ \
		.product = "p", .lesson_no = 2, .lesson = "Two" \
	}
#define OTHER \
	{ \
		.product = "q", .lesson_no = 1, .lesson = "One" \
	}

static const struct source {
	const char *why;
	struct passage passages[4];
	size_t n;
	struct prompt_answer from;
	const char *has, *lacks;
	size_t n_lines;
} sources[] = {
	{ "names none: the best", { FIRST, SECOND }, 2, { .names_any = false },
	    "One", "Two", 1 },
	{ "names the second", { FIRST, SECOND }, 2,
	    { .names_any = true, .uses = { false, true } }, "Two", "One", 1 },
	{ "names two of a lesson: once", { FIRST, AGAIN, SECOND }, 3,
	    { .names_any = true, .uses = { true, true, true } }, "Two", "x",
	    2 },
	{ "the same title in another course is another", { FIRST, OTHER }, 2,
	    { .names_any = true, .uses = { true, true } }, "One", "Two", 2 },
	{ "one that is not named does not hide it", { FIRST, AGAIN }, 2,
	    { .names_any = true, .uses = { false, true } }, "One", "Two", 1 },
};

static void
source(void **state)
{
	const struct source *r = *state;
	const char *text =
	    words_sources(LANGUAGE_UK, &mem, r->passages, r->n, &r->from);
	size_t n = 0;

	check_has(text, r->has);
	check_lacks(text, r->lacks);
	for (const char *p = text; *p != '\0'; p++)
		n += *p == '\n';
	check_int(n, r->n_lines);
}

/* ---- quotes ---- */

static void
quotes(void **state)
{
	char *text = arena_alloc(&mem, 3001);
	struct passage p[4] = { FIRST, SECOND, OTHER, OTHER };
	const char *got;

	(void)state;
	memset(text, 'a', 3000);
	text[3000] = '\0';
	for (size_t i = 0; i < LENGTH(p); i++)
		p[i].heading = p[i].text = "";
	p[0].heading = "Chapter";
	p[0].text = "short";
	p[1].text = text;
	p[3].text = "too much";
	got = words_quotes(LANGUAGE_UK, &mem, p, LENGTH(p));
	check_has(got, " · Chapter\nshort\n");
	check_has(got, "aaa …"); /* cut, and says so */
	check_lacks(got, "too much");
	assert_true(strlen(got) < 2000);
}

int
main(void)
{
	ROWS("helpline", line, lines);
	ROWS("sources", source, sources);
	ONE("quotes", "three of them, short", quotes);
	return testing_run("words", NULL, NULL);
}
