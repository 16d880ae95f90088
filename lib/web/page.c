/* The buyer's pages. */
#include "web/page.h"

#include "base/buf.h"
#include "base/json.h"

#define MAX_PAGE_BYTES (64 * 1024)

/* The page sits on the operator's domain under a link of its own; a search
 * engine has no business there. Nothing is loaded from elsewhere, so the page
 * tells no third party who paid, and works where a network blocks one. */
static const char head[] =
    "<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, "
    "initial-scale=1\">\n<meta name=\"robots\" content=\"noindex\">\n";

static const char style[] =
    "<style>\n"
    ":root{color-scheme:light dark;--ink:#1d2433;--soft:#5b6475;"
    "--paper:#fff;--back:#eef1f6;--accent:#2f6fed;--on:#fff}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#eef1f6;--soft:#a9b3c4;"
    "--paper:#1b212d;--back:#11151d;--accent:#6d9bff;"
    "--on:#0b1220}}\n"
    "*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;"
    "place-items:center;padding:24px;background:var(--back);"
    "color:var(--ink);font:17px/1.55 system-ui,-apple-system,\"Segoe UI\","
    "Roboto,sans-serif}\n"
    "main{max-width:30rem;width:100%;padding:40px 32px;border-radius:20px;"
    "background:var(--paper);text-align:center;overflow-wrap:anywhere;"
    "box-shadow:0 12px 40px rgba(20,30,60,.10)}\n"
    ".mark{font-size:44px;line-height:1}h1{font-size:1.45rem;"
    "line-height:1.25;margin:16px 0 12px}p{margin:0 0 16px}"
    ".note{color:var(--soft);font-size:.92rem;margin:24px 0 0}\n"
    "a.button{display:inline-block;margin:12px 0 4px;padding:14px 28px;"
    "border-radius:12px;background:var(--accent);color:var(--on);"
    "font-weight:600;text-decoration:none}\n"
    "main.long{max-width:42rem;text-align:left;hyphens:auto}main.long .mark,"
    "main.long h1{text-align:center}h2{font-size:1.15rem;margin:28px 0 8px}"
    "h3{font-size:1rem;margin:20px 0 8px}main.long a:not(.button)"
    "{color:var(--accent)}main.long a.button{display:block;"
    "text-align:center}main a.other{border:2px solid;background:none;"
    "color:var(--accent)}pre{white-space:pre-wrap;hyphens:none}"
    "blockquote{margin:0 0 16px;padding-left:16px;"
    "border-left:3px solid var(--soft);color:var(--soft)}"
    "label{display:block;margin:0 0 16px}input,textarea{display:block;"
    "width:100%;margin-top:6px;padding:12px;border:1px solid var(--soft);"
    "border-radius:10px;background:var(--back);color:inherit;font:inherit}"
    "button{display:block;width:100%;margin:12px 0;padding:14px 28px;"
    "border:0;border-radius:12px;background:var(--accent);color:var(--on);"
    "font:inherit;font-weight:600;cursor:pointer}\n"
    "</style>\n";

/* Every text goes through here and is escaped: a product's name comes from the
 * operator, a page must not break on its "&". */
static void
element(struct buf *b, const char *open, const char *text, const char *close)
{
	if (text == NULL || *text == '\0')
		return;
	buf_text(b, open);
	buf_html(b, text);
	buf_text(b, close);
}

/* Beside a form's own button this one is the other way out, and looks it. */
static void
button(struct buf *b, const struct page *p)
{
	if (p->button == NULL || p->button_url == NULL)
		return;
	element(b,
	    p->forms == FORMS_NOWHERE ?
		"<a class=\"button\" rel=\"noreferrer\" href=\"" :
		"<a class=\"button other\" rel=\"noreferrer\" href=\"",
	    p->button_url, "\">");
	element(b, "", p->button, "</a>\n");
}

static void
text(struct buf *b, struct str html)
{
	if (html.len == 0)
		return;
	buf_text(b, "<div class=\"text\">\n");
	buf_add(b, html);
	buf_text(b, "</div>\n");
}

static struct response
as_html(struct arena *a, const struct page *p)
{
	struct buf b = buf_new(a, MAX_PAGE_BYTES + p->html.len);

	buf_text(&b, "<!doctype html>\n<html");
	element(&b, " lang=\"", p->language, "\"");
	buf_text(&b, ">\n");
	buf_text(&b, head);
	element(&b, "<title>", p->title, "</title>\n");
	element(
	    &b, "<meta property=\"og:title\" content=\"", p->title, "\">\n");
	buf_text(&b, style);
	buf_text(&b, "</head>\n<body>\n<main");
	buf_text(&b, p->html.len > 0 ? " class=\"long\">\n" : ">\n");
	/* A sign is for the eye; read aloud, it would stand between the reader
	 * and the headline. */
	element(&b, "<div class=\"mark\" aria-hidden=\"true\">", p->mark,
	    "</div>\n");
	element(&b, "<h1>", p->title, "</h1>\n");
	element(&b, "<p>", p->lead, "</p>\n");
	text(&b, p->html);
	button(&b, p);
	element(&b, "<p class=\"note\">", p->note, "</p>\n");
	buf_text(&b, "</main>\n</body>\n</html>\n");
	/* A page cut in its middle could be one without its button. */
	if (buf_full(&b))
		return response_error(a, ERR_INTERNAL, "the page is too long");
	return (struct response){ .status = p->status,
		.content_type = "text/html; charset=utf-8",
		.forms = p->forms,
		.body = buf_str(&b) };
}

static struct response
as_json(struct arena *a, const struct page *p)
{
	struct json *doc = json_new(a);

	/* A program goes by "error" and "ok", which stay; the texts are in the
	 * reader's language and may change. */
	if (p->error != NULL)
		json_put_text(doc, "error", p->error);
	else
		json_put_bool(doc, "ok", true);
	json_put_text(doc, "message", p->title);
	json_put_text(doc, "detail", p->lead);
	if (p->button_url != NULL)
		json_put_text(doc, "url", p->button_url);
	return response_json(p->status, json_render(a, doc));
}

struct response
page_response(const struct request *req, const struct page *p)
{
	struct response res = request_wants_json(req) ? as_json(req->arena, p) :
							as_html(req->arena, p);

	/* Crawlers and servers read this; a person reloads anyway. */
	if (p->status == 503)
		res.retry_after_s = 5;
	return res;
}
