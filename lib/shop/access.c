/* The rules of access, tried from the top; the first that holds decides. */
#include "shop/access.h"

#include <stddef.h>

/* What is asked about one order. */
struct asked {
	const struct facts *facts;
	const struct policy *policy;
	int64_t now_ms;
};

static bool
revoked(const struct asked *q)
{
	return q->facts->revoked;
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
refunded_in_full(const struct asked *q)
{
	return refunded(q->facts) > 0 &&
	    refunded(q->facts) >= q->facts->paid_minor;
}

static bool
refunded_enough(const struct asked *q)
{
	return q->policy->partial_refund_ends && refunded(q->facts) > 0;
}

static bool
disputed(const struct asked *q)
{
	return q->facts->n_disputes > 0 && !q->policy->dispute_keeps;
}

static bool
not_paid(const struct asked *q)
{
	return !q->facts->paid;
}

static int64_t
end_of(const struct asked *q)
{
	const struct facts *f = q->facts;

	return f->until_ms == 0 || !f->renews ?
	    f->until_ms :
	    f->until_ms + q->policy->grace_ms;
}

static bool
ended(const struct asked *q)
{
	return end_of(q) != 0 && end_of(q) <= q->now_ms;
}

static bool
always(const struct asked *q)
{
	(void)q;
	return true;
}

static const struct rule {
	bool (*holds)(const struct asked *q);
	enum access access;
	const char *why;
} rules[] = {
	{ revoked, ACCESS_OUT, "revoked" },
	{ refunded_in_full, ACCESS_OUT, "refunded" },
	{ refunded_enough, ACCESS_OUT, "refunded" },
	{ disputed, ACCESS_OUT, "disputed" },
	{ not_paid, ACCESS_OUT, "not paid" },
	{ ended, ACCESS_OUT, "ended" },
	{ always, ACCESS_IN, "paid" },
};

struct decision
access_decide(
    const struct facts *f, const struct policy *policy, int64_t now_ms)
{
	const struct asked q = { f, policy, now_ms };
	size_t i = 0;

	while (!rules[i].holds(&q))
		i++;
	if (rules[i].access == ACCESS_OUT)
		return (struct decision){ ACCESS_OUT, rules[i].why, 0, false };
	return (struct decision){ ACCESS_IN, rules[i].why, end_of(&q),
		f->until_ms != 0 && f->renews };
}

bool
access_is_better(const struct decision *a, const struct decision *b)
{
	if (a->access != b->access)
		return a->access == ACCESS_IN;
	if (a->access == ACCESS_OUT || b->until_ms == 0)
		return false;
	return a->until_ms == 0 || a->until_ms > b->until_ms;
}
