/* Commands at the beginning of a text. */
#include "testing.h"

#include "telegram/command.h"

static const struct command {
	const char *why, *text;
	bool want;
} commands[] = {
	{ "the command", "/pay", true },
	{ "with the bot's name", "/pay@our_bot", true },
	{ "with a word behind it", "/pay now", true },
	{ "with both", "/pay@our_bot now", true },
	{ "in capitals, as keyboards write", "/Pay", true },
	{ "blanks around", "  /pay \n", true },
	{ "a line behind it", "/pay\nplease", true },
	{ "a tab behind it", "/pay\tplease", true },
	{ "a longer command", "/payment", false },
	{ "the beginning of it", "/pa", false },
	{ "without the slash", "pay", false },
	{ "in the middle", "please /pay", false },
	{ "two slashes", "//pay", false },
	{ "another alphabet", "/р\u0430y", false },
	{ "empty", "", false },
	{ "null", NULL, false },
};

static void
command(void **state)
{
	const struct command *c = *state;

	check_int(tg_is_command(c->text, "/pay"), c->want);
}

static const struct mine {
	const char *why, *text, *name, *bot, *rest;
} mines[] = {
	{ "alone", "/pay", "/pay", "", "" },
	{ "somebody's", "/ask@our_bot Як?", "/ask", "our_bot", "Як?" },
	{ "words behind it", "/ask  що це?\nі так", "/ask", "",
	    "що це?\nі так" },
	{ "a blank that does not break", "/ask\xc2\xa0що?", "/ask", "",
	    "\xc2\xa0що?" },
	{ "a sign behind it", "/pay.", "/pay", "", "." },
	{ "unseen signs around", "\xef\xbb\xbf\xe2\x80\x8b /pay\xe2\x80\x8b",
	    "/pay", "", "" },
	{ "letters of another alphabet go on", "/payй", "", "", "/payй" },
	{ "a path", "/pay/x", "", "", "/pay/x" },
	{ "a slash alone", "/ pay", "", "", "/ pay" },
	{ "an at alone", "/pay@", "/pay", "", "" },
	{ "no command", " слова ", "", "", "слова" },
	{ "nothing", NULL, "", "", "" },
};

static void
whose(void **state)
{
	const struct mine *m = *state;
	struct tg_command c = tg_command(m->text);

	check_str(c.name, m->name);
	check_str(c.bot, m->bot);
	check_str(c.rest, m->rest);
}

int
main(void)
{
	ROWS("command", command, commands);
	ROWS("command, parts", whose, mines);
	return testing_run("command", NULL, NULL);
}
