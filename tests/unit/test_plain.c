/* A model's Markdown as plain text. */
#include "testing.h"

#include "coach/plain.h"

#include <string.h>

static const struct row {
	const char *why, *text, *want;
} rows[] = {
	{ "plain text stays", "Спи більше. Дихай!\n\nТак.",
	    "Спи більше. Дихай!\n\nТак." },
	{ "bold", "**Сон** важливий", "Сон важливий" },
	{ "bold in lines below", "__Сон__ важливий", "Сон важливий" },
	{ "both", "***дуже***", "дуже" },
	{ "slanted", "*Сон* та _спокій_.", "Сон та спокій." },
	{ "a product", "2 * 3 = 6, 2*3", "2 * 3 = 6, 2*3" },
	{ "a name with a line", "snake_case", "snake_case" },
	{ "code", "Надішли `/pay`", "Надішли /pay" },
	{ "a fence", "```text\nабо\n```\nтак", "або\nтак" },
	{ "a heading", "## Крок 1\nСпи", "Крок 1\nСпи" },
	{ "a hashtag", "#щастя", "#щастя" },
	{ "a list", "- один\n* два\n  + три",
	    "\xe2\x80\xa2 один\n\xe2\x80\xa2 два\n  \xe2\x80\xa2 три" },
	{ "a list of numbers", "1. один\n2. два", "1. один\n2. два" },
	{ "a dash in a sentence", "сон - це ліки", "сон - це ліки" },
	{ "a quote", "> так кажуть", "так кажуть" },
	{ "a rule", "a\n---\nb", "a\nb" },
	{ "a link", "[урок](https://a.example/1)!",
	    "урок (https://a.example/1)!" },
	{ "a link of its own name", "[a.example](a.example)", "a.example" },
	{ "a picture", "![лад](https://a.example/1.png)",
	    "лад (https://a.example/1.png)" },
	{ "brackets alone", "[1] і (2)", "[1] і (2)" },
	{ "crossed out", "~~ні~~ так", "ні так" },
	{ "written out", "a\\_b \\*c", "a_b *c" },
	{ "a bracket at the end", "[", "[" },
	{ "a backslash at the end", "\\", "\\" },
	{ "nothing", "", "" },
};

static void
plain(void **state)
{
	const struct row *r = *state;

	check_text(plain_text(&mem, str_from(r->text)), r->want);
}

int
main(void)
{
	ROWS("plain", plain, rows);
	return testing_run("plain", NULL, NULL);
}
