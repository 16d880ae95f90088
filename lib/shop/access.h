/* Who is in: one pure function from facts to a decision. Facts only grow or
 * are replaced by fresher ones of the same kind, so the order in which they
 * were heard of cannot matter. */
#ifndef SHOP_ACCESS_H
#define SHOP_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

enum access { ACCESS_OUT, ACCESS_IN };

/* What is known of one order. */
struct facts {
	bool paid;
	int64_t paid_minor;     /* of the payment the refunds are of */
	int64_t refunded_minor; /* of it */
};

struct decision {
	enum access access;
	const char *why; /* a word for the operator: "paid", "refunded" */
};

/* Reads nothing, writes nothing. */
struct decision access_decide(const struct facts *f);

#endif
