/* What a JSON text weighs: a sum over all that it holds, counted without
 * reading it. Whoever made a tree of the text weighs that by the same measure;
 * a tree that lost something on the way is lighter. */
#ifndef BASE_JSON_WEIGHT_H
#define BASE_JSON_WEIGHT_H

#include "base/str.h"

/* Of each value and of each name, besides its bytes in UTF-8 as it is meant:
 * "\n" is one, "\u00e9" two. Where null took the place of a value it shows. */
#define JSON_WEIGHT_NULL 1
#define JSON_WEIGHT 2

/* The weight of one well-formed object; what it says of anything else means
 * nothing. 0: not known, since it holds what has no place in JSON though some
 * readers take it, or half a surrogate pair. A name that stands twice in an
 * object weighs twice. */
size_t json_weight(struct str text);

#endif
