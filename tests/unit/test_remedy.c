/* What is done about a payment in trouble: the words for it, and who has the
 * last one. */
#include "testing.h"

#include "shop/catalog.h"

/* ---- words ---- */

static const struct word {
	const char *why;
	enum trouble trouble;
	const char *name;
	enum remedy remedy;
	const char *fault; /* a part of it; NULL: none */
} words[] = {
	{ "of a warning, to tell", TROUBLE_WARNING, "tell", REMEDY_TELL, NULL },
	{ "to pause", TROUBLE_WARNING, "pause", REMEDY_PAUSE, NULL },
	{ "to refund", TROUBLE_WARNING, "refund", REMEDY_REFUND, NULL },
	{ "of a dispute, to tell", TROUBLE_DISPUTE, "tell", REMEDY_TELL, NULL },
	{ "of a dispute, to pause", TROUBLE_DISPUTE, "pause", REMEDY_PAUSE,
	    NULL },
	{ "of a dispute, to refund", TROUBLE_DISPUTE, "refund", REMEDY_REFUND,
	    NULL },
	{ "of a renewal, to tell", TROUBLE_FAILED, "tell", REMEDY_TELL, NULL },
	{ "of a renewal, to pause", TROUBLE_FAILED, "pause", REMEDY_PAUSE,
	    NULL },
	{ "of a renewal there is nothing to refund", TROUBLE_FAILED, "refund",
	    REMEDY_USUAL, "took no money" },
	{ "another word", TROUBLE_WARNING, "stop", REMEDY_USUAL,
	    "must be tell, pause or refund" },
	{ "another of a renewal", TROUBLE_FAILED, "grace", REMEDY_USUAL,
	    "must be tell or pause" },
	{ "a capital", TROUBLE_DISPUTE, "Tell", REMEDY_USUAL, "must be" },
	{ "more than a word", TROUBLE_DISPUTE, "tell,pause", REMEDY_USUAL,
	    "must be" },
	{ "nothing", TROUBLE_DISPUTE, "", REMEDY_USUAL, "must be" },
	{ "none", TROUBLE_DISPUTE, NULL, REMEDY_USUAL, "must be" },
};

static void
word(void **state)
{
	const struct word *w = *state;
	const char *fault = remedy_fault(w->trouble, w->name);

	check_int(remedy_named(w->trouble, w->name), w->remedy);
	if (w->fault == NULL)
		assert_null(fault);
	else
		check_has(fault, w->fault);
}

/* ---- the last word ---- */

#define P REMEDY_PAUSE
#define U REMEDY_USUAL

static const struct last {
	const char *why;
	const char *set[TROUBLE__COUNT];
	enum remedy of_product[TROUBLE__COUNT];
	bool is_sold;
	enum remedy want[TROUBLE__COUNT];
} lasts[] = {
	{ "nobody says anything", { NULL, NULL, NULL }, { U, U, U }, true,
	    { REMEDY_TELL, REMEDY_PAUSE, REMEDY_TELL } },
	{ "the settings do", { "refund", "tell", "pause" }, { U, U, U }, true,
	    { REMEDY_REFUND, REMEDY_TELL, REMEDY_PAUSE } },
	{ "the product does as well", { "refund", "tell", "tell" }, { P, P, P },
	    true, { P, P, P } },
	{ "of a product that is sold no more", { "refund", "tell", "pause" },
	    { P, P, P }, false, { REMEDY_REFUND, REMEDY_TELL, REMEDY_PAUSE } },
};

static void
last(void **state)
{
	const struct last *l = *state;
	const struct conf conf = { .on_fraud_warning = l->set[TROUBLE_WARNING],
		.on_dispute = l->set[TROUBLE_DISPUTE],
		.on_payment_failed = l->set[TROUBLE_FAILED] };
	struct product p = { .id = "course" };

	for (enum trouble t = 0; t < TROUBLE__COUNT; t++)
		p.remedies[t] = l->of_product[t];
	for (enum trouble t = 0; t < TROUBLE__COUNT; t++)
		check_int(product_remedy(&conf, l->is_sold ? &p : NULL, t),
		    l->want[t]);
}

int
main(void)
{
	ROWS("word", word, words);
	ROWS("the last word", last, lasts);
	return testing_run("remedy", NULL, NULL);
}
