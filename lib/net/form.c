/* Form bodies. */
#include "net/form.h"

#include "base/buf.h"

#define MAX_FORM_BYTES (64 * 1024)

struct str
form_encode(struct arena *a, struct kvs fields)
{
	struct buf b = buf_new(a, MAX_FORM_BYTES);

	for (size_t i = 0; i < fields.n; i++) {
		const struct kv *f = &fields.v[i];

		/* Stripe reads an empty value as "remove this field", so one
		 * without a value is left out instead of being sent empty. */
		if (kv_is_null(f))
			continue;
		if (b.len > 0)
			buf_char(&b, '&');
		buf_text(&b, f->name);
		buf_char(&b, '=');
		if (f->kind == KV_INT)
			buf_int(&b, f->i);
		else
			buf_url(&b, f->s);
	}
	return buf_full(&b) ? (struct str){ NULL, 0 } : buf_str(&b);
}
