/* Taking a body's pieces, and judging the whole. */
#include "web/body.h"

struct body
body_start(struct arena *a, size_t max_bytes)
{
	return (struct body){ .kept = buf_new(a, max_bytes) };
}

void
body_add(struct body *b, const char *p, size_t n)
{
	b->n_read_bytes += (int64_t)n;
	buf_add(&b->kept, (struct str){ p, n });
}

void
body_end(const struct body *b, struct request *r, bool is_broken)
{
	int64_t announced = 0;
	const char *length = request_variable(r, "CONTENT_LENGTH");

	/* Before all else: that the rest is missing is then no news. */
	if (buf_full(&b->kept)) {
		r->body_error = ERR_TOO_BIG;
		return;
	}
	r->body = buf_str(&b->kept);
	if (is_broken ||
	    (str_to_i64(str_from(length), &announced) &&
		announced > b->n_read_bytes))
		r->body_error = ERR_INPUT;
}
