/* The only file that includes json-c. */
#include "base/json.h"

#include "base/json_weight.h"

#include <json-c/json.h>
#include <limits.h>
#include <string.h>

/* struct json is json-c's object under a name of ours. */
static struct json_object *
raw(struct json *j)
{
	return (struct json_object *)(void *)j;
}

static struct json *
ours(struct json_object *o)
{
	return (struct json *)(void *)o;
}

/* arena_defer() wants a function without a result; json_object_put() has
 * one. */
static void
put_back(void *object)
{
	json_object_put(object);
}

/* json-c stops at the first NUL and is content with what came before it, so
 * the end it reports must be the end of the text. */
static struct json_object *
parse_whole(struct json_tokener *tok, struct str text, size_t *stopped_at)
{
	struct json_object *o;

	o = json_tokener_parse_ex(tok, text.p, (int)text.len);
	*stopped_at = json_tokener_get_parse_end(tok);
	if (json_tokener_get_error(tok) == json_tokener_success &&
	    *stopped_at == text.len && json_object_is_type(o, json_type_object))
		return o;
	json_object_put(o);
	return NULL;
}

static struct json_object *
parse_once(struct str text, size_t *stopped_at)
{
	struct json_tokener *tok = json_tokener_new_ex(JSON_MAX_DEPTH);
	struct json_object *o;

	if (tok == NULL)
		out_of_memory();
	/* STRICT refuses what follows the value and more; VALIDATE_UTF8 because
	 * the texts go into pages, messages and tables, which would refuse them
	 * later and less kindly. */
	json_tokener_set_flags(
	    tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	o = parse_whole(tok, text, stopped_at);
	json_tokener_free(tok);
	return o;
}

/* NaN, which json-c lets pass, equals nothing, not even itself; two NaNs are
 * the same text, though. */
static bool
is_same(struct json_object *a, struct json_object *b)
{
	const char *x, *y;

	if (json_object_equal(a, b))
		return true;
	x = json_object_to_json_string(a);
	y = json_object_to_json_string(b);
	return x != NULL && y != NULL && strcmp(x, y) == 0;
}

static size_t weight_of(struct json_object *o);

static size_t
weight_of_all(struct json_object *object)
{
	struct json_object_iterator at = json_object_iter_begin(object);
	struct json_object_iterator end = json_object_iter_end(object);
	size_t weight = 0;

	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
		weight += JSON_WEIGHT +
		    strlen(json_object_iter_peek_name(&at)) +
		    weight_of(json_object_iter_peek_value(&at));
	return weight;
}

/* As json_weight() has it. No deeper than JSON_MAX_DEPTH. */
static size_t
weight_of(struct json_object *o)
{
	size_t weight = JSON_WEIGHT;

	switch (json_object_get_type(o)) {
	case json_type_null:
		return JSON_WEIGHT_NULL;
	case json_type_string:
		return weight + (size_t)json_object_get_string_len(o);
	case json_type_array:
		for (size_t i = 0; i < json_object_array_length(o); i++)
			weight += weight_of(json_object_array_get_idx(o, i));
		return weight;
	case json_type_object:
		return weight + weight_of_all(o);
	default:
		return weight;
	}
}

/* json-c 0.16 says nothing where memory runs out: it may leave out a value, cut
 * a text short or call the whole malformed. That must not pass for what the
 * sender wrote, since the answer to it would be final. So the tree is held
 * against the weight of the text. Where that cannot be, which is rare, the text
 * is parsed again and the results are compared: it is malformed, or holds a
 * name twice, or what has no place in JSON. */
static struct json_object *
parse_surely(struct str text, size_t *stopped_at)
{
	struct json_object *o = parse_once(text, stopped_at), *again;

	if (o != NULL && weight_of(o) == json_weight(text))
		return o;
	again = parse_once(text, stopped_at);
	if (!is_same(o, again))
		out_of_memory();
	json_object_put(again);
	return o;
}

/* The caller's offsets count from the text as it was sent, hence the blanks
 * that were trimmed off are added again. */
enum err
json_parse_at(
    struct arena *a, struct str text, struct json **out, size_t *stopped_at)
{
	const char *begin = text.p;
	struct json_object *o;

	*stopped_at = 0;
	text = str_trim(text);
	if (text.len == 0 || text.len > INT_MAX)
		return ERR_INPUT;
	o = parse_surely(text, stopped_at);
	*stopped_at += (size_t)(text.p - begin);
	if (o == NULL)
		return ERR_INPUT;
	arena_defer(a, put_back, o);
	*out = ours(o);
	return ERR_OK;
}

enum err
json_parse(struct arena *a, struct str text, struct json **out)
{
	size_t stopped_at;

	return json_parse_at(a, text, out, &stopped_at);
}

/* Names longer than the key's room do not exist here: paths are written in our
 * own source, and the longest name that a vendor uses is half as long. */
static struct json_object *
step(struct json_object *o, struct str name)
{
	struct json_object *next = NULL;
	char key[64];
	int64_t at;

	if (json_object_is_type(o, json_type_array))
		return str_to_i64(name, &at) ?
		    json_object_array_get_idx(o, (size_t)at) :
		    NULL;
	if (!json_object_is_type(o, json_type_object) ||
	    name.len >= sizeof(key))
		return NULL;
	memcpy(key, name.p, name.len);
	key[name.len] = '\0';
	return json_object_object_get_ex(o, key, &next) ? next : NULL;
}

size_t
json_tree_weight(struct json *j)
{
	return weight_of(raw(j));
}

struct json *
json_at(struct json *j, const char *path)
{
	struct json_object *o = raw(j);
	struct str rest = str_from(path);

	while (o != NULL && rest.len > 0)
		o = step(o, str_cut(&rest, '.'));
	return ours(o);
}

static struct json_object *
leaf(struct json *j, const char *path, json_type type)
{
	struct json_object *o = raw(json_at(j, path));

	return json_object_is_type(o, type) ? o : NULL;
}

/* A NUL inside would end the text for C, but not for the one who sent it: an id
 * "a\0b" must not pass for "a". */
const char *
json_text(struct json *j, const char *path)
{
	struct json_object *o = leaf(j, path, json_type_string);
	const char *s = o == NULL ? NULL : json_object_get_string(o);

	if (s == NULL || strlen(s) != (size_t)json_object_get_string_len(o))
		return NULL;
	return s;
}

bool
json_int(struct json *j, const char *path, int64_t *out)
{
	struct json_object *o = leaf(j, path, json_type_int);
	/* A number of forty digits becomes INT64_MAX without a word. No amount
	 * and no id is that large, so the limits stand for "no number". */
	int64_t n = o == NULL ? INT64_MAX : json_object_get_int64(o);

	if (n == INT64_MAX || n == INT64_MIN)
		return false;
	*out = n;
	return true;
}

bool
json_flag(struct json *j, const char *path, bool *out)
{
	struct json_object *o = leaf(j, path, json_type_boolean);

	if (o != NULL)
		*out = json_object_get_boolean(o) != 0;
	return o != NULL;
}

bool
json_is_true(struct json *j, const char *path)
{
	bool is_true = false;

	return json_flag(j, path, &is_true) && is_true;
}

bool
json_is_object(struct json *j, const char *path)
{
	return leaf(j, path, json_type_object) != NULL;
}

size_t
json_count(struct json *j, const char *path)
{
	struct json_object *o = leaf(j, path, json_type_array);

	return o == NULL ? 0 : json_object_array_length(o);
}

/* json-c has no access by position. The objects walked here have a handful of
 * members, so starting over for each one does not matter. */
const char *
json_name(struct json *obj, size_t i)
{
	struct json_object_iterator at, end;

	if (!json_is_object(obj, ""))
		return NULL;
	at = json_object_iter_begin(raw(obj));
	end = json_object_iter_end(raw(obj));
	while (i > 0 && !json_object_iter_equal(&at, &end)) {
		json_object_iter_next(&at);
		i--;
	}
	return json_object_iter_equal(&at, &end) ?
	    NULL :
	    json_object_iter_peek_name(&at);
}

struct json *
json_new(struct arena *a)
{
	struct json_object *o = or_out_of_memory(json_object_new_object());

	arena_defer(a, put_back, o);
	return ours(o);
}

/* json-c would take a value that could not be made for null. */
static struct json *
put(struct json *obj, const char *name, struct json_object *value)
{
	if (json_object_object_add(raw(obj), name, or_out_of_memory(value)) !=
	    0)
		out_of_memory();
	return ours(value);
}

static struct json *
push(struct json *array, struct json_object *value)
{
	if (json_object_array_add(raw(array), or_out_of_memory(value)) != 0)
		out_of_memory();
	return ours(value);
}

void
json_put_text(struct json *obj, const char *name, const char *value)
{
	/* NULL is how json-c writes null; nothing has to be made for it. */
	if (value == NULL)
		(void)json_object_object_add(raw(obj), name, NULL);
	else
		put(obj, name, json_object_new_string(value));
}

void
json_put_int(struct json *obj, const char *name, int64_t value)
{
	put(obj, name, json_object_new_int64(value));
}

void
json_put_bool(struct json *obj, const char *name, bool value)
{
	put(obj, name, json_object_new_boolean(value));
}

struct json *
json_put_object(struct json *obj, const char *name)
{
	return put(obj, name, json_object_new_object());
}

struct json *
json_put_array(struct json *obj, const char *name)
{
	return put(obj, name, json_object_new_array());
}

struct json *
json_push_object(struct json *array)
{
	return push(array, json_object_new_object());
}

struct json *
json_push_array(struct json *array)
{
	return push(array, json_object_new_array());
}

void
json_push_text(struct json *array, const char *value)
{
	push(array, json_object_new_string(value));
}

struct str
json_render(struct arena *a, struct json *j)
{
	/* Slashes stay as they are: escaped ones ("https:\/\/") are valid too,
	 * but make URLs hard to find in a body. */
	const char *text = json_object_to_json_string_ext(
	    raw(j), JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (text == NULL)
		out_of_memory();
	/* json-c keeps the text in the object, which may go earlier than the
	 * arena or be rendered again. */
	return str_from(arena_dup(a, str_from(text)));
}
