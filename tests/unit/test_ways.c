/* Where the links of a page lead. */
#include "shop.h"

#include "front/ways.h"

#define NAMED_BOT(name) \
	"INSERT INTO marks (key, value, word) VALUES ('bot', 77, '" name "')"

static const struct bot {
	const char *why, *before;
	int64_t token_id;
	const char *want;
} bots[] = {
	{ "as Telegram named it", NAMED_BOT("our_bot"), 77,
	    "https://t.me/our_bot" },
	{ "not named yet", NOTHING, 77, NULL },
	{ "the name is another bot's", NAMED_BOT("our_bot"), 78, NULL },
	{ "no name that Telegram gives", NAMED_BOT("a/b?c"), 77, NULL },
};

static void
bot(void **state)
{
	const struct bot *b = *state;

	shop_open(b->before);
	app.conf.bot_id = b->token_id;
	check_text(ways_to_bot(&app, &mem), b->want);
	app.db = NULL;
	check_text(ways_to_bot(&app, &mem), NULL);
}

static const struct contact {
	const char *why, *contact, *want;
} contacts[] = {
	{ "a name in Telegram", "@help_desk", "https://t.me/help_desk" },
	{ "an address there", "t.me/help_desk", "https://t.me/help_desk" },
	{ "a page", "https://example.com/help?a=1",
	    "https://example.com/help?a=1" },
	{ "a mailbox", "help.me+shop@example.com",
	    "mailto:help.me+shop@example.com" },
	{ "none", NULL, NULL },
	{ "nothing", "", NULL },
	{ "an @ alone", "@", NULL },
	{ "words", "the desk in the hall", NULL },
	{ "one word", "desk", NULL },
	{ "two ways", "@help_desk or help@example.com", NULL },
	{ "two mailboxes", "a@b@example.com", NULL },
	{ "nobody at a host", "@example.com", NULL },
	{ "no host", "help@", NULL },
	{ "headers in a mailbox", "help@example.com?bcc=x", NULL },
	{ "a script", "javascript:alert(1)", NULL },
	{ "plain http", "http://example.com", NULL },
};

static void
support(void **state)
{
	const struct contact *c = *state;
	const struct app at = { .conf = { .support_contact = c->contact } };

	check_text(ways_to_support(&at, &mem), c->want);
}

#define BOT "https://t.me/our_bot"
static const struct root {
	const char *why, *base_url, *site_url, *uri, *want;
} roots[] = {
	{ "to the bot", "https://h", NULL, "/", BOT },
	{ "with a query", "https://h", NULL, "/?utm=1", BOT },
	{ "to the site of one's own", "https://h", "https://s/x", "/",
	    "https://s/x" },
	{ "below a folder", "https://h/shop", NULL, "/shop", BOT },
	{ "with a slash", "https://h/shop", NULL, "/shop/", BOT },
	{ "deep below", "https://h:8443/a/b", NULL, "/a/b/", BOT },
	{ "above the folder", "https://h/shop", NULL, "/", NULL },
	{ "another address", "https://h", "https://s/x", "/nothing", NULL },
	{ "what begins like the folder", "https://h/shop", NULL, "/shops",
	    NULL },
	{ "what cannot be decoded", "https://h", NULL, "/%zz", NULL },
	{ "nobody says", "https://h", NULL, NULL, BOT },
};

static void
root(void **state)
{
	const struct root *r = *state;
	char *list[] = { r->uri == NULL ?
		    NULL :
		    arena_printf(&mem, "REQUEST_URI=%s", r->uri),
		NULL };
	struct request req;

	shop_open(NAMED_BOT("our_bot"));
	app.conf.bot_id = 77;
	app.conf.base_url = r->base_url;
	app.conf.site_url = r->site_url;
	request_read(&req, &mem, list);
	check_text(ways_from_root(&app, &req), r->want);
	app.db = NULL;
}

int
main(void)
{
	ROWS("to the bot", bot, bots);
	ROWS("to whoever helps", support, contacts);
	ROWS("from the root", root, roots);
	return testing_run("ways", ledger_make, ledger_remove);
}
