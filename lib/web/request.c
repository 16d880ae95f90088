/* Reading a request from CGI variables. */
#include "web/request.h"

#include "base/array.h"

#include <string.h>

static enum web_method
method_from(struct str s)
{
	if (str_eq(s, "GET"))
		return WEB_GET;
	if (str_eq(s, "HEAD"))
		return WEB_HEAD;
	return str_eq(s, "POST") ? WEB_POST : WEB_OTHER;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
		return (c | 0x20) - 'a' + 10;
	return -1;
}

/* Percent-decoding; false where it is malformed or hides a NUL. */
static bool
decode(struct str s, bool plus_is_blank, char *out)
{
	for (size_t i = 0; i < s.len; i++) {
		int high, low;

		if (s.p[i] != '%') {
			*out++ = plus_is_blank && s.p[i] == '+' ? ' ' : s.p[i];
			continue;
		}
		if (s.len - i < 3)
			return false;
		high = hex_value(s.p[i + 1]);
		low = hex_value(s.p[i + 2]);
		if (high < 0 || low < 0 || high * 16 + low == 0)
			return false;
		*out++ = (char)(high * 16 + low);
		i += 2;
	}
	*out = '\0';
	return true;
}

/* Takes the last part off a path, and the slashes around it. Nothing before the
 * last two parts is looked at, because servers differ in what they put there:
 * /pay, /cgi-bin/pay.fcgi, /shop/pay/. */
static const char *
last_part(struct arena *a, struct str *path)
{
	struct str part;

	while (path->len > 0 && path->p[path->len - 1] == '/')
		path->len--;
	part = str_after_last(*path, '/');
	path->len -= part.len;
	return arena_dup(a, part);
}

static void
read_path(struct request *r, struct str encoded)
{
	char *text = arena_alloc(r->arena, encoded.len + 1);
	struct str path;

	path = str_from(decode(encoded, false, text) ? text : "");
	r->page = last_part(r->arena, &path);
	r->folder = last_part(r->arena, &path);
}

void
request_read(struct request *r, struct arena *a, char *const *variables)
{
	const char *query;
	struct str uri;

	*r = (struct request){ .arena = a, .variables = variables };
	r->method =
	    method_from(str_from(request_variable(r, "REQUEST_METHOD")));
	/* REQUEST_URI is the one variable that every server sets alike;
	 * SCRIPT_NAME and PATH_INFO share out the path as each of them
	 * likes. */
	uri = str_from(request_variable(r, "REQUEST_URI"));
	if (uri.len == 0)
		uri = str_from(request_variable(r, "SCRIPT_NAME"));
	read_path(r, str_cut(&uri, '?'));
	query = request_variable(r, "QUERY_STRING");
	r->query = query == NULL ? "" : query;
}

const char *
request_variable(const struct request *r, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; r->variables[i] != NULL; i++)
		if (strncmp(r->variables[i], name, n) == 0 &&
		    r->variables[i][n] == '=')
			return r->variables[i] + n + 1;
	return NULL;
}

/* A value that is given twice is refused, because a proxy in front may have
 * judged the other of the two. */
static enum err
find_value(const struct request *r, struct str rest, const char *name,
    const char **value)
{
	bool found = false;

	while (rest.len > 0) {
		struct str v = str_cut(&rest, '&'), key = str_cut(&v, '=');
		char *plain_key = arena_alloc(r->arena, key.len + 1);
		char *plain = arena_alloc(r->arena, v.len + 1);

		if (!decode(key, true, plain_key) ||
		    strcmp(plain_key, name) != 0)
			continue;
		if (found || !decode(v, true, plain))
			return ERR_INPUT;
		*value = plain;
		found = true;
	}
	return found ? ERR_OK : ERR_NOT_FOUND;
}

enum err
request_param(const struct request *r, const char *name, const char **value)
{
	return find_value(r, str_from(r->query), name, value);
}

enum err
request_field(const struct request *r, const char *name, const char **value)
{
	if (r->method != WEB_POST)
		return ERR_NOT_FOUND;
	if (r->body_error != ERR_OK)
		return r->body_error;
	return find_value(r, r->body, name, value);
}

bool
request_is_of(const struct request *r, const char *methods)
{
	struct str rest = str_from(methods);

	while (rest.len > 0)
		if (r->method == method_from(str_trim(str_cut(&rest, ','))))
			return r->method != WEB_OTHER;
	return false;
}

/* JSON is for clients that name it and do not name HTML: a browser that would
 * take anything at all is to see the page. */
bool
request_wants_json(const struct request *r)
{
	struct str accept = str_from(request_variable(r, "HTTP_ACCEPT"));

	return str_has_nocase(accept, "application/json") &&
	    !str_has_nocase(accept, "text/html");
}

bool
request_looks_ahead(const struct request *r)
{
	/* Sec-Purpose is the standard's; the others are older browsers'. */
	static const char *const headers[] = { "HTTP_SEC_PURPOSE",
		"HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ" };
	static const char *const words[] = { "prefetch", "prerender",
		"preview" };

	for (size_t i = 0; i < LENGTH(headers); i++)
		for (size_t j = 0; j < LENGTH(words); j++)
			if (str_has_nocase(
				str_from(request_variable(r, headers[i])),
				words[j]))
				return true;
	return false;
}

/* Chats' and networks' previews, search engines, archives, and those who read
 * for a model. */
static bool
is_machine_name(struct str word)
{
	static const char *const names[] = { "TelegramBot",
		"facebookexternalhit", "facebookcatalog", "Facebot",
		"meta-externalagent", "meta-externalfetcher", "Twitterbot",
		"Slackbot", "Slackbot-LinkExpanding", "Slack-ImgProxy",
		"Discordbot", "LinkedInBot", "SkypeUriPreview",
		"MicrosoftPreview", "BingPreview", "Iframely", "Embedly",
		"vkShare", "redditbot", "Pinterestbot", "Mastodon",
		"Linespider", "kakaotalk-scrap", "Google-Read-Aloud",
		"Google-InspectionTool", "GoogleOther", "Mediapartners-Google",
		"AdsBot-Google", "Googlebot", "Googlebot-Image", "bingbot",
		"YandexBot", "Applebot", "DuckDuckBot", "Baiduspider",
		"PetalBot", "Bytespider", "Amazonbot", "AhrefsBot",
		"SemrushBot", "MJ12bot", "GPTBot", "OAI-SearchBot",
		"ChatGPT-User", "ClaudeBot", "CCBot", "PerplexityBot",
		"ia_archiver", "crawler", "spider" };

	for (size_t i = 0; i < LENGTH(names); i++)
		if (str_eq_nocase(word, names[i]))
			return true;
	return false;
}

/* The next run of letters, digits, '-' and '_'; false at the end. */
static bool
next_word(struct str *rest, struct str *word)
{
	static const char letters[] = STR_LETTERS STR_DIGITS "-_";
	size_t from = 0, to;

	while (from < rest->len && strchr(letters, rest->p[from]) == NULL)
		from++;
	for (to = from; to < rest->len && strchr(letters, rest->p[to]) != NULL;
	     to++)
		continue;
	*word = (struct str){ rest->p + from, to - from };
	*rest = (struct str){ rest->p + to, rest->len - to };
	return word->len > 0;
}

bool
request_is_preview(const struct request *r)
{
	/* Their own browsers have these in their names as well, but only the
	 * fetcher begins with it. */
	static const char *const apps[] = { "WhatsApp", "Viber", "Snapchat" };
	struct str agent = str_from(request_variable(r, "HTTP_USER_AGENT"));
	struct str rest = agent, word;

	for (size_t i = 0; i < LENGTH(apps); i++)
		if (str_starts(agent, apps[i]))
			return true;
	while (rest.len > 0 && next_word(&rest, &word))
		if (is_machine_name(word))
			return true;
	/* An address to complain to, "+https://...", is how honest crawlers
	 * that are not on the list name themselves. */
	return str_has_nocase(agent, "+http");
}
