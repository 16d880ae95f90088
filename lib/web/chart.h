/* Charts, for a page that stands alone: inline SVG and a little HTML around it,
 * no script, nothing loaded. A picture takes the width that there is, and what
 * is written beside it stays as large as other text. Colours are the page's: a
 * part is drawn in what its class sets as "fill" (and a line as "color"). */
#ifndef WEB_CHART_H
#define WEB_CHART_H

#include "base/buf.h"

struct chart_part {
	const char *name;      /* in the legend */
	const char *kind;      /* its class, one word */
	const int64_t *values; /* one a place; what is below zero stands below
	                          the line */
};

/* All texts are escaped here. */
struct chart {
	const char *title; /* for who cannot see the picture */
	const struct chart_part *parts;
	size_t n_parts;
	const char *const *places; /* along the axis: "27. Nov." */
	size_t n;                  /* places; at least one */
	/* How a value is written: exactly, and rounded, for the axis. */
	const char *(*written)(void *ctx, struct arena *a, int64_t value);
	const char *(*rounded)(void *ctx, struct arena *a, int64_t value);
	void *ctx;
};

/* At each place the parts stand on one another. Parts without any value are
 * left out of the legend. */
void chart_bars(struct buf *b, const struct chart *c);

/* A line through the values of the first part, none of which is below zero, and
 * the ground below it filled. */
void chart_line(struct buf *b, const struct chart *c);

/* The same as a table that opens by a click on "summary": a row for each place
 * where there is something, with "place" over the first column. */
void chart_table(struct buf *b, const struct chart *c, const char *summary,
    const char *place);

/* A bar that lies: parts beside one another, as wide as they are of the whole.
 * It says nothing by itself, the numbers stand beside it. */
void chart_share(struct buf *b, const struct chart_part *parts, size_t n_parts,
    size_t place, int64_t whole);

/* What of the style sheet is the charts' own. */
extern const char chart_style[];

#endif
