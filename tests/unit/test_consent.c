/* Asking for consent, and what counts as one. */
#include "shop.h"

#include "base/clock.h"
#include "ledger/consents.h"
#include "payment/consent.h"
#include "payment/stars.h"
#include "shop/text.h"

static struct app app = { SELLS({ COURSE, TO_LINK("https://t.me/+a") },
			      { CLUB, TO_LINK("https://t.me/+b") }),
	.conf = { .product_name = "A course",
	    .base_url = "https://h",
	    .stripe_secret_key = "sk_test_1",
	    .consent = 1,
	    .support_contact = "@coach" } };

static const struct product *
course(void)
{
	return &app.catalog.products[0];
}

/* ---- pressing the button ---- */

struct press {
	const char *data;
	enum language in;
	const struct product *p;
};

static enum err
press(struct db *db, void *ctx)
{
	struct press *x = ctx;

	(void)db;
	return consent_pressed(
	    x->in, &app, &mem, BUYER, str_from(x->data), &x->p);
}

/* What stands behind the button that says yes, without its first word. */
static const char *
button(const struct product *p, enum language in)
{
	struct tg_message m;
	struct str data;

	check_err(consent_message(in, &app, &mem, BUYER, p, &m), ERR_OK);
	assert_non_null(m.text);
	data = str_from(m.choices[m.n_choices - 2].data);
	assert_true(data.len <= 64);
	check_str(str_cut(&data, ':'), CONSENT_AGREE);
	return arena_dup(&mem, data);
}

static bool
is_missing(const struct product *p, bool must_be_proven)
{
	bool missing = false;

	check_err(
	    consent_is_missing(&app, &mem, BUYER, p, must_be_proven, &missing),
	    ERR_OK);
	return missing;
}

static void
agrees(void **state)
{
	struct press x = { .in = LANGUAGE_DE };
	struct tg_message m;
	const char *receipt;

	(void)state;
	shop_open(USER);
	assert_true(is_missing(course(), true));
	check_err(
	    consent_receipt(LANGUAGE_DE, &app, &mem, BUYER, course(), &receipt),
	    ERR_OK);
	assert_null(receipt);
	x.data = button(course(), LANGUAGE_DE);
	shop_does(press, &x);
	shop_does(press, &x); /* twice is once */
	assert_ptr_equal(x.p, course());
	check_int(look_int("SELECT COUNT(*) FROM consents"), 1);
	assert_false(is_missing(course(), true));
	assert_true(is_missing(&app.catalog.products[1], true));
	/* Another language later is no other text. */
	check_err(consent_message(LANGUAGE_PL, &app, &mem, BUYER, course(), &m),
	    ERR_OK);
	assert_null(m.text);
	check_err(
	    consent_receipt(LANGUAGE_DE, &app, &mem, BUYER, course(), &receipt),
	    ERR_OK);
	check_has(receipt, "Widerrufsrecht");
}

/* The same button after the text became another. */
static void
changed(void **state)
{
	struct press x = { .in = LANGUAGE_UK };

	(void)state;
	shop_open(USER);
	x.data = button(course(), LANGUAGE_UK);
	app.conf.support_contact = "@other"; /* stands in the terms */
	shop_does(press, &x);
	check_int(look_int("SELECT COUNT(*) FROM consents"), 0);
	x.data = button(course(), LANGUAGE_UK);
	shop_does(press, &x);
	assert_false(is_missing(course(), true));
	app.conf.support_contact = "@coach";
	assert_true(is_missing(course(), true));
}

static const struct bad {
	const char *why, *data;
} bads[] = {
	{ "nothing", "" },
	{ "no product", "0123456789abcdef" },
	{ "another hash", "0123456789abcdef:course" },
	{ "a part of one", "01:course" },
	{ "a product that is not sold", "0123456789abcdef:gone" },
};

static void
refuses(void **state)
{
	struct press x = { .data = ((const struct bad *)*state)->data };

	shop_open(USER);
	shop_does(press, &x);
	check_int(look_int("SELECT COUNT(*) FROM consents"), 0);
}

/* ---- who is asked ---- */

static const struct asked {
	const char *why;
	int64_t setting;
	enum product_consent product;
	bool want;
} askeds[] = {
	{ "by the settings", 1, PRODUCT_CONSENT_USUAL, true },
	{ "not by the settings", 0, PRODUCT_CONSENT_USUAL, false },
	{ "by the product", 0, PRODUCT_CONSENT_ASKED, true },
	{ "not by the product", 1, PRODUCT_CONSENT_NOT_ASKED, false },
};

static void
wants(void **state)
{
	const struct asked *c = *state;
	const struct conf conf = { .consent = c->setting };
	const struct product p = { .consent = c->product };

	check_int(agreement_is_wanted(&conf, &p), c->want);
}

static enum err
add_unproven(struct db *db, void *ctx)
{
	struct agreement *g = ctx;

	return consent_add(db,
	    &(struct consent){ .tg_id = BUYER,
		.product = "course",
		.hash = g->hash,
		.language = "uk" });
}

/* Who follows a bare link may be anybody. */
static void
unproven(void **state)
{
	struct agreement g;

	(void)state;
	shop_open(USER);
	check_err(
	    agreement_read(LANGUAGE_UK, &app, &mem, course(), &g), ERR_OK);
	shop_does(add_unproven, &g);
	assert_true(is_missing(course(), true));
	assert_false(is_missing(course(), false));
}

/* Who agreed later bought without it. */
static void
of_purchase(void **state)
{
	struct agreement g;
	struct consent c;
	int64_t now_ms;

	(void)state;
	shop_open(USER);
	check_err(
	    agreement_read(LANGUAGE_UK, &app, &mem, course(), &g), ERR_OK);
	shop_does(add_unproven, &g);
	now_ms = look_int("SELECT at_ms FROM consents");
	check_err(
	    consent_of_purchase(app.db, &mem, BUYER, "course", now_ms - 1, &c),
	    ERR_NOT_FOUND);
	check_err(
	    consent_of_purchase(app.db, &mem, BUYER, "course", now_ms, &c),
	    ERR_OK);
	check_int(c.at_ms, now_ms);
	check_str(str_from(c.hash), g.hash);
}

/* An invoice in Stars may be older than the terms. */
static void
invoice(void **state)
{
	const struct tg_update u = { .kind = TG_CHECKOUT,
		.from_id = BUYER,
		.payment = { .query_id = "1",
		    .currency = "XTR",
		    .payload = "admit:course",
		    .amount = 50 } };
	struct press x = { .in = LANGUAGE_DE };
	struct json *params;

	(void)state;
	shop_open(USER);
	app.catalog.products[0].stars = 50;
	app.conf.sell_with = "both";
	check_err(stars_checkout(&app, &mem, &u, LANGUAGE_DE, &params), ERR_OK);
	check_has(json_text(params, "error_message"), "/pay");
	x.data = button(course(), LANGUAGE_DE);
	shop_does(press, &x);
	check_err(stars_checkout(&app, &mem, &u, LANGUAGE_DE, &params), ERR_OK);
	assert_true(json_is_true(params, "ok"));
	app.catalog.products[0].stars = 0;
	app.conf.sell_with = NULL;
}

/* ---- a page's word ---- */

static void
token(void **state)
{
	struct agreement g, other;
	const char *word;
	char *spoilt;

	(void)state;
	check_err(
	    agreement_read(LANGUAGE_UK, &app, &mem, course(), &g), ERR_OK);
	check_err(
	    agreement_read(LANGUAGE_DE, &app, &mem, course(), &other), ERR_OK);
	check_err(consent_token(&app, &mem, 5, course(), &g, &word), ERR_OK);
	assert_true(consent_token_holds(&app, &mem, 5, course(), &g, word));
	assert_false(consent_token_holds(&app, &mem, 6, course(), &g, word));
	assert_false(
	    consent_token_holds(&app, &mem, 5, course(), &other, word));
	assert_false(consent_token_holds(
	    &app, &mem, 5, &app.catalog.products[1], &g, word));
	assert_false(consent_token_holds(&app, &mem, 5, course(), &g, ""));
	assert_false(consent_token_holds(&app, &mem, 5, course(), &g, "1.2"));
	spoilt = arena_dup_text(&mem, word);
	spoilt[0]++; /* a longer life */
	assert_false(consent_token_holds(&app, &mem, 5, course(), &g, spoilt));
}

int
main(void)
{
	ONE("consent", "given, kept, told", agrees);
	ONE("consent", "to a text that changed is none", changed);
	ROWS("no consent", refuses, bads);
	ROWS("asked", wants, askeds);
	ONE("asked", "again after a bare link", unproven);
	ONE("of a purchase", "the latest before it was paid", of_purchase);
	ONE("asked", "by an invoice of before", invoice);
	ONE("page", "its word is for one person, product and text", token);
	return testing_run("consent", ledger_make, ledger_remove);
}
