/* Reading a Checkout Session and a charge. */
#include "stripe/session.h"

#include "base/tg_id.h"

#define MAX_ID_BYTES 255

/* The id goes into a URL of the API, and it may come from the address of the
 * thank-you page, which anybody can type. */
bool
stripe_session_id_ok(struct str id)
{
	return str_starts(id, "cs_") && id.len > 3 && id.len < MAX_ID_BYTES &&
	    str_only(id, STR_LETTERS STR_DIGITS "_");
}

/* Where the API was asked to expand a field, the whole object stands in place
 * of its id. */
const char *
stripe_id_at(struct arena *a, struct json *obj, const char *path)
{
	const char *id = json_text(obj, path);

	/* Whether it is expanded is the endpoint's or the question's choice. */
	if (id == NULL)
		id = json_text(json_at(obj, path), "id");
	if (id == NULL || str_from(id).len > MAX_ID_BYTES ||
	    str_has_blank(str_from(id)))
		return NULL;
	return arena_dup_text(a, id);
}

/* Which of the words stands there, from 0 on; 0 where there is none. Another
 * word, and what is no word, is the first and leaves a doubt. */
static int
word_of(struct json *obj, const char *path, const char *const words[],
    bool *is_unsure)
{
	struct str word = str_from(json_text(obj, path));

	for (int i = 0; words[i] != NULL; i++)
		if (str_eq(word, words[i]))
			return i;
	*is_unsure |= json_at(obj, path) != NULL;
	return 0;
}

/* Without any word about the payment nothing is known of it. */
static void
read_status(struct json *obj, struct stripe_session *out)
{
	/* In the order of the enums; the first is what a doubt is taken for. */
	static const char *const statuses[] = { "open", "complete", "expired",
		NULL };
	static const char *const payments[] = { "unpaid", "paid",
		"no_payment_required", NULL };
	static const char *const modes[] = { "setup", "payment", "subscription",
		NULL };

	out->status = (enum stripe_status)word_of(
	    obj, "status", statuses, &out->is_unsure);
	out->paid = (enum stripe_paid)word_of(
	    obj, "payment_status", payments, &out->is_unsure);
	out->is_sale = word_of(obj, "mode", modes, &out->is_unsure) > 0;
	out->is_unsure |= json_at(obj, "payment_status") == NULL;
}

/* A total below nothing would make a refund of it whole by itself. */
static void
read_amounts(struct json *obj, struct stripe_session *out)
{
	bool is_there = json_int(obj, "amount_total", &out->amount_minor);

	if (out->amount_minor < 0) {
		is_there = false;
		out->amount_minor = 0;
	}
	/* Before it is paid the total may still be open. */
	out->is_unsure |= !is_there && out->paid == STRIPE_PAID;
	if (!json_int(obj, "amount_subtotal", &out->subtotal_minor))
		out->subtotal_minor = out->amount_minor;
}

enum err
stripe_session_read(
    struct arena *a, struct json *obj, struct stripe_session *out)
{
	*out = (struct stripe_session){ 0 };
	out->id = stripe_id_at(a, obj, "id");
	if (out->id == NULL || !stripe_session_id_ok(str_from(out->id)))
		return ERR_INPUT;
	read_status(obj, out);
	read_amounts(obj, out);
	/* Sessions of other applications on the same account have no tg_id; 0
	 * tells the caller that this one is not ours. */
	(void)tg_id_parse(
	    str_from(json_text(obj, "metadata.tg_id")), &out->tg_id);
	out->product = arena_dup_text(a, json_text(obj, "metadata.product"));
	out->shop = arena_dup_text(a, json_text(obj, "metadata.shop"));
	if (str_eq(str_from(json_text(obj, "consent.terms_of_service")),
		"accepted"))
		out->consent =
		    arena_dup_text(a, json_text(obj, "metadata.consent"));
	out->payment_intent = stripe_id_at(a, obj, "payment_intent");
	out->subscription = stripe_id_at(a, obj, "subscription");
	out->invoice = stripe_id_at(a, obj, "invoice");
	out->url = arena_dup_text(a, json_text(obj, "url"));
	(void)json_int(obj, "expires_at", &out->expires_s);
	(void)json_int(obj, "created", &out->created_s);
	out->has_tax =
	    json_int(obj, "total_details.amount_tax", &out->tax_minor);
	out->currency = arena_dup_text(a, json_text(obj, "currency"));
	out->livemode = json_is_true(obj, "livemode");
	return ERR_OK;
}

/* Both amounts are needed: whether all of a payment went back, or only a part,
 * decides about access. */
enum err
stripe_charge_read(struct arena *a, struct json *obj, struct stripe_charge *out)
{
	*out = (struct stripe_charge){ 0 };
	out->payment_intent = stripe_id_at(a, obj, "payment_intent");
	out->livemode = json_is_true(obj, "livemode");
	if (!json_int(obj, "amount", &out->amount_minor) ||
	    !json_int(obj, "amount_refunded", &out->refunded_minor) ||
	    out->amount_minor < 0 || out->refunded_minor < 0)
		return ERR_INPUT;
	return ERR_OK;
}
