/* What is offered: cards with pictures, the link to a plan in Stars. */
#include "step.h"

#include "payment/card.h"
#include "payment/offer.h"
#include "payment/provider.h"

#include <unistd.h>

/* The link that was made leads to its message, also when that could not be
 * written down and the answer is judged once more. */
static void
link_leads_on(void **state)
{
	const struct http_response link = { .status = 200,
		.body =
		    str_from("{\"ok\":true,\"result\":\"https://t.me/$x\"}") };
	const struct http_response sent = { .status = 200,
		.body =
		    str_from("{\"ok\":true,\"result\":{\"message_id\":1}}") };
	struct settling s = { .step = { .job = { .id = 1,
					    .kind = JOB_NOTICE,
					    .tg_id = 5,
					    .detail = "stars:monthly" } },
		.res = &link };

	(void)state;
	shop_open(USER);
	check_err(work_prepare(&app, &mem, &s.step), ERR_OK);
	assert_true(s.step.state != NULL);
	for (int i = 0; i < 2; i++) {
		shop_does(settle, &s);
		check_int(s.o.after, AFTER_HELD_CALL);
		check_has(arena_dup(&mem, s.step.call.body), "https://t.me/$x");
	}
	s.res = &sent;
	shop_does(settle, &s);
	check_int(s.o.after, AFTER_DONE);
}

/* A shop that sells for Stars alone has them do it, whichever stands first in
 * the table of providers. */
static void
alone(void **state)
{
	const struct product *plan = catalog_find(&app.catalog, "monthly");

	(void)state;
	assert_null(offer_alone(&app, plan));
	app.conf.sell_with = "stars";
	assert_ptr_equal(
	    offer_alone(&app, plan), provider_find(str_from("stars")));
	assert_null(offer_alone(&app, catalog_find(&app.catalog, "club")));
	app.conf.sell_with = NULL;
}

/* What has a price in Stars alone is offered for them, beside whatever else the
 * shop sells; and where it takes none, by no link that leads nowhere. */
static void
of_stars_alone(void **state)
{
	const struct product star = { NAMED("star", "A star"), .stars = 1,
		.stars_alone = true };
	struct tg_message m;

	(void)state;
	shop_open(USER);
	app.conf.sell_with = "both";
	assert_ptr_equal(
	    offer_alone(&app, &star), provider_find(str_from("stars")));
	app.conf.sell_with = "stripe";
	assert_null(offer_alone(&app, &star));
	m = offer_message(LANGUAGE_EN, &app, &mem, BUYER, &star);
	check_has(m.text, "A star");
	check_lacks(m.text, "/pay?");
	check_text(m.button_url, NULL);
	app.conf.sell_with = NULL;
}

/* ---- with a picture ---- */

#define TAKEN \
	"{\"ok\":true,\"result\":{\"message_id\":1,\"photo\":[" \
	"{\"file_id\":\"small\"},{\"file_id\":\"large\"}]}}"
#define REFUSED(why) \
	"{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: " why \
	"\"}"

static char photo[64];

static void
put_photo(const char *bytes)
{
	FILE *f = fopen(photo, "w");

	assert_non_null(f);
	assert_true(fputs(bytes, f) >= 0 && fclose(f) == 0);
}

/* The step of a card, and how its call goes. */
static struct settling
card(const char *detail)
{
	struct settling s = { .step = { .job = { .id = 1,
					    .kind = JOB_NOTICE,
					    .tg_id = 5,
					    .attempts = 1,
					    .detail = detail } } };

	check_err(work_prepare(&app, &mem, &s.step), ERR_OK);
	return s;
}

static void
answered(struct settling *s, int status, const char *body)
{
	const struct http_response res = { .status = status,
		.body = str_from(body) };

	s->res = &res;
	shop_does(settle, s);
}

static const char *
body_of(const struct settling *s)
{
	return arena_dup(&mem, s->step.call.body);
}

/* A file is sent once, then Telegram's name for it, until it is another. */
static void
photo_once(void **state)
{
	struct settling s;

	(void)state;
	shop_open(USER);
	put_photo("first");
	app.catalog.products[1].photo = photo;
	s = card("pay:club");
	check_has(s.step.call.url, "/sendPhoto");
	check_has(s.step.call.headers[0], "multipart/form-data; boundary=");
	check_has(body_of(&s), "\r\n\r\nfirst\r\n");
	check_has(body_of(&s), "A club");
	answered(&s, 200, TAKEN);
	check_int(s.o.after, AFTER_DONE);
	s = card("pay:club");
	check_has(s.step.call.headers[0], "application/json");
	check_has(body_of(&s), "\"photo\":\"large\"");
	s = card("card/77/photo:club");
	check_has(s.step.call.url, "/editMessageMedia");
	check_has(body_of(&s), "\"media\":\"large\"");
	put_photo("the second one");
	s = card("card/77/text:club");
	check_has(s.step.call.url, "/editMessageMedia");
	check_has(body_of(&s), "attach://photo");
	check_has(body_of(&s), "the second one");
	app.catalog.products[1].photo = NULL;
}

/* No sale hangs on a picture. */
static void
photo_refused(void **state)
{
	struct settling s;

	(void)state;
	shop_open(USER);
	put_photo("first");
	app.catalog.products[1].photo = photo;
	s = card("pay:club");
	answered(&s, 200, TAKEN);
	s = card("pay:club");
	answered(&s, 400, REFUSED("wrong file identifier"));
	check_int(s.o.after, AFTER_HELD_CALL);
	check_has(s.step.call.url, "/sendMessage");
	check_has(body_of(&s), "A club");
	s = card("pay:club"); /* next time its bytes again */
	check_has(body_of(&s), "first");
	s = card("card/77/photo:club");
	answered(&s, 400, REFUSED("message is not modified: the same"));
	check_int(s.o.after, AFTER_DONE);
	assert_int_equal(remove(photo), 0);
	s = card("pay:club");
	check_has(s.step.call.url, "/sendMessage");
	answered(&s, 400, REFUSED("text is too long"));
	check_int(s.o.after, AFTER_RETRY);
	app.catalog.products[1].photo = "https://h.example/a.jpg";
	s = card("pay:club");
	check_has(s.step.call.url, "/sendPhoto");
	check_has(body_of(&s), "\"photo\":\"https://h.example/a.jpg\"");
	app.catalog.products[1].photo = NULL;
}

/* ---- what a card says ---- */

static const struct price {
	const char *why;
	struct product p;
	enum language in;
	const char *want;
} prices[] = {
	{ "once", { .amount_minor = 999, .currency = "eur" }, LANGUAGE_EN,
	    "paid once" },
	{ "by the month",
	    { .amount_minor = 999,
		.currency = "eur",
		.every = "month",
		.every_n = 1 },
	    LANGUAGE_UK, "на місяць" },
	{ "by several",
	    { .amount_minor = 999,
		.currency = "eur",
		.every = "month",
		.every_n = 3 },
	    LANGUAGE_UK, "раз на 3 місяці" },
	{ "by many",
	    { .amount_minor = 999,
		.currency = "eur",
		.every = "week",
		.every_n = 6 },
	    LANGUAGE_PL, "co 6 tygodni" },
	{ "a year, in German",
	    { .amount_minor = 9900,
		.currency = "eur",
		.every = "year",
		.every_n = 1 },
	    LANGUAGE_DE, "pro Jahr" },
	{ "in Stars alone", { .stars = 500, .stars_alone = true }, LANGUAGE_EN,
	    "500 Telegram Stars, paid once" },
	{ "which Stripe alone knows", { .price_id = "price_1" }, LANGUAGE_EN,
	    NULL },
};

static void
price(void **state)
{
	const struct price *p = *state;
	const char *said = card_price(p->in, &app, &mem, &p->p);

	if (p->want == NULL)
		assert_null(said);
	else
		check_has(said, p->want);
}

static void
details(void **state)
{
	const struct product p = { NAMED("club", "A club"),
		.descriptions = { { NULL, "Ten evenings." } },
		.n_descriptions = 1, .amount_minor = 999, .currency = "eur",
		.notes = { { NULL, "incl. VAT" } }, .n_notes = 1 };

	(void)state;
	shop_open(USER);
	check_text(card_text(LANGUAGE_EN, &app, &mem, BUYER, &p),
	    arena_printf(&mem,
		"A club\n\nTen evenings.\n\nPrice: %s\nincl. VAT",
		card_price(LANGUAGE_EN, &app, &mem, &p)));
}

/* Where no button can lead there, the address is in the text. */
static void
address(void **state)
{
	const char *base = app.conf.base_url;
	struct tg_message m;

	(void)state;
	shop_open(USER);
	m = offer_message(
	    LANGUAGE_EN, &app, &mem, BUYER, &app.catalog.products[1]);
	check_has(m.text, "/pay?"); /* https://h */
	app.conf.base_url = "https://h.example";
	m = offer_message(
	    LANGUAGE_EN, &app, &mem, BUYER, &app.catalog.products[1]);
	app.conf.base_url = base;
	check_lacks(m.text, "/pay?");
	check_has(m.button_url, "/pay?");
}

int
main(void)
{
	(void)snprintf(
	    photo, sizeof(photo), "/tmp/admit-photo.%ld.jpg", (long)getpid());
	ONE("photo", "a file is sent once", photo_once);
	ONE("photo", "one that is refused is left out", photo_refused);
	ROWS("price", price, prices);
	ONE("card", "what is in it and what it costs", details);
	ONE("card", "the address is in the button", address);
	ONE("link", "leads to its message, judged once or twice",
	    link_leads_on);
	ONE("alone", "who sells it and nobody else", alone);
	ONE("alone", "what has a price in Stars alone", of_stars_alone);
	return testing_run("offer", ledger_make, ledger_remove);
}
