/* Pieces of text. */
#include "testing.h"

static const struct compare {
	const char *why;
	bool (*holds)(struct str s, const char *with);
	struct str s;
	const char *with;
	bool want;
} compares[] = {
	{ "the same text", str_eq, LIT("pay"), "pay", true },
	{ "capitals are other letters", str_eq, LIT("Pay"), "pay", false },
	{ "the beginning is not all", str_eq, LIT("pa"), "pay", false },
	{ "more is not the same", str_eq, LIT("pays"), "pay", false },
	{ "a NUL inside does not end it", str_eq, LIT("pay\0x"), "pay", false },
	{ "empty is empty", str_eq, { NULL, 0 }, "", true },
	{ "empty is nothing else", str_eq, { NULL, 0 }, "a", false },

	{ "letters of any case", str_eq_nocase, LIT("PaY"), "pAy", true },
	{ "no case, another length", str_eq_nocase, LIT("pays"), "pay", false },
	{ "no case, empty", str_eq_nocase, { NULL, 0 }, "", true },
	{ "digits have no case", str_eq_nocase, LIT("p1"), "pQ", false },

	{ "begins with it", str_starts, LIT("sk_test"), "sk_", true },
	{ "is it", str_starts, LIT("sk_"), "sk_", true },
	{ "is shorter", str_starts, LIT("sk"), "sk_", false },
	{ "begins otherwise", str_starts, LIT("pk_test"), "sk_", false },
	{ "everything begins with nothing", str_starts, { NULL, 0 }, "", true },

	{ "ends with it", str_ends, LIT("pay.fcgi"), ".fcgi", true },
	{ "is the end", str_ends, LIT(".fcgi"), ".fcgi", true },
	{ "is shorter than the end", str_ends, LIT("fcgi"), ".fcgi", false },
	{ "ends otherwise", str_ends, LIT("pay.cgi"), ".fcgi", false },
	{ "everything ends with nothing", str_ends, { NULL, 0 }, "", true },

	{ "has it inside", str_has_nocase, LIT("TelegramBot/1"), "bot", true },
	{ "has it at the end", str_has_nocase, LIT("xBOT"), "bot", true },
	{ "has only half of it", str_has_nocase, LIT("xbo"), "bot", false },
	{ "empty has none", str_has_nocase, { NULL, 0 }, "bot", false },
	{ "past a NUL", str_has_nocase, LIT("a\0bot"), "bot", true },

	{ "letters of the set", str_only, LIT("10210"), "012", true },
	{ "one other", str_only, LIT("1023"), "012", false },
	{ "a NUL belongs to no set", str_only, LIT("1\0002"), "012", false },
	{ "empty has no other", str_only, { NULL, 0 }, "012", true },
};

static void
compare(void **state)
{
	const struct compare *c = *state;

	check_int(c->holds(c->s, c->with), c->want);
}

static const struct trim {
	const char *why;
	struct str s;
	const char *want;
} trims[] = {
	{ "blanks at both ends", LIT(" \t\r\npay \t\r\n"), "pay" },
	{ "blanks inside stay", LIT(" a b "), "a b" },
	{ "nothing but blanks", LIT(" \n "), "" },
	{ "empty", { NULL, 0 }, "" },
	{ "other control characters stay", LIT("\vpay\f"), "\vpay\f" },
};

static void
trim(void **state)
{
	const struct trim *t = *state;

	check_str(str_trim(t->s), t->want);
}

static const struct cut {
	const char *why;
	struct str s;
	const char *head, *rest;
} cuts[] = {
	{ "in two", LIT("a=b"), "a", "b" },
	{ "at the first of several", LIT("a=b=c"), "a", "b=c" },
	{ "nothing before it", LIT("=b"), "", "b" },
	{ "nothing after it", LIT("a="), "a", "" },
	{ "no separator: all of it", LIT("ab"), "ab", "" },
	{ "empty", { NULL, 0 }, "", "" },
	{ "a NUL is no end", LIT("\0=b"), NULL, "b" },
};

static void
cut(void **state)
{
	const struct cut *c = *state;
	struct str rest = c->s, head = str_cut(&rest, '=');

	if (c->head != NULL)
		check_str(head, c->head);
	else
		check_int(head.len, 1);
	check_str(rest, c->rest);
}

static const struct chars {
	const char *why;
	struct str s;
	size_t n;
} chars[] = {
	{ "ASCII", LIT("abc"), 3 },
	{ "two bytes each", LIT("\u0436\u0438"), 2 },
	{ "three", LIT("\u20ac"), 1 },
	{ "four", LIT("\U0001f600x"), 2 },
	{ "a NUL is one", LIT("a\0b"), 3 },
	{ "half of one",
	    LIT("\x96"
		"a"),
	    1 },
	{ "empty", { NULL, 0 }, 0 },
};

static void
count(void **state)
{
	const struct chars *c = *state;

	check_int(str_chars(c->s), c->n);
}

static const struct off {
	const char *why;
	struct str a, b;
	size_t n;
} offs[] = {
	{ "the same", LIT("status"), LIT("status"), 0 },
	{ "in capitals", LIT("Status"), LIT("sTATUS"), 0 },
	{ "one more", LIT("statuss"), LIT("status"), 1 },
	{ "one less", LIT("statu"), LIT("status"), 1 },
	{ "another one", LIT("stotus"), LIT("status"), 1 },
	{ "two the wrong way round", LIT("stauts"), LIT("status"), 2 },
	{ "nothing in common", LIT("abc"), LIT("xyz"), 3 },
	{ "no letters", { NULL, 0 }, LIT("status"), SIZE_MAX },
	{ "none to compare with", LIT("status"), { NULL, 0 }, SIZE_MAX },
	{ "too long for a name",
	    LIT("0123456789012345678901234567890123456789012345678901234567"
		"890123"),
	    LIT("a"), SIZE_MAX },
};

static void
off(void **state)
{
	const struct off *o = *state;

	assert_true(str_distance(o->a, o->b) == o->n);
	assert_true(str_distance(o->b, o->a) == o->n);
}

static const struct last {
	const char *why;
	struct str s;
	const char *want;
} lasts[] = {
	{ "after the last", LIT("/cgi-bin/pay.fcgi"), "pay.fcgi" },
	{ "none: all of it", LIT("pay"), "pay" },
	{ "at the end: nothing", LIT("/pay/"), "" },
	{ "empty", { NULL, 0 }, "" },
};

static void
after_last(void **state)
{
	const struct last *l = *state;

	check_str(str_after_last(l->s, '/'), l->want);
}

static const struct number {
	const char *why;
	struct str s;
	bool ok;
	int64_t want;
} numbers[] = {
	{ "zero", LIT("0"), true, 0 },
	{ "one digit", LIT("7"), true, 7 },
	{ "an id", LIT("123456789"), true, 123456789 },
	{ "the largest", LIT("9223372036854775807"), true, INT64_MAX },
	{ "one more than the largest", LIT("9223372036854775808"), false, 0 },
	{ "nineteen nines", LIT("9999999999999999999"), false, 0 },
	{ "2^64 would wrap to 0", LIT("18446744073709551616"), false, 0 },
	{ "40 digits", LIT("1000000000000000000000000000000000000000"), false,
	    0 },
	{ "empty", { NULL, 0 }, false, 0 },
	{ "a leading zero", LIT("01"), false, 0 },
	{ "two zeros", LIT("00"), false, 0 },
	{ "plus", LIT("+1"), false, 0 },
	{ "minus", LIT("-1"), false, 0 },
	{ "minus zero", LIT("-0"), false, 0 },
	{ "a blank before", LIT(" 1"), false, 0 },
	{ "a line end after", LIT("1\n"), false, 0 },
	{ "a NUL after", LIT("1\0"), false, 0 },
	{ "a point", LIT("1.0"), false, 0 },
	{ "an exponent", LIT("1e3"), false, 0 },
	{ "hexadecimal", LIT("0x10"), false, 0 },
	{ "the character before 0", LIT("1/"), false, 0 },
	{ "the character after 9", LIT("1:"), false, 0 },
	{ "other people's digits", LIT("\xd9\xa1\xd9\xa2"), false, 0 },
};

static void
number(void **state)
{
	const struct number *n = *state;
	int64_t got = -77;

	check_int(str_to_i64(n->s, &got), n->ok);
	check_int(got, n->ok ? n->want : -77); /* left alone */
}

static const struct blank {
	const char *why;
	struct str s;
	bool want;
} blanks[] = {
	{ "none", LIT("whsec_abc"), false },
	{ "empty", { NULL, 0 }, false },
	{ "a space", LIT("a b"), true },
	{ "a tab at the end", LIT("ab\t"), true },
	{ "a NUL", LIT("a\0b"), true },
	{ "DEL", LIT("a\x7f"), true },
	{ "the last control character", LIT("\x1f"), true },
	{ "letters beyond ASCII are none", LIT("\xd0\xba"), false },
};

static void
has_blank(void **state)
{
	const struct blank *b = *state;

	check_int(str_has_blank(b->s), b->want);
}

static void
from_null(void **state)
{
	(void)state;
	check_int(str_from(NULL).len, 0);
	check_str(str_from(NULL), "");
	check_str(str_from("ab"), "ab");
}

int
main(void)
{
	ROWS("chars", count, chars);
	ROWS("letters off", off, offs);
	ROWS("compare", compare, compares);
	ROWS("trim", trim, trims);
	ROWS("cut", cut, cuts);
	ROWS("after last", after_last, lasts);
	ROWS("number", number, numbers);
	ROWS("blank", has_blank, blanks);
	ONE("from", "NULL is the empty text", from_null);
	return testing_run("str", NULL, NULL);
}
