/* One plain page for a buyer: a headline, a paragraph or two, perhaps a
 * button. No script, nothing loaded, readable on a telephone. */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include "web/response.h"

/* All texts but html are escaped here; NULL leaves a part out. */
struct page {
	int status;
	const char *language; /* of the texts, "uk"; NULL: not said */
	const char *mark;     /* a sign above the headline, such as "✅" */
	const char *title;
	const char *lead;
	const char *button, *button_url;
	const char *note;
	const char *error; /* a word for JSON clients; NULL: "ok" */
	/* A long text, or a form, below the lead: HTML that was made here and
	 * is not escaped. */
	struct str html;
	enum response_forms forms; /* where a form in it may lead */
};

/* The page as HTML, or as JSON with the same facts where the client asks. */
struct response page_response(const struct request *req, const struct page *p);

#endif
