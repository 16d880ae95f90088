/* The sentences of the product. */
#include "testing.h"

#include "base/buf.h"
#include "shop/text.c" /* the code under test, statics and all */

/* The holes that the code fills; nothing else may stand in braces. */
static const char *const known[] = { "amount", "products", "buyer", "order",
	"due", "payment", "provider", "chat", "what", "why", "product", "link",
	"url", "support", "contact", "until",

	"support", "contact", "number", "lesson", "helpline", "limit",
	"seconds", "minutes", "days", "kind", "kind_of", "kind_in", "price",

	"title", "invite", "remove", "low", "high",

	"terms", "sentence", "when", "hash", "contract", "day", "command",
	"now", "before", "waiting", "parked", "job", "role", "term", "words",
	"sent", "gone", "failed" };

static bool
is_known(struct str hole)
{
	for (size_t i = 0; i < LENGTH(known); i++)
		if (str_eq(hole, known[i]))
			return true;
	return false;
}

/* A sentence that is not translated is read in English, so each has one in
 * every language; and all of them were translated. */
static void
all_there(void **state)
{
	(void)state;
	for (int l = 0; l < LANGUAGE__COUNT; l++)
		for (int i = 0; i < TEXT__COUNT; i++) {
			const char *s =
			    text_plain_in((enum language)l, (enum text)i);

			if (s == NULL || s[0] == '\0' ||
			    text_built((enum language)l, (enum text)i, 0) ==
				NULL)
				fail_msg("%s: %s is missing",
				    language_code((enum language)l),
				    texts_names[i]);
			if (str_trim(str_from(s)).len != strlen(s))
				fail_msg("%s: %s has blanks at an end",
				    language_code((enum language)l),
				    texts_names[i]);
			if (!str_is_utf8(str_from(s)))
				fail_msg("%s: %s is no UTF-8",
				    language_code((enum language)l),
				    texts_names[i]);
		}
}

/* The other languages are held to the English holes by the build. */
static void
holes(void **state)
{
	(void)state;
	for (int i = 0; i < TEXT__COUNT; i++) {
		struct str rest =
		    str_from(text_plain_in(LANGUAGE_EN, (enum text)i));

		while (memchr(rest.p == NULL ? "" : rest.p, '{', rest.len)) {
			struct str hole;

			(void)str_cut(&rest, '{');
			hole = str_cut(&rest, '}');
			if (!is_known(hole))
				fail_msg("%s: {%s} is filled by nobody",
				    texts_names[i], arena_dup(&mem, hole));
		}
		check_lacks(arena_dup(&mem, rest), "}");
	}
}

/* Filled with the longest that the settings may reasonably hold, in
 * characters as Telegram counts them (UTF-16 units). */
static size_t
length_utf16(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c & 0xc0) != 0x80)
			n += c >= 0xf0 ? 2 : 1;
	}
	return n;
}

static void
fits_into_a_message(void **state)
{
	char *name = memset(arena_alloc(&mem, 201), 'n', 200);
	char *link = memset(arena_alloc(&mem, 2001), 'l', 2000);
	struct kvs all = KV(kv_text("product", name), kv_text("link", link),
	    kv_text("url", link), kv_text("support", name),
	    kv_text("contact", name));

	(void)state;
	for (int l = 0; l < LANGUAGE__COUNT; l++)
		for (int i = 0; i < TEXT__COUNT; i++) {
			const char *text = text_fill_in(
			    (enum language)l, &mem, (enum text)i, all);
			size_t n = length_utf16(text);

			if (n < 1 || n > 4096 ||
			    str_chars(str_from(text_plain_in((enum language)l,
				(enum text)i))) > text_max_chars((enum text)i))
				fail_msg("%s: %s has %d characters",
				    language_code((enum language)l),
				    texts_names[i], (int)n);
			check_lacks(text, "{");
		}
}

/* Whom to write to is a sentence of its own. */
static void
support_apart(void **state)
{
	(void)state;
	for (int l = 0; l < LANGUAGE__COUNT; l++)
		for (int i = 0; i < TEXT__COUNT; i++) {
			const char *s =
			    text_plain_in((enum language)l, (enum text)i);
			const char *at = strstr(s, "{support}");

			if (at != NULL && at > s && at[-1] != ' ' &&
			    at[-1] != '\n')
				fail_msg("%s: %s: {support} has no blank "
					 "before it",
				    language_code((enum language)l),
				    texts_names[i]);
		}
}

static void
invite(void **state)
{
	const char *text = text_fill(&mem, TEXT_INVITE,
	    KV(kv_text("product", "10 кроків"),
		kv_text("link", "https://t.me/+abc")));

	(void)state;
	check_has(text, "10 кроків");
	check_has(text, "https://t.me/+abc");
	check_has(text, "/help");
}

static const struct named {
	const char *why;
	enum text which;
	const char *part;
} names[] = {
	{ "the way to pay carries its address", TEXT_PAY, "{url}" },
	{ "the hint names /pay", TEXT_HINT, "/pay" },
	{ "the hint names /status", TEXT_HINT, "/status" },
	{ "the hint names /help", TEXT_HINT, "/help" },
	{ "the welcome names /pay", TEXT_WELCOME_HOW, "/pay" },
	{ "who is in may ask again", TEXT_ALREADY_PAID, "/help" },
	{ "who is not may pay", TEXT_STATUS_UNPAID, "/pay" },
	{ "who failed may pay again", TEXT_FAILED, "/pay" },
	{ "help for the unpaid names whom to write to", TEXT_HELP_UNPAID,
	    "{support}" },
	{ "a refund names whom to write to", TEXT_REFUNDED, "{support}" },
	{ "a bad link says what to do", TEXT_PAGE_BAD_ID_LEAD, "/pay" },
};

/* Commands and addresses are the same in every language. */
static void
names_it(void **state)
{
	const struct named *n = *state;

	for (int l = 0; l < LANGUAGE__COUNT; l++)
		check_has(text_plain_in((enum language)l, n->which), n->part);
}

static void
filled(void **state)
{
	char *contact;
	const char *help = text_fill(&mem, TEXT_HELP_UNPAID,
	    KV(kv_text("product", "P"), kv_text("support", "")));

	(void)state;
	/* A last line whose only hole was empty leaves no blank behind. */
	check_int(help[strlen(help) - 1], '.');
	check_has(help, "«P»");
	check_has(text_fill(&mem, TEXT_SUPPORT, KV(kv_text("contact", "@a"))),
	    ": @a");
	check_has(
	    text_fill(&mem, TEXT_SUPPORT, KV(kv_int("contact", -7))), ": -7");
	/* A hole without a value, with a null one, with another's name. */
	/* All of it, however long. */
	contact = arena_alloc(&mem, 20001);
	memset(contact, 'x', 20000);
	check_has(
	    text_fill(&mem, TEXT_SUPPORT, KV(kv_text("contact", contact))),
	    contact);
	check_lacks(text_fill(&mem, TEXT_SUPPORT, KV_NONE), "{");
	check_lacks(text_fill(&mem, TEXT_SUPPORT, KV(kv_null("contact"))), "{");
	check_lacks(
	    text_fill(&mem, TEXT_SUPPORT, KV(kv_text("cont", "x"))), "x");
	/* What a value holds is not filled again. */
	check_has(
	    text_fill(&mem, TEXT_SUPPORT,
		KV(kv_text("contact", "{product}"), kv_text("product", "P"))),
	    ": {product}");
}

/* ---- what is sold ---- */

static const struct kind {
	const char *why;
	enum language in;
	enum text which;
	int64_t kind;
	const char *part;
} kinds[] = {
	{ "to a club", LANGUAGE_UK, TEXT_STATUS_PAID, 1, "до клубу «P»" },
	{ "a club", LANGUAGE_UK, TEXT_WELCOME, 1, "Це клуб «P»" },
	{ "to a channel", LANGUAGE_UK, TEXT_STATUS_PAID, 2, "до каналу «P»" },
	{ "a course", LANGUAGE_UK, TEXT_WELCOME, 0, "Це курс «P»" },
	{ "in a club", LANGUAGE_PL, TEXT_INVITE, 1, "zamkniętym klubie „P”" },
	{ "of a channel", LANGUAGE_PL, TEXT_STATUS_PAID, 2, "do kanału „P”" },
	{ "of a club", LANGUAGE_DE, TEXT_COACH_NO_ACCESS, 1, "Clubs „P“" },
	{ "a channel", LANGUAGE_DE, TEXT_STATUS_PAID, 2, "zum Kanal „P“" },
	{ "English has one form", LANGUAGE_EN, TEXT_INVITE, 1, "club “P”" },
};

/* Nothing of a course is left in a sentence about a club. */
static void
names_kind(void **state)
{
	const struct kind *k = *state;
	const char *text = text_fill_in(k->in, &mem, k->which,
	    KV(kv_text("product", "P"), kv_int("kind", k->kind)));

	check_has(text, k->part);
	check_lacks(text, "{");
}

/* A shop's own words for it may be long: nothing is cut off. */
static void
names_kind_at_length(void **state)
{
	static struct texts own[LANGUAGE__COUNT];
	const char *words = arena_printf(&mem, "club of %0200d members", 7);

	(void)state;
	own[LANGUAGE_EN].forms[TEXT_KIND_CLUB][0] = words;
	text_set(LANGUAGE_UK, own);
	check_text(text_fill_in(LANGUAGE_EN, &mem, TEXT_WELCOME,
		       KV(kv_text("product", "P"), kv_int("kind", 1))),
	    arena_printf(&mem, "Hello! This is the %s “P”.", words));
	text_set(LANGUAGE_UK, NULL);
}

/* ---- beside a number ---- */

static const struct counted {
	const char *why;
	enum language in;
	int64_t n;
	const char *want;
} counted[] = {
	{ "one", LANGUAGE_UK, 1, "1 знак." },
	{ "a few", LANGUAGE_UK, 3, "3 знаки." },
	{ "many", LANGUAGE_UK, 500, "500 знаків." },
	{ "the teens are many", LANGUAGE_UK, 11, "11 знаків." },
	{ "twenty-one is as one", LANGUAGE_UK, 21, "21 знак." },
	{ "none is many", LANGUAGE_UK, 0, "0 знаків." },
	{ "below none", LANGUAGE_UK, -1, "-1 знак." },
	{ "the least there is", LANGUAGE_UK, INT64_MIN,
	    "-9223372036854775808 знаків." },
	{ "one", LANGUAGE_EN, 1, "1 character." },
	{ "many", LANGUAGE_EN, 2, "2 characters." },
	{ "twenty-one is many", LANGUAGE_EN, 21, "21 characters." },
	{ "the same word", LANGUAGE_DE, 1, "1 Zeichen." },
	{ "one", LANGUAGE_PL, 1, "1 znaku." },
	{ "twenty-one is many", LANGUAGE_PL, 21, "21 znakach." },
};

static void
counts(void **state)
{
	const struct counted *c = *state;

	check_has(text_count_in(c->in, &mem, TEXT_COACH_LONG, c->n,
		      KV(kv_int("limit", c->n))),
	    c->want);
}

static void
counts_without(void **state)
{
	(void)state;
	/* Without the number: as for many; a sentence that has one form. */
	check_has(
	    text_fill(&mem, TEXT_COACH_LONG, KV(kv_int("limit", 1))), "знаків");
	check_has(text_count(&mem, TEXT_COACH_LONG, 1, KV(kv_int("limit", 1))),
	    "1 знак.");
	check_text(
	    text_count(&mem, TEXT_SUPPORT, 1, KV(kv_text("contact", "@a"))),
	    "Потрібна допомога? Напишіть: @a");
}

/* ---- the shop's language, and its own words ---- */

static const struct texts own[LANGUAGE__COUNT] = {
	[LANGUAGE_DE] = { .forms = { [TEXT_MENU_PAY] = { "Kaufen" },
			      [TEXT_COACH_ENOUGH] = { "eine Frage",
				  "{amount} Fragen" } } },
};

static void
shop_speaks(void **state)
{
	struct kvs five = KV(kv_int("amount", 5));

	(void)state;
	check_int(text_language(), LANGUAGE_UK);
	check_text(text_plain(TEXT_MENU_PAY), "Оплатити доступ");
	text_set(LANGUAGE_DE, NULL);
	check_text(text_plain(TEXT_MENU_PAY), "Zugang bezahlen");
	check_has(text_fill(&mem, TEXT_SUPPORT, KV(kv_text("contact", "@a"))),
	    "Schreiben Sie an @a");
	text_set(LANGUAGE_DE, own);
	check_text(text_plain(TEXT_MENU_PAY), "Kaufen");
	check_text(
	    text_plain(TEXT_MENU_HELP), "Hilfe und der Link noch einmal");
	check_text(text_count(&mem, TEXT_COACH_ENOUGH, 1, five), "eine Frage");
	check_text(text_count(&mem, TEXT_COACH_ENOUGH, 5, five), "5 Fragen");
	check_text(
	    text_plain_in(LANGUAGE_UK, TEXT_MENU_PAY), "Оплатити доступ");
	text_set(LANGUAGE_UK, NULL);
}

int
main(void)
{
	ONE("texts", "none is missing or has blanks around", all_there);
	ONE("texts", "every hole is one of those filled", holes);
	ONE("texts", "each fits into a message", fits_into_a_message);
	ONE("texts", "whom to write to stands apart", support_apart);
	ONE("invite", "the link and /help", invite);
	ROWS("names", names_it, names);
	ONE("fill", "holes filled, once, and trimmed", filled);
	ROWS("kind", names_kind, kinds);
	ONE("kind", "in a shop's own long words", names_kind_at_length);
	ROWS("count", counts, counted);
	ONE("count", "without the number, and where there is none",
	    counts_without);
	ONE("shop", "its language, and its own words first", shop_speaks);
	return testing_run("text", NULL, NULL);
}
