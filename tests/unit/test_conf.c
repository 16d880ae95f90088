/* Admit's settings: what may stand in each, who needs it, what becomes of it. */
#include "testing.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

/* The account's home folder is one of ours. */
static struct passwd account;
#define getpwuid(uid) ((void)(uid), &account)
#include "base/settings.c"
#include "shop/conf.c" /* the code under test, statics and all */

static char home[64];

static int
make_home(void **state)
{
	(void)state;
	(void)snprintf(home, sizeof(home), "/tmp/admit-conf.XXXXXX");
	if (mkdtemp(home) == NULL)
		return -1;
	account.pw_dir = home;
	return 0;
}

static int
remove_home(void **state)
{
	char command[100];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", home);
	return system(command);
}

static const struct pair {
	const char *name, *value;
} complete[] = {
	{ "STRIPE_SECRET_KEY", "sk_test_KEYKEY" },
	{ "STRIPE_WEBHOOK_SECRET", "whsec_HOOKHOOK" },
	{ "TELEGRAM_BOT_TOKEN", "123:TOKENTOKEN" },
	{ "TELEGRAM_WEBHOOK_SECRET", "WORDWORD" },
	{ "PAID_CHANNEL_LINK", "https://t.me/+abc" },
	{ "BASE_URL", "https://pay.example.com" },
	{ "DATABASE_URL", "sqlite:/tmp/admit.db" },
};

static void
clear_environment(void)
{
	for (size_t i = 0; i < N_SETTINGS; i++)
		(void)unsetenv(rows[i].name);
	(void)unsetenv("DB_PATH");
	(void)unsetenv("ADMIT_CONF");
}

static void
set(const char *name, const char *value)
{
	if (value == NULL)
		(void)unsetenv(name);
	else
		(void)setenv(name, value, 1);
}

static void
set_all(void)
{
	clear_environment();
	for (size_t i = 0; i < LENGTH(complete); i++)
		set(complete[i].name, complete[i].value);
}

static struct conf conf;

static enum err
load(unsigned programs)
{
	return conf_load(&conf, &mem, programs, NULL);
}

static const char *
faults_text(void)
{
	struct buf b = buf_new(&mem, 1 << 20);

	for (size_t i = 0; i < conf.settings.n_faults; i++) {
		buf_text(&b, conf.settings.faults[i]);
		buf_text(&b, "\n");
	}
	return buf_str(&b).p;
}

/* ---- one value at a time ---- */

#define X16(s) s s s s s s s s s s s s s s s s

static const struct value {
	const char *why, *name, *value;
	const char *fault; /* a part of it; NULL: the value will do */
} values[] = {
	{ "a test key", "STRIPE_SECRET_KEY", "sk_test_1", NULL },
	{ "a live key", "STRIPE_SECRET_KEY", "sk_live_1", NULL },
	{ "a restricted key", "STRIPE_SECRET_KEY", "rk_test_1", NULL },
	{ "the publishable key", "STRIPE_SECRET_KEY", "pk_test_1",
	    "not a secret key" },
	{ "a key of no mode", "STRIPE_SECRET_KEY", "sk_1", "mode" },
	{ "a key of both modes", "STRIPE_SECRET_KEY", "sk_live_test_x_test_",
	    "mode" },
	{ "a key with a line end", "STRIPE_SECRET_KEY", "sk_test_1\n",
	    "blank" },
	{ "no key", "STRIPE_SECRET_KEY", NULL, "missing" },
	{ "an empty key", "STRIPE_SECRET_KEY", "", "empty" },
	{ "blanks for a key", "STRIPE_SECRET_KEY", "  ", "blank" },

	{ "an example's key", "STRIPE_SECRET_KEY", "sk_test_...",
	    "what an example had" },
	{ "an example's signing secret", "STRIPE_WEBHOOK_SECRET",
	    "whsec_xxxxxxxx", "what an example had" },
	{ "an example's token", "TELEGRAM_BOT_TOKEN", "123456:YOUR_TOKEN",
	    "what an example had" },
	{ "an example's word", "TELEGRAM_WEBHOOK_SECRET", "<a word>",
	    "what an example had" },
	{ "an example's link", "PAID_CHANNEL_LINK", "https://t.me/+...",
	    "what an example had" },

	{ "one signing secret", "STRIPE_WEBHOOK_SECRET", "whsec_a", NULL },
	{ "two, while one is rolled", "STRIPE_WEBHOOK_SECRET",
	    "whsec_a,whsec_b", NULL },
	{ "a blank after the comma", "STRIPE_WEBHOOK_SECRET",
	    "whsec_a, whsec_b", "blank" },
	{ "a comma at the end", "STRIPE_WEBHOOK_SECRET", "whsec_a,", "comma" },
	{ "a comma first", "STRIPE_WEBHOOK_SECRET", ",whsec_a", "empty" },
	{ "two commas", "STRIPE_WEBHOOK_SECRET", "whsec_a,,whsec_b", "empty" },
	{ "a comma alone", "STRIPE_WEBHOOK_SECRET", ",", "comma" },
	{ "no signing secret", "STRIPE_WEBHOOK_SECRET", "", "empty" },
	{ "a tab inside", "STRIPE_WEBHOOK_SECRET", "whsec_\ta", "blank" },

	{ "a bot's token", "TELEGRAM_BOT_TOKEN", "123:A-b_9", NULL },
	{ "a token that would leave its path", "TELEGRAM_BOT_TOKEN",
	    "123:a/../b", "bot token" },
	{ "a token with a query", "TELEGRAM_BOT_TOKEN", "1:a?b=c",
	    "bot token" },
	{ "a token with a line end", "TELEGRAM_BOT_TOKEN", "1:a\r\n",
	    "bot token" },

	{ "a word of one's own", "TELEGRAM_WEBHOOK_SECRET", "A-b_9", NULL },
	{ "256 characters", "TELEGRAM_WEBHOOK_SECRET", X16("aaaaaaaaaaaaaaaa"),
	    NULL },
	{ "257 characters", "TELEGRAM_WEBHOOK_SECRET",
	    X16("aaaaaaaaaaaaaaaa") "a", "256" },
	{ "what Telegram refuses", "TELEGRAM_WEBHOOK_SECRET", "a.b", "256" },

	{ "an invite link", "PAID_CHANNEL_LINK", "https://t.me/+a", NULL },
	{ "the app's own form", "PAID_CHANNEL_LINK", "tg://join?invite=a",
	    NULL },
	{ "a name of a channel", "PAID_CHANNEL_LINK", "@course", "https://" },
	{ "a script", "PAID_CHANNEL_LINK", "javascript:alert(1)", "https://" },
	{ "plain http", "PAID_CHANNEL_LINK", "http://t.me/+a", "https://" },
	{ "a quote would end the attribute", "PAID_CHANNEL_LINK",
	    "https://t.me/\"x", "quote" },

	{ "an address", "BASE_URL", "https://pay.example.com", NULL },
	{ "with a port and a folder", "BASE_URL",
	    "https://example.com:8443/shop", NULL },
	{ "this machine, for tests", "BASE_URL", "http://127.0.0.1:8080",
	    NULL },
	{ "plain http to the world", "BASE_URL", "http://example.com",
	    "https://" },
	{ "no scheme", "BASE_URL", "pay.example.com", "https://" },
	{ "a site of one's own", "SITE_URL", "https://example.com/shop", NULL },
	{ "the site would lead to itself", "SITE_URL",
	    "https://pay.example.com/", "is BASE_URL" },
	{ "a site without https", "SITE_URL", "http://example.com",
	    "https://" },
	{ "no host", "BASE_URL", "https://", "https://" },
	{ "another scheme", "BASE_URL", "ftp://example.com", "https://" },
	{ "a query", "BASE_URL", "https://example.com/?a=b", "'?'" },
	{ "a fragment", "BASE_URL", "https://example.com/#a", "'#'" },
	{ "a line end would begin a header", "BASE_URL",
	    "https://example.com\r\nX: y", "blank" },
	{ "a name that only begins like this machine", "BASE_URL",
	    "http://127.0.0.1.example.com", "https://" },
	{ "this machine as a user's name", "BASE_URL",
	    "http://localhost@example.com", "https://" },

	{ "a file", "DATABASE_URL", "sqlite:/srv/admit.db", NULL },
#ifdef HAVE_LIBPQ
	{ "a server", "DATABASE_URL", "postgresql://localhost/admit", NULL },
	{ "its other name", "DATABASE_URL", "postgres:///admit?host=/run",
	    NULL },
	{ "a server by a name alone", "DATABASE_URL", "postgresql:admit",
	    "postgresql://" },
#else
	{ "PostgreSQL", "DATABASE_URL", "postgresql://localhost/admit",
	    "PostgreSQL" },
#endif
	{ "a schema", "DB_SCHEMA", "shop_1", NULL },
	{ "one with a quote", "DB_SCHEMA", "a\"b", "letters" },
	{ "a prepared statement is there or is not", "DB_PREPARE", "2",
	    "whole number" },
	{ "a folder for the worker", "WORKER_FOLDER", "/run/admit", NULL },
	{ "one that is somewhere", "WORKER_FOLDER", "admit", "full path" },
	{ "a relative path", "DATABASE_URL", "sqlite:admit.db", "full path" },
	{ "a folder", "DATABASE_URL", "sqlite:/srv/", "full path" },
	{ "no path", "DATABASE_URL", "sqlite:", "full path" },
	{ "memory", "DATABASE_URL", "sqlite::memory:", "full path" },
	{ "another database", "DATABASE_URL", "mysql://localhost/x",
	    "full path" },
	{ "a control character", "DATABASE_URL", "sqlite:/srv/\x01.db",
	    "control character" },

	{ "a name in any language", "PRODUCT_NAME", "10 кроків до щастя",
	    NULL },
	{ "a name of two lines", "PRODUCT_NAME", "a\nb", "control character" },

	{ "cents", "PRICE_AMOUNT", "1", NULL },
	{ "the highest that Stripe takes", "PRICE_AMOUNT", "99999999", NULL },
	{ "more than that", "PRICE_AMOUNT", "100000000", "whole number" },
	{ "for nothing", "PRICE_AMOUNT", "0", "whole number" },
	{ "euros and cents", "PRICE_AMOUNT", "9.99",
	    "minor units, so for 9.99 EUR write 999" },
	{ "with a comma", "PRICE_AMOUNT", "9,99", "write 999" },
	{ "one decimal", "PRICE_AMOUNT", "9.5", "for 9.50 EUR write 950" },
	{ "thousands, or what?", "PRICE_AMOUNT", "1,000", "whole number" },
	{ "negative", "PRICE_AMOUNT", "-1", "whole number" },
	{ "a word", "PRICE_AMOUNT", "ten", "whole number" },
	{ "a leading zero", "PRICE_AMOUNT", "0999", "whole number" },

	{ "a currency", "PRICE_CURRENCY", "uah", NULL },
	{ "in capitals", "PRICE_CURRENCY", "EUR", NULL },
	{ "a sign", "PRICE_CURRENCY", "€", "three-letter" },
	{ "two letters", "PRICE_CURRENCY", "eu", "three-letter" },
	{ "four letters", "PRICE_CURRENCY", "euro", "three-letter" },

	{ "Stripe's page in Hindi", "CHECKOUT_LOCALE", "hi-IN", NULL },
	{ "in Ukrainian, which it has not", "CHECKOUT_LOCALE", "uk",
	    "must be auto" },
	{ "a part of one", "CHECKOUT_LOCALE", "I", "must be auto" },

	{ "a price at Stripe", "STRIPE_PRICE_ID", "price_1Abc", NULL },
	{ "a product is no price", "STRIPE_PRICE_ID", "prod_1Abc", "price_" },
	{ "a price that would leave its path", "STRIPE_PRICE_ID",
	    "price_1/../x", "price_" },

	{ "two operators", "ADMIN_TG_IDS", "5, 4503599627370496", NULL },
	{ "a number that no person has", "ADMIN_TG_IDS", "4503599627370497",
	    "numbers with commas" },
	{ "nobody's", "WHITELIST_TG_IDS", "5,0", "numbers with commas" },
	{ "a group's", "WHITELIST_TG_IDS", "-1001", "numbers with commas" },

	{ "a contact", "SUPPORT_CONTACT", "@coach", NULL },
	{ "a contact of two lines", "SUPPORT_CONTACT", "a\rb",
	    "control character" },

	{ "a stand-in on this machine", "STRIPE_API_BASE",
	    "http://127.0.0.1:9000", NULL },
	{ "a key would travel in the clear", "STRIPE_API_BASE",
	    "http://stripe.example.com", "https://" },
	{ "a token would travel in the clear", "TELEGRAM_API_BASE",
	    "http://telegram.example.com", "https://" },

	{ "no workers", "WORKERS", "0", NULL },
	{ "64 workers", "WORKERS", "64", NULL },
	{ "65 workers", "WORKERS", "65", "whole number" },
	{ "half a worker", "WORKERS", "0.5", "whole number" },

	{ "a language", "SHOP_LANGUAGE", "de", NULL },
	{ "with a country", "SHOP_LANGUAGE", "de-AT", NULL },
	{ "one without texts", "SHOP_LANGUAGE", "fr", "uk, en, de or pl" },
	{ "words by a path that is not whole", "TEXTS_FILE", "de.po",
	    "full path" },

	{ "no trial", "TRIAL_DAYS", "0", NULL },
	{ "a trial of what is paid once", "TRIAL_DAYS", "7", "PRICE_EVERY" },
	{ "a trial of years", "TRIAL_DAYS", "731", "730" },

	{ "a level", "LOG_LEVEL", "warn", NULL },
	{ "an unknown level", "LOG_LEVEL", "loud", "debug" },
	{ "a level in capitals", "LOG_LEVEL", "INFO", "debug" },
};

static void
value(void **state)
{
	const struct value *v = *state;

	set_all();
	set(v->name, v->value);
	check_err(load(PROGRAM_ALL), v->fault == NULL ? ERR_OK : ERR_CONFIG);
	check_int(conf.settings.n_faults, v->fault == NULL ? 0 : 1);
	if (v->fault == NULL)
		return;
	check_has(conf.settings.faults[0], v->fault);
	check_int(
	    strncmp(conf.settings.faults[0], v->name, strlen(v->name)), 0);
	check_int(conf.settings.faults[0][strlen(v->name)], ' ');
}

static const struct odd {
	const char *why, *amount, *currency, *note, *fault;
} odds[] = {
	{ "as ever", "999", "eur", NULL, NULL },
	{ "a cent", "1", "eur", "0.01 EUR: below 0.50 EUR", NULL },
	{ "a currency that is none", "999", "plz", "no currency", NULL },
	{ "Stars as a currency", "999", "XTR", NULL, "Telegram Stars" },
	{ "hundredths of a krona", "999", "ISK", NULL, "must end in 00" },
	{ "one of which no least is named", "1", "uah", NULL, NULL },
};

/* What may be meant is taken all the same. */
static void
oddity(void **state)
{
	const struct odd *o = *state;

	set_all();
	set("PRICE_AMOUNT", o->amount);
	set("PRICE_CURRENCY", o->currency);
	check_err(load(PROGRAM_ALL), o->fault == NULL ? ERR_OK : ERR_CONFIG);
	check_int(conf.settings.n_faults, o->fault != NULL);
	if (o->fault != NULL)
		check_has(conf.settings.faults[0], o->fault);
	check_int(conf.settings.n_notes, o->note != NULL);
	if (o->note != NULL)
		check_has(conf.settings.notes[0], o->note);
	check_int(conf.price_amount_minor, atoi(o->amount));
}

/* What nobody asked for is not judged. */
static void
price_of_others(void **state)
{
	(void)state;
	set_all();
	set("PRICE_AMOUNT", "9.99");
	check_err(load(PROGRAM_LEDGER), ERR_OK);
	check_int(conf.settings.n_notes, 0);
	set("PRICE_AMOUNT", "9.99");
	set("PRICE_CURRENCY", "JPY");
	check_err(load(PROGRAM_PAY), ERR_CONFIG);
	check_lacks(conf.settings.faults[0], "minor");
}

/* ---- what becomes of the values ---- */

static const struct path {
	const char *why, *name, *value, *want;
} paths[] = {
	{ "sqlite: and a path", "DATABASE_URL", "sqlite:/srv/a.db",
	    "/srv/a.db" },
	{ "the form of other tools", "DATABASE_URL", "sqlite:///srv/a.db",
	    "/srv/a.db" },
	{ "a bare path", "DATABASE_URL", "/srv/a.db", "/srv/a.db" },
	{ "the old name", "DB_PATH", "/srv/old.db", "/srv/old.db" },
};

static void
database_path(void **state)
{
	const struct path *p = *state;

	set_all();
	set("DATABASE_URL", NULL);
	set(p->name, p->value);
	check_err(load(PROGRAM_LEDGER), ERR_OK);
	check_text(conf.database_path, p->want);
}

/* ---- a server's database ---- */

#ifdef HAVE_LIBPQ

static const char *
placed(const char *url, const char *schema)
{
	set_all();
	set("WORKER_FOLDER", "/srv/w/");
	set("DATABASE_URL", url);
	set("DB_SCHEMA", schema);
	check_err(load(PROGRAM_LEDGER), ERR_OK);
	check_text(conf.database, url);
	assert_true(conf.database_is_server);
	return arena_dup_text(&mem, conf.database_path);
}

/* Each database has a worker of its own, whoever logs in there. */
static void
places(void **state)
{
	const char *here = placed("postgresql://a:one@h/d", NULL);

	(void)state;
	assert_true(str_starts(str_from(here), "/srv/w/postgresql-"));
	check_text(placed("postgresql://b:two@h/d", NULL), here);
	assert_string_not_equal(placed("postgresql://a:one@h/e", NULL), here);
	assert_string_not_equal(placed("postgresql://a:one@h/d", "s"), here);
	assert_string_not_equal(
	    placed("postgresql://a:one@h/d?port=1", NULL), here);
}

/* At a server one computes while another waits; at a file they would. */
static void
shared_work(void **state)
{
	static const struct {
		const char *url, *n;
		long want;
	} wanted[] = {
		{ "postgresql://h/d", "1", 2 },
		{ "postgresql://h/d", "3", 3 },
		{ "postgresql://h/d", "0", 0 },
		{ "sqlite:/tmp/admit.db", "1", 1 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(wanted); i++) {
		set_all();
		set("DATABASE_URL", wanted[i].url);
		set("WORKERS", wanted[i].n);
		check_err(load(PROGRAM_WEBHOOK), ERR_OK);
		assert_int_equal(conf.n_workers, wanted[i].want);
	}
}

static void
no_home(void **state)
{
	(void)state;
	set_all();
	set("DATABASE_URL", "postgresql://h/d");
	set("WORKER_FOLDER", "~/w");
	check_err(load(PROGRAM_LEDGER), ERR_CONFIG);
	check_has(faults_text(), "WORKER_FOLDER must be a full path");
	/* Who keeps to a file is not asked for it. */
	set("DATABASE_URL", "sqlite:/tmp/admit.db");
	check_err(load(PROGRAM_LEDGER), ERR_OK);
}

static const struct shown {
	const char *why, *url, *want;
} showns[] = {
	{ "without who logs in", "postgresql://me:word@h:5/d",
	    "postgresql://h:5/d" },
	{ "nor by options", "postgresql://h/d?password=word",
	    "postgresql://h/d" },
	{ "by one name", "postgres://h/d", "postgresql://h/d" },
	{ "by a socket", "postgresql:///d?host=/run", "postgresql:///d" },
};

static void
shown(void **state)
{
	const struct shown *s = *state;

	(void)placed(s->url, NULL);
	check_text(conf_ledger_name(&conf, &mem), s->want);
}

#endif

static void
new_name_wins(void **state)
{
	(void)state;
	set_all();
	set("DB_PATH", "/srv/old.db");
	check_err(load(PROGRAM_LEDGER), ERR_OK);
	check_text(conf.database_path, "/tmp/admit.db");
}

static void
default_database(void **state)
{
	const char *want =
	    arena_printf(&mem, "%s/.local/share/admit/admit.db", home);

	(void)state;
	clear_environment();
	check_err(load(PROGRAM_LEDGER), ERR_OK);
	check_text(conf.database_path, want);
	/* Its folder is made by whoever makes the ledger, and private. */
	want = arena_printf(&mem, "%s/.local", home);
	check_int(access(want, F_OK), -1);
	conf_make_folder(&conf);
	check_int(
	    access(arena_printf(&mem, "%s/share/admit", want), W_OK | X_OK), 0);
}

static void
defaults(void **state)
{
	(void)state;
	set_all();
	check_err(load(PROGRAM_ALL), ERR_OK);
	check_int(conf.price_amount_minor, 999);
	check_text(conf.price_currency, "eur");
	check_text(conf.stripe_price_id, NULL);
	check_text(conf.support_contact, NULL);
	check_text(conf.stripe_api_base, "https://api.stripe.com");
	check_text(conf.telegram_api_base, "https://api.telegram.org");
	check_int(conf.n_workers, 0);
	check_int(conf.log_level, LOG_INFO);
	assert_false(conf.livemode);
}

static void
tidied(void **state)
{
	(void)state;
	set_all();
	set("BASE_URL", "https://example.com/shop//");
	set("PRICE_CURRENCY", "UAH");
	set("STRIPE_SECRET_KEY", "rk_live_1");
	set("LOG_LEVEL", "error");
	check_err(load(PROGRAM_ALL), ERR_OK);
	check_text(conf.base_url, "https://example.com/shop");
	check_text(conf.price_currency, "uah");
	assert_true(conf.livemode);
	check_int(conf.log_level, LOG_ERROR);
}

/* ---- who needs what ---- */

static const struct demand {
	const char *why;
	unsigned programs;
	const char *missing[8];
} demands[] = {
	{ "pay", PROGRAM_PAY,
	    { "STRIPE_SECRET_KEY", "PAID_CHANNEL_LINK", "BASE_URL" } },
	{ "webhook calls nobody but must know the mode", PROGRAM_WEBHOOK,
	    { "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET" } },
	{ "tgupdate", PROGRAM_TGUPDATE,
	    { "TELEGRAM_WEBHOOK_SECRET", "BASE_URL" } },
	{ "the worker", PROGRAM_WORKER,
	    { "STRIPE_SECRET_KEY", "TELEGRAM_BOT_TOKEN", "PAID_CHANNEL_LINK",
		"BASE_URL" } },
	{ "the ledger alone needs nothing", PROGRAM_LEDGER, { NULL } },
	{ "all at once, each fault once", PROGRAM_ALL,
	    { "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET",
		"TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET",
		"PAID_CHANNEL_LINK", "BASE_URL" } },
};

static void
demand(void **state)
{
	const struct demand *d = *state;
	size_t n = 0;

	clear_environment();
	set("DATABASE_URL", "sqlite:/tmp/a.db");
	(void)load(d->programs);
	for (; d->missing[n] != NULL; n++)
		check_has(faults_text(),
		    arena_printf(&mem, "%s is missing", d->missing[n]));
	check_int(conf.settings.n_faults, n);
}

static void
not_asked(void **state)
{
	(void)state;
	set_all();
	set("TELEGRAM_BOT_TOKEN", "no token at all");
	check_err(load(PROGRAM_WEBHOOK), ERR_OK);
	check_err(load(PROGRAM_WORKER), ERR_CONFIG);
}

static const char *const leaky[] = { "STRIPE_SECRET_KEY",
	"STRIPE_WEBHOOK_SECRET", "TELEGRAM_BOT_TOKEN",
	"TELEGRAM_WEBHOOK_SECRET" };

static void
no_secret_is_told(void **state)
{
	(void)state;
	set_all();
	for (size_t i = 0; i < LENGTH(leaky); i++)
		set(leaky[i], "S3CRET S3CRET");
	check_err(load(PROGRAM_ALL), ERR_CONFIG);
	check_int(conf.settings.n_faults, 4);
	check_lacks(faults_text(), "S3CRET");
}

/* ---- the environment of a program that is started ---- */

static const char *
write_file(const char *path, const char *content, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	(void)fputs(content, f);
	(void)fclose(f);
	(void)chmod(path, mode);
	return path;
}

static void
environment(void **state)
{
	char **env;
	size_t n = 0, found = 0;

	(void)state;
	set_all();
	set("SUPPORT_CONTACT", "@coach");
	set("ADMIT_CONF",
	    write_file(
		arena_printf(&mem, "%s/conf", home), "LOG_LEVEL=warn\n", 0600));
	(void)setenv("LD_PRELOAD_NOT", "x", 1);
	check_err(load(PROGRAM_WEBHOOK), ERR_OK);
	for (env = settings_environ(&conf.settings, &mem); env[n] != NULL; n++)
		for (size_t i = 0; i < 7; i++)
			found +=
			    strcmp(env[n],
				arena_printf(&mem, "%s=%s", complete[i].name,
				    complete[i].value)) == 0;
	check_int(found, 7); /* those of other programs too */
	/* and the contact, the level, the file and PATH: nothing else */
	check_int(n, 7 + 4);
	set("PATH", "/opt/x");
	check_text(
	    settings_environ(&conf.settings, &mem)[n - 1], "PATH=/opt/x");
	set("PATH", NULL);
	check_text(settings_environ(&conf.settings, &mem)[n - 1],
	    "PATH=/usr/local/bin:/usr/bin:/bin");
}

/* ---- what the help says ---- */

static void
described(void **state)
{
	const char *name, *dflt, *meaning;
	bool required;
	size_t n = 0;

	(void)state;
	for (; conf_describe(n, &name, &dflt, &meaning, &required); n++) {
		assert_true(name[0] != '\0' && meaning[0] != '\0');
		assert_non_null(dflt);
		if (required) /* what must be given has no default */
			check_text(dflt, "");
	}
	check_int(n, N_SETTINGS);
}

int
main(void)
{
	ROWS("value", value, values);
	ROWS("a price that is odd", oddity, odds);
	ONE("price", "judged of those who use it", price_of_others);
	ROWS("database", database_path, paths);
#ifdef HAVE_LIBPQ
	ROWS("a server's database", shown, showns);
	ONE("a server's database", "has a place of its own", places);
	ONE("a server's database", "has no place without a home", no_home);
	ONE("a server's database", "is worked at by two", shared_work);
#endif
	ROWS("demand", demand, demands);
	ONE("database", "the new name wins", new_name_wins);
	ONE("database", "by default in the account's home", default_database);
	ONE("value", "defaults", defaults);
	ONE("value", "kept in another form", tidied);
	ONE("demand", "what a program does not use is not checked", not_asked);
	ONE("faults", "tell no secret", no_secret_is_told);
	ONE("environ", "the settings and PATH, nothing else", environment);
	ONE("describe", "every setting", described);
	return testing_run("conf", make_home, remove_home);
}
