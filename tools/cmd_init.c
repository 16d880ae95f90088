/* admit init: from nothing to a shop that sells. It asks for what only a person
 * can know, makes up the rest, and goes through the steps of the setup. */
#include "setup.h"

#include "base/array.h"
#include "base/crypto.h"
#include "base/file.h"
#include "settings_file.h"
#include "shop/conf_check.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define MAX_ANSWER 1024
#define SECRET_BYTES 24

/* A secret is never an argument, which every account of the host can read: it
 * comes from a file, the terminal, standard input or the environment. */
static const struct asked {
	const char *name, *option;
	enum command_option key;
	const char *question;
	bool is_secret;
	const char *(*check)(const char *value);
} asked[] = {
	{ "STRIPE_SECRET_KEY", "--stripe-key-file", OPTION_STRIPE_KEY_FILE,
	    "Stripe's secret key (Developers, API keys)", true,
	    conf_check_stripe_key },
	{ "TELEGRAM_BOT_TOKEN", "--bot-token-file", OPTION_BOT_TOKEN_FILE,
	    "The bot's token, from @BotFather", true, conf_check_bot_token },
	{ "BASE_URL", "--address", OPTION_ADDRESS,
	    "Where the world reaches this server (https://...)", false,
	    conf_check_base_url },
};

static const char *const made_up[] = { "TELEGRAM_WEBHOOK_SECRET",
	"PAY_LINK_SECRET" };

/* Without what is typed on the screen: somebody may look over the shoulder.
 * That is seen to before the question stands there, or whoever pastes the
 * answer at once would see it shown, and lost. */
static bool
read_line(const struct asked *q, char *line)
{
	bool is_secret = q->is_secret;
	struct termios shown, hidden;
	bool hides = is_secret && tcgetattr(STDIN_FILENO, &shown) == 0;
	bool ok;

	if (hides) {
		hidden = shown;
		hidden.c_lflag &= ~(tcflag_t)ECHO;
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	}
	if (isatty(STDIN_FILENO))
		printf("%s%s: ", q->question, is_secret ? ", not shown" : "");
	(void)fflush(stdout);
	ok = fgets(line, MAX_ANSWER, stdin) != NULL;
	if (hides) {
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
		puts("");
	}
	return ok;
}

static const char *
trimmed(struct arena *a, struct str text)
{
	return arena_dup(a, str_trim(text));
}

/* A person gets to try again, a script does not: it would go round for ever. */
static const char *
ask(struct arena *a, const struct asked *q)
{
	bool is_person = isatty(STDIN_FILENO);
	char line[MAX_ANSWER];
	const char *value, *wrong;

	do {
		if (!read_line(q, line))
			return NULL;
		value = trimmed(a, str_from(line));
		memset(line, 0, sizeof(line));
		wrong = value[0] == '\0' ? "is empty" : q->check(value);
		if (wrong != NULL)
			printf("%s %s\n", q->name, wrong);
	} while (wrong != NULL && is_person);
	return wrong == NULL ? value : NULL;
}

/* What an option says; "" where it names nothing that will do, which is
 * said. */
static const char *
from_option(struct arena *a, const struct asked *q, const char *given)
{
	struct str text = str_from(given);
	const char *value, *wrong;

	if (q->is_secret && !file_read(a, given, MAX_ANSWER, &text)) {
		printf("%s: the file %s cannot be read\n", q->option, given);
		return "";
	}
	value = trimmed(a, text);
	wrong = value[0] == '\0' ? "is empty" : q->check(value);
	if (wrong != NULL)
		printf("%s %s\n", q->name, wrong);
	return wrong == NULL ? value : "";
}

static bool
put(struct arena *a, const char *file, const char *name, const char *value)
{
	const char *fault = settings_file_set(a, file, name, value);

	if (fault != NULL)
		lines_say("FAIL", "settings", fault, "then run this again");
	else
		lines_say("ok", "settings",
		    arena_printf(a, "%s is in %s", name, file), NULL);
	return fault == NULL;
}

/* What the file has stays; what the environment has goes into it, for the
 * programs that get no environment. */
static bool
settle(struct app *app, struct arena *a, const char *file,
    const struct asked *q, const char *given)
{
	const char *value = settings_given(&app->conf.settings, q->name);

	if (settings_file_has(a, file, q->name)) {
		lines_say("ok", "settings",
		    arena_printf(a, "%s is there, and stays", q->name), NULL);
		return true;
	}
	if (given != NULL && strcmp(given, "-") != 0)
		value = from_option(a, q, given);
	else if (value == NULL || given != NULL)
		value = ask(a, q);
	if (value == NULL)
		printf("%s is missing: say it by %s,\n"
		       "on standard input or in the environment\n",
		    q->name, q->option);
	return value != NULL && value[0] != '\0' &&
	    put(a, file, q->name, value);
}

static bool
make_up(struct app *app, struct arena *a, const char *file, const char *name)
{
	unsigned char chance[SECRET_BYTES];
	char text[2 * SECRET_BYTES + 1];
	const char *value = settings_given(&app->conf.settings, name);

	if (settings_file_has(a, file, name))
		return true;
	if (value == NULL && random_bytes(chance, sizeof(chance)) != ERR_OK)
		return false;
	if (value == NULL) {
		hex_encode(chance, sizeof(chance), text);
		value = text;
	}
	return put(a, file, name, value);
}

static bool
fill_in(struct app *app, struct arena *a, const struct args *args)
{
	const char *file;
	bool ok = true;

	/* That they are not complete is why we are here. */
	cmd_anew(app, PROGRAM_SETUP | PROGRAM_LEDGER);
	(void)cmd_ready(app);
	file = settings_place(&app->conf.settings, a);
	if (file == NULL) {
		puts("This account has no home for a settings file: name one "
		     "in ADMIT_CONF.");
		return false;
	}
	file = arena_dup_text(a, file);
	for (size_t i = 0; ok && i < LENGTH(asked); i++)
		ok =
		    settle(app, a, file, &asked[i], args->option[asked[i].key]);
	for (size_t i = 0; ok && i < LENGTH(made_up); i++)
		ok = make_up(app, a, file, made_up[i]);
	return ok;
}

/* A shop that sells one link for all goes on doing so, until it is told
 * otherwise by the step alone. */
static bool
channel_if_none(struct setup *s)
{
	if (settings_given(&s->app->conf.settings, "PAID_CHANNEL_LINK") == NULL)
		return setup_channel(s);
	lines_say("ok", "channel",
	    "PAID_CHANNEL_LINK stays; `admit setup channel` gives each buyer a "
	    "link of their own",
	    NULL);
	return true;
}

/* In the order in which each needs the one before. */
static bool
go_through(struct app *app)
{
	static bool (*const steps[])(struct setup *) = { setup_stripe,
		setup_telegram, setup_operator, channel_if_none };
	struct setup s;
	bool ok = setup_begin(&s, app);

	for (size_t i = 0; ok && i < LENGTH(steps); i++)
		ok = steps[i](&s);
	setup_end(&s);
	if (!ok)
		puts("\nIt stops here. Run `admit init` again when that is "
		     "mended:\nit goes on where it was.");
	return ok;
}

/* By the operator's own number, so that the invite comes to them. The programs
 * have been running: the bot has just heard through them. */
static void
say_ready(const struct app *app)
{
	struct str ids = str_from(app->conf.admin_tg_ids);
	struct str first = str_trim(str_cut(&ids, ','));

	printf(
	    "\nReady. If the settings were changed just now, restart the web "
	    "server first:\nprograms that run go by what they read before. "
	    "Then, to buy%s,\nsend /pay to the bot, or follow:\n\n"
	    "  %s/pay?tg_id=%.*s\n\n%s"
	    "What is sold for how much: PRODUCT_NAME, PRICE_AMOUNT and "
	    "PRICE_CURRENCY\nin the settings.\n",
	    app->conf.livemode ? " with real money" : " with a test card",
	    app->conf.base_url, (int)first.len, first.p,
	    app->conf.livemode ? "" :
				 "The card is 4242 4242 4242 4242, any day to "
				 "come, any three digits.\n");
}

int
cmd_init(struct app *app, const struct args *args)
{
	const struct args none = { .command = args->command };
	struct arena a = { 0 };
	int status = 1;
	bool ok;

	ok = fill_in(app, &a, args) && go_through(app);
	arena_free(&a);
	if (!ok)
		return 1;
	puts("");
	/* As every program needs them now. */
	cmd_anew(app, PROGRAM_ALL);
	status = cmd_check(app, &none);
	if (status == 0)
		say_ready(app);
	return status;
}
