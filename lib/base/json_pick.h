/* A JSON text without what nobody asks for: what is not read need not become a
 * tree. */
#ifndef BASE_JSON_PICK_H
#define BASE_JSON_PICK_H

#include "base/arena.h"

/* The object in the text with those of its members alone whose names are
 * wanted, in it and in all that are kept in it; elements of arrays are kept,
 * and so is a name that is written with escapes. Blanks go too. What is left
 * out is looked at only for where it ends, how deep it is and whether it is
 * UTF-8, so this is for a text whose sender is known. Where anything of that is
 * wrong, or it is no object, the text as it is: whoever reads it finds out
 * why. */
struct str json_pick(
    struct arena *a, struct str text, bool (*wanted)(struct str name));

#endif
