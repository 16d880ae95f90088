/* The rules of access, tried from the top; the first that holds decides. */
#include "ledger/access.h"

#include "base/array.h"
#include "base/str.h"

enum subscription_status
subscription_status(const char *word)
{
	static const struct {
		const char *word;
		enum subscription_status status;
	} words[] = {
		{ "incomplete", SUBSCRIPTION_INCOMPLETE },
		{ "incomplete_expired", SUBSCRIPTION_INCOMPLETE },
		{ "trialing", SUBSCRIPTION_TRIALING },
		{ "active", SUBSCRIPTION_ACTIVE },
		{ "past_due", SUBSCRIPTION_PAST_DUE },
		{ "unpaid", SUBSCRIPTION_UNPAID },
		{ "paused", SUBSCRIPTION_PAUSED },
		{ "canceled", SUBSCRIPTION_CANCELED },
	};

	for (size_t i = 0; i < LENGTH(words); i++)
		if (str_eq(str_from(word), words[i].word))
			return words[i].status;
	return SUBSCRIPTION_UNKNOWN;
}

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
warned(const struct asked *q)
{
	return q->facts->n_warnings > 0 && q->policy->warning_pauses;
}

static bool
not_paid(const struct asked *q)
{
	return !q->facts->paid;
}

/* Until when an order holds, and why it ends. */
struct span {
	int64_t until_ms, paid_until_ms; /* 0: for good */
	bool renews, is_owed;
};

/* Until it must have been paid anew. */
static struct span
renewing(const struct asked *q, int64_t end_ms)
{
	int64_t grace_ms = q->policy->grace_ms;

	if (grace_ms < ACCESS_RENEWAL_MS)
		grace_ms = ACCESS_RENEWAL_MS;
	if (q->facts->subscription.is_processing && grace_ms < ACCESS_BANK_MS)
		grace_ms = ACCESS_BANK_MS;
	return (struct span){ end_ms + grace_ms, end_ms, true, false };
}

static struct span
ending(int64_t end_ms)
{
	return (struct span){ end_ms, end_ms, false, false };
}

/* What is paid decides, never the period that Stripe has begun: its invoice
 * may be a draft, open, or not asked for at all. */
static int64_t
paid_until(const struct facts_of_subscription *s)
{
	if (s->paid_until_ms != 0)
		return s->paid_until_ms;
	return s->is_owed ? s->period_start_ms : s->period_end_ms;
}

/* Stripe asked for the money and did not get it. */
static struct span
owed(const struct asked *q)
{
	int64_t end_ms = paid_until(&q->facts->subscription);

	return (
	    struct span){ end_ms + q->policy->grace_ms, end_ms, false, true };
}

/* What was paid is theirs to the end, unless it was sold only until then. */
static int64_t
canceled_for(const struct facts_of_subscription *s)
{
	int64_t end_ms = paid_until(s);

	return s->ends_ms != 0 && s->ends_ms < end_ms ? s->ends_ms : end_ms;
}

/* It goes on. Where it is canceled for a day beyond what is paid, more is to
 * be paid before that day comes. */
static struct span
running(const struct asked *q)
{
	const struct facts_of_subscription *s = &q->facts->subscription;
	int64_t end_ms = paid_until(s);
	struct span t;

	if (s->collects_not || (s->ends_ms != 0 && s->ends_ms <= end_ms))
		return ending(canceled_for(s));
	t = renewing(q, end_ms);
	t.is_owed = s->is_owed;
	return t;
}

/* Paid until a day that the payment itself told of. What is tried in vain gets
 * no grace: its provider tries no more. */
static struct span
as_sold(const struct asked *q)
{
	const struct facts *f = q->facts;
	struct span t = ending(f->until_ms);

	if (f->until_ms == 0 || !f->renews)
		return t;
	if (f->renewal == RENEWAL_COMES)
		return renewing(q, f->until_ms);
	t.is_owed = f->renewal == RENEWAL_FAILED;
	return t;
}

static struct span
term_of(const struct asked *q)
{
	const struct facts_of_subscription *s = &q->facts->subscription;

	switch (s->status) {
	case SUBSCRIPTION_UNKNOWN:
		return as_sold(q);
	case SUBSCRIPTION_TRIALING:
	case SUBSCRIPTION_ACTIVE:
		return running(q);
	case SUBSCRIPTION_PAST_DUE:
		return owed(q);
	case SUBSCRIPTION_CANCELED:
		return s->is_owed ? owed(q) : ending(canceled_for(s));
	case SUBSCRIPTION_PAUSED:
		return ending(1);
	default:
		return (struct span){ 1, 1, false, true };
	}
}

static bool
is_over(const struct asked *q)
{
	const struct span t = term_of(q);

	return t.until_ms != 0 && t.until_ms <= q->now_ms;
}

static bool
unpaid(const struct asked *q)
{
	return is_over(q) && term_of(q).is_owed;
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
	{ warned, ACCESS_OUT, "warned" },
	{ not_paid, ACCESS_OUT, "not paid" },
	{ unpaid, ACCESS_OUT, "unpaid" },
	{ is_over, ACCESS_OUT, "ended" },
	{ always, ACCESS_IN, "paid" },
};

struct decision
access_decide(
    const struct facts *f, const struct policy *policy, int64_t now_ms)
{
	const struct asked q = { f, policy, now_ms };
	struct decision d = { .access = ACCESS_OUT };
	struct span t;
	size_t i = 0;

	while (!rules[i].holds(&q))
		i++;
	d.access = rules[i].access;
	d.why = rules[i].why;
	if (d.access == ACCESS_OUT)
		return d;
	t = term_of(&q);
	d.until_ms = t.until_ms;
	d.paid_until_ms = t.paid_until_ms;
	d.renews = t.renews;
	d.is_owed = t.is_owed;
	return d;
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
