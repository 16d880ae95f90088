/* The rules of access, tried from the top; the first that holds decides. */
#include "shop/access.h"

#include <stddef.h>

static bool
refunded_in_full(const struct facts *f)
{
	return f->refunded_minor > 0 && f->refunded_minor >= f->paid_minor;
}

static bool
paid(const struct facts *f)
{
	return f->paid;
}

static bool
always(const struct facts *f)
{
	(void)f;
	return true;
}

static const struct rule {
	bool (*holds)(const struct facts *f);
	struct decision decision;
} rules[] = {
	{ refunded_in_full, { ACCESS_OUT, "refunded" } },
	{ paid, { ACCESS_IN, "paid" } },
	{ always, { ACCESS_OUT, "not paid" } },
};

struct decision
access_decide(const struct facts *f)
{
	size_t i = 0;

	while (!rules[i].holds(f))
		i++;
	return rules[i].decision;
}
