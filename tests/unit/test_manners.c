/* What is a greeting, a matter of the purchase, or a question for the
 * lessons. */
#include "testing.h"

#include "coach/manners.h"

#include <string.h>

#define HELLO MANNERS_HELLO
#define THANKS MANNERS_THANKS
#define WHO MANNERS_WHO
#define PRICE MANNERS_PRICE
#define REFUND MANNERS_REFUND
#define CANCEL MANNERS_CANCEL
#define INVITE MANNERS_INVITE
#define BROKEN MANNERS_BROKEN
#define NONE MANNERS_NONE

struct said {
	const char *why; /* the sentence itself */
	enum manners want;
};

static const struct said ukrainian[] = {
	{ "Привіт!", HELLO },
	{ "Добрий день", HELLO },
	{ "Доброго ранку, друзі 😊", HELLO },
	{ "Дякую!", THANKS },
	{ "Щиро дякую за відповідь", THANKS },
	{ "Спасибі велике", THANKS },
	{ "Хто ти?", WHO },
	{ "Ти бот чи людина?", WHO },
	{ "Що ти вмієш?", WHO },
	{ "Поверніть мені гроші", REFUND },
	{ "Як повернути кошти за курс?", REFUND },
	{ "З мене двічі списали гроші", REFUND },
	{ "Хочу скасувати підписку", CANCEL },
	{ "скасуйте, будь ласка, мою підписку", CANCEL },
	{ "Як відписатися?", CANCEL },
	{ "Запрошення не прийшло", INVITE },
	{ "Де моє посилання на канал?", INVITE },
	{ "Я оплатила, а доступу немає", INVITE },
	{ "Посилання не відкривається", BROKEN },
	{ "Не працює кнопка", BROKEN },
	{ "Скільки коштує курс?", PRICE },
	{ "Як оплатити?", PRICE },
	{ "Как отменить подписку?", CANCEL },
	{ "Как вести дневник?", NONE },
	{ "Як відкладати гроші щомісяця?", NONE },
	{ "Як перестати себе критикувати?", NONE },
	{ "Чому в мене не працює сила волі?", NONE },
	{ "Дякую щовечора за трьох людей", NONE },
	{ "Кому дякувати, коли важко?", NONE },
	{ "Добрий день! Скільки годин треба спати?", NONE },
	{ "Як відмовляти людям?", NONE },
	{ "Хто я і чого хочу?", NONE },
	{ "вдячність", NONE },
	{ "Дякувати", NONE },
	{ "благодарность", NONE },
	{ "Я дуже вдячна!", THANKS },
	{ "привітність", NONE },
};

static const struct said english[] = {
	{ "Hi", HELLO },
	{ "Good morning, coach!", HELLO },
	{ "Hello there", HELLO },
	{ "Thanks a lot!", THANKS },
	{ "ok, thank you so much", THANKS },
	{ "Who are you?", WHO },
	{ "Are you a real person?", WHO },
	{ "What can you do?", WHO },
	{ "I want my money back", REFUND },
	{ "How do I get a refund?", REFUND },
	{ "I was charged twice", REFUND },
	{ "Cancel my subscription please", CANCEL },
	{ "How can I unsubscribe?", CANCEL },
	{ "I got no invite", INVITE },
	{ "Where is my invitation link?", INVITE },
	{ "I paid but still have no access", INVITE },
	{ "The link doesn't work", BROKEN },
	{ "It does not work", BROKEN },
	{ "My card was declined", BROKEN },
	{ "How much does the course cost?", PRICE },
	{ "How do I pay?", PRICE },
	{ "How do I start a diary?", NONE },
	{ "Why does willpower not work for me?", NONE },
	{ "How can I save money each month?", NONE },
	{ "Whom should I thank every evening?", NONE },
	{ "How do I say no to people?", NONE },
	{ "Good sleep, how do I get it?", NONE },
	{ "thankfulness", NONE },
	{ "gratitude", NONE },
};

static const struct said german[] = {
	{ "Hallo!", HELLO },
	{ "Guten Morgen", HELLO },
	{ "Danke schön!", THANKS },
	{ "Vielen Dank für die Antwort", THANKS },
	{ "Wer bist du?", WHO },
	{ "Bist du ein Mensch?", WHO },
	{ "Was kannst du?", WHO },
	{ "Ich möchte mein Geld zurück", REFUND },
	{ "Wie bekomme ich eine Rückerstattung?", REFUND },
	{ "Mir wurde zweimal abgebucht", REFUND },
	{ "Ich will mein Abo kündigen", CANCEL },
	{ "Wie kuendige ich die Mitgliedschaft?", CANCEL },
	{ "Bitte stornieren", CANCEL },
	{ "Ich habe keine Einladung bekommen", INVITE },
	{ "Wo ist mein Link?", INVITE },
	{ "Bezahlt, aber noch kein Zugang", INVITE },
	{ "Der Link funktioniert nicht", BROKEN },
	{ "Der Knopf geht nicht", BROKEN },
	{ "Was kostet der Kurs?", PRICE },
	{ "Wie kann ich bezahlen?", PRICE },
	{ "Funktioniert nicht", BROKEN },
	{ "Wie führe ich ein Tagebuch?", NONE },
	{ "Wie spare ich Geld?", NONE },
	{ "Wem soll ich abends danken?", NONE },
	{ "Wie schlafe ich gut?", NONE },
	{ "Dankbarkeit", NONE },
	{ "danken", NONE },
	{ "Warum geht mir alles so schnell auf die Nerven?", NONE },
};

static const struct said polish[] = {
	{ "Cześć!", HELLO },
	{ "Dzień dobry", HELLO },
	{ "Dobry wieczór wszystkim", HELLO },
	{ "Dziękuję bardzo!", THANKS },
	{ "dzieki za odpowiedz", THANKS },
	{ "Kim jesteś?", WHO },
	{ "Czy jesteś botem?", WHO },
	{ "Co potrafisz?", WHO },
	{ "Proszę o zwrot pieniędzy", REFUND },
	{ "Zwróćcie mi pieniądze", REFUND },
	{ "Dwa razy pobrano opłatę", REFUND },
	{ "Chcę anulować subskrypcję", CANCEL },
	{ "Jak zrezygnować z abonamentu?", CANCEL },
	{ "Nie dostałam zaproszenia", INVITE },
	{ "Gdzie jest mój link?", INVITE },
	{ "Zapłaciłem, a dostępu brak", INVITE },
	{ "Link nie działa", BROKEN },
	{ "Kanał się nie otwiera", BROKEN },
	{ "Ile kosztuje kurs?", PRICE },
	{ "Jak zapłacić?", PRICE },
	{ "Jak prowadzić dziennik?", NONE },
	{ "Jak odkładać pieniądze?", NONE },
	{ "Komu dziękować wieczorem?", NONE },
	{ "Dlaczego silna wola u mnie nie działa?", NONE },
	{ "Jak dobrze spać?", NONE },
	{ "wdzięczność", NONE },
	{ "dziękować", NONE },
};

/* Had no part in making the tables. */
static const struct said held_out[] = {
	{ "Вітаю вас!", HELLO },
	{ "Доброго вечора!", HELLO },
	{ "дуже вам вдячна", THANKS },
	{ "Верніть кошти, будь ласка", REFUND },
	{ "зупиніть автоплатіж", CANCEL },
	{ "досі немає запрошення до каналу", INVITE },
	{ "канал не відкривається", BROKEN },
	{ "Яка ціна підписки?", PRICE },
	{ "Як заснути швидше?", NONE },
	{ "hey there!", HELLO },
	{ "thx", THANKS },
	{ "please return my payment", REFUND },
	{ "I'd like to cancel the membership", CANCEL },
	{ "never received the invitation", INVITE },
	{ "the button won't open", BROKEN },
	{ "where can I buy access?", PRICE },
	{ "How do I forgive somebody?", NONE },
	{ "Guten Abend zusammen", NONE },
	{ "Herzlichen Dank!", THANKS },
	{ "Bitte erstatten Sie mir das Geld", REFUND },
	{ "Kündigung des Abos", CANCEL },
	{ "Ich warte auf die Einladung", INVITE },
	{ "Die Seite lädt nicht", BROKEN },
	{ "Wie viel kostet der Zugang?", PRICE },
	{ "Wie sage ich nein?", NONE },
	{ "hej", HELLO },
	{ "Dziękuję za pomoc", THANKS },
	{ "Chcę odzyskać moje pieniądze", REFUND },
	{ "Rezygnuję z subskrypcji", CANCEL },
	{ "Czekam na zaproszenie", INVITE },
	{ "Strona się nie otwiera", BROKEN },
	{ "Gdzie kupić dostęp?", PRICE },
	{ "Jak przebaczyć?", NONE },
	{ "🙏❤️", THANKS },
	{ "???", NONE },
	{ "", NONE },
};

static void
said(void **state)
{
	const struct said *s = *state;

	check_int(manners_of(&mem, str_from(s->why)), s->want);
}

static void
long_texts(void **state)
{
	struct str text = { arena_alloc(&mem, 100000), 100000 };

	(void)state;
	memset((char *)text.p, 'a', text.len);
	check_int(manners_of(&mem, text), NONE);
	memset((char *)text.p, ' ', text.len);
	check_int(manners_of(&mem, text), NONE);
}

int
main(void)
{
	ROWS("Ukrainian", said, ukrainian);
	ROWS("English", said, english);
	ROWS("German", said, german);
	ROWS("Polish", said, polish);
	ROWS("held out", said, held_out);
	ONE("manners", "long texts", long_texts);
	return testing_run("manners", NULL, NULL);
}
