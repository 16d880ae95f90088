/* One plain page for a buyer: a headline, a paragraph or two, perhaps a button
 * or more. No script, nothing loaded, readable on a telephone, by day and by
 * night, and read aloud. */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include "web/response.h"

/* All texts but html are escaped here; NULL leaves a part out. A link needs
 * both of its parts. The first that is there is the page's button, the others
 * are quiet. */
struct page {
	int status;
	const char *language; /* of the texts, "uk"; NULL: not said */
	const char *mark;     /* a sign above the headline, such as "✅" */
	const char *title;
	const char *lead;
	const char *button, *button_url; /* what the page is about */
	const char *back, *back_url;     /* to where its reader came from */
	const char *again, *again_url;   /* the same address once more */
	const char *note;
	const char *support, *support_url; /* text alone without an address */
	const char *error;       /* a word for JSON clients; NULL: "ok" */
	int64_t refresh_s;       /* when a browser asks anew; 0: it does not */
	const char *refresh_url; /* for what */
	/* A long text, or a form, below the lead: HTML that was made here and
	 * is not escaped. */
	struct str html;
	enum response_forms forms; /* where a form in it may lead */
};

/* The page as HTML, or as JSON with the same facts where the client asks. */
struct response page_response(const struct request *req, const struct page *p);

#endif
