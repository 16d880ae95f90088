/* The shop's own words, as their operator writes them. */
#include "testing.h"

#include "shop/texts_file.c" /* the code under test, statics and all */
#include "shop/texts_write.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct texts own[LANGUAGE__COUNT];
static struct settings settings;

static bool
reads(const char *path, struct str text)
{
	(void)memset(own, 0, sizeof(own));
	settings.n_faults = 0;
	return texts_read(own, &mem, &settings, path, text);
}

#define HEADER "msgid \"\"\nmsgstr \"\"\n\"Language: de\\n\"\n\n"
#define NAMED(name, words) \
	"msgctxt \"" name "\"\nmsgid \"\"\nmsgstr " words "\n"
#define PAY "msgctxt \"MENU_PAY\"\nmsgid \"Pay for access\"\nmsgstr "

/* What becomes of MENU_PAY in German. */
static const struct good {
	const char *why, *file, *text, *want;
} good[] = {
	{ "one sentence", "/x/de.po", PAY "\"Kaufen\"\n", "Kaufen" },
	{ "the header's language, whatever the name", "/x/mine.po",
	    HEADER PAY "\"Kaufen\"\n", "Kaufen" },
	{ "a file's name with a country", "/x/de-AT.po", PAY "\"Kaufen\"\n",
	    "Kaufen" },
	{ "the header is right, the name is wrong", "/x/uk.po",
	    HEADER PAY "\"Kaufen\"\n", "Kaufen" },
	{ "a header without a language", "/x/de.po",
	    "msgid \"\"\nmsgstr \"MIME-Version: 1.0\\n\"\n" PAY "\"Kaufen\"\n",
	    "Kaufen" },
	{ "no line's end at the file's end", "/x/de.po", PAY "\"Kaufen\"",
	    "Kaufen" },
	{ "lines that end as under Windows", "/x/de.po",
	    "msgctxt \"MENU_PAY\"\r\nmsgid \"x\"\r\nmsgstr \"Kaufen\"\r\n",
	    "Kaufen" },
	{ "a mark of UTF-8 in front", "/x/de.po",
	    "\xef\xbb\xbf" PAY "\"Kaufen\"\n", "Kaufen" },
	{ "several pieces", "/x/de.po", PAY "\"\"\n\"Jetzt \"\n\t\"kaufen\"\n",
	    "Jetzt kaufen" },
	{ "escapes", "/x/de.po", PAY "\"a\\n\\tb \\\"c\\\" \\\\\"\n",
	    "a\n\tb \"c\" \\" },
	{ "without blanks between", "/x/de.po",
	    "msgctxt\"MENU_PAY\"\nmsgid\"x\"\nmsgstr\"Kaufen\"\n", "Kaufen" },
	{ "comments of every kind", "/x/de.po",
	    "# a\n#. b\n#: c\n#, python-brace-format\n#| msgid \"d\"\n" PAY
	    "\"Kaufen\"\n# e\n",
	    "Kaufen" },
	{ "a comment ends an entry", "/x/de.po",
	    PAY "\"Kaufen\"\n#, fuzzy\n" NAMED("MENU_HELP", "\"Hilfe\""),
	    "Kaufen" },
	{ "what is no longer used", "/x/de.po",
	    PAY "\"Kaufen\"\n#~ msgctxt \"OLD\"\n#~ msgid \"\"\n", "Kaufen" },
	{ "what is sold, in another case, or as it was before", "/x/de.po",
	    NAMED("STATUS_PAID", "\"Im {kind_in} {product}\"") "\n" NAMED(
		"STATUS_UNPAID", "\"Kurs {product}\""),
	    NULL },
	{ "empty: as it was built", "/x/de.po", PAY "\"\"\n", NULL },
	{ "fuzzy: as it was built", "/x/de.po", "#, fuzzy\n" PAY "\"Kaufen\"\n",
	    NULL },
	{ "an empty file with a language", "/x/de.po", "", NULL },
};

static void
takes(void **state)
{
	const struct good *g = *state;

	if (!reads(g->file, str_from(g->text)))
		fail_msg("%s", settings.faults[0]);
	check_int((int64_t)settings.n_faults, 0);
	check_text(own[LANGUAGE_DE].forms[TEXT_MENU_PAY][0], g->want);
}

static const struct bad {
	const char *why, *file, *text, *want;
} bad[] = {
	{ "a name that nobody knows", "/x/de.po",
	    PAY "\"Kaufen\"\n\n" NAMED("MENU_BUY", "\"Kaufen\""),
	    "/x/de.po, line 5: there is no text MENU_BUY" },
	{ "no name", "/x/de.po", "msgid \"a\"\nmsgstr \"b\"\n",
	    "line 1: the entry has no name" },
	{ "twice", "/x/de.po", PAY "\"a\"\n\n" PAY "\"b\"\n",
	    "line 5: MENU_PAY stands there twice" },
	{ "a hole too many", "/x/de.po", PAY "\"{price}\"\n",
	    "line 1: MENU_PAY has {price}, which nobody fills" },
	{ "a hole too few", "/x/de.po", NAMED("SUPPORT", "\"Hilfe!\""),
	    "line 1: SUPPORT lacks {contact}" },
	{ "what is sold where nobody says what", "/x/de.po",
	    NAMED("SUPPORT", "\"{kind}: {contact}\""),
	    "SUPPORT has {kind}, which nobody fills" },
	{ "a hole with a slip in it", "/x/de.po",
	    NAMED("SUPPORT", "\"Hilfe: {Contact}\""),
	    "SUPPORT has a brace that is no {hole}" },
	{ "a hole that does not end", "/x/de.po",
	    NAMED("SUPPORT", "\"Hilfe: {contact\""), "has a brace" },
	{ "a hole that does not begin", "/x/de.po",
	    NAMED("SUPPORT", "\"Hilfe: contact} {contact}\""), "has a brace" },
	{ "a brace behind it", "/x/de.po",
	    NAMED("SUPPORT", "\"Hilfe: {contact}}\""), "has a brace" },
	{ "a brace at the end", "/x/de.po",
	    NAMED("SUPPORT", "\"Hilfe: {contact} {\""), "has a brace" },
	{ "an escape that nobody knows", "/x/de.po", PAY "\"\\q\"\n",
	    "line 3: an escape other than" },
	{ "an escape that does not end", "/x/de.po", PAY "\"a\\\"\n",
	    "line 3: an escape other than" },
	{ "an escaped NUL", "/x/de.po", PAY "\"a\\000\"\n",
	    "line 3: an escape other than" },
	{ "a quote within", "/x/de.po", PAY "\"a \"b\" c\"\n",
	    "line 3: an escape other than" },
	{ "no quote at the end", "/x/de.po", PAY "\"a\n",
	    "line 3: a quote is missing" },
	{ "no quote at all", "/x/de.po", PAY "a\n",
	    "line 3: a quote is missing" },
	{ "nothing", "/x/de.po", PAY "\n", "line 3: a quote is missing" },
	{ "a word that is none of a PO file's", "/x/de.po",
	    "msgtext \"MENU_PAY\"\n",
	    "line 1: neither a comment nor part of an entry" },
	{ "words of no entry", "/x/de.po", "\"a\"\n",
	    "line 1: neither a comment nor part of an entry" },
	{ "an entry that stops", "/x/de.po",
	    "msgctxt \"MENU_PAY\"\nmsgid \"a\"\n",
	    "line 1: the entry is not complete" },
	{ "an entry without a msgid", "/x/de.po",
	    "msgctxt \"MENU_PAY\"\nmsgstr \"a\"\n",
	    "line 1: the entry is not complete" },
	{ "the same twice in an entry", "/x/de.po", PAY "\"a\"\nmsgstr \"b\"\n",
	    "line 4: the same for the second time" },
	{ "forms, where no number is", "/x/de.po",
	    "msgctxt \"MENU_PAY\"\nmsgid \"a\"\nmsgid_plural \"b\"\n"
	    "msgstr[0] \"c\"\nmsgstr[1] \"d\"\n",
	    "MENU_PAY has one form: msgstr" },
	{ "one form beside a number", "/x/de.po",
	    NAMED("COACH_ENOUGH", "\"{amount}\""),
	    "COACH_ENOUGH stands beside a number: it must have msgstr[0] to "
	    "msgstr[1]" },
	{ "too few forms", "/x/uk.po",
	    "msgctxt \"COACH_ENOUGH\"\nmsgid \"a\"\nmsgid_plural \"b\"\n"
	    "msgstr[0] \"{amount} c\"\nmsgstr[1] \"{amount} d\"\n",
	    "must have msgstr[0] to msgstr[2]" },
	{ "an empty form among others", "/x/de.po",
	    "msgctxt \"COACH_ENOUGH\"\nmsgid \"a\"\nmsgid_plural \"b\"\n"
	    "msgstr[0] \"{amount} c\"\nmsgstr[1] \"\"\n",
	    "COACH_ENOUGH is only translated in part" },
	{ "a form that lacks the number", "/x/de.po",
	    "msgctxt \"COACH_ENOUGH\"\nmsgid \"a\"\nmsgid_plural \"b\"\n"
	    "msgstr[0] \"eine\"\nmsgstr[1] \"{amount} c\"\n",
	    "COACH_ENOUGH lacks {amount}" },
	{ "nothing but blanks", "/x/de.po", PAY "\" \\n \"\n",
	    "MENU_PAY says nothing" },
	{ "nothing but a hole that may be empty", "/x/de.po",
	    NAMED("HELP_LATER", "\"{support}\""), "HELP_LATER says nothing" },
	{ "a language that is not spoken here", "/x/de.po",
	    "msgid \"\"\nmsgstr \"Language: fr\\n\"\n" PAY "\"a\"\n",
	    "line 1: no texts are spoken in the language fr" },
	{ "no language at all", "/x/mine.po", PAY "\"a\"\n",
	    "line 1: of which language is it?" },
	{ "the header behind", "/x/de.po", PAY "\"a\"\n" HEADER,
	    "line 4: the header must come first" },
	{ "no UTF-8", "/x/de.po", PAY "\"\xff\"\n", "is not in UTF-8" },
};

static void
tells(void **state)
{
	const struct bad *b = *state;

	check_int(reads(b->file, str_from(b->text)), false);
	check_int((int64_t)settings.n_faults, 1);
	check_has(settings.faults[0], b->want);
}

/* What is right beside what is wrong is taken; every fault is told. */
static void
takes_the_rest(void **state)
{
	(void)state;
	check_int(reads("/x/de.po",
		      str_from(NAMED("MENU_BUY", "\"a\"") PAY
			  "\"Kaufen\"\n" NAMED("MENU_HELP", "\"{b}\"")
			      NAMED("MENU_STATUS", "\"Stand\" x")
				  NAMED("MENU_START", "\"Los\""))),
	    false);
	check_int((int64_t)settings.n_faults, 3);
	check_text(own[LANGUAGE_DE].forms[TEXT_MENU_PAY][0], "Kaufen");
	check_text(own[LANGUAGE_DE].forms[TEXT_MENU_START][0], "Los");
	assert_null(own[LANGUAGE_DE].forms[TEXT_MENU_HELP][0]);
	assert_null(own[LANGUAGE_DE].forms[TEXT_MENU_STATUS][0]);
}

/* Limits: a sentence's, for what it is; the file's words. */
static void
is_bounded(void **state)
{
	char words[20001];

	(void)state;
	(void)memset(words, 'w', sizeof(words));
	words[200] = '\0';
	assert_true(reads("/x/de.po",
	    str_from(arena_printf(
		&mem, NAMED("COACH_NOT_YOURS", "\"%s\""), words))));
	words[200] = 'w';
	words[201] = '\0';
	assert_false(reads("/x/de.po",
	    str_from(arena_printf(
		&mem, NAMED("COACH_NOT_YOURS", "\"%s\""), words))));
	check_has(settings.faults[0], "is longer than 200 characters");
	words[201] = 'w';
	words[20000] = '\0';
	assert_false(reads(
	    "/x/de.po", str_from(arena_printf(&mem, PAY "\"%s\"\n", words))));
	check_has(settings.faults[0], "more than 16 kB in one sentence");
}

/* What is printed to start from is what was built, in every language. */
static void
comes_back(void **state)
{
	(void)state;
	for (int l = 0; l < LANGUAGE__COUNT; l++) {
		if (!reads("/x/mine.po", texts_write(&mem, (enum language)l)))
			fail_msg("%s", settings.faults[0]);
		for (int i = 0; i < TEXT__COUNT; i++)
			for (int k = 0; k < TEXT_MAX_FORMS; k++)
				check_text(own[l].forms[i][k],
				    text_built(
					(enum language)l, (enum text)i, k));
	}
}

/* ---- where they are ---- */

static char folder[64];

static void
write_file(const char *name, const char *text)
{
	FILE *f = fopen(arena_printf(&mem, "%s/%s", folder, name), "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int
make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/admit-texts.XXXXXX");
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	return system(arena_printf(&mem, "rm -rf '%s'", folder));
}

static void
from_places(void **state)
{
	struct conf conf = { .texts_dir = folder };

	(void)state;
	(void)memset(own, 0, sizeof(own));
	assert_false(texts_load(own, &mem, &conf));
	check_has(conf.settings.faults[0], "has no file .po");
	write_file("de.po", PAY "\"Kaufen\"\n" NAMED("MENU_HELP", "\"Rat\""));
	write_file("pl.po", PAY "\"Kup\"\n");
	write_file("notes.txt", "not one of them");
	write_file(".de.po.swp", "nor this");
	conf.settings.n_faults = 0;
	assert_true(texts_load(own, &mem, &conf));
	check_text(own[LANGUAGE_DE].forms[TEXT_MENU_PAY][0], "Kaufen");
	check_text(own[LANGUAGE_PL].forms[TEXT_MENU_PAY][0], "Kup");
	/* The file goes before the folder. */
	write_file("one", HEADER PAY "\"Her damit\"\n");
	conf.texts_file = arena_printf(&mem, "%s/one", folder);
	assert_true(texts_load(own, &mem, &conf));
	check_text(own[LANGUAGE_DE].forms[TEXT_MENU_PAY][0], "Her damit");
	check_text(own[LANGUAGE_DE].forms[TEXT_MENU_HELP][0], "Rat");
	/* Neither is there; a file is too large. */
	conf = (struct conf){ .texts_dir = "/nowhere", .texts_file = "/no" };
	assert_false(texts_load(own, &mem, &conf));
	check_int((int64_t)conf.settings.n_faults, 2);
	conf = (struct conf){ .texts_file = "/dev/zero" };
	assert_false(texts_load(own, &mem, &conf));
	check_has(conf.settings.faults[0], "/dev/zero: cannot be read: File");
}

/* However many there are; of a sentence that two have, the one of the later
 * name. */
static void
all_of_a_folder(void **state)
{
	struct conf conf = { .texts_dir = folder };

	(void)state;
	(void)memset(own, 0, sizeof(own));
	for (int i = 0; i < 40; i++)
		write_file(arena_printf(&mem, "more-%02d.po", i),
		    arena_printf(&mem, HEADER "%s\"%d\"\n",
			i == 39 ? PAY :
				  "msgctxt \"MENU_HELP\"\n"
				  "msgid \"\"\nmsgstr ",
			i));
	assert_true(texts_load(own, &mem, &conf));
	check_text(own[LANGUAGE_DE].forms[TEXT_MENU_PAY][0], "39");
	check_text(own[LANGUAGE_DE].forms[TEXT_MENU_HELP][0], "38");
}

int
main(void)
{
	ROWS("take", takes, good);
	ROWS("tell", tells, bad);
	ONE("take", "the good ones beside the bad ones", takes_the_rest);
	ONE("take", "no more than the limits", is_bounded);
	ONE("write", "what was built comes back", comes_back);
	ONE("load", "from a folder and a file", from_places);
	ONE("load", "all files of a folder", all_of_a_folder);
	return testing_run("texts_file", make_folder, remove_folder);
}
