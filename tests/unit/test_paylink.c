/* Links to pay by: who can make one, and until when it holds. */
#include "shop.h"

#include "base/crypto.h"
#include "payment/paylink.h"
#include "payment/provider.h"

#define SECRET "a word that nobody guesses"
#define NOBODY 0
#define FIRST (&app.catalog.products[0])
#define SECOND (&app.catalog.products[1])

static const char *product; /* of the link read last */

static void
set(const char *secret, int64_t bare)
{
	app = (struct app){ .db = ledger.db,
		.catalog = { .products = { { .id = "course" }, { .id = "club" },
				 { .id = "k" } },
		    .n = 3 },
		.conf = { .base_url = "https://h/x",
		    .pay_link_secret = secret,
		    .pay_link_bare = bare } };
}

/* Whose it is; NOBODY with the error in *e. */
static int64_t
reader(const char *query, enum err *e)
{
	char *none[] = { NULL };
	struct request req;
	struct paylink link;

	request_read(&req, &mem, none);
	req.query = query;
	*e = paylink_read(&app, &req, &link);
	product = *e == ERR_OK ? link.product->id : NULL;
	return *e == ERR_OK ? link.tg_id : NOBODY;
}

static const char *
query_of(const char *url)
{
	return strchr(url, '?') + 1;
}

/* Signed as the program would, whatever the text. */
static const char *
forged(const char *text)
{
	const struct str parts[] = { str_from("paylink:"), str_from(text) };
	unsigned char mac[HMAC_SHA256_BYTES];
	char hex[2 * HMAC_SHA256_BYTES + 1];

	check_err(hmac_sha256(str_from(SECRET), parts, 2, mac), ERR_OK);
	hex_encode(mac, sizeof(mac), hex);
	return arena_printf(&mem, "t=%s.%.32s", text, hex);
}

static void
bare(void **state)
{
	enum err e;

	(void)state;
	set(NULL, 1);
	check_text(
	    paylink_make(&app, &mem, 5, FIRST), "https://h/x/pay?tg_id=5");
	check_int(reader("tg_id=5", &e), 5);
	check_text(paylink_make(&app, &mem, 5, SECOND),
	    "https://h/x/pay?tg_id=5&product=club");
	check_int(reader("tg_id=5&product=club", &e), 5);
	check_text(product, "club");
	check_int(reader("tg_id=5&product=", &e), 5);
	check_text(product, "course");
	(void)reader("tg_id=5&product=gone", &e);
	check_err(e, ERR_NOT_FOUND);
	(void)reader("tg_id=5&product=club&product=club", &e);
	check_err(e, ERR_INPUT);
	check_int(reader("tg_id=0", &e), NOBODY);
	check_err(e, ERR_INPUT);
	check_int(reader(forged("5.course.99999999999"), &e), NOBODY);
	check_err(e, ERR_INPUT);
}

static void
signed_by_us(void **state)
{
	const char *url;
	enum err e;

	(void)state;
	set(SECRET, 0);
	url = paylink_make(&app, &mem, 4503599627370496, FIRST);
	assert_memory_equal(url, "https://h/x/pay?t=4503599627370496.", 35);
	check_int(reader(query_of(url), &e), 4503599627370496);
	check_text(product, "course");
	check_int(reader(query_of(paylink_make(&app, &mem, 7, SECOND)), &e), 7);
	check_text(product, "club");
	check_int(reader("tg_id=5", &e), NOBODY);
	check_err(e, ERR_INPUT);
	set(SECRET, 1);
	check_int(reader("tg_id=5", &e), 5);
}

/* The language goes along with either form, and on from a preview. */
static void
with_language(void **state)
{
	static const char *const secrets[] = { NULL, SECRET };
	char *none[] = { NULL };
	struct request req;
	struct paylink link;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		set(secrets[i], 1);
		request_read(&req, &mem, none);
		req.query = query_of(paylink_in(
		    &mem, paylink_make(&app, &mem, 5, FIRST), LANGUAGE_DE));
		check_err(paylink_read(&app, &req, &link), ERR_OK);
		check_text(link.language, "de");
		check_has(paylink_onward(&app, &req, &link), "&language=de");
	}
	req.query = "tg_id=5&language=fr";
	check_err(paylink_read(&app, &req, &link), ERR_OK);
	check_text(link.language, NULL);
	check_lacks(paylink_onward(&app, &req, &link), "language");
}

static void
every_byte_counts(void **state)
{
	const char *good;
	enum err e;

	(void)state;
	set(SECRET, 0);
	good = query_of(paylink_make(&app, &mem, 5, FIRST));
	for (size_t i = 2; good[i] != '\0'; i++) {
		char *bad = arena_dup_text(&mem, good);

		bad[i] = bad[i] == '7' ? '8' : '7';
		check_int(reader(bad, &e), NOBODY);
		bad = arena_dup_text(&mem, good);
		bad[i] = '\0';
		check_int(reader(bad, &e), NOBODY);
		check_err(e, ERR_INPUT);
	}
	set("another word", 0);
	check_int(reader(good, &e), NOBODY);
}

static const struct token {
	const char *text;
	enum err want;
} tokens[] = {
	{ "5.course.99999999999", ERR_OK },
	{ "5.k.99999999999", ERR_OK },
	{ "5.course.1700000000", ERR_AUTH },
	{ "5", ERR_INPUT },
	{ "5.course.", ERR_INPUT },
	{ "5..99999999999", ERR_INPUT },
	{ "5.gone.99999999999", ERR_NOT_FOUND },
	{ ".course.99999999999", ERR_INPUT },
	{ "05.course.99999999999", ERR_INPUT },
	{ "-5.course.99999999999", ERR_INPUT },
	{ "5.course.99999999999.1", ERR_INPUT },
	{ "4503599627370497.course.99999999999", ERR_INPUT },
	{ "", ERR_INPUT },
};

static void
token(void **state)
{
	const struct token *t = *state;
	enum err e;

	set(SECRET, 1);
	(void)reader(forged(t->text), &e);
	check_err(e, t->want);
}

/* A link may be older than the name of what it sells. */
static void
former_names(void **state)
{
	struct request req;
	struct paylink link;
	char *none[] = { NULL };
	enum err e;

	(void)state;
	shop_open("INSERT INTO renamed (product, is_now)"
		  " VALUES ('lessons', 'club'), ('other', 'gone')");
	set(SECRET, 1);
	check_int(reader(forged("5.lessons.99999999999"), &e), 5);
	check_text(product, "club");
	check_int(reader("tg_id=5&product=lessons", &e), 5);
	check_text(product, "club");
	(void)reader(forged("5.other.99999999999"), &e);
	check_err(e, ERR_NOT_FOUND);
	request_read(&req, &mem, none);
	req.query = forged("5.lessons.1700000000");
	check_err(paylink_read(&app, &req, &link), ERR_AUTH);
	check_text(link.product->id, "club");
}

static void
both_forms(void **state)
{
	enum err e;

	(void)state;
	set(SECRET, 1);
	(void)reader(
	    arena_printf(&mem, "%s&tg_id=5", forged("5.course.99999999999")),
	    &e);
	check_err(e, ERR_INPUT);
	(void)reader("", &e);
	check_err(e, ERR_INPUT);
	(void)reader("t=", &e);
	check_err(e, ERR_INPUT);
}

/* Who is to be paid is said behind either form, and goes on to the button of the
 * page that a preview gets. */
static const struct with {
	const char *why, *query, *name,
	    *onward; /* NULL: nobody in particular */
} withs[] = {
	{ "nobody in particular", "tg_id=5", NULL, "&product=course&go=1" },
	{ "one of the table", "tg_id=5&with=stripe", "stripe",
	    "&product=course&go=1&with=stripe" },
	{ "a name that nobody has", "tg_id=5&with=shells", NULL,
	    "&product=course&go=1" },
	{ "twice", "tg_id=5&with=stripe&with=stars", NULL,
	    "&product=course&go=1" },
};

static void
with(void **state)
{
	const struct with *w = *state;
	char *none[] = { NULL };
	const struct request req = {
		.arena = &mem, .query = w->query, .variables = none
	};
	struct paylink link;
	const char *url;

	set(NULL, 1);
	check_err(paylink_read(&app, &req, &link), ERR_OK);
	check_text(link.with == NULL ? NULL : link.with->name, w->name);
	url = paylink_onward(&app, &req, &link);
	check_text(strstr(url, "&product="), w->onward);
}

int
main(void)
{
	ONE("link", "bare", bare);
	ONE("link", "signed", signed_by_us);
	ONE("link", "with a language", with_language);
	ONE("link", "every byte of it counts", every_byte_counts);
	ROWS("signed, with", token, tokens);
	ROWS("who is to be paid", with, withs);
	ONE("link", "both forms, none, an empty one", both_forms);
	ONE("link", "of a product that was renamed", former_names);
	return testing_run("paylink", ledger_make, ledger_remove);
}
