/* A length-counted piece of text that somebody else owns. Nothing here
 * allocates; an empty str, whose p may be NULL, is fine everywhere. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
	const char *p;
	size_t len;
};

/* The text of a C string; NULL gives the empty str. */
struct str str_from(const char *s);

bool str_eq(struct str s, const char *with);
bool str_eq_nocase(struct str s, const char *with); /* ASCII letters only */
bool str_starts(struct str s, const char *prefix);
bool str_ends(struct str s, const char *suffix);
bool str_has_nocase(struct str s, const char *needle); /* ASCII */

/* Without blanks (space, tab, CR, LF) at either end. */
struct str str_trim(struct str s);

/* Cuts the text before the first sep off *rest and returns it; *rest goes on
 * after sep. Without a sep all of it is returned and *rest is empty. */
struct str str_cut(struct str *rest, char sep);

/* The part after the last sep, or all of s where there is none. */
struct str str_after_last(struct str s, char sep);

/* A path's folder, with its slash; empty where the path has none. */
struct str str_folder(struct str path);

/* Reads a decimal number in its one canonical spelling: digits only, no sign,
 * no blank, no leading zero, within int64_t. False leaves *out alone. */
bool str_to_i64(struct str s, int64_t *out);

/* True where s holds a space, a control character or DEL anywhere. */
bool str_has_blank(struct str s);

/* True where every byte of s is one of the characters in set. */
bool str_only(struct str s, const char *set);

/* In how many letters a name is off: how many must be changed, put in or left
 * out to make b of a, whose capitals do not matter. SIZE_MAX where either is
 * empty, or too long to be a name. */
size_t str_distance(struct str a, struct str b);

/* The number of characters of a text in UTF-8. In other bytes those are counted
 * that do not continue a character. */
size_t str_chars(struct str s);

/* True for well-formed UTF-8 (RFC 3629) without a NUL. */
bool str_is_utf8(struct str s);

#define STR_DIGITS "0123456789"
#define STR_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

#endif
