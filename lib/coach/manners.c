/* Greetings and business, by tables of words. */
#include "coach/manners.h"

#include "base/array.h"
#include "coach/phrase.h"

#define NEAR 4          /* other words among those of a row */
#define WHO_MORE 2      /* words more than a row, in a question of who we are */
#define LONG_ENOUGH 160 /* letters: nobody tells so much to say hello */

/* Words that may stand beside any others and change nothing. */
static const char fillers[] =
    "будь.|ласка.|пожалуиста.|мені.|мене.|мне.|меня.|я.|ви.|ти.|вам.|вас.|"
    "вже.|ще.|це.|цеи.|мою.|моя.|мое.|моі.|свою.|своі.|своі.|то.|та.|и.|і.|а.|"
    "чому.|почему.|why.|warum.|wieso.|dlaczego.|тут.|here.|hier.|tutaj.|у.|"
    "за.|на.|до.|в.|з.|із.|по.|про.|же.|ж.|так.|дуже.|всім.|друзі.|коуч|бот.|"
    "боте.|підкажіть.|скажіть.|хочу.|хотіла.|хотів.|можна.|можу.|треба.|"
    "please.|pls.|me.|my.|i.|im.|you.|the.|a.|an.|to.|so.|very.|much.|dear.|"
    "coach.|bot.|want.|would.|like.|can.|could.|id.|is.|it.|this.|that.|of.|"
    "for.|and.|on.|in.|am.|are.|do.|does.|did.|have.|has.|just.|really.|all.|"
    "bitte.|ich.|mir.|mich.|sie.|ihnen.|du.|dir.|der.|die.|das.|den.|dem.|"
    "ein.|eine.|einen.|meine.|mein.|meinen.|will.|mochte.|kann.|habe.|ist.|"
    "und.|zu.|im.|am.|fur.|auf.|es.|noch.|doch.|sehr.|lieber.|liebe.|"
    "prosze.|mi.|ja.|sie.|ci.|pan.|pani.|panstwu.|moj.|moja.|moje.|mojego.|"
    "chce.|chcialbym.|chcialabym.|moge.|mozna.|jest.|czy.|do.|na.|za.|w.|z.|i.|"
    "o.|to.|ten.|ta.|tego.|bardzo.|juz.|jeszcze.";

/* ---- rows ---- */

struct row {
	enum manners is;
	const char *groups; /* a word of each, near each other in any order */
};

/* As phrase.h has rows. */
#define MONEY_UK "грош|кошт|кошти|оплат|платеж|платіж|деньг|деньги|средств"
#define MONEY_EN "money|payment|cash|funds"
#define MONEY_DE "geld|zahlung|betrag|kosten"
#define MONEY_PL "pieniadz|pieniedz|kase|plat|wplat|srodk"
#define PLAN_UK "підписк|подписк|оплат|списан|платеж|платіж|замовлен|автоплат"
#define PLAN_EN "subscription|membership|payment|order|plan.|renewal|purchase"
#define PLAN_DE "abo.|abos.|abonnement|mitgliedschaft|zahlung|bestellung|kauf."
#define PLAN_PL "subskryp|abonament|plat|zamowien|czlonkostw|odnawian"
#define LINK_UK "запрошен|посилан|лінк|інваит|приглашен|ссылк"
#define LINK_EN "invite|invitation|link"
#define LINK_DE "einladung|link"
#define LINK_PL "zaproszen|link"
#define THING_UK \
	LINK_UK "|доступ|кнопк|канал|бот.|боті.|сторінк|саит|карт|оплат|платіж"
#define THING_EN \
	LINK_EN "|access|button|channel|bot.|page|site|website|card|payment"
#define THING_DE \
	LINK_DE "|zugang|knopf|button|kanal|bot.|seite|karte|zahlung|bezahlung"
#define THING_PL LINK_PL "|dostep|przycisk|kanal|bot.|stron|kart|platnosc"

/* About the purchase. Each row needs two things to be said at least, what is
 * wanted and of what: "money" alone is in lessons too. Where a message fits
 * several rows the first one counts, so what costs a buyer most stands first:
 * money, then what goes on charging, then what they wait for. */
static const struct row business[] = {
	{ MANNERS_REFUND, "поверн|верн|зворот|возврат|возвращ " MONEY_UK },
	{ MANNERS_REFUND, "рефанд|повернення.|возврат." },
	{ MANNERS_REFUND,
	    "двічі|дважды|подвіин|вдруге|повторно "
	    "списа|зняли|зняло|оплат|заплат|сняли|платеж|платіж" },
	{ MANNERS_REFUND, "два раз спис|зняли|зняло|оплат|заплат|сняли" },
	{ MANNERS_REFUND, "refund|moneyback|chargeback" },
	{ MANNERS_REFUND, MONEY_EN " back.|return" },
	{ MANNERS_REFUND, "charged|billed|paid twice|double|again" },
	{ MANNERS_REFUND,
	    MONEY_DE " zuruck|zuruckgeben|erstatt|zuruckbekommen|wieder." },
	{ MANNERS_REFUND, "ruckerstatt|erstattung|ruckzahlung|ruckgabe" },
	{ MANNERS_REFUND, "doppelt|zweimal abgebuch|bezahl|belast|gezahlt" },
	{ MANNERS_REFUND, "zwrot|zwroc|oddac|oddai|oddaj|odzysk " MONEY_PL },
	{ MANNERS_REFUND, "zwrot.|zwrotu.|refundacj" },
	{ MANNERS_REFUND,
	    "dwa|dwukrot|podwoj|dwukrotnie raz|pobra|obciaz|zaplac "
	    "pobra|obciaz|zaplac|zaplac" },
	{ MANNERS_CANCEL,
	    "скасу|відмін|отмен|припин|зупин|відключ|вимкн|отключ|відмов "
	    "підписк|подписк|списан|замовлен|автоплат|платеж|платіж" },
	{ MANNERS_CANCEL, "відписат|відпишіт|отписат" },
	{ MANNERS_CANCEL, "cancel|terminate " PLAN_EN },
	{ MANNERS_CANCEL, "stop|end. subscription|membership|renew|charging" },
	{ MANNERS_CANCEL, "unsubscrib" },
	{ MANNERS_CANCEL,
	    "kundig|kuendig|storn|abbestell|beend|widerruf " PLAN_DE },
	{ MANNERS_CANCEL, "abmelden.|kundigung|kuendigung" },
	{ MANNERS_CANCEL,
	    "anul|rezygn|zrezygn|odwol|wypowied|zatrzym|wylacz " PLAN_PL },
	{ MANNERS_CANCEL, "wypisac.|wypisz.|odsubskryb" },
	{ MANNERS_BROKEN,
	    "не. працю|відкрив|відкри|вантаж|натиск|проход|проиш|работа|"
	    "открыва " THING_UK },
	{ MANNERS_BROKEN, "помилк|ошибк|зламал|глюк " THING_UK },
	{ MANNERS_BROKEN,
	    "not.|doesnt|dont|cant|cannot|wont|isnt|didnt "
	    "work|open|load|go|accept|join|function " THING_EN },
	{ MANNERS_BROKEN, "broken|error|failed|fails|declined " THING_EN },
	{ MANNERS_BROKEN, "nicht funktion|geht|offn|lad|klapp " THING_DE },
	{ MANNERS_BROKEN, "fehler|kaputt|abgelehnt|defekt " THING_DE },
	{ MANNERS_BROKEN,
	    "nie. dzial|otwier|wczyt|przechodz|przeszl|laduj " THING_PL },
	{ MANNERS_BROKEN, "blad|zepsut|odrzucon " THING_PL },
	{ MANNERS_INVITE,
	    "не.|нема.|немає.|нет.|де.|где.|жодн|загуб|втрат|чекаю|просроч " LINK_UK },
	{ MANNERS_INVITE, "не. прииш|отрим|надіи|пришл доступ" },
	{ MANNERS_INVITE, "оплат|заплат доступ нема|немає|нет|не.|де." },
	{ MANNERS_INVITE,
	    "no.|not.|didnt|havent|hasnt|never|where|lost|missing|without|"
	    "expired|waiting " LINK_EN },
	{ MANNERS_INVITE, "bezahl|gezahlt zugang kein|nicht|immer|noch" },
	{ MANNERS_INVITE, "zaplac|oplac dostep nie.|brak|bez" },
	{ MANNERS_INVITE, "paid nothing|no.|still|but access|nothing|invite" },
	{ MANNERS_INVITE,
	    "kein|nicht|wo.|fehlt|verloren|warte|abgelauf " LINK_DE },
	{ MANNERS_INVITE,
	    "nie.|brak|gdzie|zgubil|czekam|wygasl|zadnego " LINK_PL },
	{ MANNERS_PRICE,
	    "скільки|яка|какая|сколько кошту|ціна|стоит|цена "
	    "курс|підписк|доступ|вчасть|навчан|програм" },
	{ MANNERS_PRICE,
	    "як.|де.|как.|куди|чим оплат|заплат|купит|придбат "
	    "курс|підписк|доступ|вчасть|канал|карт" },
	{ MANNERS_PRICE,
	    "how.|what|whats much|price|cost|costs "
	    "course|subscription|access|membership|cost" },
	{ MANNERS_PRICE,
	    "how.|where pay.|buy|purchase|subscribe "
	    "course|subscription|access|card|pay.|channel" },
	{ MANNERS_PRICE,
	    "wie.|was.|wieviel viel|kost|preis|kostet "
	    "kurs|abo.|zugang|kostet" },
	{ MANNERS_PRICE,
	    "wie.|wo.|womit bezahl|zahl|kauf kurs|abo.|zugang|karte|kanal" },
	{ MANNERS_PRICE,
	    "ile|jaka|cena koszt|kosztuje|cena "
	    "kurs|subskryp|dostep|abonament" },
	{ MANNERS_PRICE,
	    "jak.|gdzie zaplac|kupic|oplac kurs|subskryp|dostep|kart|kanal" },
};

/* The same said in so few words that nothing else can be meant. */
static const struct row curt[] = {
	{ MANNERS_REFUND, "гроші.|деньги.|поверніть.|верніть.|верните." },
	{ MANNERS_REFUND, "zuruckzahlen.|zwrot" },
	{ MANNERS_CANCEL,
	    "скасувати.|скасування.|відмінити.|скасуите.|"
	    "отменить.|cancel|cancelation|cancellation" },
	{ MANNERS_CANCEL,
	    "kundigen.|kuendigen.|kundigung.|stornieren.|storno.|anulowac.|"
	    "anuluj.|rezygnuje.|zrezygnowac.|rezygnacja." },
	{ MANNERS_INVITE,
	    "запрошення.|посилання.|invite.|invitation.|"
	    "einladung.|zaproszenie.|zaproszenia.|link." },
	{ MANNERS_BROKEN,
	    "не. працюе.|працює.|відкривається.|работает.|"
	    "открывается.|виходить." },
	{ MANNERS_BROKEN, "not.|doesnt|dont|isnt working|work.|open." },
	{ MANNERS_BROKEN, "nicht. funktioniert.|geht.|klappt." },
	{ MANNERS_BROKEN, "nie. dziala.|otwiera.|dzialaja." },
	{ MANNERS_PRICE,
	    "скільки.|яка.|сколько.|какая. коштує.|ціна.|"
	    "стоит.|цена." },
	{ MANNERS_PRICE, "ціна.|цена.|price.|preis.|cena.|оплата.|payment." },
	{ MANNERS_PRICE,
	    "як.|how.|wie.|jak.|где.|де. "
	    "оплатити.|заплатити.|купити.|pay.|buy.|bezahlen.|"
	    "bezahle.|zahlen.|kaufen.|zaplacic.|kupic." },
	{ MANNERS_PRICE, "how.|what.|whats. much.|cost.|price." },
	{ MANNERS_PRICE, "was.|wieviel.|viel. kostet." },
	{ MANNERS_PRICE, "ile. kosztuje." },
};

/* Words that are no fillers here: who is meant is just what they say. */
static const struct row who[] = {
	{ MANNERS_WHO, "хто|кто ти.|ви.|ты.|вы." },
	{ MANNERS_WHO, "ти.|ви.|ты.|вы. бот|людина|робот|человек|жив" },
	{ MANNERS_WHO, "як.|как. тебе|вас|тебя звати|звать|зовут|звут" },
	{ MANNERS_WHO, "що|что ти.|ви.|ты. вмієш|вмієте|можеш|можете|вмеешь" },
	{ MANNERS_WHO, "who are you" },
	{ MANNERS_WHO, "what are you" },
	{ MANNERS_WHO, "are you bot|human|real|robot|person|ai" },
	{ MANNERS_WHO, "what can you do" },
	{ MANNERS_WHO, "whats|what your name" },
	{ MANNERS_WHO, "wer bist|sind du|sie" },
	{ MANNERS_WHO, "bist|sind du|sie bot|mensch|echt|roboter|ki" },
	{ MANNERS_WHO, "was kannst|konnen du|sie" },
	{ MANNERS_WHO, "wie heisst|heissen du|sie" },
	{ MANNERS_WHO, "kim|czym jestes" },
	{ MANNERS_WHO, "jestes botem|czlowiekiem|robotem|prawdziwy|kim" },
	{ MANNERS_WHO, "co potrafisz|umiesz|mozesz" },
	{ MANNERS_WHO, "jak nazywasz|imie|nazywa" },
};

static enum manners
find_business(const struct phrase_words *w)
{
	for (size_t i = 0; i < LENGTH(business); i++)
		if (phrase_is_in(w, business[i].groups, NEAR))
			return business[i].is;
	return MANNERS_NONE;
}

/* Of a message with no more than so many words beside the row's. */
static enum manners
find_short(const struct phrase_words *w, const struct row *rows, size_t n,
    size_t n_more)
{
	for (size_t i = 0; i < n; i++)
		if (w->n <= phrase_groups(rows[i].groups) + n_more &&
		    phrase_is_in(w, rows[i].groups, n_more))
			return rows[i].is;
	return MANNERS_NONE;
}

/* ---- greetings ---- */

/* Lists as phrase.h has them. What is in none of them makes a message a
 * question: it is better to search the lessons for nothing than to greet
 * somebody who asked. */
static const char hello[] =
    "привіт.|привітик.|вітаю.|вітання.|здрастуи|здоров.|доброго.|добриден|"
    "добриі.|добрии.|доброі.|хаи.|салют.|здравствуи|hello|hi.|hey.|hiya|good.|"
    "greetings|hallo|guten.|gruss.|grusse.|grussgott|moin|servus|tag.|czesc.|"
    "dzien.|dobry.|witam.|witaj.|hej.|hejka|siema|dobranoc|morgen.";
/* No word for gratitude itself: a lesson may be about it. */
static const char thanks[] =
    "дякую.|дякуємо.|дяка.|дяки.|дякс.|вдячна.|вдячнии.|вдячні.|вдячен.|"
    "спасиб|благодарю.|благодарим.|благодарна.|благодарен.|супер.|клас.|круто.|"
    "чудово.|гаразд.|добре.|ок.|океи.|зрозуміло.|зрозуміла.|зрозумів.|ясно.|"
    "понятно.|хорошо.|thank.|thanks.|thankyou.|thx.|ty.|great.|super.|cool.|"
    "ok.|okay.|perfect.|awesome.|understood.|danke.|dankeschon.|dank.|vielen.|"
    "prima.|toll.|verstanden.|alles.|dzieki.|dziekuje.|dziekujemy.|"
    "podziekowania.|swietnie.|rozumiem.|jasne.|dobrze.";
static const char beside[] =
    "день.|дня.|ранок.|ранку.|ранок|вечір.|вечора.|ночі.|вечер.|дения.|велик|"
    "щиро.|красно.|відповідь.|допомог|пораду.|команд|шановн|дорог|there.|"
    "morning.|evening.|afternoon.|night.|day.|everyone.|lot.|help.|again.|"
    "answer.|your.|abend.|nacht.|morgen.|schon.|schonen.|hilfe.|antwort.|"
    "herzlich|gut.|klar.|wieczor.|wieczorem.|rano.|wszystkim.|wielkie.|"
    "pomoc.|odpowiedz.|team.|with.|be.|u.";

/* A face or a hand alone says something kind, in whatever language. */
static bool
is_faces(struct str text)
{
	bool any = false;

	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '?')
			return false;
		any |= (unsigned char)text.p[i] >= 0xe2;
	}
	return any;
}

static enum manners
find_greeting(struct str text, const struct phrase_words *all,
    const struct phrase_words *w)
{
	bool is_hello = false, is_thanks = false;

	if (all->n == 0)
		return is_faces(text) ? MANNERS_THANKS : MANNERS_NONE;
	for (size_t i = 0; i < w->n; i++) {
		bool greets = phrase_has(str_from(hello), w->w[i]);
		bool thanks_too = phrase_has(str_from(thanks), w->w[i]);

		if (!greets && !thanks_too &&
		    !phrase_has(str_from(beside), w->w[i]))
			return MANNERS_NONE;
		is_hello |= greets;
		is_thanks |= thanks_too;
	}
	return is_thanks ? MANNERS_THANKS :
	    is_hello     ? MANNERS_HELLO :
			   MANNERS_NONE;
}

enum manners
manners_of(struct arena *a, struct str text)
{
	struct phrase_words *all = arena_alloc(a, sizeof(*all));
	struct phrase_words *w = arena_alloc(a, sizeof(*w));
	struct phrase_words *curtly = arena_alloc(a, sizeof(*curtly));
	enum manners m;

	phrase_read(a, text, all);
	phrase_without(all, fillers, w);
	phrase_without(w, hello, curtly);
	/* The purchase first: who asks for money back may begin with a
	 * greeting. */
	m = find_business(w);
	if (m == MANNERS_NONE)
		m = find_short(curtly, curt, LENGTH(curt), 0);
	if (m == MANNERS_NONE)
		m = find_short(all, who, LENGTH(who), WHO_MORE);
	return m != MANNERS_NONE || str_chars(text) > LONG_ENOUGH ?
	    m :
	    find_greeting(text, all, w);
}

bool
manners_is_business(enum manners m)
{
	return m >= MANNERS_PRICE;
}
