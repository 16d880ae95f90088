/* Words of crisis, links, and letters made one. */
#include "testing.h"

#include "coach/guard.c" /* its table of words */

static const struct crisis {
	const char *why, *text;
	bool is;
} crises[] = {
	{ "plainly", "Я не хочу жити", true },
	{ "in capitals", "НЕ ХОЧУ БІЛЬШЕ ЖИТИ!!!", true },
	{ "over lines, with dashes", "не — хочу\n\nжити", true },
	{ "an apostrophe of any kind", "уб'ю себе, уб’ю", true },
	{ "the other apostrophe", "убʼю себе", true },
	{ "with unseen characters", "само\xe2\x80\x8bгубство", true },
	{ "a stressed vowel",
	    "самогу\xcc\x81"
	    "бство",
	    true },
	{ "letters apart from their marks", "суі\xcc\x88цид", true },
	{ "Latin letters among Cyrillic", "Я нe xoчу жити", true },
	{ "whole words in Latin letters", "He xoчy жити", true },
	{ "a Latin i", "дyмки про суiцид", true },
	{ "and its two dots", "дyмки про суi\xcc\x88цид", true },
	{ "digits for letters", "п0кінчити із с0б0ю", true },
	{ "Cyrillic letters among Latin", "I w\xd0\xb0nt to di\xd0\xb5", true },
	{ "Greek letters", "п\xce\xbfкінчити з с\xce\xbfбою", true },
	{ "wide letters", "ｋｉｌｌ ｍｙｓｅｌｆ", true },
	{ "mathematical letters", "𝐤𝐢𝐥𝐥 𝒎𝒚𝒔𝒆𝒍𝒇", true },
	{ "joiners, marks of direction, a variation",
	    "са\xe2\x80\x8dмо\xe2\x80\xaeгуб\xef\xb8\x8fство", true },
	{ "crossed out", "с\xcc\xb6у\xcc\xb6ї\xcc\xb6ц\xcc\xb6ид", true },
	{ "as a noun", "думаю про самогубство", true },
	{ "suicide in Ukrainian", "суїцидальні думки", true },
	{ "in Russian", "Я хочу умереть", true },
	{ "in English", "I want to DIE.", true },
	{ "English, contracted", "I don't want to live", true },
	{ "self-harm", "self-harm", true },
	{ "cutting", "я ріжу себе", true },
	{ "in German", "Ich möchte sterben", true },
	{ "in German, otherwise", "Ich bringe mich um", true },
	{ "in Polish", "Nie chcę już żyć", true },
	{ "in Polish, without marks", "chce umrzec", true },
	{ "living well in German", "Ich will besser leben", false },
	{ "living well in Polish", "Chcę żyć lepiej", false },
	{ "wanting to live well", "хочу жити краще", false },
	{ "wanting to live elsewhere", "не хочу жити так", true },
	{ "cutting bread", "ріжу хліб", false },
	{ "a word that only ends alike", "несуїцид", false },
	{ "an empty text", "", false },
	{ "nothing but signs", "?!... 😀", false },
};

static void
is_of_crisis(void **state)
{
	const struct crisis *c = *state;

	check_int(guard_is_crisis(&mem, str_from(c->text)), c->is);
}

/* One that stands in the table with a letter that is never looked for would
 * never be found. */
static void
every_phrase(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(crisis); i++)
		if (!guard_is_crisis(&mem, str_from(crisis[i])))
			fail_msg("never found:%s", crisis[i]);
}

/* Each message in the chat is looked at: that takes as much memory as it is
 * long, and nothing for each phrase that is known. */
static void
little_memory(void **state)
{
	size_t before = mem.used_bytes;

	(void)state;
	assert_false(guard_is_crisis(&mem, str_from("/pay")));
	assert_in_range(mem.used_bytes - before, 1, 2048);
}

#define OUT "[-]"

static const struct link {
	const char *why, *text, *allowed, *want;
} links[] = {
	{ "none", "просто слова, без посилань.", NULL,
	    "просто слова, без посилань." },
	{ "with a scheme", "див. https://evil.example/x!", NULL, "див. " OUT },
	{ "a bare host", "зайди на evil.com зараз", NULL,
	    "зайди на " OUT " зараз" },
	{ "a host in brackets", "(www.evil.co.uk)", NULL, OUT },
	{ "a host with a path", "t.me/joinchat/abc", NULL, OUT },
	{ "behind a dot", "https:/.evil.com/x", NULL, OUT },
	{ "a host in capitals", "EVIL.COM", NULL, OUT },
	{ "in Cyrillic", "сайт.укр", NULL, OUT },
	{ "punycode", "x.xn--j1amh", NULL, OUT },
	{ "a user's name", "пиши @someone", NULL, "пиши " OUT },
	{ "an address", "a@b.example", NULL, OUT },
	{ "Telegram's own scheme", "tg:resolve?domain=x", NULL, OUT },
	{ "in Markdown", "[сюди](https://evil.example)", NULL, OUT },
	{ "allowed", "https://good.example/a?b", "good.example",
	    "https://good.example/a?b" },
	{ "allowed, below it", "www.good.example/a", "x.y, good.example",
	    "www.good.example/a" },
	{ "allowed in Markdown", "[a](https://good.example)", "good.example",
	    "[a](https://good.example)" },
	{ "a host that only ends alike", "https://notgood.example",
	    "good.example", OUT },
	{ "a name before the host", "https://good.example@evil.example",
	    "good.example", OUT },
	{ "a backslash", "https://good.example\\@evil.example", "good.example",
	    OUT },
	{ "two in a word", "https://good.example,https://evil.example",
	    "good.example", OUT },
	{ "a number", "3.5 і 1.000.000", NULL, "3.5 і 1.000.000" },
	{ "an abbreviation", "т.д., i.e. так", NULL, "т.д., i.e. так" },
	{ "a sentence without a blank", "кінець.Початок", NULL,
	    "кінець.Початок" },
	{ "blanks stay", " a\n\n b ", NULL, " a\n\n b " },
	{ "an empty text", "", NULL, "" },
};

static void
unlink_text(void **state)
{
	const struct link *l = *state;

	check_text(
	    guard_unlink(&mem, str_from(l->text), l->allowed, OUT), l->want);
}

static const struct fold {
	const char *why, *text, *want;
} folds[] = {
	{ "case and signs", "Привіт, СВІТЕ!", " привіт світе" },
	{ "letters with a mark", "Їжак ҐАНОК Єнот Ё", " їжак ґанок єнот ё" },
	{ "apostrophes", "пам'ять пам’ять", " память память" },
	{ "digits", "5-й урок 10", " 5 й урок 10" },
	{ "a soft hyphen", "сло\xc2\xadво", " слово" },
	{ "Latin with marks", "Café NAÏVE", " café naïve" },
	{ "a broken byte",
	    "a\xff "
	    "b",
	    " a b" },
	{ "signs that pose as the rest of a letter", "a\xe1\"\x20z", " a z" },
	{ "emoji", "a😀b", " a b" },
	{ "letters apart from their marks",
	    "И\xcc\x86 і\xcc\x88 Е\xcc\x88 e\xcc\x81 z\xcc\x87", " й ї ё é ż" },
	{ "a stress and two dots", "і\xcc\x81\xcc\x88", " ї" },
	{ "a mark without a letter",
	    "\xcc\x86 \xcc\x86"
	    "a",
	    " a" },
	{ "Polish capitals", "ŚĆŻŹŁÓĄĘŃ", " śćżźłóąęń" },
	{ "Latin letters in a Cyrillic word", "cнiданок", " сніданок" },
	{ "Cyrillic letters in a Latin word", "w\xd0\xb0nder", " wander" },
	{ "a word of either alphabet stays", "cop сор", " cop сор" },
	{ "a word of both stays", "vipклуб", " vipклуб" },
	{ "wide letters", "ＡＢ１", " ab1" },
	{ "unseen ones", "п\xe2\x80\x8b\xe2\x81\xa6\xef\xbb\xbfідйом",
	    " підйом" },
	{ "cut off in a character", "a\xd0", " a" },
};

static void
fold(void **state)
{
	const struct fold *f = *state;
	const char *got = arena_dup(&mem, guard_fold(&mem, str_from(f->text)));

	check_text(got, f->want);
}

/* Whether a question's only word is found in a text. */
int
main(void)
{
	ROWS("crisis", is_of_crisis, crises);
	ONE("crisis", "each that is known", every_phrase);
	ONE("crisis", "the memory that it takes", little_memory);
	ROWS("links", unlink_text, links);
	ROWS("fold", fold, folds);
	return testing_run("guard", NULL, NULL);
}
