/* What needs a specialist, and numbers that nobody should have sent. */
#include "testing.h"

#include "coach/care.h"

static const struct matter {
	const char *why; /* the question itself */
	bool needs;
} matters[] = {
	{ "Які таблетки пити від безсоння?", true },
	{ "Болить спина від сидіння, що робити?", true },
	{ "Які вітаміни пити при анемії?", true },
	{ "Як подати на розлучення?", true },
	{ "Який податок платить ФОП?", true },
	{ "Як інвестувати в акції та облігації?", true },
	{ "Что делать с долгами по кредиту?", true },
	{ "Which dose of melatonin should I take?", true },
	{ "Can I sue my landlord?", true },
	{ "Should I buy bitcoin?", true },
	{ "Welche Medikamente helfen bei Depressionen?", true },
	{ "Brauche ich einen Anwalt für die Scheidung?", true },
	{ "Soll ich Aktien kaufen?", true },
	{ "Jakie leki na bezsenność?", true },
	{ "Czy potrzebuję adwokata?", true },
	{ "Czy warto wziąć kredyt?", true },
	{ "Як вести щоденник вдячності?", false },
	{ "Який рецепт щастя?", false },
	{ "Як відкладати гроші?", false },
	{ "I am so sad, what can I do?", false },
	{ "How do I paint my days in colour?", false },
	{ "Wie spare ich Geld?", false },
	{ "Jak dobrze spać?", false },
};

static void
matter(void **state)
{
	const struct matter *m = *state;

	check_int(care_needs_expert(&mem, str_from(m->why)), m->needs);
}

#define DOTS "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2"

static const struct number {
	const char *why, *text, *hidden; /* NULL: nothing is */
} numbers[] = {
	{ "a card", "4242424242424242", DOTS },
	{ "in groups", "Моя картка 4242 4242 4242 4242, дякую",
	    "Моя картка " DOTS ", дякую" },
	{ "with dashes", "4242-4242-4242-4242!", DOTS "!" },
	{ "with hard blanks",
	    "4242\xc2\xa0"
	    "4242\xc2\xa0"
	    "4242\xc2\xa0"
	    "4242",
	    DOTS },
	{ "and what stands behind it", "4242 4242 4242 4242 12/27 123",
	    DOTS " 12/27 123" },
	{ "fifteen digits", "378282246310005", DOTS },
	{ "two of them", "5555555555554444 4242424242424242", DOTS " " DOTS },
	{ "that does not add up", "4242 4242 4242 4241", NULL },
	{ "a telephone number", "+380 50 123 45 67", NULL },
	{ "a longer number", "42424242424242424242424242", NULL },
	{ "an order", "Замовлення 123456789", NULL },
	{ "a passport", "Мій паспорт АБ 123456", "Мій паспорт АБ " DOTS },
	{ "a passport of digits", "паспорт 001234567", "паспорт " DOTS },
	{ "letters within", "Reisepass C01X00T47", "Reisepass " DOTS },
	{ "in one piece", "paszport AB1234567", "paszport " DOTS },
	{ "no number", "Where do I get a passport?", NULL },
	{ "a year", "My passport is of 2019", NULL },
	{ "nothing", "", NULL },
};

static void
number(void **state)
{
	const struct number *n = *state;

	check_int(care_has_secret(&mem, str_from(n->text)), n->hidden != NULL);
	check_text(care_hide(&mem, str_from(n->text)),
	    n->hidden != NULL ? n->hidden : n->text);
}

int
main(void)
{
	ROWS("specialists", matter, matters);
	ROWS("numbers", number, numbers);
	return testing_run("care", NULL, NULL);
}
