/* Products files: what is taken, and how each fault is told. */
#include "testing.h"

#include "shop/catalog_file.h"

#define LINE1 "{ \"products\": [\n"
#define CHANNEL \
	"  \"channels\": [{ \"id\": -1001, \"link\": \"https://t.me/+a\" }]"
#define PRICE "  \"price\": { \"amount\": 999, \"currency\": \"eur\" },\n"
#define TITLE "  \"title\": \"A course\",\n"
#define ID "  \"id\": \"course\",\n"
#define END "}]}"

static struct conf conf;
static struct catalog catalog;

static bool
reads(const char *text)
{
	conf = (struct conf){ .grace_days = 3 };
	return catalog_read(
	    &catalog, &mem, &conf, "products.json", str_from(text));
}

static const struct bad {
	const char *why, *text, *fault;
} bads[] = {
	{ "no JSON", LINE1 "{\n" ID " x", "line 4: this is not JSON" },
	{ "empty", "", "line 1: this is not JSON" },
	{ "no products", "{}", "products must be a list" },
	{ "products is an object", "{\"products\":{}}",
	    "products must be a list" },
	{ "no id", LINE1 "{\n" TITLE PRICE CHANNEL END,
	    "line 2, product 1: must have an id" },
	{ "capitals in the id",
	    LINE1 "{\n" TITLE "  \"id\": \"Course\",\n" PRICE CHANNEL END,
	    "line 4, product 1: id must be" },
	{ "the same id twice",
	    LINE1 "{\n" ID TITLE PRICE CHANNEL
		  "},\n{\n" ID TITLE PRICE CHANNEL END,
	    "line 8, product 2: id stands there twice" },
	{ "no title", LINE1 "{\n" ID PRICE CHANNEL END,
	    "line 2, product 1: title must be" },
	{ "an empty title",
	    LINE1 "{\n" ID "\"title\": \"\",\n" PRICE CHANNEL END,
	    "line 4, product 1: title must be" },
	{ "no titles", LINE1 "{\n" ID "\"title\": {},\n" PRICE CHANNEL END,
	    "line 4, product 1: title is missing" },
	{ "a language of three letters",
	    LINE1 "{\n" ID "\"title\": {\"ukr\": \"a\"},\n" PRICE CHANNEL END,
	    "line 4, product 1: title must be" },
	{ "a title with a line end",
	    LINE1 "{\n" ID "\"title\": \"a\\nb\",\n" PRICE CHANNEL END,
	    "line 4, product 1: title must be" },
	{ "no price", LINE1 "{\n" ID TITLE CHANNEL END,
	    "line 2, product 1: price is missing" },
	{ "a price with a point",
	    LINE1
	    "{\n" ID TITLE
	    "\"price\":{\"amount\":9.99,\"currency\":\"eur\"}," CHANNEL END,
	    "line 5, product 1: amount must be a whole number" },
	{ "and what it should have been",
	    LINE1
	    "{\n" ID TITLE
	    "\"price\":{\"amount\":9.99,\"currency\":\"eur\"}," CHANNEL END,
	    "minor units: that is in minor units, so for 9.99 EUR write 999" },
	{ "in a text, with a comma",
	    LINE1
	    "{\n" ID TITLE
	    "\"price\":{\"amount\":\"9,99\",\"currency\":\"eur\"}," CHANNEL END,
	    "for 9.99 EUR write 999" },
	{ "a price that is a number",
	    LINE1 "{\n" ID TITLE "\"price\": 9.99," CHANNEL END,
	    "line 5, product 1: price must be {" },
	{ "and which number it should have been",
	    LINE1 "{\n" ID TITLE "\"price\": 9.99," CHANNEL END, "write 999" },
	{ "decimals of yen",
	    LINE1
	    "{\n" ID TITLE
	    "\"price\":{\"amount\":9.99,\"currency\":\"jpy\"}," CHANNEL END,
	    "must be a whole number of minor units" },
	{ "half a krona",
	    LINE1
	    "{\n" ID TITLE
	    "\"price\":{\"amount\":550,\"currency\":\"isk\"}," CHANNEL END,
	    "line 5, product 1: amount must end in 00" },
	{ "Stars as a currency",
	    LINE1
	    "{\n" ID TITLE
	    "\"price\":{\"amount\":500,\"currency\":\"xtr\"}," CHANNEL END,
	    "amount is in Telegram Stars" },
	{ "a price of nothing",
	    LINE1 "{\n" ID TITLE "\"price\": {}," CHANNEL END,
	    "price is missing" },
	{ "nothing to pay",
	    LINE1 "{\n" ID TITLE
		  "\"price\":{\"amount\":0,\"currency\":\"eur\"}," CHANNEL END,
	    "amount must be" },
	{ "no currency",
	    LINE1 "{\n" ID TITLE "\"price\":{\"amount\":1}," CHANNEL END,
	    "currency must be" },
	{ "both kinds of price",
	    LINE1 "{\n" ID TITLE "\"price\":{\"amount\":1,\"currency\":\"eur\","
		  "\"stripe\":\"price_1\"}," CHANNEL END,
	    "price has both" },
	{ "a product's id for a price",
	    LINE1 "{\n" ID TITLE
		  "\"price\":{\"stripe\":\"prod_1\"}," CHANNEL END,
	    "stripe must be" },
	{ "a kind that is none",
	    LINE1 "{\n" ID TITLE PRICE "\"kind\": \"book\"," CHANNEL END,
	    "kind must be" },
	{ "a kind that is no text",
	    LINE1 "{\n" ID TITLE PRICE "\"kind\": 1," CHANNEL END,
	    "kind must be" },
	{ "a picture beside the programs",
	    LINE1 "{\n" ID TITLE PRICE "\"photo\": \"a.jpg\"," CHANNEL END,
	    "photo must be" },
	{ "a description of nothing",
	    LINE1 "{\n" ID TITLE PRICE "\"description\": \" \"," CHANNEL END,
	    "description must be" },
	{ "a note in no language",
	    LINE1 "{\n" ID TITLE PRICE
		  "\"price_note\": { \"deutsch\": \"x\" }," CHANNEL END,
	    "price_note must be" },
	{ "too many stars",
	    LINE1 "{\n" ID TITLE "\"stars\": 10001," CHANNEL END,
	    "stars must be" },
	{ "every fortnight",
	    LINE1 "{\n" ID TITLE PRICE "\"every\": \"fortnight\"," CHANNEL END,
	    "every must be" },
	{ "a policy that is none",
	    LINE1 "{\n" ID TITLE PRICE "\"dispute\": true," CHANNEL END,
	    "dispute must be" },
	{ "another one",
	    LINE1 "{\n" ID TITLE PRICE
		  "\"partial_refund\": \"out\"," CHANNEL END,
	    "partial_refund must be" },
	{ "a trial of what is paid once",
	    LINE1 "{\n" ID TITLE PRICE "\"trial_days\": 7," CHANNEL END,
	    "every is missing" },
	{ "a trial of no days",
	    LINE1 "{\n" ID TITLE PRICE
		  "\"every\": \"month\", \"trial_days\": 0," CHANNEL END,
	    "trial_days must be" },
	{ "a trial of years",
	    LINE1 "{\n" ID TITLE PRICE
		  "\"every\": \"month\", \"trial_days\": 731," CHANNEL END,
	    "trial_days must be" },
	{ "the price of no trial",
	    LINE1 "{\n" ID TITLE PRICE
		  "\"every\": \"month\", \"trial_amount\": 100," CHANNEL END,
	    "trial_days is missing" },
	{ "a trial's price in no currency",
	    LINE1 "{\n" ID TITLE "\"price\": { \"stripe\": \"price_1\" },"
		  "\"every\": \"month\", \"trial_days\": 7,"
		  "\"trial_amount\": 100," CHANNEL END,
	    "needs a price with an amount" },
	{ "endless grace",
	    LINE1 "{\n" ID TITLE PRICE "\"grace_days\": 61," CHANNEL END,
	    "grace_days must be" },
	{ "a word that is no remedy",
	    LINE1 "{\n" ID TITLE PRICE
		  "\"on_fraud_warning\": \"stop\"," CHANNEL END,
	    "on_fraud_warning must be tell, pause or refund" },
	{ "a remedy that is no word",
	    LINE1 "{\n" ID TITLE PRICE "\"on_dispute\": 5," CHANNEL END,
	    "on_dispute must be tell, pause or refund" },
	{ "what failed cannot go back",
	    LINE1 "{\n" ID TITLE PRICE
		  "\"on_payment_failed\": \"refund\"," CHANNEL END,
	    "on_payment_failed cannot be refund" },
	{ "the older name beside the new one",
	    LINE1
	    "{\n" ID TITLE PRICE
	    "\"on_dispute\": \"tell\", \"dispute\": \"keep\"," CHANNEL END,
	    "dispute says the same as on_dispute" },
	{ "no channels", LINE1 "{\n" ID TITLE PRICE "\"channels\": []" END,
	    "channels must be a list" },
	{ "an empty channel",
	    LINE1 "{\n" ID TITLE PRICE "\"channels\": [{}]" END,
	    "channels has one with neither" },
	{ "a channel's name for its number",
	    LINE1 "{\n" ID TITLE PRICE "\"channels\": [{\"id\":\"@a\"}]" END,
	    "channels has an id" },
	{ "a link without https",
	    LINE1 "{\n" ID TITLE PRICE
		  "\"channels\": [{\"link\":\"http://t.me/a\"}]" END,
	    "link must begin" },
	{ "a slip of the pen",
	    LINE1 "{\n" ID TITLE PRICE "\"chanels\": [],\n" CHANNEL END,
	    "line 6, product 1: chanels is no name" },
	{ "a line before it", "\n" LINE1 "{\n" ID " x",
	    "line 5: this is not JSON" },
	{ "one letter", LINE1 "{\n" ID "\"q\": 1,\n" TITLE PRICE CHANNEL END,
	    "line 4, product 1: q is no name" },
	{ "a slip of the pen in the price",
	    LINE1
	    "{\n" ID TITLE
	    "\"price\":{\"amount\":1,\"currency\":\"eur\",\"x\":1}," CHANNEL
		END,
	    "x is no name" },
};

static void
bad(void **state)
{
	const struct bad *b = *state;

	assert_false(reads(b->text));
	assert_true(conf.settings.n_faults > 0);
	if (strstr(conf.settings.faults[0], b->fault) == NULL)
		check_text(conf.settings.faults[0], b->fault);
}

static void
oddity(void **state)
{
	(void)state;
	assert_true(reads(LINE1
	    "{\n" ID TITLE
	    "\"price\":{\"amount\":9,\"currency\":\"eur\"}," CHANNEL END));
	check_int(conf.settings.n_notes, 1);
	check_has(conf.settings.notes[0],
	    "products.json, line 5, product 1: amount is 0.09 EUR: below");
	assert_true(reads(LINE1 "{\n" ID TITLE PRICE CHANNEL END));
	check_int(conf.settings.n_notes, 0);
}

/* Where a shop of before may have written something for itself, a slip of the
 * pen is told and stops nothing. */
static void
unknown_names(void **state)
{
	(void)state;
	assert_true(reads(LINE1
	    "{\n" ID TITLE PRICE
	    "\"channels\":\n[{\"id\": -1, \"lnik\": \"x\"}]}],\"more\": 1}"));
	check_int(conf.settings.n_notes, 2);
	check_text(conf.settings.notes[0],
	    "products.json: more is no name that is known beside products");
	check_text(conf.settings.notes[1],
	    "products.json, line 7, product 1: lnik is no name that is known "
	    "here");
	assert_true(reads("{ \"$schema\": \"products.schema.json\","
			  "\"products\": [ {" ID TITLE PRICE CHANNEL "} ] }"));
	check_int(conf.settings.n_notes, 0);
}

static void
all_faults_at_once(void **state)
{
	(void)state;
	assert_false(reads("{\"products\":[{},{}]}"));
	check_int(conf.settings.n_faults, 8);
}

static void
good(void **state)
{
	const struct product *p;

	(void)state;
	assert_true(
	    reads("{ \"products\": [ {" ID TITLE PRICE CHANNEL "}, {"
		  " \"id\": \"club-2_a\", \"title\": { \"en\": \"Club\","
		  " \"uk\": \"Клуб\" }, \"price\": { \"stripe\":"
		  " \"price_1\" }, \"every\": \"month\", \"trial_days\": 7,"
		  " \"stars\": 500, \"kind\": \"club\","
		  " \"description\": { \"en\": \"Ten\\nlines\" },"
		  " \"photo\": \"/srv/a.jpg\", \"price_note\": \"net\","
		  " \"partial_refund\": \"end\", \"dispute\": \"keep\","
		  " \"grace_days\": 0, \"channels\": [ { \"id\": -1002 },"
		  " { \"link\": \"tg://join?invite=b\" } ] } ] }"));
	check_int(catalog.n, 2);
	p = catalog_find(&catalog, NULL);
	check_text(p->id, "course");
	check_int(p->amount_minor, 999);
	check_text(p->currency, "eur");
	check_text(p->every, NULL);
	check_int(p->grace_days, 3);
	assert_false(p->partial_refund_ends);
	check_int(p->remedies[TROUBLE_DISPUTE], REMEDY_USUAL);
	assert_false(p->stars_alone);
	check_text(p->channels[0].chat_id, "-1001");
	check_text(product_title(p, "uk"), "A course");
	assert_ptr_equal(catalog_find(&catalog, "course"), p);
	p = catalog_find(&catalog, "club-2_a");
	check_int(p->kind, PRODUCT_CLUB);
	check_text(product_description(p, "uk"), "Ten\nlines");
	check_text(product_note(p, "uk"), "net");
	check_text(p->photo, "/srv/a.jpg");
	check_text(p->price_id, "price_1");
	check_text(p->every, "month");
	check_int(p->trial_days, 7);
	check_int(p->trial_amount_minor, 0);
	check_int(p->stars, 500);
	assert_false(p->stars_alone);
	check_int(p->grace_days, 0);
	assert_true(p->partial_refund_ends);
	check_int(p->remedies[TROUBLE_DISPUTE], REMEDY_TELL);
	check_int(p->n_channels, 2);
	check_text(p->channels[0].link, NULL);
	check_text(p->channels[1].chat_id, NULL);
	check_text(product_title(p, "uk"), "Клуб");
	check_text(product_title(p, "uk-UA"), "Клуб");
	check_text(product_title(p, "de"), "Club");
	check_text(product_title(p, NULL), "Club");
	assert_null(catalog_find(&catalog, "clu"));
	assert_null(catalog_find(&catalog, "c"));
	check_text(catalog_find(&catalog, "")->id, "course");
}

/* The settings have a price in money in any case, a file where it says so. */
static void
stars_alone(void **state)
{
	(void)state;
	assert_true(reads(
	    "{ \"products\": [ {" ID TITLE " \"stars\": 500," CHANNEL "} ] }"));
	assert_true(catalog_find(&catalog, NULL)->stars_alone);
}

static void
of_the_settings(void **state)
{
	(void)state;
	conf = (struct conf){ .product_name = "Ten steps",
		.price_amount_minor = 999,
		.price_currency = "eur",
		.paid_channel_link = "https://t.me/+a",
		.grace_days = 5 };
	check_err(catalog_load(&catalog, &mem, &conf), ERR_OK);
	check_int(catalog.n, 1);
	check_text(catalog.products[0].id, "course");
	check_text(product_title(&catalog.products[0], "uk"), "Ten steps");
	check_text(catalog.products[0].channels[0].link, "https://t.me/+a");
	check_int(catalog.products[0].grace_days, 5);
	conf.products_file = "/nowhere/products.json";
	check_err(catalog_load(&catalog, &mem, &conf), ERR_CONFIG);
	assert_non_null(strstr(conf.settings.faults[0], "cannot be read"));
}

/* An editor of Windows' puts it there; the lines are counted as before. */
static void
mark_in_front(void **state)
{
	(void)state;
	assert_true(reads(
	    "\xef\xbb\xbf{ \"products\": [ {" ID TITLE PRICE CHANNEL "} ] }"));
	assert_false(reads("\xef\xbb\xbf{\n x"));
	check_has(conf.settings.faults[0], "line 2: this is not JSON");
}

int
main(void)
{
	ROWS("refused", bad, bads);
	ONE("refused", "all that is wrong is told", all_faults_at_once);
	ONE("good", "what is odd is told", oddity);
	ONE("good", "a name that nobody knows stops no shop", unknown_names);
	ONE("taken", "every field", good);
	ONE("file", "a price in Stars alone", stars_alone);
	ONE("taken", "with the mark of UTF-8 in front", mark_in_front);
	ONE("taken", "the product of the settings", of_the_settings);
	return testing_run("catalog_file", NULL, NULL);
}
