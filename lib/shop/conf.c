/* Admit's settings: a row each. */
#include "shop/conf.h"

#include "base/array.h"
#include "base/log.h"
#include "base/settings_check.h"
#include "base/str.h"
#include "shop/conf_check.h"
#include "shop/language.h"
#include "shop/price.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { OPTIONAL = 0, REQUIRED = 1 };
#define PAY PROGRAM_PAY
#define HOOK PROGRAM_WEBHOOK
#define BOT PROGRAM_TGUPDATE
#define WORK PROGRAM_WORKER
#define SETUP PROGRAM_SETUP
#define TEXT_AT(field) offsetof(struct conf, field), 0, 0
#define INT_AT(field, low, high) offsetof(struct conf, field), low, high

/* A shop of many subscribers has more renewals than anybody reads. */
#define NOTIFY_MOST "sale,failure,end,refund,dispute"

/* Where a default is missing and the setting is required, the meaning tells
 * where to get it. */
static const struct setting rows[] = {
	{ "STRIPE_SECRET_KEY", conf_check_stripe_key,
	    TEXT_AT(stripe_secret_key), PAY | HOOK | WORK | SETUP, REQUIRED, "",
	    "Stripe: Developers, API keys; what a restricted key needs "
	    "stands in deploy/README.md" },
	{ "STRIPE_WEBHOOK_SECRET", conf_check_secret_list,
	    TEXT_AT(stripe_webhook_secret), HOOK, REQUIRED, "",
	    "Stripe: Developers, Webhooks, your endpoint, Signing secret; "
	    "several with commas, while one is being rolled or for two "
	    "endpoints" },
	{ "TELEGRAM_BOT_TOKEN", conf_check_bot_token,
	    TEXT_AT(telegram_bot_token), WORK | SETUP, REQUIRED, "",
	    "from @BotFather" },
	{ "TELEGRAM_WEBHOOK_SECRET", conf_check_header_token,
	    TEXT_AT(telegram_webhook_secret), BOT | SETUP, REQUIRED, "",
	    "a word of your own that only Telegram and you know, such as what "
	    "`openssl rand -hex 24` prints" },
	{ "PAID_CHANNEL_LINK", conf_check_channel_link,
	    TEXT_AT(paid_channel_link), PAY | WORK, OPTIONAL, "",
	    "the private channel's invite link, https://t.me/+...; this, "
	    "PAID_CHANNEL_ID or PRODUCTS_FILE is required" },
	{ "PAID_CHANNEL_ID", conf_check_channel_id, TEXT_AT(paid_channel_id),
	    PROGRAM_ALL, OPTIONAL, "",
	    "the private channel's number, -100...: with the bot as an "
	    "administrator there, each buyer gets a link of their own" },
	{ "BASE_URL", conf_check_base_url, TEXT_AT(base_url),
	    PAY | BOT | WORK | SETUP, REQUIRED, "",
	    "where the world reaches this server, https://pay.example.com" },
	{ "DATABASE_URL", conf_check_database, TEXT_AT(database_url),
	    PROGRAM_ALL, OPTIONAL, "sqlite:~/.local/share/admit/admit.db",
	    "the ledger, sqlite:/full/path, outside the web root; or "
	    "postgresql://user:password@host/database" },
	{ "DB_SCHEMA", conf_check_schema, TEXT_AT(db_schema), PROGRAM_ALL,
	    OPTIONAL, "",
	    "of PostgreSQL: the schema that the ledger's tables are in, made "
	    "where it is missing; else the first of the user's search_path" },
	{ "DB_PREPARE", NULL, INT_AT(db_prepare, 0, 1), PROGRAM_ALL, OPTIONAL,
	    "1",
	    "of PostgreSQL: 0 behind a pooler that gives each transaction "
	    "another connection, as PgBouncer's pool_mode=transaction does" },
	{ "WORKER_FOLDER", conf_check_folder, TEXT_AT(worker_folder),
	    PROGRAM_ALL, OPTIONAL, "~/.local/share/admit",
	    "of PostgreSQL: where the worker's lock and socket lie, a folder "
	    "that this account alone can write" },
	{ "PRODUCT_NAME", setting_text, TEXT_AT(product_name), PROGRAM_ALL,
	    OPTIONAL, "10 кроків до щастя",
	    "what is sold, as the buyer reads it" },
	{ "PRODUCT_KIND", conf_check_product_kind, TEXT_AT(product_kind),
	    PROGRAM_ALL, OPTIONAL, "course",
	    "what the bot calls it: course, club or channel" },
	{ "PRICE_AMOUNT", NULL, INT_AT(price_amount_minor, 1, 99999999),
	    PAY | HOOK | BOT | WORK, OPTIONAL, "999",
	    "the price in minor units: 999 is 9.99 EUR, 1000 is 1000 JPY" },
	{ "PRICE_CURRENCY", conf_check_currency, TEXT_AT(price_currency),
	    PAY | HOOK | BOT | WORK, OPTIONAL, "eur", "three letters" },
	{ "PRICE_NOTE", setting_text, TEXT_AT(price_note), PROGRAM_ALL,
	    OPTIONAL, "",
	    "what stands under the price, such as \"incl. 20 % VAT\"" },
	{ "STRIPE_PRICE_ID", conf_check_price_id, TEXT_AT(stripe_price_id),
	    PAY | HOOK | BOT | WORK, OPTIONAL, "",
	    "a price kept at Stripe, instead of amount and currency; a "
	    "recurring one needs PRICE_EVERY" },
	{ "PRICE_EVERY", conf_check_period, TEXT_AT(price_every), PROGRAM_ALL,
	    OPTIONAL, "",
	    "day, week, month or year, or so many (3 months): a subscription, "
	    "paid anew each time; else it is paid once" },
	{ "TRIAL_DAYS", NULL, INT_AT(trial_days, 0, 730), PROGRAM_ALL, OPTIONAL,
	    "0",
	    "how many days a subscription is tried for nothing before it is "
	    "first paid, once a buyer; 0: none; not for Stars" },
	{ "SELL_WITH", conf_check_sell_with, TEXT_AT(sell_with), PROGRAM_ALL,
	    OPTIONAL, "stripe",
	    "what the bot sells by: stripe, stars (Telegram Stars, for what "
	    "has a price in them) or both" },
	{ "STARS_AMOUNT", NULL, INT_AT(stars_amount, 0, 10000), PROGRAM_ALL,
	    OPTIONAL, "0", "the price in Telegram Stars; 0: not for Stars" },
	{ "GRACE_DAYS", NULL, INT_AT(grace_days, 0, 60), PROGRAM_ALL, OPTIONAL,
	    "3", "how long access goes on when a subscription was not paid" },
	{ "REMIND_DAYS", NULL, INT_AT(remind_days, 0, 60), PROGRAM_ALL,
	    OPTIONAL, "3",
	    "how long before access ends for good its holder is told; 0: not "
	    "at all" },
	{ "CART_REMINDER_HOURS", NULL, INT_AT(cart_reminder_hours, 0, 720),
	    WORK, OPTIONAL, "0",
	    "how long after opening the payment page somebody who did not pay "
	    "is reminded, once; 0: not at all" },
	{ "INTRO_REMINDER_DAYS", NULL, INT_AT(intro_reminder_days, 0, 60), WORK,
	    OPTIONAL, "0",
	    "the same for somebody who saw a free lesson and bought nothing; "
	    "0: not at all" },
	{ "QUIET_HOURS", conf_check_hours, TEXT_AT(quiet_hours), WORK, OPTIONAL,
	    "22-8",
	    "between these hours (by TZ) nobody is reminded of what they did "
	    "not buy; 0-0: at any time" },
	{ "PRODUCTS_FILE", setting_path, TEXT_AT(products_file), PROGRAM_ALL,
	    OPTIONAL, "",
	    "a JSON file of several products, instead of the one described "
	    "here" },
	{ "ALLOW_PROMOTION_CODES", NULL, INT_AT(allow_promotion_codes, 0, 1),
	    PAY, OPTIONAL, "0",
	    "1: buyers may enter promotion codes of Stripe's; one of 100 % "
	    "lets in without a payment" },
	{ "AUTOMATIC_TAX", NULL, INT_AT(automatic_tax, 0, 1), PAY, OPTIONAL,
	    "0", "1: Stripe works out the tax (Stripe Tax must be set up)" },
	{ "ACCEPT_UNMARKED", setting_zero_or_one, TEXT_AT(accept_unmarked),
	    PAY | HOOK | WORK, OPTIONAL, "",
	    "1: a payment at Stripe without this shop's mark is taken all the "
	    "same, if product and price fit; 0: it is another shop's; else as "
	    "it was when the ledger began" },
	{ "CHECKOUT_LOCALE", conf_check_locale, TEXT_AT(checkout_locale), PAY,
	    OPTIONAL, "auto",
	    "the language of Stripe's page: one that Stripe has, such as pl "
	    "(it has no uk); auto: the buyer's, or else the browser's" },
	{ "ADMIN_TG_IDS", conf_check_id_list, TEXT_AT(admin_tg_ids),
	    PROGRAM_ALL, OPTIONAL, "",
	    "the Telegram numbers of the operators, with commas: the bot tells "
	    "them what NOTIFY says, and of troubles" },
	{ "NOTIFY", conf_check_notify, TEXT_AT(notify), PROGRAM_ALL, OPTIONAL,
	    NOTIFY_MOST,
	    "what they are told of, with commas: sale, renewal, failure (a "
	    "renewal that was not paid), end, refund, dispute; of troubles in "
	    "any case" },
	{ "ON_FRAUD_WARNING", conf_check_on_fraud_warning,
	    TEXT_AT(on_fraud_warning), PROGRAM_ALL, OPTIONAL, "tell",
	    "when Stripe warns that a payment may be fraud: tell (the "
	    "operators, no more), pause (access stops until a dispute about it "
	    "is settled) or refund (all of it goes back)" },
	{ "ON_DISPUTE", conf_check_on_dispute, TEXT_AT(on_dispute), PROGRAM_ALL,
	    OPTIONAL, "pause",
	    "when a payment is disputed: tell, pause (access stops until the "
	    "dispute is won) or refund (as pause, and what a bank inquires "
	    "about goes back before it is disputed)" },
	{ "ON_PAYMENT_FAILED", conf_check_on_payment_failed,
	    TEXT_AT(on_payment_failed), PROGRAM_ALL, OPTIONAL, "tell",
	    "when a subscription is not paid anew: tell (access goes on for "
	    "GRACE_DAYS) or pause (access stops at once, until it is paid)" },
	{ "WHITELIST_TG_IDS", conf_check_id_list, TEXT_AT(whitelist_tg_ids),
	    PROGRAM_ALL, OPTIONAL, "",
	    "Telegram numbers, with commas, of people who are let in and "
	    "never removed, whatever they paid" },
	{ "RECONCILE_MINUTES", NULL, INT_AT(reconcile_minutes, 0, 1440), WORK,
	    OPTIONAL, "10",
	    "how often the worker asks Stripe what never arrived; 0: never" },
	{ "SUPPORT_CONTACT", setting_text, TEXT_AT(support_contact),
	    PROGRAM_ALL, OPTIONAL, "",
	    "whom a buyer may write to, @name or an address" },
	{ "SITE_URL", setting_url, TEXT_AT(site_url), PAY, OPTIONAL, "",
	    "your own site, for whoever opens BASE_URL itself; without it they "
	    "get to the bot" },
	{ "SHOP_LANGUAGE", conf_check_language, TEXT_AT(shop_language),
	    PROGRAM_ALL, OPTIONAL, "uk",
	    "the language of the shop: of the support chat, and of whoever's "
	    "Telegram and browser have none that there is, operators too: uk, "
	    "en, de or pl" },
	{ "TEXTS_FILE", setting_path, TEXT_AT(texts_file), PROGRAM_ALL,
	    OPTIONAL, "",
	    "a gettext file (PO) of sentences of your own, in one language: "
	    "only those that differ; `admit texts` prints what to start from" },
	{ "TEXTS_DIR", setting_path, TEXT_AT(texts_dir), PROGRAM_ALL, OPTIONAL,
	    "",
	    "the same for several languages: a folder of uk.po, en.po ..." },
	{ "CONTENT_DIR", setting_path, TEXT_AT(content_dir), PROGRAM_ALL,
	    OPTIONAL, "",
	    "a folder of long texts in Markdown: intro.uk.md, about.uk.md, "
	    "legal/terms.uk.md ...; docs/law.md tells which" },
	{ "CONSENT", NULL, INT_AT(consent, 0, 1), PROGRAM_ALL, OPTIONAL, "0",
	    "1: before a purchase the buyer agrees to legal/terms and to "
	    "access at once, by which the right of withdrawal ends" },
	{ "CONSENT_AT", conf_check_consent_at, TEXT_AT(consent_at), PROGRAM_ALL,
	    OPTIONAL, "page",
	    "where a buyer who comes from a site is asked: page, one of ours "
	    "before the till; stripe, a box to tick on Stripe's (which wants "
	    "the address of the terms under Settings, Public details)" },
	{ "STRIPE_API_BASE", setting_url, TEXT_AT(stripe_api_base),
	    PAY | BOT | WORK | SETUP, OPTIONAL, "https://api.stripe.com",
	    "for tests" },
	{ "TELEGRAM_API_BASE", setting_url, TEXT_AT(telegram_api_base),
	    WORK | SETUP, OPTIONAL, "https://api.telegram.org",
	    "for tests, or a Bot API server of your own" },
	{ "WORKERS", NULL, INT_AT(n_workers, 0, 64), PAY | HOOK | BOT, OPTIONAL,
	    "0",
	    "processes that share the work, 1 counting as 2 where the ledger "
	    "is at a PostgreSQL server; 0: the one the web server started; "
	    "lighttpd.conf and systemd's unit set it, and win over a file" },
	{ "END_WITH_SERVER", NULL, INT_AT(end_with_server, 0, 1),
	    PAY | HOOK | BOT, OPTIONAL, "0",
	    "1: end when the web server that started us dies, as under "
	    "lighttpd" },
	{ "PAY_LINK_SECRET", setting_word, TEXT_AT(pay_link_secret),
	    PAY | BOT | WORK, OPTIONAL, "",
	    "a word that nobody can guess, such as what `openssl rand -hex 24` "
	    "prints: the bot's links to pay are signed with it and end after "
	    "a day" },
	{ "PAY_LINK_BARE", NULL, INT_AT(pay_link_bare, 0, 1), PAY, OPTIONAL,
	    "1", "0: /pay?tg_id=N is refused, only signed links are taken" },
	{ "PAY_LIMIT_BUYER", NULL, INT_AT(pay_limit_buyer, 0, 1000000), PAY,
	    OPTIONAL, "30",
	    "Checkout Sessions that may be opened for one buyer in an hour; 0: "
	    "any number" },
	{ "PAY_LIMIT_ADDRESS", NULL, INT_AT(pay_limit_address, 0, 1000000), PAY,
	    OPTIONAL, "600",
	    "how often /pay may be asked from one address in an hour, behind "
	    "which a whole telephone company may be; 0: any number" },
	{ "METRICS_TOKEN", setting_word, TEXT_AT(metrics_token), PAY, OPTIONAL,
	    "",
	    "a word that nobody can guess, such as what `openssl rand -hex 24` "
	    "prints: who sends it as a bearer token reads counts for "
	    "Prometheus at /metrics; without it there is no such page" },
	{ "TRUSTED_PROXIES", setting_networks, TEXT_AT(trusted_proxies),
	    PAY | HOOK | BOT, OPTIONAL, "",
	    "proxies in front whose X-Forwarded-For and X-Forwarded-Proto are "
	    "believed: addresses or networks; by them https is enforced" },
	{ "COACH_API_BASE", setting_url, TEXT_AT(coach_api_base), WORK,
	    OPTIONAL, "",
	    "a server that speaks OpenAI's chat completions, up to /v1: the "
	    "coach then words its answers with a model; with a COACH_API_KEY "
	    "alone it is https://api.openai.com/v1" },
	{ "COACH_API_KEY", setting_word, TEXT_AT(coach_api_key), WORK, OPTIONAL,
	    "", "its key; without key and base the coach quotes the lessons" },
	{ "COACH_MODEL", setting_word, TEXT_AT(coach_model), WORK, OPTIONAL,
	    "gpt-4o-mini", "its model" },
	{ "COACH_QUESTIONS_A_DAY", NULL,
	    INT_AT(coach_questions_a_day, 0, 100000), BOT, OPTIONAL, "20",
	    "questions that one person may ask in a day; 0: any number" },
	{ "COACH_TOKENS_A_MONTH", NULL,
	    INT_AT(coach_tokens_a_month, 0, 1000000000000), WORK, OPTIONAL,
	    "2000000",
	    "tokens of the model in a calendar month; then the coach quotes "
	    "the lessons until the next; 0: any number" },
	{ "COACH_STRANGER_TOKENS_A_MONTH", NULL,
	    INT_AT(coach_stranger_tokens, 0, 1000000000000), WORK, OPTIONAL,
	    "0",
	    "how many of them may go to people who have bought nothing; 0: "
	    "they are quoted the public lessons" },
	{ "COACH_PERSONA", setting_path, TEXT_AT(coach_persona), WORK, OPTIONAL,
	    "",
	    "a text file, of 4 KB at most, that tells the model how the coach "
	    "is called and how it speaks; what it may say stays as it is" },
	{ "COACH_HELPLINE", setting_text, TEXT_AT(coach_helpline), WORK,
	    OPTIONAL,
	    "Lifeline Ukraine — 7333, цілодобово й безкоштовно; екстрена "
	    "допомога — 112"
	    "|en:112, or the emergency number where you are; somebody to talk "
	    "to, in your country: https://findahelpline.com"
	    "|de:Telefonseelsorge – 0800 1110111, rund um die Uhr und "
	    "kostenlos; Notruf – 112"
	    "|pl:Centrum Wsparcia — 800 70 2222, całodobowo i bezpłatnie; "
	    "numer alarmowy — 112",
	    "whom to call, for somebody who writes of ending their life; by "
	    "language with |, as in 7333|pl:800 70 2222|de:0800 1110111" },
	{ "COACH_LINKS", setting_hosts, TEXT_AT(coach_links), WORK, OPTIONAL,
	    "",
	    "hosts that a model's answer may have links to, with commas; all "
	    "others are taken out" },
	{ "COACH_GROUP_ID", conf_check_chat_number, TEXT_AT(coach_group_id),
	    BOT | WORK, OPTIONAL, "",
	    "a discussion group in which the coach answers too, -100...: what "
	    "is written to it with /ask or as a reply" },
	{ "COACH_GROUP_COMMENTS", NULL, INT_AT(coach_group_comments, 0, 1), BOT,
	    OPTIONAL, "1",
	    "1: a comment there below a post of the channel is a question too, "
	    "if it ends in a question mark; 0: it is for the others" },
	{ "COACH_GROUP_PRODUCT", setting_text, TEXT_AT(coach_group_product),
	    WORK, OPTIONAL, "",
	    "the id of the product whose lessons the coach may quote there, "
	    "for a group that its buyers alone are in; without it the public "
	    "ones" },
	{ "COACH_SPEECH_API_BASE", setting_url, TEXT_AT(coach_speech_base),
	    BOT | WORK, OPTIONAL, "",
	    "a server that speaks OpenAI's audio transcriptions, up to /v1: "
	    "questions may then be spoken" },
	{ "COACH_SPEECH_API_KEY", setting_word, TEXT_AT(coach_speech_key), WORK,
	    OPTIONAL, "", "its key" },
	{ "COACH_SPEECH_MODEL", setting_word, TEXT_AT(coach_speech_model), WORK,
	    OPTIONAL, "whisper-1", "its model" },
	{ "SUPPORT_CHAT_ID", conf_check_chat_number, TEXT_AT(support_chat_id),
	    BOT | WORK, OPTIONAL, "",
	    "the chat that questions for a person are forwarded to, with the "
	    "bot in it: a reply there reaches whoever asked" },
	{ "LOG_LEVEL", setting_log_level, TEXT_AT(log_level_name), PROGRAM_ALL,
	    OPTIONAL, "info", "debug, info, warn or error" },
};
#define N_SETTINGS LENGTH(rows)
_Static_assert(N_SETTINGS <= SETTINGS_MAX, "settings.raw is too small");

/* Names that the first version of the course used. */
static const struct setting_old old_names[] = {
	{ "DATABASE_URL", "DB_PATH" },
	{ "COACH_API_KEY", "OPENAI_API_KEY" },
	{ "COACH_MODEL", "OPENAI_MODEL_GPT" },
	{ NULL, NULL },
};

/* Of the shell that starts the programs. */
static const char *const beside[] = { "PORT", "PATH", "TZ", NULL };

static const struct settings_table table = {
	.rows = rows,
	.n = N_SETTINGS,
	.file_variable = "ADMIT_CONF",
	.home_file = ".config/admit/admit.env",
	.system_file = "/etc/admit/admit.env", /* the Debian package's */
	.old = old_names,
	.beside = beside,
};

bool
conf_describe(size_t i, const char **name, const char **dflt,
    const char **meaning, bool *required)
{
	if (i >= N_SETTINGS)
		return false;
	*name = rows[i].name;
	*dflt = rows[i].dflt;
	*meaning = rows[i].meaning;
	*required = rows[i].required == REQUIRED;
	return true;
}

bool
conf_notifies(const struct conf *c, const char *kind)
{
	struct str rest = str_from(c->notify == NULL ? NOTIFY_MOST : c->notify);

	while (rest.len > 0)
		if (str_eq(str_trim(str_cut(&rest, ',')), kind))
			return true;
	return false;
}

/* Scheme, host and database: who logs in and how is nobody's business, and
 * options may hold a password, too. */
const char *
conf_database_name(const char *url, struct arena *a)
{
	struct str s = str_from(url), place;
	const char *file = conf_ledger_file(url);

	if (file != NULL)
		return file;
	place = str_cut(&s, '?');
	(void)str_cut(&place, '/');
	(void)str_cut(&place, '/');
	return arena_printf(
	    a, "postgresql://%s", arena_dup(a, str_after_last(place, '@')));
}

const char *
conf_ledger_name(const struct conf *c, struct arena *a)
{
	return conf_database_name(c->database_url, a);
}

/* Only where the place was our own choice: a folder that the operator named and
 * that is not there is a fault to be told. */
void
conf_make_folder(const struct conf *c)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s",
	    c->database_is_default ? c->database_path : "");

	for (char *p = path + 1; n > 1 && *p != '\0'; p++)
		if (*p == '/') {
			*p = '\0';
			(void)mkdir(path, 0700);
			*p = '/';
		}
}

/* Addresses have no slash at their end: a path is put behind them. */
static const char *
without_slash(struct arena *a, const char *url)
{
	struct str s = str_from(url);

	while (s.len > 0 && s.p[s.len - 1] == '/')
		s.len--;
	return url == NULL ? NULL : arena_dup(a, s);
}

/* "123456:ABC" is the token of bot 123456. */
static int64_t
bot_of(const struct conf *c)
{
	struct str token =
	    str_from(settings_given(&c->settings, "TELEGRAM_BOT_TOKEN"));
	int64_t id = 0;

	(void)str_to_i64(str_cut(&token, ':'), &id);
	return id;
}

/* FNV-1a: enough to keep the databases of an account apart. */
static uint64_t
sum_of(struct str s, uint64_t sum)
{
	for (size_t i = 0; i < s.len; i++)
		sum = (sum ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
	return sum;
}

/* A server's database has no folder, but its worker has a lock and a socket.
 * They are named by what the database is, whoever opens it by which password:
 * of two shops of one account each needs its worker. */
static void
place_ledger(struct conf *c, struct arena *a)
{
	const char *name = conf_ledger_file(c->database_url);
	struct str options = str_from(c->database_url);
	struct str place = str_after_last(str_cut(&options, '?'), '@');
	uint64_t sum = UINT64_C(14695981039346656037);

	c->database_is_server = name == NULL;
	/* A file has one writer. At a server different buyers are decided for
	 * at once, and one process computes while another waits. */
	if (c->database_is_server && c->n_workers == 1)
		c->n_workers = 2;
	c->database = c->database_path = name;
	c->database_is_default =
	    settings_given(&c->settings,
		name == NULL ? "WORKER_FOLDER" : "DATABASE_URL") == NULL;
	if (!c->database_is_server || c->worker_folder == NULL)
		return;
	c->database = c->database_url;
	sum = sum_of(options, sum_of(place, sum));
	sum =
	    sum_of(str_from(c->db_schema), sum_of((struct str){ "/", 1 }, sum));
	c->database_path = arena_printf(a, "%s/postgresql-%016llx",
	    without_slash(a, c->worker_folder), (unsigned long long)sum);
}

/* What follows from the values, for every program, whatever it demands: the
 * bot's number, say, is of use where the token is not. */
static void
conclude(struct conf *c, struct arena *a)
{
	c->livemode = c->stripe_secret_key != NULL &&
	    strstr(c->stripe_secret_key, "_live_") != NULL;
	if (c->database_url != NULL &&
	    conf_check_database(c->database_url) == NULL)
		place_ledger(c, a);
	c->bot_id = bot_of(c);
	c->log_level = log_level_from(c->log_level_name);
	if (c->log_level < 0)
		c->log_level = LOG_INFO;
}

/* Values that are kept in another form than they were given in. */
static void
tidy(struct conf *c, struct arena *a)
{
	char *code = arena_dup_text(a, c->price_currency);

	for (char *p = code; p != NULL && *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	c->price_currency = code;
	c->base_url = without_slash(a, c->base_url);
	c->stripe_api_base = without_slash(a, c->stripe_api_base);
	c->telegram_api_base = without_slash(a, c->telegram_api_base);
	c->coach_api_base = without_slash(a, c->coach_api_base);
	c->coach_speech_base = without_slash(a, c->coach_speech_base);
	if (c->coach_api_base == NULL && c->coach_api_key != NULL)
		c->coach_api_base = "https://api.openai.com/v1";
}

/* The default of WORKER_FOLDER is no fault of those who do not use it. */
static void
check_ledger(struct conf *c, struct arena *a)
{
	if (c->database_is_server && c->worker_folder != NULL &&
	    c->worker_folder[0] == '~')
		settings_fault(&c->settings, a,
		    "WORKER_FOLDER must be a full path, such as "
		    "/var/lib/admit: a home that ~ stands for is not known");
}

static void
check_site(struct conf *c, struct arena *a)
{
	if (c->site_url != NULL && c->base_url != NULL &&
	    str_eq(str_from(without_slash(a, c->site_url)), c->base_url))
		settings_fault(&c->settings, a,
		    "SITE_URL is BASE_URL, which would lead to itself: take it "
		    "out, or set your site's own address");
}

/* Of a file that could not be read nothing is missing: what it has is not
 * known. */
static void
check_sold(struct conf *c, struct arena *a)
{
	if (!c->settings.is_unread && c->paid_channel_link == NULL &&
	    c->paid_channel_id == NULL && c->products_file == NULL)
		settings_fault(&c->settings, a,
		    "PAID_CHANNEL_LINK is missing: the private channel's "
		    "invite link, https://t.me/+... (or PAID_CHANNEL_ID, or a "
		    "PRODUCTS_FILE)");
}

/* Rules between settings, each of which is right by itself. */
static void
check_together(struct conf *c, struct arena *a, unsigned programs)
{
	if ((programs & (PAY | HOOK | BOT | WORK)) != 0)
		price_check(
		    &c->settings, a, c->price_amount_minor, c->price_currency);
	if ((programs & (PAY | WORK)) != 0)
		check_sold(c, a);
	if (c->trial_days != 0 && c->price_every == NULL &&
	    c->products_file == NULL)
		settings_fault(&c->settings, a,
		    "TRIAL_DAYS is for a subscription: set PRICE_EVERY");
	if ((programs & PAY) != 0 && c->pay_link_bare == 0 &&
	    c->pay_link_secret == NULL)
		settings_fault(&c->settings, a,
		    "PAY_LINK_BARE is 0 and there is no PAY_LINK_SECRET: "
		    "nobody could pay");
}

enum err
conf_load(struct conf *c, struct arena *a, unsigned programs,
    const struct settings_params *params)
{
	struct settings *s = &c->settings;

	*c = (struct conf){ 0 };
	settings_load(s, a, &table, c, programs, params);
	tidy(c, a);
	conclude(c, a);
	check_ledger(c, a);
	check_site(c, a);
	check_together(c, a, programs);
	return s->n_faults == 0 ? ERR_OK : ERR_CONFIG;
}
