/* What a JSON text is in memory: a value each, in the arena. For the files that
 * make, walk and write it; everybody else has json.h. */
#ifndef BASE_JSON_TREE_H
#define BASE_JSON_TREE_H

#include "base/arena.h"

enum json_kind {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_TEXT,
	JSON_ARRAY,
	JSON_OBJECT,
};

struct json {
	struct json *next; /* behind it in its array or object */
	struct str name;   /* in an object */
	enum json_kind kind;
	struct arena *arena; /* of an array or object, for what is put in */
	union {
		struct str text; /* a number is as it was written */
		struct {
			struct json *first, *last;
		} in;
	};
};

/* Puts it behind all that are in there. */
static inline void
json_link(struct json *in, struct json *value)
{
	if (in->in.last == NULL)
		in->in.first = value;
	else
		in->in.last->next = value;
	in->in.last = value;
}

#endif
