/* From a question to the words that it is about. */
#include "coach/terms.h"

#include "base/array.h"
#include "base/buf.h"
#include "coach/guard.h"

#include <string.h>

#define MIN_STEM 3         /* letters */
#define MAX_WORD 60        /* letters: what is longer is no word */
#define MAX_ENDING 7       /* of a word that has the stem */
#define MAX_OTHER_ENDING 5 /* of one that has all but its last letter */
#define ALIKE 70           /* of 100: all but the last letter of the stem */
#define INSIDE 55          /* the stem inside of another word */
#define MIN_INSIDE 5       /* letters, for that */
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
    "потім потрібно треба при про раз саме сам сама самі скільки свій свого своє свої "
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

/* Letters that people leave out or mix up, and what they become. Both are two
 * bytes long, so the text keeps its length and is changed in place. */
static const struct {
	const char *from, *to;
} alike[] = { { "ї", "і" }, { "ґ", "г" }, { "ё", "е" }, { "й", "и" } };

static bool
is_vowel(const char *letter)
{
	static const char vowels[] = "аеиіоуєюяыэ";

	for (const char *v = vowels; *v != '\0'; v += 2)
		if (memcmp(v, letter, 2) == 0)
			return true;
	return false;
}

/* Ukrainian says увечері and ввечері, учитель and вчитель. */
static void
fold_beginnings(char *p, size_t len)
{
	/* This holds before a consonant alone: "у" before a vowel is a word's
	 * own sound. */
	for (size_t i = 0; i + 5 <= len; i++)
		if (p[i] == ' ' && memcmp(p + i + 1, "у", 2) == 0 &&
		    ((unsigned char)p[i + 3] & 0x80) != 0 &&
		    !is_vowel(p + i + 3))
			memcpy(p + i + 1, "в", 2);
}

struct str
terms_fold(struct arena *a, struct str text)
{
	struct str folded = guard_fold(a, text);
	char *p = arena_dup(a, folded);

	for (size_t i = 0; i + 1 < folded.len; i++)
		for (size_t k = 0; k < LENGTH(alike); k++)
			if (memcmp(p + i, alike[k].from, 2) == 0)
				memcpy(p + i, alike[k].to, 2);
	fold_beginnings(p, folded.len);
	return (struct str){ p, folded.len };
}

/* Counts letters, not bytes: half a letter of UTF-8 would match nothing. */
static struct str
first_letters(struct str s, size_t n)
{
	size_t i = 0;

	for (; i < s.len; i++)
		if (((unsigned char)s.p[i] & 0xc0) != 0x80 && n-- == 0)
			break;
	return (struct str){ s.p, i };
}

/* What inflection and word-building put behind a stem, folded: Ukrainian, and
 * Russian where it is alike. */
static const char *const endings[] = { "остями", "остям", "остях", "остеи",
	"ством", "ствами", "істю", "ості", "ість", "ству", "ства", "ство",
	"енням", "анням", "ення", "ання", "еннями", "увати", "ювати", "ується",
	"ються", "ться", "тися", "иться", "ається", "ими", "іми", "ами", "ями",
	"ого", "ому", "ьому", "ові", "еві", "еш", "иш", "ють", "уть", "ать",
	"ять", "ити", "ати", "іти", "яти", "ете", "ите", "имо", "емо", "ала",
	"али", "ало", "ила", "или", "ило", "ою", "ею", "єю", "ої", "оі", "ок",
	"ек", "ах", "ях", "их", "іх", "ам", "ям", "ом", "ем", "єм", "им", "ів",
	"еи", "ии", "ти", "ся", "сь", "ає", "яє", "ує", "ую", "аю", "яю", "ла",
	"ли", "ло", "ав", "ив", "а", "я", "о", "е", "є", "и", "і", "у", "ю",
	"ь", "в" };

/* The word without its longest ending, at least MIN_STEM letters of it. */
static struct str
stem_of(struct str word)
{
	size_t n = str_chars(word), longest = 0;

	for (size_t i = 0; i < LENGTH(endings); i++) {
		struct str end = str_from(endings[i]);

		/* A stem of fewer letters would begin half of all words. */
		if (end.len > longest && str_ends(word, endings[i]) &&
		    n >= MIN_STEM + str_chars(end))
			longest = end.len;
	}
	return (struct str){ word.p, word.len - longest };
}

/* What finds the candidates: a letter less, for the last one of a stem often
 * changes with its ending (звичка, звичок; рука, руці). */
static struct str
prefix_of(struct str stem)
{
	size_t n = str_chars(stem);

	return n >= 5 ? first_letters(stem, n - 1) : stem;
}

/* Finds whole words only. The list is folded like the question, so it has a
 * blank in front of each word. */
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
is_known(const struct term *terms, size_t n, struct str stem)
{
	for (size_t i = 0; i < n; i++)
		if (terms[i].stem.len == stem.len &&
		    memcmp(terms[i].stem.p, stem.p, stem.len) == 0)
			return true;
	return false;
}

size_t
terms_of(
    struct arena *a, struct str question, struct term out[static TERMS_MAX])
{
	struct str stops = terms_fold(a, str_from(stop_words)), rest;
	size_t n = 0;

	/* What a stranger sends is bounded; the cut may halve a character, and
	 * folding passes over that. */
	if (question.len > MAX_QUESTION_BYTES)
		question.len = MAX_QUESTION_BYTES;
	rest = terms_fold(a, question);
	while (rest.len > 0 && n < TERMS_MAX) {
		struct str word = str_cut(&rest, ' ');
		struct str stem = stem_of(word);
		size_t n_letters = str_chars(word);

		if (n_letters < 2 || n_letters > MAX_WORD ||
		    is_among(stops, word) || is_known(out, n, stem))
			continue;
		out[n++] = (struct term){ stem, prefix_of(stem) };
	}
	return n;
}

/* The sentences keep their question marks and stand one behind the other: only
 * words are taken from them. */
struct str
terms_asked(struct arena *a, struct str question)
{
	struct buf asked = buf_new(a, question.len + 1);
	size_t from = 0;

	for (size_t i = 0; i < question.len; i++) {
		if (question.p[i] == '\0' ||
		    strchr(".!?\n", question.p[i]) == NULL)
			continue;
		if (question.p[i] == '?')
			buf_add(&asked,
			    (struct str){ question.p + from, i + 1 - from });
		from = i + 1;
	}
	return buf_str(&asked);
}

/* Letters that both begin with. */
static size_t
common_letters(struct str a, struct str b)
{
	size_t n, i = 0;

	while (i < a.len && i < b.len && a.p[i] == b.p[i])
		i++;
	n = str_chars((struct str){ a.p, i });
	/* A letter of which only the first half is the same is none. */
	if (i < a.len && ((unsigned char)a.p[i] & 0xc0) == 0x80 && n > 0)
		n--;
	return n;
}

/* One word of a text, in hundredths. A word that goes on long after the stem
 * is another one. */
static int
word_match(struct str word, const struct term *t, size_t n_letters)
{
	size_t n = common_letters(word, t->stem);

	if (n + 1 < n_letters || n < MIN_STEM - (n_letters < MIN_STEM) ||
	    str_chars(word) > n + MAX_ENDING)
		return 0;
	if (n == n_letters)
		return 100;
	return n_letters >= MIN_STEM + 2 &&
		str_chars(word) <= n + MAX_OTHER_ENDING ?
	    ALIKE :
	    0;
}

/* A long stem inside of another word: самодисципліна, дисципліна. */
static bool
is_inside(struct str folded, const struct term *t, size_t n_letters)
{
	const char *at = folded.p;

	while (n_letters >= MIN_INSIDE &&
	    (at = memmem(at, folded.len - (size_t)(at - folded.p), t->stem.p,
		 t->stem.len)) != NULL) {
		if (at > folded.p && at[-1] != ' ')
			return true;
		at += t->stem.len;
	}
	return false;
}

int
terms_match(struct str folded, const struct term *t)
{
	/* Counted once for all the words of a piece, and there are hundreds of
	 * pieces. */
	size_t n_letters = str_chars(t->stem);
	int best = is_inside(folded, t, n_letters) ? INSIDE : 0;

	while (folded.len > 0 && best < 100) {
		struct str word = str_cut(&folded, ' ');
		int match = word_match(word, t, n_letters);

		if (match > best)
			best = match;
	}
	return best;
}
