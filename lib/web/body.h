/* A request's body as its pieces come. It is read to its end whatever its
 * size, so that the web server is never left with one that nobody took, but no
 * more than the limit is kept. */
#ifndef WEB_BODY_H
#define WEB_BODY_H

#include "base/buf.h"
#include "web/request.h"

/* What came so far; lies in the arena that it was started with. */
struct body {
	struct buf kept;
	int64_t n_read_bytes; /* all of them, kept or not */
};

struct body body_start(struct arena *a, size_t max_bytes);

/* Takes the next n bytes. */
void body_add(struct body *b, const char *p, size_t n);

/* Nothing more comes: fills in the request's body and body_error, once its
 * variables are read. ERR_TOO_BIG: over the limit, and the body is empty.
 * ERR_INPUT: is_broken (reading has failed), or CONTENT_LENGTH announced more
 * than came; the body is what came. A length that is absent or no number
 * promises nothing: some servers announce none. */
void body_end(const struct body *b, struct request *r, bool is_broken);

#endif
