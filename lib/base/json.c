/* Finding what a JSON text says. */
#include "base/json.h"

#include "base/json_tree.h"

#include <string.h>

/* From the first on each time: whoever goes through a list asks once for each,
 * and lists of vendors have a hundred entries at most. */
static struct json *
nth(const struct json *array, int64_t at)
{
	struct json *j = array->in.first;

	for (; j != NULL && at > 0; at--)
		j = j->next;
	return j;
}

/* Where a name stands twice, the later one counts, as most readers have it. */
static struct json *
named(const struct json *obj, struct str name)
{
	struct json *found = NULL;

	for (struct json *j = obj->in.first; j != NULL; j = j->next)
		if (j->name.len == name.len &&
		    memcmp(j->name.p, name.p, name.len) == 0)
			found = j;
	return found;
}

static struct json *
step(const struct json *j, struct str name)
{
	int64_t at;

	if (j->kind == JSON_OBJECT)
		return named(j, name);
	return j->kind == JSON_ARRAY && str_to_i64(name, &at) ? nth(j, at) :
								NULL;
}

struct json *
json_at(struct json *j, const char *path)
{
	struct str rest = str_from(path);

	while (j != NULL && rest.len > 0)
		j = step(j, str_cut(&rest, '.'));
	return j == NULL || j->kind == JSON_NULL ? NULL : j;
}

/* What is of another kind is as good as absent: a number where a text should
 * stand is no text. */
static struct json *
leaf(struct json *j, const char *path, enum json_kind kind)
{
	j = json_at(j, path);
	return j != NULL && j->kind == kind ? j : NULL;
}

/* A NUL inside would end the text for C, but not for the one who sent it: an id
 * "a\0b" must not pass for "a". */
const char *
json_text(struct json *j, const char *path)
{
	j = leaf(j, path, JSON_TEXT);
	return j == NULL || memchr(j->text.p, '\0', j->text.len) != NULL ?
	    NULL :
	    j->text.p;
}

/* str_to_i64() takes digits alone, so neither a fraction nor an exponent. */
bool
json_int(struct json *j, const char *path, int64_t *out)
{
	struct str digits;
	bool is_below;
	int64_t n;

	j = leaf(j, path, JSON_NUMBER);
	if (j == NULL)
		return false;
	digits = j->text;
	is_below = str_starts(digits, "-");
	if (is_below)
		digits = (struct str){ digits.p + 1, digits.len - 1 };
	if (!str_to_i64(digits, &n) || n == INT64_MAX)
		return false;
	*out = is_below ? -n : n;
	return true;
}

bool
json_flag(struct json *j, const char *path, bool *out)
{
	j = json_at(j, path);
	if (j == NULL || (j->kind != JSON_TRUE && j->kind != JSON_FALSE))
		return false;
	*out = j->kind == JSON_TRUE;
	return true;
}

bool
json_is_true(struct json *j, const char *path)
{
	return leaf(j, path, JSON_TRUE) != NULL;
}

bool
json_is_object(struct json *j, const char *path)
{
	return leaf(j, path, JSON_OBJECT) != NULL;
}

size_t
json_count(struct json *j, const char *path)
{
	size_t n = 0;

	j = leaf(j, path, JSON_ARRAY);
	for (j = j == NULL ? NULL : j->in.first; j != NULL; j = j->next)
		n++;
	return n;
}

const char *
json_name(struct json *obj, size_t i)
{
	const struct json *j;

	if (!json_is_object(obj, ""))
		return NULL;
	j = nth(obj, (int64_t)i);
	return j == NULL ? NULL : j->name.p;
}
