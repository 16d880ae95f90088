/* One named value: the same list serves SQL parameters, log fields, holes in
 * a text, form fields. The list lives as long as the block it is written in. */
#ifndef BASE_KV_H
#define BASE_KV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a null it is known too what it would be: an engine may have to be told. */
enum kv_kind { KV_NULL, KV_INT, KV_TEXT, KV_NO_TEXT };

struct kv {
	const char *name;
	enum kv_kind kind;
	int64_t i;
	const char *s;
};

struct kvs {
	const struct kv *v;
	size_t n;
};

/* KV(kv_int("tg_id", id), kv_text("ev", s)) */
#define KV(...) \
	((struct kvs){ (const struct kv[]){ __VA_ARGS__ }, \
	    sizeof((const struct kv[]){ __VA_ARGS__ }) / sizeof(struct kv) })
#define KV_NONE ((struct kvs){ NULL, 0 })

static inline struct kv
kv_int(const char *name, int64_t i)
{
	return (struct kv){ .name = name, .kind = KV_INT, .i = i };
}

/* A text; NULL makes a null and not an empty text. */
static inline struct kv
kv_text(const char *name, const char *s)
{
	return (struct kv){
		.name = name, .kind = s == NULL ? KV_NO_TEXT : KV_TEXT, .s = s
	};
}

/* No number; no text is kv_text() of NULL. */
static inline struct kv
kv_null(const char *name)
{
	return (struct kv){ .name = name };
}

/* A number, or null where it is 0: for "no such moment", "no such row". */
static inline struct kv
kv_int_or_null(const char *name, int64_t i)
{
	return i == 0 ? kv_null(name) : kv_int(name, i);
}

static inline bool
kv_is_null(const struct kv *v)
{
	return v->kind == KV_NULL || v->kind == KV_NO_TEXT;
}

#endif
