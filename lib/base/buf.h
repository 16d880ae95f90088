/* Text that grows in an arena up to a stated maximum. Going over the maximum
 * is remembered, not reported at each step: write all of it, then ask
 * buf_full() once. A full buffer is never sent anywhere. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/arena.h"

struct buf {
	struct arena *arena;
	char *p; /* NUL at p[len] once anything was added */
	size_t len, cap, max_bytes;
	bool full;
};

struct buf buf_new(struct arena *a, size_t max_bytes);

void buf_add(struct buf *b, struct str s);
void buf_text(struct buf *b, const char *s); /* NULL adds nothing */
void buf_char(struct buf *b, char c);
void buf_int(struct buf *b, int64_t n);

/* With & < > " ' as entities: safe between tags and in quoted attributes. */
void buf_html(struct buf *b, const char *s);

/* Percent-encoded as a form value (RFC 3986 unreserved characters stay). */
void buf_url(struct buf *b, const char *s);

/* True where something did not fit. */
bool buf_full(const struct buf *b);

/* What was written; never NULL. */
struct str buf_str(const struct buf *b);

#endif
