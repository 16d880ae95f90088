/* JSON read and written; the door to json-c.
 *
 * Reading is strict: the whole text, one object, UTF-8, at most
 * JSON_MAX_DEPTH deep. (json-c 0.16 still takes single quotes, NaN, Infinity
 * and a line end inside a text for what they seem to mean, and looks at UTF-8
 * by its form, not by its value.) Values are reached by dotted path
 * ("data.object.id", a number picks from an array) and their type is checked
 * at the leaf. Texts returned live as long as the arena.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/arena.h"
#include "base/err.h"

#define JSON_MAX_DEPTH 32

struct json;

/* Parses a text that must be one well-formed object, blanks around it aside;
 * anything else is ERR_INPUT. Logs nothing, because only the caller knows
 * whether a stranger's rubbish is worth a line. */
enum err json_parse(
    struct arena *a, struct str text, struct json **out) MUST_CHECK;

/* As json_parse(); *stopped_at tells how many bytes of the text were read,
 * which after a failure is where it went wrong. */
enum err json_parse_at(struct arena *a, struct str text, struct json **out,
    size_t *stopped_at) MUST_CHECK;

/* What a tree weighs, by the measure of base/json_weight.h. */
size_t json_tree_weight(struct json *j);

/* The value at path, or NULL where there is none or it is null. */
struct json *json_at(struct json *j, const char *path);

/* The text at path; NULL where there is none, where it is no string, or where
 * it holds a NUL. */
const char *json_text(struct json *j, const char *path);

/* Reads a whole number within int64_t. False, leaving *out alone, where there
 * is no such number; the two limits themselves count as none, because json-c
 * cuts larger numbers down to them. */
bool json_int(struct json *j, const char *path, int64_t *out);

/* False, leaving *out alone, unless it is a JSON true or false. */
bool json_flag(struct json *j, const char *path, bool *out);

/* True only for a JSON true. */
bool json_is_true(struct json *j, const char *path);

/* True for a JSON object. */
bool json_is_object(struct json *j, const char *path);

/* Number of elements of an array; 0 for anything else. */
size_t json_count(struct json *j, const char *path);

/* The name of an object's i-th member; NULL past the last one. */
const char *json_name(struct json *obj, size_t i);

/* Writing: a tree whose root goes with the arena. */
struct json *json_new(struct arena *a);
void json_put_text(struct json *obj, const char *name, const char *value);
void json_put_int(struct json *obj, const char *name, int64_t value);
void json_put_bool(struct json *obj, const char *name, bool value);
struct json *json_put_object(struct json *obj, const char *name);
struct json *json_put_array(struct json *obj, const char *name);
struct json *json_push_object(struct json *array);
struct json *json_push_array(struct json *array);
void json_push_text(struct json *array, const char *value);

/* Compact text in the arena. */
struct str json_render(struct arena *a, struct json *j);

#endif
