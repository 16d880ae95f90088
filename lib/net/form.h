/* A form body (application/x-www-form-urlencoded) in Stripe's manner: names
 * with literal brackets, "line_items[0][price]", and percent-encoded values. */
#ifndef NET_FORM_H
#define NET_FORM_H

#include "base/arena.h"
#include "base/kv.h"

/* The fields in their order; those with a null value are left out. Names are
 * trusted text of ours. An empty str where it would exceed 64 KiB. */
struct str form_encode(struct arena *a, struct kvs fields);

#endif
