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
    "initial-scale=1\">\n<meta name=\"robots\" content=\"noindex\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n";

/* Every colour that is written on another stands here by name, once for the day
 * and once for the night. Their contrast is WCAG's AA at least. A border in the
 * colour of what is below shows where somebody's own colours are forced. */
static const char style[] =
    ":root{color-scheme:light dark;--ink:#1d2433;--soft:#525d70;"
    "--paper:#ffffff;--back:#eef1f6;--accent:#2355c4;--label:#ffffff;"
    "--line:#cfd6e2}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#eef1f6;--soft:#a9b3c4;"
    "--paper:#1b212d;--back:#11151d;--accent:#8fb2ff;--label:#0f1626;"
    "--line:#3a4456}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;min-height:100vh;display:flex;flex-direction:column;"
    "align-items:center;justify-content:center;gap:20px;padding:24px 16px;"
    "background:var(--back);color:var(--ink);font:1.0625rem/1.55 system-ui,"
    "-apple-system,\"Segoe UI\",Roboto,sans-serif;overflow-wrap:anywhere}\n"
    "main{max-width:30rem;width:100%;padding:36px 24px;border-radius:20px;"
    "background:var(--paper);text-align:center;border:1px solid "
    "transparent;box-shadow:0 12px 40px rgba(20,30,60,.1)}\n"
    "footer{max-width:30rem;text-align:center;font-size:.94rem}\n"
    ".mark{font-size:2.75rem;line-height:1}\n"
    "h1{font-size:1.45rem;line-height:1.25;margin:16px 0 12px;"
    "text-wrap:balance}\n"
    "p{margin:0 0 16px}main>:last-child{margin-bottom:0}\n"
    "footer p{margin:0}.note,footer p{color:var(--soft)}.note{font-size:.94rem;"
    "margin-top:24px}\n"
    "a.button,a.quiet{display:block;margin:12px 0 0;padding:12px 20px;"
    "border:2px solid transparent;border-radius:12px;font-weight:600;"
    "text-decoration:none}\n"
    "p+a.button{margin-top:24px}\n"
    "a.button{background:var(--accent);color:var(--label)}\n"
    "a.quiet{border-color:var(--line);color:var(--accent)}\n"
    "main.long{max-width:42rem;text-align:left;hyphens:auto}\n"
    "main.long .mark,main.long h1{text-align:center}\n"
    "h2{font-size:1.15rem;margin:28px 0 8px}h3{font-size:1rem;"
    "margin:20px 0 8px}.text a{color:var(--accent)}.text li "
    "a{display:inline-block;padding:8px 0}\n"
    "main.long a.button,main.long a.quiet{text-align:center}\n"
    "pre{white-space:pre-wrap;hyphens:none}blockquote{margin:0 0 16px;"
    "padding-left:16px;border-left:3px solid var(--line);"
    "color:var(--soft)}\n"
    "label{display:block;margin:0 0 16px}input,textarea{display:block;"
    "width:100%;margin-top:6px;padding:12px;border:1px solid var(--soft);"
    "border-radius:10px;background:var(--back);color:inherit;font:inherit}\n"
    "button{display:block;width:100%;margin:12px 0;padding:12px 20px;"
    "border:2px solid transparent;border-radius:12px;"
    "background:var(--accent);color:var(--label);font:inherit;"
    "font-weight:600;cursor:pointer}\n"
    "a:hover{text-decoration:underline}\n"
    "footer a{display:inline-block;padding:10px 4px;color:var(--accent)}\n"
    "a:focus-visible,button:focus-visible,input:focus-visible"
    "{outline:3px solid var(--accent);outline-offset:3px}\n";

/* What a browser needs to take that style and no other: base64 of its SHA-256,
 * which tests/web/pages.test.mjs works out. */
#define STYLE_HASH "sha256-+b5NbX8HeM6cQFiPx0B2lzGztGMsD+5I05aALwxmiAE="

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

/* A link whose address is within the site or a stranger's, with its look. Says
 * whether there is one. */
static bool
link_to(struct buf *b, const char *look, const char *text, const char *url)
{
	if (text == NULL || url == NULL)
		return false;
	element(b, "<a class=\"", look, "\" rel=\"noreferrer\"");
	element(b, " href=\"", url, "\">");
	element(b, "", text, "</a>\n");
	return true;
}

static void
links(struct buf *b, const struct page *p)
{
	/* A form has a button of its own, which is the page's. */
	bool has_button = p->forms != FORMS_NOWHERE;

	has_button |= link_to(
	    b, has_button ? "quiet" : "button", p->button, p->button_url);
	has_button |=
	    link_to(b, has_button ? "quiet" : "button", p->back, p->back_url);
	(void)link_to(
	    b, has_button ? "quiet" : "button", p->again, p->again_url);
}

static void
footer(struct buf *b, const struct page *p)
{
	bool is_link = p->support_url != NULL;

	if (p->support == NULL || *p->support == '\0')
		return;
	buf_text(b, "<footer>\n<p>");
	if (is_link)
		element(
		    b, "<a rel=\"noreferrer\" href=\"", p->support_url, "\">");
	element(b, "", p->support, is_link ? "</a>" : "");
	buf_text(b, "</p>\n</footer>\n");
}

static void
in_head(struct buf *b, const struct page *p)
{
	buf_text(b, head);
	element(b, "<title>", p->title, "</title>\n");
	element(b, "<meta property=\"og:title\" content=\"", p->title, "\">\n");
	buf_text(b, "<style>");
	buf_text(b, style);
	buf_text(b, "</style>\n</head>\n");
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
	in_head(&b, p);
	buf_text(&b, "<body>\n<main");
	buf_text(&b, p->html.len > 0 ? " class=\"long\">\n" : ">\n");
	/* A sign is for the eye; read aloud, it would stand between the reader
	 * and the headline. */
	element(&b, "<div class=\"mark\" aria-hidden=\"true\">", p->mark,
	    "</div>\n");
	element(&b, "<h1>", p->title, "</h1>\n");
	element(&b, "<p>", p->lead, "</p>\n");
	text(&b, p->html);
	links(&b, p);
	element(&b, "<p class=\"note\">", p->note, "</p>\n");
	buf_text(&b, "</main>\n");
	footer(&b, p);
	buf_text(&b, "</body>\n</html>\n");
	/* A page cut in its middle could be one without its button. */
	if (buf_full(&b))
		return response_error(a, ERR_INTERNAL, "the page is too long");
	return (struct response){ .status = p->status,
		.content_type = "text/html; charset=utf-8",
		.style_hash = STYLE_HASH,
		.refresh_s = p->refresh_s,
		.refresh_url = p->refresh_url,
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
