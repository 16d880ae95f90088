/* Telegram's ids: what is one. */
#include "testing.h"

#include "base/tg_id.h"

static const struct id {
	const char *why;
	struct str text;
	int64_t want; /* 0: none */
} ids[] = {
	{ "an id", LIT("123456789"), 123456789 },
	{ "the smallest", LIT("1"), 1 },
	{ "the largest of 52 bits", LIT("4503599627370495"), 4503599627370495 },
	{ "2^52", LIT("4503599627370496"), TG_ID_MAX },
	{ "2^52 and one", LIT("4503599627370497"), 0 },
	{ "10^40", LIT("10000000000000000000000000000000000000000"), 0 },
	{ "zero", LIT("0"), 0 },
	{ "negative, as groups are", LIT("-100123"), 0 },
	{ "plus", LIT("+5"), 0 },
	{ "a leading zero", LIT("05"), 0 },
	{ "a blank before", LIT(" 5"), 0 },
	{ "a line end after", LIT("5\n"), 0 },
	{ "a NUL after", LIT("5\0"), 0 },
	{ "a word", LIT("me"), 0 },
	{ "empty", LIT(""), 0 },
};

static void
id(void **state)
{
	const struct id *i = *state;
	int64_t n = 0;

	check_int(tg_id_parse(i->text, &n), i->want != 0);
	check_int(n, i->want); /* left alone where it is none */
}

int
main(void)
{
	ROWS("tg_id", id, ids);
	return testing_run("tg_id", NULL, NULL);
}
