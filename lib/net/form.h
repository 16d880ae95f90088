/* A form body (application/x-www-form-urlencoded) as Stripe reads it: names
 * with literal brackets, "line_items[0][price]", and percent-encoded values. */
#ifndef NET_FORM_H
#define NET_FORM_H

#include "base/arena.h"
#include "base/kv.h"

/* Writes the fields in their order and leaves out those with a null value.
 * Names are not encoded, so they must be texts of this program. Gives an empty
 * str where the body would exceed 64 KiB. */
struct str form_encode(struct arena *a, struct kvs fields);

#endif
