/* From a question to the words that it is about. */
#include "coach/terms.h"

#include "coach/guard.h"

#include <string.h>

#define MIN_PREFIX 3 /* letters */
#define INSIDE 55    /* what a match inside of a word counts, of 100 */
#define MIN_INSIDE 4 /* letters, for such a match */
#define MAX_QUESTION_BYTES ((size_t)8192)

/* Words of any question, in Ukrainian, Russian and English. */
static const char stop_words[] =
    "а або але адже аж без би б бо був була були було бути в вам вами вас ваш "
    "ваша ваше ваші весь взагалі ви вже від він вона вони воно все всі всім "
    "всього всіх вся да де для до дуже є же з за зараз зі і із інколи іноді й "
    "його йому ж завжди к коли ким кого кому крім ледве лише мав має маю мають "
    "маєш мене мені ми між мій мною може можна можу можуть моя моє мої моєї "
    "моєму моїх мою на навіщо над нам нами нас наш наша наше наші не нема немає "
    "неї ним ними них ні ніби ніж о об однак ось от отже перед під по поки "
    "потім потрібно треба при про раз саме сам сама самі свій свого своє свої "
    "своєї своїх свою се себе собі собою та так така таке такий такі також "
    "там твій твоя тебе тим тих то тобі того тоді той тому тут ту ти тільки "
    "у усе усі хай хоч хто хіба це цей цього цьому ця ці цих цим чи чим чого "
    "чому через ще що щоб щось як яка яке який які якою яку якого якому яких "
    "якщо якось скажи скажіть розкажи розкажіть поясни поясніть підкажи "
    "підкажіть порадьте порадь будь ласка каже кажуть говорить говориться "
    "сказано пише урок уроці уроку уроки уроках уроків курс курсі курсу хочу "
    "хочеться хотів хотіла варто означає значить робити зробити роблю "
    "мы вы он она они оно что как это где когда почему зачем для или если "
    "чтобы мне меня тебе тебя его её их есть был была были быть же ли бы то "
    "так вот от до по на с со у о об из за к ко не ни нет да уже еще ещё очень "
    "можно нужно надо какой какая какое какие кто чем "
    "a an the and or of to in on at for is are was be do does did how what why "
    "when where who which i you he she it we they me my your can could should "
    "would will this that these those with about from there not no any some";

/* The last byte of the folded letters ї ґ ё й and what they become. */
static const struct {
	const char *from, *to;
} alike[] = { { "ї", "і" }, { "ґ", "г" }, { "ё", "е" }, { "й", "и" } };

struct str
terms_fold(struct arena *a, struct str text)
{
	struct str folded = guard_fold(a, text);
	char *p = arena_dup(a, folded);

	for (size_t i = 0; i + 1 < folded.len; i++)
		for (size_t k = 0; k < sizeof(alike) / sizeof(alike[0]); k++)
			if (memcmp(p + i, alike[k].from, 2) == 0)
				memcpy(p + i, alike[k].to, 2);
	return (struct str){ p, folded.len };
}

static size_t
count_letters(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static struct str
first_letters(struct str s, size_t n)
{
	size_t i = 0;

	for (; i < s.len; i++)
		if (((unsigned char)s.p[i] & 0xc0) != 0x80 && n-- == 0)
			break;
	return (struct str){ s.p, i };
}

static bool
ends_with_vowel(struct str s)
{
	static const char *const vowels[] = { "а", "е", "и", "і", "о", "у", "є",
		"ю", "я", "ь", "ы", "э" };

	for (size_t i = 0; i < sizeof(vowels) / sizeof(vowels[0]); i++)
		if (str_ends(s, vowels[i]))
			return true;
	return false;
}

/* Some 60 % of a long word, and no vowel at its end: вдячності, вдячність. */
static struct str
prefix_of(struct str word)
{
	size_t n = count_letters(word);
	size_t keep = n <= 4 ? n - (n == 4) : (6 * n + 9) / 10;
	struct str prefix;

	if (n > 4 && keep < 4)
		keep = 4;
	prefix = first_letters(word, keep);
	while (keep > MIN_PREFIX && n > 4 && ends_with_vowel(prefix))
		prefix = first_letters(word, --keep);
	return prefix;
}

static bool
is_among(struct str words, struct str word)
{
	const char *at = words.p;
	size_t left = words.len;

	while ((at = memmem(at, left, word.p, word.len)) != NULL) {
		const char *end = at + word.len;

		if (at > words.p && at[-1] == ' ' &&
		    (end == words.p + words.len || *end == ' '))
			return true;
		left = words.len - (size_t)(end - words.p);
		at = end;
	}
	return false;
}

static bool
is_known(const struct term *terms, size_t n, struct str prefix)
{
	for (size_t i = 0; i < n; i++)
		if (terms[i].prefix.len == prefix.len &&
		    memcmp(terms[i].prefix.p, prefix.p, prefix.len) == 0)
			return true;
	return false;
}

size_t
terms_of(
    struct arena *a, struct str question, struct term out[static TERMS_MAX])
{
	struct str stops = terms_fold(a, str_from(stop_words)), rest;
	size_t n = 0;

	if (question.len > MAX_QUESTION_BYTES)
		question.len = MAX_QUESTION_BYTES;
	rest = terms_fold(a, question);
	while (rest.len > 0 && n < TERMS_MAX) {
		struct str word = str_cut(&rest, ' ');

		if (count_letters(word) < 2 || is_among(stops, word) ||
		    is_known(out, n, prefix_of(word)))
			continue;
		out[n++] = (struct term){ word, prefix_of(word) };
	}
	return n;
}

int
terms_match(struct str folded, const struct term *t)
{
	const char *at = folded.p;
	size_t left = folded.len;
	int best = 0;

	while (best < 100 &&
	    (at = memmem(at, left, t->prefix.p, t->prefix.len)) != NULL) {
		if (at == folded.p || at[-1] == ' ')
			best = 100;
		else if (count_letters(t->prefix) >= MIN_INSIDE)
			best = INSIDE;
		at += t->prefix.len;
		left = folded.len - (size_t)(at - folded.p);
	}
	return best;
}
