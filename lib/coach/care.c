/* Specialists' questions, and numbers of cards and passports. */
#include "coach/care.h"

#include "base/array.h"
#include "base/buf.h"
#include "coach/phrase.h"

/* ---- specialists ---- */

/* Rows as phrase.h has them. A word that is as much about life as about
 * illness or law ("рецепт", "закон") is not among them. */
static const char *const matters[] = {
	/* health */
	"ліки.|ліків.|ліками.|лікувати|лікуван|таблетк|пігулк|антидепресант|"
	"снодіин|діагноз|симптом|дозуван|доза.|дозу.|хвороб|захворюв|болить|"
	"болять|біль.|болю.|болі.|інсулін|діабет|депресі|анемі|ангін|вагітн|"
	"вітамін|мелатонін|лікар|лекарств|лечить|лечени|болезн|болит|диагноз|"
	"беремен|врач",
	"артеріальн|кров|давлени тиск|артериальн",
	"medicine|medication|pills|antidepress|diagnos|symptom|dosage|dose.|"
	"prescri|treatment|disease|illness|pain.|pains.|painful|hurts.|insulin|"
	"diabet|depressi|pregnan|vitamin|melatonin|doctor",
	"blood pressure",
	"medikament|tablette|antidepress|diagnos|symptom|dosis|dosier|behandl|"
	"krankheit|schmerz|blutdruck|insulin|diabet|depressi|schwanger|"
	"schlafmittel|arzt.|arztin",
	"lek.|leki.|lekow|lekarst|tabletk|antydepres|diagnoz|objaw|dawk|recept|"
	"leczyc|leczeni|chorob|bol.|boli.|bola.|cisnieni|cukrzyc|depresj|ciaz|"
	"witamin|nasenn|lekarz",
	/* law */
	"суд.|суду.|суді.|позов|адвокат|юрист|юридичн|розлучен|аліменти|"
	"спадщин|штраф|податк|податок|субсиді|алимент|наследств|развод|налог",
	"lawsuit|sue.|suing|court.|lawyer|legal|illegal|divorc|alimony|custody|"
	"inheritance|tax.|taxes|visa.",
	"gericht.|gerichts|klage.|verklag|anwalt|rechtlich|scheidung|"
	"unterhalt.|sorgerecht|erbschaft|steuer.|steuern|visum",
	"sadu.|sadzie.|pozew|adwokat|prawnik|prawn|rozwod|rozwiesc|aliment|"
	"spadek.|podatk|podatek|wiza.|wize.|wizy.",
	/* money */
	"інвест|акціі|акціи|облігаці|біткоін|крипт|кредит|іпотек|позик|борг|"
	"депозит|инвест|ипотек|долг.|долги",
	"invest|stocks.|bonds.|bitcoin|crypto|loan|mortgage|debt|dividend",
	"aktien|anleihe|krypto|kredit|hypothek|darlehen|schulden.",
	"inwest|akcje.|akcji.|obligacj|krypto|kredyt|hipotek|pozyczk|dlug.|"
	"dlugi",
};

bool
care_needs_expert(struct arena *a, struct str text)
{
	struct phrase_words *w = arena_alloc(a, sizeof(*w));

	phrase_read(a, text, w);
	for (size_t i = 0; i < LENGTH(matters); i++)
		if (phrase_is_in(w, matters[i], 1))
			return true;
	return false;
}

/* ---- numbers ---- */

#define CARD_MIN 13
#define CARD_MAX 19
#define PASSPORT_MIN 6 /* signs, most of them digits */
#define PASSPORT_MAX 10
#define PASSPORT_DIGITS 4

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Of a word; bytes of other alphabets are. */
static bool
is_sign(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	    ((unsigned char)c & 0x80) != 0;
}

/* ISO/IEC 7812-1, annex B. */
static bool
adds_up(const char *digits, size_t n)
{
	int sum = 0;

	for (size_t i = 0; i < n; i++) {
		int d = digits[n - 1 - i] - '0';

		d = i % 2 == 0 ? d : 2 * d;
		sum += d > 9 ? d - 9 : d;
	}
	return sum % 10 == 0;
}

/* What may stand between the digits of a card, bytes of it: a blank of either
 * kind or a dash, two of them at most. */
static size_t
between(struct str s)
{
	size_t n = 0;

	for (int i = 0; i < 2 && n < s.len; i++) {
		struct str rest = { s.p + n, s.len - n };

		if (rest.p[0] == ' ' || rest.p[0] == '-' || rest.p[0] == '.')
			n++;
		else if (str_starts(rest, "\xc2\xa0"))
			n += 2;
	}
	return n;
}

/* The length of the card's number that s begins with; 0: it is none. Payment
 * cards begin with 2 to 6. */
static size_t
card_at(struct str s)
{
	char digits[CARD_MAX];
	size_t n = 0, at = 0, found = 0;

	if (s.len == 0 || s.p[0] < '2' || s.p[0] > '6')
		return 0;
	while (n < CARD_MAX && at < s.len && is_digit(s.p[at])) {
		digits[n++] = s.p[at++];
		if (n >= CARD_MIN && (at == s.len || !is_digit(s.p[at])) &&
		    adds_up(digits, n))
			found = at;
		at += between((struct str){ s.p + at, s.len - at });
	}
	return found;
}

/* The length of the word that s begins with, if a passport may have it for its
 * number: letters first or within, or none. */
static size_t
passport_at(struct str s)
{
	size_t n = 0, n_digits = 0, n_signs = 0;

	for (; n < s.len && is_sign(s.p[n]); n++) {
		n_digits += is_digit(s.p[n]);
		n_signs += ((unsigned char)s.p[n] & 0xc0) != 0x80;
	}
	return n_digits >= PASSPORT_DIGITS && n_signs >= PASSPORT_MIN &&
		n_signs <= PASSPORT_MAX ?
	    n :
	    0;
}

static bool
speaks_of_passport(struct arena *a, struct str text)
{
	struct phrase_words *w = arena_alloc(a, sizeof(*w));

	phrase_read(a, text, w);
	return phrase_is_in(w,
	    "паспорт|загранпаспорт|passport|reisepass|personalausweis|ausweis|"
	    "paszport|dowod.|dowodu.",
	    0);
}

static const char *
hide(struct arena *a, struct str text, bool *any)
{
	bool has_passport = speaks_of_passport(a, text);
	struct buf out = buf_new(a, 4 * text.len + 1);

	*any = false;
	for (size_t i = 0, n = 0; i < text.len; i += n) {
		struct str rest = { text.p + i, text.len - i };
		bool begins = i == 0 || !is_sign(text.p[i - 1]);

		n = begins ? card_at(rest) : 0;
		if (n == 0 && begins && has_passport)
			n = passport_at(rest);
		if (n > 0)
			buf_text(&out, "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2");
		else
			buf_char(&out, text.p[i]);
		*any |= n > 0;
		n += n == 0;
	}
	return arena_dup(a, buf_str(&out));
}

bool
care_has_secret(struct arena *a, struct str text)
{
	bool any;

	(void)hide(a, text, &any);
	return any;
}

const char *
care_hide(struct arena *a, struct str text)
{
	bool any;

	return hide(a, text, &any);
}
