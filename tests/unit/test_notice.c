/* Notices, by the word in the job. */
#include "step.h"

/* An order of the course. */
#define UNPAID USER BOUGHT("id, session_id", "8, 'cs_8'")
#define PAID USER BOUGHT("id, session_id, paid_ms", "8, 'cs_8', 1")
#define UNTIL(is_in, renews) \
	"INSERT INTO access (tg_id, product, is_in, why, decided_ms," \
	" until_ms, renews) VALUES (5, 'course', " is_in \
	", 'subscribed', 1, 1700000000000, " renews ");"
#define SPEAKS(language, chosen) \
	"INSERT INTO users (tg_id, language, chosen_language, created_ms)" \
	" VALUES (5, " language ", " chosen ", 1);"
#define SAYS(word, what) USER, JOB_NOTICE, word, what, "A club"

static const struct row rows[] = {
	{ "the way to pay for another product", USER, JOB_NOTICE, "pay:club",
	    "A club", "A course" },
	{ "a notice", USER, JOB_NOTICE, "refunded", "A course", "A club" },
	{ "the bank is not done yet", UNPAID, JOB_NOTICE, "processing",
	    "обробляє", "A club" },
	{ "it is done by now", PAID, JOB_NOTICE, "processing", NULL, "" },
	{ "the bank said no", UNPAID, JOB_NOTICE, "failed", "не підтвердив",
	    "A club" },
	{ "and yes after all", PAID, JOB_NOTICE, "failed", NULL, "" },
	{ "a dispute", PAID, JOB_NOTICE, "disputed", "оскаржено", "A club" },
	{ "taken away by hand", PAID, JOB_NOTICE, "revoked", "адміністратором",
	    "A club" },
	{ "the end of it", PAID, JOB_NOTICE, "ended", "закінчився", "A club" },
	{ "the end, for nobody paid", PAID, JOB_NOTICE, "unpaid", "не оплачено",
	    "A club" },
	{ "no payment is known", UNPAID, JOB_NOTICE, "help_unpaid", "не бачимо",
	    "A club" },
	{ "it is known by now", PAID, JOB_NOTICE, "help_unpaid", NULL, "" },
	{ "nobody can be asked now", UNPAID, JOB_NOTICE, "help_later",
	    "не вдається перевірити", "A club" },
	{ "and it was paid meanwhile", PAID, JOB_NOTICE, "help_later", NULL,
	    "" },
	{ "a page that Stripe does not open",
	    SAYS("portal_failed", "не вдається відкрити") },
	{ "a question is with a person", SAYS("passed_on", "передано людині") },
	{ "a question is lost", SAYS("not_passed_on", "Не вдалося передати") },
	{ "a payment that was begun", USER, JOB_NOTICE, "cart:club",
	    "оплату курсу «A club»", "A course" },
	{ "and a button to hear no more of it", UNPAID, JOB_NOTICE,
	    "cart:course", "\"callback_data\":\"unremind\"", "A club" },
	{ "it is paid by now", PAID, JOB_NOTICE, "cart:course", NULL, "" },
	{ "a lesson for nothing", USER, JOB_NOTICE, "intro",
	    "безкоштовний урок курсу «A course»", "A club" },
	{ "they have access by now", HAS_COURSE, JOB_NOTICE, "intro", NULL,
	    "" },
	{ "no reminders any more", SAYS("no_reminders", "більше не нагад") },
	{ "to be forgotten", SAYS("forgetting", "Ваші підписки скасовуються") },
	{ "no room for another channel", SAYS("too_many", "забагато") },
	{ "access that is going to end", PAID UNTIL("1", "0"), JOB_NOTICE,
	    "reminder", "не поновиться", "A club" },
	{ "it renews by now", PAID UNTIL("1", "1"), JOB_NOTICE, "reminder",
	    NULL, "" },
	{ "it has ended by now", PAID UNTIL("0", "0"), JOB_NOTICE, "reminder",
	    NULL, "" },
	{ "it is for good", PAID HAS("course"), JOB_NOTICE, "reminder", NULL,
	    "" },
	{ "a reminder of no order", USER UNTIL("1", "0"), JOB_NOTICE,
	    "reminder", NULL, "" },
	{ "a trial that is going to end", PAID UNTIL("1", "1"), JOB_NOTICE,
	    "trial_ends", "Пробний", "A club" },
	{ "it does not go on by now", PAID UNTIL("1", "0"), JOB_NOTICE,
	    "trial_ends", NULL, "" },
	{ "a trial of no order", USER UNTIL("1", "1"), JOB_NOTICE, "trial_ends",
	    NULL, "" },
	{ "in its reader's language", SPEAKS("'de-AT'", "NULL"), JOB_NOTICE,
	    "refunded", "wurde erstattet", "повернуто" },
	{ "in one that we do not speak: the shop's", SPEAKS("'ru'", "NULL"),
	    JOB_NOTICE, "refunded", "повернуто", "erstattet" },
	{ "in the one that was chosen", SPEAKS("'de'", "'pl'"), JOB_NOTICE,
	    "language", "po polsku", "Deutsch" },
	{ "the way to pay, and a page in that language", SPEAKS("'de'", "NULL"),
	    JOB_NOTICE, "pay", "/pay?tg_id=5&language=de", "Оплата" },
	{ "a day as its reader writes it",
	    SPEAKS("'de'", "NULL") BOUGHT(
		"id, session_id, paid_ms", "8, 'cs_8', 1") UNTIL("1", "0"),
	    JOB_NOTICE, "reminder", "14. November 2023", "листопада" },
	{ "what they have, behind a button", USER, JOB_NOTICE, "status",
	    "A club", "/privacy" },
	{ "the terms, behind a button", USER, JOB_NOTICE, "legal",
	    "/paysupport", "A club" },
	{ "help, behind a button", USER, JOB_NOTICE, "help", "/status",
	    "A club" },
	{ "how to ask, where there is no coach", USER, JOB_NOTICE, "ask_how",
	    "/pay", "A club" },
	{ "how to ask, where there are lessons",
	    USER "INSERT INTO lessons (product, source, lesson_no, title, hash,"
		 " is_public, imported_ms)"
		 " VALUES ('course', 'a.md', 1, 'A', 'h', 0, 1)",
	    JOB_NOTICE, "ask_how", "уроки", "/pay" },
	{ "another card in the same message", USER, JOB_NOTICE,
	    "card/77/text:club", "\"message_id\":77", "A course" },
	{ "with the way on", USER, JOB_NOTICE, "card/77/text:club",
	    "card:private", "A course" },
	{ "and how many there are", USER, JOB_NOTICE, "card/77/text:club",
	    "2/5", "A course" },
	{ "of which what they have is none", HAS_COURSE, JOB_NOTICE,
	    "card/77/text:club", "1/4", "card:course" },
	{ "no card of what they have, by whatever link or old button",
	    HAS_COURSE, JOB_NOTICE, "pay:course", "вже маєте доступ", "/pay?" },
	{ "nor one to leaf to", HAS_COURSE, JOB_NOTICE, "card/77/text:course",
	    "вже маєте доступ", "message_id" },
	{ "a text in the place of a picture is another message", USER,
	    JOB_NOTICE, "card/77/photo:club", "A club", "message_id" },
	{ "a notice nobody knows", USER, JOB_NOTICE, "of_yesterday", NULL, "" },
};

/* What comes before the terms, and what after them. */
static const struct row with_consent[] = {
	{ "the terms before the way to pay", USER, JOB_NOTICE, "pay:course",
	    "\"callback_data\":\"agree:", "/pay?" },
	{ "not while a bank is at work",
	    USER BOUGHT("session_id, processing_ms", "'cs_8', 1"), JOB_NOTICE,
	    "pay:course", "обробляє", "agree:" },
	{ "nor of who has it", HAS_COURSE, JOB_NOTICE, "pay:course",
	    "вже маєте доступ", "agree:" },
	{ "nor of who only leafs", USER, JOB_NOTICE, "card/77/text:club",
	    "\"message_id\":77", "agree:" },
};

static void
agrees_first(void **state)
{
	app.conf.consent = 1;
	said(state);
	app.conf.consent = 0;
}

static const struct unknown unknowns[] = {
	{ "the way to pay", USER, JOB_NOTICE, 0, "pay:gone", true },
	{ "a notice about an order", USER ORDER, JOB_NOTICE, 7, "refunded",
	    true },
};

int
main(void)
{
	ROWS("says", said, rows);
	ROWS("consent", agrees_first, with_consent);
	ROWS("unknown product", unknown, unknowns);
	return testing_run("notice", ledger_make, ledger_remove);
}
