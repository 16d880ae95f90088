/* The languages and what of them somebody reads. */
#include "testing.h"

#include "shop/language.c" /* the code under test, statics and all */

#define UK LANGUAGE_UK
#define EN LANGUAGE_EN
#define DE LANGUAGE_DE
#define PL LANGUAGE_PL

static const struct tag {
	const char *why, *tag;
	enum language other, want;
} tags[] = {
	{ "the language alone", "de", UK, DE },
	{ "with a country", "de-AT", UK, DE },
	{ "with a script and a country", "uk-Cyrl-UA", EN, UK },
	{ "as the system writes it", "pl_PL", UK, PL },
	{ "in capitals", "EN-gb", UK, EN },
	{ "one that we do not speak", "ru", UK, UK },
	{ "the same, where the shop is a German one", "ru", DE, DE },
	{ "another country's way of another", "pt-br", PL, PL },
	{ "one that begins like ours", "ukr", EN, EN },
	{ "three letters for ours", "deu", UK, UK },
	{ "nothing", "", PL, PL },
	{ "none at all", NULL, PL, PL },
	{ "what narrows nothing down", "-de", UK, UK },
	{ "longer than any tag",
	    "de-aaaaaaaa-aaaaaaaa-aaaaaaaa-aaaaaaaa-aaaaaaaa", UK, UK },
};

static void
finds(void **state)
{
	const struct tag *t = *state;

	check_int(language_find(t->tag, t->other), t->want);
}

static const struct header {
	const char *why, *header;
	enum language other, want;
} headers[] = {
	{ "no header", NULL, UK, UK },
	{ "an empty one", "", DE, DE },
	{ "one range", "pl", UK, PL },
	{ "the first of equals", "de, en", UK, DE },
	{ "the greatest weight", "de;q=0.5, en;q=0.9, pl;q=0.7", UK, EN },
	{ "no weight is 1", "de;q=0.9, pl", UK, PL },
	{ "as a browser writes it", "de-AT,de;q=0.9,en-US;q=0.8,en;q=0.7", UK,
	    DE },
	{ "past what we do not speak", "fr-FR, ru;q=0.9, en;q=0.3", UK, EN },
	{ "nothing that we speak", "fr, ru;q=0.9", UK, UK },
	{ "the best of what is said of one", "de;q=0.1, en;q=0.5, de-AT;q=0.9",
	    UK, DE },
	{ "three decimals", "de;q=0.001, en;q=0.002", UK, EN },
	{ "any", "*", PL, PL },
	{ "any, but less", "de;q=0.9, *;q=0.1", PL, DE },
	{ "any, and more", "de;q=0.1, *;q=0.9", PL, PL },
	{ "any but the shop's", "uk;q=0, *", UK, EN },
	{ "any but ours", "uk;q=0, en;q=0, de;q=0, pl;q=0, *", UK, UK },
	{ "not that one", "de;q=0, en;q=0.1", UK, EN },
	{ "the shop's was refused, and nothing else said", "uk;q=0", UK, UK },
	{ "blanks", " \t de ; q = 0.5 ,\ten ;q=0.6 ", UK, EN },
	{ "capitals", "DE;Q=0.4, EN;Q=0.5", UK, EN },
	{ "empty ranges", ",,de,,", UK, DE },
	{ "a weight above 1 is none", "de;q=1.5, en;q=0.1", UK, EN },
	{ "a weight of four decimals is none", "de;q=0.1234, en;q=0.1", UK,
	    EN },
	{ "a weight below 0 is none", "de;q=-1, en;q=0.1", UK, EN },
	{ "a weight of letters is none", "de;q=abc, en;q=0.1", UK, EN },
	{ "an empty weight is none", "de;q=, en;q=0.1", UK, EN },
	{ "another parameter is none of ours", "de;level=1, en;q=0.1", UK, EN },
	{ "the shortest weights", "de;q=0, en;q=1", UK, EN },
	{ "a weight that ends with its point", "de;q=0., en;q=1.", UK, EN },
	{ "rubbish", "\x01\xff;;;===,q=1;de,{}", UK, UK },
};

static void
accepts(void **state)
{
	const struct header *h = *state;

	check_int(language_accepted(h->header, h->other), h->want);
}

/* What stands behind the limit is not read, and no range is cut in two. */
static void
long_one(void **state)
{
	char header[4096];
	size_t n = 0;

	(void)state;
	while (n < 1020)
		n += (size_t)snprintf(header + n, sizeof(header) - n, "fr-FR,");
	(void)snprintf(header + n, sizeof(header) - n, "deu,en");
	check_int(language_accepted(header, LANGUAGE_UK), LANGUAGE_UK);
	(void)memset(header, ',', sizeof(header) - 1);
	header[sizeof(header) - 1] = '\0';
	check_int(language_accepted(header, LANGUAGE_UK), LANGUAGE_UK);
	(void)memset(header, 'd', sizeof(header) - 1);
	check_int(language_accepted(header, LANGUAGE_UK), LANGUAGE_UK);
}

int
main(void)
{
	ROWS("find", finds, tags);
	ROWS("accept", accepts, headers);
	ONE("accept", "a long one", long_one);
	return testing_run("language", NULL, NULL);
}
