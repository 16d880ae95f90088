/* The buyer's page: escaped in every field, and the same facts as JSON. */
#include "testing.h"

#include "base/json.h"
#include "web/page.h"

static struct request
request_with(const char *accept)
{
	struct request r;
	char **variables = arena_alloc(&mem, 2 * sizeof(*variables));

	variables[0] = arena_printf(&mem, "HTTP_ACCEPT=%s", accept);
	request_read(&r, &mem, variables);
	return r;
}

static const char *
html_of(const struct page *p)
{
	struct request r = request_with("text/html");
	struct response res = page_response(&r, p);

	check_text(res.content_type, "text/html; charset=utf-8");
	check_int(res.status, p->status);
	return arena_dup(&mem, res.body);
}

#define HOSTILE "<script>\"'&</script>"
#define ESCAPED "&lt;script&gt;&quot;&#39;&amp;&lt;/script&gt;"

static const struct field {
	const char *why;
	struct page page;
	int n; /* how often the text stands on the page */
} fields[] = {
	{ "the mark", { .mark = HOSTILE }, 1 },
	{ "the title, the headline and the preview's", { .title = HOSTILE },
	    3 },
	{ "the lead", { .lead = HOSTILE }, 1 },
	{ "the button", { .button = HOSTILE, .button_url = "https://h/" }, 1 },
	{ "the button's address",
	    { .button = "b", .button_url = "https://h/" HOSTILE }, 1 },
	{ "the note", { .note = HOSTILE }, 1 },
	{ "the way back", { .back = HOSTILE, .back_url = "https://h/" }, 1 },
	{ "its address", { .back = "b", .back_url = "https://h/" HOSTILE }, 1 },
	{ "once more", { .again = HOSTILE, .again_url = "?a" }, 1 },
	{ "its address", { .again = "b", .again_url = "?" HOSTILE }, 1 },
	{ "whom to write to", { .support = HOSTILE }, 1 },
	{ "where to", { .support = "s", .support_url = "mailto:" HOSTILE }, 1 },
	{ "an address without words is none", { .support_url = HOSTILE }, 0 },
	{ "a button without an address is none", { .button = HOSTILE }, 0 },
	{ "an address without a button is none", { .button_url = HOSTILE }, 0 },
	{ "the word for programs is not shown", { .error = HOSTILE }, 0 },
	{ "the language", { .language = HOSTILE }, 1 },
};

static void
escaped(void **state)
{
	const struct field *f = *state;
	const char *html = html_of(&f->page), *at = html;
	int n = 0;

	for (; (at = strstr(at, ESCAPED)) != NULL; at++)
		n++;
	check_int(n, f->n);
	check_lacks(html, "<script");
}

static void
whole(void **state)
{
	const struct page p = { .status = 200,
		.language = "de",
		.mark = "✅",
		.title = "Title",
		.lead = "Lead",
		.button = "Open",
		.button_url = "https://t.me/+a",
		.note = "Note" };
	const char *html = html_of(&p);

	(void)state;
	check_has(html, "<!doctype html>\n<html lang=\"de\">\n<head>");
	check_has(html, "<title>Title</title>");
	check_has(html, "<h1>Title</h1>");
	assert_null(strstr(strstr(html, "<h1") + 3, "<h1"));
	check_has(html, "<p>Lead</p>");
	check_has(html, "href=\"https://t.me/+a\"");
	check_has(html, ">Open</a>");
	check_has(html, "<p class=\"note\">Note</p>");
	check_has(html, "name=\"robots\" content=\"noindex\"");
	check_has(html, "</html>");
	check_lacks(html, " src=");
	check_lacks(html, "url(");
}

static void
bare(void **state)
{
	const struct page p = { .status = 404, .title = "Title", .note = "" };
	const char *html = html_of(&p);

	(void)state;
	check_lacks(html, "class=\"mark\"");
	check_lacks(html, "<p>");
	check_lacks(html, "<a ");
	check_lacks(html, "<footer");
	check_lacks(html, "class=\"note\"");
}

static const struct look {
	const char *why;
	struct page page;
	const char *has, *lacks;
} looks[] = {
	{ "the page's own button first",
	    { .button = "B",
		.button_url = "https://b/",
		.back = "K",
		.back_url = "https://k/" },
	    "<a class=\"button\" rel=\"noreferrer\" href=\"https://b/\">B</a>\n"
	    "<a class=\"quiet\" rel=\"noreferrer\" href=\"https://k/\">K</a>\n",
	    "<footer" },
	{ "without one the way back is it",
	    { .back = "K",
		.back_url = "https://k/",
		.again = "A",
		.again_url = "?a=1&b" },
	    "<a class=\"button\" rel=\"noreferrer\" href=\"https://k/\">K</a>\n"
	    "<a class=\"quiet\" rel=\"noreferrer\" "
	    "href=\"?a=1&amp;b\">A</a>\n",
	    "<footer" },
	{ "else trying again is it",
	    { .back = "K", .again = "A", .again_url = "?a" },
	    "<a class=\"button\" rel=\"noreferrer\" href=\"?a\">A</a>\n",
	    ">K<" },
	{ "support as a link", { .support = "S", .support_url = "mailto:s" },
	    "<footer>\n<p><a rel=\"noreferrer\" "
	    "href=\"mailto:s\">S</a></p>\n</footer>",
	    "class=\"quiet\"" },
	{ "support in words", { .support = "S" }, "<footer>\n<p>S</p>", "<a " },
};

static void
look(void **state)
{
	const struct look *l = *state;
	const char *html = html_of(&l->page);

	check_has(html, l->has);
	check_lacks(html, l->lacks);
	check_has(html, "<main>");
}

static void
anew(void **state)
{
	struct request r = request_with("text/html");
	const struct page p = {
		.status = 200, .title = "T", .refresh_s = 3, .refresh_url = "?a"
	};
	struct response res = page_response(&r, &p);

	(void)state;
	check_int(res.refresh_s, 3);
	check_text(res.refresh_url, "?a");
	assert_true(strncmp(res.style_hash, "sha256-", 7) == 0);
	r = request_with("application/json");
	check_int(page_response(&r, &p).refresh_s, 0);
}

static const struct json_row {
	const char *why;
	struct page page;
	const char *want;
} jsons[] = {
	{ "a success",
	    { .status = 200, .title = "T", .lead = "L", .note = "N" },
	    "{\"ok\":true,\"message\":\"T\",\"detail\":\"L\"}" },
	{ "a failure", { .status = 400, .title = "T", .error = "bad_tg_id" },
	    "{\"error\":\"bad_tg_id\",\"message\":\"T\",\"detail\":null}" },
	{ "an address",
	    { .status = 200,
		.title = "T",
		.lead = "L",
		.button = "B",
		.button_url = "https://h/" },
	    "{\"ok\":true,\"message\":\"T\",\"detail\":\"L\","
	    "\"url\":\"https://h/\"}" },
	{ "JSON escapes in its own way",
	    { .status = 200, .title = HOSTILE, .lead = "L" },
	    "{\"ok\":true,\"message\":\"<script>\\\"'&</script>\","
	    "\"detail\":\"L\"}" },
};

static void
as_json(void **state)
{
	const struct json_row *j = *state;
	struct request r = request_with("application/json");
	struct response res = page_response(&r, &j->page);

	check_int(res.status, j->page.status);
	check_text(res.content_type, "application/json; charset=utf-8");
	check_str(res.body, j->want);
}

static void
later(void **state)
{
	struct request r = request_with("text/html");
	struct page p = { .status = 503, .title = "T" };

	(void)state;
	assert_true(page_response(&r, &p).retry_after_s > 0);
	p.status = 502;
	check_int(page_response(&r, &p).retry_after_s, 0);
}

int
main(void)
{
	ROWS("escape", escaped, fields);
	ROWS("json", as_json, jsons);
	ONE("html", "all parts, nothing loaded", whole);
	ROWS("links", look, looks);
	ONE("html", "asked for anew by browsers alone", anew);
	ONE("html", "what is absent leaves nothing behind", bare);
	ONE("status", "503 says when to come back", later);
	return testing_run("page", NULL, NULL);
}
