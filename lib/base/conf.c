/* Settings: one table, one loader, all faults at once. */
#include "base/conf.h"

#include "base/cidr.h"
#include "base/file.h"
#include "base/log.h"
#include "base/tg_id.h"
#include "base/url.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILE_BYTES (64 * 1024)
#define SYSTEM_FILE "/etc/admit/admit.env" /* the Debian package's */

/* Validators: NULL where the value will do, otherwise what is wrong with it,
 * as the end of a sentence that begins with the setting's name. */

static const char *
any_text(struct conf *c, const char *v)
{
	(void)c;
	for (; *v != '\0'; v++)
		if ((unsigned char)*v < ' ')
			return "has a control character inside";
	return NULL;
}

static const char *
secret(struct conf *c, const char *v)
{
	(void)c;
	return str_has_blank(str_from(v)) ?
	    "has a blank inside; copy it again without blanks and line ends" :
	    NULL;
}

static const char *
secret_list(struct conf *c, const char *v)
{
	struct str rest = str_from(v);

	if (secret(c, v) != NULL)
		return secret(c, v);
	if (rest.len > 0 && rest.p[rest.len - 1] == ',')
		return "ends with a comma: an empty secret is none";
	while (rest.len > 0)
		if (str_cut(&rest, ',').len == 0)
			return "has an empty secret between commas";
	return NULL;
}

static const char *
stripe_key(struct conf *c, const char *v)
{
	struct str s = str_from(v);
	bool live = strstr(v, "_live_") != NULL;

	if (secret(c, v) != NULL)
		return secret(c, v);
	if (!str_starts(s, "sk_") && !str_starts(s, "rk_"))
		return "is not a secret key: those begin with sk_ or rk_";
	if (live == (strstr(v, "_test_") != NULL))
		return "says neither _live_ nor _test_, so its mode is unknown";
	c->livemode = live;
	return NULL;
}

static const char *
bot_token(struct conf *c, const char *v)
{
	(void)c;
	return str_only(str_from(v), STR_LETTERS STR_DIGITS ":_-") ?
	    NULL :
	    "is not a bot token: letters, digits, ':', '_' and '-' only";
}

static const char *
header_token(struct conf *c, const char *v)
{
	(void)c;
	return strlen(v) <= 256 &&
		str_only(str_from(v), STR_LETTERS STR_DIGITS "_-") ?
	    NULL :
	    "must be 1 to 256 letters, digits, '_' or '-' (Telegram's rule)";
}

static const char *
http_url(struct conf *c, const char *v)
{
	(void)c;
	if (str_has_blank(str_from(v)) || strpbrk(v, "\"'<>\\") != NULL)
		return "is not a URL: it has a blank or a quote inside";
	if (url_host(v).len == 0)
		return "must be a full URL that begins with https://";
	if (!str_starts(str_from(v), "https://") && !url_is_loopback(v))
		return "must begin with https:// (http:// is for this machine "
		       "alone)";
	return NULL;
}

static const char *
base_url(struct conf *c, const char *v)
{
	if (strpbrk(v, "?#") != NULL)
		return "must not have a '?' or '#' in it";
	return http_url(c, v);
}

static const char *
channel_link(struct conf *c, const char *v)
{
	if (str_starts(str_from(v), "tg://"))
		return secret(c, v);
	return http_url(c, v);
}

static const char *
currency(struct conf *c, const char *v)
{
	(void)c;
	return strlen(v) == 3 && str_only(str_from(v), STR_LETTERS) ?
	    NULL :
	    "must be a three-letter code such as eur";
}

static const char *
price_id(struct conf *c, const char *v)
{
	(void)c;
	return str_starts(str_from(v), "price_") &&
		str_only(str_from(v), STR_LETTERS STR_DIGITS "_") ?
	    NULL :
	    "must be the id of a Stripe price, which begins with price_";
}

/* docs.stripe.com/api/checkout/sessions/create, "locale". */
static const char *
locale(struct conf *c, const char *v)
{
	static const char known[] =
	    " auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu "
	    "id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru sk sl sv th tr vi "
	    "zh zh-HK zh-TW ";
	const char *at = strstr(known, v);

	(void)c;
	return !str_has_blank(str_from(v)) && at != NULL && at[-1] == ' ' &&
		at[strlen(v)] == ' ' ?
	    NULL :
	    "must be auto or a language of Stripe's page, such as de";
}

static const char *
id_list(struct conf *c, const char *v)
{
	struct str rest = str_from(v);
	int64_t n;

	(void)c;
	while (rest.len > 0)
		if (!tg_id_parse(str_trim(str_cut(&rest, ',')), &n))
			return "must be numbers with commas between";
	return NULL;
}

static const char *
channel_id(struct conf *c, const char *v)
{
	int64_t n;

	(void)c;
	return v[0] == '-' && str_to_i64(str_from(v + 1), &n) ?
	    NULL :
	    "must be Telegram's number of the channel, such as -1001234567890";
}

/* Stripe's limit is three years. */
static const struct {
	const char *unit;
	int64_t max;
} units[] = { { "day", 1095 }, { "week", 156 }, { "month", 36 },
	{ "year", 3 } };

bool
conf_period(const char *text, const char **unit, int64_t *n)
{
	struct str s = str_from(text);
	struct str first = str_cut(&s, ' ');

	if (s.len == 0) {
		s = first;
		*n = 1;
	} else if (!str_to_i64(first, n) || *n < 1) {
		return false;
	}
	if (*n > 1 && str_ends(s, "s"))
		s.len--;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (str_eq(s, units[i].unit)) {
			*unit = units[i].unit;
			return *n <= units[i].max;
		}
	return false;
}

/* A group's begins with a minus, a person's does not. */
static const char *
chat_number(struct conf *c, const char *v)
{
	int64_t n;

	(void)c;
	return str_to_i64(str_from(v[0] == '-' ? v + 1 : v), &n) && n > 0 ?
	    NULL :
	    "must be Telegram's number of a chat, such as -1001234567890";
}

static const char *
host_list(struct conf *c, const char *v)
{
	struct str rest = str_from(v);

	(void)c;
	while (rest.len > 0) {
		struct str host = str_trim(str_cut(&rest, ','));

		if (!str_only(host, STR_LETTERS STR_DIGITS ".-") ||
		    memchr(host.p, '.', host.len) == NULL)
			return "must be names of hosts with commas between, "
			       "such as example.com";
	}
	return NULL;
}

static const char *
period(struct conf *c, const char *v)
{
	const char *unit;
	int64_t n;

	(void)c;
	return conf_period(v, &unit, &n) ?
	    NULL :
	    "must be day, week, month or year, or so many: 3 months";
}

static const char *
tills(struct conf *c, const char *v)
{
	(void)c;
	if (strcmp(v, "stripe") == 0 || strcmp(v, "stars") == 0 ||
	    strcmp(v, "both") == 0)
		return NULL;
	return "must be stripe, stars or both";
}

static const char *
zero_or_one(struct conf *c, const char *v)
{
	(void)c;
	return strcmp(v, "0") == 0 || strcmp(v, "1") == 0 ? NULL :
							    "must be 0 or 1";
}

static const char *
full_path(struct conf *c, const char *v)
{
	if (v[0] != '/')
		return "must name a file by its full path";
	return any_text(c, v);
}

static const char *
networks(struct conf *c, const char *v)
{
	(void)c;
	return cidr_list_ok(v) ?
	    NULL :
	    "must be addresses or networks with commas between, such as "
	    "127.0.0.1, 10.0.0.0/8";
}

static const char *
log_level(struct conf *c, const char *v)
{
	(void)c;
	return log_level_from(v) >= 0 ? NULL :
					"must be debug, info, warn or error";
}

/* sqlite:/path, sqlite:///path (the form other tools write) or /path. */
static const char *
database(struct conf *c, const char *v)
{
	struct str s = str_from(v);

	if (str_starts(s, "postgres"))
		return "names PostgreSQL, which this build does not have; use "
		       "sqlite:/path/to/admit.db";
	if (str_starts(s, "sqlite://"))
		v += strlen("sqlite://");
	else if (str_starts(s, "sqlite:"))
		v += strlen("sqlite:");
	if (v[0] != '/' || v[strlen(v) - 1] == '/')
		return "must name a file by its full path, such as "
		       "sqlite:/home/you/admit/admit.db";
	if (any_text(c, v) != NULL)
		return any_text(c, v);
	c->database_path = v;
	return NULL;
}

enum { OPTIONAL = 0, REQUIRED = 1 };
#define PAY PROGRAM_PAY
#define HOOK PROGRAM_WEBHOOK
#define BOT PROGRAM_TGUPDATE
#define WORK PROGRAM_WORKER
#define TEXT_AT(field) offsetof(struct conf, field), 0, 0
#define INT_AT(field, low, high) offsetof(struct conf, field), low, high

/* A number has high > 0, a text has none. Where a default is missing and the
 * setting is required, the meaning tells where to get it. */
static const struct setting {
	const char *name;
	const char *(*check)(struct conf *c, const char *v);
	size_t at;
	int64_t low, high;
	unsigned used_by;
	int required;
	const char *dflt;
	const char *meaning;
} settings[] = {
	{ "STRIPE_SECRET_KEY", stripe_key, TEXT_AT(stripe_secret_key),
	    PAY | HOOK | WORK, REQUIRED, "",
	    "Stripe: Developers, API keys; a restricted key needs Checkout "
	    "Sessions write, and what subscriptions need" },
	{ "STRIPE_WEBHOOK_SECRET", secret_list, TEXT_AT(stripe_webhook_secret),
	    HOOK, REQUIRED, "",
	    "Stripe: Developers, Webhooks, your endpoint, Signing secret; "
	    "several with commas while one is being rolled" },
	{ "TELEGRAM_BOT_TOKEN", bot_token, TEXT_AT(telegram_bot_token), WORK,
	    REQUIRED, "", "from @BotFather" },
	{ "TELEGRAM_WEBHOOK_SECRET", header_token,
	    TEXT_AT(telegram_webhook_secret), BOT, REQUIRED, "",
	    "a word of your own that only Telegram and you know, such as what "
	    "`openssl rand -hex 24` prints" },
	{ "PAID_CHANNEL_LINK", channel_link, TEXT_AT(paid_channel_link),
	    PAY | WORK, OPTIONAL, "",
	    "the private channel's invite link, https://t.me/+...; this, "
	    "PAID_CHANNEL_ID or PRODUCTS_FILE is required" },
	{ "PAID_CHANNEL_ID", channel_id, TEXT_AT(paid_channel_id), PROGRAM_ALL,
	    OPTIONAL, "",
	    "the private channel's number, -100...: with the bot as an "
	    "administrator there, each buyer gets a link of their own" },
	{ "BASE_URL", base_url, TEXT_AT(base_url), PAY | BOT | WORK, REQUIRED,
	    "",
	    "where the world reaches this server, https://pay.example.com" },
	{ "DATABASE_URL", database, TEXT_AT(database_url), PROGRAM_ALL,
	    OPTIONAL, "sqlite:~/.local/share/admit/admit.db",
	    "the ledger, sqlite:/full/path; outside the web root" },
	{ "PRODUCT_NAME", any_text, TEXT_AT(product_name), PROGRAM_ALL,
	    OPTIONAL, "10 кроків до щастя",
	    "what is sold, as the buyer reads it" },
	{ "PRICE_AMOUNT", NULL, INT_AT(price_amount_minor, 1, 99999999),
	    PAY | HOOK | WORK, OPTIONAL, "999",
	    "the price in minor units (cents)" },
	{ "PRICE_CURRENCY", currency, TEXT_AT(price_currency),
	    PAY | HOOK | WORK, OPTIONAL, "eur", "three letters" },
	{ "STRIPE_PRICE_ID", price_id, TEXT_AT(stripe_price_id),
	    PAY | HOOK | WORK, OPTIONAL, "",
	    "a price kept at Stripe, instead of amount and currency; a "
	    "recurring one needs PRICE_EVERY" },
	{ "PRICE_EVERY", period, TEXT_AT(price_every), PROGRAM_ALL, OPTIONAL,
	    "",
	    "day, week, month or year, or so many (3 months): a subscription, "
	    "paid anew each time; else it is paid once" },
	{ "SELL_WITH", tills, TEXT_AT(sell_with), PROGRAM_ALL, OPTIONAL,
	    "stripe",
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
	{ "PRODUCTS_FILE", full_path, TEXT_AT(products_file), PROGRAM_ALL,
	    OPTIONAL, "",
	    "a JSON file of several products, instead of the one described "
	    "here" },
	{ "ALLOW_PROMOTION_CODES", NULL, INT_AT(allow_promotion_codes, 0, 1),
	    PAY, OPTIONAL, "0",
	    "1: buyers may enter promotion codes of Stripe's; one of 100 % "
	    "lets in without a payment" },
	{ "AUTOMATIC_TAX", NULL, INT_AT(automatic_tax, 0, 1), PAY, OPTIONAL,
	    "0", "1: Stripe works out the tax (Stripe Tax must be set up)" },
	{ "ACCEPT_UNMARKED", zero_or_one, TEXT_AT(accept_unmarked),
	    PAY | HOOK | WORK, OPTIONAL, "",
	    "1: a payment at Stripe without this shop's mark is taken all the "
	    "same, if product and price fit; 0: it is another shop's; else as "
	    "it was when the ledger began" },
	{ "CHECKOUT_LOCALE", locale, TEXT_AT(checkout_locale), PAY, OPTIONAL,
	    "auto",
	    "the language of Stripe's page: auto, or one that Stripe has, such "
	    "as pl (it has no uk)" },
	{ "ADMIN_TG_IDS", id_list, TEXT_AT(admin_tg_ids), PROGRAM_ALL, OPTIONAL,
	    "",
	    "the Telegram numbers of the operators, with commas: the bot tells "
	    "them of sales, refunds, disputes and troubles" },
	{ "WHITELIST_TG_IDS", id_list, TEXT_AT(whitelist_tg_ids), PROGRAM_ALL,
	    OPTIONAL, "",
	    "Telegram numbers, with commas, of people who are let in and "
	    "never removed, whatever they paid" },
	{ "RECONCILE_MINUTES", NULL, INT_AT(reconcile_minutes, 0, 1440), WORK,
	    OPTIONAL, "10",
	    "how often the worker asks Stripe what never arrived; 0: never" },
	{ "SUPPORT_CONTACT", any_text, TEXT_AT(support_contact), PROGRAM_ALL,
	    OPTIONAL, "", "whom a buyer may write to, @name or an address" },
	{ "STRIPE_API_BASE", http_url, TEXT_AT(stripe_api_base),
	    PAY | BOT | WORK, OPTIONAL, "https://api.stripe.com", "for tests" },
	{ "TELEGRAM_API_BASE", http_url, TEXT_AT(telegram_api_base), WORK,
	    OPTIONAL, "https://api.telegram.org",
	    "for tests, or a Bot API server of your own" },
	{ "WORKERS", NULL, INT_AT(n_workers, 0, 64), PAY | HOOK | BOT, OPTIONAL,
	    "0",
	    "processes that share the work; 0: the one the web server "
	    "started" },
	{ "END_WITH_SERVER", NULL, INT_AT(end_with_server, 0, 1),
	    PAY | HOOK | BOT, OPTIONAL, "0",
	    "1: end when the web server that started us dies, as under "
	    "lighttpd" },
	{ "PAY_LINK_SECRET", secret, TEXT_AT(pay_link_secret), PAY | BOT | WORK,
	    OPTIONAL, "",
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
	{ "TRUSTED_PROXIES", networks, TEXT_AT(trusted_proxies),
	    PAY | HOOK | BOT, OPTIONAL, "",
	    "proxies in front whose X-Forwarded-For and X-Forwarded-Proto are "
	    "believed: addresses or networks; by them https is enforced" },
	{ "COACH_API_BASE", http_url, TEXT_AT(coach_api_base), WORK, OPTIONAL,
	    "",
	    "a server that speaks OpenAI's chat completions, up to /v1: the "
	    "coach then words its answers with a model; with a COACH_API_KEY "
	    "alone it is https://api.openai.com/v1" },
	{ "COACH_API_KEY", secret, TEXT_AT(coach_api_key), WORK, OPTIONAL, "",
	    "its key; without key and base the coach quotes the lessons" },
	{ "COACH_MODEL", secret, TEXT_AT(coach_model), WORK, OPTIONAL,
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
	{ "COACH_HELPLINE", any_text, TEXT_AT(coach_helpline), WORK, OPTIONAL,
	    "Lifeline Ukraine — 7333, цілодобово й безкоштовно; екстрена "
	    "допомога — 112",
	    "whom to call, for somebody who writes of ending their life; by "
	    "language with |, as in 7333|pl:800 70 2222|de:0800 1110111" },
	{ "COACH_LINKS", host_list, TEXT_AT(coach_links), WORK, OPTIONAL, "",
	    "hosts that a model's answer may have links to, with commas; all "
	    "others are taken out" },
	{ "COACH_GROUP_ID", chat_number, TEXT_AT(coach_group_id), BOT | WORK,
	    OPTIONAL, "",
	    "a discussion group in which the coach answers too, -100...: what "
	    "is written to it with /ask or as a reply" },
	{ "COACH_GROUP_PRODUCT", any_text, TEXT_AT(coach_group_product), WORK,
	    OPTIONAL, "",
	    "the id of the product whose lessons the coach may quote there, "
	    "for a group that its buyers alone are in; without it the public "
	    "ones" },
	{ "COACH_SPEECH_API_BASE", http_url, TEXT_AT(coach_speech_base),
	    BOT | WORK, OPTIONAL, "",
	    "a server that speaks OpenAI's audio transcriptions, up to /v1: "
	    "questions may then be spoken" },
	{ "COACH_SPEECH_API_KEY", secret, TEXT_AT(coach_speech_key), WORK,
	    OPTIONAL, "", "its key" },
	{ "COACH_SPEECH_MODEL", secret, TEXT_AT(coach_speech_model), WORK,
	    OPTIONAL, "whisper-1", "its model" },
	{ "SUPPORT_CHAT_ID", chat_number, TEXT_AT(support_chat_id), BOT | WORK,
	    OPTIONAL, "",
	    "the chat that questions for a person are forwarded to, with the "
	    "bot in it: a reply there reaches the buyer" },
	{ "LOG_LEVEL", log_level, TEXT_AT(log_level_name), PROGRAM_ALL,
	    OPTIONAL, "info", "debug, info, warn or error" },
};
#define N_SETTINGS (sizeof(settings) / sizeof(settings[0]))
_Static_assert(N_SETTINGS <= CONF_MAX_SETTINGS, "conf.raw is too small");

bool
conf_describe(size_t i, const char **name, const char **dflt,
    const char **meaning, bool *required)
{
	if (i >= N_SETTINGS)
		return false;
	*name = settings[i].name;
	*dflt = settings[i].dflt;
	*meaning = settings[i].meaning;
	*required = settings[i].required == REQUIRED;
	return true;
}

__attribute__((format(printf, 4, 0))) static void
add_sentence(
    struct arena *a, const char **all, size_t *n, const char *fmt, va_list args)
{
	char sentence[512];

	(void)vsnprintf(sentence, sizeof(sentence), fmt, args);
	if (*n < CONF_MAX_FAULTS)
		all[(*n)++] = arena_dup_text(a, sentence);
}

void
conf_fault(struct conf *c, struct arena *a, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_sentence(a, c->faults, &c->n_faults, fmt, args);
	va_end(args);
}

static void __attribute__((format(printf, 3, 4)))
note(struct conf *c, struct arena *a, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_sentence(a, c->notes, &c->n_notes, fmt, args);
	va_end(args);
}

static const char *
home_of_account(void)
{
	const struct passwd *pw;

	errno = 0;
	pw = getpwuid(geteuid());
	/* To go on without the owner's settings would be worse. */
	if (pw == NULL && errno == ENOMEM)
		(void)or_out_of_memory(NULL);
	return pw != NULL && pw->pw_dir != NULL && pw->pw_dir[0] == '/' ?
	    pw->pw_dir :
	    NULL;
}

/* The lines of a settings file, by name. */
struct file {
	struct kv_line {
		struct str name, value;
	} lines[128];
	size_t n;
};

static struct str
unquote(struct str v)
{
	if (v.len >= 2 && (v.p[0] == '"' || v.p[0] == '\'') &&
	    v.p[v.len - 1] == v.p[0])
		return (struct str){ v.p + 1, v.len - 2 };
	return v;
}

/* A value in quotes of which nothing but a comment follows. */
static bool
in_quotes(struct str v, struct str *inside, bool *has_comment)
{
	if (v.len < 2 || (v.p[0] != '"' && v.p[0] != '\''))
		return false;
	for (size_t i = 1; i < v.len; i++) {
		struct str rest = { v.p + i + 1, v.len - i - 1 };
		struct str after = str_trim(rest);

		if (v.p[i] != v.p[0] ||
		    (after.len > 0 && (after.p[0] != '#' || after.p == rest.p)))
			continue;
		*inside = (struct str){ v.p + 1, i - 1 };
		*has_comment = after.len > 0;
		return true;
	}
	return false;
}

static bool
is_blank(struct str v, size_t at)
{
	return at >= v.len || v.p[at] == ' ' || v.p[at] == '\t';
}

/* v: what follows the sign of equality, with blanks. */
static struct str
plain_value(struct conf *c, struct arena *a, struct str v, int number)
{
	static const char told[] =
	    "the settings file: line %d: what follows \"#\" is a %s; put the "
	    "value in quotes";
	struct str inside;
	bool has_comment = false;

	if (in_quotes(str_trim(v), &inside, &has_comment)) {
		if (has_comment)
			note(c, a, told, number, "comment");
		return inside;
	}
	for (size_t i = 1; i < v.len; i++) {
		if (v.p[i] != '#' || !is_blank(v, i - 1))
			continue;
		has_comment = is_blank(v, i + 1);
		note(c, a, told, number,
		    has_comment ? "comment" :
				  "part of the value: a comment has a blank "
				  "behind it");
		return unquote(
		    str_trim((struct str){ v.p, has_comment ? i : v.len }));
	}
	return unquote(str_trim(v));
}

/* How many letters must be changed, put in or left out to make b of a, over
 * capitals; the longer a name, the more of that is a slip. */
static size_t
distance(struct str a, const char *b)
{
	size_t row[64], n = strlen(b);

	if (a.len == 0 || a.len >= 64 || n >= 64)
		return SIZE_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t above = row[0]++;

		for (size_t j = 1; j <= n; j++) {
			size_t kept = above +
			    (toupper((unsigned char)a.p[i - 1]) != b[j - 1]);
			size_t other =
			    (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

			above = row[j];
			row[j] = kept < other ? kept : other;
		}
	}
	return row[n];
}

/* What may stand in the file beside the settings. */
static bool
is_known_beside(struct str name)
{
	static const char *const names[] = { "DB_PATH", "OPENAI_API_KEY",
		"OPENAI_MODEL_GPT", "PORT", "ADMIT_CONF", "PATH", "TZ" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq(name, names[i]))
			return true;
	return false;
}

static void
know_name(struct conf *c, struct arena *a, struct str name, int number)
{
	size_t best = 4;
	const char *nearest = NULL;
	const struct str shown = { name.p, name.len < 64 ? name.len : 64 };

	if (is_known_beside(name))
		return;
	for (size_t i = 0; i < N_SETTINGS; i++) {
		size_t far = distance(name, settings[i].name);

		if (str_eq(name, settings[i].name))
			return;
		if (far < best && far < name.len / 2) {
			best = far;
			nearest = settings[i].name;
		}
	}
	note(c, a, "the settings file: line %d: there is no setting %.*s%s%s%s",
	    number, (int)shown.len, shown.p, nearest == NULL ? "" : "; is it ",
	    nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?");
}

static void
file_line(struct conf *c, struct arena *a, struct file *f, struct str line,
    int number)
{
	struct str value = str_trim(line), name;

	if (value.len == 0 || value.p[0] == '#')
		return;
	if (str_starts(value, "export "))
		value = (struct str){ value.p + 7, value.len - 7 };
	if (memchr(value.p, '=', value.len) == NULL ||
	    f->n == sizeof(f->lines) / sizeof(f->lines[0])) {
		conf_fault(c, a, "the settings file: line %d is not NAME=value",
		    number);
		return;
	}
	name = str_trim(str_cut(&value, '='));
	know_name(c, a, name, number);
	f->lines[f->n++] =
	    (struct kv_line){ name, plain_value(c, a, value, number) };
}

/* Editors of Windows put a mark in front, of UTF-8 or of what is none. */
static struct str
past_mark(struct conf *c, struct arena *a, struct str text)
{
	if (str_starts(text, "\xef\xbb\xbf"))
		return (struct str){ text.p + 3, text.len - 3 };
	if (!str_starts(text, "\xff\xfe") && !str_starts(text, "\xfe\xff"))
		return text;
	conf_fault(c, a,
	    "the settings file is UTF-16, which is not read: save it as UTF-8");
	return (struct str){ NULL, 0 };
}

static void
file_open(struct conf *c, struct arena *a, struct file *f, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct buf text = buf_new(a, MAX_FILE_BYTES);
	struct stat st;
	struct str rest;
	int number = 0;

	c->settings_path = path;
	if (fd < 0 || fstat(fd, &st) != 0 || !file_slurp(fd, &text))
		conf_fault(c, a, "the settings file %s: cannot be read: %s",
		    path, strerror(errno));
	else if ((st.st_mode & S_IRWXO) != 0)
		conf_fault(c, a,
		    "the settings file %s: everybody on this host can read "
		    "it; run chmod 600 on it",
		    path);
	rest = past_mark(c, a, buf_str(&text));
	while (rest.len > 0)
		file_line(c, a, f, str_cut(&rest, '\n'), ++number);
	if (fd >= 0)
		(void)close(fd);
}

static void
file_find(struct conf *c, struct arena *a, struct file *f)
{
	const char *named = getenv("ADMIT_CONF"), *home, *path;

	if (named != NULL && named[0] != '\0') {
		file_open(c, a, f, named);
		return;
	}
	home = home_of_account();
	path = arena_printf(
	    a, "%s/.config/admit/admit.env", home != NULL ? home : "");
	if (home != NULL && access(path, F_OK) == 0)
		file_open(c, a, f, path);
	else if (access(SYSTEM_FILE, R_OK) == 0)
		file_open(c, a, f, SYSTEM_FILE);
}

static const char *
file_get(const struct file *f, struct arena *a, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->lines[i].name, name) && f->lines[i].value.len > 0)
			return arena_dup(a, f->lines[i].value);
	return NULL;
}

static const char *
look_up(struct arena *a, const struct file *f, const struct conf_params *params,
    const char *name)
{
	const char *v = getenv(name);

	if (v != NULL && v[0] != '\0')
		return arena_dup_text(a, v);
	v = file_get(f, a, name);
	if (v == NULL && params != NULL)
		v = arena_dup_text(a, params->get(params->ctx, name));
	return v != NULL && v[0] != '\0' ? v : NULL;
}

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

/* DB_PATH is the name that the first version of the course used. */
static const char *
database_default(struct conf *c, struct arena *a, const struct file *f,
    const struct conf_params *params)
{
	const char *old = look_up(a, f, params, "DB_PATH");
	const char *home;

	if (old != NULL)
		return arena_printf(a, "sqlite:%s", old);
	home = home_of_account();
	if (home == NULL)
		return NULL;
	c->database_is_default = true;
	return arena_printf(a, "sqlite:%s/.local/share/admit/admit.db", home);
}

static const char *
store_int(
    struct conf *c, struct arena *a, const struct setting *s, const char *v)
{
	int64_t n;

	if (!str_to_i64(str_from(v), &n) || n < s->low || n > s->high)
		return arena_printf(a,
		    "must be a whole number from %lld to %lld",
		    (long long)s->low, (long long)s->high);
	memcpy((char *)c + s->at, &n, sizeof(n));
	return NULL;
}

static void
store(struct conf *c, struct arena *a, const struct setting *s, const char *v)
{
	const char *wrong;

	if (s->high > 0) {
		wrong = store_int(c, a, s, v);
	} else {
		wrong = s->check(c, v);
		memcpy((char *)c + s->at, &v, sizeof(v));
	}
	if (wrong != NULL)
		conf_fault(c, a, "%s %s", s->name, wrong);
}

/* Names that the first version of the course used. */
static const struct {
	const char *name, *old;
} old_names[] = { { "COACH_API_KEY", "OPENAI_API_KEY" },
	{ "COACH_MODEL", "OPENAI_MODEL_GPT" } };

static const char *
look_up_old(struct arena *a, const struct file *f,
    const struct conf_params *params, const char *name)
{
	for (size_t i = 0; i < sizeof(old_names) / sizeof(old_names[0]); i++)
		if (strcmp(name, old_names[i].name) == 0)
			return look_up(a, f, params, old_names[i].old);
	return NULL;
}

static void
load_one(struct conf *c, struct arena *a, const struct file *f,
    const struct conf_params *params, unsigned programs, size_t i)
{
	const struct setting *s = &settings[i];
	const char *v = look_up(a, f, params, s->name);
	bool set_but_empty = getenv(s->name) != NULL;

	if (v == NULL)
		v = look_up_old(a, f, params, s->name);
	c->raw[i] = v;
	if ((s->used_by & programs) == 0)
		return;
	if (v == NULL && s->check == database)
		v = c->raw[i] = database_default(c, a, f, params);
	if (v == NULL && s->dflt[0] != '\0')
		v = s->dflt;
	if (v != NULL)
		store(c, a, s, v);
	else if (s->required == REQUIRED)
		conf_fault(c, a, "%s is %s: %s", s->name,
		    set_but_empty ? "empty" : "missing", s->meaning);
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
	int64_t id = 0;

	for (size_t i = 0; i < N_SETTINGS; i++)
		if (strcmp(settings[i].name, "TELEGRAM_BOT_TOKEN") == 0) {
			struct str token = str_from(c->raw[i]);

			(void)str_to_i64(str_cut(&token, ':'), &id);
		}
	return id;
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
	c->bot_id = bot_of(c);
	c->log_level = log_level_from(c->log_level_name);
	if (c->log_level < 0)
		c->log_level = LOG_INFO;
}

enum err
conf_load(struct conf *c, struct arena *a, unsigned programs,
    const struct conf_params *params)
{
	struct file *f = arena_alloc(a, sizeof(*f));

	*c = (struct conf){ 0 };
	file_find(c, a, f);
	for (size_t i = 0; i < N_SETTINGS; i++)
		load_one(c, a, f, params, programs, i);
	tidy(c, a);
	if ((programs & (PAY | WORK)) != 0 && c->paid_channel_link == NULL &&
	    c->paid_channel_id == NULL && c->products_file == NULL)
		conf_fault(c, a,
		    "PAID_CHANNEL_LINK is missing: the private channel's "
		    "invite link, https://t.me/+... (or PAID_CHANNEL_ID, or a "
		    "PRODUCTS_FILE)");
	if ((programs & PAY) != 0 && c->pay_link_bare == 0 &&
	    c->pay_link_secret == NULL)
		conf_fault(c, a,
		    "PAY_LINK_BARE is 0 and there is no PAY_LINK_SECRET: "
		    "nobody could pay");
	return c->n_faults == 0 ? ERR_OK : ERR_CONFIG;
}

char **
conf_environ(const struct conf *c, struct arena *a)
{
	char **env = arena_alloc(a, (N_SETTINGS + 3) * sizeof(*env));
	const char *named = getenv("ADMIT_CONF"), *path = getenv("PATH");
	size_t n = 0;

	for (size_t i = 0; i < N_SETTINGS; i++)
		if (c->raw[i] != NULL)
			env[n++] = arena_printf(
			    a, "%s=%s", settings[i].name, c->raw[i]);
	if (named != NULL)
		env[n++] = arena_printf(a, "ADMIT_CONF=%s", named);
	env[n++] = arena_printf(
	    a, "PATH=%s", path != NULL ? path : "/usr/local/bin:/usr/bin:/bin");
	return env;
}
