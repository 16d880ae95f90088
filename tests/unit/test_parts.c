/* Where a long text is cut. */
#include "testing.h"

#include "coach/parts.h"

static const struct split {
	const char *why, *text;
	size_t max;
	const char *parts; /* with | between */
} splits[] = {
	{ "short enough", " a b ", 10, "a b" },
	{ "at a paragraph", "aaaa. bb\n\ncccc", 12, "aaaa. bb|cccc" },
	{ "at a line", "aaaa bb\ncccc", 10, "aaaa bb|cccc" },
	{ "at a sentence", "aaaa bb. cccc", 11, "aaaa bb.|cccc" },
	{ "at a word", "aaaa bbbb cccc", 10, "aaaa bbbb|cccc" },
	{ "inside a word", "aaaaaaaaaaaa", 5, "aaaaa|aaaaa|aa" },
	{ "between characters", "іііііі", 5, "іі|іі|іі" },
	{ "no characters at all", "\x80\x80\x80", 2, "\x80|\x80\x80" },
	{ "nothing", "  \n ", 5, "" },
	{ "not after the first word", "a bbbbbbbbbbbbbb", 10,
	    "a bbbbbbbb|bbbbbb" },
};

static void
split(void **state)
{
	const struct split *s = *state;
	struct str rest = str_from(s->text), part;
	const char *got = "";

	while ((part = parts_next(&rest, s->max)).len > 0) {
		assert_true(part.len <= s->max);
		got = arena_printf(&mem, "%s%s%.*s", got,
		    got[0] == '\0' ? "" : "|", (int)part.len, part.p);
	}
	check_text(got, s->parts);
}

int
main(void)
{
	ROWS("split", split, splits);
	return testing_run("parts", NULL, NULL);
}
