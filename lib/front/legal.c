/* Texts of the law in the browser. */
#include "front/legal.h"

#include "base/buf.h"
#include "front/pages.h"
#include "front/ways.h"
#include "shop/content.h"
#include "shop/markdown.h"
#include "shop/text.h"

#include <string.h>

#define FOLDER "legal"
#define MAX_LIST_BYTES ((size_t)32 * 1024)

/* By the folder alone, wherever in the site the programs lie. */
bool
legal_is_asked(const struct request *req)
{
	return strcmp(req->folder, FOLDER) == 0;
}

/* A title is the operator's, an address has the name of a file in it. */
static void
put_entry(struct buf *b, const char *url, const char *title)
{
	buf_text(b, "<li><a href=\"");
	buf_html(b, url);
	buf_text(b, "\">");
	buf_html(b, title);
	buf_text(b, "</a></li>\n");
}

/* Each is called as its author called it, in the reader's language. */
static struct str
list_of(const struct app *app, struct arena *a, enum language in)
{
	size_t n = 0;
	const char **names = content_legal(&app->conf, a, &n);
	struct buf b = buf_new(a, MAX_LIST_BYTES);
	struct content c;

	for (size_t i = 0; i < n; i++) {
		const char *name =
		    arena_printf(a, CONTENT_LEGAL "%s", names[i]);

		if (content_read(&app->conf, a, name, in, &c) != ERR_OK)
			continue;
		buf_text(&b, b.len == 0 ? "<ul>\n" : "");
		put_entry(&b,
		    arena_printf(a, "%s/%s?language=%s", app->conf.base_url,
			name, language_code(in)),
		    c.title);
	}
	if (b.len > 0)
		buf_text(&b, "</ul>\n");
	return buf_str(&b);
}

/* Also without any text: the way to withdraw has to be easy to find. */
static struct response
list_page(const struct app *app, const struct request *req, enum language in)
{
	struct page p = { .status = 200,
		.language = language_code(in),
		.mark = "⚖️",
		.title = text_plain_in(in, TEXT_PAGE_LEGAL),
		.button = text_plain_in(in, TEXT_PAGE_WITHDRAW),
		.button_url =
		    arena_printf(req->arena, "%s/withdraw?language=%s",
			app->conf.base_url, language_code(in)),
		.html = list_of(app, req->arena, in) };

	ways_add(&p, app, req->arena, in);
	return page_response(req, &p);
}

/* The page is in the language of the text, whoever reads it. */
static struct response
text_page(const struct app *app, const struct request *req, enum language in)
{
	struct content c;
	const char *name =
	    arena_printf(req->arena, CONTENT_LEGAL "%s", req->page);
	enum err e = content_read(&app->conf, req->arena, name, in, &c);
	struct page p;

	if (e != ERR_OK)
		return pages_show(app, req, PAGES_UNKNOWN);
	p = (struct page){ .status = 200,
		.language = c.in[0] == '\0' ? NULL : c.in,
		.title = c.title,
		.html = markdown_page(req->arena, c.text) };
	ways_add(&p, app, req->arena, in);
	return page_response(req, &p);
}

struct response
legal_page(struct app *app, const struct request *req)
{
	enum language in = pages_language(req);

	return legal_is_asked(req) ? text_page(app, req, in) :
				     list_page(app, req, in);
}
