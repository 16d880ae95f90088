/* Making a tree and writing it as text. */
#include "base/buf.h"
#include "base/json.h"
#include "base/json_tree.h"

#include <inttypes.h>
#include <string.h>

struct json *
json_new(struct arena *a)
{
	struct json *j = arena_alloc(a, sizeof(*j));

	j->kind = JSON_OBJECT;
	j->arena = a;
	return j;
}

/* Copied, since what is given may be gone before the tree is. */
static struct json *
push(struct json *in, const char *name, enum json_kind kind)
{
	struct json *j = arena_alloc(in->arena, sizeof(*j));

	j->kind = kind;
	j->arena = in->arena;
	if (name != NULL)
		j->name = (struct str){ arena_dup_text(in->arena, name),
			strlen(name) };
	json_link(in, j);
	return j;
}

/* Objects that are made here have a handful of members. */
static struct json *
member(struct json *obj, const char *name)
{
	struct json *m = obj->in.first;

	while (m != NULL && !str_eq(m->name, name))
		m = m->next;
	return m;
}

/* A name has one value: what is put later takes the place of the first. */
static struct json *
put(struct json *obj, const char *name, enum json_kind kind)
{
	struct json *m = member(obj, name);

	if (m == NULL)
		return push(obj, name, kind);
	*m = (struct json){ .next = m->next,
		.name = m->name,
		.kind = kind,
		.arena = obj->arena };
	return m;
}

/* A text may hold anything here; what must not stand in one as it is, is seen
 * to when it is written. */
static void
set_text(struct json *j, const char *value)
{
	j->text =
	    (struct str){ arena_dup_text(j->arena, value), strlen(value) };
}

void
json_put_text(struct json *obj, const char *name, const char *value)
{
	struct json *j = put(obj, name, value == NULL ? JSON_NULL : JSON_TEXT);

	if (value != NULL)
		set_text(j, value);
}

void
json_put_int(struct json *obj, const char *name, int64_t value)
{
	struct json *j = put(obj, name, JSON_NUMBER);

	j->text = str_from(arena_printf(j->arena, "%" PRId64, value));
}

void
json_put_bool(struct json *obj, const char *name, bool value)
{
	(void)put(obj, name, value ? JSON_TRUE : JSON_FALSE);
}

struct json *
json_put_object(struct json *obj, const char *name)
{
	return put(obj, name, JSON_OBJECT);
}

struct json *
json_put_array(struct json *obj, const char *name)
{
	return put(obj, name, JSON_ARRAY);
}

struct json *
json_push_object(struct json *array)
{
	return push(array, NULL, JSON_OBJECT);
}

struct json *
json_push_array(struct json *array)
{
	return push(array, NULL, JSON_ARRAY);
}

void
json_push_text(struct json *array, const char *value)
{
	set_text(push(array, NULL, JSON_TEXT), value);
}

/* ---- as text ---- */

/* What must not stand in a text as it is. Slashes may, though some escape them:
 * "https:\/\/" is valid too, but makes URLs hard to find in a body. */
static void
write_sign(struct buf *b, unsigned char c)
{
	static const char meant[] = "\"\\\b\f\n\r\t", written[] = "\"\\bfnrt";
	static const char hex[] = "0123456789abcdef";
	const char *which = c == '\0' ? NULL : strchr(meant, c);

	buf_char(b, '\\');
	if (which != NULL) {
		buf_char(b, written[which - meant]);
		return;
	}
	buf_text(b, "u00");
	buf_char(b, hex[c >> 4]);
	buf_char(b, hex[c & 15]);
}

/* UTF-8 and DEL stand as they are: they are fine in JSON, and what is read by
 * people should be readable. */
static bool
is_plain(char c)
{
	return (unsigned char)c >= ' ' && c != '"' && c != '\\';
}

static void
write_text(struct buf *b, struct str s)
{
	buf_char(b, '"');
	for (size_t i = 0; i < s.len;) {
		size_t n = 0;

		while (i + n < s.len && is_plain(s.p[i + n]))
			n++;
		buf_add(b, (struct str){ s.p + i, n });
		i += n;
		if (i < s.len)
			write_sign(b, (unsigned char)s.p[i++]);
	}
	buf_char(b, '"');
}

static void write_value(struct buf *b, const struct json *j);

/* A name that a text had twice is written twice. */
static void
write_members(struct buf *b, const struct json *j)
{
	bool is_object = j->kind == JSON_OBJECT;

	buf_char(b, is_object ? '{' : '[');
	for (const struct json *m = j->in.first; m != NULL; m = m->next) {
		if (m != j->in.first)
			buf_char(b, ',');
		if (is_object) {
			write_text(b, m->name);
			buf_char(b, ':');
		}
		write_value(b, m);
	}
	buf_char(b, is_object ? '}' : ']');
}

static void
write_value(struct buf *b, const struct json *j)
{
	switch (j->kind) {
	case JSON_NULL:
		buf_text(b, "null");
		break;
	case JSON_FALSE:
		buf_text(b, "false");
		break;
	case JSON_TRUE:
		buf_text(b, "true");
		break;
	case JSON_NUMBER:
		buf_add(b, j->text);
		break;
	case JSON_TEXT:
		write_text(b, j->text);
		break;
	default:
		write_members(b, j);
	}
}

struct str
json_render(struct arena *a, struct json *j)
{
	/* What it is made of is in memory already, so it needs no maximum. */
	struct buf b = buf_new(a, SIZE_MAX / 2);

	if (j == NULL)
		return str_from("null");
	write_value(&b, j);
	return buf_str(&b);
}
