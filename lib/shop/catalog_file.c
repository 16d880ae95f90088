/* Reading what is sold, and saying where a products file is wrong. */
#include "shop/catalog_file.h"

#include "base/currency.h"
#include "base/file.h"
#include "base/json.h"
#include "shop/conf_check.h"
#include "shop/price.h"

#include <errno.h>
#include <string.h>

#define MAX_TITLE_BYTES 200
#define MAX_DESCRIPTION_CHARS 600 /* what fits under a picture */
#define MAX_AMOUNT 99999999
#define MAX_STARS 10000 /* Telegram's, for a subscription */
#define MAX_GRACE_DAYS 60
#define MAX_TRIAL_DAYS 730 /* Stripe takes no more */
#define MAX_FILE_BYTES ((size_t)256 * 1024)

struct reading {
	struct catalog *catalog;
	struct arena *arena;
	struct conf *conf;
	const char *path;
	struct str text;
	struct json *doc;
	size_t i; /* the product being read */
	bool failed;
};

/* ---- where ---- */

static size_t
line_at(struct str text, size_t offset)
{
	size_t line = 1;

	for (size_t i = 0; i < offset && i < text.len; i++)
		line += text.p[i] == '\n';
	return line;
}

/* Past a string that begins at i. */
static size_t
skip_string(struct str t, size_t i)
{
	for (i++; i < t.len && t.p[i] != '"'; i++)
		if (t.p[i] == '\\')
			i++;
	return i;
}

/* Where the n-th value two levels deep begins, in a text that was parsed: the
 * products, unless something else of the file holds objects as well, which
 * they come to know from the fault itself. */
static size_t
product_at(struct str t, size_t n)
{
	size_t depth = 0, seen = 0;

	for (size_t i = 0; i < t.len; i++) {
		if (t.p[i] == '"')
			i = skip_string(t, i);
		else if (t.p[i] == '{' || t.p[i] == '[') {
			if (++depth == 3 && seen++ == n)
				return i;
		} else if (t.p[i] == '}' || t.p[i] == ']')
			depth--;
	}
	return 0;
}

/* Where the key stands in the product, or else the product itself. json-c keeps
 * no positions, so the text is looked through; where a key of that name stands
 * earlier, inside something else, the line is a little off. */
static size_t
key_at(const struct reading *r, const char *key)
{
	size_t from = product_at(r->text, r->i);
	size_t until = product_at(r->text, r->i + 1), n = strlen(key);

	if (until == 0)
		until = r->text.len;
	for (size_t i = from; n > 0 && i + n + 2 <= until; i++)
		if (r->text.p[i] == '"' && r->text.p[i + n + 1] == '"' &&
		    memcmp(r->text.p + i + 1, key, n) == 0)
			return i;
	return from;
}

/* key: the last part of the path to what is wrong; "": the product. */
static void
wrong(struct reading *r, const char *key, const char *reason)
{
	r->failed = true;
	settings_fault(&r->conf->settings, r->arena,
	    "%s, line %zu, product %zu: %s%s%s", r->path,
	    line_at(r->text, key_at(r, key)), r->i + 1, key,
	    key[0] == '\0' ? "" : " ", reason);
}

/* What is odd, and taken all the same. */
static void
doubt(struct reading *r, const char *key, const char *what)
{
	settings_note(&r->conf->settings, r->arena,
	    "%s, line %zu, product %zu: %s %s", r->path,
	    line_at(r->text, key_at(r, key)), r->i + 1, key, what);
}

/* ---- what ---- */

static struct json *
value(const struct reading *r, const char *path)
{
	return json_at(
	    r->doc, arena_printf(r->arena, "products.%zu.%s", r->i, path));
}

/* The text is copied, because the parsed file goes before the catalog does. */
static const char *
text_of(const struct reading *r, const char *path)
{
	const char *s = json_text(value(r, path), "");

	return arena_dup_text(r->arena, s);
}

/* A line end would break the button or the page's headline that shows it. */
static bool
is_title(const char *s)
{
	size_t n = s == NULL ? 0 : strlen(s);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < ' ')
			return false;
	return n > 0 && n <= MAX_TITLE_BYTES;
}

/* Lines may end in it. */
static bool
is_description(const char *s)
{
	return s != NULL && str_trim(str_from(s)).len > 0 &&
	    str_chars(str_from(s)) <= MAX_DESCRIPTION_CHARS;
}

/* Texts for buyers, by language or one for all. */
struct texts_of {
	const char *key;
	bool (*is_good)(const char *text);
	const char *reason; /* for which one is not */
	struct title *list; /* CATALOG_MAX_TITLES of them */
	size_t *n;
};

static void
add_text(struct reading *r, const struct texts_of *t, const char *language,
    const char *text)
{
	if (!t->is_good(text) || *t->n == CATALOG_MAX_TITLES ||
	    (language != NULL &&
		(strlen(language) != 2 ||
		    !str_only(str_from(language), STR_LETTERS))))
		wrong(r, t->key, t->reason);
	else
		t->list[(*t->n)++] = (struct title){ language, text };
}

static void
read_texts(struct reading *r, const struct texts_of *t)
{
	struct json *by_language = value(r, t->key);
	const char *name;

	/* One text for all languages is the short form; most shops have one. */
	if (!json_is_object(by_language, "")) {
		add_text(r, t, NULL, text_of(r, t->key));
		return;
	}
	for (size_t i = 0; (name = json_name(by_language, i)) != NULL; i++)
		add_text(r, t, arena_dup_text(r->arena, name),
		    arena_dup_text(r->arena, json_text(by_language, name)));
	if (*t->n == 0)
		wrong(r, t->key, "is missing");
}

static void
read_titles(struct reading *r, struct product *p)
{
	read_texts(r,
	    &(struct texts_of){ "title", is_title,
		"must be a text, or texts by two-letter language", p->titles,
		&p->n_titles });
}

/* A picture is taken from a place that only the operator can name. */
static bool
is_photo(const char *s)
{
	return s != NULL &&
	    (s[0] == '/' || str_starts(str_from(s), "https://")) &&
	    !str_has_blank(str_from(s));
}

/* What a card of the product shows beside title and price. */
static void
read_card(struct reading *r, struct product *p)
{
	const char *word = text_of(r, "kind");

	if (value(r, "description") != NULL)
		read_texts(r,
		    &(struct texts_of){ "description", is_description,
			"must be a text of at most 600 characters, or such "
			"texts by two-letter language",
			p->descriptions, &p->n_descriptions });
	if (value(r, "price_note") != NULL)
		read_texts(r,
		    &(struct texts_of){ "price_note", is_title,
			"must be a text, or texts by two-letter language",
			p->notes, &p->n_notes });
	else if (r->conf->price_note != NULL)
		p->notes[p->n_notes++] =
		    (struct title){ NULL, r->conf->price_note };
	p->photo = text_of(r, "photo");
	if (value(r, "photo") != NULL && !is_photo(p->photo))
		wrong(r, "photo",
		    "must be a full path, or an address with https://");
	p->kind = product_kind_named(
	    value(r, "kind") == NULL ? r->conf->product_kind : word);
	if (p->kind == PRODUCT_KIND__COUNT ||
	    (value(r, "kind") != NULL && word == NULL)) {
		wrong(r, "kind", "must be \"course\", \"club\" or \"channel\"");
		p->kind = PRODUCT_COURSE;
	}
}

static void
read_id(struct reading *r, struct product *p)
{
	p->id = text_of(r, "id");
	if (value(r, "id") == NULL)
		wrong(r, "", "must have an id");
	else if (!catalog_is_id(p->id))
		wrong(r, "id", "must be 1 to 32 of a-z, 0-9, '_' and '-'");
	else if (r->i > 0 && catalog_find(r->catalog, p->id) != NULL)
		wrong(r, "id", "stands there twice");
	/* The faults that follow need something to call the product by. */
	if (p->id == NULL)
		p->id = "?";
}

/* A whole number between the two, or absent (then *out stays). */
static bool
read_number(struct reading *r, const char *path, int64_t low, int64_t high,
    int64_t *out)
{
	struct json *v = value(r, path);
	int64_t n;

	if (v == NULL)
		return true;
	if (!json_int(v, "", &n) || n < low || n > high)
		return false;
	*out = n;
	return true;
}

/* Currencies are in small letters, as Stripe writes them: what its events tell
 * is compared with this as text. */
static void
read_currency(struct reading *r, struct product *p)
{
	const char *why;

	p->currency = text_of(r, "price.currency");
	if (p->amount_minor == 0)
		return;
	if (p->currency == NULL || strlen(p->currency) != 3 ||
	    !str_only(str_from(p->currency), "abcdefghijklmnopqrstuvwxyz")) {
		wrong(r, "currency", "must be three small letters");
		return;
	}
	if ((why = currency_fault(r->arena, p->amount_minor, p->currency)) !=
	    NULL)
		wrong(r, "amount", why);
	else if ((why = currency_doubt(
		      r->arena, p->amount_minor, p->currency)) != NULL)
		doubt(r, "amount", why);
}

/* A number or a text, as it is written; NULL: neither. */
static const char *
as_written(struct reading *r, const char *path)
{
	struct json *v = value(r, path);

	if (v == NULL || json_text(v, "") != NULL)
		return json_text(v, "");
	return arena_dup(r->arena, json_render(r->arena, v));
}

/* Whole euros and cents are what a person writes first; the currency that was
 * meant is not known where the price is not an object. */
static void
read_amount(struct reading *r, struct product *p)
{
	bool is_object = json_is_object(value(r, "price"), "");
	const char *path = is_object ? "price.amount" : "price";
	const char *code =
	    is_object ? json_text(value(r, "price.currency"), "") : "eur";
	const char *hint = price_hint(r->arena, as_written(r, path), code);

	if (!is_object && value(r, "price") != NULL)
		wrong(r, "price",
		    arena_printf(r->arena,
			"must be { \"amount\": 999, \"currency\": \"eur\" } "
			"or { \"stripe\": \"price_...\" }%s",
			hint));
	else if (!read_number(
		     r, "price.amount", 1, MAX_AMOUNT, &p->amount_minor))
		wrong(r, "amount",
		    arena_printf(r->arena,
			"must be a whole number of minor units%s", hint));
}

/* Well or badly named: whatever stands there has been judged. */
static bool
has_price(const struct reading *r)
{
	struct json *price = value(r, "price");

	return price != NULL &&
	    (!json_is_object(price, "") || json_at(price, "amount") != NULL ||
		json_at(price, "stripe") != NULL);
}

static void
read_price(struct reading *r, struct product *p)
{
	p->price_id = text_of(r, "price.stripe");
	read_amount(r, p);
	if (!read_number(r, "stars", 1, MAX_STARS, &p->stars))
		wrong(r, "stars", "must be a whole number up to 10000");
	/* The most common slip is to copy the product's id (prod_...)
	 * instead. */
	if (value(r, "price.stripe") != NULL &&
	    (p->price_id == NULL ||
		!str_starts(str_from(p->price_id), "price_")))
		wrong(r, "stripe", "must be a price's id, price_...");
	read_currency(r, p);
	if (p->price_id != NULL && p->amount_minor != 0)
		wrong(r, "price", "has both an amount and a price of Stripe's");
	if (!has_price(r) && p->stars == 0)
		wrong(r, "price", "is missing, and so is stars");
	p->stars_alone = !has_price(r);
}

/* One of the words, or absent: 0. -1: another. */
static int
read_word(struct reading *r, const char *path, const char *const words[])
{
	const char *s = text_of(r, path);

	if (value(r, path) == NULL)
		return 0;
	for (int i = 0; words[i] != NULL; i++)
		if (s != NULL && strcmp(s, words[i]) == 0)
			return i;
	return -1;
}

/* The older name of on_dispute, with words of its own. */
static void
read_dispute(struct reading *r, struct product *p)
{
	static const char *const words[] = { "end", "keep", NULL };
	int dispute = read_word(r, "dispute", words);

	if (value(r, "dispute") == NULL)
		return;
	if (dispute < 0)
		wrong(r, "dispute", "must be \"end\" or \"keep\"");
	else if (value(r, "on_dispute") != NULL)
		wrong(r, "dispute", "says the same as on_dispute: keep one");
	else
		p->remedies[TROUBLE_DISPUTE] =
		    dispute == 1 ? REMEDY_TELL : REMEDY_PAUSE;
}

static void
read_remedies(struct reading *r, struct product *p)
{
	static const char *const names[TROUBLE__COUNT] = {
		[TROUBLE_WARNING] = "on_fraud_warning",
		[TROUBLE_DISPUTE] = "on_dispute",
		[TROUBLE_FAILED] = "on_payment_failed"
	};

	for (enum trouble t = 0; t < TROUBLE__COUNT; t++) {
		const char *word = text_of(r, names[t]);
		const char *fault = remedy_fault(t, word);

		if (value(r, names[t]) != NULL && fault != NULL)
			wrong(r, names[t], fault);
		p->remedies[t] = remedy_named(t, word);
	}
	read_dispute(r, p);
}

static void
read_policies(struct reading *r, struct product *p)
{
	static const char *const keep[] = { "keep", "end", NULL };
	int partial = read_word(r, "partial_refund", keep);
	const char *every = text_of(r, "every");

	if (partial < 0)
		wrong(r, "partial_refund", "must be \"keep\" or \"end\"");
	if (value(r, "every") != NULL &&
	    (every == NULL || !conf_period(every, &p->every, &p->every_n)))
		wrong(r, "every",
		    "must be \"day\", \"week\", \"month\" or \"year\", or so "
		    "many: \"3 months\"");
	p->partial_refund_ends = partial == 1;
	if (!read_number(r, "grace_days", 0, MAX_GRACE_DAYS, &p->grace_days))
		wrong(r, "grace_days", "must be a whole number up to 60");
}

static void
read_consent(struct reading *r, struct product *p)
{
	struct json *given = value(r, "consent");

	if (given == NULL)
		return;
	if (json_is_true(given, ""))
		p->consent = PRODUCT_CONSENT_ASKED;
	else if (str_eq(json_render(r->arena, given), "false"))
		p->consent = PRODUCT_CONSENT_NOT_ASKED;
	else
		wrong(r, "consent", "must be true or false");
}

/* Only what is paid anew can be tried first. A price that is kept at Stripe has
 * a currency that only Stripe knows, so nothing else can be charged in it. */
static void
read_trial(struct reading *r, struct product *p)
{
	if (!read_number(r, "trial_days", 1, MAX_TRIAL_DAYS, &p->trial_days))
		wrong(r, "trial_days", "must be a whole number from 1 to 730");
	else if (p->trial_days != 0 && value(r, "every") == NULL)
		wrong(r, "trial_days",
		    "is for what is paid anew, and every is missing");
	if (!read_number(
		r, "trial_amount", 1, MAX_AMOUNT, &p->trial_amount_minor))
		wrong(
		    r, "trial_amount", "must be a whole number of minor units");
	else if (p->trial_amount_minor != 0 && value(r, "trial_days") == NULL)
		wrong(r, "trial_amount",
		    "is for a trial, and trial_days is missing");
	else if (p->trial_amount_minor != 0 && p->amount_minor == 0)
		wrong(r, "trial_amount",
		    "needs a price with an amount and a currency");
}

static bool
is_one_of(const char *name, const char *const names[])
{
	while (*names != NULL && strcmp(name, *names) != 0)
		names++;
	return *names != NULL;
}

/* What nobody knows is a slip of the pen. */
static void
know_names(struct reading *r, const char *path, const char *const names[],
    void (*say)(struct reading *, const char *, const char *))
{
	struct json *obj = path[0] == '\0' ?
	    json_at(r->doc, arena_printf(r->arena, "products.%zu", r->i)) :
	    value(r, path);
	const char *name;

	for (size_t i = 0; (name = json_name(obj, i)) != NULL; i++)
		if (!is_one_of(name, names))
			say(r, arena_dup_text(r->arena, name),
			    "is no name that is known here");
}

static bool
is_link(const char *s)
{
	return s != NULL && !str_has_blank(str_from(s)) &&
	    (str_starts(str_from(s), "https://") ||
		str_starts(str_from(s), "tg://"));
}

static void
read_channel(struct reading *r, struct product *p, size_t k)
{
	static const char *const names[] = { "id", "link", NULL };
	const char *id = arena_printf(r->arena, "channels.%zu.id", k);
	const char *link = arena_printf(r->arena, "channels.%zu.link", k);
	struct channel *c = &p->channels[k];
	int64_t chat = 0;

	/* Only doubted: shops of before sell with whatever stands there. */
	know_names(r, arena_printf(r->arena, "channels.%zu", k), names, doubt);
	c->link = text_of(r, link);
	if (value(r, link) != NULL && !is_link(c->link))
		wrong(r, "link", "must begin with https:// or tg://");
	/* Channels and groups have numbers below zero; a positive one is a
	 * person's. */
	if (!read_number(r, id, INT64_MIN + 1, -1, &chat))
		wrong(r, "channels",
		    "has an id that is not Telegram's: a negative number");
	if (chat != 0)
		c->chat_id = arena_printf(r->arena, "%lld", (long long)chat);
	if (c->chat_id == NULL && c->link == NULL)
		wrong(r, "channels", "has one with neither id nor link");
}

static void
read_channels(struct reading *r, struct product *p)
{
	size_t n = json_count(value(r, "channels"), "");

	/* A product without a channel would be paid for and lead nowhere. */
	if (n == 0 || n > CATALOG_MAX_CHANNELS) {
		wrong(r, "channels", "must be a list of 1 to 8");
		return;
	}
	p->n_channels = n;
	for (size_t k = 0; k < n; k++)
		read_channel(r, p, k);
}

static void
read_product(struct reading *r)
{
	static const char *const names[] = { "id", "title", "kind",
		"description", "photo", "price", "price_note", "every",
		"trial_days", "trial_amount", "stars", "channels",
		"partial_refund", "dispute", "on_fraud_warning", "on_dispute",
		"on_payment_failed", "grace_days", "consent", NULL };
	static const char *const of_price[] = { "amount", "currency", "stripe",
		NULL };
	/* What the settings say holds for each product that says nothing. */
	struct product p = { .grace_days = r->conf->grace_days };

	know_names(r, "", names, wrong);
	know_names(r, "price", of_price, wrong);
	read_id(r, &p);
	read_titles(r, &p);
	read_card(r, &p);
	read_price(r, &p);
	read_policies(r, &p);
	read_remedies(r, &p);
	read_consent(r, &p);
	read_trial(r, &p);
	read_channels(r, &p);
	/* Even a faulty one takes its place: those after it are checked against
	 * its id, and all faults come out in one go. */
	r->catalog->products[r->i] = p;
	r->catalog->n = r->i + 1;
}

/* Beside the products; doubted, as what stands in a channel is. */
static void
know_parts(struct reading *r)
{
	static const char *const names[] = { "$schema", "products", NULL };
	const char *name;

	for (size_t i = 0; (name = json_name(r->doc, i)) != NULL; i++)
		if (!is_one_of(name, names))
			settings_note(&r->conf->settings, r->arena,
			    "%s: %s is no name that is known beside products",
			    r->path, arena_dup_text(r->arena, name));
}

bool
catalog_read(struct catalog *c, struct arena *a, struct conf *conf,
    const char *path, struct str text)
{
	struct reading r = { c, a, conf, path, text, NULL, 0, false };
	size_t stopped_at = 0, n;

	/* Editors of Windows put a mark of UTF-8 in front. */
	if (str_starts(text, "\xef\xbb\xbf"))
		r.text = text = (struct str){ text.p + 3, text.len - 3 };
	if (json_parse_at(a, text, &r.doc, &stopped_at) != ERR_OK) {
		settings_fault(&conf->settings, a,
		    "%s, line %zu: this is not JSON", path,
		    line_at(text, stopped_at));
		return false;
	}
	n = json_count(r.doc, "products");
	if (n == 0 || n > CATALOG_MAX_PRODUCTS) {
		settings_fault(&conf->settings, a,
		    "%s, line 1: products must be a list of 1 to %d", path,
		    CATALOG_MAX_PRODUCTS);
		return false;
	}
	know_parts(&r);
	c->n = 0;
	for (r.i = 0; r.i < n; r.i++)
		read_product(&r);
	return !r.failed;
}

/* ---- all that is sold ---- */

static struct product
from_settings(const struct conf *conf)
{
	struct product p = {
		.id = PRODUCT_DEFAULT,
		.titles = { { NULL, conf->product_name } },
		.n_titles = 1,
		.kind = product_kind_named(conf->product_kind),
		.notes = { { NULL, conf->price_note } },
		.n_notes = conf->price_note != NULL,
		.price_id = conf->stripe_price_id,
		.amount_minor = conf->price_amount_minor,
		.currency = conf->price_currency,
		.stars = conf->stars_amount,
		.channels = { { conf->paid_channel_id,
		    conf->paid_channel_link } },
		.n_channels = 1,
		.trial_days = conf->trial_days,
		.grace_days = conf->grace_days,
	};

	/* Its own check has told of it, and something must stand there. */
	if (p.kind == PRODUCT_KIND__COUNT)
		p.kind = PRODUCT_COURSE;
	if (conf->price_every != NULL)
		(void)conf_period(conf->price_every, &p.every, &p.every_n);
	return p;
}

/* What the settings name must be sold. */
static enum err
check_names(const struct catalog *c, struct arena *a, struct conf *conf)
{
	const char *id = conf->coach_group_product;

	if (id == NULL || catalog_find(c, id) != NULL)
		return ERR_OK;
	settings_fault(&conf->settings, a,
	    "COACH_GROUP_PRODUCT: there is no product with the id %s", id);
	return ERR_CONFIG;
}

enum err
catalog_load(struct catalog *c, struct arena *a, struct conf *conf)
{
	const char *path = conf->products_file;
	struct str text;

	*c = (struct catalog){ .n = 1 };
	/* Filled in even where there is a file: should that be wrong, the
	 * catalog still has a product, as everything that reads it expects. */
	c->products[0] = from_settings(conf);
	if (path == NULL)
		return check_names(c, a, conf);
	if (!file_read(a, path, MAX_FILE_BYTES, &text)) {
		settings_fault(&conf->settings, a,
		    "the products file %s: cannot be read: %s", path,
		    strerror(errno));
		return ERR_CONFIG;
	}
	return catalog_read(c, a, conf, path, text) ? check_names(c, a, conf) :
						      ERR_CONFIG;
}
