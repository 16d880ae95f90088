/* Requests read from CGI variables. */
#include "testing.h"

#include "web/request.h"

#define MAX_VARIABLES 4

static struct request
request_of(const char *const variables[MAX_VARIABLES])
{
	struct request r;
	char **list = arena_alloc(&mem, (MAX_VARIABLES + 1) * sizeof(*list));

	for (size_t i = 0; i < MAX_VARIABLES && variables[i] != NULL; i++)
		list[i] = arena_dup_text(&mem, variables[i]);
	request_read(&r, &mem, list);
	return r;
}

static const struct param {
	const char *why, *query;
	enum err want;
	const char *value;
} params[] = {
	{ "given", "tg_id=5", ERR_OK, "5" },
	{ "among others", "a=1&tg_id=5&b=2", ERR_OK, "5" },
	{ "empty", "tg_id=", ERR_OK, "" },
	{ "a name without a value", "tg_id", ERR_OK, "" },
	{ "absent", "a=1", ERR_NOT_FOUND, NULL },
	{ "no query", "", ERR_NOT_FOUND, NULL },
	{ "separators alone", "&&=&", ERR_NOT_FOUND, NULL },
	{ "a longer name", "tg_id2=5", ERR_NOT_FOUND, NULL },
	{ "a shorter name", "tg_i=5", ERR_NOT_FOUND, NULL },
	{ "a name in capitals", "TG_ID=5", ERR_NOT_FOUND, NULL },
	{ "an array, as PHP has them", "tg_id[]=5", ERR_NOT_FOUND, NULL },
	{ "as the value of another", "a=tg_id=5", ERR_NOT_FOUND, NULL },

	{ "twice: nobody knows which counts", "tg_id=5&tg_id=6", ERR_INPUT,
	    NULL },
	{ "twice the same", "tg_id=5&tg_id=5", ERR_INPUT, NULL },
	{ "twice, once with an encoded name", "tg_id=5&%74g_id=6", ERR_INPUT,
	    NULL },
	{ "twice, once without a value", "tg_id=5&tg_id", ERR_INPUT, NULL },
	{ "an encoded name", "%74%67_id=5", ERR_OK, "5" },
	{ "an encoded value", "tg_id=%35", ERR_OK, "5" },
	{ "small and capital hex", "tg_id=%2f%2F", ERR_OK, "//" },
	{ "decoded once, not twice", "tg_id=%2535", ERR_OK, "%35" },
	{ "a sign of equality in the value", "tg_id=a=b", ERR_OK, "a=b" },
	{ "an encoded separator does not separate", "tg_id=5%26tg_id=6", ERR_OK,
	    "5&tg_id=6" },
	{ "plus is a blank", "tg_id=a+b", ERR_OK, "a b" },
	{ "an encoded plus is a plus", "tg_id=a%2Bb", ERR_OK, "a+b" },
	{ "a semicolon separates nothing", "tg_id=5;a=1", ERR_OK, "5;a=1" },
	{ "bytes beyond ASCII", "tg_id=%D0%BA", ERR_OK, "к" },
	{ "a line end is the caller's to judge", "tg_id=5%0D%0AX:", ERR_OK,
	    "5\r\nX:" },

	{ "a NUL", "tg_id=5%00", ERR_INPUT, NULL },
	{ "a NUL in the name is another name", "tg_id%00=5", ERR_NOT_FOUND,
	    NULL },
	{ "a percent sign at the end", "tg_id=5%", ERR_INPUT, NULL },
	{ "one digit", "tg_id=5%2", ERR_INPUT, NULL },
	{ "no digits", "tg_id=%zz", ERR_INPUT, NULL },
	{ "a second that is no digit", "tg_id=%2g", ERR_INPUT, NULL },
	{ "control characters are no digits", "tg_id=%\x13\x15", ERR_INPUT,
	    NULL },
	{ "Unicode's way is none of ours", "tg_id=%u0035", ERR_INPUT, NULL },
	{ "a bad percent sign in another's value", "a=%zz&tg_id=5", ERR_OK,
	    "5" },
	{ "a bad percent sign in another's name", "%zz=1&tg_id=5", ERR_OK,
	    "5" },
};

static void
param(void **state)
{
	const struct param *p = *state;
	const char *variables[MAX_VARIABLES] = { arena_printf(
	    &mem, "QUERY_STRING=%s", p->query) };
	struct request r = request_of(variables);
	const char *value = NULL;

	check_err(request_param(&r, "tg_id", &value), p->want);
	if (p->want == ERR_OK)
		check_text(value, p->value);
}

/* A form's field is judged as a parameter is, from the body alone. */
static void
field(void **state)
{
	const struct param *p = *state;
	const char *variables[MAX_VARIABLES] = { "REQUEST_METHOD=POST",
		"QUERY_STRING=tg_id=7" };
	struct request r = request_of(variables);
	const char *value = NULL;

	r.body = str_from(p->query);
	check_err(request_field(&r, "tg_id", &value), p->want);
	if (p->want == ERR_OK)
		check_text(value, p->value);
}

static void
no_field(void **state)
{
	const char *variables[MAX_VARIABLES] = { "REQUEST_METHOD=GET" };
	struct request r = request_of(variables);
	const char *value;

	(void)state;
	r.body = str_from("tg_id=5");
	check_err(request_field(&r, "tg_id", &value), ERR_NOT_FOUND);
	r.method = WEB_POST;
	r.body_error = ERR_TOO_BIG;
	check_err(request_field(&r, "tg_id", &value), ERR_TOO_BIG);
	assert_true(request_is_of(&r, "GET, HEAD, POST"));
	assert_false(request_is_of(&r, "GET, HEAD"));
	r.method = WEB_OTHER;
	assert_false(request_is_of(&r, "GET, HEAD, POST"));
}

static const struct page {
	const char *why, *uri, *script, *want;
} pages[] = {
	{ "a short address", "/pay", NULL, "pay" },
	{ "with a query", "/pay?tg_id=5", NULL, "pay" },
	{ "a question mark alone", "/pay?", NULL, "pay" },
	{ "with a query that has slashes", "/pay?a=/x/y", NULL, "pay" },
	{ "as the server finds it", "/cgi-bin/pay.fcgi?tg_id=5", NULL,
	    "pay.fcgi" },
	{ "under a folder", "/shop/pay", NULL, "pay" },
	{ "a slash at the end", "/pay/", NULL, "pay" },
	{ "several slashes", "//pay///", NULL, "pay" },
	{ "encoded", "/%70ay", NULL, "pay" },
	{ "an encoded slash", "/x%2Fpay", NULL, "pay" },
	{ "a plus in a path is a plus", "/p+ay", NULL, "p+ay" },
	{ "badly encoded", "/pay%zz", NULL, "" },
	{ "a NUL", "/pay%00x", NULL, "" },
	{ "the whole URL, as proxies send it", "http://h/pay?a=b", NULL,
	    "pay" },
	{ "the root", "/", NULL, "" },
	{ "no REQUEST_URI: the program's name", NULL, "/cgi-bin/pay.fcgi",
	    "pay.fcgi" },
	{ "an empty REQUEST_URI", "", "/cgi-bin/pay.fcgi", "pay.fcgi" },
	{ "neither", NULL, NULL, "" },
};

static void
page(void **state)
{
	const struct page *p = *state;
	const char *variables[MAX_VARIABLES] = { NULL };
	size_t n = 0;
	struct request r;

	if (p->uri != NULL)
		variables[n++] = arena_printf(&mem, "REQUEST_URI=%s", p->uri);
	if (p->script != NULL)
		variables[n++] =
		    arena_printf(&mem, "SCRIPT_NAME=%s", p->script);
	r = request_of(variables);
	check_text(r.page, p->want);
	check_text(r.query, "");
}

static const struct below {
	const char *why, *uri, *folder, *page;
} belows[] = {
	{ "a folder", "/webhook/stripe?x=/y/z", "webhook", "stripe" },
	{ "two: the nearer", "/shop/webhook/stripe", "webhook", "stripe" },
	{ "several slashes", "/webhook///stripe/", "webhook", "stripe" },
	{ "an encoded slash", "/webhook%2Fstripe", "webhook", "stripe" },
	{ "none", "/webhook", "", "webhook" },
	{ "no path", "/", "", "" },
	{ "badly encoded", "/webhook/%zz", "", "" },
};

static void
below(void **state)
{
	const struct below *b = *state;
	const char *variables[MAX_VARIABLES] = { arena_printf(
	    &mem, "REQUEST_URI=%s", b->uri) };
	const struct request r = request_of(variables);

	check_text(r.folder, b->folder);
	check_text(r.page, b->page);
}

static const struct method {
	const char *why, *name;
	enum web_method want;
} methods[] = {
	{ "get", "GET", WEB_GET },
	{ "head", "HEAD", WEB_HEAD },
	{ "post", "POST", WEB_POST },
	{ "put", "PUT", WEB_OTHER },
	{ "options", "OPTIONS", WEB_OTHER },
	{ "small letters are another method", "get", WEB_OTHER },
	{ "empty", "", WEB_OTHER },
};

static void
method(void **state)
{
	const struct method *m = *state;
	const char *variables[MAX_VARIABLES] = { arena_printf(
	    &mem, "REQUEST_METHOD=%s", m->name) };

	check_int(request_of(variables).method, m->want);
}

static const struct client {
	const char *why, *variable;
	bool wants_json, is_preview, looks_ahead;
} clients[] = {
	{ "a browser", "HTTP_ACCEPT=text/html,application/xhtml+xml,*/*;q=0.8",
	    false, false, false },
	{ "a program that reads JSON", "HTTP_ACCEPT=application/json", true,
	    false, false },
	{ "in capitals", "HTTP_ACCEPT=Application/JSON", true, false, false },
	{ "both: a page", "HTTP_ACCEPT=application/json, text/html", false,
	    false, false },
	{ "anything", "HTTP_ACCEPT=*/*", false, false, false },
	{ "nothing said", "X=y", false, false, false },

	{ "Firefox",
	    "HTTP_USER_AGENT=Mozilla/5.0 (X11; Linux x86_64; rv:128.0) "
	    "Gecko/20100101 Firefox/128.0",
	    false, false, false },
	{ "Safari on a telephone",
	    "HTTP_USER_AGENT=Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac "
	    "OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 "
	    "Safari/604.1",
	    false, false, false },
	{ "Telegram's own browser on Android",
	    "HTTP_USER_AGENT=Mozilla/5.0 (Linux; Android 14; SM-G991B) "
	    "AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 "
	    "Telegram-Android/11.0",
	    false, false, false },
	{ "a telephone of the maker Cubot is no bot",
	    "HTTP_USER_AGENT=Mozilla/5.0 (Linux; Android 12; CUBOT NOTE 30) "
	    "AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36",
	    false, false, false },
	{ "one whose agent has that word alone",
	    "HTTP_USER_AGENT=Mozilla/5.0 (Linux; Android 10; CUBOT X30) "
	    "AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36",
	    false, false, false },
	{ "a browser on somebody's robot",
	    "HTTP_USER_AGENT=Mozilla/5.0 (Linux; Android 13; Temi Robot V3) "
	    "AppleWebKit/537.36 Chrome/126.0 Safari/537.36",
	    false, false, false },
	{ "a browser that has Preview in its name",
	    "HTTP_USER_AGENT=Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) "
	    "AppleWebKit/605.1.15 Version/17.0 Safari/605.1.15 "
	    "TechnologyPreview",
	    false, false, false },
	{ "a machine says where it is from",
	    "HTTP_USER_AGENT=Strange/1.0 (+https://strange.example/why)", false,
	    true, false },
	{ "iMessage's previews",
	    "HTTP_USER_AGENT=Mozilla/5.0 (Macintosh) AppleWebKit/601.2.4 "
	    "Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
	    false, true, false },
	{ "Discord's",
	    "HTTP_USER_AGENT=Mozilla/5.0 (compatible; Discordbot/2.0; "
	    "+https://discordapp.com)",
	    false, true, false },
	{ "in capitals", "HTTP_USER_AGENT=TELEGRAMBOT", false, true, false },
	{ "Telegram's previews",
	    "HTTP_USER_AGENT=TelegramBot (like TwitterBot)", false, true,
	    false },
	{ "Facebook's",
	    "HTTP_USER_AGENT=facebookexternalhit/1.1 (+http://facebook.com)",
	    false, true, false },
	{ "WhatsApp's", "HTTP_USER_AGENT=WhatsApp/2.23.20.0 A", false, true,
	    false },
	{ "Viber's", "HTTP_USER_AGENT=Viber/13.3.0.5", false, true, false },
	{ "Skype's",
	    "HTTP_USER_AGENT=Mozilla/5.0 (Windows NT 6.1; WOW64) "
	    "SkypeUriPreview Preview/0.5",
	    false, true, false },
	{ "Slack's", "HTTP_USER_AGENT=Slackbot-LinkExpanding 1.0", false, true,
	    false },
	{ "a search engine",
	    "HTTP_USER_AGENT=Mozilla/5.0 (compatible; Googlebot/2.1)", false,
	    true, false },
	{ "a crawler", "HTTP_USER_AGENT=ia_archiver web crawler", false, true,
	    false },
	{ "a browser that looks ahead", "HTTP_SEC_PURPOSE=prefetch;prerender",
	    false, false, true },
	{ "one that draws the page already",
	    "HTTP_SEC_PURPOSE=prefetch;anonymous-client-ip;prerender", false,
	    false, true },
	{ "prerender alone", "HTTP_SEC_PURPOSE=prerender", false, false, true },
	{ "an older one", "HTTP_PURPOSE=prefetch", false, false, true },
	{ "Safari's preview", "HTTP_X_PURPOSE=preview", false, false, true },
	{ "Firefox's", "HTTP_X_MOZ=prefetch", false, false, true },
	{ "another purpose", "HTTP_PURPOSE=reading", false, false, false },
	{ "curl is a person with a terminal", "HTTP_USER_AGENT=curl/7.88.1",
	    false, false, false },
	{ "no User-Agent", "HTTP_USER_AGENT=", false, false, false },
};

static void
client(void **state)
{
	const struct client *c = *state;
	const char *variables[MAX_VARIABLES] = { c->variable };
	struct request r = request_of(variables);

	check_int(request_wants_json(&r), c->wants_json);
	check_int(request_is_preview(&r), c->is_preview);
	check_int(request_looks_ahead(&r), c->looks_ahead);
}

static void
variables(void **state)
{
	const char *list[MAX_VARIABLES] = { "HTTP_AB=1", "HTTP_A=2",
		"EMPTY=", "EQ=a=b" };
	struct request r = request_of(list);

	(void)state;
	check_text(request_variable(&r, "HTTP_A"), "2");
	check_text(request_variable(&r, "HTTP_AB"), "1");
	check_text(request_variable(&r, "HTTP_"), NULL);
	check_text(request_variable(&r, "EMPTY"), "");
	check_text(request_variable(&r, "EQ"), "a=b");
	check_text(request_variable(&r, "NONE"), NULL);
	check_text(r.page, "");
	check_int(r.body.len, 0);
	check_err(r.body_error, ERR_OK);
}

int
main(void)
{
	ROWS("param", param, params);
	ROWS("field", field, params);
	ONE("field", "of no form, or of half a body", no_field);
	ROWS("page", page, pages);
	ROWS("page below a folder", below, belows);
	ROWS("method", method, methods);
	ROWS("client", client, clients);
	ONE("variable", "by its whole name", variables);
	return testing_run("request", NULL, NULL);
}
