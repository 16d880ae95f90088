/* The shop's report as one page: a file that stands alone, with pictures and no
 * script, for a browser by day and by night and for paper. For operators: it
 * tells what was sold, and of nobody who they are. */
#ifndef FRONT_REPORT_H
#define FRONT_REPORT_H

#include "ledger/figures.h"
#include "shop/app.h"

struct report_wish {
	enum language in;
	int64_t since_ms, until_ms; /* as figures_read() takes them */
	enum books_by by;           /* day or month */
};

/* Reads the figures and writes the page, in the arena. ERR_TOO_BIG: a page of
 * more than 2 MiB, of a span with very many days. */
enum err report_page(struct app *app, struct arena *a,
    const struct report_wish *wish, struct str *html) MUST_CHECK;

#endif
