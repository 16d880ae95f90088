/* The mark that a session carries: which text was shown on Stripe's page. */
#include "payment/stripe_consent.c" /* the code under test, statics and all */

#include "shop.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct mark {
	const char *why, *mark;
	bool is_good, is_proven;
	const char *language;
} marks[] = {
	{ "proven", HASH " en 1", true, true, "en" },
	{ "by the shop's word", HASH " de 0", true, false, "de" },
	{ "a word that may come one day", HASH " de 2", true, false, "de" },
	{ "no language", HASH, false, false, NULL },
	{ "one that is not spoken", HASH " fr 1", false, false, NULL },
	{ "a hash too short", "0123 en 1", false, false, NULL },
	{ "no hash", "Z" HASH " en 1", false, false, NULL },
	{ "nothing", "", false, false, NULL },
};

static void
read_marks(void **state)
{
	const struct mark *m = *state;
	char hash[HASH_LENGTH + 1];
	struct consent c = { 0 };

	assert_int_equal(read_mark(m->mark, &c, hash), m->is_good);
	if (!m->is_good)
		return;
	check_text(c.hash, HASH);
	check_text(c.language, m->language);
	check_int(c.is_proven, m->is_proven);
}

/* In each language, by whomever it was agreed to. */
static void
made_and_read(void **state)
{
	(void)state;
	for (int in = 0; in < LANGUAGE__COUNT; in++)
		for (int themselves = 0; themselves < 2; themselves++) {
			const struct agreement g = { .hash = HASH,
				.in = (enum language)in };
			char hash[HASH_LENGTH + 1];
			struct consent c = { 0 };

			assert_true(
			    read_mark(stripe_consent_mark(&mem, &g, themselves),
				&c, hash));
			check_text(c.hash, HASH);
			check_text(c.language, language_code(g.in));
			check_int(c.is_proven, themselves);
		}
}

int
main(void)
{
	ROWS("mark", read_marks, marks);
	ONE("mark", "each language", made_and_read);
	return testing_run("stripe_consent", NULL, NULL);
}
