/* The sentences of the product. */
#include "testing.h"

#include "base/buf.h"
#include "shop/text.c" /* the code under test, statics and all */

/* The holes that the code fills; nothing else may stand in braces. */
static const char *const known[] = { "amount", "products", "buyer", "order",
	"due", "payment", "chat", "what", "why", "product", "link", "url",
	"support", "contact", "until",

	"support", "contact", "number", "lesson", "helpline", "limit",
	"seconds" };

static bool
is_known(struct str hole)
{
	for (size_t i = 0; i < LENGTH(known); i++)
		if (str_eq(hole, known[i]))
			return true;
	return false;
}

static void
all_there(void **state)
{
	(void)state;
	for (int i = 0; i < TEXT__COUNT; i++) {
		if (uk[i] == NULL || uk[i][0] == '\0')
			fail_msg("text %d is missing", i);
		check_text(text_plain((enum text)i), uk[i]);
		if (str_trim(str_from(uk[i])).len != strlen(uk[i]))
			fail_msg("text %d has blanks at an end", i);
	}
}

static void
holes(void **state)
{
	(void)state;
	for (int i = 0; i < TEXT__COUNT; i++) {
		struct str rest = str_from(uk[i]);

		while (memchr(rest.p == NULL ? "" : rest.p, '{', rest.len)) {
			struct str hole;

			(void)str_cut(&rest, '{');
			hole = str_cut(&rest, '}');
			if (!is_known(hole))
				fail_msg("text %d: {%s} is filled by nobody", i,
				    arena_dup(&mem, hole));
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
	for (int i = 0; i < TEXT__COUNT; i++) {
		const char *text = text_fill(&mem, (enum text)i, all);
		size_t n = length_utf16(text);

		if (n < 1 || n > 4096)
			fail_msg("text %d has %d characters", i, (int)n);
		check_lacks(text, "{");
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
	{ "the welcome names /pay", TEXT_WELCOME, "/pay" },
	{ "who is in may ask again", TEXT_ALREADY_PAID, "/help" },
	{ "who is not may pay", TEXT_STATUS_UNPAID, "/pay" },
	{ "who failed may pay again", TEXT_FAILED, "/pay" },
	{ "help for the unpaid names whom to write to", TEXT_HELP_UNPAID,
	    "{support}" },
	{ "a refund names whom to write to", TEXT_REFUNDED, "{support}" },
	{ "a bad link says what to do", TEXT_PAGE_BAD_ID_LEAD, "/pay" },
};

static void
names_it(void **state)
{
	const struct named *n = *state;

	check_has(uk[n->which], n->part);
}

static void
fill(void **state)
{
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

int
main(void)
{
	ONE("texts", "none is missing or has blanks around", all_there);
	ONE("texts", "every hole is one of those filled", holes);
	ONE("texts", "each fits into a message", fits_into_a_message);
	ONE("invite", "the link and /help", invite);
	ROWS("names", names_it, names);
	ONE("fill", "holes filled, once, and trimmed", fill);
	return testing_run("text", NULL, NULL);
}
