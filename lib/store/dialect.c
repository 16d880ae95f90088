/* Names of values as numbers. */
#include "store/dialect.h"

#include "base/buf.h"

#include <string.h>

#define MAX_TEXT_BYTES (16 * 1024)
#define NAME_LETTERS STR_LETTERS STR_DIGITS "_"

/* How many bytes of s are nothing to replace: up to a colon outside quotes. */
static size_t
plain(const char *s)
{
	size_t n = 0;
	bool quoted = false;

	for (; s[n] != '\0' && (quoted || s[n] != ':'); n++)
		quoted ^= s[n] == '\'';
	return n;
}

/* The place of a name, from 1; 0 where there is no room for another one. */
static size_t
place_of(struct dialect *d, struct str name)
{
	size_t i = 0;

	while (i < d->n &&
	    !(d->names[i].len == name.len &&
		memcmp(d->names[i].p, name.p, name.len) == 0))
		i++;
	if (i == DIALECT_MAX_VALUES)
		return 0;
	if (i == d->n)
		d->names[d->n++] = name;
	return i + 1;
}

/* What stands for the colon at which text begins; *len is how many bytes of
 * text that is. */
static const char *
instead(struct arena *a, struct dialect *d, const char *text, size_t *len)
{
	size_t at;

	*len = strspn(text + 1, NAME_LETTERS) + 1;
	if (*len > 1) {
		at = place_of(d, (struct str){ text + 1, *len - 1 });
		return at == 0 ? NULL : arena_printf(a, "$%zu", at);
	}
	/* A cast is taken at once: its second colon begins no name. */
	*len = text[1] == ':' ? 2 : 1;
	return *len == 2 ? "::" : ":";
}

struct dialect
dialect_numbered(struct arena *a, const char *text)
{
	struct dialect d = { 0 };
	struct buf out = buf_new(a, MAX_TEXT_BYTES);
	const char *more = "";

	while (more != NULL && *text != '\0') {
		size_t n = plain(text);

		buf_add(&out, (struct str){ text, n });
		text += n;
		if (*text == '\0')
			break;
		more = instead(a, &d, text, &n);
		buf_text(&out, more);
		text += n;
	}
	d.text = more != NULL && !buf_full(&out) ? buf_str(&out).p : NULL;
	return d;
}
