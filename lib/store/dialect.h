/* The statements of sql.h as PostgreSQL takes them: $1, $2 … where they say
 * :name. All else is said so that both engines understand it. */
#ifndef STORE_DIALECT_H
#define STORE_DIALECT_H

#include "base/arena.h"

#define DIALECT_MAX_VALUES 32

struct dialect {
	const char *text; /* NULL: more values than there is room for */
	struct str names[DIALECT_MAX_VALUES]; /* names[0] is $1 */
	size_t n;
};

/* A name that stands in several places is one value. What is in quotes stays as
 * it is, and so does a cast (::). */
struct dialect dialect_numbered(struct arena *a, const char *text);

#endif
