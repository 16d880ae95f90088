/* Checks of what is Stripe's, Telegram's or the shop's own. */
#include "shop/conf_check.h"

#include "base/array.h"
#include "base/settings_check.h"
#include "base/str.h"
#include "base/tg_id.h"
#include "shop/language.h"
#include "shop/remedy.h"

#include <stddef.h>
#include <string.h>

/* Secrets are copied side by side, and each vendor's tells by its beginning
 * what it is: one in another's place is told by where it belongs. */
static const char *
belongs_elsewhere(const char *v)
{
	static const struct {
		const char *beginning, *where;
	} all[] = { { "sk_",
			"is an API key of Stripe's: it belongs into "
			"STRIPE_SECRET_KEY" },
		{ "rk_",
		    "is an API key of Stripe's: it belongs into "
		    "STRIPE_SECRET_KEY" },
		{ "pk_",
		    "is a publishable key of Stripe's, which is needed "
		    "nowhere here" },
		{ "whsec_",
		    "is a signing secret of Stripe's: it belongs into "
		    "STRIPE_WEBHOOK_SECRET" } };

	for (size_t i = 0; i < LENGTH(all); i++)
		if (str_starts(str_from(v), all[i].beginning))
			return all[i].where;
	return NULL;
}

/* What examples put where a secret belongs. */
static bool
is_placeholder(const char *v)
{
	static const char *const signs[] = { "...", "\xe2\x80\xa6", "xxxx",
		"XXXX", "your_", "YOUR_", "your-", "YOUR-", "change_me",
		"CHANGE_ME", "changeme" };

	for (size_t i = 0; i < LENGTH(signs); i++)
		if (strstr(v, signs[i]) != NULL)
			return true;
	return v[0] == '<' && str_ends(str_from(v), ">");
}
static const char is_example[] =
    "is what an example had in its place: put your own there";

/* "123456789:" and 35 signs. */
#define TOKEN_CHARS 30
static bool
is_like_token(const char *v)
{
	struct str rest = str_from(v);
	struct str number = str_cut(&rest, ':');

	return number.len >= 6 && str_only(number, STR_DIGITS) &&
	    rest.len >= TOKEN_CHARS &&
	    str_only(rest, STR_LETTERS STR_DIGITS "_-");
}
static const char is_token[] =
    "is a bot's token: it belongs into TELEGRAM_BOT_TOKEN";

/* Several while one is being rolled. An empty one among them would be a key
 * that everybody knows. */
const char *
conf_check_secret_list(const char *v)
{
	struct str rest = str_from(v);

	if (is_placeholder(v))
		return is_example;
	if (setting_word(v) != NULL)
		return setting_word(v);
	if (is_like_token(v))
		return is_token;
	if (!str_starts(rest, "whsec_") && belongs_elsewhere(v) != NULL)
		return belongs_elsewhere(v);
	if (rest.len > 0 && rest.p[rest.len - 1] == ',')
		return "ends with a comma: an empty secret is none";
	while (rest.len > 0)
		if (str_cut(&rest, ',').len == 0)
			return "has an empty secret between commas";
	return NULL;
}

/* The mode decides whether money is real, so a key that does not tell its own
 * is not taken. A publishable key (pk_) stands beside the others at Stripe. */
const char *
conf_check_stripe_key(const char *v)
{
	struct str s = str_from(v);
	bool live = strstr(v, "_live_") != NULL;

	if (is_placeholder(v))
		return is_example;
	if (setting_word(v) != NULL)
		return setting_word(v);
	if (str_starts(s, "whsec_"))
		return belongs_elsewhere(v);
	if (is_like_token(v))
		return is_token;
	if (!str_starts(s, "sk_") && !str_starts(s, "rk_"))
		return "is not a secret key: those begin with sk_ or rk_";
	if (live == (strstr(v, "_test_") != NULL))
		return "says neither _live_ nor _test_, so its mode is unknown";
	return NULL;
}

/* It becomes a part of the path of each call. */
const char *
conf_check_bot_token(const char *v)
{
	if (is_placeholder(v))
		return is_example;
	if (belongs_elsewhere(v) != NULL)
		return belongs_elsewhere(v);
	return str_only(str_from(v), STR_LETTERS STR_DIGITS ":_-") ?
	    NULL :
	    "is not a bot token: letters, digits, ':', '_' and '-' only";
}

const char *
conf_check_header_token(const char *v)
{
	if (is_placeholder(v))
		return is_example;
	if (belongs_elsewhere(v) != NULL)
		return belongs_elsewhere(v);
	if (is_like_token(v))
		return is_token;
	return strlen(v) <= 256 &&
		str_only(str_from(v), STR_LETTERS STR_DIGITS "_-") ?
	    NULL :
	    "must be 1 to 256 letters, digits, '_' or '-' (Telegram's rule)";
}

/* Paths are put behind it. */
const char *
conf_check_base_url(const char *v)
{
	if (strpbrk(v, "?#") != NULL)
		return "must not have a '?' or '#' in it";
	return setting_url(v);
}

/* Telegram's own scheme opens the application without a page between. */
const char *
conf_check_channel_link(const char *v)
{
	if (is_placeholder(v))
		return is_example;
	if (str_starts(str_from(v), "tg://"))
		return setting_word(v);
	return setting_url(v);
}

const char *
conf_check_currency(const char *v)
{
	return strlen(v) == 3 && str_only(str_from(v), STR_LETTERS) ?
	    NULL :
	    "must be a three-letter code such as eur";
}

const char *
conf_check_price_id(const char *v)
{
	return str_starts(str_from(v), "price_") &&
		str_only(str_from(v), STR_LETTERS STR_DIGITS "_") ?
	    NULL :
	    "must be the id of a Stripe price, which begins with price_";
}

/* docs.stripe.com/api/checkout/sessions/create, "locale". */
const char *
conf_check_locale(const char *v)
{
	static const char known[] =
	    " auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN "
	    "hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru sk sl sv th "
	    "tr vi zh zh-HK zh-TW ";
	const char *at = strstr(known, v);

	return !str_has_blank(str_from(v)) && at != NULL && at[-1] == ' ' &&
		at[strlen(v)] == ' ' ?
	    NULL :
	    "must be auto or a language of Stripe's page, such as de";
}

const char *
conf_check_language(const char *v)
{
	return language_find(v, LANGUAGE__COUNT) != LANGUAGE__COUNT ?
	    NULL :
	    "must be a language that the texts are in: uk, en, de or pl";
}

const char *
conf_check_id_list(const char *v)
{
	struct str rest = str_from(v);
	int64_t n;

	while (rest.len > 0)
		if (!tg_id_parse(str_trim(str_cut(&rest, ',')), &n))
			return "must be numbers with commas between";
	return NULL;
}

/* A channel has a name too, but only while it is public. */
const char *
conf_check_channel_id(const char *v)
{
	int64_t n;

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
	for (size_t i = 0; i < LENGTH(units); i++)
		if (str_eq(s, units[i].unit)) {
			*unit = units[i].unit;
			return *n <= units[i].max;
		}
	return false;
}

/* A group's begins with a minus, a person's does not. */
const char *
conf_check_chat_number(const char *v)
{
	int64_t n;

	return str_to_i64(str_from(v[0] == '-' ? v + 1 : v), &n) && n > 0 ?
	    NULL :
	    "must be Telegram's number of a chat, such as -1001234567890";
}

const char *
conf_check_period(const char *v)
{
	const char *unit;
	int64_t n;

	return conf_period(v, &unit, &n) ?
	    NULL :
	    "must be day, week, month or year, or so many: 3 months";
}

/* As a clock shows it, "8" or "08". */
static bool
hour_in(struct str s, int64_t *hour)
{
	s = str_trim(s);
	if (s.len == 2 && s.p[0] == '0')
		s = (struct str){ s.p + 1, 1 };
	return str_to_i64(s, hour) && *hour <= 24;
}

bool
conf_hours(const char *text, int64_t *from, int64_t *to)
{
	struct str rest = str_from(text);

	return hour_in(str_cut(&rest, '-'), from) && hour_in(rest, to) &&
	    *from <= 23;
}

const char *
conf_check_hours(const char *v)
{
	int64_t from, to;

	return conf_hours(v, &from, &to) ?
	    NULL :
	    "must be two hours of the day with a dash: 22-8";
}

const char *
conf_check_sell_with(const char *v)
{
	if (strcmp(v, "stripe") == 0 || strcmp(v, "stars") == 0 ||
	    strcmp(v, "both") == 0)
		return NULL;
	return "must be stripe, stars or both";
}

const char *
conf_check_product_kind(const char *v)
{
	if (strcmp(v, "course") == 0 || strcmp(v, "club") == 0 ||
	    strcmp(v, "channel") == 0)
		return NULL;
	return "must be course, club or channel";
}

static bool
is_notice(struct str word)
{
	static const char *const kinds[] = { "sale", "renewal", "failure",
		"end", "refund", "dispute" };

	for (size_t i = 0; i < LENGTH(kinds); i++)
		if (str_eq(word, kinds[i]))
			return true;
	return false;
}

const char *
conf_check_notify(const char *v)
{
	struct str rest = str_from(v);

	while (rest.len > 0)
		if (!is_notice(str_trim(str_cut(&rest, ','))))
			return "must be words out of sale, renewal, failure, "
			       "end, refund and dispute, with commas between";
	return NULL;
}

const char *
conf_check_consent_at(const char *v)
{
	return str_eq(str_from(v), "page") || str_eq(str_from(v), "stripe") ?
	    NULL :
	    "must be page or stripe";
}

const char *
conf_check_on_fraud_warning(const char *v)
{
	return remedy_fault(TROUBLE_WARNING, v);
}

const char *
conf_check_on_dispute(const char *v)
{
	return remedy_fault(TROUBLE_DISPUTE, v);
}

const char *
conf_check_on_payment_failed(const char *v)
{
	return remedy_fault(TROUBLE_FAILED, v);
}

const char *
conf_ledger_file(const char *v)
{
	struct str s = str_from(v);

	if (str_starts(s, "sqlite://"))
		v += strlen("sqlite://");
	else if (str_starts(s, "sqlite:"))
		v += strlen("sqlite:");
	s = str_from(v);
	return str_starts(s, "/") && !str_ends(s, "/") ? v : NULL;
}

#ifdef HAVE_LIBPQ
#define WITHOUT_POSTGRES false
#else
#define WITHOUT_POSTGRES true
#endif

/* Whoever names an engine that is not here is told that, not that the path is
 * wrong. Of a server's address no more is looked at than what tells that it is
 * one: the rest is libpq's to read. */
const char *
conf_check_database(const char *v)
{
	struct str s = str_from(v);

	if (str_starts(s, "postgres") && WITHOUT_POSTGRES)
		return "names PostgreSQL, which this build does not have; use "
		       "sqlite:/path/to/admit.db";
	if (str_starts(s, "postgres") && !str_starts(s, "postgresql://") &&
	    !str_starts(s, "postgres://"))
		return "must be written as "
		       "postgresql://user:password@host/database";
	if (!str_starts(s, "postgres") && conf_ledger_file(v) == NULL)
		return "must name a file by its full path, such as "
		       "sqlite:/home/you/admit/admit.db";
	return setting_text(v);
}

/* It stands between quotes in SQL, so nothing in it may end them. A longer name
 * the server would cut short, and two shops might find themselves in one. */
const char *
conf_check_schema(const char *v)
{
	return str_only(str_from(v), STR_LETTERS STR_DIGITS "_") &&
		strlen(v) < 64 ?
	    NULL :
	    "must be of letters, digits and _, up to 63 of them";
}

const char *
conf_check_folder(const char *v)
{
	return v[0] == '/' || str_starts(str_from(v), "~/") ?
	    setting_text(v) :
	    "must be a full path, such as /var/lib/admit";
}
