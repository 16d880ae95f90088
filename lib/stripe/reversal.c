/* Reading refunds and disputes. */
#include "stripe/reversal.h"

#include "stripe/session.h"

static bool
is_one_of(const char *word, const char *const words[])
{
	for (size_t i = 0; words[i] != NULL; i++)
		if (str_eq(str_from(word), words[i]))
			return true;
	return false;
}

/* A pending refund counts as given back: it nearly always succeeds, and if it
 * fails, its own event undoes this. requires_action waits for the buyer, who
 * may never act. */
static void
read_refund_stage(struct json *obj, struct stripe_refund *out)
{
	static const char *const failures[] = { "failed", "canceled", NULL };
	static const char *const back[] = { "succeeded", "pending", NULL };
	const char *status = json_text(obj, "status");

	out->stage = is_one_of(status, back) ? STRIPE_REFUND_BACK :
	    is_one_of(status, failures)      ? STRIPE_REFUND_FAILED :
					       STRIPE_REFUND_WAITS;
	out->is_unsure = out->stage == STRIPE_REFUND_WAITS &&
	    json_at(obj, "status") != NULL &&
	    !str_eq(str_from(status), "requires_action");
}

enum err
stripe_refund_read(struct arena *a, struct json *obj, struct stripe_refund *out)
{
	*out = (struct stripe_refund){ 0 };
	out->id = stripe_id_at(a, obj, "id");
	out->payment_intent = stripe_id_at(a, obj, "payment_intent");
	read_refund_stage(obj, out);
	(void)json_int(obj, "created", &out->created_s);
	/* An amount below zero would add to what was paid. */
	if (out->id == NULL || !json_int(obj, "amount", &out->amount_minor) ||
	    out->amount_minor < 0)
		return ERR_INPUT;
	return ERR_OK;
}

/* Of a dispute there is no mildest reading: to take a new word for an open one
 * puts a buyer out who may be in the right, for a won one lets one in who is
 * not. So it changes nothing, and a person hears of it. */
static bool
stage_of(const char *status, enum stripe_dispute_stage *stage)
{
	static const char *const warnings[] = { "warning_needs_response",
		"warning_under_review", NULL };
	static const char *const settled[] = { "won", "prevented",
		"warning_closed", NULL };
	static const char *const open[] = { "needs_response", "under_review",
		NULL };

	static const char *const lost[] = { "lost", "appeal_needs_response",
		"appeal_under_review", NULL };

	*stage = is_one_of(status, warnings) ? STRIPE_DISPUTE_WARNING :
	    is_one_of(status, settled)       ? STRIPE_DISPUTE_SETTLED :
	    is_one_of(status, open)          ? STRIPE_DISPUTE_OPEN :
					       STRIPE_DISPUTE_LOST;
	return *stage != STRIPE_DISPUTE_LOST || is_one_of(status, lost);
}

enum err
stripe_dispute_read(
    struct arena *a, struct json *obj, struct stripe_dispute *out)
{
	*out = (struct stripe_dispute){ 0 };
	out->id = stripe_id_at(a, obj, "id");
	out->payment_intent = stripe_id_at(a, obj, "payment_intent");
	out->currency = arena_dup_text(a, json_text(obj, "currency"));
	out->reason = arena_dup_text(a, json_text(obj, "reason"));
	(void)json_int(obj, "amount", &out->amount_minor);
	(void)json_int(obj, "created", &out->created_s);
	/* The due date is for the operator's eyes; a dispute without one counts
	 * all the same. */
	(void)json_int(obj, "evidence_details.due_by", &out->due_s);
	out->may_appeal =
	    str_eq(str_from(json_text(obj, "status")), "appeal_needs_response");
	return out->id != NULL &&
		stage_of(json_text(obj, "status"), &out->stage) ?
	    ERR_OK :
	    ERR_INPUT;
}
