/* How words are compared. */
#include "testing.h"

#include "coach/terms.h"

static const struct match {
	const char *why, *word, *text;
	int least, most;
} matches[] = {
	{ "itself", "сон", "Сон і відпочинок", 100, 100 },
	{ "plural", "вправами", "Одна вправа", 100, 100 },
	{ "a vowel that shifts", "вдячності", "Вдячність щодня", 100, 100 },
	{ "a vowel that vanishes", "звичок", "шкідлива звичка", 70, 100 },
	{ "ї for і", "іжа", "Їжа", 100, 100 },
	{ "ґ for г", "ганок", "ґанок", 100, 100 },
	{ "й apart", "підйом", "Ранковий піди\xcc\x86ом", 100, 100 },
	{ "a Latin letter inside", "вдячнiсть", "Вдячність щодня", 100, 100 },
	{ "в for у", "увечері", "сьогодні ввечері", 100, 100 },
	{ "inside of another", "дисципліна", "самодисципліна", 1, 60 },
	{ "another word", "вибори", "виберіть одну звичку", 0, 0 },
	{ "one that begins alike", "переклад", "автоматичний переказ", 0, 0 },
	{ "a short one inside", "рух", "обрухт", 0, 0 },
};

static void
match(void **state)
{
	const struct match *m = *state;
	struct term terms[TERMS_MAX];
	int got;

	check_int(terms_of(&mem, str_from(m->word), terms), 1);
	got = terms_match(terms_fold(&mem, str_from(m->text)), &terms[0]);
	if (got < m->least || got > m->most)
		fail_msg("%d, not %d to %d", got, m->least, m->most);
}

static const struct count {
	const char *why, *text;
	size_t want;
} counts[] = {
	{ "words of any question are left out",
	    "Як мені, будь ласка, це зробити?", 0 },
	{ "each word once, in any form", "сон сну сном Сон", 3 },
	{ "no more than there is room for",
	    "a1 b2 c3 d4 e5 f6 g7 h8 i9 j10 k11 l12 m13 n14 o15 p16 q17 r18 "
	    "s19 t20 u21 v22 w23 x24 y25 z26",
	    TERMS_MAX },
	{ "single letters are none", "b c d", 0 },
	{ "nothing", " ?!\"'*()😀 ", 0 },
};

static void
count(void **state)
{
	const struct count *c = *state;
	struct term terms[TERMS_MAX];

	check_int(terms_of(&mem, str_from(c->text), terms), c->want);
}

int
main(void)
{
	ROWS("match", match, matches);
	ROWS("terms", count, counts);
	return testing_run("terms", NULL, NULL);
}
