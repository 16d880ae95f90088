/* Characters, one by one: read, written, told apart and made alike. */
#include "testing.h"

#include "coach/letters.h"

static const struct next {
	const char *why;
	struct str s;
	uint32_t want;
	size_t len;
} nexts[] = {
	{ "a letter of one byte", LIT("ab"), 'a', 1 },
	{ "of two", LIT("кb"), 0x043a, 2 },
	{ "of three", LIT("€"), 0x20ac, 3 },
	{ "of four", LIT("😀"), 0x1f600, 4 },
	{ "a NUL", LIT("\0"), 0, 1 },
	{ "one that is cut short", LIT("\xd0"), 0, 1 },
	{ "one whose end is another's beginning", LIT("\xe2\x82к"), 0, 1 },
	{ "a byte that begins none", LIT("\x80\x80"), 0, 1 },
};

static void
next(void **state)
{
	const struct next *n = *state;
	size_t len = 99;

	check_int(letter_next(n->s, &len), n->want);
	check_int(len, n->len);
}

/* What was read is written as it was. */
static void
put(void **state)
{
	static const uint32_t chars[] = { 1, 'a', 0x7f, 0x80, 0x043a, 0x7ff,
		0x800, 0x20ac, 0xfffd };

	(void)state;
	for (size_t i = 0; i < sizeof(chars) / sizeof(chars[0]); i++) {
		struct buf b = buf_new(&mem, 10);
		size_t len;

		letter_put(&b, chars[i]);
		check_int(letter_next(buf_str(&b), &len), chars[i]);
		check_int(len, b.len);
	}
}

static const struct lower {
	const char *why;
	uint32_t large, small;
} lowers[] = {
	{ "Latin", 'A', 'a' },
	{ "Cyrillic", 0x0410, 0x0430 },
	{ "Ukrainian І", 0x0406, 0x0456 },
	{ "Ukrainian Ґ", 0x0490, 0x0491 },
	{ "Greek", 0x0391, 0x03b1 },
	{ "with an accent", 0x00c9, 0x00e9 },
	{ "no letter among those: times", 0x00d7, 0x00d7 },
	{ "Polish Ł", 0x0141, 0x0142 },
	{ "Czech Ž", 0x017d, 0x017e },
	{ "wide", 0xff21, 'a' },
	{ "a wide digit", 0xff11, '1' },
	{ "mathematical bold", 0x1d400, 'a' },
	{ "small already", 0x0491, 0x0491 },
	{ "a digit", '1', '1' },
};

static void
lower(void **state)
{
	const struct lower *l = *state;

	check_int(letter_lower(l->large), l->small);
	check_int(letter_lower(l->small), l->small);
}

static const struct kind {
	const char *why;
	uint32_t c;
	bool is_letter, is_mark, is_unseen, is_latin, is_cyrillic;
} kinds[] = {
	{ "a Latin letter", 'z', true, false, false, true, false },
	{ "one with an accent", 0x00e9, true, false, false, true, false },
	{ "a Cyrillic letter", 0x0491, true, false, false, false, true },
	{ "a Greek letter", 0x03b1, true, false, false, false, false },
	{ "a digit", '7', true, false, false, false, false },
	{ "a blank", ' ', false, false, false, false, false },
	{ "an apostrophe", 0x2019, false, false, false, false, false },
	{ "the sign of times", 0x00d7, false, false, false, false, false },
	{ "the sign of division", 0x00f7, false, false, false, false, false },
	{ "a stress", 0x0301, true, true, false, false, false },
	{ "a soft hyphen", 0x00ad, false, false, true, false, false },
	{ "a joiner", 0x200d, false, false, true, false, false },
	{ "a direction mark", 0x202e, false, false, true, false, false },
	{ "a filler", 0x3164, false, false, true, false, false },
};

static void
kind(void **state)
{
	const struct kind *k = *state;

	check_int(letter_is(k->c), k->is_letter);
	check_int(letter_is_mark(k->c), k->is_mark);
	check_int(letter_is_unseen(k->c), k->is_unseen);
	check_int(letter_is_latin(k->c), k->is_latin);
	check_int(letter_is_cyrillic(k->c), k->is_cyrillic);
}

static const struct composed {
	const char *why;
	uint32_t letter, mark, one;
} composeds[] = {
	{ "й", 0x0438, 0x0306, 0x0439 },
	{ "ї", 0x0456, 0x0308, 0x0457 },
	{ "é", 'e', 0x0301, 0x00e9 },
	{ "a stress over Cyrillic is none", 0x0430, 0x0301, 0x0430 },
	{ "a mark that the letter has not", 'b', 0x0301, 'b' },
};

static void
composed(void **state)
{
	const struct composed *c = *state;

	check_int(letter_compose(c->letter, c->mark), c->one);
}

static const struct alike {
	const char *why;
	uint32_t latin, cyrillic;
} alikes[] = {
	{ "a", 'a', 0x0430 },
	{ "c", 'c', 0x0441 },
	{ "i", 'i', 0x0456 },
	{ "x", 'x', 0x0445 },
};

static void
looks_alike(void **state)
{
	const struct alike *a = *state;

	check_int(letter_as_latin(a->cyrillic), a->latin);
	check_int(letter_as_cyrillic(a->latin), a->cyrillic);
	check_int(letter_as_latin(a->latin), a->latin);
	check_int(letter_as_cyrillic(a->cyrillic), a->cyrillic);
}

static void
unlike(void **state)
{
	(void)state;
	check_int(letter_as_latin(0x0436), 0x0436); /* ж */
	check_int(letter_as_cyrillic('w'), 'w');
	check_int(letter_as_latin(0x03b1), 'a'); /* Greek alpha */
	check_int(letter_as_cyrillic(0x03b1), 0x0430);
}

int
main(void)
{
	ROWS("read", next, nexts);
	ONE("written", "as it was read", put);
	ROWS("small", lower, lowers);
	ROWS("kind", kind, kinds);
	ROWS("composed", composed, composeds);
	ROWS("alike", looks_alike, alikes);
	ONE("alike", "what is, and what is not", unlike);
	return testing_run("letters", NULL, NULL);
}
