/* The rules of access, tried from the top; the first that holds decides. */
#include "shop/access.h"

#include <stddef.h>

static bool
revoked(const struct facts *f, const struct policy *p)
{
	(void)p;
	return f->revoked;
}

/* What the payment says may still count a refund that failed later; each known
 * by its id says for itself. */
static int64_t
refunded(const struct facts *f)
{
	int64_t told = f->refunded_minor - f->refunds_failed_minor;

	return told > f->refunds_minor ? told : f->refunds_minor;
}

static bool
refunded_in_full(const struct facts *f, const struct policy *p)
{
	(void)p;
	return refunded(f) > 0 && refunded(f) >= f->paid_minor;
}

static bool
refunded_enough(const struct facts *f, const struct policy *p)
{
	return p->partial_refund_ends && refunded(f) > 0;
}

static bool
disputed(const struct facts *f, const struct policy *p)
{
	return f->n_disputes > 0 && !p->dispute_keeps;
}

static bool
paid(const struct facts *f, const struct policy *p)
{
	(void)p;
	return f->paid;
}

static bool
always(const struct facts *f, const struct policy *p)
{
	(void)f;
	(void)p;
	return true;
}

static const struct rule {
	bool (*holds)(const struct facts *f, const struct policy *p);
	struct decision decision;
} rules[] = {
	{ revoked, { ACCESS_OUT, "revoked" } },
	{ refunded_in_full, { ACCESS_OUT, "refunded" } },
	{ refunded_enough, { ACCESS_OUT, "refunded" } },
	{ disputed, { ACCESS_OUT, "disputed" } },
	{ paid, { ACCESS_IN, "paid" } },
	{ always, { ACCESS_OUT, "not paid" } },
};

struct decision
access_decide(const struct facts *f, const struct policy *policy)
{
	size_t i = 0;

	while (!rules[i].holds(f, policy))
		i++;
	return rules[i].decision;
}
